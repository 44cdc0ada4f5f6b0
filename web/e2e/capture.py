# SPDX-License-Identifier: Apache-2.0
"""Browser tests against a live capture of real services: capture.py APIARIST [PLAYWRIGHT ARGUMENT…]. Needs what `apiarist run` needs, and what
`script/bootstrap test` installs. Starts capture/services.py under the collector, and ends with the tests' status. Only these services are traced."""
import os
import pathlib
import re
import subprocess
import sys
import tempfile
import threading

HERE = pathlib.Path(__file__).resolve().parent
ADDRESS = re.compile(rb"API at (http://[^/\s]+)")


def unreadable_client(folder: pathlib.Path) -> str:
    """A program that carries its OpenSSL and no symbols."""
    program = folder / "bare_client"
    source = HERE.parent.parent / "tests/live/peers/tls_client.c"
    subprocess.run(["gcc", "-static", "-s", "-w", "-o", str(program), str(source), "-lssl", "-lcrypto"], check=True)
    return str(program)


def main() -> int:
    with tempfile.TemporaryDirectory(prefix="apiarist-e2e-") as name:
        folder = pathlib.Path(name)
        inventory = folder / "inventory"
        services = ["/usr/bin/python3", str(HERE / "capture/services.py"), name, unreadable_client(folder)]
        collector = subprocess.Popen([sys.argv[1], "run", "--inventory", str(inventory), "--api", "127.0.0.1:0", "--", *services],
                                     stdin=subprocess.PIPE, stderr=subprocess.PIPE)
        said = []
        status = 1
        try:
            address = None
            while address is None:
                line = collector.stderr.readline()
                if not line:
                    sys.exit(f"{sys.argv[1]} ended: {b''.join(said).decode(errors='replace')}")
                said.append(line)
                address = ADDRESS.search(line)
            drain = threading.Thread(target=lambda: said.extend(collector.stderr))
            drain.start()
            environment = {**os.environ, "APIARIST_URL": address.group(1).decode(), "APIARIST_TOKEN_FILE": str(inventory / "admin.token")}
            status = subprocess.run(["npx", "playwright", "test", "--config", "e2e/capture/playwright.config.ts", *sys.argv[2:]], cwd=HERE.parent,
                                    env=environment, check=False).returncode
            collector.stdin.close()  # the services end, and with them the run
            drain.join()
            ended = collector.wait()
            sys.stderr.write(b"".join(said).decode(errors="replace"))
            return status or ended
        finally:
            if collector.poll() is None:
                collector.terminate()
                collector.wait()


if __name__ == "__main__":
    sys.exit(main())
