# SPDX-License-Identifier: Apache-2.0
"""What is asked of Gitea: users, organisations and the server here; repositories and issues beside it."""
import base64

import gitea_issues
import gitea_repositories
from pools import Pools
from samples import WORDS, names

REPOSITORY = "/repos/{owner}/{repo}"
# Ed25519 keys differ in 32 bytes alone.
KEY_HEAD = b"\x00\x00\x00\x0bssh-ed25519\x00\x00\x00\x20"
PICTURE = base64.b64encode(bytes.fromhex(
    "89504e470d0a1a0a0000000d49484452000000010000000108060000001f15c4890000000d49444154789c6360606060000000050001a5f645400000000049454e44ae426082")).decode()


class Gitea:
    def __init__(self, driver):
        self.driver = driver
        self.random = driver.random
        self.pools = Pools(driver)
        driver.samples.by_name = {
            "color": lambda: f"#{self.random.randrange(1 << 24):06x}", "events": lambda: self.random.sample(["push", "issues", "create",
                "release"], 2),
            "config": lambda: {"url": f"http://127.0.0.1:9/{self.random.choice(WORDS)}", "content_type": "json"}, "type": ["gitea", "slack",
                "discord"],
            "visibility": ["public", "limited"], "website": ["http://127.0.0.1/site"], "permission": ["read", "write", "admin"],
            "units": lambda: ["repo.code", "repo.issues"], "units_map": lambda: {"repo.code": "read",
                "repo.issues": self.random.choice(["read", "write"])},
            "page": [1, 1, 1, 2], "limit": lambda: self.random.randint(1, 30), "description": lambda: f"about {self.random.choice(WORDS)}",
            "order": ["asc", "desc"], "private": [True, False], "login_name": "local", "source_id": 0,
            "whitelist_usernames": lambda: ["chief"], "whitelist_teams": lambda: [], "readme": "Default", "license": ["MIT", "Apache-2.0"],
            "gitignores": ["Go", "Python"],
            "issue_labels": "Default", "trust_model": ["default", "committer"], "redirect_uris": lambda: ["http://127.0.0.1/back"],
            "image": PICTURE, "data": lambda: f"secret {self.random.randrange(99)}", "value": lambda: f"value {self.random.randrange(99)}",
            "language": "en-US", "theme": "gitea-auto", "diff_view_style": "unified", "Mode": ["gfm", "markdown", "comment"], "note": "blocked",
            "Text": lambda: f"# {self.random.choice(WORDS)}\n\n* one\n* two", "Context": "http://127.0.0.1/chief", "FilePath": "README.md",
        }
        driver.samples.never = {
            "sudo", "token", "object_format_name", "template", "mirror", "default_branch", "max_repo_creation", "prohibit_login",
            "must_change_password", "active", "restricted", "password", "send_notify", "archived", "milestone", "milestones",
            "labels", "assignee", "assignees", "ref", "branch", "author", "committer", "dates", "has_code", "has_issues",
            "has_pull_requests", "has_wiki", "has_actions", "has_releases", "has_packages", "has_projects", "projects_mode",
            "external_tracker", "external_wiki", "mirror_interval", "enable_prune", "authorization_header", "user", "user_name",
            "unset_due_date", "content_version", "uid", "priority_owner_id", "team_id", "starredBy", "created_by", "assigned_by",
            "mentioned_by", "sha", "path", "not", "default_merge_style", "admin", "allow_git_hook", "teams", "email", "team",
            "owner", "closed", "key_id", "fingerprint", "poster", "repo_admin_change_team_access", "sort", "mode", "state",
            "status", "status-types", "subject-type", "head_sha", "event", "actor"}

    def key(self) -> str:
        return "ssh-ed25519 " + base64.b64encode(KEY_HEAD + self.random.randbytes(32)).decode()

    def label(self, prefix: str):
        return lambda *_: f"{prefix}-{self.random.choice(WORDS)}{self.random.randrange(10**6)}"

    def user(self, *_) -> str:
        return self.pools.one("user")["username"]


