# SPDX-License-Identifier: Apache-2.0
"""A PostgreSQL of Debian's package with its data in a folder, for services that keep theirs there."""
import os
import pathlib
import shutil
import subprocess

import service
from service import support


def programs() -> pathlib.Path:
    found = sorted(pathlib.Path("/usr/lib/postgresql").glob("*/bin/initdb"), key=lambda one: int(one.parent.parent.name))
    if not found:
        raise service.Unavailable("PostgreSQL is not on this machine (script/bootstrap test)")
    return found[-1].parent


class Postgres:
    """Everybody on loopback is trusted, and what is written need not outlive the machine."""

    def __init__(self, folder: pathlib.Path, user: str):
        self.folder = folder / "postgres"
        self.user = user
        self.port = support.free_ports(1)[0]
        self.process = None

    def _as_its_user(self) -> list[str]:
        # It refuses to run as root.
        return ["setpriv", "--reuid=postgres", "--regid=postgres", "--clear-groups"] if os.geteuid() == 0 else []

    def start(self, helpers: list[subprocess.Popen]):
        """Among `helpers` as soon as it runs."""
        self.folder.mkdir(mode=0o700)
        if os.geteuid() == 0:
            self.folder.parent.chmod(0o711)
            shutil.chown(self.folder, "postgres", "postgres")
        service.fetch([*self._as_its_user(), str(programs() / "initdb"), "--pgdata", str(self.folder / "data"), "--auth", "trust",
                       "--username", self.user,
                       "--encoding", "UTF8", "--no-sync"], "a database of PostgreSQL", cwd=self.folder)
        with (self.folder.parent / "postgres.txt").open("wb") as log:
            self.process = subprocess.Popen(
                [*self._as_its_user(), str(programs() / "postgres"), "-D", str(self.folder / "data"), "-k", str(self.folder), "-p", str(self.port),
                 "-c", "listen_addresses=127.0.0.1", "-c", "fsync=off"], stdin=subprocess.DEVNULL, stdout=log, stderr=subprocess.STDOUT,
                 cwd=self.folder)
        helpers.append(self.process)
        support.wait_until(self._answers, "PostgreSQL")
        self.ask("postgres", f"CREATE DATABASE {self.user}")

    def _answers(self) -> bool:
        if self.process.poll() is not None:
            raise RuntimeError(f"PostgreSQL ended: {(self.folder.parent / 'postgres.txt').read_text()[-2000:]}")
        return subprocess.run([str(programs() / "pg_isready"), "-q", "-h", "127.0.0.1", "-p", str(self.port)], check=False).returncode == 0

    def ask(self, database: str, statement: str):
        subprocess.run([str(programs() / "psql"), "--no-psqlrc", "-q", "-v", "ON_ERROR_STOP=1", "-h", "127.0.0.1", "-p", str(self.port), "-U",
                        self.user, "-d",
                        database, "-c", statement], check=True, capture_output=True, text=True)

    @property
    def url(self) -> str:
        return f"postgres://{self.user}@127.0.0.1:{self.port}/{self.user}"
