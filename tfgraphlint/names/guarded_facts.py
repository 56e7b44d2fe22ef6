"""Facts of the interpreter about what this version lacks, less those that the file reckons with."""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator
from functools import cache

import libcst as cst

from tfgraphlint.facts.common import Fact, Place
from tfgraphlint.facts.keras import LostMember, RefusedArgument
from tfgraphlint.libraries.tables import meant
from tfgraphlint.names.import_scopes import Scopes
from tfgraphlint.names.version_guards import OF_ARGUMENTS, OF_NAMES, Guards, Signs
from tfgraphlint.names.version_values import VersionValues, releases
from tfgraphlint.syntax import newer_python
from tfgraphlint.syntax.ast_names import span_of_node
from tfgraphlint.syntax.ast_walk import walk
from tfgraphlint.syntax.conventional_names import import_them, taken_for_libraries
from tfgraphlint.syntax.text import rows_of
from tfgraphlint.syntax.tree import Tree


def unguarded(facts: Iterable[Fact]) -> Iterator[Fact]:
    """The facts without the lost members and refused arguments that a guard covers, at the place itself or at a call
    that led there."""
    guards = cache(_File)  # a tree is equal to itself only
    for fact in facts:
        if not isinstance(fact, LostMember | RefusedArgument) or not any(
            guards(place.tree, OF_ARGUMENTS if isinstance(fact, RefusedArgument) else OF_NAMES).covers(place)
            for place in (fact.place, *fact.calls)
        ):
            yield fact


class _File:
    """The guards of one file, by where attributes and names end: both parsers agree on that."""

    def __init__(self, tree: Tree, signs: Signs) -> None:
        module = newer_python.parse(tree.text)
        lines = rows_of(tree.text)
        import_them(module, taken_for_libraries(tree.text))
        guards = Guards(module, VersionValues(module, Scopes(module), releases(meant())), signs)
        self._covered = {
            span_of_node(node, "", lines).end for node in walk(module)
            if isinstance(node, (ast.Attribute, ast.Name)) and guards.covers(node)
        }  # fmt: skip

    def covers(self, place: Place) -> bool:
        node = place.node.func if isinstance(place.node, cst.Call) else place.node
        return place.tree.span(node).end in self._covered
