"""TFG101 graph-gradients-in-eager."""

from __future__ import annotations

from collections.abc import Iterable

from tfgraphlint.diagnostic import Diagnostic, Role, Step
from tfgraphlint.facts import ApiUsed, Mode
from tfgraphlint.rule import Rule
from tfgraphlint.story import short_name

NAMES = frozenset({
    "tensorflow.gradients", "tensorflow.compat.v1.gradients", "tensorflow.hessians", "tensorflow.compat.v1.hessians",
    "tensorflow.keras.backend.gradients", "keras.backend.gradients", "keras.legacy.backend.gradients",
})


class GraphGradientsInEager(Rule):
    """`tf.gradients` is called while TensorFlow runs eagerly.

    ## What it does

    Reports `tf.gradients`, `tf.compat.v1.gradients`, `tf.hessians`, `tf.compat.v1.hessians` and
    `tf.keras.backend.gradients` in code that is known to run eagerly: at module level, in functions called
    from there, in the body of a `tf.py_function`, in the body of an eager `tf.map_fn` or `tf.while_loop`,
    and in a loss of a model compiled with `run_eagerly=True`. `import tensorflow.compat.v1 as tf` alone
    does not switch eager execution off.

    ## Why it matters

    These functions walk a graph, and eager execution builds none. TensorFlow says, at the first call:

        RuntimeError: tf.gradients is not supported when eager execution is enabled. Use tf.GradientTape instead.

    In a `tf.py_function` inside a graph the same failure comes back as `UnknownError` without that
    sentence.

    ## Known limits

    Silent where the mode is not certain: a function without a seen caller, a caller that is traced as well
    as called eagerly, a project in which another file switches eager execution off. Silent in `tf.function`
    and what it calls, `Dataset.map`, `wrap_function`, `with tf.Graph().as_default()`, `with
    tf.compat.v1.Session()`, after `disable_eager_execution()` or `disable_v2_behavior()`, and in losses and
    `train_step` of models that Keras traces. Functions and methods of your own that are called `gradients`
    are not meant.

    ## Fix safety

    Unsafe. The statements from the source to the target move into `with tf.GradientTape() as tape:`, plain
    tensors are watched first, and `tape.gradient(y, [x])` keeps the list that `tf.gradients` returns;
    `grad_ys` becomes `output_gradients`; several calls share one persistent tape. Where `tf.gradients` sums
    over several targets the tape does the same. Look at what now runs inside the block: all of it is
    recorded.

    ## When to suppress

    When the file is only ever run by a program that switches eager execution off before it is called.
    """

    code = "TFG101"
    name = "graph-gradients-in-eager"

    def check(self, fact: ApiUsed) -> Iterable[Diagnostic]:
        if fact.name not in NAMES or fact.mode is not Mode.EAGER:
            return
        path = [Step(Role.CALL, "reached from here", call.span) for call in fact.calls]
        if fact.why is not None:
            path.append(Step(Role.MODE, "runs eagerly because of this", fact.why.span))
        called = short_name(fact.name)
        path.append(Step(Role.CONSEQUENCE, f"`{called}` raises RuntimeError here", fact.place.span))
        yield self.report(
            fact.place.span,
            f"`{called}` is called while TensorFlow runs eagerly: RuntimeError",
            path=path,
            help="compute the target inside `with tf.GradientTape() as tape:` and ask `tape.gradient`",
        )
