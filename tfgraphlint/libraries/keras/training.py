"""What Keras runs by itself: compiled losses, steps of training, the ``call`` of layers and models."""

from __future__ import annotations

import contextlib
from collections.abc import Hashable, Iterator, Sequence
from functools import partial

import libcst as cst

from tfgraphlint.facts.common import Mode
from tfgraphlint.facts.tracing import CompiledEagerly, UnsupportedInJit
from tfgraphlint.interpret.core import class_hierarchy, eagerness, effort, keras_symbols, strategy_scopes, traces
from tfgraphlint.interpret.core.arguments import Arguments
from tfgraphlint.interpret.core.effort import OutOfBudget
from tfgraphlint.interpret.core.events import LossReturned, ModelFitted, TraceRun
from tfgraphlint.interpret.core.fields import Field
from tfgraphlint.interpret.core.machine import MAX_STEPS, Machine, Running
from tfgraphlint.interpret.core.objects import Callback, Dataset, Loss, Model, Network, Optimizer
from tfgraphlint.interpret.core.provenance import Edge, Kind, Node, now
from tfgraphlint.interpret.core.scopes import Class, Function, Traced
from tfgraphlint.interpret.core.structures import changed, elements, weights_within
from tfgraphlint.interpret.core.value import Const, Value
from tfgraphlint.interpret.core.values import (
    FLOAT,
    INT,
    Dict,
    Host,
    Instance,
    Items,
    Method,
    Object,
    Partial,
    Tape,
    Tensor,
    TracedCallable,
    Unknown,
    Weights,
    items_of,
    sequence,
)
from tfgraphlint.interpret.gradients import losses, queries, query_sources
from tfgraphlint.libraries.keras import building, trained_gradients
from tfgraphlint.libraries.words import HOOKS, MODEL_STEPS, RUN_EAGERLY

MODEL = "model"  # the attribute that Keras sets on a callback
BY_CALLBACK = "keras.callbacks.Callback"


Callable = (Function, Method, TracedCallable, Instance, Partial)


def compile_model(m: Machine, receiver: Value, args: Arguments, node: cst.CSTNode) -> Value:
    """``model.compile(loss=f)``: the loss is differentiated when the model is fitted."""
    eager = args.keywords.get("run_eagerly")
    runs_eagerly = m.functions_run_eagerly or isinstance(eager, Const) and eager.value is True
    written = args.keyword_nodes.get("run_eagerly")
    if isinstance(written, cst.Name) and written.value == "True":
        m.emit(CompiledEagerly(m.place(node), tuple(m.calls)))
    if runs_eagerly and isinstance(receiver, (Object, Instance)):
        m.store.set(receiver, _eager_field(receiver), Const(True))
    if runs_eagerly and isinstance(receiver, Instance):
        m.eager_classes.update(base.definition for base in class_hierarchy.mro(receiver.cls) if isinstance(base, Class))
    if isinstance(receiver, (Model, Instance)):
        m.store.set(receiver, type(receiver).loss, args.get(1, "loss") if args.certain else None)
        m.store.set(receiver, type(receiver).compiled, now())
    optimizer = args.get(0, "optimizer")
    if isinstance(optimizer, Object) and isinstance(receiver, (Model, Instance)):
        schedules = optimizer.schedules if isinstance(optimizer, Optimizer) else ()
        m.store.set(receiver, type(receiver).schedules, schedules)
    if isinstance(receiver, (Model, Instance)) and optimizer is not None:
        m.store.set(receiver, type(receiver).compiled_with, (_made_of(m, optimizer, node),))
    jit = args.keywords.get("jit_compile")
    if not runs_eagerly and isinstance(jit, Const) and jit.value is True:
        _compiled_by_xla(m, receiver, node)
    for index, name in ((1, "loss"), (2, "metrics")):
        at = args.node(index, name) or node
        given = args.get(index, name)
        for value in _functions(m, given) if given is not None else ():
            mode = Mode.EAGER if runs_eagerly else Mode.GRAPH
            running = Running(mode, m.place(at), None, m.keras_autograph, "keras.Model.compile")
            with m.run_as(eagerness.run_by_keras(m, running)), m.called_by(m.keras_autograph):
                _on_batch(m, receiver, value, at, node, is_loss=name == "loss")
    return Const(None)


