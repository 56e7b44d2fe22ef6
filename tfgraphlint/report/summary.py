"""The line at the end of a report, and the counts of ``--statistics``."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from tfgraphlint.diagnostic import Applicability, Diagnostic


def summary(
    diagnostics: Sequence[Diagnostic], fixed: int, where: str, known: int = 0, unsafe: bool = False
) -> str:
    """What was found, ``where`` (as in "in 2 of 3 files"), what was repaired, and what could be; ``known`` is how many
    more the baseline knows.

    With ``unsafe``, what ``--fix --unsafe-fixes`` would repair is counted as one: it was asked for.
    """
    total = len(diagnostics) + fixed
    if not total:
        if known:
            return f"No new problems found {where}; {known} known from the baseline."
        return f"No problems found {where}."
    found = f"Found {count(total, 'new problem' if known else 'problem')} {where}"
    if fixed:
        found += f" ({fixed} fixed, {len(diagnostics)} remaining)"
    fixable = _fixable(diagnostics, unsafe)
    rest = f"; {known} more known from the baseline" if known else ""
    return f"{found} ({fixable}){rest}." if fixable else f"{found}{rest}."


def _fixable(diagnostics: Sequence[Diagnostic], together: bool) -> str:
    kinds = Counter(diagnostic.fix.applicability for diagnostic in diagnostics if diagnostic.fix)
    safe, unsafe = kinds[Applicability.SAFE], kinds[Applicability.UNSAFE]
    if together and unsafe:
        return f"{safe + unsafe} fixable with --fix --unsafe-fixes"
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
    """``1 problem``, ``1,200 problems``."""
    return f"{number:,} {what}" if number == 1 else f"{number:,} {what}s"
