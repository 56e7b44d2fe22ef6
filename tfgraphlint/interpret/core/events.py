"""What happens while code is interpreted. Whoever wants to know of it takes the event as second parameter.

The interpreter tells an event (``m.tell(Returned(node, value))``) and knows nobody who listens. The functions of
``interpret/checks`` listen: the annotation of the second parameter says to what. ``A | B`` listens to both.
"""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from typing import Any, NamedTuple, Union

import libcst as cst

from tfgraphlint.facts.common import Fault, FaultKind
from tfgraphlint.interpret.core.arguments import Arguments
from tfgraphlint.interpret.core.provenance import Node, Way
from tfgraphlint.interpret.core.scopes import Frame, Function, Traced
from tfgraphlint.interpret.core.store import Changes, State
from tfgraphlint.interpret.core.value import Value
from tfgraphlint.interpret.core.values import (
    Dict,
    Instance,
    Items,
    Object,
    Tape,
    Tensor,
    TracedCallable,
    Variable,
)

# -- values --------------------------------------------------------------------------------------


class ValueRead(NamedTuple):
    """Values leave TensorFlow through ``name``: ``x.numpy()``, ``np.sum(x)``, ``float(x)``."""

    node: cst.CSTNode
    values: Sequence[Value]
    kind: FaultKind
    name: str


class ValuesUsed(NamedTuple):
    """An operation takes these values. Told only when somebody has asked for it: see ``Machine.wake``."""

    values: Sequence[Value]


class OperatorApplied(NamedTuple):
    """``left name right``: arithmetic (``Add``) or a comparison (``Less``)."""

    node: cst.CSTNode
    name: str
    left: Value
    right: Value


class OperationBuilt(NamedTuple):
    """An operation runs on these values in a program that switches eager execution off.

    ``builds``: it puts something into the graph, whatever the values are.
    """

    node: cst.CSTNode
    values: Sequence[Value]
    builds: bool = False


class Iterated(NamedTuple):
    """A value is iterated ``by`` a ``for`` statement, a ``comprehension``, an ``unpacking`` or a ``star``."""

    node: cst.CSTNode
    value: Value
    by: str


class Hashed(NamedTuple):
    """A value is a key of a dictionary, looked up or stored, or an element of a set."""

    node: cst.CSTNode
    value: Value


class Indexed(NamedTuple):
    """A value says which item of a list or tuple of Python is taken."""

    node: cst.CSTNode
    value: Value


class Formatted(NamedTuple):
    """Values are written with a format that only numbers have: ``f"{x:.3f}"``."""

    node: cst.CSTNode
    values: Sequence[Value]


class Contained(NamedTuple):
    """``left in right``."""

    node: cst.CSTNode
    left: Value
    right: Value


# -- conditions ----------------------------------------------------------------------------------


class ConditionTested(NamedTuple):
    """A value is used as a condition: ``how`` says of what. ``always``: AutoGraph never converts it."""

    node: cst.CSTNode
    value: Value
    how: str
    always: bool = False


class ConditionalChosen(NamedTuple):
    """A tensor decides which of the two values a conditional expression has."""

    node: cst.IfExp
    one: Value
    other: Value


class BranchesJoined(NamedTuple):
    """A tensor decided a condition: what its branches changed, None for one that ended.

    ``before``: how many times the function had returned before.
    """

    node: cst.If
    ends: Sequence[Changes | None]
    before: int


class BlockEnded(NamedTuple):
    """A block ended in which one branch of a tensor's condition returned; ``known`` such were there before."""

    known: int
    goes_on: bool


# -- gradients -----------------------------------------------------------------------------------


class GradientAsked(NamedTuple):
    """A tape is asked for a gradient. Whether anything is known of it, is told for each source by itself."""

    node: cst.CSTNode
    tape: Tape
    args: Arguments


class SourceJudged(NamedTuple):
    """What is certain of a gradient with respect to one ``source``, a ``query_sources.Source``.

    ``lost`` and ``partly`` are the faults and the way of a gradient that is lost as a whole, or of which a part is.
    """

    node: cst.CSTNode
    tape: Tape
    target: cst.BaseExpression
    targets: Sequence[Node]
    source: Any
    lost: tuple[Sequence[Fault], Way | None] | None
    partly: tuple[Sequence[Fault], Way | None] | None = None


# -- statements ----------------------------------------------------------------------------------


class PlaceGivenBack(NamedTuple):
    """A condition or loop of the graph gives back what an attribute, an item or a ``global`` or ``nonlocal`` name holds
    that it assigns. ``is_new``: it was a number and is a tensor now."""

    node: cst.CSTNode  # the assignment
    target: cst.Attribute | cst.Subscript | cst.Name
    holder: Value | None  # what has the attribute or item
    value: Value
    is_new: bool


class Assigned(NamedTuple):
    """``a = value``."""

    node: cst.Assign
    value: Value


class Augmented(NamedTuple):
    """``left += right``, which gives ``value``: ``left`` itself where it is a container that is changed."""

    node: cst.AugAssign
    left: Value
    right: Value
    value: Value


class Dropped(NamedTuple):
    """The value of an expression statement is thrown away."""

    node: cst.BaseExpression
    value: Value


class Returned(NamedTuple):
    """``return value``."""

    node: cst.Return
    value: Value


class Raised(NamedTuple):
    """``raise``."""

    node: cst.Raise


class LoopLeft(NamedTuple):
    """``break``."""

    node: cst.Break


# -- state ---------------------------------------------------------------------------------------


class NameRead(NamedTuple):
    """A local name is read on which the branches of a tensor's condition disagree."""

    frame: Frame
    name: str


