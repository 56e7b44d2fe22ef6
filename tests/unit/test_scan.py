"""Many projects in one go: each as it would be linted alone, whatever happens to the others."""

from __future__ import annotations

import io
import json
import os
import signal
import subprocess
import sys
import tarfile
import time
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from tfgraphlint.cli.group import group
from tfgraphlint.errors import RunError
from tfgraphlint.scan import engines
from tfgraphlint.scan.overview import Overview, lines, page
from tfgraphlint.scan.results import Results
from tfgraphlint.scan.sources import Kind, Project, projects
from tfgraphlint.scan.task import Options, scan
from tfgraphlint.scan.unpack import unpack

LOSSES = """\
import numpy as np


def squared(prediction, target):
    return np.square(prediction.numpy() - target).mean()
"""
TRAIN = """\
import tensorflow as tf
from losses import squared

weight = tf.Variable(2.0)
with tf.GradientTape() as tape:
    loss = squared(weight * 3.0, 1.0)
gradient = tape.gradient(loss, weight)
"""
FINE = "import tensorflow as tf\n\nweight = tf.Variable(1.0)\n"
FILES = {"losses.py": LOSSES, "train.py": TRAIN}


def written(folder: Path, files: dict[str, str]) -> Path:
    folder.mkdir(parents=True)
    for name, text in files.items():
        (folder / name).write_text(text, encoding="utf-8")
    return folder


def tarred(file: Path, files: dict[str, str], top: str = "job-1.0") -> Path:
    with tarfile.open(file, "w:gz") as archive:
        for name, text in files.items():
            member = tarfile.TarInfo(f"{top}/{name}")
            member.size = len(text.encode())
            archive.addfile(member, io.BytesIO(text.encode()))
    return file


def zipped(file: Path, files: dict[str, str]) -> Path:
    with zipfile.ZipFile(file, "w") as archive:
        for name, text in files.items():
            archive.writestr(name, text)
    return file


def committed(folder: Path, files: dict[str, str]) -> Path:
    written(folder, files)
    git = ["git", "-C", str(folder), "-c", "user.name=a", "-c", "user.email=a@b", "-c", "init.defaultBranch=main"]
    for words in (["init", "-q"], ["add", "."], ["commit", "-q", "-m", "first"], ["tag", "v1"]):
        subprocess.run([*git, *words], check=True)
    return folder


def places(result: dict[str, Any]) -> list[tuple[str, str, int]]:
    assert result["error"] is None, result["error"]
    return [(report["code"], report["file"], report["row"]) for report in result["reports"]]


def of(path: Path) -> Project:
    (project,) = projects([str(path)], [], path.parent)
    return project


FOUND = [("TFG201", "losses.py", 5)]


def test_a_project_is_linted_as_it_is_alone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = written(tmp_path / "job", FILES)
    result = scan(of(folder), Options())
    monkeypatch.chdir(folder)
    alone = json.loads(CliRunner().invoke(group, ["--no-cache", "--output-format", "json"]).stdout)
    assert places(result) == [(each["code"], Path(each["filename"]).name, each["location"]["row"]) for each in alone]
    assert places(result) == FOUND
    steps = [[(step["role"], step["message"], step["row"]) for step in each["path"]] for each in result["reports"]]
    expected = [[(step["role"], step["message"], step["location"]["row"]) for step in each["path"]] for each in alone]
    assert steps == expected
    assert {step["file"] for each in result["reports"] for step in each["path"]} <= set(FILES)


def test_archives_and_repositories_say_what_the_folder_says(tmp_path: Path) -> None:
    folder = scan(of(written(tmp_path / "job", FILES)), Options())
    repository = committed(tmp_path / "cloned", FILES)
    (repository / "train.py").write_text(FINE, encoding="utf-8")  # not what v1 has
    sources = [tarred(tmp_path / "job-1.0.tar.gz", FILES), zipped(tmp_path / "job-1.0.whl", FILES)]
    found = projects([*map(str, sources), f"{repository}@v1"], [], tmp_path)
    assert [project.name for project in found] == ["job-1.0", "job-1.0", "cloned"]
    for project in found:
        result = scan(project, Options())
        assert result["reports"] == folder["reports"]
        assert result["revision"], project
    assert not list(tmp_path.glob("**/*.pyc")), "nothing was imported"


def test_a_single_file_is_a_project(tmp_path: Path) -> None:
    folder = written(tmp_path / "job", FILES)
    result = scan(of(folder / "train.py"), Options())
    assert result["files"] == 1
    assert {file for _, file, _ in places(result)} == {"train.py"}


