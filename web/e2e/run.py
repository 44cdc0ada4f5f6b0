# SPDX-License-Identifier: Apache-2.0
"""Browser tests against the program: run.py APIARIST [PLAYWRIGHT ARGUMENT…]. Makes an inventory of records, serves it with a processor that
reads more from a pipe as long as the tests run, so that there is something live, and ends with the tests' status."""
import json
import os
import pathlib
import re
import subprocess
import sys
import tempfile
import threading
import time

HERE = pathlib.Path(__file__).resolve().parent
ENDPOINTS = "1200"
ADDRESS = re.compile(rb"API at (http://[^/\s]+)")


def tick(number: int) -> bytes:
    headers = {"host": "live.example", "x-note": "<img src=x onerror=alert(9)>"}
    return json.dumps({
        "path": f"/tick/{number}?q=<script>alert(1)</script>", "method": ["GET", "POST"][number % 2], "type": "HTTP/1.1",
        "requestHeaders": json.dumps(headers), "requestPayload": "", "statusCode": "200", "status": "200 OK",
        "responseHeaders": json.dumps({"content-type": "text/html"}), "responsePayload": "<script>alert(1)</script>", "ip": "10.0.0.9:4000",
        "destIp": "10.0.1.5:80", "time": str(int(time.time())), "akto_account_id": "1000000", "akto_vxlan_id": "0", "is_pending": "false",
        "source": "MIRRORING", "direction": "1", "tag": "", "process_id": "1", "process_name": "live", "capture": "complete", "tls": "",
        "latency_us": "1500"}).encode() + b"\n"


def make_inventory(apiarist: str, inventory: pathlib.Path):
    now = str(int(time.time()))
    for part in ("before", "after"):
        command = [sys.executable, str(HERE / "records.py"), "--now", now, "--more", ENDPOINTS, "--part", part]
        records = subprocess.run(command, stdout=subprocess.PIPE, check=True).stdout
        subprocess.run([apiarist, "processor", "--records", "-", "--inventory", str(inventory)], input=records, check=True)


def feed(pipe, done: threading.Event):
    number = 0
    while not done.wait(0.25):
        number += 1
        pipe.write(tick(number))
        pipe.flush()
    pipe.close()


def main() -> int:
    with tempfile.TemporaryDirectory(prefix="apiarist-e2e-") as folder:
        inventory = pathlib.Path(folder) / "inventory"
        make_inventory(sys.argv[1], inventory)
        command = [sys.argv[1], "processor", "--records", "-", "--inventory", str(inventory), "--api", "127.0.0.1:0"]
        server = subprocess.Popen(command, stdin=subprocess.PIPE, stderr=subprocess.PIPE)
        done = threading.Event()
        feeder = threading.Thread(target=feed, args=(server.stdin, done))
        try:
            address = None
            said = b""
            while address is None:
                line = server.stderr.readline()
                if not line:
                    sys.exit(f"{sys.argv[1]} ended: {said.decode(errors='replace')}")
                said += line
                address = ADDRESS.search(line)
            drain = threading.Thread(target=server.stderr.read, daemon=True)
            drain.start()
            feeder.start()
            environment = {**os.environ, "APIARIST_URL": address.group(1).decode(), "APIARIST_TOKEN_FILE": str(inventory / "admin.token")}
            return subprocess.run(["npx", "playwright", "test", "--config", "e2e/playwright.config.ts", *sys.argv[2:]], cwd=HERE.parent,
                                  env=environment, check=False).returncode
        finally:
            done.set()
            if feeder.is_alive():
                feeder.join()
            server.terminate()
            server.wait()


if __name__ == "__main__":
    sys.exit(main())
