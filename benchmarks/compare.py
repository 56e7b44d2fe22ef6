"""Compare what two checkouts of tfgraphlint report on the same programs.

    python benchmarks/compare.py BEFORE AFTER [--corpus DIR] [--also PATH …] [--versions 2.15/2.15 …] [--wording]

Both checkouts lint the same programs: fixtures, examples and ``tests/**/found*/`` of BEFORE, and what ``--also``
names, once for each of the versions; then the corpus, once and without configuration. Only what tfgraphlint depends on
needs to be installed. One line a difference: ``-`` a report is gone, ``+`` it is new, ``~`` it says something else,
``!`` an error that only one of them has. Programs that only AFTER has are listed and not compared.

Compared are code, place, severity, the row for ``noqa``, the steps of the path, the edits of fix and suggestions; what
messages say only with ``--wording`` (the help is not in the JSON output and never compared).

Exit status: 0 the reports are equal, 1 they are not, 2 a checkout cannot be run.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

VERSIONS = ("2.15/2.15", "2.21/3.15")  # TensorFlow/Keras
OPTIONS = ("--output-format", "json", "--no-cache", "--exit-zero")
MAPPED = ("rules", "fixtures")  # folders beside the package that are installed as parts of it


@dataclass(frozen=True)
class Task:
    """A file or folder to lint, for which versions ("" for no configuration at all)."""

    path: Path
    versions: str = ""


@dataclass(frozen=True)
class Report:
    """A report as it is compared: ``aspects`` are the names of its parts and what they say, in one line."""

    file: str
    row: int
    column: int
    code: str
    aspects: tuple[tuple[str, str], ...] = ()

    @property
    def place(self) -> tuple[str, int, int, str]:
        return self.file, self.row, self.column, self.code

    def __str__(self) -> str:
        return f"{self.code} {self.file}:{self.row}:{self.column}"


@dataclass(frozen=True)
class Outcome:
    """What one checkout says of one task."""

    reports: tuple[Report, ...]
    errors: tuple[str, ...] = ()


# From JSON to reports


def read(output: str, names: Mapping[str, str], wording: bool) -> tuple[Report, ...]:
    """The reports of a JSON document. ``names`` are the prefixes of file names to replace, and what by."""
    return tuple(_report(item, names, wording) for item in json.loads(output))


def _report(item: Mapping[str, Any], names: Mapping[str, str], wording: bool) -> Report:
    start, file = item["location"], shown(item["filename"], names)

    def place(of: Mapping[str, Any]) -> str:
        other = shown(of["filename"], names)
        return ("" if other == file else f"{other}:") + _span(of)

    def edits(fix: Mapping[str, Any]) -> str:
        changes = [f"{place(edit)} {edit['content']!r}" for edit in fix["edits"]]
        return "; ".join([fix["applicability"], *([fix["message"]] if wording else []), *changes])

    def step(of: Mapping[str, Any]) -> str:
        return f"{of['role']} {place(of)}" + (f" {of['message']!r}" if wording else "")

    aspects = {
        "end": _span(item).partition("-")[2],
        "severity": str(item["severity"]),
        "noqa row": str(item["noqa_row"]),
        "path": "; ".join(map(step, item["path"])),
        "fix": edits(item["fix"]) if item["fix"] else "none",
        "suggestions": " | ".join(map(edits, item["suggestions"])) or "none",
    }
    if wording:
        aspects["message"] = str(item["message"])
    return Report(file, start["row"], start["column"], item["code"], tuple(aspects.items()))


def _span(item: Mapping[str, Any]) -> str:
    start, end = item["location"], item["end_location"]
    return f"{start['row']}:{start['column']}-{end['row']}:{end['column']}"


def shown(filename: str, names: Mapping[str, str]) -> str:
    """``filename`` made short: a prefix of ``names`` is replaced."""
    path = os.path.normpath(filename)
    for prefix, short in names.items():
        if path.startswith(prefix + os.sep):
            return short + path[len(prefix) + 1 :]
    return path


# Comparing


def differences(before: Outcome, after: Outcome) -> list[str]:
    """One line for each difference, in the order of files and places."""
    return [*report_differences(before.reports, after.reports), *_error_differences(before.errors, after.errors)]


def report_differences(before: Iterable[Report], after: Iterable[Report]) -> Iterator[str]:
    """The reports that are gone, new or changed. Several of one code at one place are paired in their order."""
    old, new = _by_place(before), _by_place(after)
    for place in sorted(old.keys() | new.keys()):
        gone, come = _without(old[place], new[place]), _without(new[place], old[place])
        paired = min(len(gone), len(come))
        yield from (_change(*pair) for pair in zip(gone, come))
        yield from (f"- {report}" for report in gone[paired:])
        yield from (f"+ {report}" for report in come[paired:])


def _by_place(reports: Iterable[Report]) -> defaultdict[tuple[str, int, int, str], list[Report]]:
    found: defaultdict[tuple[str, int, int, str], list[Report]] = defaultdict(list)
    for report in reports:
        found[report.place].append(report)
    return found


def _without(reports: Sequence[Report], others: Iterable[Report]) -> list[Report]:
    """``reports`` without those that are among ``others``, each as often as there."""
    there, left = Counter(others), []
    for report in reports:
        if there[report]:
            there[report] -= 1
        else:
            left.append(report)
    return left


def _change(before: Report, after: Report) -> str:
    old, new = dict(before.aspects), dict(after.aspects)
    changed = (f"{name}: {old[name]} -> {new[name]}" for name in old if old[name] != new[name])
    return f"~ {before} " + " // ".join(changed)


def _error_differences(before: Sequence[str], after: Sequence[str]) -> Iterator[str]:
    yield from (f"! only before: {line}" for line in before if line not in after)
    yield from (f"! only after: {line}" for line in after if line not in before)


def merged(found: Iterable[tuple[str, Sequence[str]]]) -> list[str]:
    """Each line once, with the versions for which it was found."""
    versions_of: dict[str, list[str]] = {}
    for versions, lines in found:
        for line in lines:
            versions_of.setdefault(line, []).append(versions)
    labels = {line: ", ".join(filter(None, versions)) for line, versions in versions_of.items()}
    return [f"{line} [{label}]" if label else line for line, label in labels.items()]


# The programs


def program_folders(checkout: Path) -> list[Path]:
    """The folders of a checkout with programs that are there to be linted."""
    found = [path for path in sorted((checkout / "tests").rglob("found*")) if path.is_dir()]
    named = [path for path in (checkout / "fixtures", checkout / "examples") if path.is_dir()]
    return named + [path for path in found if not any(parent in found for parent in path.parents)]


def only_after(before: Path, after: Path) -> list[str]:
    """The files among AFTER's programs that say what no program of BEFORE says, wherever that lies."""
    known = {path.read_bytes() for path in _programs(before)}
    return [str(path.relative_to(after)) for path in _programs(after) if path.read_bytes() not in known]


