# SPDX-License-Identifier: Apache-2.0
"""Passes one connection on, whatever it carries, and is no TLS program itself: relay.py PORT TO FILE. When the connection is over, FILE
has the bytes that its client sent and was sent, and FILE.done is there. Lives until standard input ends."""
import json
import pathlib
import socket
import sys
import threading


def pump(source: socket.socket, target: socket.socket, total: list[int], index: int):
    try:
        while data := source.recv(65536):
            total[index] += len(data)
            target.sendall(data)
        target.shutdown(socket.SHUT_WR)
    except OSError:
        pass  # an end is gone


def main(port: int, to: int, counts: str):
    total = [0, 0]
    with socket.create_server(("127.0.0.1", port)) as listener:
        client = listener.accept()[0]
    server = socket.create_connection(("127.0.0.1", to))
    down = threading.Thread(target=pump, args=(server, client, total, 1))
    down.start()
    pump(client, server, total, 0)
    down.join()
    pathlib.Path(counts).write_text(json.dumps(total), encoding="ascii")
    pathlib.Path(counts + ".done").touch()
    sys.stdin.read()


if __name__ == "__main__":
    main(int(sys.argv[1]), int(sys.argv[2]), sys.argv[3])
