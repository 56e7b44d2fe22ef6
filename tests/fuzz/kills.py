"""``kill -9`` at random moments of ``--fix``, again and again: no half file, and no litter that the next run leaves.

    python -m tests.fuzz.kills [--seed N] [--count N]

Each time a run repairs many files of a folder and is killed somewhere on the way. Each file has then to be as it was or
as a run that nobody disturbs makes it; a run after the last one clears what was left. Status 1 where it is not so.
"""

from __future__ import annotations

import argparse
import os
import random
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path

ROOT = Path(__file__).parents[2]
FILES = 25
SECONDS_OF_WRITING = 0.05  # about
LOST = """\
import tensorflow as tf

x = tf.constant([{number}.0, 2.0])
with tf.GradientTape() as tape:
    loss = tf.reduce_sum(x * x)
print(tape.gradient(loss, x))
"""


def main() -> int:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--count", type=int, default=50)
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        before = filled(folder)
        start = time.monotonic()
        subprocess.run(command(), cwd=folder, env=environment(), capture_output=True)
        seconds, after = time.monotonic() - start, contents(folder)
        assert set(after) == set(before) and all(after[each] != before[each] for each in before)
        seen = Counter[str]()
        for number in range(given.count):
            rng = random.Random(f"{given.seed}-{number}")
            writing = number % 3 != 0  # most of the time is spent before
            moment = rng.random() * (SECONDS_OF_WRITING if writing else seconds * 1.1)
            seen.update(killed(folder, moment, writing, before, after))
    for what, count in sorted(seen.items()):
        print(f"{count:5} {what}")
    return int(any(what.startswith("FAULT") for what in seen))


def command() -> list[str]:
    return [sys.executable, "-m", "tfgraphlint", "--fix", "--isolated", "--no-cache", "--quiet", "."]


def environment() -> dict[str, str]:
    return {**os.environ, "PYTHONPATH": str(ROOT)}


def filled(folder: Path) -> dict[str, str]:
    """A folder full of files to repair; what they say."""
    shutil.rmtree(folder)
    for number in range(FILES):
        file = folder / f"p{number % 5}" / f"f{number}.py"
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(LOST.format(number=number))
    return contents(folder)


def contents(folder: Path) -> dict[str, str]:
    return {str(file.relative_to(folder)): file.read_text() for file in folder.rglob("*") if file.is_file()}


def killed(
    folder: Path, seconds: float, writing: bool, before: dict[str, str], after: dict[str, str]
) -> list[str]:
    """Kill a run after so long, or so long after it has begun to write; what is found then, and after a run that nobody
    kills."""
    filled(folder)
    run = subprocess.Popen(
        command(), cwd=folder, env=environment(), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    while writing and run.poll() is None and not any(name.endswith(".tmp") for name in os.listdir(folder / "p0")):
        time.sleep(0.0002)
    time.sleep(seconds)
    run.send_signal(signal.SIGKILL)
    ended = "had ended" if run.wait() != -signal.SIGKILL else "was killed"
    found = contents(folder)
    changed = sum(found.get(each) == after[each] for each in before)
    litter = len(found.keys() - before.keys())
    half = [each for each in before if found.get(each) not in (before[each], after[each])]
    said = [f"{ended}, {'no' if not changed else 'all' if changed == len(before) else 'some'} files repaired"]
    said += [f"{ended}, unfinished files left beside"] if litter else []
    said += [f"FAULT half a file: {each}" for each in half]
    subprocess.run(command(), cwd=folder, env=environment(), capture_output=True)
    left = contents(folder)
    said += [f"FAULT not cleared: {each}" for each in left.keys() - before.keys()]
    said += [f"FAULT not repaired afterwards: {each}" for each in before if left.get(each) != after[each]]
    return said


if __name__ == "__main__":
    sys.exit(main())
