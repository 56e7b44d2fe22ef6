"""A terminal of its own for one run of the command line."""

from __future__ import annotations

import contextlib
import os
import pty
import select
import signal
import subprocess
import sys
import time
from collections.abc import Sequence
from pathlib import Path

MAX_SECONDS = 60
# The bar is shown at once, and each file is examined by this process.
AT_ONCE = (
    "import tfgraphlint.cli.progress as bar; bar.SECONDS_BEFORE = bar.SECONDS_BETWEEN = 0; "
    "from tfgraphlint.cli import main; main()"
)


def _heed_ctrl_c() -> None:
    signal.signal(signal.SIGINT, signal.SIG_DFL)


class Terminal:
    """``tfgraphlint`` with ``arguments`` on a terminal."""

    def __init__(
        self, directory: Path, *arguments: str, env: dict[str, str] | None = None, code: str = AT_ONCE
    ) -> None:
        ours, theirs = pty.openpty()
        around = {key: value for key, value in os.environ.items() if key not in ("CI", "NO_COLOR", "FORCE_COLOR")}
        around |= {"TERM": "xterm", "COLUMNS": "100", "LINES": "40", **(env or {})}
        self._process = subprocess.Popen(
            [sys.executable, "-c", code, "--isolated", "--no-cache", *arguments], cwd=directory, env=around,
            stdin=theirs, stdout=theirs, stderr=theirs, start_new_session=True, close_fds=True,
            # Who runs the tests in the background has Ctrl-C ignored, also by all that is started then.
            preexec_fn=_heed_ctrl_c,
        )  # fmt: skip
        os.close(theirs)
        self._ours = ours
        self.process = self._process.pid
        self.written = ""

    def until(self, text: str) -> str:
        """Read until ``text`` was written since the last time; what was written since then."""
        start = len(self.written)
        while text not in self.written[start:] and self._read():
            pass
        assert text in self.written[start:], self.written
        return self.written[start:]

    def type(self, keys: str) -> None:
        """Type on the keyboard."""
        os.write(self._ours, keys.encode())

    def interrupt(self) -> int:
        """Press Ctrl-C, and again where nothing comes of it for long. Its exit status."""
        for _ in range(3):
            with contextlib.suppress(ProcessLookupError):
                os.killpg(self.process, signal.SIGINT)
            until = time.monotonic() + MAX_SECONDS / 3
            while self._process.poll() is None and time.monotonic() < until:
                self._read(0.2)
            if self._process.poll() is not None:
                break
        return self.end()

    def end(self) -> int:
        """Read until it ends; its exit status."""
        while self._read():
            pass
        os.close(self._ours)
        return self._process.wait(MAX_SECONDS)

    def _read(self, seconds: float = MAX_SECONDS) -> bool:
        until = time.monotonic() + seconds
        while time.monotonic() < until:
            if select.select([self._ours], [], [], 0.2)[0]:
                try:
                    found = os.read(self._ours, 65536)
                except OSError:  # the other end is closed
                    return False
                self.written += found.decode(errors="replace")
                return bool(found)
            if self._process.poll() is not None and not select.select([self._ours], [], [], 0)[0]:
                return False
        if seconds < MAX_SECONDS:
            return True
        self._process.kill()
        raise AssertionError(f"nothing more was written: {self.written!r}")


def shown(written: str) -> list[str]:
    """The rows that a terminal shows in the end, for what goes back to the start of a row and erases it."""
    rows = []
    for row in written.replace("\r\n", "\n").split("\n"):
        rows.append(row.rpartition("\r")[2].replace("\x1b[K", "") if "\r" in row else row)
    return rows


def run(directory: Path, arguments: Sequence[str], env: dict[str, str] | None = None) -> tuple[int, str]:
    """The exit status of a run and all that it wrote."""
    terminal = Terminal(directory, *arguments, env=env)
    return terminal.end(), terminal.written
