# SPDX-License-Identifier: Apache-2.0
"""The truth and the comparison with it, over small documents and logs."""
import copy
import pathlib
import sys
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))
import comparison  # noqa: E402
import truth  # noqa: E402
from document import Document, positions  # noqa: E402

SHOP = {
    "openapi": "3.0.3", "servers": [{"url": "http://localhost/api"}],
    "paths": {
        "/orders/{id}": {
            "parameters": [{"in": "path", "name": "id", "required": True, "schema": {"type": "integer"}}],
            "get": {"operationId": "order", "parameters": [{"in": "query", "name": "full", "schema": {"type": "boolean"}}],
                    "responses": {"200": {"content": {"application/json": {"schema": {"$ref": "#/components/schemas/Order"}}}},
                                  "4XX": {"$ref": "#/components/responses/Wrong"}}}},
        "/orders": {"post": {
            "operationId": "place", "requestBody": {"content": {"application/json": {"schema": {"$ref": "#/components/schemas/New"}}}},
            "responses": {"201": {"content": {"application/json": {"schema": {"$ref": "#/components/schemas/Order"}}}},
                          "204": {"description": "none"}}}},
        "/regions/{region}/orders": {"get": {"operationId": "regional", "responses": {"200": {"content": {"application/json": {
            "schema": {"type": "array", "items": {"$ref": "#/components/schemas/Order"}}}}}}}},
        "/never": {"get": {"operationId": "never", "responses": {}}},
    },
    "components": {
        "responses": {"Wrong": {"content": {"application/problem+json": {"schema": {"type": "object",
            "properties": {"message": {"type": "string"}}}}}}},
        "schemas": {
            "New": {"allOf": [{"$ref": "#/components/schemas/Base"}, {"type": "object", "properties": {"count": {"type": "integer"}}}]},
            "Base": {"type": "object", "properties": {"name": {"type": "string", "nullable": True}, "labels": {"type": "object",
                "additionalProperties": {"type": "string"}}}},
            "Order": {"allOf": [{"$ref": "#/components/schemas/New"}, {"type": "object", "properties": {
                "id": {"type": "integer"}, "lines": {"type": "array", "items": {"$ref": "#/components/schemas/Line"}},
                "payment": {"oneOf": [{"type": "object", "properties": {"iban": {"type": "string"}}}, {"type": "object",
                    "properties": {"card": {"type": "string"}}}]},
                "extra": {"type": "object"}, "price": {"anyOf": [{"type": "number"}, {"type": "null"}]},
                "parent": {"$ref": "#/components/schemas/Order"}}}]},
            "Line": {"type": "object", "properties": {"sku/code": {"type": "string"}, "tags": {"type": "array", "items": {"type": "string"}}}},
        },
    },
}


def asked(method: str, path: str, template: str | None, status: int, **bodies) -> dict:
    return {"method": method, "path": path, "template": template, "status": status, **bodies}


def truth_of(*exchanges: dict, document: dict | None = None) -> dict:
    return truth.compute(Document(document or SHOP), list(exchanges))


def order(number: int = 1, **members) -> dict:
    return asked("GET", f"/api/orders/{number}", "/api/orders/{id}", 200, response=members)


def many_orders(**members) -> list[dict]:
    return [order(number, **members) for number in range(truth.FEW)]


def endpoint(found: dict, method: str, template: str) -> dict:
    return next(one for one in found["endpoints"] if (one["method"], one["template"]) == (method, template))


def inventory(paths: dict) -> dict:
    """With schemas as they are exported: {method: {status or "request": schema}}."""
    made: dict = {}
    for path, methods in paths.items():
        for method, bodies in methods.items():
            operation = made.setdefault(path, {}).setdefault(method, {"responses": {}})
            operation["parameters"] = [{"in": "query", "name": name} for name in bodies.get("query", [])]
            for status, schema in bodies.items():
                if status == "request":
                    operation["requestBody"] = {"content": {"application/json": {"schema": schema}}}
                elif status != "query":
                    operation["responses"][status] = {"content": {"application/json": {"schema": schema}}}
    return {"openapi": "3.1.0", "paths": made}


def members(**kinds) -> dict:
    return {"type": "object", "properties": {name: kind if isinstance(kind, dict) else {"type": kind} for name, kind in kinds.items()}}


