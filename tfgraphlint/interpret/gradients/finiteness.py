"""Gradients that are NaN where the value is right: ``where`` around what has no finite derivative, roots of zeros."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from tfgraphlint.interpret.core.effort import look
from tfgraphlint.interpret.core.provenance import Flow, Kind, Node, reaches, same_value
from tfgraphlint.interpret.core.value import Const, Value
from tfgraphlint.interpret.core.values import Tensor, Variable
from tfgraphlint.libraries.words import COMPARISON_SIGNS, ERROR_PASSING, INFINITE_SLOPE_AT_ZERO, ZERO_KEEPING

WHERE = ("tensorflow.where", "tensorflow.compat.v1.where", "keras.ops.where")
MIRRORED = {">": "<", ">=": "<=", "<": ">", "<=": ">=", "==": "==", "!=": "!="}
NEGATED = {">": "<=", ">=": "<", "<": ">=", "<=": ">", "==": "!=", "!=": "=="}
LOGARITHMS = ("tensorflow.math.log", "keras.ops.log")
EXPONENTIALS = ("tensorflow.exp", "tensorflow.math.exp", "keras.ops.exp")
DIVISIONS = ("Divide", "tensorflow.divide", "tensorflow.math.divide")
POSITIVE = ("softmax", "sigmoid", "exp", "softplus")  # never give zero


@dataclass(frozen=True)
class Suspects:
    """The choices that a gradient passes through, and the roots of zero that it comes to, whatever the source."""

    choices: tuple[Node, ...]
    roots: tuple[Node, ...]


def suspects_of(targets: Sequence[Node], bit: int) -> Suspects:
    """What of that a tape recorded."""
    recorded = (node for node in _recorded(targets, bit) if node.operation in WHERE and len(node.operands) == 3)
    roots = (
        node for node in _plainly_reached(targets, bit)
        if node.operation in INFINITE_SLOPE_AT_ZERO and _is_euclidean(node) and _holds_zero(node.operands[0])
    )  # fmt: skip
    return Suspects(tuple(recorded), tuple(roots))


def not_finite(suspects: Suspects, goals: set[Node]) -> Iterator[tuple[Node, Node]]:
    """The operations through which the gradient becomes NaN: (where to change, what has the infinite derivative)."""
    for node in suspects.choices:
        yield from ((node, risky) for risky in _guarded_in_vain(node, goals))
    yield from ((node, node) for node in suspects.roots)


def _is_euclidean(root: Node) -> bool:
    """Whether the root has operands, and none that could be ``ord=1``."""
    others = [value.value for value in root.operands[1:] if isinstance(value, Const)]
    return bool(root.operands) and not any(isinstance(other, (int, float)) and other > 0 for other in others)


def _recorded(targets: Sequence[Node], bit: int) -> Iterator[Node]:
    """The nodes that the gradient passes through."""
    seen: set[Node] = set()
    stack = list(targets)
    while stack:
        node = stack.pop()
        if node in seen or not (node.on & bit or node.kind is Kind.JOIN):
            continue
        look()
        seen.add(node)
        yield node
        stack.extend(edge.node for edge in node.edges if edge.flow is Flow.FLOWS)


def _plainly_reached(targets: Sequence[Node], bit: int) -> Iterator[Node]:
    """The nodes whose upstream gradient is certainly not zero: behind sums, means and scalings by constants."""
    seen: set[Node] = set()
    stack = list(targets)
    while stack:
        node = stack.pop()
        if node in seen or not node.on & bit:
            continue
        look()
        seen.add(node)
        yield node
        scaled = node.operation == "Multiply" and any(isinstance(value, Const) for value in node.operands)
        if node.operation in ERROR_PASSING or scaled:
            stack.extend(edge.node for edge in node.edges if edge.flow is Flow.FLOWS)


def _guarded_in_vain(where: Node, goals: set[Node]) -> Iterator[Node]:
    condition, chosen, other = where.operands
    compared = _comparison(condition)
    if compared is None:
        return
    value, sign, bound = compared
    if value.operation.rpartition(".")[2] in POSITIVE:
        return
    for operand, holds in ((chosen, sign), (other, NEGATED[sign])):
        for node in _behind(operand):
            if _is_singular(node, value, NEGATED[holds], bound) and _depends(node, goals):
                yield node
                return


def _comparison(condition: Value) -> tuple[Node, str, float] | None:
    """``value sign bound`` of a condition that compares a tensor with a number."""
    node = _node(condition)
    if node is None or node.operation not in COMPARISON_SIGNS or len(node.operands) < 2:
        return None
    left, right = node.operands[:2]
    sign = COMPARISON_SIGNS[node.operation]
    if isinstance(left, Const):
        left, right, sign = right, left, MIRRORED[sign]
    value = _node(left)
    if value is None or not isinstance(right, Const) or not isinstance(right.value, (int, float)):
        return None
    return value, sign, float(right.value)


def _node(value: object) -> Node | None:
    return value.node if isinstance(value, (Tensor, Variable)) else None


def _behind(value: Value) -> Iterator[Node]:
    """The operations that a branch of ``where`` is made of."""
    start = _node(value)
    seen: set[Node] = set()
    stack = [start] if start is not None else []
    while stack:
        node = stack.pop()
        if node in seen or node.operation in WHERE or len(seen) > 50:
            continue
        seen.add(node)
        yield node
        stack.extend(edge.node for edge in node.edges if edge.flow is Flow.FLOWS)


def _is_singular(node: Node, value: Node, excluded: str, bound: float) -> bool:
    """Whether the derivative is infinite somewhere in the excluded region ``value excluded bound``."""
    operands = node.operands
    if node.operation in EXPONENTIALS and operands and _is(operands[0], value):
        return excluded in (">", ">=") and bound > 0
    zero = {">": bound < 0, ">=": bound <= 0, "<": bound > 0, "<=": bound >= 0, "==": bound == 0, "!=": False}[excluded]
    if not zero:
        return False
    if node.operation in LOGARITHMS:
        return bool(operands) and (_is(operands[0], value) or _is_share(operands[0], value))
    if node.operation in DIVISIONS and len(operands) == 2:
        return _is(operands[1], value)
    if node.operation in ("Power", "tensorflow.pow") and len(operands) == 2 and isinstance(operands[1], Const):
        power = operands[1].value
        return isinstance(power, (int, float)) and power < 1 and power != 0 and _is(operands[0], value)
    return False


def _is_share(operand: object, value: Node) -> bool:
    """Whether this is ``value / other``, which is zero where the value is."""
    node = _node(operand)
    return node is not None and node.operation in DIVISIONS and len(node.operands) == 2 and _is(node.operands[0], value)


def _is(operand: object, value: Node) -> bool:
    node = _node(operand)
    return node is not None and (node is value or value in same_value(node))


def _depends(node: Node, goals: set[Node]) -> bool:
    return node in goals or any(edge.flow is Flow.FLOWS and _reaches(edge.node, goals) for edge in node.edges)


def _reaches(start: Node, goals: set[Node]) -> bool:
    return reaches(start, goals)


def _holds_zero(value: Value) -> bool:
    """Whether an element of the value is certainly zero: a difference of the same points, a variable of zeros."""
    node = _node(value)
    if node is None:
        return False
    if node.kind is Kind.VARIABLE:
        initial = _node(node.operands[0]) if node.operands else None
        unchanged = isinstance(value, Variable) and not value.assigned
        return unchanged and initial is not None and initial.operation in ("tensorflow.zeros", "tensorflow.zeros_like")
    if node.operation == "Subtract" and len(node.operands) == 2:
        first, second = (_expanded(operand) for operand in node.operands)
        return first is not None and first is second
    return node.operation in ZERO_KEEPING and bool(node.operands) and _holds_zero(node.operands[0])


def _expanded(value: object) -> Node | None:
    """What a value is an expansion of, by ``x[:, None]`` or ``tf.expand_dims``: pairs of the same points meet."""
    node = _node(value)
    if node is None or not node.operands:
        return None
    if node.operation == "Subscript" and any(isinstance(i, Const) and i.value is None for i in node.operands[1:]):
        return _node(node.operands[0])
    return _node(node.operands[0]) if node.operation.endswith("expand_dims") else None
