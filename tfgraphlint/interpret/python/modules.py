"""Imports: library names, modules of the project, and everything else as unknown."""

from __future__ import annotations

from pathlib import Path

import libcst as cst

from tfgraphlint.interpret.core.machine import MOST_STEPS, Machine, OutOfBudget, Running
from tfgraphlint.interpret.core.scopes import Frame, ModuleScope
from tfgraphlint.interpret.core.value import Const, Value
from tfgraphlint.interpret.core.values import Library, Module
from tfgraphlint.interpret.python.names import Imported, bind_name, global_name

# Known libraries. ``tensorflow_core`` and ``tf_keras`` are other names of parts of TensorFlow and Keras.
KNOWN = frozenset({
    "tensorflow", "keras", "numpy", "scipy", "sklearn", "math", "cmath", "functools", "itertools",
    "contextlib", "random", "time", "datetime", "uuid", "copy", "collections", "typing", "dataclasses",
    "operator", "abc", "logging", "statistics", "unittest", "pytest", "builtins",
})
MOST_MODULE_STEPS = 10_000  # for the top level of one imported module
RENAMED = {
    "tensorflow.python.keras": "tensorflow.keras",
    "tensorflow.compat.v2": "tensorflow",
    "tensorflow.keras.api._v2.keras": "tensorflow.keras",
}


def library_name(module: str) -> str | None:
    """The full name under which a library module is known; None for other modules."""
    for private, public in RENAMED.items():
        if module == private or module.startswith(private + "."):
            return public + module[len(private) :]
    return module if module.partition(".")[0] in KNOWN else None


def dotted(node: cst.BaseExpression | None) -> str:
    """``a.b.c`` of a name or chain of attributes."""
    if isinstance(node, cst.Name):
        return node.value
    if isinstance(node, cst.Attribute):
        return f"{dotted(node.value)}.{node.attr.value}"
    return ""


def import_names(m: Machine, node: cst.Import) -> bool:
    """``import a.b as c, d``."""
    for alias in node.names:
        module = dotted(alias.name)
        name = alias.evaluated_alias
        if name is None:
            first = module.partition(".")[0]
            bind_name(m, first, _module(m, first))
        else:
            bind_name(m, name, _module(m, module))
    return True


def _module(m: Machine, module: str) -> Value:
    library = library_name(module)
    path = m.project.find(module, Path(m.frame.scope.path))
    if library is not None and path is None:
        return Library(m.tables.canonical(library))
    return Imported(str(path) if path else module, None)


def import_from(m: Machine, node: cst.ImportFrom) -> bool:
    """``from a.b import c as d``, relative ones too, and ``*``."""
    module = dotted(node.module)
    level = len(node.relative)
    path = _path(m, module, level)
    library = library_name(module) if not level and path is None else None
    if isinstance(node.names, cst.ImportStar):
        _import_star(m, library, path, node)
        return True
    for alias in node.names:
        name = dotted(alias.name)
        bound = alias.evaluated_alias or name
        bind_name(m, bound, _member(m, name, library, path, level, module))
    return True


def _path(m: Machine, module: str, level: int) -> Path | None:
    importer = Path(m.frame.scope.path)
    if level:
        return m.project.relative(importer, level, module)
    return m.project.find(module, importer)


def _member(m: Machine, name: str, library: str | None, path: Path | None, level: int, module: str) -> Value:
    if library is not None:
        from tfgraphlint.libraries.names import constant

        full = m.tables.canonical(library_name(f"{library}.{name}") or f"{library}.{name}")
        return constant(m, full) or Library(full)
    if path is not None:
        return Imported(str(path), name)
    if level:
        below = m.project.relative(Path(m.frame.scope.path), level, f"{module}.{name}" if module else name)
    else:
        below = m.project.find(f"{module}.{name}", Path(m.frame.scope.path))
    return Imported(str(below) if below else module, None if below else name)


def _import_star(m: Machine, library: str | None, path: Path | None, node: cst.ImportFrom) -> None:
    names = m.frame.scope.names
    if library is not None:
        exported = m.tables.star(library)
        for name in exported:
            from tfgraphlint.libraries.names import constant

            full = m.tables.canonical(f"{library}.{name}")
            m.store.write(names, name, constant(m, full) or Library(full))
        m.frame.scope.open = m.frame.scope.open or not exported
        return
    scope = load(m, str(path)) if path is not None else None
    if scope is None:
        m.frame.scope.open = True
        return
    for name, value in scope.names.items():
        if not name.startswith("_") and isinstance(value, Value):
            m.store.write(names, name, value)


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
    from tfgraphlint.interpret.python.statements import execute

    m.frame = Frame(scope, scope.names)
    try:
        execute(m, scope.tree.module.body)
    finally:
        scope.executed = True


def _run_apart(m: Machine, scope: ModuleScope) -> None:
    """Run an imported module as if before all else: no tape records, no fact is yielded."""
    before = m.frame, m.running, m.calls, m.stack, m.recording, m.steps, m.chain
    m.running, m.calls, m.stack, m.recording = Running(m.module_mode), [], [], {"mask": 0}
    m.chain = None
    m.steps = MOST_STEPS - MOST_MODULE_STEPS
    try:
        with m.store.apart(), m.mute():
            run_module(m, scope)
    except OutOfBudget:
        scope.open = True
    finally:
        m.frame, m.running, m.calls, m.stack, m.recording, m.steps, m.chain = before


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
