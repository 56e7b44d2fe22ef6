"""Builtins and the standard library on objects: attributes, types, named tuples, partial functions."""

from __future__ import annotations

import libcst as cst

from tfgraphlint.facts.common import Mode
from tfgraphlint.interpret.core import keras_symbols, texts
from tfgraphlint.interpret.core.arguments import Arguments
from tfgraphlint.interpret.core.joins import join
from tfgraphlint.interpret.core.machine import Machine
from tfgraphlint.interpret.core.objects import NamedTupleType
from tfgraphlint.interpret.core.overlay import functions
from tfgraphlint.interpret.core.provenance import Kind
from tfgraphlint.interpret.core.structures import elements
from tfgraphlint.interpret.core.unknown_calls import unknown_call
from tfgraphlint.interpret.core.value import Const, Value
from tfgraphlint.interpret.core.values import (
    BOOL,
    Dict,
    Host,
    Instance,
    Items,
    Library,
    Partial,
    Tensor,
    Unknown,
    Variable,
)
from tfgraphlint.interpret.python import attributes
from tfgraphlint.libraries.python.numbers import number


@functions.handles("builtins.str", "builtins.repr", "builtins.format", "builtins.type", "builtins.id", "builtins.hash",
                   "builtins.chr", "builtins.ord", "builtins.hex", "builtins.callable",
                   "builtins.issubclass", "builtins.any", "builtins.all", "builtins.input", "builtins.open_")
def _text(m: Machine, name: str, args: Arguments, node: cst.CSTNode) -> Value:
    short = name.partition(".")[2]
    if short == "type" and len(args.positional) == 1:
        value = args.positional[0]
        return value.cls if isinstance(value, Instance) else m.opaque(node)
    if short in ("str", "repr", "format"):
        return texts.text(m, node, args.positional[:1])
    return number(m, node, BOOL)


@functions.handles("builtins.hasattr")
def _hasattr(m: Machine, name: str, args: Arguments, node: cst.CSTNode) -> Value:
    """Certain for functions of a library that the tables know, and for the method that tensors of a graph lack."""
    owner, wanted = args.positional if len(args.positional) == 2 else (None, None)
    if isinstance(wanted, Const) and isinstance(wanted.value, str):
        if isinstance(owner, Tensor) and wanted.value == "numpy" and m.mode is not Mode.UNKNOWN:
            return Const(not owner.symbolic)
        if isinstance(owner, Library) and m.tables.function(m.tables.canonical(f"{owner.name}.{wanted.value}")):
            return Const(True)
    return number(m, node, BOOL)


@functions.handles("builtins.isinstance")
def _isinstance(m: Machine, name: str, args: Arguments, node: cst.CSTNode) -> Value:
    if len(args.positional) == 2:
        known = is_instance(m, args.positional[0], args.positional[1])
        if known is not None:
            return Const(known)
    return number(m, node, BOOL)


def is_instance(m: Machine, value: Value, cls: Value) -> bool | None:
    """``isinstance(value, cls)`` where that is certain."""
    if isinstance(cls, Items):
        found = [is_instance(m, value, item) for item in elements(cls)]
        return True if True in found else (False if found and all(f is False for f in found) else None)
    name = cls.name if isinstance(cls, Library) else ""
    kinds: dict[str, type[Value] | tuple[type[Value], ...]] = {
        "tensorflow.Tensor": Tensor, "tensorflow.Variable": Variable, "numpy.ndarray": Host,
        "builtins.list": Items, "builtins.tuple": Items, "builtins.dict": Dict,
    }
    if name not in kinds or isinstance(value, (Unknown, Instance)) or type(value).__name__ == "Choice":
        return None
    if isinstance(value, Tensor) and value.keras:
        return False if keras_symbols.have_no_value(m) else None  # it is a ``keras.KerasTensor``
    if isinstance(value, Items):
        return value.kind == name.partition(".")[2] if name.startswith("builtins.") else False
    if isinstance(value, Host) and value.kind != "array":
        return None
    return isinstance(value, kinds[name])


@functions.handles("builtins.getattr")
def _getattr(m: Machine, name: str, args: Arguments, node: cst.CSTNode) -> Value | None:
    if len(args.positional) >= 2 and isinstance(args.positional[1], Const):
        if isinstance(args.positional[1].value, str):
            found = attributes.get(m, args.positional[0], args.positional[1].value, node)
            return join([found, args.positional[2]]) if len(args.positional) > 2 else found
    return None


@functions.handles("builtins.vars")
def _vars(m: Machine, name: str, args: Arguments, node: cst.CSTNode) -> Value | None:
    value = args.positional[0] if len(args.positional) == 1 else None
    return attributes.attributes_of(m, value, node) if isinstance(value, Instance) else None


@functions.handles("builtins.setattr")
def _setattr(m: Machine, name: str, args: Arguments, node: cst.CSTNode) -> Value | None:
    if len(args.positional) == 3 and isinstance(args.positional[1], Const):
        if isinstance(args.positional[1].value, str):
            attributes.set_attribute(m, args.positional[0], args.positional[1].value, args.positional[2], node)
            return Const(None)
    return None


@functions.handles("collections.namedtuple")
def _namedtuple(m: Machine, name: str, args: Arguments, node: cst.CSTNode) -> Value | None:
    """A class of tuples whose elements have these names."""
    fields = args.get(1, "field_names")
    if isinstance(fields, Const) and isinstance(fields.value, str):
        names = fields.value.replace(",", " ").split()
    elif isinstance(fields, Items) and all(isinstance(item, Const) for item in elements(fields)):
        names = [item.value for item in elements(fields) if isinstance(item, Const)]
    else:
        return None
    return NamedTupleType(name, m.leaf(Kind.CONSTANT, node), {NamedTupleType.fields: tuple(names)})


def named_tuple(m: Machine, value: NamedTupleType, args: Arguments, node: cst.CSTNode) -> Value:
    """What calling such a class makes."""
    fields = value.fields
    given = [args.get(index, name) for index, name in enumerate(fields)]
    if not args.certain or None in given:
        return unknown_call(m, [value], args, node)
    return Items("tuple", {Items.items: tuple(given), Items.fields: fields})


@functions.handles("functools.partial")
def _partial(m: Machine, name: str, args: Arguments, node: cst.CSTNode) -> Value | None:
    if not args.positional or not args.certain:
        return None
    return Partial(args.positional[0], tuple(args.positional[1:]), dict(args.keywords))


@functions.handles("typing.cast")
def _typing_cast(m: Machine, name: str, args: Arguments, node: cst.CSTNode) -> Value | None:
    return args.positional[1] if len(args.positional) == 2 else None
