# SPDX-License-Identifier: Apache-2.0
"""Secrets in every place of real traffic: with --redact all none of them is in any output, and equal ones have equal marks."""
import base64
import hashlib
import hmac
import json
import pathlib
import re
import subprocess
import sys
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))
sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent / "peers"))
import planted  # noqa: E402
import support  # noqa: E402

KEY = "a key for the test"
SCRIPT = str(support.PEERS / "planted.py")


def mark(kind: str, value: str | bytes) -> str:
    value = value if isinstance(value, bytes) else value.encode()
    return f"redacted-{kind}-{hmac.new(KEY.encode(), value, hashlib.sha256).hexdigest()[:12]}"


class Redaction(unittest.TestCase):
    def collect(self, *arguments: str, **environment: str) -> support.Capture:
        result = support.capture(support.temporary_folder(), [support.PYTHON, SCRIPT], *arguments, environment=environment)
        self.assertEqual(result.status, 0, result.errors)
        self.assertTrue(result.ledger["adds_up"], result.errors)
        # Both sides of each exchange were seen, or the outputs prove nothing.
        self.assertEqual(len(result.records), 2 * len(planted.REQUESTS), result.errors)
        self.assertEqual({record["capture"] for record in result.records}, {"complete"})
        return result

    def outputs(self, result: support.Capture) -> str:
        files = [path.read_text(encoding="utf-8") for path in result.folder.iterdir()]
        # What the base64 of an exact body holds counts as well.
        exact = [support.payload(record, side).decode(errors="replace") for record in result.records
                 for side in ("requestPayload", "responsePayload")]
        return "\n".join([*files, *exact, result.output, result.errors])

    def shown(self, result: support.Capture) -> dict[str, list[str]]:
        text = self.outputs(result)
        # In a record a text of JSON stands inside of JSON.
        text += "\n" + text.replace('\\"', '"').replace("\\\\", "\\")
        found = {secret: sorted(one for one in planted.spellings(secret) if one in text) for secret in planted.SECRETS}
        return {secret: spellings for secret, spellings in found.items() if spellings}

    def record_of(self, result: support.Capture, name: str) -> dict:
        order = list(planted.REQUESTS)
        return result.of_direction("1")[order.index(name)]

    def test_nothing_planted_is_in_any_output(self):
        result = self.collect("--redact", "all", APIARIST_REDACT_KEY=KEY)
        self.assertEqual(self.shown(result), {})
        self.assertNotIn(planted.BASIC.split()[1], self.outputs(result))
        self.assertGreater(result.ledger["redacted_values"], 100)
        self.assertIn(f"values redacted {result.ledger['redacted_values']}", result.errors)

    def test_equal_values_have_equal_marks_everywhere(self):
        result = self.collect("--redact", "all", APIARIST_REDACT_KEY=KEY)
        mail, password = mark("email", planted.MAIL), mark("secret", planted.PASSWORD)
        card, token = mark("card", planted.CARD), mark("token", planted.TOKEN)
        session = mark("secret", planted.SESSION)
        self.assertEqual(self.record_of(result, "path")["path"], f"/path/{mail}/cards/{card}/{token}")
        query = self.record_of(result, "query")["path"]
        self.assertEqual(query, f"/query?q=x&password={password}&mail={mail}&next=/a?token%3D{token}")
        headers = json.loads(self.record_of(result, "headers")["requestHeaders"])
        self.assertEqual(headers["authorization"], "Bearer " + mark("jwt", planted.JWT))
        self.assertEqual(headers["x-user"], mail)
        self.assertEqual(headers["referer"], f"https://shop.example/a?session={session}")
        self.assertEqual(json.loads(self.record_of(result, "basic")["requestHeaders"])["cookie"].split("; ")[1], f"sid={session}")
        escaped = json.loads(self.record_of(result, "escaped")["requestPayload"])
        self.assertEqual(escaped["mail"], mail)
        self.assertEqual(escaped["n"], card)
        self.assertEqual(json.loads(escaped["deep"]), {"password": password, "list": [{"token": token}]})
        user = json.loads(self.record_of(result, "json")["requestPayload"])
        self.assertEqual(user, {"id": 7, "user": {"mail": mail, "password": password}, "ok": True, "iban": mark("iban", planted.IBAN),
                                "tokens": [mark("jwt", planted.JWT), token]})
        self.assertEqual(self.record_of(result, "form")["requestPayload"],
                         f"user=q&password={password}&mail={mail}&iban={mark('iban', planted.IBAN)}")
        self.assertEqual(self.record_of(result, "xml")["requestPayload"],
                         f'<login user="q" password="{password}"><session>{session}</session><mail>{mail}</mail>'
                         f"<x><![CDATA[{card}]]></x></login>")
        self.assertEqual(self.record_of(result, "binary")["requestPayload"], mark("binary", planted.BINARY))
        multipart = self.record_of(result, "multipart")["requestPayload"]
        self.assertEqual(re.findall(r"redacted-[a-z]+-[0-9a-f]{12}", multipart), [password, mail, mark("binary", planted.BINARY)])
        self.assertEqual(multipart.count("--b0815"), 4)
        response = json.loads(self.record_of(result, "text")["responseHeaders"])
        self.assertEqual(response["set-cookie"], f"sid={session}; Path=/; HttpOnly")
        # Both sides of an exchange agree.
        sides = [[{key: record[key] for key in ("path", "requestHeaders", "requestPayload", "responseHeaders", "responsePayload")}
                  for record in result.of_direction(direction)] for direction in ("1", "2")]
        self.assertEqual(*sides)

    def test_a_key_of_its_own_for_each_start(self):
        paths = {self.record_of(self.collect("--redact", "all"), "path")["path"] for _ in range(2)}
        self.assertEqual(len(paths), 2)

    def test_off_and_samples_leave_records_as_they_are(self):
        for arguments in (["--redact", "off"], ["--redact", "samples"], []):
            with self.subTest(arguments):
                result = self.collect(*arguments)
                self.assertEqual(set(self.shown(result)), set(planted.SECRETS))
                self.assertEqual(result.ledger["redacted_values"], 0)
                self.assertIn(base64.b64encode(f"alice:{planted.PASSWORD}".encode()).decode(), self.outputs(result))

    def test_a_body_that_is_cut(self):
        """In the middle of secrets, wherever the limit falls."""
        for limit in range(20, 130, 25):
            result = support.capture(support.temporary_folder(), [support.PYTHON, SCRIPT], "--redact", "all", "--body-bytes", str(limit))
            self.assertEqual(len(result.records), 2 * len(planted.REQUESTS), result.errors)
            self.assertIn("request_truncated", {one for record in result.records for one in record["capture"].split(",")})
            text = self.outputs(result)
            for secret in planted.SECRETS:
                self.assertNotIn(secret[:8], text, f"--body-bytes {limit}")

    def test_impossible_requests(self):
        folder = support.temporary_folder()
        for arguments, why in ((["--redact", "some"], "apiarist: --redact: off, samples or all\n"),
                               (["--redact", "all", "--record", str(folder / "recording")],
                                "apiarist: --record writes raw events, which --redact all cannot redact\n")):
            done = subprocess.run([support.APIARIST, "run", "--null", *arguments, "--", "true"], capture_output=True, text=True, check=False)
            self.assertEqual((done.returncode, done.stderr), (2, why))
        self.assertFalse((folder / "recording").exists())


if __name__ == "__main__":
    unittest.main()
