"""Names that are gone, and whether a file may use one, by its letters alone.

Nearly every file uses none: what searches CPython's tree for them is imported for the others only.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path

from tfgraphlint.libraries.words import EARLY_MODULES, KERAS_MODULES
from tfgraphlint.syntax.conventional_names import taken_for_libraries
from tfgraphlint.syntax.text import words_in_text

_DATA = Path(__file__).parent.parent / "libraries" / "data"
_GONE_RECORD = re.compile(r'^"tensorflow\.([\w.]+)": \{"new":"[^"]*","how":"(?:same|compat|upgrade)"', re.MULTILINE)
# Packages of TensorFlow 1 that no table lists, since nothing of them is left.
PACKAGES_OF_1 = ("contrib", "examples.tutorials")
_PACKAGE_TEXT = re.compile(r"\b(?:contrib|examples\.tutorials|examples import tutorials)\b")
_PACKAGE_LETTERS = ("contrib", "tutorials")
# Where a pattern begins with letters they are found fast: that a word begins there is looked at behind them.
_ALIAS = re.compile(r"tensorflow(?<!\wtensorflow)(?:\.compat\.v[12])?\s+as\s+(\w+)")
_FROM = re.compile(r"from(?<!\wfrom)\s+tensorflow(?:\.compat\.v2)?((?:\.\w+)*)\s+import\s+(\([^)]*(?:\)|\Z)|[^\n]*)")
_NAMES = re.compile(r"(\w+)(?:\s+as\s+(\w+))?")
_WORD = re.compile(r"\w+")
_NAMED = re.compile(r"\.(\w+)")
_IMPORTED = re.compile(r"\bimport\s+(\([^)]*(?:\)|\Z)|[^\n]*)")


# -- TensorFlow 1 -----------------------------------------------------------------------------------


def mentions_legacy(text: str) -> bool:
    """Whether ``text`` may use a name that is gone, by its letters: once for each file, so it has to be cheap."""
    if "tensorflow" not in text and "tf" not in taken_for_libraries(text):
        return False
    if any(letters in text for letters in _PACKAGE_LETTERS) and _PACKAGE_TEXT.search(text):
        return True
    imports = _FROM.findall(text)
    if not imports and not any(f".{name}" in text for name in _spelled_by(words_in_text(text))):
        return False
    known = _gone()
    aliases = {"tensorflow": "", **dict.fromkeys(_ALIAS.findall(text), "")}
    if "tf" in taken_for_libraries(text):
        aliases["tf"] = ""
    for module, names in imports:
        for name, alias in _NAMES.findall(names):
            aliases[alias or name] = f"{module}.{name}".lstrip(".") + "."
    if any(imported[:-1] in known for imported in aliases.values()):
        return True
    return any(
        not known.isdisjoint(stem + ".".join(rest[:length]) for length in (1, 2, 3))
        for alias, stem in aliases.items()
        for rest in set(re.findall(rf"{alias}(?<!\w{alias})\.(\w+)(?:\.(\w+))?(?:\.(\w+))?", text))
    )


def _spelled_by(words: frozenset[str]) -> Iterator[str]:
    """The names of TensorFlow 1 or 2 that are gone and whose last part is among the words."""
    by_last_part = _gone_by_last_part()
    return (name for word in words & by_last_part.keys() for name in by_last_part[word])


@cache
def _gone_by_last_part() -> Mapping[str, list[str]]:
    found: dict[str, list[str]] = {}
    for name in _gone():
        found.setdefault(name.rpartition(".")[2], []).append(name)
    return found


@cache
def _gone() -> frozenset[str]:
    return gone_since_1() | gone_since_2()


@cache
def gone_since_1() -> frozenset[str]:
    """The names without ``tensorflow.`` that TensorFlow 2 never had, by the oldest table there is.

    Read from the table's text, since JSON takes longer. Names below ``keras`` are not the matter here.
    """
    oldest = min(_DATA.glob("tensorflow-*"), key=_version_of)
    found = _GONE_RECORD.findall((oldest / "tf1.json").read_text(encoding="utf-8"))
    return frozenset(name for name in found if not name.startswith("keras."))


@cache
def gone_since_2() -> frozenset[str]:
    """The names without ``tensorflow.`` that TensorFlow 2 had for a while, by the newest table. Not those of Keras."""
    return frozenset(
        f"{module}.{name}".removeprefix("tensorflow.")
        for module, names in _removed().items()
        if not is_of_keras(module)
        for name in names.split()
    )


# -- Keras 2 ---------------------------------------------------------------------------------------



def is_of_keras(name: str) -> bool:
    """Whether a module or name comes from Keras, be it under ``tensorflow``."""
    return name.startswith(KERAS_MODULES)


@cache
def _removed() -> Mapping[str, str]:
    """The names by module that the newest TensorFlow lacks and older ones had. Read as ``_arguments_refused``."""
    folder = max(_DATA.glob("tensorflow-*"), key=_version_of)
    table = (folder / "removed.json").read_text(encoding="utf-8")
    return dict(_rows(table.partition('"removed"')[2].partition('"same"')[0]))


def _version_of(folder: Path) -> list[int]:
    return list(map(int, re.findall(r"\d+", folder.name)))


@cache
def removed_in_keras_3() -> Mapping[str, frozenset[str]]:
    """The removed names by module."""
    early = {f"{where}{module}": names for where in ("", "tensorflow.") for module, names in EARLY_MODULES.items()}
    removed = _removed()
    words = {module: f"{removed.get(module, '')} {early.get(module, '')}".split() for module in removed.keys() | early}
    found = {module: frozenset(name for name in names if is_of_keras(f"{module}.{name}"))
             for module, names in words.items()}  # fmt: skip
    return {module: names for module, names in found.items() if names}


@cache
def _removed_by_parts() -> list[tuple[frozenset[str], frozenset[str]]]:
    """The parts of each module's name, and the names that it has lost."""
    return [(frozenset(module.split(".")), names) for module, names in removed_in_keras_3().items()]


