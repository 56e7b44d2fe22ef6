"""``--output-format full``: each report with the source that it speaks of, its path labelled step by step."""

from __future__ import annotations

import textwrap
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

from tfgraphlint.diagnostic import Applicability, Diagnostic, Fix, Role, Severity, Span
from tfgraphlint.report.columns import Window, expanded, width, window
from tfgraphlint.report.concise import is_starred
from tfgraphlint.report.fix_diff import Row, changed_rows
from tfgraphlint.report.palette import Palette, palette_of
from tfgraphlint.syntax.text import Lines

GAP = "..."
NEAR = 2  # rows between two shown rows that are shown as well, rather than left out
MAX_COLUMNS = 200  # of source, where nobody knows how wide the terminal is
MIN_COLUMNS = 40  # below which nothing is wrapped or cut: it would only get worse
MAX_DIFF_ROWS = 12


@dataclass(frozen=True)
class Page:
    """Where reports are shown: in which colours, how many columns wide (0: nobody knows), and beside what numbers.

    ``can_fix``: the fixes can be made from there.
    """

    palette: Palette
    width: int
    margin: int = 1
    can_fix: bool = True

    @property
    def source_columns(self) -> int:
        """How many columns a row of source may take."""
        return max(self.width - self.margin - len(" | "), MIN_COLUMNS) if self.width else MAX_COLUMNS

    def wrapped(self, text: str, indent: str, first: str) -> list[str]:
        """``text`` in rows that fit; ``first`` goes before the first row, ``indent`` before the others."""
        if self.width < MIN_COLUMNS:
            return [f"{first}{text}"]
        return textwrap.wrap(
            text, self.width, initial_indent=first, subsequent_indent=indent,
            break_long_words=False, break_on_hyphens=False,
        ) or [first.rstrip()]  # fmt: skip


@dataclass(frozen=True)
class Label:
    """What is written under a stretch of source. The place of the report itself is marked with carets."""

    span: Span
    text: str
    main: bool


def render(
    diagnostics: Iterable[Diagnostic],
    lines: Callable[[str], Lines],
    colour: bool = False,
    width: int = 0,
    unsafe: bool = False,
    can_fix: bool = True,
) -> str:
    """All reports. ``lines`` gives the text of a file, or of a cell of a notebook, as ``Span.where`` names it.

    Where ``width`` is given, text is wrapped to so many columns. With ``unsafe`` unsafe fixes are marked as well.
    Without ``can_fix`` nothing is said of the options that make fixes.
    """
    page = Page(palette_of(colour), width, can_fix=can_fix)
    return "".join(_report(diagnostic, lines, page, unsafe) + "\n" for diagnostic in diagnostics)


def _report(diagnostic: Diagnostic, lines: Callable[[str], Lines], page: Page, unsafe: bool) -> str:
    labels = _labels(diagnostic)
    changes = changed_rows(diagnostic.fix, lines) if diagnostic.fix else {}
    numbers = [row.number for rows in changes.values() for row in rows[:MAX_DIFF_ROWS]]
    last = max([*numbers, *(label.span.start.row for label in labels)], default=1)
    page = replace(page, margin=len(str(last)))
    parts = _title(diagnostic, page, unsafe)
    for index, where in enumerate(_texts(labels, diagnostic)):
        own = sorted((label for label in labels if label.span.where == where), key=lambda label: label.span)
        parts += _frame(where, own, lines(where), page, first=index == 0)
    parts += _notes(diagnostic, changes, page)
    return "\n".join(parts) + "\n"


def _title(diagnostic: Diagnostic, page: Page, unsafe: bool) -> list[str]:
    palette = page.palette
    is_warning = diagnostic.severity is Severity.WARNING
    words = [(palette.warning if is_warning else palette.error, diagnostic.code), (palette.strong, diagnostic.name)]
    if is_warning:
        words.append((palette.warning, "(warning)"))
    if page.can_fix and is_starred(diagnostic, unsafe):
        words.append((palette.note, "[*]"))
    plain = " ".join(word for _, word in words) + ": "
    coloured = " ".join(palette.paint(escape, word) for escape, word in words) + ": "
    first, *rest = page.wrapped(diagnostic.message, "    ", plain)
    return [coloured + first[len(plain) :], *rest]


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


