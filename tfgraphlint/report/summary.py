"""The line at the end of a report, and the counts of ``--statistics``."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from tfgraphlint.diagnostic import Applicability, Diagnostic


def summary(diagnostics: Sequence[Diagnostic], fixed: int, where: str) -> str:
    """What was found, ``where`` (as in "in 2 of 3 files"), what was repaired, and what could be."""
    total = len(diagnostics) + fixed
    if not total:
        return f"No problems found {where}."
    found = f"Found {count(total, 'problem')} {where}"
    if fixed:
        found += f" ({fixed} fixed, {len(diagnostics)} remaining)"
    fixable = _fixable(diagnostics)
    return f"{found} ({fixable})." if fixable else f"{found}."


def _fixable(diagnostics: Sequence[Diagnostic]) -> str:
    kinds = Counter(diagnostic.fix.applicability for diagnostic in diagnostics if diagnostic.fix)
    safe, unsafe = kinds[Applicability.SAFE], kinds[Applicability.UNSAFE]
    if safe and unsafe:
        return f"{safe} fixable with --fix, {unsafe} more with --unsafe-fixes"
    if safe:
        return f"{safe} fixable with --fix"
    return f"{unsafe} fixable with --fix --unsafe-fixes" if unsafe else ""


def statistics(diagnostics: Sequence[Diagnostic]) -> str:
    """How often each rule reported, the most frequent first."""
    counts = by_rule(diagnostics)
    width = max((len(str(number)) for _, _, number in counts), default=0)
    return "".join(f"{number:>{width}}  {code}  {name}\n" for code, name, number in counts)


def by_rule(diagnostics: Sequence[Diagnostic]) -> list[tuple[str, str, int]]:
    """Code, name and number of reports of each rule that reported, the most frequent first."""
    counts = Counter((diagnostic.code, diagnostic.name) for diagnostic in diagnostics)
    return [(*rule, number) for rule, number in sorted(counts.items(), key=lambda item: (-item[1], item[0]))]


def count(number: int, what: str) -> str:
    """``1 problem``, ``2 problems``."""
    return f"{number} {what}" if number == 1 else f"{number} {what}s"
