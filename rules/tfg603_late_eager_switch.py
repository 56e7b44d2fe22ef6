"""TFG603 late-eager-switch."""

from __future__ import annotations

from collections.abc import Iterable

from tfgraphlint.diagnostic import Diagnostic, Role, Step
from tfgraphlint.facts.graph_api import LateSwitch
from tfgraphlint.rule_api.rule import Rule


class LateEagerSwitch(Rule):
    """Eager execution is switched off or on too late.

    ## What it does

    Reports `disable_eager_execution` and `disable_v2_behavior` where a tensor, variable or dataset made before is
    used in graph operations after, or where a model of Keras 3 is trained after; and `enable_eager_execution` or
    `enable_v2_behavior` after a graph was used in a program that runs without eager execution.

    ## Why it matters

    The call to disable raises nothing. What was made before stays eager, and the failure comes later and elsewhere:

        RuntimeError: Attempting to capture an EagerTensor without building a function.
        AttributeError: Tensor.op is undefined when eager execution is enabled.
        ValueError: Encountered an Eager-defined Tensor during graph construction, but a function was not being built.

    `fit`, `evaluate` and `predict` of Keras 3 iterate over a dataset, which needs eager execution, switched off early
    or late:

        RuntimeError: `tf.data.Dataset` only supports Python-style iteration in eager mode or within tf.function.

    The call to enable raises at once:

        ValueError: tf.enable_eager_execution must be called at program startup.

    ## Known limits

    Silent on a switch while a graph is built, which changes nothing, where nothing made before is used after in the
    graph (values printed, `.numpy()` taken of tensors, seeds, lists of devices, `tf.constant(tensor)`), where
    another file of the same program may switch before, and on `enable_eager_execution` in a program that is eager
    already: there it changes nothing, however late. Layers and models of Keras 2 made before are not followed; it
    refuses to fit them ("Calling `Model.fit` in graph mode is not supported when the `Model` instance was constructed
    with eager mode enabled"). `train_on_batch` of Keras 3 runs without eager execution. Holds for TensorFlow 2, all
    versions; what is said of Keras 3, from TensorFlow 2.16 on.

    ## Fix safety

    No fix: what has to come after the switch depends on the program. The switch belongs right after the imports.

    ## When to suppress

    When what was made before is used only under a condition that does not hold in graph mode.
    """

    code = "TFG603"
    name = "late-eager-switch"

    def check(self, fact: LateSwitch) -> Iterable[Diagnostic]:
        short = fact.name.rpartition(".")[2]
        calls = tuple(Step(Role.CALL, "called from here", call.span) for call in fact.calls)
        if fact.what == "enabled":
            yield self.report(
                fact.place.span,
                f"`{short}` is called after a graph was used: ValueError",
                path=(
                    Step(Role.MODE, "eager execution is switched off here", fact.made.span),
                    Step(Role.SOURCE, "the graph is used here", fact.used.span),
                ),
                help="switch once, right after the imports; use `with tf.Graph().as_default():` for graph code",
            )
            return
        if fact.what == "keras":
            yield self.report(
                fact.place.span,
                f"`{short}` is called, and Keras 3 trains no model without eager execution: RuntimeError",
                path=(*dict.fromkeys(calls), Step(Role.CONSEQUENCE, "this call raises an error", fact.used.span)),
                help="leave eager execution on, or install `tf_keras` and set `TF_USE_LEGACY_KERAS=1`",
            )
            return
        yield self.report(
            fact.place.span,
            f"`{short}` is called too late: the graph cannot use a {fact.what} that was created before",
            path=(
                Step(Role.SOURCE, f"the {fact.what} is created eagerly here", fact.made.span),
                *dict.fromkeys(calls),
                Step(Role.CONSEQUENCE, _describe_error(fact.what), fact.used.span),
            ),
            help=f"call `{short}` right after the imports, before you create any tensor",
        )


def _describe_error(what: str) -> str:
    if what == "dataset":
        return "the eager dataset raises an error here"
    return "RuntimeError: Attempting to capture an EagerTensor without building a function"
