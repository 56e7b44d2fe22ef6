"""The folders that a file adds to ``sys.path`` itself, where it says which ones."""

from __future__ import annotations

import ast
import os
from collections.abc import Iterator
from pathlib import Path

from tfgraphlint.project.guard import parse
from tfgraphlint.syntax.ast_names import dotted_name
from tfgraphlint.syntax.ast_walk import walk

# Functions that give a path as it is, as far as files are concerned.
_SAME = ("os.path.abspath", "os.path.realpath", "os.path.normpath", "os.path.expanduser", "str", "abspath", "realpath",
         "normpath", "os.fspath", "Path", "pathlib.Path")
MAX_FOLDERS = 64  # in each of which all that the file imports is looked for
_SAME_METHODS = ("resolve", "absolute", "as_posix", "__str__")


def added_folders(file: Path, text: str) -> tuple[Path, ...]:
    """What ``sys.path.append``, ``insert`` and ``extend`` add in ``text``, which stands in ``file``.

    A relative folder is looked for where ``file`` lies, as scripts are mostly run there.
    """
    if "sys.path" not in text:
        return ()
    tree = parse(text, str(file))
    if not isinstance(tree, ast.Module):
        return ()
    names = {
        target.id: node.value
        for node in walk(tree) if isinstance(node, ast.Assign)
        for target in node.targets if isinstance(target, ast.Name)
    }  # fmt: skip
    given = (each for node in walk(tree) if isinstance(node, ast.Call) for each in _given(node))
    found = (_path(each, file, names, 10) for each in given)
    folders = dict.fromkeys(Path(os.path.normpath(file.parent / path)) for path in found if path)
    return tuple(folders)[:MAX_FOLDERS]


def _given(call: ast.Call) -> Iterator[ast.expr]:
    """The folders that a call adds to ``sys.path``."""
    match dotted_name(call.func), call.args:
        case "sys.path.append", [folder]:
            yield folder
        case "sys.path.insert", [_, folder]:
            yield folder
        case "sys.path.extend", [ast.List(elts=folders) | ast.Tuple(elts=folders)]:
            yield from folders


def _path(value: ast.expr, file: Path, names: dict[str, ast.expr], depth: int) -> str | None:
    """The path that an expression of literals, ``__file__`` and functions of ``os.path`` gives."""
    if depth == 0:
        return None

    def inner(each: ast.expr) -> str | None:
        return _path(each, file, names, depth - 1)

    match value:
        case ast.Constant(value=str(text)):
            return text
        case ast.Name(id="__file__"):
            return str(file)
        case ast.Name(id=name) if name in names:
            return inner(names[name])
        case ast.Attribute(value=ast.Name(id="os"), attr="pardir"):
            return ".."
        case ast.Attribute(value=folder, attr="parent"):
            return _joined([inner(folder), ".."])
        case ast.Subscript(value=ast.Attribute(value=folder, attr="parents"), slice=ast.Constant(value=int(index))):
            return _joined([inner(folder), *[".."] * (index + 1)])
        case ast.BinOp(left=left, op=ast.Div() | ast.Add(), right=right):
            joins = isinstance(value.op, ast.Div)
            return _joined([inner(left), inner(right)]) if joins else _added(inner(left), inner(right))
        case ast.Call(func=ast.Attribute(value=path, attr=method), args=[]) if method in _SAME_METHODS:
            return inner(path)
        case ast.Call(func=function, args=args):
            return _called(dotted_name(function), [inner(each) for each in args])
    return None


def _called(name: str, parts: list[str | None]) -> str | None:
    if name in ("os.path.join", "join", "Path", "pathlib.Path"):
        return _joined(parts)
    if name in ("os.path.dirname", "dirname"):
        return os.path.dirname(parts[0]) or "." if parts and parts[0] else None
    if name in _SAME and len(parts) == 1:
        return parts[0]
    return "." if name in ("os.getcwd", "Path.cwd") else None


def _joined(parts: list[str | None]) -> str | None:
    known = [part for part in parts if part is not None]
    return os.path.normpath(os.path.join(*known)) if known and len(known) == len(parts) else None


def _added(left: str | None, right: str | None) -> str | None:
    return None if left is None or right is None else left + right
