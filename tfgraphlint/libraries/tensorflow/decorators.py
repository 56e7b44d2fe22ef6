"""What decorators make of a function: traced, static, a property, a context manager, …"""

from __future__ import annotations

import libcst as cst

from tfgraphlint.facts.common import Mode
from tfgraphlint.facts.common import Traced as TracedFact
from tfgraphlint.interpret.core.arguments import Arguments
from tfgraphlint.interpret.core.events import FunctionTraced
from tfgraphlint.interpret.core.fields import Ever
from tfgraphlint.interpret.core.machine import Machine
from tfgraphlint.interpret.core.objects import Decorator
from tfgraphlint.interpret.core.operands import parts
from tfgraphlint.interpret.core.provenance import Edge, Kind
from tfgraphlint.interpret.core.scopes import Class, Function, Traced
from tfgraphlint.interpret.core.store import State
from tfgraphlint.interpret.core.value import Const, Value
from tfgraphlint.interpret.core.values import Library, LibraryMethod, Object, TracedCallable, items_of
from tfgraphlint.interpret.python import functions
from tfgraphlint.libraries.python import programs

WRAPPERS = {
    "builtins.staticmethod": "staticmethod", "builtins.classmethod": "classmethod",
    "builtins.property": "property", "functools.cached_property": "cached_property",
    "abc.abstractproperty": "property", "functools.lru_cache": "cached", "functools.cache": "cached",
    "contextlib.contextmanager": "contextmanager",
    "tensorflow.custom_gradient": "custom_gradient", "tensorflow.grad_pass_through": "custom_gradient",
    "tensorflow.autograph.experimental.do_not_convert": "do_not_convert",
    "tensorflow.recompute_grad": "recompute_grad",
    "click.command": "command", "hydra.main": "command",
}
TRANSPARENT = frozenset({
    "functools.wraps", "abc.abstractmethod", "typing.override",
    "typing.final", "typing.no_type_check", "tensorflow.Module.with_name_scope", "typing.overload",
    "tensorflow.keras.utils.register_keras_serializable",
    "keras.saving.register_keras_serializable", "tensorflow.keras.saving.register_keras_serializable",
    "keras.utils.register_keras_serializable", "tensorflow.autograph.experimental.convert",
    "tensorflow.__internal__.dispatch.add_dispatch_support", "dataclasses.dataclass",
    "click.option", "click.argument", "pytest.mark.parametrize",
})
# Calls of these make the decorator, whatever they are given.
MADE_BY_CALLS = ("functools.wraps", "functools.lru_cache", "dataclasses.dataclass", "click.command", "hydra.main",
                 "pytest.mark.parametrize")
TRACERS = ("tensorflow.function", "tensorflow.compat.v1.function", "tensorflow.contrib.eager.defun",
           "tensorflow.compat.v1.wrap_function")


def apply(m: Machine, decorator: Value, value: Value, node: cst.BaseExpression) -> Value:
    """The value that a decorated ``def`` binds."""
    match decorator:
        case Library():
            return _library(m, decorator.name, value, node)
        case Decorator():
            return _library(m, decorator.cls, value, node, decorator)
        case LibraryMethod() if decorator.name == "setter" and isinstance(value, Function):
            return _setter(m, decorator.receiver, value)
        case LibraryMethod() if decorator.name in ("getter", "deleter", "register"):
            return decorator.receiver
    if isinstance(decorator, Function) and decorator.wrapper == "property":
        return decorator
    return m.call(decorator, Arguments([value], nodes=[node]), node)


def _setter(m: Machine, prop: Value, value: Function) -> Value:
    m.store.write(m.frame.names, f"{value.name}.setter", value)
    return prop


def _library(m: Machine, name: str, value: Value, node: cst.BaseExpression, held: Decorator | None = None) -> Value:
    if name in TRACERS:
        return trace(m, value, node, held)
    if name in WRAPPERS and isinstance(value, Function):
        value.wrapper = WRAPPERS[name]
        return value
    if name in TRANSPARENT:
        return value
    if name in WRAPPERS:
        return m.opaque(node, [value]) if WRAPPERS[name] == "custom_gradient" else value
    return m.libraries.call(m, name, Arguments([value], nodes=[node]), node)


