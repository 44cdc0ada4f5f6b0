# SPDX-License-Identifier: Apache-2.0
"""A server and clients in one process that exchange as much as they can: many.py CONNECTIONS REQUESTS SECONDS [CERTIFICATE KEY
CA]. Each connection ends after so many requests or seconds, what comes first. Prints how many exchanges there were."""
import pathlib
import ssl
import sys
import threading
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))
import edges  # noqa: E402

BODY_BYTES = 4000


def body_of(path: str) -> bytes:
    """Tells the exchange at every place, so that a body put together from two would show."""
    return (path.encode() + b" ").ljust(32, b".") * (BODY_BYTES // 32)


def answer_all(connection):
    with connection:
        while (head := edges.read_head(connection)):
            connection.sendall(edges.response(body_of(head.split(b" ", 2)[1].decode())))


def ask(port: int, name: int, requests: int, end: float, context) -> int:
    raw = edges.connect(port)
    connection = context.wrap_socket(raw, server_hostname="localhost") if context else raw
    size = len(edges.response(body_of("/")))
    done = 0
    with connection:
        while done < requests and time.monotonic() < end:
            connection.sendall(b"GET /%d/%d HTTP/1.1\r\nHost: localhost\r\n\r\n" % (name, done))
            left = size
            while left:
                left -= len(connection.recv(left))
            done += 1
    return done


def contexts(*tls: str):
    """Of the server and of the client; none without a certificate, its key and a CA."""
    if not tls:
        return None, None
    server = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    server.load_cert_chain(tls[0], tls[1])
    return server, ssl.create_default_context(cafile=tls[2])


def main(connections: str, requests: str, seconds: str, *tls: str):
    server_context, client_context = contexts(*tls)
    listener = edges.listen()

    def serve():
        for _ in range(int(connections)):
            raw, _ = listener.accept()
            wrapped = server_context.wrap_socket(raw, server_side=True) if server_context else raw
            threading.Thread(target=answer_all, args=(wrapped,)).start()

    threading.Thread(target=serve).start()
    end = time.monotonic() + float(seconds)
    done = []
    clients = [threading.Thread(target=lambda name=name: done.append(
        ask(listener.getsockname()[1], name, int(requests), end, client_context))) for name in range(int(connections))]
    for client in clients:
        client.start()
    for client in clients:
        client.join()
    print(sum(done), flush=True)


if __name__ == "__main__":
    main(*sys.argv[1:])
