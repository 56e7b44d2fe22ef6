"""Facts about gradients: what a query certainly gives, and calls that tapes and optimizers refuse."""

from __future__ import annotations

from dataclasses import dataclass, field

from tfgraphlint.facts.common import Fact, Fault, Operand, Place, TapeUse


@dataclass(frozen=True, eq=False)
class GradientLost(Fact):
    """``tape.gradient(target, source)`` gives no gradient, for certain; ``faults`` say why, in order.

    ``partial`` means that a gradient flows on another path and only the term that ``faults`` lie on
    is lost. No faults at all: target and source are not connected.
    """

    place: Place  # the call of gradient, jacobian, ...
    tape: TapeUse
    target: Operand
    source: Operand
    faults: tuple[Fault, ...]
    partial: bool = False
    watched: Place | None = None  # the call that watches the source, where there is one
    calls: tuple[Place, ...] = field(default=())


@dataclass(frozen=True, eq=False)
class TapeExhausted(Fact):
    """A second query on a tape that is not persistent (``first`` is the one before), or never entered."""

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
    """A ``zip`` that was walked at ``walked`` is empty when ``apply_gradients`` gets it."""

    place: Place  # the call of zip
    walked: Place
    apply: Place
    calls: tuple[Place, ...] = field(default=())


SYMBOLIC = "symbolic tensor of Keras"  # what ``keras.Input`` gives, as something that no tape can watch


@dataclass(frozen=True, eq=False)
class Unwatchable(Fact):
    """A value that no tape can watch or differentiate by: an array, number, model, layer, symbolic tensor of Keras.

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
    """``optimizer.minimize(tensor)``: a tensor where a function is wanted."""

    place: Place
    method: str
    optimizer: str
    calls: tuple[Place, ...] = field(default=())


@dataclass(frozen=True, eq=False)
class GradientNotFinite(Fact):
    """A gradient that is NaN for certain values: guarded in vain by ``tf.where``, or the root of a zero."""

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
    asked: Place  # the query, or where it is given to Keras
    calls: tuple[Place, ...] = field(default=())


@dataclass(frozen=True, eq=False)
class TapeInLoss(Fact):
    """A tape is entered while Keras computes a loss, for which it has a tape of its own."""

    place: Place  # the call that makes the tape
    tape: TapeUse
    asked: Place  # where the loss is given to Keras
    calls: tuple[Place, ...] = field(default=())
