"""Random numbers and the time, drawn by Python or NumPy while tracing, as operations that draw in each run."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import libcst as cst

from tfgraphlint.diagnostic import Applicability, Fix
from tfgraphlint.facts.tracing import FrozenWhileTraced
from tfgraphlint.fixes.edits import has_comment
from tfgraphlint.fixes.graph_uses import can_be_symbolic
from tfgraphlint.fixes.imports import full_name
from tfgraphlint.fixes.numpy_calls import is_number, spell_tensorflow
from tfgraphlint.fixes.value_uses import loads_of_binding
from tfgraphlint.libraries.random_draws import BY_DIMENSIONS, FLOATS, INCLUSIVE, INTEGERS, KEYWORDS
from tfgraphlint.libraries.tables import load
from tfgraphlint.rule_api.shortening import brief
from tfgraphlint.syntax.parents import parent
from tfgraphlint.syntax.tree import Tree


def in_graph(fact: FrozenWhileTraced) -> Fix | None:
    """``tf.random.uniform([], a, b)`` for ``random.uniform(a, b)``, ``tf.timestamp()`` for ``time.time()``.

    None where the shape or the bounds are not clear as they are written, or Python needs the number.
    """
    tree, call, name = fact.place.tree, fact.place.node, load().canonical(fact.name)
    if not isinstance(call, cst.Call) or has_comment(tree, call):
        return None
    if load().canonical(full_name(tree, call.func) or "") != name:
        return None
    if not can_be_symbolic(tree, call, converted=fact.converted):
        return None
    drawn = _time(call) if name == "time.time" and not fact.jit else _draw(tree, call, name)
    if drawn is None:
        return None
    full, arguments = drawn
    spelled = spell_tensorflow(tree, f"tensorflow.{full}", call)
    text = f"{spelled.text}({', '.join(arguments)})"
    return Fix(f"draw it in the graph: `{brief(text)}`" if arguments else f"read it in the graph: `{text}`",
               Applicability.UNSAFE, (tree.replace(call, text), *spelled.edits))


def _time(call: cst.Call) -> tuple[str, list[str]] | None:
    return None if call.args else ("timestamp", [])


def _draw(tree: Tree, call: cst.Call, name: str) -> tuple[str, list[str]] | None:
    """The function, and its arguments as they are written."""
    if name in BY_DIMENSIONS:
        if any(argument.keyword or argument.star for argument in call.args):
            return None
        shape = f"[{', '.join(tree.code(argument.value) for argument in call.args)}]"
        return f"random.{BY_DIMENSIONS[name]}", [shape]
    function, params = FLOATS.get(name, ("", ()))
    if name in INTEGERS:
        function, params = INTEGERS[name]
    given = _given(call, params) if function else None
    shape_of = _shape(tree, given) if given is not None else None
    if given is None or shape_of is None:
        return None
    if name in INTEGERS:
        bounds = _bounds(tree, given, name) if _takes_integer(tree, call) else None
        dtype = spell_tensorflow(tree, f"tensorflow.{function}", call)
        return ("random.uniform", [shape_of, *bounds, f"dtype={dtype.text}"]) if bounds is not None else None
    return f"random.{function}", [shape_of, *_numbers(tree, given)]


def _given(call: cst.Call, params: Sequence[str]) -> Mapping[str, cst.BaseExpression] | None:
    """The arguments by the names that all functions here share."""
    found: dict[str, cst.BaseExpression] = {}
    for index, argument in enumerate(call.args):
        if argument.star or argument.keyword is None and index >= len(params):
            return None
        keyword = argument.keyword.value if argument.keyword is not None else params[index]
        name = KEYWORDS.get(keyword, keyword)
        if name not in params or name in found:
            return None
        found[name] = argument.value
    # An array among the bounds would give the draw its shape.
    is_shaped = "size" in found or "size" not in params
    return found if is_shaped or all(_is_plain_number(value) for value in found.values()) else None


def _is_plain_number(value: cst.BaseExpression) -> bool:
    if isinstance(value, cst.BinaryOperation):
        return _is_plain_number(value.left) and _is_plain_number(value.right)
    return is_number(value)


def _shape(tree: Tree, given: Mapping[str, cst.BaseExpression]) -> str | None:
    match given.get("size"):
        case None | cst.Name(value="None"):
            return "[]"
        case cst.Integer() as length:
            return f"[{length.value}]"
        case cst.Tuple(elements=elements) | cst.List(elements=elements) if all(
            isinstance(each, cst.Element) for each in elements
        ):
            return f"[{', '.join(tree.code(each.value) for each in elements)}]"
        case cst.Attribute(attr=cst.Name(value="shape")) as shape:
            return tree.code(shape)
    return None  # a name may hold a number or a tuple


def _numbers(tree: Tree, given: Mapping[str, cst.BaseExpression]) -> list[str]:
    """Bounds, or mean and deviation, where they are not what both sides have by default."""
    first, second = ("low", "high") if "low" in given or "high" in given else ("loc", "scale")
    low = tree.code(given[first]) if first in given else "0.0"
    if second in given:
        return [low, tree.code(given[second])]
    return [] if first not in given else [low, "1.0"] if first == "low" else [low]


def _bounds(tree: Tree, given: Mapping[str, cst.BaseExpression], name: str) -> list[str] | None:
    """The bounds of whole numbers; TensorFlow never draws the upper one."""
    if "low" not in given:
        return None
    if "high" not in given:
        return ["0", tree.code(given["low"])]
    high = given["high"]
    text = tree.code(high)
    if name == INCLUSIVE:
        is_atom = isinstance(high, (cst.Name, cst.Attribute, cst.Call, cst.Subscript))
        text = str(int(text, 0) + 1) if isinstance(high, cst.Integer) else f"{text if is_atom else f'({text})'} + 1"
    return [tree.code(given["low"]), text]


def _takes_integer(tree: Tree, call: cst.Call) -> bool:
    """Whether the number is only compared or given to TensorFlow: an integer tensor times a float raises."""
    places: list[cst.CSTNode] = [call]
    statement = parent(tree, call)
    if isinstance(statement, cst.Assign):
        names = [target.target.value for target in statement.targets if isinstance(target.target, cst.Name)]
        if len(names) != len(statement.targets):
            return False
        places = [load for name in names for load in loads_of_binding(tree, statement, name)]
    return all(_takes_integer_here(tree, place) for place in places)


def _takes_integer_here(tree: Tree, place: cst.CSTNode) -> bool:
    holder = parent(tree, place)
    if isinstance(holder, cst.Arg):
        taker = parent(tree, holder)
        return isinstance(taker, cst.Call) and (full_name(tree, taker.func) or "").startswith("tensorflow.")
    return isinstance(holder, (cst.Comparison, cst.ComparisonTarget))
