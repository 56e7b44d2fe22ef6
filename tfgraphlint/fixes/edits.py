"""Building blocks of fixes: edits that put an expression, a keyword, a statement or a block into a file.

They know parentheses, commas, indentation and one-line suites, so that a rule need not. What cannot be done is None.
"""

from __future__ import annotations

import ast
from bisect import bisect_left, bisect_right
from collections.abc import Iterator

import libcst as cst

from tfgraphlint.diagnostic import Edit, Position, Span
from tfgraphlint.syntax.parents import Statement, parent, statement_of
from tfgraphlint.syntax.tree import Tree, once_per_node

# How tightly expressions bind, loosest first, and what holds them. A looser one in a tighter place needs parentheses.
ATOM, AWAIT, POWER, UNARY, PRODUCT, SUM, SHIFT, BIT_AND, BIT_XOR, BIT_OR = 16, 15, 14, 13, 12, 11, 10, 9, 8, 7
COMPARISON, NOT, AND, OR, CONDITIONAL, LAMBDA, NAMED, BARE = 6, 5, 4, 3, 2, 1, 0, -1

_AST_OPERATORS: dict[type[ast.operator], int] = {
    ast.Add: SUM, ast.Sub: SUM, ast.Mult: PRODUCT, ast.MatMult: PRODUCT, ast.Div: PRODUCT, ast.Mod: PRODUCT,
    ast.FloorDiv: PRODUCT, ast.LShift: SHIFT, ast.RShift: SHIFT, ast.BitAnd: BIT_AND, ast.BitXor: BIT_XOR,
    ast.BitOr: BIT_OR, ast.Pow: POWER,
}  # fmt: skip
_CST_OPERATORS: dict[type[cst.BaseBinaryOp], int] = {
    cst.Add: SUM, cst.Subtract: SUM, cst.Multiply: PRODUCT, cst.MatrixMultiply: PRODUCT, cst.Divide: PRODUCT,
    cst.Modulo: PRODUCT, cst.FloorDivide: PRODUCT, cst.LeftShift: SHIFT, cst.RightShift: SHIFT,
    cst.BitAnd: BIT_AND, cst.BitXor: BIT_XOR, cst.BitOr: BIT_OR, cst.Power: POWER,
}  # fmt: skip


def in_place_of(tree: Tree, node: cst.BaseExpression, content: str) -> Edit:
    """``content``, an expression, in the place of ``node``, in parentheses where it would else be read otherwise."""
    if not node.lpar and _binding(content) < _needed(tree, node):
        content = f"({content})"
    return tree.replace(node, content)


def _binding(content: str) -> int:
    try:
        expression = ast.parse(content, mode="eval").body
    except SyntaxError:
        return BARE - 1  # over several lines, or no expression by itself: parentheses do no harm
    match expression:
        case ast.BinOp(op=operator):
            return _AST_OPERATORS[type(operator)]
        case ast.UnaryOp(op=ast.Not()):
            return NOT
        case ast.UnaryOp():
            return UNARY
        case ast.BoolOp(op=ast.And()):
            return AND
        case ast.BoolOp():
            return OR
        case ast.Compare():
            return COMPARISON
        case ast.IfExp():
            return CONDITIONAL
        case ast.Lambda():
            return LAMBDA
        case ast.NamedExpr():
            return NAMED
        case ast.Await():
            return AWAIT
        case ast.Tuple() | ast.Yield() | ast.YieldFrom() | ast.Starred():
            return ATOM if content.startswith("(") and content.endswith(")") else BARE
        case ast.Constant(value=int() | float() | complex()):
            return AWAIT  # ``1.real`` is no attribute of 1
    return ATOM


def _needed(tree: Tree, node: cst.BaseExpression) -> int:
    """How tightly an expression has to bind to stand where ``node`` stands."""
    holder = parent(tree, node)
    match holder:
        case cst.Attribute(value=value) | cst.Call(func=value) | cst.Subscript(value=value) if value is node:
            return ATOM
        case cst.Await():
            return ATOM
        case cst.BinaryOperation(left=left, operator=operator):
            return _needed_by_operator(_CST_OPERATORS[type(operator)], left is node)
        case cst.UnaryOperation(operator=cst.Not()):
            return NOT
        case cst.UnaryOperation():
            return UNARY
        case cst.Comparison() | cst.ComparisonTarget() | cst.StarredElement():
            return BIT_OR
        case cst.BooleanOperation(operator=operator):
            return OR if isinstance(operator, cst.Or) else AND
        case cst.IfExp(orelse=orelse):
            return CONDITIONAL if orelse is node else OR
        case cst.Arg(star=star, keyword=keyword):
            return BIT_OR if star else LAMBDA if keyword else NAMED
        case cst.CompFor() | cst.CompIf():
            return OR
    return LAMBDA


def _needed_by_operator(binding: int, is_left: bool) -> int:
    if binding == POWER:
        return AWAIT if is_left else UNARY
    return binding if is_left else binding + 1


