# SPDX-License-Identifier: Apache-2.0
"""Records for the browser tests: records.py [--now SECONDS] [--more N] [--part PART] > FILE. A shop of several hosts over ten days, with values that try to be markup.

The same seconds make the same records. --more adds N endpoints of forty hosts, for lists that are long. --part before: those of the days before,
after: those of today, so that who stores them one after the other sees what changed.
"""
import argparse
import json
import random
import sys

DAY = 86400
SCRIPT = "<script>alert(1)</script>"
IMAGE = "<img src=x onerror=alert(2)>"
CARD = "4111111111111111"
JWT = "eyJhbGciOiJSUzI1NiJ9.eyJzdWIiOiI3In0.c2lnbmF0dXJlLW9mLXRoZS10ZXN0"


class Writer:
    def __init__(self, now: int):
        self.now = now
        self.random = random.Random(7)

    def write(self, host, method, path, status=200, request=None, response=None, *, ago=0, auth=None, headers=None, client="10.0.0.9", **more):
        asked = {"host": host, "user-agent": "shop/1.2", **({"authorization": auth} if auth else {}), **(headers or {})}
        answered = {"content-type": "application/json", "x-request-id": f"r{self.random.randrange(10**6)}"}
        if request is not None and "content-type" not in asked:
            asked["content-type"] = "application/json"
        text = lambda body: "" if body is None else body if isinstance(body, str) else json.dumps(body)  # noqa: E731
        slow = 40 if status >= 500 else 1
        record = {
            "path": path, "method": method, "type": "HTTP/1.1", "requestHeaders": json.dumps(asked), "requestPayload": text(request),
            "statusCode": str(status) if status else "", "status": f"{status} {'OK' if status < 400 else 'Error'}" if status else "",
            "responseHeaders": json.dumps(answered if status else {}), "responsePayload": text(response),
            "ip": f"{client}:{40000 + self.random.randrange(9999)}", "destIp": "10.0.1.5:8080", "time": str(int(self.now - ago)),
            "akto_account_id": "1000000", "akto_vxlan_id": "0", "is_pending": "false", "source": "MIRRORING", "direction": "1", "tag": "",
            "process_id": "4711", "process_name": host.split(".")[0], "socket_id": "9", "daemonset_id": "d-1", "enable_graph": "true",
            "capture": "complete" if status else "unanswered", "tls": "",
            "latency_us": str(int(slow * self.random.lognormvariate(8, 0.8))) if status else "0"}
        record.update(more)
        print(json.dumps(record))


