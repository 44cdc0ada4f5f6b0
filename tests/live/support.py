# SPDX-License-Identifier: Apache-2.0
"""What the live tests share: the collector as a command, certificates, nginx, waiting, and the comparison of records with
what was really sent and received. Only the processes that a test starts are traced: the collector's own command tree."""
import atexit
import base64
import http.client
import json
import os
import pathlib
import re
import shutil
import socket
import subprocess
import sys
import tempfile
import time

# Of a runner that is itself a pod, or has the reference's settings: they would select and send what no test asked for.
for _name in [name for name in os.environ if name.startswith(("KUBERNETES_", "AKTO_", "APIARIST_", "KAFKA_", "TRAFFIC_", "CAPTURE_"))
              or name in ("HOST_MAPPING", "PROBE_ALL_PID", "POD_NAME", "NODE_NAME")]:
    del os.environ[_name]

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
# What tests fetch from registries and build of it, for all clones of one user.
CACHE = pathlib.Path(os.environ.get("XDG_CACHE_HOME") or pathlib.Path.home() / ".cache") / "apiarist-tests"
APIARIST = os.environ.get("APIARIST", str(ROOT / "build/release/apiarist"))
PEERS = pathlib.Path(__file__).resolve().parent / "peers"
PYTHON = "/usr/bin/python3"
# A bound for hanging, not an expectation.
PATIENCE_SECONDS = 120


def temporary_folder() -> pathlib.Path:
    """One that goes with this process; its forks leave it."""
    folder = pathlib.Path(tempfile.mkdtemp(prefix="apiarist-live-"))
    owner = os.getpid()
    atexit.register(lambda: os.getpid() == owner and shutil.rmtree(folder, ignore_errors=True))
    return folder


def free_ports(count: int) -> list[int]:
    sockets = [socket.socket() for _ in range(count)]
    for one in sockets:
        one.bind(("127.0.0.1", 0))
    ports = [one.getsockname()[1] for one in sockets]
    for one in sockets:
        one.close()
    return ports


def wait_until(condition, what: str, seconds: float = PATIENCE_SECONDS):
    """Polls; the pause only spares the processor."""
    end = time.monotonic() + seconds
    while True:
        value = condition()
        if value:
            return value
        if time.monotonic() > end:
            raise TimeoutError(f"never came: {what}")
        time.sleep(0.01)


def port_answers(port: int) -> bool:
    """True when somebody listens; found in /proc so that no connection disturbs what is counted."""
    wanted = f":{port:04X}"
    for table in ("/proc/net/tcp", "/proc/net/tcp6"):
        with open(table, encoding="ascii") as lines:
            for line in lines:
                fields = line.split()
                if len(fields) > 3 and fields[1].endswith(wanted) and fields[3] == "0A":
                    return True
    return False


def wait_for_port(port: int):
    wait_until(lambda: port_answers(port), f"a server on port {port}")


class Certificates:
    """A CA, a server's and a client's certificate, all made here."""

    def __init__(self, folder: pathlib.Path):
        self.folder = folder
        self.ca = folder / "ca.pem"
        self._openssl("req", "-x509", "-newkey", "rsa:2048", "-nodes", "-keyout", "ca.key", "-out", "ca.pem", "-days", "2",
                      "-subj", "/CN=apiarist test CA")
        self.server = self.issue("server", "subjectAltName=DNS:localhost,IP:127.0.0.1,IP:::1")
        self.client = self.issue("client", "extendedKeyUsage=clientAuth")

    def _openssl(self, *arguments: str):
        subprocess.run(["openssl", *arguments], cwd=self.folder, check=True, capture_output=True)

    def issue(self, name: str, extension: str, days: int = 2) -> tuple[pathlib.Path, pathlib.Path]:
        """Certificate and key; with a negative number of days one that has expired."""
        (self.folder / f"{name}.ext").write_text(extension + "\n", encoding="ascii")
        self._openssl("req", "-newkey", "rsa:2048", "-nodes", "-keyout", f"{name}.key", "-out", f"{name}.csr", "-subj",
                      f"/CN={name}")
        self._openssl("x509", "-req", "-in", f"{name}.csr", "-CA", "ca.pem", "-CAkey", "ca.key", "-CAcreateserial", "-out",
                      f"{name}.pem", "-days", str(days), "-extfile", f"{name}.ext")
        return self.folder / f"{name}.pem", self.folder / f"{name}.key"


class Capture:
    """What one run of the collector left."""

    def __init__(self, folder: pathlib.Path, status: int, output: str, errors: str):
        self.folder = folder
        self.status = status
        self.output = output
        self.errors = errors
        self.records = read_records(folder / "out.ndjson")
        ledger = folder / "ledger.json"
        self.ledger = json.loads(ledger.read_text()) if ledger.exists() and ledger.stat().st_size else {}

    def of_direction(self, direction: str) -> list[dict]:
        return [record for record in self.records if record["direction"] == direction]


