"""The command line: options, exit status, what goes where."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from fakes import HEAD, install

from tfgraphlint.cli.group import group, main
from tfgraphlint.diagnostic import Position, Span
from tfgraphlint.rule_api.registry import shipped
from tfgraphlint.syntax.text import Lines


@pytest.fixture(autouse=True)
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A directory of its own, with the fakes in the place of interpreter and rules."""
    install(monkeypatch)
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("NO_COLOR", raising=False)
    monkeypatch.delenv("FORCE_COLOR", raising=False)
    return tmp_path


def run(*arguments: str, standard_input: str | bytes | None = None) -> Result:
    return CliRunner().invoke(group, list(arguments), input=standard_input)


def write(directory: Path, name: str, text: str) -> Path:
    file = directory / name
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(HEAD + text)
    return file


def test_without_a_command_it_lints_the_directory(project: Path) -> None:
    write(project, "b.py", "lost(x)\n")
    write(project, "a.py", "kept(x)\nlost(x)\n")
    done = run()
    assert done.exit_code == 1
    assert [row for row in done.stdout.splitlines() if "-->" in row] == [" --> a.py:4:1", " --> b.py:3:1"]
    assert done.stdout.endswith("\nFound 2 problems in 2 of 2 files (2 fixable with --fix).\n")
    assert done.stderr == ""
    assert run("check").stdout == done.stdout


def test_nothing_found(project: Path) -> None:
    write(project, "a.py", "kept(x)\n")
    done = run()
    assert (done.exit_code, done.stdout, done.stderr) == (0, "No problems found in 1 file.\n", "")


def test_an_empty_directory() -> None:
    assert run().exit_code == 0


@pytest.mark.parametrize(
    ("arguments", "status", "rows"),
    [
        (["--select", "TFG202"], 1, 1),
        (["--select", "TFG3,TFG202"], 1, 1),
        (["--select", "TFG3", "--select", "numpy-call-in-gradient-path"], 1, 1),
        (["--select", "TFG3"], 0, 0),
        (["--ignore", "TFG2"], 0, 0),
        (["--select", "TFG3", "--extend-select", "TFG202"], 1, 1),
        (["--exit-zero"], 0, 1),
    ],
)
def test_selection_and_status(project: Path, arguments: list[str], status: int, rows: int) -> None:
    write(project, "a.py", "lost(x)\n")
    done = run("--quiet", "--output-format", "concise", *arguments)
    assert (done.exit_code, len(done.stdout.splitlines())) == (status, rows)


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["--select", "TFG303x"], "error: --select: no rule has the code or name 'TFG303x'; did you mean 'TFG303'?"),
        (["--config", "none.toml"], "error: none.toml: there is no such configuration file"),
        (["--config", "x.toml", "--isolated"], "error: --config and --isolated exclude each other"),
        (["-", "a.py"], "error: '-' reads standard input and stands alone"),
        (["a.py", "--stdin-filename", "b.py"], "error: --stdin-filename names what '-' reads"),
        (["missing.py"], "error: missing.py: there is no such file or directory"),
        (["--no-such-option"], "No such option"),
        (["--output-format", "xml"], "xml"),
        (["rule", "TFG301", "--all"], "error: a rule and --all exclude each other"),
        (["rule", "TFG301", "--output-format", "markdown"], "error: pages have no format markdown"),
        (["rule", "unwached-tensor"], "error: there is no rule 'unwached-tensor'; did you mean 'unwatched-tensor'?"),
        (["chekc", "a.py"], "error: there is no command and no file 'chekc'; did you mean 'check'?"),
        (["rul", "TFG301"], "error: there is no command and no file 'rul'; did you mean 'rule'?"),
        (["Verfy"], "error: there is no command and no file 'Verfy'; did you mean 'verify'?"),
        (["rule", "TFG999"], "error: there is no rule 'TFG999'; did you mean"),
    ],
)
def test_wrong_usage_is_status_2(project: Path, arguments: list[str], said: str) -> None:
    write(project, "a.py", "kept(x)\n")
    done = run(*arguments)
    assert done.exit_code == 2
    assert said in done.stderr
    assert "Traceback" not in done.output
    assert done.stdout == ""


