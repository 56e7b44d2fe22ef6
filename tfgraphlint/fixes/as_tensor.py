"""An expression that gave an array or a number comes to give a tensor: what has to change where its value is used."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

import libcst as cst

from tfgraphlint.diagnostic import Edit, Span
from tfgraphlint.fixes.edits import end_of, in_place_of, start_of
from tfgraphlint.fixes.imports import full_name
from tfgraphlint.fixes.numpy_calls import is_number, of_method, of_subscript, spell_tensorflow, text_of
from tfgraphlint.fixes.value_uses import Use, uses_of
from tfgraphlint.syntax.parents import ancestors, parent, scopes_of
from tfgraphlint.syntax.tree import Tree, children_of

# Attributes that a tensor and an array both have, with the same meaning.
SHARED = frozenset({"shape", "dtype", "ndim", "device"})
SHARED_METHODS = frozenset({"numpy", "get_shape"})  # of tensors and variables
REFUSING = frozenset({"builtins.round", "builtins.isinstance", "builtins.range", "json.dumps", "json.dump"})
COUNTS = frozenset({"range", "enumerate", "len", "int"})
MIXING = (
    cst.BinaryOperation, cst.UnaryOperation, cst.Assign, cst.AugAssign, cst.AnnAssign, cst.Return, cst.NamedExpr,
    cst.IfExp,
)  # fmt: skip


@dataclass
class Settled:
    """``edits`` at the uses; ``complete``: there are no other uses; ``needs_tensor``: a variable would not do."""

    edits: list[Edit] = field(default_factory=list)
    complete: bool = True
    needs_tensor: bool = False
    swallowed: bool = False  # the edits also take away what stands behind the expression that is kept


def settled(tree: Tree, value: cst.BaseExpression, kept: cst.BaseExpression | None = None) -> Settled | None:
    """What the uses of ``value`` need when it becomes a tensor; None where one of them cannot do with a tensor.

    ``kept`` is the part of ``value`` that will stand in its place.
    """
    uses = uses_of(tree, value)
    result = Settled(complete=uses.complete)
    for use in uses.found:
        if not _settle(tree, use, value, kept, result):
            return None
    if uses.named and kept is not None and f"{tree.code(kept)}.assign" in tree.text:
        result.needs_tensor = True  # a name for what the variable held before
    result.edits = merged(result.edits)
    return result


def _settle(tree: Tree, use: Use, value: cst.BaseExpression, kept: cst.BaseExpression | None, result: Settled) -> bool:
    match use.holder:
        case cst.Attribute():
            return _settle_attribute(tree, use, value, kept, result)
        case cst.Subscript():
            return _settle_subscript(tree, use, value, kept, result)
        case cst.Arg():
            return _settle_argument(tree, use, value, kept, result)
        case cst.AugAssign():
            result.needs_tensor |= use.direct
        case cst.FormattedStringExpression(format_spec=spec):
            result.needs_tensor |= use.direct and spec is not None
    return True


def _settle_attribute(
    tree: Tree, use: Use, value: cst.BaseExpression, kept: cst.BaseExpression | None, result: Settled
) -> bool:
    attribute = use.holder
    assert isinstance(attribute, cst.Attribute)
    name = attribute.attr.value
    call = parent(tree, attribute)
    is_method = isinstance(call, cst.Call) and call.func is attribute
    if name in SHARED and not is_method or name in SHARED_METHODS:
        return True
    if use.truth:
        return False
    is_first = use.carrier is value and kept is not None
    rewrite = of_method(tree, attribute, end_of(tree, kept) if is_first and kept is not None else None)
    if rewrite is None:
        return False
    result.edits += rewrite.edits
    result.swallowed |= is_first
    return True


def _settle_subscript(
    tree: Tree, use: Use, value: cst.BaseExpression, kept: cst.BaseExpression | None, result: Settled
) -> bool:
    subscript = use.holder
    assert isinstance(subscript, cst.Subscript)
    if not _is_read(tree, subscript):
        return False
    if all(_is_plain_index(tree, each) for each in subscript.slice):
        return True
    is_first = use.carrier is value and kept is not None
    rewrite = of_subscript(tree, subscript, end_of(tree, kept) if is_first and kept is not None else None)
    if rewrite is None:
        return False
    result.edits += rewrite.edits
    result.swallowed |= is_first
    return True


def _is_read(tree: Tree, subscript: cst.Subscript) -> bool:
    holder = parent(tree, subscript)
    is_target = isinstance(holder, cst.AugAssign) and holder.target is subscript
    return not isinstance(holder, (cst.AssignTarget, cst.Del)) and not is_target


def _is_plain_index(tree: Tree, element: cst.SubscriptElement) -> bool:
    """Whether TensorFlow takes the index as well: a number, a slice, a new axis. It takes no arrays."""
    if not isinstance(element.slice, cst.Index):
        return isinstance(element.slice, cst.Slice)
    value = element.slice.value
    if is_number(value) or isinstance(value, cst.Ellipsis):
        return True
    if isinstance(value, cst.Name):
        return value.value == "None" or _counts(tree, value)
    return isinstance(value, cst.Attribute) and value.attr.value == "newaxis"


def _counts(tree: Tree, name: cst.Name) -> bool:
    """Whether a name is the number of a turn: ``for i in range(n)``."""
    for above in ancestors(tree, name):
        if isinstance(above, cst.For) and name.value in {each.value for each in _names(above.target)}:
            return _is_count(above.iter)
        for_in = getattr(above, "for_in", None)
        if for_in is not None and name.value in {each.value for each in _names(for_in.target)}:
            return _is_count(for_in.iter)
    return False


def _is_count(iterated: cst.BaseExpression) -> bool:
    return isinstance(iterated, cst.Call) and isinstance(iterated.func, cst.Name) and iterated.func.value in COUNTS


def _names(node: cst.CSTNode) -> Iterable[cst.Name]:
    if isinstance(node, cst.Name):
        yield node
    for child in children_of(node):
        yield from _names(child)


def _settle_argument(
    tree: Tree, use: Use, value: cst.BaseExpression, kept: cst.BaseExpression | None, result: Settled
) -> bool:
    call = parent(tree, use.holder)
    if not isinstance(call, cst.Call):
        return True
    name = full_name(tree, call.func) or (f"builtins.{call.func.value}" if isinstance(call.func, cst.Name) else "")
    if name in REFUSING or _is_kept_to_be_rounded(tree, call):
        return False
    if name == "builtins.float" and _goes_on(tree, call) and len(call.args) == 1:
        edits = unwrapped(tree, call, call.args[0].value)
        if edits is None:
            return False
        result.edits += edits
    if name == "tensorflow.constant" and use.direct and kept is not None:
        if use.carrier is value and may_be_variable(kept):
            spelled = spell_tensorflow(tree, "tensorflow.convert_to_tensor", call)
            result.edits += [in_place_of(tree, call.func, spelled.text), *spelled.edits]
        elif use.carrier is not value:
            result.needs_tensor = True
    return True


def _is_kept_to_be_rounded(tree: Tree, call: cst.Call) -> bool:
    """Whether ``call`` appends to a list that Python's ``round`` gets something of: tensors refuse that."""
    match call.func:
        case cst.Attribute(value=cst.Name(value=kept), attr=cst.Name(value="append")):
            scope = next((each for each in scopes_of(tree, call) if isinstance(each, cst.FunctionDef)), tree.module)
            return any(kept in {each.value for each in _names(rounded)} for rounded in _rounded(scope))
    return False


