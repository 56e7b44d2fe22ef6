"""From the options to a request, and from repairs to files: what ``check`` asks of the rest."""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from tfgraphlint.cli.options import STDIN, Options
from tfgraphlint.diagnostic import Severity
from tfgraphlint.disk.reading import MAX_NOTEBOOK_BYTES
from tfgraphlint.disk.walking import working_directory
from tfgraphlint.errors import RunError
from tfgraphlint.project.discover import discover
from tfgraphlint.project.settings import Finder, Overrides
from tfgraphlint.project.source import Source, decode, shown
from tfgraphlint.rule_api.registry import shipped
from tfgraphlint.run import lint as linting
from tfgraphlint.run.lint import Request, Run
from tfgraphlint.run.progress import NOBODY, Progress
from tfgraphlint.syntax.text import NotTextError

if TYPE_CHECKING:  # imported where it is used: see ``repair``
    from tfgraphlint.run.baseline import Problem
    from tfgraphlint.run.repair import Choice, Repaired
    from tfgraphlint.run.silence import Silenced


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
    request = Request(
        here, found.files, overrides, roots=roots, processes=options.jobs,
        heed_comments=not options.ignore_suppressions, led_out=frozenset(found.led_out),
    )  # fmt: skip
    notes = (*found.notes, *_told_of_rules(request))
    return Asked(_with_baseline(request, options), tuple(found.errors), notes)


def _told_of_rules(request: Request) -> Iterator[str]:
    """What is to be said where no rule is selected for any file: nothing was looked for, so that nothing is found."""
    settings = {id(each): request.overrides.over(each) for each in request.files.values()}.values()
    may_select = any((each.select or each.extend_select) and not each.ignore or each.plugins for each in settings)
    if settings and not may_select and not any(each.selected(shipped()) for each in settings):
        yield "no rule is selected: nothing was looked for"


def _standard_input(options: Options, finder: Finder, overrides: Overrides) -> Asked:
    here = finder.working_directory
    path = Path(os.path.realpath(here / (options.stdin_filename or STDIN)))
    settings = finder.find(path.parent)
    content = _given_content()
    try:
        source = decode(content, path, shown(path, here), settings.python_cell_magics)
    except NotTextError as error:
        raise RunError(f"standard input: {error.message} (row {error.position.row})") from error
    heed = not options.ignore_suppressions
    request = Request(here, {path: settings}, overrides, {path: source}, roots=[path.parent], heed_comments=heed)
    return Asked(_with_baseline(request, options), ())


def _with_baseline(request: Request, options: Options) -> Request:
    """``request`` with the problems that are known, unless they are to be written anew."""
    files = baseline_files(request, options)
    if not files or options.write_baseline or options.only_shows:
        return request
    from tfgraphlint.run import baseline  # most runs have none

    return replace(request, baseline=baseline.read(files))


def baseline_files(request: Request, options: Options) -> list[Path]:
    """The baselines that hold: the one that is named, or those of the configurations."""
    if options.baseline is not None:
        return [request.working_directory / options.baseline]
    if not any(settings.baseline for settings in request.files.values()):
        return []
    from tfgraphlint.run.baseline import configured_files  # most runs have none

    return configured_files(request.files.values(), named=options.config is not None)


def write_baseline(run: Run, options: Options) -> tuple[Path, int]:
    """Write what was found as what is known; the file, and how many problems it has.

    Raises:
        RunError: it is not clear which file, or it cannot be written.
    """
    from tfgraphlint.run import baseline  # most runs have none

    request = run.request
    files = baseline_files(request, options) or [request.working_directory / baseline.DEFAULT_FILE]
    if len(files) > 1:
        raise RunError("the configurations name several baselines: say with --baseline FILE which one to write")
    before = baseline.read(files) if files[0].exists() else baseline.Baseline()
    problems = baseline.problems_of(run.diagnostics, request.names, linting.Comments(request).line)
    return files[0], baseline.write(files[0], problems, before, _looked_for(run))


def solved(run: Run) -> int:
    """How many problems of the baseline are not there any more."""
    known = run.request.baseline
    if known is None:
        return 0
    return known.solved(len(run.known), _looked_for(run))


def _looked_for(run: Run) -> Callable[[Problem], bool]:
    """Whether a problem of a baseline would have been found in this run, if it is still there."""
    words = linting.Words(run.request)
    unread = {str(result.file) for result in run.errors}
    return lambda each: each.file not in unread and words.looked_for(each.file, each.code)


def silence(run: Run, reason: str) -> Silenced:
    """Put comments beside the reports, and write them."""
    from tfgraphlint.run.silence import silence  # hardly any run does

    silenced = silence(run, reason)
    _write_texts(run.request, silenced.before, silenced.changed)
    return silenced


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


def lint(asked: Asked, options: Options, progress: Progress = NOBODY) -> Run:
    """Lint what was asked for; ``progress`` is told how far it is."""
    request = asked.request
    if options.no_cache or request.overlay or request.plugins:  # nobody knows what a plugin depends on
        return linting.lint(request, None, progress)
    from tfgraphlint.run.cache import Cache  # hashing and temporary files, which a run without cache does not need
    from tfgraphlint.run.cache_folder import project_of

    here, repairing = request.working_directory, options.fix or options.diff
    top = project_of(request.files, here)
    cache = Cache(here, request.roots, time.time(), repairing, top, telling=options.watch)
    return linting.lint(request, cache, progress)


def fails(run: Run, options: Options) -> bool:
    """Whether anything was found that is as bad as the options or the settings demand."""
    asked = Severity(options.fail_on) if options.fail_on else None
    for each in run.diagnostics:
        least = asked or run.request.files[run.request.names[each.span.filename]].fail_on
        if each.severity is Severity.ERROR or least is Severity.WARNING:
            return True
    return False


def repair(run: Run, options: Options, choose: Choice | None = None) -> Repaired:
    """Repair what the options allow, and ``choose`` where it is given."""
    from tfgraphlint.run import repair as repairing  # a run that only looks does without

    return repairing.repair(run, unsafe=options.unsafe_fixes, choose=choose)


def write(repaired: Repaired) -> None:
    """Put the repaired texts into their files, and what came from standard input to standard output."""
    _write_texts(repaired.original.request, repaired.before, repaired.changed)


def _write_texts(request: Request, before: Mapping[Path, Source], changed: Mapping[Path, Source]) -> None:
    from tfgraphlint.disk.writing import Rewrite, rewrite  # a run that only looks does without

    files = sorted((path, source) for path, source in changed.items() if path not in request.overlay)
    rewrite([Rewrite(path, before[path].encode(), source.encode()) for path, source in files])
    for path, source in request.overlay.items():  # standard input comes out again, changed or not
        after = changed.get(path, source)
        sys.stdout.buffer.write(after.encode())
        sys.stdout.buffer.flush()
