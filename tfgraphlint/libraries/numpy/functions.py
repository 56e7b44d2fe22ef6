"""NumPy, SciPy, scikit-learn and ``math`` applied to tensors: what leaves TensorFlow there."""

from __future__ import annotations

import contextlib

import libcst as cst

from tfgraphlint.facts.common import FaultKind
from tfgraphlint.interpret.core.arguments import Arguments
from tfgraphlint.interpret.core.events import HostValueDrawn, ValueRead
from tfgraphlint.interpret.core.leaving import leave
from tfgraphlint.interpret.core.machine import Machine
from tfgraphlint.interpret.core.objects import Constants, RandomGenerator, Shape
from tfgraphlint.interpret.core.operands import dtype_named, dtype_of, parts
from tfgraphlint.interpret.core.overlay import attributes, functions, methods
from tfgraphlint.interpret.core.provenance import Edge, Kind
from tfgraphlint.interpret.core.scopes import Class, Function
from tfgraphlint.interpret.core.structures import is_constant, within
from tfgraphlint.interpret.core.unknown_calls import unknown_call
from tfgraphlint.interpret.core.value import Const, Value
from tfgraphlint.interpret.core.values import (
    ANY,
    FLOAT,
    INT,
    Choice,
    Host,
    HostKind,
    Instance,
    Items,
    Object,
    Partial,
    Spread,
    Tensor,
    Variable,
    sequence,
)

TYPES = frozenset({"numpy.float32", "numpy.float64", "numpy.int32", "numpy.int64", "numpy.float16", "numpy.bool_"})
NO_DRAWS = frozenset({"seed", "default_rng", "RandomState", "Generator", "set_state", "get_state", "SeedSequence"})
LISTS = frozenset({"numpy.split", "numpy.array_split", "numpy.meshgrid", "numpy.gradient", "numpy.unravel_index"})
TUPLES = {"numpy.linalg.svd": 3, "numpy.linalg.eigh": 2, "numpy.linalg.eig": 2, "numpy.linalg.qr": 2}


def call(m: Machine, name: str, args: Arguments, node: cst.CSTNode) -> Value:
    """The result of a NumPy function: an array; a gradient does not come through it."""
    values = [value for value in args.all() if not isinstance(value, Shape)]  # which is made of numbers
    if name.startswith("numpy.random.") and name.rpartition(".")[2] not in NO_DRAWS:
        m.tell(HostValueDrawn(node, name))
    modelled = functions.call(m, name, args, node)
    if modelled is not None:
        return modelled
    if any(map(_is_foreign, values)):
        return unknown_call(m, [], args, node)
    if name.startswith("sklearn.") and not _tensors(values):
        return unknown_call(m, [], args, node)
    if all(is_constant(value) for value in values):
        return _made(m, name, args, node)
    kind: HostKind = "scalar" if name.startswith(("math.", "cmath.")) else "array"
    fault = FaultKind.PYTHON_SCALAR if kind == "scalar" else FaultKind.NUMPY_CALL
    dtype = dtype_named(args.keywords.get("dtype"))
    result = leave(m, node, values, fault, name, kind, dtype)
    if name in LISTS:
        return Items("list", {Items.items: Spread(result)})
    if name in TUPLES:
        return sequence("tuple", [result] * TUPLES[name])
    return result


@functions.handles("numpy.finfo", "numpy.iinfo")
def _constants(m: Machine, name: str, args: Arguments, node: cst.CSTNode) -> Value:
    return Constants(name, m.leaf(Kind.CONSTANT, node))


@attributes.handles(Constants)
def _constant(m: Machine, value: Constants, name: str, node: cst.CSTNode) -> Value:
    return Host(m.leaf(Kind.CONSTANT, node), "scalar", FLOAT)


@functions.handles("numpy.array_equal")
def _array_equal(m: Machine, name: str, args: Arguments, node: cst.CSTNode) -> Value:
    m.tell(ValueRead(node, args.all(), FaultKind.NUMPY_CALL, name))
    return _static(m, name, args, node)


@functions.handles("numpy.isscalar", "numpy.shape", "numpy.ndim", "numpy.size", "numpy.iscomplexobj",
                   "numpy.isrealobj")
