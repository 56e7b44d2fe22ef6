# ruff: noqa: E501  (the text of programs)
"""Larger forms out of practice: two models with two tapes, penalties, inner steps, tapes that are held or made elsewhere."""

from __future__ import annotations

from ..writer import Scope, Value, Writer
from .expressions import expression, scalar
from .helpers import helper
from .scenes import KERNEL, NUMBERS, model, sources
from .statements import statements


def _random_constant(w: Writer, *words: str) -> str:
    name = w.name(*words)
    w.line(f"{name} = tf.{w.choose(('constant', 'constant', 'convert_to_tensor'))}({w.choose(NUMBERS['m'])})")
    return name


def _text(w: Writer, text: str) -> None:
    for line in text.strip("\n").splitlines():
        w.line(line)


def adversarial(w: Writer) -> None:
    """A generator and a discriminator, each with its tape."""
    scope = Scope()
    generator, discriminator = model(w, scope), model(w, scope)
    noise, real = _random_constant(w, "noise"), _random_constant(w, "real")
    fake = w.choose(
        (f"{generator}(noise)",) * 4
        + (
            f"{generator}(noise).numpy()",
            f"tf.stop_gradient({generator}(noise))",
            f"tf.constant(np.array({generator}(noise)))",
        )
    )
    score = w.choose(
        (
            "tf.reduce_mean({})",
            "tf.reduce_mean(tf.nn.softplus({}))",
            "tf.reduce_mean(tf.round({}))",
            "bce(tf.ones_like({0}), {0})",
            "bce(tf.zeros_like({0}), tf.sigmoid({0}))",
        )
    )
    penalty = w.choose(("", " + 0.1 * tf.reduce_mean(tf.square(real_score))", " + 0.1 * np.mean(real_score)"))
    first, second = w.choose((("g_tape", "d_tape"), ("d_tape", "g_tape"), ("g_tape", "d_tape")))
    _text(
        w,
        f"""
bce = keras.losses.BinaryCrossentropy(from_logits=True)


def train_step(noise, real):
    with tf.GradientTape() as g_tape, tf.GradientTape() as d_tape:
        fake = {fake}
        real_score = {discriminator}(real, training=True)
        fake_score = {discriminator}(fake)
        g_loss = {score.format("fake_score")}
        d_loss = tf.reduce_mean(real_score) - tf.reduce_mean(fake_score){penalty}
    g_gradients = {first}.gradient(g_loss, {generator}.trainable_variables)
    d_gradients = {second}.gradient(d_loss, {discriminator}.trainable_variables)
    return g_gradients, d_gradients


train_step({noise}, {real})
""",
    )


def gradient_penalty(w: Writer) -> None:
    """The slope of a critic at points between, in the loss of the critic."""
    scope = Scope()
    critic = model(w, scope)
    real, fake = _random_constant(w, "real"), _random_constant(w, "fake")
    watch = w.choose(("inner.watch(mixed)",) * 4 + ("pass", f"inner.watch({real})"))
    norm = w.choose(
        (
            "tf.norm(slopes)",
            "tf.sqrt(tf.reduce_sum(slopes ** 2) + 1e-6)",
            "tf.reduce_sum(tf.square(slopes))",
            "np.linalg.norm(slopes)",
            "tf.norm(slopes.numpy())",
        )
    )
    indent = "    " if w.chance(0.8) else ""
    _text(
        w,
        f"""
{critic}({real})


def penalty(real, fake):
    ratio = tf.constant(0.4)
    mixed = ratio * real + (1.0 - ratio) * fake
    with tf.GradientTape() as inner:
        {watch}
        score = tf.reduce_sum(tf.sigmoid({critic}(mixed)))
    slopes = inner.gradient(score, mixed)
    return ({norm} - 1.0) ** 2


with tf.GradientTape() as tape:
    {"loss = tf.reduce_mean(" + critic + "(" + fake + "))" if w.chance(0.4) else "loss = 0.0"}
    {"loss = loss + 10.0 * penalty(" + real + ", " + fake + ")" if indent else "pass"}
{"" if indent else "loss = loss + 10.0 * penalty(" + real + ", " + fake + ")"}
gradients = tape.gradient(loss, {critic}.trainable_variables)
""",
    )


