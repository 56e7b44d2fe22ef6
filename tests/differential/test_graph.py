"""Random traced programs: no report of what TensorFlow does not do, nothing missed where everything is known."""

from __future__ import annotations

from importlib.util import find_spec

import pytest

pytestmark = pytest.mark.skipif(find_spec("tensorflow") is None, reason="TensorFlow is not installed")

SEED = 0
COUNT = 100
MOST_SILENT = 0.2  # of all that happened in them


def test_linter_and_tensorflow_tell_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TF_CPP_MIN_LOG_LEVEL", "3")
    monkeypatch.setenv("CUDA_VISIBLE_DEVICES", "-1")
    from .graph_session import Session, Tally

    tally, wrong = Tally(), []
    for judged in Session().judged(SEED, range(COUNT)):
        tally.add(judged)
        wrong += [f"program {judged.program.index}, {one}\n{judged.program.text}" for one in judged.disagreements]
    assert not wrong, "\n\n".join(wrong[:5])
    assert tally.silent_rate <= MOST_SILENT, str(tally)


def test_a_program_is_known_by_its_number() -> None:
    from .graph_grammar import program

    texts = [program(SEED, index).text for index in range(40)]
    assert texts == [program(SEED, index).text for index in range(40)]
    assert len(set(texts)) == len(texts)


def test_lines_stay_where_they_are() -> None:
    import ast

    from .graph_grammar import program
    from .graph_run import instrumented

    for index in range(40):
        text = program(SEED, index).text
        noted = instrumented(text, ast.parse(text))
        plain = [node.lineno for node in ast.walk(ast.parse(text)) if isinstance(node, ast.FunctionDef)]
        assert plain == [node.lineno for node in ast.walk(ast.parse(noted)) if isinstance(node, ast.FunctionDef)]
        assert len(noted.splitlines()) == len(text.splitlines())
