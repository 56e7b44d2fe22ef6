"""The escape sequences with which a terminal shows colours."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Palette:
    """The escape sequences of a terminal, or nothing."""

    error: str = ""
    warning: str = ""
    strong: str = ""
    faint: str = ""
    note: str = ""
    added: str = ""
    removed: str = ""
    end: str = ""

    def paint(self, escape: str, text: str) -> str:
        """``text`` between ``escape`` and the end of it."""
        return f"{escape}{text}{self.end}" if text else ""


PLAIN = Palette()
COLOURED = Palette(
    error="\x1b[1;31m",
    warning="\x1b[1;33m",
    strong="\x1b[1m",
    faint="\x1b[34m",
    note="\x1b[36m",
    added="\x1b[32m",
    removed="\x1b[31m",
    end="\x1b[0m",
)


def palette_of(colour: bool) -> Palette:
    """Colours, or none."""
    return COLOURED if colour else PLAIN
