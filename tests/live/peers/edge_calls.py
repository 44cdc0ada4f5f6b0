# SPDX-License-Identifier: Apache-2.0
"""Rare system calls, of edges.py."""
import ctypes
import mmap
import os
import pathlib
import socket
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))
import bodies  # noqa: E402
from edge_sockets import connect, listen, read_head, read_to_end, response, serve  # noqa: E402

MSG_WAITFORONE = 0x10000
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
