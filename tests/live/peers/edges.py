# SPDX-License-Identifier: Apache-2.0
"""Peers that do what is rare: each function is a whole exchange between a server thread and a client in one process, on
sockets of its own. edges.py NAME [ARGUMENT…]."""
import ctypes
import fcntl
import http.client
import json
import pathlib
import socket
import ssl
import struct
import subprocess
import sys
import termios
import threading

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))
sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent))
import bodies  # noqa: E402
import nginx  # noqa: E402
import support  # noqa: E402
import edge_calls  # noqa: E402
from edge_sockets import TIMEOUT, connect, listen, read_head, read_to_end, response, serve, tcp_states  # noqa: E402


def half_closed():
    """The client reads the response after its socket has left the established states: both sides have sent their FIN."""
    listener = listen()

    def answer(connection):
        read_to_end(connection)
        connection.sendall(response(b"late reader"))
        connection.close()

    thread = serve(listener, answer)
    client = connect(listener.getsockname()[1])
    client.sendall(b"GET /half-closed HTTP/1.1\r\nHost: localhost\r\n\r\n")
    client.shutdown(socket.SHUT_WR)
    thread.join()
    port = client.getsockname()[1]
    support.wait_until(lambda: tcp_states(port) <= {"06", "07"}, "the socket to be closed by the kernel")
    assert read_to_end(client).endswith(b"late reader")
    client.close()


def reset_after_response():
    listener = listen()

    def answer(connection):
        read_head(connection)
        connection.sendall(response(b"then a reset"))
        connection.recv(1)  # the client has read
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        connection.close()

    thread = serve(listener, answer)
    client = connect(listener.getsockname()[1])
    client.sendall(b"GET /reset HTTP/1.1\r\nHost: localhost\r\n\r\n")
    data = b""
    while not data.endswith(b"then a reset"):
        data += client.recv(65536)
    client.sendall(b"x")
    thread.join()
    try:
        client.recv(1)
    except ConnectionResetError:
        pass
    client.close()


def early_413():
    """The answer comes, and the connection ends, while the request's body is on its way."""
    listener = listen()

    def answer(connection):
        read_head(connection)
        body = b"too large"
        connection.sendall(b"HTTP/1.1 413 Content Too Large\r\nConnection: close\r\nContent-Length: %d\r\n\r\n" % len(body) + body)
        connection.close()

    thread = serve(listener, answer)
    client = connect(listener.getsockname()[1])
    client.sendall(b"POST /early HTTP/1.1\r\nHost: localhost\r\nContent-Length: 50000000\r\n\r\n" + b"x" * 10000)
    data = b""
    while b"too large" not in data:
        data += client.recv(65536)
    thread.join()
    client.close()


def scattered():
    """sendmsg and recvmsg with many small buffers; the message begins in the middle of one."""
    listener = listen()
    body = bodies.text("scattered", 6000)

    def answer(connection):
        buffers = [bytearray(7) for _ in range(50)]
        data = b""
        while b"\r\n\r\n" not in data:
            size = connection.recvmsg_into(buffers)[0]
            data += b"".join(bytes(one) for one in buffers)[:size]
        whole = response(body)
        parts = [whole[at:at + 111] for at in range(0, len(whole), 111)]
        sent = 0
        while sent < len(parts):
            assert connection.sendmsg(parts[sent:sent + 40]) == sum(map(len, parts[sent:sent + 40]))
            sent += 40
        connection.close()

    thread = serve(listener, answer)
    client = connect(listener.getsockname()[1])
    client.sendmsg([b"GET /scatt", b"", b"ered HTTP/1.1\r\nHo", b"st: localhost\r\nX-Long: ", b"y" * 200, b"\r\n\r\n"])
    assert read_to_end(client).endswith(body)
    thread.join()
    client.close()


