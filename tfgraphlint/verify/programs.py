"""The fixture programs: where they are, which rule they belong to, and what they claim."""

from __future__ import annotations

import re
import tokenize
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path

_RULE_FOLDER = re.compile(r"(tfg\d{3})_(\w+)")
_COMMENT = re.compile(r"^# (claim|holds|process): *(.*?)\s*$", re.MULTILINE)


@dataclass(frozen=True)
class Program:
    """One runnable program: the file to run, and its comments that are read by machine."""

    rule: str  # "TFG301"
    name: str  # "unwatched-tensor"
    entry: Path
    label: str  # the path that people are shown, relative to the fixtures
    claims: tuple[str, ...]
    holds: tuple[str, ...]
    own_process: bool

    @property
    def kind(self) -> str:
        """``bad``, ``good`` or ``fine``."""
        stem = self.entry.parent.name if self.entry.name == "main.py" else self.entry.stem
        return stem.partition("_")[0]


def fixtures_directory() -> Path:
    """Where the fixtures are: package data of an installed tfgraphlint, or beside it in a checkout."""
    for folder in (*_packaged(), Path(__file__).resolve().parents[2] / "fixtures"):
        if folder.is_dir():
            return folder
    raise FileNotFoundError("the fixtures of tfgraphlint are not installed: use a checkout of the repository")


def _packaged() -> Iterator[Path]:
    spec = find_spec("tfgraphlint.fixtures")
    if spec is not None and spec.submodule_search_locations:
        yield from map(Path, spec.submodule_search_locations)


def find(root: Path) -> list[Program]:
    """All programs at and below ``root`` (a folder or one program), in the order of their paths."""
    if root.is_file():
        return [read(root)]
    return [read(entry) for entry in sorted(_entries(root.resolve()))]


def _entries(folder: Path) -> Iterator[Path]:
    if folder.name.partition("_")[0] in ("bad", "good", "fine") and (folder / "main.py").is_file():
        yield folder / "main.py"
        return
    for child in folder.iterdir():
        if child.is_dir() and child.name != "__pycache__":
            yield from _entries(child)
        elif child.suffix == ".py" and child.stem.partition("_")[0] in ("bad", "good", "fine"):
            yield child


def read(entry: Path) -> Program:
    """The program whose first file is ``entry``, its rule taken from the folders above it."""
    entry = entry.resolve()
    rule, name, label = _belongs(entry)
    comments = _COMMENT.findall(_text(entry))

    def of(kind: str) -> tuple[str, ...]:
        return tuple(text for found, text in comments if found == kind)

    return Program(rule, name, entry, label, of("claim"), of("holds"), "own" in of("process"))


def _text(entry: Path) -> str:
    try:
        with tokenize.open(entry) as file:
            return file.read()
    except (SyntaxError, UnicodeDecodeError):
        return entry.read_bytes().decode("utf-8", "replace")


def _belongs(entry: Path) -> tuple[str, str, str]:
    for folder in entry.parents:
        if match := _RULE_FOLDER.fullmatch(folder.name):
            name = match[2].replace("_", "-")
            return match[1].upper(), name, entry.relative_to(folder.parent).as_posix()
    return "-", "", entry.as_posix()


def select(programs: Sequence[Program], codes: Sequence[str]) -> tuple[list[Program], list[str]]:
    """The programs of the rules named by code, prefix or name, and the words that name none."""
    unknown = [word for word in codes if not any(_named(program, word) for program in programs)]
    chosen = [program for program in programs if any(_named(program, word) for word in codes)]
    return (chosen if codes else list(programs)), unknown


def _named(program: Program, word: str) -> bool:
    return program.rule.startswith(word.upper()) or program.name == word.lower()
