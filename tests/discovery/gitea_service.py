# SPDX-License-Identifier: Apache-2.0
"""Gitea, of Go's module proxy: on SQLite, with real Git repositories. Ids are numbers, names of users, organisations and repositories, branches, tags,
hashes and files, nested. It serves its document (Swagger 2.0) itself. It is built from its module in the tests' cache, without the
pages' scripts, which the module does not have."""
import shutil
import subprocess

import gitea_driver
import service
from service import gopeers

MODULE = "code.gitea.io/gitea"
PASSWORD = "tests-Passw0rd"
SETTINGS = """
I_AM_BEING_UNSAFE_RUNNING_AS_ROOT = true
RUN_MODE = prod
WORK_PATH = {folder}
[server]
HTTP_ADDR = 127.0.0.1
HTTP_PORT = {port}
ROOT_URL = http://127.0.0.1:{port}/
STATIC_ROOT_PATH = {static}
APP_DATA_PATH = {folder}/data
DISABLE_SSH = true
OFFLINE_MODE = true
[database]
DB_TYPE = sqlite3
PATH = {folder}/gitea.db
SQLITE_JOURNAL_MODE = WAL
[repository]
ROOT = {folder}/repositories
[security]
INSTALL_LOCK = true
SECRET_KEY = tests
DISABLE_GIT_HOOKS = false
[indexer]
ISSUE_INDEXER_TYPE = db
[log]
LEVEL = Warn
[webhook]
ALLOWED_HOST_LIST = loopback
[migrations]
ALLOW_LOCALNETWORKS = true
[service]
ENABLE_NOTIFY_MAIL = false
"""


class Gitea(service.Service):
    name = "gitea"
    version = "1.26.0"

    def install(self):
        built = service.CACHE / f"gitea-{self.version}"
        self.program = built / "gitea"
        module = service.fetch_module(MODULE, f"v{self.version}")
        self.static = built / "static"
        if not (built / "ready").exists():
            shutil.rmtree(built, ignore_errors=True)
            self.static.mkdir(parents=True)
            done = gopeers.run(gopeers.go(), "build", "-mod=readonly", "-tags", "sqlite sqlite_unlock_notify", "-o", str(self.program), ".",
                               cgo=True, folder=module)
            if done.returncode:
                raise service.Unavailable(f"Gitea {self.version} cannot be built: {done.stderr.strip()[-600:]}")
            for part in ("options", "templates", "public"):
                shutil.copytree(module / part, self.static / part)
            (built / "ready").touch()

    def prepare(self):
        self.settings = self.folder / "app.ini"
        self.settings.write_text(SETTINGS.format(folder=self.folder, port=self.port, static=self.static), encoding="utf-8")
        for command in (["migrate"], ["admin", "user", "create", "--admin", "--username", "chief", "--password", PASSWORD, "--email",
                                      "chief@example.com", "--must-change-password=false"]):
            done = subprocess.run([self.program, "--config", self.settings, *command], cwd=self.folder, env=self.all_environment(),
                                  capture_output=True,
                                  text=True, check=False)
            if done.returncode:
                raise RuntimeError(f"gitea {command[0]}: {done.stdout[-800:]}{done.stderr[-800:]}")

    def command(self) -> list[str]:
        return [str(self.program), "--config", str(self.settings), "web"]

    def environment(self) -> dict[str, str]:
        return {"HOME": str(self.folder), "GITEA_WORK_DIR": str(self.folder)}

    def is_ready(self, client) -> bool:
        return client.ask("GET", "/api/healthz").status == 200

    def document(self, client) -> dict:
        return client.ask("GET", "/swagger.v1.json").json

    def drive(self, driver):
        gitea_driver.drive(driver, "chief", PASSWORD)
