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

# The way through the house. A module imports from its own package and from packages above it.
ROWS = [
    "libraries.words",
    "disk.names",
    "errors",
    "disk",
    "diagnostic",
    "syntax",
    "facts",
    "rule_api",
    "project",
    "screen",
    "libraries.words",
    "libraries.tables",
    "interpret.core",
    "interpret.gradients",
    "interpret.python",
    "libraries",
    "interpret.checks",
    "interpret",
    "names",
    "fixes",
    "run",
    "report",
    "scan",
    "verify",
    "api",
    "server",
    "jupyter",
    "cli",
]
# What a rule is written with.
RULE_PACKAGES = {"diagnostic", "facts", "rule_api", "fixes", "syntax", "libraries"}


def modules(folder: Path) -> list[Path]:
    inside = ("rules", "fixtures")  # links that development checkouts may have
    found = (file for file in folder.rglob("*.py") if file.relative_to(PACKAGE.parent).parts[1] not in inside)
    return sorted(found if folder == PACKAGE else folder.glob("tfg*.py"))


def dotted(file: Path) -> str:
    name = ".".join(file.relative_to(PACKAGE.parent).with_suffix("").parts)
    return name.removesuffix(".__init__")


MODULES = {dotted(file): file for file in modules(PACKAGE)}


def imports(file: Path) -> Iterator[str]:
    """The modules of tfgraphlint that a file imports anywhere, also in functions and for type checkers."""
    for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names if alias.name.startswith("tfgraphlint."))
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{file}: imports are absolute"
            module = node.module or ""
            if module.partition(".")[0] == "tfgraphlint":
                names = (f"{module}.{alias.name}" for alias in node.names)
                yield from (name if name in MODULES else module for name in names)


def row_of(module: str) -> int:
    """The row of the innermost package that is named in ``ROWS``."""
    parts = module.split(".")[1:]
    for length in range(len(parts), 0, -1):
        if ".".join(parts[:length]) in ROWS:
            return ROWS.index(".".join(parts[:length]))
    raise AssertionError(f"say in tests/unit/test_imports.py where {module} belongs")


ENGINE = [name for name in MODULES if name.count(".") and "derive" not in name and name != "tfgraphlint.__main__"]


@pytest.mark.parametrize("module", ENGINE)
def test_imports_go_one_way(module: str) -> None:
    later = {other for other in imports(MODULES[module]) if other != "tfgraphlint" and row_of(other) > row_of(module)}
    assert not later, f"{module} imports what comes after it"


def circles(graph: dict[str, set[str]]) -> list[list[str]]:
    """The groups of modules that import each other, directly or through others."""
    reach = {module: _reached(graph, module) for module in graph}
    return [sorted({module} | {other for other in reach[module] if module in reach[other]})
            for module in graph if module in reach[module]]  # fmt: skip


def _reached(graph: dict[str, set[str]], start: str) -> set[str]:
    found: set[str] = set()
    pending = [start]
    while pending:
        for other in graph.get(pending.pop(), ()):
            if other not in found:
                found.add(other)
                pending.append(other)
    return found


def test_no_modules_import_each_other() -> None:
    """Imports inside functions and those for type checkers count as well."""
    assert circles({module: set(imports(MODULES[module])) for module in ENGINE}) == []


def test_a_circle_is_found() -> None:
    assert circles({"a": {"b"}, "b": {"c"}, "c": {"a"}, "d": {"a"}}) == [["a", "b", "c"]] * 3


IN_ENGINE = ("tfgraphlint.interpret.", "tfgraphlint.libraries.", "tfgraphlint.facts.", "tfgraphlint.syntax.")


@pytest.mark.parametrize("module", [name for name in ENGINE if name.startswith(IN_ENGINE)])
def test_the_engine_imports_at_the_top(module: str) -> None:
    tree = ast.parse(MODULES[module].read_text(encoding="utf-8"))
    inside = [statement for statement in ast.walk(tree) if isinstance(statement, (ast.FunctionDef, ast.Lambda))]
    assert not [node for function in inside for node in ast.walk(function) if isinstance(node, ast.ImportFrom)]
    assert not [node for node in tree.body if isinstance(node, ast.If)], "no imports for type checkers only"


@pytest.mark.parametrize("file", modules(RULES), ids=lambda file: file.name)
def test_a_rule_needs_little(file: Path) -> None:
    assert {name.split(".")[1] for name in imports(file)} <= RULE_PACKAGES


def test_few_modules_stand_on_the_top_floor() -> None:
    assert {file.stem for file in PACKAGE.glob("*.py")} == {"__init__", "__main__", "diagnostic", "errors"}


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
    heavy = {"libcst", "tensorflow", "numpy", "multiprocessing", "pathspec", "tfgraphlint.rules"}
    heavy |= {"tfgraphlint.syntax.tree", "tfgraphlint.interpret"}
    assert "tfgraphlint.screen.triggers" in imported
    assert not heavy & imported
    libraries = {"tfgraphlint.libraries", "tfgraphlint.libraries.words"}  # no more than lists of names
    rest = imported - libraries
    assert not {name for name in rest if name.startswith(("libcst", "tfgraphlint.rules", "tfgraphlint.libraries"))}


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
