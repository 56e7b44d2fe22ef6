"""TFG301 unwatched-tensor."""

from __future__ import annotations

from collections.abc import Iterable

from tfgraphlint.diagnostic import Diagnostic
from tfgraphlint.facts.common import FaultKind
from tfgraphlint.facts.gradients import GradientCut
from tfgraphlint.fixes.add_watch import watched
from tfgraphlint.rule_api.rule import Rule
from tfgraphlint.rule_api.shortening import brief
from tfgraphlint.rule_api.wording import describe, trace_path


class UnwatchedTensor(Rule):
    """The source of a gradient is a tensor that no tape watches.

    ## What it does

    Reports a query whose source is a plain tensor (a constant, a converted array, an argument, an element of a dataset,
    the input of a model) that no `tape.watch` covers, while the target depends on it. The report is at the `with` whose
    tape should watch it.

    ## Why it matters

    A tape watches trainable variables automatically, and nothing else. For other tensors TensorFlow gives no warning:
    `tape.gradient(loss, image)` is `None`. The error comes in the next line, for instance

        ValueError: Attempt to convert a value (None) with an unsupported type (<class 'NoneType'>) to a Tensor.
        TypeError: unsupported operand type(s) for *: 'float' and 'NoneType'
        AttributeError: 'NoneType' object has no attribute 'numpy'

    ## Known limits

    Silent for variables, for intermediate results of a watched chain, for tensors watched in a list, tuple or
    dict or by a helper that gets the tape, for a tensor that is watched under a new name, and where it is not
    certain what the source is. A watch that comes too late is TFG302; `watch_accessed_variables=False` with
    nothing watched is TFG305; a source that is not floating is TFG210; a NumPy array as a source raises and is
    TFG308.

    ## Fix safety

    Safe. `tape.watch(x)` is inserted as the first statement of the block; it computes nothing and changes no
    value. Where the source is bound only inside the block, the line goes right after the binding. The one price
    is memory: the tape then keeps what it needs of the operations on `x`.

    ## When to suppress

    When `None` is expected and handled, for example in a test that shows that nothing is watched. With
    `unconnected_gradients=tf.UnconnectedGradients.ZERO` the zeros are as wrong as the `None`.
    """

    code = "TFG301"
    name = "unwatched-tensor"
    kinds = (FaultKind.UNWATCHED,)

    def check(self, fact: GradientCut) -> Iterable[Diagnostic]:
        tape, source = fact.lost.tape, brief(fact.fault.value)
        yield self.report(
            tape.made.span,
            f"{describe(fact.lost)}: {f'`{tape.name}`' if tape.name else 'the tape'} does not watch `{source}`",
            path=trace_path(fact),
            help=f"watch it first in the block: `{tape.name or 'tape'}.watch({source})`",
            fix=watched(fact.lost),
        )
