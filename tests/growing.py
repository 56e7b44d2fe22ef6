"""Programs of any length: each construct of the language and of TensorFlow, so many times.

What a linter does with a program may grow as its length does, and no faster.
"""

from __future__ import annotations

from collections.abc import Callable

Grown = Callable[[int], str]

HEAD = """\
import numpy as np
import tensorflow as tf
w = tf.Variable([1.0])
x = tf.constant([1.0])
with tf.GradientTape() as tape:
    loss = tf.reduce_sum(w * x)
print(tape.gradient(loss, w))
"""
MOST_BLOCKS = 90  # CPython indents no further than 100 times


def repeated(body: str, before: str = "", after: str = "") -> Grown:
    """``body`` so many times, ``#i`` in it being the number of the time."""
    return lambda n: HEAD + before + "".join(body.replace("#i", str(i)) for i in range(n)) + after


def inside(head: str, body: str, after: str = "") -> Grown:
    """``body``, one row, so many times in the block that ``head`` opens."""
    return lambda n: HEAD + head + "".join(f"    {body.replace('#i', str(i))}\n" for i in range(n)) + after


def joined(unit: str, by: str, before: str = "y = ", after: str = "\n") -> Grown:
    """An expression of so many parts."""
    return lambda n: HEAD + before + by.join(unit.replace("#i", str(i)) for i in range(n)) + after


def nested(opening: str, core: str, closing: str, before: str = "y = ") -> Grown:
    """An expression within an expression, so many times."""
    return lambda n: HEAD + before + opening * n + core + closing * n + "\n"


def blocks(head: str, core: str = "y = w * x") -> Grown:
    """A block within a block, so many times, as far as Python goes."""

    def grown(n: int) -> str:
        depth = min(n, MOST_BLOCKS)
        return HEAD + "".join(" " * i + head + "\n" for i in range(depth)) + " " * depth + core + "\n"

    return grown


RECORD = "with tf.GradientTape() as tape:\n    loss = tf.reduce_sum({loss})\n"
ASK = "print(tape.gradient(loss, {source}))\n"
TRACED = "@tf.function\ndef f(a, b):\n"

