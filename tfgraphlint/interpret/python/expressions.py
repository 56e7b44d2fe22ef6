"""What expressions evaluate to."""

from __future__ import annotations

import ast
from collections.abc import Callable
from functools import lru_cache
from typing import Any

import libcst as cst

from tfgraphlint.interpret.core import graph_state, texts
from tfgraphlint.interpret.core.events import (
    ConditionalChosen,
    ConditionTested,
    Contained,
    Formatted,
    Hashed,
    Iterated,
    ValuesUsed,
)
from tfgraphlint.interpret.core.joins import join
from tfgraphlint.interpret.core.machine import Machine
from tfgraphlint.interpret.core.provenance import Flow
from tfgraphlint.interpret.core.scopes import Frame, chosen
from tfgraphlint.interpret.core.structures import MAX_CHAINED, nests_too_much, truth
from tfgraphlint.interpret.core.value import Const, Value
from tfgraphlint.interpret.core.values import (
    BOOL,
    ELEMENT,
    OTHER,
    Dict,
    Items,
    SequenceKind,
    Spread,
    Weights,
    sequence,
)
from tfgraphlint.interpret.python import (
    attributes,
    calls,
    comparisons,
    functions,
    generators,
    narrowing,
    operators,
    subscripts,
)
from tfgraphlint.interpret.python.iteration import turns_of
from tfgraphlint.interpret.python.names import lookup
from tfgraphlint.interpret.python.subscripts import index_values
from tfgraphlint.interpret.python.targets import bind

Evaluator = Callable[[Machine, Any], Value]


def evaluate(m: Machine, node: cst.BaseExpression) -> Value:
    """The abstract value of an expression, here and now."""
    m.step()
    evaluator = EVALUATORS.get(type(node))
    return evaluator(m, node) if evaluator else m.opaque(node)


def _name(m: Machine, node: cst.Name) -> Value:
    return lookup(m, node.value, node)


def _attribute(m: Machine, node: cst.Attribute) -> Value:
    return attributes.get(m, evaluate(m, node.value), node.attr.value, node)


def _integer(m: Machine, node: cst.Integer) -> Value:
    return _literal(node.value)


def _float(m: Machine, node: cst.Float) -> Value:
    return _literal(node.value)


def _imaginary(m: Machine, node: cst.Imaginary) -> Value:
    return _literal(node.value)


def _literal(text: str) -> Const:
    return Const(int(text) if text.isdecimal() else _evaluated(text))


@lru_cache(maxsize=4096)
def _evaluated(text: str) -> object:
    """The constant that a literal stands for; ``ast.literal_eval`` leaves garbage each time."""
    expression = ast.parse(text, mode="eval").body
    assert isinstance(expression, ast.Constant), text
    return expression.value


def _simple_string(m: Machine, node: cst.SimpleString) -> Value:
    text = node.value
    if "\\" not in text and text[0] in "'\"":
        quotes = 3 if text[:3] in ("'''", '"""') and len(text) >= 6 else 1
        return Const(text[quotes:-quotes])
    try:
        return Const(_evaluated(node.value))
    except (ValueError, SyntaxError):
        return texts.text(m, node)


def _concatenated_string(m: Machine, node: cst.ConcatenatedString) -> Value:
    return texts.text(m, node, [evaluate(m, part) for part in (node.left, node.right)])


def _formatted_string(m: Machine, node: cst.FormattedString) -> Value:
    shown = []
    for part in node.parts:
        if isinstance(part, cst.FormattedStringExpression):
            shown.append(evaluate(m, part.expression))
            if part.format_spec and part.conversion is None:
                m.tell(Formatted(part.expression, shown[-1:]))
    return texts.text(m, node, shown)


def _template(m: Machine, node: cst.TemplatedString) -> Value:
    parts = [part for part in node.parts if isinstance(part, cst.TemplatedStringExpression)]
    return m.opaque(node, [evaluate(m, part.expression) for part in parts])


def _ellipsis(m: Machine, node: cst.Ellipsis) -> Value:
    return Const(...)


def _unary(m: Machine, node: cst.UnaryOperation) -> Value:
    value = evaluate(m, node.expression)
    if isinstance(node.operator, cst.Not):
        m.tell(ConditionTested(node, value, "not"))
        if graph_state.fails_as_bool(m, value):
            return m.opaque(node)
        if graph_state.decides(m, value):
            return operators.numeric(m, node, [value], Flow.CUT, name="Not", dtype=BOOL)
    return operators.unary(m, node, value)


def _binary(m: Machine, node: cst.BinaryOperation) -> Value:
    left, right = evaluate(m, node.left), evaluate(m, node.right)
    return operators.binary(m, node, type(node.operator).__name__, left, right)


