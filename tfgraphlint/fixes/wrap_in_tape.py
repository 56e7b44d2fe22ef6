"""The statements that compute a target, moved into ``with tf.GradientTape() as tape:``.

Which statements: in the block where the target is bound, from the first that touches a source to the last that the
target needs. What stands between moves with them, so that their order stays.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import libcst as cst

from tfgraphlint.diagnostic import Edit, Position, Span
from tfgraphlint.fixes.edits import into_block
from tfgraphlint.fixes.imports import full_name
from tfgraphlint.fixes.numpy_calls import spell_tensorflow
from tfgraphlint.fixes.value_kinds import TENSOR, VARIABLE, assigned_in, held, iterated_for
from tfgraphlint.libraries.words import CHANGING_METHODS, COMPUTING_LIBRARIES, WEIGHT_LISTS
from tfgraphlint.syntax.bindings import bound_in, names_in
from tfgraphlint.syntax.lookups import number_in_block
from tfgraphlint.syntax.parents import ancestors, scopes_of
from tfgraphlint.syntax.tree import Tree, children_of, once_per_node

MAX_STATEMENTS = 30
PLAIN_CALLS = frozenset({"float", "int", "len", "range", "list", "zip", "enumerate", "print", "sum", "abs", "dict"})
CHANGING = CHANGING_METHODS | {"write"}


@dataclass(frozen=True, eq=False)
class Query:
    """A call that asks for the gradient of ``target`` by ``sources``, both as written."""

    call: cst.Call
    target: cst.BaseExpression
    sources: cst.BaseExpression


@dataclass(frozen=True, eq=False)
class Recording:
    """What has to run under a tape for a query."""

    block: cst.BaseSuite | cst.Module
    first: int  # index of the first statement to move; that of the query's own where none moves
    last: int  # index of the last; less than ``first`` where none moves
    query: int  # index of the statement, of the same block, in which the query stands
    watched: tuple[str, ...]
    inline: cst.BaseExpression | None  # a target that is written in the query itself
    repeated: bool  # whether the query runs more often than the statements


def recording_for(tree: Tree, query: Query) -> Recording | None:
    """What to record for ``query``; None where the file does not show it for certain."""
    sources = list(_sources(tree, query.sources))
    kinds = [held(tree, source) for source in sources]
    if not sources or any(kind is None for kind in kinds):
        return None
    is_written = isinstance(query.target, (cst.Name, cst.Attribute, cst.List, cst.Tuple))
    found = _place(tree, query, None if is_written else query.target)
    if found is None:
        return None
    block, index = found
    roots = {path for source in sources for path in _roots(tree, source)}
    tensors = {tree.code(s) for s, kind in zip(sources, kinds) if kind is not None and kind.kind == TENSOR}
    has_variables = any(kind is not None and kind.kind == VARIABLE for kind in kinds)
    chosen = _slice(tree, block.body[:index], _wanted(tree, query.target), roots, tensors, has_variables)
    inline = None if is_written else query.target
    if chosen is None and inline is None:
        return None
    first, last = chosen if chosen is not None else (index, index - 1)
    if last - first >= MAX_STATEMENTS or not _may_move(tree, block.body[first : last + 1], tensors):
        return None
    return Recording(block, first, last, index, tuple(sorted(tensors)), inline, _is_repeated(tree, query.call, block))


def _sources(tree: Tree, written: cst.BaseExpression) -> Iterator[cst.BaseExpression]:
    """The sources one by one, with what a loop gives them in the place of its name."""
    if isinstance(written, (cst.List, cst.Tuple)):
        for element in written.elements:
            yield from _sources(tree, element.value)
        return
    looped = iterated_for(tree, written) if isinstance(written, cst.Name) else None
    yield from _sources(tree, looped) if isinstance(looped, (cst.List, cst.Tuple)) else (looped or written,)


def _roots(tree: Tree, source: cst.BaseExpression) -> Iterator[str]:
    """The names by which a computation can get at a source: its own, the model's whose weights it is."""
    yield tree.code(source)
    match source:
        case cst.Attribute(value=owner, attr=cst.Name(value=name)) if name in WEIGHT_LISTS:
            yield tree.code(owner)
        case cst.Subscript(value=inner):
            yield from _roots(tree, inner)
        case cst.Name(value=name):
            scopes = [scope.body for scope in scopes_of(tree, source) if isinstance(scope, cst.FunctionDef)]
            for scope in (*scopes, tree.module):
                for value in assigned_in(tree, scope, name):
                    if isinstance(value, (cst.Attribute, cst.List, cst.Tuple)):
                        yield from _roots_of_value(tree, value)


def _roots_of_value(tree: Tree, value: cst.BaseExpression) -> Iterator[str]:
    for each in [element.value for element in value.elements] if isinstance(value, (cst.List, cst.Tuple)) else [value]:
        yield tree.code(each)
        if isinstance(each, cst.Attribute) and each.attr.value in WEIGHT_LISTS:
            yield tree.code(each.value)


