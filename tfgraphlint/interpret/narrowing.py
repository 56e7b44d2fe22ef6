"""What a condition says about the names in it, on the path where it holds."""

from __future__ import annotations

import libcst as cst

from tfgraphlint.interpret.frames import join
from tfgraphlint.interpret.inspect import truth
from tfgraphlint.interpret.lookup import bind
from tfgraphlint.interpret.machine import Machine
from tfgraphlint.interpret.values import Choice, Value, is_none


def narrow(m: Machine, test: cst.BaseExpression, holds: bool) -> None:
    """Drop the alternatives of a name that ``test`` rules out when it is ``holds``."""
    if isinstance(test, cst.UnaryOperation) and isinstance(test.operator, cst.Not):
        narrow(m, test.expression, not holds)
    elif isinstance(test, cst.BooleanOperation):
        if isinstance(test.operator, cst.And) == holds:
            narrow(m, test.left, holds)
            narrow(m, test.right, holds)
    elif isinstance(test, cst.Comparison) and len(test.comparisons) == 1:
        target = test.comparisons[0]
        if isinstance(target.operator, (cst.Is, cst.IsNot)) and _is_none(target.comparator):
            wanted = isinstance(target.operator, cst.Is) == holds
            _keep(m, test.left, lambda value: is_none(value) == wanted)
    else:
        _keep(m, test, lambda value: truth(value) is not (not holds))


def _is_none(node: cst.BaseExpression) -> bool:
    return isinstance(node, cst.Name) and node.value == "None"


def _keep(m: Machine, node: cst.BaseExpression, fits: object) -> None:
    from tfgraphlint.interpret.expressions import evaluate

    if not isinstance(node, (cst.Name, cst.Attribute)):
        return
    value = evaluate(m, node)
    if isinstance(value, Choice):
        kept: list[Value] = [option for option in value.options if fits(option)]  # type: ignore[operator]
        if kept and len(kept) < len(value.options):
            bind(m, node, join(kept))
