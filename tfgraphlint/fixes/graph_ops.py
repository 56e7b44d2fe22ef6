"""What Python cannot do with a tensor of a graph, in words that the graph has: assertions, selections, updates."""

from __future__ import annotations

import libcst as cst

from tfgraphlint.diagnostic import Applicability, Edit, Fix, Span
from tfgraphlint.facts.common import Place
from tfgraphlint.fixes.edits import before, has_comment, in_place_of
from tfgraphlint.fixes.numpy_calls import spell_tensorflow
from tfgraphlint.syntax.parents import ancestors, parent, scopes_of
from tfgraphlint.syntax.tree import Tree

OPPOSITES: dict[type[cst.CSTNode], str] = {
    cst.LessThan: ">=", cst.LessThanEqual: ">", cst.GreaterThan: "<=", cst.GreaterThanEqual: "<",
    cst.Equal: "!=", cst.NotEqual: "==",
}  # fmt: skip
SCATTERED: dict[type[cst.CSTNode], str] = {
    cst.AddAssign: "tensor_scatter_nd_add", cst.SubtractAssign: "tensor_scatter_nd_sub",
}
OPERATORS: dict[type[cst.CSTNode], str] = {
    cst.AddAssign: "+", cst.SubtractAssign: "-", cst.MultiplyAssign: "*", cst.DivideAssign: "/",
}


def _fix(message: str, edits: tuple[Edit, ...]) -> Fix:
    return Fix(message, Applicability.UNSAFE, edits)


# -- assertions ----------------------------------------------------------------------------------


def asserted(place: Place) -> Fix | None:
    """``assert condition, message`` as ``tf.debugging.Assert(condition, [message])``."""
    tree = place.tree
    statement = parent(tree, place.node)
    if not isinstance(statement, cst.Assert) or has_comment(tree, statement):
        return None
    return _assertion(tree, statement, tree.code(statement.test), statement.msg)


def asserted_instead_of_raised(place: Place) -> Fix | None:
    """``if condition: raise Error(message)`` as an assertion that the condition does not hold."""
    tree = place.tree
    condition = next((node for node in ancestors(tree, place.node) if isinstance(node, cst.If)), None)
    if condition is None or condition.orelse is not None or isinstance(parent(tree, condition), cst.If):
        return None
    match condition.body.body:
        case [cst.SimpleStatementLine(body=[cst.Raise(exc=raised, cause=None) as only])] if only is place.node:
            pass
        case _:
            return None
    if has_comment(tree, condition):
        return None
    message = raised.args[0].value if isinstance(raised, cst.Call) and raised.args and not raised.args[0].star else None
    return _assertion(tree, condition, _negated(tree, condition.test), message)


def _assertion(tree: Tree, statement: cst.CSTNode, test: str, message: cst.BaseExpression | None) -> Fix:
    spelled = spell_tensorflow(tree, "tensorflow.debugging.Assert", statement)
    text = tree.code(message) if message is not None else repr(" ".join(test.split()))
    edits = (_statement(tree, statement, f"{spelled.text}({test}, [{text}])"), *spelled.edits)
    return _fix("use `tf.debugging.Assert(condition, [message])`", edits)


def _statement(tree: Tree, statement: cst.CSTNode, code: str) -> Edit:
    """``code`` in the place of a statement, without the line's end that belongs to a block."""
    span = tree.span(statement)
    end = span.end
    if isinstance(statement, cst.If):
        last = statement.body.body[-1]
        end = tree.span(last.body[-1] if isinstance(last, cst.SimpleStatementLine) else last).end
    return Edit(Span(tree.filename, span.start, end), code)


def _negated(tree: Tree, test: cst.BaseExpression) -> str:
    match test:
        case cst.Comparison(left=left, comparisons=[only]) if type(only.operator) in OPPOSITES:
            sign = OPPOSITES[type(only.operator)]
            return f"{tree.code(left)} {sign} {tree.code(only.comparator)}"
        case cst.UnaryOperation(operator=cst.Not(), expression=expression):
            return tree.code(expression)
    return f"{spell_tensorflow(tree, 'tensorflow.logical_not', test).text}({tree.code(test)})"


# -- conditions ----------------------------------------------------------------------------------


def selected(place: Place) -> Fix | None:
    """``a if condition else b`` as ``tf.where(condition, a, b)``."""
    tree, choice = place.tree, parent(place.tree, place.node)
    if not isinstance(choice, cst.IfExp) or has_comment(tree, choice):
        return None
    spelled = spell_tensorflow(tree, "tensorflow.where", choice)
    inner = ", ".join(tree.code(part) for part in (choice.test, choice.body, choice.orelse))
    return _fix("use `tf.where(condition, a, b)`",
                (in_place_of(tree, choice, f"{spelled.text}({inner})"), *spelled.edits))


def endless_in_graph(place: Place) -> Fix | None:
    """``while True`` as ``while tf.constant(True)``, a loop of the graph from the start."""
    if not isinstance(place.node, cst.Name) or place.node.value != "True":
        return None
    spelled = spell_tensorflow(place.tree, "tensorflow.constant", place.node)
    edits = (in_place_of(place.tree, place.node, f"{spelled.text}(True)"), *spelled.edits)
    return _fix("make it a graph loop: `while tf.constant(True)`", edits)


def converted_call(place: Place) -> Fix | None:
    """``@tf.function`` on the ``call`` of a layer, which brings AutoGraph back."""
    tree = place.tree
    function = next(iter(scopes_of(tree, place.node)), None)
    if not isinstance(function, cst.FunctionDef) or function.name.value != "call" or function.decorators:
        return None
    spelled = spell_tensorflow(tree, "tensorflow.function", function)
    edits = before(tree, function, f"@{spelled.text}")
    return _fix("decorate the method with `@tf.function`", (*edits, *spelled.edits)) if edits is not None else None