def test_lists_name_sources_relative_to_themselves(tmp_path: Path) -> None:
    written(tmp_path / "lists" / "job", FILES)
    names = tmp_path / "lists" / "all.txt"
    names.write_text("# what we have\n\njob\njob\n", encoding="utf-8")
    assert [project.location for project in projects([], [names], tmp_path)] == [str(tmp_path / "lists" / "job")]


@pytest.mark.parametrize("word", ["gone", "notes.txt", "job@--upload-pack=x", "gone@main"])
def test_what_is_no_source_is_refused(tmp_path: Path, word: str) -> None:
    written(tmp_path / "job", FILES)
    (tmp_path / "notes.txt").write_text("", encoding="utf-8")
    with pytest.raises(RunError, match=word.split("@")[0]):
        projects([word], [], tmp_path)


def test_an_archive_cannot_write_elsewhere(tmp_path: Path) -> None:
    archive = tmp_path / "bad.tar"
    with tarfile.open(archive, "w") as made:
        for name in ("../outside.py", "/absolute.py", "fine.py", "fine.py", "link/inside.py"):
            member = tarfile.TarInfo(name)
            member.size = 2
            made.addfile(member, io.BytesIO(b"1\n"))
        link = tarfile.TarInfo("link.py")
        link.type, link.linkname = tarfile.SYMTYPE, "/etc/passwd"
        made.addfile(link)
        pipe = tarfile.TarInfo("pipe.py")
        pipe.type = tarfile.FIFOTYPE
        made.addfile(pipe)
    inside = tmp_path / "inside"
    inside.mkdir()
    unpack(of(archive), inside)
    assert sorted(str(path.relative_to(inside)) for path in inside.rglob("*.py")) == ["fine.py", "link/inside.py"]
    assert not (tmp_path / "outside.py").exists()
    assert not Path("/absolute.py").exists()


@pytest.mark.parametrize("name", ["a.tar.gz", "a.whl", "a.tar.xz"])
def test_what_cannot_be_unpacked_is_said_in_one_line(tmp_path: Path, name: str) -> None:
    (tmp_path / name).write_bytes(b"no archive at all")
    result = scan(of(tmp_path / name), Options())
    assert result["error"].startswith("cannot be unpacked: ")
    assert "\n" not in result["error"]


