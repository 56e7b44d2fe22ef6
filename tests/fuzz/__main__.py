"""Lint files that were changed at random, and count what goes wrong.

    python -m tests.fuzz [--seed N] [--count N] [--fix-each N] [--seconds N] [DIRECTORY ...]
    python -m tests.fuzz --hostile [--seed N] [--count N]

The files are those of the fixtures, of DIRECTORY, and programs of all constructs of Python and TensorFlow. Each case
has a seed and a number, by which it is made again: ``--seed 3 --only 127``. With ``--hostile`` each case is a
repository full of traps: see ``hostile``. Status 1 where anything went wrong.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path

from tests.fuzz.cases import ROOT, Case, cases, faults_of, seeds
from tests.fuzz.hostile import Repository, repositories


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.fuzz", description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("directories", nargs="*", type=Path, help="more files to change")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--count", type=int, default=300)
    parser.add_argument("--only", type=int, help="run this one case and show its file")
    parser.add_argument("--fix-each", type=int, default=10, help="repair each so manyth, too; 0 for none")
    parser.add_argument("--seconds", type=float, default=float("inf"), help="stop after so long")
    parser.add_argument("--hostile", action="store_true", help="run over hostile repositories instead")
    given = parser.parse_args()
    texts = seeds([ROOT / "fixtures", *given.directories])
    began, faults, done, slowest = time.monotonic(), Counter[str](), 0, (0.0, "")
    seen = Counter[str]()
    with tempfile.TemporaryDirectory() as folder:
        for case in _made(given, texts):
            if given.only is not None and case.number != given.only:
                continue
            if given.only is not None and isinstance(case, Case):
                sys.stdout.write(case.content.decode("utf-8", "replace"))
            start = time.process_time()
            for fault in faults_of(case, Path(folder), seen) if isinstance(case, Case) else case.faults(Path(folder)):
                _say(case, fault)
                faults[fault.strip().splitlines()[-1]] += 1
            slowest = max(slowest, (time.process_time() - start, case.name))
            done += 1
            if time.monotonic() - began > given.seconds:
                break
    print(f"{done} cases, {faults.total()} faults; the slowest took {slowest[0]:.1f} s: {slowest[1]}")
    for what, count in seen.items():
        print(f"{count:6} {what}")
    for fault, count in faults.most_common():
        print(f"{count:6} {fault}")
    return int(bool(faults))


def _made(given: argparse.Namespace, texts: Sequence[str]) -> Iterator[Case | Repository]:
    if given.hostile:
        return repositories(given.seed, given.count, texts)
    return cases(given.seed, given.count, texts, given.fix_each)


def _say(case: Case | Repository, fault: str) -> None:
    print(f"-- {case.name}\n{fault.rstrip()}", flush=True)


if __name__ == "__main__":
    sys.exit(main())