def _static(m: Machine, name: str, args: Arguments, node: cst.CSTNode) -> Value:
    """What does not depend on the numbers."""
    return Host(m.leaf(Kind.CONSTANT, node), "scalar", INT)


@functions.handles("numpy.zeros_like", "numpy.ones_like", "numpy.full_like", "numpy.empty_like")
def _like(m: Machine, name: str, args: Arguments, node: cst.CSTNode) -> Value:
    given = args.all()
    return Host(m.leaf(Kind.CONSTANT, node), "array", dtype_of(given[0]) if given else ANY)


@functions.handles("numpy.flip", "math.prod")
def _reversed(m: Machine, name: str, args: Arguments, node: cst.CSTNode) -> Value | None:
    """What works on tensors by their own operators gives tensors."""
    given = args.all()
    if not given or not isinstance(given[0], (Tensor, Variable)) or any(map(_is_foreign, given)):
        return None
    return m.tensor(m.operation(node, [Edge(part) for part in parts(m, given[:1])]), dtype_of(given[0]))


def _is_foreign(value: Value) -> bool:
    """Whether nobody knows what a function of NumPy does with the value."""
    return isinstance(value, (Instance, Object, Function, Class, Partial))


def _tensors(values: list[Value]) -> bool:
    return any(isinstance(held, (Tensor, Variable)) for value in values for held in within(value))


def _made(m: Machine, name: str, args: Arguments, node: cst.CSTNode) -> Value:
    """An array made of constants."""
    made = m.leaf(Kind.CONSTANT, node)
    dtype = dtype_named(args.keywords.get("dtype"))
    if dtype == ANY:
        dtype = _natural_dtype(name, args)
    kind: HostKind = "scalar" if name.startswith("math.") or name in TYPES or _draws_one(name, args) else "array"
    result = Host(made, kind, dtype)
    if name in LISTS:
        return Items("list", {Items.items: Spread(result)})
    if name in TUPLES:
        return sequence("tuple", [result] * TUPLES[name])
    if name.startswith("numpy.random.default_rng") or name.endswith("RandomState"):
        seed = args.get(0, "seed")
        seeded = isinstance(seed, Const) and seed.value is not None
        return RandomGenerator(name, made, {RandomGenerator.seeded: seeded})
    return result


# How many arguments a draw takes before its size: without one it gives a number of Python.
BEFORE_SIZE = {"rand": 0, "randn": 0, "random": 0, "random_sample": 0, "standard_normal": 0, "normal": 2, "uniform": 2,
               "randint": 2}


def _draws_one(name: str, args: Arguments) -> bool:
    before = BEFORE_SIZE.get(name.removeprefix("numpy.random."))
    return before is not None and args.certain and len(args.positional) <= before and "size" not in args.keywords


def _natural_dtype(name: str, args: Arguments) -> str:
    short = name.rpartition(".")[2]
    if short in ("zeros", "ones", "empty", "linspace", "rand", "randn", "normal", "uniform", "random", "eye",
                 "identity", "float32", "float64", "random_sample", "standard_normal", "logspace"):
        return FLOAT
    if short in ("randint", "int32", "int64", "argmax", "argmin", "argsort", "permutation"):
        return INT
    if short in ("array", "asarray", "full", "arange", "expand_dims", "reshape", "stack", "concatenate"):
        values = args.positional[1:2] if short == "full" else args.positional
        kinds = {dtype_of(value) for value in values if not isinstance(value, Choice)}
        if FLOAT in kinds:
            return FLOAT
        if kinds == {INT} and short in ("array", "asarray", "full", "arange"):
            return INT
    return ANY


@methods.handles(RandomGenerator)
def _random_array(m: Machine, value: RandomGenerator, name: str, args: Arguments, node: cst.CSTNode) -> Value:
    """``np.random.default_rng().normal(...)``."""
    again = bool(value.seeded and m.graphs and value.node.number > m.graphs[0])
    with m.mute() if again else contextlib.nullcontext():  # made anew where it is used, it always gives the same
        return call(m, f"numpy.random.{name}", args, node)
