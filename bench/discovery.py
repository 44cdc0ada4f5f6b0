#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Whether the first request of a process is captured, and how soon its TLS stack is probed: bench/discovery.py [COUNT [KIND...]].
Starts COUNT processes of each kind, one after the other, each of which makes one HTTPS request as soon as it can; of files
that are known (probed before) and of new ones (a fresh copy for every process). Prints a table in Markdown with a histogram
of the time from exec to attached. Only this script's processes are traced."""
import collections
import pathlib
import shutil
import struct
import subprocess
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "tests/live"))
import nginx  # noqa: E402
import support  # noqa: E402

MAPPED, PROCESS, LIBRARY = 8, 7, 9
EXEC, PROBED = 3, 1
LIBRARIES = "/usr/lib/x86_64-linux-gnu"
NODE_REQUEST = ("require('https').get({host:'127.0.0.1',port:+process.argv[1],path:process.argv[2],rejectUnauthorized:false},"
                "(r)=>r.resume())")
GO_PROGRAM = """package main

import (
	"crypto/tls"
	"io"
	"net/http"
	"os"
)

func main() {
	client := http.Client{Transport: &http.Transport{
		TLSClientConfig: &tls.Config{InsecureSkipVerify: true},
		TLSNextProto:    map[string]func(string, *tls.Conn) http.RoundTripper{},
	}}
	response, err := client.Get("https://127.0.0.1:" + os.Args[1] + os.Args[2])
	if err != nil {
		panic(err)
	}
	io.Copy(io.Discard, response.Body)
}
"""


def records(path: pathlib.Path):
    """(type, time, bytes) of each record of a recording."""
    data = path.read_bytes()
    at = int.from_bytes(data[12:16], "little")
    while at + 16 <= len(data):
        kind, _, size, time_ns = struct.unpack_from("<HHIQ", data, at)
        yield kind, time_ns, data[at:at + size]
        at += (size + 7) // 8 * 8


def attach_times_ms(path: pathlib.Path) -> list[float]:
    """From the exec of the process that mapped a file first until the file was probed. One process runs after the other, and
    the next may get the number of a file that is gone: the last one that mapped it is meant."""
    exec_ns: dict[int, int] = {}
    user: dict[int, int] = {}
    times = []
    for kind, time_ns, record in records(path):
        if kind == PROCESS:
            tgid, _, what = struct.unpack_from("<III", record, 16)
            if what == EXEC:
                exec_ns[tgid] = time_ns
        elif kind == MAPPED:
            _, _, inode, _, tgid = struct.unpack_from("<QQQII", record, 16)
            user[inode] = tgid
        elif kind == LIBRARY:
            _, state, _, inode = struct.unpack_from("<IIQQ", record, 16)
            if state == PROBED and user.get(inode) in exec_ns:
                times.append((time_ns - exec_ns[user[inode]]) / 1e6)
    return times


class Kind:
    """How a process of this kind is started; `fresh`: from a copy of its own."""

    def __init__(self, name: str, folder: pathlib.Path, port: int):
        self.name = name
        self.folder = folder
        self.port = port
        if name == "Go":
            (folder / "main.go").write_text(GO_PROGRAM)
            subprocess.run(["go", "build", "-o", str(folder / "go-client"), str(folder / "main.go")], check=True)

    def script(self, count: int, fresh: bool) -> str:
        """A shell script: the copies are made by its children, so that each is new when it is used."""
        lines = []
        for i in range(count):
            path = f"/{'new' if fresh else 'known'}-{i}"
            program = {"OpenSSL": f"curl -sk -o /dev/null https://127.0.0.1:{self.port}{path}",
                       "Node": f"PROGRAM -e \"{NODE_REQUEST}\" {self.port} {path}",
                       "Go": f"PROGRAM {self.port} {path}"}[self.name]
            original = {"OpenSSL": "", "Node": shutil.which("node"), "Go": str(self.folder / "go-client")}[self.name]
            here = self.folder / f"copy-{i}"
            if self.name == "OpenSSL":
                if fresh:
                    program = f"LD_LIBRARY_PATH={here} {program}"
                    lines.append(f"mkdir {here}; cp {LIBRARIES}/libssl.so.3 {LIBRARIES}/libcrypto.so.3 {here}/")
            elif fresh:
                lines.append(f"cp {original} {here}")
            lines.append(program.replace("PROGRAM", str(here) if fresh else original))
            if fresh:
                lines.append(f"rm -r {here}")
        return "\n".join(lines) + "\n"


def run(kind: Kind, count: int, fresh: bool) -> tuple[int, list[float]]:
    folder = support.temporary_folder()
    script = folder / "script.sh"
    # The first use makes a file known; it is not counted.
    script.write_text(kind.script(1, False).replace("/known-0", "/first") + kind.script(count, fresh))
    done = subprocess.run([support.APIARIST, "run", "--quiet", "--ndjson", str(folder / "out.ndjson"), "--record",
                           str(folder / "recording"), "--", "sh", str(script)], stdout=subprocess.DEVNULL, check=False)
    if done.returncode:
        raise RuntimeError(f"{kind.name}: status {done.returncode}")
    seen = {record["path"] for record in support.read_records(folder / "out.ndjson") if record["capture"] == "complete"}
    times = attach_times_ms(folder / "recording")
    shutil.rmtree(folder)
    return sum(f"/{'new' if fresh else 'known'}-{i}" in seen for i in range(count)), times


def percentile(values: list[float], share: float) -> float:
    return sorted(values)[min(len(values) - 1, int(len(values) * share))] if values else float("nan")


def histogram(values: list[float]) -> str:
    bounds = (5, 10, 20, 30, 50, 100, 1000)
    counts = collections.Counter(next((bound for bound in bounds if value <= bound), float("inf")) for value in values)
    return ", ".join(f"≤{bound}: {counts[bound]}" for bound in (*bounds, float("inf")) if counts[bound])


def main():
    count = int(sys.argv[1]) if len(sys.argv) > 1 else 500
    names = sys.argv[2:] or ["OpenSSL", "Node", "Go"]
    folder = support.temporary_folder()
    certificates = support.Certificates(folder)
    port = support.free_ports(1)[0]
    server = subprocess.Popen(nginx.command(folder, [f"127.0.0.1:{port} ssl"], certificate=certificates.server,
                                            extra='error_page 404 =200 /small;'))
    support.wait_for_port(port)
    print("| stack | file | processes | first request captured | exec to attached, ms: p50 / p99 / max | histogram |")
    print("| --- | --- | --- | --- | --- | --- |", flush=True)
    try:
        for name in names:
            here = folder / name
            here.mkdir()
            kind = Kind(name, here, port)
            for fresh in (False, True):
                seen, times = run(kind, count, fresh)
                spread = f"{percentile(times, .5):.1f} / {percentile(times, .99):.1f} / {max(times, default=0):.1f}" if fresh else "-"
                print(f"| {name} | {'new' if fresh else 'known'} | {count} | {seen} ({seen / count:.1%}) | {spread} | "
                      f"{histogram(times) if fresh else '-'} |", flush=True)
    finally:
        server.terminate()
        server.wait()
        shutil.rmtree(folder)


if __name__ == "__main__":
    main()
