"""Whole numbers that shall have a gradient become floats: at the literal, at the dtype, or with a dtype added."""

from __future__ import annotations

import re
from collections.abc import Iterator

import libcst as cst

from tfgraphlint.diagnostic import Applicability, Edit, Fix, Span
from tfgraphlint.fixes.edits import add_keyword, end_of, start_of
from tfgraphlint.fixes.imports import full_name
from tfgraphlint.fixes.numpy_calls import is_number, spell_tensorflow
from tfgraphlint.fixes.value_kinds import is_array
from tfgraphlint.libraries.words import TENSOR_MAKERS, VARIABLE_MAKERS
from tfgraphlint.syntax.tree import Tree

MAKERS = frozenset({*VARIABLE_MAKERS, *TENSOR_MAKERS})
SECOND_IS_DTYPE = frozenset({"tensorflow.constant", "tensorflow.convert_to_tensor", "tensorflow.cast"})
INTEGER = re.compile(r"u?int\d*$")
TRUTH = re.compile(r"\b(bool_?|True|False)\b")
DECIMAL = re.compile(r"\d[\d_]*$")


def made_float(tree: Tree, node: cst.CSTNode) -> Fix | None:
    """The fix where a call makes an integer tensor or variable; None where it is not plain how."""
    if not isinstance(node, cst.Call) or any(argument.star for argument in node.args):
        return None
    if TRUTH.search(tree.code(node)):
        return None  # a gate that shall be learned wants more than a cast
    name = full_name(tree, node.func) or ""
    edits = _dtype_changed(tree, node, name)
    if edits is None and name in MAKERS:
        edits = _value_changed(tree, node)
    if not edits:
        return None
    return Fix("make it floating point", Applicability.UNSAFE, tuple(edits))


def _dtype_changed(tree: Tree, call: cst.Call, name: str) -> list[Edit] | None:
    """The written integer dtype, as a float one."""
    dtype = next((each for each in call.args if each.keyword is not None and each.keyword.value == "dtype"), None)
    if dtype is None and name in SECOND_IS_DTYPE and len(call.args) > 1 and call.args[1].keyword is None:
        dtype = call.args[1]
    return _float_instead(tree, dtype.value) if dtype is not None and name.startswith("tensorflow.") else None


def _float_instead(tree: Tree, dtype: cst.BaseExpression) -> list[Edit] | None:
    if isinstance(dtype, cst.SimpleString):
        text = dtype.raw_value
        return [tree.replace(dtype, f"{dtype.quote}float32{dtype.quote}")] if INTEGER.match(text) else None
    written = tree.code(dtype)
    if not INTEGER.match(written.rpartition(".")[2]):
        return None
    spelled = spell_tensorflow(tree, "tensorflow.float32", dtype)
    return [tree.replace(dtype, spelled.text), *spelled.edits]


def _value_changed(tree: Tree, call: cst.Call) -> list[Edit] | None:
    """The value that is given, in floats."""
    values = [each for each in call.args if each.keyword is None or each.keyword.value in ("value", "initial_value")]
    has_dtype = any(each.keyword is not None and each.keyword.value == "dtype" for each in call.args)
    if not values or has_dtype:
        return None
    value = values[0].value
    literal = list(_literals(value))
    if _is_literal(value):
        edits = [tree.replace(each, f"{each.value}.0") for each in literal if DECIMAL.match(each.value)]
        return edits if len(edits) == len(literal) else None
    if isinstance(value, cst.Call) and (full_name(tree, value.func) or "").startswith("tensorflow."):
        inner = _dtype_changed(tree, value, full_name(tree, value.func) or "")
        return inner if inner is not None else _cast(tree, value)
    if not is_array(tree, value):
        return _cast(tree, value)
    spelled = spell_tensorflow(tree, "tensorflow.float32", call)
    return [*add_keyword(tree, call, "dtype", spelled.text), *spelled.edits]


def _is_literal(value: cst.BaseExpression) -> bool:
    """Numbers, lists of them, and a list times a number of repetitions."""
    match value:
        case cst.List(elements=elements) | cst.Tuple(elements=elements):
            return bool(elements) and all(_is_literal(each.value) for each in elements)
        case cst.BinaryOperation(left=cst.List() as left, operator=cst.Multiply()):
            return _is_literal(left)
    return is_number(value)


def _literals(value: cst.BaseExpression) -> Iterator[cst.Integer]:
    match value:
        case cst.Integer():
            yield value
        case cst.UnaryOperation(expression=inner) | cst.BinaryOperation(left=inner):
            yield from _literals(inner)
        case cst.List(elements=elements) | cst.Tuple(elements=elements):
            for element in elements:
                yield from _literals(element.value)


def _cast(tree: Tree, value: cst.BaseExpression) -> list[Edit]:
    cast, dtype = spell_tensorflow(tree, "tensorflow.cast", value), spell_tensorflow(tree, "tensorflow.float32", value)
    start, end = start_of(tree, value), end_of(tree, value)
    head, tail = Span(tree.filename, start, start), Span(tree.filename, end, end)
    return [Edit(head, f"{cast.text}("), Edit(tail, f", {dtype.text})"), *cast.edits, *dtype.edits]
