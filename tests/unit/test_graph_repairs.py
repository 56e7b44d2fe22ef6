"""What repairs make of single expressions in traced code (TFG4 and TFG212), and that TensorFlow computes the same then.

Whole programs are in fixtures/.
"""

from __future__ import annotations

import random
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import pytest

from tfgraphlint.project.settings import Settings
from tfgraphlint.run.lint import Request, Run, lint
from tfgraphlint.run.repair import repair

needs_tensorflow = pytest.mark.skipif(find_spec("tensorflow") is None, reason="TensorFlow is not installed")

HEAD = """\
import math
import random
import time
import numpy as np
import tensorflow as tf

VALUES = (
    tf.constant([0.25, 0.5, 0.75]), tf.constant([[1.0, 2.0, 3.0], [6.0, 5.0, 4.0]]), tf.constant([3, 1, 2]),
    tf.constant([250, 100, 7], tf.uint8),
)

"""


def run_of(text: str, folder: Path) -> Run:
    file = folder / "program.py"
    file.write_text(text, encoding="utf-8", newline="")
    return lint(Request(folder, {file: Settings(folder)}, roots=[folder], processes=1))


def repaired(text: str, folder: Path) -> str:
    """The text after all fixes; what cannot be repaired stays."""
    result = repair(run_of(text, folder), unsafe=True)
    assert not result.dropped, "a fix that is offered holds"
    texts = [source.text for source in result.changed.values()]
    return texts[0] if texts else text


def traced(*lines: str) -> str:
    body = "".join(f"    {line}\n" for line in lines)
    return f"{HEAD}@tf.function\ndef traced(x, m, n, u):\n{body}\n\nresult = traced(*VALUES)\n"


def executed(text: str) -> dict[str, Any]:
    names: dict[str, Any] = {"__name__": "program"}
    source = compile(text, "program.py", "exec")
    exec(source, names)
    return names


# x is a vector of floats, m a matrix of floats, n a vector of integers, u one of small integers.
EXPRESSIONS = [
    # TFG401
    ("x.numpy() * 2.0", "x * 2.0"),
    ("tf.square(x.numpy())", "tf.square(x)"),
    ("tf.stack([x.numpy(), x])", "tf.stack([x, x])"),
    ("m.numpy().mean(axis=1)", "tf.reduce_mean(m, axis=1)"),
    ("np.exp(x.numpy())", "tf.exp(x)"),
    ("n.numpy() > 1", "n > 1"),
    # TFG402
    ("np.mean(m, axis=0)", "tf.reduce_mean(m, axis=0)"),
    ("np.mean(n)", "tf.reduce_mean(tf.cast(n, tf.float32))"),
    ("np.mean(u)", "tf.reduce_mean(tf.cast(u, tf.float32))"),
    ("np.sum(m, axis=1, keepdims=True)", "tf.reduce_sum(m, axis=1, keepdims=True)"),
    ("np.max(n)", "tf.reduce_max(n)"),
    ("np.argmax(m, axis=1)", "tf.argmax(m, axis=1)"),
    ("np.sign(x - 0.5)", "tf.sign(x - 0.5)"),
    ("np.floor(4.0 * x)", "tf.floor(4.0 * x)"),
    ("np.where(x > 0.3, x, 0.0)", "tf.where(x > 0.3, x, 0.0)"),
    ("np.sqrt(np.sum(m))", "tf.sqrt(tf.reduce_sum(m))"),
    ("np.zeros(tf.shape(m), np.float32)", "tf.zeros(tf.shape(m), np.float32)"),
    # TFG403
    ("sum(x)", "tf.reduce_sum(x, axis=0)"),
    ("sum(m)", "tf.reduce_sum(m, axis=0)"),
    ("max(x)", "tf.reduce_max(x)"),
    ("min(n)", "tf.reduce_min(n)"),
    ("max(x[0], 0.3)", "tf.maximum(x[0], 0.3)"),
    ("max(0, x[0])", "tf.maximum(x[0], 0)"),
    ("min(x[0], x[1])", "tf.minimum(x[0], x[1])"),
    ("any(x > 0.7)", "tf.reduce_any(x > 0.7)"),
    ("all(x > 0.7)", "tf.reduce_all(x > 0.7)"),
    ("math.exp(x[1])", "tf.exp(x[1])"),
    ("list(x)", "tf.unstack(x)"),
    ("tuple(m)", "tuple(tf.unstack(m))"),
    ("[row * 2.0 for row in m]", "[row * 2.0 for row in tf.unstack(m)]"),
]  # fmt: skip


