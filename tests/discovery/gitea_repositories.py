# SPDX-License-Identifier: Apache-2.0
"""What is asked of Gitea's repositories: files, branches, releases, settings, actions, packages."""
import base64
import urllib.parse

import gitea_driver
from samples import WORDS, names

REPOSITORY = "/repos/{owner}/{repo}"
WORKFLOW = "on: [push, workflow_dispatch]\njobs:\n  build:\n    runs-on: ubuntu-latest\n    steps:\n      - run: make\n"


def encoded(text: str) -> str:
    return base64.b64encode(text.encode()).decode()


def repositories(gitea):
    driver, pools = gitea.driver, gitea.pools
    made = {"auto_init": True, "default_branch": "main", "private": False}
    for number, word in enumerate(names(gitea.random, 30)):
        name = f"{word}.api" if number % 6 == 0 else word
        if number % 3 == 0:
            owner = gitea.user()
            driver.works("POST", "/admin/users/{username}/repos", username=owner, fixed={**made, "name": name})
        elif number % 3 == 1:
            owner = gitea.random.choice(pools.values("team", "org"))
            driver.works("POST", "/orgs/{org}/repos" if number % 2 else "/org/{org}/repos", org=owner, fixed={**made, "name": name})
            pools.add("org_repository", owner=owner, repo=name)
        else:
            owner = "chief"
            driver.works("POST", "/user/repos", fixed={**made, "name": name})
        if number % 3 != 1:
            pools.add("user_repository", owner=owner, repo=name)
        pools.add("repository", owner=owner, repo=name)
    driver.repeat(3, "POST", "/user/repos", body={"name": "not a name!"})
    for number in range(20):  # without a commit each is made in no time
        bare = {"auto_init": False, "name": gitea.label("bare")}
        driver.call("POST", "/org/{org}/repos", **pools.one("org"), fixed=bare)
        driver.call("POST", "/orgs/{org}/repos", **pools.one("org"), fixed=bare)
        driver.call("POST", "/admin/users/{username}/repos", username=gitea.user(), fixed=bare)
    pools.ask("repository", *(("GET", REPOSITORY + rest) for rest in (
        "", "/assignees", "/branch_protections", "/branches", "/collaborators", "/commits", "/contents", "/forks", "/git/refs", "/hooks/git",
        "/issue_config", "/issue_config/validate", "/issue_templates", "/languages", "/licenses", "/new_pin_allowed", "/notifications",
        "/pulls/pinned",
        "/issues/pinned", "/push_mirrors", "/reviewers", "/signing-key.gpg", "/signing-key.pub", "/stargazers", "/subscribers",
        "/subscription", "/tags",
        "/tag_protections", "/teams", "/times", "/activities/feeds", "/keys", "/labels", "/milestones")))
    pools.ask("repository", ("PATCH", REPOSITORY), fixed={"name": lambda one: one["repo"], "private": False, "allow_merge_commits": True})
    pools.ask("repository", ("PUT", REPOSITORY + "/notifications"), ("PUT", REPOSITORY + "/subscription"), ("DELETE", REPOSITORY + "/subscription"),
              ("PUT", "/user/starred/{owner}/{repo}"), ("GET", "/user/starred/{owner}/{repo}"))
    pools.each("repository", "DELETE", "/user/starred/{owner}/{repo}")
    pools.each("repository", "POST", REPOSITORY + "/avatar", fixed={"image": gitea_driver.PICTURE})
    pools.each("repository", "DELETE", REPOSITORY + "/avatar")
    for path in ("/repos/search", "/user/starred"):
        driver.repeat(8, "GET", path)
    driver.repeat(6, "GET", "/topics/search", query={"q": "a"})
    for one in pools.there["repository"]:
        driver.call("GET", "/repositories/{id}", id=driver.works("GET", REPOSITORY, **one).get("id"))
    driver.fails("GET", "/repositories/{id}", id=10**6)


