# SPDX-License-Identifier: Apache-2.0
"""Bodies as APIs have them: (kind, function of a Maker that gives the content)."""
from urllib.parse import quote

from values import Val, one

TEMPLATES = []


def template(kind):
    def add(function):
        TEMPLATES.append((kind, function))
        return function
    return add


def encoded(val):
    """Percent-encoded, with what is in it."""
    text = quote(val.text, safe="")
    return Val(text, [(kind, quote(part, safe="")) for kind, part in val.expect])


# --- shops ---
@template("json")
def shop_order(m):
    return {"order_number": m.not_card(16), "orderId": m.r.randint(10**9, 10**10), "created": m.when(), "updated_ms": m.ms(),
            "customer": {"id": m.uuid(), "name": m.name(), "email": m.email(), "phone": m.phone(), "locale": "de-DE"},
            "items": [{"sku": f"AB-{m.digits(4)}-XL", "ean": m.ean(), "price": 129.95, "qty": 2, "image": f"/img/{m.pick(['a', 'b'])}@2x.png"},
                      {"sku": m.digits(13), "isbn": m.isbn(), "price": "24.00", "title": m.words(3)}],
            "payment": {"card": m.card(), "holder": m.name(), "expiry": "12/27", "cvv": one("card_security_code", m.digits(3)), "last4": m.digits(4)},
            "shipping": {"tracking": m.tracking(), "street": "Hafenstraße 12", "zip": m.digits(5)}}


@template("json")
def shop_payment_masked(m):
    return {"payment": {"masked": m.mask(), "card_number": m.mask(), "cvv": "***", "token": None, "fingerprint": m.sha()[:32],
                        "reference": m.not_card(16, "4"), "amount": 12995, "currency": "EUR"},
            "transaction_ref": m.not_card(16, "5"), "batch": m.not_card(15, "37"), "auth_code": m.digits(6)}


@template("json")
def shop_catalog(m):
    lat, lon = m.coordinates()
    return {"products": [{"gtin": m.ean(), "isbn": m.isbn(), "part": m.not_iban(), "version": m.version(), "hash": m.sha(), "price": 1234567.89,
                          "dims": "10x20x30", "css": "@media print { .x { width: 10px } }", "thumb": m.blob()} for _ in range(2)],
            "store": {"lat": lat, "lon": lon, "plus_code": "9F4M" + m.digits(4)}, "next_page_token": m.chars("abcdef0123456789", 24), "total": m.digits(6)}


@template("form")
def shop_checkout(m):
    return {"firstname": m.pick(["Mara", "Jonas"]), "email": m.email(), "telephone": m.phone(), "cc_number": m.card(" "), "cc_exp": "2027-12",
            "cvc": one("card_security_code", m.digits(3)), "order": m.not_card(16), "csrf_token": m.chars("abcdef0123456789", 32)}


@template("query")
def shop_search(m):
    return {"q": m.words(2), "page": 3, "sort": "price", "ts": m.ms(), "session": m.uuid(), "utm_source": "mail", "price": "10.00-20.00"}


@template("query")
def newsletter(m):
    return {"email": m.email(), "list": m.digits(5), "confirm": "true", "source": "https://shop.example/p?ref=" + m.digits(8)}


# --- banks ---
@template("json")
def bank_transfer(m):
    return {"debtor": {"iban": m.iban(), "name": m.name()}, "creditor": {"iban": m.iban(True), "bic": "NORDDEFFXXX"}, "amount": "1250.00",
            "purpose": Val("Miete an ") + m.iban() + ", danke", "reference": "RF18539007547034", "end_to_end": m.uuid(), "executed": m.when(),
            "wrong": m.not_iban()}


@template("json")
def bank_statement(m):
    return {"account": {"iban": m.iban(), "balance": 90123.45, "opened": "2016-03-01"},
            "lines": [{"id": m.not_card(18, "7"), "text": Val("Card payment ") + m.card(" ") + " " + m.words(2), "value_date": "2024-02-11", "amount": -12.5},
                      {"id": m.not_card(18, "2"), "text": "Standing order " + m.digits(10), "value_date": "2024-02-12", "amount": -800}]}


