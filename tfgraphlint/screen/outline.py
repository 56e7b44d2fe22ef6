"""A file's functions from afar: what they name, which of them may be traced, and which of those show a symptom.

Most code that is traced is free of faults, and its syntax shows that none is possible. For a fault, a tensor has to
leave TensorFlow (``.numpy()``, ``float(x)``, ``np.sum(x)``), something has to happen only once (``self.steps += 1``,
``random.random()``) or a tensor has to serve as a Python value (``if x > 0:``). What may be a tensor is followed by
names: parameters, results of calls, and what is made of them.

This works on CPython's tree and sees too many symptoms rather than too few. The interpreter decides.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any, Union

# What has functions traced that it decorates or is given.
TRACERS = frozenset({
    "function", "map", "filter", "flat_map", "interleave", "scan", "map_fn", "vectorized_map", "foldl", "foldr",
    "while_loop", "cond", "compile", "custom_gradient", "recompute_grad", "get_concrete_function", "Lambda",
})
# What Keras traces, and what is called in traced code without being named there.
TRACED_METHODS = frozenset({
    "call", "__call__", "train_step", "test_step", "predict_step", "compute_loss", "update_state", "result",
})
RUN_ONCE = frozenset({"__init__", "build"})
HOST_MODULES = frozenset({
    "numpy", "scipy", "math", "logging", "warnings", "os", "sys", "json", "copy", "pandas", "matplotlib", "sklearn",
})
ONCE_MODULES = frozenset({"random", "time", "datetime", "uuid", "secrets"})
PUBLIC_MODULES = frozenset({
    "tensorflow", "keras", "tf_keras", "absl", "typing", "collections", "functools", "itertools", "abc", "dataclasses",
    "pytest", "contextlib", "enum", "re", "tensorflow_probability", "tensorflow_addons", "__future__", "operator",
})
HOST_METHODS = frozenset({"numpy", "tolist", "item", "get_value", "eval"})
TAKES_VALUES = frozenset({
    "print", "int", "float", "bool", "complex", "round", "sorted", "max", "min", "sum", "any", "all", "list", "tuple",
    "set", "enumerate", "len", "range", "iter", "divmod", "reversed", "format",
})
GIVES_PYTHON = frozenset({
    "int", "float", "bool", "complex", "str", "len", "isinstance", "hasattr", "callable", "issubclass", "type", "id",
    "range", "print", "super", "repr", "hash", "getattr", "next", "zip", "dict",
})
STATIC_ATTRIBUTES = frozenset({"shape", "dtype", "ndim", "rank", "name", "device", "get_shape", "as_list", "__class__"})
# Parts of TensorFlow's names whose functions give no tensors.
STATIC_PARTS = frozenset({
    "gfile", "config", "distribute", "dtypes", "executing_eagerly", "is_tensor", "TensorShape", "TensorSpec",
    "get_static_value", "logging", "feature_column", "as_dtype",
})
# What takes a shape that is open in part.
SHAPE_TAKERS = frozenset({
    "len", "print", "isinstance", "str", "format", "TensorShape", "TensorSpec", "set_shape", "ensure_shape", "info",
    "debug", "warning", "list", "tuple", "build", "compute_output_shape", "add_weight", "assertEqual", "type",
    "assertAllEqual", "assertSequenceEqual", "is_fully_defined", "assert_is_compatible_with", "as_list", "shape",
})
TRAINING = frozenset({"fit", "evaluate", "predict", "train_on_batch", "test_on_batch", "predict_on_batch"})
PASSIVE_PARTS = frozenset({
    "test", "io", "random", "summary", "debugging", "compat", "estimator", "initializers", "saved_model",
})
ADDING = frozenset({"append", "extend", "add", "update", "insert", "setdefault", "pop"})
# What makes variables: in traced code, anew for each call.
MAKERS = frozenset({"Variable", "get_variable", "add_weight"})
# Methods that make a new dataset of one, which as a statement are for nothing.
DATASET_METHODS = frozenset({
    "apply", "batch", "bucket_by_sequence_length", "cache", "concatenate", "enumerate", "filter",
    "filter_with_legacy_function", "flat_map", "group_by_window", "ignore_errors", "interleave", "map",
    "map_with_legacy_function", "padded_batch", "prefetch", "ragged_batch", "rebatch", "rejection_resample", "repeat",
    "scan", "shard", "shuffle", "skip", "snapshot", "sparse_batch", "take", "take_while", "unbatch", "unique",
    "window", "with_options",
})  # fmt: skip
DROPPED = frozenset({"write", "scatter", "unstack", "tensor_scatter_nd_update"})  # calls that are for nothing alone
MAKING_MODULES = frozenset({"layers", "optimizers", "metrics", "models", "keras"})
PYTHON_PARAMETERS = frozenset({"self", "cls", "is_training", "config", "mode", "name"})
# Functions of TensorFlow that take a type as second argument.
TAKE_TYPES = frozenset({
    "cast", "constant", "zeros", "ones", "convert_to_tensor", "decode_raw", "placeholder", "saturate_cast", "view_as",
    "TensorSpec", "FixedLenFeature", "VarLenFeature", "bitcast", "fill", "TensorArray", "string_to_number", "eye",
    "zeros_like", "ones_like", "Variable", "as_dtype", "FixedLenSequenceFeature", "to_number", "decode_png",
})
PYTHON_TYPES = frozenset({
    "int", "bool", "str", "float", "Text", "Optional", "Union", "Callable", "List", "Sequence", "Tuple", "Dict", "Type",
    "None", "typing", "list", "dict", "tuple", "collections", "abc", "bytes",
})

_TYPE = re.compile(r"(u?int|b?float|complex)\d+|bool|string")

# Functions of TensorFlow on one and on two tensors: what is passed beyond lands on ``name``.
ON_ONE = frozenset({
    "relu", "relu6", "elu", "selu", "softplus", "softsign", "round", "sqrt", "square", "exp", "log", "abs", "sign",
    "floor", "ceil", "tanh", "sigmoid", "sin", "cos", "negative", "rsqrt", "reciprocal", "log1p", "identity",
})
ON_TWO = frozenset({
    "logical_and", "logical_or", "add", "subtract", "multiply", "divide", "maximum", "minimum", "pow", "greater",
    "less", "equal", "not_equal", "greater_equal", "less_equal", "squared_difference", "atan2", "floormod",
})

Function = Union[ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda]


@dataclass
class Part:
    """A function, a class, a lambda or the module's top level: what is named in it and what is nested in it."""

    name: str
    outer: Part | None = None
    is_class: bool = False
    is_lambda: bool = False
    holds_weights: bool = False  # a class of Keras' layers or models
    traced: bool = False
    symptom: bool = False
    anywhere: bool = False  # has a symptom of what fails without being traced, too
    writes_items: bool = False  # of its parameters
    doubtful: bool = False  # a tensor is taken for a Python value
    operates: bool = False  # gives what may be a tensor to an operation of TensorFlow
    functional: bool = False  # makes inputs of a functional Keras model
    decorators: set[str] = field(default_factory=set)
    words: set[str] = field(default_factory=set)
    own: set[str] = field(default_factory=set)  # parameters, and the names that it binds
    parameters: set[str] = field(default_factory=set)
    tensors: set[str] = field(default_factory=set)  # of these, what may be a tensor
    bindings: list[tuple[set[str], ast.expr]] = field(default_factory=list)
    written: set[str] = field(default_factory=set)  # names whose items it assigns
    repeated: set[str] = field(default_factory=set)  # what its loops call with numbers that change
    lookups: list[ast.Subscript] = field(default_factory=list)  # a symptom if a tensor looks up what is none
    operands: list[ast.expr] = field(default_factory=list)  # what is given to operations of TensorFlow
    doubts: list[ast.expr] = field(default_factory=list)  # a symptom if one of these may be a tensor


