# SPDX-License-Identifier: Apache-2.0
"""What is asked of Unleash."""
import datetime

import unleash_flags
from pools import Pools
from samples import LEFT_OUT, WORDS, names

PASSWORD = "unleash4all"
STRONG = "Tests-Passw0rd-2026"
CONTEXT = "/api/admin/context"
ENVIRONMENTS = ("development", "production")


class Unleash:
    def __init__(self, driver, tokens: dict):
        self.driver = driver
        self.random = driver.random
        self.pools = Pools(driver)
        self.tokens = tokens
        self.pools.add("project", projectId="default")
        for environment in ENVIRONMENTS:
            self.pools.add("place", projectId="default", environment=environment)
        driver.samples.by_name = {
            "color": lambda: f"#{self.random.randrange(1 << 24):06x}", "stickiness": LEFT_OUT, "payload": lambda: {"type": "string", "value": "text"},
            "limit": lambda: str(self.random.randint(1, 25)), "offset": ["0", "0", "1"], "sortOrder": lambda: self.random.randint(1, 99),
            "query": WORDS,
            "expiresAt": lambda: self.later(), "constraints": lambda: self.constraints(), "variants": LEFT_OUT, "segments": LEFT_OUT,
            "segmentIds": LEFT_OUT,
            "legalValues": lambda: [{"value": word, "description": f"about {word}"} if self.random.random() < 0.5 else {"value": word}
                                    for word in self.random.sample(WORDS, 2)],
            "parameters": lambda: {"rollout": str(self.random.randrange(101)), "groupId": "all", "stickiness": "default"}, "email": LEFT_OUT,
            "rootRole": lambda: self.random.choice([1, 2, 3]), "description": lambda: f"about {self.random.choice(WORDS)}", "icon": ["flag", "label"],
            "title": lambda: f"for {self.random.choice(WORDS)}", "started": lambda: self.later(), "sdkVersion": ["unleash-client-node:6.1.0",
                "unleash-client-go:4.2.0"],
        }
        driver.samples.never = {
            "project", "projects", "environment", "email", "token", "state", "lifecycle", "type", "createdBy", "tag", "segment",
            "status", "createdAt", "lastSeenAt", "from", "to", "id", "groupId", "feature", "sortBy", "projectId", "tags",
            "archived", "username", "defaultStrategy", "changeRequestsEnabled", "userId", "sendEmail", "environments"}

    def later(self, *_) -> str:
        day = datetime.date(2030, 1, 1) + datetime.timedelta(days=self.random.randrange(900))
        return f"{day.isoformat()}T00:00:00Z"

    def constraints(self) -> list[dict]:
        return [self.random.choice(({"contextName": "userId", "operator": "IN", "values": [str(self.random.randrange(99))], "inverted": False},
                                    {"contextName": "appName", "operator": "STR_CONTAINS", "values": ["shop"], "caseInsensitive": True},
                                    {"contextName": "userId", "operator": "NUM_GT", "value": str(self.random.randrange(99))}))]

    def name(self, prefix: str):
        return lambda *_: f"{prefix}-{self.random.choice(WORDS)}-{self.random.randrange(10**6)}"


