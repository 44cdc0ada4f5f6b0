# SPDX-License-Identifier: Apache-2.0
"""What the peers of edges.py and others share: a listener and a thread behind it, and HTTP read by hand."""
import socket
import threading

TIMEOUT = 60


def listen() -> socket.socket:
    listener = socket.create_server(("127.0.0.1", 0))
    listener.settimeout(TIMEOUT)
    return listener


def connect(port: int) -> socket.socket:
    return socket.create_connection(("127.0.0.1", port), timeout=TIMEOUT)


def read_head(connection) -> bytes:
    data = b""
    while b"\r\n\r\n" not in data:
        piece = connection.recv(65536)
        if not piece:
            break
        data += piece
    return data


def read_to_end(connection) -> bytes:
    data = b""
    while (piece := connection.recv(65536)):
        data += piece
    return data


def response(body: bytes, *headers: bytes) -> bytes:
    return b"".join([b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n" % len(body), *[one + b"\r\n" for one in headers], b"\r\n",
                     body])


def serve(listener, answer):
    """A thread that accepts one connection and hands it to `answer`."""
    def run():
        connection, _ = listener.accept()
        connection.settimeout(TIMEOUT)
        answer(connection)
    thread = threading.Thread(target=run)
    thread.start()
    return thread


def tcp_states(port: int) -> set[str]:
    """States of sockets whose local port this is."""
    found = set()
    with open("/proc/net/tcp", encoding="ascii") as lines:
        for line in lines:
            fields = line.split()
            if len(fields) > 3 and fields[1].endswith(f":{port:04X}"):
                found.add(fields[3])
    return found
