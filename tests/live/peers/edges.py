# SPDX-License-Identifier: Apache-2.0
"""Peers that do what is rare: each function is a whole exchange between a server thread and a client in one process, on
sockets of its own. edges.py NAME [ARGUMENT…]."""
import ctypes
import fcntl
import http.client
import json
import mmap
import os
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

TIMEOUT = 60
MSG_WAITFORONE = 0x10000


def listen() -> socket.socket:
    listener = socket.create_server(("127.0.0.1", 0))
    listener.settimeout(TIMEOUT)
    return listener


def connect(port: int) -> socket.socket:
    return socket.create_connection(("127.0.0.1", port), timeout=TIMEOUT)


def read_head(connection) -> bytes:
    data = b""
    while b"\r\n\r\n" not in data:
        piece = connection.recv(65536)
        if not piece:
            break
        data += piece
    return data


def read_to_end(connection) -> bytes:
    data = b""
    while (piece := connection.recv(65536)):
        data += piece
    return data


def response(body: bytes, *headers: bytes) -> bytes:
    return b"".join([b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n" % len(body), *[one + b"\r\n" for one in headers], b"\r\n",
                     body])


def serve(listener, answer):
    """A thread that accepts one connection and hands it to `answer`."""
    def run():
        connection, _ = listener.accept()
        connection.settimeout(TIMEOUT)
        answer(connection)
    thread = threading.Thread(target=run)
    thread.start()
    return thread


def tcp_states(port: int) -> set[str]:
    """States of sockets whose local port this is."""
    found = set()
    with open("/proc/net/tcp", encoding="ascii") as lines:
        for line in lines:
            fields = line.split()
            if len(fields) > 3 and fields[1].endswith(f":{port:04X}"):
                found.add(fields[3])
    return found


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


# int write(int fd, const void *buffer, size_t n) by the system call of 32-bit processes (int 0x80, number 4):
# push rbx; mov ebx, edi; mov ecx, esi; mov eax, 4; int 0x80; pop rbx; ret
WRITE_32 = bytes.fromhex("53 89fb 89f1 b804000000 cd80 5b c3")


def compat_call():
    """The first request is written by a 32-bit system call, whose number means another call in 64 bits; the second is not.
    Prints "unsupported" where the kernel has no such calls."""
    map_32bit = 0x40
    code = mmap.mmap(-1, 4096, mmap.MAP_PRIVATE | mmap.MAP_ANONYMOUS | map_32bit,
                     mmap.PROT_READ | mmap.PROT_WRITE | mmap.PROT_EXEC)
    request = b"GET /compat/0 HTTP/1.1\r\nHost: localhost\r\n\r\n"
    code.write(WRITE_32.ljust(64, b"\xc3") + request)
    address = ctypes.addressof(ctypes.c_char.from_buffer(code))
    write = ctypes.CFUNCTYPE(ctypes.c_int, ctypes.c_int, ctypes.c_uint, ctypes.c_uint)(address)
    listener = listen()

    def answer(connection):
        while (head := read_head(connection)):
            connection.sendall(response(b"answer to " + head.split(b" ", 2)[1]))
        connection.close()

    pid = os.fork()  # a kernel without them ends the process
    if pid == 0:
        os._exit(0 if write(1, address + 64, 0) == 0 else 1)
    if os.waitpid(pid, 0)[1] != 0:
        print("unsupported", flush=True)
        return
    thread = serve(listener, answer)
    client = connect(listener.getsockname()[1])
    assert write(client.fileno(), address + 64, len(request)) == len(request)
    assert b"answer to /compat/0" in client.recv(65536)
    client.sendall(request.replace(b"/0", b"/1"))
    assert b"answer to /compat/1" in client.recv(65536)
    client.close()
    thread.join()


class MessageHeader(ctypes.Structure):
    """struct mmsghdr"""
    _fields_ = [("name", ctypes.c_void_p), ("namelen", ctypes.c_uint32), ("iov", ctypes.c_void_p), ("iovlen", ctypes.c_size_t),
                ("control", ctypes.c_void_p), ("controllen", ctypes.c_size_t), ("flags", ctypes.c_int),
                ("pad", ctypes.c_int), ("len", ctypes.c_uint)]