@pytest.mark.parametrize(("expression", "wanted"), EXPRESSIONS)
def test_expression(expression: str, wanted: str, tmp_path: Path) -> None:
    assert repaired(traced(f"return {expression}"), tmp_path) == traced(f"return {wanted}")


@needs_tensorflow
def test_the_graph_gives_what_the_expression_gives_eagerly(tmp_path: Path) -> None:
    import numpy as np
    import tensorflow as tf

    for expression, wanted in EXPRESSIONS:
        names = executed(traced(f"return {wanted}"))
        eager = eval(expression, dict(names, **dict(zip("xmnu", names["VALUES"]))))
        for found, given in zip(tf.nest.flatten(names["result"]), tf.nest.flatten(eager), strict=True):
            np.testing.assert_allclose(np.asarray(found), np.asarray(given), rtol=1e-5, err_msg=expression)


LEFT_ALONE = [
    # Python needs the value
    ("kept.append(x.numpy())", "return x"),
    ("print(x.numpy())", "return x"),
    ("return f'{x.numpy()}'",),
    ("return m[np.argmax(x)]",),
    ("return min(1.0, x.numpy()[0])",),
    ("return tf.constant(x.numpy())",),
    ("return somebody(x.numpy())",),
    ("first, second, third = x.numpy()", "return first"),
    ("return x.numpy().shape[0]",),
    # Other numbers would come out without an error
    ("return np.sum(u)",),
    ("return np.prod(n)",),
    ("return np.argmax(m)",),
    ("return np.cumsum(n)",),
    ("return np.std(m, ddof=1)",),
    ("return np.zeros(tf.shape(m))",),
    ("return np.zeros(tf.shape(m), float)",),
    ("return np.array_equal(x, x)",),
    # No operation does the same
    ("return max(x, key=abs)",),
    ("return sum(x, 1.0)",),
    ("return f'{x[0]:.3f}'",),
    ("return set(x)",),
    ("return max(n[0], 0.5)",),
    # Draws
    ("return x * random.choice([1.0, 2.0])",),
    ("return x * random.randint(1, 3)",),
    ("return x * np.random.normal(scale)",),
    ("return x * np.random.normal(size=count)",),
    ("kept.append(random.random())", "return x"),
    ("return x * time.perf_counter()",),
    ("return tf.gather(x, [0, 1, 2][random.randrange(3)])",),
    # Prints
    ("print('%s' % x)", "return x"),
    ("text = f'x: {x}'", "print(text)", "return x"),
    ("text = f'x: {x}'", "print(f'{text}')", "return x"),
    ("print('x', f'{x}')", "return x"),
    ("print('x', x, file=log)", "return x"),
    ("print(*(x, n))", "return x"),
]


@pytest.mark.parametrize("lines", LEFT_ALONE, ids=" | ".join)
def test_no_fix_is_offered(lines: tuple[str, ...], tmp_path: Path) -> None:
    run = run_of(traced(*lines), tmp_path)
    assert run.diagnostics, "something is reported"
    assert [each.code for each in run.diagnostics if each.fix] == []


def test_a_condition_needs_autograph(tmp_path: Path) -> None:
    lines = ("y = x", "if np.max(x) > 0.5:", "    y = 2.0 * x", "return y")
    wanted = ("y = x", "if tf.reduce_max(x) > 0.5:", "    y = 2.0 * x", "return y")
    assert repaired(traced(*lines), tmp_path) == traced(*wanted)
    text = traced(*lines).replace("@tf.function", "@tf.function(autograph=False)")
    assert not any(each.fix for each in run_of(text, tmp_path).diagnostics)


