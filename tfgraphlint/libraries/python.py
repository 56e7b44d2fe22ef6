"""Builtins and the standard library on abstract values."""

from __future__ import annotations

import libcst as cst

from tfgraphlint.facts.common import FaultKind, Mode
from tfgraphlint.interpret.core import operands, texts
from tfgraphlint.interpret.core.arguments import Arguments
from tfgraphlint.interpret.core.autograph import is_converted
from tfgraphlint.interpret.core.events import BuiltinCalled, HostValueDrawn, IteratorAdvanced, Printed
from tfgraphlint.interpret.core.joins import join
from tfgraphlint.interpret.core.leaving import leave
from tfgraphlint.interpret.core.machine import Machine
from tfgraphlint.interpret.core.objects import Enumerate, Logger, NamedTupleType, Range, Zip
from tfgraphlint.interpret.core.provenance import Edge, Flow, Kind
from tfgraphlint.interpret.core.structures import elements, is_constant
from tfgraphlint.interpret.core.unknown_calls import unknown_call
from tfgraphlint.interpret.core.value import Const, Value
from tfgraphlint.interpret.core.values import (
    ANY,
    BOOL,
    FLOAT,
    INT,
    Dict,
    Host,
    Instance,
    Items,
    Library,
    Object,
    Partial,
    SequenceKind,
    Spread,
    Tensor,
    Unknown,
    Variable,
    Weights,
    sequence,
)
from tfgraphlint.interpret.python import attributes, operators
from tfgraphlint.interpret.python.iteration import element_of, turns_of
from tfgraphlint.libraries.handlers import Handlers

HANDLERS = Handlers()
handles = HANDLERS.handles


FROZEN = frozenset({
    "time.time", "time.perf_counter", "time.monotonic", "datetime.datetime.now", "datetime.datetime.utcnow",
    "uuid.uuid4",
})


def call(m: Machine, name: str, args: Arguments, node: cst.CSTNode) -> Value:
    """The result of calling a builtin or a function of the standard library."""
    if name in FROZEN or name.startswith("random.") and name not in ("random.seed", "random.Random"):
        m.tell(HostValueDrawn(node, name))
    if name.startswith("logging."):
        m.tell(Printed(node, args.all(), name))
    m.tell(BuiltinCalled(node, name, args.positional))
    handler = HANDLERS.get(name)
    if handler is not None:
        result = handler(m, name, args, node)
        if result is not None:
            return result
    if name.startswith(("random.", "time.", "datetime.", "os.", "uuid.")) and all(
        is_constant(value) for value in args.all()
    ):
        return Host(m.leaf(Kind.CONSTANT, node), "scalar", FLOAT if name.startswith(("random.", "time.")) else ANY)
    return unknown_call(m, [], args, node)


def _host(m: Machine, node: cst.CSTNode, dtype: str = ANY) -> Host:
    return Host(m.leaf(Kind.CONSTANT, node), "scalar", dtype)


@handles("builtins.float", "builtins.int", "builtins.bool", "builtins.complex")
def _scalar(m: Machine, name: str, args: Arguments, node: cst.CSTNode) -> Value | None:
    short = name.partition(".")[2]
    dtype = {"float": FLOAT, "int": INT, "bool": BOOL}.get(short, ANY)
    if not args.positional:
        return Const({"float": 0.0, "int": 0, "bool": False}.get(short, 0))
    value = args.positional[0]
    if isinstance(value, Const):
        try:
            return Const({"float": float, "int": int, "bool": bool, "complex": complex}[short](value.value))
        except (TypeError, ValueError, OverflowError):
            return _host(m, node, dtype)
    if isinstance(value, Host) and value.counts and short == "float":
        return Host(m.leaf(Kind.CONSTANT, node), "scalar", dtype, counts=True)
    if is_constant(value):
        return _host(m, node, dtype)
    if isinstance(value, Host):
        return Host(m.operation(node, [Edge(value.node)]), "scalar", dtype)
    if short in ("float", "int") and isinstance(value, (Tensor, Variable)) and is_converted(m):
        flow = Flow.FLOWS if short == "float" else Flow.UNKNOWN
        return m.tensor(m.operation(node, [Edge(part, flow) for part in operands.parts(m, [value])]), dtype)
    if m.mode is Mode.GRAPH and m.running.autograph and short in ("float", "int"):
        return Unknown(m.operation(node, [Edge(part, Flow.UNKNOWN) for part in operands.parts(m, [value])]))
    if isinstance(value, (Tensor, Variable, Unknown)):
        return leave(m, node, [value], FaultKind.PYTHON_SCALAR, name, "scalar", dtype)
    return None


