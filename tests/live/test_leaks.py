# SPDX-License-Identifier: Apache-2.0
"""What the collector holds does not grow with the processes and files that have been."""
import json
import pathlib
import re
import shutil
import subprocess
import sys
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))
sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent / "peers"))
import support  # noqa: E402
import written_over  # noqa: E402

MOST_FILES = 512  # with probes
MOST_DELETED = 64  # of them


class Leaks(unittest.TestCase):
    def probed(self, file: pathlib.Path) -> bool:
        """This process is not traced: that it maps the file is no news."""
        return bool(written_over.probed_places(str(file)))

    def map_until_probed(self, collector, files: list[pathlib.Path]):
        collector.stdin.write("".join(f"{file}\n" for file in files))
        collector.stdin.flush()
        support.wait_until(lambda: all(map(self.probed, files)), "probes in new files")

    def test_probed_files_are_bounded(self):
        folder = support.temporary_folder()
        functions = " ".join(f"int {name}(void *session) {{ return session ? {number} : 7; }}"
                             for number, name in enumerate(("SSL_read", "SSL_write", "SSL_free", "SSL_do_handshake")))
        (folder / "stub.c").write_text(functions, encoding="ascii")
        stub = folder / "stub.so"
        subprocess.run(["cc", "-O1", "-shared", "-fPIC", "-o", str(stub), str(folder / "stub.c")], check=True)
        copies = [folder / f"copy-{number}.so" for number in range(MOST_FILES + 48)]
        for copy in copies:
            shutil.copy(stub, copy)
        collector = subprocess.Popen(support.collector_arguments(folder) + ["--", support.PYTHON, str(support.PEERS / "mapper.py")],
                                     stdin=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        try:
            for first in range(0, len(copies), 16):
                self.map_until_probed(collector, copies[first:first + 16])
            support.wait_until(lambda: sum(map(self.probed, copies)) <= MOST_FILES, "the probes of the first files to go")
            self.assertEqual([self.probed(copies[0]), self.probed(copies[-1])], [False, True])
            self.assertGreater(sum(map(self.probed, copies)), MOST_FILES // 2)
            self.map_until_probed(collector, copies[:1])
            _, errors = collector.communicate(timeout=support.PATIENCE_SECONDS)
            self.assertEqual(collector.returncode, 0, errors)
        finally:
            support.end(collector)
        shutil.rmtree(folder)


class Churn(unittest.TestCase):
    """10,300 short-lived processes: most only load the library, some speak TLS, and some have a library of their own."""
    ROUNDS, LOADS, CLIENTS, COPIES = 50, 180, 20, 6
    ENTRIES = ("connections", "tls_sessions", "tls_windows", "processes", "marks", "udp_traffic")

    @classmethod
    def setUpClass(cls):
        cls.folder = support.temporary_folder()
        certificates = support.Certificates(cls.folder)
        cls.ca = str(certificates.ca)
        cls.client = str(cls.folder / "client")
        subprocess.run(["cc", "-O1", "-w", "-o", cls.client, str(support.PEERS / "openssl_client.c"), "-lssl", "-lcrypto"], check=True,
                       capture_output=True)
        cls.port = support.free_ports(1)[0]
        cls.server = subprocess.Popen([support.PYTHON, str(support.PEERS / "server.py"), str(cls.port),
                                       *map(str, certificates.server)])
        support.wait_for_port(cls.port)

    @classmethod
    def tearDownClass(cls):
        support.end(cls.server)
        shutil.rmtree(cls.folder)

    def script(self) -> str:
        """Four loops at a time; "done" after each round, and on to the next when it is told to."""
        library = next(pathlib.Path("/usr/lib").glob("*-linux-gnu/libssl.so.3"))
        quarter = (f"n=0; while [ $n -lt {self.LOADS // 4} ]; do LD_PRELOAD={library} /bin/true; n=$((n + 1)); done; "
                   f"n=0; while [ $n -lt {self.CLIENTS // 4} ]; do {self.client} plain {self.port} {self.ca} /plain?churn 1; "
                   "n=$((n + 1)); done")
        own = f"{self.client} plain {self.port} {self.ca} /plain?own 1"
        copies = " ".join(f"cp {library} {self.folder}/$1-{copy}; LD_PRELOAD={self.folder}/$1-{copy} {own}; rm {self.folder}/$1-{copy};"
                          for copy in range(self.COPIES))
        return f"while read round; do set -- $round; for part in 1 2 3 4; do ({quarter}) & done; {copies} wait; echo done; done"

    def held(self, collector) -> dict[str, int]:
        """Descriptors, resident memory, and what is in those of its tables that processes and connections fill."""
        process = pathlib.Path(f"/proc/{collector.pid}")
        held = {"descriptors": len(list((process / "fd").iterdir())),
                "resident KiB": int(re.search(r"VmRSS:\s+(\d+)", (process / "status").read_text())[1])}
        return held | {name: len(entries) for name, entries in support.tables(collector.pid, *self.ENTRIES).items()}

    def play(self, collector, rounds: range):
        for number in rounds:
            collector.stdin.write(f"{number}\n")
            collector.stdin.flush()
            self.assertEqual(collector.stdout.readline(), "done\n")

    def test_short_lived_processes_leave_nothing(self):
        collector = subprocess.Popen(support.collector_arguments(self.folder) + ["--", "sh", "-c", self.script()],
                                     stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        try:
            warm = 2
            self.play(collector, range(warm))
            before = self.held(collector)
            self.play(collector, range(warm, self.ROUNDS))
            # The shell is left, and nothing else.
            support.wait_until(lambda: all(self.held(collector)[name] <= (name == "processes") for name in self.ENTRIES),
                               "the tables to be empty")
            after = self.held(collector)
            support.log(f"after {warm} rounds {before}\nafter {self.ROUNDS} rounds {after}")
            _, errors = collector.communicate(timeout=support.PATIENCE_SECONDS)
        finally:
            support.end(collector)
        self.assertEqual(collector.returncode, 0, errors)
        per_file = 20  # descriptors of its probes, at most
        self.assertLess(after["descriptors"], before["descriptors"] + MOST_DELETED * per_file)
        self.assertLess(after["resident KiB"], before["resident KiB"] + (16 << 10))
        records = [record for record in support.read_records(self.folder / "out.ndjson") if "churn" in record["path"]]
        self.assertEqual([record["capture"] for record in records], ["complete"] * self.ROUNDS * self.CLIENTS)
        self.assertTrue(json.loads((self.folder / "ledger.json").read_text())["adds_up"], errors)


if __name__ == "__main__":
    unittest.main()
