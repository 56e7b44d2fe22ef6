"""TFG404 print-at-trace-time."""

from __future__ import annotations

from collections.abc import Iterable

from tfgraphlint.diagnostic import Diagnostic, Severity
from tfgraphlint.facts.tracing import PrintedWhileTraced
from tfgraphlint.fixes import print_ops
from tfgraphlint.rule_api.rule import Rule
from tfgraphlint.rule_api.shortening import brief
from tfgraphlint.rule_api.wording import traced_path


class PrintAtTraceTime(Rule):
    """`print` or `logging` of a tensor runs once per trace, not once per step.

    ## What it does

    Reports `print`, `logging` calls and `warnings.warn` that are given a tensor in code that is certainly traced.

    ## Why it matters

    Python runs while the graph is built. However many steps follow, the line comes once for each trace, and it shows

        Tensor("Mean:0", shape=(), dtype=float32)

    instead of a value. In a tensor condition both branches print. Three steps of a training loop were seen to print
    one line, and `tf.print` three; a first call that creates variables traces twice and prints two.

    ## Known limits

    Only calls that are given a tensor are reported. A message about names, static shapes and dtypes (`x.shape`) that
    is said once per trace is what one wants at trace time, and is silent. So are prints in eager loops, callbacks,
    bodies of `tf.py_function`, and models compiled with `run_eagerly=True`. A format spec for a tensor raises: that
    is TFG403.

    ## Fix safety

    Unsafe: `print(...)` becomes `tf.print(...)`; where an f-string is all that is printed, its parts become arguments
    of their own, with `sep=""`. `tf.print` writes to standard error and shows long tensors shortened. There is no fix
    for a text that was made before, with `%`, `str`, `format` or `+`, or an f-string with a format or beside other
    arguments, for `file=` and `flush=`, and none under `jit_compile=True`, which cannot compile `tf.print`. A logging
    call has no equivalent in the graph: return the value and log it outside.

    ## When to suppress

    When the line is meant to tell that a trace happened.
    """

    code = "TFG404"
    name = "print-at-trace-time"
    severity = Severity.WARNING

    def check(self, fact: PrintedWhileTraced) -> Iterable[Diagnostic]:
        yield self.report(
            fact.place.span,
            f"`{brief(fact.place.code)}` runs once per trace and prints a symbolic tensor, not its value",
            path=traced_path(fact),
            help="print from the graph: `tf.print(...)`",
            fix=print_ops.in_graph(fact),
        )
