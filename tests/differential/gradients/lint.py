"""What the linter says of a program, query by query, and whether it knew all that went into each."""

from __future__ import annotations

import ast
import tempfile
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from functools import cache, partial
from pathlib import Path
from typing import Any

import libcst as cst

from tfgraphlint.diagnostic import Severity, Span
from tfgraphlint.facts.common import Fact, Place
from tfgraphlint.facts.gradients import GradientLost, QuerySwapped, TapeExhausted, Unwatchable, WeightsUnbuilt
from tfgraphlint.interpret import interpret
from tfgraphlint.interpret.core.provenance import Flow, Kind, Node, ancestors
from tfgraphlint.interpret.core.structures import elements, nodes_within
from tfgraphlint.interpret.core.value import Value
from tfgraphlint.interpret.core.values import Choice, Dict, Items, Object, Tensor, Unknown, Variable, Weights
from tfgraphlint.interpret.gradients import queries
from tfgraphlint.libraries.keras import trained_gradients
from tfgraphlint.project.modules import Project
from tfgraphlint.rule_api.registry import Registry, load
from tfgraphlint.screen.outline import Outline
from tfgraphlint.syntax.tree import Tree

from ..forms import FILE, on_disk
from .run import FILENAME, trained

Line = Callable[[Span], int]  # the line of the program at which a stretch of a file starts


@dataclass(frozen=True)
class Report:
    """One report: ``query`` is the line of the query that it is about (0: something else, at ``line``);
    ``source`` where the source is written (None: the query as a whole)."""

    code: str
    message: str
    line: int
    query: int = 0
    source: tuple[int, int] | None = None
    partial: bool = False
    weights: bool = False  # the source is all the weights of a model or layer


@dataclass
class Said:
    """All that the linter said of a program; ``unknown`` holds, by line of each query that it judged, the text of
    what it did not know, and ``stopped`` the lines at which a gradient was stopped on purpose."""

    reports: list[Report] = field(default_factory=list)
    unknown: dict[int, set[str]] = field(default_factory=dict)
    stopped: set[int] = field(default_factory=set)


@cache
def _registry() -> Registry:
    return load()


def said(text: str, form: str = FILE) -> Said:
    """Lint one program, written down in this form."""
    if form == FILE:
        found = _heard(partial(interpreted, text), lambda span: span.start.row)
    else:
        with on_disk(form, text) as shown:
            found = _together([_heard(partial(shown.facts, file), shown.line) for file in shown.files])
    if ".trainable = False" in text:
        for missing in found.unknown.values():
            missing.add("which layers train")
    fits = trained(text)  # what is said of a compiled loss is seen when the model is fitted
    found.reports = [
        replace(report, query=fits[report.query], source=None) if report.query in fits else report
        for report in found.reports
    ]
    return found


def interpreted(text: str) -> list[Fact]:
    """The facts of a program in one file."""
    tree = Tree("program.py", text)
    project = Project([nowhere()])
    project.add(Path(FILENAME), tree)
    return interpret(project, tree, Outline(ast.parse(text)), FILENAME)


def _heard(facts: Callable[[], Iterable[Any]], line: Line) -> Said:
    found = Said()
    with _listening(found, line):
        made = list(facts())
    found.reports = list(dict.fromkeys(report for fact in made for report in _reports(fact, line)))
    return found


def _together(each: Sequence[Said]) -> Said:
    """What was said of several files: of a query that was judged more than once, what the one knew that knew most."""
    found = Said()
    found.reports = list(dict.fromkeys(report for one in each for report in one.reports))
    for one in each:
        found.stopped |= one.stopped
        for line, missing in one.unknown.items():
            found.unknown[line] = min(missing, found.unknown.get(line, missing), key=len)
    return found


@cache
def nowhere() -> Path:
    return Path(tempfile.mkdtemp())


def _reports(fact: Any, line: Line) -> Iterator[Report]:
    query, source = _about(fact, line)
    for diagnostic in _registry().diagnostics(fact):
        if diagnostic.severity is Severity.ERROR:
            lost = isinstance(fact, GradientLost)
            yield Report(
                diagnostic.code, diagnostic.message, line(diagnostic.span), query, source,
                lost and fact.partial, lost and fact.source.kind == "weights",
            )  # fmt: skip


def _about(fact: Fact, line: Line) -> tuple[int, tuple[int, int] | None]:
    def start(place: Place) -> tuple[int, int]:
        return line(place.span), place.span.start.column

    if isinstance(fact, GradientLost):
        return line(fact.place.span), start(fact.source.written)
    if isinstance(fact, (TapeExhausted, QuerySwapped)):
        return line(fact.place.span), None
    if isinstance(fact, Unwatchable) and fact.how == "source":
        return line(fact.query.span), start(fact.place)
    if isinstance(fact, WeightsUnbuilt):
        return line(fact.used.span), None
    return 0, None


@contextmanager
def _listening(found: Said, line: Line) -> Iterator[None]:
    judge_query, judge_training = queries.judge_call, trained_gradients.judge
    stopping: list[int] = []

    def judge_call(m: Any, tape: Any, target: Value, written: Any, sources: Any, node: cst.CSTNode) -> None:
        at = line(m.place(node).span)
        _note(found, at, (target, *(source.value for source in sources)))
        if "compile(" in m.place(node).code and at in found.stopped:
            stopping.append(at)  # its loss stops the gradient, of which ``fit`` says nothing more
        judge_query(m, tape, target, written, sources, node)

    def judge(m: Any, tape: Any, model: Value, outputs: Value, node: cst.CSTNode) -> None:
        _note(found, line(m.place(node).span), (outputs,))
        if stopping:
            found.stopped.add(line(m.place(node).span))
        behind = ancestors(nodes_within(outputs))
        if not any(one.kind is Kind.VARIABLE and one.trainable is not False for one in behind):
            found.unknown[line(m.place(node).span)].add("no weight takes part in the outputs")
        judge_training(m, tape, model, outputs, node)

    queries.judge_call = judge_call  # type: ignore[assignment]
    trained_gradients.judge = judge  # type: ignore[assignment]
    try:
        yield
    finally:
        queries.judge_call = judge_query
        trained_gradients.judge = judge_training


def _note(found: Said, line: int, values: Iterable[Value]) -> None:
    """Note what is unknown about what a query is about."""
    missing = found.unknown.setdefault(line, set())
    for one in ancestors([node for value in values for node in _nodes(value, missing)]):
        if one.kind is Kind.OPAQUE or any(edge.flow is Flow.UNKNOWN for edge in one.edges):
            if not one.queried:
                missing.add(_text(one))
        if one.kind is Kind.JOIN:
            missing.add(f"which way the program went: {_text(one)}")
        if any(edge.flow is Flow.STOPPED for edge in one.edges):
            found.stopped.add(line)


def _nodes(value: Value, missing: set[str]) -> Iterable[Node]:
    if isinstance(value, Weights):
        if not isinstance(value.owner, Object):
            missing.add("weights of " + type(value.owner).__name__)
        return []
    if isinstance(value, Choice):
        missing.add("which of several values it is")
        return [node for option in value.options for node in _nodes(option, missing)]
    if isinstance(value, (Items, Dict)):
        return [node for item in elements(value) for node in _nodes(item, missing)]
    if isinstance(value, (Tensor, Variable)):
        return [value.node]
    if isinstance(value, Unknown):
        missing.add(_text(value.node))
        return [value.node]
    node = getattr(value, "node", None)
    return [node] if isinstance(node, Node) else []


def _text(node: Node) -> str:
    return node.place.code if node.place is not None else "?"
