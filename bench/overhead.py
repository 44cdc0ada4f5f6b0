#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""What the collector costs nginx, beside nothing attached, and what it loses: bench/overhead.py [ROUNDS], after script/bootstrap bench. Prints a table in
Markdown. Load goes to loopback and is bounded in time; only this script's nginx is traced."""
import pathlib
import re
import statistics
import subprocess
import sys
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "tests/live"))
import nginx  # noqa: E402
import support  # noqa: E402

SECONDS = 4


def wrk(url: str) -> float:
    output = subprocess.run(["wrk", "-t1", "-c16", f"-d{SECONDS}s", url], capture_output=True, text=True, check=True).stdout
    return float(re.search(r"Requests/sec:\s+([\d.]+)", output)[1])


def h2load(url: str, rate: int) -> str:
    connections = 16
    return subprocess.run(["h2load", "--h1", f"-c{connections}", "-t1", f"--rps={max(1, rate // connections)}", f"-D{SECONDS}", url],
                          capture_output=True, text=True, check=True).stdout


class Collector:
    def __init__(self, folder: pathlib.Path, pid: int, *sink: str):
        metrics = support.free_ports(1)[0]
        self.process = subprocess.Popen([support.APIARIST, "run", "--pid", str(pid), "--ledger", str(folder / "ledger.json"),
                                         "--metrics", f"127.0.0.1:{metrics}", "--quiet", *sink], stderr=subprocess.DEVNULL)
        support.wait_until(lambda: support.http_status(metrics, "/readyz") == 200, "the collector to be ready")

    def cpu_seconds(self) -> float:
        fields = pathlib.Path(f"/proc/{self.process.pid}/stat").read_text().rsplit(")", 1)[1].split()
        return (int(fields[11]) + int(fields[12])) / 100

    def rss_megabytes(self, kind: str = "VmRSS") -> float:
        return int(re.search(rf"{kind}:\s+(\d+)", pathlib.Path(f"/proc/{self.process.pid}/status").read_text())[1]) / 1024

    def end(self):
        self.process.terminate()
        self.process.wait()


def ledger(folder: pathlib.Path) -> dict:
    import json
    return json.loads((folder / "ledger.json").read_text())


def measure(tls: bool, rounds: int, folder: pathlib.Path, certificate):
    port = support.free_ports(1)[0]
    url = f"{'https' if tls else 'http'}://127.0.0.1:{port}/small"
    server = subprocess.Popen(nginx.command(folder, [f"127.0.0.1:{port}" + (" ssl" if tls else "")], master=False,
                                            certificate=certificate if tls else None))
    name = "TLS 1.3" if tls else "clear"
    try:
        support.wait_for_port(port)
        wrk(url)
        free, null, file = [], [], []
        lost, cpu = 0, []
        for _ in range(rounds):
            free.append(wrk(url))
            for sink, results in ((["--null"], null), (["--ndjson", str(folder / "out")], file)):
                collector = Collector(folder, server.pid, *sink)
                before = collector.cpu_seconds()
                results.append(wrk(url))
                cpu.append((collector.cpu_seconds() - before) / (results[-1] * SECONDS) * 1e6)
                peak = collector.rss_megabytes("VmHWM")
                collector.end()
                counted = ledger(folder)
                lost += counted["loss_ring_full_records"] + counted["loss_shed"]
        base = statistics.median(free)
        print(f"| {name}, full load | {base:,.0f} | {statistics.median(null) / base:.0%} | {statistics.median(file) / base:.0%} | "
              f"{lost} | {statistics.median(cpu):.1f} µs | {peak:.0f} MB |", flush=True)
        collector = Collector(folder, server.pid, "--ndjson", str(folder / "out"))
        before = collector.cpu_seconds()
        output = h2load(url, int(base / 2))
        done = int(re.search(r"(\d+) succeeded", output)[1])
        used = (collector.cpu_seconds() - before) / max(done, 1) * 1e6
        collector.end()
        counted = ledger(folder)
        print(f"| {name}, half load | {done / SECONDS:,.0f} | | | {counted['loss_ring_full_records'] + counted['loss_shed']} | {used:.1f} µs | "
              f"records {counted['records']}, incomplete {counted['records_incomplete']} |", flush=True)
    finally:
        support.end(server)


def at_rest(folder: pathlib.Path):
    idle = subprocess.Popen(["sleep", "600"])
    collector = Collector(folder, idle.pid, "--null")
    before = collector.cpu_seconds()
    time.sleep(10)  # the measurement itself
    print(f"\nAt rest: RSS {collector.rss_megabytes():.0f} MB, {(collector.cpu_seconds() - before) / 10:.2%} of a core.")
    collector.end()
    support.end(idle)


def main():
    rounds = int(sys.argv[1]) if len(sys.argv) > 1 else 3
    folder = support.temporary_folder()
    certificate = support.Certificates(folder).server
    print("| nginx, one worker, 1.3 KB, 16 connections | requests/s, nothing attached | kept, --null | kept, --ndjson | records lost |"
          " collector's CPU per request | peak RSS |\n| --- | --- | --- | --- | --- | --- | --- |")
    measure(False, rounds, folder, certificate)
    measure(True, rounds, folder, certificate)
    at_rest(folder)


if __name__ == "__main__":
    main()