def server(unleash: Unleash):
    driver = unleash.driver
    for path in ("/ready", "/health", "/api/admin/feature-types", "/api/admin/strategies", "/api/admin/event-creators",
                 "/api/admin/metrics/unknown-flags",
                 "/api/admin/metrics/sdks/outdated", "/api/admin/user", "/api/admin/user/profile", "/api/admin/ui-config",
                 "/api/admin/instance-admin/statistics", "/api/admin/instance-admin/statistics/csv", "/api/admin/lifecycle/count",
                 "/api/admin/personal-dashboard",
                 "/api/admin/environments", "/api/admin/maintenance", "/api/admin/telemetry/settings", "/api/admin/tags",
                 "/api/admin/tag-types", "/api/admin/addons",
                 "/api/admin/api-tokens", "/api/admin/user-admin/inactive", "/api/admin/user-admin/access",
                 "/api/admin/user-admin/admin-count", "/api/admin/context",
                 "/api/admin/projects", "/api/admin/invite-link/tokens", "/api/admin/segments", "/api/admin/user/tokens"):
        driver.repeat(5, "GET", path)
    driver.repeat(4, "GET", "/api/admin/user/roles", query={"projectId": "default"})
    for word in WORDS[:6]:
        driver.call("POST", "/api/admin/ui-config/cors", body={"frontendApiOrigins": [f"https://{word}.example.com"]})
        driver.call("POST", "/api/admin/maintenance", body={"enabled": False})
        driver.call("POST", "/api/admin/record-ui-error", fixed={})
    for kind in ("release", "experiment", "operational", "kill-switch", "permission", "nothing"):
        driver.call("PUT", "/api/admin/feature-types/{id}/lifetime", id=kind, body={"lifetimeDays": unleash.random.randrange(5, 90)})
    for number, word in enumerate(names(unleash.random, 22)):
        driver.call("POST", "/api/admin/feedback", body={"feedbackId": word, **({"neverShow": True} if number % 2 else {})})
        driver.call("PUT", "/api/admin/feedback/{id}", id=word, fixed={})
        driver.call("POST", "/api/admin/splash/{id}", id=word)
    for path in ("/", "/favicon.ico", "/internal-backstage/prometheus"):
        driver.client.ask("GET", path)
    for environment in ENVIRONMENTS * 5:
        driver.call("GET", "/api/admin/environments/{name}", name=environment)
        for switch in ("off", "on"):
            driver.call("POST", f"/api/admin/environments/{{name}}/{switch}", name=environment)
    driver.fails("GET", "/api/admin/environments/{name}", name="nowhere")
    driver.call("PUT", "/api/admin/environments/sort-order", body={name: number for number, name in enumerate(ENVIRONMENTS)})
    for constraint in (unleash.constraints()[0] for _ in range(8)):
        driver.call("POST", "/api/admin/constraints/validate", body=constraint)


def users(unleash: Unleash):
    driver, pools = unleash.driver, unleash.pools
    pools.make("user", None, "POST", "/api/admin/user-admin", 28, fixed={
        "email": lambda _: f"{unleash.random.choice(WORDS)}{unleash.random.randrange(10**6)}@example.com", "username": unleash.name("user"),
        "sendEmail": False})
    driver.repeat(3, "POST", "/api/admin/user-admin", body={"rootRole": 2})
    driver.repeat(4, "GET", "/api/admin/user-admin")
    driver.repeat(6, "GET", "/api/admin/user-admin/search", query={"q": "a"})
    pools.ask("user", ("GET", "/api/admin/user-admin/{id}"))
    pools.ask("user", ("PUT", "/api/admin/user-admin/{id}"), fixed={"email": lambda one: f"changed{one['id']}@example.com"})
    pools.ask("user", ("POST", "/api/admin/user-admin/{id}/change-password"), body={"password": STRONG, "confirmPassword": STRONG})
    for password in ("short", STRONG, "password"):
        driver.call("POST", "/api/admin/user-admin/validate-password", body={"password": password})
        driver.call("POST", "/auth/reset/validate-password", body={"password": password})
    resets = []
    for one in pools.there["user"][:8]:
        mail = driver.call("GET", "/api/admin/user-admin/{id}", **one).get("email")
        made = driver.call("POST", "/api/admin/user-admin/reset-password", body={"id": mail})
        resets.append((made.get("resetPasswordUrl", default="") or "").rpartition("token=")[2])
        driver.call("POST", "/auth/reset/password-email", body={"email": mail})
    cookie, driver.client.headers = driver.client.headers, {}  # whoever resets a password has no session
    for token in [*filter(None, resets), "no-token"]:
        driver.call("GET", "/auth/reset/validate", query={"token": token})
        driver.call("POST", "/auth/reset/password", body={"token": token, "password": STRONG})
    driver.client.headers = cookie
    driver.repeat(3, "POST", "/api/admin/user/change-password", body={"password": "other", "confirmPassword": "another", "oldPassword": "wrong"})
    pools.make("own_token", None, "POST", "/api/admin/user/tokens", 22, fixed={"description": unleash.name("token"), "expiresAt": unleash.later})
    pools.take("own_token", "DELETE", "/api/admin/user/tokens/{id}")
    pools.make("invitation", None, "POST", "/api/admin/invite-link/tokens", 1, name="token", member=("secret",), fixed={"expiresAt": unleash.later})
    for _ in range(6):
        secret = pools.one("invitation")["token"]
        driver.call("GET", "/api/admin/invite-link/tokens/{token}", token=secret)
        driver.call("PUT", "/api/admin/invite-link/tokens/{token}", token=secret, body={"expiresAt": unleash.later(), "enabled": True})
        cookie, driver.client.headers = driver.client.headers, {}  # a session would become the guest's
        driver.call("GET", "/invite/{token}/validate", token=secret)
        mail = unleash.name("guest")()
        driver.call("POST", "/invite/{token}/signup", token=secret, body={"name": "Guest", "email": f"{mail}@example.com", "password": STRONG,
            "username": mail})
        driver.client.headers = cookie
    for word in names(unleash.random, 20):
        driver.call("GET", "/invite/{token}/validate", token=word)
    driver.repeat(3, "POST", "/api/admin/user-admin/inactive/delete", body={"ids": []})
    driver.call("DELETE", "/api/admin/user-admin/scim-users")
    pools.take("user", "DELETE", "/api/admin/user-admin/{id}")


