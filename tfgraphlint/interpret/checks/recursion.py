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
from tfgraphlint.interpret.core.structures import within
from tfgraphlint.interpret.core.value import Const, Value
from tfgraphlint.interpret.core.values import Instance, Library, Method, Partial, TracedCallable, sequence

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
    """Whether the function is given another function to call than before, itself, in a list, or by its name: what that
    one does may be no recursion."""
    params = function.definition.params
    named = [*params.posonly_params, *params.params]
    pairs = [(args.get(index, param.name.value), param.name.value) for index, param in enumerate(named)]
    pairs += [(args.keywords.get(param.name.value), param.name.value) for param in params.kwonly_params]
    if isinstance(params.star_arg, cst.Param):
        pairs.append((sequence("tuple", args.positional[len(named) :]), params.star_arg.name.value))
    return any(given is not None and _differs(given, before.names.get(name)) for given, name in pairs)


def _differs(given: Value, known: object) -> bool:
    """Whether the functions and texts in the two are not the same."""
    return isinstance(known, Value) and not _deciding(given) <= _deciding(known)


def _deciding(value: Value) -> set[object]:
    return {
        held.definition if isinstance(held, Function) else identity(held)
        for held in within(value)
        if isinstance(held, CALLABLES) or isinstance(held, Const) and isinstance(held.value, str)
    }


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
