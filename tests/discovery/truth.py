#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""What there was to be discovered, from a service's document and the log of what was asked of it: the operations that were asked, and of
their bodies the fields that the document has and the traffic had.

A field is a path with `/` between its steps: a member's name, `[]` for each element of an array, `{*}` for any key of a map
(additionalProperties). Of what the document leaves open (an object without properties, a value of any kind) nothing below is a field.
"""
import argparse
import collections
import json
import pathlib
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))
import comparison  # noqa: E402
from document import Document, positions  # noqa: E402

ELEMENT = "[]"
ANY_KEY = "{*}"
# With fewer values than this that the service knew, nobody can tell a parameter from as many fixed words.
FEW = 8


def kind(value) -> str:
    if value is None:
        return "null"
    if isinstance(value, bool):
        return "boolean"
    if isinstance(value, int):
        return "integer"
    if isinstance(value, float):
        return "number"
    return {str: "string", list: "array", dict: "object"}[type(value)]


def escaped(name: str) -> str:
    """A member's name as a step of a path, as JSON pointers have it."""
    return name.replace("~", "~0").replace("/", "~1")


class Fields:
    """Fields of bodies that one part of an operation had."""

    def __init__(self):
        self.known: dict[str, set[str]] = collections.defaultdict(set)  # the document has them
        self.unknown: dict[str, set[str]] = collections.defaultdict(set)  # it does not
        self.open: set[str] = set()  # below them the document says nothing

    def add(self, document: Document, schemas: list[dict], value, path: str = ""):
        """`schemas` are alternatives, any of which may be the value's."""
        alternatives = [one for schema in schemas for one in document.alternatives(schema)]
        if isinstance(value, dict):
            for name, inner in value.items():
                self._member(document, alternatives, name, inner, path)
        elif isinstance(value, list):
            items = [one["items"] for one in alternatives if "items" in one]
            if not items:
                self._leave_open(alternatives, path, "array")
                return
            for inner in value:
                self._found(document, items, inner, f"{path}/{ELEMENT}")

    def _member(self, document: Document, alternatives: list[dict], name: str, value, path: str):
        properties = [one["properties"][name] for one in alternatives if name in one.get("properties", {})]
        if properties:
            self._found(document, properties, value, f"{path}/{escaped(name)}")
            return
        extra = [one["additionalProperties"] for one in alternatives if one.get("additionalProperties") not in (None, False)]
        if extra:
            self._found(document, [{} if one is True else one for one in extra], value, f"{path}/{ANY_KEY}")
            return
        if not self._leave_open(alternatives, path, "object"):
            self.unknown[f"{path}/{escaped(name)}"].add(kind(value))

    def _leave_open(self, alternatives: list[dict], path: str, wanted: str) -> bool:
        says_nothing = any(not one.get("properties") and "items" not in one and one.get("additionalProperties") is not False
                           and one.get("type", wanted) == wanted and "enum" not in one and "const" not in one for one in alternatives)
        if says_nothing:
            self.open.add(path)
        return says_nothing

    def _found(self, document: Document, schemas: list[dict], value, path: str):
        self.known[path].add(kind(value))
        self.add(document, schemas, value, path)

    def plain(self) -> dict:
        return {"fields": {path: sorted(kinds) for path, kinds in sorted(self.known.items())},
                "undocumented": {path: sorted(kinds) for path, kinds in sorted(self.unknown.items())}, "open": sorted(self.open)}


class Values:
    """Which values each parameter of a path had, by what stands before it, whatever the operation."""

    def __init__(self):
        self.seen: dict[str, set[str]] = collections.defaultdict(set)
        self.known: dict[str, set[str]] = collections.defaultdict(set)  # of requests that did not fail

    def add(self, template: str, path: str, status: int):
        steps = template.split("/")
        for position, (step, value) in enumerate(zip(steps, path.split("/"))):
            if step == "{}":
                name = "/".join(steps[:position + 1])
                self.seen[name].add(value)
                if status < 400:
                    self.known[name].add(value)

    def few(self, template: str) -> dict[str, list[str]]:
        """Positions whose parameter had but few that the service knew, with all that it had."""
        steps = template.split("/")
        found = {}
        for position, step in enumerate(steps):
            name = "/".join(steps[:position + 1])
            if step == "{}" and len(self.known.get(name, ())) < FEW:
                found[str(position)] = sorted(self.seen[name])
        return found


