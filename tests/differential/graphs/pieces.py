"""Statements of traced bodies that are fine where AutoGraph converts them, and everyday Python beside them."""

from __future__ import annotations

from collections.abc import Callable

from ..writer import Writer
from .scope import Body, bind, expression, filled, pick

# What a name is bound to: kind, template. All of these trace, whatever AutoGraph does.
PLAIN = (
    ("k", "len({v}.shape)"),
    ("k", "{v}.shape[0]"),
    ("k", "{m}.shape[1]"),
    ("k", "{m}.shape.rank"),
    ("k", "int({m}.shape[-1])"),
    ("k", "len([{v}, {v}])"),
    ("k", "int(np.prod({v}.shape))"),
    ("k", "max([1, 2, {k}])"),
    ("k", "len({l})"),
    ("k", "sum(range({k}))"),
    ("k", "{k} + 1"),
    ("k", "int({n} * 10)"),
    ("n", "float({m}.shape[1])"),
    ("n", "max({n}, 0.25)"),
    ("n", "abs({n})"),
    ("n", "round({n}, 2)"),
    ("n", "float({k})"),
    ("n", "sorted([{n}, 0.5])[0]"),
    ("n", "np.sqrt(float({m}.shape[-1]))"),
    ("n", "math.sqrt({n})"),
    ("n", "sum([{n}, 0.5])"),
    ("n", "{n} if {k} > 1 else 0.5"),
    ("n", "1.0 / {m}.shape[1]"),
    ("a", "np.linspace(0.0, 1.0, 3).astype(np.float32)"),
    ("a", "np.arange(3, dtype=np.float32)"),
    ("a", "np.array([0.1, 0.4, 0.7], dtype=np.float32)"),
    ("a", "np.ones(3, dtype=np.float32) * {n}"),
    ("a", "np.maximum({a}, 0.2)"),
    ("a", "np.zeros({v}.shape, dtype=np.float32)"),
    ("v", "{v} * {a}"),
    ("v", "{a} + {v}"),
    ("s", "tf.reduce_sum({v} * {a})"),
    ("m", "{m} * {a}"),
    ("l", "[{s}, {s}]"),
    ("l", "[{s} * float(i) for i in range(3)]"),
    ("l", "[tf.square(part) for part in {l}]"),
    ("l", "list(map(tf.square, {l}))"),
    ("l", "[a + b for a, b in zip({l}, {l})]"),
    ("l", "tf.unstack({v})"),
    ("s", "sum({l})"),
    ("s", "tf.add_n({l})"),
    ("s", "{l}[0]"),
    ("s", "tf.reduce_mean(tf.stack({l}))"),
    ("s", "sum(t * {n} for t in {l})"),
    ("s", "abs({s})"),
    ("s", "{s} if {k} > 1 else {s}"),
    ("s", "pow({s}, 2)"),
    ("s", "functools.reduce(tf.add, {l})"),
    ("s", "tf.cond({s} > 0.3, lambda: {s}, lambda: {s})"),
    ("s", "tf.cast(tf.shape({m})[0], tf.float32) * {s}"),
    ("s", "tf.cast(tf.size({v}), tf.float32)"),
    ("s", "tf.where({b}, {s}, {s})"),
    ("s", "tf.cast({b}, tf.float32)"),
    ("s", "dict(loss={s}, rate={n})['loss']"),
    ("s", "(lambda t: t * {n})({s})"),
    ("s", "tf.stop_gradient({s})"),
    ("m", "tf.map_fn(lambda row: row * {n}, {m})"),
    ("m", "tf.vectorized_map(lambda row: row + {v}, {m})"),
    ("v", "tf.random.normal([3])"),
    ("v", "tf.random.uniform({v}.shape)"),
    ("s", "tf.random.uniform([])"),
    ("v", "tf.constant({a})"),
    ("v", "tf.convert_to_tensor({a})"),
    ("v", "tf.constant([0.2, {n}, 0.3])"),
    ("v", "tf.scatter_nd([[0], [2]], [{s}, {s}], [3])"),
    ("v", "tf.tensor_scatter_nd_update({v}, [[1]], [{s}])"),
    ("t", "f'size {{k}}'"),
    ("t", "'loss of %d' % {k}"),
    ("b", "tf.logical_and({b}, {s} > {n})"),
    ("b", "tf.equal(tf.argmax({v}), 1)"),
)
# The same where AutoGraph converts Python; faults where it does not.
CONVERTED = (
    ("s", "float({s})"),
    ("s", "float({v}[0])"),
    ("s", "{s} if {b} else {s}"),
    ("s", "{s} if {s} > {n} else {s}"),
    ("s", "tf.cast(len({v}), tf.float32)"),
    ("s", "tf.cast(len({m}), tf.float32)"),
    ("s", "tf.cast(int({s}), tf.float32)"),
    ("b", "{s} > {n} and {s} < 3.0"),
    ("b", "not {b}"),
    ("b", "{b} or {s} < {n}"),
    ("b", "0.0 < {s} < 5.0"),
    ("s", "tf.reduce_sum(sorted({v}))"),
    ("s", "(lambda t: t if t > 0.0 else -t)({s})"),
)
LINES = (
    "print('tracing', {m}.shape)",
    "print('tracing step')",
    "print(f'width {{m}.shape[1]}')",
    "assert {k} > 0",
    "assert {m}.shape[1] == 3",
    "assert {s} is not None",
    "assert isinstance({v}, tf.Tensor)",
    "assert {v}.dtype == tf.float32",
    "tf.debugging.assert_all_finite({v}, 'not finite')",
    "tf.debugging.assert_greater({s}, -1e6)",
    "tf.print('loss', {s})",
    "average.assign({s})",
    "average.assign_add(0.1 * {s})",
    "{m}.set_shape([None, 3])",
    "print('rank', {m}.shape.rank, {k})",
)


