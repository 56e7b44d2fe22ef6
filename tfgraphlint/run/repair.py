"""``--fix``: fixes are made in passes, and each pass is checked by linting what came out of it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from tfgraphlint.diagnostic import Applicability, Diagnostic, Edit
from tfgraphlint.disk.writing import why_not_to_write
from tfgraphlint.errors import RunError
from tfgraphlint.facts.run import UnparsableFile
from tfgraphlint.fixes.apply import Change, Plan, changes, edited, moved, plan
from tfgraphlint.project.guard import parse
from tfgraphlint.project.source import Source, shown
from tfgraphlint.run.examine import Examined, affected
from tfgraphlint.run.lint import Request, Run, Words, concluded, readable, wanted
from tfgraphlint.syntax.text import Lines

# Every pass that is kept takes at least one report away, so this is reached only when something is wrong.
MAX_PASSES = 500

Place = tuple[str, str, int]  # file name, code, offset


@dataclass
class Repaired:
    """What came of repairing. ``run`` is the last one, over the repaired texts."""

    original: Run
    run: Run
    changed: dict[Path, Source] = field(default_factory=dict)
    before: dict[Path, Source] = field(default_factory=dict)
    fixed: list[Diagnostic] = field(default_factory=list)
    dropped: list[tuple[Diagnostic, str]] = field(default_factory=list)


Choice = Callable[[Diagnostic, Run], bool]


def repair(run: Run, unsafe: bool = False, choose: Choice | None = None) -> Repaired:
    """Make the fixes of ``run`` that are safe, or with ``unsafe`` those that may change results as well.

    ``choose`` is asked once for each fix whether to make it. Nothing is written. A fix after which its report is still
    there, a new one came or the file does not parse is not made, and stands in ``dropped`` with the reason.

    Raises:
        RunError: the passes do not come to an end.
    """
    state = Repaired(run, run)
    refused: set[tuple[object, ...]] = set()
    chosen: set[tuple[object, ...]] = set()
    most = 0  # how many fixes to make in a pass; 0 for all
    for _ in range(MAX_PASSES):
        sources = _sources(state.run)
        lines = {name: source.lines for name, source in sources.items()}
        candidates = _chosen(state.run, unsafe, choose, sources, (chosen, refused))
        attempt = plan(candidates[:most] if most else candidates, lines)
        unusable = _unusable(state, candidates, lines)
        for diagnostic, objection in unusable:
            refused.add(_signature(diagnostic, sources))
            state.dropped.append((diagnostic, objection))
        if unusable:
            continue
        if not attempt.chosen:
            return state
        reason = _attempted(state, attempt, sources)
        if reason is None:
            most = 0
        elif len(attempt.chosen) == 1:
            refused.add(_signature(attempt.chosen[0], sources))
            state.dropped.append((attempt.chosen[0], reason))
            most = 0
        else:
            most = max(len(attempt.chosen) // 2, 1)
    raise RunError(f"the fixes do not come to an end after {MAX_PASSES} passes; nothing was written")


def repair_one(run: Run, diagnostic: Diagnostic) -> Repaired:
    """Make the fix of one report of ``run``, which may be one of its suggestions, if it holds. Nothing is written."""
    state = Repaired(run, run)
    names = {diagnostic.span.filename, *(edit.span.filename for edit in _edits(diagnostic))}
    request = run.request
    sources = {name: readable(request, request.names[name]) for name in names if name in request.names}
    lines = {name: source.lines for name, source in sources.items()}
    state.dropped += _unusable(state, [diagnostic], lines)
    if not state.dropped:
        reason = _attempted(state, plan([diagnostic], lines), sources)
        state.dropped += [(diagnostic, reason)] if reason is not None else []
    return state


def _chosen(
    run: Run, unsafe: bool, choose: Choice | None, sources: Mapping[str, Source],
    answers: tuple[set[tuple[object, ...]], set[tuple[object, ...]]],
) -> list[Diagnostic]:
    """The reports whose fix is to be made; ``answers`` are those that were chosen, and those that were refused."""
    chosen, refused = answers
    found = []
    for diagnostic in (each for each in run.diagnostics if _is_wanted(each, unsafe)):
        signature = _signature(diagnostic, sources)
        if choose is not None and signature not in chosen | refused:
            (chosen if choose(diagnostic, run) else refused).add(signature)
        if signature not in refused:
            found.append(diagnostic)
    return found


def _unusable(
    state: Repaired, candidates: Iterable[Diagnostic], lines: Mapping[str, Lines]
) -> list[tuple[Diagnostic, str]]:
    """The reports whose fix cannot be made, whatever comes out of it, and why."""
    found = []
    for diagnostic in candidates:
        if diagnostic.fix is not None and changes(diagnostic.fix, lines) is None:
            found.append((diagnostic, "its edits do not fit the file"))
        elif reason := _untouchable(state, diagnostic):
            found.append((diagnostic, reason))
    return found


def _untouchable(state: Repaired, diagnostic: Diagnostic) -> str:
    """What speaks against writing the files that the fix of a report changes."""
    request = state.original.request
    for path in {request.names[edit.span.filename] for edit in _edits(diagnostic)} - request.overlay.keys():
        if path in request.led_out:
            return "a link led to this file, which lies outside the project"
        refused = why_not_to_write(path)
        if refused:
            return f"{shown(path, request.working_directory)}: {refused}"
    return ""


def _is_wanted(diagnostic: Diagnostic, unsafe: bool) -> bool:
    if diagnostic.fix is None:
        return False
    kinds = (Applicability.SAFE, Applicability.UNSAFE) if unsafe else (Applicability.SAFE,)
    return diagnostic.fix.applicability in kinds


def _signature(diagnostic: Diagnostic, sources: Mapping[str, Source]) -> tuple[object, ...]:
    """What makes a fix the same one after other edits have moved it."""
    source = sources.get(diagnostic.span.filename)
    row = source.lines.row(diagnostic.span.start.row).strip() if source else ""
    edits = diagnostic.fix.edits if diagnostic.fix else ()
    return (diagnostic.span.filename, diagnostic.code, row, diagnostic.message, tuple(edit.content for edit in edits))


def _sources(run: Run) -> dict[str, Source]:
    """The texts of the files that fixes of ``run`` would change."""
    request = run.request
    names = {
        name
        for diagnostic in run.diagnostics
        for name in (diagnostic.span.filename, *(edit.span.filename for edit in _edits(diagnostic)))
        if name in request.names
    }
    return {name: readable(request, request.names[name]) for name in names}


def _edits(diagnostic: Diagnostic) -> tuple[Edit, ...]:
    return diagnostic.fix.edits if diagnostic.fix else ()


def _attempted(state: Repaired, attempt: Plan, sources: Mapping[str, Source]) -> str | None:
    """Make the fixes of ``attempt`` in ``state`` if they hold; else the reason why not."""
    after: dict[Path, Source] = {}
    for name, made in attempt.changes.items():
        source = sources[name]
        after[source.path] = edited(source, made)
        refused = _unwritable(after[source.path], len(source.faults))
        if refused is not None:
            return refused
    run = linted_again(state.run, after)
    reason = _objection(state.run, run, attempt, sources)
    if reason is None:
        for path, source in after.items():
            state.before.setdefault(path, readable(state.original.request, path))
            state.changed[path] = source
        state.fixed += attempt.chosen
        state.run = run
    return reason


def _unwritable(source: Source, faults: int) -> str | None:
    """Why a file cannot be written; ``faults`` is how many of its cells could not be parsed before."""
    tree = parse(source.text, source.filename)
    if isinstance(tree, UnparsableFile):
        return f"what comes out does not parse ({tree.message}, row {source.place(tree.span).start.row})"
    if not source.writes_back:
        return f"the file's encoding ({source.encoding}) would not write the rest of it as it is"
    if len(source.faults) > faults:
        return f"what comes out does not parse ({source.faults[-1].message})"
    try:
        source.encode()
    except UnicodeEncodeError:
        return f"the file's encoding ({source.encoding}) cannot say it"
    return None


def linted_again(run: Run, after: Mapping[Path, Source]) -> Run:
    """The run with the files in ``after`` as they are there, linting only what can have changed."""
    request: Request = replace(run.request, overlay={**run.request.overlay, **after})
    examiner = request.examiner()
    again = {file: wanted(request, examiner.examine(file)) for file in affected(run.examined, after)}
    examined: tuple[Examined, ...] = tuple(again.get(result.file, result) for result in run.examined)
    return concluded(request, examined, Words(request))


def _objection(before: Run, after: Run, attempt: Plan, sources: Mapping[str, Source]) -> str | None:
    """What speaks against the pass: an error, a report that is still there, or one that was not there before."""
    if len(after.errors) > len(before.errors):
        return f"linting what comes out fails: {after.errors[-1].error}"
    allowed: Counter[Place] = Counter()
    floating: Counter[tuple[str, str]] = Counter()
    fixed = {diagnostic.key for diagnostic in attempt.chosen}
    gone: set[Place | None] = set()
    for diagnostic in before.diagnostics + before.silenced + before.known:
        place = _place_after(diagnostic, attempt.changes, sources)
        if diagnostic.key in fixed:
            gone.add(place)
        elif place is None:
            floating[diagnostic.span.filename, diagnostic.code] += 1
        else:
            allowed[place] += 1
    for diagnostic in _unexpected(after, allowed, floating):
        if _place(diagnostic, after) in gone:
            return "the report is still there afterwards"
        return f"a new report would come: {diagnostic.code} at {_shown_place(diagnostic, after)}"
    return None


def _shown_place(diagnostic: Diagnostic, run: Run) -> str:
    source = readable(run.request, run.request.names[diagnostic.span.filename])
    span = source.place(diagnostic.span)
    return f"{span.where}:{span.start.row}:{span.start.column}"


def _unexpected(after: Run, allowed: Counter[Place], floating: Counter[tuple[str, str]]) -> Iterable[Diagnostic]:
    for diagnostic in after.diagnostics:
        place = _place(diagnostic, after)
        kind = (diagnostic.span.filename, diagnostic.code)
        if place is not None and allowed[place] > 0:
            allowed[place] -= 1
        elif floating[kind] > 0:
            floating[kind] -= 1
        else:
            yield diagnostic


def _place(diagnostic: Diagnostic, run: Run) -> Place | None:
    name = diagnostic.span.filename
    return _located(diagnostic, readable(run.request, run.request.names[name]).lines)


def _place_after(
    diagnostic: Diagnostic, made: Mapping[str, Sequence[Change]], sources: Mapping[str, Source]
) -> Place | None:
    """The place of a report after the changes; None where it stood in what is replaced."""
    name = diagnostic.span.filename
    source = sources.get(name)
    if source is None:
        return None
    before = _located(diagnostic, source.lines)
    offset = None if before is None else moved(before[2], source.text, made.get(name, ()))
    return None if offset is None else (name, diagnostic.code, offset)


def _located(diagnostic: Diagnostic, lines: Lines) -> Place | None:
    try:
        return diagnostic.span.filename, diagnostic.code, lines.offset(diagnostic.span.start)
    except ValueError:
        return None
