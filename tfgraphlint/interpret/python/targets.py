"""Assignment targets: names, attributes, items, and tuples of them."""

from __future__ import annotations

from collections.abc import Sequence

import libcst as cst

from tfgraphlint.facts.common import FaultKind
from tfgraphlint.interpret.core.events import EntryWritten, TensorItemSet
from tfgraphlint.interpret.core.frames import frame_of
from tfgraphlint.interpret.core.joins import join
from tfgraphlint.interpret.core.machine import Machine
from tfgraphlint.interpret.core.operands import parts
from tfgraphlint.interpret.core.provenance import Edge, Flow
from tfgraphlint.interpret.core.store import MISSING
from tfgraphlint.interpret.core.structures import is_constant
from tfgraphlint.interpret.core.value import Const, Value
from tfgraphlint.interpret.core.values import OTHER, Choice, Dict, Host, Items, Tensor, Unknown, Variable
from tfgraphlint.interpret.python.attributes import set_attribute
from tfgraphlint.interpret.python.containers import delete_item, set_element, set_entry
from tfgraphlint.interpret.python.iteration import parts_of
from tfgraphlint.interpret.python.names import bind_name
from tfgraphlint.interpret.python.subscripts import index_values


def item_assigned(
    m: Machine, value: Value, index: Sequence[Value | None], new: Value, target: cst.Subscript
) -> None:
    """``value[...] = new`` on something that is neither list nor dictionary."""
    if isinstance(value, (Tensor, Variable)):
        m.tell(TensorItemSet(value, index, target))
    elif isinstance(value, Host):
        stored(m, value, new, target)


def bind(m: Machine, target: cst.BaseExpression, value: Value) -> None:
    """Assign ``value`` to a name, attribute, item or to each part of a tuple or list."""
    if isinstance(target, cst.Name):
        bind_name(m, target.value, value)
    elif isinstance(target, (cst.Tuple, cst.List)):
        unpack(m, target, value)
    elif isinstance(target, cst.Attribute):
        set_attribute(m, m.evaluate(target.value), target.attr.value, value, target)
    elif isinstance(target, cst.Subscript):
        set_item(m, m.evaluate(target.value), index_values(m, target), value, target)
    elif isinstance(target, cst.StarredElement):
        bind(m, target.value, value)


def unpack(m: Machine, target: cst.Tuple | cst.List, value: Value) -> None:
    """``a, (b, *c) = value``."""
    elements = target.elements
    starred = [i for i, element in enumerate(elements) if isinstance(element, cst.StarredElement)]
    parts = parts_of(m, value, len(elements), target, exact=not starred)
    if starred and len(parts) >= len(elements) - 1:
        first, after = starred[0], len(elements) - starred[0] - 1
        middle = parts[first : len(parts) - after]
        rest = Items("list", {Items.items: tuple(middle)})
        parts = [*parts[:first], rest, *parts[len(parts) - after :]]
    for element, part in zip(elements, parts):
        bind(m, element.value, part)


def set_item(
    m: Machine, value: Value, index: list[Value | None], new: Value, target: cst.Subscript
) -> None:
    """``value[index] = new``."""
    only = index[0] if len(index) == 1 else None
    if isinstance(value, Dict):
        key = only.value if isinstance(only, Const) else OTHER
        try:
            if EntryWritten in m.awake:
                m.tell(EntryWritten(value.state, key, new, target))
            set_entry(m, value, only, new)
        except TypeError:
            m.store.write(value.state, OTHER, new)
    elif isinstance(value, Items):
        set_element(m, value, only, new)
    elif isinstance(value, Choice):
        for option in value.options:
            if isinstance(option, (Dict, Items)):
                old = join([new, *([option.state[OTHER]] if OTHER in option.state else [])])
                if isinstance(option, Dict):
                    m.store.write(option.state, OTHER, old)
    elif isinstance(value, Unknown) and isinstance(only, Const):
        m.store.write(value.attributes, ("[]", only.value), new)
    else:

        item_assigned(m, value, index, new, target)


def delete(m: Machine, target: cst.BaseExpression) -> None:
    """``del name``."""
    if isinstance(target, cst.Name):
        frame = frame_of(m, target.value)
        m.store.write(m.frame.scope.names if frame is None else frame.names, target.value, MISSING)
    elif isinstance(target, (cst.Tuple, cst.List)):
        for element in target.elements:
            delete(m, element.value)
    elif isinstance(target, cst.Subscript):
        value, index = m.evaluate(target.value), index_values(m, target)
        if isinstance(value, (Items, Dict)):
            delete_item(m, value, index[0] if len(index) == 1 else None)


def stored(m: Machine, value: Host, new: Value, target: cst.Subscript) -> None:
    """``array[i] = value``: from now on the array holds what the value was computed from."""
    if is_constant(new) or isinstance(new, Const):
        return

    fault = m.fault(FaultKind.NUMPY_CALL, target, "numpy.ndarray.__setitem__", m.frame.scope.tree.code(target))
    tensor = isinstance(new, (Tensor, Variable))
    edges = [Edge(value.node)]
    edges += [Edge(part, Flow.CUT if tensor else Flow.UNKNOWN, fault if tensor else None) for part in parts(m, [new])]
    bind(m, target.value, Host(m.operation(target, edges), "array", value.dtype))