@handles("builtins.abs")
def _abs(m: Machine, name: str, args: Arguments, node: cst.CSTNode) -> Value | None:
    value = args.positional[0] if args.positional else None
    if isinstance(value, Const) and isinstance(value.value, (int, float)):
        return Const(abs(value.value))
    if isinstance(value, (Tensor, Variable, Host, Unknown)):
        return operators.numeric(m, node, [value], Flow.FLOWS)
    return None


@handles("builtins.pow")
def _pow(m: Machine, name: str, args: Arguments, node: cst.CSTNode) -> Value | None:
    if len(args.positional) == 2:
        return operators.binary(m, node, "Power", *args.positional)
    return None


OPERATORS = {
    "add": "Add", "iadd": "Add", "sub": "Subtract", "isub": "Subtract", "mul": "Multiply", "imul": "Multiply",
    "truediv": "Divide", "itruediv": "Divide", "floordiv": "FloorDivide", "mod": "Modulo", "pow": "Power",
    "matmul": "MatrixMultiply",
}


@handles(*(f"operator.{name}" for name in OPERATORS))
def _operator(m: Machine, name: str, args: Arguments, node: cst.CSTNode) -> Value | None:
    """``operator.mul(a, b)``: what the operator does."""
    if len(args.positional) != 2 or not args.certain or args.keywords:
        return None
    return operators.binary(m, node, OPERATORS[name.partition(".")[2]], *args.positional)


@handles("operator.neg", "operator.pos", "operator.abs")
def _sign(m: Machine, name: str, args: Arguments, node: cst.CSTNode) -> Value | None:
    value = args.positional[0] if len(args.positional) == 1 else None
    if isinstance(value, (Tensor, Variable, Unknown)):
        return operators.numeric(m, node, [value], Flow.FLOWS)
    return None


@handles("builtins.sum")
def _sum(m: Machine, name: str, args: Arguments, node: cst.CSTNode) -> Value | None:
    if not args.positional:
        return None
    value = args.positional[0]
    start = args.get(1, "start") or Const(0)
    if isinstance(value, (Items, Dict)):
        total: Value = start
        for element in elements(value):
            total = operators.binary(m, node, "Add", total, element)
        return total
    return operators.binary(m, node, "Add", start, element_of(m, value, node))


SEQUENCES: dict[str, SequenceKind] = {"tuple": "tuple", "set": "set", "frozenset": "set"}


@handles("builtins.max", "builtins.min", "builtins.sorted", "builtins.reversed", "builtins.list", "builtins.tuple",
         "builtins.set", "builtins.iter", "builtins.frozenset", "collections.deque")
def _elements(m: Machine, name: str, args: Arguments, node: cst.CSTNode) -> Value | None:
    short = name.rpartition(".")[2]
    kind = SEQUENCES.get(short, "list")
    if not args.positional:
        return sequence(kind, ()) if not args.all() else Items(kind, {Items.items: Spread(m.opaque(node, args.all()))})
    value = args.positional[0]
    if short in ("max", "min"):
        return _extreme(m, args, node)
    if short == "list" and isinstance(value, Weights):
        return value
    if short in ("iter", "reversed", "sorted") and isinstance(value, (Tensor, Variable, Object)):
        return value if short == "iter" else None
    expression = node.args[0].value if isinstance(node, cst.Call) and node.args else None
    if expression is None:
        return None
    found, exact = turns_of(m, value, expression)
    full = short == "deque" and len(args.all()) > 1  # it may be, and lose an element for each one that comes
    if short in ("list", "tuple") and isinstance(value, Zip):
        held = tuple(found) if exact else Spread(join(list(found)))
        return Items(kind, {Items.items: held, Items.zipped: (value, held)})
    if exact and not full:
        items = list(found)
        if short == "reversed":
            items.reverse()
        if short == "sorted":
            return Items("list", {Items.items: Spread(join(items))}) if items else sequence("list", ())
        return sequence(kind, items)
    return Items(kind, {Items.items: Spread(join(list(found)))}) if found else sequence(kind, ())


def _extreme(m: Machine, args: Arguments, node: cst.CSTNode) -> Value | None:
    values = args.positional
    if all(isinstance(value, Const) for value in values):
        numbers = [value.value for value in values if isinstance(value, Const)]
        if len(numbers) > 1 and all(isinstance(number, (int, float)) for number in numbers):
            return _host(m, node, FLOAT if any(isinstance(n, float) for n in numbers) else INT)
    if len(values) > 1 and all(isinstance(value, (Const, Host)) and is_constant(value) for value in values):
        dtypes = {operands.dtype_of(value) for value in values}
        number = _host(m, node, FLOAT if FLOAT in dtypes else INT if dtypes == {INT} else ANY)
        number.counts = any(isinstance(value, Host) and value.counts for value in values)
        return number
    if len(values) > 1:
        return join(values)
    if isinstance(values[0], (Items, Dict)):
        held = elements(values[0])
        return join(held) if held else None
    return element_of(m, values[0], node)


