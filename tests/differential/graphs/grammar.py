"""Programs of the graph mode by number: the same seed and index always give the same text."""

from __future__ import annotations

import re
from dataclasses import dataclass
from random import Random

from ..forms import FILE, NOTEBOOK, SCRIPT, started
from ..operations import Operations
from ..writer import Writer
from .models import MODELS
from .scenes import POINT, ROWS, SCENES

IMPORTS = {
    "functools": "functools",
    "logging": "logging",
    "math": "math",
    "random": "random",
    "time": "time",
    "np": "numpy as np",
}
HEAD = {
    "USE_BONUS": "USE_BONUS = {bonus}",
    "VERBOSE": "VERBOSE = False",
    "DEPTH": "DEPTH = {depth}",
    "rows": f"rows = tf.constant({ROWS})",
    "origin": f"origin = tf.constant({POINT})",
    "data": f"data = np.array({ROWS}, dtype=np.float32)",
    "targets": "targets = np.array([[0.1], [0.4], [0.2], [0.7]], dtype=np.float32)",
    "kernel": "kernel = tf.constant([[0.3, 0.1, 0.2], [0.5, 0.4, 0.1], [0.2, 0.6, 0.3]])",
    "weights": "weights = tf.Variable([0.5, 0.2, 0.1])",
    "average": "average = tf.Variable(0.0, trainable=False)",
    "history": "history = []",
    "results": "results = []",
    "counts": "counts = {{'steps': 0}}",
}
TAKEN = (
    "tf",
    "np",
    "x",
    "y",
    "i",
    "t",
    "a",
    "b",
    "row",
    "value",
    "part",
    "other",
    "column",
    "outcome",
    "first",
    "second",
    "third",
    "rest",
    "turn",
    "step",
    "holder",
    "model",
    "dataset",
    "element",
    "label",
    "batch",
    "point",
    "level",
    "power",
    "rate",
    "inputs",
    "tape",
    "hidden",
    "gradients",
    *IMPORTS,
    *HEAD,
)


@dataclass(frozen=True)
class Program:
    """The text of a program, the name of the scene that it was made by, and how it is written down."""

    index: int
    text: str
    scene: str
    form: str = FILE
    family: str = "bodies"


def program(seed: int, index: int) -> Program:
    """The program with this number."""
    drawn = Random(f"graph:{seed}:{index}")
    w = Writer(drawn, Operations(), zeros=False)
    w.names.update(TAKEN)
    family = "models" if drawn.random() < 0.2 else "bodies"
    scene = drawn.choice(MODELS if family == "models" else SCENES)
    scene(w)
    body = "\n".join(w.lines)
    words = set(re.findall(r"(?<![\w.])[A-Za-z_]\w*", body))
    if "data" in words:
        words.add("np")
    imports = [f"import {IMPORTS[name]}" for name in IMPORTS if name in words] + ["import tensorflow as tf"]
    head = [
        line.format(bonus=drawn.choice(("True", "False")), depth=drawn.choice((2, 3)))
        for name, line in HEAD.items()
        if name in words
    ]
    text = "\n".join([*imports, "", *head, "", body, ""])
    form = drawn.choices((FILE, SCRIPT, NOTEBOOK), (0.8, 0.12, 0.08))[0]
    text = started(text, drawn) if form == SCRIPT else text
    return Program(index, text, scene.__name__, form, family)
