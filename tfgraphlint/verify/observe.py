"""Watches the gradient tapes of a running program, and can nudge one source of one query on the way.

Every eager operation reports its outputs, so each tensor and variable has an ordinal: the same one in each run
of a program that repeats itself. A source is nudged when its tape is entered, or when it is made where that is
later. Tensors are nudged in place, so that everybody who holds one sees it; variables are assigned to. What
`tf.stop_gradient` returns is held at its value of the first run, which is what stopping a gradient means.
"""

from __future__ import annotations

import ctypes
import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from types import FrameType
from typing import Any

import numpy as np

from tfgraphlint.verify.contract import contract, weights_of
from tfgraphlint.verify.execute import Interrupted

_AUTOGRAPH = "tensorflow/python/autograph/"
FLOATS = ("float16", "float32", "float64")


@dataclass(frozen=True)
class Source:
    """One source of a query: its ordinal (None where it was never seen being made) and its gradient."""

    ordinal: int | None
    gradient: Any  # an array: that of the weighted target; None; or text that says why it cannot be had
    scale: float


@dataclass(frozen=True)
class Query:
    """One call of ``gradient``, ``jacobian`` or ``batch_jacobian`` that the program itself made."""

    line: int
    entry: int  # how many times a tape had been entered when this one was
    in_graph: bool
    value: float  # the weighted sum of the target
    noise: float  # how exactly that sum can be known
    sources: tuple[Source, ...] = ()


@dataclass(frozen=True)
class Nudge:
    """Move one source along ``direction``, once its tape is entered for the ``entry``-th time."""

    query: int
    entry: int
    ordinal: int
    direction: Any


