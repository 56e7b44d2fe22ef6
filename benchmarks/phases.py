"""Where the time of a run goes, by phase: one process, no cache, processor time.

    python -m benchmarks.phases DIRECTORY

What a phase has another one do for it counts for that one.
"""

from __future__ import annotations

import contextlib
import io
import sys
import time
from collections import Counter
from collections.abc import Callable
from typing import Any

from tfgraphlint.cli import check, output, session
from tfgraphlint.rule_api.registry import Registry
from tfgraphlint.run import examine
from tfgraphlint.syntax import late_bodies, tree

PHASES = ("discover", "parse", "screen", "interpret", "rules", "report", "the rest")
PLACES: tuple[tuple[Any, str, str], ...] = (
    (session, "gather", "discover"),
    (examine, "parse", "parse"),
    (late_bodies, "parse_whole", "parse"),
    (tree, "parse_whole", "parse"),
    (tree, "parse_with_late_bodies", "parse"),
    (examine.Examiner, "_relates", "screen"),
    (examine.Examiner, "_passes", "screen"),
    (examine, "Outline", "screen"),
    (examine.Examiner, "_interpret", "interpret"),
    (Registry, "diagnostics", "rules"),
    (output, "show", "report"),
)


class Clock:
    """Counts the processor time of the phase that is under way."""

    def __init__(self) -> None:
        self.spent: Counter[str] = Counter()
        self._under_way = ["the rest"]
        self._since = time.process_time()

    def switch(self) -> None:
        """Give the time since the last switch to the phase that is under way."""
        now = time.process_time()
        self.spent[self._under_way[-1]] += now - self._since  # type: ignore[assignment]  # a Counter of seconds
        self._since = now

    def timed(self, function: Callable[..., Any], phase: str) -> Callable[..., Any]:
        """``function``, whose time counts for ``phase``. An iterator is run to its end."""

        def run(*arguments: Any, **named: Any) -> Any:
            self.switch()
            self._under_way.append(phase)
            try:
                made = function(*arguments, **named)
                return list(made) if hasattr(made, "__next__") else made
            finally:
                self.switch()
                self._under_way.pop()

        return run


def phases(directory: str) -> dict[str, float]:
    """Seconds of the processor by phase, of a run over ``directory``."""
    clock = Clock()
    for owner, name, phase in PLACES:
        setattr(owner, name, clock.timed(getattr(owner, name), phase))
    arguments = [directory, "--isolated", "--no-cache", "--exit-zero", "--quiet", "--jobs", "1"]
    with contextlib.redirect_stdout(io.StringIO()), contextlib.suppress(SystemExit):
        check.command.main(arguments, standalone_mode=True)
    clock.switch()
    return {phase: clock.spent[phase] for phase in PHASES}


def main() -> None:
    """Print a line for each phase."""
    spent = phases(sys.argv[1])
    whole = sum(spent.values())
    print("| phase | processor | part |\n| --- | ---: | ---: |")
    for phase, seconds in spent.items():
        print(f"| {phase} | {seconds:.2f} s | {seconds / whole:.0%} |")


if __name__ == "__main__":
    main()