def _made_of(m: Machine, optimizer: Value, node: cst.CSTNode) -> Value:
    """The optimizer that a model has: what it was given, or one by its name."""
    if isinstance(optimizer, Const) and isinstance(optimizer.value, str):
        base = m.tables.canonical("tensorflow.keras.optimizers.Optimizer")
        return Optimizer(base, m.leaf(Kind.OPAQUE, node), made=m.place(node))
    return optimizer


def _compiled_by_xla(m: Machine, receiver: Value, node: cst.CSTNode) -> None:
    """Run the model as ``fit`` does with ``jit_compile=True``: what XLA does not compile counts."""
    known, reached, mark, place = len(m.facts), set(m.reached), m.store.mark(), m.place(node)
    traced = Traced(place, m.keras_autograph, jit=True, by="keras.Model.compile")
    with m.run_as(Running(Mode.GRAPH, place, traced, m.keras_autograph, traced.by)), m.called_by(m.keras_autograph):
        m.call(receiver, Arguments([m.tensor(m.leaf(Kind.TENSOR, node), FLOAT)]), node)
    m.store.rewind(mark)
    m.reached = reached  # for all else the code is still to be run
    m.facts[known:] = [fact for fact in m.facts[known:] if isinstance(fact, UnsupportedInJit)]


def _functions(m: Machine, value: Value) -> Iterator[Value]:
    """The functions and objects of the project among losses or metrics, in lists and dictionaries."""
    for option in m.each(value):
        if isinstance(option, (Items, Dict)):
            for held in elements(option):
                yield from _functions(m, held)
        elif isinstance(option, Callable):
            yield option


def _on_batch(
    m: Machine, receiver: Value, function: Value, at: cst.CSTNode, node: cst.CSTNode, *, is_loss: bool
) -> None:
    """Run a loss or metric on a batch, a loss under a tape over the model's variables."""
    place = m.place(at)
    tape = m.new_tape(Tape(0, place, False, True, {Tape.entered_at: place}))
    mark = m.store.mark()
    m.record_on(tape.bit)
    truth = m.tensor(m.leaf(Kind.TENSOR, at), FLOAT)
    outputs = m.operation(at, [Edge(n) for n in weights_within(receiver)] or [Edge(truth.node)])
    result = m.call(function, Arguments([truth, m.tensor(outputs, FLOAT)]), at)
    m.tell(LossReturned(result))
    if is_loss:
        losses.ran(m, tape.bit << 1, result, at)
        if isinstance(at, cst.BaseExpression) and at is not node and weights_within(receiver):
            source = query_sources.Source(Weights(receiver), at, tuple(weights_within(receiver)), "weights")
            queries.judge_call(m, tape, result, at, [source], node)
    m.store.rewind(mark)


def run_callbacks(m: Machine, receiver: Value, args: Arguments, node: cst.CSTNode) -> None:
    """``model.fit(callbacks=[...])``: Keras tells callbacks of the project their model, and calls them."""
    given = args.get(5, "callbacks")
    for callback in elements(given) if given is not None else ():
        if isinstance(callback, Callback) and callback.hooks:
            mark = m.store.mark()
            with m.run_as(Running(Mode.EAGER, m.place(node), by=BY_CALLBACK)):
                _call_hooks(m, callback, HOOKS, node)
            m.store.rewind(mark)
    for value in _functions(m, given) if given is not None else ():
        if not isinstance(value, Instance) or not issubclass(class_hierarchy.kind_of(m, value.cls), Callback):
            continue
        mark = m.store.mark()
        m.store.write(value.state, MODEL, receiver)
        with m.run_as(Running(Mode.EAGER, m.place(node), by=BY_CALLBACK)):
            for name in sorted(_called_back(value.cls)):
                method = class_hierarchy.class_attribute(value.cls, name)
                if isinstance(method, Function):
                    wanted = len(method.definition.params.params) - 1
                    m.call(Method(value, method), Arguments([m.external(node)] * wanted), node)
        m.store.rewind(mark)


