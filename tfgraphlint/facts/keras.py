"""Facts about Keras: symbolic tensors, layers and variables that Keras does not see."""

from __future__ import annotations

from dataclasses import dataclass, field

from tfgraphlint.facts.common import Fact, Place, Traced


@dataclass(frozen=True, eq=False)
class KerasTensorUsed(Fact):
    """A symbolic Keras tensor is used as a tensor or value, which raises an error.

    ``how`` is "function" (``name`` is its full name), "value" (``.numpy()``, NumPy, ``float``), "condition", "array"
    (an array to the left of the operator) or "result" (a loss that is symbolic itself). ``by`` is the part of Keras
    that runs the code on batches (``why``: the place that causes it), empty while a model is built; ``made`` is where
    the symbolic tensor is created.
    """

    place: Place
    name: str
    how: str
    by: str = ""
    why: Place | None = None
    made: Place | None = None
    calls: tuple[Place, ...] = field(default=())


@dataclass(frozen=True, eq=False)
class SymbolicLossAdded(Fact):
    """``model.add_loss(...)`` on a functional model, which Keras 3 does not support."""

    place: Place  # the call
    calls: tuple[Place, ...] = field(default=())


@dataclass(frozen=True, eq=False)
class LostMember(Fact):
    """An attribute is read that objects of the library class ``owner`` had in an older version and now lack, or that
    is there only to raise ``error``. Without ``name`` it is an object that cannot be made. ``legacy``: optimizers lack
    it that still have a legacy class with it."""

    place: Place  # what reads the attribute; the call that makes the object
    owner: str
    name: str
    error: str  # the class of the exception
    calls: tuple[Place, ...] = field(default=())
    legacy: bool = False


@dataclass(frozen=True, eq=False)
class RefusedArgument(Fact):
    """A method of a Keras object is given an argument that it took in an older version and now refuses: ``argument`` by
    its name, or a name first, where ``order`` are the arguments as they stood then."""

    place: Place  # the call
    given: Place  # the name of the argument; the name that comes first
    owner: str
    method: str
    argument: str
    error: str  # the class of the exception
    keras: str  # "Keras 3"
    order: tuple[str, ...] = ()
    calls: tuple[Place, ...] = field(default=())


@dataclass(frozen=True, eq=False)
class UntrackedVariable(Fact):
    """A ``tf.Variable`` becomes the attribute ``attribute`` of a Keras 3 layer or model, or an item of its list.

    Where the ``owner`` is "", it has this name, and a functional model computes with it, which no layer holds.
    """

    place: Place  # the call that creates the variable
    attribute: str
    owner: str  # the name of the class
    calls: tuple[Place, ...] = field(default=())


@dataclass(frozen=True, eq=False)
class LayerCreated(Traced):
    """A layer or model with weights is created again on each call of a layer, a loss or a traced step.

    ``late``: a layer makes it on its first call only and keeps it as the attribute ``name``, which Keras 3 refuses.
    """

    late: bool = False
