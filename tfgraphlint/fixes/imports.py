"""How a library's name is written in a file: through what the file imports already, else with a new import."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import libcst as cst

from tfgraphlint.diagnostic import Edit, Position, Span
from tfgraphlint.syntax.bindings import bound_in
from tfgraphlint.syntax.conventional_names import taken_for_libraries
from tfgraphlint.syntax.parents import scopes_of
from tfgraphlint.syntax.text import Lines
from tfgraphlint.syntax.tree import Tree, once_per_node

USUAL = {"tensorflow": "tf", "numpy": "np", "keras": "keras"}


@dataclass(frozen=True)
class Spelling:
    """``text`` is what to write; ``edits`` bring the import that it needs, if it needs one."""

    text: str
    edits: tuple[Edit, ...] = ()


@dataclass(frozen=True)
class Binding:
    """An import at the top level or in a function: ``name`` stands for the library's ``full`` name."""

    name: str
    full: str
    node: cst.Import | cst.ImportFrom


def spell(tree: Tree, full: str, at: cst.CSTNode) -> Spelling:
    """How to write ``full`` (``tensorflow.reduce_sum``) at the place of the node ``at``.

    An alias that is bound there is used, the one that says most first. Else the library is imported, under its usual
    name where the file does not use that for something else.
    """
    hidden = {name for scope in scopes_of(tree, at) for name in _names_bound_in(tree, scope)}
    usable = [
        binding
        for binding in bindings(tree)
        if _reaches(full, binding.full) and _is_bound_at(tree, binding, at)
        and (binding.name not in hidden or _is_within(tree, binding.node, at))
    ]  # fmt: skip
    if usable:
        best = max(usable, key=lambda binding: len(binding.full))
        return Spelling(best.name + full[len(best.full) :])
    for name, module in taken_for_libraries(tree.text).items():
        if _reaches(full, module):
            return Spelling(name + full[len(module) :])
    return _imported(tree, full)


def spell_any(tree: Tree, names: Sequence[str], at: cst.CSTNode) -> Spelling:
    """The first of several names of one thing that the file can write without a new import; else the first of all."""
    spelled = [spell(tree, name, at) for name in names]
    return next((each for each in spelled if not each.edits), spelled[0])


def full_name(tree: Tree, node: cst.BaseExpression) -> str | None:
    """The library name behind ``np.sum``, by the imports of the file; None where it does not start at an import."""
    written = _dotted(node)
    first, _, rest = written.partition(".")
    full = _last_bindings(tree, tree.module).get(first)
    if full is not None:
        return f"{full}.{rest}" if rest else full
    module = taken_for_libraries(tree.text).get(first)
    if module is not None:
        return f"{module}.{rest}" if rest else module
    return None


def _reaches(full: str, module: str) -> bool:
    return full == module or full.startswith(f"{module}.")


def bindings(tree: Tree) -> list[Binding]:
    """What the imports of a file bind, in order. Imports for type checkers only do not count."""
    return _bindings(tree, tree.module)


@once_per_node
def _bindings(tree: Tree, module: cst.CSTNode) -> list[Binding]:
    return [binding for node in _imports(module) for binding in _bound(node)]


@once_per_node
def _last_bindings(tree: Tree, module: cst.CSTNode) -> dict[str, str]:
    """The names that imports bind, and what the last one of each name stands for."""
    return {binding.name: binding.full for binding in bindings(tree)}


def _imports(module: cst.CSTNode) -> Iterator[cst.Import | cst.ImportFrom]:
    pending: list[cst.CSTNode] = [module]
    while pending:
        node = pending.pop()
        if isinstance(node, cst.Import | cst.ImportFrom):
            yield node
        elif not isinstance(node, cst.BaseExpression) and not _is_for_type_checkers(node):
            pending += reversed(node.children)


def _is_for_type_checkers(node: cst.CSTNode) -> bool:
    match node:
        case cst.If(test=cst.Name(value="TYPE_CHECKING") | cst.Attribute(attr=cst.Name(value="TYPE_CHECKING"))):
            return True
    return False


def _bound(node: cst.Import | cst.ImportFrom) -> Iterator[Binding]:
    if isinstance(node.names, cst.ImportStar):
        return
    if isinstance(node, cst.Import):
        for alias in node.names:
            full = _dotted(alias.name)
            if alias.asname is None:
                first = full.partition(".")[0]
                yield Binding(first, first, node)
            elif isinstance(alias.asname.name, cst.Name):
                yield Binding(alias.asname.name.value, full, node)
        return
    if node.module is None or node.relative:
        return
    for alias in node.names:
        name = alias.asname.name if alias.asname is not None else alias.name
        if isinstance(name, cst.Name):
            yield Binding(name.value, f"{_dotted(node.module)}.{_dotted(alias.name)}", node)


