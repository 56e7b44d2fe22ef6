"""Generators: what they yield, and context managers made of them."""

from __future__ import annotations

from collections.abc import Callable

import libcst as cst

from tfgraphlint.interpret.core.arguments import Arguments
from tfgraphlint.interpret.core.joins import join
from tfgraphlint.interpret.core.machine import Machine
from tfgraphlint.interpret.core.objects import GeneratorManager
from tfgraphlint.interpret.core.provenance import Kind
from tfgraphlint.interpret.core.scopes import Frame, Function
from tfgraphlint.interpret.core.store import State
from tfgraphlint.interpret.core.value import Value
from tfgraphlint.interpret.core.values import Items, Spread, sequence
from tfgraphlint.interpret.python.functions import enter
from tfgraphlint.syntax.tree import Tree, children_of, once_per_node


@once_per_node
def is_generator(tree: Tree, definition: cst.FunctionDef | cst.Lambda) -> bool:
    """Whether the body yields (in the function itself, not in one nested in it)."""
    return "yield" in tree.text and _yields(definition)


def _yields(definition: cst.CSTNode) -> bool:
    stack: list[cst.CSTNode] = children_of(definition)
    while stack:
        node = stack.pop()
        if isinstance(node, cst.Yield):
            return True
        if not isinstance(node, (cst.FunctionDef, cst.Lambda, cst.ClassDef)):
            stack.extend(children_of(node))
    return False


def generator(m: Machine, function: Function, args: Arguments, node: cst.CSTNode) -> Value:
    """A call of a generator function: a list of what it yields, run at once."""
    if function.wrapper == "contextmanager":
        state: State = {GeneratorManager.function: function, GeneratorManager.arguments: args}
        return GeneratorManager("contextlib.contextmanager", m.leaf(Kind.OPAQUE, node), state)
    found: list[Value] = []
    enter(m, function, args, node, found.append)
    return Items("generator", {Items.items: Spread(join(found))}) if found else sequence("generator", ())


def run_to_yield(m: Machine, manager: GeneratorManager, at_yield: Callable[[Value], None]) -> None:
    """Run a ``@contextmanager`` function; ``at_yield`` runs the body of the ``with``."""
    function, args = manager.function, manager.arguments
    place = manager.node.place
    assert function is not None and args is not None and place is not None
    enter(m, function, args, place.node, at_yield)


def yielded(m: Machine, value: Value) -> None:
    """The running function yields ``value``."""
    frame: Frame | None = m.frame
    while frame is not None and frame.on_yield is None:
        frame = frame.parent if frame.function is m.frame.function else None
    if frame is not None and frame.on_yield is not None:
        frame.on_yield(value)