class Outline:
    """The functions of one file."""

    def __init__(self, tree: ast.Module) -> None:
        self.module = Part("")
        self.parts: list[Part] = []
        # Dots and name of a module that may be meant, and the name that is bound.
        self.imports: list[tuple[int, str, str]] = []
        self.drops_dataset = False  # a statement may make a new dataset for nothing
        self._host: set[str] = set()
        self._once: set[str] = set()
        self._imported: set[str] = set()
        self._framework: set[str] = set()
        self._foreign: set[str] = set()  # imported from modules that are not known here
        self._makers: set[str] = set()
        self._variables: set[str] = set()  # attributes that hold variables
        self._passed: set[str] = set()  # names that are given to what traces
        self._changed: set[str] = set()  # attributes and names that are assigned when objects are made already
        self._lambdas: dict[int, str] = {}  # those that are given to what traces, and the names of others
        self._jit_compiles = False
        self._compiled: set[str] = set()  # of these, those for XLA
        self._walk(tree)
        self._by_name: dict[str, list[Part]] = {}
        for part in self.parts:
            self._by_name.setdefault(part.name, []).append(part)
        for part in (self.module, *self.parts):
            part.symptom = part.symptom or bool(part.name) and part.name in self._compiled
            self._settle(part)
        self._own_tracers = self._tracers()

    # -- what is asked ---------------------------------------------------------------------------

    def suspects(self, *, through_imports: bool = False) -> list[Part]:
        """The functions that may be traced and from which, by what they call in this file, a symptom is reached.

        With ``through_imports`` also those that reach a name that is imported from who knows where.
        """
        found = [
            part for part in self.parts
            if self._may_be_traced(part)
            and any(
                reached.symptom
                or not reached.words.isdisjoint(self._changed)
                or through_imports and not reached.words.isdisjoint(self._foreign)
                for reached in self._reached([part])
            )
        ]
        writers = {part.name for part in self.parts if part.writes_items}
        traced = {name for part in self.parts if self._may_be_traced(part) for name in _factories(part)} | {"function"}
        return found + [
            part for part in (self.module, *self.parts)
            if part.anywhere or part.operands and not part.words.isdisjoint(writers)
            or self._jit_compiles and part.name in TRACED_METHODS
            or not part.repeated.isdisjoint(traced | self._foreign if through_imports else traced)
            or part.functional and any(
                (reached.operates or reached.doubtful)
                and not (reached.outer and reached.outer.is_class and reached.outer is not part.outer)
                for reached in self._reached([part]) if not reached.is_class
            )
        ]

    def outside(self) -> set[str]:
        """What functions that may be traced name and that is not of this file."""
        traced = [part for part in self.parts if self._may_be_traced(part)]
        named = {word for part in self._reached(traced) for word in part.words}
        return {word for word in named | self._passed if word not in self._by_name}

    def traces(self, names: Iterable[str]) -> bool:
        """Whether one of the functions of these names may be traced."""
        return any(self._may_be_traced(part) for name in names for part in self._by_name.get(name, ()))

    def functional(self) -> set[str]:
        """What functions name that make inputs of a functional Keras model."""
        return {word for part in (self.module, *self.parts) if part.functional for word in part.words}

    def operates(self, names: Iterable[str]) -> bool:
        """Whether functions of these names give what may be a tensor to operations, or take it for a Python value."""
        return any(part.operates or part.doubtful for name in names for part in self._by_name.get(name, ()))

    def repeats(self) -> set[str]:
        """The names that loops call with numbers that change."""
        return {name for part in (self.module, *self.parts) for name in part.repeated}

    def shows(self, names: Iterable[str]) -> bool:
        """Whether a symptom is reached from one of the functions of these names."""
        parts = [part for name in names for part in self._by_name.get(name, ())]
        return any(part.symptom for part in self._reached(parts))

    def _may_be_traced(self, part: Part) -> bool:
        return part.traced or part.name in self._passed or not part.decorators.isdisjoint(self._own_tracers)

    def _tracers(self) -> set[str]:
        """Names of this file under which something traces: ``jit = tf.function(jit_compile=True)``."""
        found = {part.name for part in self.parts if not part.is_class and not part.words.isdisjoint(TRACERS)}
        for names, value in self.module.bindings:
            if any(word in TRACERS for node in ast.walk(value) for word in _words(node)):
                found |= names
        return found

    def _reached(self, parts: list[Part]) -> Iterator[Part]:
        pending, seen = list(parts), set(map(id, parts))
        while pending:
            part = pending.pop()
            yield part
            for word in part.words:
                for other in self._by_name.get(word, ()):
                    if id(other) not in seen and other.name not in RUN_ONCE:
                        seen.add(id(other))
                        pending.append(other)

    # -- reading ---------------------------------------------------------------------------------

    def _walk(self, tree: ast.Module) -> None:
        pending: list[tuple[ast.AST, Part]] = [(node, self.module) for node in reversed(tree.body)]
        while pending:
            node, part = pending.pop()
            kind = type(node)
            if kind is ast.Name:
                _mention(part, node.id)  # type: ignore[attr-defined]
                continue
            if kind is ast.Constant or kind is ast.Load or kind is ast.Store:
                continue
            read = _READERS.get(kind)
            inner = part if read is None else read(self, node, part) or part
            for name in reversed(kind._fields):
                below = getattr(node, name, None)
                if type(below) is list:
                    pending += [(child, inner) for child in reversed(below) if isinstance(child, ast.AST)]
                elif isinstance(below, ast.AST):
                    pending.append((below, inner))

    def _import(self, node: ast.Import, part: Part) -> None:
        for alias in node.names:
            module = alias.name.partition(".")[0]
            self._bind_import(module, alias.asname or module)
            self.imports.append((0, alias.name, alias.asname or module))
            if module == "tensorflow" and "keras" not in alias.name:
                self._framework.add(alias.asname or module)

    def _import_from(self, node: ast.ImportFrom, part: Part) -> None:
        module = (node.module or "") if not node.level else ""
        for alias in node.names:
            bound = alias.asname or alias.name
            self._bind_import(module.partition(".")[0], bound)
            names = (node.module or "", f"{node.module}.{alias.name}" if node.module else alias.name)
            self.imports += ((node.level, name, bound) for name in names)
            if module == "tensorflow" and alias.name != "keras" or bound == "tf":
                self._framework.add(bound)
            if "keras" in module and bound[:1].isupper():
                self._makers.add(bound)

    def _bind_import(self, module: str, bound: str) -> None:
        self._imported.add(bound)
        if module in ONCE_MODULES:
            self._once.add(bound)
        elif module in HOST_MODULES:
            self._host.add(bound)
        elif module not in PUBLIC_MODULES:
            self._foreign.add(bound)

    def _class(self, node: ast.ClassDef, part: Part) -> Part:
        _mention(part, node.name)
        inner = Part(node.name, part, is_class=True, holds_weights=any(
            "Layer" in word or "Model" in word for base in node.bases for word in _chain(base)
        ))
        self.parts.append(inner)
        return inner

    def _function(self, node: Function, part: Part) -> Part:
        if isinstance(node, ast.Lambda):
            given = self._lambdas.get(id(node))
            inner = Part(given or "", part, traced=given == "", is_lambda=True)
        else:
            name = node.name
            inner = Part(name, part)
            inner.traced = name in TRACED_METHODS and part.is_class
            for each in node.decorator_list:
                self._decorate(each, inner)
        _take_parameters(node.args, inner)
        if not inner.decorators:
            inner.tensors.discard("training")
        self.parts.append(inner)
        return inner

    def _decorate(self, decorator: ast.expr, part: Part) -> None:
        words = {word for node in ast.walk(decorator) for word in _words(node)}
        part.traced = part.traced or not words.isdisjoint(TRACERS)
        part.decorators |= words
        if isinstance(decorator, ast.Call) and any(each.arg == "jit_compile" for each in decorator.keywords):
            part.symptom = True

    def _call(self, node: ast.Call, part: Part) -> None:
        function = node.func
        if _last(function) in TRACERS and not (isinstance(function, ast.Name) and function.id in ("map", "filter")):
            self._pass(node)
        part.functional = part.functional or _last(function) == "Input"
        if part.name and _last(function) == part.name and _first(function) in (part.name, "self", "cls"):
            part.symptom = True  # recursion
        given = _given(node)
        if _last(function) not in SHAPE_TAKERS:
            part.doubts += filter(None, map(_sized, given))
        if isinstance(function, ast.Name):
            if function.id in TAKES_VALUES or function.id in self._host:
                part.doubts += given
            elif function.id in self._once or function.id in self._makers or function.id in MAKERS or (
                function.id == "next" and _first(node.args[0] if node.args else function) not in part.parameters
            ):
                part.symptom = True
        elif isinstance(function, ast.Attribute):
            if _first(function) in self._framework:
                self._framework_call(function, node, part)
            self._method_call(function, given, part)

    def _framework_call(self, function: ast.Attribute, node: ast.Call, part: Part) -> None:
        """Operations of TensorFlow: on tensors of Keras they fail, and texts and types land on other parameters."""
        if "keras" in _chain(function):
            return
        if not function.attr[:1].isupper() and PASSIVE_PARTS.isdisjoint(_chain(function)):
            part.operands += _given(node)
        if any(_is_text(each) or _is_type(each) and function.attr not in TAKE_TYPES for each in node.args[1:]):
            part.symptom = True
        if len(node.args) > 1 and function.attr in ON_ONE or len(node.args) > 2 and function.attr in ON_TWO:
            part.anywhere = True

    def _method_call(self, function: ast.Attribute, given: list[ast.expr], part: Part) -> None:
        name, first = function.attr, _first(function)
        if first in self._once or name in MAKERS:
            part.symptom = True
        elif first in self._host or "logging" in (chain := list(_chain(function))) or first in ("logger", "log"):
            part.doubts += given
            if "random" in _chain(function):
                part.symptom = True
        elif name in TRAINING and not (isinstance(function.value, ast.Name) and first == "self"):
            part.symptom = True
        elif name in HOST_METHODS:
            part.doubts += [function.value, *given]
        elif name in ADDING:
            if (first not in part.own or first in part.parameters) and first not in self._imported:
                part.symptom = True
        elif name[:1].isupper() and (MAKING_MODULES & set(chain)):
            part.symptom = True

    def _pass(self, node: ast.Call) -> None:
        names = set()
        for each in (each for value in _given(node) for each in ast.walk(value)):
            if isinstance(each, (ast.Name, ast.Attribute)):
                names.add(_last(each))
            elif isinstance(each, ast.Lambda):
                self._lambdas[id(each)] = ""
        self._passed |= names
        if any(keyword.arg == "jit_compile" for keyword in node.keywords):
            self._compiled |= names
            self._jit_compiles = True

    def _assign(self, node: ast.Assign | ast.AnnAssign | ast.NamedExpr, part: Part) -> None:
        if node.value is None:
            return
        for target in node.targets if isinstance(node, ast.Assign) else [node.target]:
            self._bind(target, node.value, part)

    def _bind(self, target: ast.expr, value: ast.expr, part: Part) -> None:
        names: set[str] = set()
        part.doubts += filter(None, [_sized(value)])
        if isinstance(target, ast.Tuple) and len(target.elts) > 2 and isinstance(value, (ast.Name, ast.Subscript)):
            part.doubts.append(value)
        for each in _flat(target):
            if isinstance(each, ast.Name):
                names.add(each.id)
            elif isinstance(each, ast.Attribute):
                part.doubts.append(value)
                if part.name not in RUN_ONCE:
                    self._changed.add(each.attr)
                if isinstance(value, ast.Call) and _last(value.func) in MAKERS:
                    self._variables.add(each.attr)
                    if part.outer is not None and part.outer.holds_weights and _last(value.func) == "Variable":
                        part.anywhere = True  # Keras may not find it
            elif isinstance(each, ast.Subscript):
                self._write_item(each, part)
        part.own |= names
        if isinstance(value, ast.Lambda) and len(names) == 1:
            self._lambdas.setdefault(id(value), *names)
        if names:
            part.bindings.append((names, value))

    def _augment(self, node: ast.AugAssign, part: Part) -> None:
        if isinstance(node.target, ast.Name):
            part.bindings.append(({node.target.id}, node.value))
            if part.outer is None:
                self._changed.add(node.target.id)
            return
        part.symptom = True
        if isinstance(node.target, ast.Attribute):
            self._changed.add(node.target.attr)
        else:
            self._write_item(node.target, part)

    def _write_item(self, target: ast.Subscript, part: Part) -> None:
        """``x[…] = …``: not with tensors, and what traced code has looked up before it does not look up again."""
        if not _is_text(target.slice):
            part.doubts.append(target.value)
        written = target.value
        if isinstance(written, ast.Name):
            part.written.add(written.id)
            part.writes_items = part.writes_items or written.id in part.parameters
        elif isinstance(written, ast.Attribute) and written.attr in self._variables:
            part.anywhere = True
        if part.outer is None:
            self._changed.add(_last(written))

    def _loop(self, node: ast.For | ast.AsyncFor | ast.comprehension, part: Part) -> None:
        self._bind(node.target, node.iter, part)
        if isinstance(node.iter, (ast.Name, ast.Attribute, ast.Subscript)):
            part.doubts.append(node.iter)

    def _repeat(self, node: ast.For | ast.AsyncFor | ast.While, part: Part) -> None:
        """A loop: functions made anew in it, traced functions that it calls with numbers of its own, and lists."""
        inside = list(ast.walk(node))
        if isinstance(node, ast.While):
            self._test(node, part)
        else:
            self._loop(node, part)
            if any(map(_appends, inside)):
                part.doubts.append(node.iter)
        counters = _counters(node)
        for each in inside:
            if isinstance(each, ast.Call):
                made = isinstance(each.func, ast.Call) or _last(each.func) == "function"
                if made or any(_last(value) in counters for value in _given(each)):
                    part.repeated.add(_last(each.func))
            elif isinstance(each, ast.FunctionDef) and any(_last(one) == "function" for one in each.decorator_list):
                part.repeated.add("function")

    def _with(self, node: ast.With | ast.AsyncWith, part: Part) -> None:
        for item in node.items:
            if item.optional_vars is not None:
                self._bind(item.optional_vars, item.context_expr, part)

    def _test(self, node: ast.If | ast.While | ast.IfExp | ast.Assert, part: Part) -> None:
        part.doubts.append(node.test)

    def _statement(self, node: ast.Expr, part: Part) -> None:
        if isinstance(node.value, ast.Call) and _last(node.value) in DROPPED:
            part.symptom = True
        if isinstance(node.value, ast.Call) and _last(node.value) in DATASET_METHODS:
            part.anywhere = self.drops_dataset = True

    def _any_of(self, node: ast.BoolOp, part: Part) -> None:
        part.doubts += node.values

    def _text(self, node: ast.FormattedValue, part: Part) -> None:
        if node.format_spec is not None or node.conversion > 0:
            part.doubts.append(node.value)

    def _subscript(self, node: ast.Subscript, part: Part) -> None:
        sized = _sized(node.value)
        if sized is not None:
            if not _is_last_dimension(node.slice):
                part.doubts.append(sized)
        elif isinstance(node.slice, (ast.Name, ast.Call, ast.BinOp)):
            part.lookups.append(node)

    def _attribute(self, node: ast.Attribute, part: Part) -> None:
        _mention(part, node.attr)

    def _symptom(self, node: ast.AST, part: Part) -> None:
        part.symptom = True

    # -- what may be a tensor ----------------------------------------------------------------------

    def _settle(self, part: Part) -> None:
        """Which names of a function may hold tensors, and whether a doubt is about one."""
        if part.written:
            part.anywhere = part.anywhere or any(
                isinstance(value, ast.Call) and _first(value) in self._framework and not part.written.isdisjoint(names)
                and _last(value) != "numpy"
                for names, value in part.bindings
            )
        open_bindings = part.bindings
        changed = True
        while changed:
            changed = False
            rest = []
            for names, value in open_bindings:
                if self._may_be_tensor(value, part):
                    part.tensors |= names
                    changed = True
                else:
                    rest.append((names, value))
            open_bindings = rest
        part.operates = any(self._may_be_tensor(value, part) for value in part.operands)
        part.doubtful = any(self._may_be_tensor(value, part) for value in part.doubts) or any(
            self._may_be_tensor(node.slice, part) and not self._may_be_tensor(node.value, part)
            for node in part.lookups
        )
        part.symptom = part.symptom or part.doubtful
        if part.doubtful and not part.words.isdisjoint(("output", "get_layer")):
            part.anywhere = True  # what a layer of Keras has for an output is symbolic

    def _may_be_tensor(self, value: ast.expr, part: Part) -> bool:
        match value:
            case ast.Name(id=name):
                return _holds_tensor(part, name)
            case ast.Constant() | ast.Lambda():
                return False
            case ast.Attribute(value=base, attr=name):
                if name in STATIC_ATTRIBUTES:
                    return False
                if isinstance(base, ast.Name) and base.id in ("self", "cls"):
                    return name in self._variables
                return self._may_be_tensor(base, part)
            case ast.Call():
                return self._gives_tensor(value, part)
            case ast.Compare(left=left, ops=ops, comparators=others):
                if all(isinstance(op, (ast.Is, ast.IsNot)) for op in ops) or any(map(_is_text, (left, *others))):
                    return False
            case ast.GeneratorExp(elt=inner) | ast.ListComp(elt=inner) | ast.SetComp(elt=inner):
                return self._may_be_tensor(inner, part)
        return any(
            self._may_be_tensor(child, part) for child in ast.iter_child_nodes(value) if isinstance(child, ast.expr)
        )

    def _gives_tensor(self, call: ast.Call, part: Part) -> bool:
        function, name = call.func, _last(call.func)
        if name in STATIC_ATTRIBUTES and _first(function) not in self._framework:
            return False
        if not STATIC_PARTS.isdisjoint(_chain(function)):
            return False
        if isinstance(function, ast.Name):
            if name in GIVES_PYTHON:
                return False
            if name not in TAKES_VALUES and not name[:1].isupper() and name not in self._host | self._once:
                return True
        elif isinstance(function, ast.Attribute):
            first = _first(function)
            if first not in ("self", "cls") and first not in self._host | self._once and not name[:1].isupper():
                return not isinstance(function.value, (ast.Constant, ast.JoinedStr))
            if name == "Variable":
                return True
        return any(self._may_be_tensor(each, part) for each in call.args) or any(
            self._may_be_tensor(each.value, part) for each in call.keywords
        )


