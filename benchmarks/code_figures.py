"""What can be counted in the code of a checkout: its imports, words, strings that stand for types, functions.

Rules and fixtures do not count as part of the package, wherever they lie.
"""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import median

PACKAGE = "tfgraphlint"
NOT_OURS = ("rules", "fixtures")  # a checkout may have them in the package, or links to them
ENGINE = ("interpret", "libraries")
MIN_WORDS = 5  # fewer strings in one display are no word list
MAX_COMPLEXITY = 15
DICTIONARY_METHODS = ("get", "pop", "setdefault")

Graph = Mapping[str, frozenset[str]]


@dataclass(frozen=True)
class Module:
    """A module of the package and its tree."""

    name: str  # "tfgraphlint.interpret.calls"
    text: str
    tree: ast.Module
    is_package: bool

    @property
    def rooms(self) -> tuple[str, ...]:
        """The parts of its name below the package."""
        return tuple(self.name.split(".")[1:])

    @property
    def lines(self) -> int:
        return len(self.text.splitlines())


def modules(checkout: Path) -> list[Module]:
    """All modules of the package, by their paths."""
    folder = checkout / PACKAGE
    files = sorted(path.relative_to(folder) for path in folder.rglob("*.py"))
    return [_module(folder, path) for path in files if path.parts[0] not in NOT_OURS]


def _module(folder: Path, path: Path) -> Module:
    text = (folder / path).read_text(encoding="utf-8")
    parts = (PACKAGE, *path.with_suffix("").parts)
    is_package = parts[-1] == "__init__"
    return Module(".".join(parts[:-1] if is_package else parts), text, ast.parse(text), is_package)


def flat(found: Iterable[Module]) -> list[Module]:
    """The modules that lie directly in the package."""
    return [m for m in found if len(m.rooms) == 1 and not m.is_package and not m.rooms[0].startswith("__")]


def without(found: Iterable[Module], *rooms: str) -> list[Module]:
    """The modules that lie in none of these rooms."""
    return [module for module in found if not set(rooms) & set(module.rooms)]


# Imports


def imports(module: Module) -> Iterator[tuple[ast.Import | ast.ImportFrom, bool]]:
    """The statements that import something of the package, and whether each stands in a function."""

    def visit(node: ast.AST, inside: bool) -> Iterator[tuple[ast.Import | ast.ImportFrom, bool]]:
        for child in ast.iter_child_nodes(node):
            if isinstance(child, ast.Import | ast.ImportFrom) and any(_names(child, module)):
                yield child, inside
            yield from visit(child, inside or isinstance(child, ast.FunctionDef | ast.AsyncFunctionDef))

    return visit(module.tree, False)


def _names(node: ast.Import | ast.ImportFrom, module: Module) -> Iterator[tuple[str, str]]:
    """What a statement imports of the package: the module named, and what may be a module in it or a name."""
    if isinstance(node, ast.Import):
        found = [(alias.name, "") for alias in node.names]
    else:
        source = _source(node, module)
        found = [(source, alias.name) for alias in node.names]
    return ((source, name) for source, name in found if source.split(".")[0] == PACKAGE)


def _source(node: ast.ImportFrom, module: Module) -> str:
    if not node.level:
        return node.module or ""
    parts = module.name.split(".")
    above = parts[: len(parts) - node.level + module.is_package]
    return ".".join([*above, *([node.module] if node.module else [])])


def import_graph(found: Sequence[Module]) -> Graph:
    """Which modules of the package each of them imports: anywhere, also in functions and for type checkers."""
    known = {module.name for module in found}

    def imported(module: Module) -> Iterator[str]:
        for node, _ in imports(module):
            for source, name in _names(node, module):
                inner = f"{source}.{name}"
                yield inner if inner in known else source

    return {module.name: frozenset(known.intersection(imported(module)) - {module.name}) for module in found}


def largest_circle(graph: Graph) -> frozenset[str]:
    """The most modules each of which imports all the others, directly or through others; empty without any."""
    reached = {name: _reached(graph, name) for name in graph}
    circles = (frozenset(other for other in reached[name] if name in reached[other]) for name in sorted(graph))
    return max(circles, key=len, default=frozenset())


def _reached(graph: Graph, start: str) -> set[str]:
    found: set[str] = set()
    pending = [start]
    while pending:
        new = graph[pending.pop()] - found
        found |= new
        pending += new
    return found


def imports_in_functions(found: Iterable[Module]) -> dict[str, int]:
    """How many imports of the package stand inside functions, by module."""
    counts = {module.name: sum(inside for _, inside in imports(module)) for module in found}
    return {name: number for name, number in counts.items() if number}


# Strings that stand for types, keys and handlers


def is_kind(node: ast.expr) -> bool:
    """An attribute that says with a string what its object is."""
    return isinstance(node, ast.Attribute) and node.attr in ("kind", "which")


def is_state(node: ast.AST) -> bool:
    """An attribute that holds a dictionary."""
    return isinstance(node, ast.Attribute) and node.attr == "state"


