"""The output formats by name. A module is imported only when its format is asked for."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from tfgraphlint.report.findings import Findings, Look


def _full(found: Findings, look: Look) -> str:
    from tfgraphlint.report import full

    return full.render(found.diagnostics, found.lines, look.colour, look.width, look.unsafe)


def _concise(found: Findings, look: Look) -> str:
    from tfgraphlint.report import concise

    return concise.render(found.diagnostics, look.colour, look.unsafe)


def _json(found: Findings, look: Look) -> str:
    from tfgraphlint.report import json

    return json.render(found.diagnostics, found.last_row, found.directory)


def _json_lines(found: Findings, look: Look) -> str:
    from tfgraphlint.report import json

    return json.render_lines(found.diagnostics, found.last_row, found.directory)


def _sarif(found: Findings, look: Look) -> str:
    from tfgraphlint.report import sarif

    return sarif.render(found)


def _github(found: Findings, look: Look) -> str:
    from tfgraphlint.report import github

    return github.render(found)


def _gitlab(found: Findings, look: Look) -> str:
    from tfgraphlint.report import gitlab

    return gitlab.render(found)


def _junit(found: Findings, look: Look) -> str:
    from tfgraphlint.report import junit

    return junit.render(found)


def _pylint(found: Findings, look: Look) -> str:
    from tfgraphlint.report import pylint

    return pylint.render(found.diagnostics)


def _html(found: Findings, look: Look) -> str:
    from tfgraphlint.report import html

    return html.render(found)


RENDERERS: Mapping[str, Callable[[Findings, Look], str]] = {
    "full": _full,
    "concise": _concise,
    "json": _json,
    "json-lines": _json_lines,
    "sarif": _sarif,
    "github": _github,
    "gitlab": _gitlab,
    "junit": _junit,
    "pylint": _pylint,
    "html": _html,
}


def render(name: str, found: Findings, look: Look) -> str:
    """The reports in the format ``name``."""
    return RENDERERS[name](found, look)
