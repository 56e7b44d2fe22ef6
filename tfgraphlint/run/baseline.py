"""Problems that are known: old code starts with a file of them, and only what is new is reported.

A problem is known by its rule, its file and the text of the line at which its report starts, not by the line's number:
lines come and go. Where a file is gone its problems are looked for in other files, since it may have been renamed.
"""

from __future__ import annotations

import json
import os
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from tfgraphlint.diagnostic import Diagnostic
from tfgraphlint.disk.reading import read_bytes
from tfgraphlint.disk.writing import is_below, write_named
from tfgraphlint.errors import RunError
from tfgraphlint.project.settings import Settings

DEFAULT_FILE = "tfgraphlint-baseline.json"
VERSION = 1
MAX_BYTES = 50_000_000
WAY_OUT = "name another file, or remove it and give --write-baseline"


@dataclass(frozen=True, order=True)
class Problem:
    """A report as a baseline knows it. ``file`` is absolute; ``line`` is the text of the line, its spaces as one."""

    file: str
    code: str
    line: str
    message: str


# What has to be the same, from what says most to what says least. The last two are for files that are gone.
_SAME: tuple[Callable[[Problem], tuple[str, ...]], ...] = (
    lambda problem: (problem.file, problem.code, problem.line, problem.message),
    lambda problem: (problem.file, problem.code, problem.line),
)
_SAME_ELSEWHERE: tuple[Callable[[Problem], tuple[str, ...]], ...] = (
    lambda problem: (problem.code, problem.line, problem.message),
    lambda problem: (problem.code, problem.line),
)


@dataclass(frozen=True)
class Baseline:
    """The problems that are known, and how many of each there are."""

    problems: Mapping[Problem, int] = field(default_factory=dict)

    def known(
        self, diagnostics: Sequence[Diagnostic], names: Mapping[str, Path], line: Callable[[Diagnostic], str]
    ) -> list[bool]:
        """Which of ``diagnostics`` are known: see ``problems_of``. Each stands for one of the baseline's problems."""
        return self.matched(problems_of(diagnostics, names, line))

    def matched(self, problems: Sequence[Problem]) -> list[bool]:
        """Which of ``problems`` are known."""
        found = [False] * len(problems)
        left = Counter(self.problems)
        gone = {each.file for each in self.problems if not os.path.exists(each.file)}
        for same in _SAME:
            _match(problems, found, left, same)
        missing = Counter({each: number for each, number in left.items() if each.file in gone and number > 0})
        for same in _SAME_ELSEWHERE:
            _match(problems, found, missing, same)
        return found

    def solved(self, known: int, looked_for: Callable[[Problem], bool]) -> int:
        """How many of the baseline's problems that were looked for were not found, if ``known`` of them were."""
        return sum(number for each, number in self.problems.items() if looked_for(each)) - known


def configured_files(held: Iterable[Settings], named: bool = False) -> list[Path]:
    """The baselines that these settings name. ``named``: the user named the configuration.

    Raises:
        RunError: one lies outside of where its configuration does: nobody has to have read that before.
    """
    found = {settings for settings in held if settings.baseline}
    for settings in found:
        file = settings.baseline_file
        if not named and file is not None and not is_below(file, settings.directory_of_origin):
            raise RunError(f"{settings.origin}: baseline = {settings.baseline!r} lies outside: name it with --baseline")
    return sorted({file for settings in found if (file := settings.baseline_file) is not None})


def _match(
    problems: Sequence[Problem],
    found: list[bool],
    left: Counter[Problem],
    same: Callable[[Problem], tuple[str, ...]],
) -> None:
    """Find what is the same of what nothing was found for, and take it out of ``left``."""
    by_key: dict[tuple[str, ...], list[Problem]] = {}
    for each in left:
        by_key.setdefault(same(each), []).append(each)
    for index, problem in enumerate(problems):
        if found[index]:
            continue
        for each in by_key.get(same(problem), ()):
            if left[each] > 0:
                found[index] = True
                left[each] -= 1
                break


def problems_of(
    diagnostics: Iterable[Diagnostic], names: Mapping[str, Path], line: Callable[[Diagnostic], str]
) -> list[Problem]:
    """Reports as a baseline knows them. ``names`` has the files by name, ``line`` gives the text of a report's line."""
    return [
        Problem(str(names[each.span.filename]), each.code, " ".join(line(each).split()), each.message)
        for each in diagnostics
    ]


def read(files: Iterable[Path]) -> Baseline:
    """The problems in all of ``files``.

    Raises:
        RunError: one cannot be read, or is no baseline.
    """
    problems: Counter[Problem] = Counter()
    for file in files:
        problems.update(_read(file))
    return Baseline(problems)


def _read(file: Path) -> Counter[Problem]:
    if not file.exists():
        raise RunError(f"{file}: there is no such baseline: --write-baseline writes it")
    try:
        document = json.loads(read_bytes(file, most=MAX_BYTES).decode("utf-8"))
    except (ValueError, RecursionError) as error:
        raise RunError(f"{file}: this is no baseline (not valid JSON): {WAY_OUT}") from error
    if not isinstance(document, dict) or document.get("version") != VERSION:
        raise RunError(f"{file}: this is no baseline of version {VERSION}: {WAY_OUT}")
    try:
        return Counter(dict(_problem(entry, file.parent) for entry in document["problems"]))
    except (KeyError, TypeError, ValueError) as error:
        raise RunError(f"{file}: an entry is incomplete or wrong ({error}): take it out") from error


def _problem(entry: Mapping[str, Any], directory: Path) -> tuple[Problem, int]:
    words = [entry[name] for name in ("file", "code", "line", "message")]
    number = entry.get("count", 1)
    if not all(isinstance(word, str) for word in words) or not isinstance(number, int):
        raise TypeError("file, code, line and message are strings, count is a number")
    return Problem(os.path.normpath(directory / words[0]), *words[1:]), number


def write(file: Path, problems: Iterable[Problem], before: Baseline, looked_for: Callable[[Problem], bool]) -> int:
    """Write ``problems`` to ``file``; how many it has now. What ``before`` knew and was not looked for stays.

    Raises:
        RunError: it cannot be written.
    """
    now = Counter(problems)
    now.update({each: number for each, number in before.problems.items() if not looked_for(each)})
    # One a line, in a stable order: such a file is compared, reviewed and merged.
    entries = [_entry(each, now[each], file.parent) for each in sorted(now)]
    rows = ",\n".join(f"    {json.dumps(entry, ensure_ascii=False)}" for entry in entries)
    text = f'{{\n  "version": {VERSION},\n  "problems": [\n{rows}\n  ]\n}}\n'
    try:
        write_named(file, text.encode("utf-8", "backslashreplace"))
    except OSError as error:
        raise RunError(f"{file}: cannot be written: {error.strerror or error}") from error
    return sum(now.values())


def _entry(problem: Problem, number: int, directory: Path) -> dict[str, Any]:
    name = Path(os.path.relpath(problem.file, directory)).as_posix()
    return {**asdict(problem), "file": name} | ({"count": number} if number > 1 else {})
