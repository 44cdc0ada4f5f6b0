# SPDX-License-Identifier: Apache-2.0
"""Variables of the reference that say which records leave: each against the same traffic without it. And that every variable of the
reference has a test at all (variables.py)."""
import ast
import collections
import pathlib
import re
import sys
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))
sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent / "peers"))
import recording  # noqa: E402
import support  # noqa: E402
import variables  # noqa: E402
import varied  # noqa: E402

VARIED = str(support.PEERS / "varied.py")
DEFAULT_PORTS = ("19092", "29092")
MEGABYTE = 1 << 20
# No number, a word behind one, in other writing, too large for any type.
BAD_NUMBERS = ("many", "12 apples", "0x10", "1,000", "nan", "1e400", "99999999999999999999")


def free_default_port() -> str:
    """One of those that the collector ignores; "": all are taken."""
    return next((port for port in DEFAULT_PORTS if not support.port_answers(int(port))), "")


def sides(*paths: str, of: str = "12") -> collections.Counter:
    return collections.Counter((path, direction) for path in paths for direction in of)


def shown(result: support.Capture) -> collections.Counter:
    return collections.Counter((record["path"], record["direction"]) for record in result.records)


class Filters(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.port = free_default_port()
        cls.recording = recording.Recording([support.PYTHON, VARIED, *([cls.port] if cls.port else [])])
        cls.control = cls.recording.replay()

    def leaves_out(self, gone: collections.Counter, count: str, **set_variables: str) -> support.Capture:
        """Those records are missing, and counted; all others are there as without the variables."""
        result = self.recording.replay(**set_variables)
        self.assertEqual(shown(self.control) - shown(result), gone, set_variables)
        self.assertEqual(shown(result) - shown(self.control), collections.Counter())
        self.assertEqual(result.ledger[count] - self.control.ledger[count], gone.total())
        return result

    def same(self, **set_variables: str):
        self.assertEqual(shown(self.recording.replay(**set_variables)), shown(self.control), set_variables)

    def test_without_variables(self):
        """Both sides of all; but not what the default header rule and the default ports leave out."""
        port = sides(varied.TO_PORT, of="1") if self.port else collections.Counter()
        self.assertEqual(shown(self.control), sides(*varied.SMALL, *varied.LARGE, varied.FROM_SIDECAR) - sides(*varied.OTHER_PEER) + port)
        self.assertEqual({record["capture"] for record in self.control.records}, {"complete"})
        self.assertEqual(self.control.ledger["filtered_header"], 2)
        self.assertEqual(self.control.ledger["filtered_port"], 1 if self.port else 0)

    def test_egress(self):
        clients = collections.Counter({side: n for side, n in shown(self.control).items() if side[1] == "2"})
        # The client's sides of what is left out anyway are now left out by this.
        before = self.control.ledger["filtered_port"] + self.control.ledger["filtered_header"] // 2
        for value in ("true", "TRUE"):
            result = self.recording.replay(TRAFFIC_DISABLE_EGRESS=value)
            self.assertEqual(shown(self.control) - shown(result), clients)
            self.assertEqual({record["direction"] for record in result.records}, {"1"})
            self.assertEqual(result.ledger["filtered_egress"], clients.total() + before)
        for value in ("false", "1"):
            self.same(TRAFFIC_DISABLE_EGRESS=value)

    def test_ip_hosts(self):
        self.leaves_out(sides(*varied.IPV4, *varied.METADATA), "filtered_ip_host", AKTO_IGNORE_IP_TRAFFIC="true")
        self.same(AKTO_IGNORE_IP_TRAFFIC="false")

    def test_cloud_metadata(self):
        self.leaves_out(sides(*varied.METADATA), "filtered_cloud_metadata", AKTO_IGNORE_CLOUD_METADATA_CALLS="true")
        self.same(AKTO_IGNORE_CLOUD_METADATA_CALLS="false")

    def test_sidecars(self):
        self.leaves_out(sides(varied.FROM_SIDECAR, of="2"), "filtered_envoy", AKTO_IGNORE_ENVOY_PROXY_CALLS="true")
        self.same(AKTO_IGNORE_ENVOY_PROXY_CALLS="false")

    def test_default_ports(self):
        if not self.port:
            self.skipTest(f"somebody else listens on the ports {DEFAULT_PORTS}, so that nothing could be sent to one")
        result = self.recording.replay(TRAFFIC_IGNORE_DEFAULT_PORTS="false")
        self.assertEqual(shown(result) - shown(self.control), sides(varied.TO_PORT, of="2"))
        self.assertEqual(shown(self.control) - shown(result), collections.Counter())
        self.assertEqual(result.ledger["filtered_port"], 0)
        self.same(TRAFFIC_IGNORE_DEFAULT_PORTS="true")

    def test_header_rules(self):
        """The example of the reference's page, as it stands there; it replaces the default rule."""
        page = '[{"key":{"eq":"x-forwarded-client-cert","ifAbsent":"reject"},"value":{"regex":".*bookinfo.*"}}]'
        result = self.recording.replay(AKTO_MODULE_DISCOVERY_CONFIG=page)
        self.assertEqual(shown(result), sides(*varied.BOOKINFO))
        self.assertEqual(result.ledger["filtered_header"], shown(self.control).total())
        self.assertNotIn("AKTO_MODULE_DISCOVERY_CONFIG", result.errors)
        every = self.recording.replay(AKTO_MODULE_DISCOVERY_CONFIG="[]")
        self.assertEqual(shown(every) - shown(self.control), sides(*varied.OTHER_PEER))
        both = page[:-1] + ',{"key":{"eq":"x-envoy-peer-metadata-id","ifAbsent":"reject"},"value":{"regex":"sidecar"}}]'
        self.assertEqual(shown(self.recording.replay(AKTO_MODULE_DISCOVERY_CONFIG=both)), collections.Counter())

    def test_header_rules_that_are_none_are_said_and_the_default_holds(self):
        for bad in ("[{", '{"key":"a"}', "bookinfo"):
            result = self.recording.replay(AKTO_MODULE_DISCOVERY_CONFIG=bad)
            self.assertEqual(shown(result), shown(self.control))
            self.assertRegex(result.errors, r"(?m)^apiarist: AKTO_MODULE_DISCOVERY_CONFIG: .*the default is used$")

    def test_output_bandwidth(self):
        """In MB a minute, of the traffic's time: it may have stood in two minutes."""
        total = sum(self.payload_bytes(record) for record in self.control.records)
        self.assertGreater(total, 4 * MEGABYTE)
        result = self.recording.replay(OUTPUT_BANDWIDTH_LIMIT="1")
        self.assertLessEqual(sum(self.payload_bytes(record) for record in result.records), 2 * MEGABYTE)
        self.assertGreater(len(result.records), 0)
        self.assertEqual(result.ledger["filtered_bandwidth"], len(self.control.records) - len(result.records))
        self.assertEqual({path for path, _ in shown(self.control) - shown(result)} - set(varied.LARGE), set())
        for value in ("-1", "100"):
            self.same(OUTPUT_BANDWIDTH_LIMIT=value)

    def payload_bytes(self, record: dict) -> int:
        return len(record["requestPayload"]) + len(record["responsePayload"])

    def test_soft_limit_of_memory(self):
        """A quarter of it is what connections may hold, at least: less than one large body."""
        for name in ("AKTO_MEM_SOFT_LIMIT", "TRAFFIC_BUFFER_THRESHOLD"):
            result = self.recording.replay(**{name: "1"})
            self.assertEqual(shown(result), shown(self.control))
            cut = collections.Counter((record["path"], record["direction"]) for record in result.records
                                      if record["capture"] == "response_truncated")
            self.assertEqual(cut, sides(*varied.LARGE))
            self.assertGreater(result.ledger["bodies_released"], 0)
        for wide in ({"AKTO_MEM_SOFT_LIMIT": "600", "TRAFFIC_BUFFER_THRESHOLD": "1"}, {"TRAFFIC_BUFFER_THRESHOLD": "-1"}, {}):
            self.assertEqual(self.recording.replay(**wide).ledger["bodies_released"], 0, wide)

    def test_tags(self):
        """On records of servers; nothing else of the record changes."""
        tagged = self.recording.replay(AKTO_INJECT_TAGS="team=retail; stage = test")
        self.assertEqual({record["tag"] for record in self.control.records}, {""})
        expected = {"1": '{"stage":"test","team":"retail"}', "2": ""}
        self.assertEqual(tagged.records, [record | {"tag": expected[record["direction"]]} for record in self.control.records])

    def test_graph(self):
        self.assertEqual({record["enable_graph"] for record in self.control.records}, {"true"})
        for value in ("false", "true"):
            result = self.recording.replay(AKTO_ENABLE_GRAPH=value)
            self.assertEqual(result.records, [record | {"enable_graph": value} for record in self.control.records])

    def test_what_has_no_meaning_is_said_and_changes_nothing(self):
        names = recording.without_meaning()
        self.assertGreater(len(names), 50)
        pod = {"KUBERNETES_SERVICE_HOST": "10.96.0.1"}
        result = self.recording.replay(**pod, **{name: "1" for name in names})
        self.assertEqual(result.records, self.control.records)
        self.assertEqual(sorted(re.findall(r"(?m)^apiarist: (\w+) has no meaning here: .", result.errors)), sorted(names))
        self.assertNotIn("has no meaning", self.recording.replay(**pod).errors)

    def test_bad_numbers_are_said_and_the_default_holds(self):
        control = self.recording.replay("--null").ledger
        numeric = {name: default for names, default in recording.config_rows() for name in names
                   if not name.startswith("APIARIST_") and re.fullmatch(r"\d+(ms|s|K|M|G)?", default)}
        self.assertGreaterEqual(set(numeric), {"TRAFFIC_MAX_ACTIVE_CONN", "MODULE_MEM_CHECK_INTERVAL", "AKTO_MEM_SOFT_LIMIT"})
        for name, default in numeric.items():
            for bad in BAD_NUMBERS:
                with self.subTest(name=name, bad=bad):
                    result = self.recording.replay("--null", **{name: bad})
                    self.assertEqual(result.status, 0)
                    said = [line for line in result.errors.splitlines() if name in line]
                    self.assertEqual(len(said), 1, result.errors)
                    self.assertRegex(said[0], f'^apiarist: {name}: "{re.escape(bad)}" is not .*; {re.escape(default)} is used$')
                    self.assertEqual(result.ledger, control)
        support.log(f"\n{len(numeric)} numeric variables, {len(BAD_NUMBERS)} bad values each: {', '.join(sorted(numeric))}")


class Table(unittest.TestCase):
    def known(self) -> set[str]:
        return {name for names, _ in recording.config_rows() for name in names if not name.startswith("APIARIST_")}

    def fault(self, variable: str, test: str) -> str:
        """Why this is no test of the variable; empty: it is one."""
        name, _, method = test.partition("::")
        path = support.ROOT / "tests" / name
        if not path.is_file():
            return f"{test}: no such file"
        if not re.search(rf"\b{variable}\b", path.read_text(encoding="utf-8")):
            return f"{test}: {name} does not name {variable}"
        if path.suffix != ".py":
            return ""
        tests = {f"{one.name}.{member.name}" for one in ast.parse(path.read_text(encoding="utf-8")).body
                 if isinstance(one, ast.ClassDef) for member in one.body if isinstance(member, ast.FunctionDef)}
        return "" if method.split(".")[-1].startswith("test_") and method in tests else f"{test}: no such test"

    def test_every_variable_has_a_test_that_exists(self):
        self.assertGreater(len(self.known()), 30)
        faults = [f"{variable}: no test in variables.py" for variable in sorted(self.known() - set(variables.TESTS))]
        faults += [f"{variable}: the collector has no such variable" for variable in sorted(set(variables.TESTS) - self.known())]
        for variable, tests in sorted(variables.TESTS.items()):
            faults += [f"{variable}: {fault}" for fault in (self.fault(variable, test) for test in tests) if fault]
            faults += [] if tests else [f"{variable}: an empty list of tests"]
        self.assertEqual(faults, [])
        width = max(map(len, variables.TESTS))
        support.log("\n" + "\n".join(f"{variable:{width}}  {', '.join(tests)}" for variable, tests in sorted(variables.TESTS.items())))

    def test_a_fault_is_found(self):
        here = "live/test_variables.py"
        self.assertEqual(self.fault("OUTPUT_BANDWIDTH_LIMIT", f"{here}::Filters.test_output_bandwidth"), "")
        self.assertIn("no such test", self.fault("OUTPUT_BANDWIDTH_LIMIT", f"{here}::Filters.test_of_nothing"))
        self.assertIn("no such test", self.fault("OUTPUT_BANDWIDTH_LIMIT", f"{here}::Filters.payload_bytes"))
        self.assertIn("does not name", self.fault("USE_" + "TLS", f"{here}::Filters.test_output_bandwidth"))
        self.assertIn("no such file", self.fault("OUTPUT_BANDWIDTH_LIMIT", "live/test_none.py::Filters.test_output_bandwidth"))


if __name__ == "__main__":
    unittest.main()
