"""What one file may take, and what becomes of the run when it takes more, or when a process of it is ended."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import libcst as cst
import pytest

from tests.cli.attacks import LOST
from tests.fakes import HEAD, FakeInterpreter, install, places, request
from tfgraphlint.disk.writing import Rewrite, rewrite
from tfgraphlint.errors import RunError, SettingsError
from tfgraphlint.project.settings import Settings, from_table
from tfgraphlint.run.lint import Request, lint
from tfgraphlint.run.workers import _Worker

SOURCES = Path(__file__).parents[2]
needs_fork = pytest.mark.skipif(sys.platform != "linux", reason="the fake interpreter comes into workers by fork")


class Greedy(FakeInterpreter):
    """Obeys ``spin()``, which never ends, ``hoard()``, which takes ever more memory, ``match()``, which never ends
    in code in C, and ``stay()``, which sleeps."""

    def obey(self, name: str) -> None:
        super().obey(name)
        kept = []
        while name == "spin":
            try:
                kept.clear()  # Python 3.10 looks for other threads only where something is called
            except Exception:
                continue
        while name == "hoard":
            kept.append(bytearray(10_000_000))
        if name == "match":
            re.match("(a+)+$", "a" * 60 + "b")
        if name == "stay":
            time.sleep(60)


@pytest.fixture
def greedy(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    install(monkeypatch)
    monkeypatch.setattr("tfgraphlint.interpret.interpret", Greedy())
    yield


@pytest.mark.parametrize("processes", [1, pytest.param(2, marks=needs_fork)])
@pytest.mark.parametrize(
    ("call", "setting", "said"),
    [
        ("spin", {"max_seconds": 1}, "it takes more than 1 seconds (max-seconds)"),
        ("hoard", {"max_megabytes": 300}, "it takes more than 300 MB of memory (max-megabytes)"),
    ],
)
def test_a_file_that_takes_too_much_is_not_linted_to_its_end_and_the_others_are(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, greedy: None, processes: int, call: str,
    setting: dict[str, float], said: str,
) -> None:
    monkeypatch.chdir(tmp_path)
    for number in range(4):
        (tmp_path / f"f{number}.py").write_text(f"{HEAD}{call if number == 1 else 'lost'}(x)\n")
    done = lint(request(tmp_path, processes=processes, **setting))
    assert [result.error for result in done.errors] == [f"f1.py: not linted to its end: {said}"]
    assert [name for name, _, _ in places(done.diagnostics)] == ["f0.py", "f2.py", "f3.py"]


@needs_fork
def test_code_in_c_that_does_not_return_is_ended_with_its_process(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, greedy: None
) -> None:
    """Here a regular expression: while it matches, no other code of its process runs, so nothing there can end it."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr("tfgraphlint.run.workers.SECONDS_TO_BEGIN", 1)
    (tmp_path / "f.py").write_text(f"{HEAD}match(x)\n")
    done = lint(request(tmp_path, processes=2, max_seconds=0.2))
    assert [result.error for result in done.errors] == [
        "f.py: not linted to its end: it takes more than 0.2 seconds (max-seconds)"
    ]


LARGE = "a\n" * 60_000  # libcst takes nearly half a gigabyte for it, in code in C that nothing ends


@pytest.fixture
def small_only(monkeypatch: pytest.MonkeyPatch) -> None:
    def parse(text: str) -> cst.Module:
        assert len(text) < len(LARGE), "this takes more memory than there may be"
        return parse_module(text)

    parse_module = cst.parse_module
    monkeypatch.setattr(cst, "parse_module", parse)


def test_what_libcst_would_need_too_much_for_is_not_begun(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, small_only: None
) -> None:
    (tmp_path / "f.py").write_text(LOST + LARGE)
    (tmp_path / "g.py").write_text(LOST)
    monkeypatch.chdir(tmp_path)
    done = lint(request(tmp_path, max_megabytes=300))
    assert [each.error for each in done.errors] == [
        "f.py: not linted to its end: it takes more than 300 MB of memory (max-megabytes)"
    ]
    assert places(done.diagnostics) == [("g.py", 4, "TFG301")]


def test_a_module_for_which_libcst_would_need_too_much_is_unknown(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, small_only: None
) -> None:
    (tmp_path / "large.py").write_text(f"import tensorflow as tf\ndef f(x):\n    return x\n{LARGE}")
    (tmp_path / "g.py").write_text(f"from large import f\nf(1)\n{LOST}")
    monkeypatch.chdir(tmp_path)
    settings = {tmp_path / "g.py": Settings(tmp_path, max_megabytes=300)}
    done = lint(Request(tmp_path, settings, roots=[tmp_path], processes=1))
    assert not done.errors
    assert places(done.diagnostics) == [("g.py", 6, "TFG301")]


