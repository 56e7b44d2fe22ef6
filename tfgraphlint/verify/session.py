"""Drives the worker processes: sends programs, waits with a time limit, survives and names a crash."""

from __future__ import annotations

import json
import os
import queue
import subprocess
import sys
import tempfile
import threading
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

from tfgraphlint.verify.answer import READY, Answer
from tfgraphlint.verify.programs import Program

START_SECONDS = 600.0  # five are enough where the machine has nothing else to do


class StartError(Exception):
    """The process with TensorFlow did not come up; the text says why."""


def answers(programs: Sequence[Program], seconds: float, jobs: int = 1) -> list[tuple[Program, Answer]]:
    """Each program with what was seen, in their order; ``jobs`` processes with TensorFlow share the work."""
    idle: queue.SimpleQueue[Lane] = queue.SimpleQueue()
    lanes = [Lane(seconds) for _ in range(jobs)]
    for lane in lanes:
        idle.put(lane)

    def examine(program: Program) -> tuple[Program, Answer]:
        lane = idle.get()
        try:
            return program, lane.examine(program)
        finally:
            idle.put(lane)

    pool = ThreadPoolExecutor(jobs)
    try:
        return list(pool.map(examine, programs))
    finally:
        pool.shutdown(wait=False, cancel_futures=True)
        for lane in lanes:
            lane.stop()


class Lane:
    """One process at a time: most programs share it, those that change global modes get one of their own."""

    def __init__(self, seconds: float) -> None:
        self._seconds = seconds
        self._shared: Worker | None = None

    def examine(self, program: Program) -> Answer:
        """What was seen of the program."""
        if program.own_process:
            with Worker() as own:
                return own.ask(program, self._seconds)
        if self._shared is None or not self._shared.alive:
            self._shared = Worker()
        answer = self._shared.ask(program, self._seconds)
        if "`# process: own`" in answer.problem:
            self._shared.stop()
        return answer

    def stop(self) -> None:
        """End the shared process."""
        if self._shared is not None:
            self._shared.stop()


class Worker:
    """One process that has imported TensorFlow and runs programs one after the other."""

    def __init__(self) -> None:
        self._errors = tempfile.TemporaryFile()  # noqa: SIM115
        self._process = subprocess.Popen(
            [sys.executable, "-X", "faulthandler", "-m", "tfgraphlint.verify.worker"],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=self._errors,
            env=_environment(), text=True, encoding="utf-8",
        )  # fmt: skip
        self._lines: queue.Queue[str] = queue.Queue()
        threading.Thread(target=self._listen, daemon=True).start()
        if self._receive(START_SECONDS) != READY:
            self.stop()
            raise StartError(self._last_words())

    def __enter__(self) -> Worker:
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

    @property
    def alive(self) -> bool:
        """Whether it can take another program."""
        return self._process.poll() is None

    def ask(self, program: Program, seconds: float) -> Answer:
        """Have the program run and judged; a crash or a time-out ends the worker and is the answer."""
        assert self._process.stdin is not None
        try:
            self._process.stdin.write(f"{program.entry}\n")
            self._process.stdin.flush()
        except OSError:
            return self._lost("ended the process")
        line = self._receive(seconds)
        if line is None:
            return self._lost(f"did not end within {seconds:g} seconds")
        if not line:
            return self._lost("ended the process")
        found: dict[str, Any] = json.loads(line)
        return Answer(**found)

    def stop(self) -> None:
        """End the process."""
        self._process.kill()
        self._process.wait()

    def _lost(self, what: str) -> Answer:
        crashed = what == "ended the process"
        if crashed:
            what += f" with status {self._process.wait()}"
        self.stop()
        words = self._last_words() if crashed else ""
        return Answer([], "", f"{what}: {words}" if words else what)

    def _listen(self) -> None:
        assert self._process.stdout is not None
        for line in self._process.stdout:
            self._lines.put(line.rstrip("\n"))
        self._lines.put("")

    def _receive(self, seconds: float) -> str | None:
        try:
            return self._lines.get(timeout=seconds)
        except queue.Empty:
            return None

    def _last_words(self) -> str:
        self._errors.seek(0)
        lines = self._errors.read().decode("utf-8", "replace").splitlines()
        fatal = [line for line in lines if line.startswith("Fatal Python error")]
        return (fatal or [line for line in lines if line.strip()] or [""])[-1].strip()


def _environment() -> dict[str, str]:
    package = Path(__file__).resolve().parents[2]
    paths = [str(package), os.environ.get("PYTHONPATH", "")]
    settings = {
        "PYTHONPATH": os.pathsep.join(filter(None, paths)),
        "PYTHONHASHSEED": "0",
        "PYTHONIOENCODING": "utf-8",
        "TF_CPP_MIN_LOG_LEVEL": "3",
        "TF_ENABLE_ONEDNN_OPTS": "0",
        "CUDA_VISIBLE_DEVICES": "-1",
        "KERAS_BACKEND": "tensorflow",
        "MPLBACKEND": "Agg",
    }
    return {**os.environ, **settings}
