"""The functions, classes and lambdas of a file, and what is noted of each while the file is read."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Union

from tfgraphlint.syntax.ast_names import words_in

# Parameters that hold no tensors, by their names and by their annotations.
PYTHON_PARAMETERS = frozenset({"self", "cls", "is_training", "config", "mode", "name"})
PYTHON_TYPES = frozenset({
    "int", "bool", "str", "float", "Text", "Optional", "Union", "Callable", "List", "Sequence", "Tuple", "Dict", "Type",
    "None", "typing", "list", "dict", "tuple", "collections", "abc", "bytes",
})  # fmt: skip

Function = Union[ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda]


@dataclass
class Part:
    """A function, a class, a lambda or the module's top level: what is named in it and what is nested in it."""

    name: str
    outer: Part | None = None
    is_class: bool = False
    is_lambda: bool = False
    holds_weights: bool = False  # a class of Keras' layers or models
    traced: bool = False
    symptom: bool = False
    anywhere: bool = False  # has a symptom of what fails without being traced, too
    writes_items: bool = False  # of its parameters
    doubtful: bool = False  # a tensor is taken for a Python value
    operates: bool = False  # gives what may be a tensor to an operation of TensorFlow
    functional: bool = False  # makes inputs of a functional Keras model
    decorators: set[str] = field(default_factory=set)
    words: set[str] = field(default_factory=set)
    own: set[str] = field(default_factory=set)  # parameters, and the names that it binds
    parameters: set[str] = field(default_factory=set)
    tensors: set[str] = field(default_factory=set)  # of these, what may be a tensor
    bindings: list[tuple[set[str], ast.expr]] = field(default_factory=list)
    written: set[str] = field(default_factory=set)  # names whose items it assigns
    repeated: set[str] = field(default_factory=set)  # what its loops call with numbers that change
    lookups: list[ast.Subscript] = field(default_factory=list)  # a symptom if a tensor looks up what is none
    operands: list[ast.expr] = field(default_factory=list)  # what is given to operations of TensorFlow
    doubts: list[ast.expr] = field(default_factory=list)  # a symptom if one of these may be a tensor


def mention(part: Part, name: str) -> None:
    """``name`` stands in a function, and so in what that is nested in; the module has what stands at its top level."""
    while name not in part.words:
        part.words.add(name)
        if part.outer is None or part.outer.outer is None:
            return
        part = part.outer


def names_around(part: Part) -> Iterator[str]:
    """The name of a function, and of those that it is made in."""
    inner: Part | None = part
    while inner is not None and not inner.is_class:
        yield inner.name
        inner = inner.outer


def holds_tensor(part: Part | None, name: str) -> bool:
    """Whether ``name`` may be a tensor where ``part`` uses it."""
    while part is not None:
        if name in part.tensors:
            return True
        if name in part.own:
            return False
        part = part.outer
    return False


def take_parameters(args: ast.arguments, part: Part) -> None:
    """Note the parameters of a function, and which of them may be tensors."""
    positional = [*args.posonlyargs, *args.args]
    defaults: list[ast.expr | None] = [None] * (len(positional) - len(args.defaults)) + list(args.defaults)
    for arg, default in zip((*positional, *args.kwonlyargs), (*defaults, *args.kw_defaults)):
        part.own.add(arg.arg)
        part.parameters.add(arg.arg)
        if arg.arg not in PYTHON_PARAMETERS and not _is_set(default) and not _is_python_type(arg.annotation):
            part.tensors.add(arg.arg)
    for more in (args.vararg, args.kwarg):
        if more is not None:
            part.own.add(more.arg)
            part.parameters.add(more.arg)
            part.tensors.add(more.arg)


def _is_set(default: ast.expr | None) -> bool:
    """Whether a parameter has a default other than None."""
    return default is not None and not (isinstance(default, ast.Constant) and default.value is None)


def _is_python_type(annotation: ast.expr | None) -> bool:
    if annotation is None:
        return False
    words = set(words_in(annotation))
    return bool(words) and words <= PYTHON_TYPES
