"""Symptoms in calls: tensors that may leave TensorFlow, and what traced code does once instead of each time."""

from __future__ import annotations

import ast

from tfgraphlint.libraries.words import (
    ARRAY_WRITES,
    CHANGING_METHODS,
    CONVERTED_BUILTINS,
    TRAINING_METHODS,
    WALKING_BUILTINS,
)
from tfgraphlint.screen.expressions import arguments_of, asked_for_shape, is_dtype, is_text
from tfgraphlint.screen.imported_libraries import LAYER_MODULES
from tfgraphlint.screen.notes import VARIABLE_MAKERS, Notes
from tfgraphlint.screen.parts import Part
from tfgraphlint.syntax.ast_names import first_name, last_name, names_in_chain

HOST_METHODS = frozenset({"numpy", "tolist", "item", "get_value", "eval"})
TAKES_VALUES = WALKING_BUILTINS | CONVERTED_BUILTINS | {
    "print", "int", "float", "bool", "complex", "iter", "format", "map", "filter",
}  # fmt: skip
# What takes a shape that is open in part.
TAKES_SHAPES = frozenset({
    "len", "print", "isinstance", "str", "format", "TensorShape", "TensorSpec", "set_shape", "ensure_shape", "info",
    "debug", "warning", "list", "tuple", "build", "compute_output_shape", "add_weight", "assertEqual", "type",
    "assertAllEqual", "assertSequenceEqual", "is_fully_defined", "assert_is_compatible_with", "as_list", "shape",
})  # fmt: skip
# Parts of TensorFlow's names whose functions compute nothing with tensors.
PASSIVE_PARTS = frozenset({
    "test", "io", "random", "summary", "debugging", "compat", "estimator", "initializers", "saved_model",
})  # fmt: skip
# Methods that change what outlives a call.
CHANGES = CHANGING_METHODS | {"setdefault"}
# Calls that do nothing where their result is dropped.
RESULT_NEEDED = frozenset({*ARRAY_WRITES, "tensor_scatter_nd_update"})
# Functions of TensorFlow that take a type as second argument.
TAKE_DTYPES = frozenset({
    "cast", "constant", "zeros", "ones", "convert_to_tensor", "decode_raw", "placeholder", "saturate_cast", "view_as",
    "TensorSpec", "FixedLenFeature", "VarLenFeature", "bitcast", "fill", "TensorArray", "string_to_number", "eye",
    "zeros_like", "ones_like", "Variable", "as_dtype", "FixedLenSequenceFeature", "to_number", "decode_png",
})  # fmt: skip
# Functions of TensorFlow on one and on two tensors: what is passed beyond lands on ``name``.
ON_ONE_TENSOR = frozenset({
    "relu", "relu6", "elu", "selu", "softplus", "softsign", "round", "sqrt", "square", "exp", "log", "abs", "sign",
    "floor", "ceil", "tanh", "sigmoid", "sin", "cos", "negative", "rsqrt", "reciprocal", "log1p", "identity",
})  # fmt: skip
ON_TWO_TENSORS = frozenset({
    "logical_and", "logical_or", "add", "subtract", "multiply", "divide", "maximum", "minimum", "pow", "greater",
    "less", "equal", "not_equal", "greater_equal", "less_equal", "squared_difference", "atan2", "floormod",
})  # fmt: skip


def read_call(notes: Notes, node: ast.Call, part: Part) -> None:
    """Note what a call does: it traces what it is given, takes values, or does what traced code does only once."""
    function, name = node.func, last_name(node.func)
    notes.tracing.pass_on(node)
    part.functional = part.functional or name == "Input"
    if part.name and name == part.name and first_name(function) in (part.name, "self", "cls"):
        part.symptom = True  # recursion
    if name not in TAKES_SHAPES:
        part.doubts += filter(None, map(asked_for_shape, arguments_of(node)))
    if isinstance(function, ast.Name):
        _plain_call(notes, function.id, node, part)
    elif isinstance(function, ast.Attribute):
        if first_name(function) in notes.imports.tensorflow:
            _tensorflow_call(function, node, part)
        _method_call(notes, function, arguments_of(node), part)


def _plain_call(notes: Notes, name: str, node: ast.Call, part: Part) -> None:
    imports = notes.imports
    if name in VARIABLE_MAKERS or imports.is_changing(name) or imports.is_class_of_keras(name):
        part.symptom = True
    if name in TAKES_VALUES or imports.is_host(name):
        part.doubts += arguments_of(node)
    elif name == "getattr" and any(isinstance(each, ast.Constant) and each.value in HOST_METHODS for each in node.args):
        part.doubts += node.args
    elif name == "next":
        part.symptom = part.symptom or first_name(node.args[0] if node.args else node.func) not in part.parameters


def _tensorflow_call(function: ast.Attribute, node: ast.Call, part: Part) -> None:
    """Operations of TensorFlow: on tensors of Keras they fail, and texts and types land on other parameters."""
    name, chain = function.attr, set(names_in_chain(function))
    if "keras" in chain:
        return
    if not name[:1].isupper() and PASSIVE_PARTS.isdisjoint(chain):
        part.operands += arguments_of(node)
    if any(is_text(each) or is_dtype(each) and name not in TAKE_DTYPES for each in node.args[1:]):
        part.symptom = True
    if len(node.args) > 1 and name in ON_ONE_TENSOR or len(node.args) > 2 and name in ON_TWO_TENSORS:
        part.anywhere = True


def _method_call(notes: Notes, function: ast.Attribute, given: list[ast.expr], part: Part) -> None:
    name, first, chain = function.attr, first_name(function), set(names_in_chain(function))
    if first in notes.imports.changing or name in VARIABLE_MAKERS:
        part.symptom = True
    elif first in notes.imports.host or "logging" in chain or first in ("logger", "log"):
        part.doubts += given
        part.symptom = part.symptom or "random" in chain
    elif name in HOST_METHODS:
        part.doubts += [function.value, *given]
    elif name == "format":
        part.doubts += given
    elif _does_once(notes, function, part):
        part.symptom = True


def _does_once(notes: Notes, function: ast.Attribute, part: Part) -> bool:
    """Whether a method trains a model, changes what outlives the call, or makes a layer."""
    name, first = function.attr, first_name(function)
    if name in TRAINING_METHODS:
        return not (isinstance(function.value, ast.Name) and first == "self")
    if name in CHANGES:
        return (first not in part.own or first in part.parameters) and first not in notes.imports.all
    of_keras = first in notes.imports.layer_modules or not LAYER_MODULES.isdisjoint(names_in_chain(function))
    return of_keras and name[:1].isupper()


def stands_for_symptom(notes: Notes, value: ast.expr) -> bool:
    """Whether calling ``value`` by another name takes values or does something only once: ``np.mean``, ``x.numpy``."""
    if isinstance(value, ast.Name):
        name = value.id
        imports = notes.imports
        return name in TAKES_VALUES or name in imports.host | imports.changing | imports.classes_of_keras
    if not isinstance(value, ast.Attribute):
        return False
    first, imports = first_name(value), notes.imports
    if first in imports.host | imports.changing | imports.layer_modules or value.attr in HOST_METHODS | VARIABLE_MAKERS:
        return True
    return value.attr in CHANGES | TRAINING_METHODS or not LAYER_MODULES.isdisjoint(names_in_chain(value))
