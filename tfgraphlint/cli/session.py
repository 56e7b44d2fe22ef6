"""From the options to a request, and from repairs to files: what ``check`` asks of the rest."""

from __future__ import annotations

import os
import sys
import time
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from tfgraphlint.cli.options import STDIN, Options
from tfgraphlint.disk.reading import MAX_NOTEBOOK_BYTES
from tfgraphlint.disk.walking import working_directory
from tfgraphlint.disk.writing import Rewrite, rewrite
from tfgraphlint.errors import RunError
from tfgraphlint.project.discover import discover
from tfgraphlint.project.settings import Finder, Overrides
from tfgraphlint.project.source import NotTextError, decode, shown
from tfgraphlint.run import lint as linting
from tfgraphlint.run.lint import Request, Run

if TYPE_CHECKING:  # imported where it is used: see ``repair``
    from tfgraphlint.run.repair import Repaired


@dataclass(frozen=True)
class Asked:
    """What is to be linted, what of it could not even be found, and what was passed over on the way."""

    request: Request
    errors: tuple[RunError, ...]
    notes: tuple[str, ...] = ()


def gather(options: Options) -> Asked:
    """The files that the options ask for."""
    here = working_directory()
    finder = Finder(here, options.config, options.isolated)
    overrides = Overrides(_flat(options.select) or None, _flat(options.ignore), _flat(options.extend_select))
    if options.paths == (STDIN,):
        return _standard_input(options, finder, overrides)
    if options.config is not None:
        finder.find(here)  # a file that was named is to be usable, whatever there is to lint
    paths = options.paths or (".",)
    found = discover(paths, finder, options.force_exclude, not options.no_notebooks)
    # Files that are named one by one, as pre-commit does, are part of what lies in the working directory.
    roots = [Path(os.path.realpath(here / path)) for path in paths if os.path.isdir(here / path)] or [here]
    return Asked(Request(here, found.files, overrides, roots=roots, led_out=frozenset(found.led_out)),
                 tuple(found.errors), tuple(found.notes))


def _standard_input(options: Options, finder: Finder, overrides: Overrides) -> Asked:
    here = finder.working_directory
    path = Path(os.path.realpath(here / (options.stdin_filename or STDIN)))
    settings = finder.find(path.parent)
    content = _given_content()
    try:
        source = decode(content, path, shown(path, here), settings.python_cell_magics)
    except NotTextError as error:
        raise RunError(f"standard input: {error.message} (row {error.position.row})") from error
    return Asked(Request(here, {path: settings}, overrides, {path: source}, roots=[path.parent]), ())


def _given_content() -> bytes:
    if sys.stdin is None:
        raise RunError("standard input is closed: name a file instead of '-'")
    try:
        content = sys.stdin.buffer.read(MAX_NOTEBOOK_BYTES + 1)
    except OSError as error:
        raise RunError(f"standard input: {error.strerror or error}") from error
    if len(content) > MAX_NOTEBOOK_BYTES:
        raise RunError(f"standard input: {MAX_NOTEBOOK_BYTES:,} bytes are read at most, and it has more")
    return content


def _flat(groups: tuple[tuple[str, ...], ...]) -> tuple[str, ...]:
    return tuple(word for group in groups for word in group)


def lint(asked: Asked, options: Options) -> Run:
    """Lint what was asked for."""
    request = asked.request
    if options.no_cache or request.overlay or request.plugins:  # nobody knows what a plugin depends on
        return linting.lint(request)
    from tfgraphlint.run.cache import Cache  # hashing and temporary files, which a run without cache does not need

    repairing = options.fix or options.diff
    return linting.lint(request, Cache(request.working_directory, request.roots, time.time(), repairing))


def repair(run: Run, options: Options) -> Repaired:
    """Repair what the options allow."""
    from tfgraphlint.run import repair as repairing  # a run that only looks does without

    return repairing.repair(run, unsafe=options.unsafe_fixes)


def write(repaired: Repaired) -> None:
    """Put the repaired texts into their files, and what came from standard input to standard output."""
    given = repaired.original.request.overlay
    changed = sorted((path, source) for path, source in repaired.changed.items() if path not in given)
    rewrite([Rewrite(path, repaired.before[path].encode(), source.encode()) for path, source in changed])
    for path, source in given.items():  # standard input comes out again, repaired or not
        after = repaired.changed.get(path, source)
        sys.stdout.buffer.write(after.encode())
        sys.stdout.buffer.flush()
