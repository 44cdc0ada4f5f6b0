# SPDX-License-Identifier: Apache-2.0
"""The rules of Akto's consumer, held against records that break one each: a rule that never says anything would prove nothing."""
import json
import pathlib
import sys
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))
import akto_consumer  # noqa: E402

GOOD = {"path": "/v1/orders?x=1", "method": "POST", "type": "HTTP/1.1", "requestHeaders": '{"host":"shop"}',
        "requestPayload": '{"a":1}', "statusCode": "201", "status": "201 Created", "responseHeaders": "{}",
        "responsePayload": "{", "ip": "10.0.0.1:40000", "destIp": "[2001:db8::1]:443", "time": "1790000000",
        "akto_account_id": "1000000", "akto_vxlan_id": "0", "is_pending": "false", "source": "MIRRORING", "direction": "1",
        "tag": '{"app":"orders"}', "capture": "complete"}

# Rule: records that break it, as changes to the good one (None: the key is missing).
DROPPED = {
    "path_is_there": [{"path": None}],
    "path_is_not_of_its_own_ingest": [{"path": "/api/ingestData?x"}],
    "texts_are_texts": [{"is_pending": False}, {"direction": 1}, {"requestPayload": {"a": 1}}],
    "headers_are_json_in_a_string": [{"requestHeaders": {"host": "a"}}, {"responseHeaders": "{"}, {"requestHeaders": "[]"}],
    "header_values_are_there": [{"requestHeaders": '{"host":null}'}],
    "request_body_looks_whole": [
        {"requestPayload": '{"a":'}, {"requestPayload": "[1,2"}, {"requestPayload": " \n\x01{x"}, {"requestPayload": "{x]"},
        {"requestPayload": "[x", "requestHeaders": '{"Content-Type":"application/json"}'}],
    "status_is_a_number": [{"statusCode": None}, {"statusCode": ""}, {"statusCode": "200 OK"}, {"statusCode": "2147483648"}],
    "account_is_a_number": [{"akto_account_id": None}, {"akto_account_id": "mine"}],
    "time_is_a_number": [{"time": None}, {"time": "1790000000000"}, {"time": "1.5"}],
    "source_is_known": [{"source": "APIARIST"}],
    "tag_is_json": [{"tag": "app=orders"}, {"tag": '{"a":1}'}, {"tag": "[]"}],
    "record_is_small_enough": [{"responsePayload": "x" * (1 << 20)}, {"responsePayload": "\x01" * 200_000}],
}
MISTAKEN = {
    "method_is_known": [{"method": "PURGE"}],
    "header_names_differ_in_more_than_case": [{"requestHeaders": '{"Host":"a","host":"b"}'}],
    "header_values_are_texts": [{"responseHeaders": '{"set-cookie":["a","b"]}'}],
    "addresses_keep_their_kind": [{"ip": "2001:db8::1"}, {"destIp": "10.0.0.1"}],
    "direction_is_one_or_two": [{"direction": "3"}, {"direction": None}],
    "is_pending_is_false": [{"is_pending": "true"}],
    "collection_number_is_digits": [{"akto_vxlan_id": "none"}],
    "form_bodies_decode": [{"requestPayload": "a=%zz", "requestHeaders": '{"content-type":"application/x-www-form-urlencoded"}'}],
    "grpc_bodies_are_base64": [{"responsePayload": "\x01\x02", "responseHeaders": '{"content-type":"application/grpc-web"}'}],
    "bodies_are_text": [{"responsePayload": "a\ufffd"}],
}


def changed(change: dict) -> dict:
    return {key: value for key, value in {**GOOD, **change}.items() if value is not None}


class Rules(unittest.TestCase):
    def test_a_good_record_breaks_none(self):
        self.assertEqual(akto_consumer.complaints([GOOD, json.dumps(GOOD)]), [])
        self.assertEqual(akto_consumer.mistakes([GOOD]), {})

    def test_what_the_rules_let_pass(self):
        for change in ({"requestPayload": ' {"a":1}\r\n'}, {"requestPayload": ""}, {"requestPayload": None}, {"statusCode": 200},
                       {"requestPayload": "{x", "requestHeaders": '{"content-type":"application/json; charset=utf-8"}'},
                       {"requestHeaders": ""}, {"responseHeaders": None}, {"tag": ""}, {"ip": ""}, {"extra": {"any": 1}}):
            with self.subTest(change):
                self.assertEqual(akto_consumer.complaints([changed(change)]), [])

    def test_every_rule_has_a_case_here(self):
        self.assertEqual({rule.__name__ for rule in akto_consumer.DROPS}, set(DROPPED))
        self.assertEqual({rule.__name__ for rule in akto_consumer.MISTAKES}, set(MISTAKEN))

    def test_each_rule_of_loss_is_broken_by_its_records_and_by_no_other_rule(self):
        for rule, changes in DROPPED.items():
            for change in changes:
                with self.subTest(rule, change=str(change)[:80]):
                    broken = {name for name, _ in akto_consumer.broken(akto_consumer.DROPS, changed(change))}
                    self.assertIn(rule, broken)
                    self.assertLessEqual(broken - {rule}, {"texts_are_texts"})

    def test_each_rule_of_change_is_broken_by_its_records_alone(self):
        for rule, changes in MISTAKEN.items():
            for change in changes:
                with self.subTest(rule, change=str(change)[:80]):
                    self.assertEqual(set(akto_consumer.mistakes([changed(change)])), {rule})

    def test_what_is_no_object_is_dropped(self):
        for text in ("", "[]", "{", "null", '"x"'):
            self.assertEqual(len(akto_consumer.complaints([text])), 1, text)


class Heartbeats(unittest.TestCase):
    GOOD = {"type": "heartbeat", "daemonId": "i", "daemonPodName": "akto-tc:a", "timestamp": "1790000000",
            "moduleType": "TRAFFIC_COLLECTOR", "imageVersion": "1", "additionalData": '{"env":{},"profiling":{"x":1.5}}'}

    def test_a_good_one(self):
        self.assertEqual(akto_consumer.heartbeat_complaints(json.dumps(self.GOOD)), [])

    def test_bad_ones(self):
        for change in ({"timestamp": 1790000000}, {"timestamp": "1790000000000"}, {"moduleType": "K9"}, {"additionalData": "{}"},
                       {"additionalData": '{"env":{},"profiling":{"x":"1"}}'}, {"daemonId": ""}, {"type": "x"}):
            self.assertEqual(len(akto_consumer.heartbeat_complaints(json.dumps({**self.GOOD, **change}))), 1, change)
        self.assertEqual(len(akto_consumer.heartbeat_complaints("{")), 1)


if __name__ == "__main__":
    unittest.main()
