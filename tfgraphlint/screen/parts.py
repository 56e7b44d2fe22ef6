"""The functions, classes and lambdas of a file, and what is noted of each while the file is read."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Union

# Parameters that hold no tensors. Others may, whatever their names, defaults and annotations say.
RECEIVERS = frozenset({"self", "cls"})

Function = Union[ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda]


@dataclass(eq=False, repr=False)
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
    calls_operations: bool = False

    def let_tree_go(self) -> None:
        """Keep what was found of the expressions in this part, and not the file's tree for their sake."""
        self.calls_operations = bool(self.operands)
        for expressions in (self.bindings, self.lookups, self.operands, self.doubts):
            expressions.clear()


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
    every = (*args.posonlyargs, *args.args, *args.kwonlyargs, args.vararg, args.kwarg)
    names = {arg.arg for arg in every if arg is not None}
    part.own |= names
    part.parameters |= names
    part.tensors |= names - RECEIVERS
