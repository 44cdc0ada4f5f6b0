# SPDX-License-Identifier: Apache-2.0
"""Whether the collector's records are what the driver sent and received."""
import collections
import dataclasses
import json
import pathlib

from service import support

SHOWN = 20


@dataclasses.dataclass
class Checked:
    requests: int
    servers: int  # records of servers
    clients: int
    captures: collections.Counter
    missing: list[str]
    different: list[str]
    others: collections.Counter  # records of servers that no request of the driver made

    @property
    def faults(self) -> int:
        return len(self.missing) + len(self.different)

    def text(self) -> str:
        lines = [f"records: {self.servers} of servers and {self.clients} of clients for {self.requests} requests; capture: "
                 + ", ".join(f"{word} {count}" for word, count in self.captures.most_common())]
        for what, found in (("requests without a record", self.missing), ("records that differ", self.different)):
            lines.append(f"{what}: {len(found)}")
            lines += [f"  {one}" for one in found[:SHOWN]]
        lines.append(f"records of what the driver did not ask: {self.others.total()}")
        lines += [f"  {count} x {one}" for one, count in self.others.most_common(SHOWN)]
        return "\n".join(lines)


def _body(text: str):
    try:
        return json.loads(text)
    except ValueError:
        return None


def _difference(exchange: dict, record: dict) -> str:
    if record["capture"] != "complete":
        return f"capture {record['capture']}"
    for key, payload in (("request", "requestPayload"), ("response", "responsePayload")):
        if key in exchange and _body(record[payload]) != exchange[key]:
            return f"{payload} is not what was sent: {record[payload][:200]!r}"
    return ""


def check(exchanges: list[dict], path: pathlib.Path) -> Checked:
    """Each exchange takes the first record, in their order, of the same method, path and status."""
    records = support.read_records(path)
    servers = [record for record in records if record["direction"] == "1"]
    waiting = collections.defaultdict(collections.deque)
    for record in sorted(servers, key=lambda one: int(one["time"])):
        waiting[record["method"], record["path"], record["statusCode"]].append(record)
    missing, different = [], []
    for exchange in exchanges:
        name = f"#{exchange['n']} {exchange['method']} {exchange['path']} {exchange['status']}"
        same = waiting[exchange["method"], exchange["path"], str(exchange["status"])]
        if not same:
            missing.append(name)
            continue
        # Those of one second may have left in another order.
        found = next((record for record in same if not _difference(exchange, record)), same[0])
        same.remove(found)
        if difference := _difference(exchange, found):
            different.append(f"{name}: {difference}")
    others = collections.Counter(f"{method} {path.split('?')[0]} {status}" for (method, path, status), left in waiting.items() for _ in left)
    return Checked(len(exchanges), len(servers), len(records) - len(servers), collections.Counter(record["capture"] for record in servers),
                   missing, different, others)
