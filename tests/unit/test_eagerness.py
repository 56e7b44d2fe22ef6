"""Graph API in eager programs, and switches of eager execution: what is certain and what is not."""

from __future__ import annotations

import re
from importlib.util import find_spec
from pathlib import Path

import pytest

from tfgraphlint.interpret.checks.graph_api import REFUSED
from tfgraphlint.libraries.words import TF1_CASTS
from tfgraphlint.run.examine import Examiner
from tfgraphlint.syntax.deep_stack import LimitReached

V1 = "import tensorflow as tf\nimport tensorflow.compat.v1 as v1\n"


def reports(folder: Path, text: str, **others: str) -> list[tuple[str, int]]:
    for name, content in others.items():
        (folder / f"{name}.py").write_text(content)
    file = folder / "program.py"
    file.write_text(V1 + text)
    examined = Examiner(folder, [folder], screened=False).examine(file)
    assert not examined.error, examined.details
    return [(each.code, each.span.start.row - 2) for each in examined.diagnostics if each.code in ("TFG602", "TFG603")]


@pytest.mark.parametrize(
    ("text", "row"),
    [
        ("v1.placeholder(tf.float32)\n", 1),
        ("def build():\n    return v1.placeholder(tf.float32)\nx = build()\n", 2),
        ("class Net:\n    def __init__(self):\n        self.x = v1.placeholder(tf.float32)\nNet()\n", 3),
        ("def main(argv):\n    v1.placeholder(tf.float32)\nif __name__ == '__main__':\n    v1.app.run(main)\n", 2),
        ("session = v1.InteractiveSession()\nx = tf.constant(1.0)\nprint(x.eval())\n", 3),
        ("tf.Variable(1.0).eval()\n", 1),
        ("x = tf.constant(1.0) + 1.0\nprint(v1.Session().run([x]))\n", 2),
        ("x = tf.constant(1.0)\nwith v1.Session() as s:\n    s.run(x)\n", 3),
        ("v = tf.Variable(1.0)\nwith v1.Session() as s:\n    s.run(v)\n", 3),
        ("it = tf.data.Dataset.range(3).batch(2).make_one_shot_iterator()\n", 1),
        ("v1.data.make_initializable_iterator(tf.data.Dataset.range(3))\n", 1),
        ("v1.summary.merge_all()\nv1.summary.FileWriter('a')\n", 1),
    ],
)
def test_graph_api_in_eager(tmp_path: Path, text: str, row: int) -> None:
    assert reports(tmp_path, text) == [("TFG602", row)]


@pytest.mark.parametrize(
    "text",
    [
        "def never_called():\n    v1.placeholder(tf.float32)\n",
        "with tf.Graph().as_default():\n    v1.placeholder(tf.float32)\n",
        "g = tf.Graph()\nwith g.as_default(), v1.Session(graph=g) as s:\n    s.run(v1.placeholder(1) + 1.0)\n",
        "from other import graph\nwith graph.as_default():\n    v1.placeholder(1)\n    tf.constant(1.0).eval()\n",
        "with v1.Session():\n    v = tf.Variable(1.0)\n    print(v.eval(), tf.constant(1.0).eval())\n",
        "with v1.Session() as s:\n    v = v1.get_variable('v', [])\n    s.run([v, v + 1.0])\n",
        "def f(x):\n    return v1.placeholder(1)\nv1.wrap_function(f, [tf.TensorSpec([])])\n",
        "@tf.function\ndef f(x):\n    v1.placeholder(tf.float32)\n    return x\nf(tf.constant(1.0))\n",
        "try:\n    v1.placeholder(tf.float32)\nexcept RuntimeError:\n    pass\n",
        "if not tf.executing_eagerly():\n    v1.placeholder(tf.float32)\n",
        "v1.disable_eager_execution()\nx = v1.placeholder(tf.float32)\nv1.Session().run(x + 1.0)\n",
        "def setup():\n    v1.disable_v2_behavior()\nsetup()\nx = v1.placeholder(tf.float32)\n",
        "import sys\nif sys.argv:\n    v1.disable_eager_execution()\nx = v1.placeholder(tf.float32)\n",
        "v1.data.make_one_shot_iterator(tf.data.Dataset.range(3))\n",
        "v1.data.Dataset.range(3).make_one_shot_iterator()\n",
        "import helper\nx = v1.placeholder(tf.float32)\n",
    ],
)
def test_where_graph_api_is_fine(tmp_path: Path, text: str) -> None:
    assert reports(tmp_path, text, helper=V1 + "v1.disable_eager_execution()\n") == []


def test_a_file_that_has_nothing_to_do_with_it_switches(tmp_path: Path) -> None:
    other = V1 + "v1.disable_eager_execution()\n"
    assert reports(tmp_path, "v1.placeholder(tf.float32)\n", other=other) == [("TFG602", 1)]
    other += "import program\n"
    assert reports(tmp_path, "v1.placeholder(tf.float32)\n", other=other) == []


BEFORE = "k = tf.constant([1.0])\nv = tf.Variable([1.0])\nd = tf.data.Dataset.range(3)\nv1.disable_eager_execution()\n"