def fields(unleash: Unleash, within: str | None, root: str):
    """Fields of the context, of the server or of a project."""
    driver, pools = unleash.driver, unleash.pools
    kind = f"field {root}"
    for word in names(unleash.random, 26):
        inside = dict(pools.one(within)) if within else {}
        name = f"{word}-{'own' if within else 'field'}"
        if driver.call("POST", root, **inside, fixed={"name": name, **({"project": inside["projectId"]} if within else {})}).good:
            pools.add(kind, **inside, contextField=name)
        driver.call("POST", root + "/validate", **inside, body={"name": f"{word}-new"})
    driver.fails("POST", root, **(pools.one(within) if within else {}), body={"name": "not a name!"})
    pools.ask(kind, ("GET", root + "/{contextField}"), ("PUT", root + "/{contextField}"), ("GET", root + "/{contextField}/strategies"))
    values = []
    for _ in range(24):
        one, value = pools.one(kind), unleash.name("value")()
        values.append((one, value))
        driver.call("POST", root + "/{contextField}/legal-values", **one, body={"value": value,
            **({"description": "of a test"} if len(value) % 2 else {})})
    for one, value in values:
        driver.call("DELETE", root + "/{contextField}/legal-values/{legalValue}", **one, legalValue=value)
    if within:
        pools.ask(within, ("GET", root))
    else:
        driver.repeat(5, "GET", root)
    pools.take(kind, "DELETE", root + "/{contextField}")


