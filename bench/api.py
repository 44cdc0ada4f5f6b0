#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""How fast the API answers beside a large inventory: p50 and p95 of each route, and the processor's CPU time for a request,
in milliseconds, of one client.

    bench/api.py [--endpoints 100000] [--requests 200] [--postgres] [--apiarist build/release/apiarist]
"""
import argparse
import collections
import http.client
import json
import os
import pathlib
import random
import sqlite3
import statistics
import subprocess
import sys
import tempfile
import time

ROOT = pathlib.Path(__file__).resolve().parent.parent
NOW = int(time.time())
HOURS, MARKS = 6, ("client", "client_process", "server_process")
ROUTES = {
    "status": ["/status"],
    "collections": ["/collections"],
    "endpoints": ["/endpoints", "/endpoints?limit=500"],
    "endpoints, sorted": [f"/endpoints?sort={name}&order={order}" for name in
                          ("requests", "template", "p95", "failed_5xx", "first_seen", "collection") for order in ("asc", "desc")],
    "endpoints, searched": ["/endpoints?search=items", "/endpoints?search=nothing", "/endpoints?search=%2F77"],
    "endpoints, filtered": ["/endpoints?auth=bearer&access=public", "/endpoints?sensitive=email&method=POST", "/endpoints?status=5xx",
                            f"/endpoints?new_since={NOW - 86400}", "/endpoints?folded=both&sort=requests", "/endpoints?exposed=email"],
    "endpoints, succeeded": ["/endpoints?status=succeeded"],
    "endpoints, 2xx": ["/endpoints?status=2xx"],
    "traffic": ["/traffic", f"/traffic?since={NOW - 30 * 86400}", "/traffic?step=60&collection=7"],
    "facets": ["/endpoints/facets", "/endpoints/facets?method=GET&search=items"],
    "endpoint": [f"/endpoints/{number}" for number in (1001, 5000, 20000)],
    "hours": ["/endpoints/5000/hours"],
    "samples": ["/endpoints/5000/samples"],
    "changes": [f"/changes?since={NOW - 86400}", "/changes"],
    "sensitive": ["/sensitive", "/sensitive?type=email"],
    "service map of one": ["/service-map?collection=7"],
    "service map": ["/service-map"],
}


def rows(count: int):
    """(table, columns, rows) of each table, of a generator with one seed."""
    draw = random.Random(7)
    hosts = 200
    endpoints, states, hours, marks, parts, samples, changes = [], [], [], [], [], [], []
    sets, callers = {}, {}
    sums = {number: [0, 0, 0] for number in range(1, hosts + 1)}
    sketch = " ".join(f"{bucket}:{bucket}" for bucket in range(100, 130))
    for number in range(1001, 1001 + count):
        collection = number % hosts + 1
        words = "/".join(draw.choice(("items", "orders", "{}", "users", "v1", f"{number}")) for _ in range(4))
        requests, seen = draw.randrange(10**6), NOW - draw.randrange(10**6)
        # A service has its own ways of access, and two of authentication.
        auth = ("bearer", "none", "bearer,cookie sid", "basic")[(collection + draw.randrange(2)) % 4]
        access = ("public", "private", "")[collection % 3]
        sensitive = draw.choice(("", "", "", "email", "email,iban"))
        exposed = sensitive if auth == "none" else ""
        latency, answered_2xx = draw.randrange(10**6), draw.choice((0, requests // 2))
        method, folded = draw.choice(("GET", "POST", "PUT", "DELETE")), draw.choice(("", "", "", "", "static"))
        key = (collection, folded, method, access, auth, sensitive, sensitive, exposed)
        facet_set = sets.setdefault(key, 10**8 + len(sets))
        endpoints.append((number, collection, facet_set, 0, seen - 5000, seen, requests, 0, answered_2xx, 0, requests // 50, requests // 900, 0,
                          latency, latency * 2, latency * 3, 1, folded, method, access, f"/api/{words}/e{number}", "", auth, sensitive,
                          sensitive, exposed))
        states.append((number, sketch, "x" * 400))
        for at, value in enumerate((requests, requests // 50, requests // 900)):
            sums[collection][at] += value
        hours += [(number, seen // 3600 - hour, 1, draw.choice((200, 404)), 5, sketch) for hour in range(HOURS)]
        for kind in MARKS:
            name = f"{kind}{draw.randrange(30)}"
            marks.append((number, kind, name, 9, seen, seen))
            caller = callers.setdefault((collection, kind, name), [0, 0, 0])
            caller[:] = [caller[0] + 9, caller[1] + 1, max(caller[2], seen)]
        marks.append((number, "auth", auth.split(",")[0], requests, seen, seen))
        if sensitive:
            marks.append((number, "response_sensitive", "email /customer/email", 3, seen, seen))
        parts.append((number, "response", 200, "application/json", "{}", 9, seen - 5000, seen))
        samples.append((number, number, 200, "application/json", seen, json.dumps({"method": "GET", "responsePayload": "x" * 300})))
        changes.append((number, seen, number, "endpoint", "GET /"))
        changes.append((number + 10**7, seen, number, "field", "response 200 application/json /a integer"))
    hour, minute = NOW // 3600 * 3600, NOW // 60 * 60
    traffic = [(collection, step, end - step * back, 900, 0, 9, 1, 0, sketch) for collection in range(hosts + 1)
               for step, end, most in ((3600, hour, 720), (60, minute, 60)) for back in range(most)]
    yield "collections", "", [(c, f"host{c}.example", NOW - 10**6, NOW, *sums[c], 1) for c in sums]
    columns = ("id, collection_id, facet_set_id, merged_into, first_seen, last_seen, requests, requests_client, answered_2xx, answered_3xx, "
               "failed_4xx, failed_5xx, unanswered, p50, p95, p99, revision, folded, method, access, template, operation, auth, sensitive, "
               "returned, exposed")
    yield "endpoints", f"({columns})", endpoints
    of_sets = collections.Counter(endpoint[2] for endpoint in endpoints)
    yield "facet_sets", "", [(number, *key, of_sets[number]) for key, number in sets.items()]
    yield "callers", "", [(*key, *counts) for key, counts in callers.items()]
    for table, lines in (("endpoint_states", states), ("hours", hours), ("marks", marks), ("parts", parts), ("samples", samples),
                         ("changes", changes), ("traffic", traffic)):
        yield table, "", lines


def fill_sqlite(folder: str, count: int):
    with sqlite3.connect(f"{folder}/inventory.db") as store:
        for table, columns, lines in rows(count):
            store.executemany(f"INSERT INTO {table} {columns} VALUES ({','.join('?' * len(lines[0]))})", lines)
    store.close()


def fill_postgres(url: str, count: int):
    for table, columns, lines in rows(count):
        text = "\n".join("\t".join(str(cell).replace("\\", "\\\\") for cell in line) for line in lines) + "\n"
        subprocess.run(["psql", "--quiet", "--command", f"COPY {table} {columns} FROM STDIN", url], input=text.encode(), check=True)
    subprocess.run(["psql", "--quiet", "--command", "VACUUM ANALYZE", url], check=True)


class Processor:
    """One whose records never come; it serves until its input ends."""

    def __init__(self, program: str, inventory: str, folder: str):
        self.process = subprocess.Popen([program, "processor", "--records", "-", "--inventory", inventory, "--api", "127.0.0.1:0"],
                                        stdin=subprocess.PIPE, stderr=subprocess.PIPE, cwd=folder, text=True)
        self.port = 0
        for line in self.process.stderr:
            if "API at http://127.0.0.1:" in line:
                self.port = int(line.split("127.0.0.1:")[1].split("/")[0])
                break

    def cpu_ms(self) -> float:
        fields = pathlib.Path(f"/proc/{self.process.pid}/stat").read_text().rsplit(")", 1)[1].split()
        return (int(fields[11]) + int(fields[12])) * 1000 / os.sysconf("SC_CLK_TCK")

    def end(self):
        self.process.communicate()


def ask(port: int, token: str, path: str) -> float:
    begin = time.perf_counter()
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
    connection.request("GET", "/api/v1" + path, headers={"Authorization": f"Bearer {token}"})
    answer = connection.getresponse()
    body = answer.read()
    connection.close()
    if answer.status != 200:
        raise SystemExit(f"{path}: {answer.status} {body[:200]!r}")
    return (time.perf_counter() - begin) * 1000


def measure(program: str, inventory: str, folder: str, fill, requests: int):
    Processor(program, inventory, folder).end()  # makes the tables and the tokens
    fill()
    processor = Processor(program, inventory, folder)
    try:
        token = next(pathlib.Path(folder).rglob("reader.token")).read_text().strip()
        print(f"{'route':24} {'p50 ms':>8} {'p95 ms':>8} {'CPU ms':>8}")
        for name, paths in ROUTES.items():
            before = processor.cpu_ms()
            taken = sorted(ask(processor.port, token, paths[i % len(paths)]) for i in range(requests))
            cpu = (processor.cpu_ms() - before) / requests
            print(f"{name:24} {statistics.median(taken):8.1f} {taken[int(len(taken) * 0.95)]:8.1f} {cpu:8.1f}", flush=True)
    finally:
        processor.end()


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--endpoints", type=int, default=100_000)
    parser.add_argument("--requests", type=int, default=200)
    parser.add_argument("--postgres", action="store_true")
    parser.add_argument("--apiarist", default=str(ROOT / "build/release/apiarist"))
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="apiarist-bench-") as folder:
        if not options.postgres:
            measure(options.apiarist, folder, folder, lambda: fill_sqlite(folder, options.endpoints), options.requests)
            return
        sys.path.insert(0, str(ROOT / "tests/live"))
        from postgres import postgres
        with postgres() as server:
            measure(options.apiarist, server.url, folder, lambda: fill_postgres(server.url, options.endpoints), options.requests)


if __name__ == "__main__":
    main()