def _rounded(node: cst.CSTNode) -> Iterable[cst.Arg]:
    """The arguments of ``round`` within ``node``."""
    if isinstance(node, cst.Call) and isinstance(node.func, cst.Name) and node.func.value == "round":
        yield from node.args
    for child in children_of(node):
        yield from _rounded(child)


def _goes_on(tree: Tree, call: cst.Call) -> bool:
    """Whether the number goes into a computation, not only into a text, a list or a log."""
    holder = parent(tree, call)
    if isinstance(holder, MIXING):
        return True
    outer = parent(tree, holder) if isinstance(holder, cst.Arg) else None
    return isinstance(outer, cst.Call) and (full_name(tree, outer.func) or "").startswith(("tensorflow.", "keras."))


def may_be_variable(kept: cst.BaseExpression) -> bool:
    """Whether an expression can hold a variable: nothing that computes does."""
    return isinstance(kept, (cst.Name, cst.Attribute, cst.Subscript))


def unwrapped(tree: Tree, value: cst.BaseExpression, kept: cst.BaseExpression) -> list[Edit] | None:
    """``kept``, a part of ``value``, in the place of the whole; None where a comment would go with the rest."""
    head = Span(tree.filename, start_of(tree, value), start_of(tree, kept))
    tail = Span(tree.filename, end_of(tree, kept), end_of(tree, value))
    if value.lpar:
        head, tail = Span(tree.filename, tree.span(value).start, head.end), Span(
            tree.filename, tail.start, tree.span(value).end
        )
    if "#" in text_of(tree, head) + text_of(tree, tail):
        return None
    inner = text_of(tree, Span(tree.filename, head.end, tail.start))
    wrapped = in_place_of(tree, value, inner).content != inner
    edits = [Edit(head, "(" if wrapped else ""), Edit(tail, ")" if wrapped else "")]
    return [edit for edit in edits if edit.content or edit.span.start != edit.span.end]


def left_as_tensor(tree: Tree, value: cst.BaseExpression, kept: cst.BaseExpression) -> Settled | None:
    """``kept`` in the place of ``value``, with all that the uses of the value need; None where it cannot be done."""
    result = settled(tree, value, kept)
    if result is None:
        return None
    edits = unwrapped(tree, value, kept)
    if edits is None:
        return None
    if result.swallowed:
        edits = [edit for edit in edits if edit.span.start < start_of(tree, kept)]
    if result.needs_tensor and may_be_variable(kept):
        if result.swallowed:
            return None
        spelled = spell_tensorflow(tree, "tensorflow.identity", value)
        edits = [tree.replace(value, f"{spelled.text}({tree.code(kept)})"), *spelled.edits]
    result.edits = merged([*edits, *result.edits])
    return result


def merged(edits: Iterable[Edit]) -> list[Edit]:
    """Each edit once; of insertions at one place those that were found later, further out, come first."""
    unique = list(dict.fromkeys(edits))
    found: dict[Span, Edit] = {}
    for edit in unique:
        known = found.get(edit.span)
        if known is not None and edit.span.start == edit.span.end:
            edit = Edit(edit.span, edit.content + known.content)
        found[edit.span] = edit
    return list(found.values())
