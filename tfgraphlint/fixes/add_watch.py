"""Fixes that make a tape watch a value: ``tape.watch(x)`` first in the block, or right behind the binding in it."""

from __future__ import annotations

from collections.abc import Iterator

import libcst as cst

from tfgraphlint.diagnostic import Applicability, Edit, Fix, Position
from tfgraphlint.facts.common import Operand, Place, TapeUse
from tfgraphlint.facts.gradients import GradientLost
from tfgraphlint.fixes.edits import after, first_in
from tfgraphlint.fixes.imports import full_name
from tfgraphlint.libraries.words import WEIGHT_LISTS
from tfgraphlint.syntax.parents import ancestors, parent, scopes_of, statement_of
from tfgraphlint.syntax.tree import Tree, children_of, once_per_node

COMPREHENSIONS = (cst.ListComp, cst.SetComp, cst.DictComp, cst.GeneratorExp)
SCOPES = (cst.FunctionDef, cst.ClassDef, cst.Lambda, *COMPREHENSIONS)


def watched(fact: GradientLost) -> Fix | None:
    """The source of a query is watched; None where it has no name that means it in the tape's block as well."""
    edits = watch(fact.tape, fact.source.written, fact.place)
    if edits is None:
        return None
    message = f"insert `{name_of(fact.tape)}.watch({fact.source.code})`"
    return Fix(message, Applicability.SAFE, edits)


def watch(tape: TapeUse, value: Place, query: Place) -> tuple[Edit, ...] | None:
    """``tape.watch(value)`` where the block of ``tape`` first has the ``value`` that ``query`` means."""
    block, name = block_of(tape, query), name_of(tape)
    words = path_to(value.node)
    if block is None or not name or not words or value.tree is not query.tree:
        return None
    tree, code = query.tree, f"{name}.watch({value.code})"
    if _is_bound_by_comprehension(tree, query.node, words[0]) or _holds_weights(value, query):
        return None
    bound = list(bindings_between(tree, block, query.node, words))
    if not bound:
        return first_in(tree, block, code)
    last = max(bound, key=lambda node: tree.span(node).start)
    return after(tree, last, code) if _is_run_in(tree, last, block) else None


def block_of(tape: TapeUse, place: Place) -> cst.With | None:
    """The ``with`` that entered the tape, where it stands in the function in which ``place`` stands."""
    entered = tape.entered
    if entered is None or entered.tree is not place.tree or not isinstance(entered.node, cst.With):
        return None
    same = scopes_of(place.tree, entered.node)[:1] == scopes_of(place.tree, place.node)[:1]
    return entered.node if same else None


def name_of(tape: TapeUse) -> str:
    """The name of a tape in its block, also in ``with tape:``; empty where it has none."""
    if tape.name or tape.entered is None or not isinstance(tape.entered.node, cst.With):
        return tape.name
    match tape.entered.node.items:
        case [cst.WithItem(item=cst.Name(value=name), asname=None)]:
            return name
    return ""


def path_to(node: cst.CSTNode) -> tuple[str, ...]:
    """For ``self.net.x`` the names ``self``, ``self.net`` and ``self.net.x``; empty for what is no such name."""
    match node:
        case cst.Name(value=name):
            return (name,)
        case cst.Attribute(value=value, attr=attr):
            words = path_to(value)
            return (*words, f"{words[-1]}.{attr.value}") if words else ()
    return ()


def names_in(node: cst.CSTNode) -> list[cst.Name | cst.Attribute]:
    """The names, and the attributes of names, within ``node``, the longest of each."""
    if isinstance(node, (cst.Name, cst.Attribute)) and path_to(node):
        return [node]
    return [name for child in children_of(node) for name in names_in(child)]


def bindings_between(
    tree: Tree, block: cst.With, query: cst.CSTNode, words: tuple[str, ...]
) -> Iterator[cst.CSTNode]:
    """What binds one of ``words`` anew between the head of ``block`` and ``query``, also in a next turn of a loop."""
    start = tree.span(block.body).start
    end, own = _end_of_region(tree, block, query), statement_of(tree, query)
    home = next((scope.body for scope in scopes_of(tree, query)), tree.module)
    for node in bindings_in(tree, home, words):
        if start <= tree.span(node).start < end and statement_of(tree, node) is not own:
            yield node


def _end_of_region(tree: Tree, block: cst.With, query: cst.CSTNode) -> Position:
    """The start of the query, or the end of the outermost loop around it that the block is not in."""
    end, around = tree.span(query).start, set(ancestors(tree, block))
    for above in ancestors(tree, query):
        if isinstance(above, (cst.For, cst.While)) and above not in around:
            end = tree.span(above).end
    return end


def bindings_in(tree: Tree, node: cst.CSTNode, words: tuple[str, ...]) -> Iterator[cst.CSTNode]:
    """The targets in ``node`` by which one of ``words`` is bound, in functions within it not counted."""
    bound = _bound(tree, node)
    for word in dict.fromkeys(words):
        yield from bound.get(word, ())


