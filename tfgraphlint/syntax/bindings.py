"""Which names a piece of code binds, by its syntax."""

from __future__ import annotations

from collections.abc import Iterator

import libcst as cst

from tfgraphlint.syntax.tree import children_of


def parameters(definition: cst.FunctionDef | cst.Lambda) -> list[cst.Param]:
    """Positional parameters and those that are keywords only."""
    params = definition.params
    return [*params.posonly_params, *params.params, *params.kwonly_params]


def binds(node: cst.CSTNode) -> Iterator[str]:
    """The names that a node binds itself, whatever those within it bind."""
    match node:
        case cst.Param(name=name):
            yield name.value
        case cst.AssignTarget(target=target) | cst.AnnAssign(target=target) | cst.AugAssign(target=target):
            yield from names_in(target)
        case cst.For(target=target) | cst.CompFor(target=target) | cst.NamedExpr(target=target):
            yield from names_in(target)
        case cst.AsName(name=target):
            yield from names_in(target)


def bound_in(node: cst.CSTNode) -> Iterator[str]:
    """The names that a function, lambda, comprehension or statement binds."""
    yield from binds(node)
    for child in children_of(node):
        if isinstance(child, cst.FunctionDef | cst.ClassDef):
            yield child.name.value
        elif not isinstance(child, cst.Lambda):
            yield from bound_in(child)


def names_in(target: cst.BaseExpression) -> Iterator[str]:
    """The names in the target of an assignment."""
    match target:
        case cst.Name(value=value):
            yield value
        case cst.Tuple(elements=elements) | cst.List(elements=elements):
            for element in elements:
                yield from names_in(element.value)
