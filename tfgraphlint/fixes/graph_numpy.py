"""Repairs of traced code that asks symbolic tensors for values: without ``.numpy()``, TensorFlow instead of NumPy.

A repair is offered where the repaired program computes what was meant, or at worst raises as before. What would compute
something else without a word (the mean of integers is an integer in TensorFlow) is not.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import libcst as cst

from tfgraphlint.diagnostic import Applicability, Edit, Fix, Span
from tfgraphlint.facts.tracing import HostRead
from tfgraphlint.fixes import array_operators, numpy_calls
from tfgraphlint.fixes.as_tensor import left_as_tensor, merged, settled
from tfgraphlint.fixes.edits import end_of, in_place_of, start_of
from tfgraphlint.fixes.graph_uses import can_be_symbolic
from tfgraphlint.fixes.imports import full_name
from tfgraphlint.fixes.numpy_calls import Rewrite, spell_tensorflow
from tfgraphlint.fixes.parallel_cuts import NUMBER_TYPES, leaves_by, taken
from tfgraphlint.fixes.suggestions import numpy_in_graph
from tfgraphlint.fixes.value_uses import uses_of
from tfgraphlint.libraries.tables import Replacement, load
from tfgraphlint.libraries.words import VALUE_READERS, WIDENING_METHODS
from tfgraphlint.rule_api.shortening import brief
from tfgraphlint.rule_api.wording import is_operator, short_name
from tfgraphlint.syntax.parents import parent
from tfgraphlint.syntax.tree import Tree

# Where TensorFlow keeps the dtype of integers and NumPy makes them floats or widens them: other numbers, no error.
WIDENING = frozenset(f"numpy.{name}" for name in WIDENING_METHODS | {"average", "linalg.trace", "float_power"})
AVERAGING = ("numpy.mean", "numpy.average")  # of floats, whatever they are given
FILLED = ("numpy.zeros", "numpy.ones")
GRAPHS_BY_HAND = ("tensorflow.Graph", "tensorflow.compat.v1.disable_")  # a session has to run these
MAX_CALLS = 20


@dataclass
class _Mending:
    """What has been rewritten so far. ``floating``: the value at hand certainly holds floating-point numbers."""

    converted: bool
    floating: bool
    edits: list[Edit] = field(default_factory=list)
    name: str = ""  # of what stands in the place of the first call


def repair_of(fact: HostRead) -> Fix | None:
    """The tensor itself for ``t.numpy()``, TensorFlow's function for NumPy's; None where neither is certain."""
    call, tree = fact.place.node, fact.place.tree
    if is_operator(fact.name):
        return _converted(fact)
    if not isinstance(call, cst.Call) or fact.by.startswith(GRAPHS_BY_HAND):
        return None
    dtypes = _dtypes(fact, call)
    state = _Mending(fact.converted, dtypes == {"float"})
    if fact.name in FILLED:
        return _filled(tree, call, fact.name, state)
    if not _mended(tree, call, fact.name, state, dtypes):
        return None
    kept = taken(call, fact.name) if _is_unwrapped(fact.name) else None
    message = f"keep the tensor: `{brief(tree.code(kept))}`" if kept is not None else f"use `{short_name(state.name)}`"
    return Fix(message, Applicability.UNSAFE, tuple(merged(state.edits)))


def _converted(fact: HostRead) -> Fix | None:
    """``array * variable``: a tensor of the variable, so that TensorFlow computes it."""
    node, tree = fact.place.node, fact.place.tree
    if not isinstance(node, cst.BinaryOperation) or not can_be_symbolic(
        tree, node, converted=fact.converted, floating=True
    ):
        return None
    result = array_operators.converted(tree, node)
    if result is None or _consumers(tree, node):
        return None
    return Fix(array_operators.MESSAGE, Applicability.UNSAFE, tuple(result.edits))


def suggestions(fact: HostRead) -> tuple[Fix, ...]:
    """The function of ``tf.experimental.numpy`` of the same name, for display."""
    call = fact.place.node
    return tuple(numpy_in_graph(fact.place.tree, call, fact.name)) if isinstance(call, cst.Call) else ()


def _dtypes(fact: HostRead, call: cst.Call) -> set[str]:
    """What the tensors hold that the function computes with; the condition of ``np.where`` is none of them."""
    replacement = _replacement(fact.name)
    equivalent = load().numpy_equivalent(_of_numpy(fact.name))
    found = set()
    for index, given in enumerate(fact.given):
        keyword = call.args[index].keyword if index < len(call.args) else None
        params = equivalent.params if equivalent is not None else ()
        name = keyword.value if keyword is not None else params[index] if index < len(params) else ""
        if given.tensor and (replacement is None or not replacement.gradient or name in replacement.gradient):
            found.add(given.dtype)
    return found


def _mended(tree: Tree, start: cst.Call, name: str, state: _Mending, dtypes: set[str]) -> bool:
    """Rewrite ``start``, and the calls of NumPy that would get a tensor from it then."""
    pending, seen = [(start, name)], set[cst.CSTNode]()
    while pending:
        call, own = pending.pop()
        if call in seen:
            continue
        seen.add(call)
        if len(seen) > MAX_CALLS or not can_be_symbolic(
            tree, call, converted=state.converted, floating=state.floating
        ):
            return False
        edits = _unwrapped(tree, call, own, state) if _is_unwrapped(own) else _renamed(tree, call, own, state, dtypes)
        if edits is None:
            return False
        state.edits += edits
        dtypes = {"float"} if state.floating else {"any"}
        pending += _consumers(tree, call)
    return True


def _is_unwrapped(name: str) -> bool:
    return name == ".numpy" or name in VALUE_READERS or name in NUMBER_TYPES


def _unwrapped(tree: Tree, call: cst.Call, name: str, state: _Mending) -> list[Edit] | None:
    kept = taken(call, name)
    if kept is None or name in NUMBER_TYPES and not state.floating:
        return None
    left = left_as_tensor(tree, call, kept)
    return left.edits if left is not None else None


def _renamed(tree: Tree, call: cst.Call, name: str, state: _Mending, dtypes: set[str]) -> list[Edit] | None:
    full = load().canonical(name)
    if full in WIDENING and not state.floating and full not in AVERAGING:
        return None
    rewrite = numpy_calls.of_call(tree, call, name, differentiable=False)
    uses = settled(tree, call) if rewrite is not None else None
    cast = _cast(tree, call) if full in AVERAGING and not state.floating else ()
    if rewrite is None or uses is None or cast is None or not cast and not _takes(_replacement(name), dtypes):
        return None
    state.name = state.name or rewrite.name
    has_gradient = numpy_calls.of_call(tree, call, name) is not None  # which is to say that it gives floats
    state.floating = has_gradient and (state.floating or bool(cast))
    return [*rewrite.edits, *uses.edits, *cast]


def _cast(tree: Tree, call: cst.Call) -> tuple[Edit, ...] | None:
    """The edits that make the first argument a tensor of floating-point numbers."""
    first = call.args[0]
    if first.keyword is not None or isinstance(first.value, (cst.List, cst.Tuple, cst.GeneratorExp)):
        return None
    cast, dtype = (spell_tensorflow(tree, f"tensorflow.{name}", call) for name in ("cast", "float32"))
    start, end = start_of(tree, first.value), end_of(tree, first.value)
    edits = (
        Edit(Span(tree.filename, start, start), f"{cast.text}("),
        Edit(Span(tree.filename, end, end), f", {dtype.text})"),
    )
    return (*edits, *cast.edits, *dtype.edits)


def _of_numpy(name: str) -> str:
    return name.replace("math.", "numpy.", 1) if name.startswith("math.") else name


def _replacement(name: str) -> Replacement | None:
    equivalent = load().numpy_equivalent(_of_numpy(name))
    return equivalent.tensorflow if equivalent is not None else None


def _takes(replacement: Replacement | None, dtypes: set[str]) -> bool:
    """Whether TensorFlow's function was seen to take numbers of these kinds and give the same."""
    if replacement is None:
        return True
    taken = {"float": replacement.floats, "int": replacement.ints, "bool": replacement.bools}
    return all(taken.get(dtype, True) for dtype in dtypes)


