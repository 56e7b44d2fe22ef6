"""Objects that are called like functions: `__call__` of a class that nothing in the project makes runs eagerly."""

from __future__ import annotations

from pathlib import Path

import pytest

from tfgraphlint.diagnostic import Severity
from tfgraphlint.project.settings import Settings
from tfgraphlint.run.lint import Request, lint

HEATMAP = """\
import tensorflow as tf
from tensorflow.keras import backend as K
{before}
class Heatmap{bases}:
    def __init__(self, model):
        self.model = model

    def __call__(self, image):
        score = tf.reduce_max(self.model(image))
        return K.gradients(score, image)[0]

{after}
"""


def reported(directory: Path, bases: str = "", before: str = "\n", after: str = "") -> list[tuple[str, int, Severity]]:
    """Code, row and severity of what is reported of the class between two other pieces of code."""
    file = directory / "heatmap.py"
    file.write_text(HEATMAP.format(bases=bases, before=before, after=after))
    found = lint(Request(directory, {file: Settings(directory)}, roots=[directory])).diagnostics
    return [(each.code, each.span.start.row, each.severity) for each in found]


@pytest.mark.parametrize("bases", ["", "(object)"])
def test_what_nobody_makes_runs_eagerly(tmp_path: Path, bases: str) -> None:
    assert reported(tmp_path, bases) == [("TFG101", 11, Severity.WARNING)]


@pytest.mark.parametrize(
    "around",
    [
        {"after": "traced = tf.function(Heatmap(tf.identity))"},
        {"after": "def make(model):\n    return Heatmap(model)"},
        {"after": "KINDS = {'heatmap': Heatmap}"},
        {"bases": "(tf.keras.layers.Layer)"},
        {"before": "from registry import register\n\n@register"},
    ],
)
def test_what_others_may_trace_is_not_reported(tmp_path: Path, around: dict[str, str]) -> None:
    assert reported(tmp_path, **around) == []
