"""What TensorFlow does with a program of the graph mode: where it ended, and how each line ran.

Each simple statement is preceded, on its own line, by a call that notes whether Python reached it eagerly or while a
graph was traced. Beside statements with an effect it also puts an operation into the graph that counts how often the
graph comes there, so that what Python does once and the graph does often can be told apart. Lines stay as they are.
"""

from __future__ import annotations

import ast
import contextlib
import io
import linecache
import logging
import random
import re
import warnings
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

from ..forms import execute
from ..gradients.run import FILENAME, limited

SECONDS = 20.0
IN_USER_CODE = re.compile(rf'File "{re.escape(FILENAME)}", line (\d+)')
COMPILED = re.compile(r"jit_compile=True|\.compile\((?!.*(jit_compile=False|run_eagerly=True))")
DRAWS = re.compile(
    r"(?<![\w.])(random\.\w+|np\.random\.\w+|time\.(time|perf_counter)|datetime\.datetime\.now|uuid\.uuid4)\("
)
SYMBOLIC = re.compile(r"Tensor\(\"|<tf\.Tensor '|<KerasTensor|shape=\(.*\), dtype=")


@dataclass
class Truth:
    """What happened. Lines are those of the program; ``error_line`` is the innermost one of the traceback."""

    error: str = ""
    error_line: int = 0
    error_path: tuple[int, ...] = ()  # all lines of the program in the traceback, outermost first
    eager: Counter[int] = field(default_factory=Counter)  # by line: how often Python came by, running eagerly
    traced: Counter[int] = field(default_factory=Counter)  # … while a graph was traced
    inferred: Counter[int] = field(default_factory=Counter)  # … while Keras found out what a layer gives
    executed: Counter[int] = field(default_factory=Counter)  # how often a graph came by (statements with an effect)
    counted: bool = False  # whether ``executed`` was counted
    printed: dict[int, str] = field(default_factory=dict)  # by line: what was printed while a graph was traced
    spans: dict[int, tuple[int, int]] = field(default_factory=dict)  # by line: first and last line of its statement
    effects: dict[int, str] = field(default_factory=dict)  # by line: which effect stands there
    names: dict[str, Any] = field(default_factory=dict, repr=False)  # the globals of the program at its end

    def once(self, line: int) -> bool | None:
        """Whether Python ran ``line`` less often than the graph did; None where that was not to be seen."""
        if not self.traced[line] or self.eager[line]:
            return False if not self.traced[line] else None
        if not self.counted or self.error:
            return None
        return self.executed[line] > self.traced[line]

    def statement(self, line: int) -> tuple[int, int]:
        """First and last line of the statement that ``line`` belongs to (the header of a compound one)."""
        return self.spans.get(line, (line, line))


@dataclass
class _Watch:
    truth: Truth
    last: int = 0

    def seen(self, line: int) -> None:
        import tensorflow as tf
        from keras.src.backend.common.symbolic_scope import in_symbolic_scope

        truth, self.last = self.truth, line
        if not tf.inside_function():
            truth.eager[line] += 1
            return
        truth.traced[line] += 1
        truth.inferred[line] += in_symbolic_scope()
        if truth.counted and line in truth.effects:
            tf.py_function(self._counter(line), [], [])

    def _counter(self, line: int) -> Callable[[], None]:
        def count() -> None:
            self.truth.executed[line] += 1

        return count


class _Output(io.StringIO):
    def __init__(self, watch: _Watch) -> None:
        super().__init__()
        self.watch = watch

    def write(self, text: str) -> int:
        import tensorflow as tf

        if tf.inside_function():
            printed = self.watch.truth.printed
            printed[self.watch.last] = printed.get(self.watch.last, "") + text
        return len(text)


class _Log(logging.Handler):
    def __init__(self, output: _Output) -> None:
        super().__init__()
        self.output = output

    def emit(self, record: logging.LogRecord) -> None:
        self.output.write(record.getMessage())


def run(text: str) -> Truth:
    """Run one program in a namespace of its own."""
    import numpy as np
    import tensorflow as tf

    tree = ast.parse(text)
    truth = Truth(spans=_spans(tree), effects=_effects(tree), counted=not COMPILED.search(text))
    watch = _Watch(truth)
    output = _Output(watch)
    tf.random.set_seed(7)
    np.random.seed(7)
    random.seed(7)
    run_eagerly = tf.config.functions_run_eagerly()
    noted = instrumented(text, tree)
    linecache.cache[FILENAME] = (len(noted), None, noted.splitlines(keepends=True), FILENAME)  # AutoGraph reads it
    names = {"__seen__": tf.autograph.experimental.do_not_convert(watch.seen)}
    try:
        with contextlib.redirect_stdout(output), _logging(output), warnings.catch_warnings(), limited(SECONDS):
            warnings.simplefilter("ignore")
            truth.names = execute(noted, FILENAME, names)
    except Exception as raised:  # a program may end with any error, that is what is wanted to be known
        error = _origin(raised)
        truth.error = f"{type(error).__name__}: {_message(error)}"
        truth.error_path = tuple(_lines(error))
        truth.error_line = truth.error_path[-1] if truth.error_path else 0
    finally:
        tf.config.run_functions_eagerly(run_eagerly)
    return truth


@contextlib.contextmanager
def _logging(output: _Output) -> Iterator[None]:
    """Messages of the program's loggers count as printed."""
    handler, root = _Log(output), logging.getLogger()
    level = root.level
    root.addHandler(handler)
    root.setLevel(logging.INFO)
    try:
        yield
    finally:
        root.removeHandler(handler)
        root.setLevel(level)