def add_keyword(tree: Tree, call: cst.Call, keyword: str, value: str) -> tuple[Edit, ...]:
    """``keyword=value`` in ``call``: in the place of its value, before ``**``, or last, on a row like the others'."""
    for argument in call.args:
        if argument.keyword is not None and argument.keyword.value == keyword:
            return (tree.replace(argument.value, value),)
    text = f"{keyword}={value}"
    for argument in call.args:
        if argument.star == "**":
            start = tree.span(argument).start
            return (_insert(tree, start, f"{text}{_separator(tree, call)}"),)
    if not call.args:
        end = tree.span(call).end
        return (_insert(tree, Position(end.row, end.column - 1), text),)
    last = call.args[-1]
    behind = _insert(tree, tree.span(last).end, f"{_separator(tree, call)}{text}")
    if isinstance(last.value, cst.GeneratorExp) and not last.value.lpar:
        span = tree.span(last.value)
        return (_insert(tree, span.start, "("), _insert(tree, span.end, f"){behind.content}"))
    return (behind,)


def without_keyword(tree: Tree, call: cst.Call, keyword: str) -> tuple[Edit, ...] | None:
    """``call`` without ``keyword``, with one of the commas beside it; None where a comment would go with it."""
    for index, argument in enumerate(call.args):
        if argument.keyword is None or argument.keyword.value != keyword:
            continue
        start, end = tree.span(argument.keyword).start, end_of(tree, argument.value)
        if len(call.args) > index + 1:
            end = tree.span(call.args[index + 1]).start
        elif index:
            start = end_of(tree, call.args[index - 1].value)
        gap = Span(tree.filename, start, end)
        first, last = tree.lines.range(gap)
        return (Edit(gap, ""),) if "#" not in tree.text[first:last] else None
    return None


def start_of(tree: Tree, node: cst.BaseExpression) -> Position:
    """Where an expression starts, its parentheses included."""
    lines = tree.lines
    offset = lines.offset(tree.span(node).start)
    for _ in node.lpar:
        offset = tree.text.rindex("(", 0, offset)
    return lines.position(offset)


def end_of(tree: Tree, node: cst.BaseExpression) -> Position:
    """Where an expression ends, its parentheses included."""
    lines = tree.lines
    offset = lines.offset(tree.span(node).end)
    for _ in node.rpar:
        offset = tree.text.index(")", offset) + 1
    return lines.position(offset)


def _separator(tree: Tree, call: cst.Call) -> str:
    """What stands between two arguments: a comma, and a row's end where each argument has a row of its own."""
    last = call.args[-1]
    start = tree.span(last).start
    before = tree.lines.row(start.row)[: start.column - 1]
    return f",\n{before}" if not before.strip() and start.row > tree.span(call).start.row else ", "


def swapped(tree: Tree, first: cst.BaseExpression, second: cst.BaseExpression) -> tuple[Edit, ...]:
    """``first`` and ``second``, arguments of one call, change places."""
    places = [Span(tree.filename, start_of(tree, each), end_of(tree, each)) for each in (first, second)]
    texts = [tree.text[slice(*tree.lines.range(place))] for place in places]
    return tuple(Edit(place, text) for place, text in zip(places, reversed(texts)))


def has_comment(tree: Tree, node: cst.CSTNode) -> bool:
    """Whether the text of ``node`` may hold a comment, which would stay where it is while what it is about moves."""
    return "#" in tree.text[slice(*tree.lines.range(tree.span(node)))]


def before(tree: Tree, node: cst.CSTNode, code: str) -> tuple[Edit, ...] | None:
    """``code``, a statement, right before the statement that ``node`` belongs to."""
    statement = statement_of(tree, node)
    start = _start(tree, statement)
    indent = tree.lines.row(start.row)[: start.column - 1]
    if not indent.strip():
        return (_insert(tree, start, f"{_indented(code, indent)}\n{indent}"),)
    return _split(tree, statement, code, is_before=True)


def after(tree: Tree, node: cst.CSTNode, code: str) -> tuple[Edit, ...] | None:
    """``code``, a statement, right after the statement that ``node`` belongs to."""
    statement = statement_of(tree, node)
    start, end = _start(tree, statement), _whole_end(tree, statement)
    row = tree.lines.row(start.row)
    indent = row[: len(row) - len(row.lstrip())]
    rest = tree.lines.row(end.row)[end.column - 1 :].lstrip()
    if not row[: start.column - 1].strip() and (not rest or rest.startswith("#")):
        place = Position(end.row, len(tree.lines.row(end.row)) + 1)
        return (_insert(tree, place, f"\n{indent}{_indented(code, indent)}"),)
    return _split(tree, statement, code, is_before=False)


def first_in(tree: Tree, owner: cst.BaseCompoundStatement, code: str) -> tuple[Edit, ...] | None:
    """``code`` as the first statement of the block of ``owner``, behind a docstring."""
    body = owner.body
    if not isinstance(body, cst.IndentedBlock):
        return before(tree, body.body[0], code) if body.body else None
    first = body.body[0]
    if isinstance(owner, cst.FunctionDef | cst.ClassDef) and owner.get_docstring() is not None:
        return after(tree, _innermost(first), code)
    row = tree.span(body.header).start.row
    start = _start(tree, _innermost(first))
    indent = tree.lines.row(start.row)[: start.column - 1]
    place = Position(row, len(tree.lines.row(row)) + 1)
    return (_insert(tree, place, f"\n{indent}{_indented(code, indent)}"),)


