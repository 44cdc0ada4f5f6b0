# SPDX-License-Identifier: Apache-2.0
"""A client of asyncio's streams over one kept-alive connection; TLS there is memory, and the loop moves it."""
import asyncio


async def _read_body(reader, method: str, status: int, headers: dict):
    if method == "HEAD" or status in (204, 304):
        return
    if headers.get("transfer-encoding") == "chunked":
        while (size := int((await reader.readline()).split(b";")[0], 16)):
            await reader.readexactly(size + 2)
        while (await reader.readline()).strip():
            pass
    elif "content-length" in headers:
        await reader.readexactly(int(headers["content-length"]))
    else:
        await reader.read()


class AsyncioClient:
    def __init__(self, port: int, context):
        self.port = port
        self.context = context
        self.loop = asyncio.new_event_loop()
        self.streams = None

    async def _ask(self, method, path, headers, body) -> tuple[int, list]:
        if self.streams is None:
            self.streams = await asyncio.open_connection("127.0.0.1", self.port, ssl=self.context,
                                                         server_hostname="localhost" if self.context else None)
        reader, writer = self.streams
        head = f"{method} {path} HTTP/1.1\r\n" + "".join(f"{name}: {value}\r\n" for name, value in headers)
        writer.write(head.encode() + b"\r\n")
        writer.write(body)
        await writer.drain()
        status = int((await reader.readline()).split()[1])
        received = []
        while (line := (await reader.readline()).strip()):
            name, _, value = line.decode("latin-1").partition(":")
            received.append((name, value.strip()))
        fields = {name.lower(): value for name, value in received}
        await _read_body(reader, method, status, fields)
        if fields.get("connection") == "close":
            await self._close()
        return status, received

    async def _close(self):
        if self.streams is None:
            return
        self.streams[1].close()
        try:
            await self.streams[1].wait_closed()
        except OSError:
            pass  # the server was faster
        self.streams = None

    def ask(self, method, path, headers, body) -> tuple[int, list]:
        return self.loop.run_until_complete(self._ask(method, path, headers, body))

    def finish(self):
        self.loop.run_until_complete(self._close())
        self.loop.close()
