"""Many programs, generated, run and linted in one process."""

from __future__ import annotations

import gc
import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field, replace

from ..forms import NOTEBOOK
from ..minimise import minimise
from ..operations import Operations
from .compare import Finding, Verdict, differing, verdicts
from .grammar import Program, program
from .lint import said
from .run import LOST, Recorder, Truth, recording

HOST_ZEROS = ("tf.py_function(lambda a: np",)  # besides the operations: what gives zeros for a gradient
FORGET_EVERY = 200  # programs, after which Keras lets go of what it keeps for all models


@dataclass
class Judged:
    """One program and what came of its queries."""

    program: Program
    truth: Truth
    verdicts: list[Verdict]

    @property
    def disagreements(self) -> list[Verdict]:
        return [one for one in self.verdicts if one.finding in (Finding.FALSE, Finding.MISSED)]

    @property
    def silent(self) -> list[Verdict]:
        return [one for one in self.verdicts if one.finding is Finding.SILENT]


@dataclass
class Tally:
    """Numbers over many programs."""

    programs: int = 0
    queries: int = 0
    lost: int = 0
    failed: int = 0  # ended with an error before any query
    losing: int = 0  # programs in which a gradient is lost
    silent_programs: int = 0
    false: int = 0
    missed: int = 0
    silent: int = 0
    causes: Counter[str] = field(default_factory=Counter)
    untrained: int = 0  # weights of which some have a gradient and some have none
    kinds: dict[str, Counter[str]] = field(default_factory=dict)  # the same by grammar and form

    def add(self, judged: Judged) -> None:
        made = judged.program
        for kind in (made.family, made.form):
            self._add_kind(self.kinds.setdefault(kind, Counter()), judged)
        self.untrained += sum("partly" in seen for seen in judged.truth.outcomes.values())
        outcomes = judged.truth.outcomes
        lost = [key for key, seen in outcomes.items() if any(one in LOST - {"zero"} for one in seen)]
        self.programs += 1
        self.queries += len(outcomes)
        self.lost += len(lost)
        self.losing += bool(lost)
        self.failed += bool(judged.truth.error and not outcomes)
        self.false += sum(one.finding is Finding.FALSE for one in judged.verdicts)
        self.missed += sum(one.finding is Finding.MISSED for one in judged.verdicts)
        self.silent += len(judged.silent)
        self.silent_programs += bool(judged.silent)
        for one in judged.silent:
            self.causes[general(one.cause)] += 1

    def _add_kind(self, counts: Counter[str], judged: Judged) -> None:
        lost = [one for seen in judged.truth.outcomes.values() for one in seen if one in LOST - {"zero"}]
        counts.update(
            programs=1, losing=bool(lost), ended=bool(judged.truth.error and not judged.truth.outcomes),
            silent=bool(judged.silent),
        )  # fmt: skip
        counts.update(one.finding.value for one in judged.disagreements)

    @property
    def silent_rate(self) -> float:
        """Of the programs in which a gradient is lost, the share in which the linter did not know enough."""
        return self.silent_programs / max(self.losing, 1)

    def __str__(self) -> str:
        return (
            f"{self.programs} programs ({self.failed} ended before a query), {self.queries} queries, {self.lost} lost, "
            f"{self.false} false reports, {self.missed} missed, {self.silent} silent: "
            f"{self.silent_rate:.1%} of the {self.losing} programs that lose a gradient"
        )


def general(cause: str) -> str:
    """A cause without names and numbers, so that like ones are counted together."""
    return re.sub(r"\b(?!tf|np|keras|math|functools|sum|float)[a-z_]+\d*\b(?![.(])", "_", cause)[:120]


class Session:
    """Generates, runs, lints and compares."""

    def __init__(self, recorder: Recorder, operations: Operations) -> None:
        self.recorder = recorder
        self.operations = operations
        self._since = 0

    def judge(self, made: Program) -> Judged:
        self._forget()
        truth = self.recorder.run(made.text)
        zeros = made.zeros and any(name in made.text for name in (*self.operations.zero, *HOST_ZEROS))
        heard = said(made.text, made.form)
        found = verdicts(truth, heard, zeros)
        if made.form == NOTEBOOK:
            found += differing(said(made.text), heard)
        elsewhere = [one for one in found if one.finding is Finding.FALSE and not one.key[1]]
        if elsewhere:  # what stands in a branch that is not taken may raise for all we know
            reached = self.recorder.reached(made.text)
            found = [one for one in found if one not in elsewhere or one.line in reached]
        return Judged(made, truth, found)

    def judged(self, seed: int, indices: range, only: str | None = None) -> Iterator[Judged]:
        """The programs with these numbers; ``only`` those of one grammar or form."""
        for index in indices:
            made = program(seed, index, self.operations)
            if only in (None, made.family, made.form):
                yield self.judge(made)

    def minimised(self, made: Program, verdict: Verdict) -> str:
        """The smallest text found in which the same disagreement shows."""

        def stays(text: str) -> bool:
            try:
                judged = self.judge(replace(made, text=text))
            except Exception:  # what was left may be too little for the linter or for us
                return False
            ended = "TimeoutError" not in judged.truth.error
            return ended and any(one.like(verdict) for one in judged.verdicts)

        return minimise(made.text, stays)

    def _forget(self) -> None:
        self._since += 1
        if self._since % FORGET_EVERY == 0:
            import keras

            keras.backend.clear_session()
            gc.collect()


__all__ = ["Judged", "Session", "Tally", "recording"]
