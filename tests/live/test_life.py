# SPDX-License-Identifier: Apache-2.0
"""The collector's own life: killed in the middle of a load, asked for the impossible, its exit status, its recordings."""
import json
import os
import pathlib
import re
import signal
import stat
import subprocess
import sys
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))
import nginx  # noqa: E402
import support  # noqa: E402

EDGES = str(support.PEERS / "edges.py")


def programs_loaded() -> int:
    """Our programs in the kernel, whoever loaded them."""
    listed = subprocess.run(["bpftool", "prog", "list"], capture_output=True, text=True, check=True).stdout
    return len(re.findall(r"name (on_sys_exit|tls_return)\b", listed))


def maps_loaded() -> int:
    listed = subprocess.run(["bpftool", "map", "list"], capture_output=True, text=True, check=True).stdout
    return len(re.findall(r"name (tls_sessions|connections|ring_controls)\b", listed))


def text_of(pid: int, library: str, symbol: str) -> bytes:
    """The first bytes of a function as they stand in a process's memory: a probe shows there."""
    maps = pathlib.Path(f"/proc/{pid}/maps").read_text()
    base = None
    for line in maps.splitlines():
        if line.endswith(library) and base is None:
            base = int(line.split("-")[0], 16)
            path = line.split()[-1]
    listed = subprocess.run(["nm", "-D", "--defined-only", path], capture_output=True, text=True, check=True).stdout
    offset = int(re.search(rf"^([0-9a-f]+) T {symbol}(@|$)", listed, re.M)[1], 16)
    with open(f"/proc/{pid}/mem", "rb") as memory:
        memory.seek(base + offset)
        return memory.read(64)


class Killed(unittest.TestCase):
    def test_nobody_notices(self):
        folder = support.temporary_folder()
        certificates = support.Certificates(folder)
        port = support.free_ports(1)[0]
        before = (programs_loaded(), maps_loaded())
        server = subprocess.Popen(nginx.command(folder, [f"127.0.0.1:{port} ssl"], certificate=certificates.server, master=False))
        collector = None
        try:
            support.wait_for_port(port)
            clean = text_of(server.pid, "libssl.so.3", "SSL_read")
            metrics = support.free_ports(1)[0]
            collector = subprocess.Popen([support.APIARIST, "run", "--null", "--pid", str(server.pid), "--metrics",
                                          f"127.0.0.1:{metrics}"], stderr=subprocess.DEVNULL)
            support.wait_until(lambda: support.http_status(metrics, "/readyz") == 200, "the collector to be ready")
            self.assertNotEqual(text_of(server.pid, "libssl.so.3", "SSL_read"), clean, "no probe was ever there")
            load = subprocess.Popen(["wrk", "-t1", "-c16", "-d4s", f"https://127.0.0.1:{port}/small"], stdout=subprocess.PIPE,
                                    text=True)
            support.wait_until(lambda: (folder / "access.log").exists() and nginx.access_log_lines(folder) > 1000,
                               "the load to run")
            collector.send_signal(signal.SIGKILL)
            collector.wait()
            after_kill = nginx.access_log_lines(folder)
            output, _ = load.communicate(timeout=support.PATIENCE_SECONDS)
            self.assertNotIn("Socket errors", output)
            self.assertNotIn("Non-2xx", output)
            self.assertGreater(nginx.access_log_lines(folder), after_kill, "the load had ended before the kill")
            support.wait_until(lambda: (programs_loaded(), maps_loaded()) <= before, "programs and maps to go")
            support.wait_until(lambda: text_of(server.pid, "libssl.so.3", "SSL_read") == clean, "the probes to go")
            self.assertIsNone(server.poll())
        finally:
            support.end(collector)
            support.end(server)