@dataclass
class Observer:
    """Sees one run of the program below ``folder``; with a nudge it ends the run at the query in question."""

    folder: Path
    nudge: Nudge | None = None
    stopped: list[Any] = field(default_factory=list)  # what stop_gradient returned in the first run
    replay: bool = False
    queries: list[Query] = field(default_factory=list)
    moved: Any = None  # by how much the source was moved in fact
    shares_memory: bool = False
    own_gradients: bool = False  # the program uses tf.custom_gradient
    _made: list[Any] = field(default_factory=list)
    _ordinals: dict[int, int] = field(default_factory=dict)
    _entered: dict[int, int] = field(default_factory=dict)
    _tapes: list[Any] = field(default_factory=list)
    _stops: int = 0
    _quiet: bool = False
    _due: bool = False

    # What happens in the program

    def operation(
        self, kind: Any, inputs: Any, attrs: Any, outputs: Any, op_name: Any = None, graph: Any = None
    ) -> None:
        """Called by TensorFlow after each operation."""
        if self._quiet or graph is not None:
            return
        for output in outputs or ():
            self.register(output)
        if kind in ("AssignVariableOp", b"AssignVariableOp") and self._due:
            self._try_nudge(inputs[0])

    def register(self, tensor: Any) -> None:
        """Give a new tensor its ordinal."""
        if self._quiet:
            return
        self._ordinals[id(tensor)] = len(self._made)
        self._made.append(tensor)
        if self._due:
            self._try_nudge(tensor)

    def enter(self, tape: Any) -> None:
        """A tape starts to record."""
        self._tapes.append(tape)  # keeps its id from being used again
        self._entered[id(tape)] = len(self._tapes)
        if self.nudge is not None and self.nudge.entry == len(self._tapes):
            self._due = True
            if self.nudge.ordinal < len(self._made):
                self._try_nudge(self._made[self.nudge.ordinal])

    def watch(self, tensors: Any) -> None:
        """Sources that no operation made get their ordinal here."""
        import tensorflow as tf

        for tensor in tf.nest.flatten(tensors):
            if hasattr(tensor, "_numpy") and id(tensor) not in self._ordinals:
                self.register(tensor)

    def stop(self, value: Any, result: Any) -> Any:
        """What ``tf.stop_gradient`` returns."""
        import tensorflow as tf

        if not hasattr(result, "numpy"):
            return result
        if not self.replay:
            self.stopped.append(result.numpy())
            return result
        self._stops += 1
        with self._unseen():
            return tf.constant(self.stopped[self._stops - 1])

    def ask(self, tape: Any, target: Any, weights: Any, sources: Any, contracted: Any, line: int) -> None:
        """A query: remember it, and end the run where it is the one that was nudged for."""
        with self._unseen():
            query = self._query(tape, target, weights, sources, contracted, line)
        self.queries.append(query)
        if self.nudge is not None and self.nudge.query == len(self.queries) - 1:
            raise Interrupted

    # Helpers

    def _query(self, tape: Any, target: Any, weights: Any, sources: Any, contracted: Any, line: int) -> Query:
        entry = self._entered.get(id(tape), 0)
        if not all(hasattr(part, "_numpy") for part in target):
            return Query(line, entry, True, 0.0, 0.0)
        parts = [(np.asarray(part.numpy()), weight) for part, weight in zip(target, weights)]
        value = sum(float(np.sum(_wide(part) * weight)) for part, weight in parts)
        noise = sum(
            4 * float(np.finfo(part.dtype).eps) * float(np.sum(np.abs(_wide(part) * weight)))
            for part, weight in parts
            if part.dtype.kind == "f"
        )
        found = tuple(self._source(source, gradient) for source, gradient in zip(sources, contracted))
        return Query(line, entry, False, value, noise, found)

    def _source(self, source: Any, gradient: Any) -> Source:
        known = self._ordinals.get(id(getattr(source, "handle", source)))
        if getattr(source, "dtype", None) is None or np.dtype(_dtype(source)).name not in FLOATS:
            return Source(known, "its type is not a float", 1.0)
        values = _wide(source.numpy()) if hasattr(source, "numpy") else np.ones(())
        return Source(known, gradient, max(1.0, float(np.sqrt(np.mean(values**2))) if values.size else 1.0))

    def _try_nudge(self, made: Any) -> None:
        assert self.nudge is not None
        if self._ordinals.get(id(made)) != self.nudge.ordinal:
            return
        with self._unseen():
            move = _move_variable if made.dtype.name == "resource" else self._move_tensor
            self.moved = move(made, self.nudge.direction)
        self._due = self.moved is None

    def _move_tensor(self, tensor: Any, direction: Any) -> Any:
        array = _memory(tensor)
        self.shares_memory = any(
            other is not tensor and _floating(other) and _memory(other).ctypes.data == array.ctypes.data
            for other in self._made
        )
        new = np.ascontiguousarray((_wide(array) + direction).astype(array.dtype))
        moved = _wide(new) - _wide(array)
        ctypes.memmove(array.ctypes.data, new.ctypes.data, array.nbytes)
        return moved

    @contextmanager
    def _unseen(self) -> Iterator[None]:
        quiet, self._quiet = self._quiet, True
        try:
            yield
        finally:
            self._quiet = quiet


def _dtype(source: Any) -> str:
    name = getattr(source.dtype, "name", source.dtype)
    return str(name).removesuffix("_ref") if str(name).startswith(("float", "int")) else "object"


def _floating(tensor: Any) -> bool:
    return hasattr(tensor, "_numpy") and tensor.dtype.name in FLOATS


def _memory(tensor: Any) -> Any:
    return np.asarray(memoryview(tensor))


def _wide(array: Any) -> Any:
    return np.asarray(array, np.float64)


def _move_variable(handle: Any, direction: Any) -> Any:
    import tensorflow as tf

    if not bool(tf.raw_ops.VarIsInitializedOp(resource=handle)):
        return None
    data = handle._handle_data.shape_and_type[0]
    dtype = tf.dtypes.as_dtype(data.dtype)
    old = tf.raw_ops.ReadVariableOp(resource=handle, dtype=dtype).numpy()
    new = (_wide(old) + direction).astype(old.dtype)
    tf.raw_ops.AssignVariableOp(resource=handle, value=tf.constant(new))
    return _wide(new) - _wide(old)


