"""Runs the workers: restarts one that crashed or hangs, without the arguments that did it."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

_HANG = 90  # seconds without progress
_START = 120  # seconds that the imports may take
_CRASHES = 2  # of one function, then it is given up


def quiet_environment() -> dict[str, str]:
    """No GPU, no chatter, and no network proxy games: TensorFlow on the CPU."""
    return {**os.environ, "TF_CPP_MIN_LOG_LEVEL": "3", "CUDA_VISIBLE_DEVICES": "-1", "PYTHONWARNINGS": "ignore"}


def run(names: list[str]) -> dict[str, Any]:
    """The record of every function in ``names``."""
    with tempfile.TemporaryDirectory() as folder:
        return _Batch(Path(folder), names).run()


class _Batch:
    def __init__(self, folder: Path, names: list[str]) -> None:
        self.folder = folder
        self.names = names
        self.skip: dict[str, list[int]] = {}
        self.gone: dict[str, str] = {}

    def run(self) -> dict[str, Any]:
        while True:
            done = self._done()
            left = [name for name in self.names if name not in done and name not in self.gone]
            print(f"{len(done)} of {len(self.names)} functions", file=sys.stderr, flush=True)
            if not left:
                break
            (self.folder / "now").write_bytes(b"")
            (self.folder / "work.json").write_text(json.dumps({"names": left, "skip": self.skip}))
            ended = self._one_process()
            self._blame(ended)
        records = self._done()
        for name, why in self.gone.items():
            records[name] = {"params": [], "untried": why}
        return dict(sorted(records.items()))

    def _done(self) -> dict[str, Any]:
        path = self.folder / "done.jsonl"
        if not path.exists():
            return {}
        return dict(json.loads(line) for line in path.read_text().splitlines() if line.endswith("]"))

    def _one_process(self) -> str:
        """Runs a worker to its end; says how it ended: ``done``, ``crash``, ``hang``."""
        command = [sys.executable, "-m", "tfgraphlint.libraries.derive.worker", str(self.folder)]
        with open(self.folder / "log", "a") as log:
            process = subprocess.Popen(command, stdout=log, stderr=log, env=quiet_environment(), start_new_session=True)
            last, since = b"", time.monotonic()
            while process.poll() is None:
                time.sleep(0.5)
                now = (self.folder / "now").read_bytes()
                if now != last:
                    last, since = now, time.monotonic()
                elif time.monotonic() - since > (_HANG if last else _START):
                    os.killpg(process.pid, signal.SIGKILL)
                    process.wait()
                    return "hang"
        return "done" if process.returncode == 0 else "crash"

    def _blame(self, ended: str) -> None:
        if ended == "done":
            return
        told = (self.folder / "now").read_bytes().decode().split()
        if not told:
            raise RuntimeError(f"the worker does not start: {(self.folder / 'log').read_text()[-2000:]}")
        name, number = told[0], int(told[1])
        print(f"{ended}: {name}, pattern {number}", file=sys.stderr, flush=True)
        self.skip.setdefault(name, []).append(number)
        if len(self.skip[name]) >= _CRASHES or number == -2:
            self.gone[name] = ended
