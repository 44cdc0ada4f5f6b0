# SPDX-License-Identifier: Apache-2.0
"""A server that speaks MongoDB's protocol (FerretDB with SQLite, built from the Go module proxy), and a client that is not ours
(pymongo)."""
import json
import pathlib
import shutil
import subprocess
import sys

import pymongo

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))
import support  # noqa: E402

VERSION = "v1.24.2"
BUILT = support.CACHE / f"ferretdb/{VERSION}/ferretdb"


class Unavailable(Exception):
    """Go or the module cannot be had: the tests are skipped, and say so."""


def run(command: list[str], folder: pathlib.Path) -> str:
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)
    if done.returncode != 0:
        raise Unavailable(f"FerretDB cannot be built: {(done.stderr or done.stdout).strip()[-300:]}")
    return done.stdout


def binary() -> pathlib.Path:
    if BUILT.exists():
        return BUILT
    if not support.has("go"):
        raise Unavailable("no go to build FerretDB with")
    folder = BUILT.parent
    if folder.exists():
        shutil.rmtree(folder)
    folder.mkdir(parents=True)
    (folder / "go.mod").write_text("module ferretdb\n", encoding="ascii")
    found = json.loads(run(["go", "mod", "download", "-json", f"github.com/FerretDB/FerretDB@{VERSION}"], folder))
    source = folder / "source"
    shutil.copytree(found["Dir"], source)
    subprocess.run(["chmod", "-R", "u+w", str(source)], check=True)
    # The module leaves out the file that tells its version, which its own build makes.
    (source / "build/version/version.txt").write_text(f"{VERSION}\n", encoding="ascii")
    run(["go", "build", "-o", str(folder / "new"), "./cmd/ferretdb"], source)
    (folder / "new").rename(BUILT)
    shutil.rmtree(source)
    return BUILT


class Server:
    """Its data stays when it is stopped and started again."""

    def __init__(self, folder: pathlib.Path, user: str = "", password: str = ""):
        (self.port,) = support.free_ports(1)
        self.address = f"127.0.0.1:{self.port}"
        self.data = folder / "mongo"
        self.data.mkdir()
        self.user, self.password = user, password
        self.folder = folder
        self.process = None

    def uri(self, password: str | None = None) -> str:
        login = f"{self.user}:{password or self.password}@" if self.user else ""
        return f"mongodb://{login}{self.address}/admini"

    def start(self):
        setup = ["--test-enable-new-auth", "--setup-database=admini", f"--setup-username={self.user}",
                 f"--setup-password={self.password}"] if self.user else []
        with (self.folder / "mongo.log").open("ab") as log:
            self.process = subprocess.Popen(
                [str(binary()), "--handler=sqlite", f"--sqlite-url=file:{self.data}/", f"--listen-addr={self.address}", "--debug-addr=-",
                 f"--state-dir={self.data}", "--telemetry=disable", "--log-level=WARN", *setup], stdout=log, stderr=log)
        support.wait_for_port(self.port)

    def stop(self):
        support.end(self.process)
        self.process = None

    def database(self):
        return pymongo.MongoClient(self.uri())["1000000"]
