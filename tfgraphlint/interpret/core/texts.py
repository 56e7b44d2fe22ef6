"""Texts that are not known, and what they show."""

from __future__ import annotations

import re
import string
from collections.abc import Iterable, Iterator, Sequence

import libcst as cst

from tfgraphlint.facts.common import Mode
from tfgraphlint.interpret.core.events import Formatted
from tfgraphlint.interpret.core.graph_state import shows_symbolic
from tfgraphlint.interpret.core.machine import Machine
from tfgraphlint.interpret.core.provenance import Kind
from tfgraphlint.interpret.core.value import Const, Value
from tfgraphlint.interpret.core.values import STRING, Host, Items


def text(m: Machine, node: cst.CSTNode, shown: Iterable[Value] = ()) -> Host:
    """A text that is not known, in which these values are shown."""
    found = Host(m.leaf(Kind.CONSTANT, node), "scalar", STRING)
    if m.mode is Mode.GRAPH and any(shows_symbolic(m, value) for value in shown):
        m.texts.add(found.node)
    return found


def constant_text(value: Value) -> str | None:
    """The text, where it is one and known."""
    return value.value if isinstance(value, Const) and isinstance(value.value, str) else None


CONVERSION = re.compile(r"%[-+ #0]*(?:\*|[1-9]\d*)?(?:\.(?:\*|\d+))?([a-zA-Z%])")
OF_NUMBERS = frozenset("dioxXeEfFgGc")


def percent(m: Machine, node: cst.CSTNode, template: str, given: Value) -> Host:
    """``template % given``."""
    items = given.items if isinstance(given, Items) and given.kind == "tuple" else (given,)
    values = list(items) if isinstance(items, tuple) else []
    kinds = [kind for kind in CONVERSION.findall(template) if kind != "%"]
    m.tell(Formatted(node, [value for kind, value in zip(kinds, values) if kind in OF_NUMBERS]))
    return text(m, node, values)


def filled(m: Machine, node: cst.CSTNode, template: str, positional: Sequence[Value], named: dict[str, Value]) -> Host:
    """``template.format(...)``."""
    m.tell(Formatted(node, list(_with_format(template, positional, named))))
    return text(m, node, [*positional, *named.values()])


def _with_format(template: str, positional: Sequence[Value], named: dict[str, Value]) -> Iterator[Value]:
    try:
        fields = [field for field in string.Formatter().parse(template) if field[1] is not None]
    except ValueError:
        return
    for index, (_, name, spec, conversion) in enumerate(fields):
        found = named.get(name or "")
        if not name or name.isdigit():
            at = int(name) if name else index
            found = positional[at] if at < len(positional) else None
        if spec and not conversion and found is not None:
            yield found
