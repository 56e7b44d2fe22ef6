"""Whether code that could be traced reads values, or does anything else for which it has to run eagerly."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Sequence

import libcst as cst

from tfgraphlint.fixes.imports import bindings
from tfgraphlint.libraries.words import NEEDS_EAGER
from tfgraphlint.syntax.parents import ancestors
from tfgraphlint.syntax.tree import Tree, children_of, once_per_node

# What reads or changes values from Python, by the name that is called or read.
READING = NEEDS_EAGER | {
    "breakpoint", "set_trace", "float", "int", "bool", "str", "round", "any", "all", "append", "extend", "open",
}  # fmt: skip
# Libraries that work on values. Others are not known: what they do may need values, too.
HARMLESS = frozenset({"tensorflow", "keras", "numpy"}) | frozenset(sys.stdlib_module_names)
DRIVING = frozenset({"fit", "compile"})  # a function that calls one of these runs eagerly itself
WALKED = frozenset({"zip", "range", "enumerate", "reversed"})


def is_needed(tree: Tree) -> bool:
    """Whether something in the file, or in modules that it imports, may need values: certain only where it is False."""
    return _is_needed(tree, tree.module)


@once_per_node
def _is_needed(tree: Tree, module: cst.CSTNode) -> bool:
    if any(module.partition(".")[0] not in HARMLESS for module in _imported(tree)):
        return True
    aliases = {binding.name for binding in bindings(tree) if binding.full.partition(".")[0] == "numpy"}
    return any(_needs_values(function, aliases) for function in _functions(tree.module))


def _imported(tree: Tree) -> Iterator[str]:
    pending: list[cst.CSTNode] = [tree.module]
    while pending:
        node = pending.pop()
        match node:
            case cst.Import(names=names):
                yield from (alias.evaluated_name for alias in names)
            case cst.ImportFrom(module=module, relative=relative):
                yield "." if relative or module is None else cst.Module([]).code_for_node(module)
        pending += children_of(node)


def _functions(node: cst.CSTNode) -> Iterator[cst.FunctionDef | cst.Lambda]:
    """The outermost functions and methods that something may trace: no callbacks, no drivers."""
    pending = [node]
    while pending:
        here = pending.pop()
        if isinstance(here, cst.Lambda):
            yield here
        elif isinstance(here, cst.FunctionDef):
            if not here.name.value.startswith(("on_", "test")) and not _names(here) & DRIVING:
                yield here
        else:
            pending += children_of(here)


def _names(function: cst.CSTNode) -> set[str]:
    return {node.value for node in _walk(function) if isinstance(node, cst.Name)}


def is_last_of(tree: Tree, call: cst.Call, name: str) -> bool:
    """Whether all else that is named like the function of ``call`` is called before it, and at the top level."""
    named = [node for node in _walk(tree.module) if isinstance(node, cst.Name) and node.value.endswith(name)]
    return all(_is_before(tree, node, call) for node in named if not isinstance(call.func, cst.Attribute)
               or node is not call.func.attr)  # fmt: skip


def _is_before(tree: Tree, name: cst.Name, call: cst.Call) -> bool:
    above = list(ancestors(tree, name))
    at_top_level = not any(isinstance(each, (cst.FunctionDef, cst.Lambda, cst.ClassDef)) for each in above)
    called = isinstance(above[0], cst.Attribute) and isinstance(above[1], cst.Call) and above[1].func is above[0]
    return at_top_level and called and tree.span(name).start < tree.span(call).start


def _walk(node: cst.CSTNode) -> Iterator[cst.CSTNode]:
    pending = [node]
    while pending:
        here = pending.pop()
        yield here
        pending += [here.value, here.attr] if isinstance(here, cst.Attribute) else children_of(here)


def _needs_values(function: cst.CSTNode, arrays: set[str]) -> bool:
    types = _types(function)
    for node in _walk(function):
        match node:
            case cst.Name() if node in types:
                continue
            case cst.Name(value=name) if name in READING or name in arrays:
                return True
            case cst.If(test=test) | cst.IfExp(test=test) if not _is_settled(test):
                return True
            case cst.For(iter=walked) | cst.CompFor(iter=walked) if not _is_walked_by_python(walked):
                return True
            case cst.Call(func=cst.Name(value="print"), args=args):
                if not all(isinstance(arg.value, cst.SimpleString) for arg in args):
                    return True
            case cst.Call(func=cst.Attribute(attr=cst.Name(value="print")), args=args) if _shows_in_text(args):
                return True
            case cst.FormattedStringExpression(format_spec=[_, *_]):
                return True  # ``f"{x:.3f}"``: a tensor of a graph takes no format
            case cst.BinaryOperation(left=cst.SimpleString(), operator=cst.Modulo()):
                return True
            case cst.Call(func=cst.Attribute(value=cst.SimpleString(), attr=cst.Name(value="format"))):
                return True
            case cst.While() | cst.Assert() | cst.Try() | cst.Global() | cst.Nonlocal() | cst.Match():
                return True
    return False


def _shows_in_text(args: Sequence[cst.Arg]) -> bool:
    """Whether what is printed is a text that shows something: of a tensor of a graph, its name."""
    return any(
        isinstance(part, cst.FormattedStringExpression)
        for arg in args if isinstance(arg.value, cst.FormattedString) for part in arg.value.parts
    )  # fmt: skip


def _types(function: cst.CSTNode) -> set[cst.CSTNode]:
    """The names that stand for types: ``x: float``, ``type=int``."""
    found: set[cst.CSTNode] = set()
    for node in _walk(function):
        match node:
            case cst.Annotation(annotation=annotation):
                found.update(_walk(annotation))
            case cst.Arg(keyword=cst.Name(value="type" | "dtype"), value=cst.Name() as name):
                found.add(name)
    return found


def _is_settled(test: cst.BaseExpression) -> bool:
    """Whether a condition asks nothing but a flag, an attribute or for None."""
    match test:
        case cst.Name() | cst.Attribute(value=cst.Name(value="self")):
            return True
        case cst.UnaryOperation(operator=cst.Not(), expression=inner):
            return _is_settled(inner)
        case cst.BooleanOperation(left=left, right=right):
            return _is_settled(left) and _is_settled(right)
        case cst.Comparison(comparisons=[cst.ComparisonTarget(operator=cst.Is() | cst.IsNot())]):
            return True
        case cst.Call(func=cst.Name(value="isinstance" | "hasattr")):
            return True
    return False


def _is_walked_by_python(walked: cst.BaseExpression) -> bool:
    match walked:
        case cst.Call(func=cst.Name(value=name)):
            return name in WALKED
        case cst.Attribute(value=cst.Name(value="self")) | cst.List() | cst.Tuple():
            return True
    return False


def is_unconditional(tree: Tree, node: cst.CSTNode) -> bool:
    """Whether the statement runs whenever the program does, and not for the sake of a test."""
    for above in ancestors(tree, node):
        if isinstance(above, cst.FunctionDef) and above.name.value.lower().startswith("test"):
            return False
        if isinstance(above, (cst.If, cst.IfExp, cst.For, cst.While, cst.Try, cst.With)) and not _is_main(above):
            return False
    return True


def _is_main(node: cst.CSTNode) -> bool:
    """``if __name__ == "__main__":``"""
    match node:
        case cst.If(test=cst.Comparison(left=cst.Name(value="__name__"))):
            return True
    return False
