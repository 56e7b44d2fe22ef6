"""Calls of TensorFlow and NumPy functions written anew with ``keras.ops``, as far as both were seen to agree."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import libcst as cst

from tfgraphlint.diagnostic import Edit, Span
from tfgraphlint.fixes.imports import spell_any
from tfgraphlint.libraries.tables import KerasOperation, Tables, load
from tfgraphlint.syntax.tree import Tree


def with_operation(tree: Tree, call: cst.Call, name: str) -> tuple[Edit, ...] | None:
    """The edits that make a call of ``name`` one of ``keras.ops``; None where an argument cannot be carried over."""
    tables = load()
    operation, params = _operation(tables, name)
    if operation is None or any(arg.star for arg in call.args):
        return None
    record = tables.function(operation.name)
    given = {_parameter(arg, index, params) for index, arg in enumerate(call.args)}
    if record is None or operation.needs and operation.needs not in given or not given <= set(operation.arguments):
        return None
    spelled = spell_any(tree, (f"tensorflow.{operation.name}", operation.name), call)
    arguments = _arguments(tree, call, params, operation.arguments, record.params)
    return (*spelled.edits, Edit(tree.span(call.func), spelled.text), *arguments)


def _operation(tables: Tables, name: str) -> tuple[KerasOperation | None, tuple[str, ...]]:
    """What can stand for a function, and the parameters of the function in their order."""
    record = tables.function(name)
    if record is not None:
        return tables.keras_operation(name), record.params
    equivalent = tables.numpy_equivalent(name)
    if equivalent is None or equivalent.keras is None or not equivalent.keras.exact or equivalent.keras.extra:
        return None, ()
    return KerasOperation(equivalent.keras.name, equivalent.keras.arguments, ""), equivalent.params


def _parameter(arg: cst.Arg, index: int, params: tuple[str, ...]) -> str:
    if arg.keyword is not None:
        return arg.keyword.value
    return params[index] if index < len(params) else "?"


def _arguments(
    tree: Tree, call: cst.Call, params: tuple[str, ...], renamed: Mapping[str, str], order: tuple[str, ...]
) -> Iterator[Edit]:
    """Keywords by their new names; positional arguments get one where their place is another."""
    in_place = True
    for index, arg in enumerate(call.args):
        wanted = renamed[_parameter(arg, index, params)]
        if arg.keyword is not None:
            if arg.keyword.value != wanted:
                yield Edit(tree.span(arg.keyword), wanted)
            continue
        in_place = in_place and index < len(order) and order[index] == wanted
        if not in_place:
            start = tree.span(arg.value).start
            yield Edit(Span(tree.filename, start, start), f"{wanted}=")
