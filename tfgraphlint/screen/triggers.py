"""Which files are worth parsing with libcst: decided with CPython's own parser, which is ten times faster.

``guard`` keeps from libcst what CPython refuses, since libcst's native parser ends the process on some of it.
``holds_root`` says whether gradients are taken in a file; whether what it has traced can go wrong, ``outline`` says.
This module imports neither libcst nor rules: most files never come further.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator, Sequence

from tfgraphlint.libraries.words import (
    CUTTING,
    FITTING_METHODS,
    FRAMEWORK_ALIASES,
    FRAMEWORKS,
    GRADIENT_TRIGGERS,
    LOST_METHODS,
    LOST_VALUES,
    NAME_CAME_FIRST,
    REFUSED_BY_METHODS,
)
from tfgraphlint.syntax.ast_names import dotted_name, imported_names
from tfgraphlint.syntax.ast_walk import walk
from tfgraphlint.syntax.text import words_in_text

COMPILE = "compile"
TRIGGERS = GRADIENT_TRIGGERS | LOST_METHODS
# The words of an outline for attributes that are gone, which have the names of many other things.
LOST_READS = frozenset(f".{name}" for name in LOST_VALUES)
_SHORT_USE = re.compile(r"\btf\.[A-Za-z]")
# A row is looked at once, however often the word stands in it. Patterns that begin with letters are found at once.
_IMPORTED_TEXT = re.compile(r"import(?<=\bimport)\b([^\n]*)")
_SHORT_NAME = re.compile(r"\b(?:tf\w*|K)\b|\*")
# The word of an outline for a call of a method that gives what a version of Keras refuses.
REFUSED = "refused argument"
_TRIGGER_WORDS = TRIGGERS | {COMPILE} | REFUSED_BY_METHODS.keys()


def mentions_root(text: str) -> bool:
    """Whether the words that a root needs stand anywhere in ``text``, be it in a comment. Costs next to nothing."""
    if not mentions_framework(text):
        return False
    words = words_in_text(text)
    return not _TRIGGER_WORDS.isdisjoint(words) or any(f".{word}" in text for word in words & LOST_VALUES)


def mentions_framework(text: str) -> bool:
    """Whether ``text`` may import a framework, by its letters."""
    if "tensorflow" in text or "keras" in text or "tf." in text and _SHORT_USE.search(text):
        return True
    return any(_SHORT_NAME.search(names) for names in _IMPORTED_TEXT.findall(text) if _may_hold_short_name(names))


def _may_hold_short_name(text: str) -> bool:
    return "tf" in text or "K" in text or "*" in text


def holds_root(tree: ast.Module) -> bool:
    """Whether the file imports TensorFlow or Keras and names something that gradients hang on."""
    framework = trigger = False
    trained: set[str] = set()
    optimizers: list[str] = []
    for node in filter(_may_say_something, walk(tree)):
        framework = framework or _imports_framework(node)
        trigger = trigger or _names_trigger(node)
        if not trigger:
            trained.update(_parts_of_training(node))
            optimizers += _named_optimizer(node)
        if framework and (trigger or len(trained) == PARTS_OF_TRAINING):
            return True
    return framework and bool(optimizers) and _is_used_again(tree, optimizers)


def _named_optimizer(node: ast.AST) -> list[str]:
    """The name of the optimizer that ``model.compile(...)`` is given, where it has one."""
    match node:
        case ast.Call(func=ast.Attribute(attr="compile")):
            given = [keyword.value for keyword in node.keywords if keyword.arg == "optimizer"] or node.args[:1]
            return [each.id for each in given if isinstance(each, ast.Name)]
    return []


def _is_used_again(tree: ast.Module, optimizers: Sequence[str]) -> bool:
    """Whether models may be compiled with the same optimizer: by calls of ``compile`` that name the same one, or in a
    loop or function that has it from outside."""
    if len(set(optimizers)) < len(optimizers):
        return True
    for node in walk(tree):
        if isinstance(node, (ast.For, ast.While, ast.FunctionDef)):
            inside = list(walk(node))
            bound = {each.id for each in inside if isinstance(each, ast.Name) and isinstance(each.ctx, ast.Store)}
            bound |= {each.arg for each in inside if isinstance(each, ast.arg)}
            if any(name not in bound for each in inside for name in _named_optimizer(each)):
                return True
    return False


# Most nodes are of other kinds or have other names: seen before the questions that cost more.
_NAME_OF = {ast.Name: "id", ast.Attribute: "attr", ast.FunctionDef: "name"}
_HELD_BY = frozenset({ast.Import, ast.ImportFrom, ast.Call, ast.keyword})
_FITTING = FITTING_METHODS | {"fit_generator"}
_ASKED_FOR = TRIGGERS | LOST_VALUES | CUTTING | _FITTING | {COMPILE, "call", "Lambda"}


def _may_say_something(node: ast.AST) -> bool:
    named = _NAME_OF.get(node.__class__)
    return node.__class__ in _HELD_BY if named is None else getattr(node, named) in _ASKED_FOR


PARTS_OF_TRAINING = 4


def _parts_of_training(node: ast.AST) -> Iterator[str]:
    """What a model that ``fit`` cannot train needs: to be compiled and fitted, code of its own, and in it a cut."""
    match node:
        case ast.Attribute(value=ast.Name(id="np" | "numpy" | "math")):
            return
        case ast.Attribute(attr="compile"):
            yield "compile"
        case ast.Attribute(attr=name) if name in _FITTING:
            yield "fit"
        case ast.FunctionDef(name="call") | ast.Attribute(attr="Lambda") | ast.Name(id="Lambda"):
            yield "own"
        case ast.Call(func=ast.Attribute(attr="Activation") | ast.Name(id="Activation"), args=[given]):
            if not isinstance(given, ast.Constant):
                yield "own"
        case ast.keyword(arg="activation", value=ast.Attribute() | ast.Name() | ast.Lambda()):
            yield "own"
        case ast.Call(func=ast.Attribute(attr="cast") | ast.Name(id="cast")):
            if _makes_whole(node):
                yield "cut"
    if isinstance(node, (ast.Attribute, ast.Name)):
        name = node.attr if isinstance(node, ast.Attribute) else node.id
        if name in CUTTING:
            yield "cut"


def _makes_whole(cast: ast.Call) -> bool:
    """Whether a cast is to integers or booleans, or of a comparison."""
    given = [*cast.args, *(keyword.value for keyword in cast.keywords)]
    names = [each.attr if isinstance(each, ast.Attribute) else each.value if isinstance(each, ast.Constant) else ""
             for each in given]
    whole = any(isinstance(name, str) and name.startswith(("int", "uint", "bool")) for name in names)
    return whole or any(isinstance(each, (ast.Compare, ast.Call)) for each in given[:1])


def _imports_framework(node: ast.AST) -> bool:
    return isinstance(node, (ast.Import, ast.ImportFrom)) and any(
        imported.library in FRAMEWORKS
        or not (FRAMEWORK_ALIASES | {"*"}).isdisjoint((imported.name, imported.bound))
        for imported in imported_names(node)
    )


def reads_lost_value(node: ast.Attribute) -> bool:
    """Whether an attribute of something else than ``self`` is read that objects of Keras may have lost."""
    if node.attr not in LOST_VALUES or not isinstance(node.ctx, ast.Load):
        return False
    return not (isinstance(node.value, ast.Name) and node.value.id == "self")


def _names_trigger(node: ast.AST) -> bool:
    match node:
        case ast.Attribute(attr=name) if name in LOST_VALUES:
            return reads_lost_value(node)
        case ast.Attribute(attr=name) | ast.Name(id=name) | ast.FunctionDef(name=name):
            return name in TRIGGERS
        case ast.ImportFrom(names=names):
            return any(alias.name in TRIGGERS for alias in names)
        case ast.Call(func=ast.Attribute(value=ast.Name(id="re"), attr="compile")):
            return False
        case ast.Call(func=ast.Attribute(attr=name)) if name in REFUSED_BY_METHODS:
            return gives_refused(node) or name == COMPILE and _hands_over_code(node)
    return False


def gives_refused(call: ast.Call) -> bool:
    """Whether a call gives a method an argument that a version of Keras refuses."""
    method = call.func.attr if isinstance(call.func, ast.Attribute) else ""
    if method not in REFUSED_BY_METHODS:
        return False
    if any(keyword.arg in REFUSED_BY_METHODS[method] for keyword in call.keywords):
        return True
    return method in NAME_CAME_FIRST and bool(call.args)


def _hands_over_code(call: ast.Call) -> bool:
    """Whether ``model.compile(...)`` is given a function or an object of the project's own to trace, or traces nothing.

    Strings, numbers, and what stands right in a library (``tf.keras.losses.Huber()``) need no look. A plain name
    that is passed does, since it can be a loss.
    """
    if any(keyword.arg == "run_eagerly" for keyword in call.keywords):
        return True
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
