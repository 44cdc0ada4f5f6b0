# SPDX-License-Identifier: Apache-2.0
"""What is asked of the issues and pull requests of Gitea's repositories."""
import base64

from gitea_repositories import REPOSITORY, attachments
from samples import WORDS, names
from service import support

ISSUE = REPOSITORY + "/issues/{index}"
COMMENT = REPOSITORY + "/issues/comments/{id}"
PULL = REPOSITORY + "/pulls/{index}"
DAY = "2027-03-01T00:00:00Z"


def labels_and_milestones(gitea):
    pools = gitea.pools
    for kind, path, fixed in (("label", "/labels", {"name": gitea.label("kind")}), ("milestone", "/milestones",
        {"title": gitea.label("sprint"), "state": "open"})):
        pools.make(kind, "repository", "POST", REPOSITORY + path, 32, fixed=fixed)
        pools.ask(kind, ("GET", REPOSITORY + path + "/{id}"))
        pools.ask(kind, ("PATCH", REPOSITORY + path + "/{id}"),
                  fixed={"title": gitea.label("sprint")} if kind == "milestone" else {"name": gitea.label("kind")})


def issues(gitea):
    driver, pools = gitea.driver, gitea.pools
    pools.make("issue", "repository", "POST", REPOSITORY + "/issues", 90, name="index", member=("number",), fixed={
        "title": lambda _: f"{gitea.random.choice(WORDS)} does not work"})
    driver.repeat(2, "POST", REPOSITORY + "/issues", **pools.one("repository"), body={"title": ""})
    pools.ask("repository", ("GET", REPOSITORY + "/issues"), ("GET", REPOSITORY + "/issues/comments"))
    driver.repeat(8, "GET", "/repos/issues/search")
    pools.ask("issue", *(("GET", ISSUE + rest) for rest in (
        "", "/assets", "/blocks", "/comments", "/dependencies", "/labels", "/reactions", "/subscriptions", "/subscriptions/check", "/timeline", "/times")))
    pools.ask("issue", ("PATCH", ISSUE), fixed={"title": lambda _: f"changed {gitea.random.choice(WORDS)}"})
    pools.ask("issue", ("PATCH", ISSUE), times=8, body={"state": "closed"})
    pools.ask("issue", ("PATCH", ISSUE), times=8, body=lambda: {"assignees": ["chief"], "due_date": DAY})
    pools.ask("issue", ("POST", ISSUE + "/deadline"), fixed={"due_date": DAY})
    for one in pools.there["issue"][:22]:
        driver.call("PUT", ISSUE + "/lock", **one, fixed={"lock_reason": "Resolved"})
        driver.call("DELETE", ISSUE + "/lock", **one)
        driver.call("POST", ISSUE + "/stopwatch/start", **one)
        driver.call("GET", "/user/stopwatches")
        driver.call("POST", ISSUE + "/stopwatch/stop", **one)
        driver.call("POST", ISSUE + "/stopwatch/start", **one)
        driver.call("DELETE", ISSUE + "/stopwatch/delete", **one)
    for user in [gitea.user() for _ in range(22)]:
        for method in ("PUT", "DELETE"):
            driver.call(method, ISSUE + "/subscriptions/{user}", **pools.one("issue"), user=user if gitea.random.random() < 0.5 else "chief")
    for one in pools.there["label"]:
        issue = next((other for other in pools.there["issue"] if other["repo"] == one["repo"] and other["owner"] == one["owner"]), None)
        if issue:
            for method in ("POST", "PUT"):
                driver.call(method, ISSUE + "/labels", **issue, body={"labels": [one["id"]]})
            driver.call("DELETE", ISSUE + "/labels/{id}", **issue, id=one["id"])
            driver.call("POST", ISSUE + "/labels", **issue, body={"labels": [one["id"]]})
    pools.ask("issue", ("DELETE", ISSUE + "/labels"))
    for path in ("/blocks", "/dependencies"):
        for _ in range(22):
            one = pools.one("issue")
            other = next((issue for issue in pools.there["issue"] if issue["repo"] == one["repo"] and issue["index"] != one["index"]), one)
            for method in ("POST", "DELETE"):
                driver.call(method, ISSUE + path, **one, body={"owner": other["owner"], "repo": other["repo"], "index": other["index"]})
    for method in ("POST", "DELETE"):
        pools.each("issue", method, ISSUE + "/reactions", 24, fixed={"content": lambda _: gitea.random.choice(["+1", "heart", "eyes"])})
    pinned = []
    for one in pools.there["issue"][:30]:
        if driver.call("POST", ISSUE + "/pin", **one).good:
            pinned.append(one)
        driver.call("PATCH", ISSUE + "/pin/{position}", **one, position=gitea.random.randint(1, 3))
    for one in pinned:
        driver.call("DELETE", ISSUE + "/pin", **one)
    pools.make("time", "issue", "POST", ISSUE + "/times", 40, fixed={"time": lambda _: gitea.random.randrange(60, 9000)})
    pools.take("time", "DELETE", ISSUE + "/times/{id}", 24)
    pools.ask("issue", ("DELETE", ISSUE + "/times"), times=20)
    attachments(gitea, "issue", ISSUE)


def comments(gitea):
    pools = gitea.pools
    pools.make("comment", "issue", "POST", ISSUE + "/comments", 70, fixed={"body": lambda _: f"see {gitea.random.choice(WORDS)}"})
    pools.ask("comment", ("GET", COMMENT), ("GET", COMMENT + "/reactions"), ("GET", COMMENT + "/assets"))
    for path in (COMMENT, ISSUE + "/comments/{id}"):
        pools.ask("comment", ("PATCH", path), fixed={"body": lambda _: f"rather {gitea.random.choice(WORDS)}"})
    for method in ("POST", "DELETE"):
        pools.each("comment", method, COMMENT + "/reactions", 24, fixed={"content": lambda _: gitea.random.choice(["+1", "laugh", "rocket"])})
    attachments(gitea, "comment", COMMENT)
    pools.take("comment", "DELETE", COMMENT, 22)
    pools.take("comment", "DELETE", ISSUE + "/comments/{id}", 22)