@pytest.mark.parametrize(
    "text",
    [
        "y = k + 1.0\n",
        "y = v1.placeholder(tf.float32) * v\n",
        "y = tf.add_n([v1.placeholder(tf.float32), k])\n",
        "d = d.map(lambda x: x)\n",
        "v1.data.make_one_shot_iterator(d).get_next()\n",
        "def f(x):\n    return x * k\nf(v1.placeholder(tf.float32))\n",
        "with tf.Graph().as_default():\n    y = tf.square(k)\n",
        "@tf.function\ndef f(x):\n    return x * v\nf(tf.constant(1.0))\n",
    ],
)
def test_a_late_switch(tmp_path: Path, text: str) -> None:
    assert reports(tmp_path, BEFORE + text) == [("TFG603", 4)]


@pytest.mark.parametrize(
    "text",
    [
        BEFORE + "print(k, k.numpy(), k.shape, v.shape)\ny = tf.constant(k)\nz = tf.constant(k.numpy()) + 1.0\n",
        BEFORE + "k = tf.constant([2.0])\ny = k + 1.0\n",
        "import sys\nk = tf.constant(1.0)\nif sys.argv:\n    v1.disable_eager_execution()\ny = k + 1.0\n",
        "v1.disable_eager_execution()\nk = tf.constant(1.0)\ny = k + 1.0\n",
        "with tf.Graph().as_default():\n    k = tf.constant(1.0)\nv1.disable_eager_execution()\nk + 1.0\n",
        "def f(k):\n    v1.disable_eager_execution()\n    return k + tf.constant(1.0)\n",
        "import helper\nk = tf.constant(1.0)\nv1.disable_eager_execution()\ny = k + 1.0\n",
        "v1.enable_eager_execution()\nk = tf.constant(1.0)\nv1.enable_v2_behavior()\n",
        "v1.disable_eager_execution()\nv1.enable_eager_execution()\nprint(tf.constant(1.0).numpy())\n",
        "v1.disable_v2_behavior()\nprint(1 + len('a'), tf.config.list_physical_devices())\nv1.enable_v2_behavior()\n",
        "v1.disable_v2_behavior()\nwith tf.Graph().as_default():\n    tf.constant(1.0) + 1\nv1.enable_v2_behavior()\n",
    ],
)
def test_where_a_switch_is_fine(tmp_path: Path, text: str) -> None:
    assert reports(tmp_path, text, helper=V1 + "v1.disable_eager_execution()\n") == []


@pytest.mark.parametrize("used", ["x = v1.placeholder(tf.float32)\n", "s = v1.Session()\n", "y = tf.square(1.0)\n"])
def test_eager_execution_back_on(tmp_path: Path, used: str) -> None:
    assert reports(tmp_path, f"v1.disable_v2_behavior()\n{used}v1.enable_eager_execution()\n") == [("TFG603", 3)]


@pytest.mark.skipif(find_spec("tensorflow") is None, reason="TensorFlow is not installed")
def test_tensorflow_refuses_the_same() -> None:
    """What the table of refused functions says, the replacements of ``tf.to_float`` and of the seed."""
    import tensorflow as tf

    v1 = tf.compat.v1
    ones = tf.constant([1.0])
    given: dict[str, tuple[object, ...]] = {
        "placeholder": (tf.float32,), "sparse_placeholder": (tf.float32,), "ragged.placeholder": (tf.float32, 1),
        "data.make_initializable_iterator": (tf.data.Dataset.range(3),), "summary.FileWriter": ("none",),
        "train.string_input_producer": (["a"],), "train.batch": ([ones], 2), "train.import_meta_graph": ("a",),
        "train.shuffle_batch": ([ones], 2, 10, 5), "metrics.accuracy": (ones, ones), "metrics.mean": (ones,),
    }  # fmt: skip
    for name, error in REFUSED.items():
        kind, _, message = error.partition(": ")
        function = v1
        for part in name.split("."):
            function = getattr(function, part)
        with pytest.raises(Exception, match=re.escape(message)) as caught:
            function(*given.get(name, ()))
        assert type(caught.value).__name__ == kind, name
    for name, dtype in TF1_CASTS.items():
        assert getattr(v1, name)(ones).dtype == getattr(tf, dtype)
    v1.set_random_seed(7)
    drawn = tf.random.uniform([3])
    tf.random.set_seed(7)
    assert bool(tf.reduce_all(drawn == tf.random.uniform([3])))


def test_what_was_half_known_of_a_project_when_a_limit_was_reached_is_asked_anew(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Here that another file has the function traced."""
    slope, traced = tmp_path / "slope.py", tmp_path / "traced.py"
    slope.write_text("import tensorflow as tf\n\ndef slope(y, x):\n    return tf.gradients(y, x)\n")
    traced.write_text("import tensorflow as tf\nfrom slope import slope\n\nstep = tf.function(slope)\n")
    examiner = Examiner(tmp_path, [tmp_path], screened=False)

    def interrupted(files: object) -> None:
        raise LimitReached("it takes more than 1 seconds")

    with monkeypatch.context() as patch:
        patch.setattr("tfgraphlint.project.callers._neighbours", interrupted)
        assert examiner.examine(slope).error == "slope.py: not linted to its end: it takes more than 1 seconds"
    again = examiner.examine(slope)
    assert (again.error, again.diagnostics) == ("", ())
    traced.unlink()
    assert [each.code for each in Examiner(tmp_path, [tmp_path]).examine(slope).diagnostics] == ["TFG101"]