def _place(
    tree: Tree, query: Query, inline: cst.BaseExpression | None
) -> tuple[cst.IndentedBlock | cst.Module, int] | None:
    """The block in which the target is bound before the query, and the query's statement in it."""
    wanted = _wanted(tree, query.target)
    comprehended = {
        name
        for above in ancestors(tree, query.call)
        for loop in [getattr(above, "for_in", None)]
        if loop is not None
        for name in names_in(loop.target)
    }
    if wanted & comprehended:
        return None
    node: cst.CSTNode = query.call
    for above in ancestors(tree, query.call):
        if isinstance(above, (cst.IndentedBlock, cst.Module)):
            index, first = number_in_block(tree, above, node), _first_bindings(tree, above)
            if inline is not None or all(first.get(key, index) < index for key in wanted):
                return above, index
        if isinstance(above, (cst.FunctionDef, cst.Lambda, cst.ClassDef)):
            return None
        node = above
    return None


@once_per_node
def _first_bindings(tree: Tree, block: cst.CSTNode) -> dict[str, int]:
    """Which statement of a block is the first that binds or changes a name, by number."""
    found: dict[str, int] = {}
    for number, statement in enumerate(block.body):  # type: ignore[attr-defined]
        for key in binds(tree, statement):
            found.setdefault(key, number)
    return found


def _wanted(tree: Tree, target: cst.BaseExpression) -> set[str]:
    """The names that a target is computed from."""
    match target:
        case cst.Name() | cst.Attribute():
            return {tree.code(target)}
        case cst.List(elements=elements) | cst.Tuple(elements=elements):
            return {name for element in elements for name in _wanted(tree, element.value)}
    return set(reads(tree, target))


def _slice(
    tree: Tree, statements: Sequence[cst.CSTNode], wanted: set[str], roots: set[str], tensors: set[str],
    has_variables: bool,
) -> tuple[int, int] | None:
    """The first statement that touches a source and the last that binds what the target needs."""
    included: list[int] = []
    needed = set(wanted)
    for index in range(len(statements) - 1, -1, -1):
        bound = binds(tree, statements[index])
        if bound & needed:
            included.append(index)
            needed |= reads(tree, statements[index])
        if bound & tensors:
            included = [each for each in included if each != index]
            break
    touching = [
        index
        for index in included
        if roots & reads(tree, statements[index]) or (has_variables and _calls_unknown(tree, statements[index]))
    ]
    return (min(touching), max(included)) if touching else None


def _may_move(tree: Tree, statements: Sequence[cst.CSTNode], tensors: set[str]) -> bool:
    """Whether statements can go into a block: none jumps, none binds what is watched at its start."""
    return not any(
        binds(tree, statement) & tensors or any(isinstance(node, JUMPS) for node in _own_nodes(statement))
        for statement in statements
    )


JUMPS = (cst.Return, cst.Break, cst.Continue, cst.Yield)


def _own_nodes(node: cst.CSTNode) -> Iterator[cst.CSTNode]:
    yield node
    if not isinstance(node, (cst.FunctionDef, cst.Lambda)):
        for child in children_of(node):
            yield from _own_nodes(child)


@once_per_node
def _calls_unknown(tree: Tree, statement: cst.CSTNode) -> bool:
    """Whether a statement calls something that may use a variable which it does not name."""
    for node in _own_nodes(statement):
        if isinstance(node, cst.Call):
            name = full_name(tree, node.func) or ""
            is_plain = isinstance(node.func, cst.Name) and node.func.value in PLAIN_CALLS
            if name.partition(".")[0] not in COMPUTING_LIBRARIES and not is_plain:
                return True
    return False


def _is_repeated(tree: Tree, call: cst.Call, block: cst.CSTNode) -> bool:
    for above in ancestors(tree, call):
        if above is block:
            return False
        if isinstance(above, (cst.For, cst.While)) or getattr(above, "for_in", None) is not None:
            return True
    return False


@once_per_node
def binds(tree: Tree, statement: cst.CSTNode) -> frozenset[str]:
    """The names, attributes and containers that a statement changes."""
    return frozenset(_bound_by(statement))


def _bound_by(statement: cst.CSTNode) -> Iterator[str]:
    if isinstance(statement, (cst.FunctionDef, cst.ClassDef)):
        yield statement.name.value
        return
    yield from bound_in(statement)
    for node in _own_nodes(statement):
        match node:
            case cst.AssignTarget(target=target) | cst.AugAssign(target=target) | cst.AnnAssign(target=target):
                yield from _changed(target)
            case cst.Call(func=cst.Attribute(value=cst.Name(value=name), attr=cst.Name(value=method))):
                if method in CHANGING:
                    yield name


def _changed(target: cst.BaseExpression) -> Iterator[str]:
    match target:
        case cst.Attribute():
            yield from list(_paths(target))[:1]
        case cst.Subscript(value=inner):
            yield from list(_paths(inner))[:1]
        case cst.Tuple(elements=elements) | cst.List(elements=elements):
            for element in elements:
                yield from _changed(element.value)


