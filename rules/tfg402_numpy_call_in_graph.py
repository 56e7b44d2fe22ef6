"""TFG402 numpy-call-in-graph."""

from __future__ import annotations

from collections.abc import Iterable

from tfgraphlint.diagnostic import Diagnostic, Fix
from tfgraphlint.facts.common import FaultKind
from tfgraphlint.facts.tracing import HostRead
from tfgraphlint.fixes import array_operators, graph_numpy
from tfgraphlint.fixes.suggestions import name_replacement
from tfgraphlint.rule_api.rule import Rule
from tfgraphlint.rule_api.shortening import brief
from tfgraphlint.rule_api.wording import OF_OPERATOR, is_operator, short_name, traced_by, traced_path

SILENT = ("numpy.array_equal",)  # catches the error

WITH_FIX = "use the TensorFlow function of the same meaning"


class NumpyCallInGraph(Rule):
    """A NumPy or SciPy function is called on a symbolic tensor in traced code.

    ## What it does

    Reports functions of NumPy and SciPy whose argument is certainly a tensor of a graph, in code that is certainly
    traced. With Keras 3, also an operator between an array, or a number of NumPy, and a weight of Keras on its right:
    `mask * self.kernel`.

    ## Why it matters

    NumPy has to read the values and there are none yet:

        NotImplementedError: Cannot convert a symbolic tf.Tensor (Abs:0) to a numpy array. This error may
        indicate that you're
        trying to pass a Tensor to a NumPy call, which is not supported.

    A tensor as a shape, `np.zeros(tf.shape(x))`, is a `TypeError: expected a sequence of integers or a single
    integer`. `np.array_equal` raises nothing at all: it returns False, whatever the tensors hold. NumPy takes a weight
    of Keras 3 for an array and computes `mask * self.kernel` itself; with the weight on the left, TensorFlow does.

    ## Known limits

    NumPy on what is not symbolic is fine and silent: static shapes (`np.prod(x.shape[1:])`), Python hyperparameters
    (`np.sqrt(self.units)`), constants and arrays that meet a tensor by an operator, eager tensors captured from
    outside, `np.shape`, `np.ndim`, `np.size` and `np.flip`, which read no value. So are generators of
    `from_generator` and bodies of `tf.py_function` and `tf.numpy_function`. `tf.experimental.numpy` and `keras.ops`
    are not NumPy.

    ## Fix safety

    Unsafe: the function becomes the TensorFlow function that gave the same values for every rank when both were run,
    with the same `axis` and `keepdims`, and so do NumPy functions that get its result. NumPy computes in float64 and
    promotes integers, TensorFlow does neither: where dtypes do not fit afterwards, it raises while tracing. Some would
    give other numbers for integers without an error: where the tensor does not certainly hold floating-point numbers,
    `np.mean` and `np.average` become the mean of `tf.cast(x, tf.float32)`, and `np.sum`, `np.prod`, `np.cumsum`,
    `np.cumprod`, `np.trace` and `np.float_power` are left. `np.zeros` and `np.ones` are rewritten where their dtype is
    written, since the defaults differ. There is no fix where Python needs the result: in a text, a list or an attribute
    that keeps it, an index, a loop, `min`, a function that is not in the file, or a condition that AutoGraph does not
    convert. `array * weight` becomes `array * tf.convert_to_tensor(weight)`. Where there is no fix, the function of
    `tf.experimental.numpy` is suggested if it gave the same, and never applied; some of these (`round`) need
    `experimental_enable_numpy_behavior()` in a graph.

    ## When to suppress

    When the function is never traced in your program.
    """

    code = "TFG402"
    name = "numpy-call-in-graph"

    def check(self, fact: HostRead) -> Iterable[Diagnostic]:
        if fact.kind is FaultKind.NUMPY_CALL:
            fix = graph_numpy.repair_of(fact)
            if is_operator(fact.name):
                yield self._of_operator(fact, fix)
                return
            outcome = "always returns False" if fact.name in SILENT else "raises NotImplementedError"
            yield self.report(
                fact.place.span,
                f"`{short_name(fact.name)}` {outcome}: {traced_by(fact.by)} gives it a symbolic tensor",
                path=traced_path(fact),
                help=WITH_FIX if fix is not None else f"{name_replacement(fact.name)}, or run it with `tf.py_function`",
                fix=fix,
                suggestions=graph_numpy.suggestions(fact) if fix is None else (),
            )

    def _of_operator(self, fact: HostRead, fix: Fix | None) -> Diagnostic:
        code = fact.place.code
        after = array_operators.after(fact.place.tree, fact.place.node, fix)
        return self.report(
            fact.place.span,
            f"`{brief(code)}` raises NotImplementedError: NumPy computes it, in what {traced_by(fact.by)} traces",
            path=traced_path(fact),
            help=f"{OF_OPERATOR}: `{brief(after)}`" if after else OF_OPERATOR,
            fix=fix,
        )
