"""``--output-format pylint``: ``file:row: [CODE] message``, which many programs read."""

from __future__ import annotations

from collections.abc import Iterable

from tfgraphlint.diagnostic import Diagnostic


def render(diagnostics: Iterable[Diagnostic]) -> str:
    """One line a report."""
    return "".join(f"{line(diagnostic)}\n" for diagnostic in diagnostics)


def line(diagnostic: Diagnostic) -> str:
    """One report."""
    span = diagnostic.span
    return f"{span.where}:{span.start.row}: [{diagnostic.code}({diagnostic.name})] {diagnostic.message}"
