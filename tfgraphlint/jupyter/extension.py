"""The side of IPython: cells come and go, ``%tfgraphlint`` is a command, and nothing here keeps a cell from running."""

from __future__ import annotations

import os
import shutil
import sys
import traceback
from collections.abc import Callable, Iterator
from typing import Any

from tfgraphlint.jupyter.session import Cell, Found, Session

USAGE = "%tfgraphlint lints all cells run so far; %tfgraphlint off and on: whether cells are linted before they run"
_PROPERTY = "_tfgraphlint"  # of the shell


class Extension:
    """Lints the cells of one shell. ``shell`` is IPython's."""

    def __init__(self, shell: Any) -> None:
        self._shell = shell
        self._session = Session()
        self._is_on = True
        self._said: set[str] = set()
        self._running: tuple[str, int] | None = None  # the text of the cell, and the number of the next one
        self._guarded(self._take_over_history)
        self._guarded(self._take_over_running)

    # -- what IPython calls ----------------------------------------------------------------------

    def pre_run_cell(self, info: Any) -> None:
        """A cell is about to run."""
        count = self._shell.execution_count
        if self._running is not None and count <= self._running[1]:
            return  # one that a cell runs, and not the user
        self._running = info.raw_cell, count
        if self._is_on and not info.raw_cell.lstrip().startswith("%tfgraphlint"):
            self._guarded(lambda: self._show(self._session.before(self._cell(info))))

    def post_run_cell(self, result: Any) -> None:
        """A cell has run, or was ended by an error."""
        if self._running is None:
            return
        if result is not None and result.info.raw_cell.rstrip("\n") != self._running[0].rstrip("\n"):
            return
        self._running = None
        if result is not None:
            self._guarded(lambda: self._learn(result))

    def magic(self, line: str) -> None:
        """``%tfgraphlint``, ``%tfgraphlint off``, ``%tfgraphlint on``."""
        word = line.strip()
        if word in ("on", "off"):
            if word == "on" and not self._is_on:
                self._guarded(self._session.pass_over)
            self._is_on = word == "on"
        elif word:
            print(USAGE)
        else:
            self._guarded(self._show_all)

    # -- what it does ----------------------------------------------------------------------------

    def _cell(self, info: Any) -> Cell:
        return Cell(info.raw_cell, self._shell.execution_count - 1 if info.store_history else 0)

    def _learn(self, result: Any) -> None:
        cell = self._cell(result.info)
        if result.error_before_exec is not None:
            return  # nothing of it ran
        if result.error_in_exec is None:
            self._session.add(cell)
        else:
            names = self._shell.user_ns
            self._session.add_failed(cell, _row_of_error(result.error_in_exec, names), names.keys())

    def _take_over_history(self) -> None:
        """The cells that ran before the extension was loaded. How far those came that failed is not known."""
        history = self._shell.history_manager
        failed = getattr(history, "exceptions", None)  # older versions do not say which failed
        for number, text in enumerate(history.input_hist_raw):
            if text.strip() and number < self._shell.execution_count - 1:
                if failed is not None and number not in failed:
                    self._session.add(Cell(text, number))
                else:
                    self._session.add_failed(Cell(text, number), None, self._shell.user_ns.keys())

    def _take_over_running(self) -> None:
        """The cell that is loading the extension, if one is: it is part of the program once it has run."""
        number = self._shell.execution_count - 1
        history = self._shell.history_manager.input_hist_raw  # its texts end without an empty line
        if 0 < number < len(history):
            self._running = history[number], number + 1

    def _show_all(self) -> None:
        found = self._session.all()
        if not found.reports and not found.error:
            print("tfgraphlint: no problems found in the cells run so far")
        self._show(found)

    def _show(self, found: Found) -> None:
        if found.reports:
            from tfgraphlint.jupyter.show import as_page, as_text  # reads the pages of rules

            if _is_terminal(self._shell):
                colour = sys.stdout.isatty() and not os.environ.get("NO_COLOR")
                print(as_text(found, colour, shutil.get_terminal_size().columns))
            else:
                self._shell.display_pub.publish({"text/html": as_page(found), "text/plain": as_text(found)})
        if found.error:
            self._complain(found.error, found.details)

    def _complain(self, text: str, details: str = "") -> None:
        """Say once what kept cells from being linted."""
        if text not in self._said:
            self._said.add(text)
            shown = details if os.environ.get("TFGRAPHLINT_TRACEBACK") else ""
            print(f"tfgraphlint: {text} (%tfgraphlint off switches it off)\n{shown}".rstrip(), file=sys.stderr)

    def _guarded(self, action: Callable[[], object]) -> None:
        """Do something that must not keep a cell from running, whatever happens."""
        try:
            action()
        except KeyboardInterrupt:  # whoever does not want to wait
            self._complain("interrupted")
        except Exception as error:
            self._complain(f"internal error: {type(error).__name__}: {error}", traceback.format_exc())


def _row_of_error(error: BaseException, namespace: dict[str, Any]) -> int | None:
    """The row of the cell in which an error arose: that of the first code that runs in the user's own names."""
    for frame, row in _frames(error):
        if frame.f_globals is namespace and frame.f_code.co_name == "<module>":
            return row
    return None


def _frames(error: BaseException) -> Iterator[tuple[Any, int]]:
    trace = error.__traceback__
    while trace is not None:
        yield trace.tb_frame, trace.tb_lineno
        trace = trace.tb_next


def _is_terminal(shell: Any) -> bool:
    return any(kind.__name__ == "TerminalInteractiveShell" for kind in type(shell).__mro__)


def load_ipython_extension(shell: Any) -> None:
    """What ``%load_ext tfgraphlint`` does."""
    if getattr(shell, _PROPERTY, None) is not None:
        return
    extension = Extension(shell)
    setattr(shell, _PROPERTY, extension)
    shell.events.register("pre_run_cell", extension.pre_run_cell)
    shell.events.register("post_run_cell", extension.post_run_cell)
    shell.register_magic_function(extension.magic, "line", "tfgraphlint")


def unload_ipython_extension(shell: Any) -> None:
    """What ``%unload_ext tfgraphlint`` does."""
    extension = getattr(shell, _PROPERTY, None)
    if extension is not None:
        shell.events.unregister("pre_run_cell", extension.pre_run_cell)
        shell.events.unregister("post_run_cell", extension.post_run_cell)
        shell.magics_manager.magics["line"].pop("tfgraphlint", None)
        setattr(shell, _PROPERTY, None)