def test_an_archive_that_comes_to_too_much_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Also what is passed over has to be unpacked on the way."""
    monkeypatch.setattr("tfgraphlint.scan.unpack.MAX_UNPACKED_BYTES", 100_000)
    with tarfile.open(tmp_path / "a.tar.xz", "w:xz") as made:
        for name, size in (("a/x.bin", 200_000), ("a/a.py", 2)):
            member = tarfile.TarInfo(name)
            member.size = size
            made.addfile(member, io.BytesIO(b"1" * size))
    assert scan(of(tmp_path / "a.tar.xz"), Options())["error"] == "it comes to more than 100,000 bytes"


@pytest.mark.parametrize("kind", [tarfile.GNUTYPE_LONGNAME, tarfile.XHDTYPE, tarfile.XGLTYPE, tarfile.GNUTYPE_SPARSE])
def test_a_header_of_an_archive_that_is_read_as_a_whole_is_bounded(tmp_path: Path, kind: bytes) -> None:
    header = tarfile.TarInfo("a.py")
    header.type, header.size = kind, 2_000_000
    (tmp_path / "a.tar").write_bytes(header.tobuf(tarfile.GNU_FORMAT) + b"a" * 2_000_384)
    said = scan(of(tmp_path / "a.tar"), Options())["error"]
    assert said in ("cannot be unpacked: a header of too many bytes", "cannot be unpacked: a sparse file")


def test_a_hook_of_git_does_not_change_which_repository_is_scanned(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    repository = committed(tmp_path / "cloned", FILES)
    monkeypatch.setenv("GIT_DIR", str(tmp_path / "elsewhere"))
    assert scan(projects([f"{repository}@HEAD"], [], tmp_path)[0], Options())["error"] is None


def test_an_unknown_revision_is_said(tmp_path: Path) -> None:
    repository = committed(tmp_path / "cloned", FILES)
    result = scan(projects([f"{repository}@v2"], [], tmp_path)[0], Options())
    assert result["error"] == "'v2' is no revision of this repository"


def test_a_configuration_counts_but_not_its_plugins(tmp_path: Path) -> None:
    settings = '[tool.tfgraphlint]\nplugins = ["something-of-theirs"]\nignore = ["TFG"]\n'
    folder = written(tmp_path / "job", {**FILES, "pyproject.toml": settings})
    assert places(scan(of(folder), Options())) == []
    assert places(scan(of(folder), Options(isolated=True))) == FOUND


def run(*words: object) -> tuple[int, str]:
    result = CliRunner().invoke(group, ["scan", *map(str, words)])
    return result.exit_code, result.output


def test_a_scan_leaves_results_and_goes_on_where_it_was(tmp_path: Path) -> None:
    first, second = tarred(tmp_path / "a-1.tar.gz", FILES), tarred(tmp_path / "b-1.tar.gz", {"fine.py": FINE})
    output = tmp_path / "out"
    status, text = run(first, "-o", output, "-j", 1)
    assert status == 0, text
    assert "1 project, 2 files, " in text
    with open(output / "projects.jsonl", "ab") as stream:
        stream.write(b'{"key": "half a li')  # killed here
    status, text = run(first, second, "-o", output, "-j", 1)
    assert status == 0, text
    assert "a-1" not in text.splitlines()[0], "it was done"
    assert "[2/2] b-1" in text
    rows = [json.loads(row) for row in (output / "projects.jsonl").read_text(encoding="utf-8").splitlines()]
    assert [row["project"] for row in rows] == ["a-1", "b-1"]
    assert "TFG201" in (output / "index.html").read_text(encoding="utf-8")


def test_what_has_changed_is_scanned_again(tmp_path: Path) -> None:
    archive, folder = tarred(tmp_path / "a-1.tar.gz", FILES), written(tmp_path / "job", {"fine.py": FINE})
    output = tmp_path / "out"
    run(archive, folder, "-o", output, "-j", 1)
    tarred(archive, {"fine.py": FINE})
    (folder / "fine.py").write_text(FINE + TRAIN.replace("from losses import squared", LOSSES), encoding="utf-8")
    run(archive, folder, "-o", output, "-j", 1)
    latest = {result["project"]: result for result in Results(output)}
    assert latest["a-1"]["reports"] == []
    assert [report["file"] for report in latest["job"]["reports"]] == ["fine.py"]


def test_one_bad_project_does_not_keep_the_others(tmp_path: Path) -> None:
    bad, good = tmp_path / "bad.zip", tarred(tmp_path / "good.tar.gz", FILES)
    bad.write_bytes(b"")
    status, text = run(bad, good, "-o", tmp_path / "out", "-j", 1)
    assert status == 2
    assert f"{bad}: cannot be unpacked" in text
    assert "TFG201" in text


def test_results_of_something_else_are_not_touched(tmp_path: Path) -> None:
    (tmp_path / "out").mkdir()
    (tmp_path / "out" / "projects.jsonl").write_text("[1, 2]\n", encoding="utf-8")
    status, text = run(tarred(tmp_path / "a.tar.gz", FILES), "-o", tmp_path / "out")
    assert status == 2
    assert "projects.jsonl:1: no result of a scan" in text
    assert (tmp_path / "out" / "projects.jsonl").read_text(encoding="utf-8") == "[1, 2]\n"


def dying(project: Project, options: Options) -> dict[str, Any]:
    """In the place of ``scan``: one project's process is killed each time."""
    if project.name == "deadly":
        os.kill(os.getpid(), signal.SIGKILL)
    return {**scan(project, options)}


def test_a_killed_process_loses_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    names = ["one", "deadly", "two", "three"]
    made = [of(written(tmp_path / name, {"fine.py": FINE})) for name in names]
    monkeypatch.setattr(engines, "scan", dying)
    found = {project.name: result for project, result in engines.run_here(made, Options(), 2)}
    assert sorted(found) == sorted(names)
    assert found["deadly"]["error"] == "given up: the process that was at it was ended each time"
    assert [found[name]["files"] for name in names if name != "deadly"] == [1, 1, 1]


@pytest.fixture(scope="module")
def cluster() -> Iterator[Any]:
    distributed = pytest.importorskip("distributed")
    with distributed.LocalCluster(
        n_workers=2, threads_per_worker=1, dashboard_address=None, silence_logs=50
    ) as cluster:
        yield cluster