def _called_back(cls: Value) -> set[str]:
    return {
        name for base in class_hierarchy.mro(cls) if isinstance(base, Class)
        for name in base.state if isinstance(name, str) and name.startswith("on_")
    }


CHANGING_HOOKS = ("on_epoch_begin", "on_epoch_end", "on_train_batch_begin", "on_train_batch_end", "on_batch_begin",
                  "on_batch_end")


MAX_FIT_STEPS = 5_000


def fitted(m: Machine, receiver: Value, args: Arguments, node: cst.CSTNode) -> None:
    """``model.fit(...)``: the model is traced. What its code leaves behind stays, and it does not see what callbacks
    change of Python's state. Where what it is fitted to is not known, nothing else is reported of this run."""
    if m.mode is not Mode.EAGER or not isinstance(receiver, (Object, Instance)) or _runs_eagerly(m, receiver):
        return
    given = args.keywords.get("callbacks")
    with _steps_of_its_own(m):
        with contextlib.suppress(OutOfBudget), building.parts_built(m, receiver, fitted=True):
            _trace_model(m, receiver, _batch(m, receiver, args.get(0, "x"), node), args, node)
            _trace_schedule(m, receiver, node)
            with m.run_as(Running(Mode.GRAPH, m.place(node), None, False, "keras.Model.fit")), m.called_by(False):
                trained_gradients.call_on_weights(m, receiver, node)
        with m.mute(), contextlib.suppress(OutOfBudget):
            for callback in elements(given) if given is not None else ():
                if isinstance(callback, Instance):
                    _run_hooks(m, receiver, callback, node)
                elif isinstance(callback, Callback):
                    _call_hooks(m, callback, CHANGING_HOOKS, node)
    m.tell(ModelFitted(receiver, node))
    if isinstance(node, cst.Call) and isinstance(node.func, cst.Attribute) and node.func.attr.value == "fit":
        m.tell(TraceRun(_trace_of(receiver, node), _signature(args)))


class TrainedOnBatches(set[tuple[Node, cst.CSTNode]]):
    """The models that were traced for ``train_on_batch``, with the call."""


def trained_on_batch(m: Machine, receiver: Value, args: Arguments, node: cst.CSTNode) -> None:
    """``model.train_on_batch(...)``: looked at once for each call that is written, however often it runs."""
    if not isinstance(receiver, (Object, Instance)) or (receiver.node, node) in m.memory(TrainedOnBatches):
        return
    m.memory(TrainedOnBatches).add((receiver.node, node))
    fitted(m, receiver, Arguments(args.positional[:1], {k: v for k, v in args.keywords.items() if k == "x"}), node)


# What traces the model without training it, the step of the model that it runs, and as what that is known.
RUNS = {
    "predict": ("predict_step", "keras.Model.predict"), "predict_on_batch": ("predict_step", "keras.Model.predict"),
    "evaluate": ("test_step", "keras.Model.evaluate"), "test_on_batch": ("test_step", "keras.Model.evaluate"),
}  # fmt: skip


class Runs(set[tuple[Node, str, int | None]]):
    """The models that were traced to be run, by what, and which compilation of theirs: Keras keeps the trace."""


