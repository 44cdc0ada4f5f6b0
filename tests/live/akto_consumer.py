# SPDX-License-Identifier: Apache-2.0
"""What Akto's data processor makes of a record: the rules of its parser, each a function that takes the record and says what is
wrong with it, or nothing. A broken rule of DROPS loses the whole record without a word; one of MISTAKES stores something else
than what passed."""
import base64
import binascii
import json
import re
import urllib.parse

INT_MAX = 2**31 - 1
# What a broker takes as it comes, and what the reference's own producer sends at most.
RECORD_BYTES = 1 << 20
METHODS = {"WS", "GET", "POST", "PUT", "DELETE", "HEAD", "OPTIONS", "TRACE", "PATCH", "TRACK"}
TEXTS = ("method", "path", "type", "status", "requestPayload", "responsePayload", "akto_account_id", "ip", "destIp", "direction",
         "is_pending", "source", "tag")
# Of the released processor; another one is an exception.
SOURCES = {"HAR", "PCAP", "MIRRORING", "SDK", "OTHER", "POSTMAN"}


def is_int(value) -> bool:
    """As Java's Integer.parseInt() of its text."""
    text = str(value)
    return bool(re.fullmatch(r"[+-]?[0-9]+", text, re.ASCII)) and -INT_MAX - 1 <= int(text) <= INT_MAX


def trimmed(text: str) -> str:
    """Java's String.trim(): everything up to the blank goes."""
    return text.strip("".join(map(chr, range(0x21))))


def headers_of(record: dict, key: str) -> dict:
    """Empty where there are none, or none that can be read."""
    try:
        headers = json.loads(record.get(key) or "{}")
        return {name.lower(): value for name, value in headers.items()}
    except (TypeError, ValueError, AttributeError):
        return {}


# Rules whose breach drops the record.

def path_is_there(record: dict):
    if record.get("path") is None:
        return "no path"
    return None


def path_is_not_of_its_own_ingest(record: dict):
    if "api/ingestData" in str(record.get("path")):
        return "a path with api/ingestData in it"
    return None


def texts_are_texts(record: dict):
    wrong = [key for key in TEXTS if record.get(key) is not None and not isinstance(record[key], str)]
    return f"no strings: {', '.join(wrong)}" if wrong else None


def headers_are_json_in_a_string(record: dict):
    for key in ("requestHeaders", "responseHeaders"):
        text = record.get(key)
        if text is None or text == "":
            continue
        if not isinstance(text, str):
            return f"{key} is no string"
        try:
            headers = json.loads(text)
        except ValueError:
            return f"{key} is no JSON"
        if not isinstance(headers, dict):
            return f"{key} is no object"
    return None


def header_values_are_there(record: dict):
    for key in ("requestHeaders", "responseHeaders"):
        for name, value in headers_of(record, key).items():
            if value is None:
                return f"{key}: {name} is null"
    return None


def request_body_looks_whole(record: dict):
    """Its guess at JSON that was cut. A missing content type counts as application/json, any parameter or case as another."""
    if headers_of(record, "requestHeaders").get("content-type", "application/json") != "application/json":
        return None
    body = trimmed(str(record.get("requestPayload") or ""))
    if any(body.startswith(first) and not body.endswith(last) for first, last in ("{}", "[]")):
        return f"a request body that begins with {body[0]} and does not end so"
    return None


def status_is_a_number(record: dict):
    return None if is_int(record.get("statusCode")) else "statusCode is no number"


def account_is_a_number(record: dict):
    return None if is_int(record.get("akto_account_id")) else "akto_account_id is no number"


def time_is_a_number(record: dict):
    """The newest processor drops it; the released one takes the present time."""
    return None if is_int(record.get("time")) else "time is no number of seconds"


def source_is_known(record: dict):
    return None if record.get("source", "OTHER") in SOURCES else "an unknown source"


def tag_is_json(record: dict):
    tag = record.get("tag")
    if not tag:
        return None
    try:
        labels = json.loads(tag)
    except (TypeError, ValueError):
        return "tag is no JSON"
    if not isinstance(labels, dict) or any(not isinstance(value, str) for value in labels.values()):
        return "tag is no object of strings"
    return None


def record_is_small_enough(record: dict):
    size = len(json.dumps(record, ensure_ascii=False).encode("utf-8", "surrogatepass"))
    return f"{size} bytes" if size > RECORD_BYTES else None


# Rules whose breach stores something else.

def method_is_known(record: dict):
    return None if record.get("method") in METHODS else f"method {record.get('method')} becomes OTHER"


def header_names_differ_in_more_than_case(record: dict):
    for key in ("requestHeaders", "responseHeaders"):
        try:
            names = [name.lower() for name, _ in json.loads(record.get(key) or "{}", object_pairs_hook=list)]
        except (TypeError, ValueError):
            continue
        if len(names) != len(set(names)):
            return f"{key}: names that are equal in lower case"
    return None


def header_values_are_texts(record: dict):
    for key in ("requestHeaders", "responseHeaders"):
        for name, value in headers_of(record, key).items():
            if value is not None and not isinstance(value, str):
                return f"{key}: {name} is no string"
    return None


