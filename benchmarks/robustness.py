"""Lint all Python files of many packages, each under a clock: crashes, the slowest files, the most memory.

    python benchmarks/robustness.py [--processes N] [--most N] [DIRECTORY ...]

Without DIRECTORY it is the corpus that ``benchmarks/corpus.py`` brings. Large packages of any kind are of use, also
those that know nothing of TensorFlow: unpack or install them anywhere and name the folders. Each folder that is named
is a project. What is slow, fails or takes much memory is shown on standard error at once, the table at the end. Status
1 where a file crashed or was not linted to its end, took more than 5 s, or its process more than 400 MB.
"""

from __future__ import annotations

import argparse
import multiprocessing
import resource
import sys
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))

from benchmarks.corpus import default_directory
from tfgraphlint.run.examine import Examiner
from tfgraphlint.syntax.deep_stack import no_garbage_search

FILES_PER_PROCESS = 1000  # then a new one begins, whose memory counts from nothing
MOST_SECONDS, MOST_MEGABYTES = 5, 400


@dataclass(frozen=True)
class Measured:
    """One file: how long it took, in seconds of the processor, and the most memory its process ever had, in MB."""

    file: Path
    seconds: float
    megabytes: float
    reports: int
    error: str


@no_garbage_search()
def measured(root: Path, files: Sequence[Path]) -> list[Measured]:
    """Lint files of one project, one after the other, in this process."""
    examiner = Examiner(root, [root])
    found = []
    for file in files:
        start = time.process_time()
        result = examiner.examine(file)
        seconds = time.process_time() - start
        most = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / (2**20 if sys.platform == "darwin" else 2**10)
        error = (result.details or result.error).strip().splitlines()[-1:] if result.error else []
        found.append(Measured(file, seconds, most, len(result.diagnostics), "".join(error)))
    return found


def portions(roots: Sequence[Path]) -> Iterator[tuple[Path, list[Path]]]:
    """The files of each folder, in portions for one process."""
    for root in roots:
        files = sorted(file.resolve() for file in root.rglob("*.py") if file.is_file())
        for start in range(0, len(files), FILES_PER_PROCESS):
            yield root.resolve(), files[start : start + FILES_PER_PROCESS]


def main() -> int:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("directories", nargs="*", type=Path)
    parser.add_argument("--processes", type=int, default=multiprocessing.cpu_count())
    parser.add_argument("--most", type=int, default=15, help="so many of the slowest files are shown")
    given = parser.parse_args()
    roots = given.directories or sorted(each for each in default_directory().iterdir() if each.is_dir())
    with multiprocessing.Pool(given.processes, maxtasksperchild=1) as pool:
        found: list[Measured] = []
        for done in pool.imap_unordered(_measured, portions(roots)):
            found += done
            _tell(done)
    return _shown(found, given.most)


def _measured(portion: tuple[Path, list[Path]]) -> list[Measured]:
    return measured(*portion)


def _tell(done: Sequence[Measured]) -> None:
    """Say what came of a portion."""
    first, most = done[0], max(each.megabytes for each in done)
    seconds = sum(each.seconds for each in done)
    print(f"{len(done)} files from {first.file} on: {seconds:.0f} s, {most:.0f} MB", file=sys.stderr)
    for each in done:
        if each.error or each.seconds > MOST_SECONDS / 2:
            print(f"    {each.seconds:.2f} s  {each.file}  {each.error}", file=sys.stderr, flush=True)


def _shown(found: Sequence[Measured], most: int) -> int:
    failed = [each for each in found if each.error]
    for each in failed:
        print(f"CRASH {each.file}: {each.error}")
    for each in sorted(found, key=lambda each: -each.seconds)[:most]:
        print(f"{each.seconds:6.2f} s {each.reports:4} reports  {each.file}")
    slow = sum(each.seconds > MOST_SECONDS for each in found)
    memory = max((each.megabytes for each in found), default=0)
    seconds = sum(each.seconds for each in found)
    print(f"{len(found)} files, {seconds:.0f} s, {len(failed)} crashed or not linted to their end, {slow} over 5 s,")
    print(f"the most memory of a process {memory:.0f} MB")
    return int(bool(failed) or slow > 0 or memory > MOST_MEGABYTES)


if __name__ == "__main__":
    sys.exit(main())