def test_configuration_holds_and_the_command_line_goes_over_it(project: Path) -> None:
    write(project, "a.py", "lost(x)\n")
    write(project, "tests/b.py", "lost(x)\n")
    (project / "pyproject.toml").write_text('[tool.tfgraphlint.per-file-ignores]\n"tests/*" = ["TFG2"]\n')
    done = run("--quiet", "--output-format", "concise")
    assert [row.partition(":")[0] for row in done.stdout.splitlines()] == ["a.py"]
    assert len(run("--isolated", "--quiet", "--output-format", "concise").stdout.splitlines()) == 2
    (project / "other.toml").write_text('ignore = ["TFG202"]\n')
    assert run("--config", "other.toml").exit_code == 0
    assert run("--config", "other.toml", "--select", "TFG202").exit_code == 1


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("[tool.tfgraphlint]\nselct = []\n", "unknown key 'selct'; did you mean 'select'?"),
        ('[tool.tfgraphlint]\nselect = ["TFG777"]\n', "select: no rule has the code or name 'TFG777'"),
        ("[tool\n", "not valid TOML"),
    ],
)
def test_a_wrong_configuration_is_status_2(project: Path, text: str, said: str) -> None:
    write(project, "a.py", "lost(x)\n")
    (project / "pyproject.toml").write_text(text)
    done = run()
    assert done.exit_code == 2
    assert f"pyproject.toml: {said}" in done.stderr
    assert len(done.stderr.splitlines()) == 1


def test_statistics(project: Path) -> None:
    write(project, "a.py", "lost(x)\nlost(y)\n")
    assert run("--statistics", "--quiet").stdout == "2  TFG202  numpy-call-in-gradient-path\n"
    counts = json.loads(run("--statistics", "--output-format", "json").stdout)
    assert counts == [{"code": "TFG202", "name": "numpy-call-in-gradient-path", "count": 2}]


def test_json(project: Path) -> None:
    write(project, "a.py", "f(\n    lost(x),\n)\n")
    done = run("--output-format", "json")
    (found,) = json.loads(done.stdout)
    assert found["filename"] == str(project / "a.py")
    assert (found["location"], found["noqa_row"]) == ({"row": 4, "column": 5}, 5)
    assert json.loads(run("--output-format", "json", "--select", "TFG3").stdout) == []