def peeked():
    """MSG_PEEK sees bytes that are read again: they count once."""
    listener = listen()

    def answer(connection):
        while b"\r\n\r\n" not in connection.recv(65536, socket.MSG_PEEK):
            pass
        read_head(connection)
        connection.sendall(response(b"peeked"))
        connection.close()

    thread = serve(listener, answer)
    client = connect(listener.getsockname()[1])
    client.sendall(b"GET /peeked HTTP/1.1\r\nHost: localhost\r\n\r\n")
    assert read_to_end(client).endswith(b"peeked")
    thread.join()
    client.close()


def byte_by_byte():
    listener = listen()

    def answer(connection):
        data = b""
        while not data.endswith(b"\r\n\r\n"):
            data += connection.recv(1)
        for byte in response(b"slowly"):
            connection.send(bytes([byte]))
        connection.close()

    thread = serve(listener, answer)
    client = connect(listener.getsockname()[1])
    client.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    for byte in b"GET /byte-by-byte HTTP/1.1\r\nHost: localhost\r\n\r\n":
        client.send(bytes([byte]))
    assert read_to_end(client).endswith(b"slowly")
    thread.join()
    client.close()


PROXY_HEADERS = {
    "1": b"PROXY TCP4 192.0.2.1 198.51.100.2 56324 443\r\n",
    "2": b"\r\n\r\n\0\r\nQUIT\n\x21\x11\0\x0c" + bytes([192, 0, 2, 1, 198, 51, 100, 2, 0xdc, 4, 1, 0xbb]),
    # With a field of a proxy's own behind the addresses, and without addresses.
    "2-long": b"\r\n\r\n\0\r\nQUIT\n\x21\x11\x02\0" + bytes([192, 0, 2, 1, 198, 51, 100, 2, 0xdc, 4, 1, 0xbb, 0xe0, 1, 0xf1])
              + b"\n" * 497,
    "2-local": b"\r\n\r\n\0\r\nQUIT\n\x20\0\0\0",
    "1-unknown": b"PROXY UNKNOWN\r\n",
}


def wait_until_read(client, port: int):
    """Until what the client sent has left the receive queue of its peer on `port`."""
    mine = f":{client.getsockname()[1]:04X}"

    def all_read() -> bool:
        unacknowledged = struct.unpack("i", fcntl.ioctl(client, termios.TIOCOUTQ, bytes(4)))[0]
        with open("/proc/net/tcp", encoding="ascii") as lines:
            rows = [line.split() for line in lines]
        waiting = [row[4] for row in rows if row[1].endswith(f":{port:04X}") and row[2].endswith(mine)]
        return not unacknowledged and [queue.partition(":")[2] for queue in waiting] == ["00000000"]

    support.wait_until(all_read, "the peer to read")


def behind_proxy_headers(folder, certificate, key, ca):
    """nginx behind a proxy, in clear and with TLS behind the header: each header in one call with the request (or the first
    handshake message) and in a call of its own. Two requests on each connection."""
    ports = dict(zip(("clear", "tls"), support.free_ports(2)))
    listen_on = [f"127.0.0.1:{ports['clear']} proxy_protocol", f"127.0.0.1:{ports['tls']} ssl proxy_protocol"]
    server = subprocess.Popen(nginx.command(pathlib.Path(folder), listen_on, certificate=(certificate, key)))
    trusting = ssl.create_default_context(cafile=ca)
    try:
        for port in ports.values():
            support.wait_for_port(port)
        for name, header in PROXY_HEADERS.items():
            for transport, port in ports.items():
                if name == "2-long" and transport == "tls":  # nginx 1.22 takes at most 107 bytes there
                    continue
                for apart in ("together", "apart"):
                    through_proxy(name, header, trusting if transport == "tls" else None, port, apart == "apart")
    finally:
        server.terminate()
        server.wait()


def through_proxy(name: str, header: bytes, context, port: int, apart: bool):
    client = connect(port)
    path = f"/plain?header={name},{'tls' if context else 'clear'},{'apart' if apart else 'together'}"
    requests = [f"GET {path},{number} HTTP/1.1\r\nHost: localhost\r\n\r\n".encode() for number in (1, 2)]
    first = b"" if context or apart else requests.pop(0)
    client.sendall(header + first)
    if apart:
        wait_until_read(client, port)
    if context:
        client = context.wrap_socket(client, server_hostname="localhost")
    if first:
        read_plain(client)
    for request in requests:
        client.sendall(request)
        read_plain(client)
    client.close()


