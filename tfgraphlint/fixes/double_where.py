"""The double ``where``: the argument of an operation that ``tf.where`` guards in vain gets a ``where`` of its own."""

from __future__ import annotations

from collections.abc import Iterator

import libcst as cst

from tfgraphlint.diagnostic import Applicability, Edit, Fix
from tfgraphlint.facts.gradients import GradientNotFinite
from tfgraphlint.fixes.edits import in_place_of
from tfgraphlint.fixes.imports import full_name
from tfgraphlint.fixes.numpy_calls import spell_tensorflow, text_after
from tfgraphlint.libraries.words import BY_ELEMENT
from tfgraphlint.rule_api.shortening import brief
from tfgraphlint.syntax.parents import parent
from tfgraphlint.syntax.tree import Tree, children_of

FIRST, SECOND = ("log", "exp", "pow"), ("divide",)  # which argument must not reach the point


def guarded(fact: GradientNotFinite) -> Fix | None:
    """``tf.where(c, f(tf.where(c, x, 1.0)), y)`` for ``tf.where(c, f(x), y)``.

    None where ``f`` is not written within the call, or not known to compute each element by itself.
    """
    call, tree = fact.place.node, fact.place.tree
    if not isinstance(call, cst.Call) or fact.operation.tree is not tree or call is fact.operation.node:
        return None
    name = full_name(tree, call.func) or ""
    if name.startswith("tensorflow.compat.v1.") or any(each.keyword or each.star for each in call.args):
        return None
    if len(call.args) != 3 or not _is_repeatable(tree, call.args[0].value):
        return None
    index = _branch(tree, call, fact.operation.node)
    operand = _operand(tree, fact.operation.node)
    if index is None or operand is None or not _is_repeatable(tree, operand):
        return None
    edits = _edits(tree, call, index, operand)
    return Fix(f"guard the argument as well: `{brief(text_after(tree, call, edits))}`", Applicability.UNSAFE, edits)


def _edits(tree: Tree, call: cst.Call, index: int, operand: cst.BaseExpression) -> tuple[Edit, ...]:
    """A ``where`` around the operand, wherever the branch would divide by it, or take its logarithm or a power."""
    where, condition, value = tree.code(call.func), tree.code(call.args[0].value), _bare(tree, operand)
    text, more = f"{where}({condition}, {value}, 1.0)", tuple[Edit, ...]()
    if index == 2:  # as a second argument 1.0 would be a float32, whatever the third one is
        library = "keras.ops" if (full_name(tree, call.func) or "").startswith("keras.") else "tensorflow"
        ones = spell_tensorflow(tree, f"{library}.ones_like", call)
        text, more = f"{where}({condition}, {ones.text}({value}), {value})", ones.edits
    branch = call.args[index].value
    same = [
        each for node in _within(branch) if (each := _operand(tree, node)) is not None and _bare(tree, each) == value
        and (each is operand or _name(tree, node) != "exp")
    ]  # fmt: skip
    return (*(in_place_of(tree, each, text) for each in same), *more)


def _bare(tree: Tree, node: cst.BaseExpression) -> str:
    return tree.code(node.with_changes(lpar=(), rpar=()))


def _branch(tree: Tree, call: cst.Call, operation: cst.CSTNode) -> int | None:
    """In which argument of ``where`` the operation stands, reached through what computes each element by itself."""
    node: cst.CSTNode | None = operation
    while node is not None:
        holder = parent(tree, node)
        if holder is call:
            index = next((index for index, each in enumerate(call.args) if each is node), 0)
            return index or None
        is_operator = isinstance(holder, (cst.BinaryOperation, cst.UnaryOperation)) and not isinstance(
            holder.operator, (cst.MatrixMultiply, cst.Not)
        )
        is_call = isinstance(holder, cst.Call) and _name(tree, holder) in BY_ELEMENT
        if not is_operator and not is_call and not isinstance(holder, cst.Arg):
            return None
        node = holder
    return None


def _operand(tree: Tree, node: cst.CSTNode) -> cst.BaseExpression | None:
    """What must not reach the point where the derivative of an operation is infinite."""
    match node:
        case cst.BinaryOperation(operator=cst.Divide(), right=right):
            return right
        case cst.BinaryOperation(operator=cst.Power(), left=left):
            return left
        case cst.Call(args=args) if args and all(each.keyword is None and not each.star for each in args):
            name = _name(tree, node)
            if name in FIRST:
                return args[0].value
            return args[1].value if name in SECOND and len(args) > 1 else None
    return None


def _name(tree: Tree, node: cst.CSTNode) -> str:
    """The last part of the name of TensorFlow's or Keras' function that is called; empty for others."""
    name = full_name(tree, node.func) if isinstance(node, cst.Call) else None
    is_ours = name is not None and name.startswith(("tensorflow.", "keras.ops."))
    return name.rpartition(".")[2] if name is not None and is_ours else ""


def _is_repeatable(tree: Tree, node: cst.CSTNode) -> bool:
    """Whether an expression can be written twice: it gives the same again, and no call of somebody else's runs."""
    if isinstance(node, (cst.NamedExpr, cst.Await, cst.Yield, cst.Lambda)):
        return False
    if isinstance(node, cst.Call):
        name = full_name(tree, node.func) or ""
        if not name.startswith(("tensorflow.", "keras.ops.")) or ".random" in name or "dropout" in name:
            return False
    return all(_is_repeatable(tree, child) for child in children_of(node))


def _within(node: cst.CSTNode) -> Iterator[cst.CSTNode]:
    yield node
    for child in children_of(node):
        yield from _within(child)
