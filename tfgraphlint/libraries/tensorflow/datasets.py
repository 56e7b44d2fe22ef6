"""``tf.data``: datasets and the elements that a loop over them sees."""

from __future__ import annotations

from collections.abc import Sequence

import libcst as cst

from tfgraphlint.facts.common import Mode
from tfgraphlint.interpret.core import shapes, traces, unknown_calls
from tfgraphlint.interpret.core.arguments import Arguments
from tfgraphlint.interpret.core.machine import Machine, Running
from tfgraphlint.interpret.core.objects import Dataset
from tfgraphlint.interpret.core.operands import dtype_of
from tfgraphlint.interpret.core.overlay import methods
from tfgraphlint.interpret.core.provenance import Kind
from tfgraphlint.interpret.core.scopes import Function
from tfgraphlint.interpret.core.structures import elements
from tfgraphlint.interpret.core.value import Const, Value
from tfgraphlint.interpret.core.values import (
    ANY,
    INT,
    Dict,
    Host,
    Instance,
    Items,
    Library,
    Method,
    Object,
    Partial,
    Spread,
    Tensor,
    TracedCallable,
    Unknown,
    Variable,
    sequence,
)


def make(m: Machine, name: str, args: Arguments, node: cst.CSTNode) -> Dataset:
    """``tf.data.Dataset.from_tensor_slices(...)`` and the other makers."""
    cls = "tensorflow.compat.v1.data.Dataset" if name.startswith("tensorflow.compat.v1.") else "tensorflow.data.Dataset"
    made = m.leaf(Kind.OPAQUE, node)
    return Dataset(cls, made, {Dataset.element: _first_element(m, name.rpartition(".")[2], args, node)}, m.place(node))


def _first_element(m: Machine, maker: str, args: Arguments, node: cst.CSTNode) -> Value | None:
    """An element of the dataset that ``Dataset.maker(...)`` gives; None where it is not known."""
    given = args.get(0, "tensors")
    match maker:
        case "from_tensor_slices" | "from_tensors":
            return as_tensors(m, given, node) if given is not None else None
        case "from_generator":
            return shapes.from_spec(m, args.keywords.get("output_signature"), node)
        case "range":
            return m.tensor(m.leaf(Kind.TENSOR, node), INT)
        case "zip":
            columns = elements(given) if isinstance(given, Items) and len(args.positional) == 1 else args.positional
            return sequence("tuple", [element(m, column, node) for column in columns])
    return None


def as_tensors(m: Machine, value: Value, node: cst.CSTNode) -> Value:
    """Arrays given to a dataset, as the tensors that it gives back."""
    if isinstance(value, Items) and value.kind == "tuple" and isinstance(value.items, tuple):
        return sequence("tuple", [as_tensors(m, item, node) for item in value.items])
    if isinstance(value, Dict):
        return Dict({key: as_tensors(m, item, node) for key, item in value.state.items()})
    if isinstance(value, (Host, Const, Items, Tensor, Variable)):
        return Tensor(m.leaf(Kind.TENSOR, node), dtype_of(value))
    return Tensor(m.leaf(Kind.TENSOR, node), ANY)


def element(m: Machine, value: Value, node: cst.CSTNode) -> Value:
    """One element of a dataset, new in each turn."""
    if isinstance(value, Dataset) and value.element is not None:
        return fresh(m, value.element, node)
    if isinstance(value, Dataset):
        return Unknown(m.leaf(Kind.TENSOR, node))
    return m.opaque(node, [value])


def fresh(m: Machine, value: Value, node: cst.CSTNode) -> Value:
    """The same structure with new tensors."""
    if isinstance(value, Items):
        items = value.items
        if isinstance(items, tuple):
            return sequence(value.kind, [fresh(m, item, node) for item in items])
        return Items(value.kind, {Items.items: Spread(fresh(m, items.element, node))})
    if isinstance(value, Dict):
        return Dict({key: fresh(m, item, node) for key, item in value.state.items()})
    if isinstance(value, Tensor):
        axes = value.open_axes if m.mode is Mode.GRAPH else frozenset()
        return m.tensor(m.leaf(Kind.TENSOR, node), value.dtype, rank=value.rank, open_axes=axes)
    if isinstance(value, Unknown):
        return Unknown(m.leaf(Kind.TENSOR, node))
    return value


@methods.handles(Dataset, "map", "flat_map", "interleave")
def _map(m: Machine, value: Dataset, name: str, args: Arguments, node: cst.CSTNode) -> Value | None:
    if not args.positional and "map_func" not in args.keywords:
        return None
    made = m.leaf(Kind.OPAQUE, node)
    with traces.building(m, made):
        result = _mapped(m, value, args.get(0, "map_func"), node)
    given = result if name == "map" else None
    state = {**value.state, Dataset.traces: (*value.traces, made), Dataset.element: given}
    return Dataset(value.cls, made, state, m.place(node))


@methods.handles(Dataset, "filter")
def _filter(m: Machine, value: Dataset, name: str, args: Arguments, node: cst.CSTNode) -> Value:
    if args.positional:
        _mapped(m, value, args.positional[0], node)
    return _like(m, value, node, value.element)


@methods.handles(Dataset, "reduce", "scan")
def _reduce(m: Machine, value: Dataset, name: str, args: Arguments, node: cst.CSTNode) -> Value | None:
    return _reduced(m, value, args.all(), node) if len(args.all()) == 2 and args.certain else None


