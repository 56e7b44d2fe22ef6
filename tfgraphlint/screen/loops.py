"""What loops call again and again: functions made anew, and traced functions with other numbers each time."""

from __future__ import annotations

import ast
import sys
from collections.abc import Iterator
from typing import NamedTuple, Union

from tfgraphlint.screen.expressions import arguments_of, targets_in
from tfgraphlint.syntax.ast_names import last_name
from tfgraphlint.syntax.ast_walk import children, walk

Loop = Union[ast.For, ast.AsyncFor, ast.While]
Comprehension = Union[ast.ListComp, ast.SetComp, ast.DictComp, ast.GeneratorExp]


Loops = (ast.For, ast.AsyncFor, ast.While, ast.ListComp, ast.SetComp, ast.DictComp, ast.GeneratorExp)
FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda, ast.ClassDef)
NOWHERE = sys.maxsize


def called_anew(loop: Loop | Comprehension, seen: set[ast.AST]) -> Iterator[str]:
    """Names that a loop calls with numbers of its own, and ``function`` where it makes functions.

    Loops within it, of the same function, are looked at as well, and join ``seen``: nothing more is said of them.
    """
    if loop in seen:
        return
    visits = _visits(loop)
    seen.update(visit.node for visit in visits if visit.begins)
    depths = _counters_within(visits)
    for visit in visits:
        node = visit.node
        if isinstance(node, ast.Call):
            makes = isinstance(node.func, ast.Call) or last_name(node.func) == "function"
            if makes or any(depths[value] <= visit.depth for value in arguments_of(node)):
                yield last_name(node.func)
        elif isinstance(node, ast.FunctionDef) and any(last_name(one) == "function" for one in node.decorator_list):
            yield "function"


class _Visit(NamedTuple):
    """A node in a loop, how many loops are around it, and by what names the loops count: with which loop that began."""

    node: ast.AST
    parent: ast.AST | None
    depth: int
    counters: dict[str, int]
    begins: bool = False  # a loop of the same function
    inside: bool = False  # a function of its own


def _visits(loop: Loop | Comprehension) -> list[_Visit]:
    """All nodes of a loop, those above before those below."""
    names = (_assigned(loop) | _counting(loop)) - {""}
    found = [_Visit(loop, None, 1, dict.fromkeys(names, 1), begins=True)]
    for node, _, depth, counters, _, inside in found:  # grows while it is read
        inside = inside or isinstance(node, FUNCTIONS)
        for child in children(node):
            if isinstance(child, Loops) and not inside:
                known = {**dict.fromkeys(_counting(child), depth + 1), **counters}
                found.append(_Visit(child, node, depth + 1, known, begins=True))
            else:
                found.append(_Visit(child, node, depth, counters, inside=inside))
    return found


def _counters_within(visits: list[_Visit]) -> dict[ast.AST, int]:
    """For each node the outermost loop that counts by a word that stands in it."""
    depths: dict[ast.AST, int] = {}
    for node, parent, _, counters, *_ in reversed(visits):
        depth = min(depths.get(node, NOWHERE), counters.get(_word(node), NOWHERE))
        depths[node] = depth
        if parent is not None and depth < depths.get(parent, NOWHERE):
            depths[parent] = depth
    return depths


def _word(node: ast.AST) -> str:
    """The name, attribute or text that ``node`` is."""
    match node:
        case ast.Name(id=word) | ast.Attribute(attr=word) | ast.Constant(value=str(word)):
            return word
    return ""


def _assigned(loop: Loop | Comprehension) -> set[str]:
    """Names that are given another Python number or list in each turn of a loop."""
    found = set()
    for node in walk(loop):
        if isinstance(node, ast.AugAssign):
            found.add(last_name(node.target))
        elif isinstance(node, ast.Assign) and _is_python_value(node.value):
            found |= {last_name(target) for target in node.targets}
    return found


def _counting(loop: Loop | Comprehension) -> set[str]:
    """Names that count the turns of a loop."""
    return {each.id for target in _counting_targets(loop) for each in targets_in(target) if isinstance(each, ast.Name)}


def _counting_targets(loop: Loop | Comprehension) -> list[ast.expr]:
    """What is given a number in each turn."""
    if isinstance(loop, ast.While):
        return []
    walks = [loop] if isinstance(loop, (ast.For, ast.AsyncFor)) else loop.generators
    return [walk.target for walk in walks if _counts(walk.iter)]


def _counts(values: ast.expr) -> bool:
    return isinstance(values, (ast.List, ast.Tuple)) or last_name(values) in (
        "range", "enumerate", "arange", "linspace",
    )  # fmt: skip


def _is_python_value(value: ast.expr) -> bool:
    return isinstance(value, (ast.Constant, ast.List, ast.ListComp, ast.BinOp)) or last_name(value) in (
        "len", "int", "float", "round", "max", "min", "str",
    )  # fmt: skip
