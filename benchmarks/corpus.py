"""Bring the corpus: published packages that train with TensorFlow, fixed versions, unpacked, not installed.

    python benchmarks/corpus.py [DIRECTORY]

Each package gets its own folder ``NAME-VERSION`` below DIRECTORY. A folder that is there already is left
alone, so the command can be repeated. Without DIRECTORY the corpus goes to ``$TFGRAPHLINT_CORPUS`` or to
``tfgraphlint-corpus`` in the user's cache directory.
"""

from __future__ import annotations

import argparse
import os
import shutil
import subprocess
import sys
import tempfile
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Package:
    """A package of the corpus: its name in the registry and the one version that we read."""

    name: str
    version: str

    @property
    def requirement(self) -> str:
        return f"{self.name}=={self.version}"

    @property
    def folder(self) -> str:
        return f"{self.name}-{self.version}"


PACKAGES = (
    Package("tf-agents", "0.19.0"),
    Package("tensorflow-addons", "0.23.0"),
    Package("keras-cv", "0.9.0"),
    Package("deepxde", "1.15.0"),
    Package("spektral", "1.3.1"),
    Package("gpflow", "2.11.2"),
    Package("trieste", "4.6.1"),
    Package("tensorflow-ranking", "0.5.5"),
    Package("tensorflow-recommenders", "0.7.7"),
    Package("tf-models-official", "2.20.0"),
    Package("adversarial-robustness-toolbox", "1.20.1"),
    Package("tensorflow-gan", "2.1.0"),
    Package("dm-sonnet", "2.0.2"),
)

# The packages are read, never imported: any Python's wheel will do, but the same one everywhere.
WHEEL_OPTIONS = (
    "--no-deps",
    "--only-binary=:all:",
    "--python-version=3.11",
    "--platform=manylinux2014_x86_64",
    "--platform=manylinux_2_17_x86_64",
    "--disable-pip-version-check",
    "--quiet",
)


def default_directory() -> Path:
    """Where the corpus lies when nobody says otherwise; always outside the repository."""
    if named := os.environ.get("TFGRAPHLINT_CORPUS"):
        return Path(named).expanduser()
    cache = os.environ.get("XDG_CACHE_HOME") or "~/.cache"
    return Path(cache).expanduser() / "tfgraphlint-corpus"


def python_files(directory: Path) -> Iterator[Path]:
    """Every ``.py`` file of the corpus in ``directory``, in a fixed order."""
    for package in PACKAGES:
        yield from sorted((directory / package.folder).rglob("*.py"))


def bring(package: Package, directory: Path) -> Path:
    """Download and unpack one package unless its folder is there; return the folder.

    The folder appears only when it is whole: it is filled under another name and renamed last.
    """
    folder = directory / package.folder
    if folder.is_dir():
        return folder
    directory.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix=".unpacking-", dir=directory) as scratch:
        wheel = download(package, Path(scratch) / "wheel")
        unpacked = Path(scratch) / package.folder
        with zipfile.ZipFile(wheel) as archive:
            archive.extractall(unpacked)
        unpacked.rename(folder)
    return folder


def download(package: Package, destination: Path) -> Path:
    """The package's wheel, brought by pip from the registry that pip is set up for."""
    command = [*pip(), "download", *WHEEL_OPTIONS, "--dest", str(destination), package.requirement]
    done = subprocess.run(command, capture_output=True, text=True)
    wheels = list(destination.glob("*.whl"))
    if done.returncode != 0 or len(wheels) != 1:
        sys.exit(f"could not download {package.requirement}; pip said:\n{done.stderr.strip()}")
    return wheels[0]


def pip() -> list[str]:
    """This interpreter's pip, or the one on the path (virtual environments may come without)."""
    own = [sys.executable, "-m", "pip"]
    if subprocess.run([*own, "--version"], capture_output=True).returncode == 0:
        return own
    if found := shutil.which("pip"):
        return [found]
    sys.exit("the corpus is downloaded with pip: none in this interpreter, none on the path")


def count_lines(path: Path) -> int:
    """How many lines a file has."""
    return path.read_bytes().count(b"\n")


def main() -> None:
    """Bring every package and print how much there is to read."""
    parser = argparse.ArgumentParser(description="Bring the corpus of published TensorFlow packages.")
    parser.add_argument("directory", nargs="?", type=Path, default=default_directory())
    directory: Path = parser.parse_args().directory
    total_files = total_lines = 0
    for package in PACKAGES:
        files = sorted(bring(package, directory).rglob("*.py"))
        lines = sum(map(count_lines, files))
        print(f"{package.name:32}{package.version:>8}{len(files):>7} files{lines:>9} lines", flush=True)
        total_files += len(files)
        total_lines += lines
    print(f"{'in ' + str(directory):40}{total_files:>7} files{total_lines:>9} lines")


if __name__ == "__main__":
    main()
