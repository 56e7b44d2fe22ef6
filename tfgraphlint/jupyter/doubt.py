"""What is not known of a program that runs cell by cell.

Of a cell that failed a part has run: what stood before the statement that failed. What that statement binds, and all
values that it can have changed, are unknown from then on, so that nothing is said of them. And of a function that no
cell has called so far nobody knows how it will run, eagerly or traced, and with which values.
"""

from __future__ import annotations

import ast
from collections.abc import Collection, Iterable, Sequence
from typing import NamedTuple

from tfgraphlint.facts.run import UnparsableFile
from tfgraphlint.project.guard import parse
from tfgraphlint.project.magics import python_of
from tfgraphlint.syntax.ast_walk import walk
from tfgraphlint.syntax.text import Lines

# IPython's own syntax for a name whose value comes from elsewhere.
_UNKNOWN = "{} = !unknown\n"
_END = _UNKNOWN.format("").rstrip()
_DEFINITIONS = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)


class _Names(NamedTuple):
    """The names in one statement."""

    bound: frozenset[str]
    mentioned: frozenset[str]
    is_definition: bool


def what_ran(text: str, row: int | None, earlier: Sequence[str], there: Collection[str] = ()) -> str:
    """The text of a cell that failed in ``row``, with what has run of it; ``earlier`` are the cells before it.

    Without a row nothing is known of how far it came, but that imports have run whose names are ``there``.
    """
    statements = _statements(text)
    plain = not isinstance(parse(text, ""), UnparsableFile)
    if row is None or not plain:
        ran = [each for each in statements if _is_import(each) and set(_imported(each)) <= set(there)]
        return _with_doubts("".join(f"{ast.unparse(each)}\n" for each in ran), statements, ran, earlier)
    failed = [each for each in statements if _first_row(each) <= row <= _last_row(each)][:1] or statements
    first = _first_row(failed[0])
    ran = [each for each in statements if _last_row(each) < first]
    return _with_doubts("".join(Lines(text).with_ends()[: first - 1]), failed, ran, earlier)


def _with_doubts(text: str, failed: Sequence[ast.stmt], ran: Sequence[ast.stmt], earlier: Sequence[str]) -> str:
    known = [each for cell in earlier for each in _statements(cell)] + list(ran)
    doubted = _in_doubt(known, [each for each in failed if each not in ran])
    return text + "".join(_UNKNOWN.format(name) for name in doubted)


def what_may_come(cells: Sequence[str]) -> str:
    """A cell that binds all names anew, as later ones may: so nothing is run that no cell has called."""
    statements = [each for cell in cells for each in _statements(cell)]
    imported = {name for each in statements for name in _imported(each)}
    bound = {name for each in statements for name in _names(each).bound} - imported
    return "".join(_UNKNOWN.format(name) for name in sorted(bound))


def is_invented(row: str) -> bool:
    """Whether a row of a cell was put there by the functions above."""
    return row.endswith(_END)


def _statements(text: str) -> list[ast.stmt]:
    tree = parse("".join(row.text for row in python_of(text).rows), "")
    return [] if isinstance(tree, UnparsableFile) else tree.body


def _is_import(statement: ast.stmt) -> bool:
    return isinstance(statement, (ast.Import, ast.ImportFrom))


def _last_row(statement: ast.stmt) -> int:
    return statement.end_lineno or statement.lineno


def _first_row(statement: ast.stmt) -> int:
    decorators = statement.decorator_list if isinstance(statement, _DEFINITIONS) else []
    return min([statement.lineno, *(each.lineno for each in decorators)])


def _in_doubt(known: Iterable[ast.stmt], failed: Iterable[ast.stmt]) -> list[str]:
    """The names whose values the ``failed`` statements bind or can have changed, through whatever they call."""
    earlier = [_names(each) for each in known]
    imported = {name for each in known for name in _imported(each)}
    now = [_names(each) for each in failed]
    bound = {name for each in now for name in each.bound}
    doubted = {name for each in now for name in each.mentioned | each.bound} - imported
    while True:
        reached = [each for each in earlier if (each.bound | each.mentioned) & doubted]
        more = {name for each in reached for name in each.bound | each.mentioned} - imported - doubted
        if not more:
            break
        doubted |= more
    values = {name for each in earlier if not each.is_definition for name in each.bound} - imported
    return sorted(bound | (doubted & values))


def _names(statement: ast.stmt) -> _Names:
    used = {node.id for node in walk(statement) if isinstance(node, ast.Name)}
    bound = {node.id for node in walk(statement) if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store)}
    bound |= set(_imported(statement))
    bound |= {node.name for node in walk(statement) if isinstance(node, _DEFINITIONS)}
    is_definition = isinstance(statement, _DEFINITIONS)
    if isinstance(statement, _DEFINITIONS):
        globals_ = {name for node in walk(statement) if isinstance(node, ast.Global) for name in node.names}
        bound, used = {statement.name}, used | globals_
    return _Names(frozenset(bound), frozenset(used), is_definition)


def _imported(statement: ast.stmt) -> list[str]:
    imports = (node for node in walk(statement) if isinstance(node, (ast.Import, ast.ImportFrom)))
    return [(alias.asname or alias.name).partition(".")[0] for node in imports for alias in node.names]
