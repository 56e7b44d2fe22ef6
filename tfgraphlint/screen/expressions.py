"""What expressions look like that the screen asks about, in CPython's tree."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

_DTYPE = re.compile(r"(u?int|b?float|complex)\d+|bool|string")


def arguments_of(call: ast.Call) -> list[ast.expr]:
    """All that a call is given."""
    return [*call.args, *(keyword.value for keyword in call.keywords)]


def targets_in(target: ast.expr) -> Iterator[ast.expr]:
    """``a``, ``b.c`` and ``d`` of the target ``a, (b.c, *d)``."""
    if isinstance(target, (ast.Tuple, ast.List)):
        for each in target.elts:
            yield from targets_in(each)
    elif isinstance(target, ast.Starred):
        yield from targets_in(target.value)
    else:
        yield target


def is_text(value: ast.expr) -> bool:
    """Whether a string or bytes are written there."""
    return isinstance(value, ast.Constant) and isinstance(value.value, (str, bytes))


def shown_in(value: ast.expr) -> list[ast.expr]:
    """What an f-string shows."""
    parts = value.values if isinstance(value, ast.JoinedStr) else ()
    return [each.value for each in parts if isinstance(each, ast.FormattedValue)]


def is_dtype(value: ast.expr) -> bool:
    """``tf.float32`` and its like."""
    return isinstance(value, ast.Attribute) and _DTYPE.fullmatch(value.attr) is not None


def asked_for_shape(value: ast.expr) -> ast.expr | None:
    """What the whole shape is asked of: ``x`` of ``x.shape``, ``x.get_shape().as_list()``, ``K.int_shape(x)``."""
    match value:
        case ast.Attribute(value=inner, attr="shape") | ast.Call(func=ast.Attribute(value=inner, attr="get_shape")):
            return inner
        case ast.Call(func=ast.Attribute(value=inner, attr="as_list")):
            return asked_for_shape(inner)
        case ast.Call(func=ast.Name(id="int_shape") | ast.Attribute(attr="int_shape"), args=[inner, *_]):
            return inner
    return None


def is_last_dimension(index: ast.expr) -> bool:
    """``-1`` and slices: sizes of features, which are known."""
    return isinstance(index, (ast.UnaryOp, ast.Slice))