def inner_step(w: Writer) -> None:
    """A step on the weights inside the tape that sees through it."""
    w.line(f"w = tf.Variable({w.choose(NUMBERS['v'])})")
    w.line(f"x = tf.constant({w.choose(NUMBERS['v'])})")
    fast = w.choose(
        ("w - 0.1 * slope",) * 3
        + ("tf.Variable(w - 0.1 * slope)", "w - 0.1 * slope.numpy()", "w - 0.1 * tf.stop_gradient(slope)")
    )
    position = w.chance(0.8)
    indent = "    " if position else ""
    _text(
        w,
        f"""
def task_loss(weights, x):
    return tf.reduce_mean((tf.tanh(weights * x) - 0.3) ** 2)


with tf.GradientTape({w.choose(("", "persistent=True"))}) as outer:
    with tf.GradientTape() as inner:
        before = task_loss(w, x)
{indent}slope = inner.gradient(before, w)
{indent}fast = {fast}
{indent}after = task_loss(fast, x)
meta = outer.gradient(after, w)
""",
    )


def list_of_variables(w: Writer) -> None:
    """Parameters in a list or dict, updated in a loop."""
    made = w.choose(
        (
            f"[tf.Variable({KERNEL}) for _ in range(2)]",
            f"[tf.Variable({KERNEL}), tf.Variable(tf.ones((3, 3)) * 0.2)]",
            f"[tf.constant({KERNEL}) for _ in range(2)]",
            f"[tf.Variable({KERNEL}), tf.Variable({KERNEL}, trainable=False)]",
        )
    )
    as_dict = w.chance(0.3)
    names = "list(weights.values())" if as_dict else "weights"
    first, second = ("weights['w0']", "weights['w1']") if as_dict else ("weights[0]", "weights[1]")
    form = w.choose(
        (
            f"tf.tanh(x @ {first}) @ {second}",
            f"tf.matmul(x, {first})",
            f"tf.tanh(tf.matmul(tf.tanh(x @ {first}), {second}))",
            f"tf.round(x @ {first}) @ {second}",
            f"np.tanh(x @ {first}) @ {second}",
        )
    )
    watch = w.choose(("pass", "tape.watch(weights)", "pass"))
    update = w.choose(("w.assign_sub(0.1 * g)", "w.assign_sub(0.1 * g)", "w.assign(w - 0.1 * g)", "w = w - 0.1 * g"))
    query = w.choose(
        (
            f"gradients = tape.gradient(loss, {names})",
            f"gradients = tape.gradient(loss, {names})",
            f"gradients = [tape.gradient(loss, w) for w in {names}]",
            "gradients = tape.gradient(loss, weights)" if not as_dict else f"gradients = tape.gradient(loss, {names})",
        )
    )
    w.line(f"weights = {made}")
    if as_dict:
        w.line(
            "weights = {f'w{i}': w for i, w in enumerate(weights)}"
            if w.chance(0.4)
            else "weights = {'w0': weights[0], 'w1': weights[1]}"
        )
    _text(
        w,
        f"""
x = tf.constant({w.choose(NUMBERS["m"])})
for epoch in range(2):
    with tf.GradientTape({w.choose(("", "", "persistent=True"))}) as tape:
        {watch}
        loss = tf.reduce_mean({form})
    {query}
    for g, w in zip(gradients, {names}):
        {update}
""",
    )


def held_tape(w: Writer) -> None:
    """A tape that is an attribute, comes out of a function, or stands behind a context manager."""
    scope = Scope()
    sources(w, scope, 2)
    value = w.random.choice(scope.values)
    shape = w.random.random()
    if shape < 0.35:
        opened, tape = "with recorder.tape:", "recorder.tape"
        _text(
            w,
            f"""
class Recorder:
    def __init__(self):
        self.tape = tf.GradientTape(persistent={w.choose(("True", "False"))})


recorder = Recorder()
""",
        )
    elif shape < 0.7:
        opened, tape = "with new_tape() as tape:", "tape"
        _text(
            w,
            f"""
def new_tape():
    return tf.GradientTape({w.choose(("", "persistent=True"))})

""",
        )
    else:
        opened, tape = f"with recording([{value.text}]) as tape:", "tape"
        _text(
            w,
            f"""
@contextlib.contextmanager
def recording(values):
    with tf.GradientTape() as tape:
        {w.choose(("tape.watch(values)", "for value in values: tape.watch(value)", "pass"))}
        yield tape

""",
        )
    inner = scope.inner()
    with w.block(opened):
        if shape < 0.7 and w.chance(0.7):
            w.line(f"{tape}.watch({value.text})")
        statements(w, inner, None, w.random.randint(1, 2))
        last = scalar(w, expression(w, Scope([value]))).text
        w.line(f"loss = {last} * {scalar(w, inner.values[-1]).text}")
    w.line(f"first = {tape}.gradient(loss, {value.text})")
    if w.chance(0.3):
        w.line(f"second = {tape}.gradient(loss, {value.text})")


