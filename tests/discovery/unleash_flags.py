# SPDX-License-Identifier: Apache-2.0
"""What is asked of Unleash's projects and their flags."""
from samples import LEFT_OUT, names
from service import support

PROJECT = "/api/admin/projects/{projectId}"
FLAG = PROJECT + "/features/{featureName}"
PLACE = FLAG + "/environments/{environment}"
STRATEGY = PLACE + "/strategies/{strategyId}"


def projects(unleash):
    driver, pools = unleash.driver, unleash.pools
    pools.ask("project", *(("GET", PROJECT + rest) for rest in (
        "/overview", "/dora", "/applications", "/flag-creators", "/sdks/outdated", "/features", "/dependencies", "/health-report",
        "/api-tokens", "/insights", "/status")))
    pools.ask("project", ("GET", "/api/admin/personal-dashboard/{projectId}"), ("GET", "/api/admin/environments/project/{projectId}"))
    for method in ("POST", "DELETE") * 4:
        driver.call(method, PROJECT + "/favorites", projectId="default", body={})
    token = {"type": "client", "environment": "development"}
    for _ in range(24):
        one = dict(pools.one("project"))
        made = driver.call("POST", PROJECT + "/api-tokens", **one, fixed={**token, "tokenName": unleash.name("token")()})
        if made.good:
            pools.add("project_token", **one, token=made.get("secret"))
    pools.take("project_token", "DELETE", PROJECT + "/api-tokens/{token}")
    for number in range(6):
        driver.call("DELETE", PROJECT + "/environments/{environment}", projectId="default", environment="production")
        driver.call("POST", PROJECT + "/environments", projectId="default", body={"environment": "production",
            **({"changeRequestsEnabled": False} if number % 2 else {})})
        driver.call("POST", PROJECT + "/environments/{environment}/default-strategy", projectId="default", environment="production", fixed={
            "name": "flexibleRollout", "parameters": {"rollout": "50", "stickiness": "default", "groupId": "all"}, "segments": LEFT_OUT})


def flags(unleash):
    driver, pools = unleash.driver, unleash.pools
    for number, word in enumerate(names(unleash.random, 80)):
        place = dict(pools.one("place"))
        name = (f"{word}.enabled", f"new_{word}", word)[number % 3] + f"-{number}"
        driver.call("POST", "/api/admin/features/validate", body={"name": name, **({"projectId": place["projectId"]} if number % 2 else {})})
        if driver.call("POST", PROJECT + "/features", **place, fixed={"name": name}).good:
            pools.add("flag", **place, featureName=name, child=name, parent=name)
    driver.fails("POST", PROJECT + "/features", **pools.one("project"), body={"name": "not a name!"})
    pools.ask("flag", *(("GET", path) for path in (
        FLAG, PLACE, PLACE + "/strategies", PLACE + "/variants", FLAG + "/lifecycle", "/api/admin/features/{featureName}/tags",
        "/api/admin/events/{featureName}", PROJECT + "/features/{child}/parents", PROJECT + "/features/{parent}/parent-variants")), times=24)
    pools.ask("flag", ("PUT", FLAG), fixed={"archived": False})
    pools.ask("flag", ("PATCH", FLAG), body=lambda: [{"op": "replace", "path": "/description", "value": unleash.name("about")()}])
    for _ in range(22):
        one = pools.one("flag")
        driver.call("POST", FLAG + "/clone", **one, body={"name": unleash.name("clone")(),
                                                          **({"replaceGroupId": True} if unleash.random.random() < 0.5 else {})})
    for method in ("POST", "DELETE"):
        pools.each("flag", method, FLAG + "/favorites", body={})
    for tag in pools.there["tag"]:
        one = pools.one("flag")
        driver.call("POST", "/api/admin/features/{featureName}/tags", **one, body={"value": tag["value"], "type": tag["type"]})
        driver.call("GET", "/api/admin/features/{featureName}/tags", **one)
        if unleash.random.random() < 0.9:
            driver.call("DELETE", "/api/admin/features/{featureName}/tags/{type}/{value}", **one, **tag)
        driver.call("PUT", "/api/admin/features/{featureName}/tags", **one, body={"addedTags": [dict(tag)], "removedTags": []})
        driver.call("PUT", PROJECT + "/tags", **one, body={"features": [one["featureName"]], "tags": {"addedTags": [], "removedTags": [dict(tag)]}})


def strategies(unleash):
    driver, pools = unleash.driver, unleash.pools
    pools.make("strategy", "flag", "POST", PLACE + "/strategies", 60, name="strategyId", fixed={
        "name": "flexibleRollout", "parameters": lambda _: {"rollout": str(unleash.random.randrange(101)), "stickiness": "default", "groupId": "all"},
        "segments": lambda _: unleash.random.sample(pools.values("segment", "id"), unleash.random.randrange(2))})
    pools.ask("strategy", ("GET", STRATEGY))
    pools.ask("strategy", ("PUT", STRATEGY), fixed={"name": "flexibleRollout"})
    pools.ask("strategy", ("PATCH", STRATEGY), body=lambda: [{"op": "replace", "path": "/title", "value": unleash.name("title")()}])
    for one in pools.there["strategy"][:22]:
        driver.call("POST", PLACE + "/strategies/set-sort-order", **one, body=[{"id": one["strategyId"], "sortOrder": unleash.random.randrange(9)}])
        driver.call("GET", "/api/admin/segments/strategies/{strategyId}", **one)
        driver.call("POST", "/api/admin/segments/strategies", body={
            "projectId": one["projectId"], "strategyId": one["strategyId"], "environmentId": one["environment"],
            "segmentIds": [pools.one("segment")["id"]]})
        driver.call("GET", PLACE, **one)
    for switch in ("on", "off"):
        pools.ask("strategy", ("POST", PLACE + "/" + switch), times=22)
        for _ in range(10):
            one = pools.one("strategy")
            driver.call("POST", PROJECT + f"/bulk_features/environments/{{environment}}/{switch}", **one, body={"features": [one["featureName"]]})
    pools.take("strategy", "DELETE", STRATEGY, 22)