def kinds(unleash: Unleash):
    """Kinds of tags, tags, strategies, addons, tokens, segments."""
    driver, pools = unleash.driver, unleash.pools
    for word in names(unleash.random, 24):
        body = {"name": f"{word}-tag"[:48]}
        driver.call("POST", "/api/admin/tag-types/validate", body=body)
        if driver.call("POST", "/api/admin/tag-types", fixed=body).good:
            pools.add("tag_type", name=body["name"], type=body["name"])
    pools.ask("tag_type", ("GET", "/api/admin/tag-types/{name}"), ("PUT", "/api/admin/tag-types/{name}"))
    for number, word in enumerate(names(unleash.random, 28)):
        one = pools.there["tag_type"][number % len(pools.there["tag_type"])]
        if driver.call("POST", "/api/admin/tags", fixed={"value": word, "type": one["type"]}).good:
            pools.add("tag", type=one["type"], value=word)
    pools.ask("tag", ("GET", "/api/admin/tags/{type}"), ("GET", "/api/admin/tags/{type}/{value}"))
    for word in names(unleash.random, 24):
        parameters = [{"name": "share", "type": unleash.random.choice(["percentage", "string", "list"]), "description": "how many",
                       "required": len(word) % 2 == 0}]
        if driver.call("POST", "/api/admin/strategies", fixed={"name": f"{word}-plan", "parameters": parameters}).good:
            pools.add("plan", name=f"{word}-plan", strategyName=f"{word}-plan")
    pools.ask("plan", ("GET", "/api/admin/strategies/{name}"))
    pools.ask("plan", ("PUT", "/api/admin/strategies/{name}"), fixed={"parameters": []})
    pools.ask("plan", ("POST", "/api/admin/strategies/{strategyName}/deprecate"), ("POST", "/api/admin/strategies/{strategyName}/reactivate"),
              times=20)
    pools.take("plan", "DELETE", "/api/admin/strategies/{name}", 22)
    addon = {"provider": "webhook", "enabled": False, "parameters": {"url": "http://127.0.0.1:9/hook"}, "events": ["feature-created",
        "feature-archived"]}
    pools.make("addon", None, "POST", "/api/admin/addons", 24, fixed=addon)
    pools.ask("addon", ("GET", "/api/admin/addons/{id}"), ("GET", "/api/admin/addons/{id}/events"))
    pools.ask("addon", ("PUT", "/api/admin/addons/{id}"), fixed=addon)
    pools.take("addon", "DELETE", "/api/admin/addons/{id}")
    token = {"type": "client", "environment": "development", "tokenName": unleash.name("token"), "projects": LEFT_OUT, "project": "default"}
    for _ in range(24):
        made = driver.call("POST", "/api/admin/api-tokens", fixed={**token, "tokenName": unleash.name("token")})
        if made.good:
            pools.add("token", name=made.get("tokenName"), token=made.get("secret"))
    pools.ask("token", ("GET", "/api/admin/api-tokens/{name}"))
    pools.ask("token", ("PUT", "/api/admin/api-tokens/{token}"), fixed={"expiresAt": unleash.later})
    pools.take("token", "DELETE", "/api/admin/api-tokens/{token}")
    segment = {"name": unleash.name("segment"), "constraints": lambda *_: unleash.constraints()}
    driver.repeat(8, "POST", "/api/admin/segments/validate", body=lambda: {"name": unleash.name("segment")()})
    pools.make("segment", None, "POST", "/api/admin/segments", 28, fixed=segment)
    pools.ask("segment", ("GET", "/api/admin/segments/{id}"), ("GET", "/api/admin/segments/{id}/strategies"))
    pools.each("segment", "PUT", "/api/admin/segments/{id}", fixed=segment)  # one that is not there ends the server


