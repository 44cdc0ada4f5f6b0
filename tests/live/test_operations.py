# SPDX-License-Identifier: Apache-2.0
"""Operations of one URL: records name what GraphQL, JSON-RPC, MCP and SOAP services of npm's usual libraries say that they ran."""
import collections
import json
import pathlib
import sys
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))
import npmpeers  # noqa: E402
import support  # noqa: E402

PACKAGES = ("graphql@16.15.0", "graphql-http@1.23.1", "json-rpc-2.0@1.8.1", "@modelcontextprotocol/sdk@1.32.2", "soap@1.13.0", "zod@3.25.76")
NAMES = ("operation_protocol", "operation_type", "operation_name", "operation_fields")


class Operations(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.modules, cls.why = npmpeers.modules(*PACKAGES)

    def setUp(self):
        if self.modules is None:
            self.skipTest(self.why)

    def collect(self, *arguments: str) -> tuple[support.Capture, list]:
        """A run, and what the services say that they ran."""
        folder = support.temporary_folder()
        port = support.free_ports(1)[0]
        peer = ["env", f"NODE_PATH={self.modules}", "node", str(support.PEERS / "operations.js")]
        ran = folder / "ran"
        plan = {"servers": [{"command": [*peer, "serve", str(port), str(ran)], "port": port}], "clients": [[*peer, "ask", str(port), str(ran)]]}
        (folder / "plan.json").write_text(json.dumps(plan), encoding="utf-8")
        result = support.capture(folder, [support.PYTHON, str(support.PEERS / "scenario.py"), str(folder / "plan.json")], *arguments)
        self.assertEqual(result.status, 0, result.errors)
        self.assertTrue(result.ledger["adds_up"], result.errors)
        return result, [tuple(json.loads(line)) for line in ran.read_text(encoding="utf-8").splitlines()]

    def check(self, *arguments: str) -> support.Capture:
        result, ran = self.collect(*arguments)
        self.assertEqual(collections.Counter(one[1] for one in ran), {"graphql": 7, "json-rpc": 3, "mcp": 7, "soap": 4})
        for direction in ("1", "2"):
            records = [record for record in result.of_direction(direction) if "operation_protocol" in record]
            told = [(record["path"].split("?")[0], *(record[name] for name in NAMES)) for record in records]
            self.assertEqual(collections.Counter(told), collections.Counter(ran), f"direction {direction}\n{result.errors}")
            self.assertEqual({record["operation_truncated"] for record in records}, {"false"})
        return result

    def test_what_ran_is_told(self):
        result = self.check()
        soap = {(record["operation_name"], record["operation_namespace"], record["operation_action"]) for record in result.records
                if record.get("operation_protocol") == "soap"}
        self.assertEqual(soap, {(name, "urn:shop", f"urn:shop/{name}") for name in ("GetPrice", "CancelOrder")})

    def test_names_of_a_schema_stay_under_redaction(self):
        self.check("--redact", "all")


if __name__ == "__main__":
    unittest.main()
