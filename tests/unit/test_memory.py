"""Nothing of a file stays in memory once it was linted."""

from __future__ import annotations

import ast
import gc
import weakref
from pathlib import Path

import libcst as cst

from tfgraphlint.project.callers import Callers
from tfgraphlint.project.modules import Project, Trees
from tfgraphlint.project.settings import Settings
from tfgraphlint.run.examine import Examiner
from tfgraphlint.run.lint import Request, lint
from tfgraphlint.screen.outline import Outline
from tfgraphlint.syntax.deep_stack import no_garbage_search
from tfgraphlint.syntax.tree import Tree, once_per_node

# Classes, generators, lambdas and traced functions: what the interpreter remembers something about.
PROGRAM = """
import tensorflow as tf

class Line(tf.keras.Model):
    def __init__(self):
        super().__init__()
        self.dense = tf.keras.layers.Dense(1)

    def call(self, inputs):
        self.seen = inputs
        return self.dense(inputs)

    def train_step(self, data):
        with tf.GradientTape() as tape:
            loss = tf.reduce_mean(self(data).numpy())
        return {{"loss": loss, "gradient": tape.gradient(loss, self.trainable_variables)}}

def batches():
    for _ in range({count}):
        yield tf.ones([4, 2])

@tf.function
def step(x):
    return (lambda y: tf.reduce_sum(y).numpy())(x)

model = Line()
model.compile(optimizer="sgd")
model.fit(tf.data.Dataset.from_generator(batches, output_signature=tf.TensorSpec([4, 2])))
for batch in batches():
    step(batch)
"""


# What refers to itself in circles once its top level has run.
HELPER = """
import functools
import tensorflow as tf

class Registry:
    made = {}

    def add(self, function):
        @functools.wraps(function)
        def added(*args):
            return self.made["last"](*args) if args else added
        self.made["last"] = added
        self.kept = self
        return added

registry = Registry()

@registry.add
def loss_of(x):
    def squared(y=x):
        return squared if y is None else tf.square(y)
    return squared

table = {"loss": loss_of(2.0), "registry": registry}
"""
USER = """
import tensorflow as tf
from helper import loss_of, registry, table

with tf.GradientTape() as tape:
    loss = tf.reduce_sum(table["loss"]())
print(tape.gradient(loss, tf.Variable(1.0)), registry)
"""


def live_nodes() -> int:
    gc.collect()
    return sum(isinstance(each, cst.CSTNode) for each in gc.get_objects())


def lint_here(files: list[Path], directory: Path) -> None:
    """Lint in this process, and let go of what comes out."""
    run = lint(Request(directory, dict.fromkeys(files, Settings(directory)), roots=[directory], processes=1))
    assert len(run.diagnostics) >= len(files)


def test_no_tree_outlives_the_run(tmp_path: Path) -> None:
    files = [tmp_path / f"program_{count}.py" for count in range(8)]
    for count, file in enumerate(files):
        file.write_text(PROGRAM.format(count=count))
    lint_here(files[:1], tmp_path)  # what libraries keep for themselves
    before = live_nodes()
    lint_here(files, tmp_path)
    assert live_nodes() <= before


def test_what_ran_in_modules_is_freed_without_a_search_for_garbage(tmp_path: Path) -> None:
    helper, user, other = (tmp_path / name for name in ("helper.py", "user.py", "other.py"))
    helper.write_text(HELPER)
    user.write_text(USER)
    other.write_text(PROGRAM.format(count=1))

    def helpers_alive() -> int:
        return sum(isinstance(each, Tree) and each.text == HELPER for each in gc.get_objects())

    gc.collect()
    with no_garbage_search():
        examiner = Examiner(tmp_path, [tmp_path], trees=Trees(most=1))  # a new project for each file
        assert examiner.examine(user).passed_screen
        assert helpers_alive() == 1
        assert examiner.examine(other).diagnostics
        assert helpers_alive() == 0


def test_files_are_read_once_for_all_projects_and_ended_ones_are_freed(tmp_path: Path) -> None:
    """Who calls what is looked up in all files: their texts are many times what one project takes."""
    files = [tmp_path / f"program_{count}.py" for count in range(3)]
    for count, file in enumerate(files):
        file.write_text(f"import tensorflow as tf\n\ndef slope_{count}(y, x):\n    return tf.gradients(y, x)\n")

    def of_kind(kind: type[object]) -> list[object]:
        return [each for each in gc.get_objects() if type(each) is kind]

    gc.collect()
    before, indices = len(of_kind(Project)), len(of_kind(Callers))
    with no_garbage_search():
        examiner = Examiner(tmp_path, [tmp_path], trees=Trees(most=1))  # a new project for each file
        found = [each.code for file in files for each in examiner.examine(file).diagnostics]
        assert found == ["TFG101"] * 3
        assert (len(of_kind(Project)), len(of_kind(Callers))) == (before + 1, indices + 1)


def test_the_outline_of_a_module_holds_no_tree() -> None:
    tree = ast.parse(PROGRAM.format(count=1))
    outline = Outline(tree)
    nodes = [weakref.ref(node) for node in ast.walk(tree) if isinstance(node, ast.expr)]
    del tree
    gc.collect()
    assert outline.suspects() and len(nodes) > 50
    assert not any(node() for node in nodes)


def test_answers_about_nodes_go_with_their_tree() -> None:
    asked: list[cst.CSTNode] = []

    @once_per_node
    def size(tree: Tree, node: cst.CSTNode) -> int:
        asked.append(node)
        return len(tree.code(node))

    tree = Tree("program.py", "x = 1\n")
    statement = tree.module.body[0]
    assert (size(tree, statement), size(tree, statement)) == (6, 6)
    assert asked == [statement]
    asked.clear()
    gone = weakref.ref(tree)
    del tree, statement
    gc.collect()
    assert gone() is None
