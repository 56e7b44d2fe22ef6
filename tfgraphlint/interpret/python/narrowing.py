"""What a condition says about the names in it, on the path where it holds."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager

import libcst as cst

from tfgraphlint.interpret.core.frames import frame_of
from tfgraphlint.interpret.core.joins import join
from tfgraphlint.interpret.core.machine import Machine
from tfgraphlint.interpret.core.structures import truth
from tfgraphlint.interpret.core.value import Value
from tfgraphlint.interpret.core.values import TRUTH, Instance, Unknown, is_none


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
        _keep(m, test, lambda value: truth(value) is not (not holds), holds)


KIND_QUESTIONS = frozenset({
    "isinstance", "issubclass", "type", "hasattr", "callable", "is_nested", "is_sequence", "is_mapping", "is_tensor",
    "is_tf_type", "is_sparse",
})  # fmt: skip


def asks_kind(test: cst.BaseExpression) -> bool:
    """Whether a condition asks what something is: ``isinstance(…)``, ``type(…)``, ``nest.is_nested(…)``.

    Its branches are for data of some kind. Where it is not known which kind there is, the other values may be others,
    too.
    """
    match test:
        case cst.Call(func=cst.Name(value=name) | cst.Attribute(attr=cst.Name(value=name))):
            return name in KIND_QUESTIONS
        case cst.Comparison(left=left):
            return asks_kind(left)
        case cst.UnaryOperation(expression=inner):
            return asks_kind(inner)
        case cst.BooleanOperation(left=left, right=right):
            return asks_kind(left) or asks_kind(right)
    return False


@contextmanager
def of_some_kind(m: Machine, test: cst.BaseExpression, certain: bool | None) -> Iterator[None]:
    """Around what runs only as ``test`` decides: for data of some kind, if that is what it asks and nobody knows."""
    asks = certain is None and asks_kind(test)
    m.kinds_asked += asks
    try:
        yield
    finally:
        m.kinds_asked -= asks


def _is_none(node: cst.BaseExpression) -> bool:
    return isinstance(node, cst.Name) and node.value == "None"


def _keep(m: Machine, node: cst.CSTNode, fits: Callable[[Value], bool], holds: bool | None = None) -> None:
    """On the path that runs, a name or attribute has one of the values that fit, and ``holds`` in a condition."""
    if not isinstance(node, (cst.Name, cst.Attribute)):
        return
    value = m.evaluate(node)
    options = m.each(value)
    kept = [option for option in options if fits(option)]
    for option in kept if holds is not None else ():
        if isinstance(option, Unknown):
            m.store.write(option.attributes, TRUTH, holds)
    if 0 < len(kept) < len(options):
        _rebind(m, node, value, join(kept))


def _rebind(m: Machine, node: cst.Name | cst.Attribute, value: Value, narrowed: Value) -> None:
    """Let the name or attribute that holds ``value`` hold what is left of it: nothing is assigned by that."""
    if isinstance(node, cst.Name):
        frame = frame_of(m, node.value)
        state, key = m.frame.scope.names if frame is None else frame.names, node.value
    else:

        owner = m.evaluate(node.value)
        state, key = owner.state if isinstance(owner, Instance) else {}, node.attr.value
    if state.get(key) is value:
        m.store.write(state, key, narrowed)
