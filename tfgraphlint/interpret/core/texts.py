"""Texts that are not known, and what they show."""

from __future__ import annotations

from collections.abc import Iterable

import libcst as cst

from tfgraphlint.facts.common import Mode
from tfgraphlint.interpret.core.graph_state import shows_symbolic
from tfgraphlint.interpret.core.machine import Machine
from tfgraphlint.interpret.core.provenance import Kind
from tfgraphlint.interpret.core.value import Const, Value
from tfgraphlint.interpret.core.values import STRING, Host

# -- texts ---------------------------------------------------------------------------------------


def text(m: Machine, node: cst.CSTNode, shown: Iterable[Value] = ()) -> Host:
    """A text that is not known, in which these values are shown."""
    found = Host(m.leaf(Kind.CONSTANT, node), "scalar", STRING)
    if m.mode is Mode.GRAPH and any(shows_symbolic(m, value) for value in shown):
        m.texts.add(found.node)
    return found


def constant_text(value: Value) -> str | None:
    """The text, where it is one and known."""
    return value.value if isinstance(value, Const) and isinstance(value.value, str) else None
