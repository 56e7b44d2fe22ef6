"""Keeps from libcst what CPython refuses or what nests too deep: libcst's parser ends the process on some of it."""

from __future__ import annotations

import ast
import re
import sys

from tfgraphlint.diagnostic import Position, Span
from tfgraphlint.facts.run import UnparsableFile
from tfgraphlint.syntax import newer_python
from tfgraphlint.syntax.ast_walk import children
from tfgraphlint.syntax.text import count_tokens, rows_of

# The deepest nesting that is linted: libcst and the interpreter recurse, on a stack that ``deep`` makes large enough.
MAX_NESTING = 3000
# CPython's parser takes up to 900 bytes for a word or sign, and nothing ends it on the way: less than 2 GB.
MAX_TOKENS = 2_000_000
_BLOCKS = ("body", "handlers", "orelse", "finalbody")


def parse(text: str, filename: str) -> ast.Module | UnparsableFile:
    """CPython's tree of ``text``, or what CPython says against it and where.

    Syntax of a newer Python is read as far as it is known; of other newer syntax it is said which Python is the judge.
    """
    if too_large(text):
        return _refused(text, filename, f"it has more than {MAX_TOKENS:,} words and signs", 1, 1)
    try:
        return newer_python.parse(text, filename)
    except SyntaxError as error:
        if "null bytes" in error.msg:
            return _refused(text, filename, error.msg, *_place_of(text, "\0"))
        return _refused(text, filename, error.msg + _newer(text, error), error.lineno, error.offset)
    except ValueError as error:  # null bytes, before Python 3.12
        return _refused(text, filename, str(error), *_place_of(text, "\0"))
    except (MemoryError, RecursionError):
        return _refused(text, filename, "too deeply nested to be parsed", _longest_row(text), 1)


def too_large(text: str) -> bool:
    """Whether to parse ``text`` would take more memory than a file is worth."""
    return len(text) > MAX_TOKENS and count_tokens(text) > MAX_TOKENS


# Rows that a newer Python can parse, what an older one says of them, and from which version on they are Python.
_NEWER = (
    ((3, 11), re.compile(r".*\[\s*(?:[^\[\]]*,\s*)?\*\s*[\w(]|.*\*\s*\w+\s*:\s*\*"), "invalid syntax"),
    ((3, 12), re.compile(r"\s*type\s+\w+\s*(?:\[[^\]]*\]\s*)?=|\s*(?:async\s+)?(?:def|class)\s+\w+\s*\["), ""),
    ((3, 12), re.compile(r".*\b[rR]?[fF][rR]?[\"']"), "f-string"),
    ((3, 14), re.compile(r"\s*except\*?\s+\w[\w.]*\s*,"), "multiple exception types"),
    ((3, 14), re.compile(r".*\b[rR]?[tT][rR]?[\"']"), "invalid syntax"),
)


def _newer(text: str, error: SyntaxError) -> str:
    """What to say of syntax that came with a newer Python than the one that runs: that one is the judge."""
    rows = rows_of(text)
    row = rows[error.lineno - 1][:1000] if error.lineno and error.lineno <= len(rows) else ""
    for version, looks, said in _NEWER:
        if sys.version_info < version and error.msg.startswith(said) and looks.match(row):
            ours, theirs = (".".join(map(str, each[:2])) for each in (sys.version_info, version))
            return f" (Python {ours} is the judge; for newer syntax run tfgraphlint with Python {theirs})"
    return ""


def too_deep(tree: ast.Module, text: str, filename: str) -> UnparsableFile | None:
    """Whether ``tree`` is nested deeper than we can follow, and where."""
    if _is_shallow(tree, text):
        return None
    pending: list[tuple[ast.AST, int, int]] = [(tree, 0, 1)]
    while pending:
        node, depth, row = pending.pop()
        row = getattr(node, "lineno", row)
        depth += _levels(node)
        if depth > MAX_NESTING:
            message = f"nested more than {MAX_NESTING} levels deep, which is too deep to be linted"
            return _refused(text, filename, message, row, 1)
        pending += [(child, depth, row) for child in children(node)]
    return None


def _is_shallow(tree: ast.Module, text: str) -> bool:
    """Whether no statement is long enough to be nested too deep: a level takes a character. Quick, and mostly so."""
    ends = [0]
    for row in text.split("\n"):
        ends.append(ends[-1] + len(row) + 1)
    pending: list[tuple[ast.AST, int]] = [(statement, 1) for statement in tree.body]
    while pending:
        node, depth = pending.pop()
        if isinstance(node, ast.Match):
            return False
        inner = [part for name in _BLOCKS for part in getattr(node, name, ())]
        decorators = getattr(node, "decorator_list", ())
        first = min((each.lineno for each in (node, *decorators)), default=1)
        last = inner[0].lineno if inner else node.end_lineno  # type: ignore[attr-defined]
        if not 0 < first <= last < len(ends) or depth + ends[last] - ends[first - 1] > MAX_NESTING:
            return False
        pending += [(part, depth + 2) for part in inner]
    return True


def _levels(node: ast.AST) -> int:
    """How many levels of libcst's tree stand for one node of CPython's."""
    match node:
        case ast.BoolOp(values=many) | ast.JoinedStr(values=many):
            return len(many)
        case ast.With(items=many) | ast.AsyncWith(items=many):
            return len(many)
        case ast.ListComp(generators=loops) | ast.SetComp(generators=loops) | ast.GeneratorExp(generators=loops):
            return len(loops)
        case ast.DictComp(generators=loops):
            return len(loops)
        case ast.alias(name=str(name)) | ast.ImportFrom(module=str(name)):
            return 1 + name.count(".")
    return 1


def _refused(text: str, filename: str, message: str, row: int | None, column: int | None) -> UnparsableFile:
    rows = len(rows_of(text))
    start = Position(min(max(row or 1, 1), rows), max(column or 1, 1))
    return UnparsableFile(Span(filename, start, start), message)


def _place_of(text: str, character: str) -> tuple[int, int]:
    offset = max(text.find(character), 0)
    return text.count("\n", 0, offset) + 1, offset - text.rfind("\n", 0, offset)


def _longest_row(text: str) -> int:
    """The row that is most likely the nested one: the longest, or the first where rows are short."""
    rows = text.split("\n")
    longest = max(range(len(rows)), key=lambda row: len(rows[row]))
    return longest + 1 if len(rows[longest]) > 1000 else 1