class Fields(unittest.TestCase):
    def fields(self, **response) -> dict:
        return endpoint(truth_of(order(**response)), "GET", "/api/orders/{}")["responses"]["200"]

    def test_references_and_all_of_are_followed(self):
        self.assertEqual(self.fields(id=1, count=2, name="a")["fields"], {"/id": ["integer"], "/count": ["integer"], "/name": ["string"]})

    def test_fields_that_never_came_are_no_truth(self):
        self.assertNotIn("/price", self.fields(id=1)["fields"])

    def test_one_of_allows_the_fields_of_each(self):
        self.assertEqual(set(self.fields(payment={"iban": "x"})["fields"]), {"/payment", "/payment/iban"})
        self.assertEqual(set(self.fields(payment={"card": "x"})["fields"]), {"/payment", "/payment/card"})

    def test_null_is_a_type_of_its_own(self):
        found = truth_of(order(price=1.5), order(price=None), order(price=2))
        self.assertEqual(endpoint(found, "GET", "/api/orders/{}")["responses"]["200"]["fields"]["/price"], ["integer", "null", "number"])

    def test_elements_of_arrays_and_names_with_a_slash(self):
        self.assertEqual(self.fields(lines=[{"sku/code": "a", "tags": ["x"]}, {}])["fields"], {
            "/lines": ["array"], "/lines/[]": ["object"], "/lines/[]/sku~1code": ["string"], "/lines/[]/tags": ["array"],
            "/lines/[]/tags/[]": ["string"]})

    def test_keys_of_a_map_are_one_field(self):
        self.assertEqual(self.fields(labels={"a": "1", "b": "2"})["fields"], {"/labels": ["object"], "/labels/{*}": ["string"]})

    def test_what_the_document_leaves_open_has_no_fields(self):
        found = self.fields(extra={"a": {"b": 1}})
        self.assertEqual((found["fields"], found["open"]), ({"/extra": ["object"]}, ["/extra"]))

    def test_a_choice_of_words_leaves_nothing_open(self):
        schema = {"type": "object", "properties": {"kind": {"anyOf": [{"enum": ["a"]}, {"type": "object", "properties": {"b": {}}}]}}}
        found = truth_of(asked("GET", "/x", "/x", 200, response={"kind": {"c": 1}}), document={"paths": {"/x": {"get": {"responses": {
            "200": {"content": {"application/json": {"schema": schema}}}}}}}})
        part = endpoint(found, "GET", "/x")["responses"]["200"]
        self.assertEqual((part["undocumented"], part["open"]), ({"/kind/c": ["integer"]}, []))

    def test_names_in_references_are_escaped(self):
        document = {"paths": {"/x": {"get": {"responses": {"200": {"content": {"application/json": {"schema": {"$ref": "#/components/schemas/a~1b"}}}}}}}},
                    "components": {"schemas": {"a/b": members(c="string")}}}
        found = truth_of(asked("GET", "/x", "/x", 200, response={"c": "x"}), document=document)
        self.assertEqual(endpoint(found, "GET", "/x")["responses"]["200"]["fields"], {"/c": ["string"]})

    def test_what_the_document_lacks_is_apart(self):
        found = self.fields(id=1, new={"a": 1})
        self.assertEqual((found["fields"], found["undocumented"]), ({"/id": ["integer"]}, {"/new": ["object"]}))

    def test_a_schema_in_itself(self):
        self.assertEqual(set(self.fields(parent={"parent": {"id": 1}})["fields"]), {"/parent", "/parent/parent", "/parent/parent/id"})

    def test_a_status_by_its_class_and_one_without_a_schema(self):
        found = endpoint(truth_of(asked("GET", "/api/orders/9", "/api/orders/{id}", 404, response={"message": "no"}),
                                  asked("GET", "/api/orders/9", "/api/orders/{id}", 500, response={"message": "no"})), "GET", "/api/orders/{}")
        self.assertEqual(found["responses"]["404"]["fields"], {"/message": ["string"]})
        self.assertEqual(found["undocumented_statuses"], ["500"])

    def test_a_root_that_is_an_array(self):
        found = truth_of(asked("GET", "/api/regions/eu/orders", "/api/regions/{region}/orders", 200, response=[{"id": 1}]))
        self.assertEqual(endpoint(found, "GET", "/api/regions/{}/orders")["responses"]["200"]["fields"], {"/[]": ["object"], "/[]/id": ["integer"]})

    def test_swagger_2(self):
        document = {"swagger": "2.0", "basePath": "/v1", "paths": {"/things/{id}": {"put": {
            "operationId": "put", "parameters": [{"in": "body", "name": "body", "schema": {"$ref": "#/definitions/Thing"}}],
            "responses": {"200": {"$ref": "#/responses/Thing"}}}}},
            "responses": {"Thing": {"schema": {"$ref": "#/definitions/Thing"}}}, "definitions": {"Thing": {"type": "object",
                "properties": {"a": {"type": "string"}}}}}
        found = truth_of(asked("PUT", "/v1/things/7", "/v1/things/{id}", 200, request={"a": "x"}, response={"a": "y"}), document=document)
        one = endpoint(found, "PUT", "/v1/things/{}")
        self.assertEqual((one["request"]["fields"], one["responses"]["200"]["fields"]), ({"/a": ["string"]}, {"/a": ["string"]}))


