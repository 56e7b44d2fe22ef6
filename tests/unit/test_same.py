"""The same reports, however files are linted; ``python -m benchmarks.same`` asks that of the corpus."""

from __future__ import annotations

import random
import shutil
from pathlib import Path

import pytest

from benchmarks.measuring import Cost, added, median
from benchmarks.same import asked, differences, ways
from benchmarks.soak import Project, soak
from tfgraphlint.run.lint import lint
from tfgraphlint.verify.programs import fixtures_directory

HELPER = "import tensorflow as tf\n\ndef lost(x):\n    return tf.constant(x.numpy())\n"
SCRIPT = """\
import tensorflow as tf
from helper import lost

w = tf.Variable(1.0)
with tf.GradientTape() as tape:
    y = lost(w)
print(tape.gradient(y, w))
"""


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """Some fixtures, and programs that import each other."""
    for number, file in enumerate(sorted(fixtures_directory().glob("tfg[2345]0[1-6]*/*/bad.py"))[::24]):
        shutil.copy(file, tmp_path / f"program_{number}.py")
    (tmp_path / "helper.py").write_text(HELPER)
    (tmp_path / "script.py").write_text(SCRIPT)
    for name in ("another.py", "longer.py"):  # whose way to the helper is another one
        (tmp_path / name).write_text(SCRIPT.replace("lost(w)", "lost(2.0 * w)"))
    return tmp_path


def test_the_same_reports_however_files_are_linted(project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(project)
    files = sorted(project.glob("*.py"))
    assert list(differences(project, files)) == []
    plain = lint(asked(project, files)).diagnostics
    assert {"helper.py", "program_0.py"} <= {each.span.filename for each in plain}
    assert len(dict(ways(project, files[:1]))) == 5


def test_what_is_not_the_same_is_shown(project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(project)
    monkeypatch.setattr("benchmarks.same.unscreened", lambda *_: ())
    found = list(differences(project, [project / "helper.py", project / "script.py"]))
    assert [line.partition(" the gradient")[0] for line in found] == ["only with the screen: helper.py:4:24: TFG201"]


def test_random_edits_do_not_show(project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(project)
    for file in list(project.glob("program_*.py"))[4:]:
        file.unlink()
    assert soak(Project(project, random.Random(3)), rounds=6) == 0


def test_costs_are_put_together() -> None:
    costs = [Cost(1.0, 4.0, 100.0), Cost(3.0, 2.0, 300.0), Cost(2.0, 9.0, 200.0)]
    assert median(costs) == Cost(2.0, 4.0, 200.0)
    assert added(costs) == Cost(6.0, 15.0, 300.0)
