# SPDX-License-Identifier: Apache-2.0
"""Connections of TLS on memory, both ends in this process: older_tls.py CERT KEY CA CONNECTIONS. Each asks once, then "ready" is printed;
each line of standard input has as many requests made on each connection, and "done" printed."""
import asyncio
import ssl
import sys


async def serve(reader, writer):
    try:
        while True:
            target = (await reader.readuntil(b"\r\n\r\n")).split()[1]
            writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n" % len(target) + target)
            await writer.drain()
    except (asyncio.IncompleteReadError, ConnectionError):
        writer.close()


async def ask(connection, path: str):
    reader, writer = connection
    writer.write(f"GET {path} HTTP/1.1\r\nHost: localhost\r\n\r\n".encode())
    await writer.drain()
    await reader.readuntil(b"\r\n\r\n")
    assert await reader.readexactly(len(path)) == path.encode()


async def main(certificate, key, ca, count):
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate, key)
    server = await asyncio.start_server(serve, "127.0.0.1", 0, ssl=context)
    port = server.sockets[0].getsockname()[1]
    trusting = ssl.create_default_context(cafile=ca)
    connections = [await asyncio.open_connection("localhost", port, ssl=trusting) for _ in range(int(count))]
    for number, connection in enumerate(connections):
        await ask(connection, f"/before/{number}")
    print("ready", flush=True)
    asked = 0
    while line := await asyncio.get_running_loop().run_in_executor(None, sys.stdin.readline):
        for _ in range(int(line)):
            for number, connection in enumerate(connections):
                await ask(connection, f"/after/{number}?n={asked}")
            asked += 1
        print("done", flush=True)
    for _, writer in connections:
        writer.close()


asyncio.run(main(*sys.argv[1:]))
