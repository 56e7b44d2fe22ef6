"""What has a ``tf.function`` traced again: a new one made each time, arguments of Python that change."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import libcst as cst

from tfgraphlint.facts.common import Mode, Place
from tfgraphlint.facts.tracing import ArgumentRetraced, FunctionRebuilt
from tfgraphlint.interpret.core.arguments import Arguments
from tfgraphlint.interpret.core.events import FunctionTraced, TracedCalled
from tfgraphlint.interpret.core.joins import identity
from tfgraphlint.interpret.core.machine import Machine
from tfgraphlint.interpret.core.scopes import Frame, Function, Traced
from tfgraphlint.interpret.core.value import Const, Value
from tfgraphlint.interpret.core.values import BOOL, FLOAT, INT, Host, Instance, Items, Method, TracedCallable
from tfgraphlint.syntax.bindings import parameters
from tfgraphlint.syntax.closures import names_from_outside


@dataclass(frozen=True, eq=False)
class Made:
    """A ``tf.function`` and what its function takes from around it."""

    traced: Traced
    captured: tuple[object, ...]


@dataclass(frozen=True, eq=False)
class Given:
    """The arguments of a call, by position or name."""

    values: dict[int | str, Value]


class Traces(dict[Any, Any]):
    """Which ``tf.function`` was traced, which have a signature; what was made at a place, and given at a call."""


# -- functions that are made anew ----------------------------------------------------------------


def function_made(m: Machine, event: FunctionTraced) -> None:
    """Note that a ``tf.function`` is made, and whether the same one was made, and traced, at this place before.

    ``signed``: it has a signature, by which numbers become tensors.
    """
    traced, function, node, signed = event
    if m.mode is Mode.GRAPH or m.functions_run_eagerly:
        return
    if signed:
        m.store.write(m.memory(Traces), ("signed", traced), True)
    captured = _captured(m, function)
    if captured is None:
        return
    key = "made", node, _way(m)
    before = m.memory(Traces).get(key)
    if isinstance(before, Made) and before.captured == captured and m.memory(Traces).get(before.traced):
        m.store.write(m.memory(Traces), ("rebuilt", traced), before)
    m.store.write(m.memory(Traces), key, Made(traced, captured))


def _way(m: Machine) -> tuple[cst.CSTNode, ...]:
    """The calls that led here: what is run again by the same ones is run in a loop."""
    return tuple(place.node for place in m.calls)


def _captured(m: Machine, function: Value) -> tuple[object, ...] | None:
    if isinstance(function, Method):
        return (identity(function.receiver), id(function.function.definition))
    if isinstance(function, Instance):
        return (identity(function),)
    if not isinstance(function, Function):
        return None
    return tuple(_held(function, name) for name in sorted(names_from_outside(function.definition)))


def _held(function: Function, name: str) -> object:
    """What identifies the value of a name that the function takes from around it."""
    frame: Frame | None = function.closure
    while frame is not None:
        if name in frame.names:
            return identity(frame.names[name])
        frame = frame.parent
    value = function.scope.names.get(name)
    return identity(value) if isinstance(value, Value) else None


# -- calls ---------------------------------------------------------------------------------------


def called(m: Machine, event: TracedCalled) -> None:
    """Report a ``tf.function`` that is called though it was made anew, or with other numbers than before."""
    function, args, node = event
    if not m.memory(Traces).get(function.traced):
        m.store.write(m.memory(Traces), function.traced, True)
    if m.guards or m.alternatives:
        return
    before = m.memory(Traces).get(("rebuilt", function.traced))
    if isinstance(before, Made):
        place = function.traced.place
        m.emit(FunctionRebuilt(place, m.place(node), tuple(m.calls)))
    if ("signed", function.traced) not in m.memory(Traces) and args.certain and isinstance(node, cst.Call):
        _compare(m, function, args, node)


def _compare(m: Machine, function: TracedCallable, args: Arguments, node: cst.Call) -> None:
    key = "given", node, _way(m)
    before = m.memory(Traces).get(key)
    values: dict[int | str, Value] = dict(enumerate(args.positional))
    values.update(args.keywords)
    given = Given(values)
    m.store.write(m.memory(Traces), key, given)
    if not isinstance(before, Given):
        return
    for name, value in given.values.items():
        written = args.keyword_nodes.get(name) if isinstance(name, str) else args.node(name, "")
        old = before.values.get(name)
        if written is not None and old is not None and changes(old, value):
            place, parameter = m.place(written), _parameter(function.inner, name)
            m.emit(ArgumentRetraced(place, m.place(node), function.traced.place, parameter, _kind(value),
                                    tuple(m.calls)))


def _kind(value: Value) -> str:
    if isinstance(value, Items):
        return "list"
    number = value.value if isinstance(value, Const) else None
    return value.dtype if isinstance(value, Host) else FLOAT if isinstance(number, float) else INT


def _parameter(function: Value, name: int | str) -> Place | None:
    """The parameter that an argument goes to."""
    skipped = 0
    if isinstance(function, Method):
        function, skipped = function.function, 1
    if not isinstance(function, Function):
        return None
    found = parameters(function.definition)[skipped:]
    if isinstance(name, int):
        param = found[name] if name < len(found) else None
    else:
        param = next((each for each in found if each.name.value == name), None)
    return Place(function.scope.tree, param) if param is not None else None


def changes(old: Value, new: Value) -> bool:
    """Whether two values given to a parameter one after the other certainly are two numbers, or lists of numbers."""
    if isinstance(old, Host) and isinstance(new, Host):
        return old.counts and new.counts and old.node is not new.node and BOOL not in (old.dtype, new.dtype)
    one, other = plain(old), plain(new)
    if isinstance(old, Const) and isinstance(new, Host):
        return one is not None and new.counts and new.dtype != BOOL
    return one is not None and other is not None and one != other


def plain(value: Value) -> object:
    """The number, or the list or tuple of numbers, that a value certainly is; None for anything else."""
    if isinstance(value, Const) and isinstance(value.value, (int, float)) and not isinstance(value.value, bool):
        return value.value
    if isinstance(value, Items) and value.kind in ("list", "tuple") and isinstance(value.items, tuple):
        held = [plain(item) for item in value.items]
        return None if None in held or not held else held
    return None
