"""Texts made in traced code that show a tensor: they hold its name, ``Tensor("args_0:0", …)``, and not its value."""

from __future__ import annotations

from collections.abc import Iterable

import libcst as cst

from tfgraphlint.facts.common import FaultKind
from tfgraphlint.interpret.checks.host_reads import emit_read
from tfgraphlint.interpret.core.events import BuiltinCalled, Contained, Formatted, LibraryCalled
from tfgraphlint.interpret.core.graph_state import in_trace
from tfgraphlint.interpret.core.machine import Machine
from tfgraphlint.interpret.core.value import Value
from tfgraphlint.interpret.core.values import Host
from tfgraphlint.libraries.words import TEXT_MODULES, TEXT_QUESTIONS, TEXT_TAKERS, TEXT_USERS

SHOWN = "builtins.str"  # as what it is known that a text shows a tensor
METHOD = "builtins.str."
# Names of tensors there tell nothing: elsewhere a program may ask for them, as for those of layers.
BY_DATASETS = "tensorflow.data."


class Refused(set[cst.CSTNode]):
    """What is written with a format that tensors do not take: there is no such text."""


def formatted(m: Machine, event: Formatted) -> None:
    """``f"{value:.3f}"`` is reported by itself."""
    m.memory(Refused).add(event.node)


def given_to_library(m: Machine, event: LibraryCalled) -> None:
    """A function of TensorFlow or NumPy gets such a text: it reads, writes or shows the name."""
    name, args, node = event
    if name in TEXT_USERS or name.startswith(TEXT_MODULES):
        written = [*args.nodes, *args.keyword_nodes.values()]
        values = [*args.positional[: len(args.nodes)], *(args.keywords[each] for each in args.keyword_nodes)]
        _report_first(m, node, zip(values, written))


def given_to_python(m: Machine, event: BuiltinCalled) -> None:
    """A function of Python that takes a path gets such a text, or a method asks what stands in it."""
    node, name, values = event
    asks = name.removeprefix(METHOD) in TEXT_QUESTIONS and _in_dataset(m)
    if name in TEXT_TAKERS or asks and name.startswith(METHOD):
        _report_first(m, node, ((value, None) for value in values))


def contained(m: Machine, event: Contained) -> None:
    """``"cat" in str(path)``: the name is asked."""
    node, _, right = event
    if _in_dataset(m):
        _report_first(m, node, [(right, None)])


def _in_dataset(m: Machine) -> bool:
    return m.running.by.startswith(BY_DATASETS)


def _report_first(
    m: Machine, node: cst.CSTNode, given: Iterable[tuple[Value, cst.BaseExpression | None]]
) -> None:
    for value, written in given:
        if isinstance(value, Host) and value.node in m.texts and in_trace(m) and not _is_refused(m, value):
            emit_read(m, written or node, SHOWN, FaultKind.PYTHON_SCALAR, [value])
            return


def _is_refused(m: Machine, text: Host) -> bool:
    written = text.node.place.node if text.node.place is not None else None
    parts = written.parts if isinstance(written, cst.FormattedString) else ()
    shown = [part.expression for part in parts if isinstance(part, cst.FormattedStringExpression)]
    return not m.memory(Refused).isdisjoint(filter(None, [written, *shown]))