def test_json_of_the_real_thing(project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """ruff's fields, and no others but ours; what the edits say is what ``--fix`` does."""
    monkeypatch.undo()
    file = project / "train.py"
    text = (
        "import tensorflow as tf\n\nx = tf.constant(1.0)\n\nwith tf.GradientTape() as tape:\n"
        "    y = tf.math.log(\n        x,\n    )\nprint(tape.gradient(y, x))\n"
    )
    file.write_text(text)
    done = tfgraphlint("train.py", "--isolated", "--output-format", "json", directory=project)
    assert (done.returncode, done.stderr) == (1, "")
    (found,) = json.loads(done.stdout)
    places = {"filename", "location", "end_location", "noqa_row", "cell"}
    assert found.keys() == places | {"code", "name", "message", "severity", "fix", "url", "path", "suggestions"}
    assert {name: found[name] for name in ("cell", "code", "filename", "name", "noqa_row", "severity", "url")} == {
        "cell": None,
        "code": "TFG301",
        "filename": str(file),
        "name": "unwatched-tensor",
        "noqa_row": 5,
        "severity": "error",
        "url": None,
    }
    assert (found["location"], found["end_location"]) == ({"row": 5, "column": 6}, {"row": 5, "column": 23})
    for step in found["path"]:
        assert step.keys() == {"role", "message", "filename", "location", "end_location"}
    assert [(step["role"], step["location"]["row"]) for step in found["path"]] == [
        ("source", 3), ("cut", 5), ("consequence", 9),
    ]  # fmt: skip
    assert found["suggestions"] == []
    assert (found["fix"].keys(), found["fix"]["applicability"]) == ({"applicability", "edits", "message"}, "safe")
    (edit,) = found["fix"]["edits"]
    assert edit.keys() == {"content", "filename", "location", "end_location"}
    lines = Lines(text)
    start, end = (lines.offset(Position(**edit[name])) for name in ("location", "end_location"))
    assert tfgraphlint("train.py", "--isolated", "--fix", directory=project).returncode == 0
    assert file.read_text() == text[:start] + edit["content"] + text[end:]


def test_fix_repairs_the_files(project: Path) -> None:
    file = write(project, "a.py", "lost(x)\n")
    done = run("--fix")
    assert (done.exit_code, done.stdout) == (0, "Found 1 problem in 1 file (1 fixed, 0 remaining).\n")
    assert file.read_text() == f"{HEAD}kept(x)\n"


def test_diff_shows_and_changes_nothing(project: Path) -> None:
    file = write(project, "a.py", "lost(x)\n")
    done = run("--diff")
    assert done.exit_code == 1
    assert done.stdout.splitlines()[:2] == ["--- a.py", "+++ a.py"]
    assert done.stdout.splitlines()[-2:] == ["-lost(x)", "+kept(x)"]
    assert file.read_text() == f"{HEAD}lost(x)\n"
    file.write_text(f"{HEAD}kept(x)\n")
    assert (run("--diff").exit_code, run("--diff").stdout) == (0, "")


def test_standard_input(project: Path) -> None:
    (project / "sub").mkdir()
    (project / "sub" / "tfgraphlint.toml").write_text('ignore = ["TFG202"]\n')
    done = run("-", "--output-format", "concise", "--quiet", standard_input=f"{HEAD}lost(x)\n")
    assert (done.exit_code, done.stdout.partition(" ")[0]) == (1, "-:3:1:")
    named = run("-", "--stdin-filename", "sub/a.py", "--quiet", standard_input=f"{HEAD}lost(x)\n")
    assert named.exit_code == 0
    other = run("-", "--stdin-filename", "b.py", "--quiet", "--select", "TFG2", standard_input=f"{HEAD}lost(x)\n")
    assert "--> b.py:3:1" in other.stdout


def test_fixed_standard_input_goes_to_standard_output(project: Path) -> None:
    done = run("-", "--fix", standard_input=f"{HEAD}lost(x)\n")
    assert (done.exit_code, done.stdout) == (0, f"{HEAD}kept(x)\n")
    assert done.stderr == "Found 1 problem in 1 file (1 fixed, 0 remaining).\n"
    clean = run("-", "--fix", standard_input=f"{HEAD}kept(x)\n")
    assert clean.stdout == f"{HEAD}kept(x)\n"


def test_an_internal_error_is_status_2_and_the_others_are_done(project: Path) -> None:
    write(project, "a.py", "crash()\n")
    write(project, "b.py", "lost(x)\n")
    done = run("--quiet", "--output-format", "concise")
    assert done.exit_code == 2
    assert done.stderr == "error: a.py: not linted, internal error: ZeroDivisionError: division by zero\n"
    assert done.stdout.startswith("b.py:3:1: TFG202")


def test_a_report_in_a_file_that_was_not_asked_for(project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    helper = write(project, "helper.py", "y = 2\n")
    file = write(project, "main.py", "moved(x)\n")
    install(monkeypatch, elsewhere=Span("helper.py", Position(3, 1), Position(3, 2)))
    alone = run("main.py", "--output-format", "json")
    (found,) = json.loads(alone.stdout)
    assert (found["filename"], found["location"]["row"], found["fix"]) == (str(file), 3, None)
    assert [Path(step["filename"]).name for step in found["path"]] == ["helper.py", "main.py"]
    (found,) = json.loads(run("--output-format", "json").stdout)
    assert found["filename"] == str(helper)
    assert found["fix"] is not None


def test_a_report_from_two_files_is_one(project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write(project, "helper.py", "y = 2\n")
    write(project, "one.py", "moved(x)\n")
    write(project, "two.py", "moved(x)\n")
    install(monkeypatch, elsewhere=Span("helper.py", Position(3, 1), Position(3, 2)))
    assert len(json.loads(run("--output-format", "json").stdout)) == 1


@pytest.mark.parametrize("argument", ["TFG900", "tfg900", "unparsable-file"])
def test_a_rules_page(argument: str) -> None:
    done = run("rule", argument)
    assert done.exit_code == 0
    assert done.stdout.startswith("TFG900 unparsable-file (error)\n")
    for heading in ("What it does", "Why it matters", "Known limits", "Fix safety", "When to suppress"):
        assert f"## {heading}\n" in done.stdout


def test_a_file_that_is_called_like_a_command_is_linted(project: Path) -> None:
    write(project, "chekc", "lost(x)\n")
    assert run("chekc", "-q", "--output-format", "concise").stdout.startswith("chekc:3:1: TFG202")


def test_a_page_has_no_marks_of_fixtures() -> None:
    text = run("rule", "TFG301").stdout
    assert "Before:" in text
    for mark in ("# expect:", "# claim:", "# holds:"):
        assert mark not in text


def test_headings_are_bold_where_there_are_colours(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FORCE_COLOR", "1")
    assert "\x1b[1m## What it does\x1b[0m\n" in run("rule", "TFG900").stdout
    assert "\x1b[1mKeras\x1b[0m\n" in run("rule").stdout


def test_a_prefix_lists_the_rules_that_have_it(project: Path) -> None:
    codes = [row.split()[0] for row in run("rule", "tfg30").stdout.splitlines() if "TFG" in row]
    assert len(codes) > 5
    assert all(code.startswith("TFG30") for code in codes)
    assert {each["code"] for each in json.loads(run("rule", "TFG30", "--output-format", "json").stdout)} == set(codes)
    assert run("rule", "TFG30x").exit_code == 2


def test_all_rules_are_listed_by_family() -> None:
    rows = run("rule").stdout.splitlines()
    keras = rows[rows.index("Keras") :]
    assert keras[1].split() == ["TFG501", "tf-op-on-keras-tensor", "error", "unsafe", "keras>=3"]
    listed = [row.split()[0] for row in rows if row.startswith("  TFG")]
    assert listed == [entry.code for entry in shipped()]
    (one,) = [each for each in json.loads(run("rule", "--output-format", "json").stdout) if each["code"] == "TFG202"]
    assert (one["fix"], one["versions"], one["severity"]) == ("safe or unsafe", "all", "error")


def test_the_list_has_the_rules_of_plugins(project: Path) -> None:
    installed = plugged(project)
    (project / "tfgraphlint.toml").write_text('plugins = ["plug"]\n')
    done = tfgraphlint("rule", directory=project, path=installed)
    assert "\nRules of a plugin: XYZ\n  XYZ001  doubtful-file" in done.stdout
    assert tfgraphlint("rule", "doubtful-file", directory=project, path=installed).stdout.startswith("XYZ001 ")
    (project / "tfgraphlint.toml").write_text("plugins = 1\n")
    done = tfgraphlint("rule", "TFG301", directory=project)
    assert (done.returncode, done.stdout[:6]) == (0, "TFG301")
    assert "tfgraphlint.toml: plugins is a list of strings" in done.stderr


def test_pages_as_json() -> None:
    assert json.loads(run("rule", "TFG900", "--output-format", "json").stdout)["name"] == "unparsable-file"
    pages = json.loads(run("rule", "--all", "--output-format", "json").stdout)
    codes = [page["code"] for page in pages]
    assert codes == sorted(codes)
    assert "TFG900" in codes
    assert all(page["summary"] and page["explanation"] for page in pages)


def test_an_internal_error_is_status_2(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    def fail(options: object) -> None:
        raise ValueError("no\nsuch thing")

    monkeypatch.setattr("tfgraphlint.cli.session.gather", fail)
    with pytest.raises(SystemExit) as ended:
        main(["."])
    assert ended.value.code == 2
    said = "error: internal error: ValueError: no such thing (TFGRAPHLINT_TRACEBACK=1 shows where)\n"
    assert capsys.readouterr() == ("", said)


def test_version_and_help() -> None:
    assert run("--version").stdout.startswith("tfgraphlint ")
    assert run("-V").stdout == run("--version").stdout
    told = run("--help").stdout
    for word in ("check", "rule", "facts", "verify", "clean", "--select", "--unsafe-fixes", "Exit status"):
        assert word in told


def tfgraphlint(*arguments: str, directory: Path, path: Path | None = None) -> subprocess.CompletedProcess[str]:
    """The real thing in a process of its own; ``path`` is looked at first for modules."""
    paths = [str(path) if path else "", os.environ.get("PYTHONPATH", "")]
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, paths))}
    return subprocess.run(
        [sys.executable, "-m", "tfgraphlint", *arguments],
        cwd=directory, env=environment, capture_output=True, text=True, timeout=120,
    )  # fmt: skip


def test_as_a_process(project: Path) -> None:
    (project / "a.py").write_text("def f(:\n")
    done = tfgraphlint("--output-format", "concise", directory=project)
    assert done.returncode == 1
    assert done.stdout.splitlines()[0].startswith("a.py:1:7: TFG900 ")
    assert done.stderr == ""


PLUGIN = '''
from tfgraphlint.rule_api.rule import Rule
from tfgraphlint.facts.run import UnparsableFile


class Doubtful(Rule):
    """A doubtful file."""

    code = "XYZ001"
    name = "doubtful-file"

    def check(self, fact: UnparsableFile):
        yield self.report(fact.span, "doubtful")
'''


def plugged(project: Path) -> Path:
    """A folder in which a plugin is installed."""
    installed = project.with_name(f"{project.name}-installed")  # outside of what is linted
    (installed / "plug-1.0.dist-info").mkdir(parents=True)
    (installed / "plug-1.0.dist-info" / "METADATA").write_text("Metadata-Version: 2.1\nName: plug\nVersion: 1.0\n")
    (installed / "plug-1.0.dist-info" / "entry_points.txt").write_text("[tfgraphlint.rules]\nplug = plug_rules\n")
    (installed / "plug_rules.py").write_text(PLUGIN)
    return installed


def test_a_plugins_rules_come_in_when_the_configuration_names_it(project: Path) -> None:
    installed = plugged(project)
    (project / "a.py").write_text("def f(:\n")
    arguments = ("a.py", "--output-format", "concise", "--quiet")
    assert "XYZ001" not in tfgraphlint(*arguments, directory=project, path=installed).stdout
    (project / "tfgraphlint.toml").write_text('plugins = ["plug"]\nselect = ["XYZ001"]\n')
    done = tfgraphlint(*arguments, directory=project, path=installed)
    assert (done.returncode, done.stdout) == (1, "a.py:1:7: XYZ001 doubtful (doubtful-file)\n")
    (project / "tfgraphlint.toml").write_text('plugins = ["plugg"]\n')
    done = tfgraphlint(*arguments, directory=project, path=installed)
    assert (done.returncode, done.stdout) == (2, "")
    assert "plugin 'plugg' is not installed" in done.stderr


def test_verify_without_tensorflow_is_status_2(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tfgraphlint.verify.main.find_spec", lambda _: None)
    done = run("verify")
    assert done.exit_code == 2
    assert "pip install tensorflow" in done.stderr
