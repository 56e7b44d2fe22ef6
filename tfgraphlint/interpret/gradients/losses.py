"""Losses that run: what certainly is wrong with a function whose result is differentiated."""

from __future__ import annotations

import libcst as cst

from tfgraphlint.facts.common import Place
from tfgraphlint.facts.gradients import LossReturnsNothing, TapeInLoss
from tfgraphlint.interpret.core.machine import Machine
from tfgraphlint.interpret.core.tape_uses import use_of
from tfgraphlint.interpret.core.value import Value
from tfgraphlint.interpret.core.values import Nothing


def ran(m: Machine, first: int, result: Value, asked: cst.CSTNode) -> None:
    """A loss was run, its tapes from the bit ``first`` on: report them, and a result that is missing."""
    bit = first
    while bit < m.next_bit:
        inner = m.tapes[bit]
        entered = inner.entered_at
        if isinstance(entered, Place) and isinstance(entered.node, cst.With) and not m.guards:
            m.emit(TapeInLoss(inner.made, use_of(inner), m.place(asked), tuple(m.calls)))
        bit <<= 1
    returned_nothing(m, result, asked)


def returned_nothing(m: Machine, target: Value, asked: cst.CSTNode) -> None:
    """Report a loss, or the target of a tape, that a function gave by ending without ``return``."""
    if isinstance(target, Nothing) and isinstance(target.function.definition, cst.FunctionDef) and not m.guards:
        place = Place(target.function.scope.tree, target.function.definition.name)
        m.emit(LossReturnsNothing(place, target.function.name, m.place(asked), tuple(m.calls)))
