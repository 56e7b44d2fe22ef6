"""Functions of the project: how they are made, and how their bodies run."""

from __future__ import annotations

from collections.abc import Callable

import libcst as cst

from tfgraphlint.facts.common import Mode, Place
from tfgraphlint.interpret.core.arguments import Arguments
from tfgraphlint.interpret.core.frames import traced_mode
from tfgraphlint.interpret.core.joins import join
from tfgraphlint.interpret.core.machine import Machine, Running
from tfgraphlint.interpret.core.provenance import Calls
from tfgraphlint.interpret.core.scopes import Frame, Function
from tfgraphlint.interpret.core.store import State
from tfgraphlint.interpret.core.value import Const, Value
from tfgraphlint.interpret.core.values import OTHER, Dict, Instance, Items, Nothing, Spread, sequence
from tfgraphlint.syntax.bindings import parameters


def make_function(m: Machine, node: cst.FunctionDef | cst.Lambda) -> Function:
    """The function object of a ``def`` or ``lambda`` that is evaluated here."""
    defaults: dict[str, Value] = {}
    for param in parameters(node):
        if param.default is not None:
            defaults[param.name.value] = m.evaluate(param.default)
    closure = m.frame if m.frame.function is not None or m.frame.parent is not None else None
    if closure is not None:
        closure.capture()
    return Function(node, m.frame.scope, closure, defaults)


def define_function(m: Machine, node: cst.FunctionDef) -> Value:
    """The value that a ``def`` binds: the function as its decorators leave it."""
    function = make_function(m, node)
    m.defined.append(function)
    value: Value = function
    for decorator in reversed(node.decorators):
        value = m.libraries.decorate(m, m.evaluate(decorator.decorator), value, decorator.decorator)
    return value


def enter(m: Machine, function: Function, args: Arguments, node: cst.CSTNode,
          on_yield: Callable[[Value], None] | None = None) -> Value:
    """Run the body of a function with these arguments; the join of what it returns."""
    m.entries[id(function.definition)] += 1
    running = traced_mode(m, function.traced) if function.traced is not None else m.running
    if function.traced is None and m.mode is Mode.GRAPH and not _converted(function):
        running = Running(m.running.mode, m.running.why, m.running.traced, False, m.running.by)
    caller = m.frame
    frame = Frame(function.scope, {}, function.closure, function)
    frame.owner = function.owner
    frame.caller, frame.autograph = caller, running.autograph
    frame.via, m.via = m.via, None
    place = Place(caller.scope.tree, node)
    mark = m.store.mark()
    frame.marks.append(mark)
    frame.on_yield = on_yield
    m.calls.append(place)
    chain, m.chain = m.chain, Calls(place, m.chain)
    m.stack.append(function)
    m.frame = frame
    try:
        bind_parameters(m, function, args, node)
        with m.run_as(running):
            value = _run_body(m, function, frame, mark)
    finally:
        m.frame, m.via = caller, frame.via
        m.stack.pop()
        m.calls.pop()
        m.chain = chain
        if len(m.store) > mark:
            m.store.keep(mark, _unreadable(frame))
        frame.end()
    return value


def _converted(function: Function) -> bool:
    """Whether AutoGraph goes on into this function when code that it converted calls it."""
    return function.wrapper != "do_not_convert"


def _run_body(m: Machine, function: Function, frame: Frame, mark: int) -> Value:

    definition = function.definition
    if isinstance(definition, cst.Lambda):
        return m.evaluate(definition.body)
    goes_on = m.execute(definition.body)
    returns = frame.returns
    if not returns:
        # A body that only raises is left to subclasses: what theirs returns, nobody knows here.
        return _end_of_body(function, frame) if goes_on else m.opaque(definition, list(frame.names.values()))
    if not goes_on and len(returns) == 1 and not _differs(m, mark, returns[0][1]):
        return returns[0][0]
    values = [value for value, _ in returns]
    ends = [changes for _, changes in returns]
    if goes_on:
        values.append(Const(None))
        ends.append(m.store.changes(mark))
    m.store.rewind(mark)
    m.store.mark()
    m.store.merge(ends, _unreadable(frame))
    return join(values)


def _unreadable(frame: Frame) -> State | None:
    """The local names of a call that is over, where nobody can read them any more."""
    return None if frame.captured else frame.names


def _end_of_body(function: Function, frame: Frame) -> Const:
    """The None of a body that ends. A method that a subclass may have in its own way says nothing by it."""
    params = function.definition.params.params
    receiver = frame.names.get(params[0].name.value) if params and function.owner is not None else None
    if isinstance(receiver, Instance) and receiver.partial and not _ends_with_value(function.definition):
        return Const(None)
    return Nothing(None, function)


def _ends_with_value(definition: cst.CSTNode) -> bool:
    """Whether the last statement binds a local name, for nobody to read."""
    match definition:
        case cst.FunctionDef(body=cst.IndentedBlock(body=[*_, cst.SimpleStatementLine(body=[*_, cst.Assign(
            targets=[cst.AssignTarget(target=cst.Name())]
        )])])):  # fmt: skip
            return True
    return False


def _differs(m: Machine, mark: int, end: object) -> bool:
    """Whether the state at the only return is not the present one (it was in a branch, taken back)."""
    return m.store.changes(mark) != end


def bind_parameters(m: Machine, function: Function, args: Arguments, node: cst.CSTNode) -> None:
    """Bind arguments to parameters; what nobody passes is its default or unknown."""
    params = function.definition.params
    positional = list(args.positional)
    keywords = dict(args.keywords)
    for param in (*params.posonly_params, *params.params):
        name = param.name.value
        if positional:
            value = positional.pop(0)
        elif name in keywords:
            value = keywords.pop(name)
        elif args.starred is not None:
            value = args.starred
        else:
            value = _default(m, function, args, param)
        bind_parameter(m, name, value)
    if isinstance(params.star_arg, cst.Param):
        rest = sequence("tuple", positional)
        if args.starred is not None:
            rest = Items("tuple", {Items.items: Spread(join([*positional, args.starred]))})
        bind_parameter(m, params.star_arg.name.value, rest)
    for param in params.kwonly_params:
        name = param.name.value
        passed = keywords.pop(name, None)
        bind_parameter(m, name, passed if passed is not None else _default(m, function, args, param))
    if params.star_kwarg is not None:
        state: State = {**keywords}
        if args.double_starred is not None:
            state[OTHER] = args.double_starred
        bind_parameter(m, params.star_kwarg.name.value, Dict(state))


def bind_parameter(m: Machine, name: str, value: Value) -> None:
    """Bind a parameter in the frame of the call."""
    m.store.write(m.frame.names, name, value)


def _default(m: Machine, function: Function, args: Arguments, param: cst.Param) -> Value:
    name = param.name.value
    if args.double_starred is not None:
        return m.external(param)
    if name in function.defaults:
        return function.defaults[name]
    return m.external(param)