_READERS: dict[type[ast.AST], Callable[[Outline, Any, Part], Part | None]] = {
    ast.Import: Outline._import, ast.ImportFrom: Outline._import_from, ast.ClassDef: Outline._class,
    ast.FunctionDef: Outline._function, ast.AsyncFunctionDef: Outline._function, ast.Lambda: Outline._function,
    ast.Call: Outline._call, ast.Assign: Outline._assign, ast.AnnAssign: Outline._assign,
    ast.NamedExpr: Outline._assign, ast.AugAssign: Outline._augment, ast.For: Outline._repeat,
    ast.AsyncFor: Outline._repeat, ast.comprehension: Outline._loop, ast.With: Outline._with,
    ast.AsyncWith: Outline._with, ast.If: Outline._test, ast.While: Outline._repeat, ast.IfExp: Outline._test,
    ast.Assert: Outline._test, ast.BoolOp: Outline._any_of, ast.FormattedValue: Outline._text,
    ast.Subscript: Outline._subscript, ast.Attribute: Outline._attribute, ast.Global: Outline._symptom,
    ast.Nonlocal: Outline._symptom, ast.Expr: Outline._statement,
}


def _factories(part: Part) -> Iterator[str]:
    """The name of a function, and of those that it is made in."""
    inner: Part | None = part
    while inner is not None and not inner.is_class:
        yield inner.name
        inner = inner.outer


