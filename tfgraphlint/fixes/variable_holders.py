"""Who else holds a variable, and what records its update: whether a change in place is seen by others.

``w.assign_sub(x)`` in the place of ``w = w - x`` changes the variable for everybody who holds it, and cuts the gradient
of a tape that is recording. It is safe only where one name holds the variable and no tape records.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

import libcst as cst

from tfgraphlint.facts.common import Place
from tfgraphlint.fixes.imports import full_name
from tfgraphlint.fixes.value_kinds import MAKERS_OF_VARIABLES, assigned_in, values_of
from tfgraphlint.fixes.value_uses import calls_of, function_called, parameter_of
from tfgraphlint.libraries.words import KEEPS_ARGUMENTS, TAKES_VARIABLES
from tfgraphlint.syntax.bindings import bound_in
from tfgraphlint.syntax.lookups import attributes_called, names_called
from tfgraphlint.syntax.parents import ancestors, parent, scopes_of
from tfgraphlint.syntax.tree import Tree, children_of, once_per_node

MAX_FUNCTIONS = 5
RECORDERS = ("tensorflow.GradientTape", "tensorflow.autodiff.ForwardAccumulator", "tensorflow.autodiff.GradientTape")
HOLDERS = (cst.Name, cst.Attribute, cst.Subscript)
SHOWING = frozenset({"print", "float", "str", "repr", "abs", "len", "int", "bool", "isinstance", "format"})


def is_recorded(place: Place, calls: Iterable[Place]) -> bool:
    """Whether a tape may record at ``place``: around it, or around a call through which it is reached."""
    return _is_in_recorder(place.tree, place.node, set()) or any(
        _is_in_recorder(call.tree, call.node, set()) for call in calls
    )


def _is_in_recorder(tree: Tree, node: cst.CSTNode, seen: set[cst.CSTNode]) -> bool:
    for above in ancestors(tree, node):
        if isinstance(above, cst.With) and any(_records(tree, item.item) for item in above.items):
            return True
        if isinstance(above, cst.FunctionDef) and above not in seen:
            seen.add(above)
            if any(_is_in_recorder(tree, call, seen) for call in calls_of(tree, above)):
                return True
    return False


def _records(tree: Tree, item: cst.BaseExpression) -> bool:
    if isinstance(item, cst.Call):
        return full_name(tree, item.func) in RECORDERS
    if not isinstance(item, cst.Name):
        return False
    return any(
        isinstance(value, cst.Call) and _records(tree, value)
        for home in _homes(tree, item)
        for value in assigned_in(tree, home, item.value)
    )


def is_alias(tree: Tree, target: cst.BaseExpression) -> bool:
    """Whether a name got what another name holds (``fast = w``), or a list of what others hold (``list(slow)``)."""
    match target:
        case cst.Subscript(value=cst.Name() as whole):
            return any(_is_copied_list(tree, value) for value in _assigned(tree, whole))
        case cst.Name():
            return any(isinstance(value, HOLDERS) for value in _assigned(tree, target))
    return False


def _is_copied_list(tree: Tree, value: cst.BaseExpression) -> bool:
    match value:
        case cst.Call(func=cst.Name(value="list" | "dict" | "tuple"), args=[_]):
            return True
        case cst.Call(func=cst.Attribute(attr=cst.Name(value="copy"))):
            return True
        case cst.ListComp(elt=cst.Name()) | cst.List(elements=[cst.StarredElement(), *_]):
            return True
    return isinstance(value, (*HOLDERS, cst.List)) and not isinstance(value, cst.List)


def is_held_once(tree: Tree, target: cst.BaseExpression, statement: cst.CSTNode) -> bool:
    """Whether only ``target``, a name, certainly holds a variable that was made for it and is handed to nobody."""
    if not isinstance(target, cst.Name):
        return isinstance(target, cst.Attribute) and _is_own_attribute(tree, target, statement)
    home = _home(tree, target)
    values = [value for value in _assigned(tree, target) if parent(tree, value) is not statement]
    if not values or not all(_makes_variable(tree, value) for value in values):
        return False
    return all(_is_only_read(tree, name, 0) for name in _loads(tree, home, target.value))


def _is_own_attribute(tree: Tree, target: cst.Attribute, statement: cst.CSTNode) -> bool:
    """``self.w`` of a class that makes the variable itself, where nobody in the file hands ``….w`` on."""
    if not isinstance(target.value, cst.Name) or target.value.value != "self":
        return False
    named = attributes_called(tree, tree.module, target.attr.value)
    assigned = dict.fromkeys(parent(tree, parent(tree, node) or node) for node in named if _is_bound(tree, node))
    made = [each.value for each in assigned if isinstance(each, cst.Assign) and each is not statement]
    reads = [node for node in named if not _is_bound(tree, node)]
    return bool(made) and all(_makes_variable(tree, value) for value in made) and all(
        _is_only_read(tree, node, 0) for node in reads
    )


def _is_bound(tree: Tree, node: cst.CSTNode) -> bool:
    return isinstance(parent(tree, node), cst.AssignTarget)


def _makes_variable(tree: Tree, value: cst.BaseExpression) -> bool:
    return isinstance(value, cst.Call) and full_name(tree, value.func) in MAKERS_OF_VARIABLES


def is_of_plain_variables(tree: Tree, target: cst.BaseExpression) -> bool:
    """Whether what a name starts from is made by ``tf.Variable``: weights of Keras 3 are refused by ``watch``."""
    return set(_makers(tree, target, set())) == {"tensorflow.Variable"}


def _makers(tree: Tree, value: cst.BaseExpression, seen: set[cst.CSTNode]) -> Iterator[str]:
    """The names of the calls that make what ``value`` starts from; "" for what is not seen."""
    if value in seen or len(seen) > 40:
        return
    seen.add(value)
    match value:
        case cst.Name():
            assigned = list(_assigned(tree, value))
            if not assigned:
                yield ""
            for each in assigned:
                if isinstance(each, (*HOLDERS, cst.List, cst.Call, cst.Tuple)):
                    yield from _makers(tree, each, seen)
        case cst.Attribute():
            made = values_of(tree, value)
            yield from (name for each in made for name in _makers(tree, each, seen)) if made else [""]
        case cst.Subscript(value=whole):
            yield from _makers(tree, whole, seen)
        case cst.List(elements=elements) | cst.Tuple(elements=elements):
            for element in elements:
                yield from _makers(tree, element.value, seen)
        case cst.Call(func=cst.Name(value="list" | "tuple"), args=[argument]):
            yield from _makers(tree, argument.value, seen)
        case cst.Call():
            name = full_name(tree, value.func) or ""
            yield name if name in MAKERS_OF_VARIABLES or not name.startswith("tensorflow.") else "tensorflow.Variable"
        case _:
            yield ""


# -- names -----------------------------------------------------------------------------------------


def _assigned(tree: Tree, name: cst.Name) -> list[cst.BaseExpression]:
    return assigned_in(tree, _home(tree, name), name.value)


def _home(tree: Tree, name: cst.Name) -> cst.CSTNode:
    """The body of the function in which a name is bound, or the module."""
    for scope in scopes_of(tree, name):
        if isinstance(scope, cst.FunctionDef) and name.value in _bound_here(tree, scope):
            return scope.body
    return tree.module


def _homes(tree: Tree, name: cst.Name) -> list[cst.CSTNode]:
    return [*(scope.body for scope in scopes_of(tree, name)), tree.module]


@once_per_node
def _bound_here(tree: Tree, function: cst.FunctionDef) -> set[str]:
    found: set[str] = {param.name.value for param in _parameters(function)}
    outside: set[str] = set()
    pending: list[cst.CSTNode] = [function.body]
    while pending:
        node = pending.pop()
        if isinstance(node, (cst.Global, cst.Nonlocal)):
            outside |= {item.name.value for item in node.names}
        found |= set(bound_in(node))
        pending += [] if isinstance(node, (cst.FunctionDef, cst.ClassDef, cst.Lambda)) else children_of(node)
    return found - outside


def _parameters(function: cst.FunctionDef) -> Iterator[cst.Param]:
    params = function.params
    yield from (*params.posonly_params, *params.params, *params.kwonly_params)


def _loads(tree: Tree, home: cst.CSTNode, name: str) -> Sequence[cst.Name]:
    """All places in ``home`` where the name stands, whichever binding is meant: one too many only makes less safe."""
    return names_called(tree, home, name)


# -- what becomes of the variable ------------------------------------------------------------------


def _is_only_read(tree: Tree, node: cst.BaseExpression, depth: int) -> bool:
    """Whether a use of a variable takes its value at once, and keeps the variable nowhere."""
    holder = parent(tree, node)
    match holder:
        case cst.BinaryOperation() | cst.UnaryOperation() | cst.Comparison() | cst.ComparisonTarget():
            return True
        case cst.FormattedStringExpression() | cst.Return() | cst.AssignTarget() | cst.NameItem() | cst.Expr():
            return True
        case cst.Attribute():
            return holder.value is node and holder.attr.value != "assign" or holder.attr is node
        case cst.Subscript():
            return holder.value is node and not isinstance(parent(tree, holder), cst.AssignTarget)
        case cst.AugAssign():
            return holder.target is node
        case cst.Element():
            return _is_asked(tree, parent(tree, holder))
        case cst.Arg():
            return _is_argument_only_read(tree, holder, depth)
    return False


def _is_asked(tree: Tree, sequence: cst.CSTNode | None) -> bool:
    """Whether a list is only the sources of a query, what an optimizer is to change, or what a function returns."""
    argument = parent(tree, sequence) if isinstance(sequence, (cst.List, cst.Tuple)) else None
    if isinstance(argument, cst.Element):
        return _is_asked(tree, parent(tree, argument))
    if isinstance(argument, cst.Return):
        return isinstance(sequence, cst.Tuple)
    call = parent(tree, argument) if isinstance(argument, cst.Arg) else None
    if not isinstance(call, cst.Call):
        return False
    if isinstance(call.func, cst.Attribute) and call.func.attr.value in TAKES_VARIABLES:
        return True
    outer = parent(tree, call)
    is_zip = isinstance(call.func, cst.Name) and call.func.value == "zip"
    return is_zip and (isinstance(outer, cst.For) or (isinstance(outer, cst.Arg) and _is_asking(tree, outer)))


def _is_asking(tree: Tree, argument: cst.Arg) -> bool:
    call = parent(tree, argument)
    func = call.func if isinstance(call, cst.Call) else None
    return isinstance(func, cst.Attribute) and func.attr.value in TAKES_VARIABLES


def _is_argument_only_read(tree: Tree, argument: cst.Arg, depth: int) -> bool:
    call = parent(tree, argument)
    if not isinstance(call, cst.Call) or argument.star:
        return False
    if _is_asking(tree, argument) or isinstance(call.func, cst.Name) and call.func.value in SHOWING:
        return True
    name = full_name(tree, call.func) or ""
    if name.startswith(("tensorflow.", "numpy.", "math.")):
        return name.rpartition(".")[2][:1].islower() and not name.startswith(KEEPS_ARGUMENTS)
    function = function_called(tree, call)
    parameter = parameter_of(function, call, argument) if function is not None else None
    if function is None or parameter is None or depth >= MAX_FUNCTIONS:
        return False
    uses = [use for use in _loads(tree, function.body, parameter) if not _is_keyword(tree, use)]
    return all(_is_only_read(tree, use, depth + 1) and not isinstance(parent(tree, use), cst.Return) for use in uses)


def _is_keyword(tree: Tree, name: cst.Name) -> bool:
    holder = parent(tree, name)
    return isinstance(holder, cst.Arg) and holder.keyword is name