@template("json")
def bank_customer(m):
    return {"customerId": m.digits(9), "ssn": m.us_ssn(m.pick(["-", "", " "])), "dateOfBirth": m.birth(), "mobilePhone": m.phone_by_name(), "homePhone": m.phone(),
            "contact": {"emailAddress": m.email(), "address": {"line1": "12 Harbor Rd", "zip": m.digits(5)}}, "since": "2011-05-04", "employeeNo": m.digits(9),
            "taxYear": 2023, "riskScore": 0.8123456789012345}


@template("form")
def bank_login(m):
    return {"user": m.words(1) + m.digits(3), "password": m.password(), "remember": "on", "otp": m.digits(6), "csrf_token": m.chars("0123456789abcdef", 40)}


# --- accounts ---
@template("json")
def login(m):
    return {"username": m.email(), "password": m.password(), "rememberMe": True, "device": {"id": m.uuid(), "imei": m.imei(), "os": "14.2.1"}}


@template("json")
def login_answer(m):
    return {"access_token": m.jwt(), "refresh_token": m.secret(), "token_type": "Bearer", "expires_in": 3600, "scope": "openid profile",
            "user": {"id": m.uuid(), "email": m.email(), "has_password": True, "password_changed_at": m.when()}}


@template("json")
def register_errors(m):
    return {"errors": {"password": m.pick(["is too short (minimum is 8 characters)", "can't be blank", "required"]), "email": "is invalid", "phone": "missing"},
            "field": "password", "hint": "user@", "password_policy": {"min_length": 12, "require_digit": True}, "request_id": m.uuid()}


@template("json")
def password_change(m):
    return {"oldPassword": m.password(), "newPassword": m.password(), "newPasswordConfirmation": m.password(), "logout_others": False}


@template("form")
def oauth_token(m):
    return {"grant_type": "client_credentials", "client_id": m.words(1) + "-" + m.digits(4), "client_secret": m.secret(), "scope": "read write",
            "redirect_uri": "https://app.example/cb"}


@template("query")
def oauth_callback(m):
    return {"state": m.chars("abcdef0123456789", 20), "id_token": m.jwt(), "session_state": m.uuid(), "expires_in": 3600}


@template("query")
def api_with_key(m):
    return {"api_key": m.secret(), "lat": "52.520008", "lon": "13.404954", "units": "metric", "v": m.version()}


@template("json")
def profile(m):
    return {"profile": {"displayName": m.name(), "bio": Val("Reach me at ") + m.email() + " or " + m.phone() + ", thanks – " + m.words(4),
                        "birthday": m.birth(), "website": "https://" + m.pick(["a", "b"]) + ".example/~mara", "handle": "@" + m.words(1),
                        "avatar": "/avatars/" + m.sha()[:16] + "@2x.png", "joined": "2019-07-01", "phoneVerified": True, "phone_type": "mobile"}}


@template("json")
def contacts(m):
    return {"contacts": [{"name": m.name(), "emails": [m.email(), m.email()], "phones": [m.phone(), m.phone_typical()]} for _ in range(2)],
            "cursor": m.chars("abcdefXYZ0123456789", 22), "counts": {"phones": 4, "emails": 4}}


# --- secrets of machines ---
@template("json")
def ci_variables(m):
    return {"variables": [{"key": "DEPLOY", "value": m.vendor(), "masked": True}, {"key": "IMAGE", "value": "registry.example/app:1.2.3.4"},
                          {"key": "SHA", "value": m.sha()}, {"key": "TOKEN", "value": m.vendor()}],
            "runner": {"version": m.version(), "revision": m.sha()[:8]}, "pipeline": {"id": m.r.randint(10**8, 10**9), "ref": "main"}}


