"""Threads, processes and pools: what they are given runs, apart from the code that starts it.

No tape of that code records there and no graph of it is built there, since both belong to a thread. When a thread has
run by, nobody knows: what it changes may or may not be so afterwards. What a process changes is lost.
"""

from __future__ import annotations

from collections.abc import Sequence

import libcst as cst

from tfgraphlint.interpret.core import class_hierarchy, strategy_scopes
from tfgraphlint.interpret.core.arguments import Arguments
from tfgraphlint.interpret.core.machine import Machine, Running
from tfgraphlint.interpret.core.objects import Pool, Thread
from tfgraphlint.interpret.core.overlay import functions, methods
from tfgraphlint.interpret.core.provenance import Kind
from tfgraphlint.interpret.core.scopes import Function
from tfgraphlint.interpret.core.value import Const, Value
from tfgraphlint.interpret.core.values import Dict, Instance, Items, LibraryMethod, Method, Super
from tfgraphlint.interpret.python.iteration import turns_of

# Classes with a ``run`` that ``start`` calls, and where their target and its arguments stand.
THREADS = {
    "threading.Thread": (1, 3), "threading.Timer": (1, 2),
    "multiprocessing.Process": (1, 3), "multiprocessing.context.Process": (1, 3),
}  # fmt: skip
POOLS = (
    "concurrent.futures.ThreadPoolExecutor", "concurrent.futures.thread.ThreadPoolExecutor",
    "concurrent.futures.ProcessPoolExecutor", "concurrent.futures.process.ProcessPoolExecutor",
    "multiprocessing.Pool", "multiprocessing.pool.Pool", "multiprocessing.pool.ThreadPool",
    "multiprocessing.dummy.Pool",
)  # fmt: skip
TARGETS = ("target", "function")
MAPS = ("map", "imap", "imap_unordered", "map_async", "starmap", "starmap_async")


@functions.handles(*THREADS)
def _thread(m: Machine, name: str, args: Arguments, node: cst.CSTNode) -> Value | None:
    made = Thread(name, m.leaf(Kind.OPAQUE, node))
    _take_target(m, made, name, args)
    return made


def _take_target(m: Machine, made: Thread | Instance, name: str, args: Arguments) -> None:
    """Keep what is to run."""
    target, given = THREADS[name]
    for key, value in (
        (Thread.target, args.get(target, TARGETS["Timer" in name])),
        (Thread.arguments, args.get(given, "args")),
        (Thread.keywords, args.get(given + 1, "kwargs")),
    ):
        if value is not None:
            m.store.set(made, key, value)


@functions.handles(*(f"{name}.__init__" for name in THREADS))
def _init(m: Machine, name: str, args: Arguments, node: cst.CSTNode) -> Value | None:
    """``Thread.__init__(self, target=self.work)``."""
    if not args.positional or not isinstance(args.positional[0], Instance):
        return None
    rest = Arguments(args.positional[1:], args.keywords)
    _take_target(m, args.positional[0], name.removesuffix(".__init__"), rest)
    return Const(None)


def inherited(m: Machine, value: Instance, name: str) -> Value | None:
    """The methods that an instance has from a class of threads or processes."""
    return LibraryMethod(value, name) if name in ("start", "run") and _base(value) in THREADS else None


@methods.handles(Super, "__init__")
def _init_of_super(m: Machine, value: Super, name: str, args: Arguments, node: cst.CSTNode) -> Value | None:
    """``super().__init__(target=self.work)``."""
    instance = value.instance
    if not isinstance(instance, Instance) or _base(instance) not in THREADS:
        return None
    _take_target(m, instance, _base(instance), args)
    return Const(None)


def _base(value: Instance) -> str:
    return class_hierarchy.library_base(value.cls) or ""


@methods.handles(Thread, "start", "run")
def _start(m: Machine, value: Thread, name: str, args: Arguments, node: cst.CSTNode) -> Value | None:
    return _run_target(m, value, value.cls, name, node)