def server(gitea: Gitea):
    driver = gitea.driver
    for path in ("/version", "/settings/api", "/settings/attachment", "/settings/repository", "/settings/ui", "/gitignore/templates",
                 "/label/templates",
                 "/licenses", "/signing-key.gpg", "/signing-key.pub", "/user", "/user/settings", "/user/gpg_key_token", "/admin/cron"):
        driver.repeat(5, "GET", path)
    for path, member in (("/gitignore/templates", None), ("/label/templates", None), ("/licenses", "key")):
        found = driver.works("GET", path).json
        chosen = [one[member] if member else one for one in gitea.random.sample(found, min(24, len(found)))]
        driver.each("GET", f"{path}/{{name}}", "name", [*chosen, "nothing"])
    driver.repeat(12, "POST", "/markdown", fixed={})
    driver.repeat(12, "POST", "/markup", fixed={"Mode": "gfm"})
    driver.repeat(6, "POST", "/markdown/raw", raw=b"# Title", content_type="text/plain")
    driver.each("POST", "/admin/cron/{task}", "task", ["sync_external_users", "deleted_branches_cleanup", "resync_all_sshkeys", "no-such-task"])
    driver.repeat(6, "PATCH", "/user/settings", fixed={})
    driver.works("POST", "/user/avatar", fixed={"image": PICTURE})
    driver.repeat(2, "DELETE", "/user/avatar")
    for number in range(6):
        driver.call("POST", "/user/emails", body={"emails": [f"chief{number}@example.com"]})
        driver.call("GET", "/user/emails")
    driver.repeat(2, "DELETE", "/user/emails", body={"emails": ["chief0@example.com"]})
    driver.client.ask("GET", "/")
    driver.client.ask("GET", "/explore/repos")
    driver.client.ask("GET", "/assets/img/logo.svg")


def users(gitea: Gitea):
    driver, pools = gitea.driver, gitea.pools
    for number, word in enumerate(names(gitea.random, 30)):
        name = f"{word}.team" if number % 7 == 0 else word
        driver.works("POST", "/admin/users", fixed={"username": name, "email": f"user{number}@example.com", "password": "tests-Passw0rd",
                                                    "must_change_password": False})
        pools.add("user", username=name)
    driver.repeat(3, "POST", "/admin/users", body={"username": "chief", "email": "other@example.com"})
    pools.ask("user", *(("GET", f"/users/{{username}}{rest}") for rest in (
        "", "/followers", "/following", "/gpg_keys", "/keys", "/orgs", "/repos", "/starred", "/subscriptions", "/heatmap", "/activities/feeds")))
    pools.ask("user", ("PATCH", "/admin/users/{username}"), fixed={"login_name": lambda one: one["username"], "source_id": 0})
    for method in ("PUT", "GET"):
        pools.each("user", method, "/user/blocks/{username}", 25)
    driver.repeat(4, "GET", "/user/blocks")
    pools.each("user", "DELETE", "/user/blocks/{username}", 30)
    pools.each("user", "PUT", "/user/following/{username}", 24)
    pools.ask("user", ("GET", "/user/following/{username}"))
    pools.ask("user", ("GET", "/users/{username}/following/{target}"), target=lambda: gitea.user())
    for one in pools.there["user"][:22]:
        driver.call("GET", "/users/{username}/following/{target}", username="chief", target=one["username"])
    pools.ask("user", ("POST", "/admin/users/{username}/badges"), ("GET", "/admin/users/{username}/badges"),
              ("DELETE", "/admin/users/{username}/badges"),
              fixed={"badge_slugs": ["first"]})
    pools.make("user_key", "user", "POST", "/admin/users/{username}/keys", 24, fixed={"key": lambda _: gitea.key()})
    pools.each("user_key", "DELETE", "/admin/users/{username}/keys/{id}")
    pools.make("user_org", "user", "POST", "/admin/users/{username}/orgs", 22, name="org", member=("username",),
               fixed={"username": gitea.label("of")})
    for word in names(gitea.random, 22):
        driver.works("POST", "/admin/users", fixed={"username": f"{word}-old", "email": f"{word}-old@example.com", "password": "tests-Passw0rd"})
        driver.call("POST", "/admin/users/{username}/rename", username=f"{word}-old", body={"new_username": f"{word}-gone"})
        driver.call("DELETE", "/admin/users/{username}", username=f"{word}-gone")
    driver.fails("DELETE", "/admin/users/{username}", username="nobody")
    for path in ("/admin/users", "/admin/emails", "/admin/emails/search", "/users/search", "/user/followers", "/user/following", "/user/orgs",
                 "/user/repos",
                 "/user/subscriptions", "/user/teams", "/user/times", "/user/stopwatches", "/admin/orgs", "/user/gpg_keys"):
        driver.repeat(6, "GET", path, **({"query": {"q": "a"}} if path == "/users/search" else {}))
    own(gitea)


