"""Imports go one way, and a clean run imports nothing heavy."""

from __future__ import annotations

import ast
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

import tfgraphlint

PACKAGE = Path(tfgraphlint.__file__).parent
RULES = PACKAGE.parent / "rules"

# The way through the house, left to right. A room imports from its own row and from rows above it.
ROWS = [
    ["errors", "deep", "diagnostic", "text", "top_level"],
    ["source", "outline", "screen", "graph_symptoms", "tree", "bindings", "lookup"],
    ["facts", "project", "neighbours"],
    ["interpret", "libraries"],
    ["legacy_scopes", "legacy_guards", "name_search", "legacy", "keras_names"],
    ["rule", "story", "ancestry", "edits", "spelling"],
    ["eager_needs", "uses", "kinds", "numpy_rewrite", "as_tensor", "together", "alternatives", "host_body",
     "reconnect", "graph_uses", "graph_numpy"],
    ["in_place", "graph_forms", "as_float", "tape_block", "watching", "moving", "unwrapping", "keras_rewrite",
     "graph_builtins", "print_ops", "trace_time_random", "double_where"],
    ["registry", "requirements", "settings", "discover", "suppression", "pages"],
    ["fix", "examine", "workers", "cache"],
    ["lint", "repair", "report"],
    ["verify"],
    ["cli"],
]
ROW = {room: number for number, rooms in enumerate(ROWS) for room in rooms}
# A rule needs facts, what a diagnostic is, and what edits are built from. The two rules about the run itself listen to
# events of the guard and of suppression comments.
RULE_ROOMS = {
    "diagnostic", "facts", "bindings", "rule", "story", "ancestry", "edits", "spelling", "libraries", "text", "tree",
    "uses", "kinds", "numpy_rewrite", "as_tensor", "together", "alternatives", "host_body", "reconnect",
    "eager_needs", "in_place", "graph_forms", "as_float", "tape_block", "watching", "moving", "unwrapping",
    "keras_rewrite", "graph_numpy", "graph_builtins", "print_ops", "trace_time_random", "double_where",
}
RUN_ROOMS = {"tfg505": {"keras_names"}, "tfg601": {"legacy"}, "tfg900": {"screen"}, "tfg901": {"suppression"}}


def modules(folder: Path) -> list[Path]:
    return sorted(file for file in folder.rglob("*.py") if file.parent != PACKAGE or not file.name.startswith("__"))


def imports(file: Path) -> Iterator[str]:
    """The modules of tfgraphlint that a file imports anywhere, also in functions and for type checkers."""
    for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{file}: imports are absolute"
            module = node.module or ""
            yield from (f"{module}.{alias.name}" for alias in node.names) if module == "tfgraphlint" else (module,)


def rooms_imported(file: Path) -> set[str]:
    names = (name.split(".") for name in imports(file))
    return {parts[1] for parts in names if parts[0] == "tfgraphlint" and len(parts) > 1 and parts[1] in [*ROW, "rules"]}


def room_of(file: Path) -> str:
    first = file.relative_to(PACKAGE).parts[0]
    return first.removesuffix(".py")


@pytest.mark.parametrize("file", modules(PACKAGE), ids=lambda file: str(file.relative_to(PACKAGE)))
def test_imports_go_one_way(file: Path) -> None:
    room = room_of(file)
    assert room in ROW, f"say in tests/test_imports.py where {room} belongs"
    later = {other for other in rooms_imported(file) if other == "rules" or ROW[other] > ROW[room]}
    assert not later, f"{file.name} imports what comes after it"


@pytest.mark.parametrize("file", modules(RULES), ids=lambda file: file.name)
def test_a_rule_needs_little(file: Path) -> None:
    allowed = RULE_ROOMS | RUN_ROOMS.get(file.name.partition("_")[0], set())
    assert rooms_imported(file) <= allowed


def test_nothing_imports_the_command_line() -> None:
    for file in [*modules(PACKAGE), *modules(RULES)]:
        assert room_of(file) == "cli" if "cli" in rooms_imported(file) else True


def imported_by_running(directory: Path, *arguments: str) -> set[str]:
    command = [sys.executable, "-X", "importtime", "-m", "tfgraphlint", "--isolated", *arguments]
    done = subprocess.run(command, cwd=directory, capture_output=True, text=True, timeout=120)
    assert done.returncode in (0, 1), done.stderr[-2000:]
    rows = done.stderr.splitlines()
    return {row.rpartition("|")[2].strip() for row in rows if row.startswith("import time:")}


CLEAN = '''"""A model."""

import tensorflow as tf
import numpy as np


def build(width=8):
    model = tf.keras.Sequential([tf.keras.layers.Dense(width), tf.keras.layers.Dense(1)])
    model.compile(optimizer="adam", loss=tf.keras.losses.MeanSquaredError(), metrics=["mae"])
    return model


def spread(values):
    return float(np.std(values))
'''


def test_a_clean_run_imports_nothing_heavy(tmp_path: Path) -> None:
    (tmp_path / "model.py").write_text(CLEAN * 25)
    (tmp_path / "unrelated.py").write_text("x = 1\n")
    imported = imported_by_running(tmp_path)
    heavy = {"libcst", "tensorflow", "numpy", "multiprocessing", "pathspec", "tfgraphlint.rules", "tfgraphlint.tree"}
    assert "tfgraphlint.screen" in imported
    assert not heavy & imported
    assert not {name for name in imported if name.startswith(("libcst", "tfgraphlint.rules", "tfgraphlint.libraries"))}


def test_nothing_of_tensorflow_is_needed_to_lint(tmp_path: Path) -> None:
    (tmp_path / "a.py").write_text("import tensorflow as tf\nwith tf.GradientTape() as tape:\n    pass\n")
    imported = imported_by_running(tmp_path)
    assert "libcst" in imported
    assert not {"tensorflow", "numpy", "keras"} & imported


def test_all_packages_are_installed() -> None:
    """setuptools is told of each package, since ``rules`` and ``fixtures`` stand outside of the tree."""
    configuration = (PACKAGE.parent / "pyproject.toml").read_text(encoding="utf-8")
    named = set(re.findall(r'"([\w.]+)"', configuration.partition("\npackages = [")[2].partition("]")[0]))
    there = {".".join(init.parent.relative_to(PACKAGE.parent).parts) for init in PACKAGE.rglob("__init__.py")}
    assert there <= named, "name the new package in pyproject.toml"
    assert {"tfgraphlint.rules", "tfgraphlint.fixtures"} <= named
