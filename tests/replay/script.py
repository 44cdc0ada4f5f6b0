# SPDX-License-Identifier: Apache-2.0
"""A case: what passed on a connection, line by line, then the records that must come out of it. README.md has the words."""

import base64
import json
import re
import struct

from records import CONSTANTS, HEADER, endpoints, record

DIRECTIONS = {"read": CONSTANTS["AP_READ"], "write": CONSTANTS["AP_WRITE"]}
LENGTHS = {"notseen": "AP_DATA_NOT_SEEN", "skipped": "AP_DATA_SKIPPED", "fault": "AP_DATA_FAULT"}
ESCAPES = {"n": b"\n", "r": b"\r", "t": b"\t", "0": b"\0", '"': b'"', "\\": b"\\"}
MILLISECOND = 1_000_000
TIME_AT = struct.calcsize("=" + HEADER[:-1])


class BadCase(Exception):
    pass


def text_of(quoted: str) -> bytes:
    out = b""
    for escape, hexed, plain in re.findall(r'\\(?:([nrt0"\\])|x([0-9a-fA-F]{2}))|([^\\]+)', quoted):
        out += ESCAPES[escape] if escape else bytes.fromhex(hexed) if hexed else plain.encode()
    return out


def words_of(line: str) -> list:
    """Words as str, texts as bytes; neighbouring texts are one."""
    words: list = []
    for quoted, encoded, word in re.findall(r'"((?:[^"\\]|\\.)*)"|\bbase64:(\S+)|(\S+)', line):
        if word:
            words.append(word)
            continue
        more = base64.b64decode(encoded) if encoded else text_of(quoted)
        if words and isinstance(words[-1], bytes):
            words[-1] += more
        else:
            words.append(more)
    return words


class Channel:
    """A socket or a TLS session: its positions, and the counts that its end will carry."""

    def __init__(self, tls: bool, values: dict):
        self.tls = tls
        self.sock = int(values.get("sock", "0xffff888000001000"), 0)
        self.inode = int(values.get("inode", "4711"))
        self.session = int(values.get("session", "1")) if tls else 0
        self.library = int(values.get("library", "1"))
        self.pid = int(values.get("pid", "41"))
        self.thread = self.pid
        self.fd = 0 if tls else int(values.get("fd", "7"))
        self.local = values.get("local", "10.0.0.1:80")
        self.remote = values.get("remote", "10.0.0.2:40000")
        self.first = [int(values.get("read-position", "0" if tls else "1000")),
                      int(values.get("write-position", "0" if tls else "5000"))]
        self.position = list(self.first)
        self.before = [int(values.get("read-before", "0")), int(values.get("write-before", "0"))]
        self.flags = CONSTANTS[values["flags"]] if "flags" in values else 0
        self.lost = [0, 0]
        self.counts = [dict.fromkeys(("passed", "copied", "skipped", "shed", "lost"), 0) for _ in range(2)]
        self.last = [None, None]
        self.ended = False

    def take(self, direction: int, size: int) -> int:
        position = self.position[direction]
        self.position[direction] += size
        return position if self.tls else position & 0xFFFFFFFF

    def count(self, direction: int, kind: str, size: int):
        self.counts[direction]["passed"] += size
        self.counts[direction][kind] += size

    def packed_counts(self) -> tuple:
        return tuple(n for one in self.counts
                     for n in (one["passed"], one["copied"], 0, 0, 0, 0, 0, one["skipped"], one["shed"], one["lost"]))


