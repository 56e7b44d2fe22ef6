"""``--output-format concise``: one line a report."""

from __future__ import annotations

from collections.abc import Iterable

from tfgraphlint.diagnostic import Applicability, Diagnostic


def render(diagnostics: Iterable[Diagnostic]) -> str:
    """``file:row:column: CODE [*] message (name)``; the star says that ``--fix`` repairs it.

    In a notebook the cell stands between the file and the row: ``file.ipynb:cell 3:4:12``.
    """
    return "".join(f"{line(diagnostic)}\n" for diagnostic in diagnostics)


def line(diagnostic: Diagnostic) -> str:
    """One report."""
    start = diagnostic.span.start
    safe = diagnostic.fix is not None and diagnostic.fix.applicability is Applicability.SAFE
    mark = "[*] " if safe else ""
    place = f"{diagnostic.span.where}:{start.row}:{start.column}"
    return f"{place}: {diagnostic.code} {mark}{diagnostic.message} ({diagnostic.name})"