def run(m: Machine, receiver: Value, name: str, args: Arguments, node: cst.CSTNode) -> None:
    """``model.predict(x)``, ``model.evaluate(x, y)``: the model is traced on a batch, if it is known what that is."""
    if m.mode is not Mode.EAGER or not isinstance(receiver, (Model, Instance)) or _runs_eagerly(m, receiver):
        return
    if m.functions_perhaps_eager or m.guards or m.alternatives:
        return
    if isinstance(receiver, Instance) and not issubclass(class_hierarchy.kind_of(m, receiver.cls), Model):
        return
    step, by = RUNS[name]
    traced = (receiver.node, step, receiver.compiled)
    batch = None if m.muted or traced in m.memory(Runs) else _batch(m, receiver, args.get(0, "x"), node)
    if batch is None:
        return
    m.memory(Runs).add(traced)
    recording = m.active
    m.record_on(0)  # what it gives is an array
    try:
        with _steps_of_its_own(m), contextlib.suppress(OutOfBudget):
            _trace_run(m, receiver, step, by, batch, args, node)
    finally:
        m.record_on(recording)


@contextlib.contextmanager
def _steps_of_its_own(m: Machine) -> Iterator[None]:
    """Around what Keras traces: it takes no steps of the code that has it traced, and reaches nothing for it."""
    before, looks = (set(m.reached), m.entries.copy(), m.steps, m.thrifty), effort.left()
    m.allow(min(MAX_STEPS - m.steps, MAX_FIT_STEPS))
    try:
        with strategy_scopes.left(m):
            yield
    finally:
        m.reached, m.entries, m.steps, m.thrifty = before
        effort.allow(looks)


def _trace_run(
    m: Machine, model: Model | Instance, name: str, by: str, batch: Value, args: Arguments, node: cst.CSTNode
) -> None:
    """Trace the model's own step on a batch, or its call, as it is without training."""
    step = class_hierarchy.class_attribute(model.cls, name) if isinstance(model, Instance) else None
    converts = m.keras_autograph and not isinstance(step, Function)
    with m.run_as(Running(Mode.GRAPH, m.place(node), None, converts, by)), m.called_by(converts):
        if not isinstance(step, Function):
            m.call(model, Arguments([batch], {"training": Const(False)}), node)
            return
        given = _data(m, batch, args, node) if name == "test_step" else batch
        if given is not None and not isinstance(args.get(0, "x"), Dataset):
            m.call(Method(model, step), Arguments([given]), node)


def _trace_of(model: Object | Instance, node: cst.CSTNode) -> Hashable:
    """The trace that all calls of ``fit`` share until the model is compiled anew."""
    compiled = model.compiled if isinstance(model, (Model, Instance)) else None
    return node if not compiled else ("fit", model.node, compiled)


def _signature(args: Arguments) -> Arguments:
    """The arguments on which it depends whether another ``fit`` is traced anew."""
    names = {"x": 0, "y": 1, "batch_size": 2, "sample_weight": -1, "class_weight": -1}
    given = {name: value for name, index in names.items() if (value := args.get(index, name)) is not None}
    return Arguments([], given, args.starred, args.double_starred)


def _batch(m: Machine, model: Value, given: Value | None, node: cst.CSTNode) -> Value | None:
    """What a model gets of what it is fitted to; None where that is not known."""
    made_of = model.model if isinstance(model, Instance) else model
    if isinstance(made_of, Model) and made_of.outputs is not None and made_of.inputs is not None:
        if keras_symbols.is_keras_tensor(made_of.inputs):
            return changed(made_of.inputs, partial(_like, m, node))
    if isinstance(given, Dataset):
        pair = items_of(given.element) if given.element is not None else None
        given = pair[0] if pair is not None and len(pair) in (2, 3) else None
    if isinstance(given, (Items, Dict)):
        held = [_batch(m, model, item, node) for item in elements(given)]
        whole = bool(held) and None not in held and (isinstance(given, Dict) or isinstance(given.items, tuple))
        return changed(given, partial(_like, m, node)) if whole else None
    if isinstance(given, Tensor) or isinstance(given, Host) and given.kind == "array":
        return _like(m, node, given)
    return None


