"""Who holds whom in a tree: asked only by fixes, so computed only for files with findings."""

from __future__ import annotations

from collections.abc import Iterator
from weakref import WeakKeyDictionary

import libcst as cst

from tfgraphlint.syntax.tree import Tree

Statement = cst.BaseSmallStatement | cst.BaseCompoundStatement
Scope = cst.FunctionDef | cst.Lambda | cst.ClassDef

_PARENTS: WeakKeyDictionary[Tree, dict[cst.CSTNode, cst.CSTNode]] = WeakKeyDictionary()


def parent(tree: Tree, node: cst.CSTNode) -> cst.CSTNode | None:
    """The node that holds ``node``; None for the module."""
    if tree not in _PARENTS:
        _PARENTS[tree] = dict(_pairs(tree.module))
    return _PARENTS[tree].get(node)


def _pairs(module: cst.Module) -> Iterator[tuple[cst.CSTNode, cst.CSTNode]]:
    pending: list[cst.CSTNode] = [module]
    while pending:
        node = pending.pop()
        for child in node.children:
            yield child, node
            pending.append(child)


def ancestors(tree: Tree, node: cst.CSTNode) -> Iterator[cst.CSTNode]:
    """What holds ``node``, from the inside out, the module last."""
    above = parent(tree, node)
    while above is not None:
        yield above
        above = parent(tree, above)


def statement_of(tree: Tree, node: cst.CSTNode) -> Statement:
    """The innermost statement that ``node`` is or belongs to. An ``elif`` belongs to its ``if``.

    Raises:
        LookupError: it belongs to none, being the module or a space in it.
    """
    for above in (node, *ancestors(tree, node)):
        if isinstance(above, Statement) and not _is_elif(tree, above):
            return above
    raise LookupError("the node belongs to no statement")


def _is_elif(tree: Tree, statement: cst.CSTNode) -> bool:
    holder = parent(tree, statement)
    return isinstance(statement, cst.If) and isinstance(holder, cst.If) and holder.orelse is statement


def scopes_of(tree: Tree, node: cst.CSTNode) -> list[Scope]:
    """The functions and classes around ``node``, from the inside out."""
    return [above for above in ancestors(tree, node) if isinstance(above, Scope)]
