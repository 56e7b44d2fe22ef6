"""``--output-format full``: each report with the source that it speaks of, its path labelled step by step."""

from __future__ import annotations

import unicodedata
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass

from tfgraphlint.diagnostic import Applicability, Diagnostic, Fix, Role, Span
from tfgraphlint.syntax.text import Lines

TAB = "    "
GAP = "..."
NEAR = 2  # rows between two shown rows that are shown as well, rather than left out


@dataclass(frozen=True)
class Palette:
    """The escape sequences of a terminal, or nothing."""

    error: str = ""
    strong: str = ""
    faint: str = ""
    note: str = ""
    end: str = ""


PLAIN = Palette()
COLOURED = Palette("\x1b[1;31m", "\x1b[1m", "\x1b[34m", "\x1b[36m", "\x1b[0m")


@dataclass(frozen=True)
class Label:
    """What is written under a stretch of source. The place of the report itself is marked with carets."""

    span: Span
    text: str
    main: bool


def render(diagnostics: Iterable[Diagnostic], lines: Callable[[str], Lines], colour: bool = False) -> str:
    """All reports. ``lines`` gives the text of a file, or of a cell of a notebook, as ``Span.where`` names it."""
    palette = COLOURED if colour else PLAIN
    return "".join(_report(diagnostic, lines, palette) + "\n" for diagnostic in diagnostics)


def _report(diagnostic: Diagnostic, lines: Callable[[str], Lines], palette: Palette) -> str:
    labels = _labels(diagnostic)
    last = max((label.span.start.row for label in labels), default=1)
    margin = len(str(last))
    parts = [_title(diagnostic, palette)]
    for index, where in enumerate(_texts(labels, diagnostic)):
        own = sorted((label for label in labels if label.span.where == where), key=lambda label: label.span)
        parts += _frame(where, own, lines(where), margin, palette, first=index == 0)
    parts += _notes(diagnostic, margin, palette)
    return "\n".join(parts) + "\n"


def _title(diagnostic: Diagnostic, palette: Palette) -> str:
    head = f"{palette.error}{diagnostic.code}{palette.end} {palette.strong}{diagnostic.name}{palette.end}"
    mark = f" {palette.note}[*]{palette.end}" if _is_safe(diagnostic.fix) else ""
    return f"{head}{mark}: {diagnostic.message}"


def _labels(diagnostic: Diagnostic) -> list[Label]:
    """The steps of the path and the place itself, each place once."""
    main = diagnostic.span
    labels = [Label(step.span, _step_text(step.role, step.message), step.span == main) for step in diagnostic.path]
    if not any(label.main for label in labels):
        labels.append(Label(main, "", True))
    return list(dict.fromkeys(labels))


def _step_text(role: Role, message: str) -> str:
    return message if role is Role.CUT else f"{role.value}: {message}"


def _texts(labels: Sequence[Label], diagnostic: Diagnostic) -> list[str]:
    """The files and cells to show, that of the report first."""
    others = dict.fromkeys(label.span.where for label in labels)
    return [diagnostic.span.where, *(where for where in others if where != diagnostic.span.where)]


def _frame(
    where: str, labels: Sequence[Label], lines: Lines, margin: int, palette: Palette, first: bool
) -> Iterator[str]:
    start = next((label.span.start for label in labels if label.main), labels[0].span.start)
    arrow = "-->" if first else ":::"
    yield f"{' ' * margin}{palette.faint}{arrow}{palette.end} {where}:{start.row}:{start.column}"
    bar = f"{' ' * margin} {palette.faint}|{palette.end}"
    yield bar
    before = 0
    for row in _rows(labels, len(lines)):
        if before and row > before + 1:
            yield f"{palette.faint}{GAP}{palette.end}"
        text = lines.row(row)
        yield f"{palette.faint}{row:>{margin}} |{palette.end} {_expanded(text)}".rstrip()
        for label in labels:
            if label.span.start.row == row:
                yield f"{bar} {_underline(label, text, palette)}"
        before = row
    yield bar


def _rows(labels: Sequence[Label], last: int) -> list[int]:
    """The rows that carry a label, and what stands between two that are near each other."""
    rows = sorted({label.span.start.row for label in labels})
    shown = set(rows)
    for one, next_one in zip(rows, rows[1:]):
        if next_one - one <= NEAR + 1:
            shown.update(range(one, next_one))
    return [row for row in sorted(shown) if row <= max(last, 1)]


def _underline(label: Label, text: str, palette: Palette) -> str:
    start = label.span.start.column - 1
    same_row = label.span.end.row == label.span.start.row
    end = label.span.end.column - 1 if same_row else len(text)
    before = _width(_expanded(text[:start]))
    width = max(_width(_expanded(text[:end])) - before, 1)
    mark = "^" if label.main else "-"
    colour = palette.error if label.main else palette.note
    return f"{' ' * before}{colour}{mark * width} {label.text}".rstrip() + palette.end


def _expanded(text: str) -> str:
    return "".join(TAB if character == "\t" else _visible(character) for character in text)


def _visible(character: str) -> str:
    """Control characters would move the terminal's cursor."""
    return character if unicodedata.category(character) not in ("Cc", "Cf", "Zl", "Zp") else "\N{REPLACEMENT CHARACTER}"


def _width(text: str) -> int:
    """How many columns of a terminal ``text`` takes."""
    if text.isascii():
        return len(text)
    return sum(
        0 if unicodedata.combining(character) else 2 if unicodedata.east_asian_width(character) in "WF" else 1
        for character in text
    )


def _notes(diagnostic: Diagnostic, margin: int, palette: Palette) -> Iterator[str]:
    lead = f"{' ' * margin} {palette.faint}={palette.end} "
    if diagnostic.help:
        yield _note(lead, "help", diagnostic.help, palette)
    if diagnostic.fix is not None and diagnostic.fix.message and diagnostic.fix.message != diagnostic.help:
        yield _note(lead, "fix", diagnostic.fix.message, palette)
    if diagnostic.fix is not None and diagnostic.fix.applicability is Applicability.UNSAFE:
        yield _note(lead, "note", "the fix may change results; apply it with --fix --unsafe-fixes", palette)
    for suggestion in diagnostic.suggestions:
        yield _note(lead, "suggestion", suggestion.message, palette)


def _note(lead: str, kind: str, text: str, palette: Palette) -> str:
    first, *rest = text.split("\n")
    indent = " " * (len(kind) + 2)
    margin = lead.replace("=", " ")
    title = f"{lead}{palette.strong}{kind}{palette.end}: {first}"
    return "\n".join([title, *(f"{margin}{indent}{line}" for line in rest)])


def _is_safe(fix: Fix | None) -> bool:
    return fix is not None and fix.applicability is Applicability.SAFE
