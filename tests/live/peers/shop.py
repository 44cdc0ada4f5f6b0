# SPDX-License-Identifier: Apache-2.0
"""A shop over HTTP, and somebody who shops: shop.py serve PORT, shop.py ask PORT. It says people's addresses, and forgets a login."""
import http.client
import http.server
import json
import sys

USERS = {name: {"name": name, "email": f"{name}@example.org", "roles": ["buyer"], "age": 20 + at} for at, name in
         enumerate(["ann", "bob", "cid", "dan", "eve", "fay", "gus", "hal"])}


class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def answer(self, status: int, body):
        data = json.dumps(body).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)

    def do_GET(self):
        parts = self.path.split("?")[0].strip("/").split("/")
        if parts[0] == "users" and len(parts) == 2 and parts[1] in USERS:
            self.answer(200, USERS[parts[1]])
        elif parts[0] == "orders" and len(parts) == 2 and parts[1].isdigit():
            self.answer(200, {"id": int(parts[1]), "state": "open" if int(parts[1]) % 2 else "paid", "total": int(parts[1]) / 4})
        elif parts == ["healthz"]:
            self.answer(200, {"status": "ok"})
        else:
            self.answer(404, {"error": "not found"})

    def do_POST(self):
        order = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        self.answer(201, {"id": 7, "card": order["card"][-4:]})

    def log_message(self, *_):
        pass


def ask(port: int):
    connection = http.client.HTTPConnection("127.0.0.1", port)
    headers = {"Authorization": "Bearer secret-of-the-shop", "Host": "shop.example"}

    def call(method: str, path: str, body=None, more=None):
        data = json.dumps(body) if body is not None else None
        connection.request(method, path, data, {**headers, **({"Content-Type": "application/json"} if body is not None else {}), **(more or {})})
        connection.getresponse().read()

    for name in USERS:
        call("GET", f"/users/{name}")
    for number in range(20):
        call("GET", f"/orders/{number}?expand=items")
    for number in range(5):
        call("POST", "/orders", {"sku": f"a{number}", "card": "4111111111111111", "quantity": number})
    call("GET", "/users/nobody")
    call("GET", "/no/such/thing")
    call("GET", "/healthz")


if __name__ == "__main__":
    if sys.argv[1] == "serve":
        http.server.ThreadingHTTPServer(("127.0.0.1", int(sys.argv[2])), Handler).serve_forever()
    ask(int(sys.argv[2]))
