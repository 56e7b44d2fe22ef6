"""Whether the gradients that a program asks for agree with finite differences.

The program runs again and again, each time with one source of one query moved a little, and the change of the
target is compared with what the gradient foretells.
"""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from tfgraphlint.verify import execute
from tfgraphlint.verify.claims import Verdict
from tfgraphlint.verify.observe import Nudge, Observer, Query, Source, watching

STEPS = (1e-2, 3e-3, 3e-2, 1e-3, 1e-1)
RELATIVE = 1e-3
LOUDEST = 1e-2  # the noise, as a part of the change, above which a step proves nothing
SITES, SOURCES = 6, 4
SECONDS = 25.0
CLAIM = "gradients"


@dataclass(frozen=True)
class Finding:
    """What came of one source of one query: it agrees, it does not, or the differences cannot be taken."""

    status: str  # as of a verdict
    text: str = ""


class Repeats:
    """Runs one program as often as is needed, the same way each time."""

    def __init__(self, entry: Path) -> None:
        self.entry = entry
        self.eagerly = False
        self.first = self._run(Observer(entry.parent))
        if any(query.in_graph for query in self.first.queries):
            self.eagerly = True
            self.first = self._run(Observer(entry.parent))

    def again(self, nudge: Nudge | None = None) -> Observer:
        """Another run, with a source nudged or just as the first."""
        return self._run(Observer(self.entry.parent, nudge, self.first.stopped, replay=True))

    def _run(self, observer: Observer) -> Observer:
        import tensorflow as tf

        with execute.surroundings(self.entry):
            tf.config.run_functions_eagerly(self.eagerly)
            with watching(observer):
                outcome = execute.run_program(self.entry)
        if outcome.error is not None and not isinstance(outcome.error, execute.Interrupted):
            raise RuntimeError(f"when observed it ended with {outcome.ended}")
        return observer


def agree(entry: Path) -> Verdict:
    """Compare the gradients that the program asks for, some of many from one call, with differences."""
    try:
        repeats = Repeats(entry)
        queries = repeats.first.queries
        if not queries:
            return Verdict(CLAIM, "denied", "the program asks no tape for a gradient")
        if any(query.in_graph for query in queries):
            return Verdict(CLAIM, "skipped", "a gradient is taken in a graph that cannot run eagerly")
        if not _repeat(queries, repeats.again().queries):
            return Verdict(CLAIM, "skipped", "the program does not repeat itself: seed it")
        findings = list(_findings(repeats))
    except RuntimeError as error:
        return Verdict(CLAIM, "skipped", str(error))
    for status in ("denied", "skipped"):
        texts = [finding.text for finding in findings if finding.status == status]
        if texts:
            return Verdict(CLAIM, "denied" if status == "denied" else "skipped", "; ".join(texts[:3]))
    return Verdict(CLAIM, "confirmed", f"{len(findings)} gradients")


def _repeat(queries: Sequence[Query], others: Sequence[Query]) -> bool:
    return len(queries) == len(others) and all(
        abs(one.value - other.value) <= 1e-9 + one.noise for one, other in zip(queries, others)
    )


def _findings(repeats: Repeats) -> Iterator[Finding]:
    deadline = time.monotonic() + SECONDS
    for done, (number, source) in enumerate(_sample(repeats.first.queries)):
        if done and time.monotonic() > deadline:
            return
        yield _compare(repeats, number, repeats.first.queries[number], source)


def _sample(queries: Sequence[Query]) -> list[tuple[int, Source]]:
    """The first and the last query of each place in the program, and of many sources some."""
    sites: dict[int, list[int]] = {}
    for number, query in enumerate(queries):
        sites.setdefault(query.line, []).append(number)
    chosen = [numbers[0] for numbers in sites.values()][:SITES]
    chosen += [numbers[-1] for numbers in sites.values() if len(numbers) > 1][:SITES]
    return [(number, source) for number in chosen for source in _some(queries[number].sources)]


def _some(sources: Sequence[Source]) -> list[Source]:
    if len(sources) <= SOURCES:
        return list(sources)
    return [sources[index] for index in np.linspace(0, len(sources) - 1, SOURCES).astype(int)]


def _compare(repeats: Repeats, number: int, query: Query, source: Source) -> Finding:
    if source.gradient is None:
        return Finding("denied", f"line {query.line}: a gradient is None")
    if isinstance(source.gradient, str):
        return Finding("skipped", f"line {query.line}: {source.gradient}")
    if source.ordinal is None:
        return Finding("skipped", f"line {query.line}: where a source comes from is not known")
    direction = _direction(source.gradient)
    best, drowned = (np.inf, ""), False
    for step in STEPS:
        size = step * source.scale
        taken = _difference(repeats, Nudge(number, query.entry, source.ordinal, size * direction))
        if taken is None:
            return Finding("skipped", f"line {query.line}: a source cannot be moved")
        change, moved, noise = taken
        foretold = float(np.sum(source.gradient * moved))
        larger = max(abs(change), abs(foretold))
        miss = abs(change - foretold)
        if miss <= RELATIVE * larger + noise and (noise <= LOUDEST * larger or foretold == 0.0):
            return Finding("confirmed")
        slopes = f"the gradient foretells a slope of {foretold / size / 2:.6g}, seen: {change / size / 2:.6g}"
        best = min(best, (miss / (larger or 1.0), f"line {query.line}: {slopes}"))
        drowned |= miss <= noise
    if drowned:
        return Finding("skipped", f"line {query.line}: too small to be told from rounding")
    return _disagreement(repeats, best[1])


def _disagreement(repeats: Repeats, text: str) -> Finding:
    if repeats.first.own_gradients:
        return Finding("skipped", f"{text} (the program states gradients of its own)")
    if repeats.first.shares_memory:
        return Finding("skipped", f"{text} (the source shares its memory)")
    return Finding("denied", text)


def _direction(gradient: Any) -> Any:
    """Mostly along the gradient, where the change is large, some way across, where a lost part would show."""
    across = np.random.RandomState(5).standard_normal(np.shape(gradient))
    across /= np.sqrt(np.sum(across**2)) or 1.0
    length = np.sqrt(np.sum(np.square(gradient)))
    mixed = gradient / length + 0.5 * across if length else across
    return mixed / (np.sqrt(np.sum(mixed**2)) or 1.0)


def _difference(repeats: Repeats, ahead: Nudge) -> tuple[float, Any, float] | None:
    """The change of the target between both sides, how far the source was moved, and the noise."""
    back = Nudge(ahead.query, ahead.entry, ahead.ordinal, -ahead.direction)
    plus, minus = repeats.again(ahead), repeats.again(back)
    if plus.moved is None or minus.moved is None:
        return None
    repeats.first.shares_memory |= plus.shares_memory
    one, other = plus.queries[ahead.query], minus.queries[ahead.query]
    return one.value - other.value, plus.moved - minus.moved, max(one.noise, other.noise)
