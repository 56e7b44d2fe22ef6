"""The functions that a project's commands call: console scripts of pyproject.toml, setup.cfg and setup.py."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from itertools import islice
from pathlib import Path

from tfgraphlint.project.module_finder import PROJECT_MARKS, ModuleFinder
from tfgraphlint.project.source import glimpse

MAX_DECLARATIONS = 50  # parts of one file that name commands
# Files that name commands, and the beginning of the parts of them that do.
DECLARATIONS = {
    "pyproject.toml": re.compile(r"^\[(?:project\.(?:gui-)?scripts|tool\.poetry\.scripts)\][^\n]*\n", re.MULTILINE),
    "setup.cfg": re.compile(r"^[ \t]*(?:console|gui)_scripts\s*=", re.MULTILINE),
    "setup.py": re.compile(r"(?:console|gui)_scripts[\"']?\s*[:=]"),
}
_ENDS = {
    "pyproject.toml": re.compile(r"^\[", re.MULTILINE),
    "setup.cfg": re.compile(r"^(?:\[|[\w.]+\s*=)", re.MULTILINE),
    "setup.py": re.compile(r"\]"),
}
_COMMAND = re.compile(r"(?<![\w.-])[\w.-]+[\"']?\s*=\s*[\"']?([A-Za-z_][\w.]*)\s*:\s*([A-Za-z_]\w*)")


class Commands:
    """What commands call in files; the declarations of a project are read once."""

    def __init__(self) -> None:
        self._tops: dict[Path, Path | None] = {}
        self._called: dict[Path, dict[Path, frozenset[str]]] = {}

    def of(self, file: Path) -> frozenset[str]:
        """The functions of ``file`` that commands call."""
        top = self._top(file.parent)
        if top is None:
            return frozenset()
        if top not in self._called:
            self._called[top] = _called(top)
        return self._called[top].get(file, frozenset())

    def _top(self, folder: Path) -> Path | None:
        """The nearest directory above with such a file."""
        passed: list[Path] = []
        top: Path | None = None
        for above in (folder, *folder.parents):
            if above in self._tops:
                top = self._tops[above]
                break
            passed.append(above)
            if any(os.path.isfile(above / name) for name in DECLARATIONS):
                top = above
                break
            if os.path.exists(above / ".git"):
                break
        self._tops.update(dict.fromkeys(passed, top))
        return top


def declarations(folder: Path) -> Iterator[Path]:
    """The files that may name commands of a file in ``folder``, whether they are there or not."""
    for above in (folder, *folder.parents):
        yield from (above / name for name in DECLARATIONS)
        if any(os.path.exists(above / mark) for mark in PROJECT_MARKS):
            return


def _called(top: Path) -> dict[Path, frozenset[str]]:
    found: dict[Path, frozenset[str]] = {}
    finder = ModuleFinder([top])
    for name in DECLARATIONS:
        for module, function in _commands_in(name, glimpse(top / name)):
            path = finder.find(module, top / name)
            if path is not None:
                found[path] = found.get(path, frozenset()) | {function}
    return found


def _commands_in(name: str, text: str) -> Iterator[tuple[str, str]]:
    for begin in islice(DECLARATIONS[name].finditer(text), MAX_DECLARATIONS):
        rest = text[begin.end() :]
        end = _ENDS[name].search(rest)
        yield from _COMMAND.findall(rest[: end.start()] if end else rest)
