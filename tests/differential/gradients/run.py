"""What TensorFlow does: programs run one after the other in this process, and each query leaves its truth."""

from __future__ import annotations

import ast
import contextlib
import io
import linecache
import signal
import sys
import threading
import warnings
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from types import FrameType
from typing import Any

from ..forms import execute

FILENAME = "/generated/program.py"
SECONDS = 20.0
METHODS = ("gradient", "jacobian", "batch_jacobian")
TRAINING = ("fit", "train_on_batch")  # Keras asks for the gradients by itself
LOST = frozenset({"none", "zero", "raises"})

Key = tuple[int, int, int]  # the line of the query, row and column at which its source is written


@dataclass
class Truth:
    """What happened: per query and source the outcomes of all its runs."""

    outcomes: dict[Key, list[str]] = field(default_factory=dict)
    error: str = ""
    looped: frozenset[int] = frozenset()  # the lines that stand in a loop

    def add(self, key: Key, outcome: str) -> None:
        self.outcomes.setdefault(key, []).append(outcome)


def written_sources(text: str) -> dict[int, list[tuple[int, int]]]:
    """By line of a query: where its sources are written, one by one where they are a list; of ``fit`` the model."""
    found: dict[int, list[tuple[int, int]]] = {}
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
            if node.func.attr in METHODS and len(node.args) > 1:
                found[node.lineno] = [(each.lineno, each.col_offset + 1) for each in _each(node.args[1])]
            elif node.func.attr in TRAINING:
                found[node.lineno] = [(node.func.value.lineno, node.func.value.col_offset + 1)]
    return found


def trained(text: str) -> dict[int, int]:
    """By line of a ``compile``: the line at which that model is fitted first."""
    calls = [node for node in ast.walk(ast.parse(text)) if isinstance(node, ast.Call)]
    named = [
        (call.lineno, call.func.attr, ast.unparse(call.func.value))
        for call in calls
        if isinstance(call.func, ast.Attribute) and call.func.attr in ("compile", *TRAINING)
    ]
    found: dict[int, int] = {}
    for line, method, model in named:
        if method == "compile":
            fits = [other for other, name, of in named if name != "compile" and of == model and other > line]
            found[line] = min(fits, default=0)
    return found


def looped(text: str) -> frozenset[int]:
    """The lines that stand in a loop."""
    loops = [node for node in ast.walk(ast.parse(text)) if isinstance(node, (ast.For, ast.While))]
    return frozenset(line for loop in loops for line in range(loop.lineno, (loop.end_lineno or loop.lineno) + 1))


def _each(node: ast.expr) -> list[ast.expr]:
    if isinstance(node, (ast.List, ast.Tuple)) and node.elts:
        return list(node.elts)
    return [node]


def outcome(gradient: Any) -> str:
    """``none``, ``zero``, ``nan`` or ``flows``; for several that differ ``partly`` where some have none and some have
    one, else ``mixed``; ``empty`` for no source."""
    import tensorflow as tf

    kinds = {_outcome(one) for one in tf.nest.flatten(gradient)}
    if not kinds:
        return "empty"
    if len(kinds) > 1:
        return "partly" if {"none", "flows"} <= kinds else "mixed"
    return kinds.pop()


def _outcome(gradient: Any) -> str:
    import numpy as np
    import tensorflow as tf

    if gradient is None:
        return "none"
    values = tf.convert_to_tensor(gradient)
    if not tf.executing_eagerly() or not hasattr(values, "numpy"):
        return "flows"
    array = values.numpy()
    if not np.all(np.isfinite(array)):
        return "nan"
    return "flows" if np.any(array) else "zero"


