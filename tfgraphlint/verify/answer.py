"""What the process with TensorFlow says of one program."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

READY = "ready"


@dataclass(frozen=True)
class Answer:
    """What the worker says of one program."""

    verdicts: list[dict[str, str]]
    ended: str
    problem: str = ""  # why the program cannot be judged, "" where it can
    elsewhere: bool = False  # it does not hold for the versions that are installed
    rows: Sequence[Sequence[str | int]] = ()  # the files and rows of the program through which its error came
