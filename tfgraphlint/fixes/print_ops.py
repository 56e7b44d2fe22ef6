"""``print`` of tensors in traced code as ``tf.print``, an operation of the graph."""

from __future__ import annotations

import libcst as cst

from tfgraphlint.diagnostic import Applicability, Edit, Fix
from tfgraphlint.facts.tracing import PrintedWhileTraced
from tfgraphlint.fixes.edits import has_comment, in_place_of
from tfgraphlint.fixes.imports import full_name
from tfgraphlint.fixes.numpy_calls import spell_tensorflow, text_after
from tfgraphlint.fixes.value_kinds import assigned_in
from tfgraphlint.rule_api.shortening import brief
from tfgraphlint.syntax.parents import parent, scopes_of
from tfgraphlint.syntax.tree import Tree, children_of

SHARED_KEYWORDS = ("sep", "end")
TEXT_MAKERS = frozenset({"str", "repr", "format", "ascii", "join"})


def in_graph(fact: PrintedWhileTraced) -> Fix | None:
    """``tf.print`` of the same arguments, the parts of an f-string one by one; None where the text would be frozen."""
    tree, call = fact.place.tree, fact.place.node
    if fact.name != "builtins.print" or fact.jit or not isinstance(call, cst.Call) or not _is_statement(tree, call):
        return None
    if any(argument.star for argument in call.args) or not all(_is_shared(argument) for argument in call.args):
        return None
    spelled = spell_tensorflow(tree, "tensorflow.print", call)
    own = _taken_apart(tree, call, spelled.text) if fact.texts else [in_place_of(tree, call.func, spelled.text)]
    if own is None:
        return None
    edits = (*own, *spelled.edits)
    return Fix(f"print from the graph: `{brief(text_after(tree, call, edits))}`", Applicability.UNSAFE, edits)


def _is_statement(tree: Tree, call: cst.Call) -> bool:
    is_builtin = isinstance(call.func, cst.Name) and call.func.value == "print" and full_name(tree, call.func) is None
    return is_builtin and isinstance(parent(tree, call), cst.Expr)


def _is_shared(argument: cst.Arg) -> bool:
    """Whether ``tf.print`` takes the argument as well: positional ones, and texts for ``sep`` and ``end``."""
    keyword = argument.keyword
    return keyword is None or keyword.value in SHARED_KEYWORDS and isinstance(argument.value, cst.SimpleString)


def _taken_apart(tree: Tree, call: cst.Call, function: str) -> list[Edit] | None:
    """``tf.print("loss ", loss, sep="")`` for ``print(f"loss {loss}")``."""
    match call.args:
        case [cst.Arg(keyword=None, value=cst.FormattedString() as text)] if not has_comment(tree, call):
            parts = [_part(tree, text, part) for part in text.parts]
        case _:
            return None
    if any(part is None for part in parts):
        return None
    shown = ", ".join(part for part in parts if part is not None)
    return [tree.replace(call, f'{function}({shown}, sep="")')]


def _part(tree: Tree, text: cst.FormattedString, part: cst.BaseFormattedStringContent) -> str | None:
    if isinstance(part, cst.FormattedStringText):
        prefix = text.start.removesuffix(text.end).replace("f", "").replace("F", "")
        return f"{prefix}{text.end}{part.value.replace('{{', '{').replace('}}', '}')}{text.end}"
    assert isinstance(part, cst.FormattedStringExpression)
    is_plain = part.format_spec is None and part.conversion is None and part.equal is None
    return tree.code(part.expression) if is_plain and not _may_be_text(tree, part.expression) else None


def _may_be_text(tree: Tree, value: cst.CSTNode, asked: frozenset[str] = frozenset()) -> bool:
    """Whether a tensor may have been made a text before: that would be the same text in each run.

    ``asked`` are the names on the way here: ``s = s + 1`` is computed from itself.
    """
    match value:
        case cst.FormattedString() | cst.ConcatenatedString():
            return True
        case cst.Call(func=cst.Name(value=name) | cst.Attribute(attr=cst.Name(value=name))) if name in TEXT_MAKERS:
            return True
        case cst.BinaryOperation(operator=cst.Modulo(), left=cst.SimpleString()):
            return True
        case cst.Name(value=name) if name in asked:
            return False
        case cst.Name(value=name):
            scope = next((each for each in scopes_of(tree, value) if isinstance(each, cst.FunctionDef)), None)
            found = assigned_in(tree, scope.body, name) if scope is not None else ()
            return any(_may_be_text(tree, each, asked | {name}) for each in found if not isinstance(each, cst.Name))
    return any(_may_be_text(tree, child, asked) for child in children_of(value))
