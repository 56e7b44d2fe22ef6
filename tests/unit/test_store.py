"""What paths change is written through the store, which can take it back."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

import tfgraphlint

PACKAGE = Path(tfgraphlint.__file__).parent
CHANGING = {"pop", "popitem", "update", "clear", "setdefault"}
DOOR = PACKAGE / "interpret" / "core" / "store.py"
FILES = sorted(
    file for folder in ("interpret", "libraries") for file in (PACKAGE / folder).rglob("*.py")
    if "derive" not in file.parts and file != DOOR
)  # fmt: skip


def written_past_the_store(tree: ast.AST) -> Iterator[int]:
    """The lines where the state of a value is changed by hand."""
    for node in ast.walk(tree):
        targets: list[ast.expr] = []
        if isinstance(node, (ast.Assign, ast.Delete)):
            targets = node.targets
        elif isinstance(node, (ast.AugAssign, ast.AnnAssign)):
            targets = [node.target]
        elif isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr in CHANGING:
            if is_state(node.func.value):
                yield node.lineno
        for target in targets:
            if is_state(target) or isinstance(target, ast.Subscript) and is_state(target.value):
                yield target.lineno


def is_state(node: ast.expr) -> bool:
    return isinstance(node, ast.Attribute) and node.attr in ("state", "attributes")


@pytest.mark.parametrize("file", FILES, ids=lambda file: str(file.relative_to(PACKAGE)))
def test_state_is_written_through_the_store(file: Path) -> None:
    assert list(written_past_the_store(ast.parse(file.read_text(encoding="utf-8")))) == []


@pytest.mark.parametrize(
    "code", ["made.state['x'] = 1", "del made.state['x']", "made.state.pop('x')", "m.state = {}", "v.state['n'] += 1"]
)
def test_what_is_written_past_the_store_is_found(code: str) -> None:
    assert list(written_past_the_store(ast.parse(code))) == [1]


@pytest.mark.parametrize("code", ["state['x'] = 1", "x = made.state['x']", "m.store.write(made.state, 'x', 1)"])
def test_what_changes_no_state_is_not_found(code: str) -> None:
    assert list(written_past_the_store(ast.parse(code))) == []