def read_plain(connection):
    body = bodies.text("plain", 3000)
    data = b""
    while not data.endswith(body):
        piece = connection.recv(65536)
        assert piece, data
        data += piece


def cut_proxy_headers():
    """Readers that take the header in pieces, and a sender that scatters header and request over two buffers."""
    cuts = {"bytes": ("1", [1] * 45), "version": ("1", [12, 33]), "fixed": ("2", [16, 12]), "signature": ("2", [12, 4, 12]),
            "middle": ("2", [20]), "long": ("2-long", [16, 512])}
    for cut, (header, sizes) in cuts.items():
        listener = listen()

        def answer(connection, sizes=tuple(sizes)):
            for size in sizes:
                connection.recv(size)
            read_head(connection)
            connection.sendall(response(b"cut"))
            connection.close()

        thread = serve(listener, answer)
        client = connect(listener.getsockname()[1])
        client.sendmsg([PROXY_HEADERS[header], f"GET /cut?{cut} HTTP/1.1\r\nHost: localhost\r\n\r\n".encode()])
        assert read_to_end(client).endswith(b"cut")
        thread.join()
        client.close()


def proxy_header_before_strangers():
    """What is no HTTP stays none behind a header: a TLS record that no library makes, and a protocol of nobody's."""
    hello = b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03" + b"h" * 506
    for header in PROXY_HEADERS.values():
        for payload in (hello, b"\x00\x01\x02\x03strange"):
            for apart in (False, True):
                listener = listen()
                port = listener.getsockname()[1]

                def answer(connection):
                    while connection.recv(65536):
                        pass
                    connection.close()

                thread = serve(listener, answer)
                client = connect(port)
                client.sendall(header if apart else header + payload)
                if apart:
                    wait_until_read(client, port)
                    client.sendall(payload)
                client.close()
                thread.join()


def server_context(certificate, key) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate, key)
    return context


def small_reads(certificate, key, ca):
    """A body of 1 MB read sixteen bytes at a time: nearly every read is served from the library's own buffer."""
    listener = listen()
    body = bodies.text("small-reads", 1 << 20)

    def answer(plain):
        connection = server_context(certificate, key).wrap_socket(plain, server_side=True)
        read_head(connection)
        connection.sendall(response(body))
        connection.unwrap()

    thread = serve(listener, answer)
    client = ssl.create_default_context(cafile=ca).wrap_socket(connect(listener.getsockname()[1]), server_hostname="localhost")
    client.sendall(b"GET /small-reads HTTP/1.1\r\nHost: localhost\r\n\r\n")
    data = bytearray()
    while (piece := client.recv(16)):
        data += piece
    assert data.endswith(body)
    client.close()
    thread.join()


def reused_objects(certificate, key, ca, count="1000", alive="8"):
    """Always `alive` TLS connections open, `count` in all: the library's objects come back at the same addresses."""
    listener = listen()
    context = server_context(certificate, key)
    alive = int(alive)

    def answer(plain):
        with context.wrap_socket(plain, server_side=True) as connection:
            while (head := read_head(connection)):
                path = head.split()[1]
                connection.sendall(response(b"answer to " + path))

    def accept():
        for _ in range(int(count)):
            plain, _ = listener.accept()
            plain.settimeout(TIMEOUT)
            threading.Thread(target=answer, args=(plain,), daemon=True).start()

    thread = threading.Thread(target=accept)
    thread.start()
    trusting = ssl.create_default_context(cafile=ca)
    pool: list[ssl.SSLSocket] = []

    def ask(client, path: str):
        client.sendall(f"GET {path} HTTP/1.1\r\nHost: localhost\r\n\r\n".encode())
        data = b""
        while not data.endswith(b"answer to " + path.encode()):
            data += client.recv(65536)

    for number in range(int(count)):
        if len(pool) == alive:
            oldest = pool.pop(0)
            ask(oldest, f"/last-words?n={number}")
            oldest.close()
        pool.append(trusting.wrap_socket(connect(listener.getsockname()[1]), server_hostname="localhost"))
        ask(pool[-1], f"/reused?n={number}")
    for client in pool:
        client.close()
    thread.join()