@handles("builtins.len")
def _len(m: Machine, name: str, args: Arguments, node: cst.CSTNode) -> Value | None:
    value = args.positional[0] if args.positional else None
    if isinstance(value, Items) and isinstance(value.items, tuple):
        if not any(isinstance(item, Weights) for item in value.items):
            return Const(len(value.items))
    return _host(m, node, INT)


@handles("builtins.range")
def _range(m: Machine, name: str, args: Arguments, node: cst.CSTNode) -> Value:
    return Range(name, m.leaf(Kind.CONSTANT, node), {Range.bounds: sequence("tuple", args.positional)})


@handles("builtins.enumerate")
def _enumerate(m: Machine, name: str, args: Arguments, node: cst.CSTNode) -> Value | None:
    if not args.positional:
        return None
    return Enumerate(name, m.leaf(Kind.CONSTANT, node), {Enumerate.inner: args.positional[0]})


@handles("builtins.zip")
def _zip(m: Machine, name: str, args: Arguments, node: cst.CSTNode) -> Value:
    inner = sequence("tuple", args.positional)
    return Zip(name, m.leaf(Kind.CONSTANT, node), {Zip.inner: inner}, m.place(node))


@handles("builtins.map")
def _map(m: Machine, name: str, args: Arguments, node: cst.CSTNode) -> Value | None:
    if len(args.positional) != 2 or not isinstance(node, cst.Call):
        return None
    found, exact = turns_of(m, args.positional[1], node.args[1].value)
    results = [m.call(args.positional[0], Arguments([item]), node) for item in found]
    if exact:
        return sequence("list", results)
    return Items("list", {Items.items: Spread(join(results))}) if results else sequence("list", ())


@handles("builtins.next")
def _next(m: Machine, name: str, args: Arguments, node: cst.CSTNode) -> Value | None:
    if not args.positional:
        return None
    m.tell(IteratorAdvanced(node, args.positional[0]))
    if isinstance(args.positional[0], (Items, Object)) and isinstance(node, cst.Call):
        found, _ = turns_of(m, args.positional[0], node.args[0].value)
        return join(list(found)) if found else None
    return None


@handles("builtins.dict", "collections.OrderedDict")
def _dict(m: Machine, name: str, args: Arguments, node: cst.CSTNode) -> Value | None:
    state: dict[object, Value] = {}
    if args.positional:
        if not isinstance(args.positional[0], Dict):
            return None
        state.update(args.positional[0].state)
    state.update(args.keywords)
    return Dict(state) if args.certain else None


@handles("collections.defaultdict")
def _defaultdict(m: Machine, name: str, args: Arguments, node: cst.CSTNode) -> Value:
    return m.opaque(node)


@handles("builtins.str", "builtins.repr", "builtins.format", "builtins.type", "builtins.id", "builtins.hash",
         "builtins.chr", "builtins.ord", "builtins.hex", "builtins.callable",
         "builtins.issubclass", "builtins.any", "builtins.all", "builtins.input", "builtins.open_")
def _text(m: Machine, name: str, args: Arguments, node: cst.CSTNode) -> Value:
    short = name.partition(".")[2]
    if short == "type" and len(args.positional) == 1:
        value = args.positional[0]
        return value.cls if isinstance(value, Instance) else m.opaque(node)
    if short in ("str", "repr", "format"):
        return texts.text(m, node, args.positional[:1])
    return _host(m, node, BOOL)


@handles("builtins.hasattr")
def _hasattr(m: Machine, name: str, args: Arguments, node: cst.CSTNode) -> Value:
    """Certain for functions of a library that the tables know, and for the method that tensors of a graph lack."""
    owner, wanted = args.positional if len(args.positional) == 2 else (None, None)
    if isinstance(wanted, Const) and isinstance(wanted.value, str):
        if isinstance(owner, Tensor) and wanted.value == "numpy" and m.mode is not Mode.UNKNOWN:
            return Const(not owner.symbolic)
        if isinstance(owner, Library) and m.tables.function(m.tables.canonical(f"{owner.name}.{wanted.value}")):
            return Const(True)
    return _host(m, node, BOOL)


@handles("builtins.isinstance")
def _isinstance(m: Machine, name: str, args: Arguments, node: cst.CSTNode) -> Value:
    if len(args.positional) == 2:
        known = is_instance(args.positional[0], args.positional[1])
        if known is not None:
            return Const(known)
    return _host(m, node, BOOL)


