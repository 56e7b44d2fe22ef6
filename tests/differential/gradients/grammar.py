"""Programs by number: the same seed and index always give the same text."""

from __future__ import annotations

from dataclasses import dataclass
from random import Random

from ..forms import FILE, NOTEBOOK, SCRIPT, started
from ..operations import Operations
from ..writer import Writer
from .models import MODELS
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
FAMILIES = {"statements": SCENES, "practice": PRACTICE, "models": MODELS}
WEIGHTS = (0.5, 0.25, 0.25)


@dataclass(frozen=True)
class Program:
    """The text of a program; whether operations whose gradient is zero were allowed in it; how it is written down."""

    index: int
    text: str
    zeros: bool
    scene: str
    form: str = FILE
    family: str = "statements"


def program(seed: int, index: int, operations: Operations) -> Program:
    """The program with this number."""
    random = Random(f"{seed}:{index}")
    w = Writer(random, operations, zeros=random.random() < 0.12)
    w.names.update(("tf", "np", "keras", "math", "functools", "inner", "outer", "values", "value", "x", "y", "a", "b"))
    w.names.difference_update(("x", "y", "b", "value", "values"))
    family, scenes = random.choices(list(FAMILIES.items()), WEIGHTS)[0]
    w.zeros = w.zeros and family != "models"  # where relu and the like give zeros by chance
    scene = random.choice(scenes)
    scene(w)
    head = HEAD.format(bonus=random.choice(("True", "False")), depth=random.choice((2, 3)))
    text = head + "\n" + "\n".join(w.lines) + "\n"
    form = random.choices((FILE, SCRIPT, NOTEBOOK), (0.8, 0.12, 0.08))[0]
    text = started(text, random) if form == SCRIPT else text
    return Program(index, text, w.zeros, scene.__name__, form, family)
