"""NumPy's functions and methods of arrays in TensorFlow's words, by the derived table of what gave the same.

Edits replace only what differs (the function's name, a keyword, the brackets around a receiver), so that nested calls
can be rewritten in the same pass. What cannot be said for certain is None.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import libcst as cst

from tfgraphlint.diagnostic import Edit, Position, Span
from tfgraphlint.fixes.edits import add_keyword, end_of, in_place_of, start_of
from tfgraphlint.fixes.imports import Spelling, full_name, spell_any
from tfgraphlint.libraries.tables import Equivalent, Replacement, Tables, load
from tfgraphlint.syntax.parents import parent
from tfgraphlint.syntax.tree import Tree

ARRAY_MAKERS = frozenset({"numpy.array", "numpy.asarray", "numpy.ascontiguousarray", "numpy.asanyarray"})
FLOAT_TYPES = frozenset({"float16", "float32", "half", "single"})
MATH_NAMES = {"fabs": "abs", "pow": "pow"}
NUMBERS = (cst.Integer, cst.Float)


@dataclass(frozen=True)
class Rewrite:
    """``edits`` put ``name`` in the place of a NumPy function; ``exact`` when the result is certainly the same."""

    edits: tuple[Edit, ...]
    name: str
    exact: bool


def of_call(tree: Tree, call: cst.Call, name: str, *, differentiable: bool = True) -> Rewrite | None:
    """TensorFlow's function instead of NumPy's (or ``math``'s) ``name`` in ``call``.

    With ``differentiable`` only where it passes the gradient on. Without, the values count alone: only where they were
    the same for every rank that was tried.
    """
    tables = load()
    if _called(tables, tree, call) != tables.canonical(name):
        return None
    if not call.args or any(argument.star for argument in call.args):
        return None
    if any(isinstance(argument.value, cst.GeneratorExp) for argument in call.args):
        return None
    if name in ARRAY_MAKERS:
        return _made_tensor(tree, call, name)
    if name.startswith("numpy.") and name.rpartition(".")[2] in FLOAT_TYPES:
        return _cast(tree, call, name.rpartition(".")[2])
    return _by_table(tables, tree, call, name, differentiable)


def _called(tables: Tables, tree: Tree, call: cst.Call) -> str:
    return tables.canonical(full_name(tree, call.func) or "")


def _by_table(tables: Tables, tree: Tree, call: cst.Call, name: str, differentiable: bool) -> Rewrite | None:
    if name.startswith("math."):
        return _of_math(tables, tree, call, name.removeprefix("math."), differentiable)
    equivalent = tables.numpy_equivalent(name)
    if equivalent is None or equivalent.tensorflow is None:
        return None
    given = _given(equivalent.params, call.args)
    if given is None or differentiable and not passes_gradient(equivalent.tensorflow, given):
        return None
    if not differentiable and equivalent.tensorflow.fails.get(_label(equivalent, equivalent.tensorflow, given)):
        return None
    return _renamed(tables, tree, call, equivalent, equivalent.tensorflow, given)


def _of_math(tables: Tables, tree: Tree, call: cst.Call, short: str, differentiable: bool) -> Rewrite | None:
    """``math.log(x)``: NumPy's function of that name has the same meaning, else ``tf.math`` has one."""
    if short == "log" and len(call.args) > 1:
        return None
    found = _by_table(tables, tree, call, tables.canonical(f"numpy.{MATH_NAMES.get(short, short)}"), differentiable)
    if found is not None:
        return Rewrite(found.edits, found.name, False)
    record = tables.function(f"tensorflow.math.{short}")
    if record is None or len(call.args) != 1 or len(record.gradient) != 1 or record.returns != "tensor":
        return None
    if any(outcome.kind != "flows" for outcome in record.gradient.values()):
        return None
    spelled = spell_tensorflow(tree, record.name, call)
    return Rewrite((in_place_of(tree, call.func, spelled.text), *spelled.edits), record.name, False)


def spell_tensorflow(tree: Tree, full: str, at: cst.CSTNode) -> Spelling:
    """How to write a TensorFlow name, also where the file has ``compat.v1`` under the usual name."""
    rest = full.removeprefix("tensorflow.")
    tables = load()
    names = [full, *(f"tensorflow.compat.{version}.{rest}" for version in ("v2", "v1"))]
    return spell_any(tree, [name for name in names if tables.canonical(name) == tables.canonical(full)], at)


def spell_numpy_of_tensorflow(
    tree: Tree, call: cst.Call, name: str, *, differentiable: bool = True
) -> Rewrite | None:
    """The function of ``tf.experimental.numpy`` of the same name, for display."""
    tables = load()
    equivalent = tables.numpy_equivalent(name)
    if equivalent is None or equivalent.tnp is None or _called(tables, tree, call) != tables.canonical(name):
        return None
    given = _given(equivalent.params, call.args)
    if given is None or differentiable and not passes_gradient(equivalent.tnp, given):
        return None
    if any(name not in equivalent.tnp.arguments for name in given):
        return None
    spelled = spell_tensorflow(tree, equivalent.tnp.name, call)
    return Rewrite((in_place_of(tree, call.func, spelled.text), *spelled.edits), equivalent.tnp.name, False)


# -- arguments -----------------------------------------------------------------------------------


def _given(params: Sequence[str], args: Sequence[cst.Arg], skip: int = 0) -> dict[str, cst.Arg] | None:
    """The arguments by NumPy's names for them."""
    found: dict[str, cst.Arg] = {}
    for index, argument in enumerate(args, skip):
        if argument.keyword is not None:
            name = argument.keyword.value
        elif index < len(params):
            name = params[index]
        else:
            return None
        if argument.star or name in found:
            return None
        found[name] = argument
    return found


def passes_gradient(replacement: Replacement, given: Iterable[str]) -> bool:
    """Whether the gradient flows through each of the arrays that are given."""
    outcomes = [replacement.gradient[name] for name in given if name in replacement.gradient]
    return bool(outcomes) and all(outcome.kind == "flows" for outcome in outcomes)


def _renamed(
    tables: Tables, tree: Tree, call: cst.Call, equivalent: Equivalent, replacement: Replacement,
    given: Mapping[str, cst.Arg],
) -> Rewrite | None:
    label = _label(equivalent, replacement, given)
    if any(name not in replacement.arguments for name in given):
        return None
    if replacement.fails.get(label) and not replacement.holds.get(label):
        return None
    own = _argument_edits(tables, tree, replacement, given, 0)
    if own is None:
        return None
    added = [
        edit
        for keyword, value in replacement.extra.items()
        if keyword not in {replacement.arguments[name] for name in given}
        for edit in add_keyword(tree, call, keyword, repr(value))
    ]
    spelled = spell_tensorflow(tree, replacement.name, call)
    renamed, divided = in_place_of(tree, call.func, spelled.text), _divided(tree, call, replacement.base)
    if divided is None:
        return None
    if divided and not isinstance(parent(tree, call), (cst.Arg, cst.Assign, cst.Return)):
        renamed, divided = Edit(renamed.span, f"({renamed.content}"), f"{divided})"
    behind = tree.span(call).end
    added += [Edit(Span(tree.filename, behind, behind), divided)] if divided else []
    edits = (renamed, *own, *added, *spelled.edits)
    return Rewrite(edits, replacement.name, _is_exact(replacement, label, given))


def _divided(tree: Tree, call: cst.Call, base: float | None) -> str | None:
    """What makes of ``tf.math.log(x)`` a logarithm of this base: `` / np.log(10.0)``; None where it cannot be said."""
    if base is None:
        return ""
    if not isinstance(call.func, cst.Attribute):
        return None  # `log10` alone: the module has no name here
    return f" / {tree.code(call.func.value)}.log({base!r})"


def _argument_edits(
    tables: Tables, tree: Tree, replacement: Replacement, given: Mapping[str, cst.Arg], skip: int
) -> list[Edit] | None:
    """What has to change in the arguments: keywords with other names, positions that are others'."""
    record = tables.function(replacement.name)
    params = record.params if record is not None else ()
    edits = []
    named = False
    for index, (name, argument) in enumerate(given.items(), skip):
        target = replacement.arguments[name]
        if argument.keyword is not None:
            edits += [tree.replace(argument.keyword, target)] if argument.keyword.value != target else []
        elif named or index >= len(params) or params[index] != target:
            named = True
            start = start_of(tree, argument.value)
            edits.append(Edit(Span(tree.filename, start, start), f"{target}="))
        if target in ("shape", "multiples") and not isinstance(argument.value, (cst.Tuple, cst.List)):
            shape = _whole_shape(tree, argument.value)
            if shape is None:
                return None
            edits += shape
    return edits


def _whole_shape(tree: Tree, value: cst.BaseExpression) -> list[Edit] | None:
    """``-1`` as a shape is ``[-1]`` for TensorFlow; other things stay what they are."""
    if is_number(value):
        return [tree.replace(value, f"[{tree.code(value)}]")]
    return [] if isinstance(value, (cst.Attribute, cst.BinaryOperation)) else None


def _label(equivalent: Equivalent, replacement: Replacement, given: Mapping[str, cst.Arg]) -> str:
    """How the table calls a call with these arguments: ``axis,keepdims``, ``axis:none`` …"""
    known = {*replacement.holds, *replacement.fails}
    telling = {part for label in known for part in label.partition(":")[0].split(",")}
    names = [name for name in equivalent.params if name in given and name in telling]
    if names == ["axis"]:
        sort = _sort_of_axis(given["axis"].value)
        if f"axis:{sort}" in known:
            return f"axis:{sort}"
    if names == ["keepdims"] and isinstance(given["keepdims"].value, cst.Name):
        return "keepdims" if given["keepdims"].value.value == "True" else ""
    bounds = [given[end].value for end in ("a_min", "a_max") if end in given]
    if equivalent.name == "numpy.clip" and any(_is_none(bound) for bound in bounds):
        return "no lower bound"
    return ",".join(names)


def _sort_of_axis(value: cst.BaseExpression) -> str:
    if _is_none(value):
        return "none"
    return "tuple" if isinstance(value, (cst.Tuple, cst.List)) else ""


def _is_none(value: cst.BaseExpression) -> bool:
    return isinstance(value, cst.Name) and value.value == "None"


def is_number(value: cst.BaseExpression) -> bool:
    """Whether an expression is a number as written: ``2``, ``-0.5``."""
    return isinstance(value.expression if isinstance(value, cst.UnaryOperation) else value, NUMBERS)


def _is_exact(replacement: Replacement, label: str, given: Mapping[str, cst.Arg]) -> bool:
    """Whether one float tensor and numbers certainly give the same value, shape and dtype."""
    arrays = [argument.value for name, argument in given.items() if name in replacement.gradient]
    unclear = [value for value in arrays if not is_number(value)]
    is_list = any(isinstance(value, (cst.List, cst.ListComp, cst.Tuple)) for value in arrays)
    is_same = replacement.dtype == "same" and replacement.floats and replacement.holds_for(label)
    return is_same and len(unclear) == 1 and not is_list


# -- arrays made of tensors ----------------------------------------------------------------------


def _made_tensor(tree: Tree, call: cst.Call, name: str) -> Rewrite | None:
    """``np.array([a, b])`` is ``tf.stack([a, b])``, ``np.asarray(t)`` is ``tf.convert_to_tensor(t)``."""
    given = _given(("object" if name == "numpy.array" else "a", "dtype"), call.args)
    if given is None or len(given) > 2 or call.args[0].keyword is not None:
        return None
    value = call.args[0].value
    if len(given) == 2:
        if "dtype" not in given or isinstance(value, (cst.List, cst.Tuple, cst.ListComp)):
            return None
        return _cast_to(tree, call, given["dtype"])
    full = "tensorflow.convert_to_tensor"
    if isinstance(value, (cst.List, cst.Tuple, cst.ListComp)):
        full = "tensorflow.stack"
    spelled = spell_tensorflow(tree, full, call)
    return Rewrite((in_place_of(tree, call.func, spelled.text), *spelled.edits), full, False)


def _cast_to(tree: Tree, call: cst.Call, dtype: cst.Arg) -> Rewrite | None:
    """``np.asarray(t, dtype=np.float32)`` is ``tf.cast(t, dtype=tf.float32)``."""
    named = dtype_in_tensorflow(tree, dtype.value)
    if named is None:
        return None
    spelled = spell_tensorflow(tree, "tensorflow.cast", call)
    edits = (in_place_of(tree, call.func, spelled.text), tree.replace(dtype.value, named.text))
    return Rewrite((*edits, *spelled.edits, *named.edits), "tensorflow.cast", False)


def _cast(tree: Tree, call: cst.Call, dtype: str) -> Rewrite | None:
    """``np.float32(t)`` is ``tf.cast(t, tf.float32)``."""
    full = {"half": "float16", "single": "float32"}.get(dtype, dtype)
    if len(call.args) != 1 or call.args[0].keyword is not None:
        return None
    spelled, named = spell_tensorflow(tree, "tensorflow.cast", call), spell_tensorflow(tree, f"tensorflow.{full}", call)
    behind = end_of(tree, call.args[0].value)
    edits = (in_place_of(tree, call.func, spelled.text), Edit(Span(tree.filename, behind, behind), f", {named.text}"))
    return Rewrite((*edits, *spelled.edits, *named.edits), "tensorflow.cast", False)


def dtype_in_tensorflow(tree: Tree, value: cst.BaseExpression) -> Spelling | None:
    """``np.float32`` as ``tf.float32``; names in quotes stay. None for what is no float that TensorFlow mixes."""
    if isinstance(value, cst.SimpleString):
        return Spelling(tree.code(value)) if value.raw_value in ("float16", "float32") else None
    name = full_name(tree, value) or ""
    module, _, short = name.rpartition(".")
    if module == "tensorflow":
        return Spelling(tree.code(value))
    if module == "numpy" and short in ("float16", "float32"):
        return spell_tensorflow(tree, f"tensorflow.{short}", value)
    return None


# -- methods of arrays ---------------------------------------------------------------------------


def of_method(tree: Tree, attribute: cst.Attribute, receiver_end: Position | None = None) -> Rewrite | None:
    """``values.mean(axis=0)`` as ``tf.reduce_mean(values, axis=0)``, ``values.T`` as ``tf.transpose(values)``.

    ``receiver_end``: where the receiver ends if its last part goes too (``t.numpy().mean()``).
    """
    name = attribute.attr.value
    call = parent(tree, attribute)
    if not isinstance(call, cst.Call) or call.func is not attribute:
        return _around(tree, attribute, attribute, "tensorflow.transpose", (), receiver_end) if name == "T" else None
    if any(argument.star for argument in call.args):
        return None
    if name in ("item", "copy", "tolist") and not call.args:
        return _dropped(tree, attribute, call, receiver_end)
    if name == "astype":
        return _astype(tree, attribute, call, receiver_end)
    if name == "reshape":
        return _reshape(tree, attribute, call, receiver_end)
    if name in ("ravel", "flatten") and not call.args:
        return _around(tree, attribute, call, "tensorflow.reshape", (), receiver_end, "[-1]")
    return _method_by_table(tree, attribute, call, receiver_end)


def _method_by_table(
    tree: Tree, attribute: cst.Attribute, call: cst.Call, receiver_end: Position | None
) -> Rewrite | None:
    tables = load()
    equivalent = tables.numpy_equivalent(f"numpy.{attribute.attr.value}")
    if equivalent is None or equivalent.tensorflow is None:
        return None
    replacement = equivalent.tensorflow
    given = _given(equivalent.params, call.args, 1)
    first = equivalent.params[0]
    if given is None or first in given or any(name not in replacement.arguments for name in given):
        return None
    record = tables.function(replacement.name)
    if record is None or not record.params or record.params[0] != replacement.arguments.get(first):
        return None
    label = _label(equivalent, replacement, given)
    missing = [key for key in replacement.extra if key not in {replacement.arguments[name] for name in given}]
    edits = _argument_edits(tables, tree, replacement, given, 1)
    if not replacement.holds.get(label) or missing or edits is None:
        return None
    return _around(tree, attribute, call, replacement.name, edits, receiver_end)


def _astype(tree: Tree, attribute: cst.Attribute, call: cst.Call, receiver_end: Position | None) -> Rewrite | None:
    if len(call.args) != 1 or call.args[0].keyword is not None:
        return None
    dtype = call.args[0].value
    named = dtype_in_tensorflow(tree, dtype)
    if named is None:
        return None
    changed = [tree.replace(dtype, named.text)] if named.text != tree.code(dtype) else []
    return _around(tree, attribute, call, "tensorflow.cast", (*changed, *named.edits), receiver_end)


def _reshape(tree: Tree, attribute: cst.Attribute, call: cst.Call, receiver_end: Position | None) -> Rewrite | None:
    """``a.reshape(2, -1)`` and ``a.reshape((2, -1))`` as ``tf.reshape(a, …)``."""
    if not call.args or any(argument.keyword is not None for argument in call.args):
        return None
    values = [argument.value for argument in call.args]
    if len(values) == 1 and isinstance(values[0], (cst.Tuple, cst.List)):
        return _around(tree, attribute, call, "tensorflow.reshape", (), receiver_end)
    if len(values) == 1 and not is_number(values[0]):
        return None
    start, end = start_of(tree, values[0]), end_of(tree, values[-1])
    brackets = (Edit(Span(tree.filename, start, start), "["), Edit(Span(tree.filename, end, end), "]"))
    return _around(tree, attribute, call, "tensorflow.reshape", brackets, receiver_end)


def _around(
    tree: Tree, attribute: cst.Attribute, whole: cst.BaseExpression, full: str, inside: Sequence[Edit],
    receiver_end: Position | None, more: str = "",
) -> Rewrite | None:
    """``full(receiver, arguments)`` in the place of ``receiver.method(arguments)``."""
    spelled = spell_tensorflow(tree, full, attribute)
    start = start_of(tree, attribute.value)
    end = receiver_end or end_of(tree, attribute.value)
    behind = tree.span(whole).end
    content = f", {more})" if more else ")"
    if isinstance(whole, cst.Call) and whole.args:
        content, behind = ", ", start_of(tree, whole.args[0].value)
        if whole.args[0].keyword is not None:
            behind = tree.span(whole.args[0]).start
    gap = Span(tree.filename, end, behind)
    if "#" in text_of(tree, gap):
        return None
    head = Edit(Span(tree.filename, start, start), f"{spelled.text}(")
    inside, gap_content = _joined(tree, inside, gap, content)
    return Rewrite((head, Edit(gap, gap_content), *inside, *spelled.edits), full, False)


def of_subscript(tree: Tree, subscript: cst.Subscript, receiver_end: Position | None = None) -> Rewrite | None:
    """``p[np.arange(n), labels]`` as ``tf.gather``, ``x[x > 0]`` as ``tf.boolean_mask``: tensors take no such index."""
    values = [each.slice.value for each in subscript.slice if isinstance(each.slice, cst.Index)]
    match values:
        case [cst.Comparison() as mask] if len(subscript.slice) == 1:
            return _chosen(tree, subscript, "tensorflow.boolean_mask", mask, ")", receiver_end)
        case [cst.Call() as rows, labels] if len(subscript.slice) == 2:
            counted = full_name(tree, rows.func) or tree.code(rows.func)
            if counted in ("range", "numpy.arange") and len(rows.args) == 1:
                return _chosen(tree, subscript, "tensorflow.gather", labels, ", axis=1, batch_dims=1)", receiver_end)
    return None


def _chosen(
    tree: Tree, subscript: cst.Subscript, full: str, index: cst.BaseExpression, closing: str,
    receiver_end: Position | None,
) -> Rewrite | None:
    """``full(receiver, index`` and what closes it in the place of ``receiver[…, index]``."""
    spelled = spell_tensorflow(tree, full, subscript)
    start = start_of(tree, subscript.value)
    gap = Span(tree.filename, receiver_end or end_of(tree, subscript.value), start_of(tree, index))
    tail = Span(tree.filename, end_of(tree, index), tree.span(subscript).end)
    if "#" in text_of(tree, gap) + text_of(tree, tail):
        return None
    head = Edit(Span(tree.filename, start, start), f"{spelled.text}(")
    return Rewrite((head, Edit(gap, ", "), Edit(tail, closing), *spelled.edits), full, False)


def _joined(tree: Tree, inside: Sequence[Edit], gap: Span, content: str) -> tuple[list[Edit], str]:
    """Insertions right behind the gap belong to what fills it: two edits must not meet at one place."""
    kept = []
    for edit in inside:
        if edit.span.start == edit.span.end == gap.end:
            content += edit.content
        else:
            kept.append(edit)
    return kept, content


def _dropped(
    tree: Tree, attribute: cst.Attribute, call: cst.Call, receiver_end: Position | None
) -> Rewrite | None:
    """Only the receiver remains."""
    gap = Span(tree.filename, receiver_end or end_of(tree, attribute.value), tree.span(call).end)
    return None if "#" in text_of(tree, gap) else Rewrite((Edit(gap, ""),), "", False)


# -- places --------------------------------------------------------------------------------------


def text_of(tree: Tree, span: Span) -> str:
    """The text that a span covers."""
    start, end = tree.lines.range(span)
    return tree.text[start:end]


def text_after(tree: Tree, node: cst.BaseExpression, edits: Iterable[Edit]) -> str:
    """The text of ``node`` as it is after those edits that lie in it, for messages."""
    lines = tree.lines
    start, end = lines.range(Span(tree.filename, start_of(tree, node), end_of(tree, node)))
    text = tree.text[start:end]
    within = [(*lines.range(edit.span), edit.content) for edit in edits if edit.span.filename == tree.filename]
    for first, last, content in sorted(within, reverse=True):
        if start <= first and last <= end:
            text = text[: first - start] + content + text[last - start :]
    return text
