"""Names of Keras 2 that this Keras lacks: every one that the older tables list is asked for."""

from __future__ import annotations

from typing import Any

from tfgraphlint.libraries.tables import Tables

MODULES = (
    "keras", "tensorflow.keras", "tensorflow.compat.v1.keras", "tensorflow.compat.v1.layers",
    "tensorflow.losses", "tensorflow.metrics", "tensorflow.optimizers", "tensorflow.initializers",  # the same, shorter
)  # fmt: skip


def derive(old: Tables, new: Tables) -> dict[str, dict[str, Any]]:
    """Sections ``removed`` (names by module) and ``same`` (what was the same object, and is still there)."""
    removed: dict[str, str] = {}
    same: dict[str, str] = {}
    for module in sorted(old.modules()):
        here = _reached(module) if module.startswith(MODULES) else None
        if here is None:
            continue
        listed = module in new.modules()
        names = [
            name for name in sorted(old.members(module))
            if not _has(here, name) and not (listed and new.exists(f"{module}.{name}") is None)  # hidden, not gone
        ]  # fmt: skip
        if names:
            removed[module] = " ".join(names)
        for name in names:
            other = _same(old, module, name, here)
            if other is not None:
                same[f"{module}.{name}"] = other
    return {"removed": removed, "same": same}


def _reached(module: str) -> Any:
    """The module as a program gets at it; None where it is gone itself, which is said of its parent."""
    import keras
    import tensorflow

    first, *rest = module.split(".")
    found: Any = {"keras": keras, "tensorflow": tensorflow}[first]
    for name in rest:
        found = getattr(found, name, None)
    return found


def _has(module: Any, name: str) -> bool:
    try:
        getattr(module, name)
    except AttributeError:
        return False
    return True


def _same(old: Tables, module: str, name: str, here: Any) -> str | None:
    """Another name of the same thing in the same module, spelled as alike as there is one."""
    canonical = old.canonical(f"{module}.{name}")
    others = [
        other for other in sorted(old.members(module))
        if other != name and old.canonical(f"{module}.{other}") == canonical and _has(here, other)
    ]  # fmt: skip
    alike = [other for other in others if other.islower() == name.islower()]
    return next(iter([*alike, *others]), None)
