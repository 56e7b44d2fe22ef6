"""Facts about gradients: what a query certainly returns, and calls that raise an error in a tape or optimizer.

One cause, one report. A value leaves TensorFlow once: what NumPy and Python compute from it afterwards has no gradient
left to cut, and repairing the first place alone would only move the cut to the next one. So a stretch of the way
outside TensorFlow, from where the value leaves it to where it comes back, is one cause. It is reported where the value
leaves, its path shows the other steps, and one fix repairs all of them. A value that comes back to TensorFlow and
leaves it again has a second cause, repaired by itself. Everything that ran outside the tape's block is one cause, too:
one fix moves it into the block.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

import libcst as cst

from tfgraphlint.facts.common import Fact, Fault, FaultKind, Mode, Operand, Place, TapeUse

# Raise while a graph is traced, before any gradient is computed: facts about tracing say so.
RAISES_IN_GRAPH = frozenset({
    FaultKind.NUMPY_METHOD, FaultKind.NUMPY_CALL, FaultKind.PYTHON_SCALAR, FaultKind.REWRAP,
})  # fmt: skip


@dataclass(frozen=True, eq=False)
class GradientLost(Fact):
    """``tape.gradient(target, source)`` certainly returns no gradient; ``faults`` say why, in order.

    ``partial``: a gradient flows on another path, and only the term with the ``faults`` has none. No faults at all:
    target and source are not connected. ``alone``: some of the weights that are asked for have no other path than this
    term, so that stating the cut would leave them without a gradient.
    """

    place: Place  # the call of gradient, jacobian, ...
    tape: TapeUse
    target: Operand
    source: Operand
    faults: tuple[Fault, ...]
    partial: bool = False
    watched: Place | None = None  # the call that watches the source, where there is one
    calls: tuple[Place, ...] = field(default=())
    alone: bool = False

    def parts(self) -> Iterator[Cause]:
        """One fact for each cause, in the order in which they happen."""
        for first, *further in _causes(self.faults):
            if first.mode is Mode.GRAPH and first.kind in RAISES_IN_GRAPH:
                continue
            is_term = self.partial and first.outcome not in ("zero", "zero or raises", "part")
            what = first.place, first.kind, first, tuple(further), self, self.calls
            yield TermCut(*what) if is_term else GradientCut(*what)


def _causes(faults: Sequence[Fault]) -> list[list[Fault]]:
    """The faults in groups of one cause each; what happens twice at one place counts once."""
    causes: list[list[Fault]] = []
    seen: set[tuple[FaultKind, cst.CSTNode]] = set()
    for fault in faults:
        key = fault.kind, fault.place.node
        if key in seen:
            continue
        seen.add(key)
        if fault.outside and causes:
            causes[-1].append(fault)
        elif fault.kind is FaultKind.OUTSIDE and (same := [each for each in causes if each[0].kind is fault.kind]):
            same[0].append(fault)
        else:
            causes.append([fault])
    return causes


@dataclass(frozen=True, eq=False)
class Cause(Fact):
    """One cause of a ``GradientLost``, which is ``lost``; base of the two that follow.

    ``fault`` is where it happens. ``further`` are the faults that go with it: steps outside of TensorFlow after the
    value has left it, or other operations outside of the tape's block.
    """

    place: Place
    kind: FaultKind
    fault: Fault
    further: tuple[Fault, ...]
    lost: GradientLost
    calls: tuple[Place, ...] = field(default=())


class GradientCut(Cause):
    """The query gives None, zero, an error, or for a ``fault`` with the outcome "part" less than the gradient."""


class TermCut(Cause):
    """A gradient flows on another path; one term of the target contributes nothing to it."""


@dataclass(frozen=True, eq=False)
class TapeExhausted(Fact):
    """A second query on a non-persistent tape (``first`` is the one before), or a query on a tape never entered."""

    place: Place
    tape: TapeUse
    first: Place | None
    calls: tuple[Place, ...] = field(default=())


@dataclass(frozen=True, eq=False)
class QuerySwapped(Fact):
    """``tape.gradient(variables, loss)``: the target is what the source was computed from."""

    place: Place
    target: Place
    source: Place
    calls: tuple[Place, ...] = field(default=())


@dataclass(frozen=True, eq=False)
class PairsSwapped(Fact):
    """``apply_gradients(zip(variables, gradients))``; ``first`` and ``second`` are zip's arguments."""

    place: Place  # the call of zip
    apply: Place
    first: Place
    second: Place
    calls: tuple[Place, ...] = field(default=())