def into_block(tree: Tree, first: cst.CSTNode, last: cst.CSTNode, head: str) -> tuple[Edit, ...] | None:
    """``head`` (``with … as tape:``) before ``first``, and everything from there up to ``last`` one level deeper.

    Both are statements of one block. The insides of strings over several rows stay as they are. None where rows are
    shared with other statements.
    """
    begin, end = statement_of(tree, first), statement_of(tree, last)
    start, stop = _start(tree, begin), _whole_end(tree, end)
    lines = tree.lines
    indent = lines.row(start.row)[: start.column - 1]
    rest = lines.row(stop.row)[stop.column - 1 :].strip()
    if indent.strip() or (rest and not rest.startswith("#")):
        return None
    unit = tree.module.default_indent
    inside = set(rows_in_strings(tree, start.row, stop.row))
    edits = [_insert(tree, start, f"{head}\n{indent}{unit}")]
    for row in range(start.row + 1, stop.row + 1):
        text = lines.row(row)
        if row not in inside and text.strip():
            edits.append(_insert(tree, Position(row, len(text) - len(text.lstrip()) + 1), unit))
    return tuple(edits)


def rows_in_strings(tree: Tree, first: int, last: int) -> Iterator[int]:
    """The rows that begin inside a string."""
    rows = _rows_in_strings(tree, tree.module)
    yield from rows[bisect_left(rows, first) : bisect_right(rows, last)]


@once_per_node
def _rows_in_strings(tree: Tree, module: cst.CSTNode) -> list[int]:
    found: list[int] = []
    pending = [module]
    while pending:
        node = pending.pop()
        if isinstance(node, cst.SimpleString | cst.FormattedString):
            span = tree.span(node)
            found += range(span.start.row + 1, span.end.row + 1)
        else:
            pending += node.children
    return sorted(found)


def _split(tree: Tree, statement: Statement, code: str, is_before: bool) -> tuple[Edit, ...] | None:
    """``code`` beside a statement that shares its row: the row is broken up, a one-line suite becomes a block."""
    holder = parent(tree, statement)
    if not isinstance(holder, cst.SimpleStatementLine | cst.SimpleStatementSuite):
        return None
    index = next(index for index, each in enumerate(holder.body) if each is statement)
    span = tree.span(statement)
    row = tree.lines.row(span.start.row)
    indent = row[: len(row) - len(row.lstrip())]
    if isinstance(holder, cst.SimpleStatementSuite):
        indent += tree.module.default_indent
    broken = f"\n{indent}"
    edits = []
    for place, each in enumerate(holder.body):
        content = broken
        if each is statement and is_before or place and place - 1 == index and not is_before:
            content = f"{broken}{_indented(code, indent)}{broken}"
        opens_suite = place == 0 and isinstance(holder, cst.SimpleStatementSuite)
        if opens_suite or content != broken:
            gap = _gap_before(tree, each)
            edits.append(Edit(gap, content))
    if index == len(holder.body) - 1 and not is_before:
        place_behind = Position(span.end.row, len(tree.lines.row(span.end.row)) + 1)
        edits.append(_insert(tree, place_behind, f"{broken}{_indented(code, indent)}"))
    return tuple(edits)


def _gap_before(tree: Tree, statement: cst.BaseSmallStatement) -> Span:
    """The space, and the semicolon, between what stands before a statement on its row and the statement."""
    start = tree.span(statement).start
    row = tree.lines.row(start.row)[: start.column - 1]
    kept = row.rstrip().removesuffix(";").rstrip()
    return Span(tree.filename, Position(start.row, len(kept) + 1), start)


def _start(tree: Tree, statement: cst.CSTNode) -> Position:
    """Where a statement starts, its decorators included."""
    start = tree.span(statement).start
    if isinstance(statement, cst.FunctionDef | cst.ClassDef) and statement.decorators:
        start = min(start, tree.span(statement.decorators[0]).start)
    return start


def _whole_end(tree: Tree, statement: Statement) -> Position:
    """Where a statement ends, a last semicolon included."""
    return _with_semicolon(tree, tree.span(statement).end)


def _with_semicolon(tree: Tree, end: Position) -> Position:
    """The end of the row where nothing but a semicolon follows."""
    rest = tree.lines.row(end.row)[end.column - 1 :]
    code = rest.partition("#")[0].strip()
    return Position(end.row, end.column + rest.index(";") + 1) if code == ";" else end


def _innermost(line: cst.CSTNode) -> cst.CSTNode:
    return line.body[0] if isinstance(line, cst.SimpleStatementLine) else line


def _indented(code: str, indent: str) -> str:
    return code.replace("\n", f"\n{indent}")


def _insert(tree: Tree, place: Position, content: str) -> Edit:
    return Edit(Span(tree.filename, place, place), content)