@methods.handles(Dataset, "enumerate")
def _enumerate(m: Machine, value: Dataset, name: str, args: Arguments, node: cst.CSTNode) -> Value:
    number = m.tensor(m.leaf(Kind.TENSOR, node), INT)
    return _like(m, value, node, sequence("tuple", [number, element(m, value, node)]))


@methods.handles(Dataset, "get_next", "__next__", "get_single_element")
def _next(m: Machine, value: Dataset, name: str, args: Arguments, node: cst.CSTNode) -> Value:
    return element(m, value, node)


@methods.handles(Dataset, "as_numpy_iterator")
def _as_numpy(m: Machine, value: Dataset, name: str, args: Arguments, node: cst.CSTNode) -> Value:
    host = Host(m.leaf(Kind.CONSTANT, node), "array")
    return Items("generator", {Items.items: Spread(as_host(m, value.element, node) or host)})


@methods.handles(Dataset, "cardinality", "__len__")
def _length(m: Machine, value: Dataset, name: str, args: Arguments, node: cst.CSTNode) -> Value:
    return m.tensor(m.leaf(Kind.TENSOR, node), INT)


@methods.handles(Dataset, "element_spec")
def _spec(m: Machine, value: Dataset, name: str, args: Arguments, node: cst.CSTNode) -> Value:
    return m.opaque(node)


@methods.handles(Dataset, "batch", "padded_batch")
def _batch(m: Machine, value: Dataset, name: str, args: Arguments, node: cst.CSTNode) -> Value:
    return _like(m, value, node, shapes.batched(value.element, args) if value.element is not None else None)


@methods.handles(Dataset, "unbatch", "ragged_batch", "rebatch")
def _rebatch(m: Machine, value: Dataset, name: str, args: Arguments, node: cst.CSTNode) -> Value:
    return _like(m, value, node, shapes.unknown(value.element) if value.element is not None else None)


@methods.handles(Dataset, "shuffle", "repeat", "prefetch", "cache", "take", "skip", "shard", "with_options",
                 "take_while", "snapshot", "apply_options", "concatenate", "__iter__", "make_one_shot_iterator",
                 "make_initializable_iterator")
def _same(m: Machine, value: Dataset, name: str, args: Arguments, node: cst.CSTNode) -> Value:
    return _like(m, value, node, value.element)


@methods.handles(Dataset)
def _other(m: Machine, value: Dataset, name: str, args: Arguments, node: cst.CSTNode) -> Value:
    made = _like(m, value, node, None)
    unknown_calls.unknown_call(m, [value], args, node)
    return made


def _like(m: Machine, value: Dataset, node: cst.CSTNode, given: Value | None) -> Dataset:
    """A dataset made from another one, which gives ``given``."""
    made = m.leaf(Kind.OPAQUE, node)
    return Dataset(value.cls, made, {**value.state, Dataset.element: given}, m.place(node))


def as_host(m: Machine, value: object, node: cst.CSTNode) -> Value | None:
    """The same structure as NumPy arrays."""
    if isinstance(value, Items):
        return sequence(value.kind, [as_host(m, item, node) or m.opaque(node) for item in elements(value)])
    if isinstance(value, Tensor):
        return Host(m.leaf(Kind.CONSTANT, node), "array", value.dtype)
    return None


CALLED = (Function, Method, Partial, TracedCallable, Instance, Object, Library)


def _mapped(m: Machine, value: Dataset, function: Value | None, node: cst.CSTNode) -> Value | None:
    """What a function given to ``map`` returns: it is traced, on one element."""
    if not isinstance(function, CALLED):
        return None
    running = Running(Mode.GRAPH, m.place(node), by="tensorflow.data.Dataset.map")
    mask = m.active
    m.record_on(0)
    try:
        with m.run_as(running), m.called_by(True):
            given = element(m, value, node)
            spread = given if isinstance(given, Items) and given.kind == "tuple" else None
            items = spread.items if spread is not None else (given,)
            if not isinstance(items, tuple):
                return None
            if value.element is None:
                result = m.call(function, Arguments([], starred=m.tensor(m.leaf(Kind.TENSOR, node))), node)
            else:
                result = m.call(function, Arguments(list(items)), node)
    finally:
        m.record_on(mask)
    return _structure(m, result, node)


def _reduced(m: Machine, value: Dataset, given: Sequence[Value], node: cst.CSTNode) -> Value:
    """``dataset.reduce(initial, f)``: the function is traced on the state and one element."""
    with m.run_as(Running(Mode.GRAPH, m.place(node), by="tensorflow.data.Dataset.reduce")), m.called_by(True):
        state = fresh(m, as_tensors(m, given[0], node), node)
        result = m.call(given[1], Arguments([state, element(m, value, node)]), node)
    return m.opaque(node, [*given, result])


def _structure(m: Machine, value: Value, node: cst.CSTNode) -> Value | None:
    if isinstance(value, Items) and isinstance(value.items, tuple):
        parts = [_structure(m, item, node) for item in value.items]
        return sequence("tuple", [part or Unknown(m.leaf(Kind.TENSOR, node)) for part in parts])
    if isinstance(value, Dict):
        return Dict({k: _structure(m, v, node) or m.opaque(node) for k, v in value.state.items()})
    if isinstance(value, Tensor):
        return Tensor(m.leaf(Kind.TENSOR, node), value.dtype, rank=value.rank, open_axes=value.open_axes)
    if isinstance(value, Unknown):
        return Unknown(m.leaf(Kind.TENSOR, node))
    return as_tensors(m, value, node) if isinstance(value, (Host, Const, Variable)) else None
