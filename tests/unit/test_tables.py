"""The derived tables: what they say of known cases, and a sample derived again from the installed TensorFlow."""

from __future__ import annotations

import copy
import importlib.util
import subprocess
import sys
from collections.abc import Callable
from typing import Any

import pytest

from tfgraphlint.libraries import tables
from tfgraphlint.libraries.derive.differences import difference
from tfgraphlint.libraries.tables import Outcome, Tables
from tfgraphlint.libraries.words import LOST_METHODS, LOST_VALUES

NONE, FLOWS, ZERO = Outcome("none"), Outcome("flows"), Outcome("zero")


@pytest.fixture(params=tables.versions())
def each(request: pytest.FixtureRequest) -> Tables:
    """The tables of every version in turn."""
    return tables.load(request.param)


# Which tables there are


def test_newest_is_the_default() -> None:
    assert tables.load() is tables.load(tables.versions()[0])


def test_nearest_older_version_is_taken() -> None:
    assert tables.load("99.0") is tables.load(tables.versions()[0])
    assert tables.load("1.15") is tables.load(tables.versions()[-1])
    assert (tables.load("2.15").keras, tables.load("2.16").keras, tables.load("2.21").keras) == (2, 3, 3)


def test_every_version_from_2_15_on_is_known() -> None:
    assert tables.versions() == ("2.21", "2.20", "2.19", "2.18", "2.17", "2.16", "2.15")
    assert tables.load("2.18").versions["tensorflow"].startswith("2.18.")


@pytest.mark.parametrize(
    ("name", "since"),
    [
        ("tensorflow.io.decode_jxl", "2.21"),
        ("tensorflow.io.decode_webp", "2.20"),
        ("tensorflow.data.experimental.ServiceOptions", "2.18"),
        ("tensorflow.sparse.sampled_addmm", "2.17"),
        ("keras.ops.sum", "2.16"),
    ],
)
def test_names_by_version(name: str, since: str) -> None:
    having = [version for version in tables.versions() if tables.load(version).exists(name)]
    assert having[-1] == since
    assert tables.versions()[: len(having)] == tuple(having)


def test_what_a_version_does_not_say_is_as_in_the_next() -> None:
    old, new = tables.load("2.16"), tables.load("2.21")
    assert old.function("tensorflow.reduce_sum") == new.function("tensorflow.reduce_sum")
    assert old.is_removed("tensorflow.estimator") and not tables.load("2.15").is_removed("tensorflow.estimator")


CHANGES: list[tuple[dict[str, Any], dict[str, Any]]] = [
    ({"a": 1, "b": {"c": [1], "d": "x"}}, {"a": 1, "b": {"c": [2]}, "e": None}),
    ({"m": {"functions": "a b c d"}}, {"m": {"functions": "a c d e"}}),
    ({"m": {"functions": "b a"}}, {"m": {"functions": "c d"}}),
    ({}, {"a": {"b": "c"}}),
    ({"a": "x y z"}, {"a": "z y x"}),
]


@pytest.mark.parametrize(("base", "new"), CHANGES)
def test_differences_are_put_together_again(base: dict[str, Any], new: dict[str, Any]) -> None:
    before = copy.deepcopy(base)
    assert tables.apply(base, difference(base, new)) == new
    assert base == before
    assert difference(new, new) == {}


