# SPDX-License-Identifier: Apache-2.0
"""A server of Python's standard library with the answers that the tests need: server.py PORT [CERT KEY [CLIENT_CA]]."""
import http.server
import pathlib
import ssl
import sys
import urllib.parse

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))
import bodies  # noqa: E402


class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server_version = "test"

    def log_message(self, *_):
        pass

    def answer(self, body: bytes, *headers: tuple[str, str], status: int = 200, length: bool = True):
        self.send_response(status)
        for name, value in headers:
            self.send_header(name, value)
        if length:
            self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(body)

    def chunked(self, body: bytes):
        self.send_response(200)
        self.send_header("Transfer-Encoding", "chunked")
        self.send_header("Trailer", "X-Check")
        self.end_headers()
        for at in range(0, len(body), 1000):
            piece = body[at:at + 1000]
            self.wfile.write(b"%x;part=%d\r\n" % (len(piece), at) + piece + b"\r\n")
        self.wfile.write(b"0\r\nX-Check: done\r\n\r\n")

    def do_GET(self):
        url = urllib.parse.urlsplit(self.path)
        kind = url.path.strip("/")
        body = bodies.text(kind, 3000)
        if kind == "chunked":
            self.chunked(body)
        elif kind == "gzip":
            self.answer(bodies.gzipped(body), ("Content-Encoding", "gzip"))
        elif kind == "deflate":
            self.answer(bodies.deflated(body), ("Content-Encoding", "deflate"))
        elif kind == "br":
            self.answer(pathlib.Path(sys.argv[0]).with_name("body.br").read_bytes(), ("Content-Encoding", "br"))
        elif kind == "stacked":
            self.answer(bodies.gzipped(bodies.deflated(body)), ("Content-Encoding", "deflate, gzip"))
        elif kind == "binary":
            self.answer(bodies.binary(4096), ("Content-Type", "application/octet-stream"))
        elif kind == "cookies":
            self.answer(body, ("Set-Cookie", "a=1"), ("Set-Cookie", "b=2"), ("X-Two", "1"), ("X-Two", "2"))
        elif kind == "304":
            self.answer(b"", ("ETag", '"x"'), status=304, length=False)
        elif kind == "204":
            self.answer(b"", status=204, length=False)
        elif kind == "large":
            self.answer(bodies.text(kind, 1 << 20))
        elif kind == "close":
            self.close_connection = True
            self.answer(body, ("Connection", "close"), length=False)
        else:
            self.answer(body, ("Content-Type", "text/plain"))

    do_HEAD = do_GET
    do_PROPFIND = do_GET
    do_DELETE = do_GET

    def do_POST(self):
        size = int(self.headers.get("Content-Length", "0"))
        body = self.rfile.read(size)
        self.answer(b"%d bytes" % len(body))

    do_PUT = do_POST


def main():
    server = http.server.ThreadingHTTPServer(("127.0.0.1", int(sys.argv[1])), Handler)
    server.daemon_threads = True
    if len(sys.argv) > 3:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(sys.argv[2], sys.argv[3])
        context.options |= 0x100  # SSL_OP_ALLOW_CLIENT_RENEGOTIATION
        if len(sys.argv) > 4:
            context.verify_mode = ssl.CERT_REQUIRED
            context.load_verify_locations(sys.argv[4])
        server.socket = context.wrap_socket(server.socket, server_side=True, do_handshake_on_connect=False)
    server.serve_forever()


if __name__ == "__main__":
    main()
