"""What large trees need: a stack that is deep enough, and no search for garbage while they grow."""

from __future__ import annotations

import gc
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TypeVar

Result = TypeVar("Result")

# libcst's native parser needs up to 17 kB a level (``a and a and …``, measured with 1.9); ``guard.MAX_NESTING`` bounds
# the levels. The memory is only reserved, not used, until somebody nests so deep.
STACK_BYTES = 256 * 1024 * 1024
# libcst's visitors take about seven Python calls a level, the interpreter about as many.
PYTHON_CALLS = 50_000


@contextmanager
def no_garbage_search() -> Iterator[None]:
    """Python looks for garbage again and again while trees grow, finds none, and takes a quarter of the time.

    What is dropped is freed all the same, but for cycles: see ``Examiner``, which has these collected now and then.
    """
    collecting = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if collecting:
            gc.enable()


def call_deep(function: Callable[[], Result]) -> Result:
    """The result of ``function()``, run on a large stack. Its exceptions come through."""
    outcome: list[Result] = []
    raised: list[BaseException] = []

    def run() -> None:
        try:
            outcome.append(function())
        except BaseException as error:  # handed on to the caller below
            raised.append(error)

    calls = sys.getrecursionlimit()
    stack = threading.stack_size(STACK_BYTES)
    try:
        sys.setrecursionlimit(max(calls, PYTHON_CALLS))
        thread = threading.Thread(target=run, name="tfgraphlint")
        thread.start()
        thread.join()
    finally:
        threading.stack_size(stack)
        sys.setrecursionlimit(calls)
    if raised:
        raise raised[0]
    return outcome[0]
