"""Which functions are worth running as roots: those that name something a fact can come from, or one that does."""

from __future__ import annotations

import libcst as cst

from tfgraphlint.screen import TRIGGERS
from tfgraphlint.tree import Tree, children_of

COMPILE = "compile"


class Telling:
    """The functions of a file from which a fact can come, by the names that their bodies mention.

    A function tells if it names a trigger (``GradientTape``, ``compile``, …), or a function, method or class of the
    file that tells.
    """

    def __init__(self, tree: Tree) -> None:
        self._words: dict[cst.CSTNode, set[str]] = {}
        self._names: dict[cst.CSTNode, str] = {}
        self._collect(tree.module, [])
        self._telling = self._closure()

    def tells(self, definition: cst.CSTNode) -> bool:
        """Whether running this function can yield a fact."""
        return definition in self._telling or definition not in self._words

    def _collect(self, node: cst.CSTNode, around: list[set[str]]) -> None:
        if isinstance(node, (cst.FunctionDef, cst.ClassDef)):
            words: set[str] = set()
            self._words[node] = words
            self._names[node] = node.name.value
            around = [*around, words]
        elif isinstance(node, cst.Name):
            for words in around:
                words.add(node.value)
            return
        for child in children_of(node):
            self._collect(child, around)

    def _closure(self) -> set[cst.CSTNode]:
        hot = set(TRIGGERS) | {COMPILE}
        telling: set[cst.CSTNode] = set()
        changed = True
        while changed:
            changed = False
            for node, words in self._words.items():
                if node not in telling and words & hot:
                    telling.add(node)
                    hot.add(self._names[node])
                    changed = True
        return telling
