"""Measure the code of a checkout of tfgraphlint, in the same way whatever its layout.

    python benchmarks/figures.py CHECKOUT [--corpus DIR [--processes N]] [--rule CODE …] [--touched REV …] [--json]

Prints how many modules lie flat in the package, the largest circle of modules that import each other, imports inside
functions, strings that stand for types and keys, word lists, lengths and complexity of functions (for which radon must
be installed). With ``--corpus`` also what a run over that directory costs; ``--processes`` limits the processors that
the run may use, on Linux. With ``--touched`` which files a commit or a range of commits touches, with ``--rule`` those
of the commit that brought a rule.
"""

from __future__ import annotations

import argparse
import json
import os
import re
import resource
import subprocess
import sys
import tempfile
import time
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import code_figures as code
from compare import lay_out

Figures = Mapping[str, float | str]  # what is measured, by the words that say what it is


@dataclass(frozen=True)
class Measured:
    """The figures, and for some of them what was counted, by name."""

    figures: Figures
    details: Mapping[str, Sequence[str]]

    def __or__(self, other: Measured) -> Measured:
        return Measured({**self.figures, **other.figures}, {**self.details, **other.details})


def measure_code(checkout: Path) -> Measured:
    """What can be counted in the package."""
    found = code.modules(checkout)
    return _layout(found) | _strings(found) | _functions(found)


def _layout(found: Sequence[code.Module]) -> Measured:
    circle = code.largest_circle(code.import_graph(found))
    inner = code.imports_in_functions(code.without(found, "derive", "cli"))
    aside = code.imports_in_functions(module for module in found if {"derive", "cli"} & set(module.rooms))
    engine = {name: count for name, count in inner.items() if name.split(".")[1] in code.ENGINE}
    figures = {
        "modules": len(found),
        "modules directly in the package": len(code.flat(found)),
        "largest circle, modules": len(circle),
        "largest circle, lines": sum(module.lines for module in found if module.name in circle),
        "imports in functions, interpret and libraries": sum(engine.values()),
        "imports in functions, all but derive and cli": sum(inner.values()),
        "imports in functions, derive and cli": sum(aside.values()),
    }
    return Measured(figures, {"largest circle": sorted(circle), "imports in functions": _largest_first(inner)})


def _strings(found: Sequence[code.Module]) -> Measured:
    ours = [module.tree for module in code.without(found, "derive", "data")]
    words = code.words(ours)
    return Measured(
        {
            "comparisons of .kind or .which with a string": sum(code.comparisons(tree, code.is_kind) for tree in ours),
            "uses of .state with a literal key": sum(map(code.state_keys, ours)),
            "comparisons of name with a string": sum(code.comparisons(tree, code.is_name) for tree in ours),
            "word lists": len(words.lists),
            "strings in word lists": sum(words.lists),
            "dictionaries with many literal keys": len(words.dictionaries),
            "registrations of many names": len(words.registrations),
            "names in registrations of many": sum(words.registrations),
        },
        {},
    )


def _functions(found: Sequence[code.Module]) -> Measured:
    lengths = code.lengths(module.tree for module in found)
    tangled = code.complex_functions(found)
    figures: Figures = {
        "functions": lengths.count,
        "median lines of a function": lengths.median,
        "largest lines of a function": lengths.largest,
        f"functions with complexity over {code.MAX_COMPLEXITY}": "radon is not installed"
        if tangled is None
        else len(tangled),
    }
    return Measured(figures, {"complex functions": _largest_first(tangled or {})})


def _largest_first(counts: Mapping[str, int]) -> list[str]:
    return [f"{name} {count}" for name, count in sorted(counts.items(), key=lambda item: (-item[1], item[0]))]


def measure_run(checkout: Path, corpus: Path, processors: int | None) -> Measured:
    """What a run over ``corpus`` costs: child processes are counted, the peak is that of the largest process.

    Raises:
        CalledProcessError: it failed.
    """
    started = time.perf_counter()
    usage, reports = _run(checkout, corpus, processors)
    elapsed = time.perf_counter() - started
    unit = 1 if sys.platform == "darwin" else 1024  # what ru_maxrss counts, in bytes
    figures = {
        "corpus, files": sum(1 for _ in corpus.rglob("*.py")),
        "corpus, reports": reports,
        "corpus, processor seconds": round(usage.ru_utime + usage.ru_stime, 1),
        "corpus, elapsed seconds": round(elapsed, 1),
        "corpus, peak megabytes of one process": round(usage.ru_maxrss * unit / 1e6),
    }
    return Measured(figures, {})