def inherited(w: Writer) -> None:
    """A base class that steps, and a class that says what the loss is."""
    scope = Scope()
    cut = w.choose(("", "", "", ".numpy()"))
    with w.block("class Base:"):
        with w.function("def __init__(self, numbers):"):
            w.line(f"self.w = tf.{w.choose(('Variable', 'Variable', 'constant'))}(numbers)")
        w.line("")
        with w.function("def regulariser(self):"):
            w.line(f"return tf.reduce_sum(self.w ** 2){cut}")
        w.line("")
        with w.function("def step(self, x):"):
            with w.block("with tf.GradientTape() as tape:"):
                if w.chance(0.3):
                    w.line("tape.watch(x)")
                w.line("loss = self.loss(x)")
            w.line(f"gradient = tape.gradient(loss, {w.choose(('self.w', 'self.w', '[self.w]', 'x'))})")
            w.line("return gradient")
    w.line("")
    with w.block("class Special(Base):"):
        with w.function("def __init__(self, numbers, rate=0.1):"):
            w.line("super().__init__(numbers)")
            w.line("self.rate = rate")
        w.line("")
        if w.chance(0.4):
            with w.function("def regulariser(self):"):
                w.line("return 0.5 * super().regulariser()")
            w.line("")
        helper(w, scope, "self")
        with w.function("def loss(self, x):"):
            inner = scope.inner()
            inner.values += [Value("x", "v", "tensor", w.home), Value("self.w", "v", "variable")]
            statements(w, inner, None, w.random.randint(0, 2))
            last = scalar(w, expression(w, inner)).text
            form = w.choose(("{} + self.rate * self.regulariser()", "self.regulariser()", "{} * self.regulariser()"))
            w.line("return " + form.format(last))
    w.line("")
    w.line(f"Special({w.choose(NUMBERS['v'])}).step(tf.constant({w.choose(NUMBERS['v'])}))")


def attention_map(w: Writer) -> None:
    """The gradient of a score by the output of a layer in the middle."""
    before, after = w.choose(("pass", "tape.watch(x)", "pass")), w.choose(("pass", "tape.watch(middle)", "pass"))
    asked = w.choose(("middle", "middle", "x", "cam.trainable_variables"))
    score = w.choose(
        (
            "tf.reduce_max(scores)",
            "scores[:, 0]",
            "tf.reduce_mean(scores[:, tf.argmax(scores[0])])",
            "tf.cast(tf.argmax(scores[0]), tf.float32)",
            "np.max(scores)",
            "scores[:, int(np.argmax(scores[0]))]",
        )
    )
    _text(
        w,
        f"""
entry = keras.Input((3,))
hidden = keras.layers.Dense(4, activation="tanh", name="hidden")(entry)
model = keras.Model(entry, keras.layers.Dense(2)(hidden))
cam = keras.Model(model.inputs, [model.get_layer("hidden").output, model.output])
x = tf.constant({w.choose(NUMBERS["m"])})
with tf.GradientTape() as tape:
    {before}
    middle, scores = {w.choose(("cam(x)", "cam(x)", "cam(x, training=False)", "cam.predict_on_batch(x)"))}
    {after}
    loss = {score}
gradient = tape.gradient(loss, {asked})
""",
    )


def physics(w: Writer) -> None:
    """Derivatives by the input in the loss of a network."""
    scope = Scope()
    name = model(w, scope)
    points = _random_constant(w, "points")
    indent = w.chance(0.75)
    pad = "        " if indent else "    "
    second = w.chance(0.4)
    lines = ["def residual_step(points):", "    with tf.GradientTape() as tape:"]
    if second:
        lines += [
            "        with tf.GradientTape() as outer:",
            f"            {'outer.watch(points)' if w.chance(0.85) else 'pass'}",
            "            with tf.GradientTape() as inner:",
            f"                {'inner.watch(points)' if w.chance(0.85) else 'pass'}",
            f"                u = tf.tanh({name}(points))",
            f"{'            ' if indent else '        '}u_x = inner.gradient(u, points)",
            "        u_xx = outer.gradient(u_x, points)",
            "        loss = tf.reduce_mean((u_xx + u) ** 2)",
        ]
    else:
        lines += [
            "        with tf.GradientTape() as inner:",
            f"            {'inner.watch(points)' if w.chance(0.85) else 'pass'}",
            f"            u = tf.tanh({name}(points))",
            f"{pad}u_x = inner.gradient(u, points)",
            f"{pad}loss = tf.reduce_mean({w.choose(('u_x ** 2', '(u_x + points) ** 2', 'np.square(u_x)', 'tf.square(u_x) + tf.round(u_x)'))})",
        ]
    lines += [f"    return tape.gradient(loss, {name}.trainable_variables)", "", "", f"residual_step({points})"]
    for line in lines:
        w.line(line)