class Impossible(unittest.TestCase):
    """One clear line, exit status 2, nothing attached."""

    def check(self, arguments: list[str], pattern: str, prefix: list[str] | None = None, environment: dict | None = None):
        done = subprocess.run([*(prefix or []), support.APIARIST, *arguments], capture_output=True, text=True,
                              timeout=support.PATIENCE_SECONDS, check=False, env={**os.environ, **(environment or {})})
        self.assertEqual(done.returncode, 2, done.stderr)
        self.assertEqual(len(done.stderr.strip().splitlines()), 1, done.stderr)
        self.assertRegex(done.stderr, pattern)
        self.assertEqual(done.stdout, "")

    def test_a_recording_that_would_be_written_over(self):
        path = support.temporary_folder() / "recording"
        path.write_bytes(b"precious")
        for flag in ("--ndjson", "--ledger"):
            self.check(["replay", str(path), flag, str(path.parent / "." / path.name)], rf"{flag} .*what is to be read")
        self.assertEqual(path.read_bytes(), b"precious")

    def test_no_selector(self):
        self.check(["run"], r"nothing selected.*--pid.*--cgroup.*--all.*COMMAND")

    def test_unknown_process(self):
        self.check(["run", "--pid", "4194305"], r"--pid 4194305: no such process")

    def test_process_1_is_the_whole_node(self):
        # With another fault behind it, so that nothing is traced whatever comes of the first.
        self.check(["run", "--pid", "1", "--pid", "nobody"], r"--pid 1: every process of the node descends from it.*--all")

    def test_calls_of_which_nothing_would_be_read(self):
        self.check(["run", "--null", "--call-bytes", "100", "--", "true"], r"--call-bytes: 1K and more")

    def test_not_a_number(self):
        self.check(["run", "--pid", "nginx"], r"--pid: \"nginx\" is no process number")

    def test_unknown_cgroup(self):
        self.check(["run", "--null", "--cgroup", "/sys/fs/cgroup/none-such"], r"cgroup /sys/fs/cgroup/none-such: No such file")

    def test_what_is_no_cgroup(self):
        """Its inode number would be some cgroup's, whose processes nobody chose."""
        folder = support.temporary_folder()
        for path in (folder, folder.parent, "/sys", "/proc"):
            self.check(["run", "--null", "--for", "1s", "--cgroup", str(path)], r"is no cgroup \(v2\)")
        mounted = [line.split()[1] for line in pathlib.Path("/proc/mounts").read_text().splitlines() if line.split()[2] == "cgroup2"]
        for path in mounted[:1]:
            self.check(["run", "--null", "--for", "1s", "--cgroup", path], r"the root of all cgroups.*--all")

    def test_outputs_in_one_file(self):
        path = str(support.temporary_folder() / "one")
        self.check(["run", "--ndjson", path, "--ledger", path, "--", "true"], r"--ledger .*another output has this file")
        self.check(["run", "--null", "--ledger", path, "--record", path, "--", "true"], r"--record .*another output")

    def test_nothing_to_read(self):
        self.check(["run", "--null", "--clear", "false", "--tls", "false", "--", "true"], r"nothing is left to read")

    def test_no_root(self):
        self.check(["run", "--null", "--", "true"], r"not permitted.*root.*CAP_BPF",
                   ["setpriv", "--reuid", "65534", "--clear-groups", "--inh-caps=-all"])

    def test_no_btf(self):
        hide = "mount -t tmpfs none /sys/kernel/btf && exec \"$@\""
        self.check(["run", "--null", "--", "true"], r"no BTF.*5\.10", ["unshare", "-m", "sh", "-c", hide, "sh"])

    def test_unwritable_files(self):
        for flag in ("--ndjson", "--ledger", "--record"):
            more = ["--null"] if flag != "--ndjson" else []
            self.check(["run", flag, "/nonexistent/file", *more, "--", "true"], r"/nonexistent/file: No such file")

    def test_bad_values(self):
        self.check(["run", "--for", "soon", "--", "true"], r"--for: \"soon\" is not a duration")
        self.check(["run", "--ndjson", "--for", "1s", "--", "true"], r"--ndjson: --for is a flag")
        self.check(["run", "--workers", "9", "--", "true"], r"--workers: 1 to 4")
        self.check(["run", "--", "true"], r"APIARIST_RING_BYTES: \"much\" is not a number of bytes",
                   environment={"APIARIST_RING_BYTES": "much"})

    def test_bad_command_lines(self):
        self.check(["run", "--null", "--"], r"nothing follows --")
        self.check(["replay", "--null", "/nonexistent/file"], r"/nonexistent/file")
        self.check(["replay", "--null", "/etc/hostname"], r"not a recording")

    def test_what_a_command_does_not_take(self):
        self.check(["run", "--pdi", "1", "--nul"], r"^apiarist: run does not take: --pdi 1 --nul \(apiarist run --help")
        self.check(["tokens", "--api", "[::1]:1"], r"^apiarist: tokens does not take: --api \[::1\]:1 ")

    def test_a_command_that_is_not_there(self):
        self.check(["rum", "--all"], r"^apiarist: there is no command `rum`; there are run, replay, .*processor")


