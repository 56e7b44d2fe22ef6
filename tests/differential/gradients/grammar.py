"""Programs by number: the same seed and index always give the same text."""

from __future__ import annotations

from dataclasses import dataclass
from random import Random

from ..operations import Operations
from ..writer import Writer
from .practice import PRACTICE
from .scenes import SCENES

HEAD = """\
import contextlib
import copy
import functools
import math

import keras
import numpy as np
import tensorflow as tf

USE_BONUS = {bonus}
VERBOSE = False
DEPTH = {depth}
HISTORY = []
"""


@dataclass(frozen=True)
class Program:
    """The text of a program; whether operations whose gradient is zero were allowed in it."""

    index: int
    text: str
    zeros: bool
    scene: str


def program(seed: int, index: int, operations: Operations) -> Program:
    """The program with this number."""
    random = Random(f"{seed}:{index}")
    w = Writer(random, operations, zeros=random.random() < 0.12)
    w.names.update(("tf", "np", "keras", "math", "functools", "inner", "outer", "values", "value", "x", "y", "a", "b"))
    w.names.difference_update(("x", "y", "b", "value", "values"))
    scene = random.choice(SCENES if random.random() < 0.65 else PRACTICE)
    scene(w)
    head = HEAD.format(bonus=random.choice(("True", "False")), depth=random.choice((2, 3)))
    return Program(index, head + "\n" + "\n".join(w.lines) + "\n", w.zeros, scene.__name__)