def is_name(node: ast.expr) -> bool:
    """A variable with the name of what is called or read."""
    return isinstance(node, ast.Name) and node.id == "name"


def comparisons(tree: ast.AST, of: Callable[[ast.expr], bool]) -> int:
    """How often something is compared with literal strings (``==``, ``in``, or a ``case``)."""
    return sum(_compared(node, of) for node in ast.walk(tree))


def _compared(node: ast.AST, of: Callable[[ast.expr], bool]) -> int:
    if isinstance(node, ast.Compare):
        sides = [node.left, *node.comparators]
        return sum(
            of(left) and _is_literal(right)
            or of(right) and _is_text(left) and isinstance(operator, ast.Eq | ast.NotEq)  # `"." in name` is no ladder
            for left, operator, right in zip(sides, node.ops, sides[1:])
        )
    if isinstance(node, ast.Match) and of(node.subject):
        return sum(any(map(_is_text_pattern, ast.walk(case.pattern))) for case in node.cases)
    return 0


def _is_text_pattern(node: ast.AST) -> bool:
    return isinstance(node, ast.MatchValue) and _is_text(node.value)


def _is_literal(node: ast.expr) -> bool:
    """A string, or a display of nothing but strings."""
    if isinstance(node, ast.Tuple | ast.List | ast.Set):
        return bool(node.elts) and all(map(_is_text, node.elts))
    return _is_text(node)


def _is_text(node: ast.AST) -> bool:
    return isinstance(node, ast.Constant) and isinstance(node.value, str)


def state_keys(tree: ast.AST) -> int:
    """How often an entry of somebody's ``state`` is read, written or looked for by a literal key."""
    return sum(map(_is_keyed, ast.walk(tree)))


def _is_keyed(node: ast.AST) -> bool:
    match node:
        case ast.Subscript(value=held, slice=key):
            return is_state(held) and _is_text(key)
        case ast.Compare(left=key, ops=[ast.In() | ast.NotIn()], comparators=[held]):
            return is_state(held) and _is_text(key)
        case ast.Call(func=ast.Attribute(value=held, attr=method), args=[key, *_]) if method in DICTIONARY_METHODS:
            return is_state(held) and _is_text(key)
        case ast.Call(args=[held, key, *_]):  # store.write(value.state, "key", …)
            return is_state(held) and _is_text(key)
    return False


# Words


@dataclass(frozen=True)
class Words:
    """The sizes of displays with many literal strings, by what they are."""

    lists: tuple[int, ...]
    dictionaries: tuple[int, ...]
    registrations: tuple[int, ...]


def words(trees: Iterable[ast.AST]) -> Words:
    """Word lists, dictionaries with literal keys, and decorators that are given names."""
    lists: list[int] = []
    dictionaries: list[int] = []
    registrations: list[int] = []
    for tree in trees:
        decorators = [each for node in ast.walk(tree) for each in getattr(node, "decorator_list", ())]
        within = {id(node) for decorator in decorators for node in ast.walk(decorator)}
        registrations += [sum(map(_is_text, ast.walk(decorator))) for decorator in decorators]
        others = [node for node in ast.walk(tree) if id(node) not in within]
        lists += map(_words_in, others)
        dictionaries += (sum(map(_is_text, filter(None, node.keys))) for node in others if isinstance(node, ast.Dict))
    return Words(*map(_many, (lists, dictionaries, registrations)))


def _many(sizes: Iterable[int]) -> tuple[int, ...]:
    return tuple(sorted(size for size in sizes if size >= MIN_WORDS))


def _words_in(node: ast.AST) -> int:
    match node:
        case ast.Tuple(elts=items) | ast.List(elts=items) | ast.Set(elts=items):
            return sum(map(_is_text, items))
        case ast.Call(func=ast.Attribute(value=ast.Constant(value=str() as text), attr="split"), args=[]):
            return len(text.split())
    return 0


# Functions


@dataclass(frozen=True)
class Lengths:
    """How many functions there are and how long they are, in lines without decorators."""

    count: int
    median: float
    largest: int


def lengths(trees: Iterable[ast.AST]) -> Lengths:
    """All functions and methods, also those inside others."""
    found = [
        (node.end_lineno or node.lineno) - node.lineno + 1
        for tree in trees
        for node in ast.walk(tree)
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
    ]
    return Lengths(len(found), median(found) if found else 0, max(found, default=0))


def complex_functions(found: Iterable[Module]) -> dict[str, int] | None:
    """The functions with a cyclomatic complexity above MAX_COMPLEXITY; None where radon is not installed."""
    try:
        from radon.complexity import cc_visit
    except ImportError:
        return None
    blocks = ((module, block) for module in found for block in cc_visit(module.text) if block.letter != "C")
    return {
        f"{module.name}.{block.fullname}": block.complexity
        for module, block in blocks
        if block.complexity > MAX_COMPLEXITY
    }