def _data(m: Machine, batch: Value | None, args: Arguments, node: cst.CSTNode) -> Value | None:
    """What ``train_step`` gets of arrays or tensors: the pair of inputs and targets; None where that is not known."""
    given = [args.get(index, name) for index, name in ((0, "x"), (1, "y"))]
    if batch is None or args.keywords.keys() & {"sample_weight", "class_weight"} or not args.certain:
        return None
    if any(one is None or isinstance(one, (Dataset, Unknown)) for one in given):
        return None
    target = given[1] if given[1] is not None else batch
    if not isinstance(target, Tensor) and not (isinstance(target, Host) and target.kind == "array"):
        return None
    return sequence("tuple", [batch, _like(m, node, target)])


def _like(m: Machine, node: cst.CSTNode, given: Value) -> Value:
    """A tensor of a batch of this array or tensor."""
    dtype = given.dtype if isinstance(given, (Tensor, Host)) else FLOAT
    return Tensor(m.leaf(Kind.TENSOR, node), dtype, symbolic=True, graph=m.graphs[-1] if m.graphs else 0)


def _trace_model(m: Machine, model: Value, batch: Value | None, args: Arguments, node: cst.CSTNode) -> None:
    """Trace the model's own ``train_step`` on a batch, or its call, as it is in training."""
    step = class_hierarchy.class_attribute(model.cls, "train_step") if isinstance(model, Instance) else None
    trace = _trace_of(model, node) if isinstance(model, (Object, Instance)) else node
    converts = m.keras_autograph and not isinstance(step, Function)  # no Keras converts ``train_step``
    running = Running(Mode.GRAPH, m.place(node), None, converts, "keras.Model.fit")
    with m.run_as(running), m.called_by(converts), traces.building(m, trace):
        if isinstance(step, Function):
            data = _data(m, batch, args, node)
            with m.mute() if data is None else contextlib.nullcontext():
                given = data if data is not None else Unknown(m.leaf(Kind.TENSOR, node))
                m.call(Method(model, step), Arguments([given]), node)
            return
        with trained_gradients.recorded(m, node) as tape, m.mute() if batch is None else contextlib.nullcontext():
            given = batch if batch is not None else m.tensor(m.leaf(Kind.TENSOR, node), FLOAT)
            outputs = m.call(model, Arguments([given], {"training": Const(True)}), node)
        if batch is not None or not isinstance(model, Instance):
            trained_gradients.judge(m, tape, model, trained_gradients.with_loss(model, outputs), node)


def _trace_schedule(m: Machine, model: Object | Instance, node: cst.CSTNode) -> None:
    """Trace the schedule of the project that the model's optimizer asks for its learning rate."""
    for schedule in model.schedules if isinstance(model, (Model, Instance)) else ():
        number = Tensor(m.leaf(Kind.TENSOR, node), INT, symbolic=True)
        with m.run_as(Running(Mode.GRAPH, m.place(node), None, False, "keras.Model.fit")), m.called_by(False):
            m.call(schedule, Arguments([number]), node)


def _run_hooks(m: Machine, model: Value, callback: Instance, node: cst.CSTNode) -> None:
    m.store.write(callback.state, MODEL, model)
    for name in CHANGING_HOOKS:
        hook = class_hierarchy.class_attribute(callback.cls, name)
        if isinstance(hook, Function):
            number = Host(m.leaf(Kind.CONSTANT, node), "scalar", INT, counts=True)
            others: list[Value] = [m.external(param) for param in hook.definition.params.params[2:]]
            m.call(Method(callback, hook), Arguments([number, *others]), node)


def _call_hooks(m: Machine, callback: Callback, names: Sequence[str], node: cst.CSTNode) -> None:
    """Call the functions of a ``LambdaCallback``: with the number of the epoch or batch, and with what was measured."""
    for name, hook in callback.hooks:
        if name in names and isinstance(hook, (Function, Method)):
            number = Host(m.leaf(Kind.CONSTANT, node), "scalar", INT, counts=True)
            m.call(hook, Arguments([m.external(node)] if name in WITHOUT_NUMBER else [number, m.external(node)]), node)