def test_no_operation_that_xla_refuses(tmp_path: Path) -> None:
    text = traced("print(x)", "return x + tf.cast(time.time(), tf.float32)")
    text = text.replace("@tf.function", "@tf.function(jit_compile=True)")
    run = run_of(text, tmp_path)
    assert [each.code for each in run.diagnostics] == ["TFG404", "TFG409"]
    assert not any(each.fix for each in run.diagnostics)


# -- draws ---------------------------------------------------------------------------------------

DRAWS = [
    ("x + random.random()", "x + tf.random.uniform([])", 0.0, 1.0),
    ("x + random.uniform(-2, 3)", "x + tf.random.uniform([], -2, 3)", -2.0, 3.0),
    ("x + random.uniform(b=3.0, a=1.0)", "x + tf.random.uniform([], 1.0, 3.0)", 1.0, 3.0),
    ("x + np.random.uniform(2.0)", "x + tf.random.uniform([], 2.0, 1.0)", 1.0, 2.0),
    ("x + np.random.uniform(high=4.0, size=3)", "x + tf.random.uniform([3], 0.0, 4.0)", 0.0, 4.0),
    ("x + np.random.rand(3)", "x + tf.random.uniform([3])", 0.0, 1.0),
    ("x + np.random.random(size=x.shape)", "x + tf.random.uniform(x.shape)", 0.0, 1.0),
    ("x + tf.cast(random.randint(1, 3), tf.float32)",
     "x + tf.cast(tf.random.uniform([], 1, 4, dtype=tf.int32), tf.float32)", 1.0, 3.0),
    ("x + tf.cast(random.randrange(3), tf.float32)",
     "x + tf.cast(tf.random.uniform([], 0, 3, dtype=tf.int32), tf.float32)", 0.0, 2.0),
    ("x + tf.cast(np.random.randint(1, 3, size=(3,)), tf.float32)",
     "x + tf.cast(tf.random.uniform([3], 1, 3, dtype=tf.int64), tf.float32)", 1.0, 2.0),
]
NORMAL = [
    ("x + random.gauss(0.5, 2.0)", "x + tf.random.normal([], 0.5, 2.0)", 0.5, 2.0),
    ("x + np.random.normal(scale=0.1, size=(3,))", "x + tf.random.normal([3], 0.0, 0.1)", 0.0, 0.1),
    ("x + np.random.normal(5.0)", "x + tf.random.normal([], 5.0)", 5.0, 1.0),
    ("x + np.random.randn(2, 3)", "x + tf.random.normal([2, 3])", 0.0, 1.0),
    ("x + np.random.standard_normal(3)", "x + tf.random.normal([3])", 0.0, 1.0),
]


@pytest.mark.parametrize(("expression", "wanted"), [case[:2] for case in (*DRAWS, *NORMAL)])
def test_draw(expression: str, wanted: str, tmp_path: Path) -> None:
    assert repaired(traced(f"return {expression}"), tmp_path) == traced(f"return {wanted}")


@needs_tensorflow
def test_draws_keep_their_bounds_and_moments() -> None:
    import numpy as np

    random.seed(0)
    np.random.seed(0)
    for expression, wanted, first, second in (*DRAWS, *NORMAL):
        names = executed(traced(f"return {wanted}"))
        x = names["VALUES"][0]
        by_python = np.array([eval(expression, dict(names, x=x)) for _ in range(300)]) - x.numpy()
        by_graph = np.array([names["traced"](*names["VALUES"]) for _ in range(300)]) - x.numpy()
        assert by_graph.shape == by_python.shape, expression
        for draws in (by_python, by_graph):
            assert len(np.unique(draws.round(4))) > 1, expression
            if (expression, wanted, first, second) in DRAWS:
                assert first - 1e-4 <= draws.min() and draws.max() <= second + 1e-4, expression
                assert draws.max() - draws.min() > 0.9 * (second - first), expression
            else:
                assert abs(draws.mean() - first) < 0.3 * second and 0.8 < draws.std() / second < 1.2, expression


def test_the_time(tmp_path: Path) -> None:
    text = traced("age = time.time() - 5.0", "return x + tf.cast(age, tf.float32)")
    assert repaired(text, tmp_path) == text.replace("time.time()", "tf.timestamp()")


