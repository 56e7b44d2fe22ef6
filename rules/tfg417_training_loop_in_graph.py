"""TFG417 training-loop-in-graph."""

from __future__ import annotations

from collections.abc import Iterable

from tfgraphlint.diagnostic import Diagnostic
from tfgraphlint.facts.tracing import RunWhileTraced
from tfgraphlint.rule_api.rule import Rule
from tfgraphlint.rule_api.shortening import brief
from tfgraphlint.rule_api.wording import traced_by, traced_path


class TrainingLoopInGraph(Rule):
    """`fit`, `predict` or `evaluate` is called in traced code, or Python iterates over a dataset there.

    ## What it does

    Reports `fit`, `predict`, `evaluate`, `predict_on_batch` and similar methods of a Keras model in code that is
    certainly traced, comprehensions and generator expressions over a `tf.data.Dataset` in a `tf.function`, and `for`
    over one where AutoGraph is off. So is `get_weights` of a model or layer that has weights.

    ## Why it matters

    These methods trace and run their own functions and read the results. Keras 2 raises:

        RuntimeError: Detected a call to `Model.fit` inside a `tf.function`.

    Keras 3 fails with an `OperatorNotAllowedInGraphError` (`fit`, `evaluate`) or with `AttributeError:
    'SymbolicTensor' object has no attribute 'numpy'` (`predict`). `get_weights` raises "numpy() is only available when
    eager execution is enabled", or "Cannot get value inside Tensorflow graph function" with Keras 2. A comprehension
    over a dataset takes symbolic elements without end: tracing never returns. With `autograph=False` TensorFlow gives
    up: "An unusually high number of `tf.data.Iterator.get_next()` calls".

    ## Known limits

    `train_on_batch` and `test_on_batch` run in a `tf.function` with Keras 3, and raise with Keras 2. `predict` in the
    body of a `tf.py_function` works. Methods of classes of your own named `fit` or `predict` are silent.

    ## Fix safety

    No fix. `model.predict(x)` in traced code is mostly meant as `model(x, training=False)`; a loop belongs outside.

    ## When to suppress

    Never in code that runs: it raises or does not end.
    """

    code = "TFG417"
    name = "training-loop-in-graph"

    def check(self, fact: RunWhileTraced) -> Iterable[Diagnostic]:
        code, traced = brief(fact.place.code), traced_by(fact.by)
        if fact.name == "comprehension":
            message = f"AutoGraph does not convert a comprehension: tracing `{code}` never ends"
            remedy = "write the loop as a `for` statement, which AutoGraph converts, or use `dataset.reduce`"
        elif fact.name == "for":
            message = f"AutoGraph is off here: Python iterates over the dataset `{code}` while tracing"
            remedy = "let AutoGraph convert the loop, or use `dataset.reduce`"
        elif fact.name == "get_weights":
            message = f"`{code}` reads the numbers of the weights, which raises in code that {traced} traces"
            remedy = "use the variables: `model.variables`, and `variable.assign(...)` in the place of `set_weights`"
        else:
            message = f"`{fact.name}` runs its own loop, which raises an error in code that {traced} traces"
            remedy = "call the model: `model(x, training=False)`; call `fit` and `evaluate` outside of traced code"
        yield self.report(fact.place.span, message, path=traced_path(fact), help=remedy)
