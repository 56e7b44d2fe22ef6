"""Lists, dictionaries and what goes over them: ``list``, ``range``, ``zip``, ``map``, ``functools.reduce``."""

from __future__ import annotations

import libcst as cst

from tfgraphlint.interpret.core.arguments import Arguments
from tfgraphlint.interpret.core.events import IteratorAdvanced
from tfgraphlint.interpret.core.joins import join
from tfgraphlint.interpret.core.machine import Machine
from tfgraphlint.interpret.core.objects import Enumerate, Range, Zip
from tfgraphlint.interpret.core.overlay import functions
from tfgraphlint.interpret.core.provenance import Kind
from tfgraphlint.interpret.core.structures import elements
from tfgraphlint.interpret.core.value import Const, Value
from tfgraphlint.interpret.core.values import (
    INT,
    Dict,
    Host,
    Items,
    Object,
    SequenceKind,
    Spread,
    Tensor,
    Variable,
    Weights,
    sequence,
)
from tfgraphlint.interpret.python.iteration import element_of, turns_of
from tfgraphlint.libraries.python.numbers import extreme, number

SEQUENCES: dict[str, SequenceKind] = {"tuple": "tuple", "set": "set", "frozenset": "set"}


@functions.handles("builtins.max", "builtins.min", "builtins.sorted", "builtins.reversed", "builtins.list",
                   "builtins.tuple", "builtins.set", "builtins.iter", "builtins.frozenset", "collections.deque")
def _elements(m: Machine, name: str, args: Arguments, node: cst.CSTNode) -> Value | None:
    short = name.rpartition(".")[2]
    kind = SEQUENCES.get(short, "list")
    if not args.positional:
        return sequence(kind, ()) if not args.all() else Items(kind, {Items.items: Spread(m.opaque(node, args.all()))})
    value = args.positional[0]
    if short in ("max", "min"):
        return extreme(m, short, args, node)
    if short == "list" and isinstance(value, Weights):
        return value
    if short in ("iter", "reversed", "sorted") and isinstance(value, (Tensor, Variable, Object)):
        return value if short == "iter" else None
    expression = node.args[0].value if isinstance(node, cst.Call) and node.args else None
    if expression is None:
        return None
    found, exact = turns_of(m, value, expression)
    full = short == "deque" and len(args.all()) > 1  # it may be, and lose an element for each one that comes
    if short in ("list", "tuple") and isinstance(value, Zip):
        held = tuple(found) if exact else Spread(join(list(found)))
        return Items(kind, {Items.items: held, Items.zipped: (value, held)})
    if exact and not full:
        items = list(found)
        if short == "reversed":
            items.reverse()
        if short == "sorted":
            return Items("list", {Items.items: Spread(join(items))}) if items else sequence("list", ())
        return sequence(kind, items)
    return Items(kind, {Items.items: Spread(join(list(found)))}) if found else sequence(kind, ())


@functions.handles("builtins.len")
def _len(m: Machine, name: str, args: Arguments, node: cst.CSTNode) -> Value | None:
    value = args.positional[0] if args.positional else None
    if isinstance(value, Items) and isinstance(value.items, tuple):
        if not any(isinstance(item, Weights) for item in value.items):
            return Const(len(value.items))
    return number(m, node, INT)


@functions.handles("builtins.range")
def _range(m: Machine, name: str, args: Arguments, node: cst.CSTNode) -> Value:
    return Range(name, m.leaf(Kind.CONSTANT, node), {Range.bounds: sequence("tuple", args.positional)})


@functions.handles("builtins.enumerate")
def _enumerate(m: Machine, name: str, args: Arguments, node: cst.CSTNode) -> Value | None:
    if not args.positional:
        return None
    return Enumerate(name, m.leaf(Kind.CONSTANT, node), {Enumerate.inner: args.positional[0]})


@functions.handles("builtins.zip")
def _zip(m: Machine, name: str, args: Arguments, node: cst.CSTNode) -> Value:
    inner = sequence("tuple", args.positional)
    return Zip(name, m.leaf(Kind.CONSTANT, node), {Zip.inner: inner}, m.place(node))


@functions.handles("builtins.map")
def _map(m: Machine, name: str, args: Arguments, node: cst.CSTNode) -> Value | None:
    if len(args.positional) != 2 or not isinstance(node, cst.Call):
        return None
    found, exact = turns_of(m, args.positional[1], node.args[1].value)
    results = [m.call(args.positional[0], Arguments([item]), node) for item in found]
    if exact:
        return sequence("list", results)
    return Items("list", {Items.items: Spread(join(results))}) if results else sequence("list", ())


@functions.handles("builtins.next")
def _next(m: Machine, name: str, args: Arguments, node: cst.CSTNode) -> Value | None:
    if not args.positional:
        return None
    m.tell(IteratorAdvanced(node, args.positional[0]))
    if isinstance(args.positional[0], (Items, Object)) and isinstance(node, cst.Call):
        found, _ = turns_of(m, args.positional[0], node.args[0].value)
        return join(list(found)) if found else None
    return None


@functions.handles("builtins.dict", "collections.OrderedDict")
def _dict(m: Machine, name: str, args: Arguments, node: cst.CSTNode) -> Value | None:
    state: dict[object, Value] = {}
    if args.positional:
        if not isinstance(args.positional[0], Dict):
            return None
        state.update(args.positional[0].state)
    state.update(args.keywords)
    return Dict(state) if args.certain else None


@functions.handles("collections.defaultdict")
def _defaultdict(m: Machine, name: str, args: Arguments, node: cst.CSTNode) -> Value:
    if len(args.all()) != 1 or not args.positional or not args.certain:
        return m.opaque(node)
    return Dict({}, factory=args.positional[0])


@functions.handles("functools.reduce")
def _reduce(m: Machine, name: str, args: Arguments, node: cst.CSTNode) -> Value | None:
    if len(args.positional) < 2:
        return None
    function, value = args.positional[:2]
    held = elements(value) if isinstance(value, Items) else [element_of(m, value, node)] * 2
    if not held:
        return None
    total = args.positional[2] if len(args.positional) > 2 else held[0]
    for element in held[0 if len(args.positional) > 2 else 1 :]:
        total = m.call(function, Arguments([total, element]), node)
    return total


@functions.handles("copy.copy", "copy.deepcopy")
def _copy(m: Machine, name: str, args: Arguments, node: cst.CSTNode) -> Value | None:
    if not args.positional:
        return None
    value = args.positional[0]
    if isinstance(value, Items):
        return Items(value.kind, dict(value.state))
    if isinstance(value, Dict):
        return Dict(dict(value.state))
    return value if isinstance(value, (Tensor, Host, Const)) else None


@functions.handles("itertools.chain", "itertools.product", "itertools.islice", "itertools.chain.from_iterable")
def _chain(m: Machine, name: str, args: Arguments, node: cst.CSTNode) -> Value | None:
    if name == "itertools.chain":
        held = [item for value in args.positional for item in (elements(value) or [value])]
        return Items("list", {Items.items: Spread(join(held))}) if held else None
    return None
