"""Import statements: library names, modules of the project, and everything else as unknown."""

from __future__ import annotations

import re
from itertools import islice
from pathlib import Path

import libcst as cst

from tfgraphlint.disk.reading import glimpse
from tfgraphlint.interpret.core.machine import Machine
from tfgraphlint.interpret.core.value import Value
from tfgraphlint.interpret.core.values import Library
from tfgraphlint.interpret.python.library_names import constant
from tfgraphlint.interpret.python.modules import Imported, load
from tfgraphlint.interpret.python.names import bind_name
from tfgraphlint.libraries.words import FILLS_REGISTRIES, KNOWN_LIBRARIES, KNOWN_MODULES

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
    known = module.partition(".")[0] in KNOWN_LIBRARIES or module in KNOWN_MODULES
    return module if known else None


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
        _run_for_its_effects(m, name or module.rpartition(".")[2], m.project.find(module, Path(m.frame.scope.path)))
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
        member = _member(m, name, library, path, level, module)
        bind_name(m, bound, member)
        if isinstance(member, Imported):
            _run_for_its_effects(m, bound, _file_of(m, member))
    return True


def _file_of(m: Machine, member: Imported) -> Path:
    """The file that a name is imported from; of a module in a package, that of the module."""
    path = Path(member.module)
    below = m.project.relative(path, 1, member.name) if path.name == "__init__.py" and member.name else None
    return below or path


def _run_for_its_effects(m: Machine, bound: str, path: Path | None) -> None:
    """Run a module now, and not when it is first used, if its importer does not use it and it fills a registry."""
    if path is None or path.suffix != ".py" or str(path) in m.scopes:
        return
    importer = m.frame.scope
    mentions = islice(re.finditer(rf"\b{re.escape(bound)}\b", importer.tree.text), 2)  # the first is the import
    if len(list(mentions)) > 1 and Path(importer.path).name != "__init__.py":
        return
    if FILLS_REGISTRIES.search(glimpse(path)):
        load(m, str(path))


def _path(m: Machine, module: str, level: int) -> Path | None:
    importer = Path(m.frame.scope.path)
    if level:
        return m.project.relative(importer, level, module)
    return m.project.find(module, importer)


def _member(m: Machine, name: str, library: str | None, path: Path | None, level: int, module: str) -> Value:
    if library is not None:
        full = m.tables.canonical(library_name(f"{library}.{name}") or f"{library}.{name}")
        return constant(m, full) or Library(full)
    if path is not None:
        return Imported(str(path), name)
    if not level and f"{module}.{name}" in KNOWN_MODULES:
        return Library(f"{module}.{name}")
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