def _comparison(m: Machine, node: cst.Comparison) -> Value:
    left = evaluate(m, node.left)
    results = []
    for target in node.comparisons:
        right = evaluate(m, target.comparator)
        if isinstance(target.operator, (cst.In, cst.NotIn)):
            m.tell(Contained(node, left, right))
        results.append(comparisons.compare(m, node, target.operator, left, right))
        left = right
    return results[0] if len(results) == 1 else _chained(m, node, results)


def _chained(m: Machine, node: cst.Comparison, results: list[Value]) -> Value:
    """``0 < x < 1``: the second comparison counts where the first one is true."""
    known = [truth(result) for result in results]
    asked = results[:-1] if False not in known else results[: known.index(False)]
    for result in asked:
        m.tell(ConditionTested(node, result, "chain"))
        if graph_state.fails_as_bool(m, result):
            return m.opaque(node)
    if False in known:
        return Const(False)
    if any(graph_state.decides(m, result) for result in asked):
        return operators.numeric(m, node, results, Flow.CUT, name="And", dtype=BOOL)
    return Const(True) if None not in known else results[-1]


def _boolean(m: Machine, node: cst.BooleanOperation) -> Value:
    left = evaluate(m, node.left)
    certain = truth(left)
    chosen(m.frame, graph_state.decides(m, left))
    wants = isinstance(node.operator, cst.And)
    if certain is not None and certain != wants:
        return left
    m.tell(ConditionTested(node.left, left, "and" if wants else "or"))
    raises = graph_state.fails_as_bool(m, left)
    mark = m.store.mark()
    with narrowing.of_some_kind(m, node.left, certain):
        right = evaluate(m, node.right)
    changes = m.store.changes(mark)
    m.store.rewind(mark)
    m.store.merge([changes] if certain is not None else [changes, {}])
    if raises:
        return m.opaque(node)
    if graph_state.decides(m, left):
        return operators.numeric(m, node, [left, right], Flow.CUT, name=type(node.operator).__name__, dtype=BOOL)
    return right if certain is not None else join([left, right])


def _if_expression(m: Machine, node: cst.IfExp) -> Value:
    test = evaluate(m, node.test)
    certain = truth(test)
    chosen(m.frame, graph_state.decides(m, test))
    if certain is not None:
        return evaluate(m, node.body if certain else node.orelse)
    m.tell(ConditionTested(node.test, test, "conditional expression"))
    with narrowing.of_some_kind(m, node.test, certain):
        values = [evaluate(m, node.body), evaluate(m, node.orelse)]
    if graph_state.decides(m, test):
        m.tell(ConditionalChosen(node, *values))
        if ValuesUsed in m.awake:
            m.tell(ValuesUsed(values))
    return join(values)


def _lambda(m: Machine, node: cst.Lambda) -> Value:
    return functions.make_function(m, node)


def _sequence(kind: SequenceKind) -> Evaluator:
    def build(m: Machine, node: cst.List | cst.Tuple | cst.Set) -> Value:
        found: list[Value] = []
        spread: list[Value] = []
        for element in node.elements:
            value = evaluate(m, element.value)
            if not isinstance(element, cst.StarredElement):
                found.append(value)
            elif isinstance(value, Items) and isinstance(value.items, tuple):
                found.extend(value.items)
            elif isinstance(value, Weights):
                found.append(value)
            else:
                m.tell(Iterated(element.value, value, "star"))
                spread.extend(turns_of(m, value, element.value)[0])
        if nests_too_much(found):
            return m.opaque(node, found)
        if spread or len(found) > max(MAX_CHAINED, len(node.elements)):
            return Items(kind, {Items.items: Spread(join([*found, *spread]))})
        return sequence(kind, found)

    return build


def _dict(m: Machine, node: cst.Dict) -> Value:
    state: dict[Any, Value] = {}
    for element in node.elements:
        value = evaluate(m, element.value)
        if isinstance(element, cst.StarredDictElement):
            if isinstance(value, Dict):
                state.update(value.state)
            else:
                state[OTHER] = value
            continue
        key = evaluate(m, element.key)  # type: ignore[attr-defined]
        if isinstance(key, Const):
            state[key.value] = value
        else:
            m.tell(Hashed(element.key, key))  # type: ignore[attr-defined]
            state[OTHER] = join([state[OTHER], value]) if OTHER in state else value
    return m.opaque(node, list(state.values())) if nests_too_much(state.values()) else Dict(state)


def _subscript(m: Machine, node: cst.Subscript) -> Value:
    value = evaluate(m, node.value)
    return subscripts.subscript(m, node, value, index_values(m, node))


def _comprehension(kind: SequenceKind) -> Evaluator:
    def build(m: Machine, node: cst.ListComp | cst.SetComp | cst.GeneratorExp) -> Value:
        with inner_frame(m):
            found, exact = _turns(m, node.for_in, lambda: evaluate(m, node.elt))
        if exact:
            return sequence(kind, found)
        return Items(kind, {Items.items: Spread(join(found))}) if found else sequence(kind, ())

    return build


