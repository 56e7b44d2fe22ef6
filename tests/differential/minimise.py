"""Makes a program smaller while what is wrong with it stays."""

from __future__ import annotations

import ast
import copy
from collections.abc import Callable, Iterator
from functools import partial

MAX_TRIALS = 250


def minimise(text: str, stays: Callable[[str], bool], trials: int = MAX_TRIALS) -> str:
    """The text without the statements, wrappers and operations that do not matter."""
    best = ast.unparse(ast.parse(text))
    if not stays(best):
        return text
    changed = True
    while changed and trials > 0:
        changed = False
        for index in range(_count(best)):
            smaller = _edited(best, index)
            if smaller is None or smaller == best or len(smaller) > len(best):
                continue
            trials -= 1
            if trials <= 0:
                break
            if stays(smaller):
                best, changed = smaller, True
                break
    return best


def _count(text: str) -> int:
    return sum(1 for _ in _edits(ast.parse(text)))


def _edited(text: str, index: int) -> str | None:
    tree = ast.parse(text)
    for number, edit in enumerate(_edits(tree)):
        if number == index:
            edit()
            try:
                edited = ast.unparse(ast.fix_missing_locations(copy.deepcopy(tree)))
                ast.parse(edited)
            except (SyntaxError, ValueError):
                return None
            return edited
    return None


def _edits(tree: ast.Module) -> Iterator[Callable[[], None]]:
    """Statements away, from the last one on; then blocks opened; then operations replaced by an operand."""
    bodies = [body for node in ast.walk(tree) for body in _bodies(node)]
    for body in bodies:
        for index in reversed(range(len(body))):
            yield partial(_drop, body, index)
    for body in bodies:
        for index, statement in enumerate(body):
            if isinstance(statement, (ast.If, ast.For, ast.While, ast.Try)):
                yield partial(_open, body, index)
    for node in ast.walk(tree):
        for name, value in ast.iter_fields(node):
            if isinstance(value, ast.expr):
                for part in _parts(value):
                    yield partial(setattr, node, name, part)
            elif isinstance(value, list):
                for index, item in enumerate(value):
                    if isinstance(item, ast.expr):
                        for part in _parts(item):
                            yield partial(value.__setitem__, index, part)


def _bodies(node: ast.AST) -> list[list[ast.stmt]]:
    return [
        body for name in ("body", "orelse", "finalbody") if isinstance(body := getattr(node, name, None), list) and body
    ]


def _drop(body: list[ast.stmt], index: int) -> None:
    del body[index]
    if not body:
        body.append(ast.Pass())


def _open(body: list[ast.stmt], index: int) -> None:
    statement = body[index]
    body[index : index + 1] = statement.body  # type: ignore[attr-defined]


def _parts(value: ast.expr) -> list[ast.expr]:
    if isinstance(value, ast.BinOp):
        return [value.left, value.right]
    if isinstance(value, ast.UnaryOp):
        return [value.operand]
    if isinstance(value, ast.Call):
        attribute = value.func.attr if isinstance(value.func, ast.Attribute) else ""
        if attribute in ("gradient", "jacobian", "GradientTape"):
            return []
        return [argument for argument in value.args if not isinstance(argument, ast.Starred)]
    if isinstance(value, ast.Subscript):
        return [value.value]
    if isinstance(value, ast.IfExp):
        return [value.body, value.orelse]
    return []
