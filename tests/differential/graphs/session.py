"""Many programs of the graph mode, generated, run and linted in one process."""

from __future__ import annotations

import gc
import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field, replace

from ..forms import NOTEBOOK
from ..gradients.compare import Finding
from ..minimise import minimise
from .compare import Verdict, codes_of, differing, verdicts
from .grammar import Program, program
from .lint import said
from .run import Truth, run

FORGET_EVERY = 100  # programs, after which Keras and TensorFlow let go of what they keep


@dataclass
class Judged:
    """One program and what came of it."""

    program: Program
    truth: Truth
    verdicts: list[Verdict]
    wrong_otherwise: bool  # it ended with an error that no rule is about

    def of(self, *findings: Finding) -> list[Verdict]:
        """The verdicts of these kinds."""
        return [one for one in self.verdicts if one.finding in findings]

    @property
    def disagreements(self) -> list[Verdict]:
        return self.of(Finding.FALSE, Finding.MISSED)


@dataclass
class Tally:
    """Numbers over many programs."""

    programs: int = 0
    raising: int = 0
    otherwise: int = 0
    agreed: Counter[str] = field(default_factory=Counter)
    false: Counter[str] = field(default_factory=Counter)
    missed: Counter[str] = field(default_factory=Counter)
    silent: Counter[str] = field(default_factory=Counter)
    causes: Counter[str] = field(default_factory=Counter)
    kinds: dict[str, Counter[str]] = field(default_factory=dict)  # the same by grammar and form

    def add(self, judged: Judged) -> None:
        self.programs += 1
        self.raising += bool(judged.truth.error)
        self.otherwise += judged.wrong_otherwise
        for kind in (judged.program.family, judged.program.form):
            counts = self.kinds.setdefault(kind, Counter())
            counts.update(one.finding.value for one in judged.verdicts)
            counts.update(programs=1, raised=bool(judged.truth.error))
        counters = {
            Finding.AGREED: self.agreed,
            Finding.FALSE: self.false,
            Finding.MISSED: self.missed,
            Finding.SILENT: self.silent,
        }
        for one in judged.verdicts:
            counters[one.finding]["/".join(one.codes)] += 1
            if one.finding is Finding.SILENT:
                self.causes[f"{'/'.join(one.codes)} {_general(one.cause)}"] += 1

    @property
    def silent_rate(self) -> float:
        """Of all that happened, the share that the linter did not know enough to tell."""
        silent, agreed = self.silent.total(), self.agreed.total()
        return silent / max(silent + agreed + self.missed.total(), 1)

    def __str__(self) -> str:
        return (
            f"{self.programs} programs, {self.raising} raised ({self.otherwise} in a way that no rule is about); "
            f"{self.agreed.total()} agreed, {self.false.total()} false reports {dict(self.false)}, "
            f"{self.missed.total()} missed {dict(self.missed)}, {self.silent.total()} silent ({self.silent_rate:.1%})"
        )


def _general(cause: str) -> str:
    return re.sub(r"\d+", "", re.sub(r"\b(?!tf|np|keras|self|math)[a-z_]+\d*\b(?=[,)\]]|$)", "_", cause))[:90]


class Session:
    """Generates, runs, lints and compares."""

    def __init__(self) -> None:
        self._since = 0

    def judge(self, made: Program) -> Judged:
        self._forget()
        truth = run(made.text)
        heard = said(made.text, made.form)
        found = verdicts(made.text, truth, heard)
        if made.form == NOTEBOOK:
            found += differing(said(made.text), heard)
        truth.names = {}
        return Judged(made, truth, found, bool(truth.error) and not codes_of(truth, made.text))

    def judged(self, seed: int, indices: range, only: str | None = None) -> Iterator[Judged]:
        """The programs with these numbers; ``only`` those of one grammar or form."""
        for index in indices:
            made = program(seed, index)
            if only in (None, made.family, made.form):
                yield self.judge(made)

    def minimised(self, made: Program, verdict: Verdict) -> str:
        """The smallest text found in which the same disagreement shows."""

        def stays(text: str) -> bool:
            try:
                judged = self.judge(replace(made, text=text))
            except Exception:  # what was left may be too little for the linter or for us
                return False
            return "TimeoutError" not in judged.truth.error and any(one.like(verdict) for one in judged.verdicts)

        return minimise(made.text, stays)

    def _forget(self) -> None:
        self._since += 1
        if self._since % FORGET_EVERY == 0:
            import keras

            keras.backend.clear_session()
            gc.collect()
