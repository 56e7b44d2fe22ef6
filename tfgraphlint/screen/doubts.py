"""Where Python asks a value for its truth, its number or its length: a symptom if it may be a tensor."""

from __future__ import annotations

import ast

from tfgraphlint.screen.expressions import asked_for_shape, is_last_dimension
from tfgraphlint.screen.notes import Notes
from tfgraphlint.screen.parts import Part
from tfgraphlint.syntax.ast_names import first_name


def read_test(notes: Notes, node: ast.If | ast.While | ast.IfExp | ast.Assert, part: Part) -> None:
    """``if x:``, ``while x:``, ``assert x``, ``y if x else z``."""
    part.doubts.append(node.test)


def read_all_values(notes: Notes, node: ast.BoolOp, part: Part) -> None:
    """``x and y``."""
    part.doubts += node.values


def read_comparison(notes: Notes, node: ast.Compare, part: Part) -> None:
    """``x in y``, and ``0 < x < 1``, which asks whether ``0 < x`` is true."""
    if len(node.ops) > 1 or isinstance(node.ops[0], (ast.In, ast.NotIn)):
        part.doubts += (node.left, *node.comparators)


def read_operation(notes: Notes, node: ast.BinOp, part: Part) -> None:
    """``"%d" % x``, and ``array * weight``, which NumPy computes."""
    if isinstance(node.op, ast.Mod) and isinstance(node.left, (ast.Constant, ast.Name)):
        part.doubts.append(node.right)
    if isinstance(node.right, ast.Attribute) and node.right.attr in notes.variables and notes.imports.host:
        part.symptom = part.symptom or _may_be_array(notes, node.left, part)


def _may_be_array(notes: Notes, node: ast.expr, part: Part) -> bool:
    match node:
        case ast.Name(id=name):
            return name not in part.parameters
        case ast.Attribute(attr=name) if name in notes.variables:
            return False
        case ast.Attribute():
            return True
    return first_name(node) in notes.imports.host


def read_negation(notes: Notes, node: ast.UnaryOp, part: Part) -> None:
    """``not x``."""
    if isinstance(node.op, ast.Not):
        part.doubts.append(node.operand)


def read_keys(notes: Notes, node: ast.Dict | ast.Set, part: Part) -> None:
    """``{x: 1}`` and ``{x}``: tensors have no hash."""
    part.doubts += filter(None, node.keys if isinstance(node, ast.Dict) else node.elts)


def read_starred(notes: Notes, node: ast.Starred, part: Part) -> None:
    """``[*x]`` and ``f(*x)``."""
    if isinstance(node.ctx, ast.Load):
        part.doubts.append(node.value)


def read_formatted(notes: Notes, node: ast.FormattedValue, part: Part) -> None:
    """``f"{x:d}"``."""
    if node.format_spec is not None or node.conversion > 0:
        part.doubts.append(node.value)


def read_subscript(notes: Notes, node: ast.Subscript, part: Part) -> None:
    """``x.shape[0]``, which may be open, and ``table[x]``."""
    sized = asked_for_shape(node.value)
    if sized is not None:
        if not is_last_dimension(node.slice):
            part.doubts.append(sized)
    elif isinstance(node.slice, (ast.Name, ast.Call, ast.BinOp, ast.Subscript, ast.Attribute)):
        part.lookups.append(node)
