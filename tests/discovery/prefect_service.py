# SPDX-License-Identifier: Apache-2.0
"""Prefect's server, of PyPI: a FastAPI application on SQLite. Ids are UUIDs and names; it serves its document itself.
All its operations are asked; `GET /csrf-token` never succeeds, since the protection is off."""
import pathlib
import re
import shutil

import prefect_driver
import service

LOCK = pathlib.Path(__file__).resolve().parent / "prefect.txt"


class Prefect(service.Service):
    name = "prefect"
    version = re.search(r"^prefect==(\S+)$", LOCK.read_text(encoding="ascii"), re.M)[1]
    base = "/api"

    def install(self):
        folder = service.CACHE / f"prefect-{self.version}"
        ready = folder / "ready"
        if not ready.exists() or ready.read_bytes() != LOCK.read_bytes():
            shutil.rmtree(folder, ignore_errors=True)
            folder.parent.mkdir(parents=True, exist_ok=True)
            service.fetch([service.support.PYTHON, "-m", "venv", str(folder)], "a virtual environment of Python")
            service.fetch([str(folder / "bin/pip"), "install", "--quiet", "--disable-pip-version-check", "--no-deps", "--requirement", str(LOCK)],
                          f"Prefect {self.version}")
            ready.write_bytes(LOCK.read_bytes())
        self.program = folder / "bin/prefect"

    def command(self) -> list[str]:
        return [str(self.program), "server", "start", "--host", "127.0.0.1", "--port", str(self.port), "--no-ui", "--analytics-off"]

    def environment(self) -> dict[str, str]:
        return {"PREFECT_HOME": str(self.folder / "prefect"), "DO_NOT_TRACK": "1", "PREFECT_LOGGING_LEVEL": "WARNING",
                "PREFECT_SERVER_ANALYTICS_ENABLED": "false", "PREFECT_SERVER_CSRF_PROTECTION_ENABLED": "false",
                "PREFECT_SERVER_EPHEMERAL_ENABLED": "false"}

    def is_ready(self, client) -> bool:
        return client.ask("GET", "/api/health").status == 200

    def document(self, client) -> dict:
        return client.ask("GET", "/openapi.json").json

    def drive(self, driver):
        prefect_driver.drive(driver)
