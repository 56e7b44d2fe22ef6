"""TFG403 python-value-of-tensor."""

from __future__ import annotations

from collections.abc import Iterable

import libcst as cst

from tfgraphlint.diagnostic import Diagnostic
from tfgraphlint.facts.common import FaultKind
from tfgraphlint.facts.tracing import HostRead
from tfgraphlint.fixes import graph_builtins
from tfgraphlint.libraries.words import TEXT_TAKERS
from tfgraphlint.rule_api.rule import Rule
from tfgraphlint.rule_api.shortening import brief
from tfgraphlint.rule_api.wording import traced_by, traced_path

VALUE_HELP = "use a TensorFlow operation: `tf.cast`, `tf.reduce_sum`, `tf.maximum`, `tf.shape(x)[0]`, …"
SHOWN = "builtins.str"  # a text that shows a tensor is used
WALKERS = frozenset({"iter", "zip", "enumerate", "map", "filter"})
LOOP_HELP = "compute all rows at once, or use `tf.map_fn`; loop over numbers, `range(n)`, and take `t[i]` in it"
TEXT_HELP = "use `tf.strings` and `tf.io`, or call the function from one that `tf.py_function` runs: `x.numpy()` there"

SHOWN_HELP = "make the text with `tf.strings.join` and `tf.strings.as_string`; `tf.print` takes tensors as they are"


class PythonValueOfTensor(Rule):
    """A Python builtin needs the value of a symbolic tensor.

    ## What it does

    Reports builtins that need values, given a tensor of a graph: `bool`, `sum`, `max`, `min`, `any`, `all`,
    `enumerate`, `zip`, `map`, `filter`, `list`, `tuple`, `set`, `round`, `complex`, `divmod`, `reversed`, functions
    of `math`, of `itertools` that iterate at once, unpacking (`a, b = t`, `*t`), comprehensions over a tensor, a
    tensor as a dictionary key or as an index of a list or a NumPy array, format specs (`f"{t:.3f}"`, `"%f" % t`), and
    functions that take a text or a path: `open`, `os.path.join` and others of `os.path`, `re.sub`, `json.loads`,
    `pathlib.Path`. So are texts that show such a tensor (`str(t)`, `f"{t}.png"`), where TensorFlow, NumPy or a path is
    made of them, and in datasets where their content is asked (`"cat" in str(path)`). Where AutoGraph is off also
    `float`, `int`, `len`, `range`, `sorted` and `for` over a tensor.

    ## Why it matters

    A text does not raise, it holds the name of the tensor: `Tensor("args_0:0", shape=(), dtype=int64).png`.
    AutoGraph converts some builtins and leaves these alone. Which error comes depends on the builtin:

        OperatorNotAllowedInGraphError: Iterating over a symbolic `tf.Tensor` is not allowed.
        OperatorNotAllowedInGraphError: Using a symbolic `tf.Tensor` as a Python `bool` is not allowed.
        TypeError: unsupported format string passed to SymbolicTensor.__format__
        TypeError: must be real number, not SymbolicTensor
        TypeError: expected str, bytes or os.PathLike object, not SymbolicTensor
        TypeError: Tensor is unhashable. Instead, use tensor.ref() as the key.
        TypeError: list indices must be integers or slices, not SymbolicTensor
        NotImplementedError: Cannot convert a symbolic tf.Tensor (ArgMax:0) to a numpy array.

    ## Known limits

    A number of Python that the branches of a tensor's condition assign, or the turns of a loop over a tensor, is a
    tensor afterwards: `stage = 0`, then `if loss < 0.1: stage = 1`, then `rates[stage]`.

    In code that AutoGraph converts `float`, `int`, `len`, `range`, `abs`, `sorted` and `for` work, but what they give
    is a tensor still: `math.sqrt(float(t))` is reported at `math.sqrt`. Python lists of tensors, `tf.unstack`, static
    shapes, `zip(grads, variables)` and `enumerate(dataset)` are fine. Keras 3 applies no AutoGraph to `call`, losses
    and `train_step`, and Keras 2 none to `train_step`: the report depends on the Keras version that the project uses.

    ## Fix safety

    Unsafe. The result is a tensor, of the tensor's dtype, and where dtypes do not fit afterwards, TensorFlow raises
    while tracing. Built are:

    - `sum(t)` as `tf.reduce_sum(t, axis=0)`, `max(t)` and `min(t)` as `tf.reduce_max(t)` and `tf.reduce_min(t)`,
      `max(a, b)` and `min(a, b)` as `tf.maximum(a, b)` and `tf.minimum(a, b)`, `any` and `all` of a boolean tensor as
      `tf.reduce_any` and `tf.reduce_all`, `round(t)` of floating-point numbers as `tf.round(t)`;
    - a function of `math` as TensorFlow's function of the same meaning, as in TFG402;
    - `float(t)` as `t` where that certainly holds floating-point numbers, else as `tf.cast(t, tf.float32)`; `int(t)` of
      floating-point numbers as `tf.cast(t, tf.int32)`, `bool(t)` as `tf.cast(t, tf.bool)`;
    - `len(t)` as `tf.shape(t)[0]` where `tf.cast` or `tf.range` gets it;
    - `a, b = t` as `a, b = tf.unstack(t, num=2)`; a comprehension, loop or `*` over `t`, `enumerate(t)`, `list(t)`,
      `tuple(t)`, `reversed(t)` and `map(f, t)` with `tf.unstack(t)`, unless the first dimension is certainly unknown
      while tracing. `tf.unstack` raises where it is unknown after all.

    There is no fix where Python needs the result (in a text, a list or an attribute that keeps it, an index, a
    condition that AutoGraph does not convert), and none for format specs, dictionary keys, list indices, `zip`,
    `filter`, `set`, `sorted`, `range`, `divmod`, `complex`, `key=` and `start=`.

    ## When to suppress

    When the function is never traced in your program.
    """

    code = "TFG403"
    name = "python-value-of-tensor"

    def check(self, fact: HostRead) -> Iterable[Diagnostic]:
        if fact.kind is FaultKind.PYTHON_SCALAR:
            fails = "takes the name of a tensor, not its value" if fact.name == SHOWN else "raises"
            yield self.report(
                fact.place.span,
                f"{_what(fact)} {fails}: {traced_by(fact.by)} gives it a symbolic tensor",
                path=traced_path(fact),
                help=_advise(fact.name),
                fix=graph_builtins.repair_of(fact),
            )


def _advise(name: str) -> str:
    if name == SHOWN:
        return SHOWN_HELP
    if name in TEXT_TAKERS:
        return TEXT_HELP
    if name == "operator.index":
        return "look it up in TensorFlow: `tf.gather(table, index)`"
    return LOOP_HELP if name.removeprefix("builtins.") in WALKERS or name.startswith("itertools.") else VALUE_HELP


def _what(fact: HostRead) -> str:
    """What raises: a call, or a loop over what is written there."""
    code = f"`{brief(fact.place.code)}`"
    if fact.name != "builtins.iter" or isinstance(fact.place.node, cst.Call) and _calls_iter(fact.place.node):
        return code
    return f"unpacking to {code}" if isinstance(fact.place.node, (cst.Tuple, cst.List)) else f"a loop over {code}"


def _calls_iter(call: cst.Call) -> bool:
    return isinstance(call.func, cst.Name) and call.func.value == "iter"
