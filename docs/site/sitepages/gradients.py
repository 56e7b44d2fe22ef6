"""The table of differentiable operations, as HTML with what its filters need."""

from __future__ import annotations

import html
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache

from tfgraphlint.libraries import tables
from tfgraphlint.libraries.tables import Outcome, Tables

PLACE = '<div id="differentiable"></div>'
HIDDEN = (".compat.v1", ".raw_ops.", "tensorflow.keras.", "__operators__")
MAX_SPELLINGS = 3
ARITHMETIC = ("+", "-", "*", "/", "//", "%", "**", "@")  # with an equals sign they are the same
# What is said of a parameter, in the order of the filter: the tables' word, what people read, and in a sentence.
KINDS = {
    "flows": ("gradient", "a gradient comes back"),
    "none": ("None", "no gradient comes back"),
    "zero": ("zero", "the gradient is zero everywhere"),
    "nan": ("NaN", "the gradient is NaN"),
    "raises": ("raises", "asking for the gradient raises an error"),
}


@dataclass(frozen=True)
class Row:
    """One operation as it is in ``versions``, newest first."""

    name: str
    others: tuple[str, ...]
    sort: str
    outcomes: Mapping[str, Outcome]
    versions: tuple[str, ...]
    note: str = ""


def place() -> str:
    """What Markdown sees of the table."""
    return PLACE


def with_table(page: str) -> str:
    """The page's HTML with the table in its place."""
    return page.replace(PLACE, _controls() + _table(rows()))


@cache
def rows() -> tuple[Row, ...]:
    """All operations that were tried and take a float tensor."""
    found = [*_operators(), *_functions(), *_layers()]
    return tuple(sorted(found, key=lambda row: (row.sort != "operator", row.name.lower(), row.versions)))


def _functions() -> Iterator[Row]:
    known = [(version, tables.load(version)) for version in tables.versions()]
    names = {name for _, each in known for name in each.content("functions")["functions"]}
    for name in sorted(name for name in names if not any(part in name for part in HIDDEN)):
        seen = [(version, _visible(each, name)) for version, each in known if each.exists(name) is not False]
        for outcomes, versions in _grouped([(version, found) for version, found in seen if found]):
            newest = tables.load(versions[0])
            record = newest.function(name)
            others = [other for other in newest.spellings(name)[1:] if not any(part in other for part in HIDDEN)]
            note = "in some calls" if record is not None and record.varies & outcomes.keys() else ""
            yield Row(_short(name), tuple(map(_short, others)), "function", outcomes, versions, note)


def _visible(known: Tables, name: str) -> dict[str, Outcome]:
    record = known.function(name)
    if record is None:
        return {}
    return {parameter: outcome for parameter, outcome in record.gradient.items() if outcome.kind in KINDS}


def _grouped(seen: Sequence[tuple[str, dict[str, Outcome]]]) -> list[tuple[dict[str, Outcome], tuple[str, ...]]]:
    """Versions, newest first, put together where no parameter that both have fares differently."""
    groups: list[tuple[dict[str, Outcome], list[str]]] = []
    for version, outcomes in seen:
        same = groups and all(groups[-1][0].get(name, outcome) == outcome for name, outcome in outcomes.items())
        if same:
            groups[-1][1].append(version)
        else:
            groups.append((outcomes, [version]))
    return [(outcomes, tuple(versions)) for outcomes, versions in groups]


def _layers() -> Iterator[Row]:
    known = [(version, tables.load(version)) for version in tables.versions()]
    names = {name for _, each in known for name in each.content("classes")["layers"]}
    for name in sorted(names):
        seen = []
        for version, each in known:
            record = each.layer(name) if each.exists(name) is not False else None
            if record is not None:
                found = {"input": record.input, **({"weights": record.gradient} if record.gradient else {})}
                seen.append((version, {part: outcome for part, outcome in found.items() if outcome.kind in KINDS}))
        for outcomes, versions in _grouped([(version, found) for version, found in seen if found]):
            yield Row(_short(name), (), "layer", outcomes, versions)


def _operators() -> Iterator[Row]:
    versions = tables.versions()
    for key in tables.load().content("tensors")["operators"]:
        left, symbol, right = ["", *key.split(" ")][-3:]
        if (left, right) != ("tensor", "tensor") or (symbol.endswith("=") and symbol[:-1] in ARITHMETIC):
            continue
        found = tables.load().operator(symbol)
        if found is not None and not found.raises and found.left and found.right and symbol != "is":
            yield Row(f"x {symbol} y", (), "operator", {"x": found.left, "y": found.right}, versions)


def _short(name: str) -> str:
    return f"tf{name.removeprefix('tensorflow')}" if name.startswith("tensorflow.") else name


def _controls() -> str:
    kinds = "".join(f'<option value="{kind}">{html.escape(said)}</option>' for kind, (_, said) in KINDS.items())
    versions = "".join(f"<option>{version}</option>" for version in tables.versions())
    return f"""
<form class="tfg-filter" role="search" onsubmit="return false">
<label>Name <input type="search" id="tfg-name" placeholder="floor, image.resize, Dense …" autocomplete="off"></label>
<label>Outcome <select id="tfg-kind"><option value="">any</option>{kinds}</select></label>
<label>TensorFlow <select id="tfg-version"><option value="">any version</option>{versions}</select></label>
<output id="tfg-count" aria-live="polite"></output>
</form>
"""


def _table(found: Sequence[Row]) -> str:
    head = "<thead><tr><th>operation</th><th>what becomes of the gradient</th><th>TensorFlow</th></tr></thead>"
    body = "\n".join(map(_row, found))
    return (
        f'<div class="tfg-wide" data-search-exclude><table class="tfg-table" id="tfg-table">{head}\n'
        f"<tbody>\n{body}\n</tbody></table></div>"
    )


def _row(row: Row) -> str:
    kinds = " ".join(sorted({outcome.kind for outcome in row.outcomes.values()}))
    others = ", ".join(row.others[:MAX_SPELLINGS])
    also = f"<small>also {html.escape(others)}</small>" if others else ""
    chips = " ".join(_chip(parameter, outcome) for parameter, outcome in row.outcomes.items())
    note = f" <small>{row.note}</small>" if row.note else ""
    names = html.escape(" ".join((row.name, *row.others)).lower())
    return (
        f'<tr data-names="{names}" data-kinds="{kinds}" data-versions="{" ".join(row.versions)}">'
        f"<td><code>{html.escape(row.name)}</code>{also}</td><td>{chips}{note}</td><td>{_range(row.versions)}</td></tr>"
    )


def _chip(parameter: str, outcome: Outcome) -> str:
    said = KINDS[outcome.kind][0] + (f" {outcome.error}" if outcome.error else "")
    title = f' title="no gradient is defined for {html.escape(outcome.operation)}"' if outcome.operation else ""
    return f'<span class="tfg-chip tfg-{outcome.kind}"{title}><code>{html.escape(parameter)}</code> {said}</span>'


def _range(versions: Sequence[str]) -> str:
    """``2.16 – 2.21``; the versions are given newest first."""
    return versions[0] if len(versions) == 1 else f"{versions[-1]}&nbsp;–&nbsp;{versions[0]}"
