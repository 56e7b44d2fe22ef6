"""Small programs with one fault, built from fragments: imports, a fault, what hides it, and what has it traced.

Each fault is one that the interpreter reports in the plainest program. Everything else is put around it as people do:
names that are imported or bound differently, helpers, classes, dead code.
"""

from __future__ import annotations

import textwrap

from hypothesis import strategies as st

# How TensorFlow is imported, and its name then.
TENSORFLOW = [
    ("import tensorflow as tf", "tf"),
    ("import tensorflow", "tensorflow"),
    ("import tensorflow.compat.v2 as tf2", "tf2"),
    ("from tensorflow import compat\nT = compat.v2", "T"),
]
# How ``numpy.mean`` is called.
MEAN = [
    ("import numpy as np", "np.mean"),
    ("import numpy", "numpy.mean"),
    ("from numpy import mean", "mean"),
    ("from numpy import mean as average", "average"),
    ("from numpy import *", "mean"),
    ("import numpy as np\nmiddle = np.mean", "middle"),
]
# How a number is drawn that is the same in every later call.
DRAW = [
    ("import random", "random.random()"),
    ("from random import random as draw", "draw()"),
    ("import random\ndraw = random.random", "draw()"),
    ("import numpy.random as npr", "npr.rand()"),
    ("from numpy.random import rand", "rand()"),
    ("import numpy as np\nrng = np.random", "rng.rand()"),
    ("import time as clock", "clock.time()"),
]
# How a layer is made.
DENSE = [
    ("from keras.layers import Dense", "Dense(2)"),
    ("from tensorflow.keras.layers import Dense as D", "D(2)"),
    ("from tensorflow.keras import layers as L", "L.Dense(2)"),
    ("import keras\nFull = keras.layers.Dense", "Full(2)"),
    ("from keras.layers import *", "Dense(2)"),
]
# Statements with a tensor {x} in traced code. {tf}, {mean}, {draw} and {dense} are written as they are imported.
FAULTS = [
    "y = {mean}({x})",
    "y = {x}.numpy()",
    "read = {x}.numpy\ny = read()",
    "y = getattr({x}, 'numpy')()",
    "y = [k for k in [1, 2] if {mean}({x})]",
    "y = '%d' % {x}",
    "y = '{{:d}}'.format({x})",
    "y = f'{{{x}:d}}'",
    "y = {{{x}: 1}}",
    "y = hash({x})",
    "y = list(zip({x}, {x}))",
    "y = frozenset({x})",
    "y = [*{x}]",
    "y = max(*{x})",
    "a, b = {x}",
    "y = 1.0 in {x}",
    "y = {draw}",
    "y = {draw} * {x}",
    "seen.remove(1)",
    "seen.pop()",
    "y = {tf}.Variable(1.0) * {x}",
    "y = {dense}({tf}.reshape({x}, [1, 2]))",
    "print({x})",
    "total.count += 1",
    "{x}[0] = 1.0",
]
PLAIN = "y = {x}"
# Other names of a tensor.
RENAMED = [
    "v = {x}",
    "v = {x} * 2.0",
    "v = {tf}.identity({x})",
    "v, w = {x}, 1",
    "v = [{x}][0]",
    "v = dict(a={x})['a']",
    "v: {tf}.Tensor = {x}",
    "v = (lambda t: t)({x})",
    "for v in [{x}]:\n    pass",
    "box = Total()\nbox.v = {x}\nv = box.v",
    "v = {x}\nv += 1.0",
    "v = next(iter([{x}]))",
    "v = [t for t in [{x}]][0]",
    "(v := {x} + 1.0)",
    "v = {x} if total else None",
    "v = {x}[:2]",
    "v = {x} / {x}.shape[0]",
    "v = abs({x})",
    "v = {tf}.cond({tf}.constant(True), lambda: {x}, lambda: {x})",
    "if {x} is not None:\n    v = {x}\nelse:\n    v = None",
]
# What stands around a statement and changes nothing.
AROUND = [
    "{fault}",
    "unused = 3\n{fault}\ndel unused",
    "if True:\n{inner}",
    "if False:\n    pass\nelse:\n{inner}",
    "for _ in [1]:\n{inner}",
    "with {tf}.name_scope('a'):\n{inner}",
    "try:\n{inner}\nfinally:\n    pass",
    "def later():\n{inner}\nlater()",
    "def never():\n    return 1\n{fault}",
]
# What has ``f`` or the statements traced. {body} stands in a function of ``x``, {value} is a tensor to call with.
TRACED = [
    "@{tf}.function\ndef f(x):\n{body}\n    return x\nf({value})",
    "@{tf}.function(reduce_retracing=True)\ndef f(x):\n{body}\n    return x\nf(x={value})",
    "@{tf}.function(input_signature=[{tf}.TensorSpec([2], {tf}.float32)])\ndef f(x):\n{body}\n    return x",
    "jit = {tf}.function\n@jit\ndef f(x):\n{body}\n    return x\nf({value})",
    "import functools\njit = functools.partial({tf}.function, autograph=False)\n"
    "@jit\ndef f(x):\n{body}\n    return x\nf({value})",
    "def compiled(g):\n    return {tf}.function(g)\n@compiled\ndef f(x):\n{body}\n    return x\nf({value})",
    "def f(x):\n{body}\n    return x\ng = {tf}.function(f)\ng({value})",
    "def f(x):\n{body}\n    return x\n{tf}.function(lambda t: f(t))({value})",
    "def f(x):\n{body}\n    return x\n@{tf}.function\ndef g(t):\n    return f(t + 1.0)\ng({value})",
    "def f(x):\n{body}\n    return x\n{tf}.data.Dataset.from_tensors([1.0, 2.0]).map(f)",
    "def f(x):\n{body}\n    return x\n{tf}.data.Dataset.from_tensors([1.0, 2.0]).map(lambda t: f(t))",
    "@{tf}.function\ndef f(*args):\n    x = args[0]\n{body}\n    return x\nf({value})",
    "@{tf}.function\ndef f(a, *, x=None):\n{body}\n    return x\nf(1.0, x={value})",
    "@{tf}.function\ndef f(x=1.0):\n{body}\n    return x\nf({value})",
    "@{tf}.function\ndef f(x: float):\n{body}\n    return x\nf({value})",
    "@{tf}.function\ndef f(name):\n    x = name\n{body}\n    return x\nf({value})",
    "@{tf}.function\ndef f(batch):\n    x = batch['x']\n{body}\n    return x\nf({{'x': {value}}})",
    "@{tf}.function\ndef f():\n    x = {tf}.random.uniform([2])\n{body}\n    return x\nf()",
    "@{tf}.function\ndef f():\n    x = make()\n{body}\n    return x\n"
    "def make():\n    return {tf}.random.uniform([2])\nf()",
    "def f(x):\n{body}\n    return x\nhandlers = {{'f': f}}\n{tf}.function(lambda t: handlers['f'](t))({value})",
    "def f(x):\n{body}\n    return x\nfor g in [f]:\n    {tf}.function(g)({value})",
    "class A:\n    @{tf}.function\n    def f(self, x):\n{deeper}\n        return x\nA().f({value})",
    "class A({tf}.Module):\n    def __init__(self):\n        self.go = {tf}.function(self.f)\n"
    "    def f(self, x):\n{deeper}\n        return x\nA().go({value})",
    "class A:\n    def __call__(self, x):\n{deeper}\n        return x\n{tf}.function(A())({value})",
    "class A:\n    def __init__(self, inner):\n        self.inner = inner\n    def __call__(self, x):\n"
    "        return self.inner(x)\ndef f(x):\n{body}\n    return x\na = A(f)\n{tf}.function(a)({value})",
    "class A({tf}.keras.layers.Layer):\n    def call(self, x):\n{deeper}\n        return x\n"
    "layer = A()\n{tf}.function(lambda t: layer(t))({value})",
    "class A({tf}.keras.Model):\n    def call(self, x):\n        return self.f(x)\n    def f(self, x):\n{deeper}\n"
    "        return x\nA().predict({tf}.ones([2, 2]))",
]
HEAD = "seen = [1, 2]\nclass Total:\n    count = 0\ntotal = Total()\n"
NAMES = ("tf", "mean", "draw", "dense")
SPELLINGS = st.tuples(*map(st.sampled_from, (TENSORFLOW, MEAN, DRAW, DENSE)))
PLAINEST = tuple(choices[0] for choices in (TENSORFLOW, MEAN, DRAW, DENSE))


def indented(text: str, depth: int) -> str:
    return textwrap.indent(text, " " * 4 * depth)


def written(
    spellings: tuple[tuple[str, str], ...],
    fault: str,
    renamed: str = "v = {x}",
    around: str = "{fault}",
    traced: str = TRACED[0],
) -> str:
    """The program that these fragments make."""
    words = dict(zip(NAMES, (name for _, name in spellings)))
    tf = words["tf"]
    imports = [lines for name, (lines, _) in zip(NAMES, spellings) if name == "tf" or f"{{{name}}}" in fault]
    statements = fault.format(x="v", **words)
    inside = around.format(fault=statements, inner=indented(statements, 1), tf=tf)
    body = renamed.format(x="x", **words) + "\n" + inside
    value = f"{tf}.constant([1.0, 2.0])"
    rest = traced.format(body=indented(body, 1), deeper=indented(body, 2), value=value, tf=tf)
    return "\n".join([*imports, HEAD + rest, ""])


@st.composite
def programs(draw: st.DrawFn) -> str:
    """Any program of these fragments."""
    choices = (draw(st.sampled_from(each)) for each in (FAULTS, RENAMED, AROUND, TRACED))
    return written(draw(SPELLINGS), *choices)
