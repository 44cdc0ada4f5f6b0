# SPDX-License-Identifier: Apache-2.0
"""Traffic that is captured once and replayed under variables of the environment, which begins without any that would matter."""
import os
import pathlib
import re
import subprocess
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))
import support  # noqa: E402


def config_markdown() -> str:
    return subprocess.run([support.APIARIST, "config", "--markdown"], capture_output=True, text=True, check=True).stdout


def config_rows() -> list[tuple[set[str], str]]:
    """Of each setting: its variables, all that their cell names, and its default."""
    rows = re.findall(r"^\| `--[^|]*\|([^|]*)\|([^|]*)\|", config_markdown(), re.MULTILINE)
    return [(set(re.findall(r"`([A-Z][A-Z0-9_]+)`", variables)), default.strip(" `")) for variables, default in rows]


def without_meaning() -> list[str]:
    """Variables that are taken and do nothing, by the second list of the document."""
    rows = re.findall(r"^\| (`[A-Z].*?) \|", config_markdown().split("\n## Variables of the reference without", 1)[1], re.MULTILINE)
    return re.findall(r"`(\w+)`", " ".join(rows))


def environment(**variables: str) -> dict[str, str]:
    """This process's, but of the collector's variables these alone."""
    known = {name for names, _ in config_rows() for name in names} | set(without_meaning())
    kept = {name: value for name, value in os.environ.items() if name not in known and not name.startswith("APIARIST_")}
    return {**kept, **variables}


class Recording:
    def __init__(self, command: list[str], said: str = "", **variables: str):
        """`said`: what the command reads."""
        self.path = support.temporary_folder() / "recording"
        done = subprocess.run([support.APIARIST, "run", "--null", "--record", str(self.path), "--", *command], input=said,
                              capture_output=True, text=True, timeout=support.PATIENCE_SECONDS, check=False,
                              env=environment(**variables))
        if done.returncode:
            raise RuntimeError(done.stderr)

    def replay(self, *flags: str, **variables: str) -> support.Capture:
        return replay(self.path, *flags, **variables)


def replay(path: pathlib.Path, *flags: str, **variables: str) -> support.Capture:
    """The records are in a file, or where the flags say."""
    folder = support.temporary_folder()
    sink = [] if flags else ["--ndjson", str(folder / "out.ndjson")]
    done = subprocess.run([support.APIARIST, "replay", str(path), *sink, *flags, "--ledger", str(folder / "ledger.json")],
                          capture_output=True, text=True, timeout=support.PATIENCE_SECONDS, check=False,
                          env=environment(**variables))
    result = support.Capture(folder, done.returncode, done.stdout, done.stderr)
    if result.status or not result.ledger["adds_up"]:
        raise AssertionError(f"{variables}: {result.errors}")
    return result
