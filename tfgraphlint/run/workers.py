"""Many files at once: a pool of processes that survives the death of any of them."""

from __future__ import annotations

import contextlib
import multiprocessing
import signal
import sys
from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass
from multiprocessing.connection import Connection, wait
from multiprocessing.process import BaseProcess
from pathlib import Path
from typing import cast

from tfgraphlint.disk.names import one_line
from tfgraphlint.errors import RegistryError
from tfgraphlint.project.source import shown
from tfgraphlint.run.examine import Examined, Examiner
from tfgraphlint.syntax.deep_stack import no_garbage_search


@dataclass
class _Worker:
    """A process that examines one file after the other, and the one that it has in hand."""

    process: BaseProcess
    connection: Connection
    share: int
    file: Path | None = None

    def give(self, file: Path) -> None:
        self.file = file
        self.connection.send(file)

    def stop(self) -> None:
        with contextlib.suppress(OSError):  # it is gone already
            self.connection.send(None)
        self.connection.close()
        self.process.join()


class _Shares:
    """The files in as many shares as workers: what lies side by side imports the same, which each worker parses."""

    def __init__(self, files: Sequence[Path], count: int) -> None:
        size = -(-len(files) // count)
        self._shares = [deque(files[start : start + size]) for start in range(0, size * count, size)]

    @property
    def left(self) -> int:
        """How many files nobody has in hand yet."""
        return sum(map(len, self._shares))

    def next(self, share: int) -> Path:
        """The next file of a share; when that is empty, the last of the largest."""
        if self._shares[share]:
            return self._shares[share].popleft()
        return max(self._shares, key=len).pop()

    def free(self, workers: Sequence[_Worker]) -> int:
        """A share that no worker is at."""
        return min(set(range(len(self._shares))) - {worker.share for worker in workers})


def examine_in_pool(examiner: Examiner, files: Sequence[Path], count: int) -> list[Examined]:
    """Examine ``files`` with ``count`` processes; the results in the order of ``files``.

    Raises:
        RegistryError: the rules cannot be loaded.
    """
    shares = _Shares(files, count)
    done: dict[Path, Examined] = {}
    workers: list[_Worker] = []
    try:
        while shares.left or workers:
            while shares.left and len(workers) < count:
                workers.append(_started(examiner, shares.free(workers)))
                workers[-1].give(shares.next(workers[-1].share))
            for worker in _ready(workers):
                result = _received(worker, examiner)
                done[result.file] = result
                if result.error and not worker.process.is_alive():
                    workers.remove(worker)
                elif shares.left:
                    worker.give(shares.next(worker.share))
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


def _started(examiner: Examiner, share: int) -> _Worker:
    context = multiprocessing.get_context("fork" if sys.platform == "linux" else "spawn")
    ours, theirs = context.Pipe()
    process = context.Process(target=_work, args=(theirs, examiner), daemon=True)  # type: ignore[attr-defined]
    process.start()
    theirs.close()
    return _Worker(process, ours, share)


def _received(worker: _Worker, examiner: Examiner) -> Examined:
    """What the worker says of its file, or that it died of it."""
    assert worker.file is not None
    try:
        answer = worker.connection.recv()
    except (EOFError, OSError):
        worker.process.join()
        filename = one_line(shown(worker.file, examiner.working_directory))
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


@no_garbage_search()
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
