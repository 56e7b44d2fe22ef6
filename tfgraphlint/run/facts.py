"""The facts that a run gives to the rules, instead of what the rules make of them: for whoever writes a rule."""

from __future__ import annotations

import difflib
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path

from tfgraphlint.diagnostic import Diagnostic, Span
from tfgraphlint.errors import RunError
from tfgraphlint.facts.gradients import GradientLost
from tfgraphlint.project.discover import discover
from tfgraphlint.project.settings import Finder
from tfgraphlint.project.source import holds_pieces
from tfgraphlint.rule_api.fact_kinds import kinds
from tfgraphlint.rule_api.registry import Registry
from tfgraphlint.run.lint import Request, readable


class Recorder(Registry):
    """Stands where the rules stand, and only remembers what they would have been given."""

    def __init__(self) -> None:
        super().__init__(())
        self.facts: list[object] = []

    def diagnostics(self, event: object) -> Iterator[Diagnostic]:
        """Nothing: the fact is remembered, and those that are its parts."""
        self.facts.append(event)
        self.facts += event.parts() if isinstance(event, GradientLost) else ()
        return iter(())


@dataclass(frozen=True)
class Found:
    """The facts of one file, or in ``error`` the one line about why there are none."""

    file: Path
    facts: tuple[object, ...] = ()
    error: str = ""
    details: str = ""


def facts_of(request: Request) -> Iterator[Found]:
    """The facts of each file of ``request``, in the order of the files. Each file is interpreted, whatever is in it."""
    recorder = Recorder()
    examiner = replace(request.examiner(), screened=False, registry=recorder)
    for file in request.files:
        recorder.facts.clear()
        examined = examiner.examine(file)
        yield Found(file, tuple(recorder.facts), examined.error, examined.details)


def asked_for(paths: Sequence[str], directory: Path) -> tuple[Request, tuple[RunError, ...]]:
    """What to interpret: the files of ``paths`` as the configuration sees them; and what of it is not there."""
    found = discover(paths, Finder(directory))
    roots = [(directory / path).resolve() for path in paths if (directory / path).is_dir()] or [directory]
    return Request(directory, found.files, roots=roots), tuple(found.errors)


def placing(request: Request) -> Callable[[Span], Span]:
    """Gives places as a person reads them: in a notebook, with the cell."""
    source = cache(lambda file: readable(request, file))

    def place(span: Span) -> Span:
        file = request.names.get(span.filename)
        return span if file is None or not holds_pieces(file) else source(file).place(span)

    return place


def kinds_named(names: Iterable[str]) -> tuple[type, ...]:
    """The kinds of fact with these names; all that there are when there is no name.

    Raises:
        RunError: there is no such kind. The text has the nearest one.
    """
    known = {kind.__name__: kind for kind in kinds()}
    return tuple(_named(name, known) for name in names) or tuple(known.values())


def _named(name: str, known: dict[str, type]) -> type:
    spelled = {each.lower(): each for each in known}
    if name.lower() in spelled:
        return known[spelled[name.lower()]]
    near = difflib.get_close_matches(name.lower(), list(spelled), n=1, cutoff=0.5)
    hint = f"; did you mean {spelled[near[0]]!r}?" if near else "; tfgraphlint facts --list prints all kinds"
    raise RunError(f"there is no kind of fact {name!r}{hint}")
