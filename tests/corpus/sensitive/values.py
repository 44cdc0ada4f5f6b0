# SPDX-License-Identifier: Apache-2.0
"""Invented values of each type, and what only looks like them. Each positive is a Val: its text and the (type, part) in it.
Written from the public definitions of the formats, not from what src/sensitive looks for."""
import base64
import json
import string

ALNUM = string.ascii_letters + string.digits
HEX = "0123456789abcdef"
B32 = string.ascii_uppercase + "234567"
SAFE = ALNUM + "_-"

FIRST = ["Mara", "Jonas", "Aylin", "Piotr", "Chloé", "Søren", "Ngozi", "Hiro", "Inés", "Ravi", "Zoë", "Lars", "Amélie", "Tomáš",
         "Yuki", "Olu", "Greta", "Mehmet", "Siobhan", "Dmitri"]
LAST = ["Lindqvist", "Okafor", "Brandt", "Müller", "Tanaka", "O'Neil", "García", "Novak", "Devi", "Kowalski", "Petit", "Yilmaz",
        "Andersson", "Moreau", "Nakamura", "Weiss", "Silva", "Janssen"]
DOMAINS = ["example.com", "example.org", "mail.example.net", "nordwind.example", "kontor.example", "shop.example", "uni.example.edu",
           "post.example.de", "clinic-west.example"]
WORDS = ("amber basket cedar dune ember falcon garnet harbor island juniper kettle lantern meadow nickel orchid pepper quartz ribbon "
         "saddle timber umber velvet willow yarrow zephyr").split()


class Val:
    def __init__(self, text, expect=()):
        self.text = text
        self.expect = list(expect)

    def __add__(self, other):
        other = other if isinstance(other, Val) else Val(other)
        return Val(self.text + other.text, self.expect + other.expect)

    def __radd__(self, other):
        return Val(other + self.text, self.expect)


def one(kind, text):
    return Val(text, [(kind, text)])


