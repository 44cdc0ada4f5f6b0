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


def family(pid: int) -> list[int]:
    """A process and its descendants, as far as they are there."""
    found = [pid]
    for one in found:
        for children in pathlib.Path(f"/proc/{one}/task").glob("*/children"):
            try:
                found += map(int, children.read_text(encoding="ascii").split())
            except OSError:
                pass  # the thread ended meanwhile
    return found


def at_rest(pid: int) -> bool:
    """All threads sleep. One that lost its core behind a write has sent an answer and not returned from the call: ended there, it never
    does, and nobody can tell of it."""
    for one in family(pid):
        for stat in pathlib.Path(f"/proc/{one}/task").glob("*/stat"):
            try:
                if stat.read_text(encoding="ascii", errors="replace").rsplit(")", 1)[1].split()[0] == "R":
                    return False
            except OSError:
                pass
    return True


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
        for server in servers:
            support.wait_until(lambda one=server: at_rest(one.pid), "servers at rest")
    finally:
        for server in servers:
            server.send_signal(signal.SIGTERM)
        for server in servers:
            server.wait()
    return status


if __name__ == "__main__":
    sys.exit(main())
