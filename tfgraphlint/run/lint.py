"""One run over a project: every file examined, reports merged, moved, selected, silenced and sorted."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from tfgraphlint.diagnostic import Diagnostic, Fix, Role, Step
from tfgraphlint.errors import RunError
from tfgraphlint.facts.run import Suppression, UnusedSuppression
from tfgraphlint.project.discover import ignored_codes
from tfgraphlint.project.settings import Overrides, Settings, check_codes
from tfgraphlint.project.source import Source, read, shown
from tfgraphlint.project.starters import Starters
from tfgraphlint.rule_api.registry import Entry, Registry, load, matching, shipped
from tfgraphlint.run.examine import Examined, Examiner
from tfgraphlint.run.progress import NOBODY, Progress
from tfgraphlint.run.suppression import Suppressions
from tfgraphlint.screen.triggers import mentions_framework
from tfgraphlint.syntax.deep_stack import Limit, no_garbage_search
from tfgraphlint.syntax.text import NotTextError

if TYPE_CHECKING:  # ``cli`` imports them where there is a baseline, or a cache
    from tfgraphlint.project.modules import Trees
    from tfgraphlint.run.baseline import Baseline
    from tfgraphlint.run.cache import Cache

Reports = tuple[Diagnostic, ...]

UNUSED = "TFG901"
# So many files at most are run for what they start of the files that were asked for.
MAX_STARTED_FILES = 12
# Below so many bytes of source one process is done before others have started.
MIN_BYTES_FOR_POOL = 600_000


@dataclass(frozen=True, eq=False, repr=False)
class Request:
    """What to lint and how: files (absolute) with their settings, and texts that stand for what is on the disk.

    ``led_out`` are files outside the project to which a link in it led: they are not repaired. ``trees`` are of files
    that were parsed before, and ``known_starters`` what ``starters`` was before, for who lints again and again.
    """

    working_directory: Path
    files: Mapping[Path, Settings]
    overrides: Overrides = field(default_factory=Overrides)
    overlay: Mapping[Path, Source] = field(default_factory=dict)
    roots: Sequence[Path] = ()
    processes: int | None = None
    baseline: Baseline | None = None
    heed_comments: bool = True
    led_out: frozenset[Path] = frozenset()
    trees: Trees | None = None
    known_starters: Mapping[Path, Settings] | None = None

    @cached_property
    def plugins(self) -> tuple[str, ...]:
        """The plugins that any of the settings name."""
        return tuple(sorted({name for settings in self.files.values() for name in settings.plugins}))

    @cached_property
    def names(self) -> dict[str, Path]:
        """The files by the names under which reports show them."""
        return {shown(file, self.working_directory): file for file in self.files}

    @cached_property
    def starters(self) -> Mapping[Path, Settings]:
        """Files that were not asked for and start what was, with the settings of what they start."""
        if self.known_starters is not None:
            return self.known_starters
        starters = Starters(self.roots)
        found: dict[Path, Settings] = {}
        in_part: dict[Path, bool] = {}  # projects of which not all files were asked for
        for file, settings in self.files.items():
            if len(found) >= MAX_STARTED_FILES:
                break
            top = starters.files.top(file.parent)
            if top not in in_part:
                in_part[top] = not self.files.keys() >= set(starters.files.around(file))
            if in_part[top] and mentions_framework(readable(self, file).text):
                found.update((each, settings) for each in starters.of(file) if each not in self.files)
        return found

    @property
    def examined_files(self) -> Mapping[Path, Settings]:
        """All files that are examined for this request."""
        return {**self.files, **self.starters}

    @cached_property
    def versions(self) -> dict[Path, str]:
        """The TensorFlow that files are meant for, where their settings say so."""
        return {file: version for file, settings in self.examined_files.items() if (version := settings.meant_for)}

    def examiner(self, overlay: Mapping[Path, Source] | None = None) -> Examiner:
        """What examines files of this request in one process."""
        texts = self.overlay if overlay is None else overlay
        each = frozenset(file for file, settings in self.files.items() if settings.each_tf1_symbol)
        magics = {file: held.python_cell_magics for file, held in self.files.items() if held.python_cell_magics}
        limits = {file: held.limit for file, held in self.examined_files.items() if held.limit != Limit()}
        return Examiner(
            self.working_directory, self.roots, self.plugins, texts, self.versions, each, magics, limits,
            trees=self.trees,
        )  # fmt: skip


@dataclass(frozen=True, eq=False, repr=False)
class Run:
    """What came of a request. ``diagnostics`` are sorted by file, place and code; so are those that a comment
    silences, and those that the baseline knows. ``cached`` are files that were not read: the cache knows them.
    ``seconds`` is how long it took, where somebody asks."""

    request: Request
    examined: tuple[Examined, ...]
    diagnostics: tuple[Diagnostic, ...]
    silenced: tuple[Diagnostic, ...]
    known: tuple[Diagnostic, ...] = ()
    cached: frozenset[Path] = frozenset()
    seconds: float = 0.0

    @property
    def errors(self) -> tuple[Examined, ...]:
        """The files that could not be linted."""
        return tuple(result for result in self.examined if result.error)

    @property
    def in_part(self) -> list[tuple[Path, int, str]]:
        """What was not read to its end: the file, the row, and the name of the function; none for the file itself."""
        return [(result.file, row, name) for result in self.examined for row, name in result.in_part]


def lint(request: Request, cache: Cache | None = None, progress: Progress = NOBODY) -> Run:
    """Lint the files of ``request``; those of which ``cache`` knows what is found are not read again.

    ``progress`` is told how far it is.

    Raises:
        RunError: the configuration or the rules cannot be used.
    """
    checked = Words(request)
    files = request.examined_files
    known = {} if cache is None else cache.known(files)
    unknown = [file for file in files if file not in known]
    progress.begin(len(unknown), len(known))
    fresh = {result.file: result for result in _examined(request, unknown, progress)}
    if fresh and cache is not None:
        cache.keep(fresh.values(), files)
    examined = (known.get(file) or fresh[file] for file in files)
    run = concluded(request, tuple(wanted(request, result) for result in examined), checked)
    return replace(run, cached=frozenset(known) & request.files.keys())


def wanted(request: Request, result: Examined) -> Examined:
    """Of a file that was not asked for, only what it shows of those that were."""
    if result.file in request.files:
        return result
    found = tuple(each for each in result.diagnostics if each.span.filename in request.names)
    return replace(result, diagnostics=found, passed_screen=False, error="", details="")


@no_garbage_search()
def _examined(request: Request, files: Sequence[Path], progress: Progress) -> Iterable[Examined]:
    if not files:
        return []
    processes = request.processes or min(_worthwhile(files), len(files))
    if processes < 2:
        examiner = replace(request.examiner(), tick=progress.tick)
        return [_examined_alone(examiner, file, progress) for file in files]
    from tfgraphlint.run.workers import examine_in_pool  # multiprocessing, which few files do not need

    # Who asks for several gets one for a single file: code in C that never returns can only be ended with its process.
    return examine_in_pool(request.examiner(), files, min(processes, len(files)), progress)


def _examined_alone(examiner: Examiner, file: Path, progress: Progress) -> Examined:
    progress.at(file)
    result = examiner.examine(file)
    progress.done(file)
    return result


def _worthwhile(files: Iterable[Path]) -> int:
    """How many processes are worth their start: all processors from some amount of source on."""
    total = 0
    for file in files:
        with contextlib.suppress(OSError):
            total += file.stat().st_size
        if total >= MIN_BYTES_FOR_POOL:
            return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    return 1


class Words:
    """The rules that there are, by code and name, and which of them are on in which file."""

    def __init__(self, request: Request) -> None:
        self.request = request
        self.entries: tuple[Entry, ...] = load(request.plugins, request.roots).entries if request.plugins else shipped()
        self._selected: dict[int, frozenset[str]] = {}
        self._on: dict[Path, frozenset[str]] = {}
        for settings in {id(each): each for each in request.files.values()}.values():
            check_codes(settings, request.overrides, self.entries)
            self._selected[id(settings)] = request.overrides.over(settings).selected(self.entries)

    def on(self, file: Path) -> frozenset[str]:
        """The codes that are reported in ``file``, one of the request's."""
        if file not in self._on:
            settings = self.request.files[file]
            off = {code for word in ignored_codes(file, settings) for code in matching(word, self.entries)}
            self._on[file] = self._selected[id(settings)] - off
        return self._on[file]

    def looked_for(self, file: str, code: str) -> bool:
        """Whether a report of this rule in ``file`` would have been found: also one that was in a file that is gone."""
        asked = Path(file)
        if asked in self.request.files:
            return code in self.on(asked)
        return not os.path.exists(asked) and any(code in on for on in self._selected.values())

    def graded(self, file: Path, diagnostic: Diagnostic) -> Diagnostic:
        """``diagnostic`` in ``file``, as bad as the settings say."""
        severity = self.request.files[file].severity_of(diagnostic.code, self.entries)
        return diagnostic if severity is None else replace(diagnostic, severity=severity)


