"""What was claimed and what was seen, as text: a table by rule, and below it every difference."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from tfgraphlint.verify.answer import Answer
from tfgraphlint.verify.offers import Offer
from tfgraphlint.verify.programs import Program

_HEADINGS = ("rule", "programs", "claims", "confirmed", "skipped", "other versions")


@dataclass
class Row:
    """The counts of one rule."""

    rule: str
    programs: int = 0
    claims: int = 0
    confirmed: int = 0
    skipped: int = 0
    elsewhere: int = 0
    failed: list[str] = field(default_factory=list)

    def cells(self) -> tuple[str, ...]:
        """The row as text."""
        counts = (self.programs, self.claims, self.confirmed, self.skipped, self.elsewhere)
        return (self.rule, *(str(count) if count else "-" for count in counts))


def tally(results: Sequence[tuple[Program, Answer]]) -> list[Row]:
    """One row a rule, and one for all."""
    rows: dict[str, Row] = {}
    total = Row("all")
    for program, answer in results:
        title = f"{program.rule} {program.name}".strip()
        for row in (rows.setdefault(title, Row(title)), total):
            _count(row, answer)
    return [*rows.values(), total]


def _count(row: Row, answer: Answer) -> None:
    if answer.elsewhere:
        row.elsewhere += 1
        return
    row.programs += 1
    row.claims += len(answer.verdicts)
    row.confirmed += sum(verdict["status"] == "confirmed" for verdict in answer.verdicts)
    row.skipped += sum(verdict["status"] == "skipped" for verdict in answer.verdicts)


def refuted(answer: Answer) -> bool:
    """Whether TensorFlow did something else than the program claims, or could not be asked."""
    return bool(answer.problem) or any(verdict["status"] == "denied" for verdict in answer.verdicts)


def render(results: Sequence[tuple[Program, Answer]]) -> str:
    """The whole text."""
    return "\n".join([*_table(tally(results)), *_differences(results)])


def render_offers(results: Sequence[tuple[Offer, str]]) -> str:
    """How many fixes and suggestions helped when each was made alone, and those that did not."""
    failed = [(offer, objection) for offer, objection in results if objection]
    lines = [f"{len(results)} fixes and suggestions, each made alone: {len(results) - len(failed)} help"]
    for offer, objection in failed:
        lines += [f"\n{offer.label}", f"  {objection}"]
    return "\n".join(lines)


def _table(rows: Sequence[Row]) -> Iterator[str]:
    lines = [_HEADINGS, *(row.cells() for row in rows)]
    widths = [max(len(line[column]) for line in lines) for column in range(len(_HEADINGS))]
    for number, line in enumerate(lines):
        cells = [line[0].ljust(widths[0]), *(cell.rjust(width) for cell, width in zip(line[1:], widths[1:]))]
        yield "  ".join(cells)
        if number == 0:
            yield "  ".join("-" * width for width in widths)


def _differences(results: Sequence[tuple[Program, Answer]]) -> Iterator[str]:
    for program, answer in results:
        lines = list(_of(answer))
        if lines:
            yield f"\n{program.label}"
            yield from (f"  {line}" for line in lines)


def _of(answer: Answer) -> Iterator[str]:
    if answer.problem:
        yield f"the program {answer.problem}"
    for verdict in answer.verdicts:
        if verdict["status"] == "denied":
            yield f"claimed: {verdict['claim']}"
            yield f"seen:    {verdict['seen'] or 'not so'}"
        elif verdict["status"] == "skipped":
            yield f"skipped: {verdict['claim']} ({verdict['seen']})"