def pulls(gitea):
    driver, pools = gitea.driver, gitea.pools
    for word in names(gitea.random, 20):
        one, branch = dict(pools.one("repository")), f"{word}-change"
        driver.call("POST", REPOSITORY + "/contents/{filepath}", **one, filepath=f"{word}-change.txt", body={
            "content": base64.b64encode(f"{word}\n".encode()).decode(), "new_branch": branch, "branch": "main", "message": "a change"})
        made = driver.call("POST", REPOSITORY + "/pulls", **one, fixed={"head": branch, "base": "main", "title": f"Change {word}",
            "reviewers": [], "team_reviewers": []})
        if made.good:
            pools.add("pull", **one, index=made.get("number"), base="main", head=branch)
    pools.ask("repository", ("GET", REPOSITORY + "/pulls"))
    pools.ask("pull", *(("GET", PULL + rest) for rest in ("", "/commits", "/files", "/merge", "/reviews")))
    pools.ask("pull", ("GET", PULL + ".{diffType}"), diffType=["diff", "patch"])
    pools.ask("pull", ("GET", REPOSITORY + "/pulls/{base}/{head}"))
    pools.ask("pull", ("PATCH", PULL), fixed={"base": "main", "title": lambda _: f"Better {gitea.random.choice(WORDS)}"})
    for method in ("POST", "DELETE"):
        pools.each("pull", method, PULL + "/requested_reviewers", 22, body=lambda: {"reviewers": [gitea.user()]})
    reviews(gitea)
    pools.ask("pull", ("POST", PULL + "/update"), query={"style": "merge"})
    for number, one in enumerate(pools.there["pull"]):
        if number % 2 == 0:  # each costs half a second of Git
            merged = driver.call("POST", PULL + "/merge", **one, body={"do": ("merge", "squash", "rebase")[number % 3],
                **({"merge_title_field": "Merged"} if number % 4 else {})})
        else:
            merged = driver.call("POST", PULL + "/merge", **one, body={"do": "merge", "head_commit_id": "0" * 40})
        driver.call("GET", PULL + "/merge", **one)
        if merged.good:
            driver.call("GET", REPOSITORY + "/commits/{sha}/pull", **one, sha=driver.call("GET", PULL, **one).get("merge_commit_sha"))
    pools.ask("pull", ("DELETE", PULL + "/merge"))


def reviews(gitea):
    driver, pools = gitea.driver, gitea.pools
    for number in range(44):
        one = dict(pools.one("pull"))
        driver.client.headers["Sudo"] = gitea.user() if number % 5 else "chief"
        text = f"looks {gitea.random.choice(WORDS)}"
        made = driver.call("POST", PULL + "/reviews", **one, body={
            "body": text, "event": ("PENDING", "APPROVED", "REQUEST_CHANGES", "COMMENT")[number % 4],
            "comments": [{"path": f"{one['head']}.txt", "body": text, "new_position": 1}]})
        if made.good:
            pools.add("review", **one, id=made.get("id"), sudo=driver.client.headers["Sudo"])
    for number, one in enumerate(pools.there["review"]):
        driver.client.headers["Sudo"] = one["sudo"]
        driver.call("GET", PULL + "/reviews/{id}", **one)
        found = driver.call("GET", PULL + "/reviews/{id}/comments", **one).json
        driver.call("POST", PULL + "/reviews/{id}", **one, body={"event": "APPROVED" if number % 2 else "COMMENT", "body": "done"})
        driver.client.headers["Sudo"] = "chief"
        for comment in found if isinstance(found, list) else []:
            for what in ("resolve", "unresolve"):
                driver.call("POST", REPOSITORY + f"/pulls/comments/{{id}}/{what}", **{**one, "id": comment["id"]})
        driver.call("POST", PULL + "/reviews/{id}/dismissals", **one, body={"message": "outdated", **({"priors": True} if number % 2 else {})})
        driver.call("POST", PULL + "/reviews/{id}/undismissals", **one)
    del driver.client.headers["Sudo"]
    pools.take("review", "DELETE", PULL + "/reviews/{id}", 24)


def notifications(gitea):
    driver, pools = gitea.driver, gitea.pools
    for one in pools.there["issue"]:
        driver.client.headers["Sudo"] = gitea.user()
        driver.call("POST", ISSUE + "/comments", **one, body={"body": "@chief please look"})
    del driver.client.headers["Sudo"]
    driver.repeat(4, "GET", "/notifications/new")
    query = {"limit": 50, "page": None, "since": None, "before": None, "all": "true"}
    # They are made a while after the comment.
    listed = support.wait_until(lambda: driver.works("GET", "/notifications", query=query).json, "notifications")
    for one in listed:
        pools.add("notification", id=one["id"])
    driver.repeat(6, "GET", "/notifications")
    pools.ask("notification", ("GET", "/notifications/threads/{id}"), ("PATCH", "/notifications/threads/{id}"), query={"to-status": "read"})
    driver.repeat(4, "PUT", "/notifications")


def drive(gitea):
    labels_and_milestones(gitea)
    issues(gitea)
    comments(gitea)
    pulls(gitea)
    notifications(gitea)
    pools = gitea.pools
    pools.take("label", "DELETE", REPOSITORY + "/labels/{id}")
    pools.take("milestone", "DELETE", REPOSITORY + "/milestones/{id}")
    pools.take("issue", "DELETE", ISSUE, 24)