def _appends(node: ast.AST) -> bool:
    return isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr in ADDING


def _mention(part: Part, name: str) -> None:
    """``name`` stands in a function, and so in what that is nested in; the module has what stands at its top level."""
    while name not in part.words:
        part.words.add(name)
        if part.outer is None or part.outer.outer is None:
            return
        part = part.outer


def _holds_tensor(part: Part | None, name: str) -> bool:
    while part is not None:
        if name in part.tensors:
            return True
        if name in part.own:
            return False
        part = part.outer
    return False


def _take_parameters(args: ast.arguments, part: Part) -> None:
    positional = [*args.posonlyargs, *args.args]
    defaults: list[ast.expr | None] = [None] * (len(positional) - len(args.defaults)) + list(args.defaults)
    for arg, default in zip((*positional, *args.kwonlyargs), (*defaults, *args.kw_defaults)):
        part.own.add(arg.arg)
        part.parameters.add(arg.arg)
        if arg.arg not in PYTHON_PARAMETERS and not _is_set(default) and not _is_python_type(arg.annotation):
            part.tensors.add(arg.arg)
    for more in (args.vararg, args.kwarg):
        if more is not None:
            part.own.add(more.arg)
            part.parameters.add(more.arg)
            part.tensors.add(more.arg)


def _is_set(default: ast.expr | None) -> bool:
    """Whether a parameter has a default other than None."""
    return default is not None and not (isinstance(default, ast.Constant) and default.value is None)


