"""What an expression in a file holds, as far as assignments, calls and names in the file tell: for fixes.

A fix that writes a tape has to know which sources are variables, which are tensors that must be watched, and which are
lists. Unknown is None.
"""

from __future__ import annotations

from dataclasses import dataclass

import libcst as cst

from tfgraphlint.fixes.imports import full_name
from tfgraphlint.fixes.value_uses import calls_of, parameter_of
from tfgraphlint.libraries.words import VARIABLE_MAKERS, WEIGHT_LISTS
from tfgraphlint.syntax.bindings import names_in, parameters
from tfgraphlint.syntax.lookups import names_called
from tfgraphlint.syntax.parents import ancestors, parent, scopes_of
from tfgraphlint.syntax.tree import Tree, children_of, nodes_in, once_per_node

VARIABLE, TENSOR = "variable", "tensor"
MAKERS_OF_VARIABLES = frozenset({*VARIABLE_MAKERS, "tensorflow.compat.v1.get_variable"})
HOSTS_OF_TENSORS = ("tensorflow.py_function", "tensorflow.map_fn", "tensorflow.while_loop")
MAX_STEPS = 8


@dataclass(frozen=True)
class Held:
    """The kind of thing, or of each element where it is a list."""

    kind: str
    is_list: bool = False


def held(tree: Tree, value: cst.BaseExpression, steps: int = MAX_STEPS) -> Held | None:
    """What ``value`` holds; None where the file does not tell for certain."""
    if steps == 0:
        return None
    known = _known(tree, value)
    if steps not in known:
        known[steps] = _held(tree, value, steps)
    return known[steps]


@once_per_node
def _known(tree: Tree, value: cst.CSTNode) -> dict[int, Held | None]:
    """What is known already, by how many steps it may take: ``y = y + f(y)`` comes back to itself in many ways."""
    return {}


@once_per_node
def _known_names(tree: Tree, home: cst.CSTNode) -> dict[tuple[str, int], Held | None]:
    """The same of names that are bound in ``home``."""
    return {}


def _held(tree: Tree, value: cst.BaseExpression, steps: int) -> Held | None:
    match value:
        case cst.List(elements=elements) | cst.Tuple(elements=elements):
            kinds = {held(tree, each.value, steps - 1) for each in elements}
            return _same(kinds, is_list=True)
        case cst.Attribute(attr=cst.Name(value=name)) if name in WEIGHT_LISTS and not _assigned_to(tree, value):
            return Held(VARIABLE, True)
        case cst.Attribute():
            return _agreed(tree, _assigned_to(tree, value), steps)
        case cst.Name():
            return _of_name(tree, value, steps)
        case cst.Call():
            return _of_call(tree, value)
        case cst.BinaryOperation(left=left, right=right):
            sides = {held(tree, left, steps - 1), held(tree, right, steps - 1)} - {None}
            is_list = any(side is not None and side.is_list for side in sides)
            return Held(TENSOR) if sides and not is_list else None
        case cst.Subscript(value=inner):
            whole = held(tree, inner, steps - 1)
            if whole is None:
                return None
            return Held(whole.kind if whole.is_list else TENSOR)
    return None


def _same(kinds: set[Held | None], is_list: bool = False) -> Held | None:
    if len(kinds) != 1:
        return None
    only = kinds.pop()
    return Held(only.kind, is_list or only.is_list) if only is not None and not (is_list and only.is_list) else None


def _agreed(tree: Tree, values: list[cst.BaseExpression], steps: int) -> Held | None:
    return _same({held(tree, value, steps - 1) for value in values}) if values else None


def _of_call(tree: Tree, call: cst.Call) -> Held | None:
    name = full_name(tree, call.func) or ""
    if name in MAKERS_OF_VARIABLES:
        return Held(VARIABLE)
    if isinstance(call.func, cst.Attribute) and call.func.attr.value == "add_weight":
        return Held(VARIABLE)
    if isinstance(call.func, cst.Name) and call.func.value in ("list", "tuple") and len(call.args) == 1:
        return held(tree, call.args[0].value)
    module, _, short = name.rpartition(".")
    is_function = short[:1].islower() and module.startswith("tensorflow")
    return Held(TENSOR) if is_function and not module.startswith("tensorflow.keras") else None


def _of_name(tree: Tree, name: cst.Name, steps: int) -> Held | None:
    looped = iterated_for(tree, name)
    if looped is not None:
        whole = held(tree, looped, steps - 1)
        return Held(whole.kind) if whole is not None else None
    for scope in scopes_of(tree, name):
        if isinstance(scope, cst.FunctionDef):
            values = assigned_in(tree, scope.body, name.value)
            if values:
                agreed = _agreed_in(tree, scope.body, name.value, steps)
                return agreed or _by_use(tree, scope.body, name.value, values)
            if name.value in {param.name.value for param in parameters(scope)}:
                return _of_parameter(tree, scope, name.value, steps)
    return _agreed_in(tree, tree.module, name.value, steps)


def _agreed_in(tree: Tree, home: cst.CSTNode, name: str, steps: int) -> Held | None:
    known = _known_names(tree, home)
    if (name, steps) not in known:
        known[name, steps] = _agreed(tree, assigned_in(tree, home, name), steps)
    return known[name, steps]


def _by_use(tree: Tree, block: cst.CSTNode, name: str, values: list[cst.BaseExpression]) -> Held | None:
    """What a call gave is a tensor where it is calculated with."""
    if not all(isinstance(value, cst.Call) and full_name(tree, value.func) is None for value in values):
        return None
    for node in names_called(tree, block, name):
        holder = parent(tree, node)
        call = parent(tree, holder) if isinstance(holder, cst.Arg) else None
        is_given = isinstance(call, cst.Call) and call.args[0] is holder
        if isinstance(holder, cst.BinaryOperation) or (
            is_given and isinstance(call, cst.Call) and _of_call(tree, call) == Held(TENSOR)
        ):
            return Held(TENSOR)
    return None


