"""What an older TensorFlow, with Keras 2, had and this one lacks: names, each asked for, and members of classes."""

from __future__ import annotations

from typing import Any

from tfgraphlint.libraries.tables import Tables

MODULES = ("keras", "tensorflow")
V1 = "tensorflow.compat.v1."


def derive(old: Tables, new: Tables) -> dict[str, dict[str, Any]]:
    """Sections ``removed`` (names by module), ``same`` (what was the same object, and is still there) and ``members``
    (of classes: see ``lost_members``)."""
    removed: dict[str, str] = {}
    same: dict[str, str] = {}
    for module in sorted(old.modules()):
        here = _reached(module) if module.startswith(MODULES) else None
        if here is None:
            continue
        listed = module in new.modules()
        names = [
            name for name in sorted(old.members(module))
            if not _has(here, name) and not (listed and new.exists(f"{module}.{name}") is not False)  # or hidden
        ]  # fmt: skip
        if names:
            removed[module] = " ".join(names)
        for name in names:
            other = _same(old, module, name, here)
            if other is not None:
                same[f"{module}.{name}"] = other
    return {"removed": removed, "same": same, "members": lost_members(old, new)}


# -- members of classes ----------------------------------------------------------------------------


def lost_members(old: Tables, new: Tables) -> dict[str, dict[str, str]]:
    """By class the ``methods`` and ``values`` that it had and lacks, and what is ``refused``.

    What a base lacks as well is left out; ``-name`` is what the base lacks and the class has.
    """
    lost = {name: found for name in new.listed_classes() if (found := _lost(name, old, new)) is not None}
    rows: dict[str, dict[str, str]] = {}
    for name, mine in lost.items():
        record = new.class_record(name)
        above: dict[str, str] = {}
        for base in record.bases if record is not None else ():
            above.update(lost.get(base, {}))
        row = {
            sort: [each for each in sorted(mine) if mine[each] == sort and above.get(each) != sort]
            for sort in ("methods", "values")
        }
        row["values"] += [f"-{each}" for each in sorted(set(above) - set(mine))]
        row["refused"] = new.refused(name)
        rows[name] = {sort: " ".join(names) for sort, names in row.items() if names}
    return {name: row for name, row in rows.items() if row}


def _lost(name: str, old: Tables, new: Tables) -> dict[str, str] | None:
    """The members that ``name`` had under any of its names, or the class of TensorFlow 1 that it replaced; None where
    it is not known what it has."""
    here = new.class_members(name)
    before: dict[str, str] = {}
    for spelled in (*new.spellings(name), V1 + name.removeprefix("tensorflow.")):
        before.update(old.class_members(spelled))
    if "*" in here or "*" in before or not before:
        return None
    given = new.given_members()
    return {each: sort for each, sort in before.items() if each not in here and each not in given}


# -- names of modules ------------------------------------------------------------------------------


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