def _origin(error: BaseException) -> BaseException:
    """What was raised in a Lambda layer: Keras only says that it could not find out the shape of the output."""
    while "could not automatically infer the shape" in str(error) and error.__context__ is not None:
        error = error.__context__
    return error


def _message(error: BaseException) -> str:
    """The error's own words: AutoGraph puts the user's lines before them."""
    text = str(error)
    if "in user code:" in text:
        tail = re.split(r"\n\s*\n", text.strip())
        text = next((part for part in reversed(tail) if re.match(r"\s*\w*(Error|Exception)?[:\w ]", part)), text)
    return " ".join(text.split())[:400]


def _lines(error: BaseException) -> Iterator[int]:
    """The program's lines on the way to the error, outermost first."""
    trace = error.__traceback__
    while trace is not None:
        if trace.tb_frame.f_code.co_filename == FILENAME:
            yield trace.tb_lineno
        trace = trace.tb_next
    for line in IN_USER_CODE.findall(str(error)):
        yield int(line)


def instrumented(text: str, tree: ast.Module) -> str:
    """The text with a note before each simple statement, on the same line."""
    lines = text.splitlines(keepends=True)
    simple = [
        node
        for body in bodies(tree)
        for index, node in enumerate(body)
        if not hasattr(node, "body") and not _quiet(node, index) and not isinstance(node, ast.Match)
    ]
    for node in sorted(simple, key=lambda node: (node.lineno, node.col_offset), reverse=True):
        line = lines[node.lineno - 1]
        column = len(line.encode()[: node.col_offset].decode())
        lines[node.lineno - 1] = f"{line[:column]}__seen__({node.lineno}); {line[column:]}"
    return "".join(lines)


def _quiet(node: ast.stmt, index: int) -> bool:
    if isinstance(node, (ast.Import, ast.ImportFrom, ast.Global, ast.Nonlocal)):
        return True
    return isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)


def bodies(tree: ast.Module) -> Iterator[list[ast.stmt]]:
    """The bodies of functions, loops and conditions: lists of statements that run one after the other."""
    for node in ast.walk(tree):
        for name in ("body", "orelse", "finalbody"):
            body = getattr(node, name, None)
            if isinstance(body, list):
                yield body


def _spans(tree: ast.Module) -> dict[int, tuple[int, int]]:
    found: dict[int, tuple[int, int]] = {}
    for node in ast.walk(tree):
        if isinstance(node, ast.stmt):
            end = node.end_lineno or node.lineno
            body = getattr(node, "body", None)
            if isinstance(body, list) and body:
                end = max(node.lineno, body[0].lineno - 1)
            for line in range(node.lineno, end + 1):
                found[line] = (node.lineno, end)
    return found


def _effects(tree: ast.Module) -> dict[int, str]:
    """By line: ``print``, ``draw``, ``append``, ``count`` (``self.n += 1``, ``global n; n += 1``), ``keep``."""
    found: dict[int, str] = {}
    changed = _changed(tree)
    for function in ast.walk(tree):
        if isinstance(function, ast.FunctionDef):
            outer = {name for node in ast.walk(function) if isinstance(node, ast.Global) for name in node.names}
            local = {
                node.id for node in ast.walk(function) if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store)
            } - outer
            local |= {argument.arg for argument in ast.walk(function.args) if isinstance(argument, ast.arg)}
            for node in ast.walk(function):
                if isinstance(node, ast.stmt) and not hasattr(node, "body"):
                    effect = _effect(node, outer, local) or ("state" if changed & _read(node) else "")
                    if effect:
                        found[node.lineno] = effect
    return found


def _changed(tree: ast.Module) -> set[str]:
    """The state that the program changes after its first use: attributes, and names bound twice."""
    bound: Counter[str] = Counter()
    for node in tree.body:
        if isinstance(node, ast.Assign) and isinstance(node.value, ast.Constant):
            target = node.targets[0]
            if isinstance(target, ast.Attribute):
                bound["." + target.attr] += 2
            elif isinstance(target, ast.Name):
                bound[target.id] += 1
    return {name for name, count in bound.items() if count > 1}


def _read(node: ast.stmt) -> set[str]:
    attributes = {"." + one.attr for one in ast.walk(node) if isinstance(one, ast.Attribute)}
    return attributes | {one.id for one in ast.walk(node) if isinstance(one, ast.Name)}


def _effect(node: ast.stmt, outer: set[str], local: set[str]) -> str:
    if DRAWS.search(ast.unparse(node)):
        return "draw"
    if isinstance(node, ast.AugAssign):
        target = node.target
        if isinstance(target, ast.Attribute) or (isinstance(target, ast.Name) and target.id in outer):
            return "count"
    if isinstance(node, ast.Assign):
        target = node.targets[0]
        if isinstance(target, ast.Attribute) or (isinstance(target, ast.Name) and target.id in outer):
            return "keep"
    if isinstance(node, ast.Expr) and isinstance(node.value, ast.Call):
        called = ast.unparse(node.value.func)
        if called == "print" or re.match(r"(logging|logger|log)\.(info|debug|warning)$", called):
            return "print"
        owner, _, method = called.rpartition(".")
        if method == "append" and owner.split(".")[0] not in local - {"self"}:
            return "append"
    return ""