def shop(w: Writer, moment: float):
    bearer = f"Bearer {JWT}"
    basic = "Basic YW5uOnNlY3JldA=="
    pick = w.random.choice
    name = pick(["ann", "bob", "cid", "dan", "eve", "fay"])
    number = w.random.randrange(1, 4000)
    web = {"client": "203.0.113.7", "ago": moment}
    inside = {"ago": moment, "process_name": "gateway", "direction": "2"}
    user = {"id": number, "name": name, "email": f"{name}@example.org", "roles": ["buyer"], "active": True,
            "address": {"city": "Graz", "zip": "8010", "lines": [f"Street {number}"]}, "phone": "+43 660 1234567"}
    # open to all, and says who people are
    w.write("shop.example", "GET", f"/api/v1/users/{number}", 200, None, user, **web)
    w.write("shop.example", "GET", f"/api/v1/users?page={number % 9}&q={name}", 200, None, {"items": [user, user], "next": None}, **web)
    w.write("shop.example", "GET", f"/api/v1/products/{number}", 200, None,
            {"id": number, "title": pick(["Tea", "Mug", SCRIPT]), "price": number / 4, "stock": pick([0, 3, 9]), "state": pick(["new", "used"])}, **web)
    w.write("shop.example", "POST", "/api/v1/orders", 201 if number % 7 else 400, {"sku": f"a-{number}", "card": CARD, "quantity": number % 4,
            "note": IMAGE, "ship_to": {"email": f"{name}@example.org"}}, {"id": number, "state": "new"} if number % 7 else {"error": "no such sku"},
            auth=bearer, **web)
    w.write("shop.example", "GET", f"/api/v1/orders/{number}", 200, None, {"id": number, "state": pick(["new", "paid", "sent"]), "total": number / 2,
            "paid_with": {"iban": "DE89370400440532013000"}}, auth=bearer, **web)
    w.write("shop.example", "DELETE", f"/api/v1/orders/{number}", pick([204, 403, 404]), None, None, auth=bearer, **web)
    w.write("shop.example", "POST", "/graphql", 200, {"query": "query Mine { me { id email } orders { id } }"},
            {"data": {"me": {"id": 1, "email": "ann@example.org"}, "orders": []}}, auth=bearer, operation_protocol="graphql",
            operation_type="query", operation_name="Mine", operation_fields="me orders", **web)
    w.write("shop.example", "POST", "/graphql", 200, {"query": "mutation Pay { pay(id: 3) { ok } }"}, {"data": {"pay": {"ok": True}}}, auth=bearer,
            operation_protocol="graphql", operation_type="mutation", operation_name="Pay", operation_fields="pay", **web)
    # services behind it
    w.write("billing.shop.svc:8080", "POST", "/v2/charges", pick([201, 201, 201, 402, 500, 503]), {"card": CARD, "amount": number, "currency": "EUR"},
            {"id": f"ch_{number}", "status": pick(["ok", "refused"])}, headers={"x-api-key": "k3y-of-the-gateway-000000000001"}, **inside)
    w.write("billing.shop.svc:8080", "GET", f"/v2/charges/{number}/receipt.pdf", 200, None, {"total": number}, auth=basic, **inside)
    w.write("mail.shop.svc", "POST", "/send", pick([202, 202, 500]), {"to": f"{name}@example.org", "subject": SCRIPT, "body": "hello"},
            {"queued": True}, tls="OpenSSL 3.0.19", capture="joined_midway", ip="", destIp="", **inside)
    w.write("stock.shop.svc:9000", "POST", "/shop.v1.Stock/Reserve", 200, "CAEQAg==", "CAE=", headers={"content-type": "application/grpc"},
            type="HTTP/2", grpc_service="shop.v1.Stock", grpc_method="Reserve", grpc_status="0 OK", grpc_request_messages="1",
            grpc_response_messages="1", tls="OpenSSL 3.0.19", **inside)
    w.write("rpc.shop.svc", "POST", "/rpc", 200, {"jsonrpc": "2.0", "id": number, "method": "stock.count", "params": {"sku": "a"}},
            {"jsonrpc": "2.0", "id": number, "result": 3}, operation_protocol="json-rpc", operation_type="request", operation_name="stock.count", **inside)
    w.write("tools.shop.svc", "POST", "/mcp", 200, {"jsonrpc": "2.0", "id": 1, "method": "tools/call", "params": {"name": "search"}},
            {"jsonrpc": "2.0", "id": 1, "result": {"content": []}}, operation_protocol="mcp", operation_type="request", operation_name="tools/call",
            operation_fields="search", **inside)
    flag = pick(["alpha", "beta", "gamma", "delta", "omega"])
    w.write("shop.example", "GET", f"/api/v1/flags/{flag}", 200, None, {"name": flag, "on": True}, auth=bearer, **web)
    # what is not seen whole, static or broken
    w.write("shop.example", "GET", "/api/v1/report", 0, None, None, **web)
    w.write("shop.example", "GET", "/api/v1/broken", 500, None, {"error": "no database"}, auth=bearer, **web)
    w.write("shop.example", "GET", "/healthz", 200, None, {"status": "ok"}, **web)
    w.write("shop.example", "GET", f"/static/app.{number % 3}.css", 200, None, "body{}", **web)
    w.write("shop.example", "GET", "/wp-login.php", 404, None, {"error": "no"}, **web)
    w.write("shop.example", "GET", f"/api/v1/session?token={JWT}", 200, None, {"csrf": "1", "cookie": "c"}, headers={"cookie": "sid=0123456789abcdef"}, **web)


