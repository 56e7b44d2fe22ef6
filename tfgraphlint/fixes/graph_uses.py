"""Whether what becomes of a value can be done with a tensor of a graph, which has no value while Python runs.

Where such a tensor goes to Python (a text, a list, a condition that stays Python's) the program would raise elsewhere,
or show ``Tensor("Mean:0")``. So what is not known to take tensors is taken to refuse them.
"""

from __future__ import annotations

import libcst as cst

from tfgraphlint.fixes.imports import full_name
from tfgraphlint.fixes.value_uses import Use, function_called, parameter_of, uses_of
from tfgraphlint.libraries.words import TENSOR_METHODS, VALUE_READERS, WIDENING_METHODS
from tfgraphlint.syntax.parents import parent
from tfgraphlint.syntax.tree import Tree

# Functions of TensorFlow and Keras that want values, or keep what they are given.
WANTING_VALUES = VALUE_READERS | {"tensorflow.constant", "tensorflow.make_tensor_proto"}
TAKING_BUILTINS = frozenset({"abs", "pow"})
REWRITTEN = ("numpy.", "math.")  # whoever asks rewrites these, or gives up


def can_be_symbolic(tree: Tree, value: cst.BaseExpression, *, converted: bool, floating: bool = False) -> bool:
    """Whether all that the file shows to be done with ``value`` can be done with a tensor of a graph.

    ``converted``: AutoGraph makes conditions on tensors conditions of the graph. ``floating``: it certainly holds
    floating-point numbers.
    """
    uses = uses_of(tree, value, in_graph=True)
    if uses.stored or uses.walked or uses.indexing or uses.tested and not converted:
        return False
    return all(_takes_symbolic(tree, use, floating) for use in uses.found)


def _takes_symbolic(tree: Tree, use: Use, floating: bool) -> bool:
    match use.holder:
        case cst.Arg() as argument:
            call = parent(tree, argument)
            return isinstance(call, cst.Call) and not argument.star and _call_takes(tree, call, argument)
        case cst.Attribute(attr=cst.Name(value=name)):
            # ``numpy`` would be asked again; the shape of a symbolic tensor can hold None.
            return name not in ("numpy", "shape") and (floating or name not in WIDENING_METHODS)
        case cst.FormattedStringExpression() | cst.For() | cst.CompFor():
            return False
    return True


def _call_takes(tree: Tree, call: cst.Call, argument: cst.Arg) -> bool:
    name = full_name(tree, call.func)
    if name is not None and name.startswith(("tensorflow.", "keras.")):
        return name.rpartition(".")[2][:1].islower() and name not in WANTING_VALUES
    if name is not None and name.startswith(REWRITTEN):
        return True
    if isinstance(call.func, cst.Attribute) and call.func.attr.value in TENSOR_METHODS:
        return True
    if isinstance(call.func, cst.Name) and call.func.value in TAKING_BUILTINS:
        return True
    function = function_called(tree, call)  # what it does with its parameter is among the uses
    return function is not None and parameter_of(function, call, argument) is not None
