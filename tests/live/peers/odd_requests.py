# SPDX-License-Identifier: Apache-2.0
"""Requests that the standard forbids and some server answers. "serve PORT" answers all that http.server reads; "ask PORT TRUTH"
sends each on a connection of its own and writes its name, its port and the status that came, as a line of JSON."""
import http.server
import json
import socket
import sys

HOST = b"Host: h\r\n"
REQUESTS = {
    "plain": b"GET /plain HTTP/1.1\r\n" + HOST + b"\r\n",
    "empty lines": b"\r\n\nGET /empty-lines HTTP/1.1\r\n" + HOST + b"\r\n",
    "small letters": b"get /small HTTP/1.1\r\n" + HOST + b"\r\n",
    "digit in the method": b"GET2 /digit HTTP/1.1\r\n" + HOST + b"\r\n",
    "one letter": b"G /one HTTP/1.1\r\n" + HOST + b"\r\n",
    "unknown method": b"BREW /unknown HTTP/1.1\r\n" + HOST + b"\r\n",
    "long method": b"M" * 40 + b" /long HTTP/1.1\r\n" + HOST + b"\r\n",
    "spaces": b"GET   /spaces  HTTP/1.1\r\n" + HOST + b"\r\n",
    "trailing space": b"GET /trailing HTTP/1.1 \r\n" + HOST + b"\r\n",
    "version 1.10": b"GET /version HTTP/1.10\r\n" + HOST + b"\r\n",
    "version 2.0": b"GET /version-2 HTTP/2.0\r\n" + HOST + b"\r\n",
    "line feeds": b"GET /line-feeds HTTP/1.1\nHost: h\n\n",
    "no colon": b"GET /no-colon HTTP/1.1\r\n" + HOST + b"no colon\r\n\r\n",
    "space in a name": b"GET /name HTTP/1.1\r\n" + HOST + b"a b: c\r\n\r\n",
    "control in a name": b"GET /control HTTP/1.1\r\n" + HOST + b"a\x01b: c\r\n\r\n",
    "fold first": b"GET /fold HTTP/1.1\r\n fold\r\n" + HOST + b"\r\n",
    "900 fields": b"GET /fields HTTP/1.1\r\n" + HOST + b"".join(b"f%d: 1\r\n" % i for i in range(900)) + b"\r\n",
    "100 KB of head": b"GET /head HTTP/1.1\r\n" + HOST + b"".join(b"f%d: %s\r\n" % (i, b"x" * 1000) for i in range(100)) + b"\r\n",
    "coding": b"POST /coding HTTP/1.1\r\n" + HOST + b"Transfer-Encoding: xchunked\r\n\r\n",
    "chunk size": b"POST /chunk HTTP/1.1\r\n" + HOST + b"Transfer-Encoding: chunked\r\n\r\n0x1\r\na\r\n0\r\n\r\n",
    "signed length": b"POST /length HTTP/1.1\r\n" + HOST + b"Content-Length: +1\r\n\r\na",
}


class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def answer(self):
        self.send_response(200)
        self.send_header("Content-Length", "2")
        self.send_header("Connection", "close")
        self.end_headers()
        self.wfile.write(b"ok")

    def __getattr__(self, name: str):
        if name.startswith("do_"):
            return self.answer
        raise AttributeError(name)

    def log_message(self, *_):
        pass


def status_of(answer: bytes) -> int:
    return int(answer.split(b" ")[1]) if answer.startswith(b"HTTP/") else 0


def ask(port: int, request: bytes) -> tuple[int, int]:
    """The port it was sent from, and the status of the answer."""
    with socket.create_connection(("127.0.0.1", port)) as connection:
        own = connection.getsockname()[1]
        answer = b""
        try:
            connection.sendall(request)
            while b"\r\n\r\n" not in answer:
                part = connection.recv(65536)
                if not part:
                    break
                answer += part
        except ConnectionError:
            pass
        return own, status_of(answer)


def main():
    what, port = sys.argv[1], int(sys.argv[2])
    if what == "serve":
        http.server.ThreadingHTTPServer(("127.0.0.1", port), Handler).serve_forever()
    with open(sys.argv[3], "a", encoding="ascii") as truth:
        for name, request in REQUESTS.items():
            truth.write(json.dumps([name, *ask(port, request)]) + "\n")


if __name__ == "__main__":
    main()
