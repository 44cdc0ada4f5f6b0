# SPDX-License-Identifier: Apache-2.0
"""A host with one process of each kind: kinds.py FOLDER CERT KEY NGINX_PORT NGINX_CONF CLIENT JAVA_CLASS

Starts them, has each carry some bytes, writes what passed to FOLDER/truth, and keeps all alive until standard input ends. What a
server carried is what TCP counted at its client; what a client carried a relay counted. CLIENT, JAVA_CLASS: "-" where there is none.
`kinds.py WORD ARGUMENT...` is one of the processes."""
import asyncio
import json
import os
import pathlib
import socket
import ssl
import struct
import subprocess
import sys
import threading

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent))
import support  # noqa: E402

BODY = b"b" * 20000
ANSWER = b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n" % len(BODY) + BODY
NODE = """
const [port, cert, key] = process.argv.slice(1), fs = require('fs');
require('https').createServer({cert: fs.readFileSync(cert), key: fs.readFileSync(key)},
    (_, response) => response.end('b'.repeat(20000))).listen(+port, '127.0.0.1');
"""


def until_head(stream) -> bytes:
    data = b""
    while b"\r\n\r\n" not in data:
        more = stream.recv(65536)
        if not more:
            return data
        data += more
    return data


def each_connection(port: int, serve):
    """Without threads of `http.server`, so that nothing but `serve` reads and writes."""
    with socket.create_server(("127.0.0.1", port)) as listener:
        while True:
            connection = listener.accept()[0]
            threading.Thread(target=serve, args=(connection,), daemon=True).start()


def serve_clear(connection: socket.socket):
    while until_head(connection):
        connection.sendall(ANSWER)


def serve_echo(connection: socket.socket):
    while data := connection.recv(65536):
        connection.sendall(data)


async def serve_asyncio(port: int, certificate: str, key: str):
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate, key)

    async def serve(reader, writer):
        try:
            while await reader.readuntil(b"\r\n\r\n"):
                writer.write(ANSWER)
                await writer.drain()
        except (EOFError, ConnectionError):
            writer.close()

    async with await asyncio.start_server(serve, "127.0.0.1", port, ssl=context) as server:
        await server.serve_forever()


def send_datagrams():
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as to_quic_port:
        to_quic_port.connect(("127.0.0.1", 443))
        to_quic_port.send(b"x" * 1000)
    long_header = b"\xc3\x00\x00\x00\x01" + b"y" * 195
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as other_port:
        other_port.sendto(long_header, ("127.0.0.1", 9))
        other_port.sendto(b"\x41" + b"z" * 49, ("127.0.0.1", 9))  # a short header of the same socket
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as no_quic:
        no_quic.sendto(b"z" * 70, ("127.0.0.1", 9))


def passed(connection: socket.socket) -> int:
    """Bytes that TCP carried in both directions; the SYN counts as one of those that were acknowledged."""
    info = connection.getsockopt(socket.IPPROTO_TCP, socket.TCP_INFO, 192)
    acknowledged, received = struct.unpack_from("=QQ", info, 120)
    return acknowledged - 1 + received


