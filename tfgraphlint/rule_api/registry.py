"""The rules there are: found by file name without importing them, loaded by name, asked by the kind of event."""

from __future__ import annotations

import importlib
import importlib.util
import os
import re
import types
import typing
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tfgraphlint.diagnostic import Diagnostic
from tfgraphlint.errors import RegistryError
from tfgraphlint.rule_api.rule import Rule

PACKAGE = "tfgraphlint.rules"
ENTRY_POINTS = "tfgraphlint.rules"
EVERYTHING = "ALL"

_MODULE = re.compile(r"(?P<code>[a-z]+\d+)_(?P<name>[a-z0-9_]+)")


@dataclass(frozen=True, order=True)
class Entry:
    """A rule's code and name."""

    code: str
    name: str


class RuleFailure(Exception):
    """A rule raised. ``code`` says which; the cause is the exception."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


def shipped() -> tuple[Entry, ...]:
    """The rules that come with tfgraphlint, read from the names of their files. Imports nothing."""
    return tuple(sorted(_entry(module) for module in _modules()))


def _modules() -> list[str]:
    spec = importlib.util.find_spec(PACKAGE)
    if spec is None or not spec.submodule_search_locations:
        raise RegistryError(f"the package {PACKAGE} is not installed: pip install tfgraphlint again")
    files = [Path(name) for folder in spec.submodule_search_locations for name in os.listdir(folder)]
    return sorted({file.stem for file in files if file.suffix == ".py" and not file.stem.startswith("_")})


def _entry(module: str) -> Entry:
    match = _MODULE.fullmatch(module)
    if match is None:
        raise RegistryError(f"{PACKAGE}.{module}: a rule's file is named like tfg301_unwatched_tensor.py")
    return Entry(match["code"].upper(), match["name"].replace("_", "-"))


class Registry:
    """Loaded rules, and which of them listen to what."""

    def __init__(self, rules: Iterable[Rule]) -> None:
        self.rules = tuple(sorted(rules, key=lambda rule: rule.code))
        self.entries = tuple(Entry(rule.code, rule.name) for rule in self.rules)
        _refuse_doubles(self.entries)
        self._listeners: dict[type, list[Rule]] = {}
        for rule in self.rules:
            for kind in read_subscriptions(type(rule)):
                self._listeners.setdefault(kind, []).append(rule)

    def diagnostics(self, event: object) -> Iterator[Diagnostic]:
        """What the rules that listen to this kind of event conclude from it, and from its parts.

        Raises:
            RuleFailure: a rule raised.
        """
        for kind in type(event).__mro__:
            for rule in self._listeners.get(kind, ()):
                if rule.kinds and getattr(event, "kind", None) not in (None, *rule.kinds):
                    continue
                try:
                    yield from rule.check(event)
                except Exception as error:
                    raise RuleFailure(rule.code) from error
        for part in event.parts() if hasattr(event, "parts") else ():
            yield from self.diagnostics(part)

    def rule(self, word: str) -> Rule:
        """The one rule of this code or name.

        Raises:
            RegistryError: there is none.
        """
        for rule in self.rules:
            if word.upper() == rule.code or word.lower() == rule.name:
                return rule
        raise RegistryError(f"there is no rule {word!r}{nearest(word, self.entries)}")


def load(plugins: Sequence[str] = (), linted: Sequence[Path] = ()) -> Registry:
    """All rules that come with tfgraphlint and those of the plugins named; none of them lies in what is ``linted``.

    Raises:
        RegistryError: one cannot be used.
    """
    rules = [rule for module in _modules() for rule in _shipped_rule(module)]
    for plugin in plugins:
        rules += _plugin_rules(plugin, linted)
    return Registry(rules)


def _shipped_rule(module: str) -> list[Rule]:
    rules = _rules_of(_import(f"{PACKAGE}.{module}"), f"rule module {PACKAGE}.{module}")
    expected = _entry(module)
    for rule in rules:
        if Entry(rule.code, rule.name) != expected:
            raise RegistryError(
                f"rule module {PACKAGE}.{module}: its file name says {expected.code} {expected.name}, "
                f"its class {rule.code} {rule.name}"
            )
    return rules


def _plugin_rules(plugin: str, linted: Sequence[Path]) -> list[Rule]:
    import importlib.metadata  # takes a tenth of a clean run, and hardly anybody has a plugin

    points = importlib.metadata.entry_points(group=ENTRY_POINTS)
    known = sorted({point.name for point in points})
    refused = ""
    for point in points:
        if point.name == plugin:
            refused = _lies_in_linted_tree(point.dist, linted)
            if not refused:
                return _rules_of(_import(point.module), f"plugin {plugin!r} ({point.module})")
    if refused:
        raise RegistryError(f"plugin {plugin!r} is not installed: it lies in the linted tree, in {refused}")
    installed = ", ".join(known) or "none"
    raise RegistryError(f"plugin {plugin!r} is not installed (entry points of {ENTRY_POINTS!r}: {installed})")


def _lies_in_linted_tree(distribution: Any, linted: Sequence[Path]) -> str:
    """The folder of a distribution that is part of what is linted, or "". What pip installed for this Python is not,
    though an environment may lie in a project's folder."""
    import site
    import sysconfig

    if distribution is None:
        return ""
    folder = os.path.realpath(str(distribution.locate_file("")))
    installed: list[str] = [sysconfig.get_path("purelib"), sysconfig.get_path("platlib"), site.getusersitepackages()]
    installed += site.getsitepackages() if hasattr(site, "getsitepackages") else []  # some environments have none
    if folder in map(os.path.realpath, installed):
        return ""
    trees = {os.path.realpath(str(each)) for each in (*linted, ".")}
    return folder if any(folder == tree or folder.startswith(tree.rstrip(os.sep) + os.sep) for tree in trees) else ""


