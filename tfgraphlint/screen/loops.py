"""What loops call again and again: functions made anew, and traced functions with other numbers each time."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from typing import Union

from tfgraphlint.screen.expressions import arguments_of, targets_in
from tfgraphlint.syntax.ast_names import last_name, words_in
from tfgraphlint.syntax.ast_walk import walk

Loop = Union[ast.For, ast.AsyncFor, ast.While]
Comprehension = Union[ast.ListComp, ast.SetComp, ast.DictComp, ast.GeneratorExp]


def called_anew(loop: Loop | Comprehension) -> Iterator[str]:
    """Names that a loop calls with numbers of its own, and ``function`` where it makes functions."""
    counters = _counters(loop)
    for node in walk(loop):
        if isinstance(node, ast.Call):
            makes = isinstance(node.func, ast.Call) or last_name(node.func) == "function"
            if makes or any(not counters.isdisjoint(words_in(value)) for value in arguments_of(node)):
                yield last_name(node.func)
        elif isinstance(node, ast.FunctionDef) and any(last_name(one) == "function" for one in node.decorator_list):
            yield "function"


def _counters(loop: Loop | Comprehension) -> set[str]:
    """Names that hold another Python number or list in each turn of a loop."""
    found = {each.id for target in _counting_targets(loop) for each in targets_in(target) if isinstance(each, ast.Name)}
    for node in walk(loop):
        if isinstance(node, ast.AugAssign):
            found.add(last_name(node.target))
        elif isinstance(node, ast.Assign) and _is_python_value(node.value):
            found |= {last_name(target) for target in node.targets}
    return found


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
