# SPDX-License-Identifier: Apache-2.0
"""Two ends of TLS in the kernel, with keys that were agreed without a handshake: what stands before is only as long as one and looks
like one. ktls_peers.py COUNT"""
import socket
import struct
import sys
import threading

SOL_TCP, TCP_ULP, SOL_TLS, TLS_TX, TLS_RX = 6, 31, 282, 1, 2
BODY = b"kept in the kernel " * 50
HELLO = bytes([22, 3, 1, 0, 59, 1]) + bytes(58)


def crypto_info(side: int) -> bytes:
    """struct tls12_crypto_info_aes_gcm_128 of linux/tls.h: TLS 1.2, cipher 51; IV, key, salt, sequence number."""
    return struct.pack("<HH8s16s4s8s", 0x0303, 51, bytes([side]) * 8, bytes([side + 2]) * 16, bytes([side + 4]) * 4, bytes(8))


def hand_to_the_kernel(connection: socket.socket, sends: int, receives: int):
    connection.setsockopt(SOL_TCP, TCP_ULP, b"tls")
    connection.setsockopt(SOL_TLS, TLS_TX, crypto_info(sends))
    connection.setsockopt(SOL_TLS, TLS_RX, crypto_info(receives))


def read_until(connection: socket.socket, end: bytes) -> bytes:
    data = b""
    while end not in data:
        data += connection.recv(65536)
    return data


def serve(listener: socket.socket, count: int):
    connection, _ = listener.accept()
    connection.recv(len(HELLO), socket.MSG_WAITALL)
    connection.sendall(HELLO)
    hand_to_the_kernel(connection, 1, 2)
    for _ in range(count):
        read_until(connection, b"\r\n\r\n")
        connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n" % len(BODY) + BODY)
    connection.close()


def main():
    count = int(sys.argv[1])
    listener = socket.create_server(("127.0.0.1", 0))
    server = threading.Thread(target=serve, args=(listener, count))
    server.start()
    connection = socket.create_connection(listener.getsockname())
    connection.sendall(HELLO)
    connection.recv(len(HELLO), socket.MSG_WAITALL)
    hand_to_the_kernel(connection, 2, 1)
    for number in range(count):
        connection.sendall(b"GET /kernel/%d HTTP/1.1\r\nHost: localhost\r\n\r\n" % number)
        answer = read_until(connection, b"\r\n\r\n")
        while len(answer) < answer.index(b"\r\n\r\n") + 4 + len(BODY):
            answer += connection.recv(65536)
    connection.close()
    server.join()


main()
