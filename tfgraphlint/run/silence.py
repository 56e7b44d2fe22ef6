"""``--add-ignore``: comments that silence what is reported now, so that what is new stands out."""

from __future__ import annotations

import io
import tokenize
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

from tfgraphlint.diagnostic import Diagnostic, Edit, Position, Span
from tfgraphlint.facts.run import UnparsableFile
from tfgraphlint.fixes.apply import Change, edited
from tfgraphlint.project.guard import parse
from tfgraphlint.project.source import Source
from tfgraphlint.run.lint import UNUSED, Run, readable
from tfgraphlint.run.repair import linted_again
from tfgraphlint.run.suppression import Suppressions, all_statement_rows


@dataclass(frozen=True)
class Silenced:
    """What came of it: the texts with comments in them, and the run over these."""

    original: Run
    run: Run
    before: Mapping[Path, Source]
    changed: Mapping[Path, Source]
    comments: int


def silence(run: Run, reason: str = "") -> Silenced:
    """Put a comment with ``reason`` beside each report of ``run``. Nothing is written.

    A report for whose line there can be none, as in a file that does not parse, stays; so do those in files outside the
    project to which a link led.
    """
    before: dict[Path, Source] = {}
    changed: dict[Path, Source] = {}
    comments = 0
    for name, file in run.request.names.items():
        reports = [each for each in run.diagnostics if each.span.filename == name and each.code != UNUSED]
        source = readable(run.request, file)
        made = _changes(source, reports, reason) if reports and file not in run.request.led_out else []
        after = edited(source, made) if made else source
        if made and not isinstance(parse(after.text, name), UnparsableFile):
            before[file], changed[file] = source, after
            comments += len(made)
    return Silenced(run, linted_again(run, changed) if changed else run, before, changed, comments)


def with_comment(source: Source, report: Diagnostic, reason: str = "") -> Source | None:
    """``source`` with a comment that silences one report; None where there can be none."""
    made = _changes(source, [report], reason)
    after = edited(source, made) if made else source
    return after if made and not isinstance(parse(after.text, source.filename), UnparsableFile) else None


def _changes(source: Source, reports: Iterable[Diagnostic], reason: str) -> list[Change]:
    ends = _rows_that_end(source)
    statements = {row: rows for rows in all_statement_rows(source) for row in rows}
    codes: dict[int, set[str]] = {}
    for report in reports:
        row = report.span.start.row
        rows = statements.get(row, range(row, row + 1))
        for row in dict.fromkeys((rows[0], rows[-1])):  # a comment on either covers the statement
            if row in ends:
                codes.setdefault(row, set()).add(report.code)
                break
    suppressions = Suppressions(source)
    made = [_change(source, suppressions, row, sorted(words), reason) for row, words in codes.items()]
    return sorted(each for each in made if each is not None)


def _rows_that_end(source: Source) -> set[int]:
    """The rows at whose end a comment can stand: not those that end in a string or with a backslash."""
    rows = set()
    try:
        for token in tokenize.generate_tokens(io.StringIO(source.text, newline="").readline):
            if token.type in (tokenize.NL, tokenize.NEWLINE):
                rows.add(token.start[0])
    except (tokenize.TokenError, SyntaxError):
        pass  # the file is reported as unparsable
    return rows


def _change(source: Source, suppressions: Suppressions, row: int, codes: list[str], reason: str) -> Change | None:
    """The comment, or what comes into one that is there already."""
    text = source.lines.row(row)
    column, content = len(text.rstrip()) + 1, f"  # tfgraphlint: ignore[{', '.join(codes)}] {reason}".rstrip()
    for each in suppressions.all:
        if each.span.start.row == row and not each.foreign and not each.whole_file and each.words is not None:
            start = each.span.start.column - 1
            column = text.index("]", start) + 1
            content = (", " if each.words else "") + ", ".join(codes)
    place = Position(row, column)
    if not source.takes(Edit(Span(source.filename, place, place), content)):
        return None
    offset = source.lines.offset(place)
    return Change(offset, offset, content)