WITHOUT_NUMBER = ("on_train_begin", "on_train_end")


def _eager_field(model: Object | Instance) -> Field[Value | None]:
    return Instance.run_eagerly if isinstance(model, Instance) else Model.run_eagerly


def _runs_eagerly(m: Machine, model: Object | Instance) -> bool:
    return m.functions_run_eagerly or "run_eagerly" in model.state or _eager_field(model).is_set(model)


def method_mode(m: Machine, cls: Class, function: Function, running: Running) -> Running:
    """How a method runs that nobody here calls: Keras traces the steps of training."""
    kind = class_hierarchy.kind_of(m, cls)
    if m.tables.keras < 3 and eagerness.may_be_off(m):
        return running
    if cls.definition in m.eager_classes:
        return Running(Mode.EAGER, by="keras.Model.compile")
    if issubclass(kind, Network) and RUN_EAGERLY.search(cls.scope.tree.text):
        return Running(Mode.UNKNOWN)  # some model of the file runs eagerly, and with it all of its layers
    if function.name == "call" and says_what_it_gives(cls):
        return Running(Mode.UNKNOWN)
    if issubclass(kind, Model) and function.name in MODEL_STEPS and m.module_mode is Mode.EAGER:
        place = m.place(function.definition.name) if isinstance(function.definition, cst.FunctionDef) else None
        return Running(Mode.GRAPH, place, None, False, dict(RUNS.values()).get(function.name, "keras.Model.fit"))
    if issubclass(kind, Callback) and function.name.startswith("on_") and m.module_mode is Mode.EAGER:
        return Running(Mode.EAGER, by=BY_CALLBACK)
    if is_traced_call(m, cls, function) and m.module_mode is Mode.EAGER:
        place = m.place(function.definition.name) if isinstance(function.definition, cst.FunctionDef) else None
        return Running(Mode.GRAPH, place, None, m.keras_autograph, "keras.Layer.call")
    return m.uncalled(function)


def is_traced_call(m: Machine, cls: Class, function: Function) -> bool:
    """Whether this is the ``call`` of a layer or model, which Keras traces unless somebody calls it eagerly."""
    return function.name == "call" and issubclass(class_hierarchy.kind_of(m, cls), Network)


def says_what_it_gives(cls: Class) -> bool:
    """Whether a layer tells Keras what its ``call`` gives: symbolic tensors do not have it traced."""
    return isinstance(class_hierarchy.class_attribute(cls, "compute_output_spec"), Function)


def run_method(m: Machine, cls: Class, bound: Value, args: Arguments, function: Function) -> Value:
    """Run a method that nobody here calls; the ``call`` of a loss is what Keras differentiates."""
    first = m.next_bit
    result = m.call(bound, args, function.definition)
    if function.name == "call" and isinstance(function.definition, cst.FunctionDef):
        if issubclass(class_hierarchy.kind_of(m, cls), Loss):
            losses.ran(m, first, result, function.definition.name)
    return result


def method_arguments(m: Machine, cls: Class, instance: Instance, function: Function) -> Arguments | None:
    """What Keras passes to a method that it calls itself; None for other methods."""
    kind = class_hierarchy.kind_of(m, cls)
    params = function.definition.params.params
    if issubclass(kind, Model) and function.name in MODEL_STEPS[:3] and len(params) == 2:
        return Arguments([Unknown(m.leaf(Kind.TENSOR, params[1]))])
    if issubclass(kind, Network) and function.name == "call" and len(params) > 1 and m.mode is Mode.GRAPH:
        others: dict[str, Value] = {param.name.value: m.external(param) for param in params[2:]}
        return Arguments([Tensor(m.leaf(Kind.TENSOR, params[1]), symbolic=True)], others)
    return None