@pytest.mark.parametrize(
    ("name", "member", "lost"),
    [
        ("tensorflow.keras.optimizers.Adam", "minimize", (True, "AttributeError")),
        ("keras.optimizers.SGD", "lr", (False, "AttributeError")),
        ("tensorflow.keras.mixed_precision.LossScaleOptimizer", "get_scaled_loss", (True, "AttributeError")),
        ("tensorflow.keras.layers.Dense", "add_metric", (True, "NotImplementedError")),
        ("tensorflow.keras.layers.Dense", "input_shape", (False, "AttributeError")),
        ("tensorflow.keras.Sequential", "input_shape", None),
        ("tensorflow.keras.Model", "inputs", None),  # a functional model has them
        ("tensorflow.keras.Model", "history", None),  # a callback sets it
        ("tensorflow.keras.layers.LSTM", "reset_states", None),
        ("tensorflow.keras.metrics.Mean", "reset_states", (True, "AttributeError")),
        ("tensorflow.keras.optimizers.legacy.Adam", "", (True, "ImportError")),
        ("tensorflow.keras.optimizers.Adam", "", None),
        ("tensorflow.data.Dataset", "output_shapes", (False, "AttributeError")),
        ("tensorflow.compat.v1.data.Dataset", "output_shapes", None),
    ],
)
def test_members_that_are_gone(name: str, member: str, lost: tuple[bool, str] | None) -> None:
    found = tables.load("2.21").lost_member(name, member)
    assert (found and (found.is_method, found.error)) == lost
    before = tables.load("2.15").lost_member(name, member)
    assert before is None or before.legacy


@pytest.mark.parametrize(
    ("name", "member", "is_lost"),
    [
        ("tensorflow.keras.optimizers.Adam", "get_updates", True),
        ("keras.optimizers.SGD", "weights", True),
        ("keras.optimizers.SGD", "set_weights", False),
        ("keras.optimizers.SGD", "lr", False),
        ("tensorflow.keras.optimizers.legacy.Adam", "get_updates", False),
        ("tensorflow.compat.v1.train.AdamOptimizer", "get_slot", False),
    ],
)
def test_members_that_only_legacy_optimizers_have(name: str, member: str, is_lost: bool) -> None:
    found = tables.load("2.15").lost_member(name, member)
    assert (found is not None and found.legacy) == is_lost


def test_words_of_the_screen_are_members_that_are_gone() -> None:
    assert tables.load("2.21").lost_members() >= LOST_METHODS | LOST_VALUES


def test_tables_say_what_they_were_derived_from(each: Tables) -> None:
    assert {"tensorflow", "keras", "numpy"} <= set(each.versions)


def test_loading_imports_no_library() -> None:
    code = (
        "import sys; from tfgraphlint.libraries import tables;"
        "found = tables.load(); found.function('tensorflow.reduce_sum'); found.exists('tensorflow.x');"
        "print(sorted({'tensorflow', 'keras', 'numpy', 'libcst'} & set(sys.modules)))"
    )
    assert subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout == "[]\n"


# Names


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("tensorflow.math.reduce_sum", True),
        ("tensorflow.compat.v2.reduce_sum", True),
        ("tensorflow.keras.layers", True),
        ("tensorflow.contrib.layers", False),
        ("tensorflow.placeholder", False),
        ("tensorflow.compat.v1.placeholder", True),
        ("tensorflow.compat.v1.compat.v1.placeholder", True),
        ("tensorflow.python.framework.ops", None),
        ("tensorflow.Variable.assign", None),
        ("numpy.mean", True),
        ("numpy.linalg.norm", True),
        ("numpy.float", False),
        ("torch.sum", None),
    ],
)
def test_exists(each: Tables, name: str, expected: bool | None) -> None:
    assert each.exists(name) is expected


def test_names_that_came_and_went() -> None:
    new, old = tables.load("2.21"), tables.load("2.15")
    assert new.exists("tensorflow.keras.losses.mean_squared_error") is False
    assert old.exists("tensorflow.keras.losses.mean_squared_error") is True
    assert new.exists("keras.ops.sum") is True
    assert old.exists("keras.ops.sum") is False


def test_aliases_lead_to_one_record(each: Tables) -> None:
    assert each.canonical("tensorflow.math.reduce_sum") == "tensorflow.reduce_sum"
    assert each.function("tensorflow.math.reduce_sum") is not None
    assert each.canonical("tensorflow.no_such_thing") == "tensorflow.no_such_thing"


