"""Taking a tape out: its ``with`` goes, what stood in the block moves out by one level."""

from __future__ import annotations

from collections.abc import Iterator

import libcst as cst

from tfgraphlint.diagnostic import Edit, Position, Span
from tfgraphlint.facts.common import TapeUse
from tfgraphlint.fixes.edits import rows_in_strings
from tfgraphlint.syntax.parents import scopes_of
from tfgraphlint.syntax.text import Lines
from tfgraphlint.syntax.tree import Tree, children_of


def is_left_alone(tape: TapeUse) -> bool:
    """Whether nothing is done with a tape but entering it and telling it what to watch."""
    found = _entered(tape)
    if found is None:
        return False
    tree, block, item = found
    if item.asname is None:
        return True
    home = next(iter(scopes_of(tree, block)), tree.module)
    watches = {id(call.func.value) for call in _watches(home, tape.name) if isinstance(call.func, cst.Attribute)}
    names = [node for node in _names(home) if node.value == tape.name]
    return bool(tape.name) and all(id(node) in watches or node is item.asname.name for node in names)


def _entered(tape: TapeUse) -> tuple[Tree, cst.With, cst.WithItem] | None:
    """The ``with`` that makes and enters a tape, and its part in it."""
    if tape.entered is None or not isinstance(tape.entered.node, cst.With):
        return None
    block = tape.entered.node
    item = next((item for item in block.items if item.item is tape.made.node), None)
    return (tape.entered.tree, block, item) if item is not None else None


def _names(node: cst.CSTNode) -> Iterator[cst.Name]:
    if isinstance(node, cst.Name):
        yield node
    for child in children_of(node):
        yield from _names(child)


def _watches(node: cst.CSTNode, tape: str) -> Iterator[cst.Call]:
    match node:
        case cst.Expr(value=cst.Call(func=cst.Attribute(
            value=cst.Name(value=name), attr=cst.Name(value="watch")
        )) as call) if name == tape:  # fmt: skip
            yield call
    for child in children_of(node):
        yield from _watches(child, tape)


def without_tape(tape: TapeUse) -> tuple[Edit, ...] | None:
    """The edits that take out the tape and the watches on it; None where they need more than whole rows."""
    found = _entered(tape)
    if found is None:
        return None
    tree, block, item = found
    if not isinstance(block.body, cst.IndentedBlock):
        return None
    home = next(iter(scopes_of(tree, block)), tree.module)
    watches = list(_watches(home, tape.name)) if tape.name else []
    gone = [rows for call in watches if (rows := own_rows(tree, call)) is not None]
    if len(gone) < len(watches) or all(_is_watch(line, tape.name) for line in block.body.body):
        return None
    removed = {row for first, last in gone for row in range(first, last + 1)}
    edits = [without_rows(tree, first, last) for first, last in gone]
    head = _without_item(tree, block, item) if len(block.items) > 1 else _moved_out(tree, block, removed)
    return (*edits, *head) if head is not None else None


def _is_watch(line: cst.CSTNode, tape: str) -> bool:
    return isinstance(line, cst.SimpleStatementLine) and all(any(_watches(each, tape)) for each in line.body)


def own_rows(tree: Tree, call: cst.Call) -> tuple[int, int] | None:
    """The rows of a call that is a statement and has them for itself."""
    span, lines = tree.span(call), Lines(tree.text)
    before = lines.row(span.start.row)[: span.start.column - 1]
    behind = lines.row(span.end.row)[span.end.column - 1 :].partition("#")[0]
    return None if before.strip() or behind.strip() else (span.start.row, span.end.row)


def without_rows(tree: Tree, first: int, last: int) -> Edit:
    """Whole rows go; another row must follow, as one does behind the last of a file that ends in a new line."""
    return Edit(Span(tree.filename, Position(first, 1), Position(last + 1, 1)), "")


def _without_item(tree: Tree, block: cst.With, item: cst.WithItem) -> tuple[Edit, ...]:
    """Only this one of several context managers goes, with the comma that parts it from a neighbour."""
    index = next(index for index, each in enumerate(block.items) if each is item)
    if index + 1 < len(block.items):
        start, end = tree.span(item.item).start, tree.span(block.items[index + 1].item).start
    else:
        before = block.items[index - 1]
        start = tree.span(before.asname.name if before.asname is not None else before.item).end
        end = tree.span(item.asname.name if item.asname is not None else item.item).end
    return (Edit(Span(tree.filename, start, end), ""),)


def _moved_out(tree: Tree, block: cst.With, removed: set[int]) -> tuple[Edit, ...] | None:
    assert isinstance(block.body, cst.IndentedBlock)
    lines, start, end = Lines(tree.text), tree.span(block).start, tree.span(block).end
    outer = lines.row(start.row)[: start.column - 1]
    first = lines.row(tree.span(block.body.body[0]).start.row)
    inner = first[: len(first) - len(first.lstrip())]
    if outer.strip() or not inner.startswith(outer):
        return None
    head = tree.span(block.body.header).start.row
    edits = [without_rows(tree, start.row, head)]
    inside = set(rows_in_strings(tree, head + 1, end.row))
    for row in range(head + 1, end.row + 1):
        if row not in inside and row not in removed and lines.row(row).startswith(inner):
            edits.append(Edit(Span(tree.filename, Position(row, len(outer) + 1), Position(row, len(inner) + 1)), ""))
    return tuple(edits)
