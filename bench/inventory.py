#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""How many records a second and core `apiarist processor` takes: into SQLite, and into a PostgreSQL of its own.

Records are those of a made-up shop: 60 endpoints, bodies of a few hundred bytes of JSON, e-mail addresses in some. Measured is the
CPU time of the processor (and of PostgreSQL, beside it), and what it keeps in memory; the last line is JSON.
"""
import argparse
import json
import os
import pathlib
import random
import subprocess
import sys
import tempfile
import time

ROOT = pathlib.Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT / "tests/live"))
import postgres  # noqa: E402

RESOURCES = ["orders", "users", "carts", "products", "invoices", "payments", "reviews", "shipments", "coupons", "returns",
             "addresses", "stores"]


def record(source: random.Random, now: int) -> str:
    resource_name = source.choice(RESOURCES)
    number = source.randrange(1_000_000)
    method, path, status = source.choice([
        ("GET", f"/api/v1/{resource_name}/{number}", 200), ("GET", f"/api/v1/{resource_name}?page={number % 50}&limit=20", 200),
        ("POST", f"/api/v1/{resource_name}", 201), ("PUT", f"/api/v1/{resource_name}/{number}", 200),
        ("GET", f"/api/v1/{resource_name}/{number}/items/{number % 7}", 404 if number % 20 == 0 else 200)])
    thing = {"id": number, f"{resource_name}_name": f"thing {number}", "state": source.choice(["open", "paid", "closed"]),
             "total": number / 100, "created_at": "2026-11-29T10:00:00Z", "tags": ["a", "b"], "active": number % 2 == 0,
             "owner": {"id": f"{source.getrandbits(128):032x}", "email": f"user{number}@example.org" if number % 3 == 0 else None}}
    answer = {"error": "not found", "code": 404} if status == 404 else [thing, thing] if "page=" in path else thing
    request = json.dumps({"state": "open", "quantity": number % 9, "note": "please"}) if method in ("POST", "PUT") else ""
    return json.dumps({
        "path": path, "method": method, "type": "HTTP/1.1", "statusCode": str(status), "status": f"{status} OK",
        "requestHeaders": json.dumps({"host": "shop.example", "user-agent": "bench/1", "accept": "*/*", "content-type": "application/json",
                                      "authorization": "Bearer " + f"{number:x}" * 4}),
        "responseHeaders": json.dumps({"content-type": "application/json", "server": "bench", "x-request-id": str(number)}),
        "requestPayload": request, "responsePayload": json.dumps(answer), "ip": f"10.0.0.{number % 200}:{20000 + number % 40000}",
        "destIp": "10.1.0.1:8080", "time": str(now - number % 3000), "akto_account_id": "1000000", "akto_vxlan_id": "0",
        "is_pending": "false", "source": "MIRRORING", "direction": "1", "process_id": "17", "process_name": "shop", "socket_id": "9",
        "daemonset_id": "b", "capture": "complete", "tls": "", "latency_us": str(500 + number % 90_000)})


def hostile(number: int, now: int) -> str:
    return json.dumps({
        "path": f"/scan/{number % 977}/w{number:x}ord/{'x' * (number % 13)}q", "method": "GET", "type": "HTTP/1.1", "statusCode": "404",
        "requestHeaders": json.dumps({"host": "shop.example"}), "responseHeaders": "{}", "requestPayload": "",
        "responsePayload": "", "ip": "203.0.113.9:5", "destIp": "10.1.0.1:8080", "time": str(now), "direction": "1"})


def measure(records: pathlib.Path, where: str, folder: pathlib.Path) -> dict:
    begin = time.monotonic()
    process = subprocess.Popen([str(ROOT / "build/release/apiarist"), "processor", "--records", str(records), "--inventory", where,
                                "--ledger", str(folder / "ledger"), "--quiet"], stderr=subprocess.PIPE, text=True)
    _, status, usage = os.wait4(process.pid, 0)
    if status != 0:
        sys.exit(process.stderr.read())
    wall = time.monotonic() - begin
    counts = json.loads((folder / "ledger").read_text())
    cpu = usage.ru_utime + usage.ru_stime
    return {"records": counts["stored"], "cpu_s": round(cpu, 2), "wall_s": round(wall, 2),
            "records_per_cpu_second": round(counts["stored"] / cpu), "rss_mb": usage.ru_maxrss // 1024, "batches": counts["batches"]}


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--records", type=int, default=400_000)
    parser.add_argument("--distinct", type=int, default=1_000_000, help="paths of a hostile client")
    arguments = parser.parse_args()
    source = random.Random(1)
    now = int(time.time())
    results = {}
    with tempfile.TemporaryDirectory(prefix="apiarist-bench-") as name:
        folder = pathlib.Path(name)
        some = [record(source, now) for _ in range(min(arguments.records, 50_000))]
        with open(folder / "records", "w") as out:
            for i in range(arguments.records):
                out.write(some[i % len(some)] + "\n")
        print(f"record: {sum(map(len, some)) // len(some)} bytes on average")
        results["SQLite"] = measure(folder / "records", str(folder / "inventory"), folder)
        with postgres.postgres() as server:
            results["PostgreSQL"] = measure(folder / "records", server.url, folder)
        with open(folder / "hostile", "w") as out:
            for i in range(arguments.distinct):
                out.write(hostile(i, now) + "\n")
        results["hostile, SQLite"] = measure(folder / "hostile", str(folder / "hostile-inventory"), folder)
    for what, result in results.items():
        print(f"{what}: {result['records']} records in {result['cpu_s']} s of CPU = {result['records_per_cpu_second']} a second and core; "
              f"{result['rss_mb']} MB, {result['batches']} batches, {result['wall_s']} s")
    print(json.dumps(results))


if __name__ == "__main__":
    main()
