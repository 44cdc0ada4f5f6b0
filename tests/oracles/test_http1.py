#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""The HTTP/1 parser beside h11 and llhttp: what they understand, ours understands in the same way. It is an onlooker's and goes on
where they refuse, because some other server does not: only that is allowed without a word. test_http1.py [CASES [FIRST]]."""
import dataclasses
import os
import pathlib
import re
import sys
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))
import http1_cases  # noqa: E402
import http1_h11  # noqa: E402
import oracles  # noqa: E402

CASES = int(os.environ.get("ORACLE_CASES", "4000"))
FIRST = int(os.environ.get("ORACLE_FIRST", "0"))


def of_ours(message: dict) -> dict:
    def pairs(fields):
        return [(oracles.text(name), oracles.text(value)) for name, value in fields]

    return {"method": oracles.text(message["method"]), "target": oracles.text(message["target"]), "status": message["status"],
            "headers": pairs(message["headers"]), "trailers": pairs(message["trailers"]), "body": oracles.text(message["body"])}


def comparable(fields: list) -> list:
    """h11 gives names in lower case, and the two fields that it frames by in a form of its own: the body tells of them."""
    lowered = [(name.lower(), value) for name, value in fields]
    return [(name, value) for name, value in lowered if name not in (b"content-length", b"transfer-encoding")]


@dataclasses.dataclass
class Difference:
    who: str
    stream: bytes
    theirs: dict  # the message that the other understood; empty: none, and it waits for more
    mine: dict | None

    def head_is_same(self) -> bool:
        return self.mine is not None and all(self.theirs[key] == self.mine[key] for key in ("method", "target", "status"))

    def coded(self) -> bytes:
        return b",".join(value for name, value in self.theirs.get("headers", []) if name.lower() == b"transfer-encoding").lower()


def blanks_joined(message: dict) -> tuple:
    return message["body"], *([(name, b" ".join(value.split())) for name, value in comparable(message[key])] for key in ("headers", "trailers"))


# Where ours differs on purpose, and why that is right.
ON_PURPOSE = {
    "h11 waits where a line of a chunk ends with LF alone; nginx, Go and llhttp go on":
        lambda one: one.who == "h11" and not one.theirs and re.search(rb"(?<!\r)\n", one.stream),
    "llhttp hands what follows CONNECT to its owner; RFC 9110 §9.3.6 lets it have no content, and a refused one is followed by requests":
        lambda one: one.who == "llhttp" and one.theirs.get("method") == b"CONNECT" and (one.head_is_same() or one.mine is None),
    "a request of HTTP/0.9 is a line without a version, and its response has no head: no API speaks it":
        lambda one: one.who == "llhttp" and one.mine is None and one.theirs["method"]
        and re.search(one.theirs["method"] + b" +" + re.escape(one.theirs["target"]) + rb" *\r?\n", one.stream),
    "PRI * HTTP/2.0 is the first line of HTTP/2":
        lambda one: one.mine is None and one.theirs.get("method") == b"PRI" and one.theirs["target"] == b"*",
    "a NUL in a reason phrase is of no server":
        lambda one: one.who == "llhttp" and one.mine is None and one.theirs["status"] and re.search(rb"HTTP/1\.\d \d{3}[^\n]*\0", one.stream),
    "there is no status below 100 (RFC 9110 §15)":
        lambda one: one.mine is None and 0 < one.theirs["status"] < 100,
    "chunked applied twice is sent to smuggle (RFC 9112 §6.1): what follows has no end":
        lambda one: one.mine is None and one.coded().count(b"chunked") > 1,
    "of a value on two lines RFC 9112 §5.2 wants one blank or more in between; h11 keeps those that stood there":
        lambda one: one.who == "h11" and one.head_is_same() and blanks_joined(one.theirs) == blanks_joined(one.mine),
    "a response of another version than 1.x is none: nobody sends it, and text that begins so is":
        lambda one: one.mine is None and one.theirs["status"] and re.search(rb"HTTP/(?!1\.\d[ \r\n])", one.stream),
}


def known(one: Difference) -> str:
    return next((reason for reason, applies in ON_PURPOSE.items() if applies(one)), "")


class Http1(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.mine = oracles.Program(oracles.ours("oracle_http1"))
        cls.node = oracles.Program("node", "--no-deprecation", str(pathlib.Path(__file__).resolve().parent / "http1.js"))

    @classmethod
    def tearDownClass(cls):
        cls.mine.close()
        cls.node.close()

    @staticmethod
    def h11(kind: str, stream: bytes) -> tuple[list[dict], bool]:
        found = http1_h11.outcome(kind, stream)
        return found.found, bool(found.refused)

    def llhttp(self, kind: str, stream: bytes) -> tuple[list[dict], bool]:
        found = self.node.ask(kind, stream)
        upgrade = any(message["upgrade"] for message in found["messages"])
        return [of_ours(message) for message in found["messages"] if not 100 <= message["status"] < 200], bool(found["refused"]) or upgrade

    def differences(self, who: str, stream: bytes, theirs: list[dict], refused: bool, mine: list[dict]) -> list[str]:
        found = []
        for i, wanted in enumerate(theirs):
            got = mine[i] if i < len(mine) else None
            if got is None or not self.same(wanted, got):
                if not (why := known(Difference(who, stream, wanted, got))):
                    found.append(f"{who} message {i}: {wanted}\n    ours: {got}")
                self.why[why] = self.why.get(why, 0) + 1
                return found
            self.compared[who] = self.compared.get(who, 0) + 1
        if not refused and len(mine) > len(theirs):
            if not (why := known(Difference(who, stream, {}, mine[len(theirs)]))):
                found.append(f"{who}: no message {len(theirs)}\n    ours: {mine[len(theirs)]}")
            self.why[why] = self.why.get(why, 0) + 1
        return found

    @staticmethod
    def same(wanted: dict, got: dict) -> bool:
        return (all(wanted[key] == got[key] for key in ("method", "target", "status", "body"))
                and all(comparable(wanted[key]) == comparable(got[key]) for key in ("headers", "trailers")))

    def test_what_others_understand_ours_understands(self):
        self.compared: dict[str, int] = {}
        self.why: dict[str, int] = {}
        failures = 0
        for seed in range(FIRST, FIRST + CASES):
            kind, stream = http1_cases.case(seed)
            mine = [of_ours(message) for message in self.mine.ask(kind, stream)["messages"] if message["whole"]]
            for who in (self.h11, self.llhttp):
                found = self.differences(who.__name__, stream, *who(kind, stream), mine)
                if found:
                    failures += 1
                    if failures <= 10:
                        print(f"case {seed} {kind} {stream!r}\n  " + "\n  ".join(found))
        print(f"{CASES} streams; the same messages: {self.compared}")
        for why, count in sorted(self.why.items()):
            print(f"{count:6} differ: {why}")
        self.assertEqual(failures, 0)
        self.assertGreater(min(self.compared.values()), CASES // 2)


if __name__ == "__main__":
    if len(sys.argv) > 1:
        CASES = int(sys.argv[1])
    if len(sys.argv) > 2:
        FIRST = int(sys.argv[2])
    unittest.main(argv=sys.argv[:1])
