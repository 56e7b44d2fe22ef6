"""What the linter says of a program of the graph mode, and what it did not know about each line."""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

import libcst as cst

from tfgraphlint.diagnostic import Severity
from tfgraphlint.facts.common import Mode
from tfgraphlint.interpret import interpret
from tfgraphlint.interpret.core.graph_state import is_assumed
from tfgraphlint.interpret.core.structures import within
from tfgraphlint.interpret.core.value import Value
from tfgraphlint.interpret.core.values import Choice, Items, Spread, Unknown
from tfgraphlint.interpret.python import expressions
from tfgraphlint.project.modules import Project
from tfgraphlint.rule_api.registry import Registry, load
from tfgraphlint.screen.outline import Outline
from tfgraphlint.syntax.tree import Tree

from ..gradients.lint import nowhere
from ..gradients.run import FILENAME


@dataclass(frozen=True)
class Report:
    """One report of the rules on graphs, at the line where it starts."""

    code: str
    message: str
    line: int
    error: bool


@dataclass(frozen=True)
class Visit:
    """One evaluation of an expression."""

    node: cst.CSTNode
    unknown: bool
    mode: Mode
    doubt: str  # what kept the interpreter from being certain here


@dataclass
class Said:
    """All that the linter said of a program, and all that it evaluated."""

    tree: Tree
    reports: list[Report] = field(default_factory=list)
    visits: list[Visit] = field(default_factory=list)

    def missing(self, first: int, last: int) -> str:
        """Why the linter could not be certain about the statement on these lines; empty where it knew everything."""
        here = [visit for visit in self.visits if first <= self._line(visit.node) <= last]
        traced = [visit for visit in here if visit.mode is Mode.GRAPH]
        if not here:
            return "never reached"
        if not traced:
            return "not known to be traced"
        whole = {_root(visit.node) for visit in traced}
        unknown = [visit for visit in traced if visit.unknown and visit.node not in whole]
        named = [visit for visit in unknown if not isinstance(visit.node, cst.Call)] or unknown
        if named:
            return "unknown: " + self.tree.code(named[0].node).strip()[:60]
        return next((visit.doubt for visit in traced if visit.doubt), "")

    def _line(self, node: cst.CSTNode) -> int:
        return self.tree.span(node).start.row


def _root(node: cst.CSTNode) -> cst.CSTNode | None:
    return node if isinstance(node, (cst.Call, cst.Comparison)) else None


def _is_unknown(value: Value) -> bool:
    if isinstance(value, Items) and isinstance(value.items, Spread):
        return True  # a list of unknown length
    return isinstance(value, (Unknown, Choice)) or is_assumed(value)


@cache
def built() -> frozenset[str]:
    """The codes of the rules on graphs that there are."""
    rules = Path(__file__).parents[3] / "rules"
    return frozenset(path.name[:6].upper() for path in rules.glob("tfg[45]*.py"))


@cache
def _registry() -> Registry:
    return load()


def said(text: str) -> Said:
    """Lint one program."""
    tree = Tree("program.py", text)
    project = Project([nowhere()])
    project.add(Path(FILENAME), tree)
    found = Said(tree)
    with _listening(found):
        facts = interpret(project, tree, Outline(ast.parse(text)), FILENAME)
    for diagnostic in (one for fact in facts for one in _registry().diagnostics(fact)):
        if diagnostic.code in built():
            error = diagnostic.severity is Severity.ERROR
            found.reports.append(Report(diagnostic.code, diagnostic.message, diagnostic.span.start.row, error))
    found.reports = list(dict.fromkeys(found.reports))
    return found


@contextmanager
def _listening(found: Said) -> Iterator[None]:
    original = dict(expressions.EVALUATORS)

    def wrap(evaluator: Callable[[Any, Any], Value]) -> Callable[[Any, Any], Value]:
        def evaluate(m: Any, node: Any) -> Value:
            value = evaluator(m, node)
            doubt = "inside try" if m.guards else "one of several values" if m.alternatives else ""
            unknown = any(_is_unknown(held) for held in [value, *within(value)])
            found.visits.append(Visit(node, unknown, m.mode, doubt))
            return value

        return evaluate

    expressions.EVALUATORS.update({kind: wrap(evaluator) for kind, evaluator in original.items()})
    try:
        yield
    finally:
        expressions.EVALUATORS.update(original)