class Endpoint:
    def __init__(self, method: str, template: str):
        self.method = method
        self.template = template
        self.operations: set[str] = set()
        self.statuses: collections.Counter = collections.Counter()
        self.query: dict[str, bool] = {}  # a parameter's name to whether the document has it
        self.request = Fields()
        self.responses: dict[str, Fields] = {}
        self.undocumented_statuses: set[str] = set()

    def add(self, document: Document, operation, exchange: dict):
        self.operations.add(operation.name)
        status = str(exchange["status"])
        self.statuses[status] += 1
        documented = {one["name"] for one in operation.parameters if one["in"] == "query"}
        for pair in exchange["path"].partition("?")[2].split("&"):
            if name := pair.partition("=")[0]:
                self.query[name] = name in documented
        if "request" in exchange and operation.body is not None:
            self.request.add(document, [operation.body], exchange["request"])
        if "response" in exchange:
            schema = operation.response(exchange["status"])
            if schema is None:
                self.undocumented_statuses.add(status)
            else:
                self.responses.setdefault(status, Fields()).add(document, [schema], exchange["response"])

    def plain(self) -> dict:
        return {"method": self.method, "template": self.template, "operations": sorted(self.operations),
                "requests": sum(self.statuses.values()), "statuses": dict(sorted(self.statuses.items())),
                "query": sorted(name for name, known in self.query.items() if known),
                "undocumented_query": sorted(name for name, known in self.query.items() if not known),
                "request": self.request.plain(), "responses": {status: one.plain() for status, one in sorted(self.responses.items())},
                "undocumented_statuses": sorted(self.undocumented_statuses)}


def compute(document: Document, exchanges: list[dict], name: str = "", version: str = "") -> dict:
    """`wide` are requests in which a parameter of the path took more or fewer segments than one: they belong to no template of the
    same length, and are counted apart, as are those that the document does not have. `few` of an endpoint are the positions of its path
    whose parameter had less than FEW values that did not fail: an inventory may have values instead."""
    by_name = {(one.method, one.template): one for one in document.operations.values()}
    endpoints: dict[tuple[str, str], Endpoint] = {}
    requests, undocumented, wide = set(), collections.Counter(), collections.Counter()
    values = Values()
    for exchange in exchanges:
        path = exchange["path"].partition("?")[0]
        operation = by_name.get((exchange["method"], exchange["template"]))
        if operation is None:
            undocumented[exchange["method"], path] += 1
            continue
        template = positions(operation.template)
        if template.count("/") != path.count("/"):
            wide[exchange["method"], path] += 1
            continue
        key = exchange["method"], template
        endpoints.setdefault(key, Endpoint(*key)).add(document, operation, exchange)
        requests.add((*key, path))
        values.add(template, path, exchange["status"])
    driven = {operation for one in endpoints.values() for operation in one.operations}
    return {"service": name, "version": version, "documented_operations": len(document.operations), "driven_operations": len(driven),
            "not_driven": sorted(f"{one.method} {one.template}" for one in document.operations.values() if one.name not in driven),
            "endpoints": [{**one.plain(), "few": values.few(one.template)} for _, one in sorted(endpoints.items())],
            "requests": [list(one) for one in sorted(requests)],
            "undocumented": [[*key, count] for key, count in sorted(undocumented.items())],
            "wide": [[*key, count] for key, count in sorted(wide.items())]}


def summary(truth: dict) -> str:
    endpoints = truth["endpoints"]
    parts = [part for one in endpoints for part in (one["request"], *one["responses"].values())]
    requests = sum(one["requests"] for one in endpoints)
    failed = sum(count for one in endpoints for status, count in one["statuses"].items() if status >= "400")
    unsuccessful = [f"{one['method']} {one['template']} {one['statuses']}" for one in endpoints if not any(status < "400" for status in one["statuses"])]
    lines = [f"{truth['service']} {truth['version']}: {truth['driven_operations']} of {truth['documented_operations']} documented operations driven,"
             f" {len(endpoints)} endpoints, {requests} requests of them ({failed} failed)",
             f"fields: {sum(len(part['fields']) for part in parts)} documented and seen, {sum(len(part['undocumented']) for part in parts)}"
             f" seen and not documented, {sum(len(part['open']) for part in parts)} left open",
             f"apart: {sum(one[-1] for one in truth['undocumented'])} requests of paths without a document,"
             f" {sum(one[-1] for one in truth['wide'])} whose parameter has a slash"]
    for what, found in (("not driven", truth["not_driven"]), ("never successful", unsuccessful)):
        lines += [f"{what}: {len(found)}", *(f"  {one}" for one in found)]
    return "\n".join(lines)


def main() -> int:
    parser = argparse.ArgumentParser(description="Compares an inventory, exported as OpenAPI 3.1, with the truth; exit status 1 where they differ.")
    parser.add_argument("truth", type=pathlib.Path, help="NAME.truth.json")
    parser.add_argument("inventory", type=pathlib.Path)
    parser.add_argument("--shown", type=int, default=40, help="how many misses and false ones of each kind")
    arguments = parser.parse_args()
    truth, inventory = (json.loads(path.read_text(encoding="utf-8")) for path in (arguments.truth, arguments.inventory))
    result = comparison.compare(truth, inventory)
    print(result.table(arguments.shown))
    return 0 if result.is_exact else 1


if __name__ == "__main__":
    sys.exit(main())
