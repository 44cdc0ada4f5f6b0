# SPDX-License-Identifier: Apache-2.0
"""Real services and who asks them, until SIGTERM or the end of its input: services.py FOLDER [UNREADABLE-CLIENT].

nginx in clear and with TLS → an application on uvicorn → a stock on Node's http. curl and Python ask some 25 times a second, so that 50 exchanges or
so are on the wire. UNREADABLE-CLIENT PORT is a TLS client that no probe reads; it asks once and stays."""
import contextlib
import http.client
import itertools
import json
import os
import pathlib
import random
import signal
import socket
import ssl
import subprocess
import sys
import threading
import urllib.error
import urllib.parse
import urllib.request

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parents[2] / "tests/live"))
import support  # noqa: E402
HOST = "shop.example"
BEARER = "Bearer eyJhbGciOiJSUzI1NiJ9.eyJzdWIiOiI3In0.c2lnbmF0dXJlLW9mLXRoZS10ZXN0"
CARD = "4111 1111 1111 1111"
SCRIPT = "<script>alert(1)</script>"

NGINX = """
daemon off; worker_processes 1; pid {folder}/nginx.pid; error_log {folder}/error.log; user root;
events {{ worker_connections 256; }}
http {{
    access_log off; default_type text/plain; types {{ text/css css; text/html html; }}
    client_body_temp_path {folder}/t1; proxy_temp_path {folder}/t2; fastcgi_temp_path {folder}/t3; uwsgi_temp_path {folder}/t4;
    scgi_temp_path {folder}/t5;
    upstream application {{ server 127.0.0.1:{application}; keepalive 4; }}
    server {{
        listen 127.0.0.1:{clear};
        listen 127.0.0.1:{tls} ssl;
        ssl_certificate {folder}/cert.pem; ssl_certificate_key {folder}/key.pem;
        root {folder}/www;
        location = /healthz {{ return 200 ok; }}
        location /api/ {{
            proxy_pass http://application;
            proxy_http_version 1.1;
            proxy_set_header Host app.internal;
            proxy_set_header Connection "";
        }}
    }}
}}
"""


def wait_for(port: int, process: subprocess.Popen):
    def serves():
        if process.poll() is not None:
            sys.exit(f"{process.args[0]} does not serve on port {port}")
        with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port)):
            return True
    support.wait_until(serves, f"port {port} of {process.args[0]}")


class Services:
    def __init__(self, folder: pathlib.Path):
        self.folder = folder
        self.processes: list[subprocess.Popen] = []
        self.clear, self.tls, self.application, self.stock = support.free_ports(4)

    def start(self, command: list[str], port: int, **more: str):
        process = subprocess.Popen(command, stdin=subprocess.DEVNULL, env={**os.environ, **more})
        self.processes.append(process)
        wait_for(port, process)

    def serve(self):
        subprocess.run(["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-keyout", "key.pem", "-out", "cert.pem", "-days", "2",
                        "-subj", f"/CN={HOST}", "-addext", f"subjectAltName=DNS:{HOST},DNS:localhost"],
                       cwd=self.folder, check=True, capture_output=True)
        static = self.folder / "www" / "static"
        static.mkdir(parents=True)
        (static / "shop.css").write_text("body { color: #222 }\n" * 40)
        (static.parent / "index.html").write_text("<!doctype html><title>Shop</title>\n" + "<p>Tea and mugs.</p>\n" * 1200)
        configuration = self.folder / "nginx.conf"
        configuration.write_text(NGINX.format(folder=self.folder, clear=self.clear, tls=self.tls, application=self.application))
        self.start(["node", str(HERE / "stock.mjs"), str(self.stock)], self.stock)
        self.start([sys.executable, "-m", "uvicorn", "--app-dir", str(HERE), "--log-level", "error", "--port", str(self.application), "--http", "h11",
                    "--loop", "asyncio", "application:answer"], self.application, STOCK=f"127.0.0.1:{self.stock}", PYTHONDONTWRITEBYTECODE="1")
        self.start(["nginx", "-c", str(configuration)], self.clear, PATH=os.environ.get("PATH", "") + ":/usr/sbin")

    def end(self):
        for process in reversed(self.processes):
            process.terminate()
            process.wait()


