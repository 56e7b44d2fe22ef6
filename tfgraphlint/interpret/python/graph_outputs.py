"""What AutoGraph gives back from a condition or loop of the graph: tensors, also where numbers of Python went in."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import libcst as cst

from tfgraphlint.interpret.core.machine import Machine
from tfgraphlint.interpret.core.operands import dtype_of
from tfgraphlint.interpret.core.provenance import Kind, join_nodes
from tfgraphlint.interpret.core.value import Const, Value
from tfgraphlint.interpret.core.values import ANY, Host, Tensor
from tfgraphlint.syntax.bindings import binds
from tfgraphlint.syntax.tree import children_of


def give_back(m: Machine, node: cst.If | cst.For | cst.While) -> None:
    """Make tensors of the numbers in names that the statement assigns: it has run, and a tensor has decided it.

    ``scale = 1.0`` is one after ``if tf.reduce_sum(x) > 0: scale = 2.0``, whichever branch the graph takes.
    """
    names = m.frame.names
    for name in dict.fromkeys(_assigned(node)):
        value = names.get(name)
        made = _output(m, node, m.each(value)) if isinstance(value, Value) else None
        if made is not None:
            m.store.write(names, name, made)


def _assigned(node: cst.CSTNode) -> Iterator[str]:
    """The names that a statement assigns, as AutoGraph looks for them: not those of functions or comprehensions."""
    yield from binds(node)
    for child in children_of(node):
        if not isinstance(child, (cst.FunctionDef, cst.ClassDef, cst.BaseExpression)):
            yield from _assigned(child)


def _output(m: Machine, node: cst.CSTNode, options: Sequence[Value]) -> Tensor | None:
    """The tensor that a name holds which had one of these values; None where it is one already, or nobody knows."""
    if not all(map(_is_taken, options)) or all(isinstance(option, Tensor) for option in options):
        return None
    kinds = {dtype_of(option) for option in options}
    nodes = [option.node for option in options if isinstance(option, Tensor)]
    nodes.append(m.leaf(Kind.CONSTANT, node))
    is_scalar = all(isinstance(option, Const) for option in options)
    return m.tensor(join_nodes(nodes), kinds.pop() if len(kinds) == 1 else ANY, rank=0 if is_scalar else None)


def _is_taken(value: Value) -> bool:
    """Whether a graph has a tensor for the value: a number, a text, an array."""
    if isinstance(value, Const):
        return isinstance(value.value, (bool, int, float, str))
    if isinstance(value, Host):
        return value.kind != "any"
    return isinstance(value, Tensor) and not value.keras