def fine(w: Writer, body: Body) -> None:
    """One statement."""
    draw = w.random.random()
    if draw < 0.38:
        kind = w.choose("ssvvmb")
        bind(w, body, kind, expression(w, body, kind))
    elif draw < 0.64:
        kind, text = w.choose(PLAIN)
        bind(w, body, kind, filled(w, body, text))
    elif draw < 0.72:
        w.line(filled(w, body, w.choose(LINES)))
    elif draw < 0.80 and body.where.autograph:
        kind, text = w.choose(CONVERTED)
        bind(w, body, kind, filled(w, body, text))
    else:
        w.choose(BLOCKS if body.where.autograph or not body.where.graph else PYTHON)(w, body)


def block(w: Writer, body: Body, count: int = 2) -> Body:
    """Statements further in; names bound there are not at hand afterwards."""
    inner = body.inner()
    for _ in range(w.random.randint(1, count)):
        fine(w, inner) if w.depth < 5 else bind(w, inner, "s", expression(w, inner, "s"))
    return inner


def _update(w: Writer, body: Body, name: str, kind: str) -> None:
    form = w.choose(("{name} + {" + kind + "}", "{name} * {n}", "0.5 * {name}"))
    w.line(f"{name} = {filled(w, body, form.replace('{name}', name))}")


def _python_if(w: Writer, body: Body) -> None:
    test = w.choose(
        (
            "{k} > 1",
            "{n} > 0.2",
            "{m}.shape[1] == 3",
            "USE_BONUS",
            "not VERBOSE",
            "{v}.shape[0] is not None",
            "isinstance({s}, float)",
            "{s} is None",
        )
    )
    name = bind(w, body, "s", expression(w, body, "s"))
    with w.block(f"if {filled(w, body, test)}:"):
        _update(w, block(w, body), name, "s")
    if w.chance(0.4):
        with w.block("else:"):
            _update(w, body, name, "s")


def _tensor_if(w: Writer, body: Body) -> None:
    """Both branches define the name, or it is there before."""
    kind = w.choose("sv")
    test = filled(
        w, body, w.choose(("{b}", "{s} > {n}", "not {b}", "{s} > {s}", "tf.reduce_any({m} > 1.0)", "{b} and {k} > 0"))
    )
    if w.chance(0.5):
        name = bind(w, body, kind, expression(w, body, kind))
        with w.block(f"if {test}:"):
            _update(w, block(w, body, 1) if w.chance(0.3) else body, name, kind)
        return
    name = w.name("step_of", "change", "update", "chosen")
    with w.block(f"if {test}:"):
        w.line(f"{name} = {expression(w, body, kind)}")
    with w.block("else:"):
        w.line(f"{name} = {expression(w, body, kind)}")
    body.add(kind, name)


def _python_loop(w: Writer, body: Body) -> None:
    name = bind(w, body, "s", expression(w, body, "s"))
    over = w.choose(
        (
            "i in range({k})",
            "part in {l}",
            "i, part in enumerate({l})",
            "part, other in zip({l}, {l})",
            "i in [1, 2, 4]",
            "column in range({m}.shape[1])",
            "i in np.arange(2)",
        )
    )
    inner = body.inner()
    with w.block(f"for {filled(w, body, over)}:"):
        if "part" in over.split(" in ")[0]:
            inner.add("s", "part")
        inner = block(w, inner, 1) if w.chance(0.3) else inner
        _update(w, inner, name, "s")


