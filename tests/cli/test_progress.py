"""The bar of a long run: on a terminal, and nowhere else."""

from __future__ import annotations

import io
import os
import signal
from pathlib import Path

import pytest
from click.testing import CliRunner
from terminals import Terminal, run, shown

from tfgraphlint.cli.group import group
from tfgraphlint.cli.progress import Bar
from tfgraphlint.cli.streams import Guarded

PROGRAM = """\
import tensorflow as tf
x = tf.constant(1.0)
with tf.GradientTape() as tape:
    y = x * x
tape.gradient(y, x)
"""


class Screen(io.StringIO):
    """A terminal in memory."""

    encoding = "utf-8"  # type: ignore[assignment]

    def isatty(self) -> bool:
        return True


class Clock:
    now = 0.0

    def __call__(self) -> float:
        return self.now


def bar_on(screen: Screen) -> tuple[Bar, Clock]:
    clock = Clock()
    bar = Bar(Guarded(screen), Path("/project"), clock)
    bar.begin(4, 10)
    return bar, clock


def test_nothing_is_drawn_in_the_first_second() -> None:
    screen = Screen()
    bar, clock = bar_on(screen)
    bar.at(Path("/project/a.py"))
    clock.now = 0.9
    bar.done(Path("/project/a.py"))
    bar.clear()
    assert (screen.getvalue(), bar.is_shown) == ("", False)


def test_what_is_drawn_then() -> None:
    screen = Screen()
    bar, clock = bar_on(screen)
    bar.at(Path("/project/a.py"))
    bar.done(Path("/project/a.py"))
    bar.at(Path("/project/models/slow.py"))
    clock.now = 2.0
    bar.tick()
    clock.now = 2.05  # too soon to draw again
    bar.tick()
    clock.now = 8.0
    bar.tick()
    bar.clear()
    half = "━" * 5 + "╌" * 15
    assert [row.removesuffix("\x1b[K") for row in screen.getvalue().split("\r")] == [
        "",
        f"{half} 1/4 files, 0.5/s, 10 more from the cache, at models/slow.py for 2 s"[:79],
        f"{half} 1/4 files, 0.1/s, 10 more from the cache, at models/slow.py for 8 s"[:79],
        "",
    ]


def test_a_hostile_name_moves_no_cursor() -> None:
    screen = Screen()
    bar, clock = bar_on(screen)
    clock.now = 1.5
    bar.at(Path("/project/\x1b[2J\r.py"))
    assert "\x1b[2J" not in screen.getvalue()
    assert screen.getvalue().count("\r") == 1


def test_characters_that_the_terminal_does_not_know() -> None:
    screen = Screen()
    screen.encoding = "ascii"  # type: ignore[misc]
    bar, clock = bar_on(screen)
    clock.now = 1.5
    bar.done(Path("/project/a.py"))
    assert "#####---------------" in screen.getvalue()


@pytest.fixture
def project(tmp_path: Path) -> Path:
    for name in ("a.py", "b.py"):
        (tmp_path / name).write_text(PROGRAM)
    return tmp_path


def test_a_terminal_shows_it_and_clears_it(project: Path) -> None:
    status, written = run(project, ["--output-format", "concise", "--jobs", "1"])
    assert status == 1
    assert "0/2 files" in written and "at a.py" in written
    assert written.index("at b.py") < written.index("TFG301")
    rows = shown(written)
    assert rows[0].startswith("Linted 2 files in ")  # standard error, before the reports
    assert [row for row in rows if "files," in row] == []


def test_processes_tell_how_far_they_are(project: Path) -> None:
    status, written = run(project, ["--quiet", "--exit-zero", "--jobs", "2"])
    assert (status, "/2 files" in written) == (0, False)  # --quiet: no bar either
    assert "/2 files" in run(project, ["--jobs", "2"])[1]


@pytest.mark.parametrize("env", [{"TERM": "dumb"}, {"CI": "true"}])
def test_nothing_is_drawn_elsewhere(project: Path, env: dict[str, str]) -> None:
    written = run(project, ["--output-format", "concise"], env)[1]
    assert "/2 files" not in written
    assert "\r\x1b" not in written


def test_ctrl_c_leaves_a_clean_line(project: Path) -> None:
    slow = (
        "import time, tfgraphlint.cli.progress as bar; bar.SECONDS_BEFORE = bar.SECONDS_BETWEEN = 0\n"
        "from tfgraphlint.run.examine import Examiner\n"
        "Examiner._examine = lambda self, file, name: time.sleep(60)\n"
        "from tfgraphlint.cli import main; main()"
    )
    terminal = Terminal(project, "--jobs", "1", code=slow)
    terminal.until("at a.py")
    os.killpg(terminal.process, signal.SIGINT)
    assert terminal.end() == 130
    assert shown(terminal.written) == [""]


def test_verbose_says_how_many_and_how_long(project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(project)
    for file in project.iterdir():
        os.utime(file, (1e9, 1e9))  # what was written just now is not kept
    said = [CliRunner().invoke(group, ["--isolated", "--verbose", "--quiet"]).stderr for _ in range(2)]
    assert said[0].startswith("Linted 2 files in ")
    assert said[1].startswith("Linted 2 files, 2 of them known from the cache, in ")