@template("json")
def cloud_credentials(m):
    return {"Credentials": {"AccessKeyId": m.vendor("aws_access_key_id"), "SecretAccessKey": m.aws_secret(), "Expiration": m.when()},
            "AssumedRoleUser": {"Arn": f"arn:aws:sts::{m.digits(12)}:assumed-role/build/x"}}


@template("json")
def service_config(m):
    return {"service": {"host": m.ipv4(), "port": 8443, "db_password": m.password(), "smtp": {"user": m.email(), "pass": None},
                        "dsn": Val("postgres://app:") + one("url_password", m.token("abcdefghkmnpqrs23456789", 14)) + "@db.kontor.example:5432/shop",
                        "tls_key": m.private_key(), "password_file": "/run/secrets/db", "secret": "${DB_SECRET}", "secret_name": "prod/db", "api_key": "<your-api-key>"},
            "version": m.version()}


@template("json")
def integrations(m):
    return {"integrations": {k: m.vendor(k) for k in m.r.sample(sorted(m.VENDORS), 5)}, "enabled": True, "rate": 0.25}


@template("json")
def key_list(m):
    return {"keys": [{"id": "key_" + m.chars("abcdef0123456789", 14), "name": "Backend", "secret": m.secret(), "created": m.when()},
                     {"id": "key_" + m.chars("abcdef0123456789", 14), "name": "Old", "secret": "[REDACTED]", "last_used": None}],
            "public_key": "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAI" + m.chars("abcdefghijABCDEFGHIJ0123456789", 43)}


@template("text")
def ci_log(m):
    return (Val(f"$ npm install lodash@4.17.21 @babel/core@7.1.2\n+ sha512-{m.chars('abcdefABCDEF0123456789+/', 86)}==\n[{m.when()}] fetching "
                "git@github.com:kontor/shop.git\nexport GH_TOKEN=") + m.vendor("github_token") + f"\nDone in {m.r.randint(1, 99)}.{m.digits(2)}s, build {m.digits(10)}\n")


@template("text")
def env_file(m):
    return (Val("NODE_ENV=production\nAWS_ACCESS_KEY_ID=") + m.vendor("aws_access_key_id") + "\nSENDGRID=" + m.vendor("sendgrid_key") +
            "\nSTRIPE=" + m.vendor("stripe_key") + f"\nBUILD_SHA={m.sha()}\nREDIS_URL=redis://:" + one("url_password", m.token("abcdefghjk23456789", 16)) + "@cache:6379/0\n")


@template("text")
def clean_log(m):
    return (f"{m.when()} INFO kontor {m.version()} started pid={m.digits(5)} sha={m.sha()[:12]}\n{m.when()} WARN slow query {m.digits(4)} ms id={m.uuid()} "
            f"order={m.not_card(16)} track={m.tracking()}\n{m.when()} DEBUG std::vector<int> at 0x{m.chars('0123456789abcdef', 12)} {m.near_email()} mac 00:1b:44:11:3a:b7\n")


@template("text")
def access_log(m):
    return (m.ip() + f" - - [07/Mar/2024:12:34:56 +0000] \"GET /u?mail=" + encoded(m.email()) + f" HTTP/1.1\" 200 {m.digits(4)} \"-\" \"{m.agent()}\"\n" +
            m.ipv4() + f" - - [07/Mar/2024:12:34:57 +0000] \"POST /orders/{m.not_card(16)} HTTP/1.1\" 201 {m.digits(3)} \"-\" \"curl/8.5.0\"\n")


@template("text")
def webhook_setup(m):
    return Val("curl -X POST https://") + m.vendor("slack_webhook") + " -d '{\"text\":\"build " + m.digits(8) + " is green\"}'"


@template("text")
def bot_url(m):
    return Val("https://api.telegram.example/bot") + m.vendor("telegram_bot_token") + "/sendMessage?chat_id=" + m.digits(9)