class Case:
    def __init__(self, text: str):
        self.arguments: list[str] = []
        self.records: list[bytes] = []
        self.expected: list[dict] = []
        self.ledger: dict = {}
        self.now = 1_000_000_000
        self.channels: dict[str, Channel] = {}
        self.current = ""
        self.delayed: list[bytearray] = []
        said_none = False
        for number, line in self.lines(text):
            try:
                if line == "none":
                    said_none = True
                elif line.startswith("{"):
                    self.expected.append(json.loads(line))
                else:
                    self.step(words_of(line))
            except (BadCase, KeyError, ValueError, IndexError, TypeError) as error:
                raise BadCase(f"line {number}: {line}\n  {type(error).__name__}: {error}") from error
        if said_none == bool(self.expected):
            raise BadCase("a case expects records, or says none")
        for channel in self.channels.values():
            if not channel.ended:
                self.end(channel, CONSTANTS["AP_END_LIVE"])

    @staticmethod
    def lines(text: str):
        """Lines that begin with a space go on with the one before."""
        joined: list[tuple[int, str]] = []
        for number, line in enumerate(text.splitlines(), 1):
            if not line.strip() or line.startswith("#"):
                continue
            if line[0] == " " and joined:
                joined[-1] = (joined[-1][0], joined[-1][1] + " " + line.strip())
            else:
                joined.append((number, line.strip()))
        return joined

    def step(self, words: list):
        word, *rest = words
        if word in ("read", "write", "again", "later", "lose", "skip", "shed", "end", *LENGTHS):
            self.traffic(self.channels[self.current], words)
        elif word == "arguments":
            self.arguments += [one.decode() if isinstance(one, bytes) else one for one in rest]
        elif word == "ledger":
            self.ledger.update(dict((name, int(value)) for name, _, value in (pair.partition("=") for pair in rest)))
        elif word in ("open", "tls"):
            self.open(word == "tls", rest)
        elif word == "on":
            self.channels[rest[0]]
            self.current = rest[0]
        elif word == "resumed":
            self.resumed(self.channels[self.current])
        elif word == "now":
            for made in self.delayed:
                struct.pack_into("=Q", made, TIME_AT, self.now)
            self.records += map(bytes, self.delayed)
            self.delayed = []
        elif word == "wait":
            self.now += int(rest[0].removesuffix("ms")) * MILLISECOND
        elif word in ("close", "live"):
            self.end(self.channels[self.current], CONSTANTS["AP_END_LIVE"] if word == "live" else 0)
        elif word == "process":
            self.add("ap_process_event", "AP_EVENT_PROCESS", int(rest[0]), 0, CONSTANTS["AP_PROCESS_SEEN"], 0, 0, rest[1])
        elif word == "library":
            self.add("ap_library", "AP_EVENT_LIBRARY", int(rest[0]), CONSTANTS["AP_LIBRARY_PROBED"], 0, 0, rest[1], b"", b"")
        else:
            raise BadCase(f"no such word: {word}")

    def add(self, name: str, kind: str, *values, tail: bytes = b"") -> bytes:
        made = record(name, kind, self.now, *values, tail=tail)
        self.records.append(made)
        return made

    def open(self, tls: bool, rest: list):
        name = rest[0] if rest and "=" not in rest[0] else "it"
        values = dict(pair.split("=", 1) for pair in rest if "=" in pair)
        again = tls and name in self.channels
        if again:  # its socket became known
            channel = self.channels[name]
            channel.local, channel.remote = values["local"], values["remote"]
        else:
            channel = self.channels[name] = Channel(tls, values)
        self.current = name
        self.announce(channel, channel.flags)

    def resumed(self, channel: Channel):
        """Behind exchanges that were shed: the connection begins again where it stands."""
        for direction in (0, 1):
            channel.before[direction] += channel.position[direction] - channel.first[direction]
        channel.first = list(channel.position)
        self.announce(channel, CONSTANTS["AP_TLS_RESUMED" if channel.tls else "AP_CONN_RESUMED"])

    def announce(self, channel: Channel, flags: int):
        ends = endpoints(channel.local, channel.remote)
        first = [position if channel.tls else position & 0xFFFFFFFF for position in channel.first]
        if channel.tls:
            fresh = CONSTANTS["AP_TLS_FROM_START"] if channel.before == [0, 0] else 0
            self.add("ap_tls_open", "AP_EVENT_TLS_OPEN", channel.session, 0x1000, channel.sock, channel.inode, channel.pid,
                     channel.library, fresh | flags, 0, *ends, *first)
        else:
            self.add("ap_conn_open", "AP_EVENT_CONN_OPEN", channel.sock, channel.inode, channel.pid, flags, *ends,
                     *first, *channel.before)

    def traffic(self, channel: Channel, words: list):
        word, *rest = words
        self.now += MILLISECOND
        if word == "later":
            before = len(self.records)
            channel.thread += 1  # no thread's records overtake each other
            self.traffic(channel, rest)
            channel.thread -= 1
            self.delayed += map(bytearray, self.records[before:])
            del self.records[before:]
        elif word == "again":
            size, made = channel.last[DIRECTIONS[rest[0]]]
            channel.count(DIRECTIONS[rest[0]], "copied", size)
            self.records.append(made)
        elif word == "end":
            direction = DIRECTIONS[rest[0]]
            position = channel.position[direction] & (2**64 - 1 if channel.tls else 0xFFFFFFFF)
            self.add("ap_side_end", "AP_EVENT_SIDE_END", channel.sock, channel.inode, channel.session, position, direction, 0)
        elif word in ("lose", "skip", "shed"):
            direction = DIRECTIONS[rest[0]]
            size = len(rest[1]) if isinstance(rest[1], bytes) else int(rest[1])
            channel.take(direction, size)
            channel.count(direction, {"lose": "lost", "skip": "skipped", "shed": "shed"}[word], size)
            if word == "lose" and rest[2:] != ["untold"]:
                channel.lost[direction] += size
        elif word in LENGTHS:
            self.data(channel, DIRECTIONS[rest[0]], int(rest[1]), b"", CONSTANTS[LENGTHS[word]] | CONSTANTS["AP_DATA_CALL_START"])
        else:
            more = rest[0] == "more"  # of the same call
            content = rest[-1]
            if not isinstance(content, bytes):
                raise BadCase("what was read or written?")
            self.data(channel, DIRECTIONS[word], len(content), content, 0 if more else CONSTANTS["AP_DATA_CALL_START"])

    def data(self, channel: Channel, direction: int, size: int, content: bytes, flags: int):
        position = channel.take(direction, size)
        channel.count(direction, "copied", size)
        made = self.add("ap_data", "AP_EVENT_DATA", channel.sock, channel.inode, channel.session, position, size, len(content),
                        channel.lost[direction], channel.pid, channel.thread, channel.fd, direction, flags, tail=content)
        channel.last[direction] = (size, made)

    def end(self, channel: Channel, flags: int):
        channel.ended = True
        if channel.tls:
            self.add("ap_tls_end", "AP_EVENT_TLS_END", channel.session, flags, channel.pid, *channel.packed_counts())
        else:
            self.add("ap_conn_end", "AP_EVENT_CONN_END", channel.sock, channel.inode, flags, 1, CONSTANTS["AP_CLASS_HTTP1"],
                     channel.pid, *channel.packed_counts())
