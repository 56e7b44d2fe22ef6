"""TFG406 leaked-tensor."""

from __future__ import annotations

from collections.abc import Iterable

import libcst as cst

from tfgraphlint.diagnostic import Applicability, Diagnostic, Edit, Fix, Role, Span, Step
from tfgraphlint.facts.tracing import TensorLeaked, WriteDiscarded
from tfgraphlint.rule_api.rule import Rule
from tfgraphlint.rule_api.shortening import brief
from tfgraphlint.rule_api.wording import traced_path
from tfgraphlint.syntax.parents import scopes_of


class LeakedTensor(Rule):
    """A symbolic tensor is kept and used outside the graph that it belongs to.

    ## What it does

    Reports a tensor of a graph that is stored in an outer list, an attribute or a global and then used eagerly or in
    another trace; one that is appended to a Python list in a tensor loop and used after it; and `TensorArray.write`
    whose result is thrown away.

    ## Why it matters

    The tensor belongs to a graph that was left. TensorFlow raises where it is used, which can be far away:

        TypeError: <tf.Tensor 'Mean:0' shape=() dtype=float32> is out of scope and cannot be used here.
        InaccessibleTensorError: <tf.Tensor 'while/add:0' shape=() dtype=float32> is out of scope and cannot be
        used here.

    A `TensorArray` whose `write` is not rebound raises nothing: it stacks to zeros.

    ## Known limits

    Reported only where the later use is certain. Attributes and lists that are written and read within one trace are
    fine, and so are lists in a Python `range` loop, which is unrolled, and attributes of a Keras model that is called
    eagerly (`model(x)`, then `model.attention_weights`). Eagerly, `TensorArray.write` changes the array in place.

    ## Fix safety

    `ta.write(i, x)` becomes `ta = ta.write(i, x)`: safe. For the rest only suggestions: return the tensor, keep it in
    a `tf.Variable`, or collect it in a `tf.TensorArray`.

    ## When to suppress

    When the later use is known never to happen in graph mode.
    """

    code = "TFG406"
    name = "leaked-tensor"

    def check(self, fact: TensorLeaked | WriteDiscarded) -> Iterable[Diagnostic]:
        code = brief(fact.place.code)
        if isinstance(fact, WriteDiscarded):
            yield self.report(
                fact.place.span,
                f"the result of `{code}` is not used: in a graph only the result holds the written value",
                path=traced_path(fact),
                help=f"assign the result: `{_name_array(fact)} = {code}`",
                fix=_assign_result(fact),
            )
            return
        end = "the loop" if fact.in_loop else "tracing"
        raises = "raises an error here: the tensor is out of scope"
        used = Step(Role.CONSEQUENCE, raises, fact.used.span) if fact.used else None
        yield self.report(
            fact.place.span,
            f"`{code}` keeps a symbolic tensor that is used after {end}, outside its graph",
            path=(*traced_path(fact), *([used] if used else ())),
            help=_advise(fact),
        )


def _advise(fact: TensorLeaked) -> str:
    if fact.in_loop:
        return "collect the values in a `tf.TensorArray`"
    functions = scopes_of(fact.place.tree, fact.place.node)[:1]
    if functions and isinstance(functions[0], cst.FunctionDef) and functions[0].name.value == "build":
        return "compute it in `call`: Keras 3 runs `build` in a graph of its own, to make the variables"
    return "return the tensor from the traced function, or keep its value in a `tf.Variable`"


def _name_array(fact: WriteDiscarded) -> str:
    node = fact.place.node
    assert isinstance(node, cst.Call) and isinstance(node.func, cst.Attribute)
    return fact.place.tree.code(node.func.value)


def _assign_result(fact: WriteDiscarded) -> Fix | None:
    """``ta = ta.write(...)``, where ``ta`` is a name or an attribute."""
    node, span = fact.place.node, fact.place.span
    assert isinstance(node, cst.Call) and isinstance(node.func, cst.Attribute)
    holder: cst.BaseExpression = node.func.value
    while isinstance(holder, cst.Attribute):
        holder = holder.value
    if not isinstance(holder, cst.Name) or node.lpar:
        return None
    edit = Edit(Span(span.filename, span.start, span.start), f"{_name_array(fact)} = ")
    return Fix("assign the result of `write`", Applicability.SAFE, (edit,))
