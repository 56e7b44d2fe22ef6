"""What Python asks of tensors of a graph that only values can answer: to be walked, compared, written, looked up."""

from __future__ import annotations

from collections.abc import Sequence

import libcst as cst

from tfgraphlint.facts.common import FaultKind, Mode
from tfgraphlint.interpret.checks.host_reads import emit_read
from tfgraphlint.interpret.core.autograph import is_left_alone
from tfgraphlint.interpret.core.events import BuiltinCalled, Formatted, Hashed, Indexed, Iterated
from tfgraphlint.interpret.core.graph_state import in_graph, in_trace, is_assumed, is_symbolic
from tfgraphlint.interpret.core.machine import Machine
from tfgraphlint.interpret.core.value import Value
from tfgraphlint.interpret.core.values import Items, Tensor, Variable
from tfgraphlint.libraries.words import CONVERTED_BUILTINS, TEXT_TAKERS, WALKING_BUILTINS, WALKING_ITERTOOLS

# Builtins that AutoGraph leaves alone: they walk the tensor, ask whether it is true, or want its number.
NOT_CONVERTED = frozenset({
    *(f"builtins.{name}" for name in WALKING_BUILTINS), *(f"itertools.{name}" for name in WALKING_ITERTOOLS),
})  # fmt: skip
CONVERTED = frozenset(f"builtins.{name}" for name in CONVERTED_BUILTINS)  # these it has its own ways for
SECOND = frozenset({"builtins.map", "builtins.filter"})  # what they walk is their second argument
COMPARING = frozenset({"builtins.max", "builtins.min", "builtins.sorted"})
ASKING = frozenset({"builtins.any", "builtins.all"})


def is_asked(m: Machine, value: Value | None) -> bool:
    """Whether ``value`` certainly has no value yet: a tensor of the graph, or a variable read in one."""
    if m.mode is not Mode.GRAPH or value is None:
        return False
    return is_symbolic(value) and not is_assumed(value) or isinstance(value, Variable)


def report(m: Machine, node: cst.CSTNode, name: str, values: Sequence[Value] = ()) -> None:
    """Report that Python wants a value here that there is not yet."""
    if in_graph(m):
        emit_read(m, node, name, FaultKind.PYTHON_SCALAR, values)


def walked(m: Machine, event: Iterated) -> None:
    """Python walks over ``value``: in a comprehension, an unpacking, ``*value``."""
    node, value, by = event
    if is_asked(m, value) and (by != "for" or is_left_alone(m)):
        report(m, node, "builtins.iter", [value])


def called(m: Machine, event: BuiltinCalled) -> None:
    """A builtin is called with these positional arguments."""
    node, name, values = event
    if m.mode is not Mode.GRAPH or not values:
        return
    if name == "builtins.iter":  # of a variable of Keras, this gives an iterator, and only that raises
        wrong = any(is_asked(m, value) for value in values if not isinstance(value, Variable))
    elif name in TEXT_TAKERS:
        wrong = any(is_asked(m, value) for value in values if isinstance(value, Tensor))
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
    items = only.items if len(values) == 1 and isinstance(only, Items) else None
    if not isinstance(items, tuple) or not items:
        return False
    if name in COMPARING:
        return len(items) > 1 and any(is_asked(m, item) for item in items)
    if name in ASKING or name in ("builtins.set", "builtins.frozenset"):
        return is_asked(m, items[0])
    return False


def hashed(m: Machine, event: Hashed) -> None:
    """``value`` is a key, or an element of a set."""
    node, value = event
    if is_asked(m, value) and in_trace(m):  # in a graph that is built by hand, tensors are compared as objects
        report(m, node, "builtins.hash")


def indexed(m: Machine, event: Indexed) -> None:
    """``values[value]`` of a list or an array: a tensor that has a value is an integer, one of the graph is not."""
    node, value = event
    if isinstance(value, Tensor) and is_asked(m, value):
        report(m, node, "operator.index", [value])


def formatted(m: Machine, event: Formatted) -> None:
    """``f"{value:.3f}"``: a tensor of the graph takes no format."""
    node, values = event
    if any(is_asked(m, value) for value in values):
        report(m, node, "builtins.format")
