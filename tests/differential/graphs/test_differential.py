"""Random traced programs: no report of what TensorFlow does not do, nothing missed where everything is known."""

from __future__ import annotations

import ast
from importlib.util import find_spec

import pytest

from .grammar import program
from .run import instrumented
from .session import Judged, Session, Tally

needs_tensorflow = pytest.mark.skipif(find_spec("tensorflow") is None, reason="TensorFlow is not installed")

SEED = 0
COUNT = 80
MAX_SILENT = 0.2  # of all that happened in them


@pytest.fixture(scope="module")
def judged() -> list[Judged]:
    """The programs, run in TensorFlow and linted."""
    return list(Session().judged(SEED, range(COUNT)))


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
    texts = [program(SEED, index).text for index in range(40)]
    assert texts == [program(SEED, index).text for index in range(40)]
    assert len(set(texts)) == len(texts)


def test_lines_stay_where_they_are() -> None:
    for index in range(40):
        text = program(SEED, index).text
        noted = instrumented(text, ast.parse(text))
        plain = [node.lineno for node in ast.walk(ast.parse(text)) if isinstance(node, ast.FunctionDef)]
        assert plain == [node.lineno for node in ast.walk(ast.parse(noted)) if isinstance(node, ast.FunctionDef)]
        assert len(noted.splitlines()) == len(text.splitlines())