def mentions_removed(text: str) -> bool:
    """Whether ``text`` may use such a name, by its letters: once for each file, so it has to be cheap."""
    if "keras" not in text and "tensorflow" not in text and not taken_for_libraries(text):
        return False
    words = words_in_text(text)
    taken = taken_for_libraries(text).values()
    if taken:
        words = words.union(*(module.split(".") for module in taken))
    gone = [names for module, names in _removed_by_parts() if module <= words and not names.isdisjoint(words)]
    if not gone:
        return False
    named = set(_NAMED.findall(text)).union(*map(_WORD.findall, _IMPORTED.findall(text)))
    return any(not names.isdisjoint(named) for names in gone)


# -- arguments of Keras ----------------------------------------------------------------------------

def mentions_refused(text: str) -> bool:
    """Whether ``text`` may give an argument that a class or function of Keras refuses, by its letters."""
    if "keras" not in text and "tensorflow" not in text and not taken_for_libraries(text):
        return False
    refused, words = _arguments_refused(), words_in_text(text)
    if all(refused[argument].isdisjoint(words) for argument in words & refused.keys()):
        return False
    callees = set[str]().union(*(refused[argument] for argument in set(_refused_words().findall(text))))
    return any(f"{callee}(" in text or f"{callee} as " in text for callee in callees)


@cache
def _refused_words() -> re.Pattern[str]:
    """An argument that something refuses, where arguments are given by name."""
    return re.compile(rf"[(,]\s*({'|'.join(sorted(_arguments_refused()))})\s*=(?!=)")


@cache
def _arguments_refused() -> Mapping[str, frozenset[str]]:
    """By argument, the last parts of the names of what refuses it in some version. Read from the tables' text, row by
    row, since JSON takes longer."""
    found: dict[str, set[str]] = {}
    for table in _DATA.glob("tensorflow-*/arguments.json"):
        refused, _, rest = table.read_text(encoding="utf-8").partition('"unnamed"')
        others = dict(_rows(rest.partition('"called"')[2]))
        for name, row in _rows(refused):
            callees = (name.rpartition(".")[2], *others.get(name, "").split())
            for word in row.split():
                found.setdefault(word.partition("=")[0], set()).update(callees)
    return {argument: frozenset(callees) for argument, callees in found.items()}


def _rows(section: str) -> Iterator[tuple[str, str]]:
    """The names and what is said of them in a section of a table."""
    for line in section.splitlines():
        if line.startswith(('"keras', '"tensorflow')):
            name, _, said = line[1:].partition('": "')
            yield name, said.partition('"')[0]