@template("text")
def support_mail(m):
    return (Val(f"Hello, this is {m.name()}. I paid with ") + m.card(" ") + " and was charged twice. Call me: " + m.phone() + " or " + m.phone_typical() +
            ". My mail is " + m.email() + f". Order {m.not_card(16)}, placed 2024-03-07 at 12:34, 129.95 EUR. Grüße – tschüß")


@template("text")
def hr_note(m):
    return (Val("New hire: SSN ") + m.us_ssn() + ", account " + m.iban(True) + ", starts 2024-05-01, badge 123-45-678, room 415-555, ext. 2671, see ticket "
            f"{m.digits(3)}-{m.digits(3)}-{m.digits(2)}.")


@template("text")
def key_file(m):
    return m.private_key() + "\n-----BEGIN CERTIFICATE-----\n" + m.chars("ABCDEFabcdef0123456789+/", 64) + "\n-----END CERTIFICATE-----\n"


@template("text")
def style_sheet(m):
    return (f"@import url('a.css'); @media (min-width: {m.digits(3)}px) {{ .logo {{ background: url(logo@2x.png) }} }}\n.a::before {{ margin: 1.2.3.4; color: #{m.chars('0123456789abcdef', 6)} }}"
            f"\n.b::after {{ content: '{m.words(2)}' }} /* v{m.version()} */ .sk-toggleable__label-arrow-{m.digits(4)} {{ z-index: {m.digits(10)} }}")


@template("text")
def csv_export(m):
    out = Val("id,name,email,phone,amount\n")
    for _ in range(3):
        out = out + f"{m.digits(8)},{m.name()}," + m.email() + "," + m.phone() + f",{m.digits(3)}.{m.digits(2)}\n"
    return out


@template("text")
def numbers_export(m):
    return "".join(f"{m.not_card(16)};{m.ms()};{m.imei()};{m.ean()};{m.digits(9)};{m.uuid()};{m.digits(3)}.{m.digits(12)};{m.not_vin()}\n" for _ in range(4))


# --- things and vehicles ---
@template("json")
def iot_report(m):
    lat, lon = m.coordinates()
    return {"device": {"serial": m.digits(16), "imei": m.imei(), "iccid": "8949" + m.digits(15), "fw": m.version(), "mac": "00:1b:44:11:3a:b7", "ip": m.ip()},
            "readings": [{"t": m.ms(), "v": round(m.r.uniform(0, 100), 12), "lat": lat, "lon": lon} for _ in range(3)], "seq": m.digits(15), "crc": m.chars("0123456789ABCDEF", 8)}


@template("json")
def network_inventory(m):
    return {"hosts": [{"name": m.words(1) + ".kontor.example", "address": m.ipv4(), "addresses": [m.ipv6(), m.ipv4()], "gateway": "0.0.0.0", "loopback": "127.0.0.1",
                       "netmask": "255.255.255.0", "doc": m.doc_ip(), "kernel": "6.1.0-18", "firmware": m.version(), "uptime": "12:34:56"}],
            "endpoint": Val("http://") + m.ipv4() + ":8080/health"}


@template("json")
def vehicle(m):
    return {"vehicle": {"vin": m.vin(), "plate": "B-XY " + m.digits(4), "model_code": m.not_vin(), "odometer": m.digits(6), "part_no": m.not_iban()},
            "note": Val("Recall for ") + m.vin() + " and " + m.vin() + ", campaign " + m.digits(5), "owner": {"phone": m.phone_by_name(), "email": m.email()}}


@template("json")
def app_telemetry(m):
    return {"app": {"version": m.version(), "build": m.digits(6), "release": "1.2.3.4", "os_version": "10.0.19045.4046", "user_agent": m.agent()},
            "events": [{"name": "click", "ts": m.ms(), "trace_id": m.chars("0123456789abcdef", 32), "span_id": m.chars("0123456789abcdef", 16), "value": 0.1234567890123456}],
            "client_ip": m.ipv4(), "session": m.uuid()}