def own(gitea: Gitea):
    """What the user who asks has."""
    driver, pools = gitea.driver, gitea.pools
    token, driver.client.headers = driver.client.headers, gitea.basic
    pools.make("token", None, "POST", "/users/{username}/tokens", 24, name="token", username="chief",
               fixed={"name": gitea.label("token"), "scopes": lambda _: gitea.random.sample(["read:user", "write:issue", "all"], 2)})
    driver.repeat(4, "GET", "/users/{username}/tokens", username="chief")
    pools.take("token", "DELETE", "/users/{username}/tokens/{token}", username="chief")
    driver.client.headers = token
    pools.make("key", None, "POST", "/user/keys", 24, fixed={"key": lambda _: gitea.key(), "title": gitea.label("key")})
    pools.ask("key", ("GET", "/user/keys/{id}"))
    driver.repeat(4, "GET", "/user/keys")
    pools.take("key", "DELETE", "/user/keys/{id}")
    pools.make("application", None, "POST", "/user/applications/oauth2", 24, fixed={"name": gitea.label("app"),
        "redirect_uris": ["http://127.0.0.1/back"]})
    pools.ask("application", ("GET", "/user/applications/oauth2/{id}"))
    pools.ask("application", ("PATCH", "/user/applications/oauth2/{id}"), fixed={"name": gitea.label("app"),
        "redirect_uris": ["http://127.0.0.1/other"]})
    driver.repeat(4, "GET", "/user/applications/oauth2")
    pools.take("application", "DELETE", "/user/applications/oauth2/{id}")
    for number in range(22):
        driver.call("GET", "/user/gpg_keys/{id}", id=number + 1)
        driver.call("DELETE", "/user/gpg_keys/{id}", id=number + 1)
    driver.repeat(3, "POST", "/user/gpg_keys", body={"armored_public_key": "no key"})
    driver.repeat(3, "POST", "/user/gpg_key_verify", body={"key_id": "0011223344556677", "armored_signature": "none"})
    hooks(gitea, None, "/user/hooks")
    hooks(gitea, None, "/admin/hooks")
    secrets(gitea, None, "/user")
    runners(gitea, None, "/user")
    runners(gitea, None, "/admin")


def hooks(gitea: Gitea, within: str | None, path: str):
    pools = gitea.pools
    kind = f"hook {path}"
    pools.make(kind, within, "POST", path, 24, fixed={"active": False, "type": "gitea"})
    asked = ("GET", path)
    if within:
        pools.ask(within, asked)
    else:
        gitea.driver.repeat(4, *asked)
    pools.ask(kind, ("GET", path + "/{id}"), ("PATCH", path + "/{id}"))
    pools.take(kind, "DELETE", path + "/{id}")


def secrets(gitea: Gitea, within: str | None, root: str):
    """Secrets and variables of actions."""
    driver, pools = gitea.driver, gitea.pools
    for number, word in enumerate(names(gitea.random, 24)):
        inside = dict(pools.one(within)) if within else {}
        name = word.replace("-", "_").upper()
        driver.call("PUT", root + "/actions/secrets/{secretname}", **inside, secretname=name, fixed={})
        driver.call("POST", root + "/actions/variables/{variablename}", **inside, variablename=name, fixed={})
        for _ in range(2):
            driver.call("GET", root + "/actions/variables/{variablename}", **inside, variablename=name)
        driver.call("PUT", root + "/actions/variables/{variablename}", **inside, variablename=name, body={"value": f"other {number}"})
        for path in ("variables", "secrets") if root != "/user" else ("variables",):
            driver.call("GET", f"{root}/actions/{path}", **inside)
        driver.call("DELETE", root + "/actions/secrets/{secretname}", **inside, secretname=name)
        if number % 4:
            driver.call("DELETE", root + "/actions/variables/{variablename}", **inside, variablename=name)
            driver.call("GET", root + "/actions/variables/{variablename}", **inside, variablename=name)


def runners(gitea: Gitea, within: str | None, root: str):
    """There are none, since none registers: one by its number is never found."""
    driver, pools = gitea.driver, gitea.pools
    for number in range(22):
        inside = dict(pools.one(within)) if within else {}
        if number < 6 or within:
            driver.call("GET", root + "/actions/runners", **inside)
            driver.call("POST", root + "/actions/runners/registration-token", **inside)
            for what in ("jobs", "runs"):
                driver.call("GET", f"{root}/actions/{what}", **inside)
        for method in ("GET", "PATCH", "DELETE"):
            driver.call(method, root + "/actions/runners/{runner_id}", **inside, runner_id=number + 1,
                        **({"body": {"disabled": True}} if method == "PATCH" else {}))


