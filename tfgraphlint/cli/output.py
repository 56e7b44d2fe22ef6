"""What ``check`` prints: reports to standard output, everything else to standard error."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

import click

from tfgraphlint.cli.options import Options
from tfgraphlint.report.summary import count, summary

if TYPE_CHECKING:
    from tfgraphlint.cli.session import Asked
    from tfgraphlint.project.source import Source
    from tfgraphlint.run.lint import Run
    from tfgraphlint.run.repair import Repaired


def show(run: Run, options: Options, fixed: int = 0) -> None:
    """Print the reports and, where a person reads, the summary."""
    from_stdin_fixed = options.fix and options.paths == ("-",)
    stream = sys.stderr if from_stdin_fixed else sys.stdout
    text = _rendered(run, options)
    if options.output_format != "json" and not options.quiet and (run.diagnostics or fixed or not run.errors):
        text += summary(run.diagnostics, fixed) + "\n"
    click.echo(text, nl=False, file=stream, color=_has_colour())


def _rendered(run: Run, options: Options) -> str:
    if options.output_format == "json":
        from tfgraphlint.report import json
        from tfgraphlint.run.suppression import statement_rows

        if options.statistics:
            return json.statistics(run.diagnostics)
        sources = _sources(run)
        return json.render(
            run.diagnostics,
            lambda span: statement_rows(sources(span.filename), span.start.row)[-1],
            run.request.working_directory,
        )
    if not run.diagnostics:
        return ""
    if options.statistics:
        from tfgraphlint.report.summary import statistics

        return statistics(run.diagnostics)
    if options.output_format == "concise":
        from tfgraphlint.report import concise

        return concise.render(run.diagnostics)
    from tfgraphlint.report import full

    sources = _sources(run)
    return full.render(run.diagnostics, lambda name: sources(name).lines, _has_colour())


def _sources(run: Run) -> Callable[[str], Source]:
    from tfgraphlint.run.lint import readable

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
    import difflib

    for path, after in sorted(repaired.changed.items()):
        before = repaired.before[path]
        rows = difflib.unified_diff(before.lines.with_ends(), after.lines.with_ends(), before.filename, after.filename)
        for row in rows:
            click.echo(row if row.endswith("\n") else f"{row}\n\\ No newline at end of file\n", nl=False)
    if not options.quiet:
        click.echo(f"Would fix {count(len(repaired.fixed), 'problem')}.", err=True)
    return int(bool(repaired.changed) and not options.exit_zero)


def say_dropped(repaired: Repaired) -> None:
    """Say which fixes did not hold, and why."""
    for diagnostic, reason in repaired.dropped:
        start = diagnostic.span.start
        place = f"{diagnostic.span.filename}:{start.row}:{start.column}"
        click.echo(f"{place}: {diagnostic.code}: the fix was not applied: {reason}", err=True)


def say_errors(asked: Asked, run: Run) -> bool:
    """Say what could not be linted; whether there was anything."""
    for error in asked.errors:
        click.echo(f"error: {error}", err=True)
    for result in run.errors:
        click.echo(f"error: {result.error}", err=True)
        if result.details and os.environ.get("TFGRAPHLINT_TRACEBACK"):
            click.echo(result.details, err=True, nl=False)
    return bool(asked.errors or run.errors)
