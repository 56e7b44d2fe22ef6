"""``array * variable`` with a variable of Keras 3, which NumPy computes alone: a tensor of the variable instead."""

from __future__ import annotations

import libcst as cst

from tfgraphlint.diagnostic import Edit, Fix, Span
from tfgraphlint.fixes.as_tensor import Settled, merged, settled
from tfgraphlint.fixes.edits import end_of, start_of
from tfgraphlint.fixes.numpy_calls import spell_tensorflow, text_after
from tfgraphlint.syntax.tree import Tree

MESSAGE = "make a tensor of the variable first"


def converted(tree: Tree, node: cst.CSTNode) -> Settled | None:
    """The edits that let TensorFlow compute the operation ``node``, and what its uses need then; None where a use
    cannot do with a tensor, or it is not seen what uses it (``array *= variable``)."""
    if not isinstance(node, cst.BinaryOperation):
        return None
    result = settled(tree, node)
    if result is None:
        return None
    spelled = spell_tensorflow(tree, "tensorflow.convert_to_tensor", node)
    start, end = start_of(tree, node.right), end_of(tree, node.right)
    around = [
        Edit(Span(tree.filename, start, start), f"{spelled.text}("), Edit(Span(tree.filename, end, end), ")"),
    ]  # fmt: skip
    result.edits = merged([*around, *spelled.edits, *result.edits])
    return result


def after(tree: Tree, node: cst.CSTNode, fix: Fix | None) -> str:
    """What the operation becomes by the fix; empty without one."""
    return text_after(tree, node, fix.edits) if fix is not None and isinstance(node, cst.BinaryOperation) else ""