def details(unleash):
    driver, pools = unleash.driver, unleash.pools
    both = [{"name": "blue", "weight": 500, "weightType": "variable", "stickiness": "default"},
            {"name": "red", "weight": 500, "weightType": "variable", "stickiness": "default", "payload": {"type": "string", "value": "text"}}]
    for number in range(22):
        one = pools.one("flag")
        driver.call("PUT", PLACE + "/variants", **one, body=both[:1 + number % 2])
        driver.call("PATCH", PLACE + "/variants", **one, body=[{"op": "replace", "path": "/0/name", "value": unleash.name("green")()}])
        driver.call("PUT", FLAG + "/variants-batch", **one, body={"variants": both, "environments": [one["environment"]]})
        driver.call("GET", PLACE + "/variants", **one)
        driver.call("GET", PROJECT + "/features/{parent}/parent-variants", **one)
        for path in ("complete", "uncomplete"):
            body = {"body": {"status": ("kept", "discarded")[number % 2],
                             **({"statusValue": "blue"} if number % 2 == 0 else {})}} if path == "complete" else {}
            driver.call("POST", FLAG + "/lifecycle/" + path, **one, **body)
        driver.call("POST", PROJECT + "/stale", **one, body={"features": [one["featureName"]], "stale": number % 2 == 0})
        link = {"url": f"http://127.0.0.1/wiki/{number}", **({"title": "notes"} if number % 2 else {})}
        driver.call("POST", FLAG + "/link", **one, body=link)
        for found in (driver.call("GET", FLAG, **one).get("links", default=None) or [])[:1]:
            driver.call("PUT", FLAG + "/link/{linkId}", **one, linkId=found["id"], body=link)
            driver.call("DELETE", FLAG + "/link/{linkId}", **one, linkId=found["id"])
    parents, children = pools.there["flag"][:40], pools.there["flag"][40:]  # one is not both
    for _ in range(26):
        child, parent = unleash.random.choice(children), unleash.random.choice(parents)
        driver.call("POST", PROJECT + "/features/{child}/dependencies", projectId=child["projectId"], child=child["featureName"], body={
            "feature": parent["featureName"], **({"enabled": True, "variants": ["blue"]} if unleash.random.random() < 0.5 else {})})
        driver.call("GET", PROJECT + "/features/{child}/parents", **child)
        if unleash.random.random() < 0.5:
            driver.call("DELETE", PROJECT + "/features/{child}/dependencies", **child)
        driver.call("DELETE", PROJECT + "/features/{child}/dependencies/{parent}", projectId=child["projectId"], child=child["featureName"],
                    parent=parent["featureName"])


def searches(unleash):
    driver, pools = unleash.driver, unleash.pools
    driver.repeat(16, "GET", "/api/admin/search/features")
    driver.repeat(12, "GET", "/api/admin/search/events")
    driver.repeat(5, "GET", "/api/admin/events")
    context = {"appName": "shop", "userId": "7", "properties": {"region": "eu"}}
    for _ in range(6):
        driver.call("POST", "/api/admin/playground", body={"environment": "development", "projects": "*", "context": context})
        driver.call("POST", "/api/admin/playground/advanced", body={"environments": ["development"],
                                                                    "projects": [pools.one("project")["projectId"]], "context": context})
    for _ in range(8):
        one = pools.one("flag")
        exported = driver.call("POST", "/api/admin/features-batch/export", body={"features": [one["featureName"]], "environment": one["environment"]})
        if exported.good:
            body = {"project": one["projectId"], "environment": one["environment"], "data": exported.json}
            driver.call("POST", "/api/admin/features-batch/validate", body=body)
            driver.call("POST", "/api/admin/features-batch/import", body=body)


def drive(unleash):
    projects(unleash)
    flags(unleash)
    strategies(unleash)
    details(unleash)
    searches(unleash)


def end(unleash):
    driver, pools = unleash.driver, unleash.pools

    def is_archived(one: dict) -> bool:
        stages = driver.call("GET", FLAG + "/lifecycle", **one).json
        return any(stage.get("stage") == "archived" for stage in stages)

    for number, one in enumerate(pools.there["flag"]):
        body = {"features": [one["featureName"]]}
        if number % 2:
            driver.call("DELETE", FLAG, **one)
        else:
            driver.call("POST", PROJECT + "/archive/validate", **one, body=body)
            driver.call("POST", PROJECT + "/archive", **one, body=body)
    for number, one in enumerate(pools.there["flag"]):
        body = {"features": [one["featureName"]]}
        # It writes down by the way that a flag is archived, and ends when the flag is gone before.
        support.wait_until(lambda one=one: is_archived(one), "a flag in the archive")
        if number % 4 == 0:
            driver.call("POST", PROJECT + "/revive", **one, body=body)
        elif number % 4 == 1:
            driver.call("POST", "/api/admin/archive/revive/{featureName}", **one)
        elif number % 4 == 2:
            driver.call("POST", PROJECT + "/delete", **one, body=body)
        else:
            driver.call("DELETE", "/api/admin/archive/{featureName}", **one)
        driver.call("GET", FLAG, **one)
