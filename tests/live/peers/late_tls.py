# SPDX-License-Identifier: Apache-2.0
"""TLS that begins in the middle of a connection, both ends in this process: late_tls.py starttls|upgrade|connect CERT KEY CA."""
import socket
import ssl
import subprocess
import sys
import threading

BODY = b"late " * 40
ANSWER = b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n" % len(BODY) + BODY


def read_until(connection, end: bytes) -> bytes:
    data = b""
    while not data.endswith(end):
        piece = connection.recv(1)
        if not piece:
            return data
        data += piece
    return data


def contexts(certificate, key, ca) -> tuple[ssl.SSLContext, ssl.SSLContext]:
    server = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    server.load_cert_chain(certificate, key)
    return server, ssl.create_default_context(cafile=ca)


def listener() -> socket.socket:
    return socket.create_server(("127.0.0.1", 0))


def answer_all(connection, count: int):
    for _ in range(count):
        read_until(connection, b"\r\n\r\n")
        connection.sendall(ANSWER)
    connection.close()


def ask(connection, path: str):
    connection.sendall(f"GET {path} HTTP/1.1\r\nHost: localhost\r\n\r\n".encode())
    read_until(connection, b"\r\n\r\n")
    for _ in BODY:
        connection.recv(1)


def begun_in_clear(certificate, key, ca, client_says: bytes, server_says: bytes, end: bytes):
    server_context, client_context = contexts(certificate, key, ca)
    listening = listener()

    def serve():
        connection, _ = listening.accept()
        read_until(connection, end)
        connection.sendall(server_says)
        answer_all(server_context.wrap_socket(connection, server_side=True), 2)

    server = threading.Thread(target=serve)
    server.start()
    connection = socket.create_connection(listening.getsockname())
    connection.sendall(client_says)
    read_until(connection, end)
    connection = client_context.wrap_socket(connection, server_hostname="localhost")
    ask(connection, "/late?id=1")
    ask(connection, "/late?id=2")
    connection.close()
    server.join()


def starttls(certificate, key, ca):
    """As mail does, with nothing before that is HTTP."""
    begun_in_clear(certificate, key, ca, b"starttls please\r\n", b"220 go ahead\r\n", b"\r\n")


def upgrade(certificate, key, ca):
    """RFC 2817 section 3: an HTTP request asks for TLS on the same connection."""
    begun_in_clear(certificate, key, ca,
                   b"OPTIONS * HTTP/1.1\r\nHost: localhost\r\nUpgrade: TLS/1.2\r\nConnection: Upgrade\r\n\r\n",
                   b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: TLS/1.2, HTTP/1.1\r\nConnection: Upgrade\r\n\r\n", b"\r\n\r\n")


def pump(source, target):
    while (data := source.recv(65536)):
        target.sendall(data)
    target.shutdown(socket.SHUT_WR)


def connect(certificate, key, ca):
    """curl through a proxy that opens a tunnel."""
    server_context, _ = contexts(certificate, key, ca)
    behind, before = listener(), listener()

    def serve():
        connection, _ = behind.accept()
        answer_all(server_context.wrap_socket(connection, server_side=True), 2)

    def proxy():
        client, _ = before.accept()
        read_until(client, b"\r\n\r\n")
        server = socket.create_connection(behind.getsockname())
        client.sendall(b"HTTP/1.1 200 Connection established\r\n\r\n")
        back = threading.Thread(target=pump, args=(server, client))
        back.start()
        pump(client, server)
        back.join()

    threads = [threading.Thread(target=serve), threading.Thread(target=proxy)]
    for thread in threads:
        thread.start()
    port = behind.getsockname()[1]
    subprocess.run(["curl", "-s", "--http1.1", "--noproxy", "", "-x", f"http://127.0.0.1:{before.getsockname()[1]}", "-p",
                    "--cacert", ca, "-o", "/dev/null", f"https://localhost:{port}/late?id=1", "-o", "/dev/null",
                    f"https://localhost:{port}/late?id=2"], check=True)
    for thread in threads:
        thread.join()


if __name__ == "__main__":
    globals()[sys.argv[1]](*sys.argv[2:])
