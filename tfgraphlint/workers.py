"""Many files at once: a pool of processes that survives the death of any of them."""

from __future__ import annotations

import contextlib
import multiprocessing
import signal
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from multiprocessing.connection import Connection, wait
from multiprocessing.process import BaseProcess
from pathlib import Path
from typing import cast

from tfgraphlint.errors import RegistryError
from tfgraphlint.examine import Examined, Examiner
from tfgraphlint.source import shown


@dataclass
class _Worker:
    """A process that examines one file after the other, and the one that it has in hand."""

    process: BaseProcess
    connection: Connection
    file: Path | None = None

    def give(self, file: Path) -> None:
        self.file = file
        self.connection.send(file)

    def stop(self) -> None:
        with contextlib.suppress(OSError):  # it is gone already
            self.connection.send(None)
        self.connection.close()
        self.process.join()


def examine_in_pool(examiner: Examiner, files: Sequence[Path], count: int) -> list[Examined]:
    """Examine ``files`` with ``count`` processes; the results in the order of ``files``.

    Raises:
        RegistryError: the rules cannot be loaded.
    """
    pending = list(reversed(files))
    done: dict[Path, Examined] = {}
    workers: list[_Worker] = []
    try:
        while pending or workers:
            while pending and len(workers) < count:
                workers.append(_started(examiner))
                workers[-1].give(pending.pop())
            for worker in _ready(workers):
                result = _received(worker, examiner)
                done[result.file] = result
                if result.error and not worker.process.is_alive():
                    workers.remove(worker)
                elif pending:
                    worker.give(pending.pop())
                else:
                    worker.stop()
                    workers.remove(worker)
    finally:
        for worker in workers:
            worker.process.terminate()
    return [done[file] for file in files]


def _ready(workers: Sequence[_Worker]) -> list[_Worker]:
    by_connection = {worker.connection: worker for worker in workers}
    return [by_connection[cast(Connection, ready)] for ready in wait(list(by_connection))]


def _started(examiner: Examiner) -> _Worker:
    context = multiprocessing.get_context("fork" if sys.platform == "linux" else "spawn")
    ours, theirs = context.Pipe()
    process = context.Process(target=_work, args=(theirs, examiner), daemon=True)  # type: ignore[attr-defined]
    process.start()
    theirs.close()
    return _Worker(process, ours)


def _received(worker: _Worker, examiner: Examiner) -> Examined:
    """What the worker says of its file, or that it died of it."""
    assert worker.file is not None
    try:
        answer = worker.connection.recv()
    except (EOFError, OSError):
        worker.process.join()
        filename = shown(worker.file, examiner.working_directory)
        how = _ending(worker.process.exitcode)
        return Examined(worker.file, error=f"{filename}: not linted: the process that was at it {how}")
    if isinstance(answer, RegistryError):
        raise answer
    assert isinstance(answer, Examined)
    return answer


def _ending(status: int | None) -> str:
    if status is not None and status < 0:
        try:
            return f"was ended by {signal.Signals(-status).name}"
        except ValueError:
            return f"was ended by signal {-status}"
    return f"ended with status {status}"


def _work(connection: Connection, examiner: Examiner) -> None:
    """The worker's side: files in, results out, until there is nothing more."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    while True:
        try:
            file = connection.recv()
        except EOFError:
            return
        if file is None:
            return
        try:
            connection.send(examiner.examine(file))
        except RegistryError as error:
            connection.send(RegistryError(str(error)))
