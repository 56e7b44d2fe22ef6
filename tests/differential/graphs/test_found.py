"""Traced programs on which the linter and TensorFlow once disagreed: ``# expect: CODE`` marks where a report starts."""

from __future__ import annotations

from importlib.util import find_spec
from pathlib import Path

import pytest

from ..gradients.test_found import EXPECTED, marked
from .grammar import Program
from .lint import said
from .session import Session

PROGRAMS = sorted(Path(__file__).with_name("found").glob("*.py"))


@pytest.mark.parametrize("program", PROGRAMS, ids=lambda program: program.stem)
def test_linter_says_so(program: Path) -> None:
    text = program.read_text(encoding="utf-8")
    expected = {(line, code) for line, codes in marked(text, EXPECTED) for code in codes.split(", ")}
    assert {(report.line, report.code) for report in said(text).reports} == expected


@pytest.mark.skipif(find_spec("tensorflow") is None, reason="TensorFlow is not installed")
@pytest.mark.parametrize("program", PROGRAMS, ids=lambda program: program.stem)
def test_tensorflow_says_so(program: Path) -> None:
    text = program.read_text(encoding="utf-8")
    judged = Session().judge(Program(0, text, program.stem))
    told = {report.line for verdict in judged.verdicts for report in verdict.reports}
    assert not judged.disagreements
    assert told == {line for line, _ in marked(text, EXPECTED)}
