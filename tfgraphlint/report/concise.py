"""``--output-format concise``: one line a report."""

from __future__ import annotations

from collections.abc import Iterable

from tfgraphlint.diagnostic import Applicability, Diagnostic, Severity
from tfgraphlint.report.palette import Palette, palette_of


def render(diagnostics: Iterable[Diagnostic], colour: bool = False, unsafe: bool = False) -> str:
    """``file:row:column: CODE [*] message (name)``; the star says that ``--fix`` repairs it.

    In a notebook the cell stands between the file and the row: ``file.ipynb:cell 3:4:12``. Before the message of a
    report that is no error stands ``warning:``. With ``unsafe`` the star also says what ``--fix --unsafe-fixes``
    repairs.
    """
    palette = palette_of(colour)
    return "".join(f"{line(diagnostic, palette, unsafe)}\n" for diagnostic in diagnostics)


def line(diagnostic: Diagnostic, palette: Palette, unsafe: bool) -> str:
    """One report."""
    span = diagnostic.span
    is_warning = diagnostic.severity is Severity.WARNING
    code = palette.paint(palette.warning if is_warning else palette.error, diagnostic.code)
    mark = palette.paint(palette.note, "[*]") + " " if is_starred(diagnostic, unsafe) else ""
    level = "warning: " if is_warning else ""
    place = f"{palette.paint(palette.strong, span.where)}:{span.start.row}:{span.start.column}"
    return f"{place}: {code} {mark}{level}{diagnostic.message} ({diagnostic.name})"


def is_starred(diagnostic: Diagnostic, unsafe: bool) -> bool:
    """Whether ``--fix`` repairs it: with ``unsafe`` also what it repairs with ``--unsafe-fixes``."""
    if diagnostic.fix is None:
        return False
    kind = diagnostic.fix.applicability
    return kind is Applicability.SAFE or (unsafe and kind is Applicability.UNSAFE)
