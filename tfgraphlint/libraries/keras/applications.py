"""Functional models called again: the layers that made their outputs are applied to new inputs, one after another.

A symbolic tensor of Keras remembers the call of the layer that gave it. Layers of Keras do the same each time: what
they made of the symbolic inputs is repeated. Layers of the project and ``Lambda`` run their code again, as eagerly
or traced as the caller is.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

import libcst as cst

from tfgraphlint.interpret.core import class_hierarchy, keras_symbols
from tfgraphlint.interpret.core.arguments import Arguments
from tfgraphlint.interpret.core.machine import MAX_DEPTH, MAX_ENTRIES, Machine
from tfgraphlint.interpret.core.objects import Layer, Model
from tfgraphlint.interpret.core.operands import dtype_of, parts
from tfgraphlint.interpret.core.provenance import Edge, Flow, Kind, Node, ancestors, join_nodes
from tfgraphlint.interpret.core.scopes import Function
from tfgraphlint.interpret.core.structures import changed, elements, within
from tfgraphlint.interpret.core.value import Value
from tfgraphlint.interpret.core.values import (
    BOOL,
    INT,
    STRING,
    Choice,
    Dict,
    Instance,
    Items,
    Object,
    Tensor,
    Unknown,
    node_of,
)

MAX_REPEATED = 50_000  # operations repeated for a file
MAX_RERUNS = MAX_ENTRIES // 2  # of one function for one root: later calls of its layer are repeated


@dataclass(frozen=True, eq=False)
class Application:
    """A layer was called with symbolic tensors of Keras, and what it gave."""

    layer: Object | Instance
    arguments: Arguments
    result: Value
    tensors: tuple[Tensor, ...]  # among the arguments


class Repeated:
    """How many operations were repeated so far."""

    count = 0


class Made(dict[Node, list[Application]]):
    """The calls of layers with symbolic tensors, by the nodes of the layers."""


def only_call(m: Machine, layer: Value) -> Application | None:
    """The call with symbolic tensors of a layer that was called so once: what ``layer.output`` is about."""
    held = m.memory(Made).get(layer.node, []) if isinstance(layer, (Object, Instance)) else []
    return held[0] if len(held) == 1 else None


def note(m: Machine, layer: Object | Instance, args: Arguments, result: Value) -> None:
    """Have symbolic tensors of Keras remember the layer that they come from."""
    given = tuple(_tensors(args.all()))
    if not any(tensor.keras for tensor in given):
        return
    known = {tensor.node for tensor in given}
    made = Application(layer, args, result, given)
    m.memory(Made).setdefault(layer.node, []).append(made)
    for tensor in _tensors([result]):
        if tensor.node not in known and tensor.node.application is None and tensor.node.kind is not Kind.CONSTANT:
            tensor.node.application = made


def _tensors(values: Iterable[Value]) -> list[Tensor]:
    return [held for value in values for held in within(value) if isinstance(held, Tensor)]


def layers_before(outputs: Value) -> list[Value]:
    """The layers that were called to make symbolic tensors, found from the outputs backwards."""
    found: dict[int, Value] = {}
    for node in ancestors([tensor.node for tensor in _tensors([outputs])]):
        if isinstance(node.application, Application):
            found.setdefault(id(node.application.layer), node.application.layer)
    return list(found.values())


def call_again(m: Machine, model: Model, given: Value, args: Arguments, node: cst.CSTNode) -> Value | None:
    """What a functional model gives for new inputs; None where the way from its inputs to its outputs is not known."""
    if model.inputs is None or model.outputs is None:
        return None
    pairs = _matched(model.inputs, given)
    outputs = [tensor.node for tensor in _tensors([model.outputs])]
    if pairs is None or not outputs or not _all_depend(outputs, {old.node for old, _ in pairs}):
        return None
    again = _Again(m, args, keras_symbols.is_keras_tensor(given), node)
    for old, new in pairs:
        again.give(old, new)
    return again.renew(model.outputs, outputs)


def _matched(inputs: Value, given: Value) -> list[tuple[Tensor, Value]] | None:
    """The symbolic inputs of a model, each with what is given for it; None where these do not go together."""
    if isinstance(inputs, Tensor):
        items = given.items if isinstance(given, Items) else ()
        only = items[0] if isinstance(items, tuple) and len(items) == 1 else given
        return [(inputs, only)] if not isinstance(only, (Dict, Choice)) else None
    held = elements(inputs)
    if not held or isinstance(inputs, Items) and not isinstance(inputs.items, tuple):
        return None
    if isinstance(given, Unknown):
        new: Sequence[Value] = [given] * len(held)
    elif isinstance(inputs, Dict) and isinstance(given, Dict) and inputs.state.keys() <= given.state.keys():
        new = [given.state[key] for key in inputs.state]
    elif isinstance(inputs, Items) and isinstance(given, Items) and isinstance(given.items, tuple):
        new = given.items
    else:
        new = [given]
    if len(new) != len(held):
        return None
    found: list[tuple[Tensor, Value]] = []
    for old, one in zip(held, new):
        matched = _matched(old, one) if isinstance(old, (Tensor, Items, Dict)) else None
        if matched is None:
            return None
        found += matched
    return found


def _all_depend(outputs: Sequence[Node], inputs: set[Node]) -> bool:
    return all(not inputs.isdisjoint(ancestors([output])) for output in outputs)


def unwrapped(m: Machine, outputs: Value) -> Value:
    """Outputs in the structure in which the model gives them: of a list of one, the one."""
    if not isinstance(outputs, Items):
        return outputs
    if not isinstance(outputs.items, tuple):
        return Unknown(join_nodes(m.nodes([outputs])))  # of one it would be no list
    only = len(outputs.items) == 1 and (outputs.kind == "list" or m.tables.keras >= 3)
    return outputs.items[0] if only else outputs


class _Again:
    """One call of a functional model: what the nodes of its symbolic tensors become."""

    def __init__(self, m: Machine, args: Arguments, keras: bool, node: cst.CSTNode) -> None:
        self._m = m
        self._keras = keras
        self._node = node
        self._place = m.place(node)
        self._training = args.keywords.get("training")
        self._new: dict[Node, Value | Node] = {}
        self._reruns: dict[int, bool] = {}
        self._batch: frozenset[int] = frozenset()

    def give(self, old: Tensor, new: Value) -> None:
        """``new`` is what the model gets for its symbolic input ``old``."""
        m = self._m
        if isinstance(new, Tensor) and new.dtype not in (INT, BOOL, STRING):
            self._new[old.node] = new
            self._batch |= new.open_axes & {0}
            return
        if isinstance(new, Unknown):
            self._new[old.node] = new
            return
        converted = old.dtype not in (INT, BOOL, STRING) and dtype_of(new) in (INT, BOOL, STRING)
        flow = Flow.INDEX if converted else Flow.FLOWS
        made = m.operation(self._node, [Edge(part, flow) for part in parts(m, [new])])
        if made.kind is Kind.CONSTANT:
            made = m.leaf(Kind.TENSOR, self._node)
        self._new[old.node] = m.tensor(made, old.dtype, rank=old.rank, keras=self._keras)

    def renew(self, outputs: Value, nodes: Sequence[Node]) -> Value | None:
        """The outputs for the new inputs; None where that costs too much."""
        stack, entered = list(nodes), set[Node]()
        count = self._m.memory(Repeated)
        while stack:
            node = stack[-1]
            if node in self._new:
                stack.pop()
                continue
            if node not in entered:
                entered.add(node)
                stack.extend(before for before in self._before(node) if before not in self._new)
                continue
            stack.pop()
            count.count += 1
            if count.count > MAX_REPEATED:
                return None
            self._renew(node)
        return unwrapped(self._m, changed(outputs, self._value))

    def _before(self, node: Node) -> list[Node]:
        application = self._rerun(node)
        if application is not None:
            return [tensor.node for tensor in application.tensors]
        return [edge.node for edge in node.edges]

    def _rerun(self, node: Node) -> Application | None:
        """The call of a layer to run again for this node; None where what was made is repeated."""
        application = node.application
        if not isinstance(application, Application):
            return None
        key = id(application)
        if key not in self._reruns:
            self._reruns[key] = _has_code(application.layer) and self._may_enter(application.layer)
        return application if self._reruns[key] else None

    def _may_enter(self, layer: Object | Instance) -> bool:
        m = self._m
        function = code_of(layer)
        if len(m.stack) >= MAX_DEPTH - 2:
            return False
        return not isinstance(function, Function) or m.entries[id(function.definition)] < MAX_RERUNS

    def _renew(self, node: Node) -> None:
        application = self._rerun(node)
        if application is not None:
            self._run(application)
            if node in self._new:
                return
        before = [self._node_of(edge.node) for edge in node.edges]
        if all(new is edge.node for new, edge in zip(before, node.edges)):
            self._new[node] = node
            return
        edges = [Edge(new, edge.flow, edge.fault) for new, edge in zip(before, node.edges)]
        self._new[node] = self._repeat(node, edges)

    def _repeat(self, node: Node, edges: Sequence[Edge]) -> Node:
        """The same operation on other inputs."""
        m = self._m
        if node.kind is Kind.JOIN and all(edge.fault is None for edge in edges):
            return join_nodes([edge.node for edge in edges], self._place)
        if node.kind is Kind.JOIN:
            return m.value_of(node, edges)
        if node.kind is Kind.OPAQUE:
            return m.opaque(self._node, [edge.node for edge in edges]).node
        made = m.operation_at(self._place, edges, additive=node.additive, linear=node.linear)
        if node.without_numbers:
            made.on = made.maybe = 0
            made.without_numbers = True
        if self._keras and isinstance(node.application, Application) and not _has_code(node.application.layer):
            made.application = node.application
        return made

    def _run(self, application: Application) -> None:
        """Run a layer's code again, and note what becomes of what it gave before."""
        given = application.arguments
        keywords = {name: changed(value, self._value) for name, value in given.keywords.items()}
        if self._training is not None and "training" not in keywords and isinstance(application.layer, Instance):
            keywords["training"] = self._training
        args = replace(
            given, positional=[changed(value, self._value) for value in given.positional], keywords=keywords,
            nodes=[], keyword_nodes={},
        )  # fmt: skip
        result = self._m.call(application.layer, args, self._node)
        self._pair(application.result, result)

    def _pair(self, old: Value, new: Value) -> None:
        if isinstance(old, Tensor):
            self._new.setdefault(old.node, new if node_of(new) is not None else self._m.opaque(self._node, [new]))
        elif isinstance(old, Items) and isinstance(new, Items) and len(elements(old)) == len(elements(new)):
            for one, other in zip(elements(old), elements(new)):
                self._pair(one, other)
        elif isinstance(old, Dict) and isinstance(new, Dict) and old.state.keys() == new.state.keys():
            for key, one in old.state.items():
                self._pair(one, new.state[key])
        else:
            unknown = self._m.opaque(self._node, [new])
            for tensor in _tensors([old]):
                self._new.setdefault(tensor.node, unknown)

    def _node_of(self, old: Node) -> Node:
        new = self._new.get(old, old)
        found = new if isinstance(new, Node) else node_of(new)
        return found if found is not None else old

    def _value(self, old: Value) -> Value:
        """What the model or a layer in it sees of a value of the time when it was made."""
        if isinstance(old, Unknown):
            new = self._new.get(old.node)
            return new if isinstance(new, Value) else Unknown(new) if new is not None else old
        if not isinstance(old, Tensor) or old.node not in self._new:
            return old
        new = self._new[old.node]
        if isinstance(new, Value):
            return new
        axes = old.open_axes if self._keras else self._batch
        return self._m.tensor(new, old.dtype, keras=self._keras, rank=old.rank, open_axes=axes)


def _has_code(layer: Object | Instance) -> bool:
    """Whether calling the layer runs code of the project, or a function that it was given."""
    return isinstance(layer, Instance) or isinstance(layer, Layer) and layer.function is not None


def code_of(layer: Object | Instance) -> Value | None:
    """The function that calling a layer runs."""
    if isinstance(layer, Instance):
        found = class_hierarchy.class_attribute(layer.cls, "call")
        return found if isinstance(found, Value) else None
    return layer.function if isinstance(layer, Layer) else None


