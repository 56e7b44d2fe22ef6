"""TFG419 unsupported-in-jit."""

from __future__ import annotations

from collections.abc import Iterable

from tfgraphlint.diagnostic import Diagnostic
from tfgraphlint.facts.tracing import UnsupportedInJit as Unsupported
from tfgraphlint.rule_api.rule import Rule
from tfgraphlint.rule_api.wording import short_name, traced_path


class UnsupportedInJit(Rule):
    """An operation that XLA cannot compile is used with `jit_compile=True`.

    ## What it does

    Reports `tf.py_function`, `tf.numpy_function`, `tf.print`, string operations, `tf.timestamp`,
    `tf.histogram_fixed_width`, `tf.unique_with_counts`, sets, `tf.random.gamma`, `tf.random.poisson`, and reading and
    decoding files in a function that is traced with `jit_compile=True`, by `tf.function` or by a model's `compile`.
    Whether the result is used makes no difference.

    ## Why it matters

    The whole function fails when it is called, with an error about the graph, not about the line:

        InvalidArgumentError: Detected unsupported operations when trying to compile graph
        __inference_train_step_26[...] on
        XLA_CPU_JIT: EagerPyFunc (No registered 'EagerPyFunc' OpKernel for XLA_CPU_JIT devices ...)

    ## Known limits

    The list was tried with XLA on the CPU; other devices compile fewer operations. Fine there, and silent: `unique`,
    `boolean_mask`, one-argument `where`, `top_k`, `sort`, `TensorArray`, assertions, stateless random numbers.
    `jit_compile` given by a value that is not known is silent. Keras 3 uses `jit_compile="auto"` by default and leaves
    such models alone.

    ## Fix safety

    No fix: move the operation out of the compiled function, or remove `jit_compile`.

    ## When to suppress

    When the function is compiled for a device that has the operation.
    """

    code = "TFG419"
    name = "unsupported-in-jit"

    def check(self, fact: Unsupported) -> Iterable[Diagnostic]:
        yield self.report(
            fact.place.span,
            f"XLA cannot compile `{short_name(fact.name)}`: `jit_compile=True` fails for the whole function",
            path=traced_path(fact),
            help="move it out of the compiled function, or remove `jit_compile=True`",
        )
