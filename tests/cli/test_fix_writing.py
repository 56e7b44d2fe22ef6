"""What ``--fix`` does with links, hard links and read-only files, and if it cannot write: docs/what-a-fix-writes.md."""

from __future__ import annotations

import os
import shutil
import stat
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from attacks import LOST, REPAIRED, environment, quickly_in

from tests.fuzz.kills import WRITERS, filled, killed_at_each_step
from tfgraphlint.disk import writing
from tfgraphlint.disk.writing import Rewrite, clear_litter, rewrite, write_anew
from tfgraphlint.errors import RunError

FIX = ("--no-cache", "--output-format", "concise", "--fix")


@pytest.fixture
def project(tmp_path: Path) -> Iterator[Path]:
    folder = tmp_path / "project"
    (folder / ".git").mkdir(parents=True)
    (tmp_path / "outside").mkdir()
    (tmp_path / "outside" / "a.py").write_text(LOST)
    yield folder
    for each in (folder, *folder.rglob("*")):
        if not each.is_symlink():
            each.chmod(0o755)


def outside(project: Path) -> Path:
    return project.parent / "outside" / "a.py"


# -- links ------------------------------------------------------------------------------------------


@pytest.mark.parametrize("named", [".", "link.py", "pkg"])
def test_a_link_in_the_project_stays_and_the_file_is_repaired(project: Path, named: str) -> None:
    (project / "pkg").mkdir()
    (project / "pkg" / "a.py").write_text(LOST)
    (project / "link.py").symlink_to("pkg/a.py")
    assert quickly_in(project, *FIX, named).stdout == "Found 1 problem in 1 file (1 fixed, 0 remaining).\n"
    assert (project / "link.py").is_symlink() and not (project / "pkg" / "a.py").is_symlink()
    assert (project / "pkg" / "a.py").read_text() == REPAIRED


@pytest.mark.parametrize("named", ["link.py", "folder", "folder/a.py", "*.py", "folder/*.py"])
def test_what_a_link_led_to_outside_is_linted_but_not_written(project: Path, named: str) -> None:
    (project / "link.py").symlink_to(outside(project))
    (project / "folder").symlink_to(outside(project).parent)
    done = quickly_in(project, *FIX, named)
    assert (done.returncode, outside(project).read_text()) == (1, LOST)
    said = "TFG301: the fix was not applied: a link led to this file, which lies outside the project"
    assert done.stderr == f"{outside(project)}:4:6: {said}\n"
    assert done.stdout.startswith(f"{outside(project)}:4:6: TFG301 ")
    assert [file.name for file in outside(project).parent.iterdir()] == ["a.py"]


@pytest.mark.parametrize("named", ["link.py", "folder"])
def test_no_comment_is_written_where_a_link_led_to_outside(project: Path, named: str) -> None:
    (project / "link.py").symlink_to(outside(project))
    (project / "folder").symlink_to(outside(project).parent)
    (project / "a.py").write_text(LOST)
    done = quickly_in(project, "--isolated", "--no-cache", "--add-ignore", named, "a.py")
    assert (done.returncode, outside(project).read_text()) == (1, LOST)
    assert "tfgraphlint: ignore[TFG301]" in (project / "a.py").read_text()


def test_a_file_outside_that_is_named_itself_is_repaired(project: Path) -> None:
    assert quickly_in(project, *FIX, str(outside(project))).returncode == 0
    assert outside(project).read_text() == REPAIRED


def test_links_that_nobody_named_are_not_followed_outside(project: Path) -> None:
    (project / "link.py").symlink_to(outside(project))
    (project / "folder").symlink_to(outside(project).parent)
    quickly_in(project, *FIX)
    assert outside(project).read_text() == LOST


def test_a_hard_link_is_taken_apart(project: Path) -> None:
    os.link(outside(project), project / "a.py")
    assert quickly_in(project, *FIX).returncode == 0
    assert (project / "a.py").read_text() == REPAIRED
    assert outside(project).read_text() == LOST


# -- what may not be written ------------------------------------------------------------------------


@pytest.mark.parametrize("mode", [0o444, 0o555, 0o400])
@pytest.mark.parametrize("option", ["--fix", "--diff"])
def test_a_read_only_file_is_left_alone(project: Path, mode: int, option: str) -> None:
    file = project / "a.py"
    file.write_text(LOST)
    file.chmod(mode)
    (project / "b.py").write_text(LOST)
    done = quickly_in(project, "--no-cache", "--output-format", "concise", option)
    said = "the fix was not applied: a.py: it is read-only (chmod u+w makes it writable)"
    assert f"a.py:4:6: TFG301: {said}\n" in done.stderr
    assert (file.read_text(), stat.S_IMODE(file.stat().st_mode)) == (LOST, mode)
    if option == "--fix":
        assert done.stdout.splitlines()[-1].startswith("Found 2 problems in 2 of 2 files (1 fixed, 1 remaining)")
        assert (project / "b.py").read_text() == REPAIRED
    else:
        assert [line for line in done.stdout.splitlines() if line.startswith("---")] == ["--- b.py"]


@pytest.mark.skipif(shutil.which("setpriv") is None or os.geteuid() != 0, reason="root writes everywhere")
def test_a_read_only_directory_is_left_alone(project: Path) -> None:
    (project / "a.py").write_text(LOST)
    project.chmod(0o555)
    done = subprocess.run(
        ["setpriv", "--inh-caps=-all", "--bounding-set=-all", sys.executable, "-m", "tfgraphlint", *FIX],
        cwd=project, env=environment(), capture_output=True, text=True, timeout=120,
    )  # fmt: skip
    assert "the fix was not applied: a.py: its directory is read-only" in done.stderr
    assert done.returncode == 1


