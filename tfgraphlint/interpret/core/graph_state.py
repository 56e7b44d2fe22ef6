"""Whether code runs while a graph is built, whether that is certain, and what a tensor of the graph decides."""

from __future__ import annotations

import itertools
from collections.abc import Sequence

import libcst as cst

from tfgraphlint.facts.common import Mode
from tfgraphlint.interpret.core import autograph
from tfgraphlint.interpret.core.autograph import is_converted
from tfgraphlint.interpret.core.machine import Machine
from tfgraphlint.interpret.core.objects import Dataset, Enumerate, Range, Zip
from tfgraphlint.interpret.core.scopes import Frame
from tfgraphlint.interpret.core.structures import elements, within
from tfgraphlint.interpret.core.value import Const, Value
from tfgraphlint.interpret.core.values import Choice, Host, Object, Tensor, Unknown, Variable, is_none
from tfgraphlint.libraries.words import RUN_ONCE
from tfgraphlint.syntax.bindings import binds, parameters
from tfgraphlint.syntax.tree import nodes_in


def is_symbolic(value: Value) -> bool:
    """Whether the value certainly is a tensor of the graph that is being traced."""
    return isinstance(value, Tensor) and value.symbolic and not value.keras


MAX_OPERATORS = 6  # one within another that are looked through


def is_assumed(value: Value, operators: int = 0) -> bool:
    """Whether the value is an argument that Keras passes, a part of one, or put together of such: it may be a list or
    dictionary as well."""
    node = value.node if isinstance(value, Tensor) else None
    while node is not None and node.place is not None:
        written = node.place.node
        if isinstance(written, cst.Param):
            return True
        if node.operation in ("Add", "Multiply") and node.operands:
            return operators == MAX_OPERATORS or _makes_a_list(node.operation, node.operands, operators + 1)
        part = node.operation == "Element" or isinstance(written, cst.Subscript) and len(written.slice) == 1
        node = node.edges[0].node if part and node.edges else None
    return False


def _makes_a_list(operation: str, operands: Sequence[Value], operators: int) -> bool:
    """Whether ``a + b`` would be a list if what is assumed is one, or ``a * 2``."""
    lists = [isinstance(each, Unknown) or is_assumed(each, operators) for each in operands]
    if operation == "Add":
        return all(lists)
    return any(lists) and all(
        known or isinstance(each, Const) and isinstance(each.value, int) for each, known in zip(operands, lists)
    )


def holds_symbolic(value: Value) -> bool:
    """Whether a tensor of the graph is in the value: itself, or in a list, tuple or dictionary."""
    return any(is_symbolic(held) for held in within(value))


def shows_symbolic(m: Machine, value: Value) -> bool:
    """Whether printing the value shows a tensor of the graph, or a variable without its numbers: itself, in a list, in
    a text made before."""
    return (
        holds_symbolic(value) or isinstance(value, Variable) or isinstance(value, Host) and value.node in m.texts
    )


GRAPHS = (
    "tensorflow.Graph", "tensorflow.compat.v1.disable_eager_execution", "tensorflow.compat.v1.disable_v2_behavior",
)


def in_graph(m: Machine) -> bool:
    """Whether what goes wrong in a graph certainly goes wrong here."""
    return m.mode is Mode.GRAPH and not m.guards and not m.alternatives and not m.kinds_asked


def in_trace(m: Machine) -> bool:
    """Whether the code runs anew for each trace, not once as in a graph that is built by hand."""
    return in_graph(m) and m.running.by not in GRAPHS


def is_guarded(
    m: Machine, outside: int, *, returns: bool = False, options: bool = False, arguments: bool = True
) -> bool:
    """Whether a condition of Python decides that this code runs, in the functions entered since ``outside`` of them
    ran; with ``returns`` also a return before it. Conditions do not count that the arguments of a trace have decided:
    they decide the same for each trace of such a call; without ``arguments`` they do count. With ``options`` neither do
    those by which a function uses an argument if it has been given: who gives it runs the code each time."""
    frame: Frame | None = m.frame
    left = len(m.stack) - outside
    while frame is not None and left > 0:
        conditions = [construct for construct in frame.around if construct.kind == "if" and not construct.always]
        if left == 1 and arguments:
            conditions = [each for each in conditions if not each.certain or not _asks_arguments(frame, each.node)]
        if not all(options and _asks_option(frame, construct.node) for construct in conditions):
            return True
        if returns and len(frame.returns) > len(frame.half_returned):
            return True
        if frame.caller is None and frame.parent is not None and frame.parent.function is frame.function:
            frame = frame.parent  # a comprehension
        else:
            frame, left = frame.caller, left - 1
    return False


