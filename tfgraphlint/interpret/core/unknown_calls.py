"""Calls that cannot be followed: whatever is given to them may come back changed."""

from __future__ import annotations

from collections.abc import Sequence

import libcst as cst

from tfgraphlint.interpret.core.arguments import Arguments
from tfgraphlint.interpret.core.fields import Possible, Trained
from tfgraphlint.interpret.core.machine import Machine
from tfgraphlint.interpret.core.objects import Optimizer
from tfgraphlint.interpret.core.structures import elements, within
from tfgraphlint.interpret.core.value import Value
from tfgraphlint.interpret.core.values import Items, Spread, Tape, Unknown

ANY_VARIABLES = Trained(frozenset(), whole=False, certain=False)  # what an optimizer may have been given elsewhere


def escape(m: Machine, tape: Tape) -> None:
    """The tape went where we cannot follow: what it watches and whether it was asked is not known."""
    m.store.set(tape, Tape.escaped, Possible((tape,)))
    m.store.set(tape, Tape.queried, None)


def unknown_call(m: Machine, holders: Sequence[Value], args: Arguments, node: cst.CSTNode) -> Unknown:
    """The result of a call that we cannot follow. Tapes and optimizers given to it may be asked or told
    anything."""
    given = args.all()
    for value in given:
        for held in within(value):
            if isinstance(held, Tape):
                escape(m, held)
            elif isinstance(held, Optimizer):
                m.store.set(held, Optimizer.trains, ANY_VARIABLES)
        _forget_lists(m, value)
    return m.opaque(node, [*holders, *given])


def _forget_lists(m: Machine, value: Value) -> None:
    """A list given away may come back longer."""
    if isinstance(value, Items) and value.kind == "list" and not elements(value):
        m.store.set(value, Items.items, Spread(m.external(m.frame.scope.tree.module)))
