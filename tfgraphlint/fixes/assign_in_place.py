"""``w = w - x`` written as what it means for a variable: ``w.assign_sub(x)``, ``w.assign_add(x)``, ``w.assign(x)``."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace

import libcst as cst

from tfgraphlint.diagnostic import Applicability, Edit, Fix, Span
from tfgraphlint.facts.common import Place
from tfgraphlint.facts.gradients import GradientCut, VariableAugmented
from tfgraphlint.fixes.add_watch import watched
from tfgraphlint.fixes.edits import end_of, start_of
from tfgraphlint.fixes.numpy_calls import spell_tensorflow, text_of
from tfgraphlint.fixes.variable_holders import is_alias, is_held_once, is_of_plain_variables, is_recorded
from tfgraphlint.syntax.lookups import names_called
from tfgraphlint.syntax.parents import parent, scopes_of
from tfgraphlint.syntax.tree import Tree, nodes_in, once_per_node

METHODS: dict[type[cst.CSTNode], str] = {
    cst.Add: "assign_add", cst.Subtract: "assign_sub", cst.AddAssign: "assign_add", cst.SubtractAssign: "assign_sub",
}  # fmt: skip
OPERATORS: dict[type[cst.CSTNode], str] = {
    cst.MultiplyAssign: "*", cst.DivideAssign: "/", cst.PowerAssign: "**", cst.FloorDivideAssign: "//",
    cst.MatrixMultiplyAssign: "@", cst.ModuloAssign: "%",
}  # fmt: skip
TARGETS = (cst.Name, cst.Attribute, cst.Subscript)


def repaired(fact: GradientCut | VariableAugmented) -> tuple[Fix | None, tuple[Fix, ...]]:
    """The fix of a statement that binds a variable's name to a tensor, and what else can be meant.

    Under another tape, and where the name was given what another one holds, the new value is meant to be a tensor: the
    tape of the next step has to watch it. Elsewhere the variable is changed in place, which is safe where no other name
    holds it.
    """
    place = fact.place
    target = _target(place.node)
    if target is None:
        return None, ()
    calls = (*fact.calls, *(fact.fault.calls if isinstance(fact, GradientCut) else ()))
    in_place = assigned_in_place(place.tree, place.node, is_seen=not place_is_here(place, calls))
    watch = _watched(fact, target) if isinstance(fact, GradientCut) else None
    if keeps_variable(fact):
        return watch, ()
    is_open = in_place is not None and in_place.applicability is not Applicability.SAFE and watch is not None
    return in_place, (_offered(watch),) if is_open and watch is not None else ()


def keeps_variable(fact: GradientCut | VariableAugmented) -> bool:
    """Whether the variable has to stay as it is: another name holds it, or a tape records what happens to it."""
    calls = (*fact.calls, *(fact.fault.calls if isinstance(fact, GradientCut) else ()))
    target = _target(fact.place.node)
    return target is not None and (is_recorded(fact.place, calls) or is_alias(fact.place.tree, target))


def place_is_here(place: Place, calls: Iterable[Place]) -> bool:
    """Whether the code was reached from its own file alone."""
    return all(call.tree is place.tree for call in calls)


def _target(statement: cst.CSTNode) -> cst.BaseExpression | None:
    match statement:
        case cst.Assign(targets=[cst.AssignTarget(target=target)]) | cst.AugAssign(target=target):
            return target if isinstance(target, TARGETS) else None
    return None


def _watched(fact: GradientCut, target: cst.BaseExpression) -> Fix | None:
    """The tape of the next step watches what the name holds then, a variable or a tensor."""
    if fact.lost.source.written.tree is not fact.place.tree or not is_of_plain_variables(fact.place.tree, target):
        return None
    return watched(fact.lost)


def _offered(fix: Fix) -> Fix:
    message = f"if the variable is to keep its value: {fix.message}"
    return replace(fix, message=message, applicability=Applicability.DISPLAY)


def assigned_in_place(tree: Tree, statement: cst.CSTNode, is_seen: bool = False) -> Fix | None:
    """``w = w - x`` as ``w.assign_sub(x)``; None for several targets at once. ``is_seen``: other files may hold it."""
    match statement:
        case cst.Assign(targets=[cst.AssignTarget(target=target)], value=value) if isinstance(target, TARGETS):
            edits = _assign(tree, statement, target, value)
        case cst.AugAssign(target=target, value=value) if isinstance(target, TARGETS):
            edits = _augmented(tree, statement, target)
        case _:
            return None
    if edits is None:
        return None
    copies = list(_copies(tree, target))
    is_safe = not copies and not is_seen and is_held_once(tree, target, statement)
    kind = Applicability.SAFE if is_safe else Applicability.UNSAFE
    return Fix(f"change the variable in place: `{tree.code(target)}.assign…`", kind, (*edits, *copies))


def _assign(
    tree: Tree, statement: cst.Assign, target: cst.BaseExpression, value: cst.BaseExpression
) -> list[Edit] | None:
    if isinstance(value, (cst.Tuple, cst.Yield, *TARGETS)):
        return None  # several values, or one that another name holds
    name = tree.code(target)
    match value:
        case cst.BinaryOperation(left=left, operator=cst.Add() | cst.Subtract(), right=right) if _is(tree, left, name):
            return _called(tree, statement, target, METHODS[type(value.operator)], right)
        case cst.BinaryOperation(left=left, operator=cst.Add(), right=right) if _is(tree, right, name):
            return _called(tree, statement, target, "assign_add", left)
    return _called(tree, statement, target, "assign", value)


def _is(tree: Tree, node: cst.BaseExpression, name: str) -> bool:
    return not node.lpar and tree.code(node) == name


def _called(
    tree: Tree, statement: cst.CSTNode, target: cst.BaseExpression, method: str, argument: cst.BaseExpression
) -> list[Edit] | None:
    """``target.method(argument)`` in the place of the statement; the parentheses around the argument go."""
    inner = tree.span(argument)
    head = Span(tree.filename, end_of(tree, target), inner.start)
    tail = Span(tree.filename, inner.end, tree.span(statement).end)
    if "#" in text_of(tree, head) + text_of(tree, tail) or isinstance(argument, cst.GeneratorExp):
        return None
    return [Edit(head, f".{method}("), Edit(tail, ")")]


def _augmented(tree: Tree, statement: cst.AugAssign, target: cst.BaseExpression) -> list[Edit] | None:
    method = METHODS.get(type(statement.operator))
    if method is not None:
        return _called(tree, statement, target, method, statement.value)
    operator = OPERATORS.get(type(statement.operator))
    if operator is None:
        return None
    value = statement.value
    is_atom = bool(value.lpar) or isinstance(value, (cst.Name, cst.Attribute, cst.Call, cst.Subscript, cst.Float))
    head = Span(tree.filename, end_of(tree, target), start_of(tree, value))
    tail = Span(tree.filename, end_of(tree, value), tree.span(statement).end)
    if "#" in text_of(tree, head) + text_of(tree, tail):
        return None
    opening = "" if is_atom else "("
    closing = ")" if is_atom else "))"
    return [Edit(head, f".assign({tree.code(target)} {operator} {opening}"), Edit(tail, closing)]


def _copies(tree: Tree, target: cst.BaseExpression) -> Iterator[Edit]:
    """Other names and lists that were to keep the value from before get a copy of it."""
    scopes = scopes_of(tree, target)
    is_attribute = isinstance(target, cst.Attribute)
    wanted: type[cst.CSTNode] = cst.ClassDef if is_attribute else cst.FunctionDef
    scope = next((scope for scope in scopes if isinstance(scope, wanted)), tree.module)
    name = tree.code(target)
    for node in _kept(tree, scope).get(name, ()):
        spelled = spell_tensorflow(tree, "tensorflow.identity", node)
        yield tree.replace(node, f"{spelled.text}({name})")
        yield from spelled.edits


@once_per_node
def _kept(tree: Tree, scope: cst.CSTNode) -> dict[str, list[cst.BaseExpression]]:
    """What something keeps for later of the names, attributes and items within ``scope``, as they are written."""
    found: dict[str, list[cst.BaseExpression]] = {}
    for node in nodes_in(scope):
        if isinstance(node, TARGETS) and _keeps(tree, node):
            found.setdefault(tree.code(node), []).append(node)
    return found


def _keeps(tree: Tree, node: cst.CSTNode) -> bool:
    """Whether something keeps the value for later: ``before = w``, ``history.append(w)``."""
    holder = parent(tree, node)
    match holder:
        case cst.Assign(value=value, targets=[cst.AssignTarget(target=cst.Name(value=name))]):
            return value is node and not _is_trained_with(tree, name)
        case cst.Arg():
            match parent(tree, holder):
                case cst.Call(func=cst.Attribute(attr=cst.Name(value="append"))):
                    return True
    return False


def _is_trained_with(tree: Tree, name: str) -> bool:
    """Whether a tape records what is done with ``name``: then it is another name of the variable (tied weights)."""
    return any(is_recorded(Place(tree, node), ()) for node in names_called(tree, tree.module, name))
