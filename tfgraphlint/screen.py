"""Which files are worth parsing with libcst: decided with CPython's own parser, which is ten times faster.

``guard`` keeps from libcst what CPython refuses, since libcst's native parser ends the process on some of it.
``holds_root`` says whether gradients are taken in a file; whether what it has traced can go wrong, ``outline`` says.
This module imports neither libcst nor rules: most files never come further.
"""

from __future__ import annotations

import ast
import re
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from tfgraphlint.diagnostic import Position, Span

# What a file has to name, as a name, an attribute or an import, before a gradient can be lost in it: tapes and the
# queries on them, graph-mode gradients, optimizers that take a loss, and what makes a whole program build graphs.
# ``compile`` is not here: see ``_hands_over_code``. What can go wrong in traced code, ``outline`` tells.
TRIGGERS = frozenset({
    "GradientTape", "gradient", "gradients", "jacobian", "batch_jacobian", "hessians",
    "add_loss", "minimize", "compute_gradients", "get_gradients", "apply_gradients",
    "disable_eager_execution", "disable_v2_behavior",
    "run_functions_eagerly", "experimental_run_functions_eagerly", "enable_debug_mode", "run_eagerly",
})
COMPILE = "compile"
FRAMEWORKS = frozenset({"tensorflow", "keras", "tf_keras", "tensorflow_core"})
# Names under which projects pass TensorFlow on from modules of their own: ``from .backend import tf``.
FRAMEWORK_ALIASES = frozenset({"tf", "tensorflow", "tf1", "tf2", "keras", "tfk", "K"})

# The deepest nesting that is linted: libcst and the interpreter recurse, on a stack that ``deep`` makes large enough.
DEEPEST = 3000

_BLOCKS = ("body", "handlers", "orelse", "finalbody")

_FRAMEWORK_TEXT = re.compile(r"tensorflow|keras|\bimport\b[^\n]*(?:\btf\w*\b|\bK\b|\*)")
_TRIGGER_TEXT = re.compile(r"\b(?:" + "|".join(sorted(TRIGGERS | {COMPILE})) + r")\b")


@dataclass(frozen=True)
class UnparsableFile:
    """A file that is no Python, at least for us: the event behind TFG900."""

    span: Span
    message: str


def parse(text: str, filename: str) -> ast.Module | UnparsableFile:
    """CPython's tree of ``text``, or what CPython says against it and where."""
    try:
        with _quietly():
            return ast.parse(text, filename)
    except SyntaxError as error:
        if "null bytes" in error.msg:
            return _refused(text, filename, error.msg, *_place_of(text, "\0"))
        return _refused(text, filename, error.msg, error.lineno, error.offset)
    except ValueError as error:  # null bytes, before Python 3.12
        return _refused(text, filename, str(error), *_place_of(text, "\0"))
    except (MemoryError, RecursionError):
        return _refused(text, filename, "too deeply nested to be parsed", _longest_row(text), 1)


def guard(text: str, filename: str) -> UnparsableFile | None:
    """What stands against giving ``text`` to libcst; None when nothing does."""
    tree = parse(text, filename)
    return tree if isinstance(tree, UnparsableFile) else too_deep(tree, text, filename)


def too_deep(tree: ast.Module, text: str, filename: str) -> UnparsableFile | None:
    """Whether ``tree`` is nested deeper than we can follow, and where."""
    if _is_shallow(tree, text):
        return None
    pending: list[tuple[ast.AST, int, int]] = [(tree, 0, 1)]
    while pending:
        node, depth, row = pending.pop()
        row = getattr(node, "lineno", row)
        depth += _levels(node)
        if depth > DEEPEST:
            message = f"nested more than {DEEPEST} levels deep, which is too deep to be linted"
            return _refused(text, filename, message, row, 1)
        pending += [(child, depth, row) for child in ast.iter_child_nodes(node)]
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
        if not 0 < first <= last < len(ends) or depth + ends[last] - ends[first - 1] > DEEPEST:
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
    return 1


def mentions_root(text: str) -> bool:
    """Whether the words that a root needs stand anywhere in ``text``, be it in a comment. Costs next to nothing."""
    return mentions_framework(text) and _TRIGGER_TEXT.search(text) is not None


def mentions_framework(text: str) -> bool:
    """Whether ``text`` may import a framework, by its letters."""
    return _FRAMEWORK_TEXT.search(text) is not None


def holds_root(tree: ast.Module) -> bool:
    """Whether the file imports TensorFlow or Keras and names something that gradients hang on."""
    framework = trigger = False
    for node in ast.walk(tree):
        framework = framework or _imports_framework(node)
        trigger = trigger or _names_trigger(node)
        if framework and trigger:
            return True
    return False


def _imports_framework(node: ast.AST) -> bool:
    match node:
        case ast.Import(names=names):
            return any(
                alias.name.partition(".")[0] in FRAMEWORKS or alias.asname in FRAMEWORK_ALIASES for alias in names
            )
        case ast.ImportFrom(module=module, names=names):
            return (module or "").partition(".")[0] in FRAMEWORKS or any(
                alias.name == "*" or alias.name in FRAMEWORK_ALIASES or alias.asname in FRAMEWORK_ALIASES
                for alias in names
            )
    return False


def _names_trigger(node: ast.AST) -> bool:
    match node:
        case ast.Attribute(attr=name) | ast.Name(id=name) | ast.FunctionDef(name=name):
            return name in TRIGGERS
        case ast.ImportFrom(names=names):
            return any(alias.name in TRIGGERS for alias in names)
        case ast.Call(func=ast.Attribute(value=ast.Name(id="re"), attr="compile")):
            return False
        case ast.Call(func=ast.Attribute(attr="compile")):
            return _hands_over_code(node)
    return False


def _hands_over_code(call: ast.Call) -> bool:
    """Whether ``model.compile(...)`` is given a function or an object of the project's own to trace.

    Strings, numbers, and what stands right in a library (``tf.keras.losses.Huber()``) need no look. A plain name
    that is passed does, since it can be a loss.
    """
    handed = [*call.args, *(keyword.value for keyword in call.keywords if keyword.arg not in ("optimizer",))]
    return any(_is_own_code(part) for value in handed for part in _parts(value))


def _parts(value: ast.expr) -> Iterator[ast.expr]:
    match value:
        case ast.List(elts=parts) | ast.Tuple(elts=parts) | ast.Dict(values=parts):
            for part in parts:
                yield from _parts(part)
        case _:
            yield value


def _is_own_code(value: ast.expr) -> bool:
    match value:
        case ast.Constant():
            return False
        case ast.Attribute() | ast.Call():
            return not _dotted(value.func if isinstance(value, ast.Call) else value)
    return True


def _dotted(value: ast.expr) -> bool:
    """Whether ``value`` reads ``a.b.c`` and does not begin at ``self``."""
    if not isinstance(value, ast.Attribute):
        return False
    first: ast.expr = value
    while isinstance(first, ast.Attribute):
        first = first.value
    return isinstance(first, ast.Name) and first.id not in ("self", "cls")


def _refused(text: str, filename: str, message: str, row: int | None, column: int | None) -> UnparsableFile:
    rows = text.count("\n") + 1
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


@contextmanager
def _quietly() -> Iterator[None]:
    """No warnings about the linted code."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        yield
