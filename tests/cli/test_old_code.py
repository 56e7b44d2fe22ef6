"""What makes it possible to begin with tfgraphlint on old code: baselines, comments, severities, fixes alone."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from fakes import HEAD, install, renamed

from tfgraphlint.cli.group import group
from tfgraphlint.diagnostic import Applicability, Fix
from tfgraphlint.run.examine import Examined, Examiner
from tfgraphlint.run.progress import Progress


@pytest.fixture(autouse=True)
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A directory of its own, with the fakes in the place of interpreter and rules."""
    install(monkeypatch)
    monkeypatch.chdir(tmp_path)
    return tmp_path


def run(*arguments: str, standard_input: str | None = None) -> Result:
    return CliRunner().invoke(group, [*arguments, "--no-cache"], input=standard_input)


def write(directory: Path, name: str, text: str) -> Path:
    file = directory / name
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(HEAD + text)
    return file


def places(*arguments: str) -> list[str]:
    """File and row of each report."""
    rows = run("--output-format", "concise", "-q", *arguments).stdout.splitlines()
    return [":".join(row.split(":")[:2]) for row in rows]


BASELINE = ("--baseline", "known.json")


def test_only_what_is_new_is_reported(project: Path) -> None:
    file = write(project, "a.py", "lost(x)\n")
    done = run(*BASELINE, "--write-baseline")
    assert (done.exit_code, done.stdout) == (0, "")
    assert done.stderr.startswith("Wrote 1 problem to known.json.\n")
    done = run(*BASELINE)
    assert (done.exit_code, done.stdout) == (0, "No new problems found in 1 file; 1 known from the baseline.\n")
    file.write_text(f"{HEAD}y = 1\n\nlost(x)\nlost(y)\n")
    assert places(*BASELINE) == ["a.py:6"]
    assert run(*BASELINE).stdout.endswith(
        "Found 1 new problem in 1 file (1 fixable with --fix); 1 more known from the baseline.\n"
    )


def test_a_renamed_file_is_known_and_a_copied_one_is_not(project: Path) -> None:
    file = write(project, "a.py", "lost(x)\n")
    run(*BASELINE, "--write-baseline")
    file.rename(project / "b.py")
    assert places(*BASELINE) == []
    write(project, "a.py", "lost(x)\n")
    assert places(*BASELINE) == ["b.py:3"]


def test_what_is_solved_is_said_and_goes(project: Path) -> None:
    file = write(project, "a.py", "lost(x)\nlost(y)\n")
    write(project, "b.py", "lost(z)\n")
    run(*BASELINE, "--write-baseline")
    file.write_text(f"{HEAD}lost(y)\n")
    done = run(*BASELINE)
    said = "1 problem of the baseline is solved: --write-baseline takes what is gone out\n"
    assert (done.exit_code, done.stderr) == (0, said)
    assert run(*BASELINE, "b.py").stderr == ""
    assert run(*BASELINE, "--select", "TFG3").stderr == ""
    run(*BASELINE, "--write-baseline", "a.py")
    assert [each["line"] for each in json.loads((project / "known.json").read_text())["problems"]] == [
        "lost(y)", "lost(z)",
    ]  # fmt: skip


def test_a_fix_leaves_alone_what_is_known(project: Path) -> None:
    file = write(project, "a.py", "lost(x)\n")
    run(*BASELINE, "--write-baseline")
    file.write_text(f"{HEAD}lost(x)\nlost(y)\n")
    assert run(*BASELINE, "--fix").exit_code == 0
    assert file.read_text() == f"{HEAD}lost(x)\nkept(y)\n"


def test_the_configuration_names_the_baseline(project: Path) -> None:
    write(project, "sub/a.py", "lost(x)\n")
    (project / "tfgraphlint.toml").write_text('baseline = "known.json"\n')
    done = run()
    assert done.exit_code == 2
    assert done.stderr == f"error: {project / 'known.json'}: there is no such baseline: --write-baseline writes it\n"
    assert run("--show-settings").exit_code == 0
    assert run("--write-baseline", "sub").exit_code == 0
    assert run("sub").exit_code == 0
    assert run("--isolated", "sub").exit_code == 1


