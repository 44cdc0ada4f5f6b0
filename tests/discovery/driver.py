# SPDX-License-Identifier: Apache-2.0
"""Sends the requests of a document's operations to a service, on connections that stay open, and logs what was really sent and
received: a line of JSON for each exchange. The same seed asks the same, but for what the service makes up itself."""
import gzip
import http.client
import json
import pathlib
import random
import urllib.parse
import uuid

import document as documents
import samples
from service import support

ANSWER_SECONDS = 60  # a bound for hanging, not an expectation


class Log:
    """What passed. `operation` and `template` are null for what the document does not have."""

    def __init__(self, path: pathlib.Path):
        self.file = path.open("w", encoding="utf-8")
        self.count = 0

    def add(self, **exchange):
        self.count += 1
        self.file.write(json.dumps({"n": self.count, **exchange}, ensure_ascii=False) + "\n")

    def close(self):
        self.file.close()


def read_log(path: pathlib.Path) -> list[dict]:
    with path.open(encoding="utf-8") as lines:
        return [json.loads(line) for line in lines]


class Answer:
    def __init__(self, status: int, headers, body: bytes):
        self.status = status
        self.headers = headers
        self.type = headers.get("Content-Type", "")
        self.body = body
        self.json = None
        if body and documents.is_json(self.type):
            try:
                self.json = json.loads(body)
            except ValueError:  # services write two answers into one, now and then
                pass

    @property
    def good(self) -> bool:
        return 200 <= self.status < 300

    def get(self, *keys, default=None):
        """A member of a good answer's body."""
        node = self.json if self.good else None
        for key in keys:
            if isinstance(node, dict) and key in node:
                node = node[key]
            elif isinstance(node, list) and isinstance(key, int) and key < len(node):
                node = node[key]
            else:
                return default
        return node


class Client:
    def __init__(self, port: int, log: Log):
        self.port = port
        self.log = log
        self.headers: dict[str, str] = {}
        self.connection = None

    def exchange(self, method: str, path: str, body: bytes | None = None, headers: dict | None = None) -> Answer:
        """One request on the connection that is open; a new one where the server has closed it meanwhile."""
        kept = self.connection is not None
        while True:
            if self.connection is None:
                self.connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=ANSWER_SECONDS)
            try:
                packed = {"Accept-Encoding": "gzip"} if self.log.count % 2 else {}
                self.connection.request(method, path, body, {"Accept": "application/json", **packed, **self.headers, **(headers or {})})
                response = self.connection.getresponse()
                read = response.read()
                if response.headers.get("Content-Encoding") == "gzip" and read:
                    read = gzip.decompress(read)
                answer = Answer(response.status, response.headers, read)
                if response.will_close:
                    self.close()
                return answer
            except (http.client.RemoteDisconnected, ConnectionError):
                self.close()
                if not kept:
                    raise
                kept = False

    def ask(self, method: str, path: str, *, operation=None, body=None, raw: bytes | None = None, content_type: str = "") -> Answer:
        """`body` is sent as JSON, `raw` as it is."""
        exchange = {"method": method, "path": path, "operation": operation.name if operation else None,
                    "template": operation.template if operation else None}
        if body is not None:
            raw = json.dumps(body).encode()
            content_type = content_type or "application/json"
            exchange["request"] = body
        answer = self.exchange(method, path, raw, {"Content-Type": content_type} if content_type else {})
        exchange |= {"request_type": content_type, "request_bytes": len(raw or b""), "status": answer.status, "response_type": answer.type,
                     "response_bytes": len(answer.body)}
        if answer.json is not None:
            exchange["response"] = answer.json
        self.log.add(**exchange)
        return answer

    def close(self):
        if self.connection is not None:
            self.connection.close()
        self.connection = None


class Driver:
    """Calls operations by method and path as the document has them. Of the parameters of a path a list is one to choose from."""

    def __init__(self, client: Client, document: documents.Document, seed: int = 20):
        self.client = client
        self.document = document
        self.random = random.Random(seed)
        self.samples = samples.Samples(document, self.random)

    def uuid(self) -> str:
        return str(uuid.UUID(int=self.random.getrandbits(128), version=4))

    def choose(self, value):
        return self.random.choice(value) if isinstance(value, list) else value() if callable(value) else value

    def call(self, method: str, path: str, /, *, body=None, query: dict | None = None, raw: bytes | None = None, content_type: str = "",
             fixed: dict | None = None, slashes: bool = False, **parameters) -> Answer:
        """With `fixed` the body is made of the schema, these members as given; `query` likewise overrides made parameters. `slashes`:
        those in a parameter are sent as such."""
        operation = self.document.operations[method, path]
        values = {name: self.choose(parameters[name.replace("-", "_")]) for name in operation.path_parameters()}
        filled = operation.path
        for name, value in values.items():
            filled = filled.replace("{" + name + "}", urllib.parse.quote(str(value), safe="/" if slashes else ""))
        if fixed is not None:
            body = self.samples.body(operation, {key: value() if callable(value) else value for key, value in fixed.items()})
        elif callable(body):
            body = body()
        asked = self.samples.query(operation, query or {})
        text = "?" + urllib.parse.urlencode(asked, doseq=True) if asked else ""

        def ask() -> Answer | None:
            answer = self.client.ask(method, self.document.base + filled + text, operation=operation, body=body, raw=raw,
                                     content_type=content_type)
            return answer if answer.status != 503 else None  # busy with something of its own

        return support.wait_until(ask, f"an answer to {method} {filled} other than 503")

    def repeat(self, times: int, method: str, path: str, /, **more) -> list[Answer]:
        return [self.call(method, path, **more) for _ in range(times)]

    def each(self, method: str, path: str, name: str, values, /, **more) -> list[Answer]:
        """Once with each value of one parameter."""
        return [self.call(method, path, **{name: value}, **more) for value in values]

    def fails(self, method: str, path: str, /, **more) -> Answer:
        """A call that must not succeed: else the driver does not know the service."""
        answer = self.call(method, path, **more)
        if answer.status < 400:
            raise AssertionError(f"{method} {path} was to fail, and answered {answer.status}")
        return answer

    def works(self, method: str, path: str, /, **more) -> Answer:
        answer = self.call(method, path, **more)
        if answer.status >= 400:
            raise AssertionError(f"{method} {path} answered {answer.status}: {answer.body[:400]!r}")
        return answer