def test_modes_stay(project: Path) -> None:
    file = project / "a.py"
    file.write_text(LOST)
    file.chmod(0o6751)
    quickly_in(project, *FIX)
    assert (file.read_text(), stat.S_IMODE(file.stat().st_mode)) == (REPAIRED, 0o6751)


@pytest.mark.skipif(os.geteuid() != 0, reason="only root gives files away")
def test_the_owner_stays_if_root_repairs(project: Path) -> None:
    (project / "a.py").write_text(LOST)
    os.chown(project / "a.py", 1234, 4321)
    quickly_in(project, *FIX)
    status = (project / "a.py").stat()
    assert ((project / "a.py").read_text(), status.st_uid, status.st_gid) == (REPAIRED, 1234, 4321)


def test_a_name_as_long_as_the_system_takes_it(project: Path) -> None:
    file = project / f"{'a' * 252}.py"
    file.write_text(LOST)
    assert quickly_in(project, *FIX).returncode == 0
    assert file.read_text() == REPAIRED


# -- whole or not at all ----------------------------------------------------------------------------


def contents(folder: Path) -> dict[str, bytes]:
    return {file.name: file.read_bytes() for file in folder.iterdir() if file.is_file()}


def test_a_file_that_was_changed_meanwhile_is_not_written(tmp_path: Path) -> None:
    (tmp_path / "a.py").write_bytes(b"a")
    (tmp_path / "b.py").write_bytes(b"by somebody else")
    files = [Rewrite(tmp_path / name, b"a", b"new") for name in ("a.py", "b.py")]
    with pytest.raises(RunError, match="b.py: cannot be written: it was changed while it was linted; no file was"):
        rewrite(files)
    assert contents(tmp_path) == {"a.py": b"a", "b.py": b"by somebody else"}


@pytest.mark.parametrize("fails", ["write", "fsync", "chmod", "replace"])
def test_a_disk_that_is_full(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, fails: str) -> None:
    """Nothing is left behind, and it is said which files were changed."""
    for name in ("a.py", "b.py", "c.py"):
        (tmp_path / name).write_bytes(b"old")
    files = [Rewrite(tmp_path / name, b"old", b"new") for name in ("a.py", "b.py", "c.py")]
    calls = []

    def second_fails(real):  # type: ignore[no-untyped-def]
        def called(*given, **named):  # type: ignore[no-untyped-def]
            calls.append(given)
            if len(calls) == 2:
                raise OSError(28, "No space left on device")
            return real(*given, **named)

        return called

    if fails == "write":
        monkeypatch.setattr(writing, "open", second_fails(open), raising=False)
    else:
        monkeypatch.setattr(writing.os, fails, second_fails(getattr(os, fails)))
    with pytest.raises(RunError) as caught:
        rewrite(files)
    monkeypatch.undo()
    done = {"a.py"} if fails == "replace" else set()
    said = f"changed before that: {tmp_path / 'a.py'}" if done else "no file was changed"
    assert str(caught.value) == f"{tmp_path / 'b.py'}: cannot be written: No space left on device; {said}"
    assert contents(tmp_path) == {name: b"new" if name in done else b"old" for name in ("a.py", "b.py", "c.py")}


def test_a_file_of_ours_takes_the_place_of_a_link(tmp_path: Path) -> None:
    (tmp_path / "outside").write_bytes(b"kept")
    (tmp_path / "ours").symlink_to("outside")
    write_anew(tmp_path / "ours", b"new")
    assert (tmp_path / "outside").read_bytes() == b"kept"
    assert (tmp_path / "ours").read_bytes() == b"new" and not (tmp_path / "ours").is_symlink()


@pytest.mark.skipif(not hasattr(os, "fork"), reason="a fork of this process is killed")
@pytest.mark.parametrize("arguments", WRITERS[:2], ids=["fix", "write-baseline"])
def test_a_process_that_is_killed_at_any_step_of_writing(tmp_path: Path, arguments: tuple[str, ...]) -> None:
    folder = tmp_path / "project"
    said = list(killed_at_each_step(folder, lambda: filled(folder, files=2), arguments))
    assert not [each for each in said if each.startswith("FAULT")]
    assert len(said) > 3 and any("unfinished files left" in each for each in said)


def test_what_a_killed_process_left_is_cleared_by_the_next_run(project: Path) -> None:
    gone = subprocess.Popen([sys.executable, "-c", ""])
    gone.wait()
    (project / "a.py").write_text(LOST)
    (project / f".tfgraphlint-{gone.pid}-0123456789abcdef.tmp").write_text("x")
    # In a container each run may have the same number, or another program has it by now.
    (project / f".tfgraphlint-{os.getpid()}-0123456789abcdef.tmp").write_text("x")
    (project / f".tfgraphlint-{os.getppid()}-fedcba9876543210.tmp").write_text("x")
    os.utime(project / f".tfgraphlint-{os.getppid()}-fedcba9876543210.tmp", (0, 0))
    (project / ".tfgraphlint-notes.tmp").write_text("somebody's own")
    assert quickly_in(project, *FIX).returncode == 0
    assert contents(project) == {"a.py": REPAIRED.encode(), ".tfgraphlint-notes.tmp": b"somebody's own"}


def test_what_a_running_process_writes_is_not_cleared(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for process in (os.getppid(), 1):
        (tmp_path / f".tfgraphlint-{process}-0123456789abcdef.tmp").write_bytes(b"")
    clear_litter(tmp_path)
    assert len(contents(tmp_path)) == 2
    replace = os.replace

    def clear_and_replace(old: str, new: str) -> None:
        clear_litter(tmp_path)
        replace(old, new)

    monkeypatch.setattr("os.replace", clear_and_replace)
    write_anew(tmp_path / "a", b"written by this process")
    assert len(contents(tmp_path)) == 3
