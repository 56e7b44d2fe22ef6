"""What running a file reaches, by CPython's tree alone."""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator
from pathlib import Path

from tfgraphlint.project.files import holds_tests
from tfgraphlint.syntax.ast_names import last_name

DEFINITIONS = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)


def reached_by_running(tree: ast.Module, called: Iterable[str] = ()) -> Iterator[ast.AST]:
    """The nodes at the top level, and those in the functions and classes of the file that are named there.

    ``called`` are more functions and classes that run: tests, and what the project's commands call.
    """
    bodies = {node.name: node for node in tree.body if isinstance(node, DEFINITIONS)}
    pending: list[ast.AST] = [node for node in tree.body if not isinstance(node, DEFINITIONS)]
    pending += [bodies.pop(name) for name in called if name in bodies]
    while pending:
        for node in ast.walk(pending.pop()):
            yield node
            if isinstance(node, ast.Name) and node.id in bodies:
                pending.append(bodies.pop(node.id))


def does_something(tree: ast.Module) -> bool:
    """Whether anything at the top level may call something: more than imports, definitions and constants."""
    return any(
        isinstance(each, ast.Call)
        for node in tree.body
        if not isinstance(node, (*DEFINITIONS, ast.Import, ast.ImportFrom))
        for each in ast.walk(node)
    )


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
