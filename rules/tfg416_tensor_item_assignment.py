"""TFG416 tensor-item-assignment."""

from __future__ import annotations

from collections.abc import Iterable

from tfgraphlint.diagnostic import Diagnostic
from tfgraphlint.facts.tracing import ItemAssigned
from tfgraphlint.fixes.graph_ops import item_updated
from tfgraphlint.rule_api.rule import Rule
from tfgraphlint.rule_api.shortening import brief


class TensorItemAssignment(Rule):
    """An item of a tensor or variable is assigned, which raises TypeError.

    ## What it does

    Reports `t[i] = v` and `t[i] += v` where `t` is certainly a tensor or a variable, eagerly or traced, and
    `t.assign(v)` and `t[i].assign(v)` of what a function of TensorFlow has computed.

    ## Why it matters

    Tensors cannot be changed in place, in any mode, and variables change by `assign` only:

        TypeError: 'tensorflow.python.framework.ops.EagerTensor' object does not support item assignment
        TypeError: 'SymbolicTensor' object does not support item assignment
        TypeError: 'ResourceVariable' object does not support item assignment
        AttributeError: 'tensorflow.python.framework.ops.EagerTensor' object has no attribute 'assign'

    ## Known limits

    Arrays, lists, dictionaries and objects with a `__setitem__` of their own are silent, also when they hold tensors.

    ## Fix safety

    Unsafe: `t[i] = v` becomes `t = tf.tensor_scatter_nd_update(t, [[i]], [v])`, with `v` of the tensor's dtype; `v[i]
    = x` on a variable becomes `v[i].assign(x)`. Another name that held the same tensor keeps the old value, unlike
    with an array. Slices are suggested only (`tf.concat`, `tf.where`).

    ## When to suppress

    When the line stands in a test that expects the error.
    """

    code = "TFG416"
    name = "tensor-item-assignment"

    def check(self, fact: ItemAssigned) -> Iterable[Diagnostic]:
        code = brief(fact.place.code)
        if fact.method:
            yield self.report(
                fact.place.span,
                f"`{code}` raises AttributeError: a tensor has no `{fact.method}`",
                help="make a variable of it, `tf.Variable(t)`, or a new tensor with `tf.tensor_scatter_nd_update`",
            )
            return
        if fact.variable:
            message = f"`{code} = ...` raises TypeError: a variable has no item assignment"
            remedy = f"change the variable in place: `{code}.assign(...)`"
        else:
            message = f"`{code} = ...` raises TypeError: a tensor cannot be changed in place"
            remedy = "create a new tensor: `tf.tensor_scatter_nd_update(t, [[i]], [v])`, `tf.where` or `tf.concat`"
        fix = item_updated(fact.place, fact.variable, fact.plain)
        yield self.report(fact.place.span, message, help=remedy, fix=fix)
