"""Which files are worth parsing with libcst: decided with CPython's own parser, which is ten times faster.

``guard`` keeps from libcst what CPython refuses, since libcst's native parser ends the process on some of it.
``holds_root`` says whether gradients are taken in a file; whether what it has traced can go wrong, ``outline`` says.
This module imports neither libcst nor rules: most files never come further.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

from tfgraphlint.libraries.words import FRAMEWORKS, GRADIENT_TRIGGERS, LOST_METHODS, LOST_VALUES
from tfgraphlint.syntax.ast_names import dotted_name, imported_names

COMPILE = "compile"
# Names under which projects pass TensorFlow on from modules of their own: ``from .backend import tf``; or ``*``.
FRAMEWORK_ALIASES = frozenset({"tf", "tensorflow", "tf1", "tf2", "keras", "tfk", "K", "*"})
TRIGGERS = GRADIENT_TRIGGERS | LOST_METHODS
_FRAMEWORK_TEXT = re.compile(r"tensorflow|keras|\bimport\b[^\n]*(?:\btf\w*\b|\bK\b|\*)|\btf\.[A-Za-z]")
_TRIGGER_TEXT = re.compile(
    rf"\b(?:{'|'.join(sorted(TRIGGERS | {COMPILE}))})\b|\.(?:{'|'.join(sorted(LOST_VALUES))})\b"
)


def mentions_root(text: str) -> bool:
    """Whether the words that a root needs stand anywhere in ``text``, be it in a comment. Costs next to nothing."""
    return mentions_framework(text) and _TRIGGER_TEXT.search(text) is not None


def mentions_framework(text: str) -> bool:
    """Whether ``text`` may import a framework, by its letters."""
    return _FRAMEWORK_TEXT.search(text) is not None


def holds_root(tree: ast.Module) -> bool:
    """Whether the file imports TensorFlow or Keras and names something that gradients hang on."""
    framework = trigger = False
    for node in ast.walk(tree):
        framework = framework or _imports_framework(node)
        trigger = trigger or _names_trigger(node)
        if framework and trigger:
            return True
    return False


def _imports_framework(node: ast.AST) -> bool:
    return isinstance(node, (ast.Import, ast.ImportFrom)) and any(
        imported.library in FRAMEWORKS or not FRAMEWORK_ALIASES.isdisjoint((imported.name, imported.bound))
        for imported in imported_names(node)
    )


def _names_trigger(node: ast.AST) -> bool:
    match node:
        case ast.Attribute(value=owner, attr=name, ctx=ast.Load()) if name in LOST_VALUES:
            return not (isinstance(owner, ast.Name) and owner.id == "self")
        case ast.Attribute(attr=name) | ast.Name(id=name) | ast.FunctionDef(name=name):
            return name in TRIGGERS
        case ast.ImportFrom(names=names):
            return any(alias.name in TRIGGERS for alias in names)
        case ast.Call(func=ast.Attribute(value=ast.Name(id="re"), attr="compile")):
            return False
        case ast.Call(func=ast.Attribute(attr="compile")):
            return _hands_over_code(node)
    return False


def _hands_over_code(call: ast.Call) -> bool:
    """Whether ``model.compile(...)`` is given a function or an object of the project's own to trace.

    Strings, numbers, and what stands right in a library (``tf.keras.losses.Huber()``) need no look. A plain name
    that is passed does, since it can be a loss.
    """
    handed = [*call.args, *(keyword.value for keyword in call.keywords if keyword.arg not in ("optimizer",))]
    return any(_is_own_code(part) for value in handed for part in _parts(value))


def _parts(value: ast.expr) -> Iterator[ast.expr]:
    match value:
        case ast.List(elts=parts) | ast.Tuple(elts=parts) | ast.Dict(values=parts):
            for part in parts:
                yield from _parts(part)
        case _:
            yield value


def _is_own_code(value: ast.expr) -> bool:
    match value:
        case ast.Constant():
            return False
        case ast.Attribute() | ast.Call():
            return not _is_of_a_module(value.func if isinstance(value, ast.Call) else value)
    return True


def _is_of_a_module(value: ast.expr) -> bool:
    """Whether ``value`` reads ``a.b.c`` and does not begin at ``self``."""
    return isinstance(value, ast.Attribute) and dotted_name(value).partition(".")[0] not in ("", "self", "cls")
