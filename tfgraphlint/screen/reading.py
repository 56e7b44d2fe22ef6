"""Reads a file for the screen: one walk over CPython's tree, which notes what each node says."""

from __future__ import annotations

import ast
from collections.abc import Callable, Mapping
from typing import Any, Union

from tfgraphlint.libraries.words import DATASET_TRANSFORMATIONS, KERNELS, RUN_ONCE
from tfgraphlint.screen.doubts import (
    read_all_values,
    read_comparison,
    read_formatted,
    read_keys,
    read_negation,
    read_operation,
    read_starred,
    read_subscript,
    read_test,
)
from tfgraphlint.screen.expressions import asked_for_shape, is_text, shown_in, targets_in
from tfgraphlint.screen.loops import Comprehension, Loop, called_anew
from tfgraphlint.screen.notes import VARIABLE_MAKERS, Notes
from tfgraphlint.screen.parts import Function, Part, mention, take_parameters
from tfgraphlint.screen.symptoms import CHANGES, RESULT_NEEDED, read_call, read_named_call, stands_for_symptom
from tfgraphlint.screen.tracing import TRACED_METHODS
from tfgraphlint.screen.triggers import reads_lost_value
from tfgraphlint.syntax.ast_names import first_name, last_name, names_in_chain
from tfgraphlint.syntax.ast_walk import node_fields, walk

Walked = Union[ast.For, ast.AsyncFor, ast.comprehension]
Reader = Callable[[Notes, Any, Part], Union[Part, None]]


def read(tree: ast.Module) -> Notes:
    """What the screen notes of a file."""
    notes = _read(tree, _READERS)
    notes.loops.clear()  # nobody asks any more
    return notes


def read_names(tree: ast.Module) -> Notes:
    """Of all this only what functions name, what the file imports, and what its top level binds."""
    return _read(tree, _NAME_READERS)


def _read(tree: ast.Module, readers: Mapping[type[ast.AST], Reader]) -> Notes:
    notes = Notes()
    pending: list[tuple[ast.AST, Part]] = [(node, notes.module) for node in reversed(tree.body)]
    while pending:
        node, part = pending.pop()
        kind = type(node)
        if kind is ast.Name:
            mention(part, node.id)  # type: ignore[attr-defined]
            continue
        reader = readers.get(kind)
        inner = part if reader is None else reader(notes, node, part) or part
        for name in reversed(node_fields(kind)):
            below = getattr(node, name, None)
            if type(below) is list:
                pending += [(child, inner) for child in reversed(below) if isinstance(child, ast.AST)]
            elif isinstance(below, ast.AST):
                pending.append((below, inner))
    return notes


# -- what has a part of its own --------------------------------------------------------------------


def _class(notes: Notes, node: ast.ClassDef, part: Part) -> Part:
    mention(part, node.name)
    bases = {word for base in node.bases for word in names_in_chain(base)}
    of_keras = any("Layer" in word or "Model" in word for word in bases)
    if any(_is_of_library(notes, base) for base in node.bases):
        notes.variables |= KERNELS  # those that a class has from ``keras.layers.Dense``
    inner = Part(node.name, part, is_class=True, holds_weights=of_keras)
    notes.parts.append(inner)
    return inner


def _is_of_library(notes: Notes, base: ast.expr) -> bool:
    """Whether a class may be one of Keras' layers."""
    if isinstance(base, ast.Name):
        return notes.imports.is_class_of_keras(base.id)
    return first_name(base) in notes.imports.tensorflow | notes.imports.layer_modules


def _lambda(notes: Notes, node: ast.Lambda, part: Part) -> Part:
    name = notes.tracing.lambda_names.get(id(node))
    return _entered(notes, node, Part(name or "", part, traced=name == "", is_lambda=True))


def _function(notes: Notes, node: ast.FunctionDef | ast.AsyncFunctionDef, part: Part) -> Part:
    inner = Part(node.name, part, traced=node.name in TRACED_METHODS and part.is_class)
    for decorator in node.decorator_list:
        notes.tracing.decorate(inner, decorator)
    return _entered(notes, node, inner)


def _entered(notes: Notes, node: Function, inner: Part) -> Part:
    take_parameters(node.args, inner)
    if not inner.decorators:
        inner.tensors.discard("training")
    notes.parts.append(inner)
    return inner


# -- what is bound and changed ---------------------------------------------------------------------


def _import(notes: Notes, node: ast.Import | ast.ImportFrom, part: Part) -> None:
    notes.imports.read(node)


def _assign(notes: Notes, node: ast.Assign, part: Part) -> None:
    for target in node.targets:
        _bind(notes, target, node.value, part)


def _assign_one(notes: Notes, node: ast.AnnAssign | ast.NamedExpr, part: Part) -> None:
    if node.value is not None:
        _bind(notes, node.target, node.value, part)