def is_instance(value: Value, cls: Value) -> bool | None:
    """``isinstance(value, cls)`` where that is certain."""
    if isinstance(cls, Items):
        found = [is_instance(value, item) for item in elements(cls)]
        return True if True in found else (False if found and all(f is False for f in found) else None)
    name = cls.name if isinstance(cls, Library) else ""
    kinds: dict[str, type[Value] | tuple[type[Value], ...]] = {
        "tensorflow.Tensor": Tensor, "tensorflow.Variable": Variable, "numpy.ndarray": Host,
        "builtins.list": Items, "builtins.tuple": Items, "builtins.dict": Dict,
    }
    if name not in kinds or isinstance(value, (Unknown, Instance)) or type(value).__name__ == "Choice":
        return None
    if isinstance(value, Items):
        return value.kind == name.partition(".")[2] if name.startswith("builtins.") else False
    if isinstance(value, Host) and value.kind != "array":
        return None
    return isinstance(value, kinds[name])


@handles("builtins.print")
def _print(m: Machine, name: str, args: Arguments, node: cst.CSTNode) -> Value:
    m.tell(Printed(node, args.all(), name))
    return Const(None)


@handles("builtins.getattr")
def _getattr(m: Machine, name: str, args: Arguments, node: cst.CSTNode) -> Value | None:
    if len(args.positional) >= 2 and isinstance(args.positional[1], Const):
        if isinstance(args.positional[1].value, str):
            found = attributes.get(m, args.positional[0], args.positional[1].value, node)
            return join([found, args.positional[2]]) if len(args.positional) > 2 else found
    return None


@handles("builtins.vars")
def _vars(m: Machine, name: str, args: Arguments, node: cst.CSTNode) -> Value | None:
    value = args.positional[0] if len(args.positional) == 1 else None
    return attributes.attributes_of(m, value, node) if isinstance(value, Instance) else None


@handles("builtins.setattr")
def _setattr(m: Machine, name: str, args: Arguments, node: cst.CSTNode) -> Value | None:
    if len(args.positional) == 3 and isinstance(args.positional[1], Const):
        if isinstance(args.positional[1].value, str):
            attributes.set_attribute(m, args.positional[0], args.positional[1].value, args.positional[2], node)
            return Const(None)
    return None


@handles("builtins.round", "builtins.divmod")
def _round(m: Machine, name: str, args: Arguments, node: cst.CSTNode) -> Value | None:
    if args.positional and is_constant(args.positional[0]):
        return _host(m, node, FLOAT)
    if name.endswith("round") and args.positional and isinstance(args.positional[0], Host):
        return operators.numeric(m, node, [args.positional[0]], Flow.FLOWS)
    return None


@handles("collections.namedtuple")
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


@handles("functools.partial")
def _partial(m: Machine, name: str, args: Arguments, node: cst.CSTNode) -> Value | None:
    if not args.positional or not args.certain:
        return None
    return Partial(args.positional[0], tuple(args.positional[1:]), dict(args.keywords))


@handles("functools.reduce")
def _reduce(m: Machine, name: str, args: Arguments, node: cst.CSTNode) -> Value | None:
    if len(args.positional) < 2:
        return None
    function, value = args.positional[:2]
    held = elements(value) if isinstance(value, Items) else [element_of(m, value, node)] * 2
    if not held:
        return None
    total = args.positional[2] if len(args.positional) > 2 else held[0]
    for element in held[0 if len(args.positional) > 2 else 1 :]:
        total = m.call(function, Arguments([total, element]), node)
    return total


@handles("copy.copy", "copy.deepcopy")
def _copy(m: Machine, name: str, args: Arguments, node: cst.CSTNode) -> Value | None:
    if not args.positional:
        return None
    value = args.positional[0]
    if isinstance(value, Items):
        return Items(value.kind, dict(value.state))
    if isinstance(value, Dict):
        return Dict(dict(value.state))
    return value if isinstance(value, (Tensor, Host, Const)) else None


@handles("typing.cast")
def _typing_cast(m: Machine, name: str, args: Arguments, node: cst.CSTNode) -> Value | None:
    return args.positional[1] if len(args.positional) == 2 else None


@handles("itertools.chain", "itertools.product", "itertools.islice", "itertools.chain.from_iterable")
def _chain(m: Machine, name: str, args: Arguments, node: cst.CSTNode) -> Value | None:
    if name == "itertools.chain":
        held = [item for value in args.positional for item in (elements(value) or [value])]
        return Items("list", {Items.items: Spread(join(held))}) if held else None
    return None


@handles("logging.getLogger")
def _logger(m: Machine, name: str, args: Arguments, node: cst.CSTNode) -> Value:
    return Logger("logging.Logger", m.leaf(Kind.CONSTANT, node))


@handles("builtins.exit", "builtins.quit", "sys.exit")
def _exit(m: Machine, name: str, args: Arguments, node: cst.CSTNode) -> Value:
    return Const(None)