class Clients:
    def __init__(self, services: Services, done: threading.Event):
        self.services = services
        self.done = done
        self.random = random.Random(7)

    def curl(self, rate: int, paths: list[str], *more: str, tls: bool = False):
        """Asks for the paths one after the other, so many a second, in a process for each round."""
        port = self.services.tls if tls else self.services.clear
        base = f"{'https' if tls else 'http'}://{HOST}"
        while not self.done.is_set():
            some = [base + path.replace("#", str(self.random.randrange(1, 5000))) for path in paths]
            subprocess.run(["curl", "-sg", "--rate", f"{rate}/s", "--connect-to", f"{HOST}::127.0.0.1:{port}", *more, *some],
                           stdout=subprocess.DEVNULL, check=False)
            self.done.wait(1 / rate)

    def anonymous_curl(self):
        self.curl(8, ["/api/users/#"] * 6 + ["/api/products/#"] * 4 + ["/static/shop.css", "/healthz", "/wp-login.php", "/api/orders/#"])

    def curl_with_bearer(self):
        self.curl(6, ["/api/orders/#"] * 4 + ["/api/orders", "/api/report"], "--cacert", str(self.services.folder / "cert.pem"),
                  "-H", f"Authorization: {BEARER}", tls=True)

    def anonymous_python(self):
        """Over one kept-alive connection."""
        connection = http.client.HTTPConnection("127.0.0.1", self.services.clear, timeout=support.PATIENCE_SECONDS)
        for at in itertools.count(1):
            if self.done.wait(0.15):
                return
            body = json.dumps({"card": CARD, "amount": at, "note": SCRIPT})
            method, path, body = [("GET", f"/api/users/{at}", None), ("POST", "/api/payments", body),
                                  ("GET", f"/api/search?q={urllib.parse.quote(SCRIPT)}&page={at % 5}", None)][at % 3]
            connection.request(method, path, body, {"Host": HOST, **({"Content-Type": "application/json"} if body else {})})
            connection.getresponse().read()

    def python_with_bearer(self):
        """Over TLS, a connection for each request."""
        context = ssl.create_default_context(cafile=str(self.services.folder / "cert.pem"))
        for at in itertools.count(1):
            if self.done.wait(0.2):
                return
            headers = {"Host": HOST, "Authorization": BEARER, "Content-Type": "application/json"}
            body = json.dumps({"sku": f"a-{at}", "card": CARD, "quantity": at % 4}).encode() if at % 2 else None
            request = urllib.request.Request(f"https://localhost:{self.services.tls}/api/orders{'' if body else f'/{at}'}", body, headers)
            with contextlib.suppress(urllib.error.HTTPError), urllib.request.urlopen(request, context=context, timeout=support.PATIENCE_SECONDS) as response:
                response.read()


def wait_for_the_end(done: threading.Event):
    while sys.stdin.buffer.read1():
        pass
    done.set()


def main():
    done = threading.Event()
    signal.signal(signal.SIGTERM, lambda *_: done.set())
    services = Services(pathlib.Path(sys.argv[1]))
    threading.Thread(target=wait_for_the_end, args=(done,), daemon=True).start()
    unreadable = None
    try:
        services.serve()
        clients = Clients(services, done)
        asking = [threading.Thread(target=one) for one in (clients.anonymous_curl, clients.curl_with_bearer, clients.anonymous_python,
                                                           clients.python_with_bearer)]
        for one in asking:
            one.start()
        if len(sys.argv) > 2:
            unreadable = subprocess.Popen([sys.argv[2], str(services.tls)], stdin=subprocess.PIPE)
        done.wait()
        for one in asking:
            one.join()
    finally:
        done.set()
        if unreadable is not None:
            unreadable.stdin.close()
            unreadable.wait()
        services.end()


if __name__ == "__main__":
    sys.exit(main())
