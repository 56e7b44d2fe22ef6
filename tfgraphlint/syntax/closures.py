"""What functions take from around them, by their syntax."""

from __future__ import annotations

import libcst as cst

from tfgraphlint.syntax.bindings import names_in, parameters
from tfgraphlint.syntax.tree import children_of


def names_from_outside(definition: cst.FunctionDef | cst.Lambda) -> set[str]:
    """The names that a function reads and does not bind itself."""
    found: set[str] = set()
    bound = {param.name.value for param in parameters(definition)}
    stack: list[cst.CSTNode] = [definition.body]
    while stack:
        node = stack.pop()
        if isinstance(node, cst.Name):
            found.add(node.value)
        elif isinstance(node, (cst.AssignTarget, cst.AugAssign, cst.For, cst.CompFor, cst.NamedExpr)):
            bound |= set(names_in(node.target))
        elif isinstance(node, cst.AsName):
            bound |= set(names_in(node.name))
        elif isinstance(node, (cst.FunctionDef, cst.Lambda)):
            bound |= {param.name.value for param in parameters(node)}
        stack.extend([node.value] if isinstance(node, (cst.Attribute, cst.Arg)) else children_of(node))
    return found - bound


def read_by_functions_in(statement: cst.CSTNode) -> set[str]:
    """The names that functions defined with ``def`` in a statement read from outside."""
    if isinstance(statement, cst.FunctionDef):
        return names_from_outside(statement)
    if isinstance(statement, (cst.BaseExpression, cst.ClassDef)):
        return set()
    return {name for child in children_of(statement) for name in read_by_functions_in(child)}
