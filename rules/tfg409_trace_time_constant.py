"""TFG409 trace-time-constant."""

from __future__ import annotations

from collections.abc import Iterable

from tfgraphlint.diagnostic import Diagnostic, Severity
from tfgraphlint.facts.tracing import FrozenWhileTraced
from tfgraphlint.rule_api.rule import Rule
from tfgraphlint.rule_api.wording import brief, traced_path


class TraceTimeConstant(Rule):
    """A random number or the time is drawn once, while tracing, and stays.

    ## What it does

    Reports `random.*`, `np.random.*`, `time.time` and its kin, `datetime.now`, `uuid.*` and `secrets.*` in code that
    is certainly traced, including functions of `Dataset.map`.

    ## Why it matters

    The call runs while the graph is built and its result is a constant of the graph. All examples of a mapped dataset
    get the same noise, a layer that is skipped at random is skipped always or never, and a clock stands still.
    Nothing is raised.

    ## Known limits

    Silent where the value is meant to be drawn once: in `__init__` and `build`, at module level, in eager loops, in
    generators of `from_generator`. Bodies of `tf.py_function` and `tf.numpy_function` run on the host each time and
    are fine. `tf.random.*`, `tf.random.Generator`, Keras' random layers and `tf.timestamp()` are operations.

    ## Fix safety

    Unsafe: `random.random()` becomes `tf.random.uniform([])`, `random.uniform(a, b)` and `np.random.uniform` become
    `tf.random.uniform(shape, a, b)`, `np.random.normal` becomes `tf.random.normal`, `time.time()` becomes
    `tf.timestamp()`. The stream differs from the seeded one of Python or NumPy, dtypes become float32, and
    `random.randint` includes its upper bound where `tf.random.uniform` does not.

    ## When to suppress

    When one draw for the life of the graph is intended; drawing it outside the traced function says so better.
    """

    code = "TFG409"
    name = "trace-time-constant"
    severity = Severity.WARNING

    def check(self, fact: FrozenWhileTraced) -> Iterable[Diagnostic]:
        yield self.report(
            fact.place.span,
            f"`{brief(fact.place.code)}` runs only while the graph is traced: every later call sees the same value",
            path=traced_path(fact),
            help="draw it in the graph: `tf.random.uniform`, `tf.random.normal`, `tf.timestamp()`",
        )
