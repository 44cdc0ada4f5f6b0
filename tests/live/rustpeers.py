# SPDX-License-Identifier: Apache-2.0
"""Programs of Rust for the tests, made by cargo from crates.io; what it fetches and makes is kept in the tests' cache."""
import base64
import os
import pathlib
import shutil
import subprocess
import sys

import support

sys.path.insert(0, str(support.PEERS))
import bodies  # noqa: E402
import cases  # noqa: E402

CACHE = support.CACHE / "rust"
SOURCES = support.PEERS / "rust"
OLDEST = (1, 85)  # what the crates of Cargo.lock ask for; Debian 12 has 1.63


def cargo() -> str | None:
    return shutil.which("cargo") or next((str(path) for path in [pathlib.Path.home() / ".cargo/bin/cargo"] if path.exists()), None)


def peer(profile: str) -> tuple[pathlib.Path | None, str]:
    """The test program; else None and why it cannot be made. `profile`: as Cargo.toml names it."""
    program = cargo()
    if program is None:
        return None, "cargo is not on this machine"
    said = subprocess.run([program, "--version"], capture_output=True, text=True, check=False).stdout
    version = tuple(int(part) for part in said.split()[1].split(".")[:2]) if said else (0, 0)
    if version < OLDEST:
        return None, f"{said.strip() or 'cargo'} is too old for the crates"
    environment = {**os.environ, "CARGO_TARGET_DIR": str(CACHE / "peer")}
    fetched = subprocess.run([program, "fetch", "--locked"], cwd=SOURCES, env=environment, capture_output=True, text=True, check=False)
    if fetched.returncode:
        return None, f"the crates cannot be had: {fetched.stderr.strip()[-200:]}"
    made = subprocess.run([program, "build", "--locked", "--offline", "--jobs", "2", "--profile", profile], cwd=SOURCES,
                          env=environment, capture_output=True, text=True, check=False)
    if made.returncode:
        raise AssertionError(f"cargo build: {made.stderr[-2000:]}")
    return CACHE / "peer" / profile / "peer", ""


def write_answers(folder: pathlib.Path) -> pathlib.Path:
    """The files that the server answers with."""
    www = folder / "www"
    www.mkdir()
    for case in cases.RUST:
        if case.method == "GET" and case.kind != "204":
            (www / case.kind).write_bytes(case.expected())
    (www / "plain").write_bytes(bodies.text("plain", 3000))
    return www


def head_of(message: bytes) -> tuple[list[str], list[tuple[str, str]], bytes]:
    head, body = message.split(b"\r\n\r\n", 1)
    first, *lines = head.decode("latin-1").split("\r\n")
    return first.split(" "), [tuple(part.strip() for part in line.split(":", 1)) for line in lines], body


def write_requests(folder: pathlib.Path, prefix: str, connections: int, wanted: list):
    """For a client that has so many connections, as it reads them."""
    for connection in range(connections):
        here = folder / str(connection)
        here.mkdir(parents=True)
        for number, case in enumerate(wanted):
            headers = [("Host", "localhost"), *case.headers]
            if case.body:
                headers.append(("Content-Length", str(len(case.body))))
            lines = [f"{case.method} /{case.kind}?id={prefix}-{connection}-{case.name} HTTP/1.1",
                     *(f"{name}: {value}" for name, value in headers)]
            (here / f"request-{number}").write_bytes("\r\n".join([*lines, "", ""]).encode() + case.body)


def truths_of(folder: pathlib.Path) -> list[dict]:
    """What such a client sent and received."""
    found = []
    for file in folder.glob("*/request-*"):
        first, headers, body = head_of(file.read_bytes())
        answer, answer_headers, answer_body = head_of(file.with_name(file.name.replace("request", "answer")).read_bytes())
        found.append({"path": first[1], "method": first[0], "status": int(answer[1]), "request_headers": headers,
                      "response_headers": answer_headers, "request_body": base64.b64encode(body).decode(),
                      "response_body": base64.b64encode(answer_body).decode()})
    return found
