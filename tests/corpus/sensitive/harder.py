# SPDX-License-Identifier: Apache-2.0
"""More bodies: names that teams really give, values that are hard to tell, and look-alikes under telling names. Some of what is
labelled here cannot be found by shape or name alone; it is labelled all the same."""
import json

from templates import template
from values import Val, one


@template("json")
def odd_names_of_secrets(m):
    secret = lambda: m.secret()
    return {"consumerSecret": secret(), "jwt_secret": secret(), "webhook_secret": secret(), "apiToken": secret(), "x-auth-token": secret(), "bearer_token": secret(),
            "session_token": secret(), "hmac_key": secret(), "auth": {"token": secret()}, "secret_arn": "arn:aws:secretsmanager:eu-1:secret:x", "token_count": 128,
            "secretVersion": "7", "api_key_id": m.uuid(), "tokenization": "bpe", "api_key_created": m.when()}


@template("json")
def odd_names_of_passwords(m):
    return {"user_pw": m.password(), "passphrase": one("password", m.words(4)), "db": {"PGPASSWORD": m.password()}, "smtpPassword": m.password(),
            "root_password": m.password(), "password_strength": "strong", "passwordless": True, "pwd_reset_sent": "yes", "show_password": "false"}


@template("json")
def telling_names_without_values(m):
    return {"phone": "iPhone 15 Pro", "mobile": "yes", "cell": "B12", "tel": "see website", "fax": "none", "born": "Bergen", "birthday": "private", "iban": "on file", "vin": "unknown",
            "ssn": "XXX-XX-" + m.digits(4), "password": "********", "secret": "none", "token": "refresh", "api_key": "not set", "cvv": "n/a", "dob": "", "access_token": "expired",
            "authorization": "required", "email": "info at shop.example", "ip": "dynamic", "card": "visa"}


@template("json")
def odd_names_of_persons(m):
    return {"cellphone": m.phone_by_name(), "contact_no": m.phone_by_name(), "telefon": m.phone_by_name(), "faxNumber": m.phone_by_name(), "whatsapp": m.phone_by_name(),
            "birthdate": m.birth(), "geburtsdatum": m.birth(), "born_on": m.birth(), "patientDOB": m.birth(), "ssn_number": m.us_ssn(""), "employee": {"socialSecurityNumber": m.us_ssn()},
            "phone_count": 2, "birthplace": "Bergen", "phoneExtension": "4711"}


@template("text")
def hard_text(m):
    return (Val("Ring me on 030 23125") + m.digits(3) + " hm; SSN without dashes is " + m.us_ssn("") + ", my card " + m.card(" ") + " and IBAN " + m.iban(True) +
            "; second mail: " + m.email() + ". Bus 01 02 03 leaves 12:34, part 0123 45 6789, gate 12.34.56")


@template("text")
def written_numbers(m):
    return (f"Invoice 2024-{m.digits(4)}-{m.digits(4)} of 07.03.2024, total 1.234.567,89 EUR, VAT DE{m.digits(9)}, HRB {m.digits(6)}, batch 10-20-30-40, ratio 16:9, lot "
            f"{m.digits(3)}-{m.digits(2)}-{m.digits(3)}, bolt M8x{m.digits(2)}, sections 4.2.1.7 and 10.4.3, tolerance +0.25/-0.10, delta +{m.digits(5)} ms, room (415) 22, "
            f"coordinates 52.5200066, 13.4049540, chip {m.chars('0123456789ABCDEF', 16)}, glyph U+1F600, ISBN 978-3-16-148410-0, UTC+02:00")


@template("json")
def addresses_of_machines(m):
    v4 = m.ipv4()
    zone = m.ipv6()
    return {"listen": v4 + ":8443", "remote": Val("[") + zone + "]:443", "cidr": m.ipv4() + "/24", "mapped": one("ip_address", "::ffff:10." + ".".join(str(m.r.randint(1, 250)) for _ in range(3))),
            "node": "ip-10-0-3-17", "path": Val("/hosts/") + m.ipv4() + "/status", "forwarded": Val("for=") + m.ipv4() + ";proto=https", "nets": ["0.0.0.0/0", "127.0.0.1", "255.255.255.255"],
            "chart": "kontor-10.20.30", "product": f"Server/10.{m.digits(2)}.{m.digits(2)}.4", "snmp": "1.3.6.1.2.1", "clock": "10:20:30", "ports": "80,443,8080"}


