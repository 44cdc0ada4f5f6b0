# SPDX-License-Identifier: Apache-2.0
"""An inventory, as an OpenAPI document, beside the truth: precision and recall of endpoints, fields, their types and query parameters.
What the traffic had and the document does not is listed apart and never wrong."""
import dataclasses

from document import Document, positions

ELEMENT = "[]"
ANY_KEY = "{*}"
PARTS = ("endpoints", "query parameters", "request fields", "response fields", "fields of found endpoints", "types of found fields")


@dataclasses.dataclass
class Measure:
    right: int = 0
    missed: list[str] = dataclasses.field(default_factory=list)
    false: list[str] = dataclasses.field(default_factory=list)
    apart: list[str] = dataclasses.field(default_factory=list)

    @property
    def precision(self) -> float:
        return self.right / (self.right + len(self.false)) if self.right or self.false else 1.0

    @property
    def recall(self) -> float:
        return self.right / (self.right + len(self.missed)) if self.right or self.missed else 1.0


class Result:
    def __init__(self):
        self.measures = {part: Measure() for part in PARTS}
        self.by_values = 0  # endpoints with a parameter of few values, in whose place the inventory has those
        self.maps = 0  # maps of the truth
        self.maps_found = 0  # that the inventory has as such

    def __getitem__(self, part: str) -> Measure:
        return self.measures[part]

    @property
    def is_exact(self) -> bool:
        return not any(one.missed or one.false for one in self.measures.values())

    def table(self, shown: int = 40) -> str:
        lines = [f"{'':28}{'right':>8}{'missed':>8}{'false':>8}{'apart':>8}{'precision':>11}{'recall':>9}"]
        for part, one in self.measures.items():
            lines.append(f"{part:28}{one.right:8}{len(one.missed):8}{len(one.false):8}{len(one.apart):8}{one.precision:11.4f}{one.recall:9.4f}")
        lines.append(f"endpoints told by the few values of a parameter: {self.by_values}")
        lines.append(f"maps told as maps: {self.maps_found} of {self.maps}")
        for part, one in self.measures.items():
            for what in ("missed", "false", "apart"):
                found = getattr(one, what)
                if found:
                    lines += ["", f"{part}, {what}: {len(found)}", *(f"  {text}" for text in found[:shown])]
                    if len(found) > shown:
                        lines.append(f"  and {len(found) - shown} more")
        return "\n".join(lines)


def schema_fields(document: Document, schema: dict, path: str = "", into: dict | None = None, within: tuple = ()) -> dict[str, set[str]]:
    """All fields of a schema with their types. A schema inside itself is followed once."""
    into = {} if into is None else into
    reference = schema.get("$ref") if isinstance(schema, dict) else None
    if reference in within or len(within) > 40:
        return into
    within = (*within, reference) if reference else within
    for one in document.alternatives(schema):
        if path:
            into.setdefault(path, set()).update(types(one))
        for name, inner in one.get("properties", {}).items():
            schema_fields(document, inner, f"{path}/{name.replace('~', '~0').replace('/', '~1')}", into, within)
        if isinstance(one.get("items"), dict):
            schema_fields(document, one["items"], f"{path}/{ELEMENT}", into, within)
        if isinstance(one.get("additionalProperties"), dict) and one["additionalProperties"]:
            schema_fields(document, one["additionalProperties"], f"{path}/{ANY_KEY}", into, within)
    return into


def types(schema: dict) -> set[str]:
    said = schema.get("type")
    found = set(said) if isinstance(said, list) else {said} if said else set()
    if not found:
        found = {"object"} if "properties" in schema else {"array"} if "items" in schema else set()
    return found | ({"null"} if schema.get("nullable") else set())


def _same_types(truth: list[str], found: set[str]) -> bool:
    """A number that was whole each time it was seen may be told as either."""
    wanted = set(truth)
    if "number" in wanted:
        wanted.discard("integer")
    if "number" in found:
        found = found - {"integer"}
        if "integer" in wanted:
            wanted = wanted - {"integer"} | {"number"}
    return wanted == found


def _matches(template: str, path: str) -> bool:
    """Of as many segments."""
    return template == path or ("{}" in template and all(step in ("{}", one) for step, one in zip(template.split("/"), path.split("/"))))


def _is_endpoint(endpoint: dict, method: str, template: str) -> bool:
    """Whether the inventory's template is the endpoint's, values in the place of parameters that had but few allowed."""
    wanted, steps = endpoint["template"].split("/"), template.split("/")
    return method == endpoint["method"] and len(wanted) == len(steps) and all(
        step == one or (one == "{}" and step in endpoint["few"].get(str(position), ())) for position, (one, step) in enumerate(zip(wanted, steps)))


def _ever_succeeded(endpoint: dict) -> bool:
    """What was never answered with success cannot be told from a path that somebody made up: an inventory may leave it out."""
    return any(status < "400" for status in endpoint["statuses"])


def _is_below(path: str, roots: list[str]) -> bool:
    return any(path.startswith(root + "/") for root in roots)


def _unfolded(path: str, fields: dict) -> str | None:
    """The field with `{*}` that a path with a key in its place belongs to."""
    steps = path.split("/")
    for field in fields:
        wanted = field.split("/")
        if ANY_KEY in wanted and len(wanted) == len(steps) and all(a in (b, ANY_KEY) and (a != ANY_KEY or b != ELEMENT) for a, b in zip(wanted,
            steps)):
            return field
    return None