def files(gitea):
    driver, pools = gitea.driver, gitea.pools
    for word in names(gitea.random, 22):
        one, path = dict(pools.one("repository")), f"{word}.{gitea.random.choice(('md', 'json', 'go', 'txt'))}"
        person = {"name": "Tester", "email": "tester@example.com"}
        made = driver.call("POST", REPOSITORY + "/contents/{filepath}", **one, filepath=path, body={
            "content": encoded(f"about {word}\n"), **({"message": f"add {word}"} if len(word) % 2 else {}),
            **({"author": person} if len(word) % 3 else {})})
        if made.good:
            pools.add("file", **one, filepath=path, sha=made.get("content", "sha"), commit=made.get("commit", "sha"))
    for one in pools.there["file"][:12]:
        changed = driver.call("PUT", REPOSITORY + "/contents/{filepath}", **one, body={"content": encoded("changed\n"), "sha": one["sha"],
            "message": "change"})
        one["sha"] = changed.get("content", "sha") or one["sha"]
    for one in pools.there["file"][:9]:
        driver.call("POST", REPOSITORY + "/contents/{filepath}", **{**one, "filepath": ".editorconfig"}, body={
            "content": encoded("root = true\n[*]\nindent_style = tab\n")})
    pools.ask("file", ("GET", REPOSITORY + "/editorconfig/{filepath}"))
    for folder in ("docs", "src"):  # a parameter with a slash
        driver.call("POST", REPOSITORY + "/contents/{filepath}", **pools.one("repository"), filepath=f"{folder}/guide.md", slashes=True,
                    body={"content": encoded("guide\n")})
    pools.ask("file", *(("GET", REPOSITORY + f"/{what}/{{filepath}}") for what in ("contents", "contents-ext", "raw", "media")))
    pools.ask("file", ("GET", REPOSITORY + "/git/blobs/{sha}"))
    pools.ask("file", ("POST", REPOSITORY + "/file-contents"), fixed={"files": lambda one: [one["filepath"], "README.md"]})
    pools.ask("file", ("GET", REPOSITORY + "/file-contents"), query={"body": '{"files": ["README.md"]}'})
    pools.ask("repository", ("POST", REPOSITORY + "/contents"), times=6, fixed={
        "files": lambda _: [{"operation": "create", "path": f"{gitea.label('many')()}.txt", "content": encoded("one of many\n")}],
        "message": "several", "new_branch": gitea.label("change")})
    patch = "diff --git a/{0} b/{0}\nnew file mode 100644\n--- /dev/null\n+++ b/{0}\n@@ -0,0 +1 @@\n+patched\n"
    pools.ask("repository", ("POST", REPOSITORY + "/diffpatch"), times=8, fixed={"content": lambda _: patch.format(gitea.label("patch")()),
        "new_branch": gitea.label("change")})
    for one in pools.there["file"]:
        pools.add("commit", owner=one["owner"], repo=one["repo"], sha=one["commit"], ref=one["commit"])
    pools.ask("commit", *(("GET", REPOSITORY + path) for path in (
        "/git/commits/{sha}", "/git/notes/{sha}", "/git/trees/{sha}", "/commits/{ref}/status", "/commits/{ref}/statuses", "/commits/{sha}/pull")))
    pools.ask("commit", ("GET", REPOSITORY + "/git/commits/{sha}.{diffType}"), diffType=["diff", "patch"])
    pools.ask("commit", ("POST", REPOSITORY + "/statuses/{sha}"), fixed={"state": lambda _: gitea.random.choice(["pending", "success",
        "failure"])}, times=30)
    pools.ask("commit", ("GET", REPOSITORY + "/statuses/{sha}"))
    pools.each("file", "DELETE", REPOSITORY + "/contents/{filepath}", 12, fixed={"sha": lambda one: one["sha"], "message": "away",
        "new_branch": gitea.label("change")})