def iterated_for(tree: Tree, name: cst.Name) -> cst.BaseExpression | None:
    """What a ``for`` around ``name`` goes through to give it its values."""
    for above in ancestors(tree, name):
        loop = above if isinstance(above, cst.For) else getattr(above, "for_in", None)
        if loop is not None and name.value in names_in(loop.target):
            return loop.iter if isinstance(loop.target, cst.Name) else None
    return None


def _of_parameter(tree: Tree, function: cst.FunctionDef, name: str, steps: int) -> Held | None:
    """What the callers in this file give for a parameter."""
    given = [
        argument.value
        for call in calls_of(tree, function)
        for argument in call.args
        if parameter_of(function, call, argument) == name
    ]
    if not given and _is_handed_to_host(tree, function):
        return Held(TENSOR)
    return _agreed(tree, given, steps)


def _is_handed_to_host(tree: Tree, function: cst.FunctionDef) -> bool:
    """Whether TensorFlow calls the function with eager tensors, and nobody else does."""
    for node in names_called(tree, tree.module, function.name.value):
        if node is not function.name:
            argument = parent(tree, node)
            call = parent(tree, argument) if isinstance(argument, cst.Arg) else None
            if not isinstance(call, cst.Call) or full_name(tree, call.func) not in HOSTS_OF_TENSORS:
                return False
    return True


def _assigned_to(tree: Tree, attribute: cst.Attribute) -> list[cst.BaseExpression]:
    """What the class assigns to ``self.name``."""
    owner = next((scope for scope in scopes_of(tree, attribute) if isinstance(scope, cst.ClassDef)), None)
    written = tree.code(attribute)
    if owner is None or not written.startswith("self."):
        return []
    return _assigned_by_code(tree, owner).get(written, [])


@once_per_node
def _assigned_by_code(tree: Tree, owner: cst.CSTNode) -> dict[str, list[cst.BaseExpression]]:
    """The values of all assignments within a class, by the target as it is written."""
    found: dict[str, list[cst.BaseExpression]] = {}
    for node in nodes_in(owner):
        if isinstance(node, cst.Assign):
            for written in dict.fromkeys(tree.code(target.target) for target in node.targets):
                found.setdefault(written, []).append(node.value)
    return found


def values_of(tree: Tree, value: cst.BaseExpression) -> list[cst.BaseExpression]:
    """What the file assigns to a name, or the class to an attribute of ``self``."""
    if isinstance(value, cst.Attribute):
        return _assigned_to(tree, value)
    if not isinstance(value, cst.Name):
        return []
    for scope in scopes_of(tree, value):
        if isinstance(scope, cst.FunctionDef) and (found := assigned_in(tree, scope.body, value.value)):
            return found
    return assigned_in(tree, tree.module, value.value)


def assigned_in(tree: Tree, home: cst.CSTNode, name: str) -> list[cst.BaseExpression]:
    """The values that are assigned to ``name`` in ``home``, not in functions within it."""
    return list(_assignments(tree, home).get(name, ()))


@once_per_node
def _assignments(tree: Tree, home: cst.CSTNode) -> dict[str, list[cst.BaseExpression]]:
    """All assignments in ``home`` by name, in the order of the text."""
    found: dict[str, list[cst.BaseExpression]] = {}
    pending = [home]
    while pending:
        node = pending.pop()
        match node:
            case cst.Assign(targets=targets, value=value):
                for target in targets:
                    for name in dict.fromkeys(names_in(target.target)):
                        found.setdefault(name, []).append(_element(target.target, value, name))
                continue
            case cst.AnnAssign(target=cst.Name(value=name), value=value) if value is not None:
                found.setdefault(name, []).append(value)
                continue
        within = (cst.FunctionDef, cst.ClassDef, cst.Lambda)
        pending += [child for child in reversed(children_of(node)) if not isinstance(child, within)]
    return found


def is_array(tree: Tree, value: cst.BaseExpression) -> bool:
    """Whether a value is an array or list for certain: made by NumPy, or a name for what was."""
    pending, seen, is_made = [value], {value}, False
    while pending:
        here = pending.pop()
        if isinstance(here, cst.Name):
            scope = next((scope for scope in scopes_of(tree, here) if isinstance(scope, cst.FunctionDef)), None)
            assigned = assigned_in(tree, scope.body if scope is not None else tree.module, here.value)
            if not assigned:
                return False
            pending += [each for each in assigned if each not in seen]  # names can be bound to each other
            seen.update(assigned)
        elif not _makes_array(tree, here):
            return False
        else:
            is_made = True
    return is_made


def _makes_array(tree: Tree, value: cst.BaseExpression) -> bool:
    if isinstance(value, cst.Call):
        return (full_name(tree, value.func) or "").startswith("numpy.")
    return isinstance(value, (cst.List, cst.ListComp))


def _element(target: cst.BaseExpression, value: cst.BaseExpression, name: str) -> cst.BaseExpression:
    """The part of ``value`` that goes to ``name``; what tells nothing where that is not written."""
    if isinstance(target, cst.Name):
        return value
    if isinstance(target, (cst.Tuple, cst.List)) and isinstance(value, (cst.Tuple, cst.List)):
        for left, right in zip(target.elements, value.elements):
            if isinstance(left.value, cst.Name) and left.value.value == name:
                return right.value
    return cst.Ellipsis()