class Runs(unittest.TestCase):
    def test_exit_status_of_the_command(self):
        folder = support.temporary_folder()
        for command, status in ((["true"], 0), (["sh", "-c", "exit 7"], 7), (["sh", "-c", "kill -TERM $$"], 143),
                                (["/nonexistent/program"], 127)):
            self.assertEqual(support.capture(folder, command).status, status)

    def test_few_open_files_are_for_the_command_alone(self):
        folder = support.temporary_folder()
        run = subprocess.run(["prlimit", "--nofile=30:4096", *support.collector_arguments(folder), "--", "sh", "-c", "ulimit -Sn"],
                             capture_output=True, text=True, timeout=support.PATIENCE_SECONDS, check=False)
        self.assertEqual((run.returncode, run.stdout), (0, "30\n"), run.stderr)

    def test_a_time_limit_ends_the_command(self):
        result = support.capture(support.temporary_folder(), ["sleep", "1000"], "--for", "200ms")
        self.assertEqual(result.status, 0, result.errors)

    def test_a_recording_replays_to_the_same_records(self):
        folder = support.temporary_folder()
        certificates = support.Certificates(folder)
        tls = [str(certificates.server[0]), str(certificates.server[1]), str(certificates.ca)]
        result = support.capture(folder, [support.PYTHON, EDGES, "reused_objects", *tls, "50", "4"], "--record",
                                 str(folder / "recording"))
        self.assertEqual(len(result.records), 2 * (50 + 46))
        done = subprocess.run([support.APIARIST, "replay", str(folder / "recording"), "--ndjson", str(folder / "again"), "--ledger",
                               str(folder / "ledger-again")], capture_output=True, text=True, check=False)
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertEqual((folder / "again").read_bytes(), (folder / "out.ndjson").read_bytes())
        self.assertEqual(json.loads((folder / "ledger-again").read_text()), result.ledger)

    def test_records_on_standard_output_are_alone_there(self):
        port = support.free_ports(1)[0]
        server = subprocess.Popen([support.PYTHON, str(support.PEERS / "server.py"), str(port)])
        try:
            support.wait_for_port(port)
            done = subprocess.run([support.APIARIST, "run", "--quiet", "--", "curl", "-s", f"http://127.0.0.1:{port}/plain"],
                                  capture_output=True, text=True, timeout=support.PATIENCE_SECONDS, check=True)
        finally:
            support.end(server)
        self.assertEqual([json.loads(line)["path"] for line in done.stdout.splitlines()], ["/plain"])
        self.assertEqual(json.loads(done.stdout)["responsePayload"], done.stderr)

    def test_the_reader_of_the_records_goes_away(self):
        """The command is told to end, and the ledger is written."""
        folder = support.temporary_folder()
        port = support.free_ports(1)[0]
        server = subprocess.Popen([support.PYTHON, str(support.PEERS / "server.py"), str(port)])
        loop = f"while :; do curl -s -o /dev/null http://127.0.0.1:{port}/plain; done"
        collector = subprocess.Popen([support.APIARIST, "run", "--ledger", str(folder / "ledger"), "--", "sh", "-c", loop],
                                     stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        try:
            support.wait_for_port(port)
            self.assertEqual(json.loads(collector.stdout.readline())["path"], "/plain")
            collector.stdout.close()
            collector.stdout = None
            _, errors = collector.communicate(timeout=support.PATIENCE_SECONDS)
        finally:
            support.end(collector)
            support.end(server)
        self.assertEqual(collector.returncode, 1, errors)
        self.assertIn("nobody reads the records any more", errors)
        ledger = json.loads((folder / "ledger").read_text())
        self.assertTrue(ledger["adds_up"], errors)
        self.assertGreater(ledger["records_dropped_failed"], 0)

    def test_a_reader_that_stops_reading_does_not_hold_the_end_up(self):
        """The command gets its signal at once, and what was not taken is counted."""
        folder = support.temporary_folder()
        port = support.free_ports(1)[0]
        server = subprocess.Popen([support.PYTHON, str(support.PEERS / "server.py"), str(port)])
        loop = f"trap 'exit 3' TERM; while :; do curl -s -o /dev/null http://127.0.0.1:{port}/plain; echo >>{folder}/count; done"
        collector = subprocess.Popen([support.APIARIST, "run", "--ledger", str(folder / "ledger"), "--", "sh", "-c", loop],
                                     stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        try:
            # More than a pipe holds.
            support.wait_until(lambda: (folder / "count").exists() and (folder / "count").stat().st_size > 150, "the load")
            collector.send_signal(signal.SIGTERM)
            errors = collector.stderr.read()
            collector.wait(timeout=support.PATIENCE_SECONDS)
        finally:
            support.end(collector)
            support.end(server)
        self.assertEqual(collector.returncode, 3, errors)
        ledger = json.loads((folder / "ledger").read_text())
        self.assertTrue(ledger["adds_up"], errors)
        self.assertGreater(ledger["records_dropped_failed"], 0, errors)

    def test_a_command_that_does_not_end_is_left_alone(self):
        collector = subprocess.Popen([support.APIARIST, "run", "--null", "--", "sh", "-c",
                                      "trap '' TERM; echo $$; read line; exit 0"], stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                                     stderr=subprocess.PIPE, text=True)
        try:
            pid = int(collector.stdout.readline())
            collector.send_signal(signal.SIGTERM)
            collector.wait(timeout=support.PATIENCE_SECONDS)
            said = []  # the command has standard error too, so it has no end yet
            while not said or "adds up" not in said[-1]:
                said.append(collector.stderr.readline())
            self.assertIn("does not end when asked to", "".join(said))
            self.assertTrue(pathlib.Path(f"/proc/{pid}").exists())
            collector.stdin.close()
            support.wait_until(lambda: not pathlib.Path(f"/proc/{pid}").exists(), "the command to end by itself")
        finally:
            support.end(collector)

    def test_children_that_come_and_go_at_the_start_do_not_hold_the_run(self):
        busy = "n=0; while [ $n -lt 2000 ]; do /bin/true; n=$((n + 1)); done"
        traced = subprocess.Popen(["sh", "-c", busy])
        collector = subprocess.Popen([support.APIARIST, "run", "--null", "--pid", str(traced.pid)], stderr=subprocess.PIPE, text=True)
        try:
            traced.wait()
            _, errors = collector.communicate(timeout=support.PATIENCE_SECONDS)
        finally:
            support.end(collector)
            support.end(traced)
        self.assertIn("all traced processes have ended", errors)

    def test_a_hangup_ends_the_command_and_the_run(self):
        folder = support.temporary_folder()
        collector = subprocess.Popen(support.collector_arguments(folder) + ["--", "sh", "-c", "echo started; exec sleep 1000"],
                                     stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        try:
            self.assertEqual(collector.stdout.readline(), "started\n")
            collector.send_signal(signal.SIGHUP)
            _, errors = collector.communicate(timeout=support.PATIENCE_SECONDS)
        finally:
            support.end(collector)
        self.assertEqual(collector.returncode, 128 + signal.SIGHUP, errors)
        self.assertTrue(json.loads((folder / "ledger.json").read_text())["adds_up"])

    def test_the_run_ends_with_the_processes_it_was_for(self):
        traced = subprocess.Popen([support.PYTHON, "-c", "input()"], stdin=subprocess.PIPE)
        collector = subprocess.Popen([support.APIARIST, "run", "--null", "--pid", str(traced.pid)], stderr=subprocess.PIPE, text=True)
        try:
            self.assertIn("collecting", collector.stderr.readline())
            traced.stdin.close()
            traced.wait()
            _, errors = collector.communicate(timeout=support.PATIENCE_SECONDS)
        finally:
            support.end(collector)
            support.end(traced)
        self.assertEqual(collector.returncode, 0, errors)
        self.assertIn("all traced processes have ended", errors)

    def test_files_that_were_there_become_private(self):
        folder = support.temporary_folder()
        for name in ("out.ndjson", "ledger.json", "recording"):
            (folder / name).write_text("old")
            (folder / name).chmod(0o644)
        support.capture(folder, ["true"], "--record", str(folder / "recording"))
        for name in ("out.ndjson", "ledger.json", "recording"):
            self.assertEqual(stat.S_IMODE((folder / name).stat().st_mode), 0o600, name)
            self.assertNotIn("old", (folder / name).read_bytes()[:3].decode(errors="replace"))

    def test_a_library_that_cannot_be_probed_is_named(self):
        """With every capability but the one that uprobes need, where the kernel needs one."""
        folder = support.temporary_folder()
        folder.chmod(0o777)
        done = subprocess.run(["setpriv", "--bounding-set=-all,+bpf,+perfmon,+sys_ptrace", "--inh-caps=-all", *support.collector_arguments(
            folder), "--", "true"], capture_output=True, text=True, timeout=support.PATIENCE_SECONDS, check=False)
        self.assertEqual(done.returncode, 0, done.stderr)
        if "is not read" not in done.stderr:
            self.skipTest("this kernel lets uprobes be set without CAP_SYS_ADMIN")
        self.assertRegex(done.stderr, r"TLS library .*libssl.* is not read, its traffic counts as opaque: .*CAP_SYS_ADMIN")

    def test_files_are_private(self):
        folder = support.temporary_folder()
        support.capture(folder, ["true"], "--record", str(folder / "recording"))
        for name in ("out.ndjson", "ledger.json", "recording"):
            self.assertEqual(stat.S_IMODE((folder / name).stat().st_mode), 0o600, name)

    def test_other_processes_are_not_seen(self):
        """A server and client beside the traced command, on the same library: nothing of them may appear."""
        folder = support.temporary_folder()
        certificates = support.Certificates(folder)
        tls = [str(certificates.server[0]), str(certificates.server[1]), str(certificates.ca)]
        beside = subprocess.Popen([support.PYTHON, EDGES, "reused_objects", *tls, "400", "4"])
        try:
            result = support.capture(folder, [support.PYTHON, EDGES, "reused_objects", *tls, "20", "4"])
            self.assertIsNone(beside.poll(), "it ended too early to show anything")
        finally:
            beside.wait()
        self.assertEqual(len(result.records), 2 * (20 + 16))
        self.assertEqual(len({record["process_id"] for record in result.records}), 1)


if __name__ == "__main__":
    unittest.main()
