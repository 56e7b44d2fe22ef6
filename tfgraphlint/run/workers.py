"""Many files at once: a pool of processes that survives the death of any of them."""

from __future__ import annotations

import contextlib
import multiprocessing
import signal
import sys
import time
from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass
from multiprocessing.connection import Connection, wait
from multiprocessing.process import BaseProcess
from pathlib import Path
from typing import cast

from tfgraphlint.disk.names import one_line
from tfgraphlint.errors import RegistryError, RunError
from tfgraphlint.project.source import shown
from tfgraphlint.run.examine import Examined, Examiner
from tfgraphlint.run.progress import NOBODY, Progress
from tfgraphlint.syntax.deep_stack import no_garbage_search, say_process_ends_soon

BEGUN = "begun"
MAX_LOSSES = 20  # processes that end before they are at a file
SECONDS_BETWEEN_LOOKS = 1.0  # at how long each process is at its file
# A process ends itself what takes more of its time than it may; where it cannot, and this much later, it is killed.
PATIENCE, SECONDS_TO_BEGIN = 5, 20


@dataclass
class _Worker:
    """A process that examines one file after the other, and the one that it has in hand."""

    process: BaseProcess
    connection: Connection
    share: int
    file: Path | None = None
    since: float = 0.0  # when it was given the file
    has_begun: bool = False  # it has said that it is at the file
    is_overdue: bool = False  # it was killed, because it did not come to an end

    def give(self, file: Path) -> None:
        self.file, self.since, self.has_begun = file, time.monotonic(), False
        with contextlib.suppress(OSError):  # it is gone already: that shows when it is asked
            self.connection.send(file)

    def stop(self) -> None:
        with contextlib.suppress(OSError):  # it is gone already
            self.connection.send(None)
        self.connection.close()
        self.process.join()

    def kill(self) -> None:
        self.connection.close()
        self.process.kill()
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

    def give_back(self, share: int, file: Path) -> None:
        """A file that was taken and that nobody was at."""
        self._shares[share].appendleft(file)

    def free(self, workers: Sequence[_Worker]) -> int:
        """A share that no worker is at."""
        return min(set(range(len(self._shares))) - {worker.share for worker in workers})


def examine_in_pool(
    examiner: Examiner, files: Sequence[Path], count: int, progress: Progress = NOBODY
) -> list[Examined]:
    """Examine ``files`` with ``count`` processes; the results in the order of ``files``.

    Raises:
        RegistryError: the rules cannot be loaded.
    """
    shares = _Shares(files, count)
    done: dict[Path, Examined] = {}
    losses = 0
    workers: list[_Worker] = []
    try:
        while shares.left or workers:
            while shares.left and len(workers) < count:
                workers.append(_started(examiner, shares.free(workers), workers))
                workers[-1].give(shares.next(workers[-1].share))
            for worker in _ready(workers):
                answer = _received(worker, examiner)
                if answer is BEGUN:
                    worker.has_begun = True
                    progress.at(cast(Path, worker.file))
                    continue
                if isinstance(answer, Examined):
                    done[answer.file] = answer
                    progress.done(answer.file)
                elif worker.file is not None:
                    losses += 1
                    if losses > MAX_LOSSES:
                        raise RunError("processes are ended again and again before they have begun")
                    shares.give_back(worker.share, worker.file)
                if not isinstance(answer, Examined) or answer.error and not worker.process.is_alive():
                    workers.remove(worker)
                elif shares.left:
                    worker.give(shares.next(worker.share))
                else:
                    worker.stop()
                    workers.remove(worker)
            progress.tick()
            _kill_overdue(workers, examiner)
    finally:
        for worker in workers:
            worker.kill()
    return [done[file] for file in files]


def _ready(workers: Sequence[_Worker]) -> list[_Worker]:
    by_connection = {worker.connection: worker for worker in workers}
    found = wait(list(by_connection), timeout=SECONDS_BETWEEN_LOOKS)
    return [by_connection[cast(Connection, ready)] for ready in found]


def _kill_overdue(workers: Sequence[_Worker], examiner: Examiner) -> None:
    """End processes that did not end what they are at by themselves, though it took more than it may."""
    for worker in workers:
        if worker.file is not None and not worker.is_overdue:
            most = examiner.limit(worker.file).seconds * PATIENCE + SECONDS_TO_BEGIN
            if time.monotonic() - worker.since > most:
                worker.is_overdue = True
                worker.process.kill()  # its connection ends with it


def _started(examiner: Examiner, share: int, others: Sequence[_Worker]) -> _Worker:
    context = multiprocessing.get_context("fork" if sys.platform == "linux" else "spawn")
    ours, theirs = context.Pipe()
    # A forked process has our ends as well: while it holds one open, nobody sees that we are gone.
    held = [ours, *(worker.connection for worker in others)] if sys.platform == "linux" else []
    process = context.Process(target=_work, args=(theirs, examiner, held), daemon=True)  # type: ignore[attr-defined]
    process.start()
    theirs.close()
    return _Worker(process, ours, share)


def _received(worker: _Worker, examiner: Examiner) -> Examined | str | None:
    """What the worker says of its file, or that it died of it; None where it died before it was at it."""
    assert worker.file is not None
    try:
        answer = worker.connection.recv()
    except (EOFError, OSError):
        worker.process.join()
        if not worker.has_begun:
            return None
        filename = one_line(shown(worker.file, examiner.working_directory))
        if worker.is_overdue:
            seconds = examiner.limit(worker.file).seconds
            said = f"it takes more than {seconds:g} seconds (max-seconds)"
            return Examined(worker.file, error=f"{filename}: not linted to its end: {said}")
        how = _ending(worker.process.exitcode)
        return Examined(worker.file, error=f"{filename}: not linted: the process that was at it {how}")
    if isinstance(answer, RegistryError):
        raise answer
    assert isinstance(answer, Examined) or answer is None or answer == BEGUN
    return BEGUN if answer == BEGUN else answer


def _ending(status: int | None) -> str:
    if status is not None and status < 0:
        try:
            return f"was ended by {signal.Signals(-status).name}"
        except ValueError:
            return f"was ended by signal {-status}"
    return f"ended with status {status}"


@no_garbage_search()
def _work(connection: Connection, examiner: Examiner, held: Sequence[Connection]) -> None:
    """The worker's side: files in, results out, until there is nothing more, or nobody who would want it."""
    say_process_ends_soon()
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    for other in held:
        other.close()
    with contextlib.suppress(EOFError, OSError):  # whoever started it is gone
        while (file := connection.recv()) is not None:
            connection.send(BEGUN)
            try:
                connection.send(examiner.examine(file))
            except RegistryError as error:
                connection.send(RegistryError(str(error)))
