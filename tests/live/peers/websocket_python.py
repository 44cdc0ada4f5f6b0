# SPDX-License-Identifier: Apache-2.0
"""WebSocket of Python's websockets, with the commands of websocket.js: "serve PORT COMPRESSION [KEY CERT]", "ask PORT TRUTH COUNT
COMPRESSION [CA]". COMPRESSION: off, on. "wait PORT RECORDS" sends a message, and another when the first is in the records of
both sides."""
import asyncio
import base64
import json
import pathlib
import ssl
import sys

import websockets

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent))
import support  # noqa: E402

LARGEST = 64 << 20


def options(compression: str) -> dict:
    return {"compression": "deflate" if compression == "on" else None, "max_size": LARGEST}


def messages(count: int) -> list:
    made = [json.dumps({"type": "order", "id": number, "note": "the same words, again and again"}) for number in range(count)]
    return made + [bytes(range(256)), b"", "Zürich 中文 🙂", ["one, ", "two, ", "three"], bytes(70_000), '{"a":[1,2,3]},' * 10_000]


def line(message) -> list:
    whole = "".join(message) if isinstance(message, list) else message
    return [1, base64.b64encode(whole.encode()).decode()] if isinstance(whole, str) else [2, base64.b64encode(whole).decode()]


async def echo(socket, _path=None):
    async for message in socket:
        await socket.send(message)


async def serve(port: str, compression: str, key: str = "", certificate: str = ""):
    context = None
    if key:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(certificate, key)
    async with websockets.serve(echo, "127.0.0.1", int(port), ssl=context, **options(compression)):
        await asyncio.Future()


async def ask(port: str, truth: str, count: str, compression: str, ca: str = ""):
    context = ssl.create_default_context(cafile=ca) if ca else None
    plan = messages(int(count))
    received = []
    async with websockets.connect(f"{'wss' if ca else 'ws'}://localhost:{port}/chat?room=1", ssl=context, **options(compression)) as socket:
        async def send():
            for message in plan:
                await socket.send(message)

        sending = asyncio.create_task(send())
        while len(received) < len(plan):
            received.append(line(await socket.recv()))
        await sending
        await socket.close(1000, "done")
    pathlib.Path(truth).write_text(json.dumps({"sent": [line(message) for message in plan], "received": received}), encoding="ascii")


def told(records: str) -> bool:
    lines = pathlib.Path(records).read_text(encoding="utf-8").split("\n")[:-1]
    return {record["direction"] for record in map(json.loads, lines) if record["type"] == "WEBSOCKET"} == {"1", "2"}


async def wait(port: str, records: str):
    async with websockets.connect(f"ws://localhost:{port}/chat", compression=None) as socket:
        await socket.send("first")
        await socket.recv()
        support.wait_until(lambda: told(records), "records of the first message")
        await socket.send("last")
        await socket.recv()


if __name__ == "__main__":
    asyncio.run({"serve": serve, "ask": ask, "wait": wait}[sys.argv[1]](*sys.argv[2:]))
