# SPDX-License-Identifier: Apache-2.0
"""nginx under a collector and under load: every request has a path of its own, and nginx's log says which there were."""
import collections
import json
import pathlib
import subprocess
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))
import nginx  # noqa: E402
import support  # noqa: E402

SCRIPT = pathlib.Path(__file__).resolve().parent / "distinct.lua"
# Nothing may be shed or lost before it is a record.
RING = ("--ring-bytes", "256M")


class Load:
    def __init__(self, folder: pathlib.Path, *flags: str):
        self.folder = folder
        self.log = folder / "paths.log"
        self.port = support.free_ports(1)[0]
        self.number = 0
        self.wrk = None
        extra = f'location /n/ {{ access_log {self.log} target; return 200 "a small answer"; }}'
        command = nginx.command(folder, [f"127.0.0.1:{self.port}"], extra=extra)
        self.collector = subprocess.Popen(
            [support.APIARIST, "run", "--ledger", str(folder / "ledger.json"), *RING, *flags, "--", *command],
            stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)
        support.wait_for_port(self.port)

    def requests(self) -> int:
        with open(self.log, "rb") as log:
            return sum(chunk.count(b"\n") for chunk in iter(lambda: log.read(1 << 20), b""))

    def begin(self, pause_ms: int = 0, seconds: int = support.PATIENCE_SECONDS):
        """64 connections; with a pause between its requests each makes so many fewer."""
        self.number += 1
        self.wrk = subprocess.Popen(["wrk", "-t1", "-c64", f"-d{seconds}s", "-s", str(SCRIPT), f"http://127.0.0.1:{self.port}/",
                                     str(self.number), str(pause_ms)], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)

    def wait_for(self, requests: int):
        support.wait_until(lambda: self.collector.poll() is not None or self.requests() >= requests, f"{requests} requests")
        assert self.collector.poll() is None, self.collector.stderr.read()

    def pause(self):
        support.end(self.wrk)
        self.wrk = None

    def end(self) -> "Result":
        """Ends the load, then nginx, which ends the collector when all is drained."""
        self.pause()
        subprocess.run(["kill", "-QUIT", (self.folder / "nginx.pid").read_text().strip()], check=True)
        _, errors = self.collector.communicate(timeout=2 * support.PATIENCE_SECONDS)
        return Result(self.collector.returncode, errors, json.loads((self.folder / "ledger.json").read_text()),
                      self.log.read_text(encoding="ascii").split())

    def clean(self):
        support.end(self.wrk)
        support.end(self.collector)


class Result:
    def __init__(self, status: int, errors: str, ledger: dict, paths: list[str]):
        self.status = status
        self.errors = errors
        self.ledger = ledger
        self.paths = paths  # as nginx logged them

    def lost_before_the_sink(self) -> dict[str, int]:
        names = ("socket_bytes_shed", "socket_bytes_lost", "loss_ring_full_records", "loss_shed", "orphan_responses", "malformed",
                 "records_incomplete", "gaps")
        return {name: self.ledger[name] for name in names if self.ledger[name]}

    def disagreements(self, consumed: list[str]) -> list[str]:
        """Between nginx's log, the ledger and the paths that a consumer got. A path may have come twice."""
        ledger = self.ledger
        distinct = set(consumed)
        found = []

        def check(what: str, one, other):
            if one != other:
                found.append(f"{what}: {one} is not {other}")

        check("adds up", ledger["adds_up"], True)
        check("lost before the sink", self.lost_before_the_sink(), {})
        check("paths of the log", len(set(self.paths)), len(self.paths))
        check("requests that nginx logged = records + unanswered", len(self.paths), ledger["records"] + ledger["unanswered"])
        check("records = delivered + dropped", ledger["records"],
              ledger["records_delivered"] + ledger["records_dropped_queue_full"])
        check("records_delivered = distinct records at the consumer", ledger["records_delivered"], len(distinct))
        check("paths that nobody asked for", distinct - set(self.paths), set())
        return found


def duplicates(consumed: list[str]) -> int:
    return sum(count - 1 for count in collections.Counter(consumed).values())