@once_per_node
def reads(tree: Tree, node: cst.CSTNode) -> frozenset[str]:
    """The names and dotted names that ``node`` mentions, keywords and targets of attributes aside."""
    return frozenset(_read_by(node))


def _read_by(node: cst.CSTNode) -> Iterator[str]:
    match node:
        case cst.Attribute():
            paths = list(_paths(node))
            yield from paths or _read_by(node.value)
            return
        case cst.Name(value=value):
            yield value
            return
        case cst.Arg(value=value):
            yield from _read_by(value)
            return
        case cst.AssignTarget(target=cst.Name()):
            return
    for child in children_of(node):
        yield from _read_by(child)


def _paths(node: cst.BaseExpression) -> Iterator[str]:
    """``self.net.x``, ``self.net`` and ``self``."""
    match node:
        case cst.Name(value=value):
            yield value
        case cst.Attribute(value=inner, attr=attr):
            shorter = list(_paths(inner))
            if shorter:
                yield f"{shorter[0]}.{attr.value}"
                yield from shorter


# -- writing -------------------------------------------------------------------------------------


def joined(recordings: Sequence[Recording]) -> Recording | None:
    """One recording for several queries of one block; None where a query stands before what another needs."""
    head = recordings[0]
    if any(each.block is not head.block or each.inline is not None for each in recordings):
        return head if len(recordings) == 1 else None
    first, last = min(each.first for each in recordings), max(each.last for each in recordings)
    if any(each.query <= last for each in recordings):
        return None
    watched = sorted({name for each in recordings for name in each.watched})
    return Recording(
        head.block, first, last, min(each.query for each in recordings), tuple(watched), None,
        len(recordings) > 1 or any(each.repeated for each in recordings),
    )


def written(tree: Tree, recording: Recording, tape: str, target: str) -> tuple[Edit, ...] | None:
    """The edits that put the statements of ``recording`` under a tape; an inline target is bound to ``target``."""
    assert isinstance(recording.block, (cst.IndentedBlock, cst.Module))
    anchor = recording.block.body[recording.first]
    spelled = spell_tensorflow(tree, "tensorflow.GradientTape", anchor)
    options = "persistent=True" if recording.repeated else ""
    indent, unit = _indent(tree, anchor), tree.module.default_indent
    watches = [f"{unit}{tape}.watch({name})" for name in recording.watched]
    rows = [f"with {spelled.text}({options}) as {tape}:", *watches]
    if recording.last < recording.first:
        rows.append(f"{unit}{target} = {tree.code(_inline(recording))}")
        place = _start(tree, anchor)
        text = "".join(f"{row}\n{indent}" for row in rows)
        return (Edit(Span(tree.filename, place, place), text), *spelled.edits) if indent is not None else None
    if indent is None:
        return None
    end = recording.block.body[recording.last]
    edits = into_block(tree, _innermost(anchor), _innermost(end, last=True), f"\n{indent}".join(rows))
    if edits is None:
        return None
    if recording.inline is not None:
        row = tree.span(end).end.row
        place = Position(row, len(tree.lines.row(row)) + 1)
        text = f"\n{indent}{unit}{target} = {tree.code(recording.inline)}"
        edits = (*edits, Edit(Span(tree.filename, place, place), text))
    return (*edits, *spelled.edits)


def _inline(recording: Recording) -> cst.BaseExpression:
    assert recording.inline is not None
    return recording.inline


def _innermost(line: cst.CSTNode, last: bool = False) -> cst.CSTNode:
    if isinstance(line, cst.SimpleStatementLine):
        return line.body[-1 if last else 0]
    return line


def _start(tree: Tree, statement: cst.CSTNode) -> Position:
    return tree.span(statement).start


def _indent(tree: Tree, statement: cst.CSTNode) -> str | None:
    """The indentation of a statement; None where something stands before it on its row."""
    start = _start(tree, statement)
    before = tree.lines.row(start.row)[: start.column - 1]
    return None if before.strip() else before


def nodes_in(node: cst.CSTNode) -> Iterator[cst.CSTNode]:
    """``node`` and all within it."""
    yield node
    for child in children_of(node):
        yield from nodes_in(child)


@once_per_node
def _used_in(tree: Tree, scope: cst.CSTNode) -> set[str]:
    within = nodes_in(scope) if isinstance(scope, cst.FunctionDef) else _own_nodes(scope)
    return {node.value for node in within if isinstance(node, cst.Name)}


def fresh(tree: Tree, at: cst.CSTNode, *names: str) -> str:
    """The first of ``names`` that nothing around ``at`` uses."""
    scope = next((scope for scope in scopes_of(tree, at) if isinstance(scope, cst.FunctionDef)), tree.module)
    used = _used_in(tree, scope)
    return next((name for name in names if name not in used), f"{names[-1]}_")
