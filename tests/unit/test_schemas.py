"""The JSON schemas: current, valid, and as strict as what they describe."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from jsonschema import Draft7Validator

from tfgraphlint.cli.group import group
from tfgraphlint.cli.schema import NAMES
from tfgraphlint.errors import SettingsError
from tfgraphlint.project.settings import EXTEND, KEYS, from_table
from tfgraphlint.report import schemas

ROOT = Path(__file__).resolve().parent.parent.parent
FOLDER = ROOT / "docs" / "schemas"
SETTINGS = Draft7Validator(schemas.settings())
VALUES: list[Any] = [
    "", "text", "2.16", "2.", "error", "warning", True, 0, 3, 100, 2.5, -1, [], ["TFG2"], [3], {}, {"a": ["TFG2"]},
    {"a": "error"}, {"a": "bad"}, {"a": 3},
]  # fmt: skip


@pytest.mark.parametrize("name", NAMES)
def test_what_is_kept_is_current(name: str) -> None:
    kept = (FOLDER / f"{name}.json").read_text(encoding="utf-8")
    assert kept == CliRunner().invoke(group, ["schema", name]).stdout, f"tfgraphlint schema {name} > docs/schemas/…"
    Draft7Validator.check_schema(json.loads(kept))


def test_all_schemas_are_kept() -> None:
    assert {file.stem for file in FOLDER.glob("*.json")} == set(NAMES) == set(schemas.SCHEMAS)


def test_every_key_is_described() -> None:
    assert set(schemas.settings()["properties"]) == {*KEYS, EXTEND} == set(schemas.MEANINGS)


def accepts(table: dict[str, Any]) -> bool:
    try:
        from_table(table, Path("tfgraphlint.toml"))
    except SettingsError:
        return False
    return True


@pytest.mark.parametrize("key", [*KEYS, "slect"])
def test_the_schema_accepts_what_we_accept(key: str) -> None:
    for value in VALUES:
        table = {key: value}
        assert SETTINGS.is_valid(table) is accepts(table), f"{key} = {value!r}"


def test_the_settings_of_the_readme() -> None:
    from tfgraphlint.project.settings import _parsed

    blocks = (ROOT / "README.md").read_text(encoding="utf-8").split("```toml\n")[1:]
    tables = [_parsed(block.partition("```")[0].encode(), Path("README.md")).get("tool", {}) for block in blocks]
    ours = [table["tfgraphlint"] for table in tables if "tfgraphlint" in table]
    assert ours
    assert [error.message for table in ours for error in SETTINGS.iter_errors(table)] == []


LOST = """\
import numpy as np
import tensorflow as tf
w = tf.Variable([1.0])
x = tf.constant(1.0)
with tf.GradientTape(persistent=True) as tape:
    y = np.sum(w)
    z = x * x
tape.gradient(y, w)
tape.gradient(z, x)
"""


@pytest.mark.parametrize(
    ("name", "arguments"),
    [
        ("output", ["a.py", "--output-format", "json"]),
        ("output", ["a.py", "--output-format", "json", "--statistics"]),
        ("explanation", ["explain", "a.py:8", "--format", "json"]),
        ("explanation", ["explain", "a.py:1", "--format", "json"]),
    ],
)
def test_outputs_are_valid(
    name: str, arguments: list[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "a.py").write_text(LOST)
    document = json.loads(CliRunner().invoke(group, arguments).stdout)
    assert document
    assert [error.message for error in Draft7Validator(schemas.SCHEMAS[name]()).iter_errors(document)] == []


def test_a_line_of_json_lines_is_a_report(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "a.py").write_text(LOST)
    rows = CliRunner().invoke(group, ["a.py", "--output-format", "json-lines", "--quiet"]).stdout.splitlines()
    report = Draft7Validator({**schemas.output(), "type": "object", "items": {}, "$ref": "#/definitions/report"})
    assert rows
    assert [report.is_valid(json.loads(row)) for row in rows] == [True] * len(rows)
    assert not report.is_valid({"code": "TFG301"})
