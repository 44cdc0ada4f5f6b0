# SPDX-License-Identifier: Apache-2.0
"""The shop behind nginx, an ASGI application for uvicorn: `uvicorn application:answer`. STOCK is the address of the stock, which it asks itself."""
import asyncio
import contextlib
import json
import os
import re
import urllib.request

SCRIPT = "<script>alert(1)</script>"
NAMES = ["ann", "bob", "cid", "dan", "eve", "fay"]


def ask_stock(number: int) -> dict:
    request = urllib.request.Request(f"http://{os.environ['STOCK']}/stock/{number}", headers={"Host": "stock.internal"})
    with urllib.request.urlopen(request, timeout=30) as response:
        return json.load(response)


def person(number: int) -> dict:
    name = NAMES[number % len(NAMES)]
    return {"id": number, "name": name, "email": f"{name}@example.org", "about": SCRIPT, "address": {"city": "Graz", "zip": "8010"}}


def order(number: int) -> dict:
    return {"id": number, "state": ["new", "paid", "sent"][number % 3], "total": number / 4, "buyer": {"email": person(number)["email"]}}


async def route(method: str, path: str, query: str, signed_in: bool, body: dict) -> tuple[int, object]:
    number = int(found[1]) if (found := re.search(r"/(\d+)$", path)) else 0
    if method == "GET" and path.startswith("/api/users/") and number:
        return 200, person(number)
    if path.startswith("/api/orders"):
        if not signed_in:
            return 401, {"error": "who are you?"}
        if method == "POST":
            return 201, {"id": 7, "state": "new"}
        return 200, order(number) if number else {"items": [order(1), order(2)], "next": None}
    if (method, path) == ("POST", "/api/payments"):
        return (503, {"error": "the bank does not answer"}) if body.get("amount", 0) % 4 == 0 else (201, {"ok": True})
    if method == "GET" and path.startswith("/api/products/") and number:
        return 200, {"id": number, "title": SCRIPT if number % 5 == 0 else "Tea", **await asyncio.to_thread(ask_stock, number)}
    if path == "/api/search":
        return 200, {"asked": query, "items": [], "hint": "<img src=x onerror=alert(2)>"}
    if path == "/api/report":
        with contextlib.suppress(asyncio.TimeoutError):
            await asyncio.wait_for(asyncio.Event().wait(), 0.4)  # it is slow
        return 200, {"rows": 3}
    return 404, {"error": "no such thing"}


async def answer(scope, receive, send):
    if scope["type"] != "http":
        return
    sent, more = b"", True
    while more:
        message = await receive()
        sent += message.get("body", b"")
        more = message.get("more_body", False)
    headers = dict(scope["headers"])
    status, value = await route(scope["method"], scope["path"], scope["query_string"].decode(), b"authorization" in headers,
                                json.loads(sent) if sent else {})
    body = json.dumps(value).encode()
    await send({"type": "http.response.start", "status": status,
                "headers": [(b"content-type", b"application/json"), (b"content-length", b"%d" % len(body))]})
    await send({"type": "http.response.body", "body": body})
