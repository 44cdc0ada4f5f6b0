# SPDX-License-Identifier: Apache-2.0
"""The corpora hpack-test-case and http2-frame-test-case of http2jp (MIT), as Debian's source package haskell-http2 carries them, in
the tests' cache. apt fetches and checks it from where this machine has its packages from, with lists of its own, so that the system's
stay as they are."""
import pathlib
import shutil
import subprocess
import tarfile
import tempfile

import oracles

SOURCE = "haskell-http2"
VERSION = "3.0.3"
SUITE = "bookworm"
DERIVE_SOURCES = pathlib.Path(__file__).resolve().parent.parent / "kernels/derive-sources"


def _apt(folder: pathlib.Path, *arguments: str):
    settings = {"Dir::Etc::sourcelist": "/dev/null", "Dir::Etc::sourceparts": folder / "sources", "Dir::State::lists": folder / "lists",
                "Dir::Cache": folder / "cache", "APT::Sandbox::User": "root"}
    options = [word for name, value in settings.items() for word in ("-o", f"{name}={value}")]
    return subprocess.run(["apt-get", "-qq", *options, *arguments], cwd=folder, capture_output=True, text=True, check=False)


def http2() -> tuple[pathlib.Path | None, str]:
    """The folder with test-hpack and test-frame, or why there is none."""
    kept = oracles.CACHE / f"{SOURCE}-{VERSION}"
    if kept.exists():
        return kept, ""
    with tempfile.TemporaryDirectory(prefix="apiarist-corpora-") as name:
        folder = pathlib.Path(name)
        for inner in ("sources", "lists/partial", "cache/archives/partial"):
            (folder / inner).mkdir(parents=True)
        derived = subprocess.run([DERIVE_SOURCES, SUITE], capture_output=True, text=True, check=False)
        if derived.returncode:
            return None, derived.stderr.strip()
        (folder / "sources" / "source.sources").write_text(derived.stdout.replace("Types: deb\n", "Types: deb-src\n"), encoding="utf-8")
        for arguments in (("update",), ("source", "--download-only", SOURCE)):
            done = _apt(folder, *arguments)
            if done.returncode:
                return None, f"{SOURCE} cannot be had: {done.stderr.strip()[-200:]}"
        archive = folder / f"{SOURCE}_{VERSION}.orig.tar.gz"
        if not archive.exists():
            return None, f"Debian has another version of {SOURCE} than {VERSION}"
        with tarfile.open(archive) as packed:
            for member in packed:
                _, _, inside = member.name.partition("/")
                if member.isfile() and inside.endswith(".json") and ".." not in inside:
                    (folder / "made" / inside).parent.mkdir(parents=True, exist_ok=True)
                    (folder / "made" / inside).write_bytes(packed.extractfile(member).read())
        kept.parent.mkdir(parents=True, exist_ok=True)
        shutil.move(folder / "made", kept)
    return kept, ""
