"""How tables are written: compact JSON with one record a line, so that differences are readable."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any


def write(path: Path, head: dict[str, Any], sections: dict[str, dict[str, Any]]) -> None:
    """Writes ``head`` and each section, a line per entry."""
    lines = ["{"]
    for key, value in head.items():
        lines.append(f"{json.dumps(key)}: {json.dumps(value)},")
    if not sections:
        lines[-1] = lines[-1].removesuffix(",")
    last = next(reversed(sections), "")
    for section, entries in sections.items():
        lines.append(f"{json.dumps(section)}: {{")
        rows = [f"{json.dumps(key)}: {_compact(value)}" for key, value in entries.items()]
        lines.append(",\n".join(rows))
        lines.append("}" if section == last else "},")
    lines.append("}")
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")


def _compact(value: Any) -> str:
    return json.dumps(value, separators=(",", ":"), ensure_ascii=False)