class Recorder:
    """Stands before the queries of ``tf.GradientTape`` and notes what they give to the running program."""

    def __init__(self) -> None:
        self.truth = Truth()
        self.sources: dict[int, list[tuple[int, int]]] = {}
        self.sums: set[int] = set()  # lines of queries by ``model.trainable_variables + [x]`` and the like

    def run(self, text: str) -> Truth:
        """Run one program in a namespace of its own."""
        import tensorflow as tf

        self.truth, self.sources = Truth(looped=looped(text)), written_sources(text)
        self.sums = {node.lineno for node in ast.walk(ast.parse(text)) if isinstance(node, ast.BinOp)}
        tf.random.set_seed(7)
        linecache.cache[FILENAME] = (len(text), None, text.splitlines(keepends=True), FILENAME)  # AutoGraph reads it
        try:
            with contextlib.redirect_stdout(io.StringIO()), warnings.catch_warnings(), limited(SECONDS):
                warnings.simplefilter("ignore")
                execute(text, FILENAME)
        except Exception as error:  # a program may end with any error, that is what is wanted to be known
            self.truth.error = f"{type(error).__name__}: {str(error)[:200]}"
        return self.truth

    def reached(self, text: str) -> set[int]:
        """The lines of a program that run."""
        lines: set[int] = set()

        def trace(frame: FrameType, event: str, argument: Any) -> Any:
            if frame.f_code.co_filename != FILENAME:
                return None
            lines.add(frame.f_lineno)
            return trace

        sys.settrace(trace)
        threading.settrace(trace)
        try:
            self.run(text)
        finally:
            sys.settrace(None)
            threading.settrace(None)  # type: ignore[arg-type]
        return lines

    def wrap(self, original: Callable[..., Any]) -> Callable[..., Any]:
        def ask(tape: Any, target: Any, sources: Any, *args: Any, **kwargs: Any) -> Any:
            line = self._asking(sys._getframe(1))
            if not line:
                return original(tape, target, sources, *args, **kwargs)
            try:
                result = original(tape, target, sources, *args, **kwargs)
            except Exception:
                self._note(line, target, None, "raises")
                raise
            self._note(line, target, result, "")
            return result

        return ask

    def _asking(self, frame: FrameType | None) -> int:
        """The line of the program that asks for gradients: by itself, or through Keras's ``fit``. 0: nobody knows."""
        if frame is None or frame.f_code.co_filename == FILENAME:
            return frame.f_lineno if frame is not None else 0
        if frame.f_code.co_name != "train_step" or "keras" not in frame.f_code.co_filename:
            return 0
        while frame is not None and frame.f_code.co_filename != FILENAME:
            frame = frame.f_back
        return frame.f_lineno if frame is not None and frame.f_lineno in self.sources else 0

    def _note(self, line: int, target: Any, result: Any, known: str) -> None:
        import tensorflow as tf

        if any(part is None for part in tf.nest.flatten(target)):
            return  # lost before: not this query's doing
        written = self.sources.get(line, [])
        single = len(written) < 2 or not isinstance(result, (list, tuple)) or len(result) != len(written)
        for index, place in enumerate(written):
            seen = known or outcome(result if single else result[index])
            self.truth.add((line, *place), "mixed" if seen == "partly" and line in self.sums else seen)


@contextlib.contextmanager
def limited(seconds: float) -> Iterator[None]:
    """Ends what takes longer: a program from which the minimiser took the end of a loop."""

    def stop(number: int, frame: FrameType | None) -> None:
        raise TimeoutError

    previous = signal.signal(signal.SIGALRM, stop)
    signal.setitimer(signal.ITIMER_REAL, seconds)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, previous)


@contextlib.contextmanager
def recording() -> Iterator[Recorder]:
    """A recorder that TensorFlow's tapes report to."""
    import tensorflow as tf

    recorder = Recorder()
    originals = {name: getattr(tf.GradientTape, name) for name in METHODS}
    for name, original in originals.items():
        setattr(tf.GradientTape, name, recorder.wrap(original))
    try:
        yield recorder
    finally:
        for name, original in originals.items():
            setattr(tf.GradientTape, name, original)
