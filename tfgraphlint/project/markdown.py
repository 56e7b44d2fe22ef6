"""Markdown files: each fenced block of Python is a program of its own, with what it needs of the blocks before it."""

from __future__ import annotations

import ast
import builtins
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import accumulate

from tfgraphlint.facts.run import UnparsableFile
from tfgraphlint.project.cells import Cell, Document
from tfgraphlint.project.guard import parse
from tfgraphlint.project.magics import Python, python_of
from tfgraphlint.syntax.ast_walk import walk
from tfgraphlint.syntax.deep_stack import LimitReached
from tfgraphlint.syntax.text import Lines, Replacement, replaced

# Each block is linted as a program with blank rows for the blocks before it: so many rows in all, which take seconds.
MAX_ROWS = 20_000_000
PYTHON = frozenset({"python", "python3", "py", "ipython", "ipython3"})

_DEFINITIONS = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)
_BUILTINS = frozenset(dir(builtins))
_OPENING = re.compile(r"(?P<indent>[ \t>]*)(?P<fence>`{3,}|~{3,})[ \t]*(?P<info>.*)")
_NO_LINE_END = re.compile(r"[^\r\n]+")
# `python`, `{python}`, `{.python}`, `{code-cell} ipython3`, `python title="…"`
_LANGUAGE = re.compile(r"\{?\.?(?:code-cell\}\s*|code-block\}\s*)?(?P<language>[\w+-]+)")


@dataclass(frozen=True)
class _Block:
    """A fenced block: where its text starts in the file, the number of its first row, and its text."""

    start: int
    row: int
    text: str


@dataclass(frozen=True)
class Markdown(Document):
    """A Markdown file whose blocks can be edited."""

    blocks: tuple[_Block, ...] = ()

    @cached_property
    def programs(self) -> tuple[str, ...]:
        """Each block, with the blocks before it that bind what it needs, and with what those need.

        Raises:
            LimitReached: there are too many of them.
        """
        texts = [_text_of(cell) for cell in self.cells]
        blanks = [_NO_LINE_END.sub("", text) for text in texts]
        rows = [text.count("\n") for text in texts]
        if sum(accumulate(rows)) > MAX_ROWS:
            raise LimitReached("it has too many code blocks")
        needs = _needs([_Names(parse(text, "")) for text in texts])
        found = []
        for index in range(len(texts)):
            visible = _reached(index, needs)
            found.append("".join(texts[at] if at in visible else blanks[at] for at in range(index + 1)))
        return tuple(found)

    def _written_back(self, by_cell: dict[int, list[Replacement]]) -> str:
        made = [
            (self.blocks[index].start + start, self.blocks[index].start + end, content)
            for index, replacements in sorted(by_cell.items())
            for start, end, content in replacements
        ]
        return replaced(self.raw, made)


def _text_of(cell: Cell) -> str:
    """The Python of a block as it stands in the text of all blocks, with the row between it and the next one."""
    return "".join(row.text for row in cell.python.rows) + "\n"


class _Names:
    """The names that a block binds at its top level, and those that it needs from elsewhere."""

    def __init__(self, tree: ast.Module | UnparsableFile) -> None:
        self.bound: set[str] = set()
        self.free: set[str] = set()
        if isinstance(tree, UnparsableFile):
            return
        late: set[str] = set()  # what functions read: any statement of the block may bind it before they run
        for statement in tree.body:
            nodes = list(walk(statement))
            read = {node.id for node in nodes if isinstance(node, ast.Name) and not isinstance(node.ctx, ast.Store)}
            if isinstance(statement, ast.AugAssign) and isinstance(statement.target, ast.Name):
                read.add(statement.target.id)
            if isinstance(statement, _DEFINITIONS):
                late |= read - {node.arg for node in nodes if isinstance(node, ast.arg)}
            else:
                self.free |= read - self.bound
            self.bound |= _bound_by(statement, nodes)
        self.free = (self.free | (late - self.bound)) - _BUILTINS


def _needs(blocks: Sequence[_Names]) -> list[set[int]]:
    """For each block those before it that were the last to bind a name that it needs."""
    last: dict[str, int] = {}
    found = []
    for index, block in enumerate(blocks):
        found.append({last[name] for name in block.free if name in last})
        last.update(dict.fromkeys(block.bound, index))
    return found


def _reached(block: int, needs: Sequence[set[int]]) -> set[int]:
    found = {block}
    pending = [block]
    while pending:
        new = needs[pending.pop()] - found
        found |= new
        pending += new
    return found


def _bound_by(statement: ast.stmt, nodes: Iterable[ast.AST]) -> set[str]:
    """The names that a statement at the top level binds; those that a function binds are its own."""
    if isinstance(statement, _DEFINITIONS):
        return {statement.name}
    bound = {node.id for node in nodes if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store)}
    bound |= {(node.asname or node.name).partition(".")[0] for node in nodes if isinstance(node, ast.alias)}
    return bound | {node.name for node in nodes if isinstance(node, _DEFINITIONS)}


def markdown(raw: str, filename: str, python_cell_magics: Iterable[str] = ()) -> Markdown:
    """The Markdown file that ``raw`` is the text of."""
    blocks = tuple(block for block in _blocks(raw) if block.text.strip())
    cells = tuple(Cell(block.text, _python(block.text, python_cell_magics), 0, block.row) for block in blocks)
    return Markdown(raw, cells, filename, blocks=blocks)


def _python(text: str, python_cell_magics: Iterable[str]) -> Python:
    found = python_of(text, python_cell_magics)
    # What a block that cannot be parsed would bind is left as it is: it stands alone, and nothing ran it.
    return Python([row for row in found.rows if row.number], found.installs, found.fault) if found.fault else found


def _blocks(raw: str) -> list[_Block]:
    """The fenced blocks whose language is Python."""
    found: list[_Block] = []
    lines = Lines(raw)
    opening: re.Match[str] | None = None
    first = 0
    for number in range(1, len(lines) + 1):
        row = lines.row(number)
        if opening is None:
            opening = _OPENING.fullmatch(row)
            if opening is not None and opening["fence"][0] == "`" and "`" in opening["info"]:
                opening = None  # code in a line
            first = number + 1
        elif _closes(row, opening["fence"]):
            if _is_python(opening):
                found.append(_Block(lines.start(first), first, raw[lines.start(first) : lines.start(number)]))
            opening = None
    if opening is not None and _is_python(opening):  # a fence that nobody closes goes to the end
        found.append(_Block(lines.start(first), first, raw[lines.start(first) :]))
    return found


def _closes(row: str, fence: str) -> bool:
    stripped = row.strip(" \t>")
    return len(stripped) >= len(fence) and set(stripped) == {fence[0]}


def _is_python(opening: re.Match[str]) -> bool:
    language = _LANGUAGE.match(opening["info"])
    return ">" not in opening["indent"] and language is not None and language["language"].lower() in PYTHON