def _is_python_type(annotation: ast.expr | None) -> bool:
    if annotation is None:
        return False
    words = {word for node in ast.walk(annotation) for word in _words(node)}
    return bool(words) and words <= PYTHON_TYPES


def _words(node: ast.AST) -> Iterator[str]:
    if isinstance(node, ast.Name):
        yield node.id
    elif isinstance(node, ast.Attribute):
        yield node.attr
    elif isinstance(node, ast.Constant) and isinstance(node.value, str):
        yield node.value


def _is_text(value: ast.expr) -> bool:
    return isinstance(value, ast.Constant) and isinstance(value.value, (str, bytes))


def _given(call: ast.Call) -> list[ast.expr]:
    return [*call.args, *(keyword.value for keyword in call.keywords)]


def _counters(loop: ast.For | ast.AsyncFor | ast.While) -> set[str]:
    """Names that hold another Python number or list in each turn of a loop."""
    found: set[str] = set()
    if not isinstance(loop, ast.While) and (
        isinstance(loop.iter, (ast.List, ast.Tuple)) or _last(loop.iter) in ("range", "enumerate", "arange", "linspace")
    ):
        found = {each.id for each in _flat(loop.target) if isinstance(each, ast.Name)}
    for node in ast.walk(loop):
        if isinstance(node, ast.AugAssign):
            found.add(_last(node.target))
        elif isinstance(node, ast.Assign) and (
            isinstance(node.value, (ast.Constant, ast.List, ast.ListComp, ast.BinOp))
            or _last(node.value) in ("len", "int", "float", "round", "max", "min", "str")
        ):
            found |= {_last(target) for target in node.targets}
    return found


