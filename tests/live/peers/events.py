# SPDX-License-Identifier: Apache-2.0
"""Server-sent events that go on until a file is there: `serve PORT FILE`, and `ask PORT FILE`, which makes the file once RECORDS
has a record of the stream under way: `ask PORT FILE RECORDS`."""
import http.client
import http.server
import pathlib
import sys
import threading

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent))
import support  # noqa: E402


class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    end: pathlib.Path

    def log_message(self, *_):
        pass

    def do_GET(self):
        self.send_response(200)
        self.send_header("Content-Type", "text/event-stream")
        self.send_header("Transfer-Encoding", "chunked")
        self.end_headers()
        self.event("first")
        support.wait_until(self.end.exists, "the word to end")
        self.event("last")
        self.wfile.write(b"0\r\n\r\n")

    def event(self, text: str):
        data = f"data: {text}\n\n".encode()
        self.wfile.write(b"%x\r\n%s\r\n" % (len(data), data))
        self.wfile.flush()


def ask(port: int, end: pathlib.Path, records: pathlib.Path):
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=support.PATIENCE_SECONDS)
    connection.request("GET", "/events")
    response = connection.getresponse()
    reader = threading.Thread(target=response.read)
    reader.start()
    support.wait_until(lambda: records.exists() and records.read_text(encoding="utf-8").count('"response_open"') == 2,
                       "records of the stream under way")
    end.touch()
    reader.join()


def main():
    mode, port, end, *rest = sys.argv[1:]
    Handler.end = pathlib.Path(end)
    if mode == "serve":
        http.server.ThreadingHTTPServer(("127.0.0.1", int(port)), Handler).serve_forever()
    ask(int(port), Handler.end, pathlib.Path(rest[0]))


if __name__ == "__main__":
    main()
