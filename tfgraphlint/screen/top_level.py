"""What running a file reaches, by CPython's tree alone."""

from __future__ import annotations

import ast
from collections.abc import Iterator

DEFINITIONS = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)


def reached_by_running(tree: ast.Module) -> Iterator[ast.AST]:
    """The nodes at the top level, and those in the functions and classes of the file that are named there."""
    bodies = {node.name: node for node in tree.body if isinstance(node, DEFINITIONS)}
    pending: list[ast.AST] = [node for node in tree.body if not isinstance(node, DEFINITIONS)]
    while pending:
        for node in ast.walk(pending.pop()):
            yield node
            if isinstance(node, ast.Name) and node.id in bodies:
                pending.append(bodies.pop(node.id))
