"""What running a file reaches, by CPython's tree alone."""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator
from pathlib import Path

from tfgraphlint.project.files import holds_tests
from tfgraphlint.syntax.ast_names import last_name
from tfgraphlint.syntax.ast_walk import walk

DEFINITIONS = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)

_PASSIVE = (
    ast.Assign, ast.AnnAssign, ast.Expr, ast.Name, ast.Attribute, ast.Constant, ast.Subscript, ast.Tuple, ast.List,
    ast.Dict, ast.Slice, ast.expr_context, ast.Import, ast.ImportFrom, ast.alias, ast.Pass,
)  # fmt: skip


def reached_by_running(tree: ast.Module, called: Iterable[str] = ()) -> Iterator[ast.AST]:
    """The nodes at the top level of what does something, and those of the functions and classes that are named there.

    ``called`` are more functions and classes that run: tests, and what the project's commands call.
    """
    bodies: dict[str, list[ast.AST]] = {}
    pending: list[ast.AST] = []
    for node in tree.body:
        if isinstance(node, DEFINITIONS):
            bodies.setdefault(node.name, []).append(node)
        elif _does_something(node):
            pending.append(node)
        elif isinstance(node, ast.Assign):
            for target in (each for each in node.targets if isinstance(each, ast.Name)):
                bodies.setdefault(target.id, []).append(node)
    for name in called:
        pending += bodies.pop(name, ())
    while pending:
        for reached in walk(pending.pop()):
            yield reached
            if isinstance(reached, ast.Name) and reached.id in bodies:
                pending += bodies.pop(reached.id)


def does_something(tree: ast.Module) -> bool:
    """Whether anything at the top level may call something: more than imports, definitions and constants."""
    return any(
        _does_something(node) for node in tree.body if not isinstance(node, (*DEFINITIONS, ast.Import, ast.ImportFrom))
    )


def _does_something(statement: ast.stmt) -> bool:
    """Whether a statement does more than to give names and constants another name: ``Numbers = Union[int, float]``."""
    return not all(isinstance(node, _PASSIVE) for node in walk(statement))


def tests_in(tree: ast.Module, text: str, file: Path) -> frozenset[str]:
    """The functions and classes of a file that pytest or unittest runs, by name."""
    if not holds_tests(text, file):
        return frozenset()
    return frozenset(
        node.name for node in tree.body
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)) and node.name.startswith("test")
        or isinstance(node, ast.ClassDef) and is_test_class(node.name, map(last_name, node.bases))
    )  # fmt: skip


def is_test_class(name: str, bases: Iterable[str]) -> bool:
    """Whether a class of this name, with bases of these names, holds tests."""
    return name.startswith("Test") or any(base.endswith(("TestCase", "Test")) for base in bases)
