"""What `verify --record` keeps: by program, only as long as the program stays the same, and nothing of the machine."""

from __future__ import annotations

from pathlib import Path

import pytest

from tfgraphlint.verify import record
from tfgraphlint.verify.answer import Answer
from tfgraphlint.verify.programs import Program, read

CLAIMED = {"claim": "raises ValueError", "status": "confirmed", "seen": ""}
DENIED = {"claim": "none slope", "status": "denied", "seen": "2.0"}


@pytest.fixture(autouse=True)
def versions(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(record, "installed", lambda: {"tensorflow": "2.21.0"})


def program(folder: Path, name: str) -> Program:
    file = folder / "tfg301_unwatched_tensor" / name / "bad.py"
    file.parent.mkdir(parents=True)
    file.write_text("# claim: raises ValueError\n", encoding="utf-8")
    return read(file)


def test_a_record_says_what_was_seen(tmp_path: Path) -> None:
    first, second = program(tmp_path, "first"), program(tmp_path, "second")
    file = tmp_path / "record.json"
    answers = [(first, Answer([CLAIMED], "ValueError: no")), (second, Answer([CLAIMED, DENIED], "ran to its end"))]
    record.write(file, answers, is_whole=True)
    found = record.read(file)
    said = found.of(first)
    assert said is not None and (said.ended, said.confirmed, said.denied) == ("ValueError: no", 1, ())
    said = found.of(second)
    assert said is not None and (said.ended, said.confirmed, said.denied) == ("", 1, ("none slope",))


def test_a_program_that_changed_has_to_be_asked_again(tmp_path: Path) -> None:
    asked = program(tmp_path, "first")
    file = tmp_path / "record.json"
    record.write(file, [(asked, Answer([CLAIMED], "ValueError: no"))], is_whole=True)
    asked.entry.write_text("# claim: raises ValueError\nx = 1\n", encoding="utf-8")
    assert record.read(file).of(read(asked.entry)) is None


def test_some_programs_leave_what_is_said_of_others(tmp_path: Path) -> None:
    first, second = program(tmp_path, "first"), program(tmp_path, "second")
    file = tmp_path / "record.json"
    record.write(file, [(first, Answer([CLAIMED], "ValueError: no"))], is_whole=True)
    record.write(file, [(second, Answer([], "", elsewhere=True))], is_whole=False)
    assert set(record.read(file).programs) == {first.label, second.label}
    record.write(file, [(second, Answer([], "", elsewhere=True))], is_whole=True)
    assert set(record.read(file).programs) == {second.label}


def test_versions_are_not_mixed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    asked = program(tmp_path, "first")
    file = tmp_path / "record.json"
    record.write(file, [(asked, Answer([CLAIMED], "ValueError: no"))], is_whole=True)
    monkeypatch.setattr(record, "installed", lambda: {"tensorflow": "2.15.0"})
    with pytest.raises(record.RecordError, match=r"holds what tensorflow 2\.21\.0 said"):
        record.write(file, [(asked, Answer([CLAIMED], "ValueError: no"))], is_whole=False)


@pytest.mark.parametrize("text", ["", "{}", "[]", '{"versions": {}, "programs": {"a": {"unknown": 1}}}'])
def test_what_is_no_record_is_refused(tmp_path: Path, text: str) -> None:
    file = tmp_path / "record.json"
    file.write_text(text, encoding="utf-8")
    with pytest.raises(record.RecordError, match="no record of verify"):
        record.read(file)


@pytest.mark.parametrize(
    ("text", "kept"),
    [
        ('File "/home/a/.venv/lib/keras/src/trace.py", line 3', 'File "…/trace.py", line 3'),
        ("in C:\\Users\\a\\main.py", "in …/main.py"),
        ("<function f at 0x7f0123456789>", "<function f at 0x…>"),
        ("got float32 / int32, see https://a.b/c/d", "got float32 / int32, see https://a.b/c/d"),
        ("x" * 400, "x" * record.MAX_TOLD + " …"),
    ],
)
def test_nothing_of_the_machine_is_kept(text: str, kept: str) -> None:
    assert record.without_machine(text) == kept