class Host:
    def __init__(self, folder: str, certificate: str, key: str, nginx_port: str, nginx_conf: str, client: str, java: str):
        self.folder = folder
        self.certificate, self.key = certificate, key
        self.nginx_port, self.nginx_conf = int(nginx_port), nginx_conf
        self.client, self.java = client, java
        self.truth: dict[str, dict] = {}
        self.processes: list[subprocess.Popen] = []
        self.open: list[socket.socket] = []

    def start(self, name: str, command: list[str]) -> subprocess.Popen:
        process = subprocess.Popen(command, stdin=subprocess.PIPE)
        self.processes.append(process)
        self.truth[name] = {"pid": process.pid}
        return process

    def own(self, name: str, *arguments) -> subprocess.Popen:
        return self.start(name, [sys.executable, __file__, *map(str, arguments)])

    def ask(self, name: str, port: int, tls: bool):
        """A request to a server, whose connection stays open."""
        support.wait_for_port(port)
        plain = socket.create_connection(("127.0.0.1", port))
        stream = plain
        if tls:
            context = ssl.create_default_context()
            context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
            stream = context.wrap_socket(plain)
        stream.sendall(b"GET /small HTTP/1.1\r\nHost: localhost\r\n\r\n")
        head, _, body = until_head(stream).partition(b"\r\n\r\n")
        if b"chunked" in head.lower():
            while not body.endswith(b"0\r\n\r\n"):
                body += stream.recv(65536)
        else:
            size = int([line for line in head.lower().split(b"\r\n") if line.startswith(b"content-length:")][0].split()[1])
            while len(body) < size:
                body += stream.recv(65536)
        self.open.append(stream)
        self.settle(name, stream)

    def settle(self, name: str, stream: socket.socket):
        """When all that was sent is acknowledged; the server has read it all, for it has answered."""
        support.wait_until(lambda: struct.unpack_from("=I", stream.getsockopt(socket.IPPROTO_TCP, socket.TCP_INFO, 192), 24)[0] == 0,
                           "acknowledgement of all")
        self.truth[name]["passed"] = passed(stream)

    def speak_echo(self, port: int):
        support.wait_for_port(port)
        stream = socket.create_connection(("127.0.0.1", port))
        for number in range(200):
            line = b"*%d\r\n" % number
            stream.sendall(line)
            while line:
                line = line[len(stream.recv(len(line))):]
        self.open.append(stream)
        self.settle("echo", stream)

    def through_relay(self, name: str, command, to: int, wait: bool):
        """`command`: from the relay's port to a client that ends its connection by itself."""
        port = support.free_ports(1)[0]
        counts = f"{self.folder}/{name}.counts"
        self.start("relay of " + name, [sys.executable, str(pathlib.Path(__file__).with_name("relay.py")), str(port), str(to), counts])
        support.wait_for_port(port)
        client = self.start(name, command(port))
        support.wait_until(lambda: os.path.exists(counts + ".done"), f"the end of {name}'s connection")
        if wait:
            client.wait()
        self.truth[name]["passed"] = sum(json.loads(pathlib.Path(counts).read_text(encoding="ascii")))

    def run(self):
        node, asyncio_port, clear, echo, behind = support.free_ports(5)
        self.start("nginx", ["nginx", "-c", self.nginx_conf])
        self.start("node", ["node", "-e", NODE, str(node), self.certificate, self.key])
        self.own("asyncio", "asyncio", asyncio_port, self.certificate, self.key)
        self.own("behind relays", "asyncio", behind, self.certificate, self.key)
        self.own("clear", "clear", clear)
        self.own("echo", "echo", echo)
        self.ask("nginx", self.nginx_port, True)
        self.ask("node", node, True)
        self.ask("asyncio", asyncio_port, True)
        self.ask("clear", clear, False)
        self.speak_echo(echo)
        support.wait_for_port(behind)
        self.through_relay("wget", lambda port: ["wget", "-q", "--no-check-certificate", "-O", "/dev/null",
                                                 f"https://127.0.0.1:{port}/small"], behind, True)
        if self.client != "-":
            self.through_relay("stripped", lambda port: [self.client, str(port)], behind, False)
        if self.java != "-":
            place = pathlib.Path(self.java)
            self.through_relay("java", lambda port: ["java", "-cp", str(place.parent), place.stem, str(port)], behind, False)
        self.own("datagrams", "datagrams").wait()
        (pathlib.Path(self.folder) / "truth").write_text(json.dumps(self.truth), encoding="ascii")
        (pathlib.Path(self.folder) / "ready").touch()
        sys.stdin.read()
        for process in self.processes:
            process.kill()
            process.wait()


def main(word: str, *arguments: str):
    if word == "clear":
        each_connection(int(arguments[0]), serve_clear)
    elif word == "echo":
        each_connection(int(arguments[0]), serve_echo)
    elif word == "asyncio":
        asyncio.run(serve_asyncio(int(arguments[0]), *arguments[1:]))
    elif word == "datagrams":
        send_datagrams()
    else:
        Host(word, *arguments).run()


if __name__ == "__main__":
    main(*sys.argv[1:])
