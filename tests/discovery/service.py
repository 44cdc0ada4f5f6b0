# SPDX-License-Identifier: Apache-2.0
"""What the services have in common: each is installed once into the tests' cache by its package client, runs on loopback with its data
in a folder of its own, and ends by its process id."""
import json
import os
import pathlib
import signal
import subprocess
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "live"))
import gopeers  # noqa: E402
import npmpeers  # noqa: E402, F401
import support  # noqa: E402

CACHE = support.CACHE / "discovery"


class Unavailable(Exception):
    """Something outside cannot be had; the text says what."""


def fetch(command: list[str], what: str, **more) -> str:
    """Runs a package client; its last words where it fails."""
    done = subprocess.run(command, capture_output=True, text=True, errors="replace", check=False, **more)
    if done.returncode:
        raise Unavailable(f"{what} cannot be had: {(done.stderr or done.stdout).strip()[-600:]}")
    return done.stdout


def fetch_module(path: str, version: str) -> pathlib.Path:
    """The folder of a module of Go's proxy."""
    if gopeers.go() is None:
        raise Unavailable("Go is not on this machine")
    gopeers.CACHE.mkdir(parents=True, exist_ok=True)
    done = gopeers.run(gopeers.go(), "mod", "download", "-json", f"{path}@{version}", folder=gopeers.CACHE)
    try:
        return pathlib.Path(json.loads(done.stdout)["Dir"])
    except (ValueError, KeyError):
        raise Unavailable(f"{path} {version} cannot be had: {(done.stdout + done.stderr).strip()[-600:]}") from None


class Service:
    """One of those below is given to `run` or to the collector as a command. `helpers` are processes that it needs and that are
    not its own, as a database."""
    name = ""
    version = ""
    base: str | None = None  # before all paths of the document; None: as the document says

    def __init__(self, folder: pathlib.Path):
        self.folder = folder
        self.port = support.free_ports(1)[0]
        self.helpers: list[subprocess.Popen] = []

    def install(self):
        raise NotImplementedError

    def prepare(self):
        """What is there before the service starts."""

    def command(self) -> list[str]:
        raise NotImplementedError

    def environment(self) -> dict[str, str]:
        return {}

    def all_environment(self) -> dict[str, str]:
        """Of what else it might ask, by itself, only a closed port of this machine is to be reached."""
        kept = {key: value for key, value in os.environ.items() if not key.lower().endswith("_proxy")}
        nowhere = {name: "http://127.0.0.1:9" for name in ("HTTP_PROXY", "HTTPS_PROXY", "http_proxy", "https_proxy")}
        return {**kept, **nowhere, "NO_PROXY": "127.0.0.1,localhost", "no_proxy": "127.0.0.1,localhost", **self.environment()}

    def is_ready(self, client) -> bool:
        """Asked again until it is true; each question that is answered is in the log like any other."""
        raise NotImplementedError

    def document(self, client) -> dict:
        """The service's own OpenAPI document."""
        raise NotImplementedError

    def drive(self, driver):
        raise NotImplementedError

    def end_helpers(self):
        for helper in reversed(self.helpers):
            helper.send_signal(signal.SIGINT)
            helper.wait(support.PATIENCE_SECONDS)


def children(process: int) -> list[int]:
    found = []
    for task in pathlib.Path(f"/proc/{process}/task").iterdir():
        try:
            found += map(int, (task / "children").read_text().split())
        except OSError:  # ended meanwhile
            continue
    return found


class Running:
    """A service that was started, under the collector or alone."""

    def __init__(self, service: Service, collected_to: pathlib.Path | None, output: pathlib.Path):
        self.service = service
        self.collected = collected_to is not None
        command = service.command()
        if collected_to is not None:
            ledger = collected_to.with_name(collected_to.name.removesuffix(".ndjson") + ".ledger.json")
            command = [support.APIARIST, "run", "--ndjson", str(collected_to), "--ledger", str(ledger), "--body-bytes", "1048576", "--",
                       *command]
        self.output = output
        with output.open("wb") as log:
            self.process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=log, stderr=subprocess.STDOUT, cwd=service.folder,
                                            env=service.all_environment())

    def fail_if_ended(self):
        if self.process.poll() is not None:
            raise RuntimeError(f"{self.service.name} ended with {self.process.returncode}: {self.output.read_text(errors='replace')[-2000:]}")

    def fail_if_it_ends(self):
        """After a connection was cut, which is before its process is gone."""
        try:
            self.process.wait(5)
        except subprocess.TimeoutExpired:
            return
        self.fail_if_ended()

    def wait_until_ready(self, client):
        def listens():
            self.fail_if_ended()
            return support.port_answers(self.service.port)

        def ready():
            self.fail_if_ended()
            return self.service.is_ready(client)

        support.wait_until(listens, f"{self.service.name} on its port")
        support.wait_until(ready, f"{self.service.name} ready")

    def end(self):
        """The service, of which the collector takes notice and ends too."""
        if self.process.poll() is None:
            for one in children(self.process.pid) if self.collected else [self.process.pid]:
                os.kill(one, signal.SIGTERM)
            try:
                self.process.wait(support.PATIENCE_SECONDS)
            except subprocess.TimeoutExpired:
                self.process.kill()
                self.process.wait()
                raise