def _dotted(node: cst.BaseExpression) -> str:
    if isinstance(node, cst.Attribute):
        return f"{_dotted(node.value)}.{node.attr.value}"
    return node.value if isinstance(node, cst.Name) else ""


def _is_bound_at(tree: Tree, binding: Binding, at: cst.CSTNode) -> bool:
    """Whether the import has certainly run when the code at ``at`` does."""
    theirs = scopes_of(tree, binding.node)
    ours = scopes_of(tree, at)
    if any(isinstance(scope, cst.ClassDef) for scope in theirs):
        return False
    if theirs and theirs[0] not in ours:
        return False
    same_run = len([scope for scope in ours if not isinstance(scope, cst.ClassDef)]) == len(theirs)
    return not same_run or tree.span(binding.node).start < tree.span(at).start


def _is_within(tree: Tree, node: cst.CSTNode, at: cst.CSTNode) -> bool:
    """Whether ``node`` stands in a function that ``at`` stands in: then its name is the one that is hidden by."""
    theirs = scopes_of(tree, node)
    return bool(theirs) and theirs[0] in scopes_of(tree, at)


@once_per_node
def _names_bound_in(tree: Tree, scope: cst.CSTNode) -> frozenset[str]:
    """The names that a function binds for itself."""
    if isinstance(scope, cst.FunctionDef):
        return frozenset((*bound_in(scope.params), *bound_in(scope.body)))
    return frozenset(bound_in(scope.params)) if isinstance(scope, cst.Lambda) else frozenset()


def _imported(tree: Tree, full: str) -> Spelling:
    library = full.partition(".")[0]
    used = _used(tree, tree.module)
    usual = USUAL.get(library, library)
    name = next(each for each in (usual, library, f"{library}_", f"_{library}") if each not in used)
    code = f"import {library}" if name == library else f"import {library} as {name}"
    return Spelling(name + full[len(library) :], (import_edit(tree, code),))


@once_per_node
def _used(tree: Tree, module: cst.CSTNode) -> set[str]:
    """The names that stand anywhere in a file, attributes aside."""
    return {name.value for name in _names_outside_imports(tree)} | {binding.name for binding in bindings(tree)}


def _names_outside_imports(tree: Tree) -> Iterator[cst.Name]:
    pending: list[cst.CSTNode] = [tree.module]
    while pending:
        node = pending.pop()
        if isinstance(node, cst.Name):
            yield node
        elif isinstance(node, cst.Attribute):
            pending.append(node.value)
        elif not isinstance(node, cst.Import | cst.ImportFrom):
            pending += node.children


def import_edit(tree: Tree, code: str) -> Edit:
    """The edit that adds the import ``code`` at the top level: behind the first imports, or what must precede them."""
    lines = tree.lines
    anchor = _last_of_head(tree.module.body)
    if anchor is None:
        row = _first_row(tree, lines)
        place = Position(row, 1)
        return Edit(Span(tree.filename, place, place), f"{code}\n" if row <= len(lines) else f"\n{code}\n")
    row = tree.span(anchor).end.row
    place = Position(row, len(lines.row(row)) + 1)
    gap = "\n" if _is_docstring(anchor) else ""
    return Edit(Span(tree.filename, place, place), f"\n{gap}{code}")


def _last_of_head(body: Sequence[cst.CSTNode]) -> cst.CSTNode | None:
    """The last of the statements at the top that are a docstring or nothing but imports."""
    last = None
    for index, statement in enumerate(body):
        if not (_is_imports(statement) or (index == 0 and _is_docstring(statement))):
            break
        last = statement
    return last


def _is_imports(statement: cst.CSTNode) -> bool:
    return isinstance(statement, cst.SimpleStatementLine) and all(
        isinstance(each, cst.Import | cst.ImportFrom) for each in statement.body
    )


def _is_docstring(statement: cst.CSTNode) -> bool:
    match statement:
        case cst.SimpleStatementLine(body=[cst.Expr(value=cst.SimpleString() | cst.ConcatenatedString())]):
            return True
    return False


def _first_row(tree: Tree, lines: Lines) -> int:
    """The row of the first statement; comments at the very top (a shebang, an encoding, a licence) stay above."""
    if not tree.module.body:
        return len(lines) + 1
    row = tree.span(tree.module.body[0]).start.row
    first = tree.module.body[0]
    if isinstance(first, cst.FunctionDef | cst.ClassDef) and first.decorators:
        row = min(row, tree.span(first.decorators[0]).start.row)
    return row


__all__ = ["Binding", "Spelling", "bindings", "full_name", "import_edit", "spell", "spell_any"]
