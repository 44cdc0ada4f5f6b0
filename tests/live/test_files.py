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

    def start_containers(self, script: str) -> tuple[subprocess.Popen, pathlib.Path]:
        """In `script`, "container X COMMAND" runs COMMAND in a mount namespace of its own, with a libssl on a tmpfs of its own as X/libssl.so.3; "ask X MODE
        PATH COUNT" asks the server by that, "known PATH COMMAND" until it is recorded. FOLDER is the test's. Lines of the input let it go on."""
        folder = support.temporary_folder()
        library = next(pathlib.Path("/usr/lib").glob("*-linux-gnu/libssl.so.3"))
        (folder / "volume").mkdir()
        subprocess.run(["cc", "-O1", "-w", "-o", str(folder / "client"), str(support.PEERS / "openssl_client.c"), "-lssl", "-lcrypto"],
                       check=True, capture_output=True)
        (folder / "container").write_text(f"mount -t tmpfs none {folder}/volume && mkdir {folder}/volume/$1 && cp {library} {folder}/volume/$1/ && eval "
                                          "\"$2\"\n", encoding="ascii")
        script = script.replace("container ", f"unshare -m sh {folder}/container ").replace("FOLDER", str(folder))
        (folder / "known").write_text(f"mark=$1; shift; until grep -sqF \"$mark\" {folder}/out.ndjson; do \"$@\" || exit; done\n", encoding="ascii")
        script = script.replace("known ", f"sh {folder}/known ")
        for name in ("a", "b"):
            script = script.replace(f"ask {name} ", f"env LD_LIBRARY_PATH={folder}/volume/{name} {folder}/client ")
        script = script.replace("PATH ", f"{self.port} {self.ca} /plain?")
        return subprocess.Popen(support.collector_arguments(folder) + ["--", "sh", "-c", script], stdin=subprocess.PIPE, stderr=subprocess.PIPE,
                                text=True), folder

    def held(self, collector: subprocess.Popen, name: str) -> bool:
        """That library is, by its path in its container, or from its file system alone."""
        files = []
        for fd in pathlib.Path(f"/proc/{collector.pid}/fd").iterdir():
            try:
                files.append(os.readlink(fd))
            except FileNotFoundError:
                pass
        return any(file.endswith(f"/{name}/libssl.so.3") for file in files)

    def recorded(self, folder: pathlib.Path, path: str) -> bool:
        out = folder / "out.ndjson"
        return out.exists() and path in out.read_text(encoding="utf-8")

    def go(self, collector: subprocess.Popen):
        collector.stdin.write("go\n")
        collector.stdin.flush()

    def finish(self, collector: subprocess.Popen, folder: pathlib.Path, paths: set[str]):
        _, errors = collector.communicate("go\n", timeout=support.PATIENCE_SECONDS)
        self.assertEqual(collector.returncode, 0, errors)
        self.assertEqual({record["path"] for record in support.read_records(folder / "out.ndjson")}, paths, errors)
        shutil.rmtree(folder)

    def test_a_file_system_that_only_a_container_had_is_let_go(self):
        """Its library is held while the container lives, and not for long after, also where the next has its number."""
        collector, folder = self.start_containers(
            "container a 'stat -L -c %i /proc/self/ns/mnt > FOLDER/one; known ?one ask a plain PATH one 1 && read go'; "
            "unshare -m sh -c 'stat -L -c %i /proc/self/ns/mnt > FOLDER/other; read go'; read go")
        try:
            support.wait_until(lambda: self.recorded(folder, "/plain?one0"), "the request in the container")
            self.assertTrue(self.held(collector, "a"))
            self.go(collector)
            support.wait_until(lambda: not self.held(collector, "a"), "the container's library is let go")
            support.log(f"\nmount namespaces {(folder / 'one').read_text()} and then {(folder / 'other').read_text()}")
            self.go(collector)
            self.finish(collector, folder, {"/plain?one0"})
        finally:
            support.end(collector)

    def test_a_process_that_goes_to_another_mount_namespace_keeps_its_probes(self):
        """With what it has mapped: the namespace that it came from is over. That of the other container is seen to be at the same time."""
        collector, folder = self.start_containers(
            "mkfifo FOLDER/fifo; container a 'known ?warm ask a plain PATH warm 1 && exec ask a moved PATH moved 2' < FOLDER/fifo & exec 3> FOLDER/fifo; "
            "container b 'known ?other ask b plain PATH other 1 && read go'; read go; echo go >&3; exec 3>&-; wait")
        try:
            for path in ("/plain?moved0", "/plain?other0"):
                support.wait_until(lambda path=path: self.recorded(folder, path), path)
            self.assertTrue(self.held(collector, "a") and self.held(collector, "b"))
            self.go(collector)
            support.wait_until(lambda: not self.held(collector, "b"), "the other container's library is let go")
            self.assertTrue(self.held(collector, "a"))
            self.finish(collector, folder, {"/plain?warm0", "/plain?moved0", "/plain?other0", "/plain?moved1"})
        finally:
            support.end(collector)

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