def test_several_baselines_are_read_and_one_has_to_be_named_for_writing(project: Path) -> None:
    for name in ("a", "b"):
        write(project, f"{name}/c.py", f"lost({name})\n")
        (project / name / "tfgraphlint.toml").write_text('baseline = "known.json"\n')
        run("--write-baseline", name)
    assert run().exit_code == 0
    done = run("--write-baseline")
    assert done.exit_code == 2
    assert "say with --baseline FILE which one to write" in done.stderr


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("lost(x)\n", "lost(x)  # tfgraphlint: ignore[TFG202] old\n"),
        ("lost(x)", "lost(x)  # tfgraphlint: ignore[TFG202] old"),
        ("lost(x)  # why\n", "lost(x)  # why  # tfgraphlint: ignore[TFG202] old\n"),
        ("f(\n    lost(x),\n)\n", "f(  # tfgraphlint: ignore[TFG202] old\n    lost(x),\n)\n"),
        ('a = """\n""", lost(x)\n', 'a = """\n""", lost(x)  # tfgraphlint: ignore[TFG202] old\n'),
        ("a = \\\n    lost(x)\n", "a = \\\n    lost(x)  # tfgraphlint: ignore[TFG202] old\n"),
        ("lost(x)  # tfgraphlint: ignore[TFG9]\n", "lost(x)  # tfgraphlint: ignore[TFG9, TFG202]\n"),
        ("lost(x), lost(y)\r\n", "lost(x), lost(y)  # tfgraphlint: ignore[TFG202] old\r\n"),
        ("if lost(x):\n    lost(y)\n", "if lost(x):  # tfgraphlint: ignore[TFG202] old\n"
         "    lost(y)  # tfgraphlint: ignore[TFG202] old\n"),
    ],
)  # fmt: skip
def test_comments_are_added_that_silence(project: Path, before: str, after: str) -> None:
    file = project / "a.py"
    file.write_bytes((HEAD + before).encode())
    done = run("--add-ignore=old", "--ignore", "TFG901")
    assert file.read_bytes().decode() == HEAD + after
    assert (done.exit_code, done.stdout) == (0, "No problems found in 1 file.\n")
    assert run("--ignore", "TFG901").exit_code == 0


def test_a_reason_is_not_needed_and_the_word_behind_is_a_path(project: Path) -> None:
    file = write(project, "a.py", "lost(x)\n")
    other = write(project, "b.py", "lost(x)\n")
    done = run("--add-ignore", "a.py")
    assert done.stderr == "Added 1 comment to 1 file.\n"
    assert file.read_text() == f"{HEAD}lost(x)  # tfgraphlint: ignore[TFG202]\n"
    assert other.read_text() == f"{HEAD}lost(x)\n"


def test_what_no_comment_can_silence_stays(project: Path) -> None:
    write(project, "a.py", "def f(:\n")
    done = run("--add-ignore")
    assert done.exit_code == 1
    assert "TFG900" in done.stdout
    assert "1 report cannot be silenced by a comment on a line" in done.stderr


def test_comments_are_added_to_the_cell_of_a_notebook(project: Path) -> None:
    cells = [{"cell_type": "code", "metadata": {}, "outputs": [], "execution_count": None, "source": [*lines]}
             for lines in (["import tensorflow as tf\n", "tf.GradientTape"], ["%time\n", "lost(x)"])]  # fmt: skip
    document = {"cells": cells, "metadata": {}, "nbformat": 4, "nbformat_minor": 5}
    (project / "a.ipynb").write_text(json.dumps(document))
    assert run("--add-ignore").exit_code == 0
    after = json.loads((project / "a.ipynb").read_text())["cells"][1]["source"]
    assert after == ["%time\n", "lost(x)  # tfgraphlint: ignore[TFG202]"]


def test_comments_go_to_standard_output_where_the_code_came_from_standard_input() -> None:
    done = run("-", "--add-ignore", standard_input=f"{HEAD}lost(x)\n")
    assert (done.exit_code, done.stdout) == (0, f"{HEAD}lost(x)  # tfgraphlint: ignore[TFG202]\n")


def test_comments_can_be_disregarded(project: Path) -> None:
    write(project, "a.py", "lost(x)  # tfgraphlint: ignore\nkept(x)  # tfgraphlint: ignore\n")
    assert places() == ["a.py:4"]
    assert places("--ignore-suppressions") == ["a.py:3"]


def test_severities_are_configured_and_decide(project: Path) -> None:
    write(project, "a.py", "lost(x)\n")
    assert run("--fail-on", "error").exit_code == 1
    (project / "tfgraphlint.toml").write_text('[severity]\nnumpy-call-in-gradient-path = "warning"\n')
    done = run("--output-format", "concise", "--fail-on", "error")
    assert done.exit_code == 0
    assert done.stdout.startswith("a.py:3:1: TFG202 [*] warning: it is lost")
    assert run().exit_code == 1
    (project / "tfgraphlint.toml").write_text('fail-on = "error"\n[severity]\nTFG2 = "warning"\n')
    assert run().exit_code == 0
    assert run("--fail-on", "warning").exit_code == 1
    (project / "tfgraphlint.toml").write_text('[severity]\nTFG777 = "warning"\n')
    done = run()
    assert (done.exit_code, done.stdout) == (2, "")
    assert "tfgraphlint.toml: severity: no rule has the code or name 'TFG777'" in done.stderr