def test_what_a_star_import_binds(each: Tables) -> None:
    assert {"reduce_sum", "Variable", "float32"} <= each.star("tensorflow")
    assert {"sum", "mean", "array"} <= each.star("numpy")
    assert "Dense" in each.star("tensorflow.keras.layers")
    assert {"sqrt", "pi"} <= each.star("math")
    assert not each.star("no_such_module")


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("tensorflow.keras.layers.Dense", "layer"),
        ("tensorflow.keras.Sequential", "model"),
        ("keras.Model", "model"),
        ("tensorflow.keras.losses.MeanSquaredError", "loss"),
        ("tensorflow.keras.metrics.Mean", "metric"),
        ("tensorflow.keras.optimizers.Adam", "optimizer"),
        ("tensorflow.keras.initializers.GlorotUniform", "initializer"),
        ("tensorflow.keras.regularizers.L2", "regularizer"),
        ("tensorflow.keras.callbacks.EarlyStopping", "callback"),
        ("tensorflow.Variable", "variable"),
        ("tensorflow.Module", "module"),
        ("tensorflow.data.Dataset", "dataset"),
        ("tensorflow.GradientTape", "tape"),
        ("tensorflow.reduce_sum", None),
    ],
)
def test_class_kinds(each: Tables, name: str, kind: str | None) -> None:
    assert each.class_kind(name) == kind


def test_sorts_of_names(each: Tables) -> None:
    assert each.sort("tensorflow.float32") == "dtype"
    assert each.sort("tensorflow.math") == "module"
    assert each.sort("tensorflow.abs") == "function"
    assert each.sort("tensorflow.Variable") == "class"
    assert each.sort("tensorflow.nothing") is None


# What functions do to gradients


@pytest.mark.parametrize(
    ("name", "parameter", "expected"),
    [
        ("tensorflow.reduce_sum", "input_tensor", FLOWS),
        ("tensorflow.nn.relu", "features", FLOWS),
        ("tensorflow.concat", "values", FLOWS),
        ("tensorflow.gather", "params", FLOWS),
        ("tensorflow.gather", "indices", Outcome("nonfloat")),
        ("tensorflow.where", "x", FLOWS),
        ("tensorflow.where", "condition", Outcome("nonfloat")),
        ("tensorflow.math.acosh", "x", FLOWS),
        ("tensorflow.argmax", "input", NONE),
        ("tensorflow.round", "x", NONE),
        ("tensorflow.math.floordiv", "x", NONE),
        ("tensorflow.math.floormod", "x", FLOWS),
        ("tensorflow.greater", "x", NONE),
        ("tensorflow.random.shuffle", "value", NONE),
        ("tensorflow.nn.zero_fraction", "value", NONE),
        ("tensorflow.sign", "x", ZERO),
        ("tensorflow.unique", "x", Outcome("raises", "LookupError", "Unique")),
        ("tensorflow.linalg.lu", "input", Outcome("raises", "LookupError", "Lu")),
        ("tensorflow.sparse.reduce_max", "sp_input", Outcome("raises", "LookupError", "SparseReduceMax")),
        ("tensorflow.shape", "input", Outcome("shape")),
        ("tensorflow.zeros_like", "input", Outcome("shape")),
        ("tensorflow.keras.losses.binary_crossentropy", "y_pred", FLOWS),
        ("tensorflow.keras.metrics.categorical_accuracy", "y_pred", NONE),
        ("tensorflow.clip_by_value", "t", FLOWS),
        ("tensorflow.random.normal", "mean", FLOWS),
    ],
)
def test_gradient(each: Tables, name: str, parameter: str, expected: Outcome) -> None:
    record = each.function(name)
    assert record is not None and record.tried
    assert record.outcome(parameter) == expected


def test_elements_of_a_tuple_differ(each: Tables) -> None:
    record = each.function("tensorflow.math.top_k")
    assert record is not None
    assert record.returns == "tuple" and record.fields == ("values", "indices")
    assert record.outcome("input", 0) == FLOWS
    assert record.outcome("input", 1) == NONE
    assert record.outcome("input") == FLOWS