def concluded(request: Request, examined: tuple[Examined, ...], words: Words) -> Run:
    """The run that follows from what was found in each file."""
    reported: list[Diagnostic] = []
    silenced: list[Diagnostic] = []
    comments = Comments(request)
    for merged in _merged(request, examined):
        file = request.names[merged.span.filename]
        if merged.code not in words.on(file):
            continue
        diagnostic = words.graded(file, _with_usable_fix(merged, comments))
        used = comments.silencing(file, diagnostic, words.entries) if request.heed_comments else None
        (reported if used is None else silenced).append(diagnostic)
    if request.heed_comments:
        reported += _unused_comments(request, examined, words, comments)
    new, known = _compared(request, sorted(reported, key=_order), comments)
    return Run(request, examined, new, tuple(sorted(silenced, key=_order)), known)


def _compared(request: Request, found: Sequence[Diagnostic], comments: Comments) -> tuple[Reports, Reports]:
    """The reports that are new, and those that the baseline knows."""
    if request.baseline is None:
        return tuple(found), ()
    known = request.baseline.known(found, request.names, comments.line)
    return (
        tuple(each for each, old in zip(found, known) if not old),
        tuple(each for each, old in zip(found, known) if old),
    )


def _order(diagnostic: Diagnostic) -> tuple[object, ...]:
    return (*diagnostic.key, diagnostic.message)