def branches(gitea):
    driver, pools = gitea.driver, gitea.pools
    for number, word in enumerate(names(gitea.random, 21)):
        one, branch = dict(pools.one("repository")), f"feature/{word}" if number % 4 == 0 else word
        if driver.call("POST", REPOSITORY + "/branches", **one, body={"new_branch_name": branch,
                                                                      **({"old_branch_name": "main"} if number % 2 else {})}).good:
            pools.add("branch", **one, branch=branch, archive=f"{branch}.zip", basehead=f"main...{branch}", ref=f"heads/{branch}")
    pools.ask("branch", ("GET", REPOSITORY + "/branches/{branch}"), ("GET", REPOSITORY + "/archive/{archive}"),
              ("GET", REPOSITORY + "/compare/{basehead}"),
              ("GET", REPOSITORY + "/git/refs/{ref}"))
    for one in pools.there["branch"][:4]:
        driver.call("GET", REPOSITORY + "/branches/{branch}", **one, slashes=True)
    for one in pools.there["branch"][:22]:
        head = driver.call("GET", REPOSITORY + "/branches/{branch}", **one).get("commit", "id")
        driver.call("PUT", REPOSITORY + "/branches/{branch}", **one, body={"new_commit_id": head, "force": True})
        driver.call("PATCH", REPOSITORY + "/branches/{branch}", **one, body={"name": one["branch"] + "-new"})
        driver.call("DELETE", REPOSITORY + "/branches/{branch}", owner=one["owner"], repo=one["repo"], branch=one["branch"] + "-new")
    pools.make("protection", "repository", "POST", REPOSITORY + "/branch_protections", 28, name="name", member=("rule_name",), fixed={
        "rule_name": gitea.label("release"), "approvals_whitelist_username": ["chief"], "push_whitelist_usernames": ["chief"],
        "merge_whitelist_usernames": ["chief"],
        "force_push_allowlist_usernames": ["chief"], "branch_name": "", **{f"{kind}_teams": [] for kind in (
            "approvals_whitelist", "push_whitelist", "merge_whitelist", "force_push_allowlist")}})
    pools.ask("protection", ("GET", REPOSITORY + "/branch_protections/{name}"))
    pools.ask("protection", ("PATCH", REPOSITORY + "/branch_protections/{name}"), fixed={
        "approvals_whitelist_username": ["chief"], "push_whitelist_usernames": ["chief"], "merge_whitelist_usernames": [],
        "force_push_allowlist_usernames": [],
        **{f"{kind}_teams": [] for kind in ("approvals_whitelist", "push_whitelist", "merge_whitelist", "force_push_allowlist")}})
    pools.ask("repository", ("POST", REPOSITORY + "/branch_protections/priority"), fixed={"ids": [1, 2]})
    pools.take("protection", "DELETE", REPOSITORY + "/branch_protections/{name}")
    pools.make("tag", "repository", "POST", REPOSITORY + "/tags", 30, name="tag", member=("name",), fixed={
        "tag_name": lambda _: f"v{gitea.random.randrange(9)}.{gitea.random.randrange(99)}.{gitea.random.randrange(999)}", "target": "main"})
    pools.ask("tag", ("GET", REPOSITORY + "/tags/{tag}"))
    for one in pools.there["tag"]:
        sha = driver.call("GET", REPOSITORY + "/tags/{tag}", **one).get("id")
        driver.call("GET", REPOSITORY + "/git/tags/{sha}", **one, sha=sha)
    pools.take("tag", "DELETE", REPOSITORY + "/tags/{tag}")
    pools.make("tag_protection", "repository", "POST", REPOSITORY + "/tag_protections", 26, fixed={"name_pattern": gitea.label("v")})
    pools.ask("tag_protection", ("GET", REPOSITORY + "/tag_protections/{id}"), ("PATCH", REPOSITORY + "/tag_protections/{id}"),
              fixed={"name_pattern": gitea.label("w")})
    pools.take("tag_protection", "DELETE", REPOSITORY + "/tag_protections/{id}")


def releases(gitea):
    driver, pools = gitea.driver, gitea.pools
    for number in range(28):
        one, tag = dict(pools.one("repository")), f"{2020 + number % 7}.{number}"
        made = driver.call("POST", REPOSITORY + "/releases", **one, fixed={"tag_name": tag, "target_commitish": "main", "draft": number % 5 == 0})
        if made.good:
            pools.add("release", **one, id=made.get("id"), tag=tag)
    pools.ask("repository", ("GET", REPOSITORY + "/releases"), ("GET", REPOSITORY + "/releases/latest"))
    pools.ask("release", ("GET", REPOSITORY + "/releases/{id}"), ("GET", REPOSITORY + "/releases/tags/{tag}"),
              ("GET", REPOSITORY + "/releases/{id}/assets"))
    pools.ask("release", ("PATCH", REPOSITORY + "/releases/{id}"), fixed={"tag_name": lambda one: one.get("tag", "none"), "target_commitish": "main"})
    attachments(gitea, "release", REPOSITORY + "/releases/{id}")
    half = len(pools.there["release"]) // 2
    for one in pools.there["release"][:half]:
        driver.call("DELETE", REPOSITORY + "/releases/tags/{tag}", **one)
    for one in pools.there["release"][half:]:
        driver.call("DELETE", REPOSITORY + "/releases/{id}", **one)


