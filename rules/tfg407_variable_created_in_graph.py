"""TFG407 variable-created-in-graph."""

from __future__ import annotations

from collections.abc import Iterable

import libcst as cst

from tfgraphlint.diagnostic import Diagnostic
from tfgraphlint.facts.tracing import VariableCreated
from tfgraphlint.rule_api.rule import Rule
from tfgraphlint.rule_api.shortening import brief
from tfgraphlint.rule_api.wording import traced_path
from tfgraphlint.syntax.parents import scopes_of

ONCE = "create the variable outside, or once: `if self.v is None: self.v = tf.Variable(...)`"
IN_LAYER = "create it in `__init__` or in `build`: `self.v = self.add_weight(...)`"


class VariableCreatedInGraph(Rule):
    """A variable is created on every call of a traced function.

    ## What it does

    Reports `tf.Variable(...)`, `K.variable(...)`, and optimizers and metrics, which hold variables, that are created in
    code that is certainly traced: unconditionally, or whenever an argument is given (`if mask is not None`). Reports as
    well `optimizer.apply_gradients(...)` in a `tf.function` that is given one optimizer after another: the second one
    makes its variables in a second trace.

    ## Why it matters

    A traced function may create variables on its first call only. TensorFlow traces it a second time to see, and
    raises:

        ValueError: tf.function only supports singleton tf.Variables created on the first call. Make sure the
        tf.Variable is only
        created once or created outside tf.function.

    ## Known limits

    Creation behind a guard that holds once (`if self.v is None`, `hasattr`), in `build`, in `__init__`, or in a
    function that runs eagerly is fine and silent. In the `call` of a layer such a guard does not help: Keras 3 refuses
    `self.v = self.add_weight(...)` there ("You cannot add new elements of state"), and while a functional model is
    built, every version refuses a `tf.Variable` whose initial value is a tensor. Both are reported. Variables that a
    Keras layer or an optimizer from outside creates on its first use are lifted out of the graph. Layers and models
    that are created in traced code are TFG408.

    ## Fix safety

    No fix: where the variable should live is a design decision. Create it in `__init__`, `build` or before the traced
    function, and `assign` to it; instead of a metric use the function of the same name.

    ## When to suppress

    When the function is called exactly once in the life of the program (even then TensorFlow raises).
    """

    code = "TFG407"
    name = "variable-created-in-graph"

    def check(self, fact: VariableCreated) -> Iterable[Diagnostic]:
        why = "a `tf.function` may create variables only on its first call"
        if fact.late:
            why = "a layer may create variables in `__init__` and `build` only"
        yield self.report(
            fact.place.span,
            f"`{brief(fact.place.code)}` raises ValueError: {why}",
            path=traced_path(fact),
            help=_advise(fact),
        )


def _advise(fact: VariableCreated) -> str:
    if fact.optimizer:
        return "call `optimizer.build(model.trainable_variables)` before, or make a `tf.function` for each optimizer"
    return IN_LAYER if _is_in_call(fact) else ONCE


def _is_in_call(fact: VariableCreated) -> bool:
    """Whether the variable is made in the ``call`` of a class, which Keras runs on symbolic tensors as well."""
    scopes = scopes_of(fact.place.tree, fact.place.node)
    return any(isinstance(scope, cst.FunctionDef) and scope.name.value == "call" for scope in scopes[:-1])
