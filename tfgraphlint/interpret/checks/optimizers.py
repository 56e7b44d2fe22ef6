"""What optimizers refuse: losses that are no functions, variables from before a model was built, swapped pairs."""

from __future__ import annotations

import libcst as cst

from tfgraphlint.facts.common import Mode, Place
from tfgraphlint.facts.gradients import LossNotCallable, PairsSwapped, PairsWalked, WeightsUnbuilt
from tfgraphlint.interpret.checks import lost_members
from tfgraphlint.interpret.checks.lost_members import LOSS_METHODS
from tfgraphlint.interpret.core import eagerness
from tfgraphlint.interpret.core.arguments import Arguments
from tfgraphlint.interpret.core.events import MethodCalled
from tfgraphlint.interpret.core.machine import Machine
from tfgraphlint.interpret.core.objects import Optimizer, Zip
from tfgraphlint.interpret.core.provenance import Node
from tfgraphlint.interpret.core.structures import elements
from tfgraphlint.interpret.core.value import Value
from tfgraphlint.interpret.core.values import Host, Items, Tensor, Unknown, Variable, Weights
from tfgraphlint.libraries.words import LOSS_TENSOR_METHODS


def called(m: Machine, event: MethodCalled) -> None:
    """Report what is wrong with the arguments of an optimizer's method; of anything's that is named alike."""
    receiver, name, args, node = event
    if isinstance(receiver, Optimizer):
        if name in LOSS_METHODS:
            _loss_given(m, receiver, name, args, node)
        elif name == "build" and args.positional:
            _variables_given(m, args, node)
        if name in ("apply_gradients", "apply", "build"):
            _check_applied(m, args, node)
    elif isinstance(receiver, Unknown) and name == "apply_gradients":
        _check_applied(m, args, node)


def _loss_given(m: Machine, optimizer: Optimizer, name: str, args: Arguments, node: cst.CSTNode) -> None:
    if _given_tensor(m, optimizer, name, args):
        missing = _is_lost(m, optimizer, name)
        uncalled = () if missing else eagerness.supposed(m)
        m.emit(LossNotCallable(m.place(node), name, optimizer.cls, missing, tuple(m.calls), uncalled))
    elif isinstance(node, cst.Call):
        lost_members.report(m, optimizer, name, node.func)


def _given_tensor(m: Machine, optimizer: Optimizer, name: str, args: Arguments) -> bool:
    """Whether a method that wants a function is given a tensor, or one that is gone has to do with a loss tensor."""
    if name in LOSS_TENSOR_METHODS:
        return _is_lost(m, optimizer, name) and any(isinstance(each, Tensor) for each in args.all())
    loss = args.get(0, "loss")
    if not isinstance(loss, (Tensor, Host)) or not args.certain or "tape" in args.keywords:
        return False
    return m.mode is Mode.EAGER or m.mode is Mode.GRAPH and ".v1." not in optimizer.cls or bool(eagerness.supposed(m))


def _is_lost(m: Machine, optimizer: Optimizer, name: str) -> bool:
    return m.tables.lost_member(optimizer.cls, name) is not None


def _variables_given(m: Machine, args: Arguments, node: cst.CSTNode) -> None:
    variables = args.positional[0]
    if isinstance(variables, Weights) and variables.unbuilt is not None:
        written = args.node(0, "var_list")
        model = m.frame.scope.tree.code(written) if written is not None else "the model"
        m.emit(WeightsUnbuilt(variables.unbuilt, m.place(node), model, tuple(m.calls)))


def _check_applied(m: Machine, args: Arguments, node: cst.CSTNode) -> None:
    """Report what is wrong with the pairs that ``apply_gradients`` is given."""
    pairs = args.get(0, "grads_and_vars")
    if pairs is not None:
        _check_pairs(m, pairs, node)


def _check_pairs(m: Machine, pairs: Value, node: cst.CSTNode) -> None:
    """Report ``zip(variables, gradients)``, also as a list, and a ``zip`` that was walked before."""
    walked = pairs.walked if isinstance(pairs, Zip) else None
    if isinstance(pairs, Items):  # ``list(zip(...))``, as it was made
        zipped, held = pairs.zipped
        if held is not pairs.items:
            return
        pairs = zipped
    if not isinstance(pairs, Zip) or pairs.made is None or m.guards:
        return
    if walked is not None:
        m.emit(PairsWalked(pairs.made, walked, m.place(node), tuple(m.calls)))
    columns = elements(pairs.inner)
    written = pairs.made.node.args if isinstance(pairs.made.node, cst.Call) else ()
    if len(columns) == 2 == len(written) and _are_variables(columns[0]) and _are_gradients(columns[1]):
        first, second = (Place(pairs.made.tree, arg.value) for arg in written)
        m.emit(PairsSwapped(pairs.made, m.place(node), first, second, tuple(m.calls)))


def _are_variables(value: Value) -> bool:
    if isinstance(value, Items):
        held = elements(value)
        return bool(held) and all(_are_variables(item) for item in held)
    return isinstance(value, (Weights, Variable))


def _are_gradients(value: Value) -> bool:
    if isinstance(value, Items):
        held = elements(value)
        return bool(held) and all(_are_gradients(item) for item in held)
    return isinstance(value, (Tensor, Unknown)) and _from_query(value.node)


def _from_query(node: Node) -> bool:
    """Whether the node is a gradient, or one that was clipped or scaled."""
    level = [node]
    for _ in range(4):
        if any(here.queried for here in level):
            return True
        level = [edge.node for here in level for edge in here.edges]
    return False
