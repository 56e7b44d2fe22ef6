"""What is measured: tfgraphlint in three ways, other linters, and the two parsers alone."""

from __future__ import annotations

import importlib.util
import random
import shutil
import sys
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from benchmarks.measuring import Cost, measure

OURS = ("-m", "tfgraphlint", "check", ".", "--isolated", "--exit-zero", "--quiet")
CACHE = ".tfgraphlint_cache"
READ = "import pathlib; texts = [each.read_bytes() for each in sorted(pathlib.Path('.').rglob('*.py'))]\n"
TRY = "for text in texts:\n    try:\n        parse(text)\n    except Exception:\n        pass\n"
PARSERS = {
    "ast.parse": f"from ast import parse\n{READ}{TRY}",
    "libcst.parse_module": f"from libcst import parse_module as parse\n{READ}{TRY}",
}
COLD = "tfgraphlint, cold"
Run = Callable[[Path, Mapping[str, str]], Cost]


@dataclass(frozen=True)
class Program:
    """A program and how it is run in a folder. ``is_slow``: only over the packages that are chosen for such."""

    name: str
    run: Run
    is_slow: bool = False


def programs(chance: random.Random) -> tuple[list[Program], list[str]]:
    """What can be measured here, in this order: a warm run needs the cold one before it; and what is not installed."""
    found = [
        Program(COLD, _cold),
        Program("tfgraphlint, nothing changed", lambda folder, variables: measure(_ours(), folder, variables)),
        Program("tfgraphlint, one file changed", lambda folder, variables: _changed(folder, variables, chance)),
    ]
    missing = []
    for name, command, is_slow in _peers():
        if command is None:
            missing.append(name)
        else:
            found.append(Program(name, _runner(command), is_slow))
    return found, missing


def _ours() -> list[str]:
    return [sys.executable, *OURS]


def _runner(command: list[str]) -> Run:
    return lambda folder, variables: measure(command, folder, variables)


def _peers() -> Iterator[tuple[str, list[str] | None, bool]]:
    for name, options, is_slow in (
        ("flake8", ["--isolated", "--exit-zero", "--quiet", "."], False),
        ("pylint -E", ["-E", "--exit-zero", "--rcfile=/dev/null", "--recursive=y", "."], True),
        ("ruff check --no-cache", ["check", "--no-cache", "--isolated", "--exit-zero", "--quiet", "."], False),
    ):
        command = _command(name.partition(" ")[0])
        yield name, None if command is None else [*command, *options], is_slow
    for name, program in PARSERS.items():
        yield name, [sys.executable, "-c", program], False


def _command(name: str) -> list[str] | None:
    """How a linter is run: by this Python, or whatever the path has."""
    beside = Path(sys.executable).parent / name
    if name != "ruff" and importlib.util.find_spec(name):
        return [sys.executable, "-m", name]
    found = str(beside) if beside.exists() else shutil.which(name)
    return [found] if found else None


def _cold(folder: Path, variables: Mapping[str, str]) -> Cost:
    shutil.rmtree(folder / CACHE, ignore_errors=True)
    return measure(_ours(), folder, variables)


def _changed(folder: Path, variables: Mapping[str, str], chance: random.Random) -> Cost:
    """A run after a line was added to one file, which is taken away again, and the cache brought up to date."""
    file = chance.choice(sorted(folder.rglob("*.py")))
    before = file.read_bytes()
    file.write_bytes(before + b"\nCHANGED = True\n")
    cost = measure(_ours(), folder, variables)
    file.write_bytes(before)
    measure(_ours(), folder, variables)
    return cost
