"""What names mean in a file, as far as imports say: only names that are bound in one single way have a meaning."""

from __future__ import annotations

import ast
from collections.abc import Collection, Iterator

from tfgraphlint.syntax.ast_names import dotted_name, imported_names
from tfgraphlint.syntax.ast_walk import children

FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda)
Scope = ast.Module | ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda


class Scopes:
    """The bindings of a file by function, and the names that the file itself adds to TensorFlow.

    ``patched`` holds those without ``tensorflow.``; None where nobody can say which they are.
    """

    def __init__(self, tree: ast.Module) -> None:
        self._bound: dict[int, dict[str, set[str | None]]] = {id(tree): {}}
        self._around: dict[int, tuple[Scope, ...]] = {}
        self._called: dict[tuple[tuple[Scope, ...], frozenset[str]], str | None] = {}  # what `name_of` has said
        self._changed: list[tuple[ast.expr, str | None]] = []  # what an attribute is set of, and which
        self._visit(tree, (tree,))
        self.patched = self._patched()

    def meaning(self, name: str, node: ast.AST) -> str | None:
        """The full name of the module or thing that ``name`` stands for at ``node``; None where it is not certain."""
        for scope in self._around.get(id(node), ()):
            bound = self._bound[id(scope)].get(name)
            if bound is not None:
                return next(iter(bound)) if len(bound) == 1 else None
        return None

    def name_of(self, modules: Collection[str], node: ast.AST) -> str | None:
        """How one of ``modules`` is called at ``node``: the shortest name that stands for it."""
        around = self._around.get(id(node), ())
        asked = around, frozenset(modules)
        if asked not in self._called:
            names = {name for scope in around for name in self._bound[id(scope)]}
            found = [name for name in names if self.meaning(name, node) in modules]
            self._called[asked] = min(found, key=lambda name: (len(name), name), default=None)
        return self._called[asked]

    def _visit(self, node: ast.AST, around: tuple[Scope, ...]) -> None:
        """Note what ``node`` binds and go on inside; ``around`` are the scopes, innermost first."""
        if isinstance(node, (ast.Attribute, ast.Name)):
            self._around[id(node)] = around
        if isinstance(node, FUNCTIONS):
            if not isinstance(node, ast.Lambda):
                self._bind(around[0], node.name, None)
            self._bound[id(node)] = {argument.arg: {None} for argument in _arguments(node.args)}
            around = (node, *around)
        elif isinstance(node, (ast.Import, ast.ImportFrom)):
            for imported in imported_names(node):
                self._bind(around[0], imported.bound, imported.meaning)
        else:
            self._read(node, around)
        for child in children(node):
            self._visit(child, around)

    def _bind(self, scope: Scope, name: str, meaning: str | None) -> None:
        self._bound[id(scope)].setdefault(name, set()).add(meaning)

    def _read(self, node: ast.AST, around: tuple[Scope, ...]) -> None:
        """Note what ``node`` itself binds or sets, other than by an import."""
        match node:
            case ast.Name(id=name, ctx=ast.Store() | ast.Del()) | ast.ClassDef(name=name):
                self._bind(around[0], name, None)
            case ast.ExceptHandler(name=str(name)) | ast.MatchAs(name=str(name)) | ast.MatchStar(name=str(name)):
                self._bind(around[0], name, None)
            case ast.Global(names=shared):
                for name in shared:
                    self._bind(around[-1], name, None)
            case ast.Attribute(value=target, attr=name, ctx=ast.Store()):
                self._changed.append((target, name))
            case ast.Call(func=ast.Name(id="setattr"), args=[target, ast.Constant(value=str(name)), *_]):
                self._changed.append((target, name))
            case ast.Call(func=ast.Name(id="setattr"), args=[target, *_]):
                self._changed.append((target, None))

    def _patched(self) -> set[str] | None:
        """The names that the file gives to TensorFlow; None where it gives some that nobody can tell."""
        found: set[str] = set()
        for target, name in self._changed:
            bound, _, rest = dotted_name(target).partition(".")
            meaning = self.meaning(bound, target) if bound else None
            if meaning is not None and meaning.partition(".")[0] == "tensorflow":
                if name is None:
                    return None
                full = ".".join(filter(None, (meaning, rest, name)))
                found.add(full.partition(".")[2])
        return found


def _arguments(arguments: ast.arguments) -> Iterator[ast.arg]:
    yield from (*arguments.posonlyargs, *arguments.args, *arguments.kwonlyargs)
    yield from filter(None, (arguments.vararg, arguments.kwarg))
