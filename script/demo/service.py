# SPDX-License-Identifier: Apache-2.0
"""The demonstration's own traffic: a small shop over HTTP and HTTPS on loopback, and clients that use it. Everything runs in
this process tree and ends by itself."""
import http.server
import json
import os
import pathlib
import signal
import ssl
import subprocess
import sys
import tempfile
import threading
import urllib.request

CUSTOMERS = {"7": {"id": 7, "name": "Ann", "mail": "ann@shop.example"}, "8": {"id": 8, "name": "Bob", "mail": "bob@shop.example"}}
ORDERS = {"1041": {"id": 1041, "state": "NEW"}, "1042": {"id": 1042, "state": "PAID"}}


class Shop(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server_version = "shop"

    def log_message(self, *_):
        pass

    def answer(self, status: int, value):
        body = json.dumps(value).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def do_GET(self):
        parts = self.path.split("?")[0].strip("/").split("/")
        if parts == ["orders"]:
            self.answer(200, list(ORDERS.values()))
        elif parts[0] == "orders" and len(parts) == 2 and parts[1] in ORDERS:
            self.answer(200, ORDERS[parts[1]])
        elif parts == ["customers"]:  # which asks nobody who he is, as it should
            self.answer(200, list(CUSTOMERS.values()))
        elif parts[0] == "customers" and len(parts) == 2 and parts[1] in CUSTOMERS:
            if self.headers.get("Authorization", "").startswith("Bearer "):
                self.answer(200, CUSTOMERS[parts[1]])
            else:
                self.answer(401, {"error": "who are you?"})
        elif parts == ["health"]:
            self.answer(200, {"ok": True})
        else:
            self.answer(404, {"error": "no such thing"})

    def do_POST(self):
        body = self.rfile.read(int(self.headers.get("Content-Length", "0")))
        self.answer(201, {"id": 1043, "bytes": len(body)})

    def do_DELETE(self):
        self.answer(403, {"error": "not allowed"})


def certificate(folder: pathlib.Path) -> tuple[str, str]:
    pem, key = str(folder / "cert.pem"), str(folder / "key.pem")
    subprocess.run(["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-keyout", key, "-out", pem, "-days", "2", "-subj",
                    "/CN=localhost", "-addext", "subjectAltName=DNS:localhost,IP:127.0.0.1"], check=True, capture_output=True)
    return pem, key


def serve(context: ssl.SSLContext | None) -> int:
    """A server in a process of its own, as a service would be; returns its port."""
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Shop)
    if context:
        server.socket = context.wrap_socket(server.socket, server_side=True)
    pid = os.fork()
    if pid == 0:
        signal.signal(signal.SIGTERM, lambda *_: os._exit(0))
        server.serve_forever()
    CHILDREN.append(pid)
    port = server.server_address[1]
    server.socket.close()
    return port


CHILDREN: list[int] = []


def use_with_python(base: str, context: ssl.SSLContext | None):
    for method, path, body, headers in (
            ("GET", "/orders", None, {}), ("GET", "/orders/1041", None, {}), ("GET", "/orders/1042?expand=items", None, {}),
            ("POST", "/orders", b'{"sku": "A-17", "quantity": 2}', {"Content-Type": "application/json"}), ("DELETE", "/orders/1041", None, {}),
            ("GET", "/orders/9", None, {}), ("GET", "/customers", None, {}), ("GET", "/customers/7", None, {}),
            ("GET", "/customers/8", None, {"Authorization": "Bearer of-the-demonstration"})):
        request = urllib.request.Request(base + path, data=body, method=method, headers=headers)
        try:
            urllib.request.urlopen(request, context=context, timeout=30).read()
        except urllib.error.HTTPError as error:
            error.read()


def main():
    with tempfile.TemporaryDirectory() as name:
        pem, key = certificate(pathlib.Path(name))
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(pem, key)
        clear, tls = serve(None), serve(context)
        try:
            trusting = ssl.create_default_context(cafile=pem)
            users = [threading.Thread(target=use_with_python, args=(f"http://127.0.0.1:{clear}", None)) for _ in range(5)]
            users += [threading.Thread(target=use_with_python, args=(f"https://localhost:{tls}", trusting)) for _ in range(5)]
            for user in users:
                user.start()
            for _ in range(5):
                subprocess.run(["curl", "-s", "-o", "/dev/null", f"http://127.0.0.1:{clear}/health"], check=True)
                subprocess.run(["curl", "-s", "-o", "/dev/null", "--cacert", pem, f"https://localhost:{tls}/health",
                                "-o", "/dev/null", f"https://localhost:{tls}/orders"], check=True)
            for user in users:
                user.join()
        finally:
            for pid in CHILDREN:
                os.kill(pid, signal.SIGTERM)
                os.waitpid(pid, 0)


if __name__ == "__main__":
    sys.exit(main())