class NameBound(NamedTuple):
    """A local name is bound on which the branches of a tensor's condition disagree."""

    frame: Frame
    name: str


class EntryRead(NamedTuple):
    """While a graph is built, a global, an attribute or an item is read that was there before."""

    state: State
    key: Hashable
    value: Value
    node: cst.CSTNode


class EntryWritten(NamedTuple):
    """A name, an attribute or an item gets a value; told after ``Machine.wake``. ``node`` is None for a plain name."""

    state: State
    key: Hashable
    value: Value
    node: cst.CSTNode | None


class AttributeSet(NamedTuple):
    """``owner.name = value``."""

    owner: Value
    name: str
    value: Value
    node: cst.CSTNode


class LibraryAttributeRead(NamedTuple):
    """An attribute is read that the program has not given to the object: its library class has to have it."""

    value: Value
    name: str
    node: cst.CSTNode


class TensorItemSet(NamedTuple):
    """``tensor[indices] = …``."""

    value: Tensor | Variable
    indices: Sequence[Value | None]
    target: cst.Subscript


class TensorAssigned(NamedTuple):
    """``tensor.assign(…)``: a method that only variables and their items have."""

    value: Tensor
    name: str
    node: cst.Call


class ContainerCalled(NamedTuple):
    """A method of a list or dictionary is called while a graph is built."""

    receiver: Items | Dict
    name: str
    args: Arguments
    node: cst.CSTNode


class Appended(NamedTuple):
    """``receiver.append(value)``."""

    node: cst.CSTNode
    value: Value


# -- calls ---------------------------------------------------------------------------------------


class FunctionEntered(NamedTuple):
    """A function of the project is called while a graph is built."""

    function: Function
    args: Arguments
    node: cst.CSTNode


class LibraryCalled(NamedTuple):
    """A function or class of a library is called by its full name."""

    name: str
    args: Arguments
    node: cst.CSTNode


class MethodCalled(NamedTuple):
    """A method of an object or value of TensorFlow or Keras is called."""

    receiver: Value
    name: str
    args: Arguments
    node: cst.CSTNode


class WeightsRead(NamedTuple):
    """The weights of a layer or model that has been built are read as arrays: ``get_weights``."""

    node: cst.CSTNode


class BuiltinCalled(NamedTuple):
    """A builtin or a function of the standard library is called with these positional arguments."""

    node: cst.CSTNode
    name: str
    values: Sequence[Value]


class Printed(NamedTuple):
    """Values are printed or logged through ``name``."""

    node: cst.CSTNode
    values: Sequence[Value]
    name: str


class HostValueDrawn(NamedTuple):
    """Python or NumPy gives another value each time: a random number, the time."""

    node: cst.CSTNode
    name: str


class IteratorAdvanced(NamedTuple):
    """``next(value)``."""

    node: cst.CSTNode
    value: Value


# -- tf.function ---------------------------------------------------------------------------------


class FunctionTraced(NamedTuple):
    """A ``tf.function`` is made of ``function``. ``signed``: it has a signature, by which numbers become tensors."""

    traced: Traced
    function: Value
    node: cst.CSTNode
    signed: bool


class TracedCalled(NamedTuple):
    """A ``tf.function`` is called eagerly."""

    function: TracedCallable
    args: Arguments
    node: cst.CSTNode


class TraceRun(NamedTuple):
    """What ``trace`` stands for is run: traced, or the graph of an earlier trace is used again."""

    trace: Hashable
    args: Arguments | None = None


# -- Keras and variables -------------------------------------------------------------------------


class VariableMade(NamedTuple):
    """A variable, an optimizer or a metric is made: all make variables at once. ``initial`` is the variable's value."""

    node: cst.CSTNode
    name: str
    initial: Value | None = None


class LayerMade(NamedTuple):
    """A layer or a model is made, which makes its variables when it is called first."""

    value: Object | Instance
    name: str
    node: cst.CSTNode


class ApplicationMade(NamedTuple):
    """A model of ``keras.applications`` is made, which has its variables at once."""

    name: str
    node: cst.CSTNode


class LayerCalled(NamedTuple):
    """A layer or a model is called."""

    value: Object | Instance
    node: cst.CSTNode


class ModelFitted(NamedTuple):
    """A model was fitted, or trained on a batch: its code has run, and its optimizer has made steps."""

    value: Object | Instance
    node: cst.CSTNode


class SymbolicTensorGiven(NamedTuple):
    """A function that refuses Keras' symbolic tensors is given some."""

    name: str
    args: Arguments
    node: cst.CSTNode


class LossReturned(NamedTuple):
    """A compiled loss or metric gave this value."""

    value: Value


class EagerSwitchedOn(NamedTuple):
    """``enable_eager_execution`` is called."""

    node: cst.CSTNode
    name: str


Event = Union[
    ValueRead, ValuesUsed, OperatorApplied, OperationBuilt, Iterated, Hashed, Indexed, Formatted, Contained,
    ConditionTested, ConditionalChosen, BranchesJoined, BlockEnded, Assigned, Augmented, Dropped, Returned, Raised,
    LoopLeft, NameRead, NameBound, EntryRead, EntryWritten, AttributeSet, TensorItemSet, ContainerCalled, Appended,
    FunctionEntered, LibraryCalled, MethodCalled, BuiltinCalled, Printed, HostValueDrawn, IteratorAdvanced,
    FunctionTraced, TracedCalled, TraceRun, VariableMade, LayerMade, ApplicationMade, LayerCalled, ModelFitted,
    SymbolicTensorGiven, LossReturned, EagerSwitchedOn, LibraryAttributeRead, GradientAsked, SourceJudged,
    PlaceGivenBack, WeightsRead, TensorAssigned,
]  # fmt: skip