@pytest.mark.parametrize(
    ("name", "returns", "dtype"),
    [
        ("tensorflow.reduce_mean", "tensor", "same"),
        ("tensorflow.argmax", "tensor", "int"),
        ("tensorflow.equal", "tensor", "bool"),
        ("tensorflow.constant", "tensor", "same"),
        ("tensorflow.zeros", "tensor", "float"),
        ("tensorflow.random.normal", "tensor", "float"),
        ("tensorflow.range", "tensor", "int"),
        ("tensorflow.eye", "tensor", "float"),
        ("tensorflow.keras.utils.to_categorical", "ndarray", ""),
        ("tensorflow.keras.preprocessing.sequence.pad_sequences", "ndarray", ""),
        ("tensorflow.split", "list", "same"),
        ("tensorflow.print", "", ""),
    ],
)
def test_what_is_returned(each: Tables, name: str, returns: str, dtype: str) -> None:
    record = each.function(name)
    assert record is not None
    assert (record.returns, record.dtype) == (returns, dtype)


def test_the_dtype_argument(each: Tables) -> None:
    for name in ("tensorflow.cast", "tensorflow.zeros", "tensorflow.random.uniform"):
        record = each.function(name)
        assert record is not None and record.dtype_argument == "dtype"


def test_parameters_by_position(each: Tables) -> None:
    record = each.function("tensorflow.math.reduce_sum")
    assert record is not None
    assert [record.parameter(position) for position in (0, 1)] == ["input_tensor", "axis"]
    assert record.parameter(99) is None


def test_functions_that_refuse_eager_mode(each: Tables) -> None:
    record = each.function("tensorflow.gradients")
    assert record is not None and not record.eager


def test_outcomes_that_cut() -> None:
    assert [Outcome(kind).cuts for kind in ("none", "zero", "nan", "raises")] == [True] * 4
    assert [Outcome(kind).cuts for kind in ("flows", "shape", "nonfloat")] == [False] * 3


# NumPy, math, Python


@pytest.mark.parametrize(
    "name", ["sum", "mean", "exp", "concatenate", "linalg.norm", "where", "clip", "dot", "sort", "std"]
)
def test_numpy_cuts(each: Tables, name: str) -> None:
    record = each.numpy_function(f"numpy.{name}")
    assert record is not None
    if name != "where":
        assert record.cuts
    # `np.concatenate` may be tried with one tensor for its list, which is nothing to iterate over while tracing.
    errors = {"NotImplementedError", "TypeError"} if name == "concatenate" else {"NotImplementedError"}
    assert record.graph is not None and record.graph.error in errors


def test_numpy_that_does_not_cut(each: Tables) -> None:
    flip, shape = each.numpy_function("numpy.flip"), each.numpy_function("numpy.shape")
    assert flip is not None and not flip.cuts and flip.function.returns == "tensor"
    assert shape is not None and not shape.cuts and shape.function.outcome("a") == Outcome("shape")


def test_python_and_math(each: Tables) -> None:
    exp, prod, total, rounded = (
        each.math_function("math.exp"),
        each.math_function("prod"),
        each.builtin_function("sum"),
        each.builtin_function("round"),
    )
    assert exp is not None and exp.cuts and exp.function.returns == "python:float"
    assert prod is not None and not prod.cuts
    assert total is not None and not total.cuts
    assert rounded is not None and rounded.refuses is not None


def test_numpy_equivalents(each: Tables) -> None:
    total = each.numpy_equivalent("numpy.sum")
    assert total is not None and total.tensorflow is not None
    assert total.tensorflow.name == "tensorflow.reduce_sum"
    assert total.tensorflow.arguments["a"] == "input_tensor"
    assert total.tensorflow.exact and total.tensorflow.ints and not total.tensorflow.bools
    assert total.tensorflow.holds_for("axis,keepdims")
    assert total.tensorflow.gradient["a"] == FLOWS


