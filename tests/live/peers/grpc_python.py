# SPDX-License-Identifier: Apache-2.0
"""gRPC of Python: `serve PORT [KEY CERT]` and `ask PORT TRUTH [CA]`, which makes calls of all four kinds, several at once, and
writes what each sent and received, a line of JSON a call. Messages are protobuf of one field of bytes, made by hand."""
import base64
import concurrent.futures
import json
import pathlib
import signal
import sys
import threading

import grpc

SERVICE = "shop.v1.Orders"


def message(data: bytes) -> bytes:
    """A protobuf message whose field 1 is `data` (below 128 bytes)."""
    return bytes([0x0A, len(data)]) + data


def get(request: bytes, context) -> bytes:
    if request.endswith(b"missing"):
        context.abort(grpc.StatusCode.NOT_FOUND, "no such order")
    return message(b"got " + request[2:])


def put_all(requests, context) -> bytes:
    return message(b"%d" % sum(len(request) for request in requests))


def list_all(request: bytes, context):
    for number in range(5):
        yield message(b"order %d of " % number + request[2:])


def talk(requests, context):
    for request in requests:
        yield message(b"heard " + request[2:])


def serve(port: str, key: str = "", cert: str = ""):
    handlers = {"Get": grpc.unary_unary_rpc_method_handler(get), "PutAll": grpc.stream_unary_rpc_method_handler(put_all),
                "List": grpc.unary_stream_rpc_method_handler(list_all), "Talk": grpc.stream_stream_rpc_method_handler(talk)}
    server = grpc.server(concurrent.futures.ThreadPoolExecutor(8))
    server.add_generic_rpc_handlers([grpc.method_handlers_generic_handler(SERVICE, handlers)])
    if key:
        pair = (pathlib.Path(key).read_bytes(), pathlib.Path(cert).read_bytes())
        server.add_secure_port(f"127.0.0.1:{port}", grpc.ssl_server_credentials([pair]))
    else:
        server.add_insecure_port(f"127.0.0.1:{port}")
    ended = threading.Event()
    signal.signal(signal.SIGTERM, lambda *_: ended.set())
    server.start()
    ended.wait()
    server.stop(grace=5).wait()


def ask(port: str, truth: str, ca: str = ""):
    if ca:
        channel = grpc.secure_channel(f"localhost:{port}", grpc.ssl_channel_credentials(pathlib.Path(ca).read_bytes()))
    else:
        channel = grpc.insecure_channel(f"127.0.0.1:{port}")
    compression = {"Squeezed": grpc.Compression.Gzip}

    def call(method: str, sent: list[bytes], kind: str) -> dict:
        real = method if method != "Squeezed" else "Get"
        name = f"/{SERVICE}/{real}"
        stub = getattr(channel, kind)(name)
        streams_in = kind.startswith("stream")
        status, received = "0", []
        try:
            answer = stub(iter(sent) if streams_in else sent[0], compression=compression.get(method))
            received = list(answer) if kind.endswith("stream") else [answer]
        except grpc.RpcError as error:
            status = str(error.code().value[0])
        return {"path": name, "status": status, "sent": [base64.b64encode(one).decode() for one in sent],
                "received": [base64.b64encode(one).decode() for one in received]}

    calls = []
    for number in range(10):
        text = b"%d" % number
        calls += [("Get", [message(text)], "unary_unary"), ("PutAll", [message(text)] * 4, "stream_unary"),
                  ("List", [message(text)], "unary_stream"), ("Talk", [message(text), message(b"and " + text)], "stream_stream")]
    calls += [("Get", [message(b"missing")], "unary_unary"), ("Squeezed", [message(b"x" * 100)], "unary_unary")]
    with concurrent.futures.ThreadPoolExecutor(8) as pool, open(truth, "w", encoding="ascii") as out:
        for line in pool.map(lambda one: call(*one), calls):
            out.write(json.dumps(line) + "\n")
    channel.close()


if __name__ == "__main__":
    {"serve": serve, "ask": ask}[sys.argv[1]](*sys.argv[2:])