def _programs(checkout: Path) -> Iterator[Path]:
    for folder in program_folders(checkout):
        yield from sorted(folder.rglob("*.py"))


# Running a checkout


class CannotRun(Exception):
    """A checkout could not be run: its output says why."""


def lay_out(checkout: Path, stage: Path) -> None:
    """Make ``stage`` a directory from which Python imports all of this checkout's package, rules and fixtures too."""
    package = stage / "tfgraphlint"
    package.mkdir(parents=True)
    entries = [path for path in (checkout / "tfgraphlint").iterdir() if path.name != "__pycache__"]
    beside = [checkout / name for name in MAPPED if not (checkout / "tfgraphlint" / name).exists()]
    for path in (*entries, *(path for path in beside if path.is_dir())):
        (package / path.name).symlink_to(path.resolve())


def lint(stage: Path, task: Task, names: Mapping[str, str], wording: bool) -> Outcome:
    """Lint with the checkout that is laid out in ``stage``.

    Raises:
        CannotRun: what comes out are no reports.
    """
    command = [sys.executable, "-m", "tfgraphlint", "check", *OPTIONS, *_configuration(stage, task.versions)]
    # Python looks for modules in the directory it runs in first, and its child processes in PYTHONPATH.
    environment = {**os.environ, "PYTHONPATH": str(stage)}
    done = subprocess.run([*command, str(task.path)], cwd=stage, env=environment, capture_output=True, text=True)
    errors = tuple(line for line in done.stderr.splitlines() if line.startswith("error: "))
    try:
        reports = read(done.stdout, names, wording)
    except (ValueError, KeyError) as error:
        raise CannotRun(f"{task.path}: {error!r}: {done.stderr[-2000:]}") from error
    if done.returncode not in (0, 2):
        raise CannotRun(f"{task.path}: status {done.returncode}: {done.stderr[-2000:]}")
    return Outcome(reports, tuple(sorted(errors)))


