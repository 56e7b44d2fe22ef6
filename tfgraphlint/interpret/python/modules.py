"""Modules of the project: their top level, run once, and their global names."""

from __future__ import annotations

import builtins
from pathlib import Path

import libcst as cst

from tfgraphlint.interpret.core import effort
from tfgraphlint.interpret.core.effort import OutOfBudget
from tfgraphlint.interpret.core.events import EntryRead
from tfgraphlint.interpret.core.machine import Machine, Running
from tfgraphlint.interpret.core.recording import Recording
from tfgraphlint.interpret.core.scopes import Frame, ModuleScope
from tfgraphlint.interpret.core.store import State
from tfgraphlint.interpret.core.value import Const, Value
from tfgraphlint.interpret.core.values import Library, Module

MAX_STEPS_PER_MODULE = 10_000  # for the top level of one imported module


class Importing:
    """How many modules of the project are being imported, each by the one before."""

    depth = 0


def is_filled_by_imports(m: Machine, made: int) -> bool:
    """Whether a function that an imported module calls changes here what is older, a registry: which other modules do
    so, nobody knows."""
    return m.memory(Importing).depth > 0 and m.frame.function is not None and made < m.frame.made


def load(m: Machine, path: str) -> ModuleScope | None:
    """The scope of a project module, its top level run once without yielding facts."""
    if not path.endswith(".py"):
        return None
    known = m.scopes.get(path)
    if known is not None:
        return known
    tree = m.project.tree(Path(path))
    if tree is None:
        return None
    scope = m.scopes[path] = ModuleScope(tree, path)
    scope.names["__name__"] = Const(Path(path).stem)
    _run_apart(m, scope)
    return scope


def run_module(m: Machine, scope: ModuleScope) -> None:
    """Run the top level of a module."""
    m.frame = Frame(scope, scope.names)
    try:
        m.execute(scope.tree.module)
    finally:
        scope.executed = True


def _run_apart(m: Machine, scope: ModuleScope) -> None:
    """Run an imported module as if before all else: no tape records, no fact is yielded."""
    before = m.frame, m.running, m.calls, m.stack, m.recording, m.steps, m.chain, m.thrifty
    m.running, m.calls, m.stack, m.recording = Running(m.module_mode), [], [], Recording()
    m.chain = None
    looks, importing = effort.left(), m.memory(Importing)
    importing.depth += 1
    m.allow(MAX_STEPS_PER_MODULE)
    try:
        with m.store.apart(), m.mute():
            run_module(m, scope)
    except OutOfBudget:
        scope.open = True
    finally:
        importing.depth -= 1
        m.frame, m.running, m.calls, m.stack, m.recording, m.steps, m.chain, m.thrifty = before
        effort.allow(looks)


def member(m: Machine, scope: ModuleScope, name: str, node: cst.CSTNode) -> Value:
    """A name of a project module, or the submodule of that name."""
    if name in scope.names:
        return global_name(m, scope, name, node)
    if scope.path.endswith("__init__.py"):
        below = m.project.relative(Path(scope.path), 1, name)
        if below is not None:
            found = load(m, str(below))
            if found is not None:
                return Module(found)
    return m.external(node)


SINGLETONS = {"None": None, "True": True, "False": False, "Ellipsis": ..., "__debug__": True}
BUILTINS = frozenset(dir(builtins))


def global_name(m: Machine, scope: ModuleScope, name: str, node: cst.CSTNode) -> Value:
    """What ``name`` is bound to at the top level of a module."""
    if name in scope.names:
        return resolved(m, scope.names, name, node)
    if name == "__name__":
        return Const("__main__")
    if name in SINGLETONS:
        return Const(SINGLETONS[name])
    if name in BUILTINS and not scope.open:
        return Library(f"builtins.{name}")
    missing = m.external(node)
    if not scope.open and scope.executed:
        return missing
    scope.names[name] = missing
    return missing


def resolved(m: Machine, names: State, name: str, node: cst.CSTNode) -> Value:
    value: Value = names[name]
    if isinstance(value, Imported):
        del names[name]  # a package that imports a module of its own under this name must not find itself
        value = names[name] = value.resolve(m, node)
    if m.tracing is not None and names is not m.frame.names:
        m.tell(EntryRead(names, name, value, node))
    return value


class Imported(Value):
    """A name that a project module is asked for when it is first used."""

    __slots__ = ("module", "name")

    def __init__(self, module: str, name: str | None) -> None:
        self.module = module
        self.name = name

    def resolve(self, m: Machine, node: cst.CSTNode) -> Value:
        """The module or the name in it; unknown where the project has neither."""
        scope = load(m, self.module)
        if scope is None:
            return m.external(node)
        return Module(scope) if self.name is None else member(m, scope, self.name, node)
