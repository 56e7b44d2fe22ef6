"""Calls that switch how a whole program runs: where in a project eager execution is switched off."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from pathlib import Path
from weakref import WeakKeyDictionary

from tfgraphlint.disk.reading import glimpse
from tfgraphlint.facts.common import Mode
from tfgraphlint.libraries.tables import meant
from tfgraphlint.libraries.words import EAGER_SWITCHES
from tfgraphlint.project.callers import Callers
from tfgraphlint.project.files import python_files
from tfgraphlint.project.modules import Project
from tfgraphlint.syntax.tree import Tree

_IMPORT = re.compile(r"^[ \t]*(?:from|import)\b([^#\n]*)", re.MULTILINE)


def module_mode(project: Project, tree: Tree, path: Path) -> Mode:
    """The mode of a module's top level before anything ran: eager, unless some other file may have switched it off."""
    if meant() < (2,):
        return Mode.UNKNOWN
    return Mode.UNKNOWN if _mentions(tree.text) and switched_elsewhere(project, tree.text, path) else Mode.EAGER


def switched_elsewhere(project: Project, text: str, path: Path) -> bool:
    """Whether a program that this file is a part of may have switched eager execution off in another file."""
    known = _KNOWN.get(project)
    if known is None:
        known = _KNOWN[project] = _Switches()
        known.read(project.roots or [path.parent])
    others = known.files - {path}
    return bool(others) and (path.stem in known.imported or not known.modules.isdisjoint(_imported(text)))


def callers_of(project: Project) -> Callers:
    """Who calls what in a project."""
    known = _CALLERS.get(project)
    if known is None:
        known = _CALLERS[project] = Callers(project.roots)
    return known


@dataclass
class _Switches:
    """The files of a project that switch, the names of its modules, and all words of its imports."""

    files: set[Path] = field(default_factory=set)
    modules: set[str] = field(default_factory=set)
    imported: set[str] = field(default_factory=set)

    def read(self, roots: list[Path]) -> None:
        for path in python_files(roots):
            text = glimpse(path)
            self.modules.add(path.parent.name if path.stem == "__init__" else path.stem)
            self.imported |= _imported(text)
            if _mentions(text):
                self.files.add(path)


_CALLERS: WeakKeyDictionary[Project, Callers] = WeakKeyDictionary()
_KNOWN: WeakKeyDictionary[Project, _Switches] = WeakKeyDictionary()


def _mentions(text: str) -> bool:
    return any(word in text for word in EAGER_SWITCHES)


def _imported(text: str) -> set[str]:
    return {word for line in _IMPORT.findall(text) for word in re.findall(r"\w+", line)}