def test_equivalents_know_their_traps(each: Tables) -> None:
    mean, matmul, cumsum, clip = (each.numpy_equivalent(f"numpy.{n}") for n in ("mean", "matmul", "cumsum", "clip"))
    assert mean is not None and mean.tensorflow is not None and not mean.tensorflow.ints
    assert matmul is not None and matmul.tensorflow is not None
    assert not matmul.tensorflow.holds_for("", 1) and matmul.tensorflow.holds_for("", 2)
    assert cumsum is not None and cumsum.tensorflow is not None and cumsum.tensorflow.holds_for("axis")
    assert not cumsum.tensorflow.holds_for("") and cumsum.tensorflow.conditions
    assert clip is not None and clip.tensorflow is not None
    assert clip.tensorflow.arguments["a_min"] == "clip_value_min"


def test_concatenate_needs_its_axis(each: Tables) -> None:
    found = each.numpy_equivalent("numpy.concatenate")
    assert found is not None and found.tensorflow is not None
    assert dict(found.tensorflow.extra) == {"axis": 0}


def test_logarithms_of_other_bases_are_quotients(each: Tables) -> None:
    tenth, natural = each.numpy_equivalent("numpy.log10"), each.numpy_equivalent("numpy.log")
    assert tenth is not None and tenth.tensorflow is not None and natural is not None
    assert (tenth.tensorflow.name, tenth.tensorflow.base) == ("tensorflow.math.log", 10.0)
    assert natural.tensorflow is not None and natural.tensorflow.base is None


# Tensors, layers, TF1


def test_attributes_that_tensors_lack(each: Tables) -> None:
    attributes = each.tensor_attributes("tensor")
    assert {"numpy", "shape", "dtype"} <= attributes
    assert not {"mean", "T", "item", "tolist", "reshape", "astype"} & attributes
    assert "numpy" not in each.tensor_attributes("symbolic")
    assert {"assign", "assign_sub", "read_value"} <= each.tensor_attributes("variable")


def test_attributes_tell_what_they_give(each: Tables) -> None:
    numpy, value = each.attribute("tensor", "numpy"), each.attribute("variable", "read_value")
    assert numpy is not None and (numpy.sort, numpy.gives) == ("method", "ndarray")
    assert value is not None and value.outcome == FLOWS
    assert each.attribute("tensor", "mean") is None


@pytest.mark.parametrize(
    ("symbol", "expected"), [("+", FLOWS), ("//", NONE), ("%", FLOWS), ("==", NONE), ("@", FLOWS), ("<", NONE)]
)
def test_operators(each: Tables, symbol: str, expected: Outcome) -> None:
    found = each.operator(symbol)
    assert found is not None and found.left == found.right == expected


def test_arrays_beside_tensors_keep_the_gradient(each: Tables) -> None:
    found = each.operator("*", "ndarray", "tensor")
    assert found is not None and found.right == FLOWS and found.returns == "tensor"


def test_layers(each: Tables) -> None:
    dense, dropout, embedding = (
        each.layer(f"tensorflow.keras.layers.{name}") for name in ("Dense", "Dropout", "Embedding")
    )
    assert dense is not None and dense.weights and dense.input == FLOWS and dense.gradient == FLOWS
    assert dropout is not None and not dropout.weights
    assert embedding is not None and embedding.weights and embedding.input in (NONE, Outcome("nonfloat"))


def test_metric_objects_cut_and_losses_do_not(each: Tables) -> None:
    assert each.loss("tensorflow.keras.losses.MeanSquaredError")["y_pred"] == FLOWS
    assert each.loss("tensorflow.keras.metrics.MeanSquaredError")["y_pred"] == NONE


def test_tf1_names(each: Tables) -> None:
    assert each.tf1("tensorflow.log") == ("tensorflow.math.log", "same")
    assert each.tf1("tensorflow.placeholder") == ("tensorflow.compat.v1.placeholder", "compat")
    gradients = each.tf1("tensorflow.reduce_sum")
    assert gradients is not None and gradients.how == "changed"
    assert each.tf1("tensorflow.matmul") is None or each.tf1("tensorflow.matmul").how == "changed"  # type: ignore[union-attr]
    assert each.tf1("tensorflow.stop_gradient") is None or each.exists("tensorflow.stop_gradient")
    assert each.tf1_keywords("tensorflow.reduce_sum")["keep_dims"] == "keepdims"