class Buffer(ctypes.Structure):
    """struct iovec"""
    _fields_ = [("base", ctypes.c_void_p), ("len", ctypes.c_size_t)]


def message_headers(pieces: list):
    """An array of messages with one buffer each; the buffers must outlive it."""
    iovecs = (Buffer * len(pieces))(*[Buffer(ctypes.addressof(piece), len(piece)) for piece in pieces])
    step = ctypes.sizeof(Buffer)
    headers = (MessageHeader * len(pieces))(*[MessageHeader(iov=ctypes.addressof(iovecs) + index * step, iovlen=1)
                                              for index in range(len(pieces))])
    return headers, iovecs


def many_messages():
    """The request leaves by sendmmsg and is read by recvmmsg, five messages in a call."""
    library = ctypes.CDLL(None, use_errno=True)
    body = bodies.text("many-messages", 6000)
    request = b"POST /many-messages HTTP/1.1\r\nHost: localhost\r\nContent-Length: 6000\r\n\r\n" + body
    parts = [request[:10], request[10:11], request[11:3000], request[3000:3001], request[3001:]]
    listener = listen()

    def answer(connection):
        connection.setblocking(True)
        left = len(request)
        while left:
            buffers = [ctypes.create_string_buffer(min(left, 1500)) for _ in range(5)]
            headers, _iovecs = message_headers(buffers)
            count = library.recvmmsg(connection.fileno(), headers, len(buffers), MSG_WAITFORONE, None)
            assert count > 0, ctypes.get_errno()
            left -= sum(headers[index].len for index in range(count))
        connection.sendall(response(b"got it", b"Connection: close"))
        connection.close()

    thread = serve(listener, answer)
    client = connect(listener.getsockname()[1])
    client.setblocking(True)
    buffers = [ctypes.create_string_buffer(part, len(part)) for part in parts]
    headers, _iovecs = message_headers(buffers)
    assert library.sendmmsg(client.fileno(), headers, len(parts), 0) == len(parts), ctypes.get_errno()
    assert b"got it" in read_to_end(client)
    client.close()
    thread.join()


def many_datagrams():
    """40 datagrams of 100 bytes leave by one sendmmsg and are read by one recvmmsg."""
    library = ctypes.CDLL(None, use_errno=True)
    count, size = 40, 100
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as receiver, socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sender:
        receiver.bind(("127.0.0.1", 0))
        sender.connect(receiver.getsockname())
        pieces = [ctypes.create_string_buffer(b"d" * size, size) for _ in range(count)]
        headers, _iovecs = message_headers(pieces)
        assert library.sendmmsg(sender.fileno(), headers, count, 0) == count, ctypes.get_errno()
        buffers = [ctypes.create_string_buffer(size) for _ in range(count)]
        headers, _iovecs = message_headers(buffers)
        assert library.recvmmsg(receiver.fileno(), headers, count, 0, None) == count, ctypes.get_errno()


def truncated_messages():
    """The request's body is thrown away by recvmmsg with MSG_TRUNC, which fills no buffer: what stands there is not the body."""
    library = ctypes.CDLL(None, use_errno=True)
    request = b"POST /truncated HTTP/1.1\r\nHost: localhost\r\nContent-Length: 20\r\n\r\n"
    listener = listen()

    def answer(connection):
        connection.setblocking(True)
        read = b""
        while len(read) < len(request):
            read += connection.recv(len(request) - len(read))
        while len(connection.recv(20, socket.MSG_PEEK)) < 20:
            pass
        buffer = ctypes.create_string_buffer(b"never on the wire...", 20)
        headers, _iovecs = message_headers([buffer])
        assert library.recvmmsg(connection.fileno(), headers, 1, socket.MSG_TRUNC, None) == 1, ctypes.get_errno()
        assert headers[0].len == 20 and buffer.raw == b"never on the wire..."
        connection.sendall(response(b"thrown away", b"Connection: close"))
        connection.close()

    thread = serve(listener, answer)
    client = connect(listener.getsockname()[1])
    client.sendall(request + b"B" * 20)
    assert b"thrown away" in read_to_end(client)
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
    globals()[sys.argv[1]](*sys.argv[2:])
