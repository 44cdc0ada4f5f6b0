#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""HPACK and frames of HTTP/2 over the corpora that its implementers share: every header block gives the fields that its encoder was
given, every frame's head is read, and what breaks a rule that a head can show is not taken for a frame."""
import json
import pathlib
import sys
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))
import corpora  # noqa: E402
import oracles  # noqa: E402


# Faults that the nine bytes of a frame's head do not show: what is in the payload, and what the settings allow.
NOT_IN_THE_HEAD = {"data-frame-padding", "data-frame-size", "headers-frame-padding", "push_promise-frame-promised_stream-odd",
                   "push_promise-frame-promised_stream-zero", "window_update-frame-increment"}


class Http2(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.corpora, why = corpora.http2()
        if cls.corpora is None:
            raise unittest.SkipTest(why)
        cls.mine = oracles.Program(oracles.ours("oracle_http2"))

    @classmethod
    def tearDownClass(cls):
        cls.mine.close()

    def check_story(self, path: pathlib.Path) -> int:
        self.mine.ask("B", b"")
        cases = json.loads(path.read_text(encoding="utf-8"))["cases"]
        for case in cases:
            wanted = [(name.encode(), value.encode()) for field in case["headers"] for name, value in field.items()]
            got = self.mine.ask("H", bytes.fromhex(case["wire"]))
            self.assertTrue(got["decoded"], f"{path} {case['seqno']}")
            fields = [tuple(None if text is None else oracles.text(text) for text in field) for field in got["fields"]]
            self.assertEqual(fields, wanted, f"{path} {case['seqno']}")
        return len(cases)

    def test_every_story(self):
        stories = sorted((self.corpora / "test-hpack/hpack-test-case").glob("*/story_*.json"))
        blocks = sum(self.check_story(path) for path in stories)
        print(f"{len(stories)} stories, {blocks} header blocks")
        self.assertGreater(len(stories), 300)
        self.assertGreater(blocks, 10000)

    def test_every_frame(self):
        frames = sorted((self.corpora / "test-frame/http2-frame-test-case").glob("*/*.json"))
        good = 0
        passed = set()
        for path in frames:
            case = json.loads(path.read_text(encoding="utf-8"))
            got = self.mine.ask("F", bytes.fromhex(case["wire"]))
            if case["error"]:
                passed |= {path.stem} if got["lawful"] else set()
                continue
            good += 1
            wanted = case["frame"]
            self.assertEqual((got["length"], got["type"], got["flags"], got["stream"]),
                             (wanted["length"], wanted["type"], wanted["flags"], wanted["stream_identifier"]), path)
            self.assertTrue(got["lawful"] and got["likely"], path)
        print(f"{good} frames, {len(frames) - good} that break a rule")
        self.assertGreater(good, 10)
        self.assertEqual(passed, NOT_IN_THE_HEAD)


if __name__ == "__main__":
    unittest.main()
