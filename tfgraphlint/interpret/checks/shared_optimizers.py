"""Optimizers that made their variables for those of one model and are given another one's."""

from __future__ import annotations

import re

import libcst as cst

from tfgraphlint.facts.common import Place
from tfgraphlint.facts.gradients import OptimizerShared
from tfgraphlint.interpret.core import class_hierarchy, eagerness
from tfgraphlint.interpret.core.arguments import Arguments
from tfgraphlint.interpret.core.events import AttributeSet, LibraryCalled, MethodCalled, ModelFitted
from tfgraphlint.interpret.core.fields import Trained
from tfgraphlint.interpret.core.machine import Machine
from tfgraphlint.interpret.core.objects import Model, Optimizer, Zip
from tfgraphlint.interpret.core.unknown_calls import ANY_VARIABLES
from tfgraphlint.interpret.core.value import Value
from tfgraphlint.interpret.core.values import Instance
from tfgraphlint.interpret.gradients import variable_sets
from tfgraphlint.interpret.gradients.variable_sets import VariableSet
from tfgraphlint.libraries.words import FITTING_METHODS, LEAVES_OPTIMIZERS

BUILD = "build"
BUILDS = re.compile(r"\.build\(")


def passed_on(m: Machine, event: LibraryCalled) -> None:
    """What is given an optimizer may have it make variables: another optimizer."""
    if event.name not in LEAVES_OPTIMIZERS:
        _forget(m, event.args)


def set_by_hand(m: Machine, event: AttributeSet) -> None:
    """An optimizer that is told that it has no variables makes them again."""
    if isinstance(event.owner, Optimizer) and (event.name == "built" or event.name.startswith("_")):
        m.store.set(event.owner, Optimizer.trains, ANY_VARIABLES)


def called(m: Machine, event: MethodCalled) -> None:
    """Report an optimizer's step with variables that it does not know."""
    receiver, name, args, node = event
    if isinstance(receiver, Optimizer):
        known = m.tables.builds_optimizer(receiver.cls) and name in m.tables.class_members(receiver.cls)
        given = _given(m, name, args) if known else None
        if given is not None:
            _train(m, receiver, given, node, written=_written(m, name, args), builds=name == BUILD)
    elif name in FITTING_METHODS and isinstance(receiver, (Model, Instance)):
        _fit(m, receiver)
    elif name != "compile":
        _forget(m, args)


def _forget(m: Machine, args: Arguments) -> None:
    for value in args.all():
        if isinstance(value, Optimizer):
            m.store.set(value, Optimizer.trains, ANY_VARIABLES)


def _given(m: Machine, name: str, args: Arguments) -> VariableSet | None:
    """The variables that a method of an optimizer is given; None for a method that is given none."""
    if name == "apply_gradients":
        pairs = args.get(0, "grads_and_vars")
        return variable_sets.of_pairs(m, pairs) if pairs is not None else variable_sets.UNKNOWN
    if name == "apply" and len(args.positional) == 1 and not args.keywords and args.certain:
        return None  # for those that it knows
    if name not in ("minimize", "apply", BUILD):
        return None
    variables = args.get(0, "var_list") or args.get(0, "variables") if name == BUILD else (
        args.get(1, "var_list") or args.get(1, "trainable_variables")
    )  # fmt: skip
    return variable_sets.of_variables(m, variables) if variables is not None else variable_sets.UNKNOWN


def _written(m: Machine, name: str, args: Arguments) -> Place | None:
    """What stands where the variables are given."""
    if name != "apply_gradients":
        node = args.node(0, "var_list") if name == BUILD else args.node(1, "var_list")
        return m.place(node) if node is not None else None
    pairs = args.get(0, "grads_and_vars")
    made = pairs.made if isinstance(pairs, Zip) else None
    if made is None or not isinstance(made.node, cst.Call) or len(made.node.args) != 2:
        return None
    return Place(made.tree, made.node.args[1].value)


