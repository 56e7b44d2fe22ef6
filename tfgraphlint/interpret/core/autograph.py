"""Which code AutoGraph converts, so that conditions and loops may be over tensors, and which it leaves to Python."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Literal

import libcst as cst

from tfgraphlint.facts.common import Mode
from tfgraphlint.interpret.core.machine import Machine
from tfgraphlint.interpret.core.scopes import Frame, Function, chosen
from tfgraphlint.syntax.tree import Tree, children_of, once_per_node

# Decorators whose function TensorFlow calls as it is written.
WRAPPED = {
    "property": "properties", "cached_property": "properties", "custom_gradient": "what `tf.custom_gradient` wraps",
    "recompute_grad": "what `tf.recompute_grad` wraps", "contextmanager": "context managers",
}
ConstructKind = Literal["if", "loop", "try"]


@dataclass(frozen=True)
class Construct:
    """A statement around what runs. ``tensor``: whether a tensor decides it; None where that is not known. ``certain``:
    its condition has a value that is known."""

    node: cst.CSTNode
    kind: ConstructKind
    tensor: bool | None
    certain: bool = False

    @property
    def always(self) -> bool:
        """Whether each trace of a condition runs this branch: a tensor decides later, or literals have decided."""
        return self.tensor is True or isinstance(self.node, cst.If) and not _names(self.node.test)


def _names(node: cst.CSTNode) -> bool:
    """Whether an expression depends on anything but literals."""
    if isinstance(node, cst.Name):
        return node.value not in ("True", "False", "None")
    return any(map(_names, children_of(node)))


def is_converted(m: Machine) -> bool:
    """Whether the running code was converted: certainly part of a graph, and AutoGraph has seen it."""
    return m.mode is Mode.GRAPH and _frame_is_converted(m.frame)


def _frame_is_converted(frame: Frame) -> bool:
    if frame.converted is None:
        frame.converted = _decide(frame)
    return frame.converted


def _decide(frame: Frame) -> bool:
    function = frame.function
    if function is None or not frame.autograph:
        return False
    within = frame.parent is not None and _frame_is_converted(frame.parent)
    if within and isinstance(function.definition, cst.Lambda):
        return True  # what stands in converted code was converted with it
    if refusal(function):
        return False
    if within or frame.via:
        return True
    if frame.via is False or _is_called_by_python(function):
        return False
    return frame.caller is not None and _frame_is_converted(frame.caller)


def _is_called_by_python(function: Function) -> bool:
    """Whether Python or a wrapper calls it where it is used: properties, operators, constructors."""
    return function.wrapper in WRAPPED or _is_special(function.name)


def _is_special(name: str) -> bool:
    return name.startswith("__") and name.endswith("__") and name != "__call__"


def is_left_alone(m: Machine) -> bool:
    """Whether the running code certainly was not converted."""
    if is_converted(m):
        return False
    frame: Frame | None = m.frame
    while frame is not None:
        if frame.via and not frame.autograph:
            return False  # whether ``tf.map_fn`` converts below Keras depends on who calls Keras
        frame = frame.caller
    return True


def left_alone(m: Machine) -> str:
    """Why AutoGraph does not convert the running code, in words; empty where it does."""
    if is_converted(m):
        return ""
    if not m.frame.autograph:
        return "Keras applies no AutoGraph here" if m.running.by.startswith("keras.") else "AutoGraph is off here"
    frame: Frame | None = m.frame
    while frame is not None and frame.function is not None:
        function = frame.function
        why = refusal(function) or WRAPPED.get(function.wrapper or "", "")
        if not why and _is_special(function.name):
            why = "constructors" if function.name == "__init__" else f"`{function.name}`"
        if not why and frame.via is False:
            if function.owner is not None:
                return f"Keras applies no AutoGraph to `{function.name}`"
            why = "library callbacks"
        if why:
            return f"AutoGraph does not convert {why}"
        frame = frame.caller
    return "AutoGraph does not convert this code"


def refusal(function: Function) -> str:
    """What makes AutoGraph give up on a whole function; empty where it does not."""
    return _refusal(function.scope.tree, function.definition)


@once_per_node
def _refusal(tree: Tree, definition: cst.FunctionDef | cst.Lambda) -> str:
    if isinstance(definition, cst.Lambda):
        return "lambdas that share a line" if _shares_line(tree, definition) else ""
    return next((REFUSED[kind] for kind in _statements(definition) if kind in REFUSED), "")


REFUSED = {"yield": "generators", ":=": "functions with `:=`", "else": "functions with the `else` of a loop"}


def _statements(definition: cst.CSTNode) -> Iterator[str]:
    stack: list[cst.CSTNode] = children_of(definition)
    while stack:
        node = stack.pop()
        if isinstance(node, cst.Yield):
            yield "yield"
        elif isinstance(node, cst.NamedExpr):
            yield ":="
        elif isinstance(node, (cst.For, cst.While)) and node.orelse is not None:
            yield "else"
        if not isinstance(node, (cst.FunctionDef, cst.Lambda, cst.ClassDef)):
            stack.extend(children_of(node))


def _shares_line(tree: Tree, definition: cst.Lambda) -> bool:
    """Whether another lambda with the same parameters stands on the line: AutoGraph cannot tell them apart."""
    row, names = tree.span(definition).start.row, _parameters(definition)
    stack: list[cst.CSTNode] = [tree.module]
    while stack:
        node = stack.pop()
        if isinstance(node, cst.Lambda) and node is not definition and _parameters(node) == names:
            if tree.span(node).start.row == row:
                return True
        stack.extend(children_of(node))
    return False


def _parameters(definition: cst.Lambda) -> list[str]:
    return [param.name.value for param in (*definition.params.params, *definition.params.kwonly_params)]


@contextmanager
def inside(
    m: Machine, node: cst.CSTNode, kind: ConstructKind, tensor: bool | None, certain: bool = False
) -> Iterator[None]:
    """Around the body of a condition, a loop or a ``try``."""
    chosen(m.frame, tensor)
    m.frame.around.append(Construct(node, kind, tensor, certain))
    frame = m.frame
    try:
        yield
    finally:
        frame.around.pop()
