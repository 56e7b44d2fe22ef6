"""What ``check`` prints: reports to standard output, everything else to standard error."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Sequence
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

import click

from tfgraphlint.cli.options import STDIN, Options
from tfgraphlint.cli.session import Asked
from tfgraphlint.diagnostic import Diagnostic, Position, Span
from tfgraphlint.disk.names import file_name, one_line
from tfgraphlint.project.source import Source, holds_pieces, shown
from tfgraphlint.report.summary import count, statistics, summary
from tfgraphlint.run.lint import Run, readable
from tfgraphlint.run.suppression import statement_rows

if TYPE_CHECKING:  # a run that only looks does without
    from tfgraphlint.run.repair import Repaired


def show(asked: Asked, run: Run, options: Options, fixed: Sequence[Diagnostic] = ()) -> None:
    """Print the reports and, where a person reads, the summary: nobody is told that all is well where it is not."""
    from_stdin_fixed = options.fix and options.paths == (STDIN,)
    stream = sys.stderr if from_stdin_fixed else sys.stdout
    text = _rendered(run, options)
    is_clean = bool(run.request.files) and not run.errors and not asked.errors
    if options.output_format != "json" and not options.quiet and (run.diagnostics or fixed or is_clean):
        text += summary(run.diagnostics, len(fixed), _where(run, fixed)) + "\n"
    click.echo(text, nl=False, file=stream, color=_has_colour())


def _where(run: Run, fixed: Sequence[Diagnostic]) -> str:
    """In how many of the files that were linted there are or were problems."""
    linted = len(run.request.files) - len(run.errors)
    names = {each.span.filename for each in (*run.diagnostics, *fixed)}
    found = f"{len(names)} of " if names and linted > 1 else ""
    return f"in {found}{count(linted, 'file')}"


def _rendered(run: Run, options: Options) -> str:
    if options.output_format == "json":
        return _as_json(run, options)
    if not run.diagnostics:
        return ""
    if options.statistics:
        return statistics(run.diagnostics)
    from tfgraphlint.report import (
        concise,
        full,  # a clean run prints no reports
    )

    sources = _sources(run)
    diagnostics = [_placed(diagnostic, sources) for diagnostic in run.diagnostics]
    if options.output_format == "concise":
        return concise.render(diagnostics)
    places = {span.where: span for each in diagnostics for span in (each.span, *(step.span for step in each.path))}
    return full.render(
        diagnostics, lambda where: sources(places[where].filename).lines_of(places[where].cell), _has_colour()
    )


def _as_json(run: Run, options: Options) -> str:
    from tfgraphlint.report import json  # most runs are read by people

    if options.statistics:
        return json.statistics(run.diagnostics, len(run.in_part))
    sources = _sources(run)
    placed = [_placed(each, sources) for each in run.diagnostics]
    last = {new.span: _last_row(sources(old.span.filename), old.span) for old, new in zip(run.diagnostics, placed)}
    return json.render(placed, last.__getitem__, run.request.working_directory)


def _last_row(source: Source, span: Span) -> int:
    """The last row of the statement at a place, where a ``noqa`` goes."""
    end = Position(statement_rows(source, span.start.row)[-1], 1)
    return source.place(Span(span.filename, end, end)).start.row


def _placed(diagnostic: Diagnostic, sources: Callable[[str], Source]) -> Diagnostic:
    """``diagnostic`` with its places as a person reads them."""
    from tfgraphlint.report.places import placed  # a clean run prints no reports

    names = {diagnostic.span.filename, *(step.span.filename for step in diagnostic.path)}
    if not any(holds_pieces(Path(name)) for name in names):
        return diagnostic
    return placed(diagnostic, lambda span: sources(span.filename).place(span))


def _sources(run: Run) -> Callable[[str], Source]:
    @cache
    def source(filename: str) -> Source:
        directory = run.request.working_directory
        return readable(run.request, Path(os.path.normpath(directory / filename)))

    return source


def _has_colour() -> bool:
    if os.environ.get("NO_COLOR"):
        return False
    return sys.stdout.isatty() or bool(os.environ.get("FORCE_COLOR"))


def show_diff(repaired: Repaired, options: Options) -> int:
    """Print what the repairs would change; 1 when they would change anything."""
    import difflib  # most runs show no diff

    for path, after in sorted(repaired.changed.items()):
        before = repaired.before[path]
        for (cell, old), (_, new) in zip(before.parts(), after.parts()):
            name = one_line(f"{before.filename}:cell {cell}" if cell else before.filename)
            for row in difflib.unified_diff(old.with_ends(), new.with_ends(), name, name):
                # Hardly any cell ends with a line end: nothing is missing there.
                missing = "" if cell else "\\ No newline at end of file\n"
                click.echo(row if row.endswith("\n") else f"{row}\n{missing}", nl=False)
    if not options.quiet:
        click.echo(f"Would fix {count(len(repaired.fixed), 'problem')}.", err=True)
    return int(bool(repaired.changed) and not options.exit_zero)


def say_dropped(repaired: Repaired) -> None:
    """Say which fixes did not hold, and why."""
    for diagnostic, reason in repaired.dropped:
        span = _placed(diagnostic, _sources(repaired.original)).span
        place = f"{span.where}:{span.start.row}:{span.start.column}"
        click.echo(one_line(f"{place}: {diagnostic.code}: the fix was not applied: {reason}"), err=True)


def say_unread(run: Run) -> None:
    """Say what was not read to its end."""
    for file, row, name in run.in_part:
        what = f"`{name}`" if name else "this file"
        place = f"{file_name(shown(file, run.request.working_directory))}:{row}"
        click.echo(f"{place}: {what} takes too many steps and was read in part: problems may be missed", err=True)


def say_notes(asked: Asked, options: Options) -> None:
    """Say what was passed over on the way to the files."""
    for note in asked.notes if not options.quiet else ():
        click.echo(f"warning: {one_line(note)}", err=True)


def say_errors(asked: Asked, run: Run) -> bool:
    """Say what could not be linted; whether there was anything."""
    for error in asked.errors:
        click.echo(f"error: {error}", err=True)
    for result in run.errors:
        click.echo(f"error: {result.error}", err=True)
        if result.details and os.environ.get("TFGRAPHLINT_TRACEBACK"):
            click.echo(result.details, err=True, nl=False)
    return bool(asked.errors or run.errors)