def _is_below_open_map(path: str, wanted: dict, opened: list[str]) -> bool:
    """Whether one of the steps is a key of a map of which the document leaves open what is behind it."""
    steps = path.split("/")
    above = ("/".join(steps[:length]) for length in range(2, len(steps)))
    fields = (_unfolded(one, wanted) for one in above)
    return any(field in opened or _is_below(field, opened) for field in fields if field)


class Comparison:
    def __init__(self, truth: dict, inventory: dict):
        self.truth = truth
        self.document = Document(inventory)
        self.result = Result()
        self.wanted = {(one["method"], one["template"]): one for one in truth["endpoints"]}
        self.requests: dict[tuple[str, int], list[tuple[str, str]]] = {}
        for method, template, path in truth["requests"]:
            self.requests.setdefault((method, path.count("/")), []).append((template, path))
        self.found: dict[tuple[str, str], list] = {}
        for operation in self.document.operations.values():
            self.found.setdefault((operation.method, positions(operation.template)), []).append(operation)

    def run(self) -> Result:
        self._endpoints()
        for key, endpoint in self.wanted.items():
            if not self.templates[key] and not _ever_succeeded(endpoint):
                continue
            operations = [one for found in self.templates[key] for one in self.found[found]]
            name = " ".join(key)
            self._query(name, endpoint, operations)
            self._part(f"{name} request", endpoint["request"], self._bodies(operations), "request fields", bool(operations))
            for status, part in endpoint["responses"].items():
                self._part(f"{name} {status}", part, self._responses(operations, status), "response fields", bool(operations))
            self._other_statuses(name, endpoint, operations)
        return self.result

    def _endpoints(self):
        measure = self.result["endpoints"]
        self.templates = {key: [found for found in self.found if _is_endpoint(endpoint, *found)] for key, endpoint in self.wanted.items()}
        for key, templates in self.templates.items():
            if templates:
                measure.right += 1
                self.result.by_values += key not in templates
            elif _ever_succeeded(self.wanted[key]):
                measure.missed.append(" ".join(key))
            else:
                measure.apart.append(" ".join(key) + " never succeeded")
        right = {found for templates in self.templates.values() for found in templates}
        for method, template in self.found:
            if (method, template) in right:
                continue
            covers = sorted({wanted for wanted, path in self.requests.get((method, template.count("/")), ()) if _matches(template, path)})
            if covers:
                more = f" and {len(covers) - 3} more" if len(covers) > 3 else ""
                measure.false.append(f"{method} {template}, which is {', '.join(covers[:3])}{more}")
            else:
                measure.apart.append(f"{method} {template}")

    def _query(self, name: str, endpoint: dict, operations: list):
        measure = self.result["query parameters"]
        found = {one["name"] for operation in operations for one in operation.parameters if one["in"] == "query"}
        wanted = set(endpoint["query"])
        measure.right += len(found & wanted)
        measure.missed += [f"{name} ?{one}" for one in sorted(wanted - found)]
        for one in sorted(found - wanted):
            (measure.apart if one in endpoint["undocumented_query"] else measure.false).append(f"{name} ?{one}")

    def _bodies(self, operations: list) -> dict:
        fields: dict = {}
        for operation in operations:
            if operation.body is not None:
                schema_fields(self.document, operation.body, "", fields)
        return fields

    def _responses(self, operations: list, status: str) -> dict:
        fields: dict = {}
        for operation in operations:
            schema = operation.response(int(status))
            if schema is not None:
                schema_fields(self.document, schema, "", fields)
        return fields

    def _part(self, name: str, part: dict, found: dict, kind: str, is_found: bool):
        wanted = part["fields"]
        maps = [path for path in wanted if path.endswith("/" + ANY_KEY)]
        self.result.maps += len(maps)
        self.result.maps_found += sum(path in found for path in maps)
        reached: dict[str, set[str]] = {}
        false, apart = [], []
        for path, kinds in found.items():
            as_map = None if path in wanted else _unfolded(path, wanted)
            if path in wanted or as_map:
                reached.setdefault(as_map or path, set()).update(kinds)
            elif path in part["undocumented"] or _is_below(path, [*part["undocumented"], *part["open"]]):
                apart.append(f"{name} {path}")
            else:
                (apart if _is_below_open_map(path, wanted, part["open"]) else false).append(f"{name} {path}")
        missed = [f"{name} {path}" for path in wanted if path not in reached]
        for measure in [self.result[kind]] + ([self.result["fields of found endpoints"]] if is_found else []):
            measure.right += len(reached)
            measure.missed += missed
            measure.false += false
            measure.apart += apart
        self._types(name, wanted, reached)

    def _types(self, name: str, wanted: dict, reached: dict):
        measure = self.result["types of found fields"]
        for path, kinds in reached.items():
            if _same_types(wanted[path], kinds):
                measure.right += 1
            else:
                text = f"{name} {path}: {'|'.join(sorted(kinds)) or 'none'} is not {'|'.join(wanted[path])}"
                measure.missed.append(text)
                measure.false.append(text)

    def _other_statuses(self, name: str, endpoint: dict, operations: list):
        """Responses with fields for statuses of which the truth has none."""
        known = set(endpoint["responses"])
        for operation in operations:
            for status, schema in operation.responses.items():
                if schema is None or status in known or not status.isdigit():
                    continue
                fields = [f"{name} {status} {path}" for path in schema_fields(self.document, schema)]
                wrong = status not in endpoint["statuses"]
                (self.result["response fields"].false if wrong else self.result["response fields"].apart).extend(fields)


def compare(truth: dict, inventory: dict) -> Result:
    return Comparison(truth, inventory).run()
