"""Fixes that move whole statements into the block of a tape, with their comments."""

from __future__ import annotations

from collections.abc import Sequence

import libcst as cst

from tfgraphlint.diagnostic import Applicability, Edit, Fix, Position, Span
from tfgraphlint.facts.common import Fault, FaultKind, Place
from tfgraphlint.facts.gradients import GradientLost
from tfgraphlint.fixes.add_watch import bindings_in, block_of, name_of, names_in, path_to
from tfgraphlint.fixes.edits import rows_in_strings
from tfgraphlint.syntax.parents import ancestors, parent, scopes_of
from tfgraphlint.syntax.text import Lines
from tfgraphlint.syntax.tree import Tree, children_of

Block = Sequence[cst.CSTNode]
MAX_STATEMENTS = 12
STAYING = (cst.FunctionDef, cst.ClassDef, cst.Import, cst.ImportFrom, cst.Return, cst.Break, cst.Continue, cst.Del,
           cst.Global, cst.Nonlocal)  # fmt: skip


def moved_into_block(fact: GradientLost, kind: FaultKind) -> Fix | None:
    """What ran outside the block on the way from the source to the target, and what stands between, runs in it."""
    tree, block = fact.place.tree, block_of(fact.tape, fact.place)
    if block is None:
        return None
    places = [in_function_of(fact.tape.made, fault) for fault in fact.faults if fault.kind is kind]
    if any(place.tree is not tree for place in places):
        return None
    nodes = [*(place.node for place in places), *_bindings_of_target(fact, block)]
    lines = [line_of(tree, node, block) for node in nodes]
    query = line_of(tree, fact.place.node, block)
    found = [line for line in lines if line is not None and line is not block]
    if len(found) != len(lines) or query in found or not found:
        return None
    edits = _moves(tree, block, found, name_of(fact.tape))
    message = "move it into the tape's block, with the statements between"
    return Fix(message, Applicability.UNSAFE, edits) if edits is not None else None


def _moves(tree: Tree, block: cst.With, lines: Block, tape: str) -> tuple[Edit, ...] | None:
    start = tree.span(block).start
    ordered = sorted(lines, key=lambda line: tree.span(line).start)
    earlier = [line for line in ordered if tree.span(line).start < start]
    later = ordered[len(earlier) :]
    edits: list[Edit] = []
    for made in (
        before_into(tree, block, earlier[0], tape) if earlier else (),
        behind_into(tree, block, later[-1], tape) if later else (),
    ):
        if made is None:
            return None
        edits += made
    return tuple(edits)


def _bindings_of_target(fact: GradientLost, block: cst.With) -> list[cst.CSTNode]:
    """What binds the name of the target behind the block."""
    tree, words = fact.place.tree, path_to(fact.target.written.node)
    if not words or fact.target.written.tree is not tree:
        return []
    begin, end = tree.span(block).end, tree.span(fact.place.node).start
    holder, query = parent(tree, block), line_of(tree, fact.place.node, block)
    return [
        node
        for node in (bindings_in(tree, holder, words[-1:]) if holder is not None else ())
        if begin <= tree.span(node).start < end and line_of(tree, node, block) is not query
    ]


def in_function_of(tape: Place, fault: Fault) -> Place:
    """The place of the fault, or the call that led to it, that stands in the function that makes the tape."""
    home = scopes_of(tape.tree, tape.node)[:1]
    for place in (*fault.calls, fault.place):
        if place.tree is tape.tree and scopes_of(place.tree, place.node)[:1] == home:
            return place
    return fault.place


def line_of(tree: Tree, node: cst.CSTNode, block: cst.CSTNode) -> cst.CSTNode | None:
    """The statement among those of ``block``'s own block (or those beside ``block``) that holds ``node``."""
    beside = parent(tree, block)
    for above in (node, *ancestors(tree, node)):
        if parent(tree, above) is beside:
            return above
    return None


def behind_into(tree: Tree, block: cst.With, last: cst.CSTNode, tape: str = "") -> tuple[Edit, ...] | None:
    """Everything behind ``block`` up to the statement ``last`` (beside it) becomes its end."""
    moved = _between(tree, block, block, last)
    unit = _unit(tree, block)
    if moved is None or unit is None or any(tape in path_to(name) for each in moved for name in names_in(each)):
        return None
    first_row, last_row = tree.span(block).end.row + 1, tree.span(last).end.row
    if tree.span(moved[0]).start.row < first_row:
        return None
    lines, inside = tree.lines, set(rows_in_strings(tree, first_row, last_row))
    inner = _indent(tree, tree.span(block).start.row) + unit
    edits = []
    for row in range(first_row, last_row + 1):
        text = lines.row(row)
        is_of_block = row < tree.span(moved[0]).start.row and text.startswith(inner)
        if text.strip() and row not in inside and not is_of_block:
            edits.append(_insert(tree, Position(row, len(text) - len(text.lstrip()) + 1), unit))
    return tuple(edits)


def before_into(
    tree: Tree, block: cst.With, first: cst.CSTNode, tape: str = ""
) -> tuple[Edit, ...] | None:
    """Everything from the statement ``first`` up to ``block``, beside it, becomes its start, behind its watches."""
    moved = _between(tree, block, first, block)
    unit = _unit(tree, block)
    if moved is None or unit is None or _binds_for_head(tree, moved, block):
        return None
    first_row = _with_comments(tree, tree.span(first).start.row)
    last_row = tree.span(moved[-1]).end.row
    return _moved_rows(tree, block, (first_row, last_row), unit, tape)


