"""``lint_source``, ``lint_paths`` and ``fix_source``, as other programs use them."""

from __future__ import annotations

import doctest
import json
import re
import subprocess
import sys
from pathlib import Path

import pytest

import tfgraphlint
from tfgraphlint import LintError, fix_source, lint_paths, lint_source
from tfgraphlint.syntax import deep_stack

ROOT = Path(__file__).resolve().parents[2]
UNWATCHED = """\
import tensorflow as tf

x = tf.constant([1.0, 2.0])
with tf.GradientTape() as tape:
    loss = tf.reduce_sum(x * x)
slope = tape.gradient(loss, x)
"""
CALLER = """\
import tensorflow as tf
from helper import size

x = tf.Variable([1.0, 2.0])
with tf.GradientTape() as tape:
    loss = tf.constant(size(x))
slope = tape.gradient(loss, x)
"""
CUTS = "import tensorflow as tf\n\n\ndef size(x):\n    return float(tf.norm(x))\n"
FLOWS = "import tensorflow as tf\n\n\ndef size(x):\n    return tf.norm(x)\n"


def codes(*arguments: object, **settings: object) -> list[str]:
    return [each.code for each in lint_source(*arguments, **settings)]  # type: ignore[arg-type]


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    (tmp_path / "pyproject.toml").write_text("[tool.tfgraphlint]\n")
    monkeypatch.chdir(tmp_path)
    return tmp_path