@once_per_node
def _bound(tree: Tree, home: cst.CSTNode) -> dict[str, list[cst.CSTNode]]:
    """All targets in ``home`` by the words that they bind, in the order of the text."""
    found: dict[str, list[cst.CSTNode]] = {}
    pending = [home]
    while pending:
        node = pending.pop()
        for target in _targets(node):
            found.setdefault(path_to(target)[-1], []).append(target)
        if not isinstance(node, SCOPES):
            pending += reversed(children_of(node))
    return found


def _targets(node: cst.CSTNode) -> Iterator[cst.CSTNode]:
    """What a node itself binds: names, and attributes of names."""
    match node:
        case cst.AssignTarget(target=target) | cst.NamedExpr(target=target) | cst.AugAssign(target=target):
            yield from _of_target(target)
        case cst.AnnAssign(target=target, value=value) if value is not None:
            yield from _of_target(target)
        case cst.For(target=target) | cst.AsName(name=target):
            yield from _of_target(target)
        case cst.FunctionDef(name=name) | cst.ClassDef(name=name):
            yield from _of_target(name)


def _of_target(target: cst.BaseExpression) -> Iterator[cst.CSTNode]:
    match target:
        case cst.Tuple(elements=elements) | cst.List(elements=elements):
            for element in elements:
                yield from _of_target(element.value)
        case cst.Name() | cst.Attribute() if path_to(target):
            yield target


def _is_bound_by_comprehension(tree: Tree, query: cst.CSTNode, name: str) -> bool:
    for above in ancestors(tree, query):
        if isinstance(above, COMPREHENSIONS):
            loop: cst.CompFor | None = above.for_in
            while loop is not None:
                if any(path_to(target)[-1] == name for target in _of_target(loop.target)):
                    return True
                loop = loop.inner_for_in
    return False


def _is_run_in(tree: Tree, node: cst.CSTNode, block: cst.With) -> bool:
    """Whether the statement of ``node`` is a plain one that each run of ``block`` comes to."""
    statement = statement_of(tree, node)
    if not isinstance(statement, cst.BaseSmallStatement):
        return False
    for above in ancestors(tree, statement):
        if above is block:
            return True
        if not isinstance(above, (cst.SimpleStatementLine, cst.SimpleStatementSuite, cst.IndentedBlock, cst.With)):
            return False
    return False


def _holds_weights(value: Place, query: Place, steps: int = 4) -> bool:
    """Whether ``value`` is a list in which a model's weights may be: Keras 3 weights are refused by ``watch``."""
    tree, words = value.tree, path_to(value.node)
    homes = [*(scope.body for scope in scopes_of(tree, query.node)), tree.module]
    given = [
        holder.value
        for home in homes
        for target in bindings_in(tree, home, words)
        if isinstance(holder := parent(tree, parent(tree, target) or target), cst.Assign)
    ]
    others = (each for each in given if isinstance(each, cst.Name) and steps)
    return any(map(_is_mixed, given)) or any(_holds_weights(Place(tree, each), query, steps - 1) for each in others)


def _is_mixed(node: cst.BaseExpression) -> bool:
    match node:
        case cst.List(elements=elements) | cst.Tuple(elements=elements):
            return not all(_is_name_or_variable(each.value) for each in elements)
        case cst.ListComp(elt=element):
            return not isinstance(element, cst.BinaryOperation)  # what is computed is a tensor
        case cst.BinaryOperation(left=cst.List()) | cst.BinaryOperation(right=cst.List()):
            return True
    return _is_weights(node)


def _is_name_or_variable(node: cst.BaseExpression) -> bool:
    if isinstance(node, cst.Call):
        return path_to(node.func)[-1:] in (("tf.Variable",), ("tensorflow.Variable",))
    return bool(path_to(node)) and not _is_weights(node)


def _is_weights(node: cst.BaseExpression) -> bool:
    return isinstance(node, cst.Attribute) and node.attr.value in WEIGHT_LISTS


def is_plain_variable(source: Operand) -> bool:
    """Whether a source is certainly no weight of Keras: made by ``tf.Variable``, or all those of a ``tf.Module``."""
    made = source.made
    if made is None or not isinstance(made.node, cst.Call):
        return False
    if full_name(made.tree, made.node.func) != "tensorflow.Variable":
        return False
    return source.kind == "variable" or (source.kind == "weights" and _is_in_module_class(made))


def _is_in_module_class(made: Place) -> bool:
    for scope in scopes_of(made.tree, made.node):
        if isinstance(scope, cst.ClassDef):
            bases = [full_name(made.tree, base.value) for base in scope.bases]
            return bases == ["tensorflow.Module"] and "keras" not in made.tree.code(scope).lower()
    return False
