"""Everything that leaves TensorFlow on the same way, mended together.

After one of two parallel cuts is gone the gradient is no longer None, and wrong: ``np.exp(v) / np.sum(np.exp(v))``.
So a repair takes along what else in the block of the tape, or in the helper, takes the same values out of TensorFlow.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

import libcst as cst

from tfgraphlint.diagnostic import Edit
from tfgraphlint.fixes import numpy_calls
from tfgraphlint.fixes.as_tensor import left_as_tensor, merged, settled
from tfgraphlint.fixes.imports import full_name
from tfgraphlint.fixes.value_kinds import is_array
from tfgraphlint.fixes.value_uses import uses_of
from tfgraphlint.libraries.tables import load
from tfgraphlint.libraries.words import LABELS, LOG_METHODS, SHOWS_VALUES, VALUE_READERS
from tfgraphlint.syntax.bindings import bound_in
from tfgraphlint.syntax.parents import ancestors, parent
from tfgraphlint.syntax.tree import Tree, children_of, once_per_node

NUMBER_TYPES = frozenset({"builtins.float", "numpy.float64", "numpy.double"})
OUTSIDE = ("numpy.", "math.", "scipy.", "sklearn.")
# What only shows a value, or keeps it for later: nothing of it comes back into the computation.
SHOWING = SHOWS_VALUES | {*LOG_METHODS, "append", "update", "extend", "write", "join"} | {
    "print", "str", "repr", "format", "int", "bool", "len", "set_postfix",
}  # fmt: skip
MAX_CALLS = 40


@dataclass
class Mending:
    """``edits`` of all calls; ``exact`` when each result is certainly the same; ``complete`` when all uses are seen."""

    edits: list[Edit] = field(default_factory=list)
    exact: bool = True
    complete: bool = True
    changed_uses: bool = False
    name: str = ""  # of what stands in the place of the first call


def mended(tree: Tree, start: cst.Call, name: str = "", further: Iterable[cst.Call] = ()) -> Mending | None:
    """The repair of the call ``start``, which leaves TensorFlow through ``name``, of the calls that take the value
    ``further`` outside, and of those that leave beside it.

    None where one of them can neither be rewritten nor be left: nothing is better than half a gradient.
    """
    result = Mending()
    pending, seen = [*reversed(list(further)), start], set[cst.CSTNode]()
    while pending:
        call = pending.pop()
        if call in seen:
            continue
        seen.add(call)
        own = name if call is start and name else leaves_by(tree, call)
        if not _mend(tree, call, own, result):
            if call is start or not is_harmless(own):
                return None
            continue
        if call is start or own not in NUMBER_TYPES:
            pending += _consumers(tree, call)
            pending += beside(tree, call, own)
        if len(seen) > MAX_CALLS:
            return None
    result.edits = merged(result.edits)
    return result


def _mend(tree: Tree, call: cst.Call, name: str, result: Mending) -> bool:
    kept = taken(call, name) if name == ".numpy" or name in VALUE_READERS or name in NUMBER_TYPES else None
    if kept is not None:
        left = left_as_tensor(tree, call, kept)
        if left is None:
            return False
        result.edits += left.edits
        result.exact = False
        return True
    rewrite = numpy_calls.of_call(tree, call, name)
    uses = settled(tree, call) if rewrite is not None else None
    if rewrite is None or uses is None:
        return False
    result.edits += [*rewrite.edits, *uses.edits]
    result.exact &= rewrite.exact
    result.complete &= uses.complete
    result.changed_uses |= bool(uses.edits)
    result.name = result.name or rewrite.name
    return True


def taken(call: cst.CSTNode, name: str) -> cst.BaseExpression | None:
    """The tensor that leaves TensorFlow in a call."""
    if not isinstance(call, cst.Call):
        return None
    if name == ".numpy":
        return call.func.value if isinstance(call.func, cst.Attribute) and not call.args else None
    is_plain = len(call.args) == 1 and call.args[0].keyword is None and not call.args[0].star
    return call.args[0].value if is_plain and name.rpartition(".")[2] != "batch_get_value" else None


def leaves_by(tree: Tree, call: cst.Call) -> str:
    """The name by which a call takes values out of TensorFlow; empty for others."""
    match call:
        case cst.Call(func=cst.Attribute(attr=cst.Name(value="numpy")), args=[]):
            return ".numpy"
        case cst.Call(func=cst.Name(value="float"), args=[_]):
            return "builtins.float"
    name = full_name(tree, call.func) or ""
    return name if name.startswith(OUTSIDE) or name in VALUE_READERS else ""


def is_harmless(name: str) -> bool:
    """Whether nothing is lost behind a function: it reads no values, or its slope is zero wherever it has one."""
    tables = load()
    equivalent = tables.numpy_equivalent(name)
    for replacement in (equivalent.tensorflow, equivalent.tnp) if equivalent is not None else ():
        if replacement is not None and replacement.gradient:
            return all(outcome.kind in ("none", "zero") for outcome in replacement.gradient.values())
    record = tables.math_function(name) if name.startswith("math.") else tables.numpy_function(name)
    return record is not None and not record.cuts


# -- what else leaves ----------------------------------------------------------------------------


def _consumers(tree: Tree, call: cst.Call) -> Iterator[cst.Call]:
    """The calls that would take the value out of TensorFlow again once it is a tensor."""
    for use in uses_of(tree, call).found:
        if isinstance(use.holder, cst.Arg):
            consumer = parent(tree, use.holder)
            if isinstance(consumer, cst.Call) and leaves_by(tree, consumer) and not is_shown(tree, consumer):
                if leaves_by(tree, consumer) not in NUMBER_TYPES:
                    yield consumer


def beside(tree: Tree, call: cst.Call, name: str) -> Iterator[cst.Call]:
    """The calls of the same block or helper that take the same values, or what comes of them, out of TensorFlow."""
    region = _region(tree, call)
    if region is None:
        return
    tainted = {path for path in _inputs_of(call, name) if path not in LABELS and not _is_given(tree, call, path)}
    if not tainted:
        return
    spread(tree, region, tainted)
    for node, taken_from in _leaving(tree, region):
        if node is not call and tainted & taken_from and not is_shown(tree, node):
            yield node


@once_per_node
def _leaving(tree: Tree, region: cst.CSTNode) -> list[tuple[cst.Call, frozenset[str]]]:
    """The calls of a region that take values out of TensorFlow, and what they take them from."""
    calls = [(node, leaves_by(tree, node)) for node in _within(region) if isinstance(node, cst.Call)]
    return [(node, frozenset(_inputs_of(node, own))) for node, own in calls if own]


def _region(tree: Tree, call: cst.CSTNode) -> cst.CSTNode | None:
    """The block of the tape around a call, or the helper in which it stands."""
    for above in ancestors(tree, call):
        if isinstance(above, cst.With) and any(_is_tape(tree, item.item) for item in above.items):
            return above.body
        if isinstance(above, cst.FunctionDef):
            return above.body
    return None


def _is_tape(tree: Tree, node: cst.BaseExpression) -> bool:
    name = full_name(tree, node.func) if isinstance(node, cst.Call) else None
    return name is not None and name.endswith(".GradientTape")


def _is_given(tree: Tree, call: cst.CSTNode, path: str) -> bool:
    """Whether a name holds an array for certain, and no tensor."""
    for node in _within(call):
        if isinstance(node, cst.Name) and node.value == path:
            return is_array(tree, node)
    return False


def _inputs_of(call: cst.Call, name: str) -> Iterator[str]:
    if name == ".numpy" and isinstance(call.func, cst.Attribute):
        yield from inputs(call.func.value)
    for argument in call.args:
        yield from inputs(argument.value)


def inputs(node: cst.CSTNode) -> Iterator[str]:
    """The names, or attributes of names, that an expression takes values from; not the functions that it calls."""
    match node:
        case cst.Name(value=value):
            yield value
            return
        case cst.Attribute(value=inner):
            path = _dotted(node)
            yield from [path] if path else inputs(inner)
            return
        case cst.Call(func=func, args=args):
            if isinstance(func, cst.Attribute):
                yield from inputs(func.value)
            for argument in args:
                yield from inputs(argument.value)
            return
        case cst.Lambda():
            return
    for child in children_of(node):
        yield from inputs(child)


def _dotted(node: cst.BaseExpression) -> str:
    if isinstance(node, cst.Attribute):
        inner = _dotted(node.value)
        return f"{inner}.{node.attr.value}" if inner else ""
    return node.value if isinstance(node, cst.Name) else ""


def spread(tree: Tree, region: cst.CSTNode, tainted: set[str]) -> None:
    """Names that are bound to something computed from ``tainted`` ones join them."""
    computed = _computed_from(tree, region)
    pending = list(tainted)
    while pending:
        more = computed.get(pending.pop(), set()) - tainted
        tainted |= more
        pending += more


@once_per_node
def _computed_from(tree: Tree, region: cst.CSTNode) -> dict[str, set[str]]:
    """For each name the names that are bound in a region to something computed from it."""
    found: dict[str, set[str]] = {}
    for node in _within(region):
        value = getattr(node, "value", None)
        if isinstance(node, (cst.Assign, cst.AugAssign, cst.AnnAssign)) and isinstance(value, cst.BaseExpression):
            bound = set(bound_in(node))
            for name in set(inputs(value)):
                found.setdefault(name, set()).update(bound)
    return found


def is_shown(tree: Tree, node: cst.BaseExpression) -> bool:
    """Whether a value only ends up in a text, a log or a list, as far as its own statement shows."""
    holder = parent(tree, node)
    match holder:
        case cst.FormattedStringExpression() | cst.Expr():
            return True
        case cst.Arg():
            call = parent(tree, holder)
            if not isinstance(call, cst.Call):
                return False
            func = call.func
            word = func.attr.value if isinstance(func, cst.Attribute) else getattr(func, "value", "")
            is_library = (full_name(tree, func) or "").startswith(("tensorflow.", *OUTSIDE))
            return (word in SHOWING and not is_library) or is_shown(tree, call)
        case cst.Attribute():
            call = parent(tree, holder)
            return isinstance(call, cst.Call) and call.func is holder and is_shown(tree, call)
        case cst.Subscript() | cst.BinaryOperation() | cst.UnaryOperation():
            return is_shown(tree, holder)
    return False


def _within(node: cst.CSTNode) -> Iterator[cst.CSTNode]:
    """``node`` and what is within it, not in functions of its own."""
    yield node
    if not isinstance(node, (cst.FunctionDef, cst.Lambda, cst.ClassDef)):
        for child in children_of(node):
            yield from _within(child)
