# SPDX-License-Identifier: Apache-2.0
"""Exchanges that are hard on a consumer of records: a server and a client in one process over 127.0.0.1, and some over ::1. Each
has a path of its own. Prints as JSON the paths that had a response. Then one request that is never answered."""
import gzip
import json
import pathlib
import socket
import sys
import threading

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))
import edges  # noqa: E402

LARGE = 1_500_000
JSON_TYPE = b"Content-Type: application/json"
# A name: (request line without the version, header lines, body). The path begins with the name.
REQUESTS: dict[str, tuple[bytes, list[bytes], bytes]] = {
    "json": (b"POST /json", [JSON_TYPE], b'{"a": 1}'),
    "json-with-line-feed": (b"POST /json-with-line-feed", [JSON_TYPE], b' \r\n{"a": 1}\n'),
    "json-lines": (b"POST /json-lines", [JSON_TYPE], b'{"a": 1}\n{"b": 2}\n'),
    "duplicate-keys": (b"POST /duplicate-keys", [JSON_TYPE], b'{"a": 1, "a": 2, "a": {"a": 3}}'),
    "broken-json": (b"POST /broken-json", [JSON_TYPE], b'{"a": 1'),
    "broken-array": (b"POST /broken-array", [JSON_TYPE], b'[1, 2}'),
    "broken-json-after-nul": (b"POST /broken-json-after-nul", [JSON_TYPE], b'\0\x0b{"a": '),
    "no-type": (b"POST /no-type", [], b'{"a": 1}'),
    "no-type-like-json": (b"POST /no-type-like-json", [], b"[a link](somewhere) of markdown"),
    "no-type-binary": (b"POST /no-type-binary", [], b"{\xff\xfe\0binary"),
    "empty-type": (b"POST /empty-type", [b"Content-Type:"], b"{not json"),
    "json-with-charset": (b"POST /json-with-charset", [b"Content-Type: application/json; charset=utf-8"], b'{"a": 1'),
    "two-types": (b"POST /two-types", [JSON_TYPE, JSON_TYPE], b'{"a": 1'),
    "large-json": (b"POST /large-json", [JSON_TYPE], b'{"a": "' + b"x" * LARGE + b'"}'),
    "large-text": (b"POST /large-text", [b"Content-Type: text/plain"], b"\x01" * LARGE),
    "large-array-no-type": (b"POST /large-array-no-type", [], b"[" + b"1," * (LARGE // 2) + b"1]"),
    "binary": (b"PUT /binary", [b"Content-Type: application/octet-stream"], bytes(range(256)) * 4),
    "gzip": (b"POST /gzip", [JSON_TYPE, b"Content-Encoding: gzip"], gzip.compress(b'{"a": "zipped"}')),
    "broken-gzip": (b"POST /broken-gzip", [JSON_TYPE, b"Content-Encoding: gzip"], gzip.compress(b'{"a": "zipped"}' * 99)[:30]),
    "form": (b"POST /form", [b"Content-Type: application/x-www-form-urlencoded"], b"a=%zz&b=%"),
    "xml": (b"POST /xml", [b"Content-Type: text/xml"], b"<a><b>"),
    "repeated": (b"GET /repeated", [b"X-A: 1", b"X-A: 2", b"Cookie: a=1", b"Cookie: b=2"], b""),
    "cases": (b"GET /cases", [b"X-Case: 1", b"x-case: 2", b"X-CASE: 3"], b""),
    "empty-values": (b"GET /empty-values", [b"X-Empty:", b"X-Blank:   ", b"X-Empty:"], b""),
    "bad-utf8": (b"GET /bad-utf8", [b"X-Bad: \xff\xfe\xc3", b"X-Quotes: \"a\\b\"", b"X-Euro: \xe2\x82\xac"], b""),
    "null-in-words": (b"GET /null-in-words", [b"X-Null: null", b"X-Json: {\"a\":null}"], b""),
    "strange-names": (b"GET /strange-names", [b"$ref: $", b"a.b: c", b"x!#%&'*+^_`|~: d"], b""),
    "query": (b"GET /query?a=%00&b=%22%5c&c=\"\\{}", [], b""),
    "absolute": (b"GET http://localhost/absolute?x", [], b""),
    "unknown-method": (b"PURGE /unknown-method", [], b""),
    "track": (b"TRACK /track", [], b""),
    "options": (b"OPTIONS /options", [], b""),
    "delete": (b"DELETE /delete", [], b""),
    "head": (b"HEAD /head", [], b""),
    "no-content": (b"GET /no-content", [], b""),
    "not-modified": (b"GET /not-modified", [], b""),
    "large-response": (b"GET /large-response", [], b""),
    "broken-response": (b"GET /broken-response", [], b""),
    "gzip-response": (b"GET /gzip-response", [], b""),
    "binary-response": (b"GET /binary-response", [], b""),
    "jsonp": (b"GET /jsonp", [], b""),
    "no-reason": (b"GET /no-reason", [], b""),
    "odd-status": (b"GET /odd-status", [], b""),
}
ANSWERS: dict[str, bytes] = {
    "head": b"HTTP/1.1 200 OK\r\nContent-Length: 500\r\n\r\n",
    "no-content": b"HTTP/1.1 204 No Content\r\n\r\n",
    "not-modified": b"HTTP/1.1 304 Not Modified\r\nContent-Length: 500\r\n\r\n",
    "large-response": edges.response(b'{"a": "' + b"\\u0000" * (LARGE // 6) + b'"}', JSON_TYPE),
    "broken-response": edges.response(b'{"a": ', JSON_TYPE),
    "gzip-response": edges.response(gzip.compress(b'{"a": 1}'), JSON_TYPE, b"Content-Encoding: gzip"),
    "binary-response": edges.response(bytes(range(256)), b"Content-Type: application/octet-stream"),
    "jsonp": edges.response(b'call({"a": 1});', b"Content-Type: text/javascript"),
    "no-reason": b"HTTP/1.1 200\r\nContent-Length: 2\r\nSet-Cookie: a=1\r\nset-cookie: b=2\r\n\r\nok",
    "odd-status": b"HTTP/1.1 799 \xff\xfe\r\nContent-Length: 2\r\nX-Bad: \xff\r\n\r\nok",
}


def message(name: str, suffix: str) -> bytes:
    line, headers, body = REQUESTS[name]
    start = line.replace(name.encode(), name.encode() + suffix.encode(), 1)
    length = [b"Content-Length: %d" % len(body)] if body else []
    return b"\r\n".join([start + b" HTTP/1.1", b"Host: localhost", *length, *headers, b"", body])


def target(name: str, suffix: str) -> str:
    return message(name, suffix).split(b" ", 2)[1].decode()


def read_message(connection) -> bytes:
    """The head; what the body's length promises is read too."""
    data = edges.read_head(connection)
    head, _, body = data.partition(b"\r\n\r\n")
    lengths = [int(line.split(b":")[1]) for line in head.split(b"\r\n") if line.lower().startswith(b"content-length:")]
    left = (lengths[0] if lengths else 0) - len(body)
    while left > 0:
        left -= len(connection.recv(min(left, 65536)))
    return head


def answer_all(listener, suffix: str):
    """A connection for each exchange; the last one is not answered."""
    for name in REQUESTS:
        connection, _ = listener.accept()
        with connection:
            read_message(connection)
            connection.sendall(ANSWERS.get(name, edges.response(b'{"ok": true}', JSON_TYPE)))
    connection, _ = listener.accept()
    edges.read_head(connection)
    connection.close()


def ask_all(listener, suffix: str) -> list[str]:
    thread = threading.Thread(target=answer_all, args=(listener, suffix))
    thread.start()
    for name in REQUESTS:
        client = socket.create_connection(listener.getsockname()[:2], timeout=edges.TIMEOUT)
        client.sendall(message(name, suffix))
        edges.read_to_end(client)
        client.close()
    client = socket.create_connection(listener.getsockname()[:2], timeout=edges.TIMEOUT)
    client.sendall(b"GET /unanswered" + suffix.encode() + b" HTTP/1.1\r\nHost: localhost\r\n\r\n")
    edges.read_to_end(client)
    client.close()
    thread.join()
    return [target(name, suffix) for name in REQUESTS]


def main():
    paths = ask_all(edges.listen(), "")
    with socket.create_server(("::1", 0), family=socket.AF_INET6) as listener:
        listener.settimeout(edges.TIMEOUT)
        paths += ask_all(listener, "-6")
    print(json.dumps(paths), flush=True)


if __name__ == "__main__":
    main()
