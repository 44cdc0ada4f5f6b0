# SPDX-License-Identifier: Apache-2.0
"""Streams of HTTP/1 out of a random generator: well-formed ones with all that the grammar allows, ones with what servers
forgive, and damaged ones."""
import random

METHODS = [b"GET", b"POST", b"PUT", b"DELETE", b"HEAD", b"OPTIONS", b"PATCH", b"M-SEARCH", b"PROPFIND", b"QUERY"]
ODD_METHODS = [b"get", b"Post", b"FOO", b"G", b"GET2", b"G_T", b"*", b"CONNECT", b"PRI"]
TARGETS = [b"/", b"/a/b?c=d&e=%20", b"/a;b=c", b"http://h/x?y", b"*", b"/" + b"x" * 30, b"//", b"/?", b"/a#b"]
ODD_TARGETS = [b"/\xc3\xa4", b"/a b", b"/\x01", b"/\t", b"h:80", b"a"]
NAMES = [b"Accept", b"X-A", b"cookie", b"x_y", b"Via", b"a", b"X-" + b"n" * 40, b"Set-Cookie", b"!#$%&'*+.^`|~"]
VALUES = [b"", b"1", b"a b", b"a, b;c=\"d\"", b"v" * 20, b"\x80\xff", b"x:y", b"a\tb", b"  "]
ODD_LINES = [b"no colon", b": empty", b"sp ace: 1", b"before : 1", b"ctl\x01: 1", b"v: \x01", b"n(: 1", b"\xe4: 1", b" fold", b"\tfold", b"nul: \0",
             b"cr: a\rb"]


def field(rng: random.Random) -> bytes:
    blank = lambda: rng.choice([b"", b" ", b"  ", b"\t", b" \t "])  # noqa: E731
    return rng.choice(NAMES) + b":" + blank() + rng.choice(VALUES) + blank()


def chunked(rng: random.Random, body: bytes, end: bytes) -> bytes:
    out = b""
    while body:
        size = rng.randint(1, len(body))
        digits = rng.choice([b"%x", b"%X", b"0%x", b"000%x"]) % size
        out += digits + rng.choice([b"", b"", b"", b";a", b";a=b", b"; a=\"b\"", b" ", b" ;a"]) + end + body[:size] + end
        body = body[size:]
    trailers = b"".join(field(rng) + end for _ in range(rng.choice([0, 0, 0, 1, 2])))
    return out + rng.choice([b"0", b"0", b"00", b"0;x"]) + end + trailers + end


def framed(rng: random.Random, end: bytes, odd: bool) -> tuple[list[bytes], bytes]:
    """Fields that frame a body, and the body as it is sent."""
    body = bytes(rng.choice(b"ab\r\n0 GET/HTP1.:") for _ in range(rng.choice([0, 1, 2, 10, 100])))
    kind = rng.choice(["none", "length", "chunked", "chunked"] + (["both", "lengths", "coding", "identity", "sign"] if odd else []))
    length = rng.choice([b"Content-Length", b"content-length"])
    if kind == "none":
        return [], b""
    if kind == "length":
        return [length + b": %d" % len(body)], body
    if kind == "chunked":
        return [rng.choice([b"Transfer-Encoding: chunked", b"transfer-encoding:Chunked", b"Transfer-Encoding: chunked"])], chunked(rng, body, end)
    if kind == "both":
        return [length + b": %d" % rng.randint(0, 9), b"Transfer-Encoding: chunked"], chunked(rng, body, end)
    if kind == "lengths":
        return [length + b": %d" % len(body), rng.choice([length + b": %d" % len(body), length + b": %d, %d" % (len(body), len(body)), length + b": 7"])], body
    if kind == "coding":
        return [rng.choice([b"Transfer-Encoding: xchunked", b"Transfer-Encoding: gzip, chunked", b"Transfer-Encoding: chunked, chunked", b"Transfer-Encoding: chunked, gzip",
                            b"Transfer-Encoding: \"chunked\"", b"Transfer-Encoding: chunked;q=1", b"Transfer-Encoding:\t chunked"])], chunked(rng, body, end)
    if kind == "identity":
        return [b"Transfer-Encoding: identity", length + b": %d" % len(body)], body
    return [length + rng.choice([b": +%d", b": 0x%x", b": -%d", b": %d a", b": 0%d"]) % len(body)], body


def message(rng: random.Random, response: bool, odd: bool) -> bytes:
    end = b"\n" if odd and rng.random() < 0.1 else b"\r\n"
    version = rng.choice([b"HTTP/1.1"] * 20 + [b"HTTP/1.0"] * 3 + ([b"HTTP/1.2", b"HTTP/2.0", b"HTTP/1.10", b"http/1.1", b"HTTP/1", b"HTTP/0.9"] if odd else []))
    if response:
        status = rng.choice([b"200", b"200", b"404", b"500", b"204", b"304", b"100", b"103"] + ([b"99", b"2000", b"999", b"020"] if odd else []))
        start = version + b" " + status + rng.choice([b" OK", b" ", b" Not so\tgood", b""])
    else:
        strange = odd and rng.random() < 0.4
        blank = b" " * rng.choice([1, 1, 1, 2]) if strange else b" "
        start = (rng.choice(METHODS + ODD_METHODS if strange else METHODS) + blank + rng.choice(TARGETS + ODD_TARGETS if strange else TARGETS) + blank
                 + version) + (b" " if odd and rng.random() < 0.05 else b"")
    fields = [b"Host: h"] + [field(rng) for _ in range(rng.choice([0, 1, 3, 8]))]
    if odd and rng.random() < 0.02:
        fields += [b"f%d: 1" % i for i in range(rng.choice([255, 256, 300, 900]))]
    more, body = framed(rng, end, odd)
    fields += more
    if rng.random() < 0.1:
        fields.append(rng.choice([b"Connection: keep-alive", b"Connection: close", b"Upgrade: x", b"Expect: 100-continue"]))
    rng.shuffle(fields)
    if odd and rng.random() < 0.3:
        fields.insert(rng.randint(0, len(fields)), rng.choice(ODD_LINES))
    before = end * rng.choice([0, 0, 0, 1, 3]) if odd else b""
    return before + start + end + b"".join(line + end for line in fields) + end + body


def damaged(rng: random.Random, stream: bytes) -> bytes:
    out = bytearray(stream)
    for _ in range(rng.choice([1, 1, 2, 4])):
        at = rng.randrange(len(out)) if out else 0
        what = rng.randrange(5)
        if what == 0 and out:
            out[at] = rng.choice(b"\r\n :;,\0\t0aA\x80")
        elif what == 1 and out:
            del out[at:at + rng.choice([1, 1, 2, 10])]
        elif what == 2:
            out[at:at] = rng.choice([b"\r", b"\n", b"\r\n", b" ", b":", b"\0", b"0", b"x", b"\r\n\r\n"])
        elif what == 3:
            out[at:at] = out[at:at + rng.randint(1, 30)]
        else:
            del out[at:]
    return bytes(out)


def case(seed: int) -> tuple[str, bytes]:
    """Its kind (Q: requests, R: responses) and its bytes."""
    rng = random.Random(seed)
    response = rng.random() < 0.35
    odd = rng.random() < 0.4
    stream = b"".join(message(rng, response, odd) for _ in range(rng.choice([1, 1, 2, 3])))
    return ("R" if response else "Q"), damaged(rng, stream) if rng.random() < 0.3 else stream