def line_into(tree: Tree, block: cst.With, statement: cst.CSTNode) -> tuple[Edit, ...] | None:
    """The one-row ``statement``, with the comments that belong to it, becomes the first of ``block``."""
    line = parent(tree, statement)
    if not isinstance(line, cst.SimpleStatementLine) or len(line.body) != 1 or _unit(tree, block) is None:
        return None
    start, end = tree.span(line).start.row, tree.span(line).end.row
    indent = _indent(tree, tree.span(block.body.body[0]).start.row)
    begin = _with_comments(tree, start)
    lines = tree.lines
    rows = [lines.row(row) for row in range(begin, end + 1)]
    if set(rows_in_strings(tree, begin, end)):
        return None
    old = _indent(tree, start)
    content = "".join(f"\n{indent}{row.removeprefix(old)}" for row in rows)
    head = tree.span(block.body.header).start.row if isinstance(block.body, cst.IndentedBlock) else 0
    return (_insert(tree, _row_end(lines, head), content), _without_rows(tree, _with_gap(tree, begin, end), end))


def _between(tree: Tree, block: cst.With, start: cst.CSTNode, end: cst.CSTNode) -> Block | None:
    """The statements beside ``block`` from ``start`` to ``end``, without the block; None where they must stay."""
    holder = parent(tree, block)
    if not isinstance(holder, (cst.IndentedBlock, cst.Module)):
        return None
    places = {id(each): index for index, each in enumerate(holder.body)}
    if id(start) not in places or id(end) not in places:
        return None
    found = [each for each in holder.body[places[id(start)] : places[id(end)] + 1] if each is not block]
    if not found or len(found) > MAX_STATEMENTS or any(_must_stay(each) for each in found):
        return None
    return found


def _must_stay(node: cst.CSTNode) -> bool:
    if isinstance(node, STAYING) or isinstance(node, cst.Name) and node.value == "GradientTape":
        return True
    return any(_must_stay(child) for child in children_of(node))


def _binds_for_head(tree: Tree, moved: Block, block: cst.With) -> bool:
    words = tuple(word for item in block.items for name in names_in(item.item) for word in path_to(name))
    return any(True for each in moved for _ in bindings_in(tree, each, words))


def _unit(tree: Tree, block: cst.With) -> str | None:
    """By what the body of ``block`` is indented; None for a body on the row of its head."""
    if not isinstance(block.body, cst.IndentedBlock):
        return None
    outer = _indent(tree, tree.span(block).start.row)
    inner = _indent(tree, tree.span(block.body.body[0]).start.row)
    return inner.removeprefix(outer) if inner.startswith(outer) else None


def _moved_rows(
    tree: Tree, block: cst.With, rows: tuple[int, int], unit: str, tape: str
) -> tuple[Edit, ...] | None:
    lines, inside = tree.lines, set(rows_in_strings(tree, *rows))
    texts = []
    for row in range(rows[0], rows[1] + 1):
        text = lines.row(row)
        texts.append(f"{unit}{text}" if text.strip() and row not in inside else text)
    place = _row_end(lines, _row_before_work(tree, block, tape))
    return _without_rows(tree, *rows), _insert(tree, place, "".join(f"\n{text}" for text in texts))


def _row_before_work(tree: Tree, block: cst.With, tape: str) -> int:
    """The row of the head, or of the last of the watches that the body begins with."""
    assert isinstance(block.body, cst.IndentedBlock)
    row = tree.span(block.body.header).start.row
    for statement in block.body.body:
        match statement:
            case cst.SimpleStatementLine(body=[cst.Expr(value=cst.Call(func=cst.Attribute(
                value=cst.Name(value=name), attr=cst.Name(value="watch")
            )))]) if name == tape:  # fmt: skip
                row = tree.span(statement).end.row
            case _:
                break
    return row


def _with_comments(tree: Tree, row: int) -> int:
    """The first of the rows of comments right above ``row``, or ``row``."""
    lines, indent = tree.lines, _indent(tree, row)
    while row > 1 and lines.row(row - 1).startswith(f"{indent}#"):
        row -= 1
    return row


def _with_gap(tree: Tree, first: int, last: int) -> int:
    """The first of the empty rows above ``first`` where they would come to stand at the end of a block."""
    lines = tree.lines
    below = lines.row(last + 1)
    if below.strip() and below.startswith(_indent(tree, last)):
        return first
    while first > 1 and not lines.row(first - 1).strip():
        first -= 1
    return first


def _without_rows(tree: Tree, first: int, last: int) -> Edit:
    """The rows are taken out, with the end of the row before them."""
    lines = tree.lines
    if last < len(lines):
        return Edit(Span(tree.filename, Position(first, 1), Position(last + 1, 1)), "")
    return Edit(Span(tree.filename, _row_end(lines, first - 1), _row_end(lines, last)), "")


def _row_end(lines: Lines, row: int) -> Position:
    return Position(row, len(lines.row(row)) + 1)


def _indent(tree: Tree, row: int) -> str:
    text = tree.lines.row(row)
    return text[: len(text) - len(text.lstrip())]


def _insert(tree: Tree, place: Position, content: str) -> Edit:
    return Edit(Span(tree.filename, place, place), content)
