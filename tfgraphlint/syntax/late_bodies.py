"""libcst's tree of a file in which bodies of functions are parsed when somebody asks for their statements.

Most functions of the modules that a program imports are never entered, and libcst takes as long for them as for all
others. So its parser is given the file with ``pass`` in the place of each longer body; CPython's tree says where the
bodies are. One that is asked for is parsed in a small file of its own, with the same indentation around it.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import libcst as cst

from tfgraphlint.syntax.deep_stack import give_memory_back, make_sure_of
from tfgraphlint.syntax.text import count_tokens

MIN_ROWS = 3  # shorter bodies are parsed with the file
# The memory that libcst's parser takes on the way, measured with 1.9: up to 2 kB for a word or sign, 4 kB for a row.
# For so few characters it is not worth asking.
SMALL = 50_000
BYTES_PER_TOKEN, BYTES_PER_ROW = 2_000, 4_000
# White space of which a part of the file would not give back what the whole file gives: in any row, or in the body.
_UNUSUAL = re.compile(r"[\t\r\f]")
_UNUSUAL_IN_BODY = re.compile(r"^ *\\$", re.MULTILINE)
_HEADER_ENDS = re.compile(r":[ ]*(?:#.*)?$")
_SUITES = ("finalbody", "orelse", "handlers", "cases", "body")  # where statements stand, the first ones last
# Kinds of nodes: to ask for the kind is faster than to ask for an instance, since libcst's classes are abstract.
_FUNCTIONS = frozenset({ast.FunctionDef, ast.AsyncFunctionDef, cst.FunctionDef})
_DEFINITIONS = _FUNCTIONS | {ast.ClassDef, cst.ClassDef}
_WITHOUT_SUITES = frozenset({cst.SimpleStatementLine, cst.SimpleStatementSuite, ast.Expr, ast.Assign, ast.Return})


def parse_whole(text: str) -> cst.Module:
    """libcst's tree of ``text``.

    Raises:
        libcst.ParserSyntaxError: libcst cannot parse it.
        TooLargeError: there may not be as much memory as that takes.
    """
    if len(text) <= SMALL:
        return _parse(text)
    make_sure_of((count_tokens(text) * BYTES_PER_TOKEN + text.count("\n") * BYTES_PER_ROW) / 2**20)
    try:
        return _parse(text)
    finally:
        give_memory_back()


def _parse(text: str) -> cst.Module:
    with _no_validation():
        return cst.parse_module(text)


def parse_with_late_bodies(text: str, tree: ast.Module) -> cst.Module:
    """libcst's tree of ``text``, of which ``tree`` is CPython's.

    Raises:
        libcst.ParserSyntaxError: libcst cannot parse it; what stands in a late body says so when it is asked for.
    """
    rows = text.split("\n")
    functions = [] if _UNUSUAL.search(text) else _functions_of(tree)
    bodies = [_body_of(function, rows) for function in functions]
    if not any(bodies):
        return parse_whole(text)
    try:
        module = parse_whole(_without(rows, [body for body in bodies if body is not None]))
    except cst.ParserSyntaxError:
        return parse_whole(text)  # whose error has the right place
    stubs = _functions_of(module)
    if len(stubs) != len(functions):
        return parse_whole(text)
    for stub, body in zip(stubs, bodies):
        if body is not None:
            _make_late(stub.body, body.as_file(module.default_indent))
    return module


def definitions(module: ast.Module | cst.Module, outermost: bool = False) -> Iterator[Any]:
    """The functions and classes of a file in the order of the text; ``outermost``: those that no function holds.

    Nothing but statements is looked at.
    """
    pending: list[Any] = [module]
    while pending:
        node = pending.pop()
        kind = type(node)
        if kind in _DEFINITIONS:
            yield node
            if outermost and kind in _FUNCTIONS:
                continue
        if kind in _WITHOUT_SUITES:
            continue
        for name in _SUITES:
            inside = getattr(node, name, None)
            if type(inside) in (list, tuple):
                pending += reversed(inside)  # type: ignore[arg-type]
            elif inside is not None:
                pending.append(inside)


def _functions_of(module: ast.Module | cst.Module) -> list[Any]:
    """The functions that no function holds."""
    return [node for node in definitions(module, outermost=True) if type(node) in _FUNCTIONS]


@dataclass(frozen=True)
class _Body:
    """The rows of a body, from 0 and without ``end``, and the white space before it and before its ``def``."""

    start: int
    end: int
    text: str
    indent: str
    outer: str
    is_async: bool

    def as_file(self, unit: str) -> str:
        """A file that has nothing but this body, and the same indentation as the whole one."""
        around = f"if 0:\n{unit}0\n" + ("class _:\n" if self.outer else "")
        return f"{around}{self.outer}{'async ' if self.is_async else ''}def _():\n{self.text}"


def _body_of(function: ast.FunctionDef | ast.AsyncFunctionDef, rows: Sequence[str]) -> _Body | None:
    """The body of a function if it stands in rows of its own and is long enough."""
    first, last = function.body[0], function.body[-1]
    start = min([first.lineno, *(each.lineno for each in getattr(first, "decorator_list", ()))]) - 1
    indent, outer = _indent(rows[start]), _indent(rows[function.lineno - 1])
    end = last.end_lineno or 0
    while start > function.lineno and _is_passed_over(rows[start - 1]):
        start -= 1
    if end - start < MIN_ROWS or start < function.lineno or not _HEADER_ENDS.search(rows[start - 1]):
        return None
    end = _with_comments(rows, end, indent)
    text = "\n".join(rows[start:end]) + "\n"
    if _UNUSUAL_IN_BODY.search(text):
        return None
    return _Body(start, end, text, indent, outer, isinstance(function, ast.AsyncFunctionDef))


def _with_comments(rows: Sequence[str], end: int, indent: str) -> int:
    """``end``, behind the comments below a body that are indented further than it: they are of a block inside."""
    at = end
    while at < len(rows) and _is_passed_over(rows[at]) and (not rows[at].strip() or rows[at].startswith(indent + " ")):
        at += 1
        end = at if rows[at - 1].strip() else end
    return end


def _is_passed_over(row: str) -> bool:
    return not row.strip() or row.lstrip().startswith("#")


def _indent(row: str) -> str:
    return row[: len(row) - len(row.lstrip())]


def _without(rows: Sequence[str], bodies: Sequence[_Body]) -> str:
    """The file with ``pass`` for each of these bodies."""
    left: list[str] = []
    at = 0
    for body in bodies:
        left += [*rows[at : body.start], f"{body.indent}pass"]
        at = body.end
    return "\n".join([*left, *rows[at:]])


_SLOTS: Any = cst.IndentedBlock  # whose attributes are the descriptors of what a block holds
_statements = _SLOTS.body


class _LateBlock(cst.IndentedBlock):
    """The block of a function until somebody asks for its statements; then it is one like all others."""

    __slots__ = ()  # type: ignore[misc]

    @property
    def body(self) -> Sequence[cst.BaseStatement]:  # type: ignore[override]
        """Its statements, parsed now: the slot holds the text of a file that ends with this block."""
        module = parse_whole(_statements.__get__(self))
        block = _functions_of(module)[-1].body
        object.__setattr__(self, "__class__", cst.IndentedBlock)
        _statements.__set__(self, block.body)
        _SLOTS.indent.__set__(self, block.indent)
        found: Sequence[cst.BaseStatement] = block.body
        return found


_LateBlock.__name__ = cst.IndentedBlock.__name__  # what visits a tree goes by this name


def _make_late(block: cst.IndentedBlock, text: str) -> None:
    _statements.__set__(block, text)
    object.__setattr__(block, "__class__", _LateBlock)


@contextmanager
def _no_validation() -> Iterator[None]:
    """libcst's nodes check themselves when they are made, which takes its parser a sixth of its time and finds nothing.

    What is built of nodes elsewhere, in fixes say, is checked as ever.
    """
    validate = cst.CSTNode.__post_init__
    cst.CSTNode.__post_init__ = _pass  # type: ignore[method-assign,assignment]
    try:
        yield
    finally:
        cst.CSTNode.__post_init__ = validate  # type: ignore[method-assign]


def _pass(node: cst.CSTNode) -> None:
    """Accept a node as it is."""
