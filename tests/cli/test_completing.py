"""What Tab offers."""

from __future__ import annotations

from pathlib import Path

import pytest
from click.shell_completion import BashComplete

from tfgraphlint.cli.group import COMMANDS, group


def offered(*words: str) -> list[tuple[str, str]]:
    """What is offered for the last word, with its kind."""
    complete = BashComplete(group, {}, "tfgraphlint", "_TFGRAPHLINT_COMPLETE")
    *before, last = words
    return [(item.type, item.value) for item in complete.get_completions(before, last)]


def plain(*words: str) -> list[str]:
    return [value for kind, value in offered(*words) if kind == "plain"]


@pytest.fixture(autouse=True)
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def test_commands_and_files() -> None:
    assert plain("") == list(COMMANDS)
    assert plain("ex") == ["explain"]
    assert ("file", "ex") in offered("ex")
    Path("examples").mkdir()
    assert plain("ex") == []  # the shell offers the folder
    assert plain("train.py", "ex") == []
    assert offered("facts", "tr") == [("file", "tr")]
    assert offered("explain", "tr") == [("file", "tr")]


def test_options_and_their_values() -> None:
    assert plain("--fi") == ["--fix", "--fix-only"]
    assert plain("train.py", "--output-format", "s") == ["sarif"]


def test_rules() -> None:
    assert plain("rule", "tfg20") == [f"TFG20{number}" for number in range(1, 10)]
    assert "unwatched-tensor" in plain("rule", "unwatched")
    assert plain("verify", "TFG301") == ["TFG301"]
