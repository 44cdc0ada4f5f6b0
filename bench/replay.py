#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""How fast a recording is read again, of HTTP/1 and of HTTP/2: bench/replay.py [EXCHANGES], 1,000,000 unless said otherwise, after
script/bootstrap bench. nghttpd or nginx and h2load are captured on both sides, then the recording is replayed with --null. Prints a table in Markdown."""
import json
import os
import pathlib
import shutil
import subprocess
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "tests/live"))
import nginx  # noqa: E402
import support  # noqa: E402

ROUNDS = 3


def record(folder: pathlib.Path, server: list[str], client: list[str], port: int) -> pathlib.Path:
    path = folder / "recording"
    plan = folder / "plan.json"
    plan.write_text(json.dumps({"servers": [{"command": server, "port": port}], "clients": [client]}), encoding="utf-8")
    subprocess.run([support.APIARIST, "run", "--null", "--ring-bytes", "512M", "--record", str(path), "--ledger", str(folder / "ledger.json"), "--",
                    support.PYTHON, str(support.PEERS / "scenario.py"), str(plan)], check=True, stdout=subprocess.DEVNULL,
                   stderr=subprocess.DEVNULL)
    return path


def replay(path: pathlib.Path, folder: pathlib.Path) -> tuple[float, int, dict]:
    """Seconds of CPU, peak RSS in KB, the ledger."""
    replaying = subprocess.Popen([support.APIARIST, "replay", str(path), "--null", "--ledger", str(folder / "ledger.json")],
                                 stderr=subprocess.DEVNULL)
    _, status, usage = os.wait4(replaying.pid, 0)
    if status:
        raise RuntimeError(f"replay ended with {status}")
    return usage.ru_utime + usage.ru_stime, usage.ru_maxrss, json.loads((folder / "ledger.json").read_text(encoding="ascii"))


def main():
    exchanges = int(sys.argv[1]) if len(sys.argv) > 1 else 1_000_000
    print("| recording | exchanges | complete | CPU | exchanges a second and core | peak RSS |\n| --- | --- | --- | --- | --- | --- |")
    for name in ("HTTP/1", "HTTP/2"):
        folder = support.temporary_folder()
        nginx.write_files(folder)
        (folder / "www" / "one.json").write_text('{"id": 1}', encoding="ascii")  # small: what is measured is exchanges, not bytes
        port = support.free_ports(1)[0]
        load = ["h2load", "-n", str(exchanges // 2), "-c", "8"]
        if name == "HTTP/1":
            server = nginx.command(folder, [f"127.0.0.1:{port}"], master=False)
            client = [*load, "--h1", f"http://127.0.0.1:{port}/one.json"]
        else:
            server = ["nghttpd", "-d", str(folder / "www"), "--no-tls", str(port)]
            client = [*load, "-m", "100", f"http://127.0.0.1:{port}/one.json"]
        path = record(folder, server, client, port)
        rounds = [replay(path, folder) for _ in range(ROUNDS)]
        seconds, _, ledger = min(rounds, key=lambda one: one[0])
        records, whole = ledger["records"], ledger["records"] - ledger["records_incomplete"]
        print(f"| {name} | {records:,} | {whole:,} | {seconds:.2f} s | {records / seconds:,.0f} | {max(one[1] for one in rounds) / 1024:.0f} MB |",
              flush=True)
        shutil.rmtree(folder)


if __name__ == "__main__":
    main()