def _import(name: str) -> types.ModuleType:
    try:
        return importlib.import_module(name)
    except Exception as error:  # whatever a module does while it is imported, it cannot be used
        raise RegistryError(f"rule module {name} cannot be imported: {type(error).__name__}: {error}") from error


def _rules_of(module: types.ModuleType, what: str) -> list[Rule]:
    classes = [
        value
        for value in vars(module).values()
        if isinstance(value, type) and issubclass(value, Rule) and value.__module__ == module.__name__
    ]
    if not classes:
        raise RegistryError(f"{what} defines no rule")
    for rule in classes:
        missing = [name for name in ("code", "name") if not isinstance(getattr(rule, name, None), str)]
        if missing:
            raise RegistryError(f"{what}: {rule.__name__} has no {' and no '.join(missing)}")
    return [rule() for rule in classes]


def read_subscriptions(rule: type[Rule]) -> tuple[type, ...]:
    """The kinds of event in the annotation of the first parameter of ``check``.

    Raises:
        RegistryError: there is no annotation, or it names no classes.
    """
    try:
        hints = typing.get_type_hints(rule.check)
    except Exception as error:  # an annotation can hold any expression
        raise RegistryError(f"{rule.__module__}: the annotations of check() cannot be resolved: {error}") from error
    parameters = rule.check.__code__.co_varnames[1 : rule.check.__code__.co_argcount]
    annotated = hints.get(parameters[0]) if parameters else None
    kinds = typing.get_args(annotated) or (annotated,)
    if not all(isinstance(kind, type) for kind in kinds):
        wanted = "check() takes one argument, annotated with the kind of fact it wants to see"
        raise RegistryError(f"{rule.__module__}: {wanted}")
    return typing.cast("tuple[type, ...]", kinds)


def _refuse_doubles(entries: Sequence[Entry]) -> None:
    for attribute in ("code", "name"):
        seen: set[str] = set()
        for entry in entries:
            word = getattr(entry, attribute)
            if word in seen:
                raise RegistryError(f"two rules have the {attribute} {word}")
            seen.add(word)


def matching(word: str, entries: Iterable[Entry]) -> frozenset[str]:
    """The codes that ``word`` stands for: a code, a prefix of codes (``TFG2``), a name, or ``ALL``."""
    if word.upper() == EVERYTHING:
        return frozenset(entry.code for entry in entries)
    exact = frozenset(entry.code for entry in entries if word.lower() == entry.name)
    if exact:
        return exact
    is_prefix = re.fullmatch(r"[A-Za-z]+\d*", word) is not None
    return frozenset(entry.code for entry in entries if is_prefix and entry.code.startswith(word.upper()))


def nearest(word: str, entries: Iterable[Entry]) -> str:
    """``; did you mean …?`` with the nearest code or name, empty when nothing is near."""
    words: Mapping[str, str] = {
        spelled.lower(): spelled for entry in entries for spelled in (entry.code, entry.name)
    }
    import difflib  # most runs name rules as they are called

    close = difflib.get_close_matches(word.lower(), list(words), n=1, cutoff=0.5)
    return f"; did you mean {words[close[0]]!r}?" if close else ""


def specificity(word: str) -> int:
    """How much ``word`` says: longer prefixes say more, names and codes most, ``ALL`` least."""
    if word.upper() == EVERYTHING:
        return 0
    return len(word) if re.fullmatch(r"[A-Za-z]+\d*", word) else 100