# What training code is made of.
TAPES: dict[str, Grown] = {
    "tape": repeated(RECORD.format(loss="w * x") + ASK.format(source="w")),
    "unwatched": repeated("with tf.GradientTape() as t#i:\n    y#i = x * #i.0\nprint(t#i.gradient(y#i, x))\n"),
    "numpy call": repeated(RECORD.format(loss="np.square(x)") + ASK.format(source="x")),
    "numpy method": repeated(RECORD.format(loss="w.numpy()") + ASK.format(source="w")),
    "where": repeated(RECORD.format(loss="tf.where(w > 0, tf.math.log(w), 0.0)") + ASK.format(source="w")),
    "rebound": repeated(RECORD.format(loss="w * x") + "g = tape.gradient(loss, w)\nw = w - 0.1 * g\n"),
    "outside": repeated(RECORD.format(loss="w * x") + "loss = tf.abs(loss)\n" + ASK.format(source="w")),
    "step functions": repeated(
        "def step#i(model, x, y):\n    with tf.GradientTape() as tape:\n        out = model(x).numpy()\n"
        "        loss = tf.reduce_mean(y - out)\n    return tape.gradient(loss, model.trainable_variables)\n"
    ),
    "train_step": repeated(
        "class T#i(tf.keras.Model):\n    def train_step(self, data):\n        with tf.GradientTape() as tape:\n"
        "            loss = tf.reduce_mean(self(data).numpy())\n"
        "        return tape.gradient(loss, self.trainable_variables)\n"
    ),
    "minimize": repeated("opt.minimize(loss, [w])\n", "opt = tf.keras.optimizers.SGD()\n"),
    "tf.gradients": repeated("y#i = tf.gradients(x, w)\n"),
    "gradients applied": repeated(
        RECORD.format(loss="w * x") + "g = tape.gradient(loss, [w])\nopt.apply_gradients(zip([w], g))\n",
        "opt = tf.keras.optimizers.SGD()\n",
    ),
    "compiled models": repeated(
        "m#i = tf.keras.Sequential()\nm#i.compile(loss=l)\nm#i.fit(x, x)\n", "def l(a, b):\n    return a.numpy()\n"
    ),
    "layers": repeated(
        "class L#i(tf.keras.layers.Layer):\n    def __init__(self):\n        super().__init__()\n"
        "        self.d = tf.keras.layers.Dense(1)\n    def call(self, v):\n        return self.d(v).numpy()\n"
    ),
}
# What graphs of operations are made of.
GRAPHS: dict[str, Grown] = {
    "operations": inside("with tf.GradientTape() as tape:\n    y = w\n", "y = tf.sin(y) + x", "tape.gradient(y, w)\n"),
    "terms": inside("with tf.GradientTape() as tape:\n    y = w\n", "y = y + tf.round(w)", "tape.gradient(y, w)\n"),
    "numpy on the way": inside(
        "with tf.GradientTape() as tape:\n    y = w\n", "y = y + np.sin(y)", "tape.gradient(y, w)\n"
    ),
    "predictions": inside(
        "m = tf.keras.Sequential()\nwith tf.GradientTape() as tape:\n    y = w\n", "y = y + m.predict(y)",
        "print(tape.gradient(y, m.trainable_variables))\n",
    ),
    "watches": inside("with tf.GradientTape() as tape:\n    y = w\n", "tape.watch(tf.constant(#i.0))"),
    "paused": inside("with tf.GradientTape() as tape:\n    y = w\n", "with tape.stop_recording(): y = y * w"),
    "queries": repeated("t.gradient(y, w)\n", "with tf.GradientTape(persistent=True) as t:\n    y = w * x\n"),
    "open tapes": repeated("t#i = tf.GradientTape()\nt#i.__enter__()\ny#i = w * #i.0\n"),
    "tapes in tapes": blocks("with tf.GradientTape() as t:"),
    "assigned": repeated("w.assign(w * 2.0)\n"),
    "added": repeated("w.assign_add(y)\ny = w * 1.0\n", "y = x\n"),
    "functional model": lambda n: (
        HEAD + "i = tf.keras.Input([4])\nv = i\n" + "v = tf.keras.layers.Dense(4)(v)\n" * n
        + "m = tf.keras.Model(i, v)\nm.compile(loss='mse')\nm.fit(x, x)\n"
    ),
    "model of models": repeated("m = tf.keras.Sequential([m, m])\n", "m = tf.keras.layers.Dense(1)\n", "m(x)\n"),
    "dataset": repeated("d = d.map(lambda v: v.numpy())\n", "d = tf.data.Dataset.from_tensors(x)\n"),
    "cond": repeated("y = tf.cond(y > 0, lambda: y, lambda: x)\n", "y = x\n"),
    "removed names": repeated("s#i = tf.Session()\n"),
    "removed names, guarded": repeated("if tf.__version__ < '2':\n    y#i = tf.Session()\n"),
    "numpy in a graph": inside(TRACED, "a = np.sum(a)", "f(x, w)\n"),
    "print in a graph": inside(TRACED, "print(a)", "f(x, w)\n"),
    "lists in a graph": inside("seen = []\n" + TRACED, "seen.append(a)", "f(x, w)\n"),
    "conditions in a graph": inside(TRACED, "if a > #i: a = a * #i.0", "f(x, w)\n"),
    "traces": repeated("@tf.function\ndef f#i(a):\n    print(a)\n    return np.sum(a)\nf#i(x)\n"),
    "retracing": repeated("f(#i)\n", "@tf.function\ndef f(a):\n    return a * w\n"),
}
# What makes twice as much of something each time, or holds itself.
DOUBLING: dict[str, Grown] = {
    f"{what}: {code}": repeated(f"{code}\n", f"import functools\na = {start}\n")
    for what, start, codes in (
        ("list", "[x, w]", ("a = a + a", "a += a", "a.extend(a)", "a = [*a, *a]", "a = a * 2", "a = list(zip(a, a))")),
        ("nested", "[x]", ("a = [a, a]", "a = (a, a)", "a = {'l': a, 'r': a}", "a = [a, a]; b = tf.stack(a)",
                           "a.append(a)", "a.append([a, a])", "a[0] = a", "a = functools.partial(a, a)")),
        ("dictionary", "{'x': x}", ("a['x'] = a", "a.update(y=a)", "a = {**a, 'z': a}")),
        ("number", "3", ("a = a * a", "a = a << a", "a = a ** a", "a = a + a")),
        ("text", "'ab'", ("a = a + a", "a = a * 9", "a = f'{a}{a}'", "a = '%s%s' % (a, a)", "a = '{0}{0}'.format(a)",
                          "a = a.join([a, a])")),
        ("format", "'{0}{0}'", ("a = a.format(a)", "a = a % (a, a)")),
        ("tensor", "x", ("a = a + a", "a = tf.add_n([a, a])", "a = a if u(#i) else [a, a]",
                         "with tf.GradientTape() as tape: y = a = a * a\ntape.gradient(y, w)")),
    )
    for code in codes
}  # fmt: skip
# The statements and expressions of Python.
LANGUAGE: dict[str, Grown] = {
    "if": repeated("if u(#i):\n    v = v * 2.0\n", "v = x\n"),
    "if, many names": repeated("if u(#i):\n    v#i = x\n"),
    "if, many functions": repeated("if u(#i):\n    v = f#i\n", "v = 0\n"),
    "elif": lambda n: HEAD + "if u:\n    v = x\n" + "".join(f"elif u == {i}:\n    v = {i}\n" for i in range(n)),
    "if in if": blocks("if u():"),
    "return": inside("def f(v):\n", "if u(#i): return v * #i.0", "f(x)\n"),
    "for": repeated("for i in range(n):\n    v = v * 2.0\n", "v = x\n"),
    "for in for": blocks("for i in u:"),
    "for in for, known": blocks("for i in [1, 2, 3]:"),
    "while in while": blocks("while u():"),
    "long list": lambda n: HEAD + f"for k in [{', '.join(map(str, range(n)))}]:\n    v = x * k\n",
    "try": repeated("try:\n    v = f(v)\nexcept ValueError:\n    v = x\nfinally:\n    u = v\n", "v = x\n"),
    "except": lambda n: HEAD + "try:\n    v = f(x)\n" + "".join(f"except E{i}:\n    v = {i}\n" for i in range(n)),
    "with in with": blocks("with f() as q:"),
    "match": lambda n: HEAD + "match u:\n" + "".join(f"    case {{'{i}': a}}:\n        v = x * a\n" for i in range(n)),
    "class": repeated("class C#i:\n    def f(self):\n        return x\n"),
    "inheritance": repeated("class C(C):\n    pass\n", "class C:\n    pass\n", "C().missing(x)\n"),
    "diamonds": repeated(
        "class C(A, B):\n    pass\nclass D(A, B):\n    pass\nA, B = C, D\n",
        "class A:\n    pass\nclass B:\n    pass\n", "A().missing(x)\n",
    ),
    "super": repeated(
        "class C(C):\n    def __init__(self):\n        super().__init__()\n        self.v#i = 1\n",
        "class C:\n    pass\n", "C()\n",
    ),
    "super in call": repeated(
        "class C(C):\n    def call(self, a):\n        return super().call(a)\n", "class C(tf.keras.Model):\n    pass\n",
        "C()(x)\n" + RECORD.format(loss="w.numpy()") + ASK.format(source="w"),
    ),
    "def": repeated("def f#i(a):\n    return a.numpy()\n"),
    "def in def": blocks("def f(v):", "return x"),
    "decorators": lambda n: HEAD + "def d(f):\n    return f\n" + "@d\n" * n + "def f(v):\n    return v\nf(x)\n",
    "calls of calls": lambda n: (
        HEAD + "def f0(v):\n    return v\n"
        + "".join(f"def f{i + 1}(v):\n    return f{i}(v)\n" for i in range(n)) + f"f{n}(x)\n"
    ),
    "parameters": lambda n: HEAD + f"def f({', '.join(f'p{i}=None' for i in range(n))}):\n    return p0\nf(x)\n",
    "helper": repeated("y = f(y, #i)\n", "def f(a, k):\n    return tf.tanh(a) * k\ny = x\n"),
    "unknown calls": repeated("y = u(y, #i)\n", "y = x\n"),
    "generators": repeated("def g#i():\n    yield x\n    yield from y\ny = g#i()\n", "y = [x]\n"),
    "comprehensions": repeated("y#i = [v * w for v in [x, w] if v is not None]\n"),
    "comprehension in comprehension": nested("[v for v in ", "[x]", "]"),
    "for in comprehension": lambda n: HEAD + "y = [x " + " ".join(f"for i{i} in u" for i in range(n)) + "]\n",
    "lambda in lambda": nested("(lambda v: v)(", "x", ")"),
    "call in call": nested("tf.sin(", "x", ")"),
    "sum": joined("x", " + "),
    "and": joined("u(#i)", " and "),
    "comparison": joined("u(#i)", " < "),
    "list": joined("#i", ", ", "y = [", "]\nz = tf.constant(y)\n"),
    "list in list": nested("[", "x", "]"),
    "dictionary": joined("'#i': x", ", ", "y = {", "}\nz = y['0']\n"),
    "attributes": nested("", "u", ".a"),
    "subscripts": nested("", "u", "[0]"),
    "f-string": joined("{x}", "", "y = f'", "'\n"),
    "conditional": joined("x if u(#i)", " else ", after=" else x\n"),
    "assignments": repeated("v#i = x * #i.0\n"),
    "targets": joined("a#i", " = ", "", " = x\n"),
    "attributes assigned": repeated("o.a#i = x\n", "class O:\n    pass\no = O()\n"),
    "items assigned": repeated("d['#i'] = x\n", "d = {}\n"),
    "items": repeated("d[u] = x\n", "d = {'a': w}\n"),
    "global": repeated("def f#i():\n    global g#i\n    g#i = x\nf#i()\n"),
    "imports": repeated("import tensorflow as tf#i\nv#i = tf#i.constant(1.0)\n"),
    "names imported": joined("a#i", ", ", "from tensorflow import "),
    "comments": repeated("# a comment\n"),
    "silenced": repeated(
        "with tf.GradientTape() as t#i:\n    y#i = x * 2.0\nprint(t#i.gradient(y#i, x))  # tfgraphlint: ignore\n"
    ),
    "strings": joined("'a'", " "),
    "rows of one statement": joined("x", " + \\\n    "),
}
ALL = {**TAPES, **GRAPHS, **DOUBLING, **LANGUAGE}
