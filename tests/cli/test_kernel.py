"""``%load_ext tfgraphlint`` in a real kernel, and in IPython's own terminal."""

from __future__ import annotations

import importlib.util
import os
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

import tfgraphlint

TENSORFLOW = """\
class Anything:
    def __getattr__(self, name):
        return Anything()
    def __call__(self, *given, **named):
        return Anything()
    def __enter__(self):
        return self
    def __exit__(self, *error):
        return False
    def __mul__(self, other):
        return self
    __add__ = __mul__

def __getattr__(name):
    if name.startswith("__"):
        raise AttributeError(name)
    return Anything()
"""
TAPE = "with tf.GradientTape() as tape:\n    loss = tf.reduce_sum(x * x)\nslope = tape.gradient(loss, x)\nprint('ran')"


@pytest.fixture
def directory(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Where notebooks run: TensorFlow is a stub there, since only the linter looks at what is done with it."""
    work, stub = tmp_path / "work", tmp_path / "stub"  # beside the notebook it would be a module of the project
    work.mkdir()
    stub.mkdir()
    (stub / "tensorflow.py").write_text(TENSORFLOW)
    (work / "pyproject.toml").write_text("")
    checkout = str(Path(tfgraphlint.__file__).parent.parent)
    monkeypatch.setenv("PYTHONPATH", os.pathsep.join([checkout, str(stub)]))
    monkeypatch.setenv("IPYTHONDIR", str(tmp_path / "ipython"))
    monkeypatch.delenv("FORCE_COLOR", raising=False)
    return work


def outputs(cells: Sequence[str], directory: Path) -> list[list[Any]]:
    """What each of these cells shows: texts, and what is displayed by its kinds."""
    nbformat = pytest.importorskip("nbformat")
    nbclient = pytest.importorskip("nbclient")
    pytest.importorskip("ipykernel")
    notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(text) for text in cells])
    resources = {"metadata": {"path": str(directory)}}
    nbclient.NotebookClient(
        notebook, allow_errors=True, kernel_name="python3", resources=resources, timeout=120
    ).execute()
    return [[_shown(output) for output in cell.outputs] for cell in notebook.cells]


def _shown(output: Any) -> Any:
    if output.output_type == "stream":
        return output.text
    return dict(output.data) if "data" in output else output.ename


def test_a_kernel(directory: Path) -> None:
    cells = {
        "before": "import tensorflow\nx = tensorflow.constant([1.0])",
        "failed": "x = tensorflow.Variable([1.0])\nraise ValueError",
        "load": "%load_ext tfgraphlint\nimport tensorflow as tf\n",
        "unknown": TAPE,
        "known": "x = tf.constant([1.0])",
        "tape": TAPE,
        "all": "%tfgraphlint",
        "off": "%tfgraphlint off",
        "not linted": TAPE,
        "on": "%tfgraphlint on",
        "fails": "x = tf.Variable([1.0])\nnothing",
        "after": TAPE,
        "usage": "%tfgraphlint maybe",
        "nested": "get_ipython().run_cell('x = tf.constant([1.0])'); None",
        "break": "from tfgraphlint.jupyter.session import Session as S\ndef before(*given): 1 / 0\nS.before = before",
        "broken": TAPE,
        "still broken": TAPE,
        "unload": "%unload_ext tfgraphlint",
        "unloaded": TAPE,
    }
    found = dict(zip(cells, outputs(list(cells.values()), directory)))
    assert found["before"] == found["load"] == found["known"] == []
    assert found["failed"] == ["ValueError"]
    assert found["unknown"] == ["ran\n"], "nobody knows whether `x` is a variable"
    report, output = found["tape"]
    assert output == "ran\n"
    assert report.keys() == {"text/html", "text/plain"}
    assert report["text/plain"].startswith("TFG301 unwatched-tensor: the gradient of `loss`")
    assert "--> In [6]:1:6" in report["text/plain"]
    assert "nothing in this file imports" not in report["text/plain"], "the cell that loads the extension counts"
    assert '<div class="tfgraphlint">' in report["text/html"]
    assert [each["text/plain"].count("TFG301") for each in found["all"]] == [1]
    assert found["not linted"] == ["ran\n"]
    assert found["fails"] == ["NameError"]
    assert found["after"] == ["ran\n"], "what ran before the error counts: it is a variable"
    assert "%tfgraphlint off and on" in found["usage"][0]
    assert found["nested"] == []
    output, complaint = sorted(found["broken"])
    assert output == "ran\n"
    assert "internal error: ZeroDivisionError: division by zero (%tfgraphlint off" in complaint
    assert found["still broken"] == found["unloaded"] == ["ran\n"], "it is said once"


@pytest.mark.skipif(importlib.util.find_spec("IPython") is None, reason="IPython is not installed")
def test_a_terminal(directory: Path) -> None:
    lines = ["%load_ext tfgraphlint", "import tensorflow as tf", "x = tf.constant([1.0])", "tape = tf.GradientTape()"]
    lines += ["with tape: loss = x * x", "", "slope = tape.gradient(loss, x)", "%tfgraphlint"]
    command = [sys.executable, "-m", "IPython", "--simple-prompt", "--no-banner", "--colors=NoColor"]
    done = subprocess.run(
        command, cwd=directory, input="\n".join([*lines, "exit", ""]), capture_output=True, text=True, timeout=120
    )
    assert done.stdout.count("TFG301 unwatched-tensor: ") == 2, done.stdout + done.stderr
    assert "<div" not in done.stdout
    assert "\x1b[1;31m" not in done.stdout
