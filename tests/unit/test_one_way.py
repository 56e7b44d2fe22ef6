"""Files that others wrote are read, found and written in one way: nothing else in the engine opens or walks."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

import tfgraphlint

PACKAGE = Path(tfgraphlint.__file__).parent
# What reads only files of tfgraphlint itself or of the system, opens what leads nowhere, or runs its own programs.
OWN = {
    "libraries/tables.py",
    "names/gone_names.py",
    "rule_api/pages.py",
    "rule_api/fact_kinds.py",
    "cli/streams.py",
    "report/html.py",
    "jupyter/show.py",
    "syntax/deep_stack.py",
}
OWN_FOLDERS = {"disk", "verify", "rules", "fixtures", "data", "derive"}
METHODS = {"read_text", "read_bytes", "write_text", "write_bytes", "rglob", "glob", "iglob", "walk", "open", "mkstemp",
           "NamedTemporaryFile"}  # fmt: skip
MODULES = sorted(
    file
    for file in PACKAGE.rglob("*.py")
    if not OWN_FOLDERS & set(file.relative_to(PACKAGE).parts) and file.relative_to(PACKAGE).as_posix() not in OWN
)


def contacts(file: Path) -> Iterator[str]:
    """Calls that open or look for files."""
    for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
        match node:
            case ast.Call(func=ast.Name(id="open")):
                yield f"{node.lineno}: open"
            case ast.Call(func=ast.Attribute(value=ast.Name(id="ast" | "click" | "formatter" | "tarfile"))):
                pass  # these look at code, write help, and are given a file that is open
            case ast.Call(func=ast.Attribute(attr=name)) if name in METHODS:
                yield f"{node.lineno}: {name}"


@pytest.mark.parametrize("file", MODULES, ids=lambda file: file.relative_to(PACKAGE).as_posix())
def test_files_are_opened_in_one_place(file: Path) -> None:
    assert list(contacts(file)) == []
