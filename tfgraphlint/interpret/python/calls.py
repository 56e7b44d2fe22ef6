"""What a call gives, by what is called."""

from __future__ import annotations

import libcst as cst

from tfgraphlint.interpret.core.arguments import Arguments
from tfgraphlint.interpret.core.events import FunctionEntered, Iterated
from tfgraphlint.interpret.core.joins import join
from tfgraphlint.interpret.core.machine import MAX_DEPTH, Machine
from tfgraphlint.interpret.core.scopes import Class, Function
from tfgraphlint.interpret.core.unknown_calls import unknown_call
from tfgraphlint.interpret.core.value import Value
from tfgraphlint.interpret.core.values import (
    Choice,
    Dict,
    Instance,
    Items,
    Library,
    LibraryMethod,
    Method,
    Object,
    Partial,
    TracedCallable,
)
from tfgraphlint.interpret.python import builtin_methods, classes, tracing
from tfgraphlint.interpret.python.classes import make_super
from tfgraphlint.interpret.python.comparisons import expect_none
from tfgraphlint.interpret.python.functions import enter
from tfgraphlint.interpret.python.generators import generator, is_generator
from tfgraphlint.interpret.python.iteration import turns_of
from tfgraphlint.libraries.words import ASSERTS_NONE


def arguments_of(m: Machine, node: cst.Call) -> Arguments:
    """Evaluate the arguments of a call in the order they stand."""
    found = Arguments([])
    for arg in node.args:
        value = m.evaluate(arg.value)
        if arg.star == "*":
            items = value.items if isinstance(value, Items) else None
            if isinstance(items, tuple) and found.starred is None:
                found.positional.extend(items)
                found.nodes.extend([None] * len(items))
            else:
                m.tell(Iterated(arg.value, value, "star"))
                found.starred = join(list(turns_of(m, value, arg.value)[0]) or [m.opaque(arg)])
        elif arg.star == "**":
            _double_star(found, value)
        elif arg.keyword is not None:
            found.keywords[arg.keyword.value] = value
            found.keyword_nodes[arg.keyword.value] = arg.value
        else:
            found.positional.append(value)
            found.nodes.append(arg.value)
    return found


def _double_star(found: Arguments, value: Value) -> None:
    if isinstance(value, Dict):
        for key, held in value.state.items():
            if isinstance(key, str):
                found.keywords[key] = held
            else:
                found.double_starred = held
    else:
        found.double_starred = value


def call_expression(m: Machine, node: cst.Call) -> Value:
    """Evaluate ``f(...)``."""
    function = m.evaluate(node.func)
    if isinstance(function, Library) and function.name == "builtins.super":
        return make_super(m, node)
    args = arguments_of(m, node)
    if isinstance(node.func, cst.Attribute) and node.func.attr.value in ASSERTS_NONE and args.positional:
        expect_none(m, args.positional[0])
    return call(m, function, args, node)


def call(m: Machine, function: Value, args: Arguments, node: cst.CSTNode) -> Value:
    """The result of calling ``function``; ``node`` is where the call stands."""
    m.step()
    match function:
        case Choice():
            with m.one_of_several():
                return join([call(m, option, args, node) for option in function.options])
        case Function():
            return call_function(m, function, args, node)
        case Method():
            return call_function(m, function.function, args.after(function.receiver), node)
        case Partial():
            merged = Arguments(
                [*function.arguments, *args.positional], {**function.keywords, **args.keywords},
                args.starred, args.double_starred,
                [*([None] * len(function.arguments)), *args.nodes], args.keyword_nodes,
            )
            return call(m, function.function, merged, node)
        case TracedCallable():
            return tracing.call_traced(m, function, args, node)
        case Class():
            return classes.instantiate(m, function, args, node)
        case Instance():
            return classes.call_instance(m, function, args, node)
    before, m.via = m.via, False  # as `m.called_by(False)`: most calls come here
    try:
        match function:
            case Library():
                return m.libraries.call(m, function.name, args, node)
            case LibraryMethod():
                return builtin_methods.call(m, function, args, node)
            case Object():
                return m.libraries.call_object(m, function, args, node)
    finally:
        m.via = before
    return unknown_call(m, [function], args, node)


def call_function(m: Machine, function: Function, args: Arguments, node: cst.CSTNode) -> Value:
    """Follow a call into a function of the project."""
    m.reached.add(function.definition)
    if m.graphs:
        m.tell(FunctionEntered(function, args, node))
    depth = sum(1 for running in m.stack if running.definition is function.definition)
    if depth > 1 or len(m.stack) >= MAX_DEPTH or not m.may_enter(function.definition):
        return unknown_call(m, [function], args, node)
    if function.wrapper is not None:
        wrapped = m.libraries.call_wrapped(m, function, args, node)
        if wrapped is not None:
            return wrapped
    if is_generator(function.scope.tree, function.definition):
        return generator(m, function, args, node)
    return enter(m, function, args, node)
