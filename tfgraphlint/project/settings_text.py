"""``--show-settings``: settings as the TOML that would bring them about."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import fields
from pathlib import Path
from typing import Any

from tfgraphlint.diagnostic import Severity
from tfgraphlint.disk.names import file_name
from tfgraphlint.project.settings import Settings

NOT_KEYS = ("directory", "origin")


def as_toml(settings: Settings, files: Sequence[str]) -> str:
    """All settings that hold in ``files``, defaults included, and where they come from."""
    more = f" and {len(files) - 1} more" if len(files) > 1 else ""
    source = settings.origin or "no configuration file: these are the defaults"
    rows = [f"# settings for {file_name(files[0])}{more}", f"# from {file_name(str(source))}"]
    tables = []
    for field in fields(settings):
        value = getattr(settings, field.name)
        key = field.name.replace("_", "-")
        if field.name in ("per_file_ignores", "severity"):
            tables += ["", f"[{key}]", *(f"{written(name)} = {written(each)}" for name, each in value)]
        elif field.name not in NOT_KEYS and value != "":
            rows.append(f"{key} = {written(value)}")
    return "\n".join([*rows, *tables]) + "\n"


def written(value: Any) -> str:
    """A value as TOML: what JSON writes of strings and lists of strings is TOML as well."""
    if isinstance(value, Severity):
        return f'"{value.value}"'
    return json.dumps(str(value) if isinstance(value, Path) else value, ensure_ascii=False)
