# SPDX-License-Identifier: Apache-2.0
"""Secrets in every place of a request and a response, sent by http.client to a server in the same process. The values are made up here
and are also what test_redaction.py looks for."""
import base64
import http.client
import http.server
import json
import threading
import urllib.parse

PASSWORD = "hunter2&trois"
MAIL = "alice@wonderland.example"
CARD = "4111111111111111"
IBAN = "DE89370400440532013000"
SSN = "123-45-6789"
JWT = "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiJyYWJiaXQifQ.c2lnbmF0dXJlLW9mLXRoZS1yYWJiaXQ"
API_KEY = "rabbit-hole-7"
SESSION = "cheshire0815"
TOKEN = "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08"
AWS_KEY = "AKIAIOSFODNN7EXAMPLE"
BINARY = b"\x89PNG\r\n\x1a\nwhite rabbit in bytes"
SECRETS = (PASSWORD, MAIL, CARD, IBAN, SSN, JWT, API_KEY, SESSION, TOKEN, AWS_KEY, "white rabbit in bytes")

MULTIPART = (b"--b0815\r\nContent-Disposition: form-data; name=\"password\"\r\n\r\n" + PASSWORD.encode() +
             b"\r\n--b0815\r\nContent-Disposition: form-data; name=\"note\"\r\n\r\nmail to " + MAIL.encode() +
             b"\r\n--b0815\r\nContent-Disposition: form-data; name=\"f\"; filename=\"a.png\"\r\nContent-Type: image/png\r\n\r\n" +
             BINARY + b"\r\n--b0815--\r\n")
XML = (f"<login user=\"q\" password=\"{PASSWORD.replace('&', '&amp;')}\"><session>{SESSION}</session><mail>{MAIL}</mail>"
       f"<x><![CDATA[{CARD}]]></x></login>").encode()
# As JSON may also write them.
ESCAPED = ("{\"mail\":\"" + "".join(f"\\u{ord(c):04x}" for c in MAIL) + "\",\"n\":" + CARD + ",\"deep\":" +
           json.dumps(json.dumps({"password": PASSWORD, "list": [{"token": TOKEN}]})) + "}").encode()
FORM = urllib.parse.urlencode({"user": "q", "password": PASSWORD, "mail": MAIL, "iban": IBAN}).encode()
TEXT = f"Dear {MAIL},\nyour card {CARD}, your number {SSN}, your key {AWS_KEY}, api_key={API_KEY}.\n".encode()
JSON = json.dumps({"id": 7, "user": {"mail": MAIL, "password": PASSWORD}, "tokens": [JWT, TOKEN], "iban": IBAN, "ok": True}).encode()

BASIC = "Basic " + base64.b64encode(f"alice:{PASSWORD}".encode()).decode()
# Name: method, target, fields, body.
REQUESTS = {
    "headers": ("GET", "/headers", {"Authorization": "Bearer " + JWT, "X-Api-Key": API_KEY, "X-User": MAIL,
                                    "Referer": f"https://shop.example/a?session={SESSION}"}, b""),
    "basic": ("GET", "/basic", {"Authorization": BASIC, "Cookie": f"theme=x; sid={SESSION}"}, b""),
    "query": ("GET", "/query?" + urllib.parse.urlencode({"q": "x", "password": PASSWORD, "mail": MAIL, "next": f"/a?token={TOKEN}"}),
              {}, b""),
    "path": ("GET", f"/path/{urllib.parse.quote(MAIL, safe='')}/cards/{CARD}/{TOKEN}", {}, b""),
    "json": ("POST", "/json", {"Content-Type": "application/json"}, JSON),
    "escaped": ("POST", "/escaped", {"Content-Type": "application/json"}, ESCAPED),
    "form": ("POST", "/form", {"Content-Type": "application/x-www-form-urlencoded"}, FORM),
    "multipart": ("POST", "/multipart", {"Content-Type": "multipart/form-data; boundary=b0815"}, MULTIPART),
    "xml": ("POST", "/xml", {"Content-Type": "application/soap+xml"}, XML),
    "text": ("POST", "/text", {"Content-Type": "text/plain"}, TEXT),
    "binary": ("POST", "/binary", {"Content-Type": "application/octet-stream"}, BINARY),
}


def spellings(secret: str) -> set[str]:
    """As it may stand in an output."""
    plain = secret.encode()
    return {secret, urllib.parse.quote(secret, safe=""), urllib.parse.quote_plus(secret), json.dumps(secret)[1:-1],
            "".join(f"\\u{ord(c):04x}" for c in secret), "".join(f"\\\\u{ord(c):04x}" for c in secret),
            secret.replace("&", "&amp;"), base64.b64encode(plain).decode().rstrip("=")}


class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def log_message(self, *_):
        pass

    def answer(self):
        """Gives the request's body back, and a cookie."""
        body = self.rfile.read(int(self.headers.get("Content-Length", "0"))) or JSON
        self.send_response(200)
        self.send_header("Content-Type", self.headers.get("Content-Type", "application/json"))
        self.send_header("Set-Cookie", f"sid={SESSION}; Path=/; HttpOnly")
        self.send_header("Location", f"https://alice:{urllib.parse.quote(PASSWORD)}@shop.example/?mail={MAIL}")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    do_GET = answer
    do_POST = answer


def main():
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    connection = http.client.HTTPConnection("127.0.0.1", server.server_address[1], timeout=60)
    for method, target, headers, body in REQUESTS.values():
        connection.request(method, target, body=body or None, headers=headers)
        connection.getresponse().read()
    connection.close()
    server.shutdown()
    thread.join()


if __name__ == "__main__":
    main()
