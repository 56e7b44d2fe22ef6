"""Names of TensorFlow 1: what is seen in the letters of a file, what is guarded, one report for a whole program."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

from tfgraphlint.errors import SettingsError
from tfgraphlint.facts.names import LegacySymbol
from tfgraphlint.names.gone_names import mentions_legacy
from tfgraphlint.names.tf1_names import legacy_symbols
from tfgraphlint.project.settings import Settings
from tfgraphlint.run.lint import Request, lint

HEAD = "import tensorflow as tf\n"


def found(text: str, version: str | None = None, each: bool = False) -> list[LegacySymbol]:
    symbols = legacy_symbols(ast.parse(text), "a.py", text, version, each)
    assert mentions_legacy(text) or not symbols, "the cheap look misses what the search finds"
    return symbols


@pytest.mark.parametrize(
    ("text", "spelled", "replacement"),
    [
        (HEAD + "y = tf.log(x)\n", "tf.log", "tf.math.log"),
        (HEAD + "def f():\n    return tf.train.Saver()\n", "tf.train.Saver", "tf.compat.v1.train.Saver"),
        (HEAD + "flags = tf.app.flags\nflags.DEFINE_string('a', '', '')\n", "tf.app", "tf.compat.v1.app"),
        ("import tensorflow\ntensorflow.random_normal([1])\n", "tensorflow.random_normal", "tensorflow.random.normal"),
        ("import tensorflow.compat.v2 as tf\ntf.placeholder(1)\n", "tf.placeholder", "tf.compat.v1.placeholder"),
        ("import os, tensorflow as T\nT.to_float(x)\n", "T.to_float", "T.cast(…, T.float32)"),
        ("from tensorflow import log\n", "tensorflow.log", "tensorflow.math.log"),
        ("from tensorflow import (\n  keras,\n  Session\n)\n", "tensorflow.Session", "tensorflow.compat.v1.Session"),
        ("from tensorflow import train as t\nt.AdamOptimizer()\n", "t.AdamOptimizer", ""),
        ("import tensorflow.contrib.slim as slim\nslim.conv2d(x)\n", "tensorflow.contrib.slim", ""),
        ("import tensorflow.compat.v1 as tf\ntf.contrib.layers.flatten(x)\n", "tf.contrib", ""),
        ("import tensorflow.examples.tutorials.mnist as m\n", "tensorflow.examples.tutorials.mnist", ""),
        (HEAD + "logging.flags = 1\nself.log = 2\nsetattr(self, n, 1)\ntf.log(x)\n", "tf.log", "tf.math.log"),
    ],
)  # fmt: skip
def test_a_name_that_is_gone(text: str, spelled: str, replacement: str) -> None:
    (symbol,) = found(text)
    assert (symbol.spelled, symbol.replacement) == (spelled, replacement)


@pytest.mark.parametrize(
    "text",
    [
        "import tensorflow.compat.v1 as tf\ntf.placeholder(1)\n",
        "import tensorflow.compat.v2 as tf\ntf.enable_v2_behavior()\n",
        "try:\n    import tensorflow.compat.v1 as tf\nexcept ImportError:\n    import tensorflow as tf\ntf.log(x)\n",
        HEAD + "if tf.__version__ >= '2':\n    tf = tf.compat.v1\ntf.Session()\n",
        HEAD + "tf = tf.compat.v1\ntf.Session()\n",
        HEAD + "def f(tf):\n    return tf.Session()\n",
        HEAD + "tf.log = tf.math.log\ntf.log(x)\n",
        HEAD + "for n in names:\n    setattr(tf, n, getattr(tf.compat.v1, n))\ntf.Session()\n",
        HEAD + "y = tf.log(x) if hasattr(tf, 'log') else tf.math.log(x)\n",
        HEAD + "with pytest.raises(AttributeError):\n    tf.placeholder(1)\n",
        HEAD + "from packaging import version\nif version.parse(tf.__version__) < OLD:\n    tf.Session()\n",
        HEAD + "def old():\n    return tf.__version__[0] == '1'\nif old():\n    tf.Session()\n",
        HEAD + "def run():\n    if not IS_TF1:\n        return\n    tf.Session()\n",
        HEAD + "def legacy():\n    tf.Session()\ndef main():\n    legacy()\nif tf.__version__ < '2':\n    main()\n",
        HEAD + "assert tf.__version__.startswith('1.')\ntf.Session()\n",
        HEAD + "@unittest.skipIf(TF2, 'old')\ndef test():\n    tf.Session()\n",
        "from __future__ import annotations\n" + HEAD + "def f(s: tf.Session) -> tf.Tensor: pass\n",
        HEAD + "# pip install tensorflow==1.15\ntf.Session()\n",
        HEAD + "tf.gradients(y, x); tf.name_scope('a'); tf.keras.backend.get_session()\n",
        "from .compat import tf\ntf.Session()\n",
        HEAD + "if TYPE_CHECKING:\n    from tensorflow.contrib import slim\n",
        HEAD + "@test_util.run_v1_only('graphs')\ndef test():\n    tf.Session()\n",
        "log = 1\n",
    ],
)  # fmt: skip
def test_what_is_fine(text: str) -> None:
    assert found(text) == []


PROGRAM = HEAD + "tf.set_random_seed(1)\nx = tf.placeholder(tf.float32)\ny = tf.log(x)\nwith tf.Session():\n    pass\n"


SESSION = "tf.Session()\n"
ASSERTS = [  # a line, and whether what follows it is reached under TensorFlow 2.21
    ("assert tf.__version__.startswith('2.')", True),
    ("assert tf.__version__ >= '1.4', 'too old'", True),
    ("assert int(tf.__version__.split('.')[0]) < 2", False),
    ("assert tf.__version__ in ('1.13.1', '1.15.0')", False),
    ("assert tf.__version__ == '2.21.0'", False),  # nobody knows the patch release
    ("assert hasattr(tf, 'Session')", False),
    ("assert version.parse(tf.__version__) >= version.parse('2.0.0')", True),
    ("assert LooseVersion(tf.__version__) < '2.0.0'", False),
    ("assert Version(tf.__version__).major == 2", True),
    ("assert [int(n) for n in tf.__version__.split('.')][:2] >= [2, 4]", True),
    ("assert tf.__version__ >= '2.4'", False),  # as texts: '2.21.0' stands before '2.4'
    ("if tf.__version__[0] == '1':\n    raise SystemExit", True),
    ("if tf.__version__[0] != '1':\n    raise SystemExit", False),
    ("IS_TF_1 = tf.__version__[0] == '1'\nIS_TF_1 or _raise(ImportError())", False),
    ("IS_TF_1 = tf.__version__[0] == '1'\nnot IS_TF_1 or _raise(ImportError())", True),
    ("from .compat import IS_TF_1\nIS_TF_1 or _raise(ImportError())", False),
    ("major, minor = map(int, tf.__version__.split('.')[:2])\nassert (major, minor) > (1, 12)", True),
    ("from tensorflow import __version__ as installed\nassert installed < '2'", False),
    ("def is_2():\n    return tf.__version__.startswith('2')\nassert is_2()", True),
]  # fmt: skip


@pytest.mark.parametrize(("line", "reached"), ASSERTS)
def test_a_guard_means_what_it_compares(line: str, reached: bool) -> None:
    assert [symbol.spelled for symbol in found(f"{HEAD}{line}\n{SESSION}")] == ["tf.Session"] * reached


@pytest.mark.parametrize(
    ("text", "spelled"),
    [
        ("if tf.__version__ < '2':\n    tf.Session()\nelse:\n    tf.log(1)\n", "tf.log"),
        ("if tf.__version__ >= '2':\n    tf.Session()\nelse:\n    tf.log(1)\n", "tf.Session"),
        ("log = tf.log if tf.__version__ < '2' else tf.placeholder\n", "tf.placeholder"),
        ("ok = tf.__version__ < '2' and tf.log or tf.ceil\n", "tf.ceil"),
        ("def f():\n    if tf.__version__ < '2':\n        return tf.log\n    return tf.ceil\n", "tf.ceil"),
    ],
)
def test_only_what_is_reached(text: str, spelled: str) -> None:
    assert [symbol.spelled for symbol in found(HEAD + text)] == [spelled]


def test_a_guard_is_asked_for_the_version_that_is_meant() -> None:
    text = HEAD + "assert tf.__version__ >= '2.19'\n" + SESSION
    assert [len(found(text, version)) for version in ("2.18", "2.20")] == [0, 1]


@pytest.mark.parametrize(
    ("text", "spelled", "others"),
    [
        (HEAD + "mode = tf.estimator.ModeKeys.TRAIN\n", "tf.estimator", 0),
        (HEAD + "tf.estimator.RunConfig()\ndef f():\n    return tf.estimator.Estimator\n", "tf.estimator", 1),
        ("import tensorflow.compat.v1 as tf\ntf.estimator.ModeKeys\n", "tf.estimator", 0),
        ("from tensorflow import estimator\n", "tensorflow.estimator", 0),
        ("import tensorflow.estimator as te\n", "tensorflow.estimator", 0),
        ("from tensorflow.estimator import ModeKeys\n", "tensorflow.estimator.ModeKeys", 0),
    ],
)
def test_modules_that_tensorflow_2_had_for_a_while(text: str, spelled: str, others: int) -> None:
    assert [(each.spelled, each.others, each.after) for each in found(text)] == [(spelled, others, "2.15")]
    assert found(text, "2.15") == []


def test_a_program_is_one_report(tmp_path: Path) -> None:
    (one,) = found(PROGRAM)
    assert (one.spelled, one.others, one.edits) == ("tf.set_random_seed", 3, ())
    assert [symbol.span.start.row for symbol in found(PROGRAM, each=True)] == [2, 3, 4, 5]
    file = tmp_path / "a.py"
    file.write_text(PROGRAM)
    for asked, count in ((False, 1), (True, 4)):
        settings = Settings(tmp_path, select=("TFG601",), each_tf1_symbol=asked)
        assert len(lint(Request(tmp_path, {file: settings})).diagnostics) == count


def test_a_project_for_tensorflow_1() -> None:
    assert found(PROGRAM, version="1.15") == []
    assert len(found(PROGRAM, version="2.4")) == 1


def test_places_are_in_characters() -> None:
    (symbol,) = found(HEAD + "y = 'ü' + tf.log(x)\n")
    assert (symbol.span.start.column, symbol.span.end.column) == (11, 17)


def test_the_setting_is_a_switch() -> None:
    from tfgraphlint.project.settings import from_table

    with pytest.raises(SettingsError, match="each-tf1-symbol is true or false"):
        from_table({"each-tf1-symbol": "yes"}, Path("/c.toml"))
