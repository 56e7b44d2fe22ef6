"""Statements that go wrong while a graph is traced, or seem to. Written into eager bodies they are look-alikes."""

from __future__ import annotations

from collections.abc import Callable

from ..writer import Writer
from .pieces import block
from .scope import Body, bind, expression, filled, pick

# Kind of what is bound, template.
READS = (
    ("n", "{s}.numpy()"),
    ("n", "float({s}.numpy())"),
    ("a", "{v}.numpy()"),
    ("n", "{v}.numpy().sum()"),
    ("n", "{m}.numpy().max()"),
    ("n", "weights.numpy().mean()"),
    ("n", "tf.keras.backend.get_value({s})"),
    ("n", "{s}.numpy().item()"),
    ("a", "np.tanh({v})"),
    ("n", "np.mean({v})"),
    ("n", "np.sum({m})"),
    ("a", "np.exp({v})"),
    ("n", "np.linalg.norm({v})"),
    ("a", "np.asarray({v})"),
    ("a", "np.array({v})"),
    ("n", "np.max({m})"),
    ("a", "np.clip({v}, 0.0, 1.0)"),
    ("a", "np.where({v} > 0.0, {v}, 0.0)"),
    ("n", "np.sqrt({s})"),
    ("a", "np.maximum({v}, {a})"),
    ("n", "np.dot({v}, {a})"),
    ("n", "np.argmax({v})"),
    ("n", "np.float32({s})"),
    ("a", "np.mean({m}, axis=0)"),
    ("n", "np.log({s} + 1.0)"),
    ("a", "np.stack([{v}, {v}])[0]"),
)
VALUES = (
    ("n", "math.sqrt({s})"),
    ("n", "math.exp({s})"),
    ("k", "round({s})"),
    ("s", "sum({v})"),
    ("s", "max({v})"),
    ("s", "min({v})"),
    ("s", "max({s}, {s})"),
    ("s", "max({s}, {n})"),
    ("s", "min({n}, {s})"),
    ("l", "list({v})"),
    ("l", "[x * 2.0 for x in {v}]"),
    ("l", "[x for x in {l} if x > 0.5]"),
    ("s", "sum(x * x for x in {v})"),
    ("k", "bool({s} > 0.5)"),
    ("k", "any({v} > 0.1)"),
    ("k", "all({v} > -1.0)"),
    ("s", "next(iter({v}))"),
    ("t", "f'{{s}:.3f}'"),
    ("t", "'loss %.2f' % {s}"),
    ("k", "{s} in [0.5, 1.0]"),
    ("l", "[i * x for i, x in enumerate({v})]"),
    ("l", "[a * b for a, b in zip({v}, {v})]"),
    ("t", "'{:.2f}'.format({s})"),
    ("l", "sorted({l})"),
    ("s", "max({l})"),
    ("l", "list(map(lambda x: x + 1.0, {v}))"),
    ("l", "[*{v}]"),
    ("n", "divmod({s}, 2.0)[0]"),
    ("s", "float({s})"),
    ("s", "tf.cast(int({s}), tf.float32)"),
    ("s", "tf.cast(len({v}), tf.float32)"),
    ("k", "{s} and {b}"),
    ("k", "not {b}"),
    ("n", "{'low': 1.0}.get({s}, 0.5)"),
    ("k", "isinstance({s}, tf.Tensor) and {s} > 0.1"),
    ("n", "complex({s}).real"),
    ("s", "abs(min({l}))"),
)
PRINTS = (
    "print('loss', {s})",
    "print({v})",
    "print(f'loss {{s}}')",
    "print('parts', {l})",
    "logging.info('loss %s', {s})",
    "print('loss: ' + str({s}))",
    "print({s}, {k})",
    "print('mean', tf.reduce_mean({m}))",
    "print({'loss': {s}})",
)
DRAWS = (
    ("n", "random.random()"),
    ("n", "random.uniform(0.1, 0.9)"),
    ("n", "np.random.rand()"),
    ("a", "np.random.normal(size=3).astype(np.float32)"),
    ("n", "time.time()"),
    ("k", "random.randint(1, 3)"),
    ("n", "random.choice([0.1, 0.2])"),
    ("a", "np.random.uniform(0.1, 0.5, 3).astype(np.float32)"),
    ("n", "np.random.normal()"),
    ("k", "np.random.randint(1, 4)"),
    ("n", "float(np.random.uniform())"),
    ("n", "time.perf_counter()"),
)


