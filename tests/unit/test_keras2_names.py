"""Names of Keras 2 that Keras 3 lacks: what is found, what is guarded, what can be written instead."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

from tfgraphlint.facts.names import RemovedName
from tfgraphlint.libraries.tables import load, versions
from tfgraphlint.libraries.words import EARLY_METHODS, EARLY_MODULES
from tfgraphlint.names.gone_names import mentions_removed
from tfgraphlint.names.keras2_names import removed_names
from tfgraphlint.run.examine import Examiner


def names(text: str, version: str | None = None) -> list[RemovedName]:
    return removed_names(ast.parse(text), "model.py", text, version)


FOUND = [
    ("from keras import backend as K\nK.mean(x)\n", "keras.backend.mean", ""),
    ("import keras\nfrom keras import backend as K\nK.mean(x, axis=1)\n", "keras.backend.mean", "keras.ops.mean"),
    ("import keras\nkeras.backend.argmax(x)\n", "keras.backend.argmax", ""),  # the default of ``axis`` differs
    ("import keras\nkeras.backend.sqrt(x)\n", "keras.backend.sqrt", ""),  # that of Keras 2 took negative numbers for 0
    ("import tensorflow as tf\ntf.keras.losses.mean_squared_error\n", "tensorflow.keras.losses.mean_squared_error",
     "tf.keras.losses.mse"),
    ("from tensorflow.keras.backend import set_learning_phase\n", "tensorflow.keras.backend.set_learning_phase", ""),
    ("import tensorflow as tf\ntf.compat.v1.layers.dense(x, 3)\n", "tensorflow.compat.v1.layers.dense", ""),
    ("from tensorflow import keras\nkeras.layers.experimental.preprocessing.Rescaling\n",
     "tensorflow.keras.layers.experimental", ""),
    ("from keras.layers.core import Dense, Dropout\n", "keras.layers.core", "keras.layers"),
    ("from keras.engine.topology import Layer\n", "keras.engine.topology", ""),
    ("from keras.utils import np_utils\n", "keras.utils.np_utils", ""),
    ("from keras.utils import np_utils\nnp_utils.to_categorical(y)\n", "keras.utils.np_utils", "keras.utils"),
    ("from keras.utils import np_utils\nnp_utils.unknown(y)\n", "keras.utils.np_utils", ""),
    ("from tensorflow.keras.utils.vis_utils import plot\n", "tensorflow.keras.utils.vis_utils", ""),
    ("from tensorflow.keras.mixed_precision import experimental as mixed\n",
     "tensorflow.keras.mixed_precision.experimental", ""),
]  # fmt: skip


@pytest.mark.parametrize(("text", "name", "replacement"), FOUND)
def test_found(text: str, name: str, replacement: str) -> None:
    assert mentions_removed(text)
    assert [(each.name, each.replacement) for each in names(text)] == [(name, replacement)]


@pytest.mark.parametrize("text", [
    "import tensorflow as tf\ntf.keras.backend.mean(x)\n",
    "from tensorflow.python.keras import backend as K\nK.function([a], [b])\n",
    "import tf_keras as keras\nkeras.backend.mean(x)\n",
    "from keras import backend as K\nif hasattr(K, 'mean'):\n    K.mean(x)\n",
    "from keras import backend as K\ntry:\n    K.mean(x)\nexcept AttributeError:\n    pass\n",
    "import keras\nKERAS_3 = keras.__version__.startswith('3')\nif not KERAS_3:\n    keras.backend.mean(x)\n",
    "from keras import backend as K\nif K.backend() == 'theano':\n    K.mean(x)\n",
    "try:\n    from keras.backend import mean\nexcept ImportError:\n    from tensorflow import reduce_mean as mean\n",
])  # fmt: skip
def test_silent(text: str) -> None:
    assert names(text) == []


def test_no_version_has_what_is_early() -> None:
    for version in versions():
        tables = load(version)
        for module, names_there in EARLY_MODULES.items():
            for full in (f"{where}{module}.{name}" for where in ("", "tensorflow.") for name in names_there.split()):
                assert tables.exists(full) is not True, (version, full)
        for owner, methods in EARLY_METHODS.items():
            assert tables.class_members(owner).keys().isdisjoint(methods.split()), (version, owner)


def test_keras_2_has_them() -> None:
    assert names("from keras import backend as K\nK.mean(x)\n", "2.15") == []


def test_a_package_that_sets_keras_2(tmp_path: Path) -> None:
    """Also where a directory between has no ``__init__.py``: it is a package all the same."""
    file = tmp_path / "pkg" / "tools" / "made.py"
    file.parent.mkdir(parents=True)
    file.write_text("from keras import backend as K\nx = K.mean(y)\n")
    assert [each.code for each in Examiner(tmp_path).examine(file).diagnostics] == ["TFG505"]
    (tmp_path / "pkg" / "__init__.py").write_text("import os\nos.environ['TF_USE_LEGACY_KERAS'] = '1'\n")
    assert Examiner(tmp_path).examine(file).diagnostics == ()


def test_a_look_at_the_letters_passes_most_files() -> None:
    assert not mentions_removed("import tensorflow as tf\nmodel = tf.keras.Sequential([tf.keras.layers.Dense(3)])\n")
    assert not mentions_removed("import numpy as np\nnp.mean(x)\n")


def test_operations_of_keras_that_do_the_same() -> None:
    tables = load("2.21")
    found = tables.keras_operation("tensorflow.reduce_sum")
    assert found is not None and found.name == "keras.ops.sum"
    assert found.arguments["input_tensor"] == "x"
    normalised = tables.keras_operation("tensorflow.math.l2_normalize")
    assert normalised is not None and normalised.needs == "axis"
    assert tables.keras_operation("tensorflow.argmax") is None
    assert load("2.15").keras_operation("tensorflow.reduce_sum") is None
    assert tables.takes_symbolic("tensorflow.nn.batch_normalization", "x")
    assert not tables.takes_symbolic("tensorflow.reduce_sum", "input_tensor")
