# SPDX-License-Identifier: Apache-2.0
"""check_capture.py NDJSON: compares what the collector wrote with what load.sh asked; tells every difference."""
import collections
import json
import sys

NAMES = ("get", "kept-1", "kept-2", "post")
EXPECTED = [f"/{prefix}/{name}" for prefix in ("clear", "clear6", "tls") for name in NAMES]
HTTP2 = ["/h2/get", "/h2-tls/get", "/h2-tls/kept"]
EXPECTED += ["/proxied/get", "/file/numbers.txt", *HTTP2]
SIDES = {"1": "nginx", "2": "curl"}


def read_records(path):
    with open(path, encoding="utf-8") as lines:
        return [json.loads(line) for line in lines if line.strip()]


def record_faults(record):
    expected = {"capture": "complete", "statusCode": "200", "process_name": SIDES[record["direction"]],
                "type": "HTTP/2" if record["path"] in HTTP2 else "HTTP/1.1", "method": "POST" if record["path"].endswith("/post") else "GET"}
    for key, value in expected.items():
        if record.get(key) != value:
            yield f"{key} is {record.get(key)!r}, not {value!r}"
    if record["path"].startswith(("/tls/", "/h2-tls/")) and not record.get("tls"):
        yield "tls is empty"
    if record["path"].endswith("/post") and "A-17" not in record.get("requestPayload", ""):
        yield "the body of the request is not there"
    if not record.get("responsePayload"):
        yield "the body of the response is not there"


def faults(records):
    seen = collections.defaultdict(list)
    for record in records:
        key = (record.get("path"), record.get("direction"))
        if key[0] in EXPECTED and key[1] in SIDES:
            seen[key].append(record)
        else:
            yield f"unexpected record: {json.dumps(record)[:300]}"
    for path in EXPECTED:
        for direction, side in SIDES.items():
            found = seen[path, direction]
            if len(found) != 1:
                yield f"{path} of {side}: {len(found)} records, not 1"
            yield from (f"{path} of {side}: {fault}" for record in found for fault in record_faults(record))


def main():
    records = read_records(sys.argv[1])
    found = list(faults(records))
    print(f"{len(records)} records, {len(EXPECTED) * len(SIDES)} expected, {len(found)} faults")
    for fault in found:
        print(f"FAIL: {fault}")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
