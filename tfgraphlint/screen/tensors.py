"""What may be a tensor, followed by names through one function."""

from __future__ import annotations

import ast
from collections.abc import Iterable

from tfgraphlint.libraries.words import STATIC_ATTRIBUTES, STATIC_PARTS
from tfgraphlint.screen.expressions import is_text
from tfgraphlint.screen.imported_libraries import ImportedLibraries
from tfgraphlint.screen.notes import Notes
from tfgraphlint.screen.parts import Part, holds_tensor
from tfgraphlint.screen.symptoms import TAKES_VALUES
from tfgraphlint.syntax.ast_names import first_name, last_name, names_in_chain
from tfgraphlint.syntax.ast_walk import children

GIVES_PYTHON = frozenset({
    "int", "float", "bool", "complex", "str", "len", "isinstance", "hasattr", "callable", "issubclass", "type", "id",
    "range", "print", "super", "repr", "hash",
})  # fmt: skip
# What gives a tensor where it is given one.
PASSES_ON = TAKES_VALUES | {"getattr", "next", "dict"}
GIVES_STATIC = STATIC_ATTRIBUTES | {"get_shape", "as_list", "__class__"}


def decide_doubts(notes: Notes, part: Part) -> None:
    """Find which names of a function may hold tensors, and with that whether a doubt is about one."""
    _follow_bindings(notes, part)
    part.operates = _any_tensor(notes, part.operands, part)
    part.doubtful = _any_tensor(notes, part.doubts, part) or any(
        may_be_tensor(notes, node.slice, part) and not may_be_tensor(notes, node.value, part) for node in part.lookups
    )
    part.symptom = part.symptom or part.doubtful
    writes = bool(part.written) and _writes_into_tensors(notes.imports, part)
    # What a layer of Keras has for an output is symbolic.
    of_a_layer = part.doubtful and not part.words.isdisjoint(("output", "get_layer"))
    part.anywhere = part.anywhere or writes or of_a_layer


def _follow_bindings(notes: Notes, part: Part) -> None:
    undecided = part.bindings
    changed = True
    while changed:
        changed = False
        rest = []
        for names, value in undecided:
            if may_be_tensor(notes, value, part):
                part.tensors |= names
                changed = True
            else:
                rest.append((names, value))
        undecided = rest


def _writes_into_tensors(imports: ImportedLibraries, part: Part) -> bool:
    """Whether items are assigned of a name that a function of TensorFlow has given a value."""
    return any(
        isinstance(value, ast.Call) and first_name(value) in imports.tensorflow and not part.written.isdisjoint(names)
        and last_name(value) != "numpy"
        for names, value in part.bindings
    )  # fmt: skip


def _any_tensor(notes: Notes, values: Iterable[ast.expr], part: Part) -> bool:
    return any(may_be_tensor(notes, value, part) for value in values)


def may_be_tensor(notes: Notes, value: ast.expr, part: Part) -> bool:
    """Whether ``value``, which stands in ``part``, may be a tensor or hold one."""
    match value:
        case ast.Name(id=name):
            return holds_tensor(part, name)
        case ast.Constant() | ast.Lambda():
            return False
        case ast.Attribute():
            return _attribute_may_be_tensor(notes, value, part)
        case ast.Call():
            return _result_may_be_tensor(notes, value, part)
        case ast.Compare() if _is_python_comparison(value):
            return False
        case ast.GeneratorExp(elt=inner) | ast.ListComp(elt=inner) | ast.SetComp(elt=inner):
            return may_be_tensor(notes, inner, part)
    return _any_tensor(notes, (child for child in children(value) if isinstance(child, ast.expr)), part)


def _attribute_may_be_tensor(notes: Notes, value: ast.Attribute, part: Part) -> bool:
    if value.attr in GIVES_STATIC:
        return False
    if isinstance(value.value, ast.Name) and value.value.id in ("self", "cls"):
        return value.attr in notes.variables
    return may_be_tensor(notes, value.value, part)


def _is_python_comparison(value: ast.Compare) -> bool:
    """``x is None``, ``mode == "train"``: no tensor, whatever is compared."""
    identity = all(isinstance(operator, (ast.Is, ast.IsNot)) for operator in value.ops)
    return identity or any(map(is_text, (value.left, *value.comparators)))


def _result_may_be_tensor(notes: Notes, call: ast.Call, part: Part) -> bool:
    function, name = call.func, last_name(call.func)
    if name == "Input":
        return True
    if name in GIVES_STATIC and first_name(function) not in notes.imports.tensorflow:
        return False
    if not STATIC_PARTS.isdisjoint(names_in_chain(function)):
        return False
    if isinstance(function, ast.Name):
        if name in GIVES_PYTHON:
            return False
        if name not in PASSES_ON and _is_unknown_function(notes.imports, name, name):
            return True
    elif isinstance(function, ast.Attribute):
        first = first_name(function)
        if first not in ("self", "cls") and _is_unknown_function(notes.imports, first, name):
            return not isinstance(function.value, (ast.Constant, ast.JoinedStr))
        if name == "Variable":
            return True
    return _any_tensor(notes, [*call.args, *(keyword.value for keyword in call.keywords)], part)


def _is_unknown_function(imports: ImportedLibraries, first: str, name: str) -> bool:
    """Whether ``name`` is no class, and ``first`` no library whose functions give no tensors."""
    return not name[:1].isupper() and first not in imports.host and first not in imports.changing
