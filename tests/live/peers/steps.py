# SPDX-License-Identifier: Apache-2.0
"""A server and a client in one process, told what to do: each line of standard input is a number of exchanges to make over one
connection; then "done" is printed: steps.py [NAME [CERTIFICATE KEY CA]]. NAME begins the paths instead of "step"."""
import pathlib
import sys
import threading

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))
import edges  # noqa: E402
import many  # noqa: E402


def serve(listener, context):
    raw, _ = listener.accept()
    many.answer_all(context.wrap_socket(raw, server_side=True) if context else raw)


def main(name: str = "step", *tls: str):
    server_context, client_context = many.contexts(*tls)
    listener = edges.listen()
    threading.Thread(target=serve, args=(listener, server_context)).start()
    raw = edges.connect(listener.getsockname()[1])
    client = client_context.wrap_socket(raw, server_hostname="localhost") if client_context else raw
    size = len(edges.response(many.body_of("/")))
    number = 0
    for line in sys.stdin:
        for _ in range(int(line)):
            client.sendall(b"GET /%s/%d HTTP/1.1\r\nHost: localhost\r\n\r\n" % (name.encode(), number))
            left = size
            while left:
                left -= len(client.recv(left))
            number += 1
        print("done", flush=True)
    client.close()


if __name__ == "__main__":
    main(*sys.argv[1:])
