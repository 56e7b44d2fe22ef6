"""TFG409 trace-time-constant."""

from __future__ import annotations

from collections.abc import Iterable

from tfgraphlint.diagnostic import Diagnostic, Severity
from tfgraphlint.facts.tracing import FrozenWhileTraced
from tfgraphlint.fixes import trace_time_random
from tfgraphlint.rule_api.rule import Rule
from tfgraphlint.rule_api.shortening import brief
from tfgraphlint.rule_api.wording import traced_path


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

    Unsafe: the stream differs from the seeded one of Python or NumPy, and the numbers are tensors of float32, which
    raise beside tensors of other dtypes. Built are:

    - `random.random()` as `tf.random.uniform([])`, `random.uniform(a, b)` as `tf.random.uniform([], a, b)`,
      `random.gauss` and `random.normalvariate` as `tf.random.normal([], mu, sigma)`;
    - `np.random.uniform`, `random`, `random_sample`, `normal`, `standard_normal`, `rand` and `randn` with the shape
      first: `tf.random.normal([4], 0.0, 0.1)`. `size` has to be a number, a tuple or list, or an attribute `shape`;
      without it the bounds have to be numbers as written, since an array would give the draw its shape;
    - `random.randint(a, b)` as `tf.random.uniform([], a, b + 1, dtype=tf.int32)` (the one includes its upper bound, the
      other does not), `random.randrange` and `np.random.randint` alike without the `+ 1`, where the number is only
      compared or given to TensorFlow;
    - `time.time()` as `tf.timestamp()`, except under `jit_compile=True`.

    There is no fix for other functions (`random.choice`, `random.shuffle`, generators, `time.perf_counter`, `datetime`,
    `uuid`), and none where Python needs the number: in a text, a list or an attribute that keeps it, an index, a
    function that is not in the file, or a condition that AutoGraph does not convert.

    ## When to suppress

    When one draw for the life of the graph is intended; drawing it outside the traced function says so better.
    """

    code = "TFG409"
    name = "trace-time-constant"
    severity = Severity.WARNING

    def check(self, fact: FrozenWhileTraced) -> Iterable[Diagnostic]:
        yield self.report(
            fact.place.span,
            f"`{brief(fact.place.code)}` runs once per trace: every later call sees the same value",
            path=traced_path(fact),
            help="draw it in the graph: `tf.random.uniform`, `tf.random.normal`, `tf.timestamp()`",
            fix=trace_time_random.in_graph(fact),
        )
