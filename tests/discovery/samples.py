# SPDX-License-Identifier: Apache-2.0
"""Values that a schema allows: required members always, optional ones now and then, so that a field is seen present and absent."""
import datetime
import random
import uuid

WORDS = ("payments", "orders", "billing", "checkout", "inventory", "shipping", "search", "identity", "ledger", "catalog", "reports",
         "alerts", "mobile", "frontend", "gateway", "profile", "returns", "pricing", "loyalty", "archive", "support", "telemetry",
         "notify", "import", "export", "fraud", "tax", "stock", "video", "chat")
PLACES = ("eu", "us-east", "apac", "staging", "prod", "blue", "2024", "v2", "nightly", "canary")
MOMENT = datetime.datetime(2026, 3, 1, tzinfo=datetime.timezone.utc)


def names(randomly: random.Random, count: int) -> list[str]:
    """Different ones, as persons give them: words, words with a place, numbered ones."""
    found: dict[str, None] = {}
    for word in randomly.sample(WORDS, min(count // 3, len(WORDS))):
        found[word] = None
    while len(found) < count:
        word = randomly.choice(WORDS)
        found[randomly.choice((f"{word}-{randomly.choice(PLACES)}", f"{word}-{randomly.choice(WORDS)}", f"{word}{randomly.randrange(2, 99)}"))] = None
    made = list(found)
    randomly.shuffle(made)
    return made


class Samples:
    """`by_name` gives members of this name anywhere in a body their value; a value that is callable is called, one that is a
    list is one to choose from. `never` are names that are left out unless they are required."""

    def __init__(self, document, randomly: random.Random):
        self.document = document
        self.random = randomly
        self.by_name: dict = {}
        self.never: set[str] = set()
        self.chance = 0.4
        self.depth = 5

    def body(self, operation, fixed: dict):
        made = self.value(operation.body, "", 0) if operation.body is not None else {}
        if isinstance(made, dict):
            made |= fixed
            made = {key: value for key, value in made.items() if value is not LEFT_OUT}
        return made

    def query(self, operation, given: dict) -> dict:
        asked = {}
        for one in operation.parameters:
            if one["in"] != "query":
                continue
            name = one["name"]
            if name in given:
                continue
            if one.get("required") or (name not in self.never and self.random.random() < self.chance):
                value = self.value(one.get("schema", one), name, 1)
                if value is not None and not isinstance(value, dict):
                    asked[name] = "true" if value is True else "false" if value is False else value
        for name, value in given.items():
            value = value() if callable(value) else value
            if value is not LEFT_OUT and value is not None:
                asked[name] = value
        return asked

    def value(self, schema: dict, name: str, depth: int):
        if depth and name in self.by_name:
            given = self.by_name[name]
            return given() if callable(given) else self.random.choice(given) if isinstance(given, list) else given
        choices = self.document.alternatives(schema)
        if depth >= self.depth - 1:
            choices = [one for one in choices if one.get("type") not in ("object", "array")] or choices
        return self._plain(self.random.choice(choices), name, depth) if choices else None

    def _plain(self, schema: dict, name: str, depth: int):
        if "const" in schema:
            return schema["const"]
        if "enum" in schema:
            return self.random.choice(schema["enum"])
        kind = schema.get("type")
        if isinstance(kind, list):
            kind = self.random.choice(kind)
        if "properties" in schema or kind == "object":
            return self._object(schema, depth)
        if kind == "array":
            if depth >= self.depth:
                return []
            count = self.random.choice((1, 1, 2, 3))
            made = [self.value(schema.get("items", {}), name, depth + 1) for _ in range(max(count, schema.get("minItems", 0)))]
            return list({str(one): one for one in made}.values())
        if kind == "boolean":
            return self.random.random() < 0.5
        if kind in ("integer", "number"):
            return self._number(schema, kind)
        if kind == "null":
            return None
        if kind == "string":
            return self._text(schema, name)
        return self.random.choice(("text", 7, True, None))

    def _object(self, schema: dict, depth: int) -> dict:
        made = {}
        required = schema.get("required", [])
        for name, inner in schema.get("properties", {}).items():
            wanted = depth < self.depth and name not in self.never and self.random.random() < self.chance
            if name in required or wanted:
                value = self.value(inner, name, depth + 1)
                if value is not LEFT_OUT:
                    made[name] = value
        extra = schema.get("additionalProperties")
        if "properties" not in schema and depth < self.depth:
            for key in self.random.sample(WORDS, self.random.choice((0, 1, 2))):
                made[key] = self.value(extra, key, depth + 1) if isinstance(extra, dict) else self.random.choice(("text", 7, True))
        return made

    def _number(self, schema: dict, kind: str):
        least = schema.get("minimum", schema.get("exclusiveMinimum", 0))
        least = least + 1 if "exclusiveMinimum" in schema else least
        most = min(schema.get("maximum", least + 100), least + 100)
        return self.random.randint(int(least), int(most)) if kind == "integer" else round(self.random.uniform(least, most), 2)

    def _text(self, schema: dict, name: str) -> str:
        form = schema.get("format", "")
        if form == "date-time":
            return (MOMENT + datetime.timedelta(minutes=self.random.randrange(300000))).isoformat().replace("+00:00", "Z")
        if form == "date":
            return (MOMENT + datetime.timedelta(days=self.random.randrange(300))).date().isoformat()
        if form == "uuid":
            return str(uuid.UUID(int=self.random.getrandbits(128), version=4))
        if form == "email" or name == "email":
            return f"{self.random.choice(WORDS)}{self.random.randrange(1000)}@example.com"
        if form in ("uri", "url"):
            return f"http://127.0.0.1/{self.random.choice(WORDS)}"
        word = self.random.choice(WORDS)
        return f"{word} of {name}" if name and self.random.random() < 0.3 and "pattern" not in schema else word


LEFT_OUT = object()