def _bind(notes: Notes, target: ast.expr, value: ast.expr, part: Part) -> None:
    part.doubts += filter(None, [asked_for_shape(value)])
    part.doubts += shown_in(value)
    if isinstance(target, (ast.Tuple, ast.List)) and isinstance(value, (ast.Name, ast.Attribute, ast.Subscript)):
        part.doubts.append(value)
    names: set[str] = set()
    if stands_for_symptom(notes, value):
        notes.renamed.update(last_name(each) for each in targets_in(target))
    for each in targets_in(target):
        if isinstance(each, ast.Name):
            names.add(each.id)
            if part.outer is None and each.id in part.own and isinstance(value, (ast.Constant, ast.BinOp, ast.UnaryOp)):
                notes.changed.add(each.id)  # a trace keeps what it has read of it before
        elif isinstance(each, ast.Attribute):
            _set_attribute(notes, each.attr, value, part)
        elif isinstance(each, ast.Subscript):
            _set_item(notes, each, part)
    part.own |= names
    if isinstance(value, ast.Lambda) and len(names) == 1:
        notes.tracing.lambda_names.setdefault(id(value), *names)
    if names:
        part.bindings.append((names, value))


def _set_attribute(notes: Notes, name: str, value: ast.expr, part: Part) -> None:
    part.doubts.append(value)
    if part.name not in RUN_ONCE:
        notes.changed.add(name)
    made = next(filter(_makes_variable, _held(value)), None)
    if made is not None:
        notes.variables.add(name)
        if part.outer is not None and part.outer.holds_weights and last_name(made) == "Variable":
            part.anywhere = True  # Keras may not find it
    elif part.name in RUN_ONCE and part.outer is not None and part.outer.holds_weights:
        part.anywhere = part.anywhere or _computes_once(notes, value, part)


def _held(value: ast.expr) -> list[ast.expr]:
    """What is kept as it is, or in a list, a tuple or a dictionary that is written there."""
    match value:
        case ast.List(elts=held) | ast.Tuple(elts=held) | ast.Dict(values=held):
            return held
        case ast.ListComp(elt=held) | ast.DictComp(value=held):
            return [held]
    return [value]


def _makes_variable(value: ast.expr) -> bool:
    return isinstance(value, ast.Call) and last_name(value.func) in VARIABLE_MAKERS


def _computes_once(notes: Notes, value: ast.expr, part: Part) -> bool:
    """Whether a tensor may be computed here from weights, once for all calls: ``self.w = tf.exp(self.log_w)``."""
    roots = {first_name(each) for each in walk(value) if isinstance(each, ast.Attribute)}
    of_tensorflow = isinstance(value, ast.Call) and first_name(value.func) in notes.imports.tensorflow
    if part.name == "build":
        return of_tensorflow or isinstance(value, ast.BinOp) and "self" in roots
    return "self" in roots and not notes.imports.tensorflow.isdisjoint(roots)


def _set_item(notes: Notes, target: ast.Subscript, part: Part) -> None:
    """``x[…] = …``: not with tensors, and what traced code has looked up before it does not look up again."""
    if not is_text(target.slice):
        part.doubts.append(target.value)
    written = target.value
    if isinstance(written, ast.Name):
        part.written.add(written.id)
        part.writes_items = part.writes_items or written.id in part.parameters
    elif isinstance(written, ast.Attribute) and written.attr in notes.variables:
        part.anywhere = True
    if part.outer is None:
        notes.changed.add(last_name(written))


def _augment(notes: Notes, node: ast.AugAssign, part: Part) -> None:
    if isinstance(node.target, ast.Name):
        part.bindings.append(({node.target.id}, node.value))
        if part.outer is None:
            notes.changed.add(node.target.id)
        return
    part.symptom = True
    if isinstance(node.target, ast.Attribute):
        notes.changed.add(node.target.attr)
    else:
        _set_item(notes, node.target, part)


def _with(notes: Notes, node: ast.With | ast.AsyncWith, part: Part) -> None:
    for item in node.items:
        if item.optional_vars is not None:
            _bind(notes, item.optional_vars, item.context_expr, part)


# -- loops -----------------------------------------------------------------------------------------


def _comprehension(notes: Notes, node: ast.comprehension, part: Part) -> None:
    _walk(notes, node, part)
    part.doubts += node.ifs


def _walk(notes: Notes, node: Walked, part: Part) -> None:
    _bind(notes, node.target, node.iter, part)
    by_name = isinstance(node.iter, (ast.Name, ast.Attribute, ast.Subscript))
    if by_name or first_name(node.iter) in notes.imports.tensorflow:  # ``tf.range`` without AutoGraph
        part.doubts.append(node.iter)


def _for(notes: Notes, node: ast.For | ast.AsyncFor, part: Part) -> None:
    _walk(notes, node, part)
    if any(map(_fills_list, walk(node))):
        part.doubts.append(node.iter)
    _bind_given_back(node, node.iter, part)
    _repeat(notes, node, part)