def traced(w: Writer) -> None:
    """A step under ``tf.function``, with TensorFlow's own operations only."""
    scope = Scope()
    name = model(w, scope)
    w.line(f"{name}(tf.constant({NUMBERS['m'][0]}))")
    scope.values.append(Value("batch", "m"))
    last = scalar(w, expression(w, Scope([Value(f"{name}(batch)", "m")]))).text
    asked = w.choose((f"{name}.trainable_variables", f"{name}.trainable_variables", "batch"))
    _text(
        w,
        f"""
@tf.function(autograph=False)
def step(batch):
    with tf.GradientTape() as tape:
        {w.choose(("pass", "tape.watch(batch)"))}
        loss = {w.choose(("{}", "{}", "tf.round({})", "tf.cast({} > 0.1, tf.float32)")).format(last)}
    return tape.gradient(loss, {asked})


try:
    step(tf.constant({NUMBERS["m"][1]}))
except ValueError:
    pass
""",
    )


def branches(w: Writer) -> None:
    """A query in each branch, or one in a branch and one after it."""
    scope = Scope()
    sources(w, scope, 2)
    value = scope.values[0]
    inner = scope.inner()
    with w.block("with tf.GradientTape() as tape:"):
        if w.chance(0.7):
            w.line(f"tape.watch({value.text})")
        statements(w, inner, "tape", 1)
        last = scalar(w, expression(w, Scope([value]))).text
        w.line(f"loss = {last} + {scalar(w, inner.values[-1]).text}")
    ask = f"gradient = tape.gradient(loss, {value.text})"
    with w.block("if USE_BONUS:"):
        w.line(ask)
    if w.chance(0.5):
        with w.block("else:"):
            w.line(f"gradient = tape.gradient(loss, [{value.text}])")
    else:
        with w.block("if DEPTH > 2:"):
            w.line(f"gradient = tape.gradient(loss, [{value.text}])")


def dataset_loop(w: Writer) -> None:
    """Elements of a dataset as sources and inputs."""
    scope = Scope()
    sources(w, scope, 1)
    batch = NUMBERS["m"][0]
    pipeline = w.choose(
        ("", ".batch(2)", ".map(lambda *parts: parts)", ".shuffle(4).batch(1)", ".repeat(2).take(2)", ".prefetch(1)")
    )
    as_dict = w.chance(0.35) and "*parts" not in pipeline
    rows = f"tf.constant({batch})"
    if as_dict:
        w.line(f"dataset = tf.data.Dataset.from_tensor_slices({{'x': {rows}, 'y': tf.constant([0.1, 0.2])}}){pipeline}")
        header, x, y = "for element in dataset:", "element['x']", "element['y']"
    else:
        w.line(f"dataset = tf.data.Dataset.from_tensor_slices(({rows}, tf.constant([0.1, 0.2]))){pipeline}")
        header, x, y = w.random.choice(
            (
                ("for x, y in dataset:", "x", "y"),
                ("for i, (x, y) in enumerate(dataset):", "x", "y"),
                ("for element in dataset.take(1):", "element[0]", "element[1]"),
                ("for x, y in iter(dataset):", "x", "y"),
            )
        )
    with w.block(header):
        inner = scope.inner()
        with w.block("with tf.GradientTape() as tape:"):
            if w.chance(0.4):
                w.line(f"tape.watch({x})")
            inner.values.append(Value(f"tf.reduce_mean({x})", "s"))
            statements(w, inner, "tape", 1)
            w.line(
                f"loss = {scalar(w, expression(w, inner)).text} * tf.reduce_sum({x}) + tf.reduce_mean({y}) * tf.reduce_sum({scope.values[0].text})"
            )
        w.line(
            f"gradient = tape.gradient(loss, {w.choose((x, scope.values[0].text, '[' + x + ', ' + scope.values[0].text + ']'))})"
        )


PRACTICE = (
    [adversarial] * 2
    + [gradient_penalty] * 2
    + [inner_step]
    + [list_of_variables] * 2
    + [held_tape] * 2
    + [inherited] * 2
    + [attention_map]
    + [physics] * 2
    + [traced]
    + [branches]
    + [dataset_loop] * 2
)
