# SPDX-License-Identifier: Apache-2.0
"""An ASGI application with the answers that the tests need, for uvicorn: `uvicorn server_asgi:answer`."""
import pathlib
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))
import bodies  # noqa: E402


def coded(kind: str) -> tuple[bytes, list]:
    body = bodies.text(kind, 1 << 20 if kind == "large" else 3000)
    if kind == "gzip":
        return bodies.gzipped(body), [(b"content-encoding", b"gzip")]
    if kind == "deflate":
        return bodies.deflated(body), [(b"content-encoding", b"deflate")]
    if kind == "stacked":
        return bodies.gzipped(bodies.deflated(body)), [(b"content-encoding", b"deflate, gzip")]
    if kind == "br":
        return pathlib.Path(__file__).with_name("body.br").read_bytes(), [(b"content-encoding", b"br")]
    if kind == "binary":
        return bodies.binary(4096), [(b"content-type", b"application/octet-stream")]
    if kind == "cookies":
        return body, [(b"set-cookie", b"a=1"), (b"set-cookie", b"b=2")]
    return body, [(b"content-type", b"text/plain")]


async def read_body(receive) -> bytes:
    body = b""
    while True:
        message = await receive()
        body += message.get("body", b"")
        if not message.get("more_body"):
            return body


async def answer(scope, receive, send):
    if scope["type"] != "http":
        return
    kind = scope["path"].strip("/")
    sent = await read_body(receive)
    if kind in ("204", "304"):
        await send({"type": "http.response.start", "status": int(kind), "headers": []})
        await send({"type": "http.response.body", "body": b""})
        return
    body, headers = coded(kind)
    if scope["method"] in ("POST", "PUT"):
        body, headers = b"%d bytes" % len(sent), []
    if kind == "close":
        headers.append((b"connection", b"close"))
    if kind != "chunked":
        headers.append((b"content-length", b"%d" % len(body)))
    await send({"type": "http.response.start", "status": 200, "headers": headers})
    if scope["method"] == "HEAD":
        body = b""
    for at in range(0, len(body), 1000 if kind == "chunked" else 1 << 20):
        await send({"type": "http.response.body", "body": body[at:at + (1000 if kind == "chunked" else 1 << 20)], "more_body": True})
    await send({"type": "http.response.body", "body": b""})