def _run(checkout: Path, corpus: Path, processors: int | None) -> tuple[resource.struct_rusage, int]:
    """Lint; what that took, and how many reports there are."""
    options = ("--isolated", "--no-cache", "--exit-zero", "--quiet", "--output-format", "concise")
    command = [sys.executable, "-m", "tfgraphlint", "check", *options, str(corpus)]
    with tempfile.TemporaryDirectory() as folder, tempfile.TemporaryFile() as output, limited_to(processors):
        lay_out(checkout, Path(folder))
        environment = {**os.environ, "PYTHONPATH": folder}
        child = subprocess.Popen(command, cwd=folder, env=environment, stdout=output)
        _, status, usage = os.wait4(child.pid, 0)
        child.returncode = os.waitstatus_to_exitcode(status)
        output.seek(0)
        reports = sum(1 for _ in output)
    if child.returncode not in (0, 2):  # 2: there are files that could not be linted; the others were
        raise subprocess.CalledProcessError(child.returncode, command)
    return usage, reports


@contextmanager
def limited_to(processors: int | None) -> Iterator[None]:
    """What is started here may use so many processors; a run has as many processes as that."""
    if processors is None:
        yield
        return
    allowed = os.sched_getaffinity(0)
    os.sched_setaffinity(0, sorted(allowed)[:processors])
    try:
        yield
    finally:
        os.sched_setaffinity(0, allowed)


def measure_commits(checkout: Path, revision: str, label: str = "") -> Measured:
    """Which files a commit, or all of a range, touches, by the folder where they are."""
    output = _git(checkout, "show", "--format=", "--name-only", revision)
    groups: defaultdict[str, list[str]] = defaultdict(list)
    for path in sorted(set(output.splitlines())):
        groups[room(path)].append(path)
    label = label or revision
    figures = {f"{label} touches, {name}": len(paths) for name, paths in sorted(groups.items())}
    engine = [path for name, paths in groups.items() for path in paths if name in ENGINE_FOLDERS]
    figures[f"{label} touches, modules of interpret and libraries"] = sum(path.endswith(".py") for path in engine)
    return Measured(figures, {f"{label} touches": [path for _, paths in sorted(groups.items()) for path in paths]})


ENGINE_FOLDERS = frozenset(f"{code.PACKAGE}/{name}/" for name in code.ENGINE)


def room(path: str) -> str:
    """The folder that a file counts to: the top one, and within the package the one below it."""
    parts = path.split("/")
    depth = 2 if parts[0] == code.PACKAGE else 1
    return "/".join([*parts[:-1][:depth], ""]) or "."


def commit_of_rule(checkout: Path, rule: str) -> str:
    """The commit that brought the file of a rule.

    Raises:
        ValueError: there is none.
    """
    if re.fullmatch(r"[A-Za-z]+\d+", rule):
        found = _git(checkout, "log", "--diff-filter=A", "--format=%h", "--", f":(glob)**/{rule.lower()}_*.py").split()
        if found:
            return found[-1]
    raise ValueError(f"no commit brings a rule {rule}")


def _git(checkout: Path, *arguments: str) -> str:
    return subprocess.run(["git", *arguments], cwd=checkout, capture_output=True, text=True, check=True).stdout


def table(measured: Measured) -> str:
    """The figures as a table, and below it what was counted."""
    width = max(map(len, measured.figures), default=0)
    rows = [f"{name:{width}}  {_number(value):>10}" for name, value in measured.figures.items()]
    for name, items in measured.details.items():
        rows += ["", f"{name}:", *(f"    {item}" for item in items or ["none"])]
    return "\n".join(rows)


def _number(value: float | str) -> str:
    return value if isinstance(value, str) else f"{value:,}"


def measure(given: argparse.Namespace) -> Measured:
    """All that is asked for."""
    checkout = given.checkout.resolve()
    measured = Measured({}, {})
    if given.corpus:  # first: a child's peak counts from what this process has taken until then
        measured |= measure_run(checkout, given.corpus.resolve(), given.processes)
    measured |= measure_code(checkout)
    for rule in given.rule:
        measured |= measure_commits(checkout, commit_of_rule(checkout, rule), rule.upper())
    for revision in given.touched:
        measured |= measure_commits(checkout, revision)
    return measured


def main(arguments: Sequence[str] | None = None) -> int:
    """Measure and print; the exit status."""
    parser = argparse.ArgumentParser(description="Measure the code of a checkout of tfgraphlint.")
    parser.add_argument("checkout", type=Path)
    parser.add_argument("--corpus", type=Path, help="a directory: what does linting it cost?")
    parser.add_argument("--processes", type=int, help="how many processors that may use (default: all)")
    parser.add_argument("--rule", nargs="+", default=[], metavar="CODE", help="what did its first commit touch?")
    parser.add_argument("--touched", nargs="+", default=[], metavar="REV", help="what do these commits touch?")
    parser.add_argument("--json", action="store_true", help="print JSON")
    given = parser.parse_args(arguments)
    try:
        measured = measure(given)
    except (ValueError, subprocess.CalledProcessError) as error:
        print(f"error: {error}", file=sys.stderr)
        return 2
    as_json = {"figures": measured.figures, "details": measured.details}
    print(json.dumps(as_json, indent=2) if given.json else table(measured))
    return 0


if __name__ == "__main__":
    sys.exit(main())
