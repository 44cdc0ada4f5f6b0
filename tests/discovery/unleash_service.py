# SPDX-License-Identifier: Apache-2.0
"""Unleash, of npm: an Express application on PostgreSQL. Ids are names of projects, flags, environments and fields, UUIDs, ULIDs and numbers,
nested. It serves its document itself. What is open of it has one project and two environments, so no traffic can tell that those are parameters."""
import shutil
import subprocess

import service
import unleash_driver
from postgres import Postgres
from service import npmpeers

NODE = "24.22.3"
BEFORE = "2026-11-01"  # what the version needs is as of then
ADMIN_TOKEN = "*:*.tests-admin"
CLIENT_TOKEN = "default:development.tests-client"
FRONTEND_TOKEN = "default:development.tests-frontend"
LIMITS = ("CREATE_USER_RATE_LIMIT_PER_MINUTE", "SIMPLE_LOGIN_LIMIT_PER_MINUTE", "PASSWORD_RESET_LIMIT_PER_MINUTE",
          "REGISTER_CLIENT_RATE_LIMIT_PER_MINUTE",
          "CLIENT_METRICS_RATE_LIMIT_PER_MINUTE", "FRONTEND_METRICS_RATE_LIMIT_PER_MINUTE", "REGISTER_FRONTEND_RATE_LIMIT_PER_MINUTE",
          "AUTHENTICATION_RATE_LIMIT_PER_MINUTE", "TOKEN_AUTHENTICATION_RATE_LIMIT_PER_MINUTE", "SDK_API_RATE_LIMIT_PER_MINUTE",
          "SEARCH_FEATURES_RATE_LIMIT_PER_MINUTE")


class Unleash(service.Service):
    name = "unleash"
    version = "8.2.0"

    def install(self):
        if shutil.which("npm") is None:
            raise service.Unavailable("npm is not on this machine")
        modules, why = npmpeers.modules(f"unleash-server@{self.version}", before=BEFORE)
        if modules is None:
            raise service.Unavailable(why)
        try:
            self.node = npmpeers.node(NODE)
        except (OSError, subprocess.CalledProcessError) as missing:
            raise service.Unavailable(f"Node.js {NODE} cannot be had: {missing}") from missing
        self.program = modules / "unleash-server/dist/server.js"

    def prepare(self):
        self.postgres = Postgres(self.folder, "unleash")
        self.postgres.start(self.helpers)

    def command(self) -> list[str]:
        return [str(self.node), str(self.program)]

    def environment(self) -> dict[str, str]:
        return {"DATABASE_URL": self.postgres.url, "DATABASE_SSL": "false", "HTTP_HOST": "127.0.0.1", "PORT": str(self.port), "LOG_LEVEL": "warn",
                "CHECK_VERSION": "false", "SEND_TELEMETRY": "false", "ENABLE_OAS": "true", "NODE_ENV": "production",
                "UNLEASH_ALLOW_PRIVATE_URL_IN_INTEGRATION": "true", "INIT_ADMIN_API_TOKENS": ADMIN_TOKEN,
                "INIT_BACKEND_API_TOKENS": CLIENT_TOKEN, "INIT_FRONTEND_API_TOKENS": FRONTEND_TOKEN, **{name: "100000" for name in LIMITS}}

    def is_ready(self, client) -> bool:
        return client.ask("GET", "/health").status == 200

    def document(self, client) -> dict:
        return client.ask("GET", "/docs/openapi.json").json

    def drive(self, driver):
        unleash_driver.drive(driver, {"admin": ADMIN_TOKEN, "client": CLIENT_TOKEN, "frontend": FRONTEND_TOKEN})