def clients(unleash: Unleash):
    """What applications ask, with tokens of their own."""
    driver, pools = unleash.driver, unleash.pools
    cookie, driver.client.headers = driver.client.headers, {"Authorization": unleash.tokens["client"]}
    applications = [f"{name}-shop" for name in names(unleash.random, 24)]
    flags = pools.values("flag", "featureName")

    def bucket() -> dict:
        return {"start": "2026-11-01T10:00:00Z", "stop": "2026-11-01T10:01:00Z", "toggles": {
            flag: {"yes": unleash.random.randrange(9), "no": unleash.random.randrange(9), **({"variants": {"blue": 1}} if len(flag) % 2 else {})}
            for flag in unleash.random.sample(flags, 2)}}

    for number, name in enumerate(applications):
        instance = f"instance-{number}"
        driver.call("POST", "/api/client/register", fixed={"appName": name, "instanceId": instance, "interval": 1000,
                                                           "started": unleash.later(), "strategies": ["default"]})
        driver.call("POST", "/api/client/metrics", fixed={"appName": name, "instanceId": instance, "bucket": bucket()})
        pools.add("application", appName=name, environment="development")
    driver.repeat(8, "POST", "/api/client/metrics/bulk", body=lambda: {
        "applications": [{"appName": unleash.random.choice(applications), "environment": "development", "instanceId": "bulk", "interval": 5,
                          "started": unleash.later()}],
        "metrics": [{"featureName": unleash.random.choice(flags), "appName": unleash.random.choice(applications), "environment": "development",
                     "timestamp": "2026-11-01T10:00:00Z", "yes": 3, "no": 1}]})
    driver.repeat(6, "GET", "/api/client/features")
    driver.each("GET", "/api/client/features/{featureName}", "featureName", [*unleash.random.sample(flags, 24), "nothing"])
    driver.client.headers = {"Authorization": unleash.tokens["frontend"]}
    driver.repeat(6, "GET", "/api/frontend", query={"userId": "7"})
    driver.repeat(6, "POST", "/api/frontend", body=lambda: {"context": {"appName": "shop", "userId": str(unleash.random.randrange(99)),
        "properties": {"region": "eu"}}})
    for number, name in enumerate(applications[:8]):
        driver.call("POST", "/api/frontend/client/metrics", fixed={"appName": name, "instanceId": "browser", "bucket": bucket()})
        driver.call("POST", "/api/frontend/client/register", fixed={"appName": name, "instanceId": "browser", "interval": 1000,
                                                                    "started": unleash.later(), "strategies": []})
    driver.client.headers = {}
    driver.repeat(4, "GET", "/api/client/features")
    driver.client.headers = cookie
    for tokens in (["*:*.nothing"], [unleash.tokens["client"]], ["bad"]):
        driver.call("POST", "/edge/validate", body={"tokens": tokens})
        driver.call("POST", "/edge/issue-token", body={"tokens": [{"environment": "development", "projects": ["default"]}]})
    pools.ask("application", ("POST", "/api/admin/metrics/applications/{appName}"), fixed={"strategies": ["default"],
        "url": "http://127.0.0.1/shop"}, times=22)
    pools.ask("application", ("GET", "/api/admin/metrics/applications/{appName}"), ("GET", "/api/admin/metrics/applications/{appName}/overview"),
              ("GET", "/api/admin/metrics/instances/{appName}/environment/{environment}"), times=22)
    driver.repeat(6, "GET", "/api/admin/metrics/applications")
    driver.each("GET", "/api/admin/client-metrics/features/{name}", "name", unleash.random.sample(flags, 22))
    driver.each("GET", "/api/admin/client-metrics/features/{name}/raw", "name", unleash.random.sample(flags, 22))
    pools.take("application", "DELETE", "/api/admin/metrics/applications/{appName}")


def drive(driver, tokens: dict):
    unleash = Unleash(driver, tokens)
    driver.fails("GET", "/api/admin/projects")
    for name in ("admin", "nobody", "admin"):
        answer = driver.call("POST", "/auth/simple/login", body={"username": name, "password": PASSWORD})
        if answer.good:
            driver.client.headers = {"Cookie": answer.headers["Set-Cookie"].split(";")[0]}
    if not driver.client.headers:
        raise AssertionError(f"no login: {answer.status} {answer.body[:300]!r}")
    server(unleash)
    users(unleash)
    fields(unleash, None, CONTEXT)
    fields(unleash, "project", "/api/admin/projects/{projectId}/context")
    kinds(unleash)
    unleash_flags.drive(unleash)
    clients(unleash)
    unleash_flags.end(unleash)
    unleash.pools.take("segment", "DELETE", "/api/admin/segments/{id}")
    unleash.pools.take("tag", "DELETE", "/api/admin/tags/{type}/{value}")
    unleash.pools.take("tag_type", "DELETE", "/api/admin/tag-types/{name}")