def _is_type(value: ast.expr) -> bool:
    return isinstance(value, ast.Attribute) and _TYPE.fullmatch(value.attr) is not None


def _sized(value: ast.expr) -> ast.expr | None:
    """What the whole shape is asked of: ``x.shape``, ``x.get_shape().as_list()``, ``K.int_shape(x)``."""
    match value:
        case ast.Attribute(value=inner, attr="shape") | ast.Call(func=ast.Attribute(value=inner, attr="get_shape")):
            return inner
        case ast.Call(func=ast.Attribute(value=inner, attr="as_list")):
            return _sized(inner)
        case ast.Call(func=ast.Name(id="int_shape") | ast.Attribute(attr="int_shape"), args=[inner, *_]):
            return inner
    return None


def _is_last_dimension(index: ast.expr) -> bool:
    """``-1`` and slices: sizes of features, which are known."""
    return isinstance(index, (ast.UnaryOp, ast.Slice))


def _flat(target: ast.expr) -> Iterator[ast.expr]:
    if isinstance(target, (ast.Tuple, ast.List)):
        for each in target.elts:
            yield from _flat(each)
    elif isinstance(target, ast.Starred):
        yield from _flat(target.value)
    else:
        yield target


def _chain(value: ast.expr) -> Iterator[str]:
    while isinstance(value, ast.Attribute):
        yield value.attr
        value = value.value
    if isinstance(value, ast.Name):
        yield value.id


def _last(value: ast.expr) -> str:
    """``c`` of ``a.b.c`` and of ``a.b.c(…)``."""
    while isinstance(value, ast.Call):
        value = value.func
    return value.attr if isinstance(value, ast.Attribute) else value.id if isinstance(value, ast.Name) else ""


def _first(value: ast.expr) -> str:
    while isinstance(value, (ast.Attribute, ast.Subscript, ast.Call)):
        value = value.func if isinstance(value, ast.Call) else value.value
    return value.id if isinstance(value, ast.Name) else ""