def _tensor_loop(w: Writer, body: Body) -> None:
    kind = w.choose("sv")
    start = w.choose(("tf.constant(0.0)", "tf.zeros([])") if kind == "s" else ("tf.zeros([3])", "tf.zeros_like({v})"))
    name = bind(w, body, kind, filled(w, body, start))
    over = w.choose(("i in tf.range({k})", "row in {m}", "value in {v}", "i in tf.range(tf.shape({m})[0])"))
    inner = body.inner()
    with w.block(f"for {filled(w, body, over)}:"):
        if over.startswith("row"):
            inner.add("v", "row")
        elif over.startswith("value"):
            inner.add("s", "value")
        if w.chance(0.3):
            with w.block(f"if {filled(w, inner, '{s} > {n}')}:"):
                _update(w, inner, name, kind)
        _update(w, inner, name, kind)


def _while(w: Writer, body: Body) -> None:
    name = bind(w, body, "s", "tf.constant(1.0)")
    with w.block(f"while {name} < {w.choose(('3.0', '5.0'))}:"):
        w.line(f"{name} = {name} * 1.5 + 0.1")
        if w.chance(0.3):
            with w.block(f"if {name} > 4.0:"):
                w.line("break")


def _array(w: Writer, body: Body) -> None:
    """A TensorArray as it is meant to be used."""
    name = w.name("states", "outputs", "collected")
    w.line(f"{name} = tf.TensorArray(tf.float32, size={pick(w, body, 'k')}, dynamic_size=True)")
    with w.block(f"for i in {w.choose(('tf.range(2)', 'range(2)'))}:"):
        w.line(f"{name} = {name}.write(i, {pick(w, body, 's')})")
    bind(w, body, "s", f"tf.reduce_sum({name}.stack())")


def _local_list(w: Writer, body: Body) -> None:
    name = w.name(*("collected", "outputs", "found"))
    w.line(f"{name} = []")
    with w.block(f"for i in range({pick(w, body, 'k')}):"):
        w.line(f"{name}.append({expression(w, body, 's')})")
    w.line(f"{name}.append({pick(w, body, 's')})")
    body.add("l", name)


def _nested(w: Writer, body: Body) -> None:
    name = w.name("scaled_by", "inner_step", "smoothed")
    with w.block(f"def {name}(value):"):
        inner = body.inner()
        inner.add("s", "value")
        block(w, inner, 1)
        w.line(f"return value * {pick(w, inner, 'n')}")
    bind(w, body, "s", f"{name}({pick(w, body, 's')})")


def _guarded_raise(w: Writer, body: Body) -> None:
    test = w.choose(("{m}.shape[1] != 3", "{k} < 0", "{s} is None", "{n} <= 0.0", "len({v}.shape) > 1"))
    with w.block(f"if {filled(w, body, test)}:"):
        w.line(w.choose(("raise ValueError('unexpected input')", "raise RuntimeError('bad input')")))


def _attempt(w: Writer, body: Body) -> None:
    name = bind(w, body, "s", expression(w, body, "s"))
    with w.block("try:"):
        w.line(f"{name} = {expression(w, body, 's')}")
    with w.block(f"except {w.choose(('ValueError', 'TypeError'))}:"):
        w.line(f"{name} = {pick(w, body, 's')}")


def _tape(w: Writer, body: Body) -> None:
    loss = w.name("objective", "cost")
    with w.block("with tf.GradientTape() as tape:"):
        w.line(f"{loss} = {pick(w, body, 's')} * tf.reduce_sum(tf.square(weights))")
    bind(w, body, "v", f"tape.gradient({loss}, weights)")
    if w.chance(0.5):
        w.line(f"weights.assign_sub(0.01 * {body.names['v'][-1]})")


Piece = Callable[[Writer, Body], None]
PYTHON: tuple[Piece, ...] = (
    _python_if,
    _python_if,
    _python_loop,
    _python_loop,
    _array,
    _local_list,
    _nested,
    _guarded_raise,
    _attempt,
    _tape,
)
BLOCKS: tuple[Piece, ...] = (*PYTHON, _tensor_if, _tensor_if, _tensor_if, _tensor_loop, _tensor_loop, _while)