def fitted(m: Machine, event: ModelFitted) -> None:
    """Report ``model.fit(...)`` where the compiled optimizer does not know the model's variables."""
    model, node = event
    optimizer = _compiled(m, model)
    if optimizer is not None and not _has_own_step(model):
        receiver = node.func.value if isinstance(node, cst.Call) and isinstance(node.func, cst.Attribute) else None
        written = m.place(receiver) if receiver is not None else None
        _train(m, optimizer, variable_sets.of_owner(m, model), node, written)


def _compiled(m: Machine, model: Value) -> Optimizer | None:
    """The optimizer that a model was compiled with, where it is one that knows its variables."""
    compiled = model.compiled_with if isinstance(model, (Model, Instance)) else None
    optimizer = compiled[0] if isinstance(compiled, tuple) and len(compiled) == 1 else None
    if isinstance(optimizer, Optimizer) and m.tables.builds_optimizer(optimizer.cls):
        return optimizer
    return None


def _has_own_step(model: Value) -> bool:
    return isinstance(model, Instance) and class_hierarchy.class_attribute(model.cls, "train_step") is not None


def _fit(m: Machine, model: Model | Instance) -> None:
    """Before ``fit`` runs the model's own step, Keras may have the optimizer make variables for all of the model."""
    optimizer = _compiled(m, model)
    before = optimizer.trains if optimizer is not None else None
    if optimizer is None or not _has_own_step(model) or before is not None and before.certain:
        return
    given = variable_sets.of_owner(m, model)
    known = before or Trained(frozenset(), whole=True, certain=False)
    m.store.set(optimizer, Optimizer.trains, Trained(known.nodes | given.most, known.whole and given.whole, False))


def _train(
    m: Machine, optimizer: Optimizer, given: VariableSet, node: cst.CSTNode, written: Place | None, *,
    builds: bool = False,
) -> None:
    """Note which variables the optimizer makes its own for; report those that it does not know."""
    before = optimizer.trains
    if not eagerness.is_certain(m) or eagerness.may_be_off(m):
        m.store.set(optimizer, Optimizer.trains, ANY_VARIABLES)
    elif before is None or not before.certain:
        known = before or Trained(frozenset(), whole=True, certain=False)
        whole, certain = known.whole and given.whole, given.filled or builds and known.certain
        now = Trained(known.nodes | given.most, whole, certain, m.place(node), written, tuple(m.calls))
        m.store.set(optimizer, Optimizer.trains, now)
    elif not builds and _is_unknown(m, before, given) and not _may_know_more(m, optimizer):
        assert before.place is not None
        error = "ValueError" if m.tables.keras >= 3 else "KeyError"
        m.emit(OptimizerShared(
            m.place(node), error, before.place, written, before.variables, before.calls, tuple(m.calls)
        ))  # fmt: skip
        m.store.set(optimizer, Optimizer.trains, ANY_VARIABLES)  # one report is enough


def _is_unknown(m: Machine, before: Trained, given: VariableSet) -> bool:
    """Whether some of the variables certainly are none of those before. Keras 2 passes over those without gradients."""
    if not before.whole or before.place is None:
        return False
    if given.whole and given.filled and given.most.isdisjoint(before.nodes):
        return True
    return m.tables.keras >= 3 and bool(given.sure - before.nodes)


def _may_know_more(m: Machine, optimizer: Optimizer) -> bool:
    """Whether other code may have told the optimizer its variables, before it calls what nobody calls here; or a call
    was not followed."""
    if m.skipped:
        return True
    begun = m.calls[0].node if m.calls else None
    if isinstance(begun, (cst.Call, cst.Decorator)) or begun is None:
        return False
    trees = [m.frame.scope.tree, *([optimizer.made.tree] if optimizer.made is not None else [])]
    return any(BUILDS.search(tree.text) for tree in trees)
