"""Where formats go: to standard output or files, in colour or not."""

from __future__ import annotations

import io
import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from fakes import HEAD, install

from tfgraphlint.cli.destinations import Destination, paired
from tfgraphlint.cli.group import group
from tfgraphlint.cli.terminal import columns, has_colour
from tfgraphlint.errors import RunError


@pytest.fixture(autouse=True)
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A directory of its own with one report in it, the fakes in the place of interpreter and rules."""
    install(monkeypatch)
    monkeypatch.chdir(tmp_path)
    for name in ("NO_COLOR", "FORCE_COLOR", "GITHUB_WORKSPACE", "CI_PROJECT_DIR"):
        monkeypatch.delenv(name, raising=False)
    (tmp_path / "a.py").write_text(f"{HEAD}lost(x)\n")
    return tmp_path


def run(*arguments: str) -> Result:
    return CliRunner().invoke(group, list(arguments))


FULL, SARIF, JSON = ("format", "full"), ("format", "sarif"), ("format", "json")


@pytest.mark.parametrize(
    ("words", "pairs"),
    [
        ([], [("full", None)]),
        ([SARIF], [("sarif", None)]),
        ([SARIF, ("file", "a")], [("sarif", "a")]),
        ([("file", "a"), SARIF], [("sarif", "a")]),
        ([("file", "a")], [("full", "a")]),
        ([SARIF, ("file", "a"), JSON, ("file", "b")], [("sarif", "a"), ("json", "b")]),
        ([FULL, SARIF, ("file", "a")], [("full", None), ("sarif", "a")]),
        ([SARIF, ("file", "a"), FULL], [("sarif", "a"), ("full", None)]),
        ([SARIF, ("file", "-")], [("sarif", None)]),
    ],
)
def test_a_file_takes_the_format_before_it(words: list[tuple[str, str]], pairs: list[tuple[str, str | None]]) -> None:
    assert paired(words) == tuple(Destination(name, Path(file) if file else None) for name, file in pairs)


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ([FULL, JSON], "full and json would both go to standard output: give --output-file FILE after one of them"),
        ([SARIF, ("file", "a"), JSON, ("file", "a")], "sarif and json would both be written to a"),
        ([SARIF, ("file", ".")], "--output-file .: this is a directory: name a file in it"),
        ([SARIF, ("file", "no/a")], "--output-file no/a: there is no directory no: make it first"),
    ],
)
def test_what_does_not_go_together(words: list[tuple[str, str]], said: str) -> None:
    with pytest.raises(RunError) as caught:
        paired(words)
    assert str(caught.value).startswith(said)


def test_several_formats_at_once(project: Path) -> None:
    done = run(
        "--output-format", "concise", "--output-format=sarif", "--output-file=a.sarif",
        "--output-format", "gitlab", "--output-file", "b.json",
    )  # fmt: skip
    assert done.exit_code == 1
    assert [row.partition(" ")[0] for row in done.stdout.splitlines()] == ["a.py:3:1:", "Found"]
    (result,) = json.loads((project / "a.sarif").read_text())["runs"][0]["results"]
    assert result["ruleId"] == "TFG202"
    (found,) = json.loads((project / "b.json").read_text())
    assert found["location"]["path"] == "a.py"


def test_a_file_alone_leaves_the_summary(project: Path) -> None:
    done = run("--output-format", "junit", "--output-file", "a.xml")
    assert done.stdout == "Found 1 problem in 1 file (1 fixable with --fix).\n"
    assert "TFG202" in (project / "a.xml").read_text()
    assert run("--output-format", "junit", "--output-file", "a.xml", "-q").stdout == ""


@pytest.mark.parametrize("name", ["json", "json-lines", "sarif", "github", "gitlab", "junit", "pylint"])
def test_nothing_but_the_format_goes_to_a_program(project: Path, name: str) -> None:
    assert "Found" not in run("--output-format", name).stdout
    (project / "a.py").write_text("")
    assert "No problems" not in run("--output-format", name).stdout


def test_no_colours_in_a_file(project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FORCE_COLOR", "1")
    done = run("--output-format", "concise", "--output-format", "full", "--output-file", "a.txt")
    assert "\x1b[1;31mTFG202\x1b[0m" in done.stdout
    assert "\x1b" not in (project / "a.txt").read_text()
    assert "\x1b[31m-lost(x)\x1b[0m\n" in run("--diff").stdout
    assert run("missing.py").stderr.startswith("\x1b[1;31merror:\x1b[0m missing.py")


def test_names_start_where_the_service_says(project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GITHUB_WORKSPACE", str(project.parent))
    assert f"file={project.name}/a.py," in run("--output-format", "github").stdout
    monkeypatch.setenv("GITHUB_WORKSPACE", "/somewhere/else")
    assert "file=a.py," in run("--output-format", "github").stdout


def test_statistics_have_few_formats() -> None:
    done = run("--statistics", "--output-format", "sarif")
    assert (done.exit_code, done.stdout) == (2, "")
    assert "--statistics has no sarif format: choose one of full, concise, json" in done.stderr


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


@pytest.mark.parametrize(
    ("environment", "on_terminal", "elsewhere"),
    [
        ({}, True, False),
        ({"NO_COLOR": "1"}, False, False),
        ({"NO_COLOR": ""}, True, False),
        ({"FORCE_COLOR": "1"}, True, True),
        ({"FORCE_COLOR": "0"}, False, False),
        ({"FORCE_COLOR": ""}, True, False),
        ({"NO_COLOR": "1", "FORCE_COLOR": "1"}, False, False),
        ({"TERM": "dumb"}, False, False),
        ({"TERM": "dumb", "FORCE_COLOR": "1"}, True, True),
    ],
)
def test_when_there_are_colours(
    environment: dict[str, str], on_terminal: bool, elsewhere: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TERM", "xterm")
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    assert (has_colour(Terminal()), has_colour(io.StringIO())) == (on_terminal, elsewhere)


def test_only_a_terminal_has_columns(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "70")
    assert (columns(Terminal()), columns(io.StringIO())) == (70, 0)
