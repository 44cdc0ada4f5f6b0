# SPDX-License-Identifier: Apache-2.0
"""An nginx of the test's own: configuration, files, command."""
import os
import pathlib
import subprocess
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent / "peers"))
import bodies  # noqa: E402

CONFIGURATION = """
daemon off; master_process {master}; worker_processes {workers}; pid {folder}/nginx.pid; error_log {folder}/error.log;
user root;
events {{ worker_connections 1024; }}
http {{
    log_format sent '$body_bytes_sent'; log_format target '$request_uri'; access_log {folder}/access.log sent; default_type text/plain; sendfile {sendfile}; keepalive_requests 10000000;
    client_max_body_size 100m; client_body_temp_path {folder}/t1; proxy_temp_path {folder}/t2;
    fastcgi_temp_path {folder}/t3; uwsgi_temp_path {folder}/t4; scgi_temp_path {folder}/t5;
    server {{
        {listen}
        root {folder}/www;
        location = /plain {{ etag off; }}
        location = /gzip {{ gzip on; gzip_types text/plain; gzip_min_length 1; }}
        location = /br {{ add_header Content-Encoding br; }}
        location = /post {{ return 200 "$content_length bytes"; }}
        {extra}
    }}
}}
"""


def brotli(data: bytes, folder: pathlib.Path) -> bytes:
    (folder / "plain-for-br").write_bytes(data)
    return subprocess.run(["brotli", "-c", str(folder / "plain-for-br")], check=True, capture_output=True).stdout


def write_files(folder: pathlib.Path):
    www = folder / "www"
    www.mkdir(exist_ok=True)
    for kind in ("plain", "gzip", "304"):
        (www / kind).write_bytes(bodies.text(kind, 3000))
    (www / "br").write_bytes(brotli(bodies.text("br", 3000), folder))
    (www / "large").write_bytes(bodies.text("large", 1 << 20))
    (www / "small").write_bytes(bodies.text("small", 1300))


def command(folder: pathlib.Path, listen: list[str], *, certificate=None, client_ca=None, protocols: str = "TLSv1.2 TLSv1.3",
            sendfile: bool = False, workers: int = 1, master: bool = True, extra: str = "") -> list[str]:
    write_files(folder)
    if certificate:
        extra += f" ssl_certificate {certificate[0]}; ssl_certificate_key {certificate[1]}; ssl_protocols {protocols};"
    if client_ca:
        extra += f" ssl_client_certificate {client_ca}; ssl_verify_client on;"
    path = folder / f"nginx-{abs(hash((tuple(listen), protocols, bool(client_ca), sendfile)))}.conf"
    path.write_text(CONFIGURATION.format(folder=folder, listen=" ".join(f"listen {one};" for one in listen), extra=extra,
                                         sendfile="on" if sendfile else "off", workers=workers,
                                         master="on" if master else "off"), encoding="ascii")
    return ["nginx", "-c", str(path)]


def body_bytes_sent(folder: pathlib.Path) -> list[int]:
    """Of each request, as nginx counted them."""
    return [int(line) for line in (folder / "access.log").read_text(encoding="ascii").split()]


def access_log_lines(folder: pathlib.Path) -> int:
    with open(folder / "access.log", "rb") as log:
        return sum(chunk.count(b"\n") for chunk in iter(lambda: log.read(1 << 20), b""))


if os.path.exists("/usr/sbin") and "/usr/sbin" not in os.environ.get("PATH", ""):
    os.environ["PATH"] = os.environ.get("PATH", "") + ":/usr/sbin"