def _dict_comprehension(m: Machine, node: cst.DictComp) -> Value:
    state: dict[Any, Value] = {}

    def turn() -> Value:
        key, value = evaluate(m, node.key), evaluate(m, node.value)
        name = key.value if isinstance(key, Const) else OTHER
        state[name] = join([state[name], value]) if name in state else value
        return value

    with inner_frame(m):
        _turns(m, node.for_in, turn)
    return Dict(state)


class inner_frame:
    """The scope of a comprehension: its own names over those of the frame around it."""

    def __init__(self, m: Machine) -> None:
        self.m = m

    def __enter__(self) -> None:
        self.before = self.m.frame
        outer = self.before
        frame = Frame(outer.scope, {}, outer, outer.function)
        frame.marks, frame.self_value, frame.owner = outer.marks, outer.self_value, outer.owner
        frame.caller, frame.via, frame.autograph = outer.caller, outer.via, outer.autograph
        frame.around, frame.statement = outer.around, outer.statement
        self.m.frame = frame

    def __exit__(self, *_: object) -> None:
        self.m.frame = self.before


def _turns(m: Machine, loop: cst.CompFor, body: Callable[[], Value]) -> tuple[list[Value], bool]:
    """The values of the turns of a comprehension, and whether they are all of them."""
    found: list[Value] = []
    over = evaluate(m, loop.iter)
    m.tell(Iterated(loop.iter, over, "comprehension"))
    values, exact = turns_of(m, over, loop.iter)
    plain = isinstance(over, Weights) and over.which != ELEMENT and not loop.ifs and loop.inner_for_in is None
    chosen(m.frame, False)
    with m.loop(len(values) if exact else 1) as turn:
        for value in values:
            turn()
            bind(m, loop.target, value)
            certain = _passes(m, loop)
            if certain is False:
                continue
            exact = exact and certain is True
            if loop.inner_for_in is not None:
                inner, inner_exact = _turns(m, loop.inner_for_in, body)
                found.extend(inner)
                exact = exact and inner_exact
            else:
                found.append(body())
    if plain and all(one is value for one, value in zip(found, values)):
        return [over], True  # all variables of a model, as they are
    return found, exact


def _passes(m: Machine, loop: cst.CompFor) -> bool | None:
    """Whether the turn passes the conditions of a comprehension; None where nobody knows."""
    certain: bool | None = True
    for condition in loop.ifs:
        test = evaluate(m, condition.test)
        m.tell(ConditionTested(condition.test, test, "filter", always=True))
        held = truth(test)
        certain = False if certain is False or held is False else (None if held is None else certain)
    return certain


def _named(m: Machine, node: cst.NamedExpr) -> Value:
    value = evaluate(m, node.value)
    bind(m, node.target, value)
    return value


def _await(m: Machine, node: cst.Await) -> Value:
    return evaluate(m, node.expression)


def _yield(m: Machine, node: cst.Yield) -> Value:
    value: Value = Const(None)
    if isinstance(node.value, cst.From):
        found, _ = turns_of(m, evaluate(m, node.value.item), node.value.item)
        value = join(found) if found else Const(None)
    elif node.value is not None:
        value = evaluate(m, node.value)
    generators.yielded(m, value)
    return m.opaque(node)


EVALUATORS: dict[type, Evaluator] = {
    cst.Name: _name,
    cst.Attribute: _attribute,
    cst.Call: calls.call_expression,
    cst.Subscript: _subscript,
    cst.Integer: _integer,
    cst.Float: _float,
    cst.Imaginary: _imaginary,
    cst.SimpleString: _simple_string,
    cst.ConcatenatedString: _concatenated_string,
    cst.FormattedString: _formatted_string,
    cst.Ellipsis: _ellipsis,
    cst.UnaryOperation: _unary,
    cst.BinaryOperation: _binary,
    cst.Comparison: _comparison,
    cst.BooleanOperation: _boolean,
    cst.IfExp: _if_expression,
    cst.Lambda: _lambda,
    cst.List: _sequence("list"),
    cst.Tuple: _sequence("tuple"),
    cst.Set: _sequence("set"),
    cst.Dict: _dict,
    cst.ListComp: _comprehension("list"),
    cst.SetComp: _comprehension("set"),
    cst.GeneratorExp: _comprehension("generator"),
    cst.DictComp: _dict_comprehension,
    cst.NamedExpr: _named,
    cst.Await: _await,
    cst.Yield: _yield,
    # libcst has it from 1.8.3 on.
    **({cst.TemplatedString: _template} if hasattr(cst, "TemplatedString") else {}),
}
