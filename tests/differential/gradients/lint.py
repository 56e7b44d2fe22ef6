"""What the linter says of a program, query by query, and whether it knew all that went into each."""

from __future__ import annotations

import ast
import tempfile
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

import libcst as cst

from tfgraphlint.diagnostic import Severity
from tfgraphlint.facts.common import Fact, Place
from tfgraphlint.facts.gradients import GradientLost, QuerySwapped, TapeExhausted, Unwatchable, WeightsUnbuilt
from tfgraphlint.interpret import interpret
from tfgraphlint.interpret.core.provenance import Flow, Kind, Node, ancestors
from tfgraphlint.interpret.core.value import Value
from tfgraphlint.interpret.core.values import Choice, Dict, Items, Object, Tensor, Unknown, Variable, Weights
from tfgraphlint.interpret.gradients import queries
from tfgraphlint.project.modules import Project
from tfgraphlint.rule_api.registry import Registry, load
from tfgraphlint.screen.outline import Outline
from tfgraphlint.syntax.tree import Tree

from .run import FILENAME


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


def said(text: str) -> Said:
    """Lint one program."""
    found = Said()
    tree = Tree("program.py", text)
    project = Project([nowhere()])
    project.add(Path(FILENAME), tree)
    with _listening(found):
        facts = interpret(project, tree, Outline(ast.parse(text)), FILENAME)
    found.reports = [report for fact in facts for report in _reports(fact)]
    return found


@cache
def nowhere() -> Path:
    return Path(tempfile.mkdtemp())


def _reports(fact: Any) -> Iterator[Report]:
    query, source = _about(fact)
    for diagnostic in _registry().diagnostics(fact):
        if diagnostic.severity is Severity.ERROR:
            partial = isinstance(fact, GradientLost) and fact.partial
            yield Report(diagnostic.code, diagnostic.message, diagnostic.span.start.row, query, source, partial)


def _about(fact: Fact) -> tuple[int, tuple[int, int] | None]:
    if isinstance(fact, GradientLost):
        return fact.place.span.start.row, _start(fact.source.written)
    if isinstance(fact, (TapeExhausted, QuerySwapped)):
        return fact.place.span.start.row, None
    if isinstance(fact, Unwatchable) and fact.how == "source":
        return fact.query.span.start.row, _start(fact.place)
    if isinstance(fact, WeightsUnbuilt):
        return fact.used.span.start.row, None
    return 0, None


def _start(place: Place) -> tuple[int, int]:
    start = place.span.start
    return start.row, start.column


@contextmanager
def _listening(found: Said) -> Iterator[None]:
    original = queries.judge_call

    def judge_call(m: Any, tape: Any, target: Value, written: Any, sources: Any, node: cst.CSTNode) -> None:
        line = m.place(node).span.start.row
        missing = found.unknown.setdefault(line, set())
        nodes = [one for value in (target, *(source.value for source in sources)) for one in _nodes(value, missing)]
        for one in ancestors(nodes):
            if one.kind is Kind.OPAQUE or any(edge.flow is Flow.UNKNOWN for edge in one.edges):
                if not one.queried:
                    missing.add(_text(one))
            if one.kind is Kind.JOIN:
                missing.add(f"which way the program went: {_text(one)}")
            if any(edge.flow is Flow.STOPPED for edge in one.edges):
                found.stopped.add(line)
        original(m, tape, target, written, sources, node)

    queries.judge_call = judge_call  # type: ignore[assignment]
    try:
        yield
    finally:
        queries.judge_call = original


def _nodes(value: Value, missing: set[str]) -> Iterable[Node]:
    if isinstance(value, Weights):
        if not isinstance(value.owner, Object):
            missing.add("weights of " + type(value.owner).__name__)
        return []
    if isinstance(value, Choice):
        missing.add("which of several values it is")
        return [node for option in value.options for node in _nodes(option, missing)]
    if isinstance(value, (Items, Dict)):
        from tfgraphlint.interpret.core.structures import elements

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
