"""What Keras runs by itself: compiled losses, steps of training, the ``call`` of layers and models."""

from __future__ import annotations

import libcst as cst

from tfgraphlint.facts import Mode
from tfgraphlint.interpret import calls, classes, queries
from tfgraphlint.interpret.calls import Arguments
from tfgraphlint.interpret.inspect import elements, weights_within
from tfgraphlint.interpret.machine import Machine, Running
from tfgraphlint.interpret.provenance import Edge, Kind
from tfgraphlint.interpret.values import (
    FLOAT,
    Class,
    Const,
    Dict,
    Function,
    Instance,
    Items,
    Method,
    Tape,
    Tensor,
    TracedCallable,
    Unknown,
    Value,
    Weights,
)

TRACED_METHODS = ("train_step", "test_step", "predict_step", "compute_loss")


def compile_model(m: Machine, receiver: Value, args: Arguments, node: cst.CSTNode) -> Value:
    """``model.compile(loss=f)``: the loss is differentiated when the model is fitted."""
    eager = args.keywords.get("run_eagerly")
    runs_eagerly = m.functions_run_eagerly or isinstance(eager, Const) and eager.value is True
    if runs_eagerly and isinstance(receiver, Instance):
        m.eager_classes.update(base.definition for base in classes.mro(receiver.cls) if isinstance(base, Class))
    losses = args.get(1, "loss")
    at = args.node(1, "loss")
    for option in elements(losses) if isinstance(losses, (Items, Dict)) else m.each(losses) if losses else ():
        if isinstance(option, (Function, Method, TracedCallable, Instance)):
            _compiled_loss(m, receiver, option, at, node, runs_eagerly)
    return Const(None)


def _compiled_loss(
    m: Machine, receiver: Value, loss: Value, at: cst.BaseExpression | None, node: cst.CSTNode, eager: bool
) -> None:
    """Run the loss on a batch under a tape over the model's variables."""
    place = m.place(at or node)
    tape = m.new_tape(Tape(0, place, False, True, {"entered_at": place}))
    mark = m.store.mark()
    m.store.write(m.recording, "mask", tape.bit)
    running = Running(Mode.EAGER if eager else Mode.GRAPH, place, None, m.keras_autograph, "keras.Model.compile")
    with m.run_as(running):
        truth = m.tensor(m.leaf(Kind.TENSOR, at or node), FLOAT)
        outputs = m.operation(at or node, [Edge(n) for n in weights_within(receiver)] or [Edge(truth.node)])
        guess = m.tensor(outputs, FLOAT)
        result = calls.call(m, loss, Arguments([truth, guess]), at or node)
        if at is not None and weights_within(receiver):
            source = queries.Source(Weights(receiver), at, tuple(weights_within(receiver)), "weights")
            queries.judge_call(m, tape, result, at, [source], node)
    m.store.rewind(mark)


def method_mode(m: Machine, cls: Class, function: Function, running: Running) -> Running:
    """How a method runs that nobody here calls: Keras traces the steps of training."""
    kind = classes.kind_of(m, cls)
    if cls.definition in m.eager_classes:
        return Running(Mode.EAGER, by="keras.Model.compile")
    if kind == "model" and function.name in TRACED_METHODS and m.module_mode is Mode.EAGER:
        place = m.place(function.definition.name) if isinstance(function.definition, cst.FunctionDef) else None
        return Running(Mode.GRAPH, place, None, m.keras_autograph, "keras.Model.fit")
    if kind in ("layer", "model") and function.name == "call" and m.module_mode is Mode.EAGER:
        place = m.place(function.definition.name) if isinstance(function.definition, cst.FunctionDef) else None
        return Running(Mode.GRAPH, place, None, m.keras_autograph, "keras.Layer.call")
    mode = m.module_mode if m.module_mode is not Mode.EAGER else Mode.UNKNOWN
    return Running(mode)


def method_arguments(m: Machine, cls: Class, instance: Instance, function: Function) -> Arguments | None:
    """What Keras passes to a method that it calls itself; None for other methods."""
    kind = classes.kind_of(m, cls)
    params = function.definition.params.params
    if kind == "model" and function.name in TRACED_METHODS[:3] and len(params) == 2:
        return Arguments([Unknown(m.leaf(Kind.TENSOR, params[1]))])
    if kind in ("layer", "model") and function.name == "call" and len(params) > 1 and m.mode is Mode.GRAPH:
        others: dict[str, Value] = {param.name.value: m.external(param) for param in params[2:]}
        return Arguments([Tensor(m.leaf(Kind.TENSOR, params[1]), symbolic=True)], others)
    return None
