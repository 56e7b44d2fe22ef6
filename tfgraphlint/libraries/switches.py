"""Calls that switch how a whole program runs: eager execution off, functions run eagerly."""

from __future__ import annotations

from tfgraphlint.facts import Mode
from tfgraphlint.tree import Tree

OFF = ("disable_eager_execution", "disable_v2_behavior")


def module_mode(tree: Tree) -> Mode:
    """The mode of a module's top level before anything ran: eager, unless the file switches it off."""
    return Mode.UNKNOWN if any(word in tree.text for word in OFF) else Mode.EAGER
