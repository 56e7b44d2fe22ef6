"""The cache changes nothing but the time: what is found with it is what is found without."""

from __future__ import annotations

import os
import random
import subprocess
import sys
import time
from collections.abc import Iterable, Iterator
from pathlib import Path

import pytest

import tfgraphlint
from tfgraphlint.diagnostic import Diagnostic
from tfgraphlint.project.files import MAX_TEST_FILES
from tfgraphlint.project.settings import Settings
from tfgraphlint.project.source import shown
from tfgraphlint.run.cache import FOLDER, Cache
from tfgraphlint.run.cache_folder import project_of
from tfgraphlint.run.examine import Examiner
from tfgraphlint.run.lint import Request, lint
from tfgraphlint.verify.programs import fixtures_directory

MAIN = """\
import tensorflow as tf
from losses import distance

w = tf.Variable(1.0)
x = tf.constant([1.0, 2.0])
with tf.GradientTape() as tape:
    loss = distance(w * x, x)
print(tape.gradient(loss, w))
"""
LOSSES = """\
import tensorflow as tf
import numpy as np
from scale import scaled

def distance(a, b):
    return tf.reduce_mean(scaled(a - b) ** 2)
"""
SCALE = "import tensorflow as tf\n\ndef scaled(x):\n    return 2.0 * x\n"
LOST = "import tensorflow as tf\n\ndef scaled(x):\n    return tf.constant(x.numpy())\n"


def write(directory: Path, **texts: str) -> None:
    for name, text in texts.items():
        file = directory / f"{name}.py"
        file.parent.mkdir(exist_ok=True)
        file.write_text(text)


