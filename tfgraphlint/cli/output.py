"""What ``check`` prints: reports to standard output, everything else to standard error."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterator, Sequence
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, TextIO

import click

from tfgraphlint.cli.options import STDIN, Options
from tfgraphlint.cli.session import Asked
from tfgraphlint.cli.terminal import columns, has_colour, say_error
from tfgraphlint.diagnostic import Diagnostic, Position, Span
from tfgraphlint.disk.names import file_name, one_line
from tfgraphlint.errors import RunError
from tfgraphlint.project.settings import Settings
from tfgraphlint.project.source import Source, holds_pieces, shown
from tfgraphlint.report.summary import count, statistics, summary
from tfgraphlint.run.lint import Run, readable
from tfgraphlint.run.suppression import statement_rows

if TYPE_CHECKING:  # a clean run that only looks does without
    from tfgraphlint.report.findings import Findings
    from tfgraphlint.run.repair import Repaired
    from tfgraphlint.run.silence import Silenced

SILENT_WHEN_CLEAN = ("full", "concise", "json-lines", "pylint")


def show(asked: Asked, run: Run, options: Options, fixed: Sequence[Diagnostic] = ()) -> None:
    """Print the reports, or write them to files, and print the summary where a person reads: nobody is told that all is
    well where it is not."""
    changes = options.fix or options.add_ignore is not None
    stream = sys.stderr if changes and options.paths == (STDIN,) else sys.stdout
    text = ""
    for each in options.destinations:
        if each.file is None:
            text += _rendered(asked, run, each.format, stream, options)
        else:
            _write(each.file, _rendered(asked, run, each.format, None, options))
    is_clean = bool(run.request.files) and not run.errors and not asked.errors
    if options.for_people and not options.quiet and (run.diagnostics or fixed or is_clean):
        where = _where(run, fixed)
        text += summary(run.diagnostics, len(fixed), where, len(run.known), options.unsafe_fixes)
        text += f" {_effort(run)}\n" if says_effort(options) else "\n"
    click.echo(text, nl=False, file=stream, color=has_colour(stream))


def _where(run: Run, fixed: Sequence[Diagnostic]) -> str:
    """In how many of the files that were linted there are or were problems."""
    linted = len(run.request.files) - len(run.errors)
    names = {each.span.filename for each in (*run.diagnostics, *fixed)}
    found = f"{len(names)} of " if names and linted > 1 else ""
    return f"in {found}{count(linted, 'file')}"


def _write(file: Path, text: str) -> None:
    from tfgraphlint.disk.writing import write_named  # most runs write to standard output

    try:
        # What a file name holds that is no text is written as JSON would write it.
        write_named(file, text.encode("utf-8", "backslashreplace"))
    except OSError as error:
        raise RunError(f"--output-file {file}: cannot be written: {error.strerror or error}") from error


def _rendered(asked: Asked, run: Run, format: str, stream: TextIO | None, options: Options) -> str:
    """The reports as ``stream`` can show them; for a file without it."""
    if options.statistics:
        return _statistics(run, format)
    if format in SILENT_WHEN_CLEAN and not run.diagnostics:
        return ""
    from tfgraphlint.report.findings import Look
    from tfgraphlint.report.formats import render  # a clean run prints no reports

    look = Look(unsafe=options.unsafe_fixes)
    if stream is not None:
        look = Look(has_colour(stream), columns(stream), options.unsafe_fixes)
    return render(format, findings(asked, run, run.diagnostics), look)


def _statistics(run: Run, format: str) -> str:
    if format != "json":
        return statistics(run.diagnostics)
    from tfgraphlint.report import json  # most runs are read by people

    return json.statistics(run.diagnostics, len(run.in_part))


def findings(asked: Asked, run: Run, diagnostics: Sequence[Diagnostic]) -> Findings:
    """``diagnostics``, reports of ``run``, as formats take them."""
    from tfgraphlint.report.findings import Findings

    sources = _sources(run)
    placed = [_placed(each, sources) for each in diagnostics]
    written = {new.span: old.span for old, new in zip(diagnostics, placed)}
    places = {span.where: span for each in placed for span in _spans(each)}
    directory = run.request.working_directory
    return Findings(
        placed,
        lambda where: sources(places[where].filename).lines_of(places[where].cell),
        lambda place: _last_row(sources(place.filename), written[place]),
        directory,
        _root(directory),
        tuple(map(str, [*asked.errors, *(result.error for result in run.errors)])),
        len(run.request.files),
        run.request.plugins,
        lambda edit: sources(edit.span.filename).stored(edit),
    )


def _spans(diagnostic: Diagnostic) -> Iterator[Span]:
    yield diagnostic.span
    yield from (step.span for step in diagnostic.path)
    for fix in (*filter(None, [diagnostic.fix]), *diagnostic.suggestions):
        yield from (edit.span for edit in fix.edits)


def _root(directory: Path) -> Path:
    """The directory from which a CI service names files: that of the repository, where it says which one it is."""
    for variable in ("GITHUB_WORKSPACE", "CI_PROJECT_DIR"):
        root = os.environ.get(variable)
        if root and directory.is_relative_to(root):
            return Path(root)
    return directory


def _last_row(source: Source, span: Span) -> int:
    """The last row of the statement at a place, where a ``noqa`` goes."""
    end = Position(statement_rows(source, span.start.row)[-1], 1)
    return source.place(Span(span.filename, end, end)).start.row


def _placed(diagnostic: Diagnostic, sources: Callable[[str], Source]) -> Diagnostic:
    """``diagnostic`` with its places as a person reads them."""
    from tfgraphlint.report.places import placed  # a clean run prints no reports

    names = {span.filename for span in _spans(diagnostic)}
    if not any(holds_pieces(Path(name)) for name in names):
        return diagnostic
    return placed(diagnostic, lambda span: sources(span.filename).place(span))


def _sources(run: Run) -> Callable[[str], Source]:
    @cache
    def source(filename: str) -> Source:
        directory = run.request.working_directory
        return readable(run.request, Path(os.path.normpath(directory / filename)))

    return source


def show_diff(repaired: Repaired, options: Options) -> int:
    """Print what the repairs would change; 1 when they would change anything."""
    import difflib  # most runs show no diff

    colour = has_colour(sys.stdout)
    for path, after in sorted(repaired.changed.items()):
        before = repaired.before[path]
        for (cell, old), (_, new) in zip(before.parts(), after.parts()):
            name = one_line(f"{before.filename}:cell {cell}" if cell else before.filename)
            for row in difflib.unified_diff(old.with_ends(), new.with_ends(), name, name):
                # Hardly any cell ends with a line end: nothing is missing there.
                missing = "" if cell else "\\ No newline at end of file\n"
                whole = row if row.endswith("\n") else f"{row}\n{missing}"
                click.echo(_coloured(whole) if colour else whole, nl=False, color=colour)
    if not options.quiet:
        click.echo(f"Would fix {count(len(repaired.fixed), 'problem')}.", err=True)
    return int(bool(repaired.changed) and not options.exit_zero)


def _coloured(row: str) -> str:
    """A row of a diff as git colours it."""
    for start, escape in (("---", "1"), ("+++", "1"), ("@@", "36"), ("-", "31"), ("+", "32")):
        if row.startswith(start):
            text, newline, rest = row.partition("\n")
            return f"\x1b[{escape}m{text}\x1b[0m{newline}{rest}"
    return row


def say_dropped(repaired: Repaired) -> None:
    """Say which fixes did not hold, and why."""
    for diagnostic, reason in repaired.dropped:
        span = _placed(diagnostic, _sources(repaired.original)).span
        place = f"{span.where}:{span.start.row}:{span.start.column}"
        click.echo(one_line(f"{place}: {diagnostic.code}: the fix was not applied: {reason}"), err=True)


def say_fixes(repaired: Repaired) -> None:
    """Say what was repaired, and how."""
    for diagnostic in repaired.fixed:
        how = diagnostic.fix.message if diagnostic.fix else ""
        said = f"fixed {diagnostic.span.where}: {diagnostic.code} {diagnostic.name}: {how}"
        click.echo(one_line(said), err=True)


def say_comments(silenced: Silenced, options: Options) -> None:
    """Say how many comments were put where, and that not all could be."""
    if options.quiet or not (silenced.comments or silenced.run.diagnostics):
        return
    files = count(len(silenced.changed), "file")
    click.echo(f"Added {count(silenced.comments, 'comment')} to {files}.", err=True)
    if silenced.run.diagnostics:
        left = count(len(silenced.run.diagnostics), "report")
        click.echo(f"{left} cannot be silenced by a comment on a line: see above.", err=True)


def say_baseline(file: Path, problems: int) -> None:
    """Say where the problems were written to, and how they are used."""
    name = file_name(shown(file, Path.cwd()))
    click.echo(f"Wrote {count(problems, 'problem')} to {name}.", err=True)
    click.echo(f'Name it with --baseline {name}, or in the configuration: baseline = "{name}"', err=True)


def say_solved(number: int) -> None:
    """Say that the baseline knows problems that are gone."""
    if number:
        verb = "is" if number == 1 else "are"
        what = count(number, "problem")
        click.echo(f"{what} of the baseline {verb} solved: --write-baseline takes what is gone out", err=True)


def show_asked(asked: Asked, options: Options) -> int:
    """Print the files that would be linted, or their settings; the exit status."""
    here = asked.request.working_directory
    if options.show_files:
        click.echo("".join(f"{file_name(shown(file, here))}\n" for file in asked.request.files), nl=False)
    if options.show_settings:
        from tfgraphlint.project.settings_text import as_toml

        groups: dict[Settings, list[str]] = {}
        for file, settings in asked.request.files.items():
            groups.setdefault(asked.request.overrides.over(settings), []).append(shown(file, here))
        click.echo("\n".join(as_toml(settings, files) for settings, files in groups.items()), nl=False)
    for error in asked.errors:
        say_error(error)
    return 2 if asked.errors else 0


def says_effort(options: Options) -> bool:
    """Whether the summary says how long it took: to a person at a terminal. Elsewhere it is the same each time."""
    return options.for_people and not options.quiet and not options.only_shows and sys.stdout.isatty()


def say_effort(run: Run) -> None:
    """Say how many files were linted, how many of them the cache knew, and how long it took."""
    click.echo(_effort(run), err=True)


def _effort(run: Run) -> str:
    files, known = len(run.request.files), len(run.cached)
    cached = f", {known} of them known from the cache," if known else ""
    return f"Linted {count(files, 'file')}{cached} in {run.seconds:.1f} s."


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
        say_error(error)
    for result in run.errors:
        say_error(result.error)
        if result.details and os.environ.get("TFGRAPHLINT_TRACEBACK"):
            click.echo(result.details, err=True, nl=False)
    return bool(asked.errors or run.errors)