def organisations(gitea: Gitea):
    driver, pools = gitea.driver, gitea.pools
    for word in names(gitea.random, 26):
        driver.works("POST", "/orgs", fixed={"username": f"{word}-co"})
        pools.add("org", org=f"{word}-co")
    driver.repeat(6, "GET", "/orgs")
    pools.ask("org", *(("GET", f"/orgs/{{org}}{rest}") for rest in (
        "", "/activities/feeds", "/blocks", "/labels", "/members", "/public_members", "/repos", "/teams")))
    pools.ask("org", ("GET", "/orgs/{org}/teams/search"), query={"q": "own"})
    pools.ask("org", ("PATCH", "/orgs/{org}"))
    pools.each("org", "POST", "/orgs/{org}/avatar", fixed={"image": PICTURE})
    pools.each("org", "DELETE", "/orgs/{org}/avatar")
    hooks(gitea, "org", "/orgs/{org}/hooks")
    secrets(gitea, "org", "/orgs/{org}")
    runners(gitea, "org", "/orgs/{org}")
    pools.make("org_label", "org", "POST", "/orgs/{org}/labels", 26, fixed={"name": gitea.label("kind")})
    pools.ask("org_label", ("GET", "/orgs/{org}/labels/{id}"), ("PATCH", "/orgs/{org}/labels/{id}"))
    pools.make("team", "org", "POST", "/orgs/{org}/teams", 28, fixed={"name": gitea.label("team"), "units": ["repo.code", "repo.issues"],
                                                                      "permission": "write"})
    pools.ask("team", *(("GET", f"/teams/{{id}}{rest}") for rest in ("", "/activities/feeds", "/members", "/repos")))
    pools.ask("team", ("PATCH", "/teams/{id}"), fixed={"name": gitea.label("team"), "units": ["repo.code"], "permission": "read"})
    members = []
    for _ in range(28):
        one, user = pools.one("team"), gitea.user()
        members.append((one, user))
        driver.call("PUT", "/teams/{id}/members/{username}", **one, username=user)
        driver.call("GET", "/teams/{id}/members/{username}", **one, username=user)
        for path in ("members", "public_members"):
            driver.call("GET", f"/orgs/{{org}}/{path}/{{username}}", **one, username=user)
        for method in ("PUT", "GET", "DELETE"):
            driver.call(method, "/orgs/{org}/public_members/{username}", **one, username="chief" if gitea.random.random() < 0.6 else user)
        driver.call("GET", "/users/{username}/orgs/{org}/permissions", **one, username=user)
        stranger = gitea.user()
        for method in ("PUT", "GET", "DELETE"):
            driver.call(method, "/orgs/{org}/blocks/{username}", org=one["org"], username=stranger)
    for one, user in members[:22]:
        driver.call("DELETE", "/teams/{id}/members/{username}", **one, username=user)
        driver.call("DELETE", "/orgs/{org}/members/{username}", **one, username=user)
    for word in names(gitea.random, 22):
        driver.call("POST", "/orgs", body={"username": f"{word}-left"})
        driver.call("POST", "/orgs/{org}/rename", org=f"{word}-left", body={"new_name": f"{word}-last"})
        driver.call("DELETE", "/orgs/{org}", org=f"{word}-last")


def last(gitea: Gitea):
    """What takes away."""
    driver, pools = gitea.driver, gitea.pools
    pools.take("org_label", "DELETE", "/orgs/{org}/labels/{id}")
    pools.take("team", "DELETE", "/teams/{id}")
    pools.each("user", "DELETE", "/user/following/{username}")
    for word in names(gitea.random, 22):
        for method in ("POST", "DELETE"):
            driver.call(method, "/admin/unadopted/{owner}/{repo}", owner=gitea.user(), repo=f"{word}-found")
    driver.repeat(5, "GET", "/admin/unadopted")


def drive(driver, name: str, password: str):
    gitea = Gitea(driver)
    credentials = base64.b64encode(f"{name}:{password}".encode()).decode()
    gitea.basic = driver.client.headers = {"Authorization": f"Basic {credentials}"}
    made = driver.works("POST", "/users/{username}/tokens", username=name, body={"name": "driver", "scopes": ["all"]})
    driver.client.headers = {"Authorization": f"token {made.get('sha1')}"}
    server(gitea)
    users(gitea)
    organisations(gitea)
    gitea_repositories.drive(gitea)
    gitea_issues.drive(gitea)
    gitea_repositories.end(gitea)
    last(gitea)
