"""Classes of the project: definition, instances, inheritance, ``super()``."""

from __future__ import annotations

import libcst as cst

from tfgraphlint.interpret.core.arguments import Arguments
from tfgraphlint.interpret.core.class_hierarchy import bases_known, bind_method, class_attribute, kind_of, library_base
from tfgraphlint.interpret.core.events import EntryRead, LayerMade
from tfgraphlint.interpret.core.machine import Machine
from tfgraphlint.interpret.core.objects import Loss, Metric, Network
from tfgraphlint.interpret.core.provenance import Edge, Flow, Kind
from tfgraphlint.interpret.core.scopes import Class, Frame, Function
from tfgraphlint.interpret.core.store import MISSING
from tfgraphlint.interpret.core.structures import within
from tfgraphlint.interpret.core.unknown_calls import unknown_call
from tfgraphlint.interpret.core.value import Const, Value
from tfgraphlint.interpret.core.values import Instance, Method, Super, Unknown


def define_class(m: Machine, node: cst.ClassDef) -> Value:
    """The class that a ``class`` statement binds."""
    bases = tuple(m.evaluate(arg.value) for arg in node.bases)
    for keyword in node.keywords:
        m.evaluate(keyword.value)
    outer = m.frame
    cls = Class(node, outer.scope, bases, {})
    parent = outer if outer.function is not None or outer.parent is not None else None
    frame = Frame(outer.scope, cls.state, parent, outer.function)
    frame.marks = outer.marks
    m.frame = frame
    try:
        m.execute(node.body)
    finally:
        m.frame = outer
    for value in list(cls.state.values()):
        _own(m, value, cls, parent)
    made: Value = cls
    for decorator in reversed(node.decorators):
        made = m.libraries.decorate_class(m, m.evaluate(decorator.decorator), made)
    return made


def _own(m: Machine, value: object, cls: Class, closure: Frame | None) -> None:
    """Tell a function that it is a method, and that the class body is no scope for it."""
    if not isinstance(value, Value):
        return
    for held in within(value):
        if isinstance(held, Function) and held.owner is None and held.scope is cls.scope:
            held.owner = cls
            held.closure = closure


def instantiate(m: Machine, cls: Class, args: Arguments, node: cst.CSTNode) -> Value:
    """``Cls(...)``: a new instance, its ``__init__`` run."""
    instance = Instance(cls, m.leaf(Kind.OPAQUE, node))
    if issubclass(kind_of(m, cls), Network):
        instance.node = m.leaf(Kind.VARIABLE, node)
        instance.node.trainable = True
        m.tell(LayerMade(instance, cls.name, node))
    init = class_attribute(cls, "__init__")
    if isinstance(init, Function):
        m.call(Method(instance, init), args, node)
    elif not bases_known(cls):
        unknown_call(m, [], args, node)
    elif _is_record(cls):
        _fill_record(m, cls, instance, args)
    elif args.all():
        for name, value in args.keywords.items():
            m.store.write(instance.state, name, value)
        if issubclass(kind_of(m, cls), Network):
            m.libraries.call_method(m, Super(instance, cls), "__init__", args, node)
    return instance


def _is_record(cls: Class) -> bool:
    return bool(cls.is_dataclass) or library_base(cls) == "typing.NamedTuple"


def _fill_record(m: Machine, cls: Class, instance: Instance, args: Arguments) -> None:
    names = [
        statement.target.value
        for line in cls.definition.body.body
        if isinstance(line, cst.SimpleStatementLine)
        for statement in line.body
        if isinstance(statement, cst.AnnAssign) and isinstance(statement.target, cst.Name)
    ]
    for index, name in enumerate(names):
        value = args.get(index, name)
        if value is not None:
            m.store.write(instance.state, name, value)


def call_instance(m: Machine, instance: Instance, args: Arguments, node: cst.CSTNode) -> Value:
    """``instance(...)``: its ``__call__``, or for Keras layers and models the ``call`` of the class."""
    method = class_attribute(instance.cls, "__call__")
    if isinstance(method, Value):
        return m.call(_bound(instance, method), args, node)
    kind = kind_of(m, instance.cls)
    if issubclass(kind, (Network, Loss, Metric)):
        return m.libraries.call_instance(m, instance, kind, args, node)
    return unknown_call(m, [instance], args, node)


def _bound(instance: Instance, method: Value) -> Value:
    return bind_method(instance, method)


def make_super(m: Machine, node: cst.Call) -> Value:
    """``super()`` inside a method, or ``super(Class, self)``."""
    owner = m.frame.owner
    if len(node.args) == 2:
        named = m.evaluate(node.args[0].value)
        owner = named if isinstance(named, Class) else owner
        instance: Value = m.evaluate(node.args[1].value)
    else:
        instance = _first_parameter(m)
    if isinstance(owner, Class) and isinstance(instance, (Instance, Class)):
        return Super(instance, owner)
    return m.opaque(node, [instance])


def _first_parameter(m: Machine) -> Value:
    frame = m.frame
    while frame.parent is not None and (frame.function is None or frame.function.owner is None):
        frame = frame.parent
    function = frame.function
    if function is not None:
        params = function.definition.params
        names = [param.name.value for param in (*params.posonly_params, *params.params)]
        if names and isinstance(frame.names.get(names[0]), Value):
            return frame.names[names[0]]  # type: ignore[no-any-return]
    return Const(None)


def attribute_of(m: Machine, instance: Instance, name: str, node: cst.CSTNode) -> Value | None:
    """An attribute set on the instance or defined by its class; None where neither is."""
    held = instance.state.get(name, MISSING)
    if isinstance(held, Value):
        if m.tracing is not None and m.graphs and instance.node.number < m.graphs[0]:
            m.tell(EntryRead(instance.state, name, held, node))
        return held
    method = class_attribute(instance.cls, name)
    if method is not None:
        return _read_descriptor(m, instance, method, node)
    return None


def _read_descriptor(m: Machine, instance: Instance, value: Value, node: cst.CSTNode) -> Value:
    if isinstance(value, Function) and value.wrapper == "cached_property":
        held = m.call(Method(instance, value), Arguments([]), node)
        m.store.write(instance.state, value.name, held)
        return held
    if isinstance(value, Function) and value.wrapper == "property":
        return m.call(Method(instance, value), Arguments([]), node)
    return _bound(instance, value)


def fresh_attribute(m: Machine, instance: Instance, name: str, node: cst.CSTNode) -> Unknown:
    """An attribute that nothing we saw has set: unknown, but the same one each time."""
    made = m.leaf(Kind.OPAQUE, node)
    made.edges = (Edge(instance.node, Flow.UNKNOWN),)
    made.active = instance.node.active
    value = Unknown(made, external=True)
    m.store.write(instance.state, name, value)
    return value
