"""What repairs make of single expressions and statements: the rewriting behind the fixes of TFG1 and TFG2.

Whole programs, and that TensorFlow agrees with what comes out, are in fixtures/.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from tfgraphlint.diagnostic import Applicability
from tfgraphlint.project.settings import Settings
from tfgraphlint.run.lint import Request, Run, lint
from tfgraphlint.run.repair import repair

HEAD = """\
import math
import numpy as np
import tensorflow as tf

v = tf.Variable([0.2, 0.4, 0.6])
w = tf.Variable([[0.1, 0.2, 0.3], [0.4, 0.5, 0.6]])
"""


def run_of(text: str, folder: Path) -> Run:
    file = folder / "program.py"
    file.write_text(text, encoding="utf-8", newline="")
    return lint(Request(folder, {file: Settings(folder)}, roots=[folder]))


def repaired(text: str, folder: Path) -> str:
    result = repair(run_of(text, folder), unsafe=True)
    texts = [source.text for source in result.changed.values()]
    return texts[0] if texts else text


def in_tape(expression: str) -> str:
    asked = "print(tape.gradient(out, v), tape.gradient(out, w))\n"
    return (
        f"{HEAD}with tf.GradientTape(persistent=True) as tape:\n"
        f"    out = tf.constant(1.0) * tf.reduce_sum({expression})\n{asked}"
    )


EXPRESSIONS = [
    ("v.numpy()", "v"),
    ("(v * 2.0).numpy()", "(v * 2.0)"),
    ("-v.numpy() ** 2", "-v ** 2"),
    ("tf.keras.backend.eval(v + 1.0) * 2.0", "(v + 1.0) * 2.0"),
    ("v.numpy().mean()", "tf.reduce_mean(v)"),
    ("w.numpy().sum(axis=1, keepdims=True)", "tf.reduce_sum(w, axis=1, keepdims=True)"),
    ("w.numpy().T", "tf.transpose(w)"),
    ("w.numpy().reshape(3, 2)", "tf.reshape(w, [3, 2])"),
    ("w.numpy().reshape(-1).max()", "tf.reduce_max(tf.reshape(w, [-1]))"),
    ("w.numpy().flatten()", "tf.reshape(w, [-1])"),
    ("v.numpy().astype(np.float32)", "tf.cast(v, tf.float32)"),
    ('v.numpy().astype("float32")', 'tf.cast(v, "float32")'),
    ("v.numpy()[1:]", "v[1:]"),
    ("v.numpy()[v > 0.3]", "tf.boolean_mask(v, v > 0.3)"),
    ("w.numpy()[np.arange(2), [0, 2]]", "tf.gather(w, [0, 2], axis=1, batch_dims=1)"),
    ("float(v[0])", "v[0]"),
    ("float(v.numpy()[0]) * 2.0", "v[0] * 2.0"),
    ("math.log(v[0])", "tf.math.log(v[0])"),
    ("math.pow(v[0], 2)", "tf.pow(v[0], 2)"),
    ("math.erf(v[0])", "tf.math.erf(v[0])"),
    ("math.log10(v[0])", "tf.math.log(v[0]) / math.log(10.0)"),
    ("np.log10(v)", "tf.math.log(v) / np.log(10.0)"),
    ("-np.log2(v) ** 2", "-(tf.math.log(v) / np.log(2.0)) ** 2"),
    ("np.log10(np.sum(v))", "tf.math.log(tf.reduce_sum(v)) / np.log(10.0)"),
    ("np.log2(v.numpy().max()) * 2.0", "(tf.math.log(tf.reduce_max(v)) / np.log(2.0)) * 2.0"),
    ("np.sum(v)", "tf.reduce_sum(v)"),
    ("np.mean(a=w, axis=0)", "tf.reduce_mean(input_tensor=w, axis=0)"),
    ("np.power(v, 2)", "tf.pow(v, 2)"),
    ("np.clip(v, 0.0, 0.5)", "tf.clip_by_value(v, 0.0, 0.5)"),
    ("np.concatenate([v, v])", "tf.concat([v, v], axis=0)"),
    ("np.dot(w, v[:, None])", "tf.tensordot(w, v[:, None], axes=1)"),
    ("np.outer(v, v)", "tf.tensordot(v, v, axes=0)"),
    ("np.reshape(w, -1)", "tf.reshape(w, [-1])"),
    ("np.tile(v, 2)", "tf.tile(v, [2])"),
    ("np.array([v[0], v[1]])", "tf.stack([v[0], v[1]])"),
    ("np.asarray(v, dtype=np.float32)", "tf.cast(v, dtype=tf.float32)"),
    ("np.float32(tf.reduce_sum(v))", "tf.cast(tf.reduce_sum(v), tf.float32)"),
    ("np.float64(tf.reduce_sum(v))", "tf.reduce_sum(v)"),
    ("np.exp(v) / np.sum(np.exp(v))", "tf.exp(v) / tf.reduce_sum(tf.exp(v))"),
    ("tf.Variable(v * 2.0)", "tf.convert_to_tensor(v * 2.0)"),
    ("tf.Variable(v * 2.0, trainable=False)", "tf.convert_to_tensor(v * 2.0)"),
    ("tf.constant(v)", "tf.convert_to_tensor(v)"),
    ("tf.constant(v.numpy())", "tf.convert_to_tensor(v)"),
    ("tf.constant(np.array([v[0], v[1]]))", "tf.stack([v[0], v[1]])"),
    ("tf.constant(np.stack([v, v]), dtype=tf.float32)", "tf.cast(tf.stack([v, v]), dtype=tf.float32)"),
]


@pytest.mark.parametrize(("bad", "good"), EXPRESSIONS)
def test_an_expression_is_repaired(bad: str, good: str, tmp_path: Path) -> None:
    assert repaired(in_tape(bad), tmp_path) == in_tape(good)


@pytest.mark.parametrize(
    "expression",
    [
        "np.median(v)",
        "np.median(v)",
        "np.exp(v) * np.median(v)",  # one of two cuts alone would give half a gradient
        "v.numpy()[[0, 2]]",
        "v.numpy().astype(np.float64)",
        "v.numpy().cumsum().argsort()",
        "np.sum(x for x in v)",
        "np.mean(v, dtype=np.float64)",
        "np.std(v, ddof=1)",
        "math.log(v[0], 2)",
        "int(v[0])",
        "round(float(v[0]), 2)",
    ],
)
def test_what_cannot_be_repaired_for_certain_stays(expression: str, tmp_path: Path) -> None:
    assert repaired(in_tape(expression), tmp_path) == in_tape(expression)


@pytest.mark.parametrize(
    ("expression", "kind"),
    [
        ("np.log(v)", Applicability.SAFE),
        ("np.sum(w, axis=0)", Applicability.SAFE),
        ("np.maximum(v, 0.0)", Applicability.SAFE),
        ("np.maximum(v, w)", Applicability.UNSAFE),  # two arrays may differ in dtype
        ("np.dot(v, v)", Applicability.UNSAFE),  # not for every rank
        ("v.numpy()", Applicability.UNSAFE),
        ("float(v[0])", Applicability.UNSAFE),
        ("tf.Variable(v)", Applicability.UNSAFE),
    ],
)
def test_safe_means_the_same_value_shape_and_dtype(expression: str, kind: Applicability, tmp_path: Path) -> None:
    fixes = [diagnostic.fix for diagnostic in run_of(in_tape(expression), tmp_path).diagnostics]
    assert [fix.applicability for fix in fixes if fix is not None][:1] == [kind]


LOSSES = [
    (  # all uses of what becomes a tensor change with it
        "    values = t.numpy()\n    print(values.mean(), values.shape)\n    return values.sum()\n",
        "    values = t\n    print(tf.reduce_mean(values), values.shape)\n    return tf.reduce_sum(values)\n",
    ),
    (  # a name for a variable would follow it, and refuses ``+=``
        "    values = t.numpy()\n    values += 1.0\n    return values * 2.0\n",
        "    values = tf.identity(t)\n    values += 1.0\n    return values * 2.0\n",
    ),
    (  # into a list and out again
        "    parts = []\n    for x in t.numpy():\n        parts.append(np.square(x))\n    return np.sum(parts)\n",
        "    parts = []\n    for x in t:\n        parts.append(tf.square(x))\n    return tf.reduce_sum(parts)\n",
    ),
    (  # item assignment needs an array
        "    values = t.numpy()\n    values[0] = 0.0\n    return values.sum()\n",
        "    values = t.numpy()\n    values[0] = 0.0\n    return values.sum()\n",
    ),
    (  # a comment on the way stays
        "    return np.sum(  # all\n        t  # of them\n    )\n",
        "    return tf.reduce_sum(  # all\n        t  # of them\n    )\n",
    ),
    (  # what is only printed stays NumPy's
        '    print("norm", np.linalg.norm(t))\n    return np.sum(t)\n',
        '    print("norm", np.linalg.norm(t))\n    return tf.reduce_sum(t)\n',
    ),
]


@pytest.mark.parametrize("newline", ["\n", "\r\n"])
@pytest.mark.parametrize(("bad", "good"), LOSSES)
def test_a_loss_is_repaired(bad: str, good: str, newline: str, tmp_path: Path) -> None:
    def program(body: str) -> str:
        text = (
            f"{HEAD}\ndef loss_of(t):\n{body}\n\nwith tf.GradientTape() as tape:\n"
            "    loss = tf.constant(2.0) * tf.reduce_sum(loss_of(v))\nprint(tape.gradient(loss, v))\n"
        )
        return text.replace("\n", newline)

    assert repaired(program(bad), tmp_path) == program(good)


STEPS = [
    ("v = v - 0.1 * g", "v.assign_sub(0.1 * g)"),
    ("v = v + 0.1 * -g", "v.assign_add(0.1 * -g)"),
    ("v = (v - (0.1 * g))", "v.assign_sub(0.1 * g)"),
    ("v = tf.nn.relu(v - g)", "v.assign(tf.nn.relu(v - g))"),
    ("v -= 0.1 * g", "v.assign_sub(0.1 * g)"),
    ("v += 0.1 * g", "v.assign_add(0.1 * g)"),
    ("v *= 1.0 - g", "v.assign(v * (1.0 - g))"),
    ("v, n = v - g, 2", "v, n = v - g, 2"),
]


@pytest.mark.parametrize(("bad", "good"), STEPS)
def test_a_step_assigns_in_place(bad: str, good: str, tmp_path: Path) -> None:
    def program(step: str) -> str:
        return (
            f"{HEAD}for _ in range(3):\n    with tf.GradientTape() as tape:\n        loss = tf.reduce_sum(v ** 2)\n"
            f"    g = tape.gradient(loss, v)\n    {step}\n"
        )

    assert repaired(program(bad), tmp_path) == program(good)


SOURCES = [
    ("tf.Variable(3)", "tf.Variable(3.0)"),
    ("tf.Variable([1, -2])", "tf.Variable([1.0, -2.0])"),
    ("tf.Variable([[1]] * 4)", "tf.Variable([[1.0]] * 4)"),
    ("tf.Variable(3, dtype=tf.int32)", "tf.Variable(3, dtype=tf.float32)"),
    ('tf.Variable(3, dtype="int64")', 'tf.Variable(3, dtype="float32")'),
    ("tf.Variable(np.arange(4))", "tf.Variable(np.arange(4), dtype=tf.float32)"),
    ("tf.Variable(tf.range(4))", "tf.Variable(tf.cast(tf.range(4), tf.float32))"),
    ("tf.Variable(True)", "tf.Variable(True)"),
]


@pytest.mark.parametrize(("bad", "good"), SOURCES)
def test_a_source_becomes_floating(bad: str, good: str, tmp_path: Path) -> None:
    def program(made: str) -> str:
        return (
            f"import numpy as np\nimport tensorflow as tf\nx = {made}\nwith tf.GradientTape() as tape:\n"
            "    y = tf.reduce_sum(tf.cast(x, tf.float32) ** 2)\nprint(tape.gradient(y, x))\n"
        )

    assert repaired(program(bad), tmp_path) == program(good)


QUERIES = [
    (
        "x = tf.constant(3.0)\ny = x * x\nprint(tf.gradients(y, x)[0])\n",
        "x = tf.constant(3.0)\nwith tf.GradientTape() as tape:\n    tape.watch(x)\n    y = x * x\n"
        "print(tape.gradient(y, [x])[0])\n",
    ),
    (
        "loss = tf.reduce_sum(v ** 2)\nprint(tf.gradients(ys=loss, xs=[v], name='g'))\n",
        "with tf.GradientTape() as tape:\n    loss = tf.reduce_sum(v ** 2)\n"
        "print(tape.gradient(target=loss, sources=[v]))\n",
    ),
    (
        "print(tf.gradients(tf.reduce_sum(v ** 2), v))\n",
        "with tf.GradientTape() as tape:\n    target = tf.reduce_sum(v ** 2)\nprint(tape.gradient(target, [v]))\n",
    ),
    (
        "loss = tf.reduce_sum(v * w)  # loss\nprint([tf.gradients(loss, p)[0] for p in [v, w]])\n",
        "with tf.GradientTape(persistent=True) as tape:\n    loss = tf.reduce_sum(v * w)  # loss\n"
        "print([tape.gradient(loss, [p])[0] for p in [v, w]])\n",
    ),
    (
        "x = tf.constant(2.0)\ny = x ** 3\nfirst = tf.gradients(y, x)[0]\nsecond = tf.gradients(first, x)[0]\n",
        "x = tf.constant(2.0)\nwith tf.GradientTape() as outer_tape:\n    outer_tape.watch(x)\n"
        "    with tf.GradientTape() as tape:\n        tape.watch(x)\n        y = x ** 3\n"
        "    first = tape.gradient(y, [x])[0]\nsecond = outer_tape.gradient(first, [x])[0]\n",
    ),
    (  # where the target comes from is not in this function
        "def ask(y, x):\n    return tf.gradients(y, x)\n\n\nprint(ask(tf.constant(1.0), v))\n",
        "def ask(y, x):\n    return tf.gradients(y, x)\n\n\nprint(ask(tf.constant(1.0), v))\n",
    ),
    (
        "x = tf.constant(2.0)\ny = x ** 3\nprint(tf.hessians(y, x))\n",
        "x = tf.constant(2.0)\ny = x ** 3\nprint(tf.hessians(y, x))\n",
    ),
    (
        "opt = tf.compat.v1.train.AdamOptimizer(0.1)\nloss = tf.reduce_sum(v ** 2)\nopt.minimize(loss, var_list=[v])\n",
        "opt = tf.compat.v1.train.AdamOptimizer(0.1)\nwith tf.GradientTape() as tape:\n"
        "    loss = tf.reduce_sum(v ** 2)\ngradients = tape.gradient(loss, [v])\n"
        "opt.apply_gradients(zip(gradients, [v]))\n",
    ),
]


@pytest.mark.parametrize(("bad", "good"), QUERIES)
def test_a_query_gets_a_tape(bad: str, good: str, tmp_path: Path) -> None:
    assert repaired(HEAD + bad, tmp_path) == HEAD + good


def test_a_copy_of_weights_as_they_were_is_not_made_the_weights(tmp_path: Path) -> None:
    """Nothing would be left of the difference."""
    program = """\
import tensorflow as tf

class Anchored:
    def __init__(self):
        self.model = tf.keras.Sequential([tf.keras.Input((2,)), tf.keras.layers.Dense(1)])
        self.old = [v.numpy() for v in self.model.trainable_variables]

    def step(self):
        with tf.GradientTape() as tape:
            self.now = [v.numpy() for v in self.model.trainable_variables]
            away = tf.add_n([tf.reduce_sum((a - b) ** 2) for a, b in zip(self.now, self.old)])
        return tape.gradient(away, self.model.trainable_variables)

print(Anchored().step())
"""
    found = [(each.code, each.span.start.row, each.fix) for each in run_of(program, tmp_path).diagnostics]
    assert [(code, row) for code, row, _ in found] == [("TFG201", 6), ("TFG201", 10)]
    assert {fix for *_, fix in found} == {None}