@template("json")
def dependencies(m):
    return {"dependencies": {"@babel/core": "^7.1.2", "lodash": "4.17.21"}, "resolved": ["lodash@4.17.21", "@types/node@20.11.5", m.near_email(), m.near_email()],
            "repository": "git+ssh://git@github.com/kontor/shop.git", "integrity": "sha512-" + m.chars("abcdefghABCDEFGH0123456789+/", 86) + "==", "versions": [m.version(), "1.2.3.4-rc1"],
            "commit": m.sha()[:40], "oid": "1.3.6.1.4.1.311.21.20"}


# --- health, travel, staff ---
@template("json")
def patient(m):
    return {"resourceType": "Patient", "id": m.digits(7), "identifier": [{"system": "urn:oid:2.16.840.1.113883.4.1", "value": m.us_ssn()}], "birthDate": m.birth(),
            "telecom": [{"system": "phone", "value": m.phone(), "use": "home"}, {"system": "email", "value": m.email()}], "name": [{"family": m.pick(["Brandt", "Novak"])}],
            "deceasedBoolean": False, "meta": {"lastUpdated": m.when(), "versionId": m.digits(2)}}


@template("json")
def lab_result(m):
    return {"observation": {"code": "2345-7", "value": 6.3, "unit": "mmol/L", "loinc": "718-7", "effective": m.when(), "sample": m.digits(12), "barcode": m.ean()},
            "performer": {"npi": m.digits(10), "contact": m.email()}, "note": "Range 4.0-6.0, ref 123-45-67"}


@template("json")
def booking(m):
    return {"pnr": m.chars("ABCDEFGHJKLMNPQRSTUVWXYZ", 6), "passengers": [{"name": m.name(), "dob": m.birth(), "passport": "C01X" + m.digits(5), "email": m.email(), "mobile": m.phone_by_name()}],
            "ticket": m.not_card(13, "220"), "flights": [{"no": "LH" + m.digits(3), "dep": m.when()}], "payment": {"pan": m.card(), "cvc": one("card_security_code", m.digits(3))}}


@template("form")
def staff_form(m):
    return {"name": m.name(), "date_of_birth": m.birth(), "ssn": m.us_ssn(m.pick(["", "-"])), "iban": m.iban(), "mobile": m.phone_by_name(), "start": "2024-05-01", "employee_id": m.digits(9)}


@template("form")
def contact_form(m):
    return {"subject": m.words(3), "message": Val("Please call ") + m.phone() + " or mail " + m.email() + f" about order {m.not_card(16)}, 100% sure & soon", "page": "https://shop.example/a?b=c"}


# --- GraphQL and others ---
@template("json")
def graphql_login(m):
    email, password = m.email(), m.password()
    return {"operationName": "Login", "query": "mutation Login($email: String!, $password: String!) { login(email: $email, password: $password) { token user { id email } } }",
            "variables": {"email": email, "password": password}}


@template("json")
def graphql_inline(m):
    return {"query": Val("{ user(email: \"") + m.email() + "\") { id phone orders(first: 10, after: \"Y3Vyc29yOjE=\") { edges { node { id total } } } } }", "variables": None}


@template("json")
def graphql_answer(m):
    return {"data": {"user": {"id": "VXNlcjo0Mg==", "email": m.email(), "phone": m.phone(), "__typename": "User", "token": m.jwt()}},
            "extensions": {"requestId": m.uuid(), "cost": {"actual": 12}}}


@template("json")
def chat(m):
    return {"model": "large-3", "max_tokens": 4096, "messages": [{"role": "user", "content": Val("My number is ") + m.phone() + " and my card is " + m.card("-") + ", is that safe?"},
                                                               {"role": "assistant", "content": "Please do not share your password or token here. Reset it: password: ****"}],
            "usage": {"prompt_tokens": 123, "completion_tokens": 45, "total_tokens": 168}}