def _merged(request: Request, examined: Iterable[Examined]) -> Iterable[Diagnostic]:
    """Each report once, at a place in the files that were asked for, with the fixes for all its reasons.

    Of several, one that can be repaired is shown, and that of the first file by name: whatever the order they came in.
    """
    same: dict[object, list[Diagnostic]] = {}
    for result in sorted(examined, key=lambda result: result.file):
        for found in result.diagnostics:
            diagnostic = relocated(found, request.names, shown(result.file, request.working_directory))
            same.setdefault(diagnostic.key, []).append(diagnostic)
    for each in same.values():
        fixes = tuple(dict.fromkeys(diagnostic.fix for diagnostic in each if diagnostic.fix is not None))
        first = next((diagnostic for diagnostic in each if diagnostic.fix is not None), each[0])
        yield replace(first, fix=_joined(fixes)) if fixes else first


def _joined(fixes: Sequence[Fix]) -> Fix:
    from tfgraphlint.fixes.apply import joined  # most runs find nothing to repair

    return joined(fixes)


def _with_usable_fix(diagnostic: Diagnostic, comments: Comments) -> Diagnostic:
    if diagnostic.fix is None:
        return diagnostic
    from tfgraphlint.fixes.apply import checked  # most runs find nothing to repair

    return checked(diagnostic, comments.edited(diagnostic))


def relocated(diagnostic: Diagnostic, asked: Mapping[str, Path], linted: str) -> Diagnostic:
    """``diagnostic``, anchored in a file that was asked for: at the last step of its path that lies in one.

    The fix is left out then: it belongs to a file that is not ours to change.
    """
    if diagnostic.span.filename in asked:
        return diagnostic
    path = diagnostic.path
    if all(step.span != diagnostic.span for step in path):
        path = (Step(Role.CUT, "here", diagnostic.span), *path)
    within = [step.span for step in path if step.span.filename in asked]
    ours = [span for span in within if span.filename == linted] or within
    if not ours:
        start = replace(diagnostic.span.start, row=1, column=1)
        ours = [replace(diagnostic.span, filename=linted, start=start, end=start)]
    return replace(diagnostic, span=ours[-1], path=path, fix=None, suggestions=())


