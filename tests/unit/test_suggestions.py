"""What is offered for a cut gradient: only what gives one, and in place only where nobody else holds the variable."""

from __future__ import annotations

from pathlib import Path

import pytest

from tfgraphlint.diagnostic import Applicability, Diagnostic
from tfgraphlint.project.settings import Settings
from tfgraphlint.run.lint import Request, lint

HEAD = """import numpy as np
import tensorflow as tf

w = tf.Variable([0.4, 1.3])
"""


def reports(directory: Path, text: str, code: str) -> list[Diagnostic]:
    file = directory / "program.py"
    file.write_text(HEAD + text)
    run = lint(Request(directory, {file: Settings(directory)}, roots=[directory]))
    assert not run.errors
    found = [each for each in run.diagnostics if each.code == code]
    assert found
    return found


LOSSES = {
    "tf.reduce_sum(tf.round(w))": True,
    "tf.reduce_sum(tf.cast(w > 0.5, tf.float32))": True,
    "tf.reduce_sum(tf.one_hot(tf.argmax(w[None], axis=-1), 2) * [1.0, 2.0])": True,
    "tf.reduce_mean(tf.cast(tf.equal(tf.round(w), [0.0, 1.0]), tf.float32))": False,
    "tf.reduce_mean(tf.where(w > 0.5, 1.0, 2.0))": False,
    "tf.reduce_mean(tf.cast(w > 0.5, tf.int32))": False,
    "tf.reduce_mean(tf.cast(tf.argmax(w), tf.float32))": False,
    "tf.gather([1.0, 2.0, 3.0], tf.cast(tf.floor(w), tf.int32))[0]": False,
}


@pytest.mark.parametrize("loss", LOSSES)
def test_a_differentiable_form_is_offered_where_a_gradient_comes_through(tmp_path: Path, loss: str) -> None:
    text = f"with tf.GradientTape() as tape:\n    loss = {loss}\ng = tape.gradient(loss, w)\n"
    first = min(reports(tmp_path, text, "TFG204"), key=lambda each: -each.span.start.column)
    assert bool(first.suggestions) is LOSSES[loss]
    assert ("metric" in (first.help or "")) is not LOSSES[loss]


@pytest.mark.parametrize(
    ("loss", "code", "is_offered"),
    [
        ("np.sum(np.square(w))", "TFG202", False),
        ("tf.reduce_sum(w * 2.0) + float(tf.reduce_sum(w ** 2))", "TFG211", True),
    ],
)
def test_a_cut_is_stated_only_where_another_path_carries_a_gradient(
    tmp_path: Path, loss: str, code: str, is_offered: bool
) -> None:
    text = f"with tf.GradientTape() as tape:\n    loss = tf.convert_to_tensor({loss})\ng = tape.gradient(loss, w)\n"
    messages = [each.message for each in reports(tmp_path, text, code)[0].suggestions]
    assert any("stop_gradient" in message for message in messages) is is_offered


MODELS = """
inputs = tf.keras.Input((4,))
x = tf.ones((3, 4))
one = tf.keras.Sequential([tf.keras.layers.Dense(1)])
heads = tf.keras.Model(inputs, [tf.keras.layers.Dense(1)(inputs), tf.keras.layers.Dense(2)(inputs)])

class Two(tf.keras.Model):
    def __init__(self):
        super().__init__()
        self.first = tf.keras.layers.Dense(1)
        self.second = tf.keras.layers.Dense(2)

    def call(self, x):
        return self.first(x), self.second(x)

two = Two()

def halves(t):
    return t * 2.0, t * 3.0

"""
# What is computed, and what its gradient is asked for; whether all of that has a gradient by the first of two terms.
SHARED = {
    ("a = b = one(x)", "one.trainable_variables"): True,
    ("a = one(x)\n    b = a * 3.0", "one.trainable_variables"): True,
    ("a, b = heads(x)", "heads.trainable_variables"): False,
    ("both = heads(x)\n    a, b = both[0], both[1]", "heads.trainable_variables"): False,
    ("a, b = two(x)", "two.trainable_variables"): False,
    ("a, b = two.first(x), two.second(x)", "two.trainable_variables"): False,
    ("a, b = two.first(x), two.second(x)", "two.first.trainable_variables"): None,
    ("a, b = halves(w)", "w"): True,
}


@pytest.mark.parametrize(("computed", "sources"), SHARED)
def test_a_cut_is_not_stated_where_weights_have_no_other_path(tmp_path: Path, computed: str, sources: str) -> None:
    text = f"""{MODELS}with tf.GradientTape() as tape:
    {computed}
    loss = tf.reduce_mean(a) + float(tf.reduce_mean(b ** 2))
g = tape.gradient(loss, {sources})
"""
    is_shared = SHARED[computed, sources]
    if is_shared is None:
        with pytest.raises(AssertionError):
            reports(tmp_path, text, "TFG211")
        return
    messages = [each.message for each in reports(tmp_path, text, "TFG211")[0].suggestions]
    assert any("stop_gradient" in message for message in messages) is is_shared


HOLDERS = {
    "": Applicability.SAFE,
    "kept = w\n": Applicability.UNSAFE,
    "everything = [w]\n": Applicability.UNSAFE,
    "saved = tf.train.Checkpoint(w=w)\n": Applicability.UNSAFE,
}


@pytest.mark.parametrize("before", HOLDERS)
def test_a_variable_is_changed_in_place_safely_only_by_its_one_holder(tmp_path: Path, before: str) -> None:
    text = f"""{before}for _ in range(3):
    with tf.GradientTape() as tape:
        loss = tf.reduce_sum((w - 3.0) ** 2)
    g = tape.gradient(loss, w)
    w = w - 0.1 * g
"""
    fix = reports(tmp_path, text, "TFG209")[0].fix
    assert fix is not None and "w.assign" in fix.message and fix.applicability is HOLDERS[before]


@pytest.mark.parametrize("around", ["outer = tf.GradientTape()\nwith outer:\n", "with tf.GradientTape() as outer:\n"])
def test_under_another_tape_the_new_value_is_watched(tmp_path: Path, around: str) -> None:
    text = f"""{around}    fast = w
    for _ in range(2):
        with tf.GradientTape() as inner:
            loss = tf.reduce_sum((fast - 3.0) ** 2)
        g = inner.gradient(loss, fast)
        fast = fast - 0.1 * g
    meta = tf.reduce_sum(fast)
total = outer.gradient(meta, w)
"""
    report = reports(tmp_path, text, "TFG209")[0]
    assert report.fix is not None and [edit.content.strip() for edit in report.fix.edits] == ["inner.watch(fast)"]
    assert "inner.watch(fast)" in (report.help or "")


INPUTS = {
    "[states, actions]": "critic([tf.convert_to_tensor(states), tf.convert_to_tensor(actions)], training=False)",
    "actions * 2.0": "critic(actions * 2.0, training=False)",
}


@pytest.mark.parametrize("given", INPUTS)
def test_a_model_is_called_on_tensors_only(tmp_path: Path, given: str) -> None:
    text = f"""critic = tf.keras.Sequential([tf.keras.layers.Dense(1)])
states = np.ones((2, 2), "float32")
with tf.GradientTape() as tape:
    actions = w[None] * 2.0
    loss = tf.reduce_mean(critic.predict({given}))
g = tape.gradient(loss, w)
"""
    report = reports(tmp_path, text, "TFG207")[0]
    assert report.fix is not None
    is_plain = all("convert_to_tensor" not in edit.content for edit in report.fix.edits)
    assert is_plain is ("convert_to_tensor" not in INPUTS[given])