def addresses_keep_their_kind(record: dict):
    """It cuts an address at the first colon: 2001:db8::1 becomes 2001, which is a public IPv4 address; [2001 is none, and no
    access type is set. Empty ones are left out."""
    for key in ("ip", "destIp"):
        text = record.get(key) or ""
        if text and not re.fullmatch(r"(\d{1,3}(\.\d{1,3}){3}|\[[0-9a-fA-F:.%a-z]+\]):\d+", text):
            return f"{key} {text}"
    return None


def direction_is_one_or_two(record: dict):
    return None if record.get("direction") in ("1", "2") else "direction is neither 1 nor 2"


def is_pending_is_false(record: dict):
    return None if record.get("is_pending", "false").lower() == "false" else "a pending request"


def collection_number_is_digits(record: dict):
    return None if str(record.get("akto_vxlan_id", "0")).isdigit() else "akto_vxlan_id is no number"


def form_bodies_decode(record: dict):
    """One that does not is stored as no body."""
    for headers, body in (("requestHeaders", "requestPayload"), ("responseHeaders", "responsePayload")):
        text = record.get(body) or ""
        if "application/x-www-form-urlencoded" in str(headers_of(record, headers).get("content-type", "")):
            if re.search(r"%(?![0-9a-fA-F]{2})", text) or "\ufffd" in urllib.parse.unquote(text):
                return f"{body}: percent signs that stand for nothing"
    return None


def grpc_bodies_are_base64(record: dict):
    for headers, body in (("requestHeaders", "requestPayload"), ("responseHeaders", "responsePayload")):
        if "application/grpc" in str(headers_of(record, headers).get("content-type", "")):
            try:
                base64.b64decode(record.get(body) or "", validate=True)
            except (binascii.Error, ValueError):
                return f"{body} of gRPC is no base64"
    return None


def bodies_are_text(record: dict):
    """Bytes that are no UTF-8 have become U+FFFD on the way, as with the reference's collector."""
    for body in ("requestPayload", "responsePayload"):
        if "\ufffd" in (record.get(body) or ""):
            return f"{body} is no UTF-8"
    return None


DROPS = (path_is_there, path_is_not_of_its_own_ingest, texts_are_texts, headers_are_json_in_a_string, header_values_are_there,
         request_body_looks_whole, status_is_a_number, account_is_a_number, time_is_a_number, source_is_known, tag_is_json,
         record_is_small_enough)
MISTAKES = (method_is_known, header_names_differ_in_more_than_case, header_values_are_texts, addresses_keep_their_kind,
            direction_is_one_or_two, is_pending_is_false, collection_number_is_digits, form_bodies_decode, grpc_bodies_are_base64,
            bodies_are_text)


def websocket_endpoints(record: dict) -> list[str]:
    """Of a record of messages: what each becomes. Its own kind of parser takes them, by their type; frames of control are none."""
    found = []
    for event in json.loads(record["events"]):
        if not 0 <= int(event["opcode"]) <= 7:
            continue
        try:
            payload = json.loads(event["payload"])
        except ValueError:
            payload = None
        named = [payload[key] for key in ("type", "messageType") if payload.get(key) is not None] if isinstance(payload, dict) else []
        found.append(f"WS /{named[0] if named else 'data_frame'}")
    return found


def broken(rules, record: dict) -> list[tuple[str, str]]:
    """Names of the rules and what they say."""
    found = [(rule.__name__, rule(record)) for rule in rules]
    return [(name, what) for name, what in found if what]


def parse(payload):
    """The record of a message, or nothing: it is no JSON object."""
    if isinstance(payload, dict):
        return payload
    try:
        record = json.loads(payload)
    except ValueError:
        return None
    return record if isinstance(record, dict) else None


def complaints(payloads: list) -> list[str]:
    """Of messages (texts, or what was read of them): each that would be dropped, and why."""
    found = []
    for payload in payloads:
        record = parse(payload)
        if record is None:
            found.append(f"no JSON object: {str(payload)[:100]}")
        else:
            found += [f"{record.get('path')}: {name}: {what}" for name, what in broken(DROPS, record)]
    return found


def mistakes(payloads: list) -> dict[str, set[str]]:
    """Of messages that are taken: by rule, the paths of those that are stored otherwise."""
    found: dict[str, set[str]] = {}
    for payload in payloads:
        record = parse(payload) or {}
        for name, _ in broken(MISTAKES, record):
            found.setdefault(name, set()).add(record.get("path"))
    return found


def heartbeat_complaints(payload: str) -> list[str]:
    """Of a message to the topic of heartbeats: why the processor would not take it."""
    beat = parse(payload)
    if beat is None:
        return ["no JSON object"]
    found = [f"{key} is no string" for key, value in beat.items() if not isinstance(value, str)]
    found += [f"no {key}" for key in ("type", "daemonId", "daemonPodName", "timestamp", "moduleType", "imageVersion",
                                      "additionalData") if not beat.get(key)]
    if found:
        return found
    if beat["type"] != "heartbeat":
        found.append("type is not heartbeat")
    if beat["moduleType"] != "TRAFFIC_COLLECTOR":
        found.append("an unknown moduleType")
    if not is_int(beat["timestamp"]):
        found.append("timestamp is no number of seconds")
    data = parse(beat["additionalData"])
    if data is None or not isinstance(data.get("env"), dict) or not isinstance(data.get("profiling"), dict):
        found.append("additionalData has no env and profiling")
    elif any(not isinstance(value, (int, float)) for value in data["profiling"].values()):
        found.append("profiling has more than numbers")
    return found
