"""Bad input gets one clear line, and the other files are still linted."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from fakes import HEAD, install, lint_text, places, request

import tfgraphlint
from tfgraphlint.rule_api.registry import PACKAGE
from tfgraphlint.run.lint import lint

SOURCES = Path(tfgraphlint.__file__).parent.parent
ROOT = "import tensorflow as tf\nwith tf.GradientTape() as tape:\n    pass\n"

# What Python itself, or we, refuse; each with the row at which it is said, 0 where versions of Python differ.
REFUSED: list[tuple[str, bytes, int]] = [
    ("a syntax error", b"x = 1\ndef f(:\n    pass\n", 2),
    ("an indentation error", b"if x:\npass\n", 2),
    ("a tab error", b"if x:\n        a\n\tb\n", 3),
    ("a bracket that is not closed", b"x = (1,\ny = 2\n", 1),
    ("a string that is not closed", b"x = 1\ny = 'a\n", 2),
    ("the end of the file in a block", b"x = 1\nfor i in x:\n", 2),
    ("null bytes", b"x = 1\ny = '\0'\n", 2),
    ("not UTF-8", b"x = 1\ny = '\xe9'\n", 2),
    ("UTF-16", "x = 1\n".encode("utf-16"), 1),
    ("an unknown encoding", b"# coding: nonsense\n", 1),
    ("nested parentheses", b"x = " + b"(" * 3000 + b"1" + b")" * 3000 + b"\n", 1),
    ("nested lambdas", b"x = 1\ny = " + b"lambda: " * 5000 + b"1\n", 2),
    ("nested blocks", b"".join(b" " * depth + b"if x:\n" for depth in range(150)) + b" " * 150 + b"y\n", 101),
    ("a long elif chain", ROOT.encode() + b"if a: pass\n" + b"elif a: pass\n" * 30000, 0),
    ("a long chain of attributes", ROOT.encode() + b"x = a" + b".b" * 30000 + b"\n", 4),
    ("a long sum", ROOT.encode() + b"x = 1" + b" + 1" * 30000 + b"\n", 4),
    ("a long name of a module", ROOT.encode() + b"import a" + b".b" * 5000 + b"\n", 4),
    ("a long name of a module that names come from", ROOT.encode() + b"from a" + b".b" * 5000 + b" import c\n", 4),
    # These Python parses; libcst ends the process on the first, and refuses the second.
    ("a long chain of and", ROOT.encode() + b"x = a" + b" and a" * 30000 + b"\n", 4),
    ("implicitly joined strings", ROOT.encode() + b"x = (" + b'"a" ' * 5000 + b")\n", 4),
]

# What is unusual and still fine.
FINE: list[tuple[str, bytes]] = [
    ("an empty file", b""),
    ("only a comment", b"# nothing"),
    ("only line ends", b"\r\n\r\n"),
    ("only a byte order mark", b"\xef\xbb\xbf"),
    ("a file of 50,000 lines", ROOT.encode() + b"x = 1\n" * 50_000),
    ("a sum as long as Python takes", ROOT.encode() + b"x = 1" + b" + 1" * 900 + b"\n"),
    ("a sum as long as Python takes in code that is traced",
     ROOT.encode() + b"@tf.function\ndef f(a):\n    x = a" + b" + a" * 2900 + b"\n    return x if x > 0 else a\n"),
    ("a chain of attributes as long as Python takes", ROOT.encode() + b"x = a" + b".b" * 900 + b"\n"),
    ("nested calls", ROOT.encode() + b"x = " + b"f(" * 190 + b")" * 190 + b"\n"),
    ("nested lambdas as deep as Python takes", ROOT.encode() + b"x = " + b"lambda: " * 900 + b"1\n"),
    ("an elif chain", ROOT.encode() + b"if a: pass\n" + b"elif a: pass\n" * 900),
    ("another extension", b"x = 1\n"),
]


def run(directory: Path, *arguments: str, package: Path = SOURCES) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "tfgraphlint", "--output-format", "concise", "--no-cache", *arguments],
        cwd=directory, env={**os.environ, "PYTHONPATH": str(package)}, capture_output=True, text=True, timeout=300,
    )  # fmt: skip


@pytest.mark.parametrize(("content", "row"), [case[1:] for case in REFUSED], ids=[case[0] for case in REFUSED])
def test_what_cannot_be_parsed_is_a_finding_with_a_place(tmp_path: Path, content: bytes, row: int) -> None:
    (tmp_path / "bad.py").write_bytes(content)
    (tmp_path / "other.py").write_text("def f(:\n")
    done = run(tmp_path)
    rows = done.stdout.splitlines()
    assert done.returncode == 1, done.stderr
    assert done.stderr == ""
    assert [line.split(" ")[1] for line in rows[:-1]] == ["TFG900", "TFG900"]
    assert rows[0].startswith(f"bad.py:{row or ''}")
    assert rows[1].startswith("other.py:1:7:")


@pytest.mark.parametrize("content", [case[1] for case in FINE], ids=[case[0] for case in FINE])
def test_what_is_only_unusual_is_linted(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "a.py").write_bytes(content)
    done = run(tmp_path)
    assert (done.returncode, done.stdout, done.stderr) == (0, "No problems found in 1 file.\n", "")


def test_pythons_own_message_and_place(tmp_path: Path) -> None:
    text = "with tf.GradientTape() as tape\n    pass\n"
    (tmp_path / "a.py").write_text(text)
    with pytest.raises(SyntaxError) as caught:
        compile(text, "a.py", "exec")
    said = run(tmp_path).stdout.splitlines()[0]
    assert said.startswith(f"a.py:{caught.value.lineno}:{caught.value.offset}: TFG900 ")
    assert caught.value.msg in said


def test_a_path_that_is_not_there(tmp_path: Path) -> None:
    (tmp_path / "other.py").write_text("def f(:\n")
    done = run(tmp_path, "missing.py", "other.py")
    assert done.returncode == 2
    assert done.stderr == "error: missing.py: there is no such file or directory\n"
    assert done.stdout.startswith("other.py:1:7:")


def test_the_exact_words(tmp_path: Path) -> None:
    """One line for each, and the sound file is linted as if it were alone."""
    cases = {name: content for name, content, _ in REFUSED}
    texts = {
        "a.py": cases["a syntax error"],
        "b.py": cases["not UTF-8"],
        "c.py": cases["null bytes"],
        "d.py": b"",
        "e.py": cases["nested parentheses"],
        "f.py": cases["nested lambdas"],
        "g.py": cases["implicitly joined strings"],
        "h.py": b"import tensorflow as tf\nx = tf.constant(1.0)\n"
        b"with tf.GradientTape() as t:\n    y = x * x\nt.gradient(y, x)\n",
    }
    for name, content in texts.items():
        (tmp_path / name).write_bytes(content)
    done = run(tmp_path, ".", "missing.py")
    assert (done.returncode, done.stderr) == (2, "error: missing.py: there is no such file or directory\n")
    rows = [re.sub(r" \([\w-]+\)$", "", row) for row in done.stdout.splitlines()]
    assert [row for row in rows if not row.startswith(("c.py", "e.py", "f.py", "g.py"))] == [
        "a.py:2:7: TFG900 this file cannot be parsed: invalid syntax",
        "b.py:2:6: TFG900 this file cannot be parsed: byte 0xe9 is not utf-8 (invalid continuation byte)",
        "h.py:3:6: TFG301 [*] the gradient of `y` with respect to `x` is None: `t` does not watch `x`",
        "Found 7 problems in 7 of 8 files (1 fixable with --fix).",
    ]
    own = {row.partition(":")[0]: row.partition(" TFG900 ")[2] for row in rows}  # versions of Python differ in these
    assert own["c.py"].endswith("source code string cannot contain null bytes")
    assert own["e.py"].startswith("this file cannot be parsed: too many nested parentheses")
    assert own["f.py"].startswith("this file cannot be parsed: too ")
    assert own["g.py"].startswith("this file cannot be parsed: libcst cannot parse this, though Python can: ")


@pytest.mark.skipif(shutil.which("setpriv") is None or os.geteuid() != 0, reason="root reads everything else")
def test_what_may_not_be_read(tmp_path: Path) -> None:
    (tmp_path / "other.py").write_text("def f(:\n")
    (tmp_path / "secret.py").write_text("x = 1\n")
    (tmp_path / "closed").mkdir(mode=0)
    (tmp_path / "secret.py").chmod(0)
    command = [sys.executable, "-m", "tfgraphlint", "--isolated", "-q", "closed", "secret.py", "other.py"]
    done = subprocess.run(
        ["setpriv", "--inh-caps=-all", "--bounding-set=-all", *command],
        cwd=tmp_path, env={**os.environ, "PYTHONPATH": str(SOURCES)}, capture_output=True, text=True, timeout=60,
    )  # fmt: skip
    assert done.stderr == f"error: {tmp_path / 'closed'}: Permission denied\nerror: secret.py: Permission denied\n"
    assert (done.returncode, done.stdout.partition(" ")[0]) == (2, "TFG900")


def test_a_file_without_read_permission(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    install(monkeypatch)
    secret, other = tmp_path / "secret.py", tmp_path / "other.py"
    secret.write_text("x = 1\n")
    other.write_text(f"{HEAD}lost(x)\n")
    open_file = os.open

    def refuse(path: Path | str, *arguments: int) -> int:  # as root every file can be read, whatever its mode
        if path == secret:
            raise PermissionError(13, "Permission denied", str(path))
        return open_file(path, *arguments)

    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr("os.open", refuse)
    done = lint(request(tmp_path))
    assert [result.error for result in done.errors] == ["secret.py: Permission denied"]
    assert [name for name, _, _ in places(done.diagnostics)] == ["other.py"]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "1:1: TFG900 this file cannot be parsed: this is not valid JSON: Expecting value"),
        ("[]", "1:1: TFG900 this file cannot be parsed: this is no notebook: an object is missing here"),
        ("{}", "1:1: TFG900 this file cannot be parsed: this is no notebook: it has no cells"),
        ('{"cells": 3}', "1:11: TFG900 this file cannot be parsed: this is no notebook: a list is missing here"),
        ('{"cells": [3]}', "1:12: TFG900 this file cannot be parsed: this is no notebook: an object is missing here"),
        ('{"cells": [],\n "metadata"}', "2:12: TFG900 this file cannot be parsed: this is not valid JSON: Expecting"),
        ('{"cells": []', "1:13: TFG900 this file cannot be parsed: this is not valid JSON: Expecting ','"),
        ('{"cells": []} x', "1:15: TFG900 this file cannot be parsed: this is not valid JSON: Extra data"),
        ('{"cells": [{"cell_type": "code", "source": [1]}]}', "1:45: TFG900 this file cannot be parsed: this is no"),
        ("[" * 100_000, "1:1: TFG900 this file cannot be parsed: it is nested too deeply"),
    ],
)
def test_a_file_that_is_no_notebook(tmp_path: Path, text: str, said: str) -> None:
    (tmp_path / "lesson.ipynb").write_text(text)
    (tmp_path / "other.py").write_text("def f(:\n")
    done = run(tmp_path)
    first, second, _ = done.stdout.splitlines()
    assert first.startswith(f"lesson.ipynb:{said}")
    assert second.startswith("other.py:1:7:")
    assert (done.returncode, done.stderr) == (1, "")


def test_a_directory_where_a_file_was_meant(tmp_path: Path) -> None:
    (tmp_path / "odd.py").mkdir()
    assert run(tmp_path).returncode == 0


def test_a_broken_configuration(tmp_path: Path) -> None:
    (tmp_path / "sub").mkdir()
    (tmp_path / "sub" / "a.py").write_text("x = 1\n")
    (tmp_path / "sub" / "pyproject.toml").write_text("[tool.tfgraphlint\n")
    (tmp_path / "other.py").write_text("def f(:\n")
    done = run(tmp_path)
    assert done.returncode == 2
    assert len(done.stderr.splitlines()) == 1
    assert "pyproject.toml: not valid TOML" in done.stderr
    assert done.stdout.startswith("other.py:1:7:")


@pytest.fixture
def copied(tmp_path: Path) -> Path:
    """The package as it is installed, in a place where a test may break it."""
    package = tmp_path / "copy"
    rules = package / Path(*PACKAGE.split("."))
    shutil.copytree(SOURCES / "tfgraphlint", package / "tfgraphlint", ignore=shutil.ignore_patterns("__pycache__"))
    if not rules.exists():
        shutil.copytree(SOURCES / "rules", rules, ignore=shutil.ignore_patterns("__pycache__"))
    return package


@pytest.mark.parametrize(
    ("name", "text", "said"),
    [
        ("tfg999_broken_rule.py", "import no_such_module\n", "cannot be imported: ModuleNotFoundError"),
        ("tfg999_broken_rule.py", "def f(:\n", "cannot be imported: SyntaxError"),
        ("tfg999_broken_rule.py", "", "defines no rule"),
        ("broken.py", "", "a rule's file is named like tfg301_unwatched_tensor.py"),
        (
            "tfg999_broken_rule.py",
            "from tfgraphlint.rule_api.rule import Rule\n\n"
            "class A(Rule):\n    code = 'TFG998'\n    name = 'other'\n",
            "its file name says TFG999 broken-rule, its class TFG998 other",
        ),
        (
            "tfg999_broken_rule.py",
            "from tfgraphlint.rule_api.rule import Rule\n\n"
            "class A(Rule):\n    code = 'TFG999'\n    name = 'broken-rule'\n"
            "    def check(self, fact): yield\n",
            "check() takes one argument, annotated",
        ),
    ],
)
def test_a_rule_module_that_cannot_be_used(copied: Path, name: str, text: str, said: str) -> None:
    (copied / "tfgraphlint" / "rules" / name).write_text(text)
    directory = copied.parent / "project"
    directory.mkdir()
    (directory / "a.py").write_text("def f(:\n")
    done = run(directory, package=copied)
    assert done.returncode == 2
    assert done.stdout == ""
    assert len(done.stderr.splitlines()) == 1
    assert Path(name).stem in done.stderr
    assert said in done.stderr


def test_a_rule_that_raises_costs_its_file_only(copied: Path) -> None:
    rule = copied / "tfgraphlint" / "rules" / "tfg900_unparsable_file.py"
    raising = "        1 / ('bad' not in fact.span.filename)\n        yield"
    rule.write_text(rule.read_text().replace("        yield", raising))
    directory = copied.parent / "project"
    directory.mkdir()
    (directory / "bad.py").write_text("def f(:\n")
    (directory / "good.py").write_text("def f(:\n")
    done = run(directory, package=copied)
    assert done.returncode == 2
    said = "internal error: rule TFG900: ZeroDivisionError: division by zero"
    assert done.stderr == f"error: bad.py: not linted, {said}\n"
    assert done.stdout.startswith("good.py:1:7:")


@pytest.mark.parametrize("processes", [2, 3])
def test_many_processes_find_what_one_does(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, processes: int) -> None:
    install(monkeypatch)
    for number in range(9):
        (tmp_path / f"f{number}.py").write_text(f"{HEAD}{'lost(x)' * (number % 2)}\n")
    one = lint(request(tmp_path, processes=1))
    assert places(lint(request(tmp_path, processes=processes)).diagnostics) == places(one.diagnostics)
    assert len(one.diagnostics) == 4


@pytest.mark.skipif(sys.platform != "linux", reason="the fake interpreter comes into workers by fork")
def test_the_death_of_a_process_is_survived(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    install(monkeypatch)
    for number in range(6):
        (tmp_path / f"f{number}.py").write_text(f"{HEAD}{'die' if number in (1, 4) else 'lost'}(x)\n")
    monkeypatch.chdir(tmp_path)
    done = lint(request(tmp_path, processes=2))
    assert [result.error for result in done.errors] == [
        "f1.py: not linted: the process that was at it was ended by SIGKILL",
        "f4.py: not linted: the process that was at it was ended by SIGKILL",
    ]
    assert [name for name, _, _ in places(done.diagnostics)] == ["f0.py", "f2.py", "f3.py", "f5.py"]


def test_a_broken_rule_ends_the_pool(tmp_path: Path, copied: Path) -> None:
    (copied / "tfgraphlint" / "rules" / "tfg999_broken_rule.py").write_text("1 / 0\n")
    directory = tmp_path / "project"
    directory.mkdir()
    for number in range(4):
        (directory / f"f{number}.py").write_text("x = 1\n" * 100_000 + "def f(:\n")
    done = run(directory, package=copied)
    assert done.returncode == 2
    assert "tfg999_broken_rule cannot be imported: ZeroDivisionError" in done.stderr


def test_names_with_strange_characters(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    install(monkeypatch)
    monkeypatch.chdir(tmp_path)
    (tmp_path / "ein Näme.py").write_text(f"{HEAD}lost(x)\n")
    assert places(lint_text(tmp_path, "").diagnostics) == []
    assert places(lint(request(tmp_path)).diagnostics) == [("ein Näme.py", 3, "TFG202")]