def test_a_cluster_says_the_same(tmp_path: Path, cluster: Any) -> None:
    names = [f"job{number}" for number in range(6)]
    made = [of(written(tmp_path / name, FILES)) for name in names]
    found = {}
    for project, result in engines.run_on_dask(made, Options(), cluster.scheduler_address):
        if not found:
            os.kill(next(iter(cluster.workers.values())).pid, signal.SIGKILL)
        found[project.name] = result
    assert sorted(found) == names
    assert all(found[name]["reports"] == scan(project, Options())["reports"] for name, project in zip(names, made))


def test_nobody_at_the_address_is_said(tmp_path: Path) -> None:
    pytest.importorskip("distributed")
    made = [of(written(tmp_path / "job", FILES))]
    with pytest.raises(RunError, match="nobody answers at 'no scheme://'"):
        list(engines.run_on_dask(made, Options(), "no scheme://"))


def test_the_table_has_a_row_for_each_report(tmp_path: Path) -> None:
    parquet = pytest.importorskip("pyarrow.parquet")
    run(tarred(tmp_path / "a-1.tar.gz", FILES), "-o", tmp_path / "out", "-j", 1)
    rows = parquet.read_table(tmp_path / "out" / "reports.parquet").to_pylist()
    assert {row["project"] for row in rows} == {"a-1"}
    assert [(row["code"], row["file"], row["row"]) for row in rows] == FOUND
    assert {step["file"] for step in rows[0]["path"]} == set(FILES)


def test_names_from_outside_forge_no_line() -> None:
    overview = Overview()
    overview.failed["a\n::error::b"] = "c\nd"
    assert list(lines(overview))[1:] == ["a\\n::error::b: c\\nd"]


def test_names_from_outside_cannot_write_html() -> None:
    project = Project(Kind.FOLDER, "/<script>alert(1)</script>")
    report = {"code": "TFG201", "rule": "r", "file": "<b>.py", "cell": None, "row": 1, "column": 1, "message": "<i>"}
    result = {
        "key": project.key, "project": project.name, "files": 1, "seconds": 0.0, "error": "<u>", "errors": [],
        "reports": [report],
    }  # fmt: skip
    text = page(Overview.of([result]), [result])
    assert not [tag for tag in ("<script", "<b>", "<i>", "<u>") if tag in text]


@pytest.mark.skipif(os.name != "posix", reason="signals")
@pytest.mark.skipif(not Path("/proc/self/task").exists(), reason="asks /proc for the processes")
def test_a_scan_that_is_killed_leaves_no_process_behind(tmp_path: Path) -> None:
    many = "\n".join(f"def f{number}(x):\n    return tf.sin(x)\n" for number in range(2000))
    for number in range(4):
        written(tmp_path / f"p{number}", {f"{each}.py": f"{TRAIN}\n{many}" for each in range(9)})
    command = [sys.executable, "-m", "tfgraphlint", "scan", "p0", "p1", "p2", "p3", "-j", "2"]
    with subprocess.Popen(command, cwd=tmp_path, stderr=subprocess.DEVNULL) as process:
        children = Path(f"/proc/{process.pid}/task/{process.pid}/children")
        started = _soon(lambda: len(found := children.read_text().split()) == 2 and found)
        process.kill()
    assert _soon(lambda: all(map(_is_gone, started)))


def _is_gone(process: str) -> bool:
    try:
        return "\nState:\tZ" in Path(f"/proc/{process}/status").read_text()
    except OSError:
        return True


def _soon(happens: Callable[[], Any]) -> Any:
    for _ in range(600):
        if found := happens():
            return found
        time.sleep(0.1)
    raise AssertionError("it does not happen")


def test_a_scan_that_is_told_to_end_leaves_an_overview(tmp_path: Path) -> None:
    slow = "\n".join(f"def f{number}(x):\n    return tf.sin(x)\n" for number in range(300))
    names = [tarred(tmp_path / "first.tar.gz", FILES)]
    many = {f"{number}.py": f"{TRAIN}\n{slow}" for number in range(40)}
    names += [tarred(tmp_path / f"slow{number}.tar.gz", many) for number in range(3)]
    command = [sys.executable, "-m", "tfgraphlint", "scan", *map(str, names), "-j", "1", "-o", str(tmp_path / "out")]
    with subprocess.Popen(command, stderr=subprocess.PIPE, text=True) as process:
        assert process.stderr is not None
        assert process.stderr.readline() == "[1/4] first\n"
        process.terminate()
        said = process.stderr.read()
    assert process.returncode == 130
    assert said.endswith("error: stopped: the same command goes on where it was\n")
    assert "TFG201" in (tmp_path / "out" / "index.html").read_text(encoding="utf-8")