def _asks_option(frame: Frame, node: cst.CSTNode) -> bool:
    """Whether this is ``if path is not None:`` without ``else``, and ``path`` a parameter that is not None here."""
    match node:
        case cst.If(test=cst.Comparison(left=cst.Name(value=name), comparisons=[
            cst.ComparisonTarget(operator=cst.IsNot(), comparator=cst.Name(value="None"))
        ]), orelse=None) if frame.function is not None:  # fmt: skip
            value = frame.names.get(name)
            is_parameter = any(param.name.value == name for param in parameters(frame.function.definition))
            return is_parameter and isinstance(value, Value) and not _may_be_none(value)
    return False


def _may_be_none(value: Value) -> bool:
    return any(map(is_none, value.options if isinstance(value, Choice) else (value,)))


def _asks_arguments(frame: Frame, node: cst.CSTNode) -> bool:
    """Whether a condition is about nothing but parameters of its function, which nothing has assigned before it."""
    if frame.function is None or not isinstance(node, cst.If) or any(each.kind == "loop" for each in frame.around):
        return False
    asked = {each.value for each in nodes_in(node.test) if isinstance(each, cst.Name)} - {"True", "False", "None"}
    own = {param.name.value for param in parameters(frame.function.definition)} - {"self", "cls"}
    if not asked <= own or any(isinstance(each, (cst.Attribute, cst.Call)) for each in nodes_in(node.test)):
        return False
    before = itertools.takewhile(lambda each: each is not node, nodes_in(frame.function.definition.body))
    return asked.isdisjoint(name for each in before for name in binds(each))


def runs_once(m: Machine) -> bool:
    """Whether a method is running that Keras or Python calls once for an object."""
    return any(function.name in RUN_ONCE for function in m.stack)


def asks(m: Machine, value: Value) -> bool:
    """Whether a condition on ``value`` asks a tensor of the graph."""
    return m.mode is Mode.GRAPH and (is_symbolic(value) and not is_assumed(value) or isinstance(value, Variable))


def decides(m: Machine, value: Value) -> bool | None:
    """Whether a tensor decides a condition in converted code; None where that is not known."""
    if m.mode is not Mode.GRAPH or not is_converted(m):
        return False
    if is_symbolic(value) or isinstance(value, Variable):
        return None if is_assumed(value) else True
    if isinstance(value, (Unknown, Choice)):
        return None
    return False


def iterates(m: Machine, value: Value) -> bool | None:
    """Whether a loop over ``value`` is one of the graph, in converted code; None where that is not known."""
    if not isinstance(value, Object) or m.mode is not Mode.GRAPH or not is_converted(m):
        return decides(m, value)
    match value:
        case Dataset():
            return True
        case Range():
            found = [decides(m, part) for part in elements(value.bounds)]
            return True if True in found else None if None in found else False
        case Enumerate():
            return _all_of_the_graph(m, [value.inner])
        case Zip():
            return _all_of_the_graph(m, elements(value.inner))
    return None


def _all_of_the_graph(m: Machine, iterated: Sequence[Value]) -> bool | None:
    """What ``iterates`` says of ``enumerate`` and ``zip``: datasets alone make a dataset; no tensor is taken."""
    if iterated and all(isinstance(each, Dataset) for each in iterated):
        return True
    return None if any(iterates(m, each) is not False for each in iterated) else False


def is_out_of_scope(m: Machine, value: Value) -> bool:
    """Whether this is a tensor of a graph that was left."""
    return isinstance(value, Tensor) and value.graph > 0 and is_symbolic(value) and value.graph not in m.graphs


def fails_as_bool(m: Machine, value: Value, *, always: bool = False) -> bool:
    """Whether a condition on ``value`` raises: no tensor that has no value yet is a Python bool.

    ``always``: AutoGraph never converts this condition.
    """
    if isinstance(value, Tensor) and value.keras:
        return True
    return asks(m, value) and (always or autograph.is_left_alone(m))
