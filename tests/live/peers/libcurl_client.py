# SPDX-License-Identifier: Apache-2.0
"""libcurl by ctypes, so that its builds with GnuTLS and NSS can be had, which no command offers."""
import ctypes

OK = 0
URL, CUSTOMREQUEST, CAINFO, SSLCERT, SSLKEY = 10002, 10036, 10065, 10025, 10087
HTTPHEADER, POSTFIELDS, HEADERFUNCTION, WRITEFUNCTION, DEBUGFUNCTION = 10023, 10015, 20079, 20011, 20094
NOBODY, POSTFIELDSIZE, SSLVERSION, VERBOSE, HTTP_VERSION, TIMEOUT, VERIFYPEER, VERIFYHOST = 44, 60, 32, 41, 84, 13, 64, 81
RESPONSE_CODE = 0x200002
HEADER_OUT = 2
HTTP_1_1 = 2
VERSIONS = {"1.2": 6 | 6 << 16, "1.3": 7 | 7 << 16}  # least and most

_WRITE = ctypes.CFUNCTYPE(ctypes.c_size_t, ctypes.c_void_p, ctypes.c_size_t, ctypes.c_size_t, ctypes.c_void_p)
_DEBUG = ctypes.CFUNCTYPE(ctypes.c_int, ctypes.c_void_p, ctypes.c_int, ctypes.c_void_p, ctypes.c_size_t, ctypes.c_void_p)


def _headers_of(head: bytes) -> list:
    return [tuple(part.strip() for part in line.split(":", 1)) for line in head.decode("latin-1").split("\r\n")[1:] if ":" in line]


class LibcurlClient:
    """One handle, so one kept-alive connection."""

    def __init__(self, library: str, port: int, tls: str | None, ca, certificate, key):
        self.curl = ctypes.CDLL(library)
        self.curl.curl_easy_init.restype = ctypes.c_void_p
        self.curl.curl_slist_append.restype = ctypes.c_void_p
        self.curl.curl_global_init(ctypes.c_long(3))
        self.handle = ctypes.c_void_p(self.curl.curl_easy_init())
        self.base = f"{'https' if tls else 'http'}://{'localhost' if tls else '127.0.0.1'}:{port}"
        self.sent = b""
        self.received = b""
        self.keep = [_WRITE(self._on_body), _WRITE(self._on_header), _DEBUG(self._on_debug)]
        for option, function in zip((WRITEFUNCTION, HEADERFUNCTION, DEBUGFUNCTION), self.keep):
            self.curl.curl_easy_setopt(self.handle, option, function)
        for option, value in ((VERBOSE, 1), (HTTP_VERSION, HTTP_1_1), (TIMEOUT, 60)):
            self._number(option, value)
        if tls:
            self._number(SSLVERSION, VERSIONS[tls])
            self._text(CAINFO, ca)
        if certificate:
            self._text(SSLCERT, certificate)
            self._text(SSLKEY, key)

    def _number(self, option: int, value: int):
        self.curl.curl_easy_setopt(self.handle, option, ctypes.c_long(value))

    def _text(self, option: int, value: str | None):
        self.curl.curl_easy_setopt(self.handle, option, ctypes.c_char_p(value.encode() if value is not None else None))

    def _on_body(self, _, size, count, __):
        return size * count

    def _on_header(self, data, size, count, _):
        self.received += ctypes.string_at(data, size * count)
        return size * count

    def _on_debug(self, _, kind, data, size, __):
        if kind == HEADER_OUT:
            self.sent += ctypes.string_at(data, size)
        return 0

    def ask(self, method, path, headers, body) -> tuple[list, int, list]:
        self.sent = self.received = b""
        listed = ctypes.c_void_p(None)
        for name, value in [*headers, ("Expect", None)]:
            text = f"{name}:" if value is None else f"{name}: {value}" if value else f"{name};"
            listed = ctypes.c_void_p(self.curl.curl_slist_append(listed, ctypes.c_char_p(text.encode())))
        self.curl.curl_easy_setopt(self.handle, HTTPHEADER, listed)
        self._text(URL, self.base + path)
        self._number(NOBODY, 1 if method == "HEAD" else 0)
        self._text(CUSTOMREQUEST, None if method == "HEAD" else method)
        self._number(POSTFIELDSIZE, len(body))
        pointer = ctypes.create_string_buffer(body, len(body)) if body else None
        self.curl.curl_easy_setopt(self.handle, POSTFIELDS, pointer)
        if not body:
            self._number(80 if method != "HEAD" else NOBODY, 1)  # HTTPGET
            self._text(CUSTOMREQUEST, None if method == "HEAD" else method)
        status = self.curl.curl_easy_perform(self.handle)
        if status != OK:
            raise RuntimeError(f"libcurl: {status} for {path}")
        code = ctypes.c_long()
        self.curl.curl_easy_getinfo(self.handle, RESPONSE_CODE, ctypes.byref(code))
        head = self.received.split(b"\r\n\r\n")[0]
        return _headers_of(self.sent), code.value, _headers_of(head)

    def finish(self):
        self.curl.curl_easy_cleanup(self.handle)