def attachments(gitea, kind: str, path: str):
    driver, pools = gitea.driver, gitea.pools
    boundary = "boundary-of-parts"
    for number in range(26):
        one = dict(pools.one(kind))
        body = (f"--{boundary}\r\nContent-Disposition: form-data; name=\"attachment\"; filename=\"notes{number}.txt\"\r\n"
                f"Content-Type: text/plain\r\n\r\nline {number}\r\n--{boundary}--\r\n").encode()
        made = driver.call("POST", path + "/assets", **one, raw=body, content_type=f"multipart/form-data; boundary={boundary}")
        if made.good:
            pools.add(f"{kind} attachment", **one, attachment_id=made.get("id"))
    pools.ask(f"{kind} attachment", ("GET", path + "/assets/{attachment_id}"), ("PATCH", path + "/assets/{attachment_id}"),
              fixed={"name": lambda _: f"{gitea.random.choice(WORDS)}.txt"})
    pools.take(f"{kind} attachment", "DELETE", path + "/assets/{attachment_id}")


def settings(gitea):
    driver, pools = gitea.driver, gitea.pools
    gitea_driver.hooks(gitea, "repository", REPOSITORY + "/hooks")
    pools.make("repository hook", "repository", "POST", REPOSITORY + "/hooks", 22, fixed={"active": False, "type": "gitea"})
    pools.ask("repository hook", ("POST", REPOSITORY + "/hooks/{id}/tests"))
    gitea_driver.secrets(gitea, "repository", REPOSITORY)
    gitea_driver.runners(gitea, "repository", REPOSITORY)
    for _ in range(22):
        one = dict(pools.one("repository")) | {"id": gitea.random.choice(["pre-receive", "update", "post-receive"])}
        for method in ("GET", "PATCH", "DELETE"):
            driver.call(method, REPOSITORY + "/hooks/git/{id}", **one, **({"body": {"content": ""}} if method == "PATCH" else {}))
    pools.make("deploy_key", "repository", "POST", REPOSITORY + "/keys", 26, fixed={"key": lambda _: gitea.key(), "title": gitea.label("deploy")})
    pools.ask("deploy_key", ("GET", REPOSITORY + "/keys/{id}"))
    pools.take("deploy_key", "DELETE", REPOSITORY + "/keys/{id}")
    for word in names(gitea.random, 26):
        one, user = dict(pools.one("repository")), gitea.user()
        for method, rest in (("PUT", ""), ("GET", ""), ("GET", "/permission")):
            driver.call(method, REPOSITORY + "/collaborators/{collaborator}" + rest, **one, collaborator=user,
                        **({"fixed": {}} if method == "PUT" else {}))
        for method in ("PUT", "DELETE"):
            driver.call(method, REPOSITORY + "/topics/{topic}", **one, topic=word)
        driver.call("DELETE", REPOSITORY + "/collaborators/{collaborator}", **one, collaborator=user)
        driver.call("GET", REPOSITORY + "/collaborators/{collaborator}", **one, collaborator=user)
        driver.call("GET", REPOSITORY + "/times/{user}", **one, user=user)
    pools.ask("repository", ("PUT", REPOSITORY + "/topics"), fixed={"topics": lambda _: gitea.random.sample(WORDS, 2)})
    pools.ask("repository", ("GET", REPOSITORY + "/topics"))
    for one in pools.there["team"][:24]:
        repository = of_organisation(gitea, one["org"])
        team = driver.call("GET", "/teams/{id}", id=one["id"]).get("name", default="nothing")
        for method in ("PUT", "GET", "DELETE"):
            driver.call(method, REPOSITORY + "/teams/{team}", **repository, team=team)
            driver.call(method, "/teams/{id}/repos/{org}/{repo}", id=one["id"], org=repository["owner"], repo=repository["repo"])
    pools.make("mirror", "repository", "POST", REPOSITORY + "/push_mirrors", 22, name="name", member=("remote_name",), fixed={
        "remote_address": lambda one: f"http://127.0.0.1:9/{one['repo']}.git", "interval": "8h0m0s", "sync_on_commit": False,
        "remote_username": "a", "remote_password": "b"})
    pools.ask("mirror", ("GET", REPOSITORY + "/push_mirrors/{name}"))
    pools.take("mirror", "DELETE", REPOSITORY + "/push_mirrors/{name}")
    pools.ask("repository", ("POST", REPOSITORY + "/push_mirrors-sync"), ("POST", REPOSITORY + "/mirror-sync"), times=20)


