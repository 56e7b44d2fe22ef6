"""Measure what a run costs, and what its peers cost over the same files.

    python -m benchmarks [--packages NAME …] [--slow NAME …] [--repeats N] [--profile] [--corpus DIRECTORY]

Brings the corpus if it is not there. Each package is copied; then each program runs over it in turn, and all of that
several times. Printed are medians, as a table in Markdown: seconds on the clock, seconds of the processor (child
processes included), the most memory of one process, and the processor time as a part of a cold run's.
"""

from __future__ import annotations

import argparse
import datetime
import os
import platform
import random
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Collection, Mapping, Sequence
from pathlib import Path

from benchmarks.corpus import PACKAGES, Package, bring, default_directory
from benchmarks.measuring import ROOT, Cost, added, environment, measure, median
from benchmarks.programs import COLD, OURS, Program, programs

SLOW = ("spektral", "trieste")  # over which what is slow is run, unless others are named
SMALL = """\
import tensorflow as tf

x = tf.constant(1.0)
with tf.GradientTape() as tape:
    y = x * x
print(tape.gradient(y, x))
"""
Costs = dict[str, dict[str, list[Cost]]]  # by package and program


def main() -> None:
    """Measure and print."""
    names = [package.name for package in PACKAGES]
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--packages", nargs="+", choices=names, default=names, metavar="NAME", help="only these")
    parser.add_argument("--slow", nargs="*", choices=names, default=SLOW, metavar="NAME", help="those for pylint")
    parser.add_argument("--repeats", type=int, default=3, help="runs of each program; the median counts")
    parser.add_argument("--profile", action="store_true", help="also say where a cold run's time goes")
    parser.add_argument("--corpus", type=Path, default=default_directory(), metavar="DIRECTORY")
    options = parser.parse_args()
    chosen = [package for package in PACKAGES if package.name in options.packages]
    tools, missing = programs(random.Random(1))
    with tempfile.TemporaryDirectory(prefix="tfgraphlint-benchmark-") as scratch:
        folders = {package: _copied(bring(package, options.corpus), Path(scratch)) for package in chosen}
        variables = environment(Path(scratch, "compiled"))
        _warm_up(Path(scratch, "empty"), tools, variables)
        costs = _measured(folders, tools, variables, options.slow, options.repeats)
        print(_heading(folders.values(), missing, options.repeats))
        _print_all(costs, tools)
        if options.profile:
            for package, folder in folders.items():
                print(f"\n### {package.folder}, by phase\n", flush=True)
                command = [sys.executable, "-m", "benchmarks.phases", str(folder)]
                subprocess.run(command, cwd=ROOT, env=dict(variables), check=True)


def _copied(folder: Path, scratch: Path) -> Path:
    """A copy of a package, which is a project of its own, so that nobody else's cache is touched."""
    copy = scratch / folder.name
    shutil.copytree(folder, copy, ignore=shutil.ignore_patterns(".tfgraphlint_cache"))
    (copy / ".git").mkdir()
    return copy


def _warm_up(folder: Path, tools: Sequence[Program], variables: Mapping[str, str]) -> None:
    """Run everything once, so that all modules are compiled and in memory."""
    folder.mkdir()
    (folder / "small.py").write_text(SMALL)
    for program in tools:
        program.run(folder, variables)
    measure([sys.executable, *OURS, "--no-cache"], folder, variables)


def _measured(
    folders: Mapping[Package, Path], tools: Sequence[Program], variables: Mapping[str, str], slow: Sequence[str],
    repeats: int,
) -> Costs:  # fmt: skip
    costs: Costs = {package.folder: {} for package in folders}
    for _ in range(repeats):
        for package, folder in folders.items():
            for program in tools:
                if not program.is_slow or package.name in slow:
                    print(f"{package.folder}: {program.name} …", file=sys.stderr, flush=True)
                    cost = program.run(folder, variables)
                    costs[package.folder].setdefault(program.name, []).append(cost)
    return costs


def _heading(folders: Collection[Path], missing: Sequence[str], repeats: int) -> str:
    files = [file for folder in folders for file in folder.rglob("*.py")]
    lines = sum(file.read_bytes().count(b"\n") for file in files)
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 1e9
    load = os.getloadavg()[0]
    said = [
        f"{datetime.date.today().isoformat()}, {os.cpu_count()} processors, {memory:.0f} GB of memory,",
        f"{platform.system()}, Python {platform.python_version()}, load {load:.1f} at the end.",
        f"Medians of {repeats} runs. {len(files):,} files, {lines:,} lines.",
    ]
    if missing:
        said.append(f"Not installed, and left out: {', '.join(missing)}.")
    return "\n".join(said)


def _print_all(costs: Costs, tools: Sequence[Program]) -> None:
    medians = {name: {tool: median(runs) for tool, runs in found.items()} for name, found in costs.items()}
    for name, found in medians.items():
        print(f"\n### {name}\n")
        _print_table(found, found[COLD])
    if len(medians) > 1:
        print("\n### All of them\n")
        of_all = {tool.name: [found[tool.name] for found in medians.values() if tool.name in found] for tool in tools}
        _print_table({tool: added(each) for tool, each in of_all.items() if len(each) == len(medians)},
                     added(of_all[COLD]))  # fmt: skip


def _print_table(found: Mapping[str, Cost], cold: Cost) -> None:
    print("| program | elapsed | processor | peak | of a cold run |\n| --- | ---: | ---: | ---: | ---: |")
    for name, cost in found.items():
        ratio = cost.processor / cold.processor
        print(f"| {name} | {cost.elapsed:.2f} s | {cost.processor:.2f} s | {cost.peak:.0f} MB | {ratio:.3f} |")


if __name__ == "__main__":
    main()
