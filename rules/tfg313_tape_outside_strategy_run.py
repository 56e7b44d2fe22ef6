"""TFG313 tape-outside-strategy-run."""

from __future__ import annotations

from collections.abc import Iterable

import libcst as cst

from tfgraphlint.diagnostic import Diagnostic
from tfgraphlint.facts.common import FaultKind, Place
from tfgraphlint.facts.gradients import GradientCut
from tfgraphlint.rule_api.rule import Rule
from tfgraphlint.rule_api.wording import describe, trace_path


class TapeOutsideStrategyRun(Rule):
    """A tape is opened around `strategy.run`, which computes the target in other threads.

    ## What it does

    Reports a gradient whose target was computed by `strategy.run` while the tape was open around it: in the code that
    calls `run`, not in the function that `run` is given. The report is at the call of `run`.

    ## Why it matters

    `MirroredStrategy`, `MultiWorkerMirroredStrategy` and `CentralStorageStrategy` run the function in a thread for each
    replica, also where there is only one device. A tape records in the thread that opened it and in no other one. So
    `tape.gradient(loss, …)` is `None` for every source, after `strategy.reduce` as well, eagerly and in a
    `tf.function`. TensorFlow does not warn; the optimizer raises, later:

        ValueError: No gradients provided for any variable.

    With several devices, the value that `run` returns cannot be a target itself:

        ValueError: Type PerReplica is not supported as a gradient source or gradient target.

    ## Known limits

    Silent where nobody knows what the strategy is: an argument that nobody passes, `tf.distribute.get_strategy()`.
    Silent for `OneDeviceStrategy`, the default strategy and TPUs. A `tf.function` that is given to `run` itself, or
    that calls `run` inside the tape's block, is one operation for the tape, and its gradient flows. Where only a term
    of the target comes from `run`, the gradient is not `None` and nothing is reported.

    ## Fix safety

    No fix. The whole step moves into the function that `run` is given: tape, gradient and `apply_gradients`. What it
    returns, most often the loss, is reduced outside. The loss has to be scaled by the number of replicas, which only
    its author can do rightly.

    ## When to suppress

    When `None` is the point, for example in a test.
    """

    code = "TFG313"
    name = "tape-outside-strategy-run"
    kinds = (FaultKind.REPLICAS,)

    def check(self, fact: GradientCut) -> Iterable[Diagnostic]:
        called = _called(fact.place)
        yield self.report(
            fact.place.span,
            f"{describe(fact.lost)}: the tape is outside `{called}`",
            path=trace_path(fact),
            help=f"open the tape and apply the gradients inside the function that `{called}` is given",
        )


def _called(place: Place) -> str:
    """The method and whose it is: ``strategy.run``, also of ``self.strategy.run(...)``."""
    function = place.node.func if isinstance(place.node, cst.Call) else place.node
    parts = place.tree.code(function).split(".")[-2:]
    return ".".join(parts) if all(map(str.isidentifier, parts)) else parts[-1]
