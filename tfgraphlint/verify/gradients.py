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
    slopes: list[Slope] = []
    for step in STEPS:
        slope = _slope(repeats, number, query, source, step * source.scale)
        if slope is None:
            return Finding("skipped", f"line {query.line}: a source cannot be moved")
        if slope.agrees() or any(slope.agrees(other) for other in slopes):
            return Finding("confirmed")
        slopes.append(slope)
    if any(slope.drowned for slope in slopes):
        return Finding("skipped", f"line {query.line}: too small to be told from rounding")
    best = min(slopes, key=lambda slope: abs(slope.seen - slope.foretold))
    text = f"the gradient foretells a slope of {best.foretold:.6g}, seen: {best.seen:.6g}"
    return _disagreement(repeats, f"line {query.line}: {text}")


@dataclass(frozen=True)
class Slope:
    """The slope of the target along one direction, taken with steps of one size."""

    size: float
    foretold: float
    seen: float
    noise: float

    def agrees(self, other: Slope | None = None) -> bool:
        """Whether the slope is as foretold, by itself or extrapolated from two sizes to none."""
        seen, noise = self.seen, self.noise
        if other is not None:
            own, others = self.size**2, other.size**2
            seen = (self.seen * others - other.seen * own) / (others - own)
            noise = (self.noise * others + other.noise * own) / abs(others - own)
        larger = max(abs(self.seen), abs(self.foretold))
        miss = abs(seen - self.foretold)
        return miss <= RELATIVE * larger + noise and (noise <= LOUDEST * larger or self.foretold == 0.0)

    @property
    def drowned(self) -> bool:
        """Whether rounding could explain the whole difference."""
        return abs(self.seen - self.foretold) <= self.noise


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


def _slope(repeats: Repeats, number: int, query: Query, source: Source, size: float) -> Slope | None:
    assert source.ordinal is not None
    direction = _direction(source.gradient)
    sides = [
        repeats.again(Nudge(number, query.entry, source.ordinal, sign * size * direction)) for sign in (1.0, -1.0)
    ]
    repeats.first.shares_memory |= any(side.shares_memory for side in sides)
    if any(side.moved is None or len(side.queries) <= number for side in sides):
        return None
    ahead, back = (side.queries[number] for side in sides)
    foretold = float(np.sum(source.gradient * (sides[0].moved - sides[1].moved)))
    noise = max(ahead.noise, back.noise)
    return Slope(size, foretold / size / 2, (ahead.value - back.value) / size / 2, noise / size / 2)
