"""Steps of training in ``strategy.scope()``, where no replica runs them."""

from __future__ import annotations

import libcst as cst

from tfgraphlint.facts.gradients import StepInScope
from tfgraphlint.interpret.core import keras_symbols, strategy_scopes
from tfgraphlint.interpret.core.events import GradientAsked, MethodCalled
from tfgraphlint.interpret.core.machine import Machine
from tfgraphlint.interpret.core.objects import Layer, Network, Optimizer, Strategy, StrategyScope
from tfgraphlint.interpret.core.structures import elements, within
from tfgraphlint.interpret.core.value import Value
from tfgraphlint.interpret.core.values import ELEMENT, Instance, Items, Unknown, Variable, Weights
from tfgraphlint.interpret.gradients.lost_parts import Frozen
from tfgraphlint.libraries.words import MIRRORING

APPLYING = ("apply_gradients", "minimize")
SCALING = ".LossScaleOptimizer"


class Ended(set[StrategyScope]):
    """The scopes whose code ends with an error that was reported."""


def asked(m: Machine, event: GradientAsked) -> None:
    """Report ``tape.gradient(loss, variables)`` of variables that each replica has for itself."""
    node, _, args = event
    sources = args.get(1, "sources")
    strategy = _strategy(m)
    if strategy is None or strategy.cls not in MIRRORING or sources is None or not args.certain:
        return
    method = node.func.attr.value if isinstance(node, cst.Call) and isinstance(node.func, cst.Attribute) else ""
    if method == "gradient" and any(_is_mirrored(m, strategy, source) for source in _each(sources)):
        _report(m, node, method)


def called(m: Machine, event: MethodCalled) -> None:
    """Report ``optimizer.apply_gradients(...)``: what it does has to be merged with the other replicas."""
    receiver, name, args, node = event
    if not isinstance(receiver, Optimizer) or name not in APPLYING or _strategy(m) is None:
        return
    if not m.tables.builds_optimizer(receiver.cls) or receiver.cls.endswith(SCALING):
        return
    if args.keywords.keys() - {"grads_and_vars", "name", "var_list", "loss"}:
        return
    if name == "apply_gradients" or m.tables.keras < 3:
        _report(m, node, name)


def _strategy(m: Machine) -> Strategy | None:
    """The strategy in whose scope the code certainly runs."""
    scope = strategy_scopes.running(m)
    if scope is None or m.guards or m.alternatives or scope in m.memory(Ended):
        return None
    return scope.strategy if isinstance(scope.strategy, Strategy) else None


def _report(m: Machine, node: cst.CSTNode, what: str) -> None:
    scope = strategy_scopes.running(m)
    if scope is not None and scope.made is not None:
        m.memory(Ended).add(scope)
        m.emit(StepInScope(m.place(node), what, scope.made, tuple(m.calls)))


def _each(sources: Value) -> list[Value]:
    return elements(sources) if isinstance(sources, Items) and isinstance(sources.items, tuple) else [sources]


def _is_mirrored(m: Machine, strategy: Strategy, source: Value) -> bool:
    """Whether the source certainly is a variable of the replicas, or a list of a model's weights with one in it."""
    if isinstance(source, Variable):
        return strategy_scopes.was_made_in(m, strategy, source.node)
    if not isinstance(source, Weights) or source.which in (ELEMENT, "slice") or m.memory(Frozen):
        return False
    held = list(within(source.owner))
    at_once = keras_symbols.begins_with_input(source.owner)
    if any(isinstance(each, Unknown) or not at_once and _was_built_elsewhere(m, strategy, each) for each in held):
        return False
    found = [_layer_is_mirrored(m, strategy, each, at_once) for each in held if _has_weights(m, each)]
    return bool(found) and all(found)


def _was_built_elsewhere(m: Machine, strategy: Strategy, value: Value) -> bool:
    """Whether a layer or model was first called, or told to make its variables, outside the scope."""
    return isinstance(value, (Network, Instance)) and strategy_scopes.was_built_in(m, strategy, value.node) is False


def _has_weights(m: Machine, value: Value) -> bool:
    if isinstance(value, Layer):
        record = m.tables.layer(value.cls)
        return record is not None and record.weights
    return isinstance(value, Variable)


def _layer_is_mirrored(m: Machine, strategy: Strategy, value: Value, at_once: bool) -> bool:
    """Whether the variables of a layer, or this one, were made in the scope; ``at_once``: when its model was."""
    assert isinstance(value, (Layer, Variable))
    if at_once or isinstance(value, Variable):
        return strategy_scopes.was_made_in(m, strategy, value.node)
    return strategy_scopes.was_built_in(m, strategy, value.node) is True

