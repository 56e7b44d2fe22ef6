"""TensorFlow 1 names: those of ``compat.v1``, which then stood directly below ``tf``, and what became of them.

The renaming tables are read from TensorFlow's own upgrade script, which is installed with it.
"""

from __future__ import annotations

from typing import Any

from tfgraphlint.libraries.derive.naming import is_named_thing, preference
from tfgraphlint.libraries.derive.surface import PublicModule

_V1 = "tensorflow.compat.v1"


def derive(modules: dict[str, PublicModule]) -> dict[str, Any]:
    """Per TF1 name: what replaces it. Names that still mean the same are left out."""
    objects = _objects(modules)
    by_identity: dict[int, list[str]] = {}
    for name, value in objects.items():
        if name.startswith("tensorflow.") and ".compat." not in name and is_named_thing(value):
            by_identity.setdefault(id(value), []).append(name)
    renames = _upgrade_renames()
    found: dict[str, Any] = {}
    for name, value in objects.items():
        if not name.startswith(_V1 + ".") or ".keras." in name:
            continue
        plain = "tensorflow" + name[len(_V1) :]
        found[plain] = _what_became(plain, name, value, objects, by_identity, renames)
    for old, new in renames.items():
        if old.startswith("tensorflow.") and old not in found and old not in objects and old not in modules:
            found[old] = {"new": new, "how": "upgrade"} if _known(new, objects, modules) else None
    return {name: record for name, record in sorted(found.items()) if record is not None}


def _objects(modules: dict[str, PublicModule]) -> dict[str, Any]:
    return {f"{m.name}.{name}": value for m in modules.values() for name, value in m.members.items()}


def _what_became(
    plain: str,
    name: str,
    value: Any,
    objects: dict[str, Any],
    by_identity: dict[int, list[str]],
    renames: dict[str, str],
) -> dict[str, str] | None:
    """None when the name still means the same; ``how`` says how sure a replacement is."""
    if plain in objects:
        if objects[plain] is value or not is_named_thing(value):
            return None
        return {"new": name, "how": "changed"}
    same = sorted(by_identity.get(id(value), []), key=preference)
    if same:
        told = renames.get(plain)
        return {"new": told if told in same else same[0], "how": "same"}
    return {"new": name, "how": "compat"}


def _known(name: str, objects: dict[str, Any], modules: dict[str, PublicModule]) -> bool:
    return name in objects or name in modules


def _upgrade_renames() -> dict[str, str]:
    """Old to new full names, as TensorFlow's upgrade script has them."""
    from tensorflow.tools.compatibility import all_renames_v2

    found: dict[str, str] = {}
    for old, new in all_renames_v2.symbol_renames.items():
        found[_full(old)] = _full(new)
    for old, new in all_renames_v2.manual_symbol_renames.items():
        found[_full(old)] = _full(new)
    return dict(sorted(found.items()))


def derive_keywords() -> dict[str, dict[str, str]]:
    """Per TF1 function, the keywords that the upgrade script renames."""
    from tensorflow.tools.compatibility import tf_upgrade_v2

    spec = tf_upgrade_v2.TFAPIChangeSpec()
    return {
        _full(name): dict(renames)
        for name, renames in sorted(spec.function_keyword_renames.items())
        if name.startswith("tf.")
    }


def derive_reorders() -> dict[str, list[str]]:
    """Per TF1 function, its parameters in their old order where the order changed."""
    from tensorflow.tools.compatibility import reorders_v2, tf_upgrade_v2

    found = dict(reorders_v2.reorders)
    found.update(tf_upgrade_v2.TFAPIChangeSpec().function_reorders)
    return {
        _full(name): [order for order in orders if order]
        for name, orders in sorted(found.items())
        if name.startswith("tf.")
    }


def _full(name: str) -> str:
    return "tensorflow" + name[2:] if name.startswith("tf.") else name