@dataclass(frozen=True, eq=False)
class PairsWalked(Fact):
    """A ``zip`` that was iterated at ``walked`` is exhausted when ``apply_gradients`` receives it."""

    place: Place  # the call of zip
    walked: Place
    apply: Place
    calls: tuple[Place, ...] = field(default=())


@dataclass(frozen=True, eq=False)
class StepInScope(Fact):
    """``what`` of a training step ("gradient", "apply_gradients" or "minimize") is called in ``strategy.scope()``, not
    on the replicas. ``scope`` is the call of ``scope``."""

    place: Place
    what: str
    scope: Place
    calls: tuple[Place, ...] = field(default=())


@dataclass(frozen=True, eq=False)
class OptimizerShared(Fact):
    """An optimizer is given variables for which it has made none of its own, after its first call did so for others:
    it raises ``error``. ``variables`` and ``known``: what it is given now and what first, as far as it is written."""

    place: Place
    error: str
    first: Place  # the call that made its variables
    variables: Place | None
    known: Place | None
    first_calls: tuple[Place, ...]  # through which the first call was reached
    calls: tuple[Place, ...] = field(default=())


SYMBOLIC = "symbolic Keras tensor"  # what ``keras.Input`` returns


@dataclass(frozen=True, eq=False)
class Unwatchable(Fact):
    """A value that no tape can watch or differentiate by: an array, number, model, layer, symbolic Keras tensor.

    ``how`` is "watched", "source", "target", or "watched-before-entering".
    """

    place: Place  # the argument
    how: str
    what: str  # "array", "number", "model", "layer", "weights" (of Keras 3)
    tape: TapeUse
    query: Place  # the call
    calls: tuple[Place, ...] = field(default=())


@dataclass(frozen=True, eq=False)
class WeightsUnbuilt(Fact):
    """A model's variables were read at ``place`` before its first call: an empty list, used at ``used``."""

    place: Place
    used: Place
    model: str
    calls: tuple[Place, ...] = field(default=())


@dataclass(frozen=True, eq=False)
class VariableAugmented(Fact):
    """``w -= g`` on a variable raises RuntimeError."""

    place: Place  # the statement
    target: Place
    operator: str  # "-", "+", ...
    value: Place
    calls: tuple[Place, ...] = field(default=())


@dataclass(frozen=True, eq=False)
class LossNotCallable(Fact):
    """``optimizer.minimize(tensor)``: a tensor instead of a function. ``missing``: optimizers have no such method;
    ``uncalled``: as for ``ApiUsed``."""

    place: Place
    method: str
    optimizer: str
    missing: bool = False
    calls: tuple[Place, ...] = field(default=())
    uncalled: tuple[Place, ...] = ()


@dataclass(frozen=True, eq=False)
class GradientNotFinite(Fact):
    """A gradient that is NaN for certain values, in spite of a ``tf.where``, or at the root of zero."""

    place: Place  # the tf.where call, or the root
    operation: Place  # what has the infinite derivative
    name: str
    source: Place
    calls: tuple[Place, ...] = field(default=())


@dataclass(frozen=True, eq=False)
class LossReturnsNothing(Fact):
    """A function that a tape or Keras differentiates ended without ``return``."""

    place: Place  # the name in its ``def``
    name: str
    asked: Place  # the query, or where Keras receives it
    calls: tuple[Place, ...] = field(default=())


@dataclass(frozen=True, eq=False)
class TapeInLoss(Fact):
    """A tape is entered while Keras computes a loss, which Keras records on its own tape."""

    place: Place  # the call that creates the tape
    tape: TapeUse
    asked: Place  # where Keras receives the loss
    calls: tuple[Place, ...] = field(default=())
