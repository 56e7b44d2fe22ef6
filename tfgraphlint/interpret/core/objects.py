"""Objects of library classes: one class for each kind that anything here knows more of than its name.

What is known of an object stands in its ``Field``s. A class's ``shown`` fields are attributes of the object in the
program as well: ``layer.name``.
"""

from __future__ import annotations

from typing import Any, ClassVar

from tfgraphlint.facts.common import Place
from tfgraphlint.interpret.core.arguments import Arguments
from tfgraphlint.interpret.core.fields import Field, Trained
from tfgraphlint.interpret.core.provenance import Node
from tfgraphlint.interpret.core.scopes import Function
from tfgraphlint.interpret.core.value import Value
from tfgraphlint.interpret.core.values import FLOAT, Instance, Items, Object, Tape, sequence

NONE = sequence("tuple", ())

# -- Keras ---------------------------------------------------------------------------------------


class Weighted(Object):
    """What has variables of its own: a layer, a model, a module."""

    __slots__ = ()


class Module(Weighted):
    """A ``tf.Module``."""

    __slots__ = ()


class Network(Weighted):
    """A layer or a model."""

    __slots__ = ()

    built: ClassVar[Field[Value | None]] = Field(None)  # its variables were made, on some path


class Layer(Network):
    """A layer of Keras."""

    __slots__ = ()
    shown = ("built", "function", "layer", "name", "return_state", "return_attention_scores", "return_sequences")

    seeded = Field(False)  # Keras 3: it holds the seed of its random numbers in a variable
    shaped = Field(False)  # the shape of its input is known, and with it its variables
    layer: ClassVar[Field[Value | None]] = Field(None)  # the one that it wraps
    function: ClassVar[Field[Value | None]] = Field(None)  # of a ``Lambda``
    activation: ClassVar[Field[Value | None]] = Field(None)  # the function that it was given for its result
    written: ClassVar[Field[Place | None]] = Field(None)  # where the function or activation stands
    name: ClassVar[Field[Value | None]] = Field(None)
    return_state: ClassVar[Field[Value | None]] = Field(None)
    return_attention_scores: ClassVar[Field[Value | None]] = Field(None)
    return_sequences: ClassVar[Field[Value | None]] = Field(None)


class Model(Network):
    """A model of Keras: a ``Sequential``, one that was made from its inputs and outputs, or one of which less is
    known."""

    __slots__ = ()
    shown = ("built", "inputs", "outputs", "run_eagerly")

    layers: ClassVar[Field[Value | None]] = Field(None)
    inputs: ClassVar[Field[Value | None]] = Field(None)
    outputs: ClassVar[Field[Value | None]] = Field(None)
    run_eagerly: ClassVar[Field[Value | None]] = Field(None)
    schedules: ClassVar[Field[tuple[Instance, ...]]] = Field(())  # that its optimizer asks for the learning rate
    compiled_with: ClassVar[Field[tuple[Value, ...]]] = Field(())  # the optimizer, which is none of its parts
    loss: ClassVar[Field[Value | None]] = Field(None)  # that it was compiled with
    compiled: ClassVar[Field[int | None]] = Field(0)  # which compilation holds: ``fit`` keeps its trace


class Optimizer(Object):
    """An optimizer of Keras or of TensorFlow 1."""

    __slots__ = ()

    schedules: ClassVar[Field[tuple[Instance, ...]]] = Field(())  # the schedule of the project that it was given
    trains: ClassVar[Field[Trained | None]] = Field(None)  # for which variables it has made its own


class Loss(Object):
    """A loss: called, it gives a number."""

    __slots__ = ()


class Metric(Object):
    """A metric."""

    __slots__ = ()

    updates: ClassVar[Field[Value | None]] = Field(None)  # what it was given so far


class Initializer(Object):
    """An initializer."""

    __slots__ = ()


class Schedule(Object):
    """A schedule of the learning rate."""

    __slots__ = ()


class Regularizer(Object):
    """A regularizer: called on weights, it gives a number."""

    __slots__ = ()


class Callback(Object):
    """A callback."""

    __slots__ = ()

    hooks: ClassVar[Field[tuple[tuple[str, Value], ...]]] = Field(())  # what a ``LambdaCallback`` calls, by their names


# -- TensorFlow ----------------------------------------------------------------------------------


class Dataset(Object):
    """A dataset of ``tf.data``, or an iterator over one."""

    __slots__ = ()

    element: ClassVar[Field[Value | None]] = Field(None)  # what it gives in each turn; None where it is not known
    traces: ClassVar[Field[tuple[Node, ...]]] = Field(())  # of the functions that it runs on its elements