class Endpoints(unittest.TestCase):
    def test_names_of_parameters_go_away(self):
        self.assertEqual(positions("/a/{id}/b/{x}.{y}"), "/a/{}/b/{}")

    def test_operations_without_a_request_are_no_truth(self):
        found = truth_of(order(), order(2))
        self.assertEqual([(one["method"], one["template"], one["requests"]) for one in found["endpoints"]], [("GET", "/api/orders/{}", 2)])
        self.assertIn("GET /api/never", found["not_driven"])

    def test_undocumented_requests_and_slashes_in_a_parameter_are_apart(self):
        found = truth_of(asked("GET", "/logo.svg", None, 200), asked("GET", "/api/orders/a/b", "/api/orders/{id}", 404))
        self.assertEqual((found["endpoints"], found["undocumented"], found["wide"]), ([], [["GET", "/logo.svg", 1]], [["GET", "/api/orders/a/b", 1]]))

    def test_query_parameters_that_the_document_has(self):
        one = endpoint(truth_of(asked("GET", "/api/orders/1?full=true&odd=1", "/api/orders/{id}", 200)), "GET", "/api/orders/{}")
        self.assertEqual((one["query"], one["undocumented_query"]), (["full"], ["odd"]))

    def test_a_parameter_of_few_values(self):
        def regional(status: int, *regions: str) -> list[dict]:
            return [asked("GET", f"/api/regions/{region}/orders", "/api/regions/{region}/orders", status) for region in regions]

        found = truth_of(*regional(200, "eu", "us"), *many_orders())
        self.assertEqual(endpoint(found, "GET", "/api/regions/{}/orders")["few"], {"3": ["eu", "us"]})
        self.assertEqual(endpoint(found, "GET", "/api/orders/{}")["few"], {})
        found = truth_of(*regional(200, "eu"), *regional(404, *"abcdefgh"))  # those that the service does not know are none
        self.assertEqual(endpoint(found, "GET", "/api/regions/{}/orders")["few"], {"3": sorted([*"abcdefgh", "eu"])})


