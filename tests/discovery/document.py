# SPDX-License-Identifier: Apache-2.0
"""An OpenAPI document (3.0, 3.1, or 2.0) as its operations, with schemas whose references are followed."""
import dataclasses
import re

METHODS = ("get", "put", "post", "delete", "options", "head", "patch", "trace")


def positions(template: str) -> str:
    """Names of parameters away; a segment that has one in it is one as a whole."""
    return "/".join("{}" if "{" in segment else segment for segment in template.split("/"))


def is_json(content_type: str) -> bool:
    name = content_type.split(";")[0].strip().lower()
    return name in ("application/json", "*/*") or name.endswith("+json")


@dataclasses.dataclass
class Operation:
    name: str
    method: str
    template: str  # with what all paths of the document begin with
    path: str  # as the document has it
    tags: list
    parameters: list  # the document's objects, references followed
    body: dict | None  # the schema of a JSON body
    body_type: str  # its content type; empty: no body
    responses: dict  # status, "2XX" or "default", to the schema of a JSON body, or None

    def path_parameters(self) -> list[str]:
        return re.findall(r"{([^}]+)}", self.path)

    def response(self, status: int) -> dict | None:
        """The schema for this status; None: the document has none."""
        for key in (str(status), f"{status // 100}XX", f"{status // 100}xx", "default"):
            if key in self.responses:
                return self.responses[key]
        return None


class Document:
    def __init__(self, raw: dict, base: str | None = None):
        """`base` stands before all paths; else what the document says."""
        self.raw = raw
        self.base = self._base() if base is None else base
        self.operations: dict[tuple[str, str], Operation] = {}
        for path, item in raw.get("paths", {}).items():
            item = self.follow(item)
            for method in METHODS:
                if method in item:
                    operation = self._operation(method.upper(), path, item, item[method])
                    self.operations[operation.method, path] = operation

    def _base(self) -> str:
        if "swagger" in self.raw:
            return self.raw.get("basePath", "").rstrip("/")
        servers = self.raw.get("servers") or [{"url": ""}]
        return re.sub(r"^\w+://[^/]*", "", servers[0].get("url", "")).rstrip("/")

    def _operation(self, method: str, path: str, item: dict, raw: dict) -> Operation:
        parameters = {(one["in"], one["name"]): one for one in map(self.follow, item.get("parameters", []) + raw.get("parameters", []))}
        body, body_type = self._body(raw, parameters)
        responses = {}
        for status, response in raw.get("responses", {}).items():
            response = self.follow(response)
            responses[str(status)] = response.get("schema", self._json_schema(response.get("content", {})))
        return Operation(raw.get("operationId") or f"{method} {path}", method, self.base + path, path, raw.get("tags", []),
                         [one for one in parameters.values() if one["in"] in ("path", "query", "header")], body, body_type, responses)

    def _body(self, raw: dict, parameters: dict) -> tuple[dict | None, str]:
        if "requestBody" in raw:
            content = self.follow(raw["requestBody"]).get("content", {})
            schema = self._json_schema(content)
            return schema, "application/json" if schema is not None else next(iter(content), "")
        for (place, _), one in parameters.items():
            if place == "body":
                return one.get("schema", {}), "application/json"
            if place == "formData":
                return None, "multipart/form-data"
        return None, ""

    @staticmethod
    def _json_schema(content: dict) -> dict | None:
        return next((media.get("schema", {}) for name, media in content.items() if is_json(name)), None)

    def follow(self, node):
        """The object that a reference leads to."""
        seen = set()
        while isinstance(node, dict) and "$ref" in node:
            reference = node["$ref"]
            if reference in seen or not reference.startswith("#/"):
                return {}
            seen.add(reference)
            node = self.raw
            for step in reference[2:].split("/"):
                node = node.get(step.replace("~1", "/").replace("~0", "~"), {}) if isinstance(node, dict) else {}
        return node if node is not True else {}

    def alternatives(self, schema: dict, depth: int = 0) -> list[dict]:
        """What a schema allows, as schemas without references, allOf, anyOf and oneOf."""
        schema = self.follow(schema)
        if not isinstance(schema, dict) or depth > 12:
            return []
        choices = schema.get("anyOf") or schema.get("oneOf")
        parts = schema.get("allOf", [])
        own = {key: value for key, value in schema.items() if key not in ("anyOf", "oneOf", "allOf")}
        if not choices and not parts:
            return [own]
        found = [one for choice in choices for one in self.alternatives(choice, depth + 1)] if choices else [{}]
        for part in parts:
            found = [merged(one, other) for one in found for other in self.alternatives(part, depth + 1)]
        return [merged(one, own) for one in found]


def merged(one: dict, other: dict) -> dict:
    """A schema that both hold of."""
    both = {**one, **other}
    if "properties" in one and "properties" in other:
        both["properties"] = {**one["properties"], **other["properties"]}
    if "required" in one and "required" in other:
        both["required"] = [*one["required"], *other["required"]]
    return both
