"""Tables kept as what differs from those of a neighbour: see ``tables.apply``, which puts them together again."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

from tfgraphlint.libraries.derive.writing import write
from tfgraphlint.libraries.tables import CHANGED, DIFFERS_FROM, GONE, LESS, MORE, SET, Tables, apply


def written_against(version: str, folder: Path, head: dict[str, Any]) -> Callable[[str, dict[str, Any]], None]:
    """Writes sections of a table into ``folder`` as what differs from the tables of ``version`` beside it. There is no
    file where nothing does, but for the table of names, which says what the others differ from."""
    base = Tables(folder.parent / f"tensorflow-{version}")

    def put(name: str, sections: dict[str, Any]) -> None:
        path = folder / f"{name}.json"
        before = base.content(name)
        if name == "names":
            sections = _with_numpy_of(before, sections)
        changes = {key: change for key, new in sections.items() if (change := difference(before.get(key, {}), new))}
        if changes or name == "names":
            write(path, {**head, DIFFERS_FROM: version}, changes)
        else:
            path.unlink(missing_ok=True)

    return put


def _with_numpy_of(base: dict[str, Any], sections: dict[str, Any]) -> dict[str, Any]:
    """The names with those of NumPy as ``base`` has them: the tables of NumPy's functions are those of ``base``."""
    found: dict[str, Any] = {}
    for section, entries in sections.items():
        others = {key: value for key, value in entries.items() if not key.startswith("numpy")}
        found[section] = {**others, **{key: value for key, value in base[section].items() if key.startswith("numpy")}}
    for module, homes in found["aliases"].items():
        old = base["aliases"].get(module, {})
        if "numpy" in homes and "numpy" in old:
            found["aliases"][module] = {**homes, "numpy": old["numpy"]}
    return found


def difference(base: dict[str, Any], new: dict[str, Any]) -> dict[str, Any]:
    """The change that makes ``new`` of ``base``; empty where they are the same."""
    gone = [key for key in base if key not in new]
    replaced: dict[str, Any] = {}
    changed: dict[str, Any] = {}
    for key, value in new.items():
        if key not in base:
            replaced[key] = value
        elif value != base[key]:
            below = _below(base[key], value)
            if below is None:
                replaced[key] = value
            else:
                changed[key] = below
    return {name: part for name, part in ((GONE, gone), (SET, replaced), (CHANGED, changed)) if part}


def _below(base: Any, new: Any) -> dict[str, Any] | None:
    """The change within a value, where that says it; else None."""
    if isinstance(base, dict) and isinstance(new, dict):
        return difference(base, new)
    if not isinstance(base, str) or not isinstance(new, str):
        return None
    before, after = set(base.split()), set(new.split())
    change = {MORE: " ".join(sorted(after - before)), LESS: " ".join(sorted(before - after))}
    change = {name: words for name, words in change.items() if words}
    return change if change and len(before & after) > len(before ^ after) and apply(base, change) == new else None