# -- items ---------------------------------------------------------------------------------------


def item_updated(place: Place, variable: bool, plain: bool) -> Fix | None:
    """``t[i] = v`` as an update that makes a new tensor, ``v[i] = x`` as ``v[i].assign(x)``.

    ``plain``: each index is one whole number.
    """
    tree, target = place.tree, place.node
    holder = parent(tree, target)
    statement = parent(tree, holder) if isinstance(holder, cst.AssignTarget) else holder
    if not isinstance(target, cst.Subscript) or has_comment(tree, target):
        return None
    if isinstance(statement, cst.Assign) and len(statement.targets) == 1:
        operator, value = None, statement.value
    elif isinstance(statement, cst.AugAssign):
        operator, value = type(statement.operator), statement.value
    else:
        return None
    if has_comment(tree, statement):
        return None
    if variable:
        return _slice_assigned(tree, statement, target, operator, value)
    if not plain or not isinstance(target.value, cst.Name | cst.Attribute):
        return None
    return _scattered(tree, statement, target, operator, value)


def _slice_assigned(
    tree: Tree, statement: cst.CSTNode, target: cst.Subscript, operator: type | None, value: cst.BaseExpression
) -> Fix | None:
    code, new = tree.code(target), tree.code(value)
    if operator is not None:
        if operator not in OPERATORS:
            return None
        atom = value.lpar or isinstance(value, cst.Name | cst.Attribute | cst.Call | cst.Subscript | cst.BaseNumber)
        new = f"{code} {OPERATORS[operator]} {new if atom else f'({new})'}"
    return _fix(f"assign to the variable's slice: `{code}.assign(…)`",
                (tree.replace(statement, f"{code}.assign({new})"),))


def _scattered(
    tree: Tree, statement: cst.CSTNode, target: cst.Subscript, operator: type | None, value: cst.BaseExpression
) -> Fix | None:
    name = "tensor_scatter_nd_update" if operator is None else SCATTERED.get(operator)
    if name is None:
        return None
    spelled = spell_tensorflow(tree, f"tensorflow.{name}", statement)
    tensor = tree.code(target.value)
    index = ", ".join(tree.code(element.slice) for element in target.slice)
    code = f"{tensor} = {spelled.text}({tensor}, [[{index}]], [{tree.code(value)}])"
    return _fix("create a new tensor with the item changed", (tree.replace(statement, code), *spelled.edits))


# -- names ---------------------------------------------------------------------------------------


def without_name(call: cst.Call, place: Place, name: str, kind: str) -> Fix | None:
    """A third summand as ``tf.add_n([a, b, c])``; a dtype in the place of a name left out."""
    tree, arguments = place.tree, [argument.value for argument in call.args]
    if has_comment(tree, call) or any(argument.keyword or argument.star for argument in call.args):
        return None
    if kind == "tensor" and name in ("tensorflow.add", "tensorflow.math.add") and len(arguments) == 3:
        spelled = spell_tensorflow(tree, "tensorflow.add_n", call)
        code = f"{spelled.text}([{', '.join(tree.code(each) for each in arguments)}])"
        return _fix("use `tf.add_n([a, b, c])`", (tree.replace(call, code), *spelled.edits))
    if kind == "dtype" and arguments[-1] is place.node and len(arguments) > 1:
        gap = Span(tree.filename, tree.span(arguments[-2]).end, tree.span(place.node).end)
        return _fix("remove the argument", (Edit(gap, ""),))
    return None


MEANT = {"tensorflow.nn.relu": "tensorflow.nn.leaky_relu"}


def function_meant(call: cst.Call, tree: Tree, name: str, kind: str) -> Fix | None:
    """The function that takes such an argument: a slope for ``tf.nn.relu`` is one of ``tf.nn.leaky_relu``."""
    if kind != "number" or name not in MEANT:
        return None
    spelled = spell_tensorflow(tree, MEANT[name], call)
    edits = (in_place_of(tree, call.func, spelled.text), *spelled.edits)
    return Fix(f"use `{spelled.text}`, which takes a number", Applicability.DISPLAY, edits)


# -- sizes ---------------------------------------------------------------------------------------


def dynamic_size(place: Place, used: str) -> Fix | None:
    """``x.shape[i]`` as ``tf.shape(x)[i]``, and ``x.shape`` as ``tf.shape(x)``; None where Python, NumPy or a tensor of
    floats calculates with it.
    """
    tree, whole = place.tree, not isinstance(place.node, cst.Subscript)
    shape = place.node.value if isinstance(place.node, cst.Subscript) else place.node
    if used not in ("shape", "number"):
        return None
    match shape:
        case cst.Attribute(value=tensor, attr=cst.Name(value="shape")):
            pass
        case cst.Call(func=cst.Attribute(value=tensor, attr=cst.Name(value="get_shape"))):
            pass
        case _:
            return None
    if has_comment(tree, shape):
        return None
    spelled = spell_tensorflow(tree, "tensorflow.shape", place.node)
    edits = (tree.replace(shape, f"{spelled.text}({tree.code(tensor)})"), *spelled.edits)
    inside = isinstance(parent(tree, place.node), cst.Arg if whole else cst.Element) and used == "shape"
    kind = Applicability.SAFE if inside else Applicability.UNSAFE
    return Fix(f"use the dynamic shape: `tf.shape(x){'' if whole else '[i]'}`", kind, edits)
