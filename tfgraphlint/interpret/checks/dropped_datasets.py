"""Datasets that a statement makes of others and throws away."""

from __future__ import annotations

import libcst as cst

from tfgraphlint.facts.common import Place
from tfgraphlint.facts.datasets import DatasetDropped
from tfgraphlint.interpret.core.events import Dropped, MethodCalled
from tfgraphlint.interpret.core.machine import Machine
from tfgraphlint.interpret.core.objects import Dataset, Layer, Model
from tfgraphlint.interpret.core.scopes import Function
from tfgraphlint.interpret.core.value import Value
from tfgraphlint.interpret.core.values import Instance, LibraryMethod, Method, Partial, TracedCallable


class GivenToMethods(dict[cst.CSTNode, list[Value]]):
    """The arguments of each call of a dataset's method, by the call."""


def called(m: Machine, event: MethodCalled) -> None:
    """Note what a method of a dataset is given."""
    if _is_dataset(event.receiver):
        m.memory(GivenToMethods)[event.node] = event.args.all()


def dropped(m: Machine, event: Dropped) -> None:
    """Yield ``dataset.map(f)`` as a statement, unless ``f`` holds variables, which ``map`` may have to make.

    The chain has to begin with a dataset too: ``loader.batch(8)`` of the project's own may keep what it returns.
    """
    node, value = event
    if not isinstance(node, cst.Call) or not isinstance(node.func, cst.Attribute) or m.guards:
        return
    given = _given_to_chain(m, node) if all(map(_is_dataset, m.each(value))) else None
    if given is None or any(_holds_variables(option) for each in given for option in m.each(each)):
        return
    functions = [function for each in given for option in m.each(each) for function in _functions(option)]
    places = tuple(Place(function.scope.tree, function.definition) for function in functions)
    receiver, method = m.place(node.func.value), node.func.attr.value
    m.emit(DatasetDropped(m.place(node), receiver, method, places, tuple(m.calls)))


def _is_dataset(value: Value) -> bool:
    return isinstance(value, Dataset)


def _given_to_chain(m: Machine, node: cst.BaseExpression) -> list[Value] | None:
    """What the methods of a chain of calls are given; None where one of them is no dataset's."""
    found: list[Value] = []
    while isinstance(node, cst.Call) and isinstance(node.func, cst.Attribute):
        given = m.memory(GivenToMethods).get(node)
        if given is None:
            return None
        found += given
        node = node.func.value
    return found if isinstance(node, (cst.Name, cst.Attribute, cst.Subscript)) else None


def _holds_variables(value: Value) -> bool:
    if isinstance(value, LibraryMethod):
        value = value.receiver
    return isinstance(value, (Instance, Layer, Model))


def _functions(value: Value) -> list[Function]:
    """The function that is called when ``value`` is."""
    match value:
        case Function():
            return [value]
        case Method(function=function) | Partial(function=function) | TracedCallable(inner=function):
            return _functions(function)
    return []
