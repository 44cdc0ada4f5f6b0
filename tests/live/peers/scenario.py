# SPDX-License-Identifier: Apache-2.0
"""Runs under the collector: starts the servers of a plan, waits until they listen, runs the clients one after the other,
ends the servers. scenario.py PLAN.json, where the plan is {"servers": [{"command", "port"}], "clients": [command, …]};
a server without a port only lives."""
import json
import pathlib
import signal
import subprocess
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent))
import support  # noqa: E402


def main() -> int:
    plan = json.loads(pathlib.Path(sys.argv[1]).read_text(encoding="utf-8"))
    servers = [subprocess.Popen(server["command"], stdout=subprocess.DEVNULL) for server in plan["servers"]]
    status = 0
    try:
        for server, process in zip(plan["servers"], servers):
            if server["port"] is None:
                continue
            support.wait_until(lambda port=server["port"], one=process: one.poll() is not None or support.port_answers(port),
                               f"a server on port {server['port']}")
            if process.returncode is not None:
                print(f"{server['command']}: ended with status {process.returncode}", file=sys.stderr)
                return 1
        for client in plan["clients"]:
            done = subprocess.run(client, check=False)
            if done.returncode:
                print(f"{client}: status {done.returncode}", file=sys.stderr)
                status = 1
    finally:
        for server in servers:
            server.send_signal(signal.SIGTERM)
        for server in servers:
            server.wait()
    return status


if __name__ == "__main__":
    sys.exit(main())