def read(w: Writer, body: Body) -> None:
    kind, text = w.choose(READS)
    bind(w, body, kind, filled(w, body, text))


def value(w: Writer, body: Body) -> None:
    if w.chance(0.15):
        w.line(filled(w, body, w.choose(("first, second, third = {v}", "first, *rest = {v}"))))
        return
    kind, text = w.choose(VALUES)
    bind(w, body, kind, filled(w, body, text))


def walked(w: Writer, body: Body) -> None:
    """A loop over what only AutoGraph can walk, or not even that."""
    name = bind(w, body, "s", expression(w, body, "s"))
    over = w.choose(
        (
            "i, x in enumerate({v})",
            "x, y in zip({v}, {v})",
            "x in {v}",
            "x in list({v})",
            "x in reversed({v})",
            "x in {m}[0]",
        )
    )
    with w.block(f"for {filled(w, body, over)}:"):
        w.line(f"{name} = {name} + x")


def printed(w: Writer, body: Body) -> None:
    w.line(filled(w, body, w.choose(PRINTS)))


def drawn(w: Writer, body: Body) -> None:
    kind, text = w.choose(DRAWS)
    name = bind(w, body, kind, text)
    if kind == "n" and w.chance(0.3):
        with w.block(f"if {name} > 0.5:"):
            bind(w, body.inner(), "s", expression(w, body, "s"))
    elif kind in "na":
        bind(w, body, "v", f"{pick(w, body, 'v')} * {name}")


def counted(w: Writer, body: Body) -> None:
    """A counter or a list outside, changed by Python."""
    own = body.where.method and w.chance(0.6)
    w.line(
        w.choose(("self.steps += 1", "self.history.append(1)", "self.steps = self.steps + 1"))
        if own
        else w.choose(
            (
                "history.append(1)",
                "counts['steps'] = counts['steps'] + 1",
                "history.append('step')",
                "counts['steps'] += 1",
            )
        )
    )


def leaked(w: Writer, body: Body) -> None:
    """A tensor kept outside."""
    own = body.where.method and w.chance(0.6)
    text = pick(w, body, "s")
    w.line(w.choose((f"self.history.append({text})", f"self.last = {text}")) if own else f"history.append({text})")


def leaked_in_loop(w: Writer, body: Body) -> None:
    name = w.name("seen_rows", "kept")
    w.line(f"{name} = []")
    with w.block(f"for row in {pick(w, body, 'm')}:"):
        w.line(f"{name}.append(tf.reduce_sum(row))")
    bind(w, body, "s", w.choose((f"tf.reduce_sum(tf.stack({name}))", f"tf.add_n({name})")))


def discarded_write(w: Writer, body: Body) -> None:
    name = w.name("states", "outputs")
    w.line(f"{name} = tf.TensorArray(tf.float32, size=2)")
    with w.block(f"for i in {w.choose(('tf.range(2)', 'range(2)'))}:"):
        w.line(f"{name}.write(i, {pick(w, body, 's')})")
    bind(w, body, "s", f"tf.reduce_sum({name}.stack())")


def variable(w: Writer, body: Body) -> None:
    form = w.choose(
        (
            "tf.Variable({s})",
            "tf.Variable(0.0)",
            "tf.Variable(tf.zeros([3]))",
            "tf.Variable([0.1, 0.2, 0.3], trainable=False)",
            "tf.keras.optimizers.SGD(0.1)",
            "tf.keras.metrics.Mean()",
        )
    )
    name = w.name("state", "slot", "accumulated")
    w.line(f"{name} = {filled(w, body, form)}")
    if "optimizers" in form:
        w.line(f"{name}.apply_gradients([({pick(w, body, 'v')}, weights)])")
    elif "metrics" in form:
        w.line(f"{name}.update_state({pick(w, body, 's')})")
    else:
        body.add("v" if "[" in form else "s", name)


def guarded_variable(w: Writer, body: Body) -> None:
    """Made once, though its line stands in the traced function."""
    if body.where.method:
        with w.block("if self.made is None:"):
            w.line("self.made = tf.Variable(tf.zeros([3]))")
        bind(w, body, "v", "self.made + 1.0")
    else:
        with w.block("if 'made' not in counts:"):
            w.line("counts['made'] = tf.Variable(tf.zeros([3]))")
        bind(w, body, "v", "counts['made'] + 1.0")


