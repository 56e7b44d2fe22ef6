"""Which arguments to try for a parameter, by its name, and recipes for functions that need a certain set.

Nothing here says what a function does: these are only keys to try in the lock.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from typing import Any

import tensorflow as tf

from tfgraphlint.libraries.derive.values import (
    Fixed,
    RaggedFloats,
    SparseFloats,
    booleans,
    complexes,
    fixed,
    float_list,
    floats,
    integers,
    strings,
)

Spec = Any
Pattern = dict[str, Spec]

MATRIX = floats(3, 3, kind="definite")
IMAGE = floats(1, 6, 6, 3)
TENSORS: tuple[Spec, ...] = (
    floats(2, 3),
    complexes(2, 4),
    floats(4),
    IMAGE,
    floats(),
    MATRIX,
    floats(2, 4, 3),
    float_list((2, 3), (2, 3)),
    integers([[1, 2, 3], [4, 5, 6]]),
    booleans([[True, False, True]]),
    strings(["a", "bc"]),
    floats(1, 4, 6, 6, 3),
    fixed([1.0, 2.0, 3.0]),
    fixed(2.0),
    fixed(2),
    RaggedFloats(),
)
BINARY: tuple[Spec, ...] = (
    floats(2, 3),
    floats(3, 3),
    floats(4),
    floats(),
    integers([[1, 2, 3], [4, 5, 6]]),
    IMAGE,
    booleans([[True, False, True]]),
    complexes(2, 4),
    strings(["a", "bc"]),
    integers(2),
    floats(2, 4, 3),
)
LISTS: tuple[Spec, ...] = (float_list((2, 3), (2, 3)), float_list((4,), (4,)), floats(2, 3), fixed([1.0, 2.0]))
INDICES: tuple[Spec, ...] = (
    integers([0, 1]),
    integers([[0], [1]]),
    integers([[0, 1], [1, 0]]),
    integers(1),
    fixed([0, 1]),
    integers([[0], [1]], tf.int64),
    floats(2),
)
SMALL: tuple[Spec, ...] = (fixed(2), fixed([1, 1]), fixed(1), floats(), integers(2), fixed([2]))
SHAPES: tuple[Spec, ...] = (
    fixed([2, 3]),
    fixed([4]),
    fixed((3, 2)),
    integers([2, 3]),
    fixed(3),
    floats(2, 3),
    fixed([1, 6, 6, 3]),
)
NUMBERS: tuple[Spec, ...] = (floats(), fixed(0.5), fixed(2), floats(3), floats(2, 3), integers(2))
WORDS: tuple[Spec, ...] = (fixed("float32"), strings(["a b", "c"]), fixed("name"))
FUNCTIONS: tuple[Spec, ...] = (
    fixed(lambda *a, **k: a[0] if a else tf.constant(1.0)),
    fixed(lambda a, b: a + b),
    fixed(lambda: tf.constant(1.0)),
)
SPARSE: tuple[Spec, ...] = (
    SparseFloats(),
    Fixed(lambda: tf.sparse.from_dense(tf.constant([[0, 1, 2], [3, 0, 4]]))),
    Fixed(lambda: [tf.sparse.from_dense(tf.constant([[0.0, 1.0], [3.0, 0.0]]))] * 2),
)
SEGMENTS: tuple[Spec, ...] = (integers([0, 1]), integers([0, 0, 1, 1]), integers([0, 1, 1]))
PADDING: tuple[Spec, ...] = (fixed("SAME"), fixed("same"), fixed([[0, 0], [1, 1]]), fixed("valid"))
STRIDES: tuple[Spec, ...] = (fixed(1), fixed([1, 1, 1, 1]), fixed([1]), fixed([1, 1]))
BOXES: tuple[Spec, ...] = (floats(2, 4, kind="boxes"), floats(1, 2, 4, kind="boxes"), floats(1, 2, 1, 4, kind="boxes"))
LABELS: tuple[Spec, ...] = (
    floats(4, 3, kind="probabilities"),
    floats(4, 3),
    integers([0, 1, 2, 0]),
    floats(4),
    integers([0, 1, 2, 0], tf.int64),
    integers([[0], [1], [2], [0]]),
    booleans([True, False, True, False]),
)
PREDICTIONS: tuple[Spec, ...] = (
    floats(4, 3),
    floats(4, 3, kind="probabilities"),
    floats(4),
    integers([0, 1, 2, 0]),
    booleans([True, False, True, False]),
)

BY_NAME: dict[str, tuple[Spec, ...]] = {
    **dict.fromkeys(("x", "input", "tensor", "value", "inputs", "features", "data", "t", "v", "elems"), TENSORS),
    **dict.fromkeys(("y", "a", "b", "x1", "x2", "rhs", "other", "m"), BINARY),
    **dict.fromkeys(("input_tensor", "array", "arr", "m", "val", "params", "structure"), TENSORS),
    **dict.fromkeys(("image", "images", "img", "img1", "img2"), (IMAGE, floats(6, 6, 3), *TENSORS)),
    **dict.fromkeys(("matrix", "chol", "tensor_matrix"), (MATRIX, floats(4, 3), *TENSORS)),
    **dict.fromkeys(
        ("tensors", "values", "arys", "tup", "t_list", "arrays", "args", "operands", "xs", "tensors_list", "list"),
        LISTS,
    ),
    **dict.fromkeys(("indices", "index", "ids", "perm", "level", "true_classes"), INDICES),
    **dict.fromkeys(
        ("axis", "axes", "dim", "dims", "dimension"), (fixed(0), fixed(1), fixed([0]), fixed([1, 0]), fixed(2))
    ),
    **dict.fromkeys(("shape", "newshape", "output_shape", "target_shape", "input_shape"), SHAPES),
    **dict.fromkeys(
        ("k", "n", "num", "N", "M", "depth", "num_classes", "num_segments", "num_buckets", "num_samples"),
        (fixed(3), fixed(2), fixed(4)),
    ),
    **dict.fromkeys(("rate", "alpha", "scale", "factor", "clip_norm", "delta", "lower", "upper", "threshold"), NUMBERS),
    **dict.fromkeys(("multiples", "reps", "repeats", "shift"), SMALL),
    **dict.fromkeys(
        ("condition", "cond", "pred", "mask"),
        (booleans([[True, False, True], [False, True, False]]), booleans(True), booleans([True, False]), floats(2, 3)),
    ),
    **dict.fromkeys(("segment_ids",), SEGMENTS),
    **dict.fromkeys(("sp_input", "sp_a", "sp_b", "sp_inputs"), SPARSE),
    **dict.fromkeys(("padding",), PADDING),
    **dict.fromkeys(("paddings", "pad_width"), (fixed([[1, 1], [0, 1]]), fixed([[1, 1]]), fixed(1))),
    **dict.fromkeys(("strides", "stride"), STRIDES),
    **dict.fromkeys(
        ("ksize", "pool_size", "size", "kernel_size"),
        (fixed(2), fixed([1, 2, 2, 1]), fixed([2, 2]), fixed([1, 2, 2, 1])),
    ),
    **dict.fromkeys(
        ("filters", "filter", "kernel"), (floats(2, 2, 3, 2), floats(2, 3, 2), floats(2, 2, 2, 3, 2), floats(2, 2, 3))
    ),
    **dict.fromkeys(("boxes", "bboxes", "boxes1", "boxes2", "bounding_boxes"), BOXES),
    **dict.fromkeys(("scores", "weights", "probs"), (floats(2), floats(4), floats(2, 3), *NUMBERS)),
    **dict.fromkeys(("y_true", "labels", "targets", "target"), LABELS),
    **dict.fromkeys(("y_pred", "logits", "predictions", "output", "preds"), PREDICTIONS),
    **dict.fromkeys(("dtype", "type"), (fixed(tf.float32), fixed("float32"), fixed("int32"))),
    **dict.fromkeys(("fn", "f", "func", "map_fn", "body", "function"), FUNCTIONS),
    **dict.fromkeys(("start", "begin"), (fixed(0), fixed([0, 0]), fixed(1), floats())),
    **dict.fromkeys(("stop", "limit", "end"), (fixed(5), fixed([2, 2]), floats())),
    **dict.fromkeys(("seed", "key"), (fixed([1, 2]), fixed(1))),
    **dict.fromkeys(("equation", "subscripts"), (fixed("ij,jk->ik"), fixed("ij->i"))),
    **dict.fromkeys(
        ("mean", "variance", "stddev", "loc", "beta", "gamma", "lam", "low", "high", "min", "max", "minval", "maxval"),
        NUMBERS,
    ),
    **dict.fromkeys(
        (
            "target_height",
            "target_width",
            "height",
            "width",
            "block_size",
            "frame_length",
            "frame_step",
            "window_length",
        ),
        (fixed(2), fixed(3)),
    ),
    **dict.fromkeys(
        ("sequence_length", "seq_lengths", "lengths", "input_length", "label_length"),
        (integers([2, 1]), integers([3, 2]), integers([1, 2, 1, 2])),
    ),
    **dict.fromkeys(("updates",), (floats(2), floats(2, 3), floats(4, 3), *BINARY)),
    **dict.fromkeys(("identifier", "name", "mode", "message", "pattern", "input_encoding", "data_format"), WORDS),
    **dict.fromkeys(
        ("ref", "variable", "var"),
        (Fixed(lambda: tf.Variable([[1.0, 2.0, 3.0], [4.0, 5.0, 6.0]])), Fixed(lambda: tf.Variable([1, 2]))),
    ),
    **dict.fromkeys(("num_or_size_splits", "indices_or_sections"), (fixed(2), fixed([1, 2]), fixed(3), fixed(1))),
    **dict.fromkeys(("fft_length", "dft_length"), (fixed([4]), fixed([4, 4]), fixed(4))),
    **dict.fromkeys(("signal", "signals", "real", "imag", "diagonal", "weight"), TENSORS),
    **dict.fromkeys(
        ("x_min", "a_min", "min_value", "clip_value_min", "x_max", "a_max", "max_value", "clip_value_max"),
        (fixed(0.2), floats(), floats(2, 3)),
    ),
    **dict.fromkeys(("iterable", "coordinates", "seq", "arrays"), (float_list((), ()), *LISTS)),
    **dict.fromkeys(("object", "obj", "ary", "arr", "p", "v", "sample", "q", "r", "z", "number"), TENSORS),
    **dict.fromkeys(("max_val", "num_thresholds"), (fixed(1.0), fixed(5))),
    **dict.fromkeys(("max_output_size", "num_sampled", "num_true", "range_max"), (fixed(2), fixed(1), fixed(4))),
}
GENERIC: tuple[Spec, ...] = (
    floats(2, 3),
    fixed(2),
    floats(),
    floats(3),
    integers([0, 1]),
    fixed("name"),
    fixed([2, 3]),
    float_list((2, 3), (2, 3)),
    fixed(0.5),
    floats(1, 6, 6, 3),
    floats(3, 3),
    booleans([True, False]),
    integers(1),
)

# Optional parameters that are never tensors worth following.
NEVER_TENSORS = frozenset(
    [
        "name",
        "dtype",
        "axis",
        "keepdims",
        "keep_dims",
        "seed",
        "shape",
        "training",
        "data_format",
        "padding",
        "strides",
        "dilations",
        "trainable",
        "collections",
        "reuse",
        "reduction",
        "scope",
        "validate_shape",
        "out_type",
        "output_type",
        "output_dtype",
        "unique",
        "align_corners",
        "message",
        "summarize",
        "first_n",
        "validate_indices",
        "as_list",
        "infer_shape",
        "parallel_iterations",
        "back_prop",
        "swap_memory",
        "verify_shape",
        "use_locking",
        "stable",
        "ragged",
        "layout",
        "device",
        "sparse",
        "allow_gc",
        "loss_collection",
        "op_type_name",
        "method",
        "interpolation",
        "precision",
        "conjugate",
        "batch_dims",
        "colocate_gradients_with_ops",
    ]
)
OPTIONAL: tuple[Spec, ...] = (floats(), floats(3), floats(2, 3), floats(2), floats(4), floats(4, 3), floats(3, 3))


def patterns(required: list[str], limit: int) -> Iterator[Pattern]:
    """Combinations of candidates, those whose every choice is an early one first."""
    choices = [BY_NAME.get(name, GENERIC) for name in required]
    if not choices:
        yield {}
        return
    count = 0
    furthest = sum(len(choice) - 1 for choice in choices)
    for distance in range(furthest + 1):
        for picks in _picks([len(choice) for choice in choices], distance):
            yield {name: choice[pick] for name, choice, pick in zip(required, choices, picks, strict=True)}
            count += 1
            if count >= limit:
                return


def _picks(sizes: list[int], total: int) -> Iterator[tuple[int, ...]]:
    if len(sizes) == 1:
        if total < sizes[0]:
            yield (total,)
        return
    for first in range(min(sizes[0] - 1, total) + 1):
        for rest in _picks(sizes[1:], total - first):
            yield (first, *rest)


def same_shape_first(required: list[str]) -> Iterator[Pattern]:
    """For functions of several like arguments: all of one shape, in ranks 0 to 4."""
    like = [name for name in required if BY_NAME.get(name) in (BINARY, TENSORS)]
    if len(like) != len(required) or not required:
        return
    for shape in ((3,), (), (2, 3), (2, 3, 4), (1, 6, 6, 3)):
        yield {name: floats(*shape) for name in required}


def all_patterns(required: list[str], limit: int) -> Iterator[Pattern]:
    return itertools.chain(same_shape_first(required), patterns(required, limit))