# -- prints --------------------------------------------------------------------------------------

PRINTS = [
    ("print('x', x, sep=': ', end='!')", "tf.print('x', x, sep=': ', end='!')"),
    ('print(f"x {x[0]} of {{{1 + 1}}}")', 'tf.print("x ", x[0], " of {", 1 + 1, "}", sep="")'),
    ("print(x)", "tf.print(x)"),
]


@pytest.mark.parametrize(("statement", "wanted"), PRINTS)
def test_print(statement: str, wanted: str, tmp_path: Path) -> None:
    assert repaired(traced(statement, "return x"), tmp_path) == traced(wanted, "return x")


@needs_tensorflow
def test_printed_text_is_the_same(capfd: pytest.CaptureFixture[str]) -> None:
    executed(traced('tf.print("x ", x[0], " of {", 1 + 1, "}", sep="")', "return x"))
    assert "x 0.25 of {2}" in capfd.readouterr().err


# -- the double where ----------------------------------------------------------------------------

WHERES = [
    ("tf.where(v > 0.0, tf.math.log(v), 0.0)", "tf.where(v > 0.0, tf.math.log(tf.where(v > 0.0, v, 1.0)), 0.0)"),
    ("tf.where(v > 0.0, 1.0 / v, 0.0)", "tf.where(v > 0.0, 1.0 / tf.where(v > 0.0, v, 1.0), 0.0)"),
    ("tf.where(v > 0.0, tf.math.log(v) / v, 0.0)",
     "tf.where(v > 0.0, tf.math.log(tf.where(v > 0.0, v, 1.0)) / tf.where(v > 0.0, v, 1.0), 0.0)"),
    ("tf.where(v <= 0.0, 0.0, (v) ** 0.5)", "tf.where(v <= 0.0, 0.0, (tf.where(v <= 0.0, tf.ones_like(v), v)) ** 0.5)"),
    ("tf.where(v > 0.0, tf.abs(-tf.math.log(v)), 0.0)",
     "tf.where(v > 0.0, tf.abs(-tf.math.log(tf.where(v > 0.0, v, 1.0))), 0.0)"),
]
NO_WHERES = [
    "tf.where(v > 0.0, tf.reduce_sum(tf.math.log(v)), 0.0)",  # the condition has another shape
    "tf.where(v > 0.0, logarithm, 0.0)",
    "tf.where(condition=v > 0.0, x=tf.math.log(v), y=0.0)",
]


def in_tape(expression: str, dtype: str = "float32") -> str:
    return (
        f"import tensorflow as tf\n\nv = tf.Variable([0.0, 0.5, 2.0], dtype=tf.{dtype})\n"
        f"with tf.GradientTape() as tape:\n    logarithm = tf.math.log(v)\n    loss = tf.reduce_sum({expression})\n"
        "gradient = tape.gradient(loss, v)\n"
    )


@pytest.mark.parametrize(("expression", "wanted"), WHERES)
def test_where(expression: str, wanted: str, tmp_path: Path) -> None:
    assert repaired(in_tape(expression), tmp_path) == in_tape(wanted)


@pytest.mark.parametrize("expression", NO_WHERES)
def test_where_that_is_left_alone(expression: str, tmp_path: Path) -> None:
    run = run_of(in_tape(expression), tmp_path)
    assert [(each.code, each.fix) for each in run.diagnostics] == [("TFG212", None)]


@needs_tensorflow
@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_where_keeps_value_and_finite_gradients(dtype: str) -> None:
    import numpy as np

    for expression, wanted in WHERES:
        before, after = executed(in_tape(expression, dtype)), executed(in_tape(wanted, dtype))
        assert np.isnan(before["gradient"].numpy()[0]), expression
        np.testing.assert_allclose(after["loss"], before["loss"], rtol=1e-5, err_msg=expression)
        np.testing.assert_allclose(after["gradient"][1:], before["gradient"][1:], rtol=1e-5, err_msg=expression)
        assert after["gradient"].numpy()[0] == 0.0, expression
