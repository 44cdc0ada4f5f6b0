# SPDX-License-Identifier: Apache-2.0
"""Programs of Go for the tests, made by the toolchains that can be had. Go's own proxy gives them as modules, checked against
its checksum database; they and what they make are kept in the tests' cache."""
import base64
import json
import os
import pathlib
import platform
import shutil
import subprocess

import support

CACHE = support.CACHE / "go"
SOURCES = support.PEERS / "go"
MACHINE = {"x86_64": "amd64", "aarch64": "arm64"}.get(platform.machine(), "")
# The first with arguments in registers, the pclntab of 1.18, that of 1.20, and the newest: without the start of text in it.
WANTED = ("1.17.13", "1.19.13", "1.21.13", "1.24.7", "1.26.8")
KINDS = {
    "plain": [],
    "stripped": ["-ldflags=-s -w"],
    "pie": ["-buildmode=pie"],
    "pie by gcc": ["-buildmode=pie", "-ldflags=-linkmode=external -s -w"],
}


def go() -> str | None:
    return shutil.which("go") or next((path for path in ("/usr/local/go/bin/go", "/usr/lib/go/bin/go")
                                       if pathlib.Path(path).exists()), None)


def run(program: str, *arguments: str, root: str | None = None, cgo: bool = False, folder: pathlib.Path = SOURCES):
    # Settings of the person that runs the tests must not reach the old toolchains, which do not know them.
    environment = {**os.environ, "GOENV": "off", "GOFLAGS": "-mod=mod", "GOTOOLCHAIN": "local", "GOMODCACHE": str(CACHE / "mod"),
                   "GOCACHE": str(CACHE / "cache"), "CGO_ENABLED": "1" if cgo else "0"}
    for name in ("GOPROXY", "GOSUMDB", "GONOSUMDB"):
        value = subprocess.run([go() or "go", "env", name], capture_output=True, text=True, check=False).stdout.strip()
        if value:
            environment[name] = value
    environment.pop("GOROOT", None)
    if root:
        environment["GOROOT"] = root
    return subprocess.run([program, *arguments], cwd=folder, env=environment, capture_output=True, text=True, check=False)


def toolchain(version: str) -> tuple[str | None, str]:
    """The root of a toolchain; else None and why it cannot be had."""
    program = go()
    if program is None:
        return None, "Go is not on this machine"
    own = run(program, "env", "GOVERSION", "GOROOT").stdout.split()
    if own and own[0] == f"go{version}":
        return own[1], ""
    CACHE.mkdir(parents=True, exist_ok=True)
    answer = run(program, "mod", "download", "-json", f"golang.org/toolchain@v0.0.1-go{version}.linux-{MACHINE}", folder=CACHE)
    try:
        root = json.loads(answer.stdout).get("Dir")
    except json.JSONDecodeError:
        root = None
    if not root:
        return None, f"Go {version} cannot be had: {(answer.stdout + answer.stderr).strip()[-200:]}"
    for folder in ("bin", "pkg/tool"):  # a module keeps no leave to run
        for file in pathlib.Path(root, folder).rglob("*"):
            if file.is_file() and not os.access(file, os.X_OK):
                file.chmod(file.stat().st_mode | 0o111)
    return root, ""


def peer(version: str, kind: str) -> tuple[pathlib.Path | None, str]:
    """The test program; else None and why it cannot be made."""
    root, why = toolchain(version)
    if root is None:
        return None, why
    made = CACHE / f"peer-{version}-{kind.replace(' ', '-')}"
    sources = max(file.stat().st_mtime for file in SOURCES.iterdir())
    if made.exists() and made.stat().st_mtime > sources:
        return made, ""
    cgo = "external" in "".join(KINDS[kind])
    if cgo and shutil.which("gcc") is None:
        return None, "no gcc to link with"
    answer = run(f"{root}/bin/go", "build", *KINDS[kind], "-o", str(made), ".", root=root, cgo=cgo)
    if answer.returncode:
        raise AssertionError(f"go build with {version}, {kind}: {answer.stderr}")
    return made, ""


def newest() -> tuple[str | None, str]:
    """The test program, made by the newest toolchain that can be had; else None and why there is none."""
    why = ""
    for version in reversed(WANTED):
        made, why = peer(version, "plain")
        if made is not None:
            return str(made), ""
    return None, why


def write_cases(path: pathlib.Path, wanted: list):
    """As the client reads them."""
    path.write_text(json.dumps([
        {"name": case.name, "method": case.method, "kind": case.kind, "headers": case.headers,
         "body": base64.b64encode(case.body).decode(), "expected": base64.b64encode(case.expected()).decode()}
        for case in wanted]), encoding="utf-8")


def grpc() -> tuple[str | None, str]:
    """The gRPC peer, made by the Go of this machine; else None and why it cannot be made."""
    program = go()
    if program is None:
        return None, "Go is not on this machine"
    sources = support.PEERS / "grpc_go"
    made = CACHE / "peer-grpc"
    CACHE.mkdir(parents=True, exist_ok=True)
    if not made.exists() or made.stat().st_mtime < (sources / "main.go").stat().st_mtime:
        answer = run(program, "build", "-mod=readonly", "-o", str(made), ".", folder=sources)
        if answer.returncode:
            return None, f"grpc-go cannot be had: {answer.stderr.strip()[-200:]}"
    return str(made), ""
