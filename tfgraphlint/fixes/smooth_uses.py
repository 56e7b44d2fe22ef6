"""Whether a gradient comes through what is done with a value, so that making the value differentiable is of use.

``tf.round(p)`` with a gradient of its own helps nobody where ``tf.equal`` or the condition of ``tf.where`` takes it.
"""

from __future__ import annotations

import libcst as cst

from tfgraphlint.fixes.imports import full_name
from tfgraphlint.fixes.value_kinds import values_of
from tfgraphlint.fixes.value_uses import calls_of, function_called, loads, loads_of_binding, parameter_of
from tfgraphlint.libraries.tables import load
from tfgraphlint.libraries.words import FLOAT_TYPES, SHOWS_VALUES, TAPE_QUERIES
from tfgraphlint.syntax.parents import parent, scopes_of
from tfgraphlint.syntax.tree import Tree

MAX_USES = 200
CASTS = frozenset({"tensorflow.cast", "keras.ops.cast", "tensorflow.keras.backend.cast", "keras.backend.cast"})
PARTS = (".layers.", ".losses.", ".Sequential", ".Model")
# What ends a computation: it is shown, kept, or is the target of a tape.
ENDS = SHOWS_VALUES | TAPE_QUERIES | {"print", "append", "float", "str", "repr"}


def keeps_gradient(tree: Tree, value: cst.BaseExpression) -> bool:
    """Whether all that the file does with ``value`` takes a float and has a gradient, as far as it is seen."""
    return _Walk(tree).follow(value)


class _Walk:
    def __init__(self, tree: Tree) -> None:
        self.tree = tree
        self.seen: set[cst.CSTNode] = set()

    def follow(self, node: cst.BaseExpression) -> bool:
        if node in self.seen:
            return True
        self.seen.add(node)
        if len(self.seen) > MAX_USES:
            return False
        holder = parent(self.tree, node)
        match holder:
            case cst.BinaryOperation(operator=operator):
                return not isinstance(operator, _WITHOUT_GRADIENT) and self.follow(holder)
            case cst.UnaryOperation(operator=operator):
                return not isinstance(operator, (cst.Not, cst.BitInvert)) and self.follow(holder)
            case cst.Subscript(value=whole):
                return whole is node and self.follow(holder)
            case cst.IfExp(test=test):
                return test is not node and self.follow(holder)
            case cst.Element():
                sequence = parent(self.tree, holder)
                return isinstance(sequence, (cst.List, cst.Tuple)) and self.follow(sequence)
            case cst.Arg():
                return self._argument(holder)
            case cst.Assign():
                return self._bound(holder)
            case cst.Return():
                return self._returned(holder)
            case cst.Attribute(value=whole):
                return whole is node and holder.attr.value in ("numpy", "shape", "dtype")
            case cst.Lambda() | cst.FormattedStringExpression() | cst.Expr() | cst.AugAssign():
                return True
        return False

    def _bound(self, statement: cst.Assign) -> bool:
        names = [target.target.value for target in statement.targets if isinstance(target.target, cst.Name)]
        return all(self.follow(use) for name in names for use in loads_of_binding(self.tree, statement, name))

    def _returned(self, statement: cst.Return) -> bool:
        scopes = scopes_of(self.tree, statement)
        function = next((scope for scope in scopes if isinstance(scope, cst.FunctionDef)), None)
        return function is None or all(self.follow(call) for call in calls_of(self.tree, function))

    def _argument(self, argument: cst.Arg) -> bool:
        call = parent(self.tree, argument)
        if not isinstance(call, cst.Call):
            return False
        word = call.func.attr.value if isinstance(call.func, cst.Attribute) else getattr(call.func, "value", "")
        if word in ENDS:
            return True
        name = full_name(self.tree, call.func) or ""
        if name in CASTS:
            return _is_cast_to_float(self.tree, call) and self.follow(call)
        function = function_called(self.tree, call)
        if function is not None:
            parameter = parameter_of(function, call, argument)
            uses = loads(self.tree, function.body, parameter) if parameter is not None else ()
            return parameter is not None and all(self.follow(use) for use in uses)
        known = _has_gradient(name, call, argument) if name else _is_layer_or_loss(self.tree, call.func)
        return known and self.follow(call)


_WITHOUT_GRADIENT = (cst.FloorDivide, cst.BitAnd, cst.BitOr, cst.BitXor, cst.LeftShift, cst.RightShift)


def _has_gradient(name: str, call: cst.Call, argument: cst.Arg) -> bool:
    record = load().function(name)
    if record is None or argument.star:
        return False
    index = next(index for index, each in enumerate(call.args) if each is argument)
    parameter = argument.keyword.value if argument.keyword is not None else record.parameter(index)
    outcome = record.outcome(parameter) if parameter is not None else None
    return outcome is not None and outcome.kind == "flows"


def _is_layer_or_loss(tree: Tree, func: cst.BaseExpression) -> bool:
    """Whether what is called is an object of Keras that takes floats, as far as the file shows where it is made."""
    made = list(values_of(tree, func))
    names = [full_name(tree, each.func) or "" for each in made if isinstance(each, cst.Call)]
    return bool(made) and len(names) == len(made) and all(map(_takes_floats, names))


def _takes_floats(name: str) -> bool:
    is_of_keras = name.startswith(("tensorflow.keras.", "keras."))
    return is_of_keras and any(part in name for part in PARTS) and not name.endswith(".Embedding")


def _is_cast_to_float(tree: Tree, call: cst.Call) -> bool:
    """Whether a cast is to a float that is written there, or to the type of what was calculated with."""
    dtype = next((each.value for each in call.args[1:] if each.keyword is None or each.keyword.value == "dtype"), None)
    match dtype:
        case cst.SimpleString():
            return dtype.raw_value in FLOAT_TYPES
        case cst.Attribute(attr=cst.Name(value="dtype"), value=value):
            return tree.code(value) in tree.code(call.args[0].value)
        case cst.Attribute(attr=cst.Name(value=name)):
            return name in FLOAT_TYPES
    return False


def is_first_in_one_hot(tree: Tree, call: cst.Call) -> cst.Call | None:
    """The ``tf.one_hot(call, n)`` around a call, where it is told nothing else."""
    argument = parent(tree, call)
    outer = parent(tree, argument) if isinstance(argument, cst.Arg) else None
    if not isinstance(outer, cst.Call) or full_name(tree, outer.func) != "tensorflow.one_hot":
        return None
    is_plain = len(outer.args) == 2 and outer.args[0] is argument
    return outer if is_plain else None

