"""What the linter says of a program of the graph mode, and what it did not know about each line."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cache, partial
from pathlib import Path
from typing import Any

import libcst as cst

from tfgraphlint.diagnostic import Severity
from tfgraphlint.facts.common import Mode
from tfgraphlint.interpret.core.graph_state import is_assumed
from tfgraphlint.interpret.core.structures import within
from tfgraphlint.interpret.core.value import Value
from tfgraphlint.interpret.core.values import Choice, Items, Spread, Unknown
from tfgraphlint.interpret.python import expressions
from tfgraphlint.rule_api.registry import Registry, load

from ..forms import FILE, on_disk
from ..gradients.lint import Line, interpreted


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
    """All that the linter said of a program, and all that it evaluated, by line."""

    reports: list[Report] = field(default_factory=list)
    visits: dict[int, list[Visit]] = field(default_factory=dict)

    def missing(self, first: int, last: int) -> str:
        """Why the linter could not be certain about the statement on these lines; empty where it knew everything."""
        here = [visit for line in range(first, last + 1) for visit in self.visits.get(line, ())]
        traced = [visit for visit in here if visit.mode is Mode.GRAPH]
        if not here:
            return "never reached"
        if not traced:
            return "not known to be traced"
        whole = {_root(visit.node) for visit in traced}
        unknown = [visit for visit in traced if visit.unknown and visit.node not in whole]
        named = [visit for visit in unknown if not isinstance(visit.node, cst.Call)] or unknown
        if named:
            return "unknown: " + cst.Module([]).code_for_node(named[0].node).strip()[:60]
        return next((visit.doubt for visit in traced if visit.doubt), "")


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


def said(text: str, form: str = FILE) -> Said:
    """Lint one program, written down in this form."""
    if form == FILE:
        return _heard(partial(interpreted, text), lambda span: span.start.row)
    with on_disk(form, text) as shown:
        return _together([_heard(partial(shown.facts, file), shown.line) for file in shown.files])


def _heard(facts: Callable[[], Iterable[Any]], line: Line) -> Said:
    found = Said()
    with _listening(found, line):
        made = list(facts())
    for diagnostic in (one for fact in made for one in _registry().diagnostics(fact)):
        if diagnostic.code in built():
            error = diagnostic.severity is Severity.ERROR
            found.reports.append(Report(diagnostic.code, diagnostic.message, line(diagnostic.span), error))
    found.reports = list(dict.fromkeys(found.reports))
    return found


def _together(each: Sequence[Said]) -> Said:
    """What was said of several files; of a line that was reached from more than one, what came first."""
    found = Said()
    found.reports = list(dict.fromkeys(report for one in each for report in one.reports))
    for one in reversed(each):  # the script that starts the others knows most
        for line, visits in one.visits.items():
            found.visits.setdefault(line, visits)
    return found


@contextmanager
def _listening(found: Said, line: Line) -> Iterator[None]:
    original = dict(expressions.EVALUATORS)

    def wrap(evaluator: Callable[[Any, Any], Value]) -> Callable[[Any, Any], Value]:
        def evaluate(m: Any, node: Any) -> Value:
            value = evaluator(m, node)
            doubt = "inside try" if m.guards else "one of several values" if m.alternatives else ""
            unknown = any(_is_unknown(held) for held in [value, *within(value)])
            found.visits.setdefault(line(m.place(node).span), []).append(Visit(node, unknown, m.mode, doubt))
            return value

        return evaluate

    expressions.EVALUATORS.update({kind: wrap(evaluator) for kind, evaluator in original.items()})
    try:
        yield
    finally:
        expressions.EVALUATORS.update(original)
