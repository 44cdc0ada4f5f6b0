#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""The GraphQL parser beside graphql-js, the reference implementation: what that parses, ours reads alike. What it refuses ours may
read where only a value is wrong, which ours does not look into. test_graphql.py [CASES [FIRST]]."""
import os
import pathlib
import re
import sys
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))
import graphql_cases  # noqa: E402
import oracles  # noqa: E402

sys.path.insert(0, str(oracles.ROOT / "tests/live"))
import npmpeers  # noqa: E402

CASES = int(os.environ.get("ORACLE_CASES", "4000"))
FIRST = int(os.environ.get("ORACLE_FIRST", "0"))

# What graphql-js says where it refuses a text that ours reads, and why that is right.
FORGIVEN = {
    "an onlooker need not know whether a number is well-formed": r"Invalid number",
    "nor an escape in a string": r"Invalid character escape|Invalid Unicode escape",
}


class Graphql(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        modules, why = npmpeers.modules("graphql@16.15.0")
        if modules is None:
            raise unittest.SkipTest(why)
        cls.mine = oracles.Program(oracles.ours("oracle_graphql"))
        cls.js = oracles.Program("env", f"NODE_PATH={modules}", "node", str(pathlib.Path(__file__).resolve().parent / "graphql.js"))

    @classmethod
    def tearDownClass(cls):
        cls.mine.close()
        cls.js.close()

    def test_what_the_reference_reads_ours_reads(self):
        same, forgiven, failures = 0, {}, 0
        for seed in range(FIRST, FIRST + CASES):
            kind, text = graphql_cases.Maker(seed).case()
            wanted, got = self.js.ask(kind, text), self.mine.ask(kind, text)
            if wanted == got:
                same += 1
                continue
            refused = wanted.get("refused")
            if refused and got is None:
                continue
            why = next((reason for reason, pattern in FORGIVEN.items() if refused and re.search(pattern, refused)), None)
            if why:
                forgiven[why] = forgiven.get(why, 0) + 1
                continue
            failures += 1
            if failures <= 10:
                print(f"case {seed} {kind} {text!r}\n  graphql-js: {wanted}\n  ours: {got}")
        print(f"{CASES} texts; {same} the same operations")
        for why, count in sorted(forgiven.items()):
            print(f"{count:6} differ: {why}")
        self.assertEqual(failures, 0)
        self.assertGreater(same, CASES // 2)


if __name__ == "__main__":
    if len(sys.argv) > 1:
        CASES = int(sys.argv[1])
    if len(sys.argv) > 2:
        FIRST = int(sys.argv[2])
    unittest.main(argv=sys.argv[:1])
