"""Symptoms in calls: tensors that may leave TensorFlow, and what traced code does once instead of each time."""

from __future__ import annotations

import ast

from tfgraphlint.libraries.words import (
    ARRAY_WRITES,
    CHANGING_METHODS,
    CONVERTED_BUILTINS,
    DTYPE_TAKERS,
    HOST_METHODS,
    LAYER_MODULES,
    ON_ONE_TENSOR,
    ON_TWO_TENSORS,
    PASSIVE_PARTS,
    SHAPE_TAKERS,
    TRAINING_METHODS,
    VARIABLE_ASSIGNMENTS,
    WALKING_BUILTINS,
)
from tfgraphlint.screen.expressions import arguments_of, asked_for_shape, is_dtype, is_text, shown_in
from tfgraphlint.screen.notes import VARIABLE_MAKERS, Notes
from tfgraphlint.screen.parts import Part, mention
from tfgraphlint.screen.triggers import REFUSED, gives_refused
from tfgraphlint.syntax.ast_names import first_name, last_name, names_in_chain

TAKES_VALUES = WALKING_BUILTINS | CONVERTED_BUILTINS | {
    "print", "int", "float", "bool", "complex", "iter", "format", "map", "filter", "open", "str",
}  # fmt: skip
# What the names of functions hold that work with texts.
TEXT_PARTS = frozenset({"io", "strings", "print"})
# Methods that change what outlives a call.
CHANGES = CHANGING_METHODS | {"setdefault"}
# Calls that do nothing where their result is dropped.
RESULT_NEEDED = frozenset({*ARRAY_WRITES, "tensor_scatter_nd_update"})


def read_named_call(notes: Notes, node: ast.Call, part: Part) -> None:
    """Note of a call what it traces, and whether it gives what is refused."""
    notes.tracing.pass_on(node)
    if gives_refused(node):
        mention(part, REFUSED)


def read_call(notes: Notes, node: ast.Call, part: Part) -> None:
    """Note what a call does: it traces what it is given, takes values, or does what traced code does only once."""
    function, name = node.func, last_name(node.func)
    read_named_call(notes, node, part)
    part.functional = part.functional or name == "Input"
    if part.name and name == part.name and first_name(function) in (part.name, "self", "cls"):
        part.symptom = True  # recursion
    if name not in SHAPE_TAKERS:
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
    if not TEXT_PARTS.isdisjoint(chain):
        part.doubts += (shown for each in arguments_of(node) for shown in shown_in(each))
    if any(is_text(each) or is_dtype(each) and name not in DTYPE_TAKERS for each in node.args[1:]):
        part.symptom = True
    if len(node.args) > 1 and name in ON_ONE_TENSOR or len(node.args) > 2 and name in ON_TWO_TENSORS:
        part.anywhere = True


def _method_call(notes: Notes, function: ast.Attribute, given: list[ast.expr], part: Part) -> None:
    name, first, chain = function.attr, first_name(function), set(names_in_chain(function))
    if name in CHANGING_METHODS and isinstance(function.value, ast.Name):
        part.bindings += [({first}, value) for value in given]
    if first in notes.imports.changing or name in VARIABLE_MAKERS:
        part.symptom = True
    elif first in notes.imports.host or "logging" in chain or first in ("logger", "log"):
        part.doubts += given
        part.symptom = part.symptom or "random" in chain
    elif name in HOST_METHODS:
        part.doubts += [function.value, *given]
    elif name in VARIABLE_ASSIGNMENTS and isinstance(function.value, ast.Subscript):
        part.anywhere = True
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
