# SPDX-License-Identifier: Apache-2.0
"""A server and clients in one process whose requests differ in what the filters look at: varied.py [PORT]. With a port the server
listens there too, and one request goes to it. What is asked is also what test_variables.py counts."""
import pathlib
import socket
import sys
import threading

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))
import bodies  # noqa: E402
import edge_sockets  # noqa: E402

NAMED = {"/named": "Host: shop.example", "/named/port": "Host: shop.example:8080", "/ipv6": "Host: [2001:db8::1]:8080"}
IPV4 = {"/ipv4": "Host: 10.1.2.3", "/ipv4/port": "Host: 10.1.2.3:8080", "/empty": "Host:", "/none": "X-Other: no host"}
METADATA = {"/metadata": "Host: 169.254.169.254", "/metadata/port": "Host: 169.254.169.254:80"}
BOOKINFO = {"/cert/bookinfo": "Host: a\r\nX-Forwarded-Client-Cert: By=spiffe://cluster.local/ns/bookinfo/sa/default"}
OTHER_CERT = {"/cert/other": "Host: a\r\nX-Forwarded-Client-Cert: By=spiffe://cluster.local/ns/shop/sa/default"}
SIDECAR_PEER = {"/peer/sidecar": "Host: a\r\nX-Envoy-Peer-Metadata-Id: sidecar~10.0.0.7~shop.default~cluster.local"}
OTHER_PEER = {"/peer/router": "Host: a\r\nX-Envoy-Peer-Metadata-Id: router~10.0.0.8~gateway.mesh~cluster.local"}
SMALL = {**NAMED, **IPV4, **METADATA, **BOOKINFO, **OTHER_CERT, **SIDECAR_PEER, **OTHER_PEER}
LARGE = [f"/large/{number}" for number in range(4)]
LARGE_BYTES = 600_000
FROM_SIDECAR, TO_PORT = "/from/sidecar", "/to/port"
SIDECAR = "127.0.0.6"


def answer_all(connection):
    with connection:
        while (head := edge_sockets.read_head(connection)):
            path = head.split(b" ", 2)[1].decode()
            connection.sendall(edge_sockets.response(bodies.text(path, LARGE_BYTES if path in LARGE else 100)))


def accept_all(listener):
    while True:
        connection, _ = listener.accept()
        threading.Thread(target=answer_all, args=(connection,), daemon=True).start()


def ask(port: int, requests: dict[str, str], source: str = ""):
    """Over one connection."""
    with socket.create_connection(("127.0.0.1", port), edge_sockets.TIMEOUT, (source, 0) if source else None) as connection:
        for path, fields in requests.items():
            connection.sendall(f"GET {path} HTTP/1.1\r\n{fields}\r\n\r\n".encode())
            left = len(edge_sockets.response(bodies.text(path, LARGE_BYTES if path in LARGE else 100)))
            while left:
                left -= len(connection.recv(left))


def main(well_known: str = ""):
    listeners = [edge_sockets.listen(), *([socket.create_server(("127.0.0.1", int(well_known)))] if well_known else [])]
    for listener in listeners:
        listener.settimeout(None)
        threading.Thread(target=accept_all, args=(listener,), daemon=True).start()
    port = listeners[0].getsockname()[1]
    ask(port, SMALL)
    ask(port, {FROM_SIDECAR: "Host: a"}, SIDECAR)
    for path in LARGE:
        ask(port, {path: "Host: a"})
    if well_known:
        ask(int(well_known), {TO_PORT: "Host: a"})


if __name__ == "__main__":
    main(*sys.argv[1:])
