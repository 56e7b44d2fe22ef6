"""Names that stand for a library by convention, in texts that never bind them."""

from __future__ import annotations

from pathlib import Path

import pytest

from tfgraphlint.diagnostic import Diagnostic
from tfgraphlint.run.examine import Examiner
from tfgraphlint.syntax.conventional_names import taken_for_libraries

SNIPPET = """\
import keras.backend as K

def penalty(y_true, y_pred):
    with tf.GradientTape() as tape:
        tape.watch(y_pred)
        value = tf.reduce_mean(y_pred - y_true)
    return value

model = keras.Sequential([keras.layers.Dense(1)])
model.compile(optimizer="adam", loss=penalty)
"""


def reports(tmp_path: Path, text: str) -> tuple[Diagnostic, ...]:
    file = tmp_path / "snippet.py"
    file.write_text(text)
    return Examiner(tmp_path).examine(file).diagnostics


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("x = tf.ones(1)\n", {"tf": "tensorflow"}),
        ("import keras.backend as K\nkeras.Sequential()\nK.mean(x)\n", {"keras": "keras"}),
        ("def f(x):\n    return np.sum(K.abs(x))\n", {"K": "keras.backend", "np": "numpy"}),
        ("import tensorflow as tf\ntf.ones(1)\n", {}),
        ("from tensorflow import (\n    keras,\n)\nkeras.Input\n", {}),
        ("try:\n    import tensorflow\nexcept ImportError:\n    tf = None\ntf.ones(1)\n", {}),
        ("def f(tf):\n    return tf.ones(1)\n", {}),
        ("for tf in frames:\n    tf.print()\n", {}),
        ("class tf:\n    one = 1\ntf.one\n", {}),
        ("from helpers import *\ntf.ones(1)\n", {}),
        ("globals()['tf'] = load()\ntf.ones(1)\n", {}),
        ("x = a.tf.ones(1)\n# tf.ones\n's: np.sum'\n", {}),
    ],
)
def test_what_names_are_taken_for(text: str, names: dict[str, str]) -> None:
    assert taken_for_libraries(text) == names


def test_a_snippet_is_linted_and_the_guess_is_said_once(tmp_path: Path) -> None:
    (report,) = reports(tmp_path, SNIPPET)
    assert report.code == "TFG504"
    assert [step.message for step in report.path[:2]] == [
        "nothing in this file imports `keras`", "nothing in this file imports `tf`: taken for `tensorflow`",
    ]  # fmt: skip
    assert [step.span.start.row for step in report.path[:2]] == [9, 4]


def test_only_the_first_report_says_so(tmp_path: Path) -> None:
    first, second = reports(tmp_path, "tf.Session()\ntf.log(1.0)\n")
    assert (first.code, second.code) == ("TFG601", "TFG601")
    assert (len(first.path), len(second.path)) == (1, 0)


def test_a_bound_name_is_no_library(tmp_path: Path) -> None:
    assert reports(tmp_path, "tf = load()\ntf.Session()\n") == ()


def test_keras_of_whom_nobody_knows(tmp_path: Path) -> None:
    """``keras.backend.mean`` is gone, ``tf.keras.backend.mean`` is not; ``learning_phase`` is gone from both."""
    assert reports(tmp_path, "y = K.mean(x)\nz = keras.losses.mean_squared_error(x, y)\n") == ()
    (report,) = reports(tmp_path, "m = keras.Model()\ny = K.learning_phase()\n")
    assert (report.code, report.span.start.row) == ("TFG505", 2)
