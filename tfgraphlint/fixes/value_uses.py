"""Where the value of an expression goes within its file: what takes it, through names, returns and parameters.

A fix that makes a tensor of what was an array asks here who would notice. What the file does not show (a container, an
attribute, a caller elsewhere) makes the answer incomplete, never wrong.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterator
from dataclasses import dataclass, field

import libcst as cst

from tfgraphlint.fixes.imports import full_name
from tfgraphlint.libraries.words import ARRAY_VIEWS, COMPUTING_LIBRARIES, TENSOR_METHODS
from tfgraphlint.syntax.bindings import bound_in, names_in
from tfgraphlint.syntax.lookups import (
    attributes_called,
    calls_by_word,
    functions_by_name,
    mentioned,
    number_in_block,
    statements_by_word,
)
from tfgraphlint.syntax.parents import ancestors, parent, scopes_of
from tfgraphlint.syntax.tree import Tree, children_of, once_per_node

MAX_CARRIERS = 400
LINES = (cst.BaseCompoundStatement, cst.SimpleStatementLine)
# Builtins that give back something of the kind that they were given, and those that give something plain.
PASSING = frozenset({"abs", "sum", "max", "min", "pow", "round", "float"})
PLAIN = frozenset({
    "print", "str", "repr", "format", "int", "bool", "len", "isinstance", "type", "all", "any", "id", "hash", "range",
})  # fmt: skip


@dataclass(frozen=True, eq=False)
class Use:
    """``holder`` takes the value that ``carrier`` holds.

    ``direct``: it is the value itself, not something computed from it. ``truth``: it came out of a comparison.
    ``holder`` is an Attribute, Subscript, Arg, AugAssign, FormattedStringExpression, or what iterates.
    """

    carrier: cst.BaseExpression
    holder: cst.CSTNode
    direct: bool
    truth: bool


@dataclass
class Uses:
    """All uses that the file shows; ``complete`` when there can be no others."""

    found: list[Use] = field(default_factory=list)
    complete: bool = True
    named: bool = False  # a name or attribute holds the value itself
    tested: bool = False  # asked whether it is true
    walked: bool = False  # unpacked, or looked through by ``in``
    stored: bool = False  # into an attribute, an element or a container that stays
    indexing: bool = False  # between the brackets of a subscript


@dataclass(frozen=True, eq=False)
class _Carrier:
    node: cst.BaseExpression
    direct: bool = True
    truth: bool = False


def uses_of(tree: Tree, value: cst.BaseExpression, *, in_graph: bool = False) -> Uses:
    """What becomes of ``value``; ``in_graph``: up to what a ``tf.function`` returns, which is a tensor anyway."""
    return _uses_in_graph(tree, value) if in_graph else _uses(tree, value)


@once_per_node
def _uses(tree: Tree, value: cst.BaseExpression) -> Uses:
    return _followed(_Walk(tree, in_graph=False), value)


@once_per_node
def _uses_in_graph(tree: Tree, value: cst.BaseExpression) -> Uses:
    return _followed(_Walk(tree, in_graph=True), value)


def _followed(walk: _Walk, value: cst.BaseExpression) -> Uses:
    walk.pending.append(_Carrier(value))
    while walk.pending:
        carrier = walk.pending.pop()
        if carrier.node in walk.seen:
            continue
        walk.seen.add(carrier.node)
        if len(walk.seen) > MAX_CARRIERS:
            walk.uses.complete = False
            break
        walk.follow(carrier)
    return walk.uses


class _Walk:
    def __init__(self, tree: Tree, in_graph: bool) -> None:
        self.tree = tree
        self.in_graph = in_graph
        self.uses = Uses()
        self.pending: list[_Carrier] = []
        self.seen: set[cst.CSTNode] = set()

    def use(self, carrier: _Carrier, holder: cst.CSTNode) -> None:
        self.uses.found.append(Use(carrier.node, holder, carrier.direct, carrier.truth))

    def carry(self, node: cst.BaseExpression, carrier: _Carrier, direct: bool = False, truth: bool = False) -> None:
        self.pending.append(_Carrier(node, direct and carrier.direct, truth or carrier.truth))

    def follow(self, carrier: _Carrier) -> None:
        node = carrier.node
        holder = parent(self.tree, node)
        match holder:
            case cst.BinaryOperation() | cst.UnaryOperation() | cst.BooleanOperation():
                is_not = isinstance(holder, cst.UnaryOperation) and isinstance(holder.operator, cst.Not)
                self.uses.tested |= is_not or isinstance(holder, cst.BooleanOperation)
                self.carry(holder, carrier)
            case cst.IfExp(test=test):
                self.uses.tested |= test is node
                if test is not node:
                    self.carry(holder, carrier, direct=True)
            case cst.NamedExpr():
                self.carry(holder, carrier, direct=True)
                self.bound(holder.target, holder, carrier)
            case cst.Comparison():
                self.carry(holder, carrier, truth=True)
            case cst.ComparisonTarget():
                comparison = parent(self.tree, holder)
                self.uses.walked |= isinstance(holder.operator, (cst.In, cst.NotIn))
                if isinstance(comparison, cst.Comparison):
                    self.carry(comparison, carrier, truth=True)
            case cst.Attribute():
                self.attribute(carrier, holder)
            case cst.Subscript():
                self.use(carrier, holder)
                self.carry(holder, carrier)
            case cst.Arg():
                self.argument(carrier, holder)
            case _:
                self.statement(carrier, holder)

    def statement(self, carrier: _Carrier, holder: cst.CSTNode | None) -> None:
        match holder:
            case cst.Assign(targets=targets):
                for target in targets:
                    self.bound(target.target, holder, carrier)
            case cst.AnnAssign(target=target):
                self.bound(target, holder, carrier)
            case cst.AugAssign(target=target, value=value):
                if value is not carrier.node:
                    self.use(carrier, holder)
                self.bound(target, holder, _Carrier(carrier.node, False, carrier.truth))
            case cst.Return():
                self.returned(carrier)
            case cst.Lambda():
                self.uses.complete = False
            case cst.For() | cst.CompFor():
                self.use(carrier, holder)
                self.iterated(carrier, holder)
            case cst.FormattedStringExpression():
                self.use(carrier, holder)
            case cst.If() | cst.While() | cst.Assert() | cst.CompIf():
                self.uses.tested = True
            case cst.Index():
                self.uses.indexing = True
            case cst.Expr():
                pass
            case _:
                self.uses.complete = False  # into a container, or out of a generator
                self.uses.stored |= not self.is_passed_on(holder)

    def is_passed_on(self, element: cst.CSTNode | None) -> bool:
        """Whether the list, tuple or dictionary around an element is returned or given to TensorFlow at once."""
        container = parent(self.tree, element) if element is not None else None
        if not isinstance(element, (cst.Element, cst.DictElement)) or container is None:
            return False
        holder = parent(self.tree, container)
        if isinstance(holder, cst.Arg):
            call = parent(self.tree, holder)
            name = full_name(self.tree, call.func) if isinstance(call, cst.Call) else None
            return name is not None and name.partition(".")[0] in ("tensorflow", "keras")
        return isinstance(holder, cst.Return) or self.is_passed_on(holder)

    def attribute(self, carrier: _Carrier, holder: cst.Attribute) -> None:
        self.use(carrier, holder)
        call = parent(self.tree, holder)
        if isinstance(call, cst.Call) and call.func is holder:
            self.carry(call, carrier)
        elif holder.attr.value in ARRAY_VIEWS:
            self.carry(holder, carrier)

    def iterated(self, carrier: _Carrier, holder: cst.For | cst.CompFor) -> None:
        if isinstance(holder, cst.For):
            self.bound(holder.target, holder, _Carrier(carrier.node, False, carrier.truth))
        elif isinstance(holder.target, cst.Name):
            comprehension = parent(self.tree, holder)
            if comprehension is not None:
                inside = [each for each in children_of(comprehension) if each is not holder]
                for node in [*inside, *holder.ifs]:
                    for name in loads(self.tree, node, holder.target.value):
                        self.carry(name, carrier)

    def bound(self, target: cst.BaseExpression, statement: cst.CSTNode, carrier: _Carrier) -> None:
        """The value is given to a target: a name, an attribute, or several of them."""
        match target:
            case cst.Name(value=name):
                self.uses.named = True
                for load in loads_of_binding(self.tree, statement, name):
                    self.carry(load, carrier, direct=True)
                self.uses.complete &= not _is_seen_elsewhere(self.tree, statement, name)
            case cst.Attribute():
                self.uses.named = self.uses.stored = True
                self.uses.complete = False
                for same in self.same_attributes(target):
                    self.carry(same, carrier, direct=True)
            case cst.Tuple(elements=elements) | cst.List(elements=elements):
                self.uses.walked = True
                for element in elements:
                    self.bound(element.value, statement, _Carrier(carrier.node, False, carrier.truth))
            case _:
                self.uses.complete = False
                self.uses.stored = True

    def same_attributes(self, target: cst.Attribute) -> Iterator[cst.Attribute]:
        """The other places of the class that name the attribute in the same words."""
        owner = next((scope for scope in scopes_of(self.tree, target) if isinstance(scope, cst.ClassDef)), None)
        written = self.tree.code(target)
        for node in attributes_called(self.tree, owner, target.attr.value) if owner is not None else ():
            if node is not target and self.tree.code(node) == written and not _is_target(self.tree, node):
                yield node

    def returned(self, carrier: _Carrier) -> None:
        function = next(
            (scope for scope in scopes_of(self.tree, carrier.node) if isinstance(scope, cst.FunctionDef)), None
        )
        if self.in_graph and function is not None and _is_traced(self.tree, function):
            return
        calls = list(calls_of(self.tree, function)) if function is not None else []
        self.uses.complete &= bool(calls)
        for call in calls:
            self.carry(call, carrier, direct=True)

    def argument(self, carrier: _Carrier, argument: cst.Arg) -> None:
        call = parent(self.tree, argument)
        if not isinstance(call, cst.Call):
            self.uses.complete = False
            return
        self.use(carrier, argument)
        name = full_name(self.tree, call.func)
        if name is not None and name.partition(".")[0] in COMPUTING_LIBRARIES:
            return
        if isinstance(call.func, cst.Attribute) and call.func.attr.value in TENSOR_METHODS:
            return
        if isinstance(call.func, cst.Name) and call.func.value in PASSING | PLAIN:
            if call.func.value in PASSING:
                self.carry(call, carrier)
            return
        function = function_called(self.tree, call)
        parameter = parameter_of(function, call, argument) if function is not None else None
        self.uses.complete = False  # others may call the function with something else
        if function is not None and parameter is not None:
            for load in loads_in_block(self.tree, function.body, parameter):
                self.carry(load, carrier, direct=True)


def _is_traced(tree: Tree, function: cst.FunctionDef) -> bool:
    """Whether ``tf.function`` decorates it."""
    names = [each.decorator.func if isinstance(each.decorator, cst.Call) else each.decorator
             for each in function.decorators]
    return any(full_name(tree, name) == "tensorflow.function" for name in names)


def _is_target(tree: Tree, node: cst.CSTNode) -> bool:
    return isinstance(parent(tree, node), cst.AssignTarget)


# -- names ---------------------------------------------------------------------------------------


def loads(tree: Tree, node: cst.CSTNode, name: str) -> Iterator[cst.Name]:
    """The places in ``node`` that read ``name``, not those of an inner scope that binds it for itself."""
    match node:
        case cst.Name(value=value):
            if value == name:
                yield node
            return
        case cst.Attribute(value=inner):
            yield from loads(tree, inner, name)
            return
        case cst.Arg(value=inner):
            yield from loads(tree, inner, name)
            return
        case cst.AssignTarget(target=cst.Name()) | cst.NamedExpr(target=cst.Name(), value=cst.Name()):
            if isinstance(node, cst.NamedExpr):
                yield from loads(tree, node.value, name)
            return
        case cst.NamedExpr(value=inner):
            yield from loads(tree, inner, name)
            return
        case cst.FunctionDef() | cst.Lambda() if name in set(bound_in(node)):
            return
        case cst.ListComp() | cst.SetComp() | cst.DictComp() | cst.GeneratorExp() if name in set(bound_in(node.for_in)):
            yield from loads(tree, node.for_in.iter, name)
            return
        case cst.ImportAlias() | cst.NameItem() | cst.Param() | cst.AsName() | cst.Del():
            return
    skipped = _binders(node)
    for child in children_of(node):
        if child not in skipped and (not isinstance(child, LINES) or name in mentioned(tree, child)):
            yield from loads(tree, child, name)


def _binders(node: cst.CSTNode) -> tuple[cst.CSTNode, ...]:
    """The children of ``node`` that bind names instead of reading them."""
    match node:
        case cst.FunctionDef() | cst.ClassDef():
            return (node.name,)
        case cst.For() | cst.CompFor() | cst.AnnAssign():
            return (node.target,) if isinstance(node.target, (cst.Name, cst.Tuple)) else ()
        case cst.AssignTarget(target=cst.Tuple() | cst.List()):
            return (node.target,)
    return ()


def loads_of_binding(tree: Tree, binding: cst.CSTNode, name: str) -> list[cst.Name]:
    """The places that read ``name`` as it was bound by the statement ``binding``, up to where it is bound anew."""
    if isinstance(binding, cst.For):
        inside = loads_in_block(tree, binding.body, name)
        return inside + _loads_behind(tree, binding, name)
    found: list[cst.Name] = []
    line = binding
    for above in (binding, *ancestors(tree, binding)):
        line = above
        if isinstance(parent(tree, above), (cst.IndentedBlock, cst.Module)):
            break
    if isinstance(line, cst.SimpleStatementLine):
        behind = [each for each in line.body if tree.span(each).start > tree.span(binding).start]
        found += [load for each in behind for load in loads(tree, each, name)]
    elif line is not binding:  # in the one-line suite of a compound statement
        found += [load for load in loads(tree, line, name) if tree.span(load).start > tree.span(binding).end]
    return list(dict.fromkeys(found + _loads_behind(tree, line, name)))


def loads_in_block(tree: Tree, block: cst.BaseSuite, name: str) -> list[cst.Name]:
    """The places in a block that read ``name`` before the block binds it anew."""
    return _scan(tree, block, name)[0]


def _scan(
    tree: Tree, block: cst.BaseSuite | cst.Module, name: str, start: int = 0, end: int | None = None
) -> tuple[list[cst.Name], bool]:
    """The reads in a row of statements of a block, and whether one of them certainly binds the name anew."""
    found: list[cst.Name] = []
    numbers = statements_by_word(tree, block).get(name, [])
    last = len(numbers) if end is None else bisect_left(numbers, end)
    for number in numbers[bisect_left(numbers, start) : last]:
        found += loads(tree, block.body[number], name)
        if _rebinds(block.body[number], name):
            return found, True
    return found, False


def _rebinds(statement: cst.CSTNode, name: str) -> bool:
    if not isinstance(statement, cst.SimpleStatementLine):
        return isinstance(statement, cst.Assign) and _assigns(statement, name)
    return any(isinstance(each, cst.Assign) and _assigns(each, name) for each in statement.body)


def _assigns(statement: cst.Assign, name: str) -> bool:
    return any(name in names_in(target.target) for target in statement.targets)


def _loads_behind(tree: Tree, statement: cst.CSTNode, name: str) -> list[cst.Name]:
    """The reads that come after a statement of a block, also in the next turn of a loop around it."""
    found: list[cst.Name] = []
    while True:
        block = parent(tree, statement)
        if not isinstance(block, (cst.IndentedBlock, cst.Module)):
            return found
        index = number_in_block(tree, block, statement)
        more, is_over = _scan(tree, block, name, index + 1)
        found += more
        if is_over or isinstance(block, cst.Module):
            return found
        owner = parent(tree, block)
        if isinstance(owner, (cst.For, cst.While)) and owner.body is block:
            found += _scan(tree, block, name, 0, index + 1)[0]
            found += loads(tree, owner.test, name) if isinstance(owner, cst.While) else ()
        if isinstance(owner, (cst.FunctionDef, cst.ClassDef)) or owner is None:
            return found
        statement = owner
        while not isinstance(parent(tree, statement), (cst.IndentedBlock, cst.Module, type(None))):
            above = parent(tree, statement)
            assert above is not None
            statement = above


def _is_seen_elsewhere(tree: Tree, statement: cst.CSTNode, name: str) -> bool:
    """Whether functions may read a name of the module, or other modules."""
    is_global = not any(isinstance(scope, cst.FunctionDef) for scope in scopes_of(tree, statement))
    return is_global and name in _read_in_functions(tree, tree.module)


@once_per_node
def _read_in_functions(tree: Tree, module: cst.CSTNode) -> set[str]:
    found: set[str] = set()
    pending: list[cst.CSTNode] = [module]
    while pending:
        node = pending.pop()
        if isinstance(node, (cst.FunctionDef, cst.Lambda)):
            found |= {each.value for each in _names(node)} - set(bound_in(node))
        else:
            pending += children_of(node)
    return found


def _names(node: cst.CSTNode) -> Iterator[cst.Name]:
    if isinstance(node, cst.Name):
        yield node
    for child in children_of(node):
        yield from _names(child)


# -- functions -----------------------------------------------------------------------------------


def function_called(tree: Tree, call: cst.Call) -> cst.FunctionDef | None:
    """The function of this file that a call runs, by its name; a method by ``self.name``."""
    return function_meant(tree, call.func, call)


def function_meant(tree: Tree, func: cst.BaseExpression, at: cst.CSTNode) -> cst.FunctionDef | None:
    """The function of this file that ``func`` names at the place of ``at``."""
    blocks: list[cst.BaseSuite | cst.Module]
    match func:
        case cst.Name(value=name):
            holders = [scope for scope in scopes_of(tree, at) if isinstance(scope, cst.FunctionDef)]
            blocks = [*(scope.body for scope in holders), tree.module]
        case cst.Attribute(value=cst.Name(value="self" | "cls"), attr=cst.Name(value=name)):
            classes = [scope for scope in scopes_of(tree, at) if isinstance(scope, cst.ClassDef)]
            blocks = [scope.body for scope in classes[:1]]
        case _:
            return None
    found = (functions_by_name(tree, block).get(name) for block in blocks)
    return next((each for each in found if each is not None), None)


def parameter_of(function: cst.FunctionDef, call: cst.Call, argument: cst.Arg) -> str | None:
    """The parameter that an argument goes to; None where that is not certain."""
    if argument.star or any(each.star for each in call.args):
        return None
    if argument.keyword is not None:
        return argument.keyword.value
    names = [param.name.value for param in (*function.params.posonly_params, *function.params.params)]
    is_static = any("staticmethod" in _words(decorator.decorator) for decorator in function.decorators)
    if isinstance(call.func, cst.Attribute) and not is_static:
        names = names[1:]
    index = next(index for index, each in enumerate(call.args) if each is argument)
    return names[index] if index < len(names) else None


def _words(node: cst.CSTNode) -> set[str]:
    return {name.value for name in _names(node)}


def calls_of(tree: Tree, function: cst.FunctionDef) -> Iterator[cst.Call]:
    """The calls in this file that run ``function``, as far as its name tells."""
    name = function.name.value
    is_method = isinstance(next(iter(scopes_of(tree, function)), None), cst.ClassDef)
    yield from calls_by_word(tree, tree.module).get((name, is_method), ())