def sockets(w: Writer):
    shake = {"upgrade": "websocket", "sec-websocket-version": "13", "origin": "https://shop.example"}
    w.write("chat.shop.example", "GET", "/ws/room", 101, None, None, headers=shake, ago=600, client="203.0.113.7")
    events = [{"opcode": 1, "payload": json.dumps({"type": "say", "text": SCRIPT, "from": "ann@example.org"}), "direction": "outgoing",
               "timestamp": str(w.now - 600), "fin": True},
              {"opcode": 1, "payload": json.dumps({"type": "said", "by": "bob"}), "direction": "incoming", "timestamp": str(w.now - 599), "fin": True}]
    w.write("chat.shop.example", "WS", "/ws/room", 101, None, None, headers=shake, ago=600, type="WEBSOCKET", client="203.0.113.7", latency_us="0",
            events=json.dumps(events))


def hostile(w: Writer):
    for at in range(3):
        w.write("evil.example", "GET", f"/{SCRIPT}/x?q={IMAGE}", 200, None, {SCRIPT: IMAGE, "mail": f"<b>{at}@example.org</b>"},
                headers={"x-evil": SCRIPT, "x-note": "'\"><svg onload=alert(3)>"}, ago=at * 60, client="198.51.100.3")
        w.write("evil.example", "POST", "/note", 200, f"<html>{SCRIPT}</html>", f"<html>{IMAGE}</html>", headers={"content-type": "text/html"}, ago=at)
        w.write("evil.example", "GET", "/javascript:alert(4)", 200, None, {"url": "javascript:alert(5)", "__proto__": {"x": 1}}, ago=at)
        w.write("evil.example", "PUT", "/deep", 200, json.dumps({"a": [[[[[[{"b": [1, None, 2.5]}]]]]]]}), {"long": "x" * 20000}, ago=at)


def fresh(w: Writer):
    """What is new since yesterday: an endpoint, a field and another type of one."""
    for at in range(4):
        w.write("shop.example", "GET", "/api/v1/coupons", 200, None, [{"code": "TEA", "percent": 5}], ago=at * 600, client="203.0.113.7")
        w.write("shop.example", "GET", f"/api/v1/products/{at + 1}", 200, None,
                {"id": str(at), "title": "Mug", "price": 2.5, "stock": 1, "state": "new", "supplier": {"contact": "sales@example.com"}}, ago=at * 60,
                client="203.0.113.7")


def doomed(w: Writer):
    for at in range(3):
        w.write("gone.example", "GET", "/bye", 200, None, {"at": at}, ago=at * 60)


def word(number: int) -> str:
    """A word of its own for each number: bafo, bagu…"""
    out = ""
    for _ in range(3):
        out += "bdfgklmnprst"[number % 12] + "aeiou"[number // 12 % 5]
        number //= 60
    return out


def many(w: Writer, number: int):
    """Endpoints that nothing makes one: each answers in another shape."""
    kinds = ["orders", "users", "items", "carts", "teams", "files", "notes", "tags"]
    for at in range(number):
        name = word(at)
        w.write(f"svc{at % 40}.big.example", ["GET", "POST", "PUT", "DELETE"][at % 4], f"/api/{kinds[at // 40 % 8]}/{name}/list", 200 if at % 9 else 500,
                None, {f"{name}Count": at, **({f"{name}Mail": "ann@example.org"} if at % 11 == 0 else {})}, ago=1800 + at * 397 % (5 * DAY),
                auth="Bearer abcdefghij0123456789" if at % 3 else None)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--now", type=int, default=1790000000)
    parser.add_argument("--more", type=int, default=0)
    parser.add_argument("--part", choices=["all", "before", "after"], default="all")
    given = parser.parse_args()
    w = Writer(given.now)
    if given.part != "after":
        for at in range(240):
            shop(w, 10 * DAY - at * 3600 - w.random.randrange(3600))
    if given.part == "before":
        return
    for at in range(20):
        shop(w, at * 150)
    sockets(w)
    hostile(w)
    fresh(w)
    doomed(w)
    many(w, given.more)


if __name__ == "__main__":
    sys.exit(main())
