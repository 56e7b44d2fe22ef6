"""``tf.data``: datasets and the elements that a loop over them sees."""

from __future__ import annotations

from collections.abc import Sequence

import libcst as cst

from tfgraphlint.facts.common import Mode
from tfgraphlint.interpret.core import shapes, traces, unknown_calls
from tfgraphlint.interpret.core.arguments import Arguments
from tfgraphlint.interpret.core.events import MethodCalled
from tfgraphlint.interpret.core.machine import Machine, Running
from tfgraphlint.interpret.core.operands import dtype_of
from tfgraphlint.interpret.core.provenance import Kind
from tfgraphlint.interpret.core.scopes import Function
from tfgraphlint.interpret.core.structures import elements
from tfgraphlint.interpret.core.value import Const, Value
from tfgraphlint.interpret.core.values import (
    ANY,
    INT,
    Dict,
    Host,
    Items,
    Object,
    Partial,
    Spread,
    Tensor,
    TracedCallable,
    Unknown,
    Variable,
    sequence,
)

SAME = ("batch", "padded_batch", "shuffle", "repeat", "prefetch", "cache", "take", "skip", "shard", "unbatch",
        "with_options", "filter", "ragged_batch", "rebatch", "take_while", "snapshot", "apply_options", "concatenate",
        "as_numpy_iterator_", "get_single_element_")


def make(m: Machine, name: str, args: Arguments, node: cst.CSTNode) -> Object:
    """``tf.data.Dataset.from_tensor_slices(...)`` and the other makers."""
    cls = "tensorflow.compat.v1.data.Dataset" if name.startswith("tensorflow.compat.v1.") else "tensorflow.data.Dataset"
    made = Object(cls, m.leaf(Kind.OPAQUE, node), "dataset", made=m.place(node))
    kind = name.rpartition(".")[2]
    given = args.get(0, "tensors")
    if kind in ("from_tensor_slices", "from_tensors") and given is not None:
        made.state["element"] = as_tensors(m, given, node)
    elif kind == "from_generator":
        made_of = shapes.from_spec(m, args.keywords.get("output_signature"), node)
        if made_of:
            made.state["element"] = made_of
    elif kind == "range":
        made.state["element"] = m.tensor(m.leaf(Kind.TENSOR, node), INT)
    elif kind == "zip":
        columns = elements(given) if isinstance(given, Items) and len(args.positional) == 1 else args.positional
        made.state["element"] = sequence("tuple", [element(m, column, node) for column in columns])
    return made


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
    if isinstance(value, Object) and "element" in value.state:
        return fresh(m, value.state["element"], node)
    if isinstance(value, Object) and value.kind == "dataset":
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


def method(m: Machine, value: Object, name: str, args: Arguments, node: cst.CSTNode) -> Value:
    """``dataset.map(f)``, ``dataset.batch(n)`` and their kin."""
    m.tell(MethodCalled(value, name, args, node))
    made = Object(value.cls, m.leaf(Kind.OPAQUE, node), "dataset", dict(value.state), m.place(node))
    if name in ("map", "flat_map", "interleave") and args.positional or "map_func" in args.keywords:
        made.state.pop("element", None)
        made.state["traces"] = (*value.state.get("traces", ()), made.node)
        with traces.building(m, made.node):
            result = _mapped(m, value, args.get(0, "map_func"), node)
        if result is not None and name == "map":
            made.state["element"] = result
        return made
    if name == "filter" and args.positional:
        _mapped(m, value, args.positional[0], node)
        return made
    if name in ("reduce", "scan") and len(args.all()) == 2 and args.certain:
        return _reduced(m, value, args.all(), node)
    if name == "enumerate":
        number = m.tensor(m.leaf(Kind.TENSOR, node), INT)
        made.state["element"] = sequence("tuple", [number, element(m, value, node)])
        return made
    if name in ("__iter__", "make_one_shot_iterator", "make_initializable_iterator"):
        return made
    if name in ("get_next", "__next__", "get_single_element"):
        return element(m, value, node)
    if name == "as_numpy_iterator":
        host = Host(m.leaf(Kind.CONSTANT, node), "array")
        return Items("generator", {Items.items: Spread(as_host(m, value.state.get("element"), node) or host)})
    if name in ("cardinality", "__len__"):
        return m.tensor(m.leaf(Kind.TENSOR, node), INT)
    if name in ("element_spec",):
        return m.opaque(node)
    if name in ("batch", "padded_batch") and "element" in made.state:
        made.state["element"] = shapes.batched(made.state["element"], args)
        return made
    if name in ("unbatch", "ragged_batch", "rebatch") and "element" in made.state:
        made.state["element"] = shapes.unknown(made.state["element"])
        return made
    if name not in SAME:
        made.state.pop("element", None)
        unknown_calls.unknown_call(m, [value], args, node)
    return made


def as_host(m: Machine, value: object, node: cst.CSTNode) -> Value | None:
    """The same structure as NumPy arrays."""
    if isinstance(value, Items):
        return sequence(value.kind, [as_host(m, item, node) or m.opaque(node) for item in elements(value)])
    if isinstance(value, Tensor):
        return Host(m.leaf(Kind.CONSTANT, node), "array", value.dtype)
    return None


def _mapped(m: Machine, value: Object, function: Value | None, node: cst.CSTNode) -> Value | None:
    """What a function given to ``map`` returns: it is traced, on one element."""
    if not isinstance(function, (Function, Partial, TracedCallable)) and not hasattr(function, "function"):
        return None
    assert isinstance(function, Value)
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
            if "element" not in value.state:
                result = m.call(function, Arguments([], starred=m.tensor(m.leaf(Kind.TENSOR, node))), node)
            else:
                result = m.call(function, Arguments(list(items)), node)
    finally:
        m.record_on(mask)
    return _structure(m, result, node)


def _reduced(m: Machine, value: Object, given: Sequence[Value], node: cst.CSTNode) -> Value:
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


