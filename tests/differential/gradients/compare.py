"""Where TensorFlow and the linter do not tell the same."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

from .lint import Report, Said
from .run import LOST, Key, Truth

# Errors of queries that no table tells of: second derivatives that do not exist, a py_function asked twice.
BEYOND = (
    "gradient registry has no entry", "KeyError: b'pyfunc", "EagerPyFunc", "recompute_grad tried to transpose",
)  # fmt: skip


class Finding(Enum):
    """What can come of a query, or of a report that is about no query."""

    AGREED = "agreed"
    FALSE = "false report"  # a report, and the gradient flows
    MISSED = "missed"  # no report, no gradient, and nothing was unknown
    SILENT = "silent"  # no report, no gradient, and something was unknown


@dataclass(frozen=True)
class Verdict:
    """One query and source with what both sides said of it."""

    finding: Finding
    key: Key
    truth: tuple[str, ...]
    reports: tuple[Report, ...]
    cause: str = ""

    @property
    def line(self) -> int:
        return self.key[0]

    def like(self, other: Verdict) -> bool:
        """Whether it is the same disagreement, though perhaps at another place."""
        return (
            self.finding is other.finding
            and self.truth[:1] == other.truth[:1]
            and ({report.code for report in self.reports} == {report.code for report in other.reports})
        )


def verdicts(truth: Truth, said: Said, zeros: bool) -> list[Verdict]:
    """The verdict of each query that was run, and of each report that something raises which does not."""
    found = []
    for key, outcomes in truth.outcomes.items():
        reports = tuple(report for report in said.reports if _concerns(report, key, truth))
        found.append(_verdict(key, outcomes, reports, said, zeros, truth.error, key[0] in truth.looped))
    return [*found, *_elsewhere(truth, said)]


def _concerns(report: Report, key: Key, truth: Truth) -> bool:
    if report.query != key[0]:
        return False
    if "raises" in truth.outcomes[key]:
        return True  # which of the sources it raised for is not to be seen
    whole = report.source is None or not any(other == (report.query, *report.source) for other in truth.outcomes)
    return whole or report.source == key[1:]


def _verdict(
    key: Key, outcomes: list[str], reports: tuple[Report, ...], said: Said, zeros: bool, error: str, looped: bool
) -> Verdict:
    lost = [
        one for one in outcomes if one in LOST | {"empty"} and (one != "zero" or zeros and set(outcomes) == {"zero"})
    ]
    several = bool({"mixed", "partly"} & set(outcomes))
    whole = [report for report in reports if not report.partial]
    doubtful = "nan" in outcomes or several or (not lost and zeros and "zero" in outcomes)
    if error and looped:
        doubtful = True  # the turn that the report is about may not have come
    if "partly" in outcomes and any(report.weights and report.source == key[1:] for report in whole):
        doubtful = False  # it says that none of the weights has a gradient
    if whole and not lost and not doubtful:
        return Verdict(Finding.FALSE, key, tuple(outcomes), tuple(whole))
    # A report of another source or of the same line is taken for one of this query only where it is its own.
    if not lost or reports or several or lost[0] == "empty" or key[0] in said.stopped:
        return Verdict(Finding.AGREED, key, tuple(outcomes), reports)
    if key[0] not in said.unknown:
        return Verdict(Finding.SILENT, key, tuple(outcomes), reports, "the query was not judged")
    if lost[0] == "raises" and any(part in error for part in BEYOND):
        return Verdict(Finding.SILENT, key, tuple(outcomes), reports, "raises in TensorFlow's own way: " + error[:80])
    missing = said.unknown[key[0]]
    if missing:
        return Verdict(Finding.SILENT, key, tuple(outcomes), reports, " | ".join(sorted(missing)[:3]))
    return Verdict(Finding.MISSED, key, tuple(outcomes), reports)


def _elsewhere(truth: Truth, said: Said) -> list[Verdict]:
    """Reports that are about no query tell of an error."""
    return [
        Verdict(Finding.FALSE, (report.line, 0, 0), ("runs",), (report,))
        for report in said.reports
        if not report.query and not report.partial and not truth.error
    ]


def differing(plain: Said, other: Said) -> list[Verdict]:
    """The reports that only one of two forms of a program has."""
    found = []
    for finding, reports in (
        (Finding.MISSED, [one for one in plain.reports if one not in other.reports]),
        (Finding.FALSE, [one for one in other.reports if one not in plain.reports]),
    ):
        found += [Verdict(finding, (one.line, 1, 0), ("reported elsewhere",), (one,)) for one in reports]
    return found
