"""Calls of library functions and objects: special cases first, then the derived tables."""

from __future__ import annotations

import libcst as cst

from tfgraphlint.interpret.core import keras_symbols, shapes
from tfgraphlint.interpret.core.arguments import Arguments
from tfgraphlint.interpret.core.events import LibraryCalled, SymbolicTensorGiven
from tfgraphlint.interpret.core.joins import join
from tfgraphlint.interpret.core.machine import Machine
from tfgraphlint.interpret.core.objects import Decorator, NamedTupleType
from tfgraphlint.interpret.core.unknown_calls import unknown_call
from tfgraphlint.interpret.core.value import Value
from tfgraphlint.interpret.core.values import Choice, Object
from tfgraphlint.libraries import numpy, python
from tfgraphlint.libraries.keras import objects
from tfgraphlint.libraries.tensorflow import datasets, decorators, functions

call_method = objects.call_method
call_instance = objects.call_instance
object_attribute = objects.object_attribute
inherited_attribute = objects.inherited_attribute
super_attribute = objects.super_attribute
call_wrapped = decorators.call_wrapped
decorate = decorators.apply
decorate_class = decorators.apply_to_class
dataset_element = datasets.element


def call(m: Machine, name: str, args: Arguments, node: cst.CSTNode) -> Value:
    """The result of calling the library function or class of this full name."""
    root = name.partition(".")[0]
    m.tell(LibraryCalled(name, args, node))
    made = decorators.factory(m, name, args, node)
    if made is not None:
        return made
    if any(isinstance(value, Choice) for value in args.positional[:2]) and root in ("tensorflow", "numpy", "math"):
        return _each_choice(m, name, args, node)
    if root in ("tensorflow", "keras"):
        return shapes.of_result(m, name, args, _of_framework(m, name, args, node))
    if root in numpy.LIBRARIES:
        return numpy.call(m, name, args, node)
    return python.call(m, name, args, node)


def _of_framework(m: Machine, name: str, args: Arguments, node: cst.CSTNode) -> Value:
    if not keras_symbols.is_refused(m, name, args):
        return functions.call(m, name, args, node)
    m.tell(SymbolicTensorGiven(name, args, node))
    result = functions.call(m, name, args, node)
    return keras_symbols.batch(result) if keras_symbols.runs_for_keras(m) else result


def _each_choice(m: Machine, name: str, args: Arguments, node: cst.CSTNode) -> Value:
    """Call once for each alternative of the first argument that has some."""
    for index, value in enumerate(args.positional):
        if isinstance(value, Choice):
            results = []
            for option in value.options:
                given = list(args.positional)
                given[index] = option
                once = Arguments(given, args.keywords, args.starred, args.double_starred, args.nodes,
                                 args.keyword_nodes)
                with m.one_of_several():
                    results.append(call(m, name, once, node))
            return join(results)
    return unknown_call(m, [], args, node)


def call_object(m: Machine, value: Object, args: Arguments, node: cst.CSTNode) -> Value:
    """Calling an object of a library class: a layer, a model, a loss."""
    if isinstance(value, Decorator) and args.positional:
        return decorators.apply(m, value, args.positional[0], node)  # type: ignore[arg-type]
    if isinstance(value, NamedTupleType):
        return python.named_tuple(m, value, args, node)
    return objects.call_object(m, value, args, node)