def _frame(where: str, labels: Sequence[Label], lines: Lines, page: Page, first: bool) -> Iterator[str]:
    palette, margin = page.palette, page.margin
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
        own = [label for label in labels if label.span.start.row == row]
        shown = window(expanded(text), [_start(label, text) for label in own], page.source_columns)
        yield f"{palette.faint}{row:>{margin}} |{palette.end} {shown.show(expanded(text))}".rstrip()
        for label in own:
            yield from (f"{bar} {marked}" for marked in _underline(label, text, shown, page))
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


def _start(label: Label, text: str) -> int:
    """The column at which a label's mark starts in the row as it is shown."""
    return width(expanded(text[: label.span.start.column - 1]))


def _underline(label: Label, text: str, shown: Window, page: Page) -> list[str]:
    """The mark and, behind it or where that is too long below it, the text."""
    same_row = label.span.end.row == label.span.start.row
    end = label.span.end.column - 1 if same_row else len(text)
    before = shown.column(_start(label, text))
    marked = max(shown.column(width(expanded(text[:end]))) - before, 1)
    colour = page.palette.error if label.main else page.palette.note
    mark = ("^" if label.main else "-") * marked
    rows = [f"{' ' * before}{mark} {label.text}".rstrip()]
    if page.width and width(rows[0]) > page.source_columns:
        indent = " " * min(before, page.source_columns // 3)
        below = Page(page.palette, page.source_columns).wrapped(label.text, indent, indent)
        rows = [f"{' ' * before}{mark}", *below]
    return [f"{' ' * _indent(row)}{colour}{row.lstrip()}{page.palette.end}" for row in rows]


def _indent(row: str) -> int:
    return len(row) - len(row.lstrip())


def _notes(diagnostic: Diagnostic, changes: dict[str, list[Row]], page: Page) -> Iterator[str]:
    fix = diagnostic.fix
    if diagnostic.help:
        yield from _note("help", diagnostic.help, page)
    if fix is not None and (changes or (fix.message and fix.message != diagnostic.help)):
        yield from _note("fix", fix.message if fix.message != diagnostic.help else "", page)
        yield from _diff(changes, fix, diagnostic.span.where, page)
    if fix is not None and fix.applicability is Applicability.UNSAFE:
        how = "; apply it with --fix --unsafe-fixes" if page.can_fix else ""
        yield from _note("note", f"the fix may change results{how}", page)
    for suggestion in diagnostic.suggestions:
        yield from _note("suggestion", suggestion.message, page)


def _note(kind: str, text: str, page: Page) -> Iterator[str]:
    palette = page.palette
    plain = f"{' ' * page.margin} = {kind}: "
    coloured = f"{' ' * page.margin} {palette.faint}={palette.end} {palette.strong}{kind}{palette.end}: "
    indent = " " * len(plain)
    first, *rest = text.split("\n")
    rows = page.wrapped(first, indent, plain)
    yield (coloured + rows[0][len(plain) :]).rstrip()
    yield from rows[1:]
    for line in rest:
        yield from page.wrapped(line, indent, indent)


def _diff(changes: dict[str, list[Row]], fix: Fix, here: str, page: Page) -> Iterator[str]:
    """The rows that the fix changes. Those of another file or cell stand under its name."""
    palette = page.palette
    left = MAX_DIFF_ROWS
    for where, rows in changes.items():
        if where != here and left > 0:
            yield f"{' ' * page.margin} {palette.faint}:::{palette.end} {where}"
        for row in rows[: max(left, 0)]:
            shown = expanded(row.text)
            shown = window(shown, [], page.source_columns).show(shown)
            colour = palette.added if row.sign == "+" else palette.removed
            number = f"{palette.faint}{row.number:>{page.margin}}{palette.end}"
            yield f"{number} {colour}{row.sign} {shown}".rstrip() + palette.end
        left -= len(rows)
    if left < 0:
        yield f"{' ' * page.margin} {palette.faint}{GAP}{palette.end} and {-left} more rows: --diff shows all"
