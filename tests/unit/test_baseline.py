"""A baseline knows a problem again, and nothing else."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from tfgraphlint.errors import RunError
from tfgraphlint.run.baseline import Baseline, Problem, read, write


def problem(file: Path, line: str = "lost(x)", code: str = "TFG202", message: str = "it is lost") -> Problem:
    return Problem(str(file), code, line, message)


@pytest.fixture
def here(tmp_path: Path) -> Path:
    """A file that is there."""
    file = tmp_path / "a.py"
    file.write_text("")
    return file


def test_what_is_the_same_is_known_as_often_as_it_is_there(here: Path) -> None:
    known = Baseline({problem(here): 2})
    assert known.matched([problem(here)] * 3) == [True, True, False]
    assert known.matched([problem(here, line="lost(y)"), problem(here, code="TFG201")]) == [False, False]


def test_another_wording_of_the_message_is_the_same(here: Path) -> None:
    known = Baseline({problem(here, message="a"): 1, problem(here, message="b"): 1})
    assert known.matched([problem(here, message="new"), problem(here, message="b")]) == [True, True]
    assert known.matched([problem(here, message="c"), problem(here, message="b"), problem(here, message="a")]) == [
        False, True, True,
    ]  # fmt: skip


def test_only_of_a_file_that_is_gone_are_problems_looked_for_elsewhere(here: Path) -> None:
    other = here.with_name("b.py")
    assert Baseline({problem(here): 1}).matched([problem(other)]) == [False]
    assert Baseline({problem(other): 1}).matched([problem(here), problem(here)]) == [True, False]


def test_it_reads_what_it_writes(here: Path, tmp_path: Path) -> None:
    file = tmp_path / "known.json"
    problems = [problem(here), problem(here), problem(here, line='say("π\\n")')]
    assert write(file, problems, Baseline(), lambda each: True) == 3
    assert read([file]) == Baseline({problems[0]: 2, problems[2]: 1})
    assert '"file": "a.py"' in file.read_text(encoding="utf-8")
    written = file.read_text(encoding="utf-8")
    write(file, problems[::-1], Baseline(), lambda each: True)
    assert file.read_text(encoding="utf-8") == written


def test_an_absurd_count_costs_nothing(here: Path) -> None:
    known = Baseline({problem(here): 10**15})
    assert known.matched([problem(here)] * 3) == [True] * 3


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="there are no pipes with names")
def test_what_never_ends_is_not_read(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "known.json")
    with pytest.raises(RunError, match="not a regular file"):
        read([tmp_path / "known.json"])


def test_what_was_not_looked_for_stays(here: Path, tmp_path: Path) -> None:
    file = tmp_path / "known.json"
    before = Baseline({problem(here): 2, problem(here, code="TFG301"): 1})
    write(file, [], before, lambda each: each.code == "TFG202")
    assert read([file]) == Baseline({problem(here, code="TFG301"): 1})
    assert before.solved(1, lambda each: each.code == "TFG202") == 1


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (None, "there is no such baseline: --write-baseline writes it"),
        ("{", "this is no baseline (not valid JSON)"),
        ("[]", "this is no baseline of version 1"),
        ('{"version": 2, "problems": []}', "this is no baseline of version 1"),
        ("[" * 100_000, "this is no baseline (not valid JSON)"),
        ('{"version": 1}', "an entry is incomplete or wrong ('problems')"),
        ('{"version": 1, "problems": [{"file": "a"}]}', "an entry is incomplete or wrong ('code')"),
        ('{"version": 1, "problems": [1]}', "an entry is incomplete or wrong"),
        ('{"version": 1, "problems": [{"file": 1, "code": "", "line": "", "message": ""}]}',
         "an entry is incomplete or wrong (file, code, line and message are strings, count is a number): take it out"),
        ('{"version": 1, "problems": [{"file": "", "code": "", "line": "", "message": "", "count": "1"}]}',
         "an entry is incomplete or wrong (file, code"),
    ],
)
def test_what_is_no_baseline_is_said(tmp_path: Path, text: str | None, said: str) -> None:
    file = tmp_path / "known.json"
    if text is not None:
        file.write_text(text)
    with pytest.raises(RunError) as caught:
        read([file])
    assert str(caught.value).startswith(f"{file}: {said}")