def test_a_file_of_too_many_words_is_not_given_to_cpython(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    install(monkeypatch)
    monkeypatch.setattr("tfgraphlint.project.guard.MAX_TOKENS", 50_000)
    monkeypatch.chdir(tmp_path)
    (tmp_path / "f.py").write_text(LARGE)
    (tmp_path / "g.py").write_text(f"import f\n{HEAD}lost(x)\n")
    done = lint(request(tmp_path))
    said = "f.py: not linted to its end: it has more than 2,000,000 words and signs"
    assert [each.error for each in done.errors] == [said]
    assert [name for name, _, _ in places(done.diagnostics)] == ["g.py"]


@pytest.mark.parametrize("value", [0, -1, True, "60", float("inf"), float("nan")])
def test_a_limit_is_a_number_above_zero(tmp_path: Path, value: object) -> None:
    with pytest.raises(SettingsError, match="max-seconds is a number greater than 0"):
        from_table({"max-seconds": value}, tmp_path / "tfgraphlint.toml")


@needs_fork
def test_a_process_that_is_ended_before_it_is_at_a_file_loses_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    install(monkeypatch)
    for number in range(6):
        (tmp_path / f"f{number}.py").write_text(f"{HEAD}lost(x)\n")
    give = _Worker.give
    ended: list[int] = []

    def end_and_give(worker: _Worker, file: Path) -> None:
        if len(ended) < 3 and worker.process.pid is not None:
            ended.append(worker.process.pid)
            os.kill(worker.process.pid, signal.SIGKILL)
            worker.process.join()
        give(worker, file)

    monkeypatch.setattr(_Worker, "give", end_and_give)
    monkeypatch.chdir(tmp_path)
    done = lint(request(tmp_path, processes=2))
    assert not done.errors
    assert len(done.diagnostics) == 6


def children_of(process: int) -> list[int]:
    return [int(each) for each in Path(f"/proc/{process}/task/{process}/children").read_text().split()]


def heed_ctrl_c() -> None:
    signal.signal(signal.SIGINT, signal.SIG_DFL)


def started(folder: Path) -> subprocess.Popen[str]:
    """A run that is busy with several processes."""
    slow = "".join(f"x{i} = tf.sin(x)\nif u{i}:\n    y = x{i}\n" for i in range(6000))
    for number in range(8):
        (folder / f"f{number}.py").write_text(f"import tensorflow as tf\ntf.GradientTape\nx = tf.ones(3)\n{slow}")
    return subprocess.Popen(
        [sys.executable, "-m", "tfgraphlint", "--isolated", "--no-cache", "."], cwd=folder, text=True,
        env={**os.environ, "PYTHONPATH": str(SOURCES)}, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
        # Who runs the tests in the background has Ctrl-C ignored, also by all that is started then.
        preexec_fn=heed_ctrl_c,
    )  # fmt: skip


def waited_for(what: object, happens: object) -> None:
    for _ in range(600):
        if happens():  # type: ignore[operator]
            return
        time.sleep(0.1)
    raise AssertionError(f"{what} does not happen")


def is_gone(process: int) -> bool:
    try:
        return "\nState:\tZ" in Path(f"/proc/{process}/status").read_text()
    except OSError:
        return True


@pytest.mark.skipif(not Path("/proc/self/task").exists(), reason="asks /proc for the processes")
@pytest.mark.skipif((os.cpu_count() or 1) < 2, reason="one processor, no other processes")
@pytest.mark.parametrize(("number", "status"), [(signal.SIGKILL, -9), (signal.SIGTERM, 130), (signal.SIGINT, 130)])
def test_no_process_stays_behind(tmp_path: Path, number: int, status: int) -> None:
    run = started(tmp_path)
    waited_for("the start of processes", lambda: len(children_of(run.pid)) > 1 or run.poll() is not None)
    workers = children_of(run.pid)
    run.send_signal(number)
    _, said = run.communicate(timeout=60)
    assert (run.returncode, said) == (status, "")
    waited_for("the end of processes", lambda: all(map(is_gone, workers)))


def written(file: Path) -> None:
    """Have the file say something else."""
    rewrite([Rewrite(file, b"x = 1\n", b"x = 2\n")])


def test_a_file_of_the_longest_name_is_written(tmp_path: Path) -> None:
    file = tmp_path / f"{'n' * 252}.py"
    file.write_text("x = 1\n")
    written(file)
    assert file.read_text() == "x = 2\n"


def test_a_full_disk_leaves_the_file_as_it_was(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(descriptor: int) -> None:
        raise OSError(28, "No space left on device")

    file = tmp_path / "a.py"
    file.write_text("x = 1\n")
    monkeypatch.setattr("os.fsync", full)
    with pytest.raises(RunError, match="a.py: cannot be written: No space left on device"):
        written(file)
    assert [each.read_text() for each in tmp_path.iterdir()] == ["x = 1\n"]


def test_a_disk_that_takes_no_more_bytes(tmp_path: Path) -> None:
    """Really: the system lets this process write no file of more than so many bytes."""
    limits = pytest.importorskip("resource")
    for name, rows in (("a.py", 1), ("b.py", 600)):
        (tmp_path / name).write_text(LOST + "# a comment\n" * rows)
    before = {file: file.read_text() for file in tmp_path.iterdir()}

    def limit() -> None:
        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
        limits.setrlimit(limits.RLIMIT_FSIZE, (2000, 2000))

    done = subprocess.run(
        [sys.executable, "-m", "tfgraphlint", "--isolated", "--no-cache", "--fix", "."], cwd=tmp_path, text=True,
        env={**os.environ, "PYTHONPATH": str(SOURCES)}, preexec_fn=limit, capture_output=True,
    )  # fmt: skip
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr == f"error: {tmp_path / 'b.py'}: cannot be written: File too large; no file was changed\n"
    assert {file: file.read_text() for file in tmp_path.iterdir()} == before


def test_rows_that_end_as_on_old_macintoshes_are_rows(tmp_path: Path) -> None:
    file = tmp_path / "a.py"
    file.write_bytes(b"import tensorflow as tf\rfrom tensorflow.contrib import slim\rs = tf.Session()\r")
    done = lint(request(tmp_path))
    assert not done.errors
    assert places(done.diagnostics) == [("a.py", 2, "TFG601"), ("a.py", 3, "TFG601")]
