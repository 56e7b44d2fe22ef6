"""TFG501 tf-op-on-keras-tensor."""

from __future__ import annotations

from collections.abc import Iterable

import libcst as cst

from tfgraphlint.diagnostic import Applicability, Diagnostic, Fix, Role, Step
from tfgraphlint.facts.keras import KerasTensorUsed
from tfgraphlint.fixes.keras_ops import with_operation
from tfgraphlint.libraries.tables import load
from tfgraphlint.rule_api.rule import Rule
from tfgraphlint.rule_api.shortening import brief
from tfgraphlint.rule_api.wording import short_name, trace_calls
from tfgraphlint.syntax.parents import scopes_of


class TfOpOnKerasTensor(Rule):
    """A symbolic Keras tensor is passed to a function that needs a tensor or a value.

    ## What it does

    Reports a TensorFlow function, a NumPy function or a Python condition that gets a symbolic tensor of Keras
    (`Input`, the result of a layer called on one) while a functional model is built with Keras 3.

    ## Why it matters

    In Keras 3 such a tensor is a description of a shape and a dtype. Only layers and `keras.ops` accept it:

        ValueError: A KerasTensor cannot be used as input to a TensorFlow function. A KerasTensor is a symbolic
        placeholder for a shape and dtype, used when constructing Keras Functional models or Keras Functions.
        ValueError: A KerasTensor is symbolic: it's a placeholder for a shape an a dtype. It doesn't have any actual
        numerical value. You cannot convert it to a NumPy array.
        TypeError: A symbolic KerasTensor cannot be used as a boolean.

    Keras 2 turned each TensorFlow function into a layer automatically; programs that rely on this fail here. NumPy,
    `float` and conditions raise errors in Keras 2 as well, with other texts, and are reported for both.

    A few functions fail before they ask, as `keras.backend.mean`: AttributeError. The report names the error.

    ## Known limits

    TensorFlow functions, and an array to the left of an operator (`ndarray + x`; `x + ndarray` is fine), are reported
    for Keras 3 only. Which functions do not accept a symbolic tensor was found by calling each; others are not
    reported. Silent on operators and slices (`x * 2`, `x[:, 0]`, `x @ w`), which are Keras operations; on `x == y`,
    which compares identity; on static sizes (`x.shape[-1]`); inside the `call` of a layer or model and in a `Lambda`;
    and where a model is called on data. What comes of a list of results (`tf.split`) is not followed.

    ## Fix safety

    Unsafe. The call becomes one of the `keras.ops` function that gave the same when both were called, with its
    argument names; dtype rules can differ. Functions of which none is known, `tf.shape(x)` and random functions are
    not replaced: `keras.ops.shape(x)[0]` is None for the batch while the model is built. Move those into a layer.

    ## When to suppress

    When the file is meant for Keras 2 (`tf_keras`, `TF_USE_LEGACY_KERAS=1`); better, set `keras = 2` in the
    configuration.
    """

    code = "TFG501"
    name = "tf-op-on-keras-tensor"

    def check(self, fact: KerasTensorUsed) -> Iterable[Diagnostic]:
        if not fact.by:
            yield self.report(
                fact.place.span, _describe(fact), path=_trace_path(fact), help=_advise(fact), fix=_use_keras_ops(fact)
            )


def _describe(fact: KerasTensorUsed) -> str:
    code = brief(fact.place.code)
    match fact.how:
        case "function":
            error = load().error_on_symbolic(fact.name)
            refusal = f"`{short_name(fact.name)}` does not accept a symbolic Keras tensor"
            return f"{refusal}: {error}" if error else refusal
        case "condition":
            return f"`{code}` is a symbolic Keras tensor used as a Python bool: TypeError"
        case "array":
            return f"`{code}` converts a symbolic Keras tensor to a NumPy array: ValueError"
    return f"`{code}` reads the value of a symbolic Keras tensor, which has none"


def _advise(fact: KerasTensorUsed) -> str:
    if _is_in_call(fact):
        return "use a function of `keras.ops`: here the `call` method gets a symbolic Keras tensor"
    match fact.how:
        case "function":
            return "use a function of `keras.ops`, or move the call into the `call` method of a layer"
        case "condition":
            return "use `keras.ops.where`, or move the condition into the `call` method of a layer"
        case "array":
            return "write the symbolic tensor on the left, or use a function of `keras.ops`"
    return "use a function of `keras.ops`, or read the value of what the model returns for data"


def _is_in_call(fact: KerasTensorUsed) -> bool:
    """Whether the code stands in the ``call`` of a layer or model, where a move into one would change nothing."""
    return any(
        isinstance(scope, cst.FunctionDef) and scope.name.value == "call"
        for place in (fact.place, *fact.calls)
        for scope in scopes_of(place.tree, place.node)[:-1]
    )


def _use_keras_ops(fact: KerasTensorUsed) -> Fix | None:
    call = fact.place.node
    if fact.how not in ("function", "value") or not isinstance(call, cst.Call):
        return None
    edits = with_operation(fact.place.tree, call, fact.name)
    return Fix("use `keras.ops`", Applicability.UNSAFE, edits) if edits is not None else None


def _trace_path(fact: KerasTensorUsed) -> tuple[Step, ...]:
    made = [Step(Role.SOURCE, "the symbolic tensor is created here", fact.made.span)] if fact.made is not None else []
    return tuple(dict.fromkeys([*made, *trace_calls(fact.calls, fact.place)]))