def test_the_page_tells_what_happens(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(ROOT)
    page = (ROOT / "docs" / "python-api.md").read_text(encoding="utf-8")
    blocks = "".join(re.findall(r"```pycon\n(.*?)```", page, re.DOTALL))
    test = doctest.DocTestParser().get_doctest(blocks, {}, "python-api.md", None, 0)
    done = doctest.DocTestRunner(verbose=False).run(test)
    assert done.attempted > 15
    assert done.failed == 0


def test_importing_costs_nothing() -> None:
    program = "import sys; before = set(sys.modules); import tfgraphlint; print(sorted(set(sys.modules) - before))"
    done = subprocess.run([sys.executable, "-S", "-c", program], cwd=ROOT, capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "['tfgraphlint']"


def test_names_are_known_before_they_are_imported() -> None:
    assert {"lint_source", "lint_paths", "fix_source", "LintError"} <= set(dir(tfgraphlint))
    with pytest.raises(AttributeError, match="no attribute 'lint_sources'"):
        tfgraphlint.lint_sources  # noqa: B018


def test_the_project_around_the_path_counts(project: Path) -> None:
    (project / "helper.py").write_text(CUTS)
    assert codes(CALLER, "train.py") == ["TFG203"]
    assert codes(CALLER, project / "elsewhere" / "train.py") == ["TFG203"]
    (project / "pyproject.toml").write_text('[tool.tfgraphlint]\nignore = ["TFG203"]\n')
    assert codes(CALLER, "train.py") == []
    assert codes(CALLER, "train.py", isolated=True) == ["TFG203"]
    assert codes(CALLER, "train.py", settings={"ignore": []}) == ["TFG203"]


def test_what_is_not_saved_counts_instead_of_the_file(project: Path) -> None:
    (project / "helper.py").write_text(FLOWS)
    assert codes(CALLER, "train.py", unsaved={"helper.py": CUTS}) == ["TFG203"]
    assert codes(CALLER, "train.py") == []
    (project / "train.py").write_text(CALLER)
    found = lint_paths(["train.py"], unsaved={"helper.py": CUTS})
    assert [each.code for each in found.diagnostics] == ["TFG203"]
    assert codes(CALLER, "train.py", unsaved={"train.py": UNWATCHED}) == [], "the text that was given goes before"


def test_a_script_shows_what_is_wrong_in_the_file_that_it_runs(project: Path) -> None:
    text = "import tensorflow as tf\n\n\ndef slope(x):\n    with tf.GradientTape() as tape:\n        loss = x * x\n"
    text += "    return tape.gradient(loss, x)\n"
    script = "import tensorflow as tf\nfrom slopes import slope\n\nprint(slope(tf.{}(2.0)))\n"
    (project / "slopes.py").write_text(text)
    (project / "main.py").write_text(script.format("Variable"))
    assert codes(text, "slopes.py") == []
    assert codes(text, "slopes.py", unsaved={"main.py": script.format("constant")}) == ["TFG301"]
    assert codes(text, "slopes.py") == [], "what was not saved is kept by nobody"


@pytest.mark.parametrize("declared", ["", "# -*- coding: latin-1 -*-\n", "\ufeff"])
def test_columns_are_those_of_the_text(declared: str) -> None:
    text = declared + "import tensorflow as tf\nx = tf.constant(1.0)\n"
    text += "with open('é') as é, tf.GradientTape() as tape:\n    y = x * x\ntf.print(tape.gradient(y, x))\n"
    (report,) = lint_source(text)
    assert report.code == "TFG301"
    row = text.removeprefix("\ufeff").splitlines()[report.span.start.row - 1]
    assert row[report.span.start.column - 1 : report.span.end.column - 1] == "tf.GradientTape()"
    fixed = fix_source(text)
    assert (fixed.text.startswith(declared), "tape.watch(x)" in fixed.text) == (True, True)


def test_the_baseline_of_the_project_counts(project: Path) -> None:
    (project / "train.py").write_text(UNWATCHED)
    command = [sys.executable, "-m", "tfgraphlint", "train.py", "--write-baseline", "--baseline", "known.json"]
    subprocess.run(command, cwd=project, env=None, check=True, capture_output=True)
    assert codes(UNWATCHED, "train.py") == ["TFG301"]
    assert codes(UNWATCHED, "train.py", settings={"baseline": "known.json"}) == []


def test_only_what_is_safe_is_made() -> None:
    text = CALLER.replace("from helper import size\n", CUTS.partition("\n")[2])
    assert fix_source(text).text == text
    fixed = fix_source(text, unsafe=True)
    assert fixed.text != text
    assert [each.code for each in fixed.fixed] == ["TFG203"]


def test_a_notebook_is_repaired_in_its_cell(project: Path) -> None:
    cells = [{"cell_type": "markdown", "source": "text"}]
    cells += [{"cell_type": "code", "source": text} for text in UNWATCHED.split("\n\n")]
    text = json.dumps({"cells": cells, "metadata": {}, "nbformat": 4, "nbformat_minor": 5})
    (report,) = lint_source(text, "a.ipynb")
    assert (report.span.cell, report.span.start.row) == (3, 2)
    after = json.loads(fix_source(text, "a.ipynb").text)["cells"]
    assert [each["source"] for each in after[:2]] == [each["source"] for each in cells[:2]]
    assert "    tape.watch(x)\n" in after[2]["source"]


def test_what_is_no_python_is_a_report(project: Path) -> None:
    assert codes("x = (") == ["TFG900"]
    assert codes("{", "a.ipynb") == ["TFG900"]
    assert fix_source("x = (").text == "x = ("


@pytest.mark.parametrize(
    ("settings", "said"),
    [
        ({"settings": {"selct": ["ALL"]}}, "settings: unknown key 'selct'"),
        ({"settings": {"select": ["TFG999"]}}, "settings: select: no rule has the code or name 'TFG999'"),
        ({"settings": {"select": "TFG2"}}, "settings: select is a list of strings"),
        ({"config": "nowhere.toml"}, "nowhere.toml: there is no such configuration file"),
        ({"config": "a.toml", "isolated": True}, "exclude each other"),
        ({"settings": {"max-seconds": 1e-9}}, "max-seconds"),
    ],
)
def test_there_is_one_exception(
    project: Path, monkeypatch: pytest.MonkeyPatch, settings: dict[str, object], said: str
) -> None:
    monkeypatch.setattr(deep_stack, "SECONDS_BETWEEN_LOOKS", 0.01)
    with pytest.raises(LintError, match=re.escape(said)):
        lint_source(UNWATCHED * 10, **settings)  # type: ignore[arg-type]


def test_a_file_that_cannot_be_linted_keeps_no_other_from_it(project: Path) -> None:
    (project / "train.py").write_text(UNWATCHED)
    (project / "sub").mkdir()
    (project / "sub" / "tfgraphlint.toml").write_text("selct = []\n")
    (project / "sub" / "other.py").write_text(UNWATCHED)
    found = lint_paths(["."])
    assert [each.span.filename for each in found.diagnostics] == ["train.py"]
    assert ["unknown key 'selct'" in each for each in found.errors] == [True]
    assert found.files == (project / "train.py",)
