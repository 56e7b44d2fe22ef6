"""Who is told how far a run is: nobody, unless the command line shows it."""

from __future__ import annotations

from pathlib import Path


class Progress:
    """Told what happens while files are examined; this one does nothing with it. ``is_shown``: somebody saw it."""

    is_shown = False

    def begin(self, files: int, known: int) -> None:
        """So many files are examined, and of so many others the cache knows what is found."""

    def at(self, file: Path) -> None:
        """A file is begun."""

    def done(self, file: Path) -> None:
        """A file is done."""

    def tick(self) -> None:
        """Some time has passed."""


NOBODY = Progress()
