# SPDX-License-Identifier: Apache-2.0
"""Files with probes whose contents change, and the roots of containers."""
import os
import pathlib
import shutil
import subprocess
import sys
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))
sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent / "peers"))
import support  # noqa: E402
import written_over  # noqa: E402


class Files(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.folder = support.temporary_folder()
        certificates = support.Certificates(cls.folder)
        cls.ca = str(certificates.ca)
        cls.port = support.free_ports(1)[0]
        cls.server = subprocess.Popen([support.PYTHON, str(support.PEERS / "server.py"), str(cls.port),
                                       *map(str, certificates.server)])
        support.wait_for_port(cls.port)
        source = str(support.PEERS / "openssl_client.c")
        # The same code at other places: what a probe of the one saved is in the midst of something in the other.
        (cls.folder / "shift.c").write_text('__asm__(".text\\n.skip 4099, 0x90");\n', encoding="ascii")
        libraries = ["-lssl", "-lcrypto", "-ldl", "-lpthread"]
        for name, more in (("one", []), ("other", [str(cls.folder / "shift.c")])):
            subprocess.run(["cc", "-O1", "-w", "-static", "-o", str(cls.folder / name), source, *more, *libraries], check=True,
                           capture_output=True)

    @classmethod
    def tearDownClass(cls):
        support.end(cls.server)
        shutil.rmtree(cls.folder)

    def check_written_over(self, how: str):
        folder = support.temporary_folder()
        shutil.copy(self.folder / "one", folder / "client")
        result = support.capture(folder, [
            support.PYTHON, str(support.PEERS / "written_over.py"), str(folder / "out.ndjson"), how, str(folder / "client"),
            f"{self.folder / 'other'},{self.folder / 'one'}", str(folder / "client"), "plain", str(self.port), self.ca, "/plain?MARK", "1"])
        self.assertEqual(result.status, 0, result.errors)
        self.assertTrue(result.ledger["adds_up"], result.errors)
        shutil.rmtree(folder)

    def test_a_program_that_is_written_over_in_place(self):
        self.check_written_over("in-place")

    def test_a_program_that_is_replaced(self):
        self.check_written_over("rename")

    def test_a_program_that_is_written_over_while_it_is_read(self):
        """What was found in the old contents is not where probes may stand in the new ones."""
        folder = support.temporary_folder()
        result = support.capture(folder, [
            support.PYTHON, str(support.PEERS / "written_over_at_once.py"), str(folder), str(self.folder / "one"),
            str(self.folder / "other"), "60", "plain", str(self.port), self.ca, "/plain?at-once", "1"])
        self.assertEqual(result.status, 0, result.errors)
        self.assertTrue(result.ledger["adds_up"], result.errors)
        shutil.rmtree(folder)

    def test_the_root_of_a_container(self):
        """Its library is probed when its first process execs, before anybody maps it."""
        folder = support.temporary_folder()
        library = next(pathlib.Path("/usr/lib").glob("*-linux-gnu/libssl.so.3"))
        copy = folder / "libssl.so.3"
        shutil.copy(library, copy)
        subprocess.run(["cc", "-O1", "-w", "-o", str(folder / "client"), str(support.PEERS / "openssl_client.c"), "-lssl", "-lcrypto"],
                       check=True, capture_output=True)
        client = f"{folder / 'client'} plain {self.port} {self.ca} /plain?first 1"
        collector = subprocess.Popen(
            support.collector_arguments(folder) + ["--", support.PYTHON, str(support.PEERS / "own_mounts.py"), str(copy), str(library),
                                                   "sh", "-c", f"read go; {client}"],
            stdin=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        try:
            # Seen from outside, by a process that is not traced.
            support.wait_until(lambda: written_over.begins_are_probed(str(copy)), "probes in the container's library")
            _, errors = collector.communicate("go\n", timeout=support.PATIENCE_SECONDS)
        finally:
            support.end(collector)
        self.assertEqual(collector.returncode, 0, errors)
        self.assertEqual([(record["path"], record["capture"]) for record in support.read_records(folder / "out.ndjson")],
                         [("/plain?first0", "complete")], errors)
        shutil.rmtree(folder)

    def test_a_file_system_that_only_a_container_had_is_let_go(self):
        """Its library is held while the container lives, and not for long after."""
        folder = support.temporary_folder()
        library = next(pathlib.Path("/usr/lib").glob("*-linux-gnu/libssl.so.3"))
        (folder / "volume").mkdir()
        subprocess.run(["cc", "-O1", "-w", "-o", str(folder / "client"), str(support.PEERS / "openssl_client.c"), "-lssl", "-lcrypto"],
                       check=True, capture_output=True)
        container = (f"mount -t tmpfs none {folder}/volume && cp {library} {folder}/volume/ && LD_LIBRARY_PATH={folder}/volume "
                     f"{folder}/client plain {self.port} {self.ca} /plain?container 1 && read go")
        collector = subprocess.Popen(support.collector_arguments(folder) + ["--", "sh", "-c", f"unshare -m sh -c '{container}'; read go"],
                                     stdin=subprocess.PIPE, stderr=subprocess.PIPE, text=True)

        def held() -> bool:
            """By its path in the container, or from its file system alone."""
            files = []
            for fd in pathlib.Path(f"/proc/{collector.pid}/fd").iterdir():
                try:
                    files.append(os.readlink(fd))
                except FileNotFoundError:
                    pass
            return any(file.endswith("/libssl.so.3") and not file.startswith("/usr") for file in files)

        try:
            support.wait_until(held, "the container's library is held")
            support.wait_until((folder / "out.ndjson").read_text, "the request in the container")
            self.assertTrue(held())
            collector.stdin.write("go\n")
            collector.stdin.flush()
            support.wait_until(lambda: not held(), "the container's library is let go")
            _, errors = collector.communicate("go\n", timeout=support.PATIENCE_SECONDS)
        finally:
            support.end(collector)
        self.assertEqual(collector.returncode, 0, errors)
        self.assertEqual([(record["path"], record["capture"]) for record in support.read_records(folder / "out.ndjson")],
                         [("/plain?container0", "complete")], errors)
        shutil.rmtree(folder)

    def test_a_program_that_cannot_be_read_is_judged_once(self):
        """It has some of OpenSSL's functions and not all that are needed. Programs are judged in the order in which they are run, so
        when the other one is told of nothing of the first one is to come."""
        folder = support.temporary_folder()
        (folder / "some.c").write_text("""
            #include <unistd.h>
            int SSL_read() { return 1; }
            int SSL_write() { return 2; }
            int SSL_do_handshake() { return 3; }
            int main(int count, char** programs) {
                char byte;
                if (count > 1 && fork() == 0) execv(programs[1], programs + 1);
                return read(0, &byte, 1) != 1;
            }""", encoding="ascii")
        for name in ("first", "other"):
            subprocess.run(["cc", "-w", "-o", str(folder / name), str(folder / "some.c")], check=True, capture_output=True)
        hold = folder / "hold"
        os.mkfifo(hold)
        script = (f"{folder}/first <>{hold} & read go; {folder}/first {folder}/other <>{hold} & read go; "
                  f"printf 123 >{hold}; wait")
        said = folder / "said"
        with said.open("w", encoding="utf-8") as errors:
            collector = subprocess.Popen(
                support.collector_arguments(folder, "--record", str(folder / "recording")) + ["--", "sh", "-c", script],
                stdin=subprocess.PIPE, stderr=errors, text=True)
        try:
            for program in ("first", "other"):
                support.wait_until(lambda name=program: f"TLS library {name} " in said.read_text(), f"a word on {program}")
                collector.stdin.write("go\n")
                collector.stdin.flush()
            collector.communicate(timeout=support.PATIENCE_SECONDS)
        finally:
            support.end(collector)
        self.assertEqual(collector.returncode, 0, said.read_text())
        self.assertEqual((folder / "recording").read_bytes().count(b"it has no SSL_free"), 2, said.read_text())
        shutil.rmtree(folder)


if __name__ == "__main__":
    unittest.main()
