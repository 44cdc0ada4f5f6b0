# SPDX-License-Identifier: Apache-2.0
"""A server and a client in one process, told what to do: each line of standard input is a number of exchanges to make over one
connection; then "done" is printed. Its argument, if there is one, begins the paths instead of "step"."""
import pathlib
import sys
import threading

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))
import edges  # noqa: E402
import many  # noqa: E402


def main():
    listener = edges.listen()
    threading.Thread(target=lambda: many.answer_all(listener.accept()[0])).start()
    client = edges.connect(listener.getsockname()[1])
    size = len(edges.response(many.body_of("/")))
    number = 0
    name = (sys.argv[1:] or ["step"])[0].encode()
    for line in sys.stdin:
        for _ in range(int(line)):
            client.sendall(b"GET /%s/%d HTTP/1.1\r\nHost: localhost\r\n\r\n" % (name, number))
            left = size
            while left:
                left -= len(client.recv(left))
            number += 1
        print("done", flush=True)
    client.close()


if __name__ == "__main__":
    main()
