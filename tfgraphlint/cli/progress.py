"""The bar that a terminal shows while a run takes longer than a moment."""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from tfgraphlint.cli.streams import Guarded
from tfgraphlint.cli.terminal import columns, encoding_of
from tfgraphlint.disk.names import file_name
from tfgraphlint.project.source import shown
from tfgraphlint.run.progress import NOBODY, Progress

SECONDS_BEFORE = 1.0  # nothing is shown of what ends sooner
SECONDS_BETWEEN = 0.1  # one drawing and the next
SECONDS_SLOW = 2.0  # from then on it is said how long a file takes
CELLS = 20
FULL, EMPTY = ("━", "╌"), ("#", "-")


class Bar(Progress):
    """Draws on ``stream``, a terminal, how many files are done, how fast, and which one has taken longest so far."""

    def __init__(self, stream: Guarded, directory: Path, clock: Callable[[], float] = time.monotonic) -> None:
        self._stream = stream
        self._directory = directory
        self._clock = clock
        self._began = self._drawn = clock()
        self._files = self._known = self._done = 0
        self._at: dict[Path, float] = {}
        try:
            "".join(FULL).encode(encoding_of(stream) or "ascii")  # type: ignore[arg-type]
            self._cells = FULL
        except (UnicodeEncodeError, LookupError):
            self._cells = EMPTY

    def begin(self, files: int, known: int) -> None:
        """As of any ``Progress``."""
        self._files, self._known = files, known

    def at(self, file: Path) -> None:
        """As of any ``Progress``."""
        self._at[file] = self._clock()
        self.tick()

    def done(self, file: Path) -> None:
        """As of any ``Progress``."""
        self._at.pop(file, None)
        self._done += 1
        self.tick()

    def tick(self) -> None:
        """Draw the bar anew, if it is time to."""
        now = self._clock()
        if now - self._began < SECONDS_BEFORE or now - self._drawn < SECONDS_BETWEEN or not self._files:
            return
        self._drawn, self.is_shown = now, True
        width = (columns(self._stream) or 80) - 1  # type: ignore[arg-type]
        self._stream.redraw(self.text(now)[:width])

    def text(self, now: float) -> str:
        """What the bar says at this moment."""
        filled = CELLS * self._done // self._files
        bar = self._cells[0] * filled + self._cells[1] * (CELLS - filled)
        said = f"{bar} {self._done}/{self._files} files, {self._done / (now - self._began):.1f}/s"
        if self._known:
            said += f", {self._known} more from the cache"
        if not self._at:
            return said
        slowest = min(self._at, key=lambda file: self._at[file])
        seconds = now - self._at[slowest]
        name = file_name(shown(slowest, self._directory))
        return f"{said}, at {name}" + (f" for {seconds:.0f} s" if seconds >= SECONDS_SLOW else "")

    def clear(self) -> None:
        """Leave the line as it was before there was a bar."""
        if self.is_shown:
            self._stream.redraw("")


@contextmanager
def progress(quiet: bool, directory: Path) -> Iterator[Progress]:
    """A bar where a person sees it, cleared in the end; nothing in a pipe, in a CI job or on a dumb terminal."""
    stream = sys.stderr
    is_seen = isinstance(stream, Guarded) and stream.isatty() and os.environ.get("TERM", "dumb") != "dumb"
    if quiet or not is_seen or os.environ.get("CI"):
        yield NOBODY
        return
    assert isinstance(stream, Guarded)
    bar = Bar(stream, directory)
    try:
        yield bar
    finally:
        bar.clear()
