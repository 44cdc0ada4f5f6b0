# SPDX-License-Identifier: Apache-2.0
"""`apiarist doctor` and `apiarist config` on this host."""
import json
import pathlib
import subprocess
import sys
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))
import support  # noqa: E402


class Doctor(unittest.TestCase):
    def run_program(self, *arguments: str) -> subprocess.CompletedProcess:
        return subprocess.run([support.APIARIST, *arguments], capture_output=True, text=True, check=False,
                              timeout=support.PATIENCE_SECONDS)

    def test_this_host_can_capture(self):
        done = self.run_program("doctor")
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)
        self.assertRegex(done.stdout, r"(?m)^ok .*BTF")
        self.assertRegex(done.stdout, r"(?m)^ok .*libssl\.so\.3")

    def test_as_json(self):
        done = self.run_program("doctor", "--json")
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertTrue(json.loads(done.stdout))

    def test_config_names_every_setting_once(self):
        done = self.run_program("config")
        names = [line.split()[0] for line in done.stdout.splitlines() if not line.startswith(" ")]
        self.assertGreater(len(names), 30)
        self.assertIn("ndjson", names)
        self.assertEqual(len(names), len(set(names)))


if __name__ == "__main__":
    unittest.main()
