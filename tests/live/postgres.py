# SPDX-License-Identifier: Apache-2.0
"""A PostgreSQL server of a test's own: a new cluster in a temporary directory, on a socket there and on loopback."""
import contextlib
import os
import pathlib
import pwd
import shutil
import socket
import subprocess
import tempfile


def programs() -> pathlib.Path:
    """Debian keeps the server's programs by version."""
    found = sorted(pathlib.Path("/usr/lib/postgresql").glob("*/bin/initdb"), key=lambda path: int(path.parent.parent.name))
    if not found:
        raise FileNotFoundError("no PostgreSQL: script/bootstrap test installs one")
    return found[-1].parent


def free_port() -> int:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return listener.getsockname()[1]


class Postgres:
    """Not as root: the server refuses that."""

    def __init__(self, directory: pathlib.Path, settings: dict[str, str] | None = None):
        self.directory = directory
        self.port = free_port()
        self.settings = {"listen_addresses": "127.0.0.1", "port": str(self.port), "unix_socket_directories": str(directory),
                         "fsync": "off", **(settings or {})}
        user = pwd.getpwnam("postgres")
        os.chown(directory, user.pw_uid, user.pw_gid)
        self._run("initdb", "--pgdata", str(directory / "data"), "--username", "apiarist", "--auth", "trust", "--encoding", "UTF8",
                  "--no-sync")
        self.start()
        with contextlib.suppress(subprocess.CalledProcessError):
            self._run("createdb", "--host", str(directory), "--port", str(self.port), "--username", "apiarist", "inventory")

    @property
    def url(self) -> str:
        return f"postgresql://apiarist@127.0.0.1:{self.port}/inventory"

    def _run(self, program: str, *arguments: str):
        subprocess.run(["setpriv", "--reuid=postgres", "--regid=postgres", "--clear-groups", str(programs() / program), *arguments],
                       check=True, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, cwd="/")

    def start(self):
        options = " ".join(f"-c {name}={value}" for name, value in self.settings.items())
        self._run("pg_ctl", "start", "--wait", "--pgdata", str(self.directory / "data"), "--log", str(self.directory / "log"),
                  "--options", options)

    def stop(self, mode: str = "fast"):
        self._run("pg_ctl", "stop", "--wait", "--pgdata", str(self.directory / "data"), "--mode", mode)


@contextlib.contextmanager
def postgres(settings: dict[str, str] | None = None):
    """Runs one; yields it; stops it and removes its files."""
    directory = pathlib.Path(tempfile.mkdtemp(prefix="apiarist-postgres-"))
    server = None
    try:
        server = Postgres(directory, settings)
        yield server
    finally:
        if server is not None:
            with contextlib.suppress(subprocess.CalledProcessError):
                server.stop("immediate")
        shutil.rmtree(directory, ignore_errors=True)
