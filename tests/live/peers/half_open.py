# SPDX-License-Identifier: Apache-2.0
"""A server and clients in one process that hold many large requests open at once: half_open.py COUNT BYTES. Each line
of standard input is a step: "whole" a small exchange; "half FROM TO" requests with these numbers, of which BYTES of twice as many are
sent; "rest FROM TO" their other halves and the answers. "done" is printed after each."""
import pathlib
import selectors
import socket
import sys
import threading

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))
import edge_sockets  # noqa: E402

ANSWER = edge_sockets.response(b"taken")


def serve(listener):
    """Reads all, in no order, and answers what is whole."""
    ready = selectors.DefaultSelector()
    ready.register(listener, selectors.EVENT_READ)
    left: dict[socket.socket, int] = {}
    while True:
        for key, _ in ready.select():
            if key.fileobj is listener:
                connection, _ = listener.accept()
                ready.register(connection, selectors.EVENT_READ)
                continue
            data = key.fileobj.recv(1 << 16)
            if not data:
                ready.unregister(key.fileobj)
                key.fileobj.close()
                continue
            if key.fileobj not in left:
                head, _, body = data.partition(b"\r\n\r\n")
                left[key.fileobj] = int(head.rsplit(b" ", 1)[1]) - len(body)
            else:
                left[key.fileobj] -= len(data)
            if left[key.fileobj] == 0:
                del left[key.fileobj]
                key.fileobj.sendall(ANSWER)


def post(client, path: str, size: int, now: int):
    client.sendall(f"POST {path} HTTP/1.1\r\nHost: localhost\r\nContent-Length: {size}\r\n\r\n".encode() + b"x" * now)


def main(count: str, size: str):
    listener = edge_sockets.listen()
    threading.Thread(target=serve, args=(listener,), daemon=True).start()
    half = int(size)
    port = listener.getsockname()[1]
    clients = [edge_sockets.connect(port) for _ in range(int(count))]
    for line in sys.stdin:
        what, *numbers = line.split()
        if what == "whole":
            post(clients[0], "/whole", 10, 10)
            assert clients[0].recv(1000) == ANSWER
        for number in range(*map(int, numbers or ["0"])):
            if what == "half":
                post(clients[number], f"/half/{number}", 2 * half, half)
            else:
                clients[number].sendall(b"x" * half)
                assert clients[number].recv(1000) == ANSWER
        print("done", flush=True)


if __name__ == "__main__":
    main(*sys.argv[1:])
