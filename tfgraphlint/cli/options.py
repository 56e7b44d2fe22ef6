"""The options of ``check``."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

STDIN = "-"


@dataclass(frozen=True)
class Options:
    """What was asked for on the command line."""

    paths: tuple[str, ...]
    select: tuple[tuple[str, ...], ...]
    ignore: tuple[tuple[str, ...], ...]
    extend_select: tuple[tuple[str, ...], ...]
    fix: bool
    unsafe_fixes: bool
    diff: bool
    output_format: str
    config: Path | None
    isolated: bool
    no_cache: bool
    force_exclude: bool
    stdin_filename: str | None
    exit_zero: bool
    statistics: bool
    quiet: bool
