"""TFG415 unknown-static-dimension."""

from __future__ import annotations

from collections.abc import Iterable

import libcst as cst

from tfgraphlint.diagnostic import Diagnostic
from tfgraphlint.facts.tracing import OpenDimensionUsed
from tfgraphlint.fixes.graph_ops import dynamic_size
from tfgraphlint.rule_api.rule import Rule
from tfgraphlint.rule_api.shortening import brief
from tfgraphlint.rule_api.wording import traced_path


class UnknownStaticDimension(Rule):
    """A dimension that is not known while tracing is used as a number.

    ## What it does

    Reports `x.shape[i]` (and `x.get_shape()[i]`, `x.shape.as_list()[i]`, `K.int_shape(x)[i]`, or the name that
    `batch, width = x.shape` binds to it) that is certainly None and is used as a number: in a shape, in arithmetic, in
    `range`, in `<`, as an argument of an operation; and a whole `x.shape` with such a dimension where a shape is wanted
    (`tf.random.normal(x.shape)`, `np.prod(x.shape)`). Such dimensions come from `keras.Input`, `batch` without
    `drop_remainder`, `TensorSpec([None, ...])` of an input signature or a generator, decoded images,
    `tf.boolean_mask` and `tf.where`.

    ## Why it matters

        TypeError: Expected int32, but got None of type 'NoneType'.
        TypeError: Failed to convert elements of [None, -1] to Tensor.
        TypeError: 'NoneType' object cannot be interpreted as an integer
        ValueError: None values not supported.

    ## Known limits

    Keras gives arrays whose length the batch size divides a static batch size in `fit`; the same layer fails when the
    last batch is smaller, or in a functional model. Reported only where None is certain, which for the batches of
    `fit` it is not. Followed through what keeps a shape (`tf.cast`, arithmetic with numbers, Keras layers), and no
    further. None that is handled (`is None`, `==`, `or -1`), used as a slice's end, or printed is fine. A
    `tf.function` traced with a real tensor knows its shape.

    ## Fix safety

    `x.shape[0]` becomes `tf.shape(x)[0]`, and `x.shape` becomes `tf.shape(x)`: safe in a shape that is given to a
    TensorFlow operation, unsafe elsewhere, as it is an int32 tensor. No fix where floats are divided by it, which takes
    a cast, and where Python or NumPy needs a number (`range`, `float`, `np.prod`).

    ## When to suppress

    When all batches that the program ever sees are full.
    """

    code = "TFG415"
    name = "unknown-static-dimension"

    def check(self, fact: OpenDimensionUsed) -> Iterable[Diagnostic]:
        whole = isinstance(fact.place.node, (cst.Attribute, cst.Call))
        yield self.report(
            fact.place.span,
            f"`{brief(fact.place.code)}` {'contains' if whole else 'is'} None while tracing, and is used as a number",
            path=traced_path(fact),
            help="use the dynamic shape: `tf.shape(x)[i]`, or `tf.shape(x)` for all dimensions",
            fix=dynamic_size(fact.place, fact.name),
        )
