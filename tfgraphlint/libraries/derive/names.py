"""The table of names: what public modules hold, which names are one thing, what kind of class each class is."""

from __future__ import annotations

import importlib
import inspect
from collections import defaultdict
from typing import Any

from tfgraphlint.libraries.derive.naming import Naming, is_named_thing
from tfgraphlint.libraries.derive.surface import PublicModule

# The first base that fits gives the kind: (kind, names of the base, in the order to ask).
_KINDS: tuple[tuple[str, tuple[str, ...]], ...] = (
    ("metric", ("tensorflow.keras.metrics.Metric",)),  # a layer too in Keras 2
    ("model", ("tensorflow.keras.Model",)),
    ("layer", ("tensorflow.keras.layers.Layer",)),
    ("loss", ("tensorflow.keras.losses.Loss",)),
    (
        "optimizer",
        (
            "tensorflow.keras.optimizers.Optimizer",
            "tensorflow.keras.optimizers.legacy.Optimizer",
            "tensorflow.compat.v1.train.Optimizer",
        ),
    ),
    ("schedule", ("tensorflow.keras.optimizers.schedules.LearningRateSchedule",)),
    (
        "initializer",
        ("tensorflow.keras.initializers.Initializer", "tensorflow.compat.v1.keras.initializers.Initializer"),
    ),
    ("regularizer", ("tensorflow.keras.regularizers.Regularizer",)),
    ("constraint", ("tensorflow.keras.constraints.Constraint",)),
    ("callback", ("tensorflow.keras.callbacks.Callback",)),
    ("variable", ("tensorflow.Variable", "keras.Variable")),
    ("tensor", ("tensorflow.Tensor", "keras.KerasTensor")),
    ("dataset", ("tensorflow.data.Dataset", "tensorflow.compat.v1.data.Dataset")),
    ("tape", ("tensorflow.GradientTape",)),
    ("module", ("tensorflow.Module",)),
    ("error", ("builtins.BaseException",)),
)


def derive(modules: dict[str, PublicModule], naming: Naming) -> dict[str, Any]:
    """``modules``: names by sort; ``aliases``: module to name to canonical name; ``classes``; ``star``."""
    return {
        "modules": {name: _listing(module) for name, module in sorted(modules.items())},
        "aliases": _aliases(modules, naming),
        "classes": classes(naming),
    }


def _listing(module: PublicModule) -> dict[str, str]:
    """The module's names by sort; ``hidden`` are there without being public; ``unstarred`` not bound by ``*``."""
    sorts: dict[str, list[str]] = defaultdict(list)
    for name, value in module.members.items():
        sorts[_sort(value)].append(name)
    hidden = [name for name in module.hidden if not name.startswith("_")]
    if hidden:
        sorts["hidden"] = sorted(hidden)
    public = set(module.members)
    if module.star:
        if public - module.star:
            sorts["unstarred"] = sorted(public - module.star)
        if module.star - public:
            sorts["starred"] = sorted(module.star - public)
    else:
        sorts["nostar"] = ["*"]
    return {sort: " ".join(names) for sort, names in sorted(sorts.items())}


def _sort(value: Any) -> str:
    if inspect.ismodule(value):
        return "modules"
    if inspect.isclass(value):
        return "classes"
    if is_named_thing(value) or callable(value) and type(value).__module__ != "tensorflow.python.framework.dtypes":
        return "functions"
    if type(value).__name__ == "DType":
        return "dtypes"
    return "constants"


def _aliases(modules: dict[str, PublicModule], naming: Naming) -> dict[str, dict[str, str]]:
    """Per module the names whose record is kept elsewhere, by where that is, so that the lists stay short."""
    found: dict[str, dict[str, str]] = {}
    for module in modules.values():
        elsewhere: dict[str, list[str]] = defaultdict(list)
        for name, value in module.members.items():
            full = f"{module.name}.{name}"
            canonical = naming.canonical(full) if is_named_thing(value) else full
            if canonical != full:
                home, _, last = canonical.rpartition(".")
                elsewhere[home].append(name if last == name else f"{name}={last}")
        if elsewhere:
            found[module.name] = {home: " ".join(names) for home, names in sorted(elsewhere.items())}
    return dict(sorted(found.items()))


def classes(naming: Naming) -> dict[str, list[str]]:
    """Per class its kind and its nearest public bases."""
    kinds = [(kind, tuple(_resolve(name) for name in names)) for kind, names in _KINDS]
    found: dict[str, list[str]] = {}
    for name, cls in naming.classes().items():
        kind = next((kind for kind, bases in kinds if any(base and issubclass(cls, base) for base in bases)), "other")
        bases = [naming.of_class(base) for base in cls.__bases__ if base is not object]
        public = [base for base in bases if "." in base]
        found[name] = [kind, *dict.fromkeys(public)]
    return found


def _resolve(name: str) -> type | None:
    parts = name.split(".")
    value: Any = importlib.import_module(parts[0])
    for part in parts[1:]:
        value = getattr(value, part, None)
        if value is None:
            return None
    return value if inspect.isclass(value) else None
