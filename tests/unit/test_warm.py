"""What is kept from one linting to the next changes nothing that is found."""

from __future__ import annotations

import os
import random
from dataclasses import replace
from pathlib import Path

import pytest

from tfgraphlint.api.warm import Warm
from tfgraphlint.project.settings import Settings
from tfgraphlint.run.lint import Request, Run

HELPER = """\
import tensorflow as tf

def size(x):
    return tf.norm(x)

def cut(x):
    return float(tf.norm(x))

class Model(tf.keras.Model):
    def call(self, x):
        return x * 2.0
"""
SCRIPT = """\
import tensorflow as tf
from helper import size, cut, Model
x = tf.Variable([1.0])
model = Model()
with tf.GradientTape() as tape:
    loss = tf.reduce_sum(model(x)) + size(x)
slope = tape.gradient(loss, x)
"""
ROWS = (
    "    loss = tf.constant(cut(x))\n", "x = tf.constant([1.0])\n", "        return x.numpy()\n", "def size(x):\n",
    "    return float(x[0])\n", "    tape.watch(x)\n", "slope = tape.gradient(loss, x)\n", "(\n",
)  # fmt: skip
STEPS = 15


class Editor:
    """Somebody who edits two files, saves them now and then, and closes them without saving."""

    def __init__(self, directory: Path, seed: int) -> None:
        self.directory = directory
        self.random = random.Random(seed)
        self.texts = {"helper.py": HELPER, "script.py": SCRIPT}
        self.open: set[str] = set()
        self.time = 1_600_000_000
        for name in self.texts:
            self.save(name)

    def save(self, name: str) -> None:
        self.time += 1  # long ago: what was just written is read again in any case
        (self.directory / name).write_text(self.texts[name])
        os.utime(self.directory / name, (self.time, self.time))
        self.open.discard(name)

    def type(self) -> None:
        name = self.random.choice(list(self.texts))
        rows = self.texts[name].splitlines(keepends=True)
        if self.random.random() < 0.6 or len(rows) < 3:
            rows.insert(self.random.randrange(len(rows) + 1), self.random.choice(ROWS))
        else:
            del rows[self.random.randrange(len(rows))]
        self.texts[name] = "".join(rows) if self.random.random() < 0.8 else {"h": HELPER, "s": SCRIPT}[name[0]]
        self.open.add(name)
        done = self.random.random()
        if done < 0.2:
            self.save(name)
        elif done < 0.3:
            self.texts[name] = (self.directory / name).read_text()
            self.open.discard(name)

    @property
    def unsaved(self) -> dict[Path, str]:
        return {self.directory / name: self.texts[name] for name in self.open}


def said(run: Run) -> list[object]:
    return [*run.diagnostics, *(result.error for result in run.errors)]


@pytest.mark.parametrize("seed", range(2))
def test_warm_is_as_cold(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, seed: int) -> None:
    monkeypatch.chdir(tmp_path)
    editor, warm, reports = Editor(tmp_path, seed), Warm(), 0
    for _ in range(STEPS):
        editor.type()
        for name in editor.texts:
            path = tmp_path / name
            request = Request(tmp_path, {path: Settings(tmp_path)}, roots=[tmp_path])
            run = warm.lint(request, editor.unsaved)
            assert said(run) == said(Warm().lint(request, editor.unsaved)), editor.texts
            reports += len(run.diagnostics)
            if any(each.fix for each in run.diagnostics) and editor.random.random() < 0.3:
                overlay = {path: warm.source(run, editor.unsaved, name)}
                warm.repair(replace(run, request=replace(run.request, overlay=overlay)), editor.unsaved, unsafe=True)
    assert reports > 5
