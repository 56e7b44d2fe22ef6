"""What text goes through on its way to a terminal or a pipe. It cannot fail, and what it says cannot give commands.

Messages name files and show code that others wrote, and what they are shown on may know few characters, be full, or be
gone. So ``guarded`` puts a ``Guarded`` in the place of each of Python's streams, whoever prints to it.
"""

from __future__ import annotations

import codecs
import errno
import io
import os
import re
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, TextIO, cast

# Characters that move a terminal's cursor, turn the direction of writing or end a line. Colours are ours.
_CONTROL = re.compile(
    "\x1b\\[(?:0|1|[13];3[1-7]|3[1-7])m|\r\n"
    "|[\x00-\x08\x0b-\x1f\x7f-\x9f\u2028\u2029\u200e\u200f\u202a-\u202e\u2066-\u2069]"
)
# What services that test commits take for commands: in the middle of a line, and GitHub also at the start of one. A
# line of our own may begin with `::`; in one that is indented it can only be code of others.
_COMMAND = re.compile(r"#(?=#(?:\[|vso\[|teamcity\[))")
_INDENTED = re.compile(r"(?m)^([^\S\n]+):(?=:)")
_COLOUR = "\x1b["
_KEPT_IN_PIPES = ("\r\n", "\x0c")  # which a diff needs in order to be applied


def _escaped(error: UnicodeError) -> tuple[str, int]:
    """Characters that a stream cannot show, as JSON and Python write them."""
    assert isinstance(error, UnicodeEncodeError)
    return "".join(map(_as_escape, error.object[error.start : error.end])), error.end


def _as_escape(character: str) -> str:
    units = character.encode("utf-16-be", "surrogatepass")
    return "".join(f"\\u{int.from_bytes(units[at : at + 2], 'big'):04x}" for at in range(0, len(units), 2))


codecs.register_error("tfgraphlint", _escaped)


class Guarded:
    """Stands for ``stream``, which may be None. ``failure`` is why not all could be written."""

    def __init__(self, stream: Any) -> None:
        self._stream = stream
        self.failure: OSError | None = None
        self.encoding = "utf-8"  # nothing that is written here is refused
        self.errors = "strict"
        self.buffer: Any = _Bytes(self, getattr(stream, "buffer", None))

    def __getattr__(self, name: str) -> Any:
        return getattr(self._stream, name)

    def isatty(self) -> bool:
        """Whether a person looks at it."""
        try:
            return self._stream is not None and bool(self._stream.isatty())
        except (OSError, ValueError):
            return False

    def writable(self) -> bool:
        """As of any stream for output."""
        return True

    def write(self, text: str) -> int:
        """Write ``text``, with what could be taken for something else written as an escape."""
        if not isinstance(text, str):
            raise TypeError("text is written here")
        if self._stream is not None and self.failure is None:
            safe = harmless(text, terminal=self.isatty())
            encoding = getattr(self._stream, "encoding", None) or "utf-8"
            self._attempt(lambda: self._stream.write(safe.encode(encoding, "tfgraphlint").decode(encoding)))
        return len(text)

    def clear(self) -> None:
        """Make a terminal's screen empty."""
        if self._stream is not None and self.failure is None:
            self._attempt(lambda: self._stream.write("\x1b[2J\x1b[H"))
            self.flush()

    def redraw(self, text: str) -> None:
        """Put ``text`` in the place of the line that a terminal's cursor is in, and leave the cursor behind it."""
        if self._stream is not None and self.failure is None:
            encoding = getattr(self._stream, "encoding", None) or "utf-8"
            line = f"\r{harmless(text, terminal=True)}\x1b[K".encode(encoding, "tfgraphlint").decode(encoding)
            self._attempt(lambda: self._stream.write(line))
            self.flush()

    def writelines(self, lines: Any) -> None:
        """Write each of ``lines``."""
        for line in lines:
            self.write(line)

    def flush(self) -> None:
        """Hand over what was written."""
        if self._stream is not None and self.failure is None:
            self._attempt(self._stream.flush)

    def _attempt(self, action: Any) -> None:
        try:
            action()
        except ValueError:  # it was closed
            self._stream = None
        except OSError as error:
            self.failure = error
            self._let_go()

    def _let_go(self) -> None:
        """Send what is still waiting nowhere: Python would try to write it again at its end."""
        try:
            nowhere = os.open(os.devnull, os.O_WRONLY)
            os.dup2(nowhere, self._stream.fileno())
            os.close(nowhere)
        except (OSError, ValueError, io.UnsupportedOperation):
            self._stream = None


class _Bytes:
    """The same for bytes, which are written as they are: the repaired code that standard input gave."""

    def __init__(self, owner: Guarded, buffer: Any) -> None:
        self._owner = owner
        self._buffer = buffer

    def __getattr__(self, name: str) -> Any:
        return getattr(self._buffer, name)

    def write(self, content: bytes) -> int:
        """Write ``content``."""
        if self._buffer is not None and self._owner.failure is None:
            self._owner._attempt(lambda: self._buffer.write(content))
        return len(content)

    def flush(self) -> None:
        """Hand over what was written."""
        if self._buffer is not None and self._owner.failure is None:
            self._owner._attempt(self._buffer.flush)


def harmless(text: str, terminal: bool) -> str:
    """``text`` with control characters and commands of services that test commits written as escapes."""
    if _CONTROL.search(text) is not None:
        text = _CONTROL.sub(lambda match: _kept(match[0], terminal), text)
    if "##" in text:
        text = _COMMAND.sub(r"\\u0023", text)
    if "::" in text and os.environ.get("GITHUB_ACTIONS"):
        text = _INDENTED.sub(r"\1\\u003a", text)
    return text


def _kept(found: str, terminal: bool) -> str:
    if found.startswith(_COLOUR) or not terminal and found in _KEPT_IN_PIPES:
        return found
    return found if found == "\r\n" else "".join(map(_as_escape, found))


@contextmanager
def guarded() -> Iterator[Callable[[], str]]:
    """Guard Python's streams. Gives a function that says why not all of standard output could be written, or ""."""
    before = sys.stdout, sys.stderr
    output, errors = Guarded(sys.stdout), Guarded(sys.stderr)
    sys.stdout, sys.stderr = cast(TextIO, output), cast(TextIO, errors)
    try:
        yield lambda: _lost(output.failure)
    finally:
        output.flush()
        errors.flush()
        sys.stdout, sys.stderr = before


def _lost(failure: OSError | None) -> str:
    """Whoever closed the pipe wanted no more of it: that is no failure."""
    if failure is None or failure.errno in (errno.EPIPE, errno.EINVAL, errno.ESHUTDOWN):
        return ""
    return f"standard output: {failure.strerror or failure}"