def _while(notes: Notes, node: ast.While, part: Part) -> None:
    _if(notes, node, part)
    _repeat(notes, node, part)


def _if(notes: Notes, node: ast.If | ast.While, part: Part) -> None:
    read_test(notes, node, part)
    _bind_given_back(node, node.test, part)


def _bind_given_back(node: ast.If | ast.While | ast.For | ast.AsyncFor, by: ast.expr, part: Part) -> None:
    """What a condition or loop assigns is a tensor where one decides it."""
    names = {
        name.id for statement in (*node.body, *node.orelse) if isinstance(statement, (ast.Assign, ast.AugAssign))
        for name in (statement.targets if isinstance(statement, ast.Assign) else [statement.target])
        if isinstance(name, ast.Name)
    }  # fmt: skip
    if names:
        part.bindings.append((names, by))


def _repeat(notes: Notes, node: Loop, part: Part) -> None:
    part.repeated.update(called_anew(node, notes.loops))


def _comprehensions(notes: Notes, node: Comprehension, part: Part) -> None:
    part.repeated.update(called_anew(node, notes.loops))


def _fills_list(node: ast.AST) -> bool:
    return isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr in CHANGES


# -- the rest --------------------------------------------------------------------------------------


def _attribute(notes: Notes, node: ast.Attribute, part: Part) -> None:
    mention(part, node.attr)
    if reads_lost_value(node):
        mention(part, f".{node.attr}")


def _statement(notes: Notes, node: ast.Expr, part: Part) -> None:
    if isinstance(node.value, ast.Call) and last_name(node.value) in RESULT_NEEDED:
        part.symptom = True
    if isinstance(node.value, ast.Call) and last_name(node.value) in DATASET_TRANSFORMATIONS:
        part.anywhere = True


def _outer_name(notes: Notes, node: ast.Global | ast.Nonlocal, part: Part) -> None:
    part.symptom = True


def _bind_names(target: ast.expr, value: ast.expr | None, notes: Notes, part: Part) -> None:
    names = {each.id for each in targets_in(target) if isinstance(each, ast.Name)}
    part.own |= names
    if isinstance(value, ast.Lambda) and len(names) == 1:
        notes.tracing.lambda_names.setdefault(id(value), *names)


def _assign_names(notes: Notes, node: ast.Assign, part: Part) -> None:
    for target in node.targets:
        _bind_names(target, node.value, notes, part)


def _assign_one_name(notes: Notes, node: ast.AnnAssign | ast.NamedExpr, part: Part) -> None:
    if node.value is not None:
        _bind_names(node.target, node.value, notes, part)


def _with_names(notes: Notes, node: ast.With | ast.AsyncWith, part: Part) -> None:
    for item in node.items:
        if item.optional_vars is not None:
            _bind_names(item.optional_vars, item.context_expr, notes, part)


def _loop_names(notes: Notes, node: Walked, part: Part) -> None:
    _bind_names(node.target, node.iter, notes, part)


_READERS: dict[type[ast.AST], Reader] = {
    ast.ClassDef: _class, ast.FunctionDef: _function, ast.AsyncFunctionDef: _function, ast.Lambda: _lambda,
    ast.Import: _import, ast.ImportFrom: _import, ast.Assign: _assign, ast.AnnAssign: _assign_one,
    ast.NamedExpr: _assign_one, ast.AugAssign: _augment, ast.With: _with, ast.AsyncWith: _with,
    ast.For: _for, ast.AsyncFor: _for, ast.comprehension: _comprehension, ast.While: _while,
    ast.If: _if, ast.IfExp: read_test, ast.Assert: read_test, ast.BoolOp: read_all_values,
    ast.FormattedValue: read_formatted,
    ast.Subscript: read_subscript, ast.Attribute: _attribute, ast.Expr: _statement, ast.Call: read_call,
    ast.ListComp: _comprehensions, ast.SetComp: _comprehensions, ast.GeneratorExp: _comprehensions,
    ast.DictComp: _comprehensions, ast.Compare: read_comparison, ast.BinOp: read_operation, ast.UnaryOp: read_negation,
    ast.Starred: read_starred,
    ast.Dict: read_keys, ast.Set: read_keys, ast.Global: _outer_name, ast.Nonlocal: _outer_name,
}  # fmt: skip
_NAME_READERS: dict[type[ast.AST], Reader] = {
    ast.ClassDef: _class, ast.FunctionDef: _function, ast.AsyncFunctionDef: _function, ast.Lambda: _lambda,
    ast.Import: _import, ast.ImportFrom: _import, ast.Assign: _assign_names, ast.AnnAssign: _assign_one_name,
    ast.NamedExpr: _assign_one_name, ast.With: _with_names, ast.AsyncWith: _with_names, ast.For: _loop_names,
    ast.AsyncFor: _loop_names, ast.comprehension: _loop_names, ast.Attribute: _attribute, ast.Call: read_named_call,
}  # fmt: skip
