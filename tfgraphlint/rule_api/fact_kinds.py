"""The kinds of fact there are: what each says, where it comes from, which rules listen. ``docs/facts.md`` is this."""

from __future__ import annotations

import ast
import importlib
import inspect
import pkgutil
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType

import tfgraphlint
from tfgraphlint import facts
from tfgraphlint.facts.common import Fact
from tfgraphlint.rule_api.registry import Registry, load, read_subscriptions

PACKAGE = Path(tfgraphlint.__file__).parent
# Where facts are used rather than yielded: definitions, rules and what rules are written with.
FACTS = "facts"
NO_SOURCES = (FACTS, "rule_api", "fixes", "rules", "fixtures")

HEAD = """\
# Facts

A fact is what a rule sees: something that certainly happens when the program runs, and where. `tfgraphlint facts FILE`
prints the facts of a file. This page is the output of `tfgraphlint facts --list`, and a test holds it to that.
"""
COLUMNS = "| fact | what it says | comes from | rules |\n| --- | --- | --- | --- |\n"


def kinds() -> tuple[type, ...]:
    """Every kind of fact in ``tfgraphlint/facts/``, in the order of the modules and of the classes in them."""
    return tuple(kind for _, classes in _modules(load()) for kind in classes)


def as_page() -> str:
    """All kinds of fact as a page of Markdown."""
    registry, sources = load(), _Sources()
    parts = [HEAD]
    for module, classes in _modules(registry):
        parts.append(f"\n## `{_path(module)}`\n\n{_sentence(_first_paragraph(module))}\n\n{COLUMNS}")
        parts += [f"{_row(kind, registry, sources)}\n" for kind in classes]
    return "".join(parts)


def _modules(registry: Registry) -> Iterator[tuple[ModuleType, list[type]]]:
    """The modules of ``tfgraphlint/facts`` that define facts, with these."""
    heard = {kind for rule in registry.rules for kind in read_subscriptions(type(rule))}
    names = sorted(info.name for info in pkgutil.iter_modules(facts.__path__))
    for module in [importlib.import_module(f"{facts.__name__}.{name}") for name in names]:
        own = [each for each in vars(module).values() if inspect.isclass(each) and each.__module__ == module.__name__]
        classes = [each for each in own if each in heard or _is_fact(each)]
        if classes:
            yield module, classes


def _is_fact(kind: type) -> bool:
    """Whether it is a fact and no base of facts."""
    return issubclass(kind, Fact) and not kind.__subclasses__()


def _row(kind: type, registry: Registry, sources: _Sources) -> str:
    rules = [rule.code for rule in registry.rules if issubclass(kind, read_subscriptions(type(rule)))]
    origins = [f"`{path}`" for path in sources.of(kind.__name__)]
    cells = (f"`{kind.__name__}`", _sentence(kind.__doc__), ", ".join(origins), ", ".join(rules) or "none")
    return "| " + " | ".join(cell.replace("|", "\\|") for cell in cells) + " |"


def _sentence(text: str | None) -> str:
    """A docstring on one line, as Markdown writes code."""
    return " ".join((text or "").split()).replace("``", "`")


def _first_paragraph(module: ModuleType) -> str:
    return (module.__doc__ or "").partition("\n\n")[0]


def _path(module: ModuleType) -> str:
    file = Path(inspect.getfile(module))
    return file.relative_to(PACKAGE.parent).as_posix()


class _Sources:
    """Which modules of the engine make which facts: read from their source, since nothing registers it."""

    def __init__(self) -> None:
        self._made: dict[str, set[str]] = {}
        self._derived: dict[str, set[str]] = {}  # facts that are parts of others
        for file in sorted(PACKAGE.rglob("*.py")):
            relative = file.relative_to(PACKAGE)
            if relative.parts[0] == FACTS or relative.parts[0] not in NO_SOURCES:
                tree = ast.parse(file.read_text(encoding="utf-8"))
                made = self._derived if relative.parts[0] == FACTS else self._made
                made[f"{PACKAGE.name}/{relative.as_posix()}"] = set(_names_used(tree))

    def of(self, name: str) -> list[str]:
        """The modules that make facts of this kind."""
        found = [path for path, names in self._made.items() if name in names]
        return found or [path for path, names in self._derived.items() if name in names]


def _names_used(tree: ast.Module) -> Iterator[str]:
    """The names of classes that are called, or handed on to be called; not those in annotations and tests of type."""
    for node in ast.walk(tree):
        if not isinstance(node, ast.Call) or isinstance(node.func, ast.Name) and node.func.id == "isinstance":
            continue
        for part in (node.func, *node.args):
            if isinstance(part, ast.Name):
                yield part.id