@pytest.fixture(autouse=True)
def working_directory(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


@pytest.fixture
def project(tmp_path: Path) -> Path:
    write(tmp_path, main=MAIN, losses=LOSSES, scale=SCALE)
    return tmp_path


def request(directory: Path, files: Iterable[Path] | None = None, settings: Settings | None = None) -> Request:
    found = sorted(file for file in directory.rglob("*.py")) if files is None else files
    return Request(directory, dict.fromkeys(found, settings or Settings(directory)), roots=[directory], processes=1)


def found(wanted: Request, later: float = 60.0) -> tuple[Diagnostic, ...]:
    """What is found with the cache, by a run that begins later than all files were changed."""
    return lint(wanted, Cache(wanted.working_directory, wanted.roots, time.time() + later)).diagnostics


@pytest.fixture
def examined(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[str]]:
    """The names of the files that are examined anew."""
    names: list[str] = []
    examine = Examiner.examine

    def noted(self: Examiner, file: Path) -> object:
        names.append(file.name)
        return examine(self, file)

    monkeypatch.setattr(Examiner, "examine", noted)
    yield names


def test_what_has_not_changed_is_not_examined_again(project: Path, examined: list[str]) -> None:
    write(project, scale=LOST, plain="x = 1\n", broken="def f(:\n")
    first = found(request(project))
    assert [(each.code, Path(each.span.filename).name) for each in first] == [
        ("TFG900", "broken.py"), ("TFG201", "scale.py"),
    ]  # fmt: skip
    assert sorted(examined) == ["broken.py", "losses.py", "main.py", "plain.py", "scale.py"]
    examined.clear()
    assert found(request(project)) == first
    assert not {"main.py", "plain.py", "broken.py"} & set(examined)


@pytest.mark.parametrize(
    ("changes", "anew"),
    [
        ({"main": MAIN + "\n"}, True),
        ({"losses": LOSSES + "\n"}, True),
        ({"scale": LOST}, True),
        ({"numpy/core": "x = 1\n", "numpy/__init__": ""}, True),  # `import numpy` leads here now
        ({"losses/__init__": LOSSES, "losses/other": ""}, False),  # losses.py comes first
        ({"other": MAIN}, False),
        ({"__init__": "import os\nos.environ['TF_USE_LEGACY_KERAS'] = '1'\n"}, True),
    ],
)
def test_what_a_file_depends_on(project: Path, examined: list[str], changes: dict[str, str], anew: bool) -> None:
    found(request(project))
    examined.clear()
    write(project, **changes)
    assert found(request(project)) == lint(request(project)).diagnostics
    count = examined.count("main.py")
    assert count == (2 if anew else 1)  # once without the cache


def test_a_module_that_comes_and_goes(project: Path) -> None:
    (project / "scale.py").unlink()
    assert found(request(project)) == ()
    write(project, scale=LOST)
    assert [each.code for each in found(request(project))] == ["TFG201"]
    (project / "scale.py").unlink()
    assert found(request(project)) == ()


def test_a_result_that_was_overtaken_does_not_come_back(project: Path) -> None:
    """``main`` is left out of a run in which others learn that its import leads elsewhere."""
    found(request(project))
    write(project, scale=LOST, second=MAIN)
    files = [file for file in project.glob("*.py") if file.name != "main.py"]
    assert found(request(project, files))
    assert found(request(project)) == lint(request(project)).diagnostics
    write(project, scale=SCALE)
    assert found(request(project)) == ()


UNCALLED = "import tensorflow as tf\n\ndef slopes(y, x):\n    return tf.gradients(y, x)\n"
GRAPH = "import tensorflow as tf\n\nx = tf.compat.v1.placeholder(tf.float32)\n"
SLOPE = """import tensorflow as tf

w = tf.Variable(1.0)

def lost(x):
    return tf.constant(x.numpy())

def slope(f):
    with tf.GradientTape() as tape:
        y = f(w)
    return tape.gradient(y, w)
"""
TESTED = "from scale import lost, slope\n\ndef test_it():\n    assert slope(lost) is None\n"


@pytest.mark.parametrize(
    ("asked", "text", "changes"),
    [
        ("uncalled", UNCALLED, {"train": "import tensorflow as tf\nimport uncalled\ntf.function(uncalled.slopes)\n"}),
        ("uncalled", UNCALLED, {"sub/train": "from uncalled import slopes\njit(slopes)\n"}),
        ("uncalled", UNCALLED, {"old": "import uncalled\nfrom tensorflow.compat.v1 import Session\nSession()\n"}),
        ("graph", GRAPH, {"start": "import tensorflow as tf\ntf.compat.v1.disable_eager_execution()\nimport graph\n"}),
    ],
)
def test_files_that_import_a_file(
    tmp_path: Path, examined: list[str], asked: str, text: str, changes: dict[str, str]
) -> None:
    """Who calls a function, and what switches eager execution off, stands in files that it does not import itself."""
    write(tmp_path, **{asked: text, "other": "x = 1\n"})
    file = tmp_path / f"{asked}.py"
    for wanted in (None, [file]):
        before = found(request(tmp_path, wanted))
        assert [Path(each.span.filename).name for each in before] == [file.name]
        examined.clear()
        assert found(request(tmp_path, wanted)) == before
        assert file.name not in examined
        write(tmp_path, **changes)
        assert file.name not in {each.span.filename for each in found(request(tmp_path, wanted))}
        for name in changes:
            (tmp_path / f"{name}.py").unlink()
        assert found(request(tmp_path, wanted)) == before


def test_how_many_tests_there_are(tmp_path: Path) -> None:
    write(tmp_path, scale=SLOPE, test_one=TESTED)
    before = found(request(tmp_path))
    assert before and before == lint(request(tmp_path)).diagnostics
    more = {f"test_more_{number}": "x = 1\n" for number in range(MAX_TEST_FILES)}
    write(tmp_path, **more)
    assert found(request(tmp_path)) == ()
    for name in more:
        (tmp_path / f"{name}.py").unlink()
    assert found(request(tmp_path)) == before


def test_settings_and_versions_of_the_tool_count(
    project: Path, examined: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    found(request(project))
    examined.clear()
    found(request(project, settings=Settings(project, tensorflow="2.15")))
    assert "main.py" in examined
    found(request(project))
    examined.clear()
    monkeypatch.setattr(tfgraphlint, "__version__", "0.0.test")
    found(request(project))
    assert "main.py" in examined


def test_files_that_were_written_just_now_are_remembered(project: Path, examined: list[str]) -> None:
    found(request(project), later=0.0)
    examined.clear()
    found(request(project), later=0.0)
    assert examined == []


def test_modules_that_nobody_looked_at_before_have_to_be_older(project: Path, examined: list[str]) -> None:
    """``losses`` is not asked for, so that nobody knows what it said when ``main`` was examined."""
    for later, anew in ((0.0, True), (60.0, True), (60.0, False)):
        examined.clear()
        found(request(project, [project / "main.py"]), later)
        assert ("main.py" in examined) is anew


@pytest.mark.parametrize("changed", ["main", "losses", "scale"])
def test_what_changes_while_it_is_linted_is_not_remembered(
    project: Path, monkeypatch: pytest.MonkeyPatch, changed: str
) -> None:
    """The change is taken back before the next run, which must not believe what was found in between."""
    file, as_it_was, examine = project / f"{changed}.py", (project / f"{changed}.py").read_text(), Examiner.examine

    def disturbed(self: Examiner, asked: Path) -> object:
        file.write_text("def distance(a, b):\n    return b\n\nscaled = distance\n")
        return examine(self, asked)

    with monkeypatch.context() as patched:
        patched.setattr(Examiner, "examine", disturbed)
        found(request(project))
    file.write_text(as_it_was)
    write(project, scale=LOST if changed != "scale" else SCALE)
    assert found(request(project)) == lint(request(project)).diagnostics


def test_two_runs_at_once_lose_nothing(project: Path, examined: list[str]) -> None:
    write(project, other=MAIN.replace("losses", "scale").replace("distance(w * x, x)", "scaled(w * x)"))
    caches = [Cache(project, [project], time.time() + 60) for _ in range(2)]
    for cache, name in zip(caches, ("main.py", "other.py")):
        lint(request(project, [project / name]), cache)
    examined.clear()
    found(request(project, [project / "main.py", project / "other.py"]))
    assert examined == []


def test_of_two_runs_the_one_that_saw_an_older_file_says_nothing_of_it(project: Path) -> None:
    old = Cache(project, [project], time.time() + 60)
    lint(request(project), Cache(project, [project], time.time() + 60))
    write(project, scale=LOST)
    lint(request(project, [project / "losses.py"]), old)
    assert found(request(project)) == lint(request(project)).diagnostics != ()


def test_one_cache_wherever_the_run_works(
    project: Path, examined: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    write(project, **{"scale": LOST, "sub/other": "x = 1\n"})
    found(request(project))
    examined.clear()
    for here in (project / "sub", project.parent, project):
        monkeypatch.chdir(here)
        asked = Request(here, request(project).files, roots=[project], processes=1)
        with_cache = lint(asked, Cache(here, [project], time.time() + 60, top=project)).diagnostics
        assert {each.span.filename for each in with_cache} == {shown(project / "scale.py", here)}
        assert examined == []
        assert with_cache == lint(asked).diagnostics
        examined.clear()


def test_where_the_cache_of_a_project_lies(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    here, inner = tmp_path / "here", tmp_path / "project" / "package" / "inner"
    inner.mkdir(parents=True)
    files = [inner / "a.py", inner.parent / "b.py"]
    assert project_of(files, here) == project_of([], here) == here
    (inner.parent / "setup.py").touch()
    assert project_of(files, here) == inner.parent
    (tmp_path / "project" / ".git").mkdir()
    assert project_of(files, here) == project_of(files[:1], here) == tmp_path / "project"
    assert project_of([*files, tmp_path / "elsewhere" / "c.py"], here) == here
    monkeypatch.setenv("HOME", str(tmp_path / "project"))
    (tmp_path / "project" / "pyproject.toml").touch()
    (inner.parent / "setup.py").unlink()
    assert project_of(files, here) == here


def test_errors_are_not_remembered(project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with monkeypatch.context() as patched:
        patched.setattr(Examiner, "_interpret", lambda *_: 1 / 0)
        cache = Cache(project, [project], time.time() + 60)
        assert [result.file.name for result in lint(request(project), cache).errors] == ["main.py"]
    cache = Cache(project, [project], time.time() + 60)
    assert lint(request(project), cache).errors == ()


@pytest.mark.parametrize("kept", [0, 1, 33, 200, -1])
def test_a_damaged_cache_is_none(project: Path, kept: int) -> None:
    write(project, scale=LOST)
    first = found(request(project))
    (file,) = (project / FOLDER).glob("*.json")
    whole = file.read_bytes()
    for damaged in (whole[:kept], whole[:kept] + b"x" + whole[kept:], whole[:kept] + whole[kept + 1 :]):
        file.write_bytes(damaged)
        assert found(request(project)) == first
        assert file.read_bytes() == whole


def test_it_keeps_to_itself(project: Path) -> None:
    found(request(project))
    assert (project / FOLDER / ".gitignore").read_text() == "*\n"
    assert not [file.name for file in (project / FOLDER).iterdir() if file.suffix not in ("", ".json")]


def test_where_nothing_can_be_written_nothing_is_remembered(project: Path) -> None:
    (project / FOLDER).write_text("no folder")
    assert found(request(project)) == ()


def run(directory: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "tfgraphlint", "--isolated", "--output-format", "concise", *arguments]
    return subprocess.run(command, cwd=directory, capture_output=True, text=True, timeout=120)


def test_on_the_command_line(project: Path) -> None:
    write(project, scale=LOST)
    for file in project.glob("*.py"):
        os.utime(file, (0, 0))
    first = run(project, "--no-cache")
    assert not (project / FOLDER).exists()
    for _ in range(2):
        again = run(project)
        assert (again.returncode, again.stdout, again.stderr) == (1, first.stdout, "")
    assert (project / FOLDER).is_dir()
    (project / "scale.py").write_text(SCALE)
    assert run(project).stdout == "No problems found in 3 files.\n"


def test_all_fixtures_come_back_as_they_were(tmp_path: Path) -> None:
    directory = fixtures_directory()
    files = sorted(directory.glob("tfg20[246]*/*/*.py"))
    wanted = Request(tmp_path, dict.fromkeys(files, Settings(directory)), roots=[directory], processes=1)
    plain = lint(wanted).diagnostics
    assert any(each.fix for each in plain) and any(each.suggestions for each in plain)
    assert found(wanted) == plain
    assert found(wanted) == plain


def test_random_changes(tmp_path: Path) -> None:
    """Modules that import each other in all ways are changed, moved and removed; the cache must never show."""
    chance = random.Random(7)
    reports = 0
    names = ["a", "b", "c", "pack/__init__", "pack/a", "pack/b"]
    ways = ["import {}", "from {} import f", "from {} import *", "from . import {}", "from .{} import f"]
    modules = ["a", "b", "c", "pack", "pack.a", "pack.b"]
    for _ in range(40):
        name = chance.choice(names)
        target = chance.choice(modules)
        if chance.random() < 0.15:
            (tmp_path / f"{name}.py").unlink(missing_ok=True)
        else:
            way = chance.choice(ways).format(target)
            called = "f" if " f" in way or "*" in way else f"{target}.f"
            body = chance.choice([f"{called}(x)", "x.numpy()", "2.0 * x", "np.sum(x)"])
            query = "with tf.GradientTape() as tape:\n    y = f(w) * 1.0\nprint(tape.gradient(y, w))\n"
            write(tmp_path, **{
                name: f"import tensorflow as tf\nimport numpy as np\n{way}\n\ndef f(x):\n    return {body}\n\n"
                f"w = tf.Variable(1.0)\n{query if chance.random() < 0.7 else ''}"
            })  # fmt: skip
        files = [file for file in sorted(tmp_path.rglob("*.py")) if chance.random() < 0.8]
        plain = lint(request(tmp_path, files)).diagnostics
        assert found(request(tmp_path, files)) == plain
        reports += len(plain)
    assert reports
