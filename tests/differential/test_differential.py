"""Some hundred random programs: no report where TensorFlow has a gradient, no lost gradient without one."""

from __future__ import annotations

from importlib.util import find_spec

import pytest

pytestmark = pytest.mark.skipif(find_spec("tensorflow") is None, reason="TensorFlow is not installed")

SEED = 0
COUNT = 300
MOST_SILENT = 0.05  # of the programs that lose a gradient


def test_linter_and_tensorflow_tell_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TF_CPP_MIN_LOG_LEVEL", "3")
    monkeypatch.setenv("CUDA_VISIBLE_DEVICES", "-1")
    from .operations import tried
    from .session import Session, Tally, recording

    tally, wrong = Tally(), []
    with recording() as recorder:
        for judged in Session(recorder, tried()).judged(SEED, range(COUNT)):
            tally.add(judged)
            wrong += [f"program {judged.program.index}, {one}\n{judged.program.text}" for one in judged.disagreements]
    assert not wrong, "\n\n".join(wrong[:5])
    assert tally.silent_rate <= MOST_SILENT, str(tally)


def test_a_program_is_known_by_its_number() -> None:
    from .grammar import program
    from .operations import Operations

    few = Operations(["tf.tanh"], ["tf.norm"], ["tf.round"], ["tf.sign"], ["tf.argmax"])
    texts = [program(SEED, index, few).text for index in range(40)]
    assert texts == [program(SEED, index, few).text for index in range(40)]
    assert len(set(texts)) == len(texts)


def test_the_minimiser_keeps_what_matters() -> None:
    from .minimise import minimise

    text = "a = 1\nfor i in range(3):\n    b = f(a + 2)\n    c = b\nprint(c)\n"
    assert minimise(text, lambda smaller: "f(" in smaller) in ("f(a)", "b = f(a)", "b = f(2)")
