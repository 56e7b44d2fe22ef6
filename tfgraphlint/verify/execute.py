"""Runs one program in this process as a script would run, and leaves no trace of it behind."""

from __future__ import annotations

import builtins
import os
import random
import sys
import tempfile
import warnings
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path
from types import ModuleType

import numpy as np

from tfgraphlint.verify.claims import Outcome

SEED = 7


class Interrupted(BaseException):
    """Raised inside a program by its observer, to end the run where enough was seen."""


@contextmanager
def surroundings(entry: Path) -> Iterator[None]:
    """Seeds, ``sys.path``, ``sys.argv`` and folder as for a fresh script; afterwards all as it was before."""
    before = set(sys.modules)
    path, argv, folder, environment = list(sys.path), list(sys.argv), os.getcwd(), dict(os.environ)
    main, printing = sys.modules["__main__"], builtins.print
    with ExitStack() as stack:
        stack.enter_context(warnings.catch_warnings())
        stack.enter_context(np.errstate())
        os.chdir(stack.enter_context(tempfile.TemporaryDirectory(ignore_cleanup_errors=True)))
        stack.callback(os.chdir, folder)
        sys.path.insert(0, str(entry.parent))
        sys.argv[:] = [str(entry)]
        fresh_state()
        try:
            yield
        finally:
            sys.modules["__main__"], builtins.print = main, printing
            sys.path[:], sys.argv[:] = path, argv
            os.environ.clear()
            os.environ.update(environment)
            _forget(set(sys.modules) - before, entry.parent)
            fresh_state()


def _forget(names: set[str], folder: Path) -> None:
    for name in names:
        file = getattr(sys.modules[name], "__file__", None)
        if file and Path(file).resolve().is_relative_to(folder):
            del sys.modules[name]


def fresh_state() -> None:
    """Seeds and global modes of Python, NumPy, TensorFlow and Keras as at the start of a process."""
    import tensorflow as tf
    from tensorflow.python.platform import tf_logging

    random.seed(SEED)
    np.random.seed(SEED)
    tf.random.set_seed(SEED)
    tf.config.run_functions_eagerly(False)
    with suppress(Exception):
        tf.debugging.disable_check_numerics()
    try:
        tf.keras.backend.clear_session(free_memory=False)  # garbage is collected once a program: see `worker`
    except TypeError:  # Keras 2 collects none
        tf.keras.backend.clear_session()
    tf.keras.backend.set_floatx("float32")
    with suppress(ValueError):  # Keras 2 has no policy once `disable_v2_behavior` was called
        tf.keras.mixed_precision.set_global_policy("float32")
    with suppress(AttributeError):  # a warning that is given five times in a process is given to each program
        tf_logging._log_counter_per_token.clear()


def run_program(entry: Path) -> Outcome:
    """Run the file as ``__main__``, within ``surroundings``; all that it writes is caught."""
    module = ModuleType("__main__")
    module.__file__ = str(entry)
    sys.modules["__main__"] = module
    error: BaseException | None = None
    with tempfile.TemporaryFile() as file, _captured(file.fileno()):
        try:
            exec(compile(entry.read_bytes(), str(entry), "exec", dont_inherit=True), module.__dict__)
        except SystemExit as ended:
            error = ended if ended.code else None
        except (Exception, Interrupted) as ended:
            error = ended
        _flush()
        file.seek(0)
        output = file.read().decode("utf-8", "replace")
    return Outcome(module.__dict__, error, output)


@contextmanager
def _captured(target: int) -> Iterator[None]:
    _flush()
    saved = os.dup(1), os.dup(2)
    os.dup2(target, 1)
    os.dup2(target, 2)
    try:
        yield
    finally:
        _flush()
        for number, copy in zip((1, 2), saved):
            os.dup2(copy, number)
            os.close(copy)


def _flush() -> None:
    for stream in (sys.stdout, sys.stderr):
        with suppress(ValueError):
            stream.flush()
