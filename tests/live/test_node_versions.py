# SPDX-License-Identifier: Apache-2.0
"""Node.js of several years: each carries an OpenSSL of its own inside its program, 1.1.1 to 3.5. The programs are npm's packages,
kept in the tests' cache."""
import json
import pathlib
import shutil
import signal
import subprocess
import sys
import unittest
import urllib.request

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))
import npmpeers  # noqa: E402
import support  # noqa: E402

REQUEST = """process.stdin.once('data', () => require('https').get(
    {host: 'localhost', port: +process.argv[1], path: '/plain?id=' + process.versions.openssl, ca: require('fs').readFileSync(process.argv[2])},
    (response) => { response.resume(); response.on('end', () => process.exit(0)); }))"""


@unittest.skipUnless(shutil.which("npm"), "npm is not on this machine, so Node.js of other years cannot be had")
class NodeVersions(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.folder = support.temporary_folder()
        certificates = support.Certificates(cls.folder)
        cls.ca = str(certificates.ca)
        cls.port = support.free_ports(1)[0]
        cls.server = subprocess.Popen([support.PYTHON, str(support.PEERS / "server.py"), str(cls.port), *map(str, certificates.server)])
        support.wait_for_port(cls.port)

    @classmethod
    def tearDownClass(cls):
        cls.server.send_signal(signal.SIGTERM)
        cls.server.wait()

    def check(self, version: str, openssl: str):
        folder = support.temporary_folder()
        metrics = support.free_ports(1)[0]
        program = str(npmpeers.node(version))
        collector = subprocess.Popen([*support.collector_arguments(folder, "--metrics", f"127.0.0.1:{metrics}"), "--", program, "-e",
                                      REQUEST, str(self.port), self.ca], stdin=subprocess.PIPE, stderr=subprocess.PIPE, text=True)

        def is_probed() -> bool:
            try:
                with urllib.request.urlopen(f"http://127.0.0.1:{metrics}/coverage.json", timeout=support.PATIENCE_SECONDS) as answer:
                    processes = json.load(answer)["processes"]
            except OSError:
                return False
            return any(stack["probed"] and stack["file"].endswith("/node") for one in processes for stack in one["tls_stacks"])

        try:
            support.wait_until(is_probed, f"Node.js {version} is probed")
            _, errors = collector.communicate("go\n", timeout=support.PATIENCE_SECONDS)
        finally:
            support.end(collector)
        records = support.read_records(folder / "out.ndjson")
        self.assertEqual(len(records), 1, errors)
        self.assertRegex(records[0]["tls"], openssl)
        self.assertEqual(records[0]["path"], "/plain?id=" + records[0]["tls"].removeprefix("OpenSSL "))
        self.assertEqual((records[0]["capture"], records[0]["destIp"].rsplit(":", 1)[1]), ("complete", str(self.port)))

    def test_openssl_1_1_1(self):
        self.check("16.20.2", r"^OpenSSL 1\.1\.1")

    def test_openssl_3_5(self):
        self.check("24", r"^OpenSSL 3\.5")


if __name__ == "__main__":
    unittest.main()
