"""Who runs the tasks: processes of this machine, or the workers of a Dask cluster."""

from __future__ import annotations

import multiprocessing
import os
import sys
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ProcessPoolExecutor, wait
from concurrent.futures.process import BrokenProcessPool
from typing import Any

from tfgraphlint.errors import RunError
from tfgraphlint.scan.sources import Project
from tfgraphlint.scan.task import Options, scan
from tfgraphlint.syntax.deep_stack import say_process_ends_soon

SECONDS_BETWEEN_LOOKS = 0.5  # whether the process that started this one is still there

Done = tuple[Project, dict[str, Any]]


def run_here(projects: Sequence[Project], options: Options, jobs: int) -> Iterator[Done]:
    """What comes of each project, as it is done, with so many processes of this machine.

    When a process is killed, nobody knows at which of the running projects it was: each of these runs again, in a
    process of its own. The one that ends its process a second time is given up, and the others go on.
    """
    pending = list(projects)
    suspects: list[Project] = []
    while pending:
        yield from _with_pool(pending, suspects, options, jobs)
        for project in suspects:
            yield project, _alone(project, options)
        suspects.clear()


def _with_pool(pending: list[Project], suspects: list[Project], options: Options, jobs: int) -> Iterator[Done]:
    """Run what is pending until all is done, or a process is lost: what was running then is suspect."""
    running: dict[Future[dict[str, Any]], Project] = {}
    pool = _pool(jobs)
    try:
        while pending or running:
            while pending and len(running) < jobs:
                running[pool.submit(scan, pending[0], options)] = pending[0]
                pending.pop(0)
            done, _ = wait(running, return_when=FIRST_COMPLETED)
            for future in done:
                result = future.result()
                yield running.pop(future), result
    except BrokenProcessPool:
        suspects += running.values()
    finally:
        if running:  # it is stopped, or a process was lost: nobody waits for what the others are at
            for process in multiprocessing.active_children():
                process.kill()
        pool.shutdown(wait=False, cancel_futures=True)


def _alone(project: Project, options: Options) -> dict[str, Any]:
    try:
        with _pool(1) as pool:
            return pool.submit(scan, project, options).result()
    except BrokenProcessPool:
        return _given_up(project)


def _pool(jobs: int) -> ProcessPoolExecutor:
    context = multiprocessing.get_context("fork" if sys.platform == "linux" else "spawn")
    return ProcessPoolExecutor(jobs, mp_context=context, initializer=_begin, initargs=(os.getpid(),))


def _begin(parent: int) -> None:
    """What a process of the pool does first. It ends with the one that started it, however that ends."""
    say_process_ends_soon()
    threading.Thread(target=_end_with, args=(parent,), daemon=True).start()


def _end_with(parent: int) -> None:
    while os.getppid() == parent:
        time.sleep(SECONDS_BETWEEN_LOOKS)
    os._exit(1)


def run_on_dask(projects: Sequence[Project], options: Options, address: str) -> Iterator[Done]:
    """What comes of each project, as it is done, on the cluster whose scheduler is at ``address``.

    The workers read the projects at the same paths. What a lost worker was at, others do again.

    Raises:
        RunError: the extra is not installed, or nobody answers.
    """
    try:
        from dask.distributed import Client, KilledWorker, as_completed  # the extra `scan`
    except ImportError as error:
        raise RunError('--scheduler needs Dask: pip install "tfgraphlint[scan]"') from error
    try:
        client = Client(address, timeout="20s")
    except (OSError, ValueError) as error:
        raise RunError(f"--scheduler: nobody answers at {address!r}: {' '.join(str(error).split())}") from error
    with client:
        futures = {client.submit(scan, project, options, pure=False): project for project in projects}
        for future in as_completed(futures):
            project = futures[future]
            try:
                yield project, future.result()
            except KilledWorker:
                yield project, _given_up(project)
            future.release()


def _given_up(project: Project) -> dict[str, Any]:
    """What is said of a project whose process was lost again and again."""
    return {
        "project": project.name, "source": project.location, "revision": project.revision, "version": "",
        "error": "given up: the process that was at it was ended each time", "files": 0, "errors": [],
        "read_in_part": 0, "reports": [], "seconds": 0.0,
    }  # fmt: skip


Engine = Callable[[Sequence[Project], Options], Iterator[Done]]
