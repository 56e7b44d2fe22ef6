"""One run of a program: what it took, with all its child processes."""

from __future__ import annotations

import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent


@dataclass(frozen=True)
class Cost:
    """Seconds on the clock, seconds of processors (user and system), and the most megabytes of one of its processes."""

    elapsed: float
    processor: float
    peak: float


def median(costs: Sequence[Cost]) -> Cost:
    """The median of each."""
    elapsed, processor, peak = zip(*((cost.elapsed, cost.processor, cost.peak) for cost in costs))
    return Cost(statistics.median(elapsed), statistics.median(processor), statistics.median(peak))


def added(costs: Sequence[Cost]) -> Cost:
    """Several runs one after the other: the times together, the greatest peak."""
    elapsed, processor = sum(cost.elapsed for cost in costs), sum(cost.processor for cost in costs)
    return Cost(elapsed, processor, max(cost.peak for cost in costs))


def environment(compiled: Path) -> dict[str, str]:
    """The environment of what is measured: this checkout, and its modules compiled, as pip installs them."""
    left = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    return {**left, "PYTHONPATH": str(ROOT), "PYTHONPYCACHEPREFIX": str(compiled)}


def measure(command: Sequence[str], folder: Path, variables: Mapping[str, str]) -> Cost:
    """Run ``command`` in ``folder`` and say what it took; end this program when it failed."""
    with tempfile.TemporaryFile() as errors:
        started = time.perf_counter()
        process = subprocess.Popen(command, cwd=folder, env=variables, stdout=subprocess.DEVNULL, stderr=errors)
        _, status, usage = os.wait4(process.pid, 0)
        elapsed = time.perf_counter() - started
        process.returncode = os.waitstatus_to_exitcode(status)
        if process.returncode != 0:
            errors.seek(0)
            said = errors.read()[-2000:].decode("utf-8", "replace")
            sys.exit(f"{' '.join(command[:6])} … ended with status {process.returncode}:\n{said}")
    unit = 1 if sys.platform == "darwin" else 1024  # of ru_maxrss, in bytes
    return Cost(elapsed, usage.ru_utime + usage.ru_stime, usage.ru_maxrss * unit / 1e6)
