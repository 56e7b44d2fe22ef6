"""TFG401 numpy-method-in-graph."""

from __future__ import annotations

from collections.abc import Iterable

from tfgraphlint.diagnostic import Diagnostic
from tfgraphlint.facts.common import FaultKind
from tfgraphlint.facts.tracing import HostRead
from tfgraphlint.fixes import graph_numpy
from tfgraphlint.rule_api.rule import Rule
from tfgraphlint.rule_api.shortening import brief
from tfgraphlint.rule_api.wording import traced_by, traced_path


class NumpyMethodInGraph(Rule):
    """`.numpy()` is called on a symbolic tensor in traced code.

    ## What it does

    Reports `.numpy()` and `.eval()`, and `tf.keras.backend.eval` and `get_value`, of a tensor in code that is
    certainly traced: in a `tf.function` and what it calls, in the function of `Dataset.map` and its kin, in Keras'
    `call`, losses, metrics and `train_step`. Also `.numpy()` of a variable there, and of any tensor after
    `disable_eager_execution()`.

    ## Why it matters

    A tensor of a graph has no value while the graph is built. The same line works eagerly, in a test for instance,
    and raises in training:

        AttributeError: 'SymbolicTensor' object has no attribute 'numpy'
        NotImplementedError: numpy() is only available when eager execution is enabled.
        ValueError: Cannot evaluate tensor using `eval()`: No default session is registered.

    The second one is what a variable says, the third what `.eval()` says. The error names the line, but not what
    traced it; the report shows that path.

    ## Known limits

    Silent where the mode or the value is not certain: a parameter that no seen caller gives, a function called both
    ways. Bodies of `tf.py_function`, models compiled with `run_eagerly=True`, constants made outside or under
    `tf.init_scope`, methods called `numpy` on objects that are not tensors, and code behind `tf.executing_eagerly()`,
    `tf.is_symbolic_tensor(x)`, `hasattr(x, "numpy")` or `except AttributeError` are fine and are not reported.

    ## Fix safety

    Unsafe: `.numpy()`, or `K.eval` and `K.get_value` around a tensor, is dropped, and NumPy functions that get the
    tensor then become TensorFlow's (as in TFG402). Where dtypes do not fit afterwards, TensorFlow raises while tracing.
    There is no fix where Python needs the value: in a text, a list or an attribute that keeps it, an index, a loop,
    `min`, `float`, a function that is not in the file, or a condition that AutoGraph does not convert; none for
    `.eval()`, and none after `disable_eager_execution()`, where a session has to run the graph. A value that is meant
    for a log is better returned from the traced function and read by its caller.

    ## When to suppress

    When the code is only ever run eagerly by a switch that tfgraphlint cannot see.
    """

    code = "TFG401"
    name = "numpy-method-in-graph"

    def check(self, fact: HostRead) -> Iterable[Diagnostic]:
        if fact.kind is FaultKind.NUMPY_METHOD:
            error = f"raises AttributeError: {traced_by(fact.by)} gives it a symbolic tensor"
            if fact.name == ".numpy" and all(given.variable for given in fact.given):
                error = f"raises NotImplementedError: no variable has a value in what {traced_by(fact.by)} traces"
            yield self.report(
                fact.place.span,
                f"`{brief(fact.place.code)}` {error}",
                path=traced_path(fact),
                help="keep the value a tensor; `tf.py_function` runs Python on values",
                fix=graph_numpy.repair_of(fact),
            )
