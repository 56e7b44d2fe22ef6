"""Names that everybody uses for one library, in a text that never binds them: a snippet, a cell of a notebook."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator, Mapping
from functools import lru_cache
from types import MappingProxyType

from tfgraphlint.syntax import newer_python
from tfgraphlint.syntax.ast_names import imported_names
from tfgraphlint.syntax.ast_walk import walk

CONVENTIONS = {"tf": "tensorflow", "keras": "keras", "K": "keras.backend", "np": "numpy"}
# The library is at hand under ``tf.keras`` as well: what is said has to hold for both.
OF_KERAS = ("keras", "K")

# That nothing stands before the name is looked at behind it: the search for the letters alone is fast.
_USES = {name: re.compile(rf"{name}\.(?<![\w.]{name}\.)\w") for name in CONVENTIONS}
_IMPORT = re.compile(r"\bimport\b([^\n]*)")  # a row is looked at once, however often the word stands in it
_NAMED = re.compile(rf"\b({'|'.join(CONVENTIONS)})[ \t]*(?:$|[,;#)\r])")
# What may bind a name without showing it.
_HIDDEN = re.compile(r"\bimport\s+\*|\bglobals\(|\bexec\(|\bbuiltins\b|\bget_ipython\b|^[%!]", re.MULTILINE)
_NOTHING: Mapping[str, str] = MappingProxyType({})


@lru_cache(maxsize=4)
def taken_for_libraries(text: str) -> Mapping[str, str]:
    """The names in ``text`` that nothing in it can bind, each with the module that it is taken for."""
    # Nearly every text imports what it uses: that is seen without regular expressions.
    if not any(f"{name}." in text and f" {name}\n" not in text for name in CONVENTIONS):
        return _NOTHING
    used = {name for name, use in _USES.items() if use.search(text)}
    used -= {name for names in _IMPORT.findall(text) for name in _NAMED.findall(names)} if used else set()
    if not used or _HIDDEN.search(text):
        return _NOTHING
    try:
        tree = newer_python.parse(text)
    except (SyntaxError, ValueError, RecursionError):
        return _NOTHING
    left = used.difference(_bound(tree))
    read = {node.id for node in walk(tree) if isinstance(node, ast.Name)}
    return {name: CONVENTIONS[name] for name in sorted(left & read)}


def import_them(tree: ast.Module, names: Mapping[str, str]) -> None:
    """Write imports for ``names`` at the top of ``tree``, as if the text had them."""
    for name, module in names.items():
        imported = ast.Import([ast.alias(module, name, lineno=1, col_offset=0)], lineno=1, col_offset=0)
        tree.body.insert(0, imported)


def first_use(tree: ast.Module, name: str) -> ast.Name | None:
    """Where ``name`` stands first."""
    found = (node for node in walk(tree) if isinstance(node, ast.Name) and node.id == name)
    return min(found, key=lambda node: (node.lineno, node.col_offset), default=None)


def _bound(tree: ast.Module) -> Iterator[str]:
    """Every name that is bound anywhere."""
    for node in walk(tree):
        match node:
            case ast.Name(id=name, ctx=ast.Store() | ast.Del()) | ast.arg(arg=name):
                yield name
            case ast.FunctionDef(name=name) | ast.AsyncFunctionDef(name=name) | ast.ClassDef(name=name):
                yield name
            case ast.Import() | ast.ImportFrom():
                yield from (imported.bound for imported in imported_names(node))
            case ast.Global(names=names) | ast.Nonlocal(names=names):
                yield from names
            case ast.ExceptHandler(name=str(name)) | ast.MatchAs(name=str(name)) | ast.MatchStar(name=str(name)):
                yield name
            case ast.MatchMapping(rest=str(name)):
                yield name
