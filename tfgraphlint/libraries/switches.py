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
from tfgraphlint.project.import_lines import module_word, words_of_imports
from tfgraphlint.project.modules import Project
from tfgraphlint.syntax.tree import Tree

_RUN_EAGERLY = re.compile(
    r"^([ \t]+)[\w.]*\b(?:experimental_)?run_functions_eagerly\(\s*(?:run_eagerly\s*=\s*)?True\b", re.MULTILINE
)
_DEFINITION = re.compile(r"\s*(?:async\s+)?def\b")

def module_mode(project: Project, tree: Tree, path: Path) -> Mode:
    """The mode of a module's top level before anything ran: eager, unless some other file may have switched it off."""
    if meant() < (2,):
        return Mode.UNKNOWN
    return Mode.UNKNOWN if _mentions(tree.text) and switched_elsewhere(project, tree.text, path) else Mode.EAGER


def switched_elsewhere(project: Project, text: str, path: Path) -> bool:
    """Whether a program that this file is a part of may have switched eager execution off in another file."""
    project.looked_around = True
    known = _KNOWN.get(project)
    if known is None:
        known = _KNOWN[project] = _Switches()
        known.read(project.roots or [path.parent])
    others = known.files - {path}
    if not others or module_word(path) in known.imported:
        return bool(others)
    return not known.modules.isdisjoint(words_of_imports(text, path, packages=True))


def runs_functions_eagerly_within(text: str) -> bool:
    """Whether a function of a file switches ``tf.function`` off, whatever else it does: not under a condition."""
    for call in _RUN_EAGERLY.finditer(text):
        pad = len(call[1])
        outer = (line for line in reversed(text[: call.start()].splitlines()) if line.strip() and _indent(line) < pad)
        if _DEFINITION.match(next(outer, "")):
            return True
    return False


def _indent(line: str) -> int:
    return len(line) - len(line.lstrip())


def callers_of(project: Project) -> Callers:
    """Who calls what in a project."""
    project.looked_around = True
    known = _CALLERS.get(project)
    if known is None:
        known = _CALLERS[project] = Callers(project.roots)
    return known


@dataclass
class _Switches:
    """The files of a project that switch, the names of its modules, and what its imports name."""

    files: set[Path] = field(default_factory=set)
    modules: set[str] = field(default_factory=set)
    imported: set[str] = field(default_factory=set)

    def read(self, roots: list[Path]) -> None:
        for path in python_files(roots):
            text = glimpse(path)
            self.modules.add(module_word(path))
            self.imported |= words_of_imports(text, path, packages=True)
            if _mentions(text):
                self.files.add(path)


_CALLERS: WeakKeyDictionary[Project, Callers] = WeakKeyDictionary()
_KNOWN: WeakKeyDictionary[Project, _Switches] = WeakKeyDictionary()


def _mentions(text: str) -> bool:
    return any(word in text for word in EAGER_SWITCHES)
