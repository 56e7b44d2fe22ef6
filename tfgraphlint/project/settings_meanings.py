"""What each key of a configuration means, for its JSON schema and its page; ``settings`` says which keys there are."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any

from tfgraphlint.project.settings import EXTEND, KEYS, Settings
from tfgraphlint.project.settings_text import written

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


@dataclass(frozen=True)
class Meaning:
    """A key with what it takes and means, and its default as TOML ("" where it has none)."""

    key: str
    takes: str
    default: str
    meaning: str


def meanings() -> Iterator[Meaning]:
    """All keys, in the order in which they are declared."""
    defaults = Settings(Path())
    values = {field.name.replace("_", "-"): getattr(defaults, field.name) for field in fields(Settings)}
    for key, text in MEANINGS.items():
        yield Meaning(key, _takes(key), _default(values.get(key)), text)


def _takes(key: str) -> str:
    """What a key takes, in the words with which it refuses everything else."""
    if key not in KEYS:
        return "a string"
    try:
        KEYS[key](object())
    except TypeError as error:
        return str(error)
    raise AssertionError(f"{key} takes anything")


def _default(value: Any) -> str:
    return "" if value in (None, "", ()) else written(value)