def layer(w: Writer, body: Body) -> None:
    form = w.choose(
        (
            "tf.keras.layers.Dense(3)",
            "tf.keras.layers.Dense(3, activation='relu')",
            "tf.keras.layers.BatchNormalization()",
            "tf.keras.layers.Flatten()",
            "tf.keras.layers.Activation('tanh')",
        )
    )
    if w.chance(0.5):
        bind(w, body, "m", f"{form}({pick(w, body, 'm')})")
    else:
        name = w.name("dense", "projection_layer")
        w.line(f"{name} = {form}")
        bind(w, body, "m", f"{name}({pick(w, body, 'm')})")


def asserted(w: Writer, body: Body) -> None:
    w.line(
        filled(
            w,
            body,
            w.choose(
                (
                    "assert {s} > -1.0",
                    "assert tf.reduce_all({v} < 100.0)",
                    "assert {b}, 'out of range'",
                    "assert {s} >= 0.0 or {k} > 0",
                    "assert not tf.reduce_any(tf.math.is_nan({m}))",
                )
            ),
        )
    )


def decided(w: Writer, body: Body) -> None:
    """A condition on a tensor: fine where AutoGraph converts it."""
    name = bind(w, body, "s", expression(w, body, "s"))
    with w.block(
        f"{w.choose(('if', 'if', 'if', 'while'))} {filled(w, body, w.choose(('{b}', '{s} > {n}', '{s} < {s}')))}:"
    ):
        w.line(f"{name} = {name} * 0.5")
        if w.lines[-2].strip().startswith("while"):
            w.line("break")


def endless(w: Writer, body: Body) -> None:
    name = bind(w, body, "s", "tf.constant(1.0)")
    with w.block("while True:"):
        w.line(f"{name} = {name} * 1.5")
        with w.block(f"if {name} > 4.0:"):
            w.line("break")


def returned_in_loop(w: Writer, body: Body) -> None:
    with w.block(f"for row in {pick(w, body, 'm')}:"), w.block("if tf.reduce_sum(row) > 0.5:"):
        w.line("return tf.reduce_sum(row)")


def one_branch(w: Writer, body: Body) -> None:
    """A name, a return, a type in one branch only."""
    test = filled(w, body, w.choose(("{b}", "{s} > {n}", "tf.reduce_any({m} > 1.0)")))
    form = w.choose(("name", "name", "none", "return", "dtype", "structure", "shape", "returns", "unused", "python"))
    name = w.name("extra", "bonus", "offset")
    s, v = pick(w, body, "s"), pick(w, body, "v")
    if form == "none":
        w.line(f"{name} = None")
    with w.block(f"if {test}:"):
        if form in ("return", "returns"):
            w.line(f"return {s}")
        else:
            w.line(f"{name} = {'1.5' if form == 'python' else s}")
    second = {"dtype": "tf.cast(1, tf.int32)", "structure": f"({s}, {s})", "shape": v, "python": "2.5"}.get(form)
    if second:
        with w.block("else:"):
            w.line(f"{name} = {second}")
    if form in ("name", "none", "dtype", "python"):
        bind(w, body, "s", f"tf.cast({name}, tf.float32) + 1.0" if form != "name" else f"{name} + 1.0")
    elif form == "shape":
        bind(w, body, "s", f"tf.reduce_sum({name})")
    elif form == "structure":
        bind(w, body, "s", f"{name}[0]")


def raised(w: Writer, body: Body) -> None:
    with w.block(f"if {filled(w, body, w.choose(('{s} > 1e6', '{b}', 'tf.reduce_any(tf.math.is_nan({m}))')))}:"):
        w.line("raise ValueError('out of range')")


def sized(w: Writer, body: Body) -> None:
    """The first dimension as a number: known or not."""
    m = pick(w, body, "m")
    kind, text = w.choose(
        (
            ("m", f"{m} * tf.ones([{m}.shape[0], 3])"),
            ("s", f"tf.reduce_sum({m}) / {m}.shape[0]"),
            ("k", f"{m}.shape[0] * 2"),
            ("m", f"tf.reshape({m}, [{m}.shape[0], 3])"),
            ("l", f"[{m}[i, 0] for i in range({m}.shape[0])]"),
            ("m", f"{m}[:{m}.shape[0]]"),
            ("k", f"{m}.shape[0]"),
            ("s", f"tf.reduce_sum(tf.eye({m}.shape[0]))"),
            ("n", f"1.0 / float({m}.shape[0])"),
            ("k", f"int({m}.shape[0])"),
            ("k", f"{m}.shape[0] == 4"),
            ("s", f"tf.reduce_sum(tf.zeros({m}.shape))"),
            ("s", f"tf.reduce_sum(tf.range({m}.shape[0]))"),
            ("k", f"np.prod({m}.shape)"),
            ("m", f"tf.zeros_like({m})"),
            ("k", f"len({m}.shape)"),
        )
    )
    bind(w, body, kind, text)