def _configuration(stage: Path, versions: str) -> list[str]:
    if not versions:
        return ["--isolated"]
    tensorflow, _, keras = versions.partition("/")
    file = stage / f"{tensorflow}-{keras}.toml"
    file.write_text(f'tensorflow = "{tensorflow}"\nkeras = "{keras}"\n', encoding="utf-8")
    return ["--config", str(file)]


def main(arguments: Sequence[str] | None = None) -> int:
    """Lint with both, print the differences; the exit status."""
    given = _parser().parse_args(arguments)
    before, after = given.before.resolve(), given.after.resolve()
    tasks = [Task(path, each) for path in (*program_folders(before), *given.also) for each in given.versions]
    tasks += [Task(given.corpus)] if given.corpus else []
    names = {str(before): "", **({str(given.corpus): "corpus/"} if given.corpus else {})}
    with tempfile.TemporaryDirectory() as folder:
        stages = [Path(folder).resolve() / name for name in ("before", "after")]
        try:
            for checkout, stage in zip((before, after), stages):
                lay_out(checkout, stage)
            found, compared = [], 0
            for task in tasks:
                one, other = (lint(stage, task, names, given.wording) for stage in stages)
                found.append((task.versions, differences(one, other)))
                compared += len(one.reports)
                _say(task, names, len(one.reports), len(found[-1][1]))
        except (CannotRun, OSError) as error:
            print(f"error: {error}", file=sys.stderr)
            return 2
    return show(only_after(before, after), merged(found), compared)


def _say(task: Task, names: Mapping[str, str], reports: int, differing: int) -> None:
    where = shown(str(task.path), names) + (f" for {task.versions}" if task.versions else "")
    print(f"{where}: {reports} reports, {differing} differences", file=sys.stderr)


def show(uncompared: Sequence[str], lines: Sequence[str], compared: int) -> int:
    """Print the outcome; the exit status."""
    for path in uncompared:
        print(f"only after, not compared: {path}")
    for line in lines:
        print(line)
    print(f"differences: {len(lines)}; reports of the first checkout: {compared}")
    return int(bool(lines))


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(description="Compare what two checkouts of tfgraphlint report.")

    def path(text: str) -> Path:
        if not Path(text).exists():
            raise argparse.ArgumentTypeError(f"{text} does not exist")
        return Path(text).resolve()

    def versions(text: str) -> str:
        if not all(part.replace(".", "").isdigit() for part in text.split("/")) or text.count("/") != 1:
            raise argparse.ArgumentTypeError(f"{text}: give TENSORFLOW/KERAS, like 2.15/2.15")
        return text

    parser.add_argument("before", type=path, help="a checkout; its programs are linted")
    parser.add_argument("after", type=path, help="the checkout to compare with it")
    parser.add_argument("--corpus", type=path, help="lint this directory too, without configuration")
    parser.add_argument("--also", type=path, nargs="+", default=[], help="more programs, linted like the fixtures")
    parser.add_argument("--versions", type=versions, nargs="+", default=VERSIONS, help="TENSORFLOW/KERAS")
    parser.add_argument("--wording", action="store_true", help="compare what messages say, too")
    return parser


if __name__ == "__main__":
    sys.exit(main())
