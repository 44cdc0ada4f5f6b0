# SPDX-License-Identifier: Apache-2.0
"""gRPC of Python, first without a witness: `serve PORT` answers each method with its path; `ask PORT GO DONE FIRST THEN` makes FIRST calls
on a connection, makes the file DONE, waits for the file GO, makes THEN more on it and as many on a new one."""
import concurrent.futures
import pathlib
import signal
import sys
import threading

import grpc

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent))
import support  # noqa: E402

PATHS = [f"/shop.v1.{service}/{method}" for service in ("Orders", "Carts", "Users") for method in ("Get", "List", "Put")]


class Handler(grpc.GenericRpcHandler):
    def service(self, handler_call_details):
        path = handler_call_details.method.encode()
        return grpc.unary_unary_rpc_method_handler(lambda request, context: bytes([0x0A, len(path)]) + path)


def serve(port: str):
    server = grpc.server(concurrent.futures.ThreadPoolExecutor(4))
    server.add_generic_rpc_handlers([Handler()])
    server.add_insecure_port(f"127.0.0.1:{port}")
    ended = threading.Event()
    signal.signal(signal.SIGTERM, lambda *_: ended.set())
    server.start()
    ended.wait()
    server.stop(grace=5).wait()


def call_all(channel, count: int, tag: str):
    for number in range(count):
        channel.unary_unary(PATHS[number % len(PATHS)])(b"\x0a\x01x", metadata=(("x-number", f"{tag}-{number}"),))


def ask(port: str, go: str, done: str, first: str, then: str):
    # Of its own, so that the second connection is another one.
    options = [("grpc.use_local_subchannel_pool", 1)]
    old = grpc.insecure_channel(f"127.0.0.1:{port}", options)
    call_all(old, int(first), "before")
    pathlib.Path(done).touch()
    support.wait_until(pathlib.Path(go).exists, "the word to go on")
    call_all(old, int(then), "old")
    new = grpc.insecure_channel(f"127.0.0.1:{port}", options)
    call_all(new, int(then), "new")
    old.close()
    new.close()


if __name__ == "__main__":
    {"serve": serve, "ask": ask}[sys.argv[1]](*sys.argv[2:])
