"""JSON schemas: of the settings, made from what reads them, and of what ``--output-format json`` and others write."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import fields
from pathlib import Path
from typing import Any

from tfgraphlint.diagnostic import Applicability, Role, Severity
from tfgraphlint.interpret.explaining.story import Outcome, Part
from tfgraphlint.project.settings import EXTEND, KEYS, Settings

Schema = dict[str, Any]

DRAFT = "http://json-schema.org/draft-07/schema#"
CATALOGUE = "https://json.schemastore.org/tfgraphlint.json"  # as SchemaStore names it, once it is there

# -- settings ------------------------------------------------------------------------------------

WORDS: Schema = {"type": "array", "items": {"type": "string"}}
VERSION: Schema = {"type": "string", "pattern": r"^\d{1,9}(\.\d{1,9}){0,9}$"}
SEVERITY: Schema = {"type": "string", "enum": [kind.value for kind in Severity]}
# What a reader accepts, by one of the keys that it reads.
SHAPES: Mapping[str, Schema] = {
    "select": WORDS,
    "per-file-ignores": {"type": "object", "additionalProperties": WORDS},
    "tensorflow": VERSION,
    "keras": {"anyOf": [VERSION, {"type": "integer", "minimum": 0, "maximum": 99}]},
    "notebooks": {"type": "boolean"},
    "python-cell-magics": WORDS,
    "max-seconds": {"type": "number", "exclusiveMinimum": 0},
    "severity": {"type": "object", "additionalProperties": SEVERITY},
    "fail-on": SEVERITY,
    "baseline": {"type": "string"},
}
MEANINGS: Mapping[str, str] = {
    "select": "The rules that are on: codes (TFG301), prefixes (TFG3) or names (unwatched-tensor).",
    "ignore": "Rules that are off. The more specific word wins.",
    "extend-select": "Rules that are on besides those of select.",
    "include": 'Patterns of the files that are linted. Add "*.md" for the code blocks of Markdown files.',
    "exclude": "Patterns of files and directories that are left out, in the place of the usual ones.",
    "extend-exclude": "Patterns of files and directories that are left out besides those of exclude.",
    "per-file-ignores": "Rules that are off in files, by pattern.",
    "tensorflow": "The TensorFlow that the code is written for; else the newest that the requirements allow.",
    "keras": "The Keras that the code is written for; else the one that comes with TensorFlow.",
    "each-tf1-symbol": "TFG601: report every TensorFlow 1 name in a file, not only the first.",
    "notebooks": "Whether notebooks are linted.",
    "python-cell-magics": "Cell magics whose body is Python, besides the usual ones.",
    "max-seconds": "Seconds of the processor that one file may take.",
    "max-megabytes": "Megabytes of memory that one file may take.",
    "plugins": "Entry points of the group tfgraphlint.rules with rules of your own.",
    "severity": "The severity of rules by code, prefix or name.",
    "fail-on": "The least severity that makes the exit status 1.",
    "baseline": "A file with problems that are not reported, relative to the configuration.",
    EXTEND: "A configuration file whose keys hold where this one has none, relative to this one.",
}


def settings() -> Schema:
    """The schema of ``[tool.tfgraphlint]`` and of ``tfgraphlint.toml``."""
    shapes = {KEYS[key]: shape for key, shape in SHAPES.items()}
    properties = {key: _described(key, shapes[reader]) for key, reader in KEYS.items()}
    properties[EXTEND] = _described(EXTEND, {"type": "string"})
    return {
        "$schema": DRAFT,
        "$id": CATALOGUE,
        "title": "tfgraphlint",
        "description": "Settings of tfgraphlint: [tool.tfgraphlint] in pyproject.toml, or tfgraphlint.toml.",
        "type": "object",
        "additionalProperties": False,
        "properties": dict(sorted(properties.items())),
    }


def _described(key: str, shape: Schema) -> Schema:
    found = {"description": MEANINGS[key], **shape}
    usual = Settings(Path())
    names = {field.name.replace("_", "-"): field.name for field in fields(usual)}
    value = getattr(usual, names[key]) if key in names else ""
    if isinstance(value, Severity):
        found["default"] = value.value
    elif key in ("per-file-ignores", "severity"):
        found["default"] = {}
    elif value != "":
        found["default"] = list(value) if isinstance(value, tuple) else value
    return found


# -- output --------------------------------------------------------------------------------------


def _object(**properties: Schema) -> Schema:
    return {
        "type": "object", "additionalProperties": False, "required": sorted(properties), "properties": properties,
    }  # fmt: skip


def _ref(name: str) -> Schema:
    return {"$ref": f"#/definitions/{name}"}


def _array(name: str) -> Schema:
    return {"type": "array", "items": _ref(name)}


TEXT: Schema = {"type": "string"}
COUNT: Schema = {"type": "integer", "minimum": 1}
CELL: Schema = {"type": "integer", "minimum": 1, "description": "The cell of a notebook, Markdown cells counted."}
NO_CELL: Schema = {"anyOf": [CELL, {"type": "null"}]}
PLACE: Mapping[str, Schema] = {
    "filename": TEXT, "location": _ref("position"), "end_location": _ref("position"),
}  # fmt: skip


def _in_cell(**properties: Schema) -> Schema:
    """An object with a place, and the cell where there is one."""
    found = _object(**PLACE, **properties)
    found["properties"]["cell"] = CELL
    return found


def output() -> Schema:
    """The schema of what ``--output-format json`` writes; a line of ``json-lines`` is a ``report`` of it.

    With ``--statistics`` the items are counts.
    """
    return {
        "$schema": DRAFT,
        "title": "tfgraphlint --output-format json",
        "description": "Reports, sorted by file and place; with --statistics, how often each rule reported.",
        "type": "array",
        "items": {"anyOf": [_ref("report"), _ref("count")]},
        "definitions": {
            "position": _object(row=COUNT, column=COUNT),
            "edit": _in_cell(content=TEXT),
            "fix": _object(
                applicability={"enum": [kind.value for kind in Applicability]}, edits=_array("edit"), message=TEXT
            ),
            "step": _in_cell(role={"enum": [role.value for role in Role]}, message=TEXT),
            "report": _object(
                **PLACE, cell=NO_CELL, code=TEXT, name=TEXT, message=TEXT, severity=SEVERITY, noqa_row=COUNT,
                path=_array("step"), fix={"anyOf": [_ref("fix"), {"type": "null"}]}, suggestions=_array("fix"),
                url={"type": ["string", "null"]},
            ),
            "count": _object(code={"type": ["string", "null"]}, name=TEXT, count=COUNT),
        },
    }  # fmt: skip


def explanation() -> Schema:
    """The schema of what ``tfgraphlint explain --format json`` writes."""
    outcomes = [kind.value or None for kind in Outcome]
    row = _object(filename=TEXT, row=COUNT, code=TEXT)
    return {
        "$schema": DRAFT,
        "title": "tfgraphlint explain --format json",
        **_object(
            place=row, explanations=_array("explanation"), reported=_array("reported"),
            nearest={"type": "array", "items": row}, error={"type": ["string", "null"]},
        ),
        "definitions": {
            "position": _object(row=COUNT, column=COUNT),
            "stop": _object(
                **PLACE, cell=NO_CELL, part={"enum": [part.value for part in Part]}, code=TEXT, message=TEXT
            ),
            "explanation": _object(
                **PLACE, cell=NO_CELL, about=TEXT, outcome={"enum": outcomes}, title=TEXT, path=_array("stop"),
                notes={"type": "array", "items": TEXT},
            ),
            "reported": _object(**PLACE, cell=NO_CELL, code=TEXT, name=TEXT, message=TEXT),
        },
    }  # fmt: skip


SCHEMAS = {"settings": settings, "output": output, "explanation": explanation}


def as_text(name: str) -> str:
    """The schema of this name as it is kept in ``docs/schemas``."""
    return json.dumps(SCHEMAS[name](), indent=2, ensure_ascii=False) + "\n"
