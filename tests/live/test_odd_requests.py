# SPDX-License-Identifier: Apache-2.0
"""Requests that the standard forbids and some server answers have records, or they were a way to go unseen."""
import json
import pathlib
import sys
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))
sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent / "peers"))
import nginx  # noqa: E402
import odd_requests  # noqa: E402
import support  # noqa: E402

# Of a connection that begins so the kernel's look at its first bytes (bpf/classify.h) makes no HTTP: a known gap.
UNSEEN = {"empty lines", "small letters", "digit in the method", "one letter"}
NODE = "require('http').createServer((request, response) => response.end('ok')).listen({port}, '127.0.0.1')"


class OddRequests(unittest.TestCase):
    def run_case(self, folder: pathlib.Path, port: int, server: list[str]) -> int:
        """How many odd requests the server took."""
        truth = folder / "truth"
        client = [support.PYTHON, str(support.PEERS / "odd_requests.py"), "ask", str(port), str(truth)]
        (folder / "plan.json").write_text(json.dumps({"servers": [{"command": server, "port": port}], "clients": [client]}), encoding="utf-8")
        result = support.capture(folder, [support.PYTHON, str(support.PEERS / "scenario.py"), str(folder / "plan.json")])
        self.assertEqual(result.status, 0, result.errors)
        self.assertTrue(result.ledger["adds_up"], result.errors)
        taken = 0
        for line in truth.read_text(encoding="ascii").splitlines():
            name, own_port, status = json.loads(line)
            if status != 200:
                continue
            method, target = odd_requests.REQUESTS[name].split()[:2]
            wanted = [] if name in UNSEEN else [(method.decode(), target.decode(), "200")]
            for direction in ("1", "2"):
                seen = [(record["method"], record["path"], record["statusCode"]) for record in result.of_direction(direction)
                        if record["ip"].endswith(f":{own_port}")]
                self.assertEqual(seen, wanted, f"{name}, direction {direction}\n{result.errors}")
            taken += name != "plain"
        return taken

    def test_http_server(self):
        folder, port = support.temporary_folder(), support.free_ports(1)[0]
        self.assertGreater(self.run_case(folder, port, [support.PYTHON, str(support.PEERS / "odd_requests.py"), "serve", str(port)]), 14)

    def test_nginx(self):
        folder, port = support.temporary_folder(), support.free_ports(1)[0]
        command = nginx.command(folder, [f"127.0.0.1:{port}"], extra="location / { return 200 ok; }", master=False)
        self.assertGreater(self.run_case(folder, port, command), 8)

    def test_node(self):
        folder, port = support.temporary_folder(), support.free_ports(1)[0]
        self.assertGreater(self.run_case(folder, port, ["node", "-e", NODE.format(port=port)]), 4)


if __name__ == "__main__":
    unittest.main()