def test_safe_tf1_renames_exist(each: Tables) -> None:
    for name, record in each._tf1["names"].items():
        if record["how"] in ("same", "changed", "compat"):
            assert each.exists(record["new"]), name


# A sample, derived again


SAMPLE = [
    "tensorflow.reduce_sum",
    "tensorflow.reduce_max",
    "tensorflow.argmax",
    "tensorflow.sign",
    "tensorflow.round",
    "tensorflow.unique",
    "tensorflow.where",
    "tensorflow.concat",
    "tensorflow.stack",
    "tensorflow.matmul",
    "tensorflow.gather",
    "tensorflow.one_hot",
    "tensorflow.cast",
    "tensorflow.zeros",
    "tensorflow.constant",
    "tensorflow.shape",
    "tensorflow.zeros_like",
    "tensorflow.nn.relu",
    "tensorflow.nn.softmax",
    "tensorflow.nn.conv2d",
    "tensorflow.nn.moments",
    "tensorflow.math.top_k",
    "tensorflow.linalg.lu",
    "tensorflow.linalg.inv",
    "tensorflow.image.resize",
    "tensorflow.image.adjust_contrast",
    "tensorflow.image.hsv_to_rgb",
    "tensorflow.clip_by_value",
    "tensorflow.random.normal",
    "tensorflow.random.shuffle",
    "tensorflow.split",
    "tensorflow.map_fn",
    "tensorflow.boolean_mask",
    "tensorflow.math.segment_sum",
    "tensorflow.math.bincount",
    "tensorflow.norm",
    "tensorflow.cumsum",
    "tensorflow.sort",
    "tensorflow.argsort",
    "tensorflow.greater",
    "tensorflow.equal",
    "tensorflow.tile",
    "tensorflow.pad",
    "tensorflow.transpose",
    "tensorflow.reshape",
    "tensorflow.expand_dims",
    "tensorflow.squeeze",
    "tensorflow.stop_gradient",
    "tensorflow.identity",
    "tensorflow.add_n",
    "tensorflow.einsum",
    "tensorflow.range",
    "tensorflow.eye",
    "tensorflow.fill",
    "tensorflow.exp",
    "tensorflow.sqrt",
    "tensorflow.pow",
    "tensorflow.sigmoid",
    "tensorflow.nn.sigmoid_cross_entropy_with_logits",
    "tensorflow.sparse.reduce_max",
    "tensorflow.gradients",
]


def _installed() -> str | None:
    if importlib.util.find_spec("tensorflow") is None:
        return None
    from importlib import metadata

    for package in ("tensorflow", "tensorflow-cpu", "tensorflow_cpu"):
        try:
            return ".".join(metadata.version(package).split(".")[:2])
        except metadata.PackageNotFoundError:
            continue
    return None


@pytest.fixture(scope="module")
def derived() -> Callable[[str], tuple[Any, Any]]:
    """Derives a function's record, and says what the table has."""
    from tfgraphlint.libraries.derive.naming import Naming
    from tfgraphlint.libraries.derive.probe import Probe
    from tfgraphlint.libraries.derive.surface import public_modules

    kept: dict[str, Any] = tables.load(_installed() or "")._functions["functions"]
    naming = Naming(public_modules())
    functions = naming.functions()

    def both(name: str) -> tuple[Any, Any]:
        name = naming.canonical(name)
        return Probe(name, functions[name], naming.of_class).record(), kept[name]

    return both


@pytest.mark.skipif(_installed() not in tables.versions(), reason="needs a TensorFlow that there are tables for")
@pytest.mark.parametrize("name", SAMPLE)
def test_a_function_derived_again_is_the_same(name: str, derived: Callable[[str], tuple[Any, Any]]) -> None:
    """The data came from the code that is here."""
    found, kept = derived(name)
    assert found == kept
