"""TFG411 retracing-argument."""

from __future__ import annotations

from collections.abc import Iterable

import libcst as cst

from tfgraphlint.diagnostic import Applicability, Diagnostic, Fix, Role, Severity, Step
from tfgraphlint.facts.tracing import ArgumentRetraced
from tfgraphlint.fixes.edits import in_place_of
from tfgraphlint.fixes.imports import spell
from tfgraphlint.fixes.value_uses import loads
from tfgraphlint.rule_api.rule import Rule
from tfgraphlint.rule_api.shortening import brief
from tfgraphlint.syntax.bindings import names_in
from tfgraphlint.syntax.parents import ancestors, parent, scopes_of


class RetracingArgument(Rule):
    """A Python value that changes is passed to a `tf.function`, which retraces for each value.

    ## What it does

    Reports arguments of a traced function that are Python numbers, strings, or lists and tuples of them, and
    certainly change from call to call: loop counters, epoch numbers, decaying rates, lengths.

    ## Why it matters

    Python values are part of a trace's signature. Five epochs whose number is passed as an integer were counted as
    five traces (`experimental_get_tracing_count() == 5`), one if it is a tensor. Tracing takes longer than many
    steps.

    ## Known limits

    Silent for tensors, NumPy scalars and arrays (TensorFlow converts them), functions with an `input_signature`,
    arguments that are the same in each call, and flags that select a variant of the graph. `reduce_retracing=True`
    does not help with Python numbers. A float that equals an integer which was traced before (`0.0` and `0`) needs no
    new trace.

    ## Fix safety

    Unsafe: `i` becomes `tf.constant(i)`. In the function it is then a tensor: Python's `if`, `range` and list indices
    mean something else there, an integer becomes int32 and does not mix with floats without a cast.

    ## When to suppress

    When there are few values and each deserves its own graph, such as the depth of an unrolled loop.
    """

    code = "TFG411"
    name = "retracing-argument"
    severity = Severity.WARNING

    def check(self, fact: ArgumentRetraced) -> Iterable[Diagnostic]:
        if _is_listed(fact):
            return
        code = brief(fact.place.code)
        yield self.report(
            fact.place.span,
            f"`{code}` is a different Python value on each call, so every call retraces",
            path=(
                Step(Role.MODE, "this makes it a `tf.function`", fact.traced.span),
                Step(Role.CALL, "called here", fact.call.span),
            ),
            help=f"pass a tensor: `tf.constant({code})`",
            fix=_pass_tensor(fact),
        )


def _is_listed(fact: ArgumentRetraced) -> bool:
    """Whether the values are written out in the loop (`for depth in (1, 2)`): variants that are meant."""
    tree, node = fact.place.tree, fact.place.node
    return isinstance(node, cst.Name) and any(
        isinstance(above, (cst.For, cst.CompFor))
        and isinstance(above.iter, (cst.Tuple, cst.List))
        and node.value in names_in(above.target)
        for above in ancestors(tree, node)
    )


def _pass_tensor(fact: ArgumentRetraced) -> Fix | None:
    tree, node = fact.place.tree, fact.place.node
    if not isinstance(node, cst.BaseExpression) or not _takes_tensor(fact):
        return None
    spelled = spell(tree, "tensorflow.constant", node)
    edit = in_place_of(tree, node, f"{spelled.text}({fact.place.code})")
    return Fix("pass a tensor", Applicability.UNSAFE, (*spelled.edits, edit))


def _takes_tensor(fact: ArgumentRetraced) -> bool:
    """Whether the function does with its parameter what it can do with a tensor: an integer does not mix with
    floating-point numbers, nor can it index or count."""
    if fact.parameter is None or not isinstance(fact.parameter.node, cst.Param):
        return False
    tree, param = fact.parameter.tree, fact.parameter.node
    function = next(iter(scopes_of(tree, param)), None)
    if not isinstance(function, cst.FunctionDef):
        return False
    for load in loads(tree, function.body, param.name.value):
        match parent(tree, load):
            case cst.BinaryOperation() if fact.kind == "float":
                continue
            case cst.Arg() as argument:
                call = parent(tree, argument)
                if isinstance(call, cst.Call) and isinstance(call.func, cst.Attribute):
                    continue
        return False
    return True