def late_library(folder, port):
    """libssl is a file that nobody has seen, loaded by dlopen in the middle of the process's life; used through SSL_peek,
    SSL_read and SSL_write. Waits until the probes that are set last stand in its own text, then asks once."""
    crypto = ctypes.CDLL(str(pathlib.Path(folder) / "libcrypto.so.3"), mode=ctypes.RTLD_GLOBAL)
    library = ctypes.CDLL(str(pathlib.Path(folder) / "libssl.so.3"))
    del crypto
    for name in ("TLS_client_method", "SSL_CTX_new", "SSL_new"):
        getattr(library, name).restype = ctypes.c_void_p
    # A breakpoint (int3), at the function's first byte or further on in its prologue.
    texts = [(ctypes.c_ubyte * 64).from_address(ctypes.cast(function, ctypes.c_void_p).value)
             for function in (library.SSL_set_accept_state, library.SSL_set_connect_state)]
    support.wait_until(lambda: all(0xCC in bytes(text) for text in texts), "probes in the new library")
    context = ctypes.c_void_p(library.SSL_CTX_new(ctypes.c_void_p(library.TLS_client_method())))
    session = ctypes.c_void_p(library.SSL_new(context))
    raw = connect(int(port))
    raw.setblocking(True)
    library.SSL_set_fd(session, raw.fileno())
    assert library.SSL_connect(session) == 1
    request = b"GET /late-library HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n"
    assert library.SSL_write(session, request, len(request)) == len(request)
    buffer = ctypes.create_string_buffer(4096)
    assert library.SSL_peek(session, buffer, 8) == 8
    assert buffer.raw[:8] == b"HTTP/1.1"
    while library.SSL_read(session, buffer, 4096) > 0:
        pass
    library.SSL_shutdown(session)
    library.SSL_free(session)


def multipath():
    """Three exchanges over MPTCP, with bodies of several calls; then the ends. Prints "unsupported" where there is none."""
    mptcp = 262
    try:
        listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM, mptcp)
    except OSError:
        print("unsupported", flush=True)
        return
    listener.bind(("127.0.0.1", 0))
    listener.listen()
    listener.settimeout(TIMEOUT)

    def answer(connection):
        while (head := read_head(connection)):
            path = head.split(b" ", 2)[1].decode()
            for piece in (response(bodies.text(path, 20000))[at:at + 7000] for at in range(0, 21000, 7000)):
                connection.sendall(piece)
        connection.close()

    thread = serve(listener, answer)
    client = socket.socket(socket.AF_INET, socket.SOCK_STREAM, mptcp)
    client.settimeout(TIMEOUT)
    client.connect(listener.getsockname())
    for number in range(3):
        path = f"/multipath/{number}"
        client.sendall(b"GET %s HTTP/1.1\r\nHost: localhost\r\n\r\n" % path.encode())
        left = len(response(bodies.text(path, 20000)))
        while left:
            left -= len(client.recv(min(left, 3000)))
    client.close()
    thread.join()


def joined_midway(port):
    """Two requests, then a word to the test and one from it, then two more, over one connection."""
    client = http.client.HTTPConnection("127.0.0.1", int(port), timeout=TIMEOUT)
    for number in range(4):
        client.request("GET", f"/plain?midway={number}")
        client.getresponse().read()
        if number == 1:
            print("half", flush=True)
            sys.stdin.readline()
    client.close()
    print(json.dumps({"pid": 0}), flush=True)


if __name__ == "__main__":
    {**vars(edge_calls), **globals()}[sys.argv[1]](*sys.argv[2:])
