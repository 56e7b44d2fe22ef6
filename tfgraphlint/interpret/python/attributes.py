"""Attributes: ``value.name`` read and written."""

from __future__ import annotations

from collections.abc import Hashable

import libcst as cst

from tfgraphlint.interpret.core import arguments, class_hierarchy
from tfgraphlint.interpret.core.class_hierarchy import bind_method
from tfgraphlint.interpret.core.events import AttributeSet, EntryWritten, LibraryAttributeRead
from tfgraphlint.interpret.core.joins import join
from tfgraphlint.interpret.core.machine import Machine
from tfgraphlint.interpret.core.objects import Shape
from tfgraphlint.interpret.core.operands import part_of_unknown, read
from tfgraphlint.interpret.core.provenance import Edge, Flow, Kind, Node
from tfgraphlint.interpret.core.scopes import Class, Function
from tfgraphlint.interpret.core.store import MISSING
from tfgraphlint.interpret.core.value import Const, Value
from tfgraphlint.interpret.core.values import (
    ANY,
    ELEMENT,
    INT,
    STRING,
    Choice,
    Dict,
    Host,
    Instance,
    Items,
    Library,
    LibraryMethod,
    Method,
    Module,
    Object,
    Super,
    Tape,
    Tensor,
    TracedCallable,
    Unknown,
    Variable,
    Weights,
)
from tfgraphlint.interpret.python import classes
from tfgraphlint.interpret.python.library_names import constant
from tfgraphlint.interpret.python.modules import member
from tfgraphlint.libraries.words import ARRAY_VIEWS, KNOWN_METHODS, PYTHON_ATTRIBUTES, WEIGHT_LISTS

# Attributes that list variables, of whatever has them.
LISTS_OF_UNKNOWN = WEIGHT_LISTS | {"_trainable_variables", "trainable_params", "global_variables"}


def get(m: Machine, value: Value, name: str, node: cst.CSTNode) -> Value:
    """``value.name``; unknown where nothing is known of it."""
    found = find(m, value, name, node)
    return found if found is not None else m.opaque(node, [value])


def find(m: Machine, value: Value, name: str, node: cst.CSTNode) -> Value | None:
    """``value.name``, or None where it is not known to exist."""
    match value:
        case Choice():
            with m.one_of_several():
                return join([get(m, option, name, node) for option in value.options])
        case Library():
            return _library_name(m, value, name)
        case Module():
            return member(m, value.scope, name, node)
        case Instance():
            return _instance(m, value, name, node)
        case Class():
            return _class(m, value, name, node)
        case Super():
            return _super(m, value, name, node)
        case Tensor() | Variable():
            return _tensor(m, value, name, node)
        case Host():
            return _host(m, value, name, node)
        case Unknown():
            return _unknown(m, value, name, node)
        case Object():
            return _object(m, value, name, node)
        case Weights() if value.which == ELEMENT and name == "value":
            return Weights(value.owner, ELEMENT, value.unbuilt, plain=True)
        case Function() | Method() | TracedCallable() if name == "__wrapped__" or name == "python_function":
            return value.inner if isinstance(value, TracedCallable) else value
        case Items() if name in value.fields:
            items = value.items
            return items[value.fields.index(name)] if isinstance(items, tuple) else items.element
        case Items() | Dict() | Tape() | Weights() | Const() | Function() | Method() | TracedCallable():
            return LibraryMethod(value, name)
    return None


def _library_name(m: Machine, value: Library, name: str) -> Value:
    full = m.tables.canonical(f"{value.name}.{name}")
    return constant(m, full) or Library(full)


def attributes_of(m: Machine, value: Instance, node: cst.CSTNode) -> Value:
    """``vars(value)``: what is written to it is written to the object."""
    whole = all(isinstance(key, str) and isinstance(held, Value) for key, held in value.state.items())
    return Dict(value.state) if whole else m.opaque(node, [value])


def _instance(m: Machine, value: Instance, name: str, node: cst.CSTNode) -> Value | None:
    found = classes.attribute_of(m, value, name, node)
    if found is not None:
        return found
    if name == "__class__":
        return value.cls
    if name == "__dict__":
        return attributes_of(m, value, node)

    m.tell(LibraryAttributeRead(value, name, node))
    inherited = m.libraries.inherited_attribute(m, value, name, node)
    if inherited is not None:
        return inherited
    if name.startswith("__"):
        return None
    return classes.fresh_attribute(m, value, name, node)


