"""Functions that call themselves while traced, with nothing but tensors to decide when that ends."""

from __future__ import annotations

import libcst as cst

from tfgraphlint.facts.common import Mode, Place
from tfgraphlint.facts.tracing import EndlessRecursion
from tfgraphlint.interpret.core.arguments import Arguments
from tfgraphlint.interpret.core.events import FunctionEntered
from tfgraphlint.interpret.core.graph_state import in_graph
from tfgraphlint.interpret.core.joins import identity
from tfgraphlint.interpret.core.machine import Machine
from tfgraphlint.interpret.core.scopes import Frame, Function
from tfgraphlint.interpret.core.value import Value
from tfgraphlint.interpret.core.values import Instance, Library, Method, Partial, TracedCallable

CALLABLES = (Function, Instance, Library, Method, Partial, TracedCallable)


def entered(m: Machine, event: FunctionEntered) -> None:
    """Report a call by which a function that is being traced reaches itself again, where tracing cannot end it."""
    function, args, node = event
    if m.mode is not Mode.GRAPH or not in_graph(m):
        return
    running = [each.definition for each in m.stack[m.outside :]]
    if function.definition not in running or len(set(running)) < len(running):
        return  # not yet, or reported already
    index = m.outside + running.index(function.definition)
    before = _until(m.frame, function.definition)
    if before is None or not any(frame.by_tensor for frame in before) or any(frame.by_python for frame in before):
        return
    if _is_same_object(function, before[-1], args) and not _is_given_another(function, before[-1], args):
        m.emit(EndlessRecursion(_call_from(m, index, node), function.name, m.running.by, m.running.why,
                                tuple(m.calls[: index + 1])))


def _until(frame: Frame | None, definition: cst.CSTNode) -> list[Frame] | None:
    """The frames from the running one out to that of ``definition``."""
    found: list[Frame] = []
    while frame is not None:
        found.append(frame)
        inner = frame.caller is None and frame.parent is not None and frame.parent.function is frame.function
        if not inner and frame.function is not None and frame.function.definition is definition:
            return found
        frame = frame.parent if inner else frame.caller
    return None


def _is_same_object(function: Function, before: Frame, args: Arguments) -> bool:
    """Whether a method is called on the object on which it is running; True for functions."""
    params = function.definition.params.params
    if function.owner is None or not params or not args.positional:
        return True
    receiver = before.names.get(params[0].name.value)
    return isinstance(receiver, Value) and identity(receiver) == identity(args.positional[0])


def _is_given_another(function: Function, before: Frame, args: Arguments) -> bool:
    """Whether the function is given another function to call than before: what that one does may be no recursion."""
    for index, param in enumerate(function.definition.params.params):
        given, known = args.get(index, param.name.value), before.names.get(param.name.value)
        if isinstance(given, CALLABLES) and not (isinstance(known, CALLABLES) and _is_same(given, known)):
            return True
    return False


def _is_same(one: Value, other: Value) -> bool:
    if isinstance(one, Function) and isinstance(other, Function):
        return one.definition is other.definition
    return identity(one) == identity(other)


def _call_from(m: Machine, index: int, node: cst.CSTNode) -> Place:
    """The call that stands in the function itself, or in one within it, and that leads back to it."""
    inside = index
    while inside + 1 < len(m.stack) and _is_within(m.stack[inside + 1], m.stack[index]):
        inside += 1
    return m.calls[inside + 1] if inside + 1 < len(m.calls) else m.place(node)


def _is_within(function: Function, outer: Function) -> bool:
    closure = function.closure
    while closure is not None:
        if closure.function is outer:
            return True
        closure = closure.parent
    return False
