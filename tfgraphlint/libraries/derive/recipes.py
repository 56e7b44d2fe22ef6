"""Argument patterns for functions that only work with a certain set of arguments.

They are keys tried in the lock: what a function does with its arguments is seen by running it.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import tensorflow as tf

from tfgraphlint.libraries.derive.values import (
    Fixed,
    RaggedFloats,
    SparseFloats,
    Spread,
    booleans,
    complexes,
    fixed,
    float_list,
    floats,
    integers,
    strings,
)

Pattern = dict[str, Any]

_MASK = booleans([[True, False, True], [False, True, False]])
_IMAGE = floats(1, 6, 6, 3)
_SIGNAL = floats(1, 6, 3)
_VOLUME = floats(1, 4, 4, 4, 2)
_MATRIX = floats(3, 3, kind="definite")
_LOWER = floats(3, 3, kind="lower")
_SAME = fixed("SAME")


def _function(function: Any) -> Fixed:
    return fixed(function)


_SPARSE = SparseFloats()
_RAGGED = RaggedFloats()


def _png() -> Any:
    return tf.io.encode_png(tf.zeros((2, 2, 3), tf.uint8))


def _jpeg() -> Any:
    return tf.io.encode_jpeg(tf.zeros((2, 2, 3), tf.uint8))


_CONTENTS: list[Pattern] = [{"contents": Fixed(_png)}, {"contents": Fixed(_jpeg)}]

_CONV2D: list[Pattern] = [
    {"input": _IMAGE, "filters": floats(2, 2, 3, 2), "strides": fixed(1), "padding": _SAME},
    {"input": _IMAGE, "filters": floats(3, 3, 3, 2), "strides": fixed([1, 2, 2, 1]), "padding": fixed("VALID")},
]
_CONV1D: list[Pattern] = [{"input": _SIGNAL, "filters": floats(2, 3, 2), "stride": fixed(1), "padding": _SAME}]
_POOL2D: list[Pattern] = [{"input": _IMAGE, "ksize": fixed(2), "strides": fixed(2), "padding": _SAME}]
_KERAS_POOL: list[Pattern] = [
    {"inputs": _IMAGE, "pool_size": fixed(2)},
    {"inputs": _IMAGE, "pool_size": fixed(2), "strides": fixed(1), "padding": fixed("same")},
    {"inputs": _SIGNAL, "pool_size": fixed(2)},
]
_KERAS_CONV: list[Pattern] = [
    {"inputs": _IMAGE, "kernel": floats(2, 2, 3, 2)},
    {"inputs": _SIGNAL, "kernel": floats(2, 3, 2)},
    {"inputs": _IMAGE, "kernel": floats(2, 2, 3, 2), "strides": fixed(2), "padding": fixed("same")},
]
_SEGMENT: list[Pattern] = [
    {"data": floats(4, 3), "segment_ids": integers([0, 0, 1, 1])},
    {"data": floats(4), "segment_ids": integers([0, 0, 1, 2])},
]
_UNSORTED_SEGMENT: list[Pattern] = [{**pattern, "num_segments": fixed(3)} for pattern in _SEGMENT]
_KERAS_SEGMENT: list[Pattern] = [*_SEGMENT, *_UNSORTED_SEGMENT]
_SPARSE_SEGMENT: list[Pattern] = [
    {"data": floats(4, 3), "indices": integers([0, 1, 3]), "segment_ids": integers([0, 0, 1])}
]
_SOLVE: list[Pattern] = [
    {"matrix": _MATRIX, "rhs": floats(3, 2)},
    {"matrix": _LOWER, "rhs": floats(3, 2)},
    {"matrix": floats(2, 3, 3, kind="definite"), "rhs": floats(2, 3, 1)},
]
_LOOKUP: list[Pattern] = [
    {"params": floats(5, 3), "ids": integers([0, 2, 2])},
    {"params": floats(5, 3), "ids": integers([[0, 2], [1, 4]])},
]
_SCATTER: list[Pattern] = [
    {"tensor": floats(4), "indices": integers([[0], [2]]), "updates": floats(2)},
    {"tensor": floats(4, 3), "indices": integers([[0], [2]]), "updates": floats(2, 3)},
]
_KERAS_SCATTER: list[Pattern] = [
    {"inputs": floats(4), "indices": integers([[0], [2]]), "updates": floats(2)},
    {"inputs": floats(4, 3), "indices": integers([[0], [2]]), "updates": floats(2, 3)},
]
_SQUARE = _function(lambda x: x * x)
_ADD = _function(lambda a, b: a + b)
_IDS = integers([0, 1, 2, 0])
_SSIM: list[Pattern] = [{"img1": floats(1, 16, 16, 3), "img2": floats(1, 16, 16, 3), "max_val": fixed(1.0)}]
_LABEL_LOGITS: list[Pattern] = [
    {"labels": floats(4, 3, kind="probabilities"), "logits": floats(4, 3)},
    {"labels": floats(4), "logits": floats(4)},
]
_SPARSE_LABELS: list[Pattern] = [
    {"labels": integers([0, 1, 2, 0]), "logits": floats(4, 3)},
    {"labels": integers([0, 1, 2, 0], tf.int64), "logits": floats(4, 3)},
]

_RECIPES: dict[str, list[Pattern]] = {
    # choosing and masking
    "where": [
        {"condition": _MASK, "x": floats(2, 3), "y": floats(2, 3)},
        {"condition": booleans([True, False, True, False]), "x": floats(4), "y": floats(4)},
        {"condition": booleans(True), "x": floats(), "y": floats()},
        {"condition": _MASK},
    ],
    "keras.ops.where": [{"condition": _MASK, "x1": floats(2, 3), "x2": floats(2, 3)}, {"condition": _MASK}],
    "boolean_mask": [
        {"tensor": floats(2, 3), "mask": _MASK},
        {"tensor": floats(2, 3), "mask": booleans([True, False])},
    ],
    "cond": [
        {
            "pred": booleans(True),
            "true_fn": _function(lambda: tf.constant(1.0)),
            "false_fn": _function(lambda: tf.constant(2.0)),
        }
    ],
    "case": [{"pred_fn_pairs": Fixed(lambda: [(tf.constant(True), lambda: tf.constant(1.0))])}],
    "switch_case": [
        {"branch_index": integers(0), "branch_fns": Fixed(lambda: [lambda: tf.constant(1.0), lambda: tf.constant(2.0)])}
    ],
    "while_loop": [
        {
            "cond": _function(lambda x: tf.reduce_sum(x) < -1e9),
            "body": _function(lambda x: [x * 2.0]),
            "loop_vars": float_list((2,)),
        },
        {
            "cond": _function(lambda i, x: i < 2),
            "body": _function(lambda i, x: (i + 1, x * x)),
            "loop_vars": Fixed(lambda: (tf.constant(0), tf.constant([1.0, 2.0]))),
        },
    ],
    "map_fn": [{"fn": _SQUARE, "elems": floats(3)}, {"fn": _SQUARE, "elems": floats(3, 2)}],
    "vectorized_map": [{"fn": _SQUARE, "elems": floats(3, 2)}, {"function": _SQUARE, "elements": floats(3, 2)}],
    "foldl": [{"fn": _ADD, "elems": floats(3)}, {"fn": _ADD, "elems": floats(3, 2)}],
    "foldr": [{"fn": _ADD, "elems": floats(3)}, {"fn": _ADD, "elems": floats(3, 2)}],
    "tensorflow.scan": [{"fn": _ADD, "elems": floats(3)}, {"fn": _ADD, "elems": floats(3), "initializer": floats()}],
    "keras.ops.scan": [{"f": _function(lambda carry, x: (carry + x, carry * x)), "init": floats(), "xs": floats(3)}],
    "keras.ops.map": [{"f": _SQUARE, "xs": floats(3, 2)}],
    "keras.ops.associative_scan": [{"f": _ADD, "elems": floats(4)}],
    "keras.ops.fori_loop": [
        {"lower": fixed(0), "upper": fixed(3), "body_fun": _function(lambda i, x: x * 2.0), "init_val": floats(3)}
    ],
    "keras.ops.cond": [
        {
            "pred": booleans(True),
            "true_fn": _function(lambda: tf.constant(1.0)),
            "false_fn": _function(lambda: tf.constant(2.0)),
        }
    ],
    "keras.ops.switch": [
        {
            "index": integers(0),
            "branches": Fixed(lambda: [lambda x: x * 2.0, lambda x: x]),
            "operands": float_list((2,)),
        }
    ],
    "keras.ops.while_loop": [
        {
            "cond": _function(lambda x: tf.reduce_sum(x) < 8.0),
            "body": _function(lambda x: (x * 2.0,)),
            "loop_vars": float_list((2,)),
        }
    ],
    "py_function": [{"func": _SQUARE, "inp": float_list((2,)), "Tout": fixed(tf.float32)}],
    "numpy_function": [
        {"func": _function(lambda x: np.asarray(x * x, np.float32)), "inp": float_list((2,)), "Tout": fixed(tf.float32)}
    ],
    "tensorflow.compat.v1.py_func": [
        {"func": _function(lambda x: np.asarray(x * x, np.float32)), "inp": float_list((2,)), "Tout": fixed(tf.float32)}
    ],
    # indexing and moving
    "gather": [
        {"params": floats(4, 3), "indices": integers([0, 2])},
        {"params": floats(4), "indices": integers([[0, 2], [1, 1]])},
        {"params": floats(4, 3), "indices": integers(1), "axis": fixed(1)},
        {"params": floats(4, 3), "indices": integers([[0], [1], [2], [0]]), "batch_dims": fixed(1)},
    ],
    "gather_nd": [
        {"params": floats(4, 3), "indices": integers([[0, 1], [2, 2]])},
        {"params": floats(4, 3), "indices": integers([[0], [2]])},
    ],
    "scatter_nd": [
        {"indices": integers([[0], [2]]), "updates": floats(2), "shape": fixed([4])},
        {"indices": integers([[0], [2]]), "updates": floats(2, 3), "shape": fixed([4, 3])},
    ],
    "tensor_scatter_nd_update": _SCATTER,
    "tensor_scatter_nd_add": _SCATTER,
    "tensor_scatter_nd_sub": _SCATTER,
    "tensor_scatter_nd_max": _SCATTER,
    "tensor_scatter_nd_min": _SCATTER,
    "keras.ops.scatter": [{"indices": integers([[0], [2]]), "values": floats(2), "shape": fixed([4])}],
    "keras.ops.scatter_update": _KERAS_SCATTER,
    "keras.ops.slice": [{"inputs": floats(4, 3), "start_indices": fixed([0, 1]), "shape": fixed([2, 2])}],
    "keras.ops.slice_update": [{"inputs": floats(4, 3), "start_indices": fixed([0, 1]), "updates": floats(2, 2)}],
    "keras.ops.take_along_axis": [{"x": floats(4, 3), "indices": integers([[0], [1], [2], [0]]), "axis": fixed(1)}],
    "tensorflow.experimental.numpy.take_along_axis": [
        {"arr": floats(4, 3), "indices": integers([[0], [1], [2], [0]]), "axis": fixed(1)}
    ],
    "slice": [
        {"input_": floats(4, 3), "begin": fixed([0, 1]), "size": fixed([2, 2])},
        {"input_": floats(4), "begin": fixed([1]), "size": fixed([2])},
    ],
    "strided_slice": [
        {"input_": floats(4, 3), "begin": fixed([0, 1]), "end": fixed([3, 3])},
        {"input_": floats(4), "begin": fixed([0]), "end": fixed([3]), "strides": fixed([2])},
    ],
    "reverse": [{"tensor": floats(4, 3), "axis": fixed([0])}, {"tensor": floats(4), "axis": fixed([0])}],
    "reverse_sequence": [{"input": floats(2, 3), "seq_lengths": integers([2, 3]), "seq_axis": fixed(1)}],
    "roll": [{"input": floats(4, 3), "shift": fixed(1), "axis": fixed(0)}],
    "keras.ops.roll": [
        {"x": floats(4, 3), "shift": fixed(1)},
        {"x": floats(4, 3), "shift": fixed(1), "axis": fixed(1)},
    ],
    "tile": [{"input": floats(2, 3), "multiples": fixed([2, 1])}, {"input": floats(4), "multiples": fixed([2])}],
    "keras.ops.tile": [{"x": floats(2, 3), "repeats": fixed([2, 1])}],
    "tensorflow.experimental.numpy.tile": [{"a": floats(2, 3), "reps": fixed([2, 1])}],
    "tensorflow.keras.backend.tile": [{"x": floats(2, 3), "n": fixed([2, 1])}],
    "pad": [
        {"tensor": floats(2, 3), "paddings": fixed([[1, 1], [0, 1]])},
        {"tensor": floats(4), "paddings": fixed([[1, 1]])},
        {"tensor": floats(2, 3), "paddings": fixed([[1, 1], [0, 1]]), "mode": fixed("REFLECT")},
    ],
    "keras.ops.pad": [{"x": floats(2, 3), "pad_width": fixed([[1, 1], [0, 1]])}],
    "tensorflow.experimental.numpy.pad": [
        {"array": floats(2, 3), "pad_width": fixed([[1, 1], [0, 1]]), "mode": fixed("constant")}
    ],
    "tensorflow.reshape": [
        {"tensor": floats(2, 3), "shape": fixed([3, 2])},
        {"tensor": floats(4), "shape": fixed([2, 2])},
        {"tensor": floats(2, 3), "shape": fixed([-1])},
    ],
    "keras.ops.reshape": [{"x": floats(2, 3), "newshape": fixed([3, 2])}, {"x": floats(4), "newshape": fixed([2, 2])}],
    "tensorflow.experimental.numpy.reshape": [{"a": floats(2, 3), "newshape": fixed([3, 2])}],
    "tensorflow.transpose": [{"a": floats(2, 3)}, {"a": floats(2, 3), "perm": fixed([1, 0])}, {"a": floats(2, 3, 4)}],
    "ensure_shape": [{"x": floats(2, 3), "shape": fixed([2, 3])}, {"x": floats(4), "shape": fixed([4])}],
    "broadcast_to": [{"input": floats(3), "shape": fixed([2, 3])}, {"input": floats(), "shape": fixed([2])}],
    "keras.ops.broadcast_to": [{"x": floats(3), "shape": fixed([2, 3])}],
    "tensorflow.experimental.numpy.broadcast_to": [{"array": floats(3), "shape": fixed([2, 3])}],
    "squeeze": [{"input": floats(1, 3)}, {"input": floats(2, 1, 3)}],
    "keras.ops.squeeze": [{"x": floats(1, 3)}],
    "tensorflow.experimental.numpy.squeeze": [{"a": floats(1, 3)}],
    "tensorflow.keras.backend.squeeze": [{"x": floats(1, 3), "axis": fixed(0)}],
    "unstack": [{"value": floats(2, 3)}, {"value": floats(4)}],
    "keras.ops.unstack": [{"x": floats(2, 3)}],
    "meshgrid": [{"args": float_list((3,), (4,))}],
    "keras.ops.meshgrid": [{"x": float_list((3,), (4,))}],
    "tensorflow.experimental.numpy.meshgrid": [{"xi": float_list((3,), (4,))}],
    "dynamic_partition": [{"data": floats(4), "partitions": integers([0, 1, 1, 0]), "num_partitions": fixed(2)}],
    "dynamic_stitch": [
        {"indices": Fixed(lambda: [tf.constant([0, 2]), tf.constant([1, 3])]), "data": float_list((2,), (2,))}
    ],
    "space_to_batch_nd": [
        {"input": floats(1, 4, 4, 3), "block_shape": fixed([2, 2]), "paddings": fixed([[0, 0], [0, 0]])}
    ],
    "space_to_batch": [
        {"input": floats(1, 4, 4, 3), "block_shape": fixed([2, 2]), "paddings": fixed([[0, 0], [0, 0]])}
    ],
    "batch_to_space": [{"input": floats(4, 2, 2, 3), "block_shape": fixed([2, 2]), "crops": fixed([[0, 0], [0, 0]])}],
    "space_to_depth": [{"input": floats(1, 4, 4, 3), "block_size": fixed(2)}],
    "depth_to_space": [{"input": floats(1, 4, 4, 4), "block_size": fixed(2)}],
    "searchsorted": [{"sorted_sequence": floats(5, kind="sorted"), "values": floats(3)}],
    "keras.ops.searchsorted": [{"sorted_sequence": floats(5, kind="sorted"), "values": floats(3)}],
    "histogram_fixed_width": [{"values": floats(5), "value_range": fixed([0.0, 1.0])}],
    "histogram_fixed_width_bins": [{"values": floats(5), "value_range": fixed([0.0, 1.0])}],
    "one_hot": [
        {"indices": integers([0, 1]), "depth": fixed(3)},
        {"indices": integers([0, 1]), "depth": fixed(3), "on_value": floats(), "off_value": floats()},
    ],
    "keras.ops.one_hot": [{"x": integers([0, 1]), "num_classes": fixed(3)}],
    "tensorflow.keras.backend.one_hot": [{"indices": integers([0, 1]), "num_classes": fixed(3)}],
    "sequence_mask": [{"lengths": integers([1, 2])}, {"lengths": integers([1, 2]), "maxlen": fixed(3)}],
    "repeat": [
        {"input": floats(4), "repeats": fixed(2)},
        {"input": floats(2, 3), "repeats": fixed(2), "axis": fixed(1)},
    ],
    "unravel_index": [{"indices": integers([3, 1]), "dims": fixed([2, 3])}],
    "bitcast": [{"input": floats(2, 3), "type": fixed(tf.int32)}, {"input": floats(4), "type": fixed(tf.uint32)}],
    "complex": [{"real": floats(2, 3), "imag": floats(2, 3)}],
    "fill": [{"dims": fixed([2, 3]), "value": floats()}],
    "linspace": [
        {"start": floats(), "stop": floats(), "num": fixed(4)},
        {"start": floats(3), "stop": floats(3), "num": fixed(4)},
    ],
    "keras.ops.linspace": [{"start": floats(), "stop": floats(), "num": fixed(4)}],
    "tensorflow.range": [
        {"start": fixed(5)},
        {"start": fixed(1), "limit": fixed(5)},
        {"start": fixed(0.0), "limit": fixed(1.0), "delta": fixed(0.25)},
    ],
    "edit_distance": [
        {
            "hypothesis": Fixed(lambda: tf.sparse.from_dense(["a", "b"])),
            "truth": Fixed(lambda: tf.sparse.from_dense(["a", "c"])),
        }
    ],
    # products
    "einsum": [
        {"equation": fixed("ij,jk->ik"), "inputs": float_list((2, 3), (3, 4))},
        {"equation": fixed("ij->i"), "inputs": float_list((2, 3))},
    ],
    "keras.ops.einsum": [{"subscripts": fixed("ij,jk->ik"), "operands": float_list((2, 3), (3, 4))}],
    "tensorflow.experimental.numpy.einsum": [
        {"subscripts": fixed("ij,jk->ik"), "operands": float_list((2, 3), (3, 4))}
    ],
    "tensordot": [
        {"a": floats(2, 3), "b": floats(3, 4), "axes": fixed(1)},
        {"a": floats(2, 3), "b": floats(2, 3), "axes": fixed([[0, 1], [0, 1]])},
    ],
    "keras.ops.tensordot": [{"x1": floats(2, 3), "x2": floats(3, 4), "axes": fixed(1)}],
    "tensorflow.experimental.numpy.tensordot": [{"a": floats(2, 3), "b": floats(3, 4), "axes": fixed(1)}],
    "tensorflow.matmul": [
        {"a": floats(2, 3), "b": floats(3, 4)},
        {"a": floats(2, 2, 3), "b": floats(2, 3, 4)},
        {"a": floats(3, 3), "b": floats(3, 3)},
    ],
    "cross": [{"a": floats(2, 3), "b": floats(2, 3)}, {"a": floats(3), "b": floats(3)}],
    "matvec": [{"a": floats(2, 3), "b": floats(3)}],
    "sparse_dense_matmul": [{"sp_a": _SPARSE, "b": floats(3, 2)}],
    "multi_dot": [{"x": float_list((2, 3), (3, 4))}, {"matrices": float_list((2, 3), (3, 4))}],
    # linear algebra
    "solve": _SOLVE,
    "lstsq": [{"matrix": floats(4, 3), "rhs": floats(4, 2)}],
    "triangular_solve": _SOLVE,
    "cholesky_solve": [{"chol": _LOWER, "rhs": floats(3, 2)}],
    "lu_solve": [{"lower_upper": _MATRIX, "perm": integers([0, 1, 2]), "rhs": floats(3, 2)}],
    "lu_reconstruct": [{"lower_upper": _MATRIX, "perm": integers([0, 1, 2])}],
    "lu_matrix_inverse": [{"lower_upper": _MATRIX, "perm": integers([0, 1, 2])}],
    "keras.ops.solve": [{"a": _MATRIX, "b": floats(3, 2)}],
    "keras.ops.solve_triangular": [{"a": _LOWER, "b": floats(3, 2)}],
    "keras.ops.lstsq": [{"a": floats(4, 3), "b": floats(4, 2)}],
    "keras.ops.lu_factor": [{"x": _MATRIX}],
    "qr": [{"input": floats(4, 3)}, {"input": _MATRIX}],
    "keras.ops.qr": [{"x": floats(4, 3)}, {"x": _MATRIX}],
    "svd": [{"tensor": floats(4, 3)}, {"tensor": _MATRIX}, {"tensor": _MATRIX, "compute_uv": fixed(False)}],
    "keras.ops.svd": [{"x": _MATRIX}],
    "eigh": [{"tensor": _MATRIX}],
    "eigvalsh": [{"tensor": _MATRIX}],
    "eig": [{"tensor": _MATRIX}],
    "eigvals": [{"tensor": _MATRIX}],
    "keras.ops.eigh": [{"x": _MATRIX}],
    "keras.ops.eig": [{"x": _MATRIX}],
    "tridiagonal_solve": [{"diagonals": floats(3, 4), "rhs": floats(4, 2)}],
    "tridiagonal_matmul": [{"diagonals": floats(3, 4), "rhs": floats(4, 2)}],
    "banded_triangular_solve": [{"bands": floats(2, 4), "rhs": floats(4, 2)}],
    "diag": [{"diagonal": floats(3)}, {"diagonal": floats(2, 3)}],
    "set_diag": [{"input": floats(3, 3), "diagonal": floats(3)}],
    "band_part": [{"input": floats(3, 3), "num_lower": fixed(1), "num_upper": fixed(0)}],
    "logm": [{"input": complexes(3, 3)}, {"input": _MATRIX}],
    "tensorflow.norm": [
        {"tensor": floats(4)},
        {"tensor": floats(2, 3)},
        {"tensor": floats(2, 3), "ord": fixed(1)},
        {"tensor": floats(2, 3), "axis": fixed(1)},
        {"tensor": floats(2, 3), "ord": fixed(np.inf)},
    ],
    "normalize": [{"tensor": floats(4)}, {"tensor": floats(2, 3), "axis": fixed(1)}],
    "tensorflow.keras.utils.normalize": [{"x": floats(2, 3)}],
    "keras.utils.normalize": [{"x": floats(2, 3)}],
    "global_norm": [{"t_list": float_list((2, 3), (4,))}],
    "clip_by_global_norm": [{"t_list": float_list((2, 3), (4,)), "clip_norm": fixed(0.5)}],
    "clip_by_norm": [{"t": floats(4), "clip_norm": fixed(0.5)}, {"t": floats(2, 3), "clip_norm": floats()}],
    "clip_by_value": [
        {"t": floats(4), "clip_value_min": fixed(0.2), "clip_value_max": fixed(0.8)},
        {"t": floats(2, 3), "clip_value_min": floats(), "clip_value_max": fixed(9.0)},
        {"t": floats(2, 3), "clip_value_min": fixed(-9.0), "clip_value_max": floats()},
    ],
    "keras.ops.clip": [{"x": floats(2, 3), "x_min": fixed(0.2), "x_max": fixed(0.8)}],
    # convolution and pooling
    "conv2d": _CONV2D,
    "tensorflow.compat.v1.nn.conv2d": [
        {"input": _IMAGE, "filter": floats(2, 2, 3, 2), "strides": fixed([1, 1, 1, 1]), "padding": _SAME}
    ],
    "conv1d": _CONV1D,
    "tensorflow.compat.v1.nn.conv1d": [
        {"value": _SIGNAL, "filters": floats(2, 3, 2), "stride": fixed(1), "padding": _SAME}
    ],
    "conv3d": [
        {"input": _VOLUME, "filters": floats(2, 2, 2, 2, 2), "strides": fixed([1, 1, 1, 1, 1]), "padding": _SAME}
    ],
    "tensorflow.compat.v1.nn.conv3d": [
        {"input": _VOLUME, "filter": floats(2, 2, 2, 2, 2), "strides": fixed([1, 1, 1, 1, 1]), "padding": _SAME}
    ],
    "convolution": [{"input": _IMAGE, "filters": floats(2, 2, 3, 2)}, {"input": _SIGNAL, "filters": floats(2, 3, 2)}],
    "tensorflow.compat.v1.nn.convolution": [{"input": _IMAGE, "filter": floats(2, 2, 3, 2), "padding": _SAME}],
    "depthwise_conv2d": [
        {"input": _IMAGE, "filter": floats(2, 2, 3, 1), "strides": fixed([1, 1, 1, 1]), "padding": _SAME}
    ],
    "separable_conv2d": [
        {
            "input": _IMAGE,
            "depthwise_filter": floats(2, 2, 3, 1),
            "pointwise_filter": floats(1, 1, 3, 2),
            "strides": fixed([1, 1, 1, 1]),
            "padding": _SAME,
        }
    ],
    "conv2d_transpose": [
        {"input": _IMAGE, "filters": floats(2, 2, 2, 3), "output_shape": fixed([1, 6, 6, 2]), "strides": fixed(1)}
    ],
    "conv1d_transpose": [
        {"input": _SIGNAL, "filters": floats(2, 2, 3), "output_shape": fixed([1, 6, 2]), "strides": fixed(1)}
    ],
    "conv3d_transpose": [
        {
            "input": _VOLUME,
            "filters": floats(2, 2, 2, 2, 2),
            "output_shape": fixed([1, 4, 4, 4, 2]),
            "strides": fixed([1, 1, 1, 1, 1]),
        }
    ],
    "conv_transpose": [
        {"input": _IMAGE, "filters": floats(2, 2, 2, 3), "output_shape": fixed([1, 6, 6, 2]), "strides": fixed(1)}
    ],
    "atrous_conv2d": [{"value": _IMAGE, "filters": floats(2, 2, 3, 2), "rate": fixed(2), "padding": _SAME}],
    "dilation2d": [
        {
            "input": _IMAGE,
            "filters": floats(2, 2, 3),
            "strides": fixed([1, 1, 1, 1]),
            "padding": _SAME,
            "data_format": fixed("NHWC"),
            "dilations": fixed([1, 1, 1, 1]),
        }
    ],
    "erosion2d": [
        {
            "value": _IMAGE,
            "filters": floats(2, 2, 3),
            "strides": fixed([1, 1, 1, 1]),
            "padding": _SAME,
            "data_format": fixed("NHWC"),
            "dilations": fixed([1, 1, 1, 1]),
        }
    ],
    "avg_pool": _POOL2D,
    "max_pool": _POOL2D,
    "avg_pool2d": _POOL2D,
    "max_pool2d": _POOL2D,
    "max_pool_with_argmax": _POOL2D,
    "tensorflow.compat.v1.nn.avg_pool": [{"value": _IMAGE, "ksize": fixed(2), "strides": fixed(2), "padding": _SAME}],
    "tensorflow.compat.v1.nn.max_pool": [{"value": _IMAGE, "ksize": fixed(2), "strides": fixed(2), "padding": _SAME}],
    "avg_pool1d": [{"input": _SIGNAL, "ksize": fixed(2), "strides": fixed(2), "padding": _SAME}],
    "max_pool1d": [{"input": _SIGNAL, "ksize": fixed(2), "strides": fixed(2), "padding": _SAME}],
    "avg_pool3d": [{"input": _VOLUME, "ksize": fixed(2), "strides": fixed(2), "padding": _SAME}],
    "max_pool3d": [{"input": _VOLUME, "ksize": fixed(2), "strides": fixed(2), "padding": _SAME}],
    "tensorflow.nn.pool": [{"input": _IMAGE, "window_shape": fixed([2, 2]), "pooling_type": fixed("MAX")}],
    "tensorflow.compat.v1.nn.pool": [
        {"input": _IMAGE, "window_shape": fixed([2, 2]), "pooling_type": fixed("AVG"), "padding": _SAME}
    ],
    "fractional_max_pool": [{"value": _IMAGE, "pooling_ratio": fixed([1.0, 1.44, 1.73, 1.0])}],
    "fractional_avg_pool": [{"value": _IMAGE, "pooling_ratio": fixed([1.0, 1.44, 1.73, 1.0])}],
    "keras.ops.max_pool": _KERAS_POOL,
    "keras.ops.average_pool": _KERAS_POOL,
    "keras.ops.adaptive_max_pool": [{"inputs": _IMAGE, "output_size": fixed((2, 2))}],
    "keras.ops.adaptive_average_pool": [{"inputs": _IMAGE, "output_size": fixed((2, 2))}],
    "keras.ops.conv": _KERAS_CONV,
    "keras.ops.depthwise_conv": [{"inputs": _IMAGE, "kernel": floats(2, 2, 3, 1)}],
    "keras.ops.separable_conv": [
        {"inputs": _IMAGE, "depthwise_kernel": floats(2, 2, 3, 1), "pointwise_kernel": floats(1, 1, 3, 2)}
    ],
    "keras.ops.conv_transpose": [{"inputs": _IMAGE, "kernel": floats(2, 2, 2, 3), "strides": fixed(1)}],
    "tensorflow.keras.backend.conv2d": [{"x": _IMAGE, "kernel": floats(2, 2, 3, 2)}],
    "tensorflow.keras.backend.conv1d": [{"x": _SIGNAL, "kernel": floats(2, 3, 2)}],
    "tensorflow.keras.backend.conv3d": [{"x": _VOLUME, "kernel": floats(2, 2, 2, 2, 2)}],
    "tensorflow.keras.backend.conv2d_transpose": [
        {"x": _IMAGE, "kernel": floats(2, 2, 2, 3), "output_shape": fixed((1, 6, 6, 2)), "padding": fixed("same")}
    ],
    "tensorflow.keras.backend.depthwise_conv2d": [{"x": _IMAGE, "depthwise_kernel": floats(2, 2, 3, 1)}],
    "tensorflow.keras.backend.separable_conv2d": [
        {"x": _IMAGE, "depthwise_kernel": floats(2, 2, 3, 1), "pointwise_kernel": floats(1, 1, 3, 2)}
    ],
    "tensorflow.keras.backend.pool2d": [{"x": _IMAGE, "pool_size": fixed((2, 2))}],
    "tensorflow.keras.backend.pool3d": [{"x": _VOLUME, "pool_size": fixed((2, 2, 2))}],
    # normalisation and losses
    "batch_normalization": [
        {
            "x": floats(4, 3),
            "mean": floats(3),
            "variance": floats(3),
            "offset": floats(3),
            "scale": floats(3),
            "variance_epsilon": fixed(1e-3),
        }
    ],
    "tensorflow.keras.backend.batch_normalization": [
        {"x": floats(4, 3), "mean": floats(3), "var": floats(3), "beta": floats(3), "gamma": floats(3)}
    ],
    "keras.ops.batch_normalization": [
        {
            "x": floats(4, 3),
            "mean": floats(3),
            "variance": floats(3),
            "axis": fixed(-1),
            "offset": floats(3),
            "scale": floats(3),
        }
    ],
    "keras.ops.layer_normalization": [{"x": floats(4, 3), "gamma": floats(3), "beta": floats(3)}],
    "keras.ops.rms_normalization": [{"x": floats(4, 3), "scale": floats(3)}, {"x": floats(4, 3)}],
    "keras.ops.dot_product_attention": [
        {"query": floats(1, 4, 2, 3), "key": floats(1, 4, 2, 3), "value": floats(1, 4, 2, 3)}
    ],
    "fused_batch_norm": [{"x": _IMAGE, "scale": floats(3), "offset": floats(3)}],
    "moments": [{"x": floats(4, 3), "axes": fixed([0])}, {"x": _IMAGE, "axes": fixed([1, 2])}],
    "keras.ops.moments": [{"x": floats(4, 3), "axes": fixed([0])}],
    "weighted_moments": [{"x": floats(4, 3), "axes": fixed([0]), "frequency_weights": floats(4, 3)}],
    "sparse_softmax_cross_entropy_with_logits": _SPARSE_LABELS,
    "softmax_cross_entropy_with_logits": _LABEL_LOGITS[:1],
    "sigmoid_cross_entropy_with_logits": _LABEL_LOGITS,
    "weighted_cross_entropy_with_logits": [{**pattern, "pos_weight": floats()} for pattern in _LABEL_LOGITS],
    "tensorflow.nn.ctc_loss": [
        {
            "labels": integers([[1, 2], [2, 1]]),
            "logits": floats(6, 2, 4),
            "label_length": integers([2, 2]),
            "logit_length": integers([6, 6]),
            "blank_index": fixed(0),
        }
    ],
    "keras.ops.ctc_loss": [
        {
            "target": integers([[1, 2], [2, 1]]),
            "output": floats(2, 6, 4),
            "target_length": integers([2, 2]),
            "output_length": integers([6, 6]),
        }
    ],
    "tensorflow.keras.backend.ctc_batch_cost": [
        {
            "y_true": integers([[1, 2], [2, 1]]),
            "y_pred": floats(2, 6, 4, kind="probabilities"),
            "input_length": integers([[6], [6]]),
            "label_length": integers([[2], [2]]),
        }
    ],
    "keras.losses.ctc": [{"y_true": integers([[1, 2], [2, 1]]), "y_pred": floats(2, 6, 4)}],
    "ctc_greedy_decoder": [{"inputs": floats(6, 2, 4), "sequence_length": integers([6, 6])}],
    "ctc_beam_search_decoder": [{"inputs": floats(6, 2, 4), "sequence_length": integers([6, 6])}],
    "sampled_softmax_loss": [
        {
            "weights": floats(5, 3),
            "biases": floats(5),
            "labels": integers([[0], [1]], tf.int64),
            "inputs": floats(2, 3),
            "num_sampled": fixed(2),
            "num_classes": fixed(5),
        }
    ],
    "nce_loss": [
        {
            "weights": floats(5, 3),
            "biases": floats(5),
            "labels": integers([[0], [1]], tf.int64),
            "inputs": floats(2, 3),
            "num_sampled": fixed(2),
            "num_classes": fixed(5),
        }
    ],
    "in_top_k": [{"targets": _IDS, "predictions": floats(4, 3), "k": fixed(2)}],
    "keras.losses.circle": [{"y_true": _IDS, "y_pred": floats(4, 3)}],
    "keras.losses.sparse_categorical_crossentropy": [
        {"y_true": _IDS, "y_pred": floats(4, 3, kind="probabilities")},
        {"y_true": _IDS, "y_pred": floats(4, 3), "from_logits": fixed(True)},
    ],
    "keras.ops.sparse_categorical_crossentropy": [
        {"target": _IDS, "output": floats(4, 3, kind="probabilities")},
        {"target": _IDS, "output": floats(4, 3), "from_logits": fixed(True)},
    ],
    "tensorflow.keras.backend.sparse_categorical_crossentropy": [
        {"target": _IDS, "output": floats(4, 3, kind="probabilities")}
    ],
    "confusion_matrix": [{"labels": _IDS, "predictions": _IDS}],
    "embedding_lookup": _LOOKUP,
    "safe_embedding_lookup_sparse": [
        {
            "embedding_weights": floats(5, 3),
            "sparse_ids": Fixed(lambda: tf.sparse.from_dense(tf.constant([[1, 2]], tf.int64))),
        }
    ],
    "embedding_lookup_sparse": [
        {
            "params": floats(5, 3),
            "sp_ids": Fixed(lambda: tf.sparse.from_dense(tf.constant([[1, 2]], tf.int64))),
            "sp_weights": fixed(None),
        }
    ],
    "dropout": [{"x": floats(4, 3), "rate": fixed(0.5)}, {"x": floats(4, 3), "rate": floats()}],
    "tensorflow.keras.backend.dropout": [{"x": floats(4, 3), "level": fixed(0.5)}],
    "keras.random.dropout": [{"inputs": floats(4, 3), "rate": fixed(0.5)}],
    "top_k": [{"input": floats(4), "k": fixed(2)}, {"input": floats(2, 3), "k": fixed(1)}],
    "keras.ops.top_k": [{"x": floats(4), "k": fixed(2)}],
    "bincount": [{"arr": integers([0, 1, 1, 2])}, {"arr": integers([0, 1, 1, 2]), "weights": floats(4)}],
    "keras.ops.bincount": [{"x": integers([0, 1, 1, 2])}, {"x": integers([0, 1, 1, 2]), "weights": floats(4)}],
    # images
    "crop_and_resize": [
        {
            "image": _IMAGE,
            "boxes": floats(2, 4, kind="boxes"),
            "box_indices": integers([0, 0]),
            "crop_size": fixed([3, 3]),
        }
    ],
    "crop_to_bounding_box": [
        {
            "image": _IMAGE,
            "offset_height": fixed(1),
            "offset_width": fixed(1),
            "target_height": fixed(3),
            "target_width": fixed(3),
        }
    ],
    "pad_to_bounding_box": [
        {
            "image": _IMAGE,
            "offset_height": fixed(1),
            "offset_width": fixed(1),
            "target_height": fixed(9),
            "target_width": fixed(9),
        }
    ],
    "draw_bounding_boxes": [
        {"images": _IMAGE, "boxes": floats(1, 2, 4, kind="boxes"), "colors": fixed(np.ones((1, 3), np.float32))}
    ],
    "extract_patches": [
        {
            "images": _IMAGE,
            "sizes": fixed([1, 2, 2, 1]),
            "strides": fixed([1, 2, 2, 1]),
            "rates": fixed([1, 1, 1, 1]),
            "padding": fixed("VALID"),
        }
    ],
    "keras.ops.image.extract_patches": [{"images": _IMAGE, "size": fixed((2, 2))}],
    "extract_volume_patches": [
        {
            "input": _VOLUME,
            "ksizes": fixed([1, 2, 2, 2, 1]),
            "strides": fixed([1, 2, 2, 2, 1]),
            "padding": fixed("VALID"),
        }
    ],
    "extract_glimpse": [{"input": _IMAGE, "size": fixed([2, 2]), "offsets": floats(1, 2)}],
    "resize": [
        {"images": _IMAGE, "size": fixed([3, 3])},
        {"images": _IMAGE, "size": fixed([9, 9]), "method": fixed("nearest")},
        {"images": _IMAGE, "size": fixed([9, 9]), "method": fixed("bicubic")},
        {"images": floats(6, 6, 3), "size": fixed([3, 3])},
    ],
    "keras.ops.image.resize": [{"images": _IMAGE, "size": fixed((3, 3))}],
    "keras.ops.image.affine_transform": [{"images": _IMAGE, "transform": floats(1, 8)}],
    "keras.ops.image.perspective_transform": [
        {
            "images": _IMAGE,
            "start_points": fixed(np.array([[[0, 0], [0, 5], [5, 0], [5, 5]]], np.float32)),
            "end_points": fixed(np.array([[[0, 1], [0, 5], [5, 0], [4, 5]]], np.float32)),
        }
    ],
    "keras.ops.image.crop_images": [
        {
            "images": _IMAGE,
            "top_cropping": fixed(1),
            "left_cropping": fixed(1),
            "target_height": fixed(3),
            "target_width": fixed(3),
        }
    ],
    "keras.ops.image.pad_images": [
        {
            "images": _IMAGE,
            "top_padding": fixed(1),
            "left_padding": fixed(1),
            "target_height": fixed(9),
            "target_width": fixed(9),
        }
    ],
    "keras.ops.image.map_coordinates": [{"inputs": floats(4, 4), "coordinates": floats(2, 3), "order": fixed(1)}],
    "ssim": _SSIM,
    "ssim_multiscale": [{"img1": floats(1, 176, 176, 1), "img2": floats(1, 176, 176, 1), "max_val": fixed(1.0)}],
    "psnr": _SSIM,
    "non_max_suppression": [{"boxes": floats(3, 4, kind="boxes"), "scores": floats(3), "max_output_size": fixed(2)}],
    "non_max_suppression_with_scores": [
        {"boxes": floats(3, 4, kind="boxes"), "scores": floats(3), "max_output_size": fixed(2)}
    ],
    "combined_non_max_suppression": [
        {
            "boxes": floats(1, 3, 1, 4, kind="boxes"),
            "scores": floats(1, 3, 1),
            "max_output_size_per_class": fixed(2),
            "max_total_size": fixed(2),
        }
    ],
    "rot90": [{"image": _IMAGE}, {"image": floats(6, 6, 3), "k": fixed(2)}],
    "random_crop": [{"value": _IMAGE, "size": fixed([1, 3, 3, 3])}],
    "image_gradients": [{"image": _IMAGE}],
    "transpose": [{"image": _IMAGE}],
    "adjust_gamma": [{"image": _IMAGE}, {"image": _IMAGE, "gamma": floats()}],
    "adjust_brightness": [{"image": _IMAGE, "delta": fixed(0.1)}, {"image": _IMAGE, "delta": floats()}],
    "adjust_contrast": [
        {"images": _IMAGE, "contrast_factor": fixed(0.5)},
        {"images": _IMAGE, "contrast_factor": floats()},
    ],
    "adjust_hue": [{"image": _IMAGE, "delta": fixed(0.1)}, {"image": _IMAGE, "delta": floats()}],
    "adjust_saturation": [
        {"image": _IMAGE, "saturation_factor": fixed(0.5)},
        {"image": _IMAGE, "saturation_factor": floats()},
    ],
    "random_contrast": [{"image": _IMAGE, "lower": fixed(0.2), "upper": fixed(0.5)}],
    "random_saturation": [{"image": _IMAGE, "lower": fixed(0.2), "upper": fixed(0.5)}],
    "random_brightness": [{"image": _IMAGE, "max_delta": fixed(0.2)}],
    "random_hue": [{"image": _IMAGE, "max_delta": fixed(0.2)}],
    "stateless_random_contrast": [{"image": _IMAGE, "lower": fixed(0.2), "upper": fixed(0.5), "seed": fixed([1, 2])}],
    "stateless_random_saturation": [{"image": _IMAGE, "lower": fixed(0.2), "upper": fixed(0.5), "seed": fixed([1, 2])}],
    "stateless_random_brightness": [{"image": _IMAGE, "max_delta": fixed(0.2), "seed": fixed([1, 2])}],
    "stateless_random_hue": [{"image": _IMAGE, "max_delta": fixed(0.2), "seed": fixed([1, 2])}],
    "stateless_random_crop": [{"value": _IMAGE, "size": fixed([1, 3, 3, 3]), "seed": fixed([1, 2])}],
    "grayscale_to_rgb": [{"images": floats(1, 6, 6, 1)}],
    "resize_with_pad": [{"image": _IMAGE, "target_height": fixed(9), "target_width": fixed(8)}],
    "resize_with_crop_or_pad": [{"image": _IMAGE, "target_height": fixed(4), "target_width": fixed(8)}],
    "central_crop": [{"image": _IMAGE, "central_fraction": fixed(0.5)}],
    # segments
    "segment_sum": _SEGMENT,
    "segment_mean": _SEGMENT,
    "segment_max": _SEGMENT,
    "segment_min": _SEGMENT,
    "segment_prod": _SEGMENT,
    "keras.ops.segment_sum": _KERAS_SEGMENT,
    "keras.ops.segment_max": _KERAS_SEGMENT,
    "unsorted_segment_sum": _UNSORTED_SEGMENT,
    "unsorted_segment_mean": _UNSORTED_SEGMENT,
    "unsorted_segment_max": _UNSORTED_SEGMENT,
    "unsorted_segment_min": _UNSORTED_SEGMENT,
    "unsorted_segment_prod": _UNSORTED_SEGMENT,
    "unsorted_segment_sqrt_n": _UNSORTED_SEGMENT,
    "tensorflow.sparse.segment_sum": _SPARSE_SEGMENT,
    "tensorflow.sparse.segment_mean": _SPARSE_SEGMENT,
    "tensorflow.sparse.segment_sqrt_n": _SPARSE_SEGMENT,
    "sparse_segment_sum": _SPARSE_SEGMENT,
    "sparse_segment_mean": _SPARSE_SEGMENT,
    "sparse_segment_sqrt_n": _SPARSE_SEGMENT,
    # special functions whose domain is narrow
    "betainc": [{"a": floats(4), "b": floats(4), "x": floats(4)}],
    "polyval": [{"coeffs": float_list((), (), ()), "x": floats(4)}],
    "random.categorical": [{"logits": floats(2, 3), "num_samples": fixed(3)}],
    "tensorflow.random.gamma": [
        {"shape": fixed([3]), "alpha": floats()},
        {"shape": fixed([3]), "alpha": floats(), "beta": floats()},
    ],
    "tensorflow.random.stateless_gamma": [
        {"shape": fixed([3]), "seed": fixed([1, 2]), "alpha": floats()},
        {"shape": fixed([3]), "seed": fixed([1, 2]), "alpha": floats(), "beta": floats()},
    ],
    "tensorflow.random.poisson": [{"shape": fixed([3]), "lam": floats()}],
    "tensorflow.random.stateless_binomial": [
        {"shape": fixed([3]), "seed": fixed([1, 2]), "counts": floats(3), "probs": floats(3)}
    ],
    "tensorflow.random.stateless_normal": [
        {"shape": fixed([3]), "seed": fixed([1, 2]), "mean": floats(), "stddev": floats()}
    ],
    "tensorflow.random.stateless_uniform": [
        {"shape": fixed([3]), "seed": fixed([1, 2]), "minval": floats(), "maxval": floats()}
    ],
    "tensorflow.random.uniform": [{"shape": fixed([3])}, {"shape": fixed([3]), "minval": floats(), "maxval": floats()}],
    # sparse and ragged
    "to_dense": [{"sp_input": _SPARSE}],
    "from_dense": [{"tensor": floats(2, 3)}],
    "sparse.from_dense": [{"tensor": floats(2, 3)}],
    "tensorflow.sparse.reduce_max": [{"sp_input": _SPARSE}],
    "tensorflow.sparse.reduce_sum": [{"sp_input": _SPARSE}],
    "tensorflow.ragged.stack": [{"values": float_list((2,), (3,))}],
    "tensorflow.strings.as_string": [{"input": floats(3)}],
    "tensorflow.strings.to_number": [{"input": strings(["1.5", "2"])}],
    "tensorflow.sparse.add": [{"a": _SPARSE, "b": _SPARSE}, {"a": _SPARSE, "b": floats(2, 3)}],
    "tensorflow.sparse.retain": [{"sp_input": _SPARSE, "to_retain": booleans([True, False, True, True])}],
    "tensorflow.sparse.split": [{"sp_input": _SPARSE, "num_split": fixed(2), "axis": fixed(0)}],
    "tensorflow.sparse.map_values": [{"op": _SQUARE, "args": Fixed(lambda: [_SPARSE.tensor(np.ones(4))])}],
    "tensorflow.sparse.mask": [
        {"a": Fixed(lambda: tf.IndexedSlices(tf.ones((2, 3)), tf.constant([0, 2]))), "mask_indices": integers([0])}
    ],
    "tensorflow.ragged.map_flat_values": [{"op": _SQUARE, "args": Fixed(lambda: [_RAGGED.tensor(np.ones(4))])}],
    "tensorflow.strings.regex_replace": [{"input": strings(["a"]), "pattern": fixed("a"), "rewrite": fixed("b")}],
    "tensorflow.strings.substr": [{"input": strings(["abc"]), "pos": fixed(0), "len": fixed(2)}],
    "tensorflow.strings.format": [{"template": fixed("{}"), "inputs": floats(2)}],
    "tensorflow.strings.unicode_decode": [{"input": strings(["a"]), "input_encoding": fixed("UTF-8")}],
    "tensorflow.strings.unicode_split": [{"input": strings(["a"]), "input_encoding": fixed("UTF-8")}],
    "tensorflow.io.read_file": [{"filename": fixed(__file__)}],
    "decode_image": _CONTENTS,
    "decode_jpeg": _CONTENTS,
    "decode_png": _CONTENTS,
    "tensorflow.io.decode_raw": [{"input_bytes": strings(["abcd"]), "out_type": fixed(tf.uint8)}],
    "tensorflow.io.decode_csv": [{"records": strings(["1.0,2.0"]), "record_defaults": fixed([[0.0], [0.0]])}],
    "tensorflow.io.parse_tensor": [
        {"serialized": Fixed(lambda: tf.io.serialize_tensor(tf.ones(2))), "out_type": fixed(tf.float32)}
    ],
    "tensorflow.io.decode_base64": [{"input": strings(["YQ"])}],
    "tensorflow.io.encode_png": [{"image": Fixed(lambda: tf.zeros((2, 2, 3), tf.uint8))}],
    "tensorflow.make_ndarray": [{"tensor": Fixed(lambda: tf.make_tensor_proto([1.0, 2.0]))}],
    "tensorflow.io.parse_single_example": [
        {
            "serialized": Fixed(
                lambda: tf.train.Example(
                    features=tf.train.Features(
                        feature={"a": tf.train.Feature(float_list=tf.train.FloatList(value=[1.0]))}
                    )
                ).SerializeToString()
            ),
            "features": Fixed(lambda: {"a": tf.io.FixedLenFeature([1], tf.float32)}),
        }
    ],
    "tensorflow.nn.log_poisson_loss": [{"targets": floats(4), "log_input": floats(4)}],
    "tensorflow.nn.approx_min_k": [{"operand": floats(8), "k": fixed(2)}],
    "tensorflow.nn.atrous_conv2d_transpose": [
        {
            "value": _IMAGE,
            "filters": floats(2, 2, 2, 3),
            "output_shape": fixed([1, 6, 6, 2]),
            "rate": fixed(1),
            "padding": _SAME,
        }
    ],
    "tensorflow.math.polygamma": [{"a": fixed(1.0), "x": floats(4)}],
    "tensorflow.math.zeta": [{"x": floats(4), "q": floats(4)}],
    "tensorflow.math.invert_permutation": [{"x": integers([1, 0, 2])}],
    "tensorflow.keras.backend.permute_dimensions": [{"x": floats(2, 3), "pattern": fixed((1, 0))}],
    "tensorflow.keras.backend.resize_images": [
        {"x": _IMAGE, "height_factor": fixed(2), "width_factor": fixed(2), "data_format": fixed("channels_last")}
    ],
    "tensorflow.keras.backend.rnn": [
        {
            "step_function": _function(lambda x, states: (x + states[0], [x + states[0]])),
            "inputs": floats(2, 3, 4),
            "initial_states": float_list((2, 4)),
        }
    ],
    "tensorflow.keras.backend.ctc_decode": [
        {"y_pred": floats(2, 6, 4, kind="probabilities"), "input_length": integers([6, 6])}
    ],
    "tensorflow.keras.losses.ctc": [{"y_true": integers([[1, 2], [2, 1]]), "y_pred": floats(2, 6, 4)}],
    "tensorflow.losses.ctc": [{"y_true": integers([[1, 2], [2, 1]]), "y_pred": floats(2, 6, 4)}],
    "tensorflow.losses.circle": [{"y_true": _IDS, "y_pred": floats(4, 3)}],
    "tensorflow.losses.sparse_categorical_crossentropy": [
        {"y_true": _IDS, "y_pred": floats(4, 3, kind="probabilities")},
        {"y_true": _IDS, "y_pred": floats(4, 3), "from_logits": fixed(True)},
    ],
    "tensorflow.metrics.sparse_categorical_accuracy": [{"y_true": _IDS, "y_pred": floats(4, 3)}],
    "tensorflow.nest.map_structure": [{"func": _SQUARE, "structure": float_list((2, 3))}],
    "keras.tree.map_structure": [{"func": _SQUARE, "structures": float_list((2, 3))}],
    "keras.Input": [{"shape": fixed((3,))}],
    "tensorflow.keras.Input": [{"shape": fixed((3,))}],
    "keras.ops.depth_to_space": [{"x": floats(1, 4, 4, 4), "block_size": fixed(2)}],
    "keras.ops.multi_hot": [{"inputs": integers([0, 2]), "num_classes": fixed(3)}],
    "keras.ops.vectorize": [{"pyfunc": _SQUARE}],
    "keras.ops.rearrange": [{"tensor": floats(2, 3), "pattern": fixed("a b -> b a")}],
    "keras.ops.image.ssim": [{"images1": floats(1, 16, 16, 3), "images2": floats(1, 16, 16, 3)}],
    "keras.random.randint": [{"shape": fixed((2,)), "minval": fixed(0), "maxval": fixed(4)}],
    "tensorflow.ragged_fill_empty_rows": [],
    "tensorflow.sets.size": [{"a": Fixed(lambda: tf.sparse.from_dense([[1, 2]]))}],
    # making tensors
    "tensorflow.constant": [
        {"value": floats(2, 3)},
        {"value": fixed([1.0, 2.0])},
        {"value": fixed(3.0)},
        {"value": fixed(3)},
    ],
    "tensorflow.convert_to_tensor": [{"value": floats(2, 3)}, {"value": fixed([1.0, 2.0])}, {"value": fixed(3.0)}],
    "keras.utils.to_categorical": [
        {"x": fixed([0, 1, 2])},
        {"x": fixed(np.array([0, 1, 2]))},
        {"x": integers([0, 1, 2])},
    ],
    "to_categorical": [{"y": fixed([0, 1, 2])}, {"y": fixed(np.array([0, 1, 2]))}, {"y": integers([0, 1, 2])}],
    "pad_sequences": [{"sequences": fixed([[1, 2], [3]])}],
    "stop_gradient": [{"input": floats(2, 3)}, {"input": floats(4)}],
    "keras.ops.stop_gradient": [{"variable": floats(2, 3)}],
    "tensorflow.signal.stft": [{"signals": floats(16), "frame_length": fixed(4), "frame_step": fixed(2)}],
    "tensorflow.signal.inverse_stft": [{"stfts": complexes(7, 3), "frame_length": fixed(4), "frame_step": fixed(2)}],
    "tensorflow.signal.mdct": [{"signals": floats(16), "frame_length": fixed(4)}],
    "tensorflow.signal.inverse_mdct": [{"mdcts": floats(4, 2)}],
    "tensorflow.signal.frame": [{"signal": floats(16), "frame_length": fixed(4), "frame_step": fixed(2)}],
    "tensorflow.signal.overlap_and_add": [{"signal": floats(4, 4), "frame_step": fixed(2)}],
    "tensorflow.signal.mfccs_from_log_mel_spectrograms": [{"log_mel_spectrograms": floats(4, 8)}],
    "keras.ops.stft": [
        {"x": floats(16), "sequence_length": fixed(4), "sequence_stride": fixed(2), "fft_length": fixed(4)}
    ],
    "keras.ops.istft": [
        {
            "x": float_list((7, 3), (7, 3)),
            "sequence_length": fixed(4),
            "sequence_stride": fixed(2),
            "fft_length": fixed(4),
        }
    ],
    "keras.ops.extract_sequences": [{"x": floats(16), "sequence_length": fixed(4), "sequence_stride": fixed(2)}],
    "keras.ops.fft": [{"x": float_list((4,), (4,))}],
    "keras.ops.fft2": [{"x": float_list((4, 4), (4, 4))}],
    "keras.ops.ifft2": [{"x": float_list((4, 4), (4, 4))}],
    "keras.ops.irfft": [{"x": float_list((4,), (4,))}],
    "keras.ops.rfft": [{"x": floats(4)}],
    # NumPy
    "numpy.einsum": [{"operands": Spread(("ij,jk->ik",), (floats(2, 3), floats(3, 4)))}],
    "numpy.take_along_axis": [{"arr": floats(2, 3), "indices": fixed(np.array([[0], [1]])), "axis": fixed(1)}],
    "numpy.insert": [{"arr": floats(4), "obj": fixed(1), "values": floats()}],
    "numpy.apply_along_axis": [{"func1d": _function(np.sum), "axis": fixed(0), "arr": floats(2, 3)}],
    "numpy.gradient": [{"f": floats(4)}, {"f": floats(4, 3)}],
    "numpy.random.rand": [{"args": fixed([2, 3])}],
    "numpy.random.randn": [{"args": fixed([2, 3])}],
    "numpy.random.triangular": [{"left": fixed(0.0), "mode": fixed(0.5), "right": fixed(1.0)}],
    "numpy.array_repr": [{"arr": floats(4)}],
    "builtins.map": [{"func": _SQUARE, "iterables": Spread((), (floats(3),))}],
}


def recipes_for(name: str) -> list[Pattern]:
    """The patterns kept for a function, by its full name; by its last word for TensorFlow's own."""
    if name in _RECIPES:
        return _RECIPES[name]
    for other in (name.removeprefix("tensorflow."), f"tensorflow.{name}"):
        if other in _RECIPES:
            return _RECIPES[other]
    if name.startswith("tensorflow.") and ".keras." not in name and ".experimental.numpy" not in name:
        return _RECIPES.get(name.rpartition(".")[2], [])
    return []