class OptionParser(Object):
    """An ``argparse.ArgumentParser``."""

    __slots__ = ()


class Options(Object):
    """What the command line gave: an ``argparse.Namespace``."""

    __slots__ = ()


class Shape(Object):
    """The static shape of a tensor, or a list made of it."""

    __slots__ = ()

    of: ClassVar[Field[Value | None]] = Field(None)


class Spec(Object):
    """A ``tf.TensorSpec``."""

    __slots__ = ()
    shown = ("shape",)

    shape: ClassVar[Field[Value | None]] = Field(None)
    dtype = Field(FLOAT)


class TensorArray(Object):
    """A ``tf.TensorArray``."""

    __slots__ = ()

    written: ClassVar[Field[Value]] = Field(NONE)  # a list of what was written


class Graph(Object):
    """A graph, whose ``with`` has code build it."""

    __slots__ = ()


class Session(Graph):
    """A session of TensorFlow 1."""

    __slots__ = ()
    shown = ("graph",)

    graph: ClassVar[Field[Value | None]] = Field(None)  # set where it runs, or may run, another than the default one


class Strategy(Object):
    """A strategy of ``tf.distribute``; those but ``OneDeviceStrategy`` run a function in threads of their own."""

    __slots__ = ()


class StrategyScope(Object):
    """``strategy.scope()``."""

    __slots__ = ()

    strategy: ClassVar[Field[Value | None]] = Field(None)


class InitScope(Object):
    """``tf.init_scope()``."""

    __slots__ = ()


class StopRecording(Object):
    """``tape.stop_recording()``."""

    __slots__ = ()

    tape: ClassVar[Field[Tape | None]] = Field(None)


class Decorator(Object):
    """What a call with options gives, to decorate with: ``tf.function(jit_compile=True)``."""

    __slots__ = ()

    autograph: ClassVar[Field[Value | None]] = Field(None)
    jit_compile: ClassVar[Field[Value | None]] = Field(None)
    input_signature: ClassVar[Field[Value | None]] = Field(None)


# -- NumPy and Python ----------------------------------------------------------------------------


class RandomGenerator(Object):
    """``np.random.default_rng()``."""

    __slots__ = ()

    seeded = Field(False)


class Constants(Object):
    """Holds numbers: ``np.finfo(np.float32)``."""

    __slots__ = ()


class Range(Object):
    """A ``range``."""

    __slots__ = ()

    bounds: ClassVar[Field[Items]] = Field(NONE)


class Enumerate(Object):
    """An ``enumerate``."""

    __slots__ = ()

    inner: ClassVar[Field[Value]] = Field(NONE)


class Zip(Object):
    """A ``zip``."""

    __slots__ = ()

    inner: ClassVar[Field[Items]] = Field(NONE)
    walked: ClassVar[Field[Place | None]] = Field(None)  # the loop after which it is exhausted


class GeneratorManager(Object):
    """A call of a ``@contextmanager`` function, which ``with`` runs."""

    __slots__ = ()

    function: ClassVar[Field[Function | None]] = Field(None)
    arguments: ClassVar[Field[Arguments | None]] = Field(None)


class NamedTupleType(Object):
    """The class that ``collections.namedtuple`` makes."""

    __slots__ = ()

    fields: ClassVar[Field[tuple[Any, ...]]] = Field(())


class Logger(Object):
    """``logging.getLogger()``."""

    __slots__ = ()


# What the tables call classes. Of all others it is not known what they do.
KINDS: dict[str, type[Object]] = {
    "layer": Layer, "model": Model, "module": Module, "optimizer": Optimizer, "loss": Loss, "metric": Metric,
    "initializer": Initializer, "schedule": Schedule, "regularizer": Regularizer, "callback": Callback,
    "dataset": Dataset,
}  # fmt: skip


def of_kind(kind: str) -> type[Object]:
    """The class of objects of this kind, as the tables have it."""
    return KINDS.get(kind, Object)


class Thread(Object):
    """A thread or a process, which runs its target when it is started."""

    __slots__ = ()

    target: ClassVar[Field[Value | None]] = Field(None)
    arguments: ClassVar[Field[Value | None]] = Field(None)
    keywords: ClassVar[Field[Value | None]] = Field(None)


class Pool(Object):
    """Threads or processes that run the functions which they are given."""

    __slots__ = ()
