"""What Python asks of tensors of a graph that only values can answer: to be walked, compared, written, looked up."""

from __future__ import annotations

import re
import string
from collections.abc import Iterable, Iterator, Sequence

import libcst as cst

from tfgraphlint.facts import FaultKind, Mode
from tfgraphlint.interpret.conversion import is_left_alone
from tfgraphlint.interpret.machine import Machine
from tfgraphlint.interpret.provenance import Kind
from tfgraphlint.interpret.tracing import emit_read, in_graph, in_trace, is_assumed, is_symbolic, shows_symbolic
from tfgraphlint.interpret.values import STRING, Const, Dict, Host, Items, Value, Variable

# Builtins that AutoGraph leaves alone: they walk the tensor, ask whether it is true, or want its number.
NOT_CONVERTED = frozenset({
    "builtins.sum", "builtins.max", "builtins.min", "builtins.any", "builtins.all", "builtins.enumerate",
    "builtins.zip", "builtins.list", "builtins.tuple", "builtins.set", "builtins.frozenset", "builtins.round",
    "builtins.divmod", "builtins.hash", "builtins.reversed",
})
CONVERTED = frozenset({"builtins.len", "builtins.range", "builtins.sorted"})  # these it has its own ways for
SECOND = frozenset({"builtins.map", "builtins.filter"})  # what they walk is their second argument
COMPARING = frozenset({"builtins.max", "builtins.min", "builtins.sorted"})
ASKING = frozenset({"builtins.any", "builtins.all"})
CONVERSION = re.compile(r"%[-+ #0]*(?:\*|\d+)?(?:\.(?:\*|\d+))?([a-zA-Z%])")
NUMBERS = frozenset("dioxXeEfFgGc")


def is_asked(m: Machine, value: Value | None) -> bool:
    """Whether ``value`` certainly has no value yet: a tensor of the graph, or a variable read in one."""
    if m.mode is not Mode.GRAPH or value is None:
        return False
    return is_symbolic(value) and not is_assumed(value) or isinstance(value, Variable)


def report(m: Machine, node: cst.CSTNode, name: str, values: Sequence[Value] = ()) -> None:
    """Report that Python wants a value here that there is not yet."""
    if in_graph(m):
        emit_read(m, node, name, FaultKind.PYTHON_SCALAR, values)


def walked(m: Machine, node: cst.CSTNode, value: Value) -> None:
    """Python walks over ``value``: in a comprehension, an unpacking, ``*value``."""
    if is_asked(m, value):
        report(m, node, "builtins.iter", [value])


def looped(m: Machine, node: cst.For, value: Value) -> None:
    """A ``for`` statement walks over ``value``: AutoGraph makes that a loop of the graph."""
    if is_asked(m, value) and is_left_alone(m):
        report(m, node.iter, "builtins.iter", [value])


def called(m: Machine, node: cst.CSTNode, name: str, values: Sequence[Value]) -> None:
    """A builtin is called with these positional arguments."""
    if m.mode is not Mode.GRAPH or not values:
        return
    if name == "builtins.iter":  # of a variable of Keras, this gives an iterator, and only that raises
        wrong = any(is_asked(m, value) for value in values if not isinstance(value, Variable))
    elif name in NOT_CONVERTED:
        wrong = any(is_asked(m, value) for value in values) or _compares(m, name, values)
    elif name in CONVERTED:
        wrong = any(is_asked(m, value) for value in values) and is_left_alone(m) or _compares(m, name, values)
    elif name in SECOND:
        wrong = any(is_asked(m, value) for value in values[1:])
    else:
        return
    if wrong:
        report(m, node, name, values)


def _compares(m: Machine, name: str, values: Sequence[Value]) -> bool:
    """Whether the builtin asks for the truth of a tensor in the list that it is given."""
    only = values[0]
    items = only.state["items"] if len(values) == 1 and isinstance(only, Items) else None
    if not isinstance(items, tuple) or not items:
        return False
    if name in COMPARING:
        return len(items) > 1 and any(is_asked(m, item) for item in items)
    if name in ASKING or name in ("builtins.set", "builtins.frozenset"):
        return is_asked(m, items[0])
    return False


def looked_up(m: Machine, node: cst.CSTNode, table: Value, key: Value | None) -> None:
    """A dictionary is asked for ``key``: tensors are no keys."""
    if isinstance(table, Dict) and key is not None:
        hashed(m, node, key)


def hashed(m: Machine, node: cst.CSTNode, value: Value) -> None:
    """``value`` is a key, or an element of a set."""
    if is_asked(m, value) and in_trace(m):  # in a graph that is built by hand, tensors are compared as objects
        report(m, node, "builtins.hash")


# -- texts ---------------------------------------------------------------------------------------


def text(m: Machine, node: cst.CSTNode, shown: Iterable[Value] = ()) -> Host:
    """A text that is not known, in which these values are shown."""
    found = Host(m.leaf(Kind.CONSTANT, node), "scalar", STRING)
    if m.mode is Mode.GRAPH and any(shows_symbolic(m, value) for value in shown):
        m.texts.add(found.node)
    return found


def formatted(m: Machine, part: cst.FormattedStringExpression, value: Value) -> None:
    """``f"{value:.3f}"``: a tensor of the graph takes no format."""
    if part.format_spec and part.conversion is None and is_asked(m, value):
        report(m, part.expression, "builtins.format")


def percent(m: Machine, node: cst.CSTNode, template: str, given: Value) -> Host:
    """``template % given``."""
    items = given.state["items"] if isinstance(given, Items) and given.kind == "tuple" else (given,)
    values = list(items) if isinstance(items, tuple) else []
    kinds = [kind for kind in CONVERSION.findall(template) if kind != "%"]
    if any(kind in NUMBERS and is_asked(m, value) for kind, value in zip(kinds, values)):
        report(m, node, "builtins.format")
    return text(m, node, values)


def filled(m: Machine, node: cst.CSTNode, template: str, positional: Sequence[Value], named: dict[str, Value]) -> Host:
    """``template.format(...)``."""
    if any(is_asked(m, value) for value in _with_format(template, positional, named)):
        report(m, node, "builtins.format")
    return text(m, node, [*positional, *named.values()])


def _with_format(template: str, positional: Sequence[Value], named: dict[str, Value]) -> Iterator[Value]:
    try:
        fields = [field for field in string.Formatter().parse(template) if field[1] is not None]
    except ValueError:
        return
    for index, (_, name, spec, conversion) in enumerate(fields):
        found = named.get(name or "")
        if not name or name.isdigit():
            at = int(name) if name else index
            found = positional[at] if at < len(positional) else None
        if spec and not conversion and found is not None:
            yield found


def constant_text(value: Value) -> str | None:
    """The text, where it is one and known."""
    return value.value if isinstance(value, Const) and isinstance(value.value, str) else None