class Maker:
    def __init__(self, random):
        self.r = random

    def pick(self, items):
        return self.r.choice(list(items))

    def chars(self, alphabet, n):
        return "".join(self.r.choice(alphabet) for _ in range(n))

    def token(self, alphabet, n):
        """As random as an issuer's: with digits and letters in it."""
        while True:
            text = self.chars(alphabet, n)
            if any(c.isdigit() for c in text) and any(c.isalpha() for c in text):
                return text

    def digits(self, n, first=None):
        return (first if first is not None else self.chars("123456789", 1)) + self.chars("0123456789", n - len(first or "x"))

    def name(self):
        return f"{self.pick(FIRST)} {self.pick(LAST)}"

    def words(self, n):
        return " ".join(self.pick(WORDS) for _ in range(n))

    # --- people ---
    def email(self):
        ascii_name = self.pick(["mara", "jonas", "aylin", "piotr", "chloe", "soren", "ngozi", "hiro", "ines", "ravi"])
        last = self.pick(["lindqvist", "okafor", "brandt", "tanaka", "novak", "devi", "petit", "weiss", "silva"])
        local = self.pick([f"{ascii_name}.{last}", f"{ascii_name}{self.r.randint(1, 99)}", f"{ascii_name[0]}{last}", f"{ascii_name}_{last}",
                           f"{ascii_name}+{self.pick(WORDS)}", f"{last.capitalize()}.{ascii_name.capitalize()}", f"{ascii_name}-{last}"])
        return one("email", f"{local}@{self.pick(DOMAINS)}")

    def us_ssn(self, form="-"):
        while True:
            area, group, serial = self.r.randint(1, 899), self.r.randint(1, 99), self.r.randint(1, 9999)
            if area != 666:
                return one("us_ssn", f"{area:03}{form}{group:02}{form}{serial:04}")

    def phone(self):
        """Ranges that regulators keep free for fiction."""
        n2, n3, n4 = self.chars("0123456789", 2), self.chars("0123456789", 3), self.chars("0123456789", 4)
        us = self.pick(["415", "212", "303", "617"])
        return one("phone_number", self.pick([
            f"+1 {us} 555 01{n2}", f"+1 ({us}) 555-01{n2}", f"+1{us}55501{n2}", f"+1-{us}-555-01{n2}", f"+44 20 7946 0{n3}",
            f"+44 7700 900{n3}", f"+447700900{n3}", f"+49 30 23125{n3}", f"+4930 23125 {n3}", f"+33 1 99 00 {n2} {n4[:2]}", f"+61 2 5550 {n4}",
            f"+61 491 570 {self.pick(['006', '156', '157', '158', '159', '110'])}"]))

    def phone_typical(self):
        n2, n3 = self.chars("0123456789", 2), self.chars("0123456789", 3)
        us = self.pick(["415", "212", "303", "617"])
        return one("phone_number", self.pick([f"({us}) 555-01{n2}", f"{us}-555-01{n2}", f"({us})555-01{n2}", f"020 7946 0{n3}",
                                              f"01 99 00 {n2} {self.chars('0123456789', 2)}"]))

    def phone_by_name(self):
        n2, n3, n4 = self.chars("0123456789", 2), self.chars("0123456789", 3), self.chars("0123456789", 4)
        us = self.pick(["415", "212", "303", "617"])
        return one("phone_number", self.pick([f"{us}55501{n2}", f"1{us}55501{n2}", f"07700900{n3}", f"03023125{n3}", f"030 23125 {n3}",
                                              f"030/23125{n3}", f"02079460{n3}", f"{us} 555 01{n2}", f"44 20 7946 0{n3}" if False else f"020 7946 0{n3}"]))

    def birth(self):
        y, m, d = self.r.randint(1931, 2012), self.r.randint(1, 12), self.r.randint(1, 28)
        months = "January February March April May June July August September October November December".split()
        return one("date_of_birth", self.pick([f"{y}-{m:02}-{d:02}", f"{d:02}.{m:02}.{y}", f"{m:02}/{d:02}/{y}", f"{y}{m:02}{d:02}",
                                               f"{d} {months[m - 1]} {y}", f"{months[m - 1][:3]} {d}, {y}", f"{y}-{m:02}-{d:02}T00:00:00Z",
                                               f"{d:02}/{m:02}/{y}"]))

    # --- numbers ---
    @staticmethod
    def luhn(payload):
        total = 0
        for i, c in enumerate(reversed(payload)):
            d = int(c) * (2 if i % 2 == 0 else 1)
            total += d - 9 if d > 9 else d
        return str(-total % 10)

    def pan(self):
        """Beginnings of the processors' test cards."""
        prefix, length = self.pick([("424242", 16), ("411111", 16), ("400005", 16), ("555555", 16), ("520082", 16), ("222300", 16), ("378282", 15),
                                    ("371449", 15), ("601111", 16), ("305693", 14), ("353011", 16), ("620000", 16), ("601100", 16)])
        payload = prefix + self.chars("0123456789", length - len(prefix) - 1)
        return payload + self.luhn(payload)

    def card(self, spaced=None):
        pan = self.pan()
        if spaced is None:
            spaced = self.pick(["", "", " ", "-"])
        groups = {16: [4, 4, 4, 4], 15: [4, 6, 5], 14: [4, 6, 4]}[len(pan)]
        parts, i = [], 0
        for g in groups:
            parts.append(pan[i:i + g])
            i += g
        return one("payment_card", spaced.join(parts))

    def not_card(self, n=16, first=None):
        while True:
            text = self.digits(n, first)
            if self.luhn(text[:-1]) != text[-1]:
                return text

    def iban(self, spaced=None):
        country, body = self.pick([("DE", "d" * 18), ("GB", "aaaa" + "d" * 14), ("FR", "d" * 23), ("NL", "aaaa" + "d" * 10), ("ES", "d" * 20),
                                   ("AT", "d" * 16), ("CH", "d" * 17), ("SE", "d" * 20), ("NO", "d" * 11), ("PL", "d" * 24), ("IT", "a" + "d" * 22),
                                   ("BE", "d" * 12)])
        bban = "".join(self.chars(string.ascii_uppercase if c == "a" else "0123456789", 1) for c in body)
        number = int("".join(str(int(c, 36)) for c in bban + country + "00"))
        iban = f"{country}{98 - number % 97:02}{bban}"
        if spaced is None:
            spaced = self.pick([False, False, True])
        return one("iban", " ".join(iban[i:i + 4] for i in range(0, len(iban), 4)) if spaced else iban)

    def not_iban(self):
        iban = self.iban(False).text
        i = len(iban) - 1
        return iban[:i] + str((int(iban[i]) + self.r.randint(1, 8)) % 10)

    def vin(self):
        values = dict(zip("ABCDEFGHJKLMNPRSTUVWXYZ", [1, 2, 3, 4, 5, 6, 7, 8, 1, 2, 3, 4, 5, 7, 9, 2, 3, 4, 5, 6, 7, 8, 9]))
        weights = [8, 7, 6, 5, 4, 3, 2, 10, 0, 9, 8, 7, 6, 5, 4, 3, 2]
        text = self.pick(["1HG", "1FT", "5YJ", "3VW", "2T1", "1G1", "4T1"]) + self.chars("ABCDEFGHJKLMNPRSTUVWXYZ0123456789", 5) + "0"
        text += self.pick("ABCDEFGHJKLMNPRSTVWXY123456789") + self.pick("ABCDEFGHJKLMNPRSTUVWXYZ") + self.chars("0123456789", 6)
        rest = sum((int(c) if c.isdigit() else values[c]) * w for c, w in zip(text, weights)) % 11
        return one("vin", text[:8] + ("X" if rest == 10 else str(rest)) + text[9:])

    def not_vin(self):
        vin = self.vin().text
        return vin[:8] + ("5" if vin[8] != "5" else "7") + vin[9:]

    # --- machines ---
    def ipv4(self):
        r = self.r.randint
        return one("ip_address", self.pick([f"10.{r(0, 255)}.{r(0, 255)}.{r(1, 254)}", f"192.168.{r(0, 255)}.{r(1, 254)}",
                                            f"172.{r(16, 31)}.{r(0, 255)}.{r(1, 254)}", f"100.{r(64, 127)}.{r(0, 255)}.{r(1, 254)}",
                                            f"{r(11, 99)}.{r(20, 250)}.{r(20, 250)}.{r(1, 254)}", f"{r(130, 190)}.{r(20, 250)}.{r(20, 250)}.{r(1, 254)}"]))

    def ipv6(self):
        g = lambda: f"{self.r.randint(0x1000, 0xffff):x}"
        return one("ip_address", self.pick([f"fd{self.chars(HEX, 2)}:{g()}:{g()}:{g()}:{g()}:{g()}:{g()}:{g()}", f"fe80::{g()}:{g()}:{g()}:{g()}",
                                            f"fd{self.chars(HEX, 2)}:{g()}::{g()}", f"2a02:{g()}:{g()}::1", f"fd{self.chars(HEX, 2)}:{g()}:{g()}::{g()}:{g()}"]))

    def ip(self):
        return self.ipv6() if self.r.random() < 0.25 else self.ipv4()

    def doc_ip(self):
        return self.pick(["192.0.2", "198.51.100", "203.0.113"]) + f".{self.r.randint(1, 254)}"

    # --- secrets ---
    def b64url(self, data):
        return base64.urlsafe_b64encode(data).rstrip(b"=").decode()

    def jwt(self):
        header = self.pick([{"alg": "HS256", "typ": "JWT"}, {"alg": "RS256", "kid": self.chars(HEX, 12)}, {"typ": "JWT", "alg": "ES256"}])
        separators = self.pick([(",", ":"), (", ", ": ")])
        payload = {"sub": str(self.r.randint(1000, 99999)), "iat": 1700000000 + self.r.randint(0, 9999999)}
        parts = [json.dumps(header, separators=separators), json.dumps(payload, separators=separators)]
        return one("jwt", ".".join(self.b64url(p.encode()) for p in parts) + "." + self.b64url(self.r.randbytes(32)))

    def cut_jwt(self):
        jwt = self.jwt().text
        return self.pick([jwt.split(".")[0], ".".join(jwt.split(".")[:2]), jwt.split(".")[0][:-2] + "..."])

    def password(self):
        return one("password", self.pick([self.pick(WORDS).capitalize() + self.chars("0123456789", 2) + self.pick("!#?"), self.token(ALNUM, 10),
                                          self.pick(WORDS) + self.pick(WORDS), "p@ss" + self.chars("0123456789", 4), self.token(ALNUM + "!$%&#", 14)]))

    def secret(self):
        return one("secret", self.pick([self.token(ALNUM, 32), self.token(HEX, 40), self.token(SAFE, 43), self.token(HEX, 32)]))

    VENDORS = {
        "aws_access_key_id": lambda m: "AK" + "IA" + m.token(B32, 16),
        "github_token": lambda m: m.pick(["gh" + "p_", "gh" + "o_", "gh" + "s_"]) + m.token(ALNUM, 36) if m.r.random() < 0.7
        else "github" + "_pat_" + m.token(ALNUM, 22) + "_" + m.token(ALNUM, 59),
        "gitlab_token": lambda m: "glpa" + "t-" + m.token(ALNUM, 20),
        "slack_token": lambda m: "xo" + m.pick(["xb", "xp"]) + f"-{m.digits(12)}-{m.digits(12)}-{m.token(ALNUM, 24)}",
        "stripe_key": lambda m: m.pick(["sk", "rk", "pk"]) + "_li" + "ve_" + m.token(ALNUM, m.pick([24, 99])),
        "google_api_key": lambda m: "AI" + "za" + m.token(SAFE, 35),
        "google_oauth_token": lambda m: "ya" + "29." + m.token(SAFE, 120),
        "openai_key": lambda m: "sk" + "-" + m.token(ALNUM, 20) + "T3Blbk" + "FJ" + m.token(ALNUM, 20) if m.r.random() < 0.5
        else "sk" + "-proj-" + m.token(SAFE, 74) + "T3Blbk" + "FJ" + m.token(SAFE, 74),
        "anthropic_key": lambda m: "sk" + "-ant-api03-" + m.token(SAFE, 93) + "AA",
        "sendgrid_key": lambda m: "S" + "G." + m.token(SAFE, 22) + "." + m.token(SAFE, 43),
        "twilio_sid": lambda m: m.pick(["A" + "C", "S" + "K"]) + m.token(HEX, 32),
        "npm_token": lambda m: "np" + "m_" + m.token(ALNUM, 36),
        "pypi_token": lambda m: "py" + "pi-AgEIcHlwaS5vcmc" + m.token(SAFE, 150),
        "digitalocean_token": lambda m: "do" + "p_v1_" + m.token(HEX, 64),
        "shopify_token": lambda m: "shp" + "at_" + m.token(HEX, 32),
        "telegram_bot_token": lambda m: m.digits(m.pick([9, 10])) + ":A" + "A" + m.token(SAFE, 33),
        "huggingface_token": lambda m: "h" + "f_" + m.token(string.ascii_letters + "0123456789", 34),
        "slack_webhook": lambda m: "hooks.sl" + "ack.com/services/T" + m.token(B32, 8) + "/B" + m.token(B32, 8) + "/" + m.token(ALNUM, 24),
    }

    def vendor(self, kind=None):
        kind = kind or self.pick(self.VENDORS)
        return one(kind, self.VENDORS[kind](self))

    def aws_secret(self):
        return one("aws_secret_access_key", self.token(ALNUM + "/+", 40))

    def private_key(self):
        label = self.pick(["RSA PRIVATE", "PRIVATE", "EC PRIVATE", "OPENSSH PRIVATE"])
        lines = "\n".join(self.chars(ALNUM + "+/", 64) for _ in range(3))
        return one("private_key", f"-----BE" + f"GIN {label} KEY-----\n{lines}\n-----END {label} KEY-----")

    # --- what only looks like something ---
    def uuid(self):
        return "-".join(self.chars(HEX, n) for n in (8, 4, 4, 4, 12))

    def sha(self):
        return self.chars(HEX, self.pick([40, 64, 32]))

    def ms(self):
        return 1600000000000 + self.r.randint(0, 150000000000)

    def when(self):
        r = self.r.randint
        return f"20{r(19, 25)}-{r(1, 12):02}-{r(1, 28):02}T{r(0, 23):02}:{r(0, 59):02}:{r(0, 59):02}" + self.pick(["Z", ".123Z", "+02:00", "-0500"])

    def version(self):
        r = self.r.randint
        return self.pick([f"{r(0, 9)}.{r(0, 20)}.{r(0, 20)}", f"{r(1, 9)}.{r(0, 9)}.{r(0, 9)}.{r(0, 9)}", f"{r(100, 125)}.0.{r(1000, 6400)}.{r(10, 220)}",
                          f"v{r(1, 9)}.{r(0, 20)}.{r(0, 20)}.{r(0, 20)}"])

    def imei(self):
        payload = "35" + self.chars("0123456789", 12)
        return payload + self.luhn(payload)

    def ean(self):
        payload = self.pick(["40", "50", "73", "87"]) + self.chars("0123456789", 10)
        total = sum(int(c) * (3 if i % 2 else 1) for i, c in enumerate(payload))
        return payload + str(-total % 10)

    def isbn(self):
        payload = "978" + self.chars("0123456789", 9)
        total = sum(int(c) * (3 if i % 2 else 1) for i, c in enumerate(payload))
        return payload + str(-total % 10)

    def tracking(self):
        return self.pick(["1Z" + self.chars("0123456789ABCDEFGHJKLMN", 6) + self.digits(10), "JD" + self.digits(18, "0146"),
                          self.not_card(20, "00340"), "RR" + self.digits(9) + "DE", self.not_card(12, "9")])

    def mask(self):
        return self.pick(["****" + self.digits(4), "************" + self.digits(4), "XXXX-XXXX-XXXX-" + self.digits(4), "••••••••", "***", "xxxxxxxx"])

    def coordinates(self):
        return round(self.r.uniform(-89, 89), 14), round(self.r.uniform(-179, 179), 14)

    def agent(self):
        r = self.r.randint
        v = f"{r(100, 125)}.0.{r(0, 6400)}.{r(0, 220)}"
        return self.pick([f"Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/{v} Safari/537.36",
                          f"kontor-app/{r(1, 9)}.{r(0, 9)}.{r(0, 9)}.{r(0, 9)} (Android 14; build {r(100000, 999999)})", "curl/8.5.0",
                          f"Mozilla/5.0 (X11; Linux x86_64) Chrome/{r(100, 125)}.0.0.0 Edg/{v}"])

    def near_email(self):
        return self.pick(["@media (max-width: 600px) { a { color: red } }", "deploy@localhost", "@babel/core@7.1.2", "git@github.com:kontor/shop.git",
                          "logo@2x.png", "lodash@4.17.21", "@types/node@20.11.5", "registry.example/app@sha256:" + self.chars(HEX, 64), "icon-" +
                          self.pick(WORDS) + "@3x.webp", "@mara_l", "root@build-17:~#", "user@", "@Autowired(required=false)"])

    def blob(self):
        return "data:image/png;base64," + base64.b64encode(b"\x89PNG\r\n\x1a\n" + self.r.randbytes(self.r.randint(60, 300))).decode()
