"""TFG314 step-in-strategy-scope."""

from __future__ import annotations

from collections.abc import Iterable

import libcst as cst

from tfgraphlint.diagnostic import Diagnostic, Role, Step
from tfgraphlint.facts.gradients import StepInScope
from tfgraphlint.rule_api.rule import Rule
from tfgraphlint.rule_api.shortening import brief
from tfgraphlint.rule_api.wording import trace_calls

ERRORS = {"gradient": "ValueError", "minimize": "an error"}


class StepInStrategyScope(Rule):
    """A training step runs in `strategy.scope()`, not in the function that `strategy.run` is given.

    ## What it does

    Reports `tape.gradient(...)` and `optimizer.apply_gradients(...)` where they run in `with strategy.scope():` and no
    `strategy.run` is between. The report is at the first of them that raises.

    ## Why it matters

    A scope says of what strategy the variables are that are made in it. It does not run anything on the replicas:
    that is what `strategy.run(step, args=(...))` does, and what `model.fit` does by itself. With `MirroredStrategy` and
    `MultiWorkerMirroredStrategy`, also on one device, the variables belong to the replicas:

        ValueError: DistributedVariable.handle is not available outside the replica context or a
        `tf.distribute.Strategy.update()` call.

    Each optimizer of Keras waits for the other replicas, with any strategy but the default one:

        AttributeError: 'NoneType' object has no attribute 'merge_call'

    ## Known limits

    `tape.gradient` is reported of variables that were certainly made in the scope: those of a model that begins with
    the shape of its input, of layers that were first called there, `tf.Variable(...)`. Gradients with respect to
    tensors are silent, and so are `CentralStorageStrategy` and `OneDeviceStrategy` until the gradients are applied.
    Silent where nobody knows what the strategy is: an argument that nobody passes, `tf.distribute.get_strategy()`,
    TPUs, parameter servers. Silent for the optimizers of TensorFlow 1 and of `keras.optimizers.legacy`.

    ## Fix safety

    No fix. The step moves to `strategy.run(step, args=(...))`. Its loss has to be scaled by the number of replicas,
    which only its author can do rightly.

    ## When to suppress

    When the error is the point, for example in a test.
    """

    code = "TFG314"
    name = "step-in-strategy-scope"

    def check(self, fact: StepInScope) -> Iterable[Diagnostic]:
        function = fact.place.node.func if isinstance(fact.place.node, cst.Call) else fact.place.node
        called, scope = brief(fact.place.tree.code(function), 40), brief(fact.scope.code, 40)
        error = ERRORS.get(fact.what, "AttributeError")
        yield self.report(
            fact.place.span,
            f"`{called}` raises {error}: it runs in `{scope}`, not on the replicas",
            path=(Step(Role.MODE, "the scope begins here", fact.scope.span), *trace_calls(fact.calls, fact.place)),
            help="give the step to `strategy.run(step, args=(...))`; make variables in the scope, and no more",
        )
