"""Calls of library functions and objects: special cases first, then the derived tables."""

from __future__ import annotations

import libcst as cst

from tfgraphlint.interpret.core import keras_symbols, shapes
from tfgraphlint.interpret.core.arguments import Arguments
from tfgraphlint.interpret.core.events import LibraryCalled, MethodCalled, SymbolicTensorGiven
from tfgraphlint.interpret.core.joins import join
from tfgraphlint.interpret.core.machine import Machine
from tfgraphlint.interpret.core.objects import Dataset, Decorator, Graph, NamedTupleType, Optimizer, Weighted
from tfgraphlint.interpret.core.overlay import attributes, functions, methods
from tfgraphlint.interpret.core.unknown_calls import unknown_call
from tfgraphlint.interpret.core.value import Const, Value
from tfgraphlint.interpret.core.values import Choice, Host, Instance, Object, Tensor, Unknown
from tfgraphlint.libraries.keras import activations, layer_methods, models, objects, optimizers
from tfgraphlint.libraries.numpy import functions as numpy_functions
from tfgraphlint.libraries.python import at_exit, concurrency, numbers, output, programs, sequences, standard_library
from tfgraphlint.libraries.python import objects as python_objects
from tfgraphlint.libraries.tensorflow import (
    by_table,
    control_flow,
    conversions,
    datasets,
    decorators,
    distribution,
    gradient_functions,
    host_functions,
    identity_functions,
    modes,
    properties,
    structures,
)
from tfgraphlint.libraries.words import HOST_LIBRARIES

# Imported for what they register with ``functions`` and ``methods``.
MODELS = (
    activations, at_exit, concurrency, control_flow, conversions, distribution, gradient_functions,
    host_functions, identity_functions, modes, numbers, optimizers, output, programs, properties, sequences, structures,
)  # fmt: skip

call_instance = objects.call_instance
object_attribute = attributes.read
super_attribute = objects.super_attribute
call_wrapped = decorators.call_wrapped
decorate = decorators.apply
decorate_class = decorators.apply_to_class
dataset_element = datasets.element


def inherited_attribute(m: Machine, value: Instance, name: str, node: cst.CSTNode) -> Value | None:
    """An attribute that an instance has from a library base class."""
    found = concurrency.inherited(m, value, name)
    return found if found is not None else objects.inherited_attribute(m, value, name, node)


def call(m: Machine, name: str, args: Arguments, node: cst.CSTNode) -> Value:
    """The result of calling the library function or class of this full name."""
    root = name.partition(".")[0]
    m.tell(LibraryCalled(name, args, node))
    made = decorators.factory(m, name, args, node)
    if made is not None:
        return made
    if any(isinstance(value, Choice) for value in args.positional[:2]) and _depends_on_choice(m, name, root, args):
        return _each_choice(m, name, args, node)
    if root in ("tensorflow", "keras"):
        return shapes.of_result(m, name, args, _of_framework(m, name, args, node))
    if root in HOST_LIBRARIES:
        return numpy_functions.call(m, name, args, node)
    return standard_library.call(m, name, args, node)


def _depends_on_choice(m: Machine, name: str, root: str, args: Arguments) -> bool:
    """Whether other arguments give another result. An object is the same one whatever its numbers are, as an optimizer
    with one learning rate or another; a variable or tensor is what it is given."""
    if root not in ("tensorflow", "numpy", "math"):
        return False
    is_object = m.tables.class_kind(name) not in (None, "variable", "tensor")
    options = [option for value in args.positional[:2] if isinstance(value, Choice) for option in value.options]
    return not (is_object and all(isinstance(option, (Const, Host, Tensor, Unknown)) for option in options))


def _of_framework(m: Machine, name: str, args: Arguments, node: cst.CSTNode) -> Value:
    if not keras_symbols.is_refused(m, name, args):
        return _modelled_or_derived(m, name, args, node)
    m.tell(SymbolicTensorGiven(name, args, node))
    result = _modelled_or_derived(m, name, args, node)
    return keras_symbols.batch(result) if keras_symbols.runs_for_keras(m) else result


def _modelled_or_derived(m: Machine, name: str, args: Arguments, node: cst.CSTNode) -> Value:
    """The result of a function or class of TensorFlow or Keras: by its model, else by the derived tables."""
    modelled = functions.call(m, name, args, node)
    if modelled is not None:
        return modelled
    if name.startswith(("tensorflow.data.", "tensorflow.compat.v1.data.")) and ".Dataset." in name:
        return datasets.make(m, name, args, node)
    made = models.make(m, name, args, node)
    if made is not None:
        return made
    record = m.tables.function(name)
    if record is not None:
        return by_table.by_table(m, record, args, node)
    return unknown_call(m, [], args, node)


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


# Classes of objects whose methods are told to those who listen, as those of instances are.
TOLD = (Weighted, Instance, Optimizer, Dataset, Graph)


def call_method(m: Machine, receiver: Value, name: str, args: Arguments, node: cst.CSTNode) -> Value:
    """A method of a library object, or one that a project class inherits."""
    if isinstance(receiver, (Weighted, Instance)):
        layer_methods.begin(m, receiver, name)
    if isinstance(receiver, TOLD):
        m.tell(MethodCalled(receiver, name, args, node))
    modelled = methods.call(m, receiver, name, args, node)
    if modelled is not None:
        return modelled
    if name in ("__call__", "call") and isinstance(receiver, Object):
        return call_object(m, receiver, args, node)
    return unknown_call(m, [receiver], args, node)


def call_object(m: Machine, value: Object, args: Arguments, node: cst.CSTNode) -> Value:
    """Calling an object of a library class: a layer, a model, a loss."""
    if isinstance(value, Decorator) and args.positional:
        return decorators.apply(m, value, args.positional[0], node)  # type: ignore[arg-type]
    if isinstance(value, NamedTupleType):
        return python_objects.named_tuple(m, value, args, node)
    return objects.call_object(m, value, args, node)