def _consumers(tree: Tree, call: cst.BaseExpression) -> list[tuple[cst.Call, str]]:
    """The calls that take the value out of TensorFlow again once it is a tensor, and by what name."""
    found = []
    for use in uses_of(tree, call, in_graph=True).found:
        consumer = parent(tree, use.holder) if isinstance(use.holder, cst.Arg) else None
        if isinstance(consumer, cst.Call) and leaves_by(tree, consumer):
            found.append((consumer, leaves_by(tree, consumer)))
    return found


def _filled(tree: Tree, call: cst.Call, name: str, state: _Mending) -> Fix | None:
    """``tf.zeros(shape, dtype)`` for ``np.zeros(shape, dtype)``: with the dtype written, since the defaults differ."""
    if full_name(tree, call.func) != name or not can_be_symbolic(tree, call, converted=state.converted):
        return None
    match call.args:
        case [cst.Arg(keyword=None, star=""), cst.Arg(keyword=None | cst.Name(value="dtype"), star="", value=dtype)]:
            rewrite = _filled_rewrite(tree, call, name, dtype)
        case _:
            return None
    uses = settled(tree, call)
    if rewrite is None or uses is None:
        return None
    edits = merged([*rewrite.edits, *uses.edits])
    return Fix(f"use `{short_name(rewrite.name)}`", Applicability.UNSAFE, tuple(edits))


def _filled_rewrite(tree: Tree, call: cst.Call, name: str, dtype: cst.BaseExpression) -> Rewrite | None:
    """None for ``float``, by which NumPy means float64 and TensorFlow float32."""
    is_attribute = isinstance(dtype, cst.Attribute)
    if not is_attribute and not isinstance(dtype, cst.SimpleString):
        return None
    full = f"tensorflow.{name.removeprefix('numpy.')}"
    spelled = spell_tensorflow(tree, full, call)
    return Rewrite((in_place_of(tree, call.func, spelled.text), *spelled.edits), full, False)