@template("json")
def nested_json(m):
    inner = {"user": {"email": "@@"}, "n": 1}
    mail, jwt = m.email(), m.jwt()
    text = json.dumps(inner, separators=(",", ":"))
    before, after = text.split("@@")
    return {"payload": Val(before) + mail + after, "callback": Val("https://app.example/cb#access_token=") + jwt + "&state=" + m.digits(6), "raw": "{\"id\":\"" + m.uuid() + "\"}"}


@template("json")
def credentials_in_urls(m):
    return {"clone": Val("https://deploy:") + one("github_token", m.VENDORS["github_token"](m)) + "@github.example/kontor/shop.git",
            "amqp": Val("amqps://svc:") + one("url_password", m.token("abcdefghkmnpqrs23456789", 18)) + "@mq.kontor.example/v",
            "login": Val("https://app.example/login?user=mara&password=") + one("password", m.token("abcdefghkmnp23456789", 12)) + "&next=/", "plain": "https://user@host.example/x",
            "docs": "https://host.example:8443/a:b@c"}


@template("text")
def shell_history(m):
    return (Val("curl -u mara:" ) + one("password", m.token("abcdefghkmnp23456789", 12)) + " https://api.example/x\nmysql -h " + m.ipv4() + " -u root\nexport OPENAI_API_KEY=\"" +
            m.vendor("openai_key") + "\"\nssh -i ~/.ssh/id deploy@" + m.ipv4() + f"\ngit show {m.sha()[:12]}\nscp a.tgz mara@build-17:/tmp\n")


@template("json")
def numbers_of_things(m):
    return {"iccid": "8949" + m.not_card(15, "02"), "meter": m.digits(14), "asin": "B0" + m.chars("0123456789ABCDEF", 8), "swift": "NORDDEFF", "sscc": m.not_card(18, "34"), "udi": m.digits(14, "0"),
            "hs_code": "8471.30.01", "barcode": m.ean(), "luhn_free": m.not_card(16, "4"), "counter": m.not_card(19, "4"), "phone_model": "SM-G991B", "hex": m.chars("0123456789abcdef", 16),
            "part": m.chars("ABCDEFGHJKLMNPRSTUVWXYZ", 3) + m.digits(14), "ulid": "01" + m.chars("0123456789ABCDEFGHJKMNPQRSTVWXYZ", 24), "epoch_ns": str(m.ms()) + "000000", "version_code": m.digits(10),
            "serialNumber": m.chars("0123456789ABCDEF", 17), "dates": "2024-03-07/2024-04-07", "range": "100-200-3000", "ticket": "ABC-12-3456"}


@template("form")
def odd_form(m):
    return {"card[number]": m.card(""), "card[exp_month]": "12", "card[cvc]": one("card_security_code", m.digits(3)), "billing.email": m.email(), "billing.phone": m.phone(), "amount": "12995",
            "source_url": Val("https://shop.example/?email=") + m.email(), "password_confirmation": m.password(), "token": "tok_" + "visa"}


@template("header")
def odd_headers(m):
    return {"Proxy-Authorization": Val("Basic ") + one("secret", "bWFyYTo" + m.token("abcdefghABCDEFGH0123456789", 17)), "Forwarded": Val("for=") + m.ipv4() + ";by=203.0.113.43", "Referer": Val("https://app.example/?mail=") + m.email(),
            "X-Amz-Date": "20240307T123456Z", "Cookie": "consent=1.2.3.4; _gid=GA1.2." + m.digits(10) + "." + m.digits(10), "Accept-Language": "de-DE,de;q=0.9,en;q=0.8", "X-CSRF-Token": m.chars("0123456789abcdef", 32)}
