"""``tfgraphlint explain``: what is told of the lines of small programs, to the character.

Each file in ``tests/data/explain`` has a program, and below a line of ``=`` what is told of the lines in it that end in
``# explain``, with a line of ``-`` between them.
"""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from tfgraphlint.cli.group import group
from tfgraphlint.report.explanation import can_draw

PROGRAMS = sorted((Path(__file__).resolve().parent.parent / "data" / "explain").glob("*.txt"))
BELOW, BETWEEN, MARK = "=" * 40 + "\n", "-" * 40 + "\n", "  # explain"


@pytest.fixture(autouse=True)
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    for name in ("NO_COLOR", "FORCE_COLOR"):
        monkeypatch.delenv(name, raising=False)
    return tmp_path


def run(*arguments: str) -> Result:
    return CliRunner().invoke(group, ["explain", *arguments])


def told(program: str) -> str:
    """What is told of the marked lines of a program."""
    rows = program.splitlines()
    Path("train.py").write_text("\n".join(row.removesuffix(MARK) for row in rows) + "\n")
    found = [run(f"train.py:{number}") for number, row in enumerate(rows, 1) if row.endswith(MARK)]
    assert [(each.exit_code, each.stderr) for each in found] == [(0, "")] * len(found)
    return BETWEEN.join(each.stdout for each in found)


@pytest.mark.parametrize("file", PROGRAMS, ids=lambda file: file.stem)
def test_what_is_told_of_a_program(file: Path) -> None:
    program, _, expected = file.read_text(encoding="utf-8").partition(BELOW)
    assert expected
    assert told(program) == expected


WATCHED = """\
import tensorflow as tf
w = tf.Variable(3.0)
def loss_of():
    return w * w
with tf.GradientTape() as tape:
    loss = loss_of()
slope = tape.gradient(loss, w)
"""


def test_json_has_the_same() -> None:
    Path("train.py").write_text(WATCHED)
    done = run("train.py:7", "--format", "json")
    (told,) = json.loads(done.stdout)["explanations"]
    assert (told["about"], told["outcome"]) == ("gradient", "flows")
    path = [(stop["part"], stop["location"], stop["code"]) for stop in told["path"]]
    assert path == [
        ("source", {"row": 2, "column": 5}, "tf.Variable(3.0)"),
        ("operation", {"row": 4, "column": 12}, "w * w"),
        ("query", {"row": 7, "column": 9}, "tape.gradient(loss, w)"),
    ]


def test_html_draws_the_way() -> None:
    Path("train.py").write_text(WATCHED)
    page = run("train.py:7", "--format", "html").stdout
    assert page.startswith("<!DOCTYPE html>")
    assert [kind for kind in ("source", "call", "consequence") if f'<li class="{kind}">' in page] == [
        "source", "call", "consequence",
    ]  # fmt: skip
    assert "<script" not in page
    assert "<code>tape.gradient(loss, w)</code>" in page


def test_lines_that_know_no_boxes() -> None:
    Path("train.py").write_text(WATCHED)
    done = CliRunner(charset="ascii").invoke(group, ["explain", "train.py:7"])
    assert done.stdout.splitlines()[3:7] == [
        "  +- source    2:5   tf.Variable(3.0)",
        "  |                  trainable: a tape watches it by itself",
        "  |- operation 4:12  w * w",
        "  +- query     7:9   tape.gradient(loss, w)",
    ]
    assert (can_draw("utf-8"), can_draw("ascii"), can_draw(None)) == (True, False, False)


def test_what_another_file_starts() -> None:
    """The function runs because of a script beside it."""
    Path("pyproject.toml").touch()
    Path("model.py").write_text("import tensorflow as tf\ndef loss_of(x):\n    return x * 2.0\n")
    Path("main.py").write_text(
        "import tensorflow as tf\nfrom model import loss_of\nw = tf.Variable(1.0)\n"
        "with tf.GradientTape() as tape:\n    loss = loss_of(w)\nprint(tape.gradient(loss, w))\n"
    )
    rows = run("model.py:3").stdout.splitlines()
    assert "  • a gradient flows through it to `w` (main.py:3)" in rows
    assert "  • called at main.py:5: eagerly" in run("model.py:2").stdout.splitlines()


def notebook(*cells: str) -> str:
    made = [
        {"cell_type": "code", "id": str(n), "metadata": {}, "outputs": [], "execution_count": None, "source": text}
        for n, text in enumerate(cells)
    ]
    return json.dumps({"nbformat": 4, "nbformat_minor": 5, "metadata": {}, "cells": made})


def test_a_cell_of_a_notebook() -> None:
    cells = ("import tensorflow as tf\nx = tf.constant(3.0)\n", "with tf.GradientTape() as tape:\n    y = x * x\n")
    Path("n.ipynb").write_text(notebook(*cells, "tape.gradient(y, x)\n"))
    assert run("n.ipynb:cell 3:1").stdout.splitlines()[:8] == [
        "n.ipynb:cell 3:1: tape.gradient(y, x)",
        "",
        "LOST: the gradient of `y` with respect to `x` is None",
        "  ┌─ source    n.ipynb:cell 1:2:5  tf.constant(3.0)",
        "  │                                a tensor",
        "  ╳─ cut       n.ipynb:cell 2:1:6  tf.GradientTape()",
        "  ┆                                no tape watches `x`",
        "  ┆─ operation n.ipynb:cell 2:2:9  x * x",
    ]
    assert run("n.ipynb:3").stderr == (
        "error: n.ipynb:3: there is no such line of Python: name the cell as well, as in FILE:cell 2:LINE\n"
    )


@pytest.mark.parametrize(
    ("asked", "said"),
    [
        ("train.py", "'train.py' names no line: give FILE:LINE, or FILE:cell N:LINE in a notebook"),
        ("train.py:99", "train.py:99: the file has 7 lines"),
        ("nowhere.py:1", "nowhere.py: there is no such file or directory"),
        (".:1", ". is not one file: name the file that the line is in"),
        ("broken.py:1", "broken.py:1: this cannot be parsed"),
    ],
)
def test_what_names_no_line(asked: str, said: str) -> None:
    Path("train.py").write_text(WATCHED)
    Path("broken.py").write_text("x = (\n")
    done = run(asked)
    assert done.exit_code == 2
    assert done.stdout == ""
    assert done.stderr.startswith(f"error: {said}")