def read_records(path: pathlib.Path) -> list[dict]:
    if not path.exists():
        return []
    with path.open(encoding="utf-8") as lines:
        return [json.loads(line) for line in lines]


def collector_arguments(folder: pathlib.Path, *more: str) -> list[str]:
    return [APIARIST, "run", "--ndjson", str(folder / "out.ndjson"), "--ledger", str(folder / "ledger.json"), *more]


def capture(folder: pathlib.Path, command: list[str], *more: str, environment: dict | None = None) -> Capture:
    """Runs `command` under the collector."""
    done = subprocess.run(collector_arguments(folder, *more) + ["--", *command], capture_output=True, text=True,
                          timeout=PATIENCE_SECONDS * 2, env={**os.environ, **(environment or {})}, check=False)
    return Capture(folder, done.returncode, done.stdout, done.stderr)


def merge_headers(headers: list) -> dict[str, str]:
    """As a record shows them: names in lower case, repeated ones joined."""
    merged: dict[str, str] = {}
    for name, value in headers:
        name = name.lower()
        joint = "; " if name == "cookie" else ", "
        merged[name] = merged[name] + joint + value if name in merged else value
    return merged


def payload(record: dict, key: str) -> bytes:
    exact = record.get(key + "_base64")
    return base64.b64decode(exact) if exact is not None else record[key].encode()


def differences(record: dict, truth: dict) -> list[str]:
    """How a record differs from what the client sent and received."""
    found = []

    def check(what: str, seen, sent):
        if seen != sent:
            found.append(f"{truth['path']} {what}: {str(seen)[:200]!r} is not {str(sent)[:200]!r}")

    check("capture", record["capture"], "complete")
    check("method", record["method"], truth["method"])
    check("path", record["path"], truth["path"])
    check("statusCode", record["statusCode"], str(truth["status"]))
    check("requestHeaders", json.loads(record["requestHeaders"]), merge_headers(truth["request_headers"]))
    check("responseHeaders", json.loads(record["responseHeaders"]), merge_headers(truth["response_headers"]))
    check("requestPayload", payload(record, "requestPayload"), base64.b64decode(truth["request_body"]))
    check("responsePayload", payload(record, "responsePayload"), base64.b64decode(truth["response_body"]))
    return found


def compare(records: list[dict], truths: list[dict], directions: tuple[str, ...]) -> list[str]:
    """Exactly one record for each exchange and direction, and equal to it; nothing else."""
    faults = []
    wanted = {truth["path"]: truth for truth in truths}
    for direction in directions:
        seen: dict[str, list[dict]] = {}
        for record in records:
            if record["direction"] == direction:
                seen.setdefault(record["path"], []).append(record)
        for path, truth in wanted.items():
            found = seen.pop(path, [])
            if len(found) != 1:
                faults.append(f"{path}: {len(found)} records of direction {direction}, not 1")
                continue
            faults += differences(found[0], truth)
        faults += [f"{path}: a record of direction {direction} that nobody asked for" for path in seen]
    return faults


def addresses_mirror(records: list[dict]) -> list[str]:
    """Both sides of an exchange name the same two ends."""
    sides: dict[str, set] = {}
    for record in records:
        sides.setdefault(record["path"], set()).add((record["ip"], record["destIp"]))
    return [f"{path}: the sides disagree: {sorted(ends)}" for path, ends in sides.items() if len(ends) != 1]


def has(program: str) -> bool:
    return shutil.which(program) is not None


def log(text: str):
    print(text, file=sys.stderr, flush=True)


def http_status(port: int, path: str) -> int:
    """0 when nobody answers."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=PATIENCE_SECONDS)
    try:
        connection.request("GET", path)
        return connection.getresponse().status
    except OSError:
        return 0
    finally:
        connection.close()


def _text_of(path: pathlib.Path) -> str:
    try:
        return path.read_text()
    except OSError:  # closed meanwhile
        return ""


def tables(collector: int, *names: str) -> dict[str, list]:
    """What is in these tables of a collector, as bpftool tells it."""
    found: dict[str, list] = {name: [] for name in names}
    infos = [_text_of(info) for info in pathlib.Path(f"/proc/{collector}/fdinfo").iterdir()]
    for number in {match[1] for info in infos if (match := re.search(r"^map_id:\s+(\d+)", info, re.M))}:
        about = json.loads(subprocess.run(["bpftool", "-j", "map", "show", "id", number], capture_output=True, check=True).stdout)
        if about.get("name") in names:
            dump = subprocess.run(["bpftool", "-j", "map", "dump", "id", number], capture_output=True, check=True).stdout
            found[about["name"]] += json.loads(dump)
    return found


def end(process):
    """Ends a process that the test started, if it still runs, and closes its pipes."""
    if process is None:
        return
    if process.poll() is None:
        process.terminate()
        process.wait()
    for stream in (process.stdin, process.stdout, process.stderr):
        if stream is not None:
            stream.close()
