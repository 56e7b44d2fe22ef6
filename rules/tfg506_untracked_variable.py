"""TFG506 untracked-variable."""

from __future__ import annotations

import re
from collections.abc import Iterable

import libcst as cst

from tfgraphlint.diagnostic import Applicability, Diagnostic, Edit, Fix, Severity
from tfgraphlint.facts.keras import UntrackedVariable as Untracked
from tfgraphlint.fixes.imports import spell_any
from tfgraphlint.rule_api.rule import Rule
from tfgraphlint.rule_api.shortening import brief

TRACKED = ("tensorflow.keras.Variable", "keras.Variable")
# What both kinds of variable understand.
SHARED = frozenset({"trainable", "name", "dtype"})


class UntrackedVariable(Rule):
    """A plain variable of a Keras 3 layer or model is not tracked, and not trained.

    ## What it does

    Reports a `tf.Variable` that becomes an attribute of a Keras 3 layer or model, or an element of a list there; and
    one that a functional model computes with when it is fitted and that no layer holds, as where the function of a
    `Lambda` reads it.

    ## Why it matters

    Keras 3 tracks its own variables only. Nothing is raised: the variable is missing in `weights`,
    `trainable_variables` and `count_params()`, `fit` and loops over `trainable_variables` never move it, and
    `save_weights` does not save it. A model that has nothing else warns "The model does not have any trainable
    weights." Keras 2 tracked such variables, so that code that trained there is silently half dead after the change
    of version.

    ## Known limits

    Holds for Keras 3. Silent for `tf.Module` as a base, which tracks them on every version (but a `tf.Module` kept
    as an attribute of a Keras layer is not looked into, and its variables are not trained either), for callbacks
    and your own classes, for `trainable=False` and for integers (counters: not meant to be trained), for variables
    that the file assigns or names to a tape as sources, for models that the file defines and does not make (your
    own loop may train them), and for classes that define `trainable_variables` or similar properties themselves. A
    plain variable in a `Metric` is not reset between epochs; this rule does not say so.

    ## Fix safety

    No fix is applied. Shown: `self.w = self.add_weight(shape=..., initializer=..., name="w")`, which works on Keras
    2 and 3. `keras.Variable(value)` is tracked as well and takes a value as `tf.Variable` does; where the arguments
    allow it, this is shown as an edit.

    ## When to suppress

    When the variable is deliberately kept from training and from saving; `trainable=False` states this in the code.
    """

    code = "TFG506"
    name = "untracked-variable"
    severity = Severity.WARNING

    def check(self, fact: Untracked) -> Iterable[Diagnostic]:
        if _is_assigned(fact):
            return
        if not fact.owner:
            yield self.report(
                fact.place.span,
                f"no layer holds `{fact.attribute}`, which the model computes with: `fit` does not train it",
                help="make it the weight of a layer of your own: `self.add_weight(...)` in `build`",
            )
            return
        fix = _use_keras_variable(fact)
        yield self.report(
            fact.place.span,
            f"Keras 3 does not track `{brief(fact.place.code)}` in `{fact.owner}`: `fit` does not train it",
            help=f"create a weight: `self.{fact.attribute} = self.add_weight(shape=..., initializer=..., name=...)`",
            suggestions=[fix] if fix is not None else [],
        )


def _is_assigned(fact: Untracked) -> bool:
    """Whether the file gives the variable values by hand: then it is a state, as moving averages are."""
    return re.search(rf"\b{re.escape(fact.attribute)}\.assign", fact.place.tree.text) is not None


def _use_keras_variable(fact: Untracked) -> Fix | None:
    """``keras.Variable`` in the place of ``tf.Variable``, where the arguments are the same ones."""
    call, tree = fact.place.node, fact.place.tree
    if not isinstance(call, cst.Call) or any(arg.star for arg in call.args):
        return None
    keywords = {arg.keyword.value for arg in call.args if arg.keyword is not None}
    if len(call.args) - len(keywords) != 1 or not keywords <= SHARED:
        return None
    spelled = spell_any(tree, TRACKED, call)
    edit = Edit(tree.span(call.func), spelled.text)
    return Fix("use `keras.Variable`", Applicability.DISPLAY, (*spelled.edits, edit))
