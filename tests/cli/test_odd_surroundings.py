"""What is unusual around the code and still legal: a line about it, and the rest is linted. What is said of nothing."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from attacks import FINE, LOST, Done, environment, quickly_in, tfgraphlint_in

CONCISE = ("--no-cache", "--output-format", "concise")
BAD = "def f(:\n"
DIGITS = "9" * 5000


def lint(directory: Path, *arguments: str) -> Done:
    return quickly_in(directory, *CONCISE, *arguments)


def reported(done: Done) -> list[str]:
    """The files of the reports."""
    return [line.partition(":")[0] for line in done.stdout.splitlines() if " TFG" in line]


# -- ignore files and patterns ----------------------------------------------------------------------


@pytest.mark.parametrize("line", ["!", "foo\\", "!foo\\", "/", "**/\\", "[", "a[", "[z-a]", "\\", "!/", "  "])
def test_lines_of_ignore_files_that_are_no_patterns(tmp_path: Path, line: str) -> None:
    (tmp_path / ".gitignore").write_text(f"# first\nold.py\n{line}\ngen.py\n")
    for name in ("a.py", "old.py", "gen.py"):
        (tmp_path / name).write_text(BAD)
    done = lint(tmp_path)
    assert (done.returncode, reported(done)) == (1, ["a.py"])
    assert len(done.stderr.splitlines()) <= 1
    if done.stderr:
        assert done.stderr == f"warning: .gitignore:3: {line!r} is not a pattern: passed over\n"


@pytest.mark.parametrize("line", ["!", "foo\\"])
def test_lines_that_git_does_not_take_either_are_told(tmp_path: Path, line: str) -> None:
    (tmp_path / ".gitignore").write_text(line)
    (tmp_path / "a.py").write_text(BAD)
    assert ".gitignore:1: " in lint(tmp_path).stderr


def test_an_ignore_file_as_windows_writes_it(tmp_path: Path) -> None:
    (tmp_path / ".gitignore").write_bytes(b"\xef\xbb\xbfold.py\r\ngen.py\r\n")
    for name in ("a.py", "old.py", "gen.py"):
        (tmp_path / name).write_text(BAD)
    assert reported(lint(tmp_path)) == ["a.py"]


@pytest.mark.parametrize("key", ["exclude", "extend-exclude", "include", "per-file-ignores"])
def test_patterns_in_settings_that_are_none(tmp_path: Path, key: str) -> None:
    value = '{"a/b\\\\" = ["TFG2"]}' if key == "per-file-ignores" else '["a/b\\\\"]'
    (tmp_path / "sub").mkdir()
    (tmp_path / "sub" / "tfgraphlint.toml").write_text(f"{key} = {value}\n")
    (tmp_path / "sub" / "b.py").write_text(BAD)
    (tmp_path / "a.py").write_text(BAD)
    done = lint(tmp_path)
    assert (done.returncode, reported(done)) == (2, ["a.py"])
    (line,) = done.stderr.splitlines()
    assert f"sub/tfgraphlint.toml: {key}: 'a/b\\\\" in line.replace("\\\\\\\\", "\\\\")
    assert "is not a pattern" in line


# -- links ------------------------------------------------------------------------------------------


def test_lock_links_of_editors_are_passed_over(tmp_path: Path) -> None:
    (tmp_path / ".#a.py").symlink_to("somebody@host.4711:1700000000")
    (tmp_path / "a.py").write_text(FINE)
    done = lint(tmp_path)
    assert (done.returncode, done.stdout, done.stderr) == (0, "No problems found in 1 file.\n", "")


def test_links_that_lead_nowhere_get_a_line(tmp_path: Path) -> None:
    (tmp_path / "b.py").symlink_to("gone.py")
    (tmp_path / "c.py").symlink_to("c.py")
    (tmp_path / "a.py").write_text(FINE)
    done = lint(tmp_path)
    assert (done.returncode, done.stdout) == (0, "No problems found in 1 file.\n")
    assert sorted(done.stderr.splitlines()) == [
        f"warning: {name}.py: not linted: the link leads nowhere" for name in ("b", "c")
    ]
    done = lint(tmp_path, "b.py", "a.py")
    assert (done.returncode, done.stdout, done.stderr) == (2, "", "error: b.py: the link leads nowhere\n")


def test_loops_of_links_end(tmp_path: Path) -> None:
    for name in ("a", "b", "c"):
        (tmp_path / name).mkdir()
        for other in ("a", "b", "c"):
            (tmp_path / name / f"to_{other}").symlink_to(f"../{other}")
        (tmp_path / name / "x.py").write_text(BAD)
    for pattern in ("**/*.py", "**/**/*.py", "**/*/**/*.py", "."):
        assert reported(lint(tmp_path, pattern)) == ["a/x.py", "b/x.py", "c/x.py"]


@pytest.mark.parametrize(
    ("pattern", "names"),
    [
        ("*.py", ["a.py"]),
        ("**", [".hidden/d.py", "a.py", "p/b.py", "p/q/c.py"]),  # with the directory itself
        ("**/*.py", ["a.py", "p/b.py", "p/q/c.py"]),
        ("p/**/*.py", ["p/b.py", "p/q/c.py"]),
        ("*/*.py", ["p/b.py"]),
        ("p/?.py", ["p/b.py"]),
        ("[p]/../*.py", ["a.py"]),
        ("**/q", ["p/q/c.py"]),
        (".h*/*.py", [".hidden/d.py"]),
        ("link/*.py", ["p/b.py"]),
    ],
)
def test_what_patterns_mean(tmp_path: Path, pattern: str, names: list[str]) -> None:
    for name in ("a.py", "p/b.py", "p/q/c.py", ".hidden/d.py"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text(BAD)
    (tmp_path / "link").symlink_to("p")
    assert reported(lint(tmp_path, pattern)) == names


@pytest.fixture
def deep(tmp_path: Path) -> Iterator[str]:
    """A file below 1,200 folders, by its name in ``tmp_path``. They are taken away again: pytest could not do it."""
    folder = "/".join(["d"] * 1200)
    os.makedirs(tmp_path / folder[:1199])
    os.makedirs(tmp_path / folder)
    (tmp_path / folder / "a.py").write_text(LOST)
    yield f"{folder}/a.py"
    (tmp_path / folder / "a.py").unlink()
    while (tmp_path / "d" / "d").exists():
        (tmp_path / "d" / "d").rename(tmp_path / "inner")
        (tmp_path / "d").rmdir()
        (tmp_path / "inner").rename(tmp_path / "d")


@pytest.mark.skipif(sys.platform == "win32", reason="paths are short there")
def test_deep_trees(tmp_path: Path, deep: str) -> None:
    (tmp_path / "b.py").write_text(BAD)
    done = lint(tmp_path)
    assert (done.returncode, done.stderr) == (1, "")
    assert reported(done) == ["b.py", deep]
    assert reported(lint(tmp_path, deep)) == [deep]


# -- settings and requirements ----------------------------------------------------------------------

REQUIREMENTS = {
    "a number for a list": "[project]\ndependencies = 5\n",
    "a table for a list": "[project]\ndependencies = {a = 1}\n",
    "numbers in a list": "[project]\ndependencies = [1, ['tensorflow'], {}]\n",
    "a number for a table": "project = 5\ndependency-groups = 3\ntool.poetry.group = 1\n",
    "numbers for groups": "[project]\noptional-dependencies = {a = 5}\n[dependency-groups]\nx = 1\n",
    "a list for a group": "[tool.poetry.group]\na = [1]\n",
    "a huge number": f"[project]\nx = {DIGITS}\n",
    "a huge version": f'[project]\ndependencies = ["tensorflow=={DIGITS}.{DIGITS}"]\n',
    "many parts": f'[project]\ndependencies = ["tensorflow==2{".1" * 5000}"]\n',
    "a nested list": f"[project]\ndependencies = {'[' * 5000}{']' * 5000}\n",
    "a nested table": f"[project]\ndependencies = {'{a=' * 5000}1{'}' * 5000}\n",
    "a deep key": f"[project{'.a' * 5000}]\nx = 1\n",
}


@pytest.mark.parametrize("text", REQUIREMENTS.values(), ids=REQUIREMENTS.keys())
def test_odd_requirements(tmp_path: Path, text: str) -> None:
    (tmp_path / "pyproject.toml").write_text(f"# tensorflow\n{text}")
    (tmp_path / "a.py").write_text(BAD)
    (tmp_path / "sub").mkdir()
    (tmp_path / "sub" / "tfgraphlint.toml").write_text("")
    (tmp_path / "sub" / "b.py").write_text(LOST)
    done = lint(tmp_path)
    assert "sub/b.py" in reported(done)
    if done.returncode == 2:  # then nobody knows what else it says
        (line,) = done.stderr.splitlines()
        assert f"{tmp_path / 'pyproject.toml'}: not valid TOML: " in line
    else:
        assert (reported(done), done.stderr) == (["a.py", "sub/b.py"], "")


@pytest.mark.parametrize("name", ["requirements.txt", "setup.cfg", "uv.lock", "Pipfile.lock", "setup.py"])
def test_odd_versions_in_other_files(tmp_path: Path, name: str) -> None:
    lines = [f"tensorflow=={DIGITS}", f'name = "tensorflow"\nversion = "{DIGITS}"',
             f'"tensorflow": {{"version": "=={DIGITS}"}}', f'"tensorflow>={DIGITS}.*"']  # fmt: skip
    (tmp_path / name).write_text("\n".join(lines) + "\n")
    (tmp_path / "a.py").write_text(LOST)
    assert "a.py" in reported(lint(tmp_path))


SETTINGS = {
    "a huge number": f"keras = {DIGITS}",
    "a huge number in another base": f"keras = 0x{'f' * 5000}",
    "a huge number for a list": f"select = 0x{'f' * 5000}",
    "a negative number": "keras = -1",
    "a huge version": f'tensorflow = "{DIGITS}"',
    "many parts": f'tensorflow = "2{".1" * 5000}"',
    "a nested list": f"select = {'[' * 5000}{']' * 5000}",
    "a long key": f"{'a' * 300} = 1",
    "a long value": f'select = "{"a" * 100_000}"',
    "a date": "select = 1979-05-27",
    "an endless number": "keras = nan",
    "a file of no possible name": 'baseline = "a\\u0000b"',
}


@pytest.mark.parametrize("text", SETTINGS.values(), ids=SETTINGS.keys())
def test_odd_settings(tmp_path: Path, text: str) -> None:
    (tmp_path / "sub").mkdir()
    (tmp_path / "sub" / "tfgraphlint.toml").write_text(f"{text}\n")
    (tmp_path / "sub" / "a.py").write_text(BAD)
    (tmp_path / "b.py").write_text(BAD)
    done = lint(tmp_path)
    assert (done.returncode, reported(done)) == (2, ["b.py"])
    (line,) = done.stderr.splitlines()
    assert line.startswith(f"error: {tmp_path / 'sub' / 'tfgraphlint.toml'}: ")
    assert len(line) < 900


def test_huge_numbers_in_notebooks_and_sources(tmp_path: Path) -> None:
    cell = '{"cell_type": "code", "source": ["def f(:\\n"], "metadata": {}, "outputs": [], "execution_count": %s}'
    (tmp_path / "a.ipynb").write_text(f'{{"cells": [{cell % DIGITS}], "metadata": {{}}}}')
    (tmp_path / "b.py").write_text(f"x = {DIGITS}\n{LOST}")
    (tmp_path / "c.py").write_text(BAD)
    done = lint(tmp_path)
    assert done.stderr == ""
    assert reported(done)[-1] == "c.py" and "a.ipynb" in reported(done)


# -- what is said when there is nothing to say ------------------------------------------------------


def test_the_summary_counts_files(tmp_path: Path) -> None:
    for name in ("a.py", "b.py", "c.py"):
        (tmp_path / name).write_text(FINE)
    assert lint(tmp_path).stdout == "No problems found in 3 files.\n"
    assert lint(tmp_path, "a.py").stdout == "No problems found in 1 file.\n"
    (tmp_path / "b.py").write_text(BAD)
    (tmp_path / "d.py").write_text(LOST)
    assert lint(tmp_path).stdout.splitlines()[-1] == "Found 2 problems in 2 of 4 files (1 fixable with --fix)."
    assert lint(tmp_path, "b.py").stdout.splitlines()[-1] == "Found 1 problem in 1 file."
    assert lint(tmp_path, "--fix").stdout.splitlines()[-1] == "Found 2 problems in 2 of 4 files (1 fixed, 1 remaining)."


@pytest.mark.parametrize(
    ("files", "arguments", "said"),
    [
        ([], (), "nothing was linted"),
        (["notes.txt"], (), "nothing was linted"),
        (["build/a.py"], (), "nothing was linted"),
        (["build/a.py"], ("--force-exclude", "build/a.py"), "the configuration excludes them: 1"),
        (["build/a.py"], ("--force-exclude", "build"), "the configuration excludes them: 1"),
        (["a.ipynb"], ("--no-notebooks",), "because of --no-notebooks: 1"),
        (["a.ipynb"], ("--no-notebooks", "a.ipynb"), "because of --no-notebooks: 1"),
        (["ignored.py"], (), "nothing was linted"),
    ],
)
def test_nothing_to_lint_is_said(tmp_path: Path, files: list[str], arguments: tuple[str, ...], said: str) -> None:
    (tmp_path / ".gitignore").write_text("ignored.py\n")
    for name in files:
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text(FINE)
    for form in ("full", "json"):
        done = quickly_in(tmp_path, *arguments, "--output-format", form)
        assert (done.returncode, done.stdout) == (0, "[]\n" if form == "json" else "")
        assert all(line.startswith("warning: ") for line in done.stderr.splitlines())
        assert any(said in line for line in done.stderr.splitlines())


@pytest.mark.parametrize(("arguments", "text"), [(("--ignore", "ALL"), ""), ((), "select = []\n")])
def test_that_no_rule_is_selected_is_said(tmp_path: Path, arguments: tuple[str, ...], text: str) -> None:
    (tmp_path / "a.py").write_text(LOST)
    (tmp_path / "tfgraphlint.toml").write_text(text)
    assert lint(tmp_path, *arguments).stderr == "warning: no rule is selected: nothing was looked for\n"
    assert lint(tmp_path, "--select", "TFG5").stderr == ""


def test_configurations_that_extend_each_other_without_end(tmp_path: Path) -> None:
    (tmp_path / "tfgraphlint.toml").write_text('extend = "0.toml"\n')
    for number in range(200):
        (tmp_path / f"{number}.toml").write_text(f'extend = "{number + 1}.toml"\n')
    (tmp_path / "a.py").write_text(FINE)
    done = lint(tmp_path)
    assert (done.returncode, done.stdout) == (2, "")
    (line,) = done.stderr.splitlines()
    assert line.endswith("extend leads through more than 50 files")


@pytest.mark.parametrize(
    "arguments", [("missing.py", "a.py"), ("sub", "a.py"), ("none/*.py", "a.py"), ("fifo", "a.py"), ("c.py", "a.py")]
)
def test_status_2_never_comes_with_a_clean_line(tmp_path: Path, arguments: tuple[str, ...]) -> None:
    (tmp_path / "a.py").write_text(FINE)
    (tmp_path / "sub").mkdir()
    (tmp_path / "sub" / "tfgraphlint.toml").write_text("selct = 1\n")
    os.mkfifo(tmp_path / "fifo")
    (tmp_path / "c.py").symlink_to("gone.py")
    done = lint(tmp_path, *arguments)
    assert (done.returncode, done.stdout) == (2, "")
    assert len(done.stderr.splitlines()) == 1
    assert "No problems" not in quickly_in(tmp_path, *arguments, "--output-format", "html").stdout


@pytest.mark.parametrize(
    "named", ["gen", "gen/a.py", "gen/*.py", "gen/deep", "gen/deep/a.py", "ge*", "a.ign.py", "pkg/out", "*.py"]
)
def test_what_is_named_is_linted_ignored_by_git_or_not(tmp_path: Path, named: str) -> None:
    (tmp_path / ".git").mkdir()
    (tmp_path / ".gitignore").write_text("gen/\n*.ign.py\npkg/out/\n")
    (tmp_path / "tfgraphlint.toml").write_text('extend-exclude = ["pkg/out", "gen/deep"]\n')
    for name in ("gen/a.py", "gen/deep/a.py", "a.ign.py", "pkg/out/a.py"):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(BAD)
    done = lint(tmp_path, named)
    assert reported(done)
    assert (done.returncode, done.stderr) == (1, "")
    (tmp_path / "b.py").write_text(BAD)
    assert reported(lint(tmp_path)) == ["b.py"]


def test_what_is_ignored_below_what_is_named_stays_so(tmp_path: Path) -> None:
    (tmp_path / ".gitignore").write_text("gen/\nold.py\n")
    (tmp_path / "gen" / ".gitignore").parent.mkdir()
    (tmp_path / "gen" / ".gitignore").write_text("older.py\n")
    (tmp_path / "pkg").mkdir()
    for name in ("gen/a.py", "gen/older.py", "pkg/a.py", "pkg/old.py"):
        (tmp_path / name).write_text(BAD)
    (tmp_path / ".git").mkdir()
    assert reported(lint(tmp_path, "gen", "pkg")) == ["gen/a.py", "pkg/a.py"]


def test_a_run_in_a_process_of_its_own_says_the_same(tmp_path: Path) -> None:
    (tmp_path / "a.py").write_text(FINE)
    done = tfgraphlint_in(tmp_path)
    assert (done.returncode, done.stdout, done.stderr) == (0, "No problems found in 1 file.\n", "")


# -- modules ----------------------------------------------------------------------------------------


def test_names_of_modules_that_no_file_can_have(tmp_path: Path) -> None:
    long = "a" * 300
    odd = f"import sys\nsys.path.append('\\0')\nsys.path.append({long!r})\nsys.path.append('~nobody/\\udcff')\n"
    (tmp_path / "a.py").write_text(f"{odd}import {long}\nfrom {long}.b import c\nfrom . import {long} as d\n{LOST}")
    (tmp_path / "setup.cfg").write_text(f"[options.entry_points]\nconsole_scripts =\n  x = {long}.{long}:main\n")
    done = lint(tmp_path)
    assert (reported(done), done.stderr) == (["a.py"], "")


def test_links_and_folders_where_a_module_is_looked_for(tmp_path: Path) -> None:
    (tmp_path / "loop.py").symlink_to("loop.py")
    (tmp_path / "circle").symlink_to("circle")
    (tmp_path / "folder.py").mkdir()
    (tmp_path / "pkg").mkdir()
    (tmp_path / "pkg" / "__init__.py").symlink_to("/dev/zero")
    (tmp_path / "a.py").write_text(f"import loop, circle.x, folder, pkg.x\n{LOST}")
    assert reported(lint(tmp_path, "a.py")) == ["a.py"]


@pytest.mark.skipif(shutil.which("setpriv") is None or os.geteuid() != 0, reason="root may look everywhere")
def test_folders_in_which_nobody_may_look(tmp_path: Path) -> None:
    for name in ("closed", "open"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "__init__.py").write_text("")
        (tmp_path / name / "x.py").write_text("y = 1\n")
    (tmp_path / "a.py").write_text(f"import sys\nsys.path.append('closed/deep')\nimport closed.x, open.x, y\n{LOST}")
    (tmp_path / "closed").chmod(0)
    done = subprocess.run(
        ["setpriv", "--inh-caps=-all", "--bounding-set=-all", sys.executable, "-m", "tfgraphlint", *CONCISE, "a.py"],
        cwd=tmp_path, env=environment(), capture_output=True, text=True, timeout=120,
    )  # fmt: skip
    (tmp_path / "closed").chmod(0o755)
    assert (done.returncode, done.stdout.partition(" ")[0], done.stderr) == (1, "a.py:7:6:", "")