class Comparing(unittest.TestCase):
    def setUp(self):
        self.truth = truth_of(
            *many_orders(id=1, name=None, price=1.5, labels={"a": "x"}, lines=[{"tags": ["t"]}], extra={"free": 1}, more=1),
            order(100, id=1, name="n"), asked("POST", "/api/orders?full=1", "/api/orders", 201, request={"count": 1}, response={"id": 1}))
        whole = members(id="integer", name={"type": ["string", "null"]}, price="number", labels={"type": "object",
            "additionalProperties": {"type": "string"}},
                        lines={"type": "array", "items": members(tags={"type": "array", "items": {"type": "string"}})}, extra={"type": "object"})
        self.exact = {"/api/orders/{orderId}": {"get": {"200": whole}}, "/api/orders": {"post": {"request": members(count="integer"),
            "201": members(id="integer")}}}

    def compare(self, change=None) -> comparison.Result:
        paths = copy.deepcopy(self.exact)
        if change:
            change(paths)
        return comparison.compare(self.truth, inventory(paths))

    def order_fields(self, paths) -> dict:
        return paths["/api/orders/{orderId}"]["get"]["200"]["properties"]

    def test_what_is_equal(self):
        result = self.compare()
        self.assertTrue(result.is_exact, result.table())
        self.assertEqual((result["endpoints"].right, result["endpoints"].precision, result["endpoints"].recall), (2, 1, 1))
        self.assertEqual((result["response fields"].right, result["request fields"].right, result.maps, result.maps_found), (11, 1, 1, 1))

    def test_a_literal_in_the_place_of_a_parameter(self):
        def change(paths):
            paths["/api/orders/100"] = paths.pop("/api/orders/{orderId}")
        result = self.compare(change)["endpoints"]
        self.assertEqual((result.missed, result.false), (["GET /api/orders/{}"], ["GET /api/orders/100, which is /api/orders/{}"]))
        self.assertEqual((result.precision, result.recall), (0.5, 0.5))

    def test_a_missed_endpoint_misses_its_fields(self):
        result = self.compare(lambda paths: paths.pop("/api/orders"))
        self.assertEqual((result["request fields"].missed, len(result["fields of found endpoints"].missed)), (["POST /api/orders request /count"], 0))

    def test_one_parameter_too_many(self):
        def change(paths):
            paths["/api/{all}"] = paths.pop("/api/orders")
        self.assertEqual(self.compare(change)["endpoints"].false, ["POST /api/{}, which is /api/orders"])

    def test_another_method_is_another_endpoint(self):
        def change(paths):
            paths["/api/orders"]["put"] = paths["/api/orders"].pop("post")
        result = self.compare(change)["endpoints"]
        self.assertEqual((result.missed, result.apart), (["POST /api/orders"], ["PUT /api/orders"]))

    def test_what_nobody_documents_is_apart(self):
        result = self.compare(lambda paths: paths.update({"/logo.svg": {"get": {}}}))
        self.assertEqual((result["endpoints"].apart, result.is_exact), (["GET /logo.svg"], True))

    def test_a_field_missed_and_one_made_up(self):
        def change(paths):
            self.order_fields(paths)["invented"] = {"type": "string"}
            del self.order_fields(paths)["price"]
        result = self.compare(change)["response fields"]
        self.assertEqual((result.missed, result.false), (["GET /api/orders/{} 200 /price"], ["GET /api/orders/{} 200 /invented"]))

    def test_a_field_that_the_document_alone_lacks_is_apart(self):
        def change(paths):
            self.order_fields(paths)["more"] = {"type": "integer"}
            self.order_fields(paths)["extra"] = members(free="integer")
        result = self.compare(change)
        self.assertEqual((sorted(result["response fields"].apart), result.is_exact),
                         (["GET /api/orders/{} 200 /extra/free", "GET /api/orders/{} 200 /more"], True))

    def test_a_map_told_by_its_keys_is_right_and_not_a_map(self):
        result = self.compare(lambda paths: self.order_fields(paths).update(labels=members(a="string", b="string")))
        self.assertEqual((result["response fields"].right, result.maps_found, result.is_exact), (11, 0, True))

    def test_a_wrong_type(self):
        for kind in ("string", ["number", "null"]):
            result = self.compare(lambda paths, kind=kind: self.order_fields(paths).update(price={"type": kind}))
            self.assertEqual(len(result["types of found fields"].false), 1, kind)
            self.assertIn("/price", result["types of found fields"].false[0])

    def test_a_null_that_is_not_told(self):
        result = self.compare(lambda paths: self.order_fields(paths).update(name={"type": "string"}))
        self.assertEqual(len(result["types of found fields"].missed), 1)

    def test_null_by_any_of(self):
        result = self.compare(lambda paths: self.order_fields(paths).update(name={"anyOf": [{"type": "string"}, {"type": "null"}]}))
        self.assertTrue(result.is_exact, result.table())

    def test_null_as_of_openapi_3_0(self):
        result = self.compare(lambda paths: self.order_fields(paths).update(name={"type": "string", "nullable": True}))
        self.assertTrue(result.is_exact, result.table())

    def test_a_status_that_never_came(self):
        result = self.compare(lambda paths: paths["/api/orders"]["post"].update({"202": members(id="integer")}))
        self.assertEqual(result["response fields"].false, ["POST /api/orders 202 /id"])

    def test_query_parameters(self):
        result = self.compare(lambda paths: paths["/api/orders/{orderId}"]["get"].update(query=["made_up"]))
        self.assertEqual(result["query parameters"].false, ["GET /api/orders/{} ?made_up"])

    def test_few_values_may_stand_for_a_parameter(self):
        self.truth = truth_of(*(asked("GET", f"/api/regions/{region}/orders", "/api/regions/{region}/orders", 200,
                                      response=[{"id": 1}]) for region in ("eu", "us")))
        listed = {"get": {"200": {"type": "array", "items": members(id="integer")}}}
        self.exact = {"/api/regions/eu/orders": listed, "/api/regions/us/orders": listed}
        result = self.compare()
        self.assertEqual((result.is_exact, result.by_values, result["response fields"].right), (True, 1, 2), result.table())
        self.exact["/api/regions/mars/orders"] = listed
        self.assertEqual(self.compare()["endpoints"].apart, ["GET /api/regions/mars/orders"])

    def test_the_table_names_what_is_wrong(self):
        text = self.compare(lambda paths: paths.pop("/api/orders")).table()
        self.assertRegex(text, r"endpoints +1 +1 +0 +0 +1\.0000 +0\.5000")
        self.assertIn("endpoints, missed: 1\n  POST /api/orders\n", text)


if __name__ == "__main__":
    unittest.main()
