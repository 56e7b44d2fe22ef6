"""Programs on which the linter and TensorFlow once disagreed.

``# expect: CODE`` marks each line with a report, ``# TensorFlow: …`` each query with what it gives.
"""

from __future__ import annotations

import re
from importlib.util import find_spec
from pathlib import Path

import pytest

from .lint import said
from .run import recording

PROGRAMS = sorted(Path(__file__).with_name("found").glob("*.py"))
EXPECTED = re.compile(r"# expect: ([\w, ]+)")
GIVES = re.compile(r"# TensorFlow: (\w+)")


def marked(text: str, pattern: re.Pattern[str]) -> list[tuple[int, str]]:
    """Line and word of each mark."""
    return [(number, match[1]) for number, line in enumerate(text.splitlines(), 1) if (match := pattern.search(line))]


@pytest.mark.parametrize("program", PROGRAMS, ids=lambda program: program.stem)
def test_linter_says_so(program: Path) -> None:
    text = program.read_text(encoding="utf-8")
    expected = {(line, code) for line, codes in marked(text, EXPECTED) for code in codes.split(", ")}
    assert {(report.line, report.code) for report in said(text).reports} == expected


@pytest.mark.skipif(find_spec("tensorflow") is None, reason="TensorFlow is not installed")
@pytest.mark.parametrize("program", PROGRAMS, ids=lambda program: program.stem)
def test_tensorflow_says_so(program: Path) -> None:
    text = program.read_text(encoding="utf-8")
    with recording() as recorder:
        outcomes = recorder.run(text).outcomes
    given = {(line, outcome) for (line, _, _), seen in outcomes.items() for outcome in seen}
    assert given == set(marked(text, GIVES))
