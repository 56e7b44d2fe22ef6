"""What large trees need: a stack that is deep enough, and no search for garbage while they grow.

The code that runs on that stack is watched from outside: what takes too long, or too much memory, is ended.
"""

from __future__ import annotations

import gc
import math
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TypeVar

Result = TypeVar("Result")

# libcst's native parser needs up to 17 kB a level (``a and a and …``, measured with 1.9); ``guard.MAX_NESTING`` bounds
# the levels. The memory is only reserved, not used, until somebody nests so deep.
STACK_BYTES = 256 * 1024 * 1024
# libcst's visitors take about seven Python calls a level, the interpreter about as many.
PYTHON_CALLS = 50_000
SECONDS_BETWEEN_LOOKS = 0.5  # at how long something takes; what ends sooner is not waited for
MAX_INTERRUPTIONS = 20  # of code that catches what ends it


@dataclass(frozen=True)
class Limit:
    """What one file may take: seconds of the processor, and megabytes more than were in use before it."""

    seconds: float = 60
    megabytes: float = 2000

    def exceeded(self, seconds: float, megabytes: float) -> str:
        """What was exceeded, in words; empty where nothing was."""
        if seconds > self.seconds:
            return f"it takes more than {self.seconds:g} seconds (max-seconds)"
        if megabytes > self.megabytes:
            return f"it takes more than {self.megabytes:g} MB of memory (max-megabytes)"
        return ""


class LimitReached(BaseException):
    """Something took more than its limit allows; the text says what. No ``except Exception`` keeps it from ending."""


class TooLargeError(LimitReached):
    """Something would take more memory than is left, and was not begun."""


class _Room(threading.local):
    """What the code that runs in this thread may take, and the memory that was in use before it."""

    limit: Limit | None = None
    before: float = 0.0


_ROOM = _Room()


def make_sure_of(megabytes: float) -> None:
    """Ask for so much memory before it is taken by code in C, which nothing ends on the way.

    Raises:
        TooLargeError: it is more than the limit of what runs here leaves.
    """
    if _ROOM.limit is not None:
        now = _megabytes()
        _ROOM.before = min(_ROOM.before, now)  # what was freed since is no room to be taken
        said = _ROOM.limit.exceeded(0, now - _ROOM.before + megabytes)
        if said:
            raise TooLargeError(said)


@contextmanager
def no_garbage_search() -> Iterator[None]:
    """Python looks for garbage again and again while trees grow, finds none, and takes a quarter of the time.

    What is dropped is freed all the same, but for what refers to itself: see ``Project.end``.
    """
    collecting = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if collecting:
            if _PROCESS.ends_soon:
                gc.freeze()  # it would be searched through at once
            gc.enable()


def say_process_ends_soon(does: bool = True) -> None:
    """Say that this process does nothing after one run; or, where it was said before, that it goes on."""
    _PROCESS.ends_soon = does


class _Process:
    ends_soon = False


_PROCESS = _Process()


def call_deep(
    function: Callable[[], Result], limit: Limit | None = None, tick: Callable[[], None] | None = None
) -> Result:
    """The result of ``function()``, run on a large stack. Its exceptions come through.

    ``tick`` is called now and then while it runs.

    Raises:
        LimitReached: it took more than ``limit`` allows.
    """
    outcome: list[Result] = []
    raised: list[BaseException] = []
    before = _megabytes()

    def run() -> None:
        _ROOM.limit, _ROOM.before = limit, before
        try:
            outcome.append(function())
        except BaseException as error:  # handed on to the caller below
            raised.append(error)

    calls = sys.getrecursionlimit()
    stack = threading.stack_size(STACK_BYTES)
    try:
        sys.setrecursionlimit(max(calls, PYTHON_CALLS))
        thread = threading.Thread(target=run, name="tfgraphlint", daemon=True)
        thread.start()
        said = _watch(thread, limit or Limit(math.inf, math.inf), tick)
    finally:
        threading.stack_size(stack)
        sys.setrecursionlimit(calls)
    if said:
        raise LimitReached(said)
    if raised:
        raise raised[0]
    return outcome[0]


def _watch(thread: threading.Thread, limit: Limit, tick: Callable[[], None] | None) -> str:
    """Wait for a thread, and end it when it exceeds the limit; what it exceeded."""
    began, before = time.process_time(), _megabytes()
    while True:
        thread.join(SECONDS_BETWEEN_LOOKS)
        if not thread.is_alive():
            return ""
        if tick is not None:
            tick()
        said = limit.exceeded(time.process_time() - began, _megabytes() - before)
        if said:
            return said if _ended(thread) else f"{said}, and cannot be ended"


def give_memory_back() -> None:
    """Give the system what code in C has freed: the C library keeps it otherwise, a tenth of it in use."""
    import ctypes  # hardly any run needs it

    trim = getattr(ctypes.CDLL(None), "malloc_trim", None) if sys.platform == "linux" else None
    if trim is not None:  # there is none in musl
        trim(0)


def _ended(thread: threading.Thread) -> bool:
    """Raise ``LimitReached`` in a thread until it ends; whether it does. Code in C runs to its end first."""
    import ctypes  # hardly any run needs it

    for _ in range(MAX_INTERRUPTIONS):
        ctypes.pythonapi.PyThreadState_SetAsyncExc(ctypes.c_ulong(thread.ident or 0), ctypes.py_object(LimitReached))
        thread.join(SECONDS_BETWEEN_LOOKS)
        if not thread.is_alive():
            return True
    return False


def _megabytes() -> float:
    """The memory that this process has in use; where the system does not say it, the most that it ever had."""
    try:
        import resource  # not on Windows

        with open("/proc/self/statm", encoding="ascii") as file:
            return int(file.read().split()[1]) * resource.getpagesize() / 2**20
    except ImportError:
        return 0.0
    except OSError:
        most = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
        return most / 2**20 if sys.platform == "darwin" else most / 2**10