def wiki(gitea):
    driver, pools = gitea.driver, gitea.pools
    for number, word in enumerate(names(gitea.random, 20)):
        one, title = dict(pools.one("repository")), f"{word.title()} Guide" if number % 3 else word
        made = driver.call("POST", REPOSITORY + "/wiki/new", **one, body={"title": title, "content_base64": encoded(f"# {title}\n"),
            **({"message": "new"} if number % 2 else {})})
        if made.good:
            pools.add("page", **one, pageName=urllib.parse.unquote(made.get("sub_url")))
    pools.ask("page", ("GET", REPOSITORY + "/wiki/page/{pageName}"), ("GET", REPOSITORY + "/wiki/revisions/{pageName}"),
              ("GET", REPOSITORY + "/wiki/pages"))
    pools.each("page", "PATCH", REPOSITORY + "/wiki/page/{pageName}", 12, fixed={"title": lambda one: one["pageName"].replace("-", " "),
        "content_base64": encoded("other\n")})
    pools.take("page", "DELETE", REPOSITORY + "/wiki/page/{pageName}", 12)


def actions(gitea):
    driver, pools = gitea.driver, gitea.pools
    for number, word in enumerate(names(gitea.random, 9)):
        one = dict(pools.one("repository"))
        made = driver.call("POST", REPOSITORY + "/contents/{filepath}", **one, filepath=f".gitea/workflows/{word}.yml", slashes=True,
                           body={"content": encoded(WORKFLOW + f"# {number}\n"), "message": "a workflow"})
        if made.good:
            pools.add("workflow", **one, workflow_id=f"{word}.yml")
    pools.ask("repository", *(("GET", REPOSITORY + f"/actions/{what}") for what in ("runs", "jobs", "tasks", "workflows", "artifacts")))
    pools.ask("workflow", ("GET", REPOSITORY + "/actions/workflows/{workflow_id}"), ("PUT", REPOSITORY + "/actions/workflows/{workflow_id}/disable"),
              ("PUT", REPOSITORY + "/actions/workflows/{workflow_id}/enable"))
    pools.ask("workflow", ("POST", REPOSITORY + "/actions/workflows/{workflow_id}/dispatches"), fixed={"ref": "main", "inputs": {}})
    for one in pools.there["repository"]:
        for run in driver.call("GET", REPOSITORY + "/actions/runs", **one).get("workflow_runs", default=[])[:3]:
            pools.add("run", **one, run=run["id"])
    pools.ask("run", *(("GET", REPOSITORY + f"/actions/runs/{{run}}{rest}") for rest in ("", "/artifacts", "/jobs")))
    pools.ask("run", *(("POST", REPOSITORY + f"/actions/runs/{{run}}/{what}") for what in ("rerun", "rerun-failed-jobs")))
    for one in pools.there["run"]:
        for job in driver.call("GET", REPOSITORY + "/actions/runs/{run}/jobs", **one).get("jobs", default=[]):
            pools.add("job", **one, job_id=job["id"])
    pools.ask("job", ("GET", REPOSITORY + "/actions/jobs/{job_id}"), ("GET", REPOSITORY + "/actions/jobs/{job_id}/logs"),
              ("POST", REPOSITORY + "/actions/runs/{run}/jobs/{job_id}/rerun"))
    for number in range(20):  # no runner, no artifacts
        one = dict(pools.one("repository")) | {"artifact_id": number + 1}
        for method, rest in (("GET", ""), ("GET", "/zip"), ("DELETE", "")):
            driver.call(method, REPOSITORY + "/actions/artifacts/{artifact_id}" + rest, **one)
    pools.take("run", "DELETE", REPOSITORY + "/actions/runs/{run}")