@template("json")
def audit(m):
    return {"events": [{"actor": m.email(), "ip": m.ip(), "action": "password.reset", "at": m.when(), "target": m.uuid(), "ua": m.agent()} for _ in range(2)],
            "token": m.cut_jwt(), "checksum": m.sha(), "hash_prefix": m.sha()[:8]}


@template("json")
def nested_url(m):
    return {"links": [{"href": Val("https://app.example/reset?email=") + encoded(m.email()) + "&step=2"}, {"href": Val("mailto:") + m.email() + "?subject=Hi"},
                      {"href": "https://cdn.example/a/" + m.sha()[:12] + "/logo@2x.png"}, {"href": Val("tel:") + m.phone()}], "count": 4}


@template("json")
def look_alikes(m):
    return {"a": m.near_email(), "b": m.not_card(16, "4"), "c": m.cut_jwt(), "d": m.mask(), "e": m.doc_ip(), "f": m.not_iban(), "g": m.tracking(), "h": m.version(), "i": m.isbn(),
            "j": m.uuid(), "k": m.ms(), "l": m.digits(9), "m": "2024-03-07 - 2024-04-07", "n": m.not_vin(), "o": m.digits(10), "p": m.near_email(), "q": "000-12-3456",
            "r": "123-45-67890", "s": m.imei(), "t": m.sha()}


@template("json")
def order_numbers_by_luck(m):
    """Numbers that pass a check digit without being cards: nobody can tell but by their names."""
    def lucky(prefix):
        payload = prefix + m.chars("0123456789", 15 - len(prefix))
        return payload + m.luhn(payload)
    return {"order_id": lucky("4"), "invoiceNumber": lucky("5" + m.pick("12345")), "status": "open", "imei": m.imei(), "placed": m.when()}


# --- headers ---
@template("header")
def bearer(m):
    return {"Host": "api.kontor.example", "Authorization": Val("Bearer ") + m.jwt(), "User-Agent": m.agent(), "X-Request-Id": m.uuid(), "Content-Length": m.digits(4)}


@template("header")
def basic(m):
    import base64
    return {"Authorization": Val("Basic ") + one("secret", base64.b64encode(f"app:{m.token('abcdefgh23456789', 12)}".encode()).decode()), "Accept": "*/*", "If-None-Match": f'"{m.sha()[:32]}"',
            "X-Forwarded-For": m.ipv4() + ", " + m.ipv4()}


@template("header")
def cookies(m):
    return {"Cookie": Val("theme=dark; sid=" + m.uuid() + "; jwt=") + m.jwt() + "; _ga=GA1.2." + m.digits(9) + "." + m.digits(10), "Sec-CH-UA": '"Chromium";v="122", "Not(A:Brand";v="24"',
            "ETag": m.sha()[:32], "Date": "Thu, 07 Mar 2024 12:34:56 GMT"}


@template("header")
def api_key_header(m):
    return {"X-Api-Key": m.secret(), "X-Real-IP": m.ip(), "Server": "nginx/1.24.0", "X-Version": m.version(), "Via": "1.1 varnish (Varnish/7.1)", "From": m.email()}


@template("header")
def answer_headers(m):
    return {"Set-Cookie": Val("session=") + m.jwt() + "; Path=/; HttpOnly", "X-RateLimit-Reset": str(m.ms()), "Content-Security-Policy": "default-src 'self' https://cdn.example",
            "X-Trace": m.chars("0123456789abcdef", 32), "Location": Val("/verify?email=") + encoded(m.email())}


@template("header")
def vendor_headers(m):
    return {"Authorization": Val("Bearer ") + m.vendor(m.pick(["openai_key", "github_token", "stripe_key", "huggingface_token", "anthropic_key"])), "Content-Type": "application/json",
            "X-Shopify-Access-Token": m.vendor("shopify_token"), "PRIVATE-TOKEN": m.vendor("gitlab_token")}
