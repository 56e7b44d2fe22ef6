"""Arguments that methods of Keras objects took once and refuse now. Those of functions and classes: ``names``."""

from __future__ import annotations

from collections.abc import Iterator

import libcst as cst

from tfgraphlint.facts.keras import RefusedArgument
from tfgraphlint.interpret.checks.lost_members import class_of, may_be_overridden
from tfgraphlint.interpret.core.events import MethodCalled
from tfgraphlint.interpret.core.machine import Machine
from tfgraphlint.interpret.core.value import Const
from tfgraphlint.interpret.core.values import Instance
from tfgraphlint.libraries.tables import keras_of, meant


class Told(set[cst.CSTNode]):
    """The calls of which it was reported."""


def called(m: Machine, event: MethodCalled) -> None:
    """Report an argument that the method certainly does not take."""
    receiver, method, args, call = event
    if not isinstance(call, cst.Call) or m.guards or m.alternatives or m.muted or call in m.memory(Told):
        return
    if not _may_be_refused(m, event) or meant() < m.tables.tensorflow:
        return
    cls = class_of(m, receiver, method)
    if cls is None or isinstance(receiver, Instance) and may_be_overridden(receiver, method):
        return
    for fact in _refusals(m, event, call, cls):
        m.memory(Told).add(call)
        m.emit(fact)


def _may_be_refused(m: Machine, event: MethodCalled) -> bool:
    """Whether the names say so: nearly all calls end here."""
    refused = m.tables.arguments_refused_by_methods()
    return event.name in refused or not refused.isdisjoint(event.args.keyword_nodes)


def _refusals(m: Machine, event: MethodCalled, call: cst.Call, cls: str) -> Iterator[RefusedArgument]:
    keras = keras_of(m.tables)
    for argument in call.args:
        if argument.keyword is None:
            continue
        name = argument.keyword.value
        error = m.tables.refused_argument(cls, event.name, name)
        if error is not None:
            given = m.place(argument.keyword)
            yield RefusedArgument(m.place(call), given, cls, event.name, name, error, keras, (), tuple(m.calls))
    first = call.args[0] if call.args and not call.args[0].star and call.args[0].keyword is None else None
    refused = m.tables.refused_name(cls, event.name)
    if first is None or refused is None or not event.args.positional:
        return
    value = event.args.positional[0]
    if isinstance(value, Const) and isinstance(value.value, str):
        error, order = refused
        given = m.place(first.value)
        yield RefusedArgument(m.place(call), given, cls, event.name, order[0], error, keras, order, tuple(m.calls))
