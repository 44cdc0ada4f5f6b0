# SPDX-License-Identifier: Apache-2.0
"""What the collector holds does not grow with the processes and files that have been."""
import pathlib
import shutil
import subprocess
import sys
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))
sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent / "peers"))
import support  # noqa: E402
import written_over  # noqa: E402

MOST_FILES = 512  # with probes


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


if __name__ == "__main__":
    unittest.main()