def test_fixes_alone(project: Path) -> None:
    file = write(project, "a.py", "lost(x)\n")
    write(project, "b.py", "def f(:\n")
    done = run("--fix-only", "--show-fixes")
    assert (done.exit_code, done.stdout) == (0, "")
    assert done.stderr == "fixed a.py: TFG202 numpy-call-in-gradient-path: call kept\n"
    assert file.read_text() == f"{HEAD}kept(x)\n"


def test_a_fix_can_fail_a_run(project: Path) -> None:
    file = write(project, "a.py", "lost(x)\n")
    assert run("--fix", "--exit-non-zero-on-fix").exit_code == 1
    assert run("--fix", "--exit-non-zero-on-fix").exit_code == 0
    file.write_text(f"{HEAD}lost(x)\n")
    assert run("--fix-only", "--exit-non-zero-on-fix").exit_code == 1


def test_unsafe_fixes_alone_are_shown(project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    install(monkeypatch, lambda called: Fix("call kept", Applicability.UNSAFE, renamed(called).edits))
    file = write(project, "a.py", "lost(x)\n")
    assert " [*] " not in run("--output-format", "concise").stdout
    done = run("--output-format", "concise", "--unsafe-fixes")
    assert done.stdout.startswith("a.py:3:1: TFG202 [*] it is lost")
    assert done.stdout.endswith("Found 1 problem in 1 file (1 fixable with --fix --unsafe-fixes).\n")
    assert file.read_text() == f"{HEAD}lost(x)\n"


def test_what_would_be_linted_is_listed(project: Path) -> None:
    write(project, "a.py", "crash()\n")
    write(project, "sub/b.py", "")
    (project / "sub" / "tfgraphlint.toml").write_text('select = ["TFG2"]\n')
    done = run("--show-files")
    assert (done.exit_code, done.stdout) == (0, "a.py\nsub/b.py\n")
    text = run("--show-settings", "--ignore", "TFG3").stdout
    first, second = text.split("\n\n# ")
    assert first.startswith("# settings for a.py\n# from no configuration file")
    assert 'ignore = ["TFG3"]' in first
    assert second.startswith("settings for sub/b.py\n# from ")
    assert run("--show-files", "missing.py").exit_code == 2


@pytest.mark.parametrize(("arguments", "counts"), [(["--jobs", "2"], [2]), (["-j", "1"], []), ([], [])])
def test_how_many_processes(
    project: Path, arguments: list[str], counts: list[int], monkeypatch: pytest.MonkeyPatch
) -> None:
    def examine(examiner: Examiner, files: Sequence[Path], count: int, progress: Progress) -> list[Examined]:
        used.append(count)
        return [examiner.examine(file) for file in files]

    used: list[int] = []
    monkeypatch.setattr("tfgraphlint.run.workers.examine_in_pool", examine)
    for name in "abc":
        write(project, f"{name}.py", "lost(x)\n")
    assert places(*arguments) == ["a.py:3", "b.py:3", "c.py:3"]
    assert used == counts


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["--fix", "--add-ignore"], "--fix and --add-ignore exclude each other: give one of them"),
        (["--diff", "--write-baseline"], "--diff and --write-baseline exclude each other"),
        (["--show-fixes"], "--show-fixes is about what --fix repairs: give --fix as well"),
        (["--exit-non-zero-on-fix"], "--exit-non-zero-on-fix is about what --fix repairs"),
        (["--add-ignore=a # b"], "--add-ignore: a reason is one line without '#'"),
        (["--jobs", "0"], "0 is not in the range x>=1"),
        (["--fail-on", "never"], "'never' is not one of 'error', 'warning'"),
    ],
)
def test_wrong_usage(project: Path, arguments: list[str], said: str) -> None:
    file = write(project, "a.py", "lost(x)\n")
    done = run(*arguments)
    assert (done.exit_code, done.stdout) == (2, "")
    assert said in done.stderr
    assert file.read_text() == f"{HEAD}lost(x)\n"


@pytest.mark.parametrize("is_link", [False, True])
def test_a_configuration_names_no_baseline_outside(project: Path, is_link: bool) -> None:
    write(project, "a.py", "lost(x)\n")
    outside = project.with_name(f"{project.name}-known.json")
    named = "known.json" if is_link else f"../{outside.name}"
    if is_link:
        (project / named).symlink_to(outside)
    (project / "tfgraphlint.toml").write_text(f'baseline = "{named}"\n')
    for arguments in ((), ("--write-baseline",)):
        done = run(*arguments)
        assert (done.exit_code, done.stdout) == (2, "")
        assert f"baseline = '{named}' lies outside: name it with --baseline" in done.stderr
    assert not outside.exists()
    assert run("--baseline", str(outside), "--write-baseline").exit_code == 0
    assert outside.exists()
