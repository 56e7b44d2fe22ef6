"""What happens to a name after a statement of its function, and before it is bound again: as AutoGraph asks it.

Answers are None where that is not certain.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from enum import Enum

import libcst as cst

from tfgraphlint.syntax.bindings import binds
from tfgraphlint.syntax.parents import ancestors
from tfgraphlint.syntax.tree import Tree, children_of


class Use(Enum):
    """What code does first with a name."""

    READ = "read"
    BOUND = "bound"
    ENDS = "ends"  # the code ends before it does anything
    NOTHING = "nothing"
    UNSURE = "unsure"


Loop = cst.For | cst.While


def is_read_after(tree: Tree, statement: cst.CSTNode, name: str) -> bool | None:
    """Whether some path of the function reads ``name`` after ``statement``, before it binds it."""
    use = _use_after(tree, statement, name)
    if use in (Use.READ, Use.UNSURE):
        return True if use is Use.READ else None
    functions = (each for each in ancestors(tree, statement) if isinstance(each, (cst.FunctionDef, cst.Lambda)))
    around = next(functions, None)
    return None if around is not None and _is_read_by_function_in(around, statement, name) else False


def _use_after(tree: Tree, statement: cst.CSTNode, name: str) -> Use:
    here = statement
    for above in ancestors(tree, statement):
        use = Use.NOTHING
        if isinstance(above, (cst.FunctionDef, cst.Lambda)):
            return use
        if isinstance(above, (cst.IndentedBlock, cst.Module)):
            use = first_use(_behind(above.body, here), name)
        elif isinstance(above, Loop) and here is above.body:
            use = _of_next_turn(above, name)
        elif isinstance(above, (cst.Try, cst.TryStar, cst.Match)) and _reads(above, name):
            use = Use.UNSURE
        if use is not Use.NOTHING:
            return use
        here = above
    return Use.NOTHING


def is_used_by_loop(tree: Tree, loop: Loop, name: str) -> bool | None:
    """Whether a loop, which binds ``name``, needs what it held before, or hands on what it holds then."""
    use = _of_next_turn(loop, name)
    if use is Use.READ:
        return True
    return None if use is Use.UNSURE else is_read_after(tree, loop, name)


def is_read_in(statement: cst.CSTNode, name: str) -> bool:
    """Whether the statement reads the name anywhere."""
    return _reads(statement, name)


def ends(node: cst.CSTNode | None) -> bool:
    """Whether a block certainly returns."""
    return node is not None and first_use([node], "") is Use.ENDS


def returns(node: cst.CSTNode) -> bool:
    """Whether there is a ``return`` in the code, or what leaves a loop."""
    if isinstance(node, (cst.Return, cst.Break, cst.Continue)):
        return True
    return not isinstance(node, (cst.FunctionDef, cst.BaseExpression)) and any(map(returns, children_of(node)))


def _behind(body: Iterable[cst.CSTNode], statement: cst.CSTNode) -> list[cst.CSTNode]:
    held = list(body)
    index = next((index for index, each in enumerate(held) if each is statement), len(held))
    return held[index + 1 :]


def _of_next_turn(loop: Loop, name: str) -> Use:
    test = [loop.test] if isinstance(loop, cst.While) else []
    use = first_use([*test, loop.body], name)
    return use if use in (Use.READ, Use.UNSURE) else Use.NOTHING


def _is_read_by_function_in(function: cst.CSTNode, statement: cst.CSTNode, name: str) -> bool:
    """Whether a function that is defined in ``function`` reads the name, and may do so whenever it is called."""
    own = [each for each in _functions_in(function) if each is not function]
    return any(_reads(each, name) and not _holds(each, statement) for each in own)


def _functions_in(node: cst.CSTNode) -> Iterator[cst.CSTNode]:
    if isinstance(node, (cst.FunctionDef, cst.Lambda)):
        yield node
    for child in children_of(node):
        yield from _functions_in(child)


def _holds(node: cst.CSTNode, wanted: cst.CSTNode) -> bool:
    return node is wanted or any(_holds(child, wanted) for child in children_of(node))


def first_use(nodes: Iterable[cst.CSTNode], name: str) -> Use:
    """What code does first with a name, one piece after another."""
    for node in nodes:
        use = _use(node, name)
        if use is not Use.NOTHING:
            return use
    return Use.NOTHING


def _use(node: cst.CSTNode, name: str) -> Use:
    match node:
        case cst.IndentedBlock(body=body) | cst.SimpleStatementSuite(body=body) | cst.SimpleStatementLine(body=body):
            return first_use(body, name)
        case cst.If(test=test, body=body, orelse=orelse):
            return Use.READ if _reads(test, name) else _of_branches(body, orelse, name)
        case cst.Else(body=body):
            return _use(body, name)
        case cst.For() | cst.While():
            return _of_loop(node, name)
        case cst.With(items=items, body=body):
            return Use.READ if any(_reads(item, name) for item in items) else _use(body, name)
        case cst.Return() | cst.Raise():
            return Use.READ if _reads(node, name) else Use.ENDS
        case cst.Break() | cst.Continue() | cst.Del():
            return Use.UNSURE
        case cst.Try() | cst.TryStar() | cst.Match() | cst.ClassDef():
            return Use.UNSURE if _reads(node, name) or name in _bound(node) else Use.NOTHING
        case cst.Global() | cst.Nonlocal():
            return Use.NOTHING
    if _reads(node, name):
        return Use.READ
    return Use.BOUND if name in _bound(node) else Use.NOTHING


def _of_branches(body: cst.CSTNode, orelse: cst.CSTNode | None, name: str) -> Use:
    uses = {_use(body, name), _use(orelse, name) if orelse is not None else Use.NOTHING}
    for use in (Use.READ, Use.UNSURE):
        if use in uses:
            return use
    if Use.NOTHING in uses:
        return Use.NOTHING
    return uses.pop() if len(uses) == 1 else Use.BOUND


def _of_loop(loop: cst.For | cst.While, name: str) -> Use:
    over = loop.iter if isinstance(loop, cst.For) else loop.test
    if _reads(over, name):
        return Use.READ
    use = _use(loop.body, name)
    if use in (Use.READ, Use.UNSURE):
        return use if use is Use.READ or _reads(loop, name) else Use.NOTHING
    return _use(loop.orelse, name) if loop.orelse is not None else Use.NOTHING


def _reads(node: cst.CSTNode, name: str) -> bool:
    """Whether the name is read anywhere in the node, be it in a function."""
    match node:
        case cst.Name(value=value):
            return value == name
        case cst.Attribute(value=value):
            return _reads(value, name)
        case cst.Arg(value=value):
            return _reads(value, name)
        case cst.Global() | cst.Nonlocal() | cst.Param(default=None):
            return False
        case cst.AugAssign(target=target, value=value):
            return _reads(target, name) or _reads(value, name)
        case cst.Assign(targets=targets, value=value):
            held = [target.target for target in targets if not isinstance(target.target, cst.Name)]
            return _reads(value, name) or any(_reads(each, name) for each in held)
        case cst.For(iter=over, body=body, orelse=orelse):
            return any(_reads(each, name) for each in (over, body, orelse) if each is not None)
    return any(_reads(child, name) for child in children_of(node))


def _bound(node: cst.CSTNode) -> set[str]:
    found = set(binds(node))
    for child in children_of(node):
        if isinstance(child, cst.FunctionDef | cst.ClassDef):
            found.add(child.name.value)
        elif not isinstance(child, cst.BaseExpression):
            found |= _bound(child)
    return found
