"""Some hundred random programs: no report where TensorFlow has a gradient, no lost gradient without one."""

from __future__ import annotations

from importlib.util import find_spec

import pytest

from ..minimise import minimise
from ..operations import Operations, tried
from .grammar import program
from .session import Judged, Session, Tally, recording

needs_tensorflow = pytest.mark.skipif(find_spec("tensorflow") is None, reason="TensorFlow is not installed")

SEED = 0
COUNT = 200
MAX_SILENT = 0.05  # of the programs that lose a gradient


@pytest.fixture(scope="module")
def judged() -> list[Judged]:
    """The programs, run in TensorFlow and linted."""
    with recording() as recorder:
        return list(Session(recorder, tried()).judged(SEED, range(COUNT)))


@needs_tensorflow
def test_linter_and_tensorflow_tell_the_same(judged: list[Judged]) -> None:
    wrong = [
        f"program {each.program.index}, {one}\n{each.program.text}" for each in judged for one in each.disagreements
    ]
    assert not wrong, "\n\n".join(wrong[:5])


@needs_tensorflow
def test_the_linter_is_rarely_silent(judged: list[Judged]) -> None:
    tally = Tally()
    for each in judged:
        tally.add(each)
    assert tally.silent_rate <= MAX_SILENT, str(tally)


def test_a_program_is_known_by_its_number() -> None:
    few = Operations(["tf.tanh"], ["tf.norm"], ["tf.round"], ["tf.sign"], ["tf.argmax"])
    texts = [program(SEED, index, few).text for index in range(40)]
    assert texts == [program(SEED, index, few).text for index in range(40)]
    assert len(set(texts)) == len(texts)


def test_the_minimiser_keeps_what_matters() -> None:
    text = "a = 1\nfor i in range(3):\n    b = f(a + 2)\n    c = b\nprint(c)\n"
    assert minimise(text, lambda smaller: "f(" in smaller) in ("f(a)", "b = f(a)", "b = f(2)")
