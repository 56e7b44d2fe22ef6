"""``--watch``: lint again when a file has changed, until somebody ends it."""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

import click

from tfgraphlint.cli import session
from tfgraphlint.cli.options import Options
from tfgraphlint.cli.streams import Guarded
from tfgraphlint.cli.terminal import say_error
from tfgraphlint.disk.names import one_line
from tfgraphlint.errors import RunError
from tfgraphlint.project.source import shown
from tfgraphlint.report.summary import count
from tfgraphlint.run.lint import Run
from tfgraphlint.syntax.deep_stack import say_process_ends_soon

SECONDS_BETWEEN_LOOKS = 0.5
Stamps = Mapping[Path, tuple[int, int]]


@dataclass
class Outcome:
    """What came of a run: its exit status, and the run itself where it came to one."""

    status: int = 0
    run: Run | None = None


def watch(options: Options, lint: Callable[[Outcome], int]) -> int:
    """Run ``lint`` now and after each change of a file; the exit status of the last run when Ctrl-C ends it."""
    say_process_ends_soon(False)
    outcome, said = Outcome(), ""
    try:
        while True:
            before = _stamps(options, outcome.run)
            _clear()
            if said and not options.quiet:
                click.echo(said, err=True)
            outcome.status = _attempted(lint, outcome)
            if options.fix:
                before = _stamps(options, outcome.run)
            else:
                before = {**_stamps_of(_consulted(outcome.run)), **before}
            if not options.quiet:
                click.echo(f"Watching {count(len(before), 'file')}; Ctrl-C ends it.", err=True)
            changed = _wait(options, outcome.run, before)
            said = f"{one_line(shown(changed, Path.cwd()))} has changed."
    except KeyboardInterrupt:
        click.echo(err=True)
        return outcome.status


def _attempted(lint: Callable[[Outcome], int], outcome: Outcome) -> int:
    """A run; a configuration that cannot be used at the moment does not end the watch."""
    try:
        return lint(outcome)
    except RunError as error:
        say_error(error)
        return 2


def _wait(options: Options, run: Run | None, before: Stamps) -> Path:
    """Look again and again until something is not as it was ``before``; what it is."""
    while True:
        time.sleep(SECONDS_BETWEEN_LOOKS)
        now = _stamps(options, run)
        changed = [path for path in {*before, *now} if before.get(path) != now.get(path)]
        if changed:
            return min(changed)


def _stamps(options: Options, run: Run | None) -> Stamps:
    """When what is linted, what the last run read besides, and the configuration were changed."""
    try:
        asked = session.gather(options)
    except RunError:
        return _stamps_of(_consulted(run))
    settings = asked.request.files.values()
    origins = {Path(held.origin) for held in settings if held.origin is not None}
    return _stamps_of({*asked.request.files, *origins, *_consulted(run)})


def _consulted(run: Run | None) -> set[Path]:
    results = run.examined if run is not None else ()
    return {file for result in results for file in (result.file, *result.consulted)}


def _stamps_of(paths: Iterable[Path]) -> Stamps:
    found = {}
    for path in paths:
        try:
            status = os.stat(path)
        except OSError:
            continue  # it is gone: that is a change as well
        found[path] = (status.st_mtime_ns, status.st_size)
    return found


def _clear() -> None:
    """Begin on an empty screen, where there is one."""
    stream = sys.stdout
    if isinstance(stream, Guarded) and stream.isatty() and os.environ.get("TERM", "dumb") != "dumb":
        stream.clear()