def _class(m: Machine, value: Class, name: str, node: cst.CSTNode) -> Value | None:
    found = class_hierarchy.class_attribute(value, name)
    if isinstance(found, Function) and found.wrapper == "classmethod":
        return Method(value, found)
    if found is not None:
        return found
    if name == "__name__":
        return Const(value.name)
    return None


def _super(m: Machine, value: Super, name: str, node: cst.CSTNode) -> Value | None:
    cls = value.instance.cls if isinstance(value.instance, Instance) else value.instance
    found = class_hierarchy.class_attribute(cls, name, after=value.cls)
    if found is not None:
        if isinstance(found, Function) and found.wrapper in ("property", "cached_property"):
            return m.call(Method(value.instance, found), arguments.Arguments([]), node)
        return bind_method(value.instance, found)

    return m.libraries.super_attribute(m, value, name, node)


def _tensor(m: Machine, value: Tensor | Variable, name: str, node: cst.CSTNode) -> Value:
    if name in PYTHON_ATTRIBUTES:
        return static(m, value, name, node)
    if name == "trainable" and isinstance(value, Variable):
        return Const(value.trainable) if value.trainable is not None else m.external(node)
    if name in ("T", "real", "imag", "mT"):
        return m.tensor(m.operation(node, [Edge(_node(m, value))]), value.dtype)
    if name in ("values", "indices", "dense_shape", "flat_values"):
        return m.tensor(m.operation(node, [Edge(_node(m, value), Flow.UNKNOWN)]), ANY)
    return LibraryMethod(value, name)


def static(m: Machine, value: Value, name: str, node: cst.CSTNode) -> Value:
    """A property that does not depend on the numbers: shape, dtype, name."""
    made = m.leaf(Kind.CONSTANT, node)
    if name == "shape":
        return Shape("tensorflow.TensorShape", made, {Shape.of: value})
    return Host(made, "scalar", STRING if name in ("name", "device") else INT)


def _node(m: Machine, value: Tensor | Variable) -> Node:
    return read(m, value) if isinstance(value, Variable) else value.node


def _host(m: Machine, value: Host, name: str, node: cst.CSTNode) -> Value:
    if name in PYTHON_ATTRIBUTES:
        made = m.leaf(Kind.CONSTANT, node)
        return Host(made, "array" if name == "shape" else "scalar", INT)
    if name in ARRAY_VIEWS:
        return Host(m.operation(node, [Edge(value.node)]), value.kind, value.dtype)
    return LibraryMethod(value, name)


def _unknown(m: Machine, value: Unknown, name: str, node: cst.CSTNode) -> Value:
    if name in LISTS_OF_UNKNOWN:
        return Weights(value, name)
    if name in value.attributes:
        return value.attributes[name]  # type: ignore[no-any-return]
    if name in KNOWN_METHODS:
        return LibraryMethod(value, name)
    if name in ("shape", "dtype", "ndim"):
        return Unknown(m.leaf(Kind.CONSTANT, node))
    found = part_of_unknown(m, node, value)
    m.store.write(value.attributes, name, found)
    return found


def _object(m: Machine, value: Object, name: str, node: cst.CSTNode) -> Value:
    held = value.state.get(value.key(name), MISSING)
    if isinstance(held, Value):
        return held

    m.tell(LibraryAttributeRead(value, name, node))
    found = m.libraries.object_attribute(m, value, name, node)
    return found if found is not None else LibraryMethod(value, name)


def set_attribute(m: Machine, value: Value, name: str, new: Value, node: cst.CSTNode) -> None:
    """``value.name = new``."""
    m.tell(AttributeSet(value, name, new, node))
    match value:
        case Choice():
            for option in value.options:
                held = option.state.get(_key(option, name)) if isinstance(option, (Instance, Object)) else None
                set_attribute(m, option, name, join([held, new]) if isinstance(held, Value) else new, node)
        case Instance():
            setter = class_hierarchy.class_attribute(value.cls, f"{name}.setter")
            if isinstance(setter, Function):
                m.call(Method(value, setter), arguments.Arguments([new]), node)
            elif isinstance(class_hierarchy.class_attribute(value.cls, "__setattr__"), Function):
                m.store.write(value.state, name, m.opaque(node, [value, new]))
            else:
                if EntryWritten in m.awake:
                    m.tell(EntryWritten(value.state, name, new, node))
                m.store.write(value.state, name, new)
        case Object():
            m.store.write(value.state, value.key(name), new)
        case Class():
            m.store.write(value.state, name, new)
        case Unknown():
            m.store.write(value.attributes, name, new)
        case Module():
            m.store.write(value.scope.names, name, new)


def _key(value: Instance | Object, name: str) -> Hashable:
    return value.key(name) if isinstance(value, Object) else name