@methods.handles(Instance, "start", "run")
def _start_own(m: Machine, value: Instance, name: str, args: Arguments, node: cst.CSTNode) -> Value | None:
    """``start`` of a class of the project: its ``run``, or the target that it was given."""
    base = _base(value)
    if base not in THREADS:
        return None
    run = class_hierarchy.class_attribute(value.cls, "run")
    if isinstance(run, Function) and name == "start":
        _run_apart(m, Method(value, run), Arguments([]), node, keeps="Process" not in base)
        return Const(None)
    return _run_target(m, value, base, name, node)


def _run_target(m: Machine, held: Thread | Instance, cls: str, name: str, node: cst.CSTNode) -> Value | None:
    target, given, keywords = (held.state.get(each) for each in (Thread.target, Thread.arguments, Thread.keywords))
    if not isinstance(target, Value):
        return None
    args = _arguments(m, given, keywords, node)
    if name == "run":
        m.call(target, args, node)
    else:
        _run_apart(m, target, args, node, keeps="Process" not in cls)
    return Const(None)


def _arguments(m: Machine, given: object, keywords: object, node: cst.CSTNode) -> Arguments:
    """The arguments in a tuple and a dictionary."""
    items = given.items if isinstance(given, Items) else () if given is None else None
    named = keywords.state if isinstance(keywords, Dict) else {} if keywords is None else None
    found = Arguments(list(items) if isinstance(items, tuple) else [])
    if not isinstance(items, tuple):
        found.starred = m.external(node)
    if named is not None and all(isinstance(key, str) for key in named):
        found.keywords = dict(named)
    else:
        found.double_starred = m.external(node)
    return found


def _run_apart(m: Machine, function: Value, args: Arguments, node: cst.CSTNode, *, keeps: bool) -> Value:
    """Call a function in a thread of its own, or for a process, whose changes nobody ``keeps``."""
    mark, recording = m.store.mark(), m.active
    m.record_on(0)
    stack, m.stack = m.stack, []
    try:
        with m.run_as(Running(m.module_mode)), strategy_scopes.left(m):
            result = m.call(function, args, node)
    finally:
        m.stack = stack
        m.record_on(recording)
    changes = m.store.changes(mark)
    m.store.rewind(mark)
    if keeps:
        m.store.merge([changes, {}])
    return result


# -- pools -----------------------------------------------------------------------------------------


@functions.handles(*POOLS)
def _pool(m: Machine, name: str, args: Arguments, node: cst.CSTNode) -> Value:
    return Pool(name, m.leaf(Kind.OPAQUE, node))


@methods.handles(Pool, "submit")
def _submit(m: Machine, value: Pool, name: str, args: Arguments, node: cst.CSTNode) -> Value | None:
    if not args.positional:
        return None
    rest = Arguments(args.positional[1:], args.keywords, args.starred, args.double_starred)
    return _in_pool(m, value, args.positional[0], [rest], node)


@methods.handles(Pool, "apply", "apply_async")
def _apply(m: Machine, value: Pool, name: str, args: Arguments, node: cst.CSTNode) -> Value | None:
    function = args.get(0, "func")
    if function is None:
        return None
    return _in_pool(m, value, function, [_arguments(m, args.get(1, "args"), args.get(2, "kwds"), node)], node)


@methods.handles(Pool, *MAPS)
def _map(m: Machine, value: Pool, name: str, args: Arguments, node: cst.CSTNode) -> Value | None:
    function = args.get(0, "func")
    walked = args.positional[1:] if "Executor" in value.cls else [args.get(1, "iterable")]
    if function is None or not walked or not isinstance(walked[0], Value) or not isinstance(node, cst.Call):
        return None
    columns = [turns_of(m, each, node)[0] for each in walked if isinstance(each, Value)]
    rows = list(zip(*columns))[:2]
    calls = [_row(m, row, name, node) for row in rows]
    return _in_pool(m, value, function, calls, node)


def _row(m: Machine, row: Sequence[Value], name: str, node: cst.CSTNode) -> Arguments:
    return _arguments(m, row[0], None, node) if name.startswith("starmap") else Arguments(list(row))


def _in_pool(
    m: Machine, pool: Pool, function: Value, calls: Sequence[Arguments], node: cst.CSTNode
) -> Value:
    keeps = "Thread" in pool.cls or "dummy" in pool.cls
    results = [_run_apart(m, function, args, node, keeps=keeps) for args in calls]
    return m.opaque(node, results)
