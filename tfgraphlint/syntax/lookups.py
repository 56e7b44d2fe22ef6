"""Where a name or an attribute stands in a piece of code: found in one walk, however often it is asked.

A fix asks this for each report. To walk through the file anew each time takes four times as long for twice the file.
"""

from __future__ import annotations

from collections.abc import Sequence

import libcst as cst

from tfgraphlint.syntax.tree import Tree, children_of, nodes_in, once_per_node


def names_called(tree: Tree, home: cst.CSTNode, name: str) -> Sequence[cst.Name]:
    """All places in ``home`` where a name stands, also as an attribute or a keyword, in the order of the text."""
    return _names(tree, home).get(name, ())


@once_per_node
def _names(tree: Tree, home: cst.CSTNode) -> dict[str, list[cst.Name]]:
    found: dict[str, list[cst.Name]] = {}
    for node in nodes_in(home):
        if isinstance(node, cst.Name):
            found.setdefault(node.value, []).append(node)
    return found


def attributes_called(tree: Tree, home: cst.CSTNode, name: str) -> Sequence[cst.Attribute]:
    """All attributes of this name in ``home``, whatever they are attributes of."""
    return _attributes(tree, home).get(name, ())


@once_per_node
def _attributes(tree: Tree, home: cst.CSTNode) -> dict[str, list[cst.Attribute]]:
    found: dict[str, list[cst.Attribute]] = {}
    for node in nodes_in(home):
        if isinstance(node, cst.Attribute):
            found.setdefault(node.attr.value, []).append(node)
    return found


@once_per_node
def mentioned(tree: Tree, node: cst.CSTNode) -> frozenset[str]:
    """The words of all names within ``node``."""
    return frozenset(each.value for each in nodes_in(node) if isinstance(each, cst.Name))


@once_per_node
def statements_by_word(tree: Tree, block: cst.CSTNode) -> dict[str, list[int]]:
    """Which statements of a block mention a word, by their numbers."""
    found: dict[str, list[int]] = {}
    for number, statement in enumerate(block.body):  # type: ignore[attr-defined]
        for word in mentioned(tree, statement):
            found.setdefault(word, []).append(number)
    return found


def number_in_block(tree: Tree, block: cst.CSTNode, statement: cst.CSTNode) -> int:
    """Which statement of its block a statement is."""
    return _numbers(tree, block)[statement]


@once_per_node
def _numbers(tree: Tree, block: cst.CSTNode) -> dict[cst.CSTNode, int]:
    return {each: number for number, each in enumerate(block.body)}  # type: ignore[attr-defined]


@once_per_node
def functions_by_name(tree: Tree, block: cst.CSTNode) -> dict[str, cst.FunctionDef]:
    """The functions that stand in a block itself; of several of one name the first."""
    found: dict[str, cst.FunctionDef] = {}
    for statement in block.body:  # type: ignore[attr-defined]
        if isinstance(statement, cst.FunctionDef):
            found.setdefault(statement.name.value, statement)
    return found


@once_per_node
def calls_by_word(tree: Tree, home: cst.CSTNode) -> dict[tuple[str, bool], list[cst.Call]]:
    """The calls in ``home`` by the word that is called, and whether that is an attribute."""
    found: dict[tuple[str, bool], list[cst.Call]] = {}
    pending: list[cst.CSTNode] = [home]
    while pending:
        node = pending.pop()
        match node:
            case cst.Call(func=cst.Name(value=word)):
                found.setdefault((word, False), []).append(node)
            case cst.Call(func=cst.Attribute(attr=cst.Name(value=word))):
                found.setdefault((word, True), []).append(node)
        pending += children_of(node)
    return found
