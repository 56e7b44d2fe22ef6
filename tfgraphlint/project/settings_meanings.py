"""What each key of a configuration means, for the settings page of the site; ``settings`` says which keys there are."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any

from tfgraphlint.project.settings import EXTEND, KEYS, Settings
from tfgraphlint.project.settings_text import written

MEANINGS = {
    "select": "The rules that are on, by code (`TFG301`), prefix (`TFG3`), name (`unwatched-tensor`) or `ALL`.",
    "ignore": "Rules that are off. Where `select` and `ignore` both name a rule, the more specific word counts.",
    "extend-select": "Rules that are on besides those of `select`.",
    "include": "Patterns of the files that are linted in a directory. `*.md` adds the code blocks of Markdown files.",
    "exclude": "Patterns of files and directories that are passed over. They replace the usual ones.",
    "extend-exclude": "Patterns that are passed over besides those of `exclude`.",
    "per-file-ignores": "Rules that are off in the files that a pattern matches: `\"tests/**\" = [\"TFG2\"]`.",
    "tensorflow": "The version of TensorFlow that the code is written for. Without it, the newest one that the "
    "project's requirements allow.",
    "keras": "The version of Keras that the code is written for: `3`, or `2` for Keras 2.",
    "each-tf1-symbol": "Whether TFG601 reports each TensorFlow 1 name of a file, and not only the first.",
    "notebooks": "Whether notebooks are linted.",
    "python-cell-magics": "Cell magics whose cells hold Python, besides `time`, `timeit`, `capture`, `prun` …",
    "max-seconds": "How long one file may take; then it is reported as not finished, and the others are linted.",
    "max-megabytes": "How much memory one file may take.",
    "plugins": "Entry points of the group `tfgraphlint.rules` of installed packages, with rules of your own.",
    "severity": "The severity of rules, by code, prefix or name: `TFG211 = \"error\"`. The more specific word counts.",
    "fail-on": "The least severity that makes the exit status 1.",
    "baseline": "A file with the problems that are known and not reported, from where the configuration file lies.",
    EXTEND: "A configuration file whose keys hold where this one has none. Lists of `extend-…` keys and tables are put "
    "together.",
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