class Comments:
    """The suppression comments of the request's files, and which of them silenced something."""

    def __init__(self, request: Request) -> None:
        self._request = request
        self._sources: dict[Path, Source] = {}
        self._suppressions: dict[Path, Suppressions] = {}
        self.used: dict[Path, dict[Suppression, set[str]]] = {}  # and which codes each comment silenced

    def source(self, file: Path) -> Source:
        """The text of ``file``."""
        if file not in self._sources:
            self._sources[file] = readable(self._request, file)
        return self._sources[file]

    def line(self, diagnostic: Diagnostic) -> str:
        """The text of the line at which ``diagnostic`` starts."""
        file = self._request.names[diagnostic.span.filename]
        return self.source(file).lines.row(diagnostic.span.start.row)

    def edited(self, diagnostic: Diagnostic) -> dict[str, Source]:
        """The files that the fix of ``diagnostic`` would change, by name."""
        names = {edit.span.filename for edit in diagnostic.fix.edits} if diagnostic.fix else set()
        return {name: self.source(self._request.names[name]) for name in names if name in self._request.names}

    def of(self, file: Path) -> Suppressions:
        """The comments of ``file``."""
        if file not in self._suppressions:
            self._suppressions[file] = Suppressions(self.source(file))
        return self._suppressions[file]

    def silencing(self, file: Path, diagnostic: Diagnostic, entries: Sequence[Entry]) -> Suppression | None:
        """The comment that silences ``diagnostic``, which lies in ``file``."""
        found = self.of(file).find(diagnostic.span.start.row, diagnostic.code, entries)
        if found is not None:
            self.used.setdefault(file, {}).setdefault(found, set()).add(diagnostic.code)
        return found


def readable(request: Request, file: Path) -> Source:
    """The source of ``file``; an empty one where it is no text."""
    filename = shown(file, request.working_directory)
    try:
        magics = request.files[file].python_cell_magics if file in request.files else ()
        return request.overlay.get(file) or read(file, filename, magics)
    except (RunError, NotTextError):
        return Source(file, filename, "")


def _unused_comments(
    request: Request, examined: Iterable[Examined], words: Words, comments: Comments
) -> Iterator[Diagnostic]:
    """Reports on comments in our own words that silenced nothing, in files that were linted to the end."""
    registry: Registry | None = None
    for result in examined:
        if result.error or not result.passed_screen or UNUSED not in words.on(result.file):
            continue
        if not comments.of(result.file).may_concern(words.entries):
            continue  # of comments that mean other tools, nothing is said
        for suppression in comments.of(result.file).all:
            event = unused(suppression, comments, result.file, words)
            if event is None:
                continue
            registry = registry or load(request.plugins, request.roots)
            for diagnostic in registry.diagnostics(event):
                row = suppression.span.start.row
                if comments.of(result.file).find(row, UNUSED, words.entries, besides=suppression) is None:
                    yield words.graded(result.file, diagnostic)


def unused(suppression: Suppression, comments: Comments, file: Path, words: Words) -> UnusedSuppression | None:
    """What of ``suppression`` was of no use: whole comments, or words for rules that were on and found nothing."""
    silenced = comments.used.get(file, {}).get(suppression, set())
    if suppression.words is None:
        idle: tuple[str, ...] = ()
        is_idle = not (suppression.foreign or silenced)
    else:
        idle = tuple(word for word in suppression.words if _is_idle(word, silenced, file, words, suppression.foreign))
        is_idle = bool(idle)
    return UnusedSuppression(suppression, idle, comments.of(file).removal(suppression)) if is_idle else None


def _is_idle(word: str, silenced: set[str], file: Path, words: Words, foreign: bool) -> bool:
    meant = matching(word, words.entries)
    if not meant:
        return not foreign  # nobody else reads our own comments, so the word is a mistake
    return not meant & silenced and meant <= words.on(file) and meant != {UNUSED}