@contextmanager
def watching(observer: Observer) -> Iterator[None]:
    """Have ``observer`` see all that runs."""
    import tensorflow as tf
    from tensorflow.python.framework import constant_op, op_callbacks

    with ExitStack() as stack:
        def replace(owner: Any, name: str, wrap: Callable[[Any], Any]) -> None:
            original = owner.__dict__[name]
            wrapped = wrap(original)
            wrapped.autograph_info__ = {}  # AutoGraph: call it as it is
            setattr(owner, name, wrapped)
            stack.callback(setattr, owner, name, original)

        for name in ("gradient", "jacobian", "batch_jacobian"):
            replace(tf.GradientTape, name, _asking(observer, name))
        for name in ("__enter__", "reset"):
            replace(tf.GradientTape, name, _entering(observer))
        replace(tf.GradientTape, "watch", _watched(observer))
        replace(tf, "stop_gradient", _stopping(observer))
        replace(tf, "custom_gradient", _stating(observer))
        replace(constant_op, "convert_to_eager_tensor", _converting(observer))
        op_callbacks.add_op_callback(observer.operation)
        stack.callback(op_callbacks.remove_op_callback, observer.operation)
        yield


def _caller(observer: Observer) -> int:
    """The line of the program that made the call, 0 where a library did."""
    frame: FrameType | None = sys._getframe(2)
    while frame is not None and _AUTOGRAPH in Path(frame.f_code.co_filename).as_posix():
        frame = frame.f_back
    if frame is None:
        return 0
    filename = frame.f_code.co_filename
    own = filename.startswith(str(observer.folder)) or "__autograph_generated_file" in filename
    return frame.f_lineno if own else 0


def _asking(observer: Observer, name: str) -> Callable[[Any], Any]:
    def wrap(original: Any) -> Any:
        def ask(tape: Any, target: Any, sources: Any = None, *args: Any, **kwargs: Any) -> Any:
            import tensorflow as tf

            line = _caller(observer)
            sources = kwargs.pop("source" if name == "batch_jacobian" else "sources", sources)
            result = original(tape, target, sources, *args, **kwargs)
            if line:
                seeds = kwargs.get("output_gradients", args[0] if args and name == "gradient" else None)
                targets = tf.nest.flatten(target)
                with observer._unseen():
                    weights = weights_of(name, targets, seeds)
                    found = [contract(name, one, weights) for one in tf.nest.flatten(result)]
                observer.ask(tape, targets, weights, tf.nest.flatten(sources), found, line)
            return result

        return ask

    return wrap


def _entering(observer: Observer) -> Callable[[Any], Any]:
    def wrap(original: Any) -> Any:
        def enter(tape: Any) -> Any:
            observer.enter(tape)
            return original(tape)

        return enter

    return wrap


def _watched(observer: Observer) -> Callable[[Any], Any]:
    def wrap(original: Any) -> Any:
        def watch(tape: Any, tensor: Any) -> Any:
            result = original(tape, tensor)
            observer.watch(tensor)
            return result

        return watch

    return wrap


def _stopping(observer: Observer) -> Callable[[Any], Any]:
    def wrap(original: Any) -> Any:
        def stop_gradient(input: Any, name: Any = None) -> Any:
            return observer.stop(input, original(input, name=name))

        return stop_gradient

    return wrap


def _stating(observer: Observer) -> Callable[[Any], Any]:
    def wrap(original: Any) -> Any:
        def custom_gradient(f: Any = None) -> Any:
            observer.own_gradients |= bool(_caller(observer))
            return original(f)

        return custom_gradient

    return wrap


def _converting(observer: Observer) -> Callable[[Any], Any]:
    """Constants get memory of their own: TensorFlow shares it among equal Python numbers and with arrays."""

    def wrap(original: Any) -> Any:
        def convert(value: Any, ctx: Any, dtype: Any = None) -> Any:
            tensor = original(value, ctx, dtype)
            if tensor is value or not _floating(tensor):
                return tensor
            tensor = original(np.array(tensor.numpy()), ctx, tensor.dtype)
            observer.register(tensor)
            return tensor

        return convert

    return wrap
