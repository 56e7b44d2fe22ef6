"""``--fix --ask`` and ``--watch``, with somebody at a terminal."""

from __future__ import annotations

import os
import signal
from pathlib import Path

import pytest
from click.testing import CliRunner
from terminals import Terminal

from tfgraphlint.cli.group import group

LOST = """\
import tensorflow as tf
x = tf.constant(1.0)
with tf.GradientTape() as tape:
    y = x * x
tape.gradient(y, x)
"""
TWICE = """\
import tensorflow as tf
w = tf.Variable(1.0)
v = tf.Variable(1.0)
with tf.GradientTape() as tape:
    y = w * v
a = tape.gradient(y, w)
b = tape.gradient(y, v)
"""
WATCH = "    tape.watch(x)\n"
QUESTION = "Apply this fix?"
PLAIN = "from tfgraphlint.cli import main; main()"


@pytest.fixture
def project(tmp_path: Path) -> Path:
    for name in ("a.py", "b.py"):
        (tmp_path / name).write_text(LOST)
    (tmp_path / "c.py").write_text(TWICE)
    return tmp_path


def fixed(project: Path) -> list[str]:
    """The files that were changed."""
    texts = {"a.py": LOST, "b.py": LOST, "c.py": TWICE}
    return [name for name, text in texts.items() if (project / name).read_text() != text]


@pytest.mark.parametrize(
    ("answers", "names", "status"),
    [
        (["y", "n", "yes"], ["a.py", "c.py"], 1),
        (["n", "q"], [], 1),
        (["a"], ["a.py", "b.py", "c.py"], 0),
        (["r", "n"], ["a.py", "b.py"], 1),
        (["perhaps", "y", "q"], ["a.py"], 1),
        (["\x04"], [], 1),  # the end of the input
    ],
)
def test_each_fix_is_asked_for(project: Path, answers: list[str], names: list[str], status: int) -> None:
    terminal = Terminal(project, "--fix", "--ask", "--quiet", env={"NO_COLOR": "1"}, code=PLAIN)
    for answer in answers:
        asked = terminal.until(QUESTION)
        assert "= fix:" in asked or "y: apply it" in asked
        terminal.type(answer if answer == "\x04" else f"{answer}\n")
    assert terminal.end() == status, terminal.written
    assert terminal.written.count(QUESTION) == len(answers)
    assert fixed(project) == names


def test_the_question_shows_what_would_change(project: Path) -> None:
    terminal = Terminal(project, "a.py", "--fix", "--ask", env={"NO_COLOR": "1"}, code=PLAIN)
    asked = terminal.until(QUESTION).replace("\r\n", "\n")
    assert "4 +     tape.watch(x)\n" in asked
    assert "TFG301 unwatched-tensor" in asked
    terminal.type("y\n")
    assert terminal.end() == 0
    assert (project / "a.py").read_text() == LOST.replace("    y", WATCH + "    y")


def test_ctrl_c_at_a_question_writes_nothing(project: Path) -> None:
    terminal = Terminal(project, "--fix", "--ask", code=PLAIN)
    terminal.until(QUESTION)
    terminal.type("a\x03")  # nothing is answered before the line ends
    os.killpg(terminal.process, signal.SIGINT)
    assert terminal.end() == 130
    assert fixed(project) == []


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["--fix", "--ask"], "--ask needs a terminal to ask on: leave it out, or look at the fixes with --diff"),
        (["--ask"], "--ask is about what --fix repairs: give --fix as well"),
        (["--watch", "-"], "--watch and '-' exclude each other: give one of them"),
        (["--watch", "--diff"], "--watch and --diff exclude each other: give one of them"),
        (["--watch", "--fix", "--ask"], "--watch and --ask exclude each other: give one of them"),
    ],
)
def test_what_is_refused(project: Path, monkeypatch: pytest.MonkeyPatch, arguments: list[str], said: str) -> None:
    monkeypatch.chdir(project)
    done = CliRunner().invoke(group, arguments)
    assert (done.exit_code, done.stderr) == (2, f"error: {said}\n")
    assert fixed(project) == []


def test_watching(project: Path) -> None:
    (project / "b.py").unlink()
    (project / "c.py").unlink()
    terminal = Terminal(project, "--watch", "--output-format", "concise", env={"NO_COLOR": "1"}, code=PLAIN)
    first = terminal.until("Watching 1 file; Ctrl-C ends it.")
    assert "\x1b[2J" in first and "TFG301" in first
    (project / "a.py").write_text(LOST.replace("    y", WATCH + "    y"))
    second = terminal.until("Watching 1 file")
    assert "a.py has changed." in second and "No problems found in 1 file." in second
    (project / "new.py").write_text(LOST)  # a file that was not there before
    assert "new.py:3:6" in terminal.until("Watching 2 files")
    (project / "new.py").unlink()
    assert "new.py has changed." in terminal.until("Watching 1 file")
    os.killpg(terminal.process, signal.SIGINT)
    assert terminal.end() == 0


def test_watching_on_a_dumb_terminal(project: Path) -> None:
    terminal = Terminal(project, "a.py", "--watch", env={"TERM": "dumb"}, code=PLAIN)
    assert "\x1b" not in terminal.until("Ctrl-C ends it.")
    os.killpg(terminal.process, signal.SIGINT)
    assert terminal.end() == 1  # of the last run, which found something
