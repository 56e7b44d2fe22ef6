"""Calls that switch how a whole program runs: where in a project eager execution is switched off."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

import libcst as cst

from tfgraphlint.disk.reading import glimpse
from tfgraphlint.facts.common import Mode
from tfgraphlint.libraries.tables import meant
from tfgraphlint.libraries.words import EAGER_SWITCHES
from tfgraphlint.project.callers import Callers
from tfgraphlint.project.files import python_files
from tfgraphlint.project.import_lines import module_word, words_of_imports
from tfgraphlint.project.modules import Project
from tfgraphlint.syntax.late_bodies import definitions
from tfgraphlint.syntax.tree import Tree

RUN_FUNCTIONS_EAGERLY = ("run_functions_eagerly", "experimental_run_functions_eagerly")


def module_mode(project: Project, tree: Tree, path: Path) -> Mode:
    """The mode of a module's top level before anything ran: eager, unless some other file may have switched it off."""
    if meant() < (2,):
        return Mode.UNKNOWN
    return Mode.UNKNOWN if _mentions(tree.text) and switched_elsewhere(project, tree.text, path) else Mode.EAGER


def switched_elsewhere(project: Project, text: str, path: Path) -> bool:
    """Whether a program that this file is a part of may have switched eager execution off in another file."""
    project.looked_around = True
    known: _Switches | None = project.all_files.get(_Switches)
    if known is None:
        known = project.all_files[_Switches] = _Switches()
        known.read(project.roots or [path.parent])
    others = known.files - {path}
    if not others or module_word(path) in known.imported:
        return bool(others)
    return not known.modules.isdisjoint(words_of_imports(text, path, packages=True))


def runs_functions_eagerly_within(tree: Tree) -> bool:
    """Whether a function of a file switches ``tf.function`` off, whatever else it does: not under a condition."""
    if RUN_FUNCTIONS_EAGERLY[0] not in tree.text:
        return False
    functions = [node for node in definitions(tree.module) if isinstance(node, cst.FunctionDef)]
    return any(_switches_off(part) for function in functions for line in function.body.body for part in _parts(line))


def _parts(line: cst.BaseStatement | cst.BaseSmallStatement) -> Sequence[cst.CSTNode]:
    """The statements in one row; a compound one decides what runs in it."""
    if isinstance(line, cst.SimpleStatementLine):
        return line.body
    return [line] if isinstance(line, cst.BaseSmallStatement) else []


def _switches_off(statement: cst.CSTNode) -> bool:
    match statement:
        case cst.Expr(value=cst.Call(
            func=cst.Name(value=name) | cst.Attribute(attr=cst.Name(value=name)),
            args=[cst.Arg(value=cst.Name(value="True")), *_],
        )):  # fmt: skip
            return name in RUN_FUNCTIONS_EAGERLY
    return False


def callers_of(project: Project) -> Callers:
    """Who calls what in a project."""
    project.looked_around = True
    known: Callers = project.all_files.setdefault(Callers, Callers(project.roots))
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


def _mentions(text: str) -> bool:
    return any(word in text for word in EAGER_SWITCHES)
