"""``kill -9`` on the way of ``--fix``, again and again: no half file, and no litter that the next run leaves.

    python -m tests.fuzz.kills [--seed N] [--count N]

First at each step of writing in turn: a run kills itself when it is about to open, write, sync, rename or remove a
file, or has written the half. Then at random moments: each time a run repairs many files of a folder and is killed
somewhere on the way. Each file has then to be as it was or as a run that nobody disturbs makes it, and the next run
clears what was left. Status 1 where it is not so.
"""

from __future__ import annotations

import argparse
import contextlib
import json
import os
import random
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import IO, Any

from tests.fuzz.hostile import run_in
from tfgraphlint.disk import writing

ROOT = Path(__file__).parents[2]
FILES = 25
MAX_STEPS = 1000
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
        for arguments in WRITERS:
            seen.update(killed_at_each_step(folder, lambda: filled(folder, FILES // 5), arguments))
        for number in range(given.count):
            rng = random.Random(f"{given.seed}-{number}")
            writing = number % 3 != 0  # most of the time is spent before
            moment = rng.random() * (SECONDS_OF_WRITING if writing else seconds * 1.1)
            seen.update(killed(folder, moment, writing, before, after))
    for what, count in sorted(seen.items()):
        print(f"{count:5} {what}")
    return int(any(what.startswith("FAULT") for what in seen))


# -- at each step -----------------------------------------------------------------------------------

WRITERS = (
    ("check", "--fix", "--isolated", "--output-format", "json", "--output-file", "said/out.json", "."),
    ("check", "--isolated", "--no-cache", "--baseline", "said/known.json", "--write-baseline", "."),
    ("check", "--isolated", "--no-cache", "--add-ignore=later", "."),
)


class Steps:
    """``os``, as who writes files sees it: at the step of this number the process is killed."""

    KINDS = ("open", "fsync", "chown", "chmod", "replace", "unlink")

    def __init__(self, last: int) -> None:
        self._left = last

    def step(self) -> None:
        self._left -= 1
        if self._left == 0:
            os.kill(os.getpid(), signal.SIGKILL)

    def __getattr__(self, name: str) -> Any:
        real = getattr(os, name)
        return self._counted(real) if name in self.KINDS else real

    def _counted(self, real: Callable[..., object]) -> Callable[..., object]:
        def called(*given: object, **named: object) -> object:
            self.step()
            return real(*given, **named)

        return called

    def opened(self, descriptor: int, mode: str, closefd: bool) -> InHalves:
        """What the builtin ``open`` is for who writes files."""
        return InHalves(open(descriptor, mode, closefd=closefd), self.step)


class InHalves:
    """A file of which half is on the disk when there is a ``step``."""

    def __init__(self, stream: IO[bytes], step: Callable[[], None]) -> None:
        self._stream, self._step = stream, step
        self.flush, self.fileno = stream.flush, stream.fileno

    def write(self, content: bytes) -> None:
        self._stream.write(content[: len(content) // 2])
        self.flush()
        self._step()
        self._stream.write(content[len(content) // 2 :])

    def __enter__(self) -> InHalves:
        return self

    def __exit__(self, *_: object) -> None:
        self._stream.close()


def killed_at_each_step(folder: Path, fill: Callable[[], object], arguments: tuple[str, ...]) -> Iterator[str]:
    """Run in a fork of this process, again and again, and kill it one step of writing later each time; what is found
    then, and after a run that nobody kills."""
    fill()
    before = contents(folder)
    run_in(folder, *arguments)
    after = contents(folder)
    option = " ".join(each for each in arguments if each in ("--fix", "--write-baseline") or each.startswith("--add"))
    for last in range(1, MAX_STEPS):
        fill()
        if not _is_killed(folder, arguments, last):
            yield f"{option}: {last - 1} steps"
            return
        found = contents(folder)
        half = [each for each in after if found.get(each) not in (before.get(each), after[each])]
        yield from (f"FAULT {option}, step {last}: half a file: {each}" for each in half)
        litter = found.keys() - before.keys() - after.keys()
        yield f"{option}: killed at a step, {'unfinished files' if litter else 'nothing'} left beside"
        run_in(folder, *arguments)
        left = contents(folder)
        yield from (f"FAULT {option}, step {last}: not cleared: {each}" for each in left.keys() - after.keys())
        wrong = [each for each in after if left.get(each) != after[each]]
        yield from (f"FAULT {option}, step {last}: not as it should be afterwards: {each}" for each in wrong)
    yield f"FAULT {option}: it does not come to an end"


def _is_killed(folder: Path, arguments: tuple[str, ...], last: int) -> bool:
    """Run in a fork that kills itself at its step of this number; whether there is such a step."""
    child = os.fork()
    if child == 0:
        steps = Steps(last)
        vars(writing).update(os=steps, open=steps.opened)
        run_in(folder, *arguments)
        os._exit(0)
    return os.waitpid(child, 0)[1] == signal.SIGKILL


# -- at random moments ------------------------------------------------------------------------------


def command() -> list[str]:
    return [sys.executable, "-m", "tfgraphlint", "--fix", "--isolated", "--no-cache", "--quiet", "."]


def environment() -> dict[str, str]:
    return {**os.environ, "PYTHONPATH": str(ROOT)}


def filled(folder: Path, files: int = FILES) -> dict[str, str]:
    """A folder full of files to repair; what they say."""
    shutil.rmtree(folder, ignore_errors=True)
    (folder / "said").mkdir(parents=True)
    for number in range(files):
        file = folder / f"p{number % 5}" / f"f{number}.py"
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(LOST.format(number=number))
    return contents(folder)


def contents(folder: Path) -> dict[str, str]:
    """What the files say, but for those that say what happened, which is not the same each time: are they whole?"""
    found = {str(file.relative_to(folder)): file.read_text() for file in folder.rglob("*") if file.is_file()}
    whole = {name: str(_is_whole(text)) for name, text in found.items() if name.endswith(".json")}
    return {**found, **whole}


def _is_whole(text: str) -> bool:
    """Whether JSON is whole, which in a cache stands below a checksum."""
    first, _, rest = text.partition("\n")
    with contextlib.suppress(ValueError):
        json.loads(text if text.startswith("{") else rest)
        return True
    return False


def killed(folder: Path, seconds: float, writing: bool, before: dict[str, str], after: dict[str, str]) -> list[str]:
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