def assigned(w: Writer, body: Body) -> None:
    w.line(
        filled(
            w,
            body,
            w.choose(
                (
                    "{v}[0] = 1.0",
                    "{m}[:, 0] = 0.0",
                    "{v}[1] += {n}",
                    "weights[0] = 0.5",
                    "{a}[0] = 0.5",
                    "weights[0].assign(0.5)",
                )
            ),
        )
    )


def unsupported(w: Writer, body: Body) -> None:
    """What XLA refuses."""
    kind, text = w.choose(
        (
            ("v", "tf.py_function(lambda t: t * 2.0, [{v}], tf.float32)"),
            ("v", "tf.numpy_function(np.tanh, [{v}], tf.float32)"),
            ("t", "tf.strings.as_string({s})"),
            ("n", "tf.timestamp()"),
            ("k", "tf.unique({v})[0]"),
            ("m", "tf.boolean_mask({m}, {m}[:, 0] > 0.0)"),
            ("k", "tf.histogram_fixed_width({v}, [0.0, 1.0], nbins=2)"),
        )
    )
    bind(w, body, kind, filled(w, body, text))


def misnamed(w: Writer, body: Body) -> None:
    kind, text = w.choose(
        (
            ("s", "tf.sqrt({s}, tf.float32)"),
            ("v", "tf.nn.relu({v}, 0.1)"),
            ("s", "tf.round({s}, 2)"),
            ("s", "tf.add({s}, {s}, {s})"),
            ("v", "tf.tanh({v}, 'bounded')"),
            ("s", "tf.square({s}, name='sq')"),
        )
    )
    bind(w, body, kind, filled(w, body, text))


def hosted(w: Writer, body: Body) -> None:
    """NumPy where it belongs: in a function that TensorFlow calls back."""
    name = w.name("on_host", "measured")
    with w.block(f"def {name}(t):"):
        w.line(
            w.choose(
                (
                    "return np.float32(np.tanh(t).sum())",
                    "return np.float32(random.random()) + t.numpy().sum()",
                    "print('seen', t)",
                )
            )
        )
        if "print" in w.lines[-1]:
            w.line("return np.float32(t.numpy().sum())")
    bind(w, body, "s", f"tf.reshape(tf.py_function({name}, [{pick(w, body, 'v')}], tf.float32), [])")


def outside_scope(w: Writer, body: Body) -> None:
    with w.block("with tf.init_scope():"):
        w.line(
            w.choose(("average.assign(0.0)", "print('average', average.numpy())", "counts['value'] = weights.numpy()"))
        )


Fault = Callable[[Writer, Body], None]
FAULTS: tuple[Fault, ...] = (
    *[read] * 6,
    *[value] * 8,
    walked,
    *[printed] * 4,
    *[drawn] * 4,
    *[counted] * 3,
    *[leaked] * 2,
    leaked_in_loop,
    discarded_write,
    *[variable] * 2,
    guarded_variable,
    *[layer] * 2,
    *[asserted] * 2,
    *[decided] * 3,
    endless,
    returned_in_loop,
    *[one_branch] * 4,
    *[raised] * 2,
    *[sized] * 3,
    *[assigned] * 2,
    unsupported,
    misnamed,
    hosted,
    hosted,
    outside_scope,
)


def fault(w: Writer, body: Body) -> None:
    """One of them, sometimes inside a branch or loop."""
    chosen = w.choose(FAULTS)
    if w.chance(0.15) and body.where.autograph:
        header = w.choose(("if {b}:", "if {k} > 0:", "for i in range(2):", "for i in tf.range(2):", "if {s} > {n}:"))
        with w.block(filled(w, body, header)):
            inner = body.inner()
            chosen(w, inner)
            block(w, inner, 1)
        return
    chosen(w, body)
