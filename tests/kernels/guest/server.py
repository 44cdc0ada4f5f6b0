# SPDX-License-Identifier: Apache-2.0
"""server.py PORT [tls]: Python's own HTTP server on both loopback addresses."""
import http.server
import socket
import ssl
import sys


class DualStackServer(http.server.ThreadingHTTPServer):
    address_family = socket.AF_INET6

    def server_bind(self):
        self.socket.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 0)
        super().server_bind()


class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_GET(self):
        body = f'{{"uri":"{self.path}"}}\n'.encode()
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_):
        pass


server = DualStackServer(("::", int(sys.argv[1])), Handler)
if sys.argv[2:] == ["tls"]:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain("/etc/ssl/guest.crt", "/etc/ssl/guest.key")
    server.socket = context.wrap_socket(server.socket, server_side=True)
server.serve_forever()
