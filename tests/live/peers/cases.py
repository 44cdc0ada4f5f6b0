# SPDX-License-Identifier: Apache-2.0
"""The exchanges of the matrix: what is asked, and the body that must come back once its codings are removed."""
import dataclasses
import pathlib
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))
import bodies  # noqa: E402


@dataclasses.dataclass(frozen=True)
class Case:
    name: str
    method: str
    kind: str
    headers: tuple = ()
    body: bytes = b""

    def expected(self, sent_method: str | None = None) -> bytes:
        if (sent_method or self.method) == "HEAD" or self.kind in ("204", "304"):
            return b""
        if self.method in ("POST", "PUT"):
            return b"%d bytes" % len(self.body)
        if self.kind == "binary":
            return bodies.binary(4096)
        return bodies.text(self.kind, 1 << 20 if self.kind == "large" else 3000)


POST_512K = Case("post-512k", "POST", "post", (("Content-Type", "text/plain"),), bodies.text("post", 512 << 10))

EVERYTHING = [
    Case("plain", "GET", "plain"),
    Case("headers", "GET", "plain", (("X-Empty", ""), ("X-Two", "a"), ("Accept", "*/*"), ("Cookie", "k=v; l=w"))),
    Case("chunked", "GET", "chunked"),
    Case("gzip", "GET", "gzip"),
    Case("deflate", "GET", "deflate"),
    Case("br", "GET", "br"),
    Case("stacked", "GET", "stacked"),
    Case("binary", "GET", "binary"),
    Case("cookies", "GET", "cookies"),
    Case("head", "HEAD", "plain"),
    Case("not-modified", "GET", "304"),
    Case("no-content", "GET", "204"),
    Case("other-method", "PROPFIND", "plain"),
    Case("delete", "DELETE", "plain"),
    Case("post", "POST", "post", (("Content-Type", "application/json"),), b'{"a": [1, 2, "\xc3\xa9"]}'),
    POST_512K,
    Case("large", "GET", "large"),
    Case("after-large", "GET", "plain"),
    Case("until-close", "GET", "close"),
]

# What nginx does with files alone.
FILES = [
    Case("plain", "GET", "plain"),
    Case("gzip", "GET", "gzip", (("Accept-Encoding", "gzip"),)),
    Case("br", "GET", "br"),
    Case("head", "HEAD", "plain"),
    Case("not-modified", "GET", "304", (("If-None-Match", "*"),)),
    Case("post", "POST", "post", (), b"small"),
    POST_512K,
    Case("large", "GET", "large"),
    Case("after-large", "GET", "plain"),
]

FILES_OF_APACHE = [case for case in FILES if case.name != "br"] + [Case("br", "GET", "br", (("Accept-Encoding", "br"),))]

# What a server of Go's library sends without help, and its client asks for.
GO = [case for case in EVERYTHING
      if case.name in ("plain", "headers", "chunked", "binary", "head", "no-content", "delete", "post", "post-512k", "large",
                       "after-large", "until-close")]
# What hyper sends without help, and a client that knows lengths alone asks for.
RUST = [case for case in EVERYTHING
        if case.name in ("plain", "headers", "binary", "head", "no-content", "delete", "post", "post-512k", "large", "after-large")]


def chosen(words: str) -> list[Case]:
    """"LIST" or "LIST:name,name": a list here, or some of it."""
    name, _, some = words.partition(":")
    return [case for case in globals()[name] if not some or case.name in some.split(",")]
