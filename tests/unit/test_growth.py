"""Twice the program takes twice the work: of each construct, in steps of the interpreter and calls of functions.

Seconds say nothing on a busy machine; what is called can be counted.
"""

from __future__ import annotations

import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.growing import ALL, TAPES, Grown
from tfgraphlint.interpret.core.machine import Machine
from tfgraphlint.project.settings import Settings
from tfgraphlint.run.lint import Request, Run, lint

# From the 2nd ten to the next twenty the work grows by 2; by 4 where it grows as the square of the length does.
MOST = 3.0
# From the 2nd to the 10th, and on to the 100th: by 10; by 100 where it is the square.
MOST_OF_TAPES = 15.0
# The repairs of one value are made together, 40 at most, and each looks at all the others; what is nested is asked at
# each level for the words in it. They grow as the square of the length, as far as these bounds allow.
SQUARE = {"numpy on the way", "comprehension in comprehension"}
# So little is never a matter of growth: what is done once for a file.
FEW_STEPS, FEW_CALLS = 50, 5_000


class Counted:
    """What was done: steps of the interpreter, and functions called, of Python or of C."""

    def __init__(self) -> None:
        self.steps = 0
        self.calls = 0

    def called(self, frame: object, event: str, argument: object) -> None:
        self.calls += event in ("call", "c_call")


@contextmanager
def counting(monkeypatch: pytest.MonkeyPatch) -> Iterator[Counted]:
    counted = Counted()
    step = Machine.step

    def counting_step(m: Machine) -> None:
        counted.steps += 1
        step(m)

    with monkeypatch.context() as patched:
        patched.setattr(Machine, "step", counting_step)
        before = sys.getprofile()
        threading.setprofile(counted.called)
        sys.setprofile(counted.called)
        try:
            yield counted
        finally:
            sys.setprofile(before)
            threading.setprofile(None)  # type: ignore[arg-type]


def linted(folder: Path, text: str) -> Run:
    file = folder / "program.py"
    file.write_text(text)
    run = lint(Request(folder, {file: Settings(folder)}, roots=[folder], processes=1))
    assert not run.errors, run.errors[0].details or run.errors[0].error
    return run


def work(monkeypatch: pytest.MonkeyPatch, folder: Path, grown: Grown, sizes: tuple[int, ...]) -> list[Counted]:
    linted(folder, grown(1))  # what is loaded once
    found = []
    for size in sizes:
        with counting(monkeypatch) as counted:
            linted(folder, grown(size))
        found.append(counted)
    return found


@pytest.mark.parametrize("construct", ALL)
def test_no_construct_grows_faster_than_the_program(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, construct: str
) -> None:
    ten, twenty, forty = work(monkeypatch, tmp_path, ALL[construct], (10, 20, 40))
    most = MOST + 1.5 if construct in SQUARE else MOST
    # A fourth of what ten take: where a root has come to the end of its steps, nothing grows any more.
    assert forty.steps - twenty.steps <= most * max(twenty.steps - ten.steps, ten.steps // 4, FEW_STEPS)
    assert forty.calls - twenty.calls <= most * max(twenty.calls - ten.calls, ten.calls // 4, FEW_CALLS)


@pytest.mark.parametrize("construct", TAPES)
def test_a_hundred_times_the_training_code(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, construct: str) -> None:
    one, ten, hundred = work(monkeypatch, tmp_path, TAPES[construct], (1, 10, 100))
    assert hundred.steps - ten.steps <= MOST_OF_TAPES * max(ten.steps - one.steps, FEW_STEPS)
    assert hundred.calls - ten.calls <= MOST_OF_TAPES * max(ten.calls - one.calls, FEW_CALLS)


@pytest.mark.parametrize("construct", TAPES)
def test_forty_blocks_take_at_most_fifteen_times_as_much_as_four(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, construct: str
) -> None:
    four, forty = work(monkeypatch, tmp_path, TAPES[construct], (4, 40))
    assert forty.calls <= 15 * four.calls