def packages(gitea):
    """Put by the way of packages, which the document does not have."""
    driver, pools = gitea.driver, gitea.pools
    for number, word in enumerate(names(gitea.random, 24)):
        owner, version = gitea.user() if number % 2 else pools.one("user_repository")["owner"], f"1.{number}.0"
        driver.client.ask("PUT", f"/api/packages/{owner}/generic/{word}/{version}/file.txt", raw=b"content", content_type="application/octet-stream")
        pools.add("package", owner=owner, type="generic", name=word, version=version)
    pools.ask("package", ("GET", "/packages/{owner}"), ("GET", "/packages/{owner}/{type}/{name}"),
              ("GET", "/packages/{owner}/{type}/{name}/-/latest"),
              ("GET", "/packages/{owner}/{type}/{name}/{version}"), ("GET", "/packages/{owner}/{type}/{name}/{version}/files"))
    for one in pools.there["package"]:
        there = [other["repo"] for other in pools.there["user_repository"] if other["owner"] == one["owner"]]
        repository = gitea.random.choice(there or ["nothing"])
        driver.call("POST", "/packages/{owner}/{type}/{name}/-/link/{repo_name}", **one, repo_name=repository)
        driver.call("POST", "/packages/{owner}/{type}/{name}/-/unlink", **one)
    pools.each("package", "DELETE", "/packages/{owner}/{type}/{name}/{version}", 24)
    pools.each("package", "DELETE", "/packages/{owner}/{type}/{name}", 22)


def transfers(gitea):
    """At once by the one who rules; else the new owner is asked."""
    driver, pools = gitea.driver, gitea.pools
    for one in pools.there["repository"]:
        new = gitea.user()
        if one["owner"] in pools.values("user", "username") and new != one["owner"]:
            driver.client.headers["Sudo"] = one["owner"]
            driver.call("POST", REPOSITORY + "/transfer", **one, body={"new_owner": new})
            driver.client.headers["Sudo"] = new
            for answer in ("reject", "accept"):
                driver.call("POST", REPOSITORY + "/transfer/" + answer, **one)
                driver.client.headers["Sudo"] = one["owner"]
                driver.call("POST", REPOSITORY + "/transfer", **one, body={"new_owner": new})
                driver.client.headers["Sudo"] = new
            del driver.client.headers["Sudo"]
        else:
            for answer in ("reject", "accept"):
                driver.call("POST", REPOSITORY + "/transfer/" + answer, **one)
            driver.call("POST", REPOSITORY + "/transfer", **one, body={"new_owner": new})


def of_organisation(gitea, org: str) -> dict:
    return next((one for one in gitea.pools.there["org_repository"] if one["owner"] == org), gitea.pools.one("org_repository"))


def drive(gitea):
    repositories(gitea)
    files(gitea)
    branches(gitea)
    releases(gitea)
    settings(gitea)
    wiki(gitea)
    actions(gitea)
    packages(gitea)


def end(gitea):
    driver, pools = gitea.driver, gitea.pools
    pools.make("fork", "repository", "POST", REPOSITORY + "/forks", 22, name="fork", member=("full_name",), fixed={
        "name": gitea.label("fork"), "organization": lambda _: pools.one("org")["org"]})
    for one in pools.there["fork"]:
        owner, _, name = one["fork"].partition("/")
        driver.call("POST", REPOSITORY + "/merge-upstream", owner=owner, repo=name, body={"branch": "main"})
    for number, one in enumerate(pools.there["repository"][:22]):
        driver.call("PATCH", REPOSITORY, **one, body={"template": True})
        driver.call("POST", "/repos/{template_owner}/{template_repo}/generate", template_owner=one["owner"], template_repo=one["repo"],
                    fixed={"owner": "chief", "name": gitea.label("made")(), "git_content": number % 4 == 0, "topics": True})
    for number in range(6):  # of itself, and of nobody
        one, name = gitea.random.choice([other for other in pools.there["repository"] if other["owner"] == "chief"]), gitea.label("moved")()
        port = driver.client.port if number else 9
        driver.call("POST", "/repos/migrate", body={"clone_addr": f"http://127.0.0.1:{port}/{one['owner']}/{one['repo']}.git",
                                                    "repo_name": name, "service": "git",
                                                    "mirror": number % 2 == 1})
        driver.call("POST", REPOSITORY + "/mirror-sync", owner="chief", repo=name)
    transfers(gitea)
    for one in pools.there["fork"]:
        owner, _, name = one["fork"].partition("/")
        driver.call("DELETE", REPOSITORY, owner=owner, repo=name)
    driver.fails("DELETE", REPOSITORY, owner="chief", repo="nothing")