def trace(m: Machine, value: Value, node: cst.CSTNode, held: Decorator | None = None) -> Value:
    """``tf.function(value)``, with the options of ``held`` where there are any."""
    autograph, jit, signature = (held.autograph, held.jit_compile, held.input_signature) if held else (None,) * 3
    traced = Traced(
        m.place(node),
        autograph=not (isinstance(autograph, Const) and autograph.value is False),
        jit=isinstance(jit, Const) and jit.value is True,
        specs=signature,
    )
    m.tell(FunctionTraced(traced, value, node, signed=signature is not None))
    return TracedCallable(value, traced)


def apply_to_class(m: Machine, decorator: Value, value: Value) -> Value:
    """The value that a decorated ``class`` binds: the class, for decorators that are known to keep it."""
    name = decorator.name if isinstance(decorator, Library) else decorator.cls if isinstance(decorator, Object) else ""
    if name == "dataclasses.dataclass" and isinstance(value, Class):
        m.store.set(value, Class.is_dataclass, Ever(True))
    if isinstance(decorator, Function):
        return m.call(decorator, Arguments([value]), decorator.definition)
    return value


def factory(m: Machine, name: str, args: Arguments, node: cst.CSTNode) -> Value | None:
    """``@tf.function(input_signature=...)``: the call that makes the decorator; None for other calls."""
    if name in TRACERS:
        given = args.get(0, "func")
        held = _with_options(m, name, args, node)
        if given is not None and not (isinstance(given, Const) and given.value is None):
            return trace(m, given, node, held)
        return held
    if name in MADE_BY_CALLS or (
        name in TRANSPARENT and not args.positional or name in TRANSPARENT and isinstance(args.positional[0], Const)
    ):
        if name == "functools.lru_cache" and args.positional and isinstance(args.positional[0], Function):
            return apply(m, Library(name), args.positional[0], node)  # type: ignore[arg-type]
        return _with_options(m, name, args, node)
    if (name in TRANSPARENT or name in WRAPPERS) and args.positional:
        return apply(m, Library(name), args.positional[0], node)  # type: ignore[arg-type]
    return None


def _with_options(m: Machine, name: str, args: Arguments, node: cst.CSTNode) -> Decorator:
    options = (Decorator.autograph, Decorator.jit_compile, Decorator.input_signature)
    given: State = {option: args.keywords[option.name] for option in options if option.name in args.keywords}
    return Decorator(name, m.leaf(Kind.CONSTANT, node), given)


def call_wrapped(m: Machine, function: Function, args: Arguments, node: cst.CSTNode) -> Value | None:
    """A call of a function whose decorator changes what a call does; None where it does not."""
    if function.wrapper == "custom_gradient":
        _run_custom(m, function, args, node)
        edges = [Edge(part) for part in parts(m, args.all())]
        return m.tensor(m.operation(node, edges), "float")
    if function.wrapper == "command":
        return programs.call_command(m, function, args, node)
    return _cached(m, function, args, node) if function.wrapper == "cached" else None


def _cached(m: Machine, function: Function, args: Arguments, node: cst.CSTNode) -> Value:
    """A call of a cached function: what it returned when it was first given these arguments."""
    given = [*enumerate(args.positional), *args.keywords.items()]
    key = tuple((place, value.value if isinstance(value, Const) else id(value)) for place, value in given)
    held = function.results.get(key)
    if not isinstance(held, Value):
        held = functions.enter(m, function, args, node)
        m.store.write(function.results, key, held)
    return held


def _run_custom(m: Machine, function: Function, args: Arguments, node: cst.CSTNode) -> None:
    """Run what ``tf.custom_gradient`` wraps, and the gradient that it returns: what tracing breaks in them counts."""
    known = len(m.facts)
    result = functions.enter(m, function, args, node)
    pair = items_of(result)
    if m.mode is Mode.GRAPH and pair is not None and len(pair) == 2 and isinstance(pair[1], Function):
        outputs = items_of(pair[0]) or (pair[0],)
        upstream: list[Value] = [m.tensor(m.leaf(Kind.TENSOR, node), "float") for _ in outputs]
        with m.called_by(False):
            m.call(pair[1], Arguments(upstream), node)
    m.facts[known:] = [fact for fact in m.facts[known:] if isinstance(fact, TracedFact)]
