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
MOST_OF_LARGE = 2.6
# The repairs of one value are made together, 40 at most, and each looks at all the others: up to there they grow as the
# square. What is behind it is measured by itself.
BOUNDED = {"numpy on the way"}
# What no length of the program above shows: the numbers are six times as large.
LARGE = ["inheritance", "super", "super in call", "if", "if, many names", "removed names", "removed names, guarded",
         "unwatched", "format: a = a.format(a)", "format: a = a % (a, a)", "text: a = '{0}{0}'.format(a)"]
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
    sizes = (50, 100, 200) if construct in BOUNDED else (10, 20, 40)
    ten, twenty, forty = work(monkeypatch, tmp_path, ALL[construct], sizes)
    # A fourth of what ten take: where a root has come to the end of its steps, nothing grows any more.
    assert forty.steps - twenty.steps <= MOST * max(twenty.steps - ten.steps, ten.steps // 4, FEW_STEPS)
    assert forty.calls - twenty.calls <= MOST * max(twenty.calls - ten.calls, ten.calls // 4, FEW_CALLS)


@pytest.mark.parametrize("construct", LARGE)
def test_no_construct_grows_faster_where_there_is_much_of_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, construct: str
) -> None:
    some, twice, again = work(monkeypatch, tmp_path, ALL[construct], (60, 120, 240))
    assert again.calls - twice.calls <= MOST_OF_LARGE * max(twice.calls - some.calls, some.calls // 4)


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
