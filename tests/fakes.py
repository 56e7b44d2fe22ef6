"""A small interpreter and rules that stand in for the real ones where a test is about what lies around them.

The fake interpreter finds calls: ``lost(…)`` is reported (TFG202), ``moved(…)`` is reported at the first line of
the file it was told of, ``crash()`` raises and ``die()`` ends the process.
"""

from __future__ import annotations

import os
import signal
from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass, field
from pathlib import Path

import libcst as cst

from tfgraphlint.diagnostic import Applicability, Diagnostic, Edit, Fix, Role, Span, Step
from tfgraphlint.facts.run import UnparsableFile, UnusedSuppression
from tfgraphlint.project.modules import Project
from tfgraphlint.project.settings import Overrides, Settings
from tfgraphlint.rule_api.registry import Registry
from tfgraphlint.rule_api.rule import Rule
from tfgraphlint.run.lint import Request, Run, lint
from tfgraphlint.screen.outline import Outline
from tfgraphlint.syntax.tree import Tree

HEAD = "import tensorflow as tf\ntf.GradientTape\n"


@dataclass(frozen=True, eq=False)
class Called:
    """A call of a plain name: what the fake interpreter yields."""

    tree: Tree
    call: cst.Call
    name: str
    elsewhere: Span | None = None


FixBuilder = Callable[[Called], Fix | None]


def renamed(called: Called) -> Fix:
    """``lost(x)`` becomes ``kept(x)``."""
    return Fix("call kept", Applicability.SAFE, (called.tree.replace(called.call.func, "kept"),))


class LostCalls(Rule):
    """Reports calls of ``lost``."""

    code = "TFG202"
    name = "numpy-call-in-gradient-path"

    def __init__(self, build: FixBuilder = renamed) -> None:
        self.build = build

    def check(self, fact: Called) -> Iterable[Diagnostic]:
        if fact.name == "lost":
            span = fact.tree.span(fact.call)
            path = (Step(Role.CUT, "lost here", span),)
            yield self.report(span, "it is lost", path=path, help="call kept", fix=self.build(fact))
        if fact.name == "moved" and fact.elsewhere is not None:
            here = Step(Role.CONSEQUENCE, "shows here", fact.tree.span(fact.call))
            fix = Fix("never made", Applicability.SAFE, (Edit(fact.elsewhere, ""),))
            yield self.report(fact.elsewhere, "lies elsewhere", path=(here,), fix=fix)


class Unparsable(Rule):
    """As the real one."""

    code = "TFG900"
    name = "unparsable-file"

    def check(self, fact: UnparsableFile) -> Iterable[Diagnostic]:
        yield self.report(fact.span, fact.message)


class Unused(Rule):
    """As the real one, without a fix."""

    code = "TFG901"
    name = "unused-suppression"

    def check(self, fact: UnusedSuppression) -> Iterable[Diagnostic]:
        yield self.report(fact.suppression.span, f"unused: {', '.join(fact.unused) or 'all'}")


@dataclass
class FakeInterpreter:
    """Yields the calls in a file. ``elsewhere`` is where ``moved()`` is reported."""

    elsewhere: Span | None = None
    linted: list[str] = field(default_factory=list)

    def __call__(
        self, project: Project, tree: Tree, outline: Outline, path: str = "", called: Collection[str] = (),
        ports: object = None,
    ) -> list[object]:
        self.linted.append(tree.filename)
        found: list[object] = []
        pending: list[cst.CSTNode] = [tree.module]
        while pending:
            node = pending.pop()
            if isinstance(node, cst.Call) and isinstance(node.func, cst.Name):
                self.obey(node.func.value)
                found.append(Called(tree, node, node.func.value, self.elsewhere))
            pending += node.children
        return found

    def obey(self, name: str) -> None:
        if name == "crash":
            raise ZeroDivisionError("division by zero")
        if name == "die":
            os.kill(os.getpid(), signal.SIGKILL)


def install(monkeypatch, build: FixBuilder = renamed, elsewhere: Span | None = None) -> FakeInterpreter:
    """Put the fakes in the place of the interpreter and the rules."""
    interpreter = FakeInterpreter(elsewhere)
    registry = Registry([LostCalls(build), Unparsable(), Unused()])
    monkeypatch.setattr("tfgraphlint.interpret.interpret", interpreter)
    monkeypatch.setattr("tfgraphlint.run.examine.load", lambda *_: registry)
    monkeypatch.setattr("tfgraphlint.run.lint.load", lambda *_: registry)
    return interpreter


def request(directory: Path, *files: Path, processes: int | None = None, **settings) -> Request:
    """A request for ``files``, or for all Python files in ``directory``."""
    wanted = files or tuple(sorted(directory.rglob("*.py")))
    held = Settings(directory, **settings)
    return Request(directory, dict.fromkeys(wanted, held), Overrides(), roots=[directory], processes=processes)


def lint_text(directory: Path, text: str, **settings) -> Run:
    """Lint one file with ``text`` in it (behind what passes the screen)."""
    file = directory / "program.py"
    file.write_bytes((HEAD + text).encode())
    return lint(request(directory, file, **settings))


def places(diagnostics: Iterable[Diagnostic]) -> list[tuple[str, int, str]]:
    """File name, row and code of each report."""
    return [(each.span.filename, each.span.start.row, each.code) for each in diagnostics]
