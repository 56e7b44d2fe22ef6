"""Where the tape stands: at module level, in a step, in a trainer, nested, handed to a helper."""

from __future__ import annotations

from collections.abc import Callable

from ..writer import Scope, Value, Writer
from .constructs import construct
from .expressions import expression, pick, scalar
from .helpers import helper
from .statements import statements

NUMBERS = {
    "s": ("0.4", "0.7"),
    "v": ("[0.2, 0.5, 0.8]", "[0.7, 0.3, 0.6]"),
    "m": ("[[0.2, 0.5, 0.8], [0.6, 0.3, 0.9]]", "[[0.1, 0.9, 0.4], [0.7, 0.2, 0.5]]"),
}
KERNEL = "[[0.3, 0.1, 0.2], [0.5, 0.4, 0.1], [0.2, 0.6, 0.3]]"


def sources(w: Writer, scope: Scope, count: int) -> None:
    """Constants and variables of float, sometimes with something wrong with them."""
    for _ in range(count):
        shape = w.choose(("s", "v", "m", "m"))
        numbers = w.choose(NUMBERS[shape])
        if w.chance(0.45):
            forms = [f"tf.constant({numbers})"] * 3
            forms += [
                f"tf.convert_to_tensor(np.array({numbers}, dtype=np.float32))",
                f"tf.convert_to_tensor({numbers})",
            ]
            if shape == "v":
                forms.append("tf.linspace(0.2, 0.9, 3)")
            if shape == "m":
                forms += ["tf.random.uniform((2, 3), 0.1, 0.9)", "tf.fill((2, 3), 0.4)"]
            w.bind(scope, Value(w.choose(forms), shape), "x", "inputs", "image", "features_in", "points", "y")
        else:
            options = w.choose(["", "", "", ", name='weight'", ", dtype=tf.float32"])
            if w.chance(0.08):
                options = ", trainable=False"
            forms = [f"tf.Variable({numbers}{options})"] * 3
            forms.append(f"tf.Variable(tf.constant({numbers}){options})")
            w.bind(scope, Value(w.choose(forms), shape, "variable"), "w", "b", "scale", "weight", "theta", "gain")
    if w.chance(0.4):
        name = w.name("kernel", "projection")
        w.line(f"{name} = tf.{w.choose(('Variable', 'Variable', 'constant'))}({KERNEL})")
        scope.kernels.append(Value(name, "k", "variable"))


def model(w: Writer, scope: Scope) -> str:
    """A small Keras model, from two rows of three numbers to the same."""
    name = w.name("model", "network", "encoder")
    activation = w.choose(("", ", activation='tanh'", ", activation='sigmoid'"))
    form = w.random.random()
    if form < 0.3:
        w.line(f"{name} = tf.keras.layers.Dense(3{activation})")
    elif form < 0.55:
        w.line(f"{name} = tf.keras.Sequential([tf.keras.layers.Dense(4{activation}), tf.keras.layers.Dense(3)])")
    elif form < 0.75:
        w.line(
            f"{name} = keras.Sequential([keras.Input((3,)), keras.layers.Dense(4{activation}), keras.layers.Dense(3)])"
        )
    elif form < 0.9:
        w.line("entry = keras.Input((3,))")
        w.line(f"middle = keras.layers.Dense(4{activation})(entry)")
        w.line(f"{name} = keras.Model(entry, keras.layers.Dense(3)(middle))")
    else:
        cls = w.name("Network", "Encoder")
        with w.block(f"class {cls}(tf.keras.Model):"):
            with w.function("def __init__(self):"):
                w.line("super().__init__()")
                w.line(f"self.first = tf.keras.layers.Dense(4{activation})")
                w.line("self.second = tf.keras.layers.Dense(3)")
            w.line("")
            with w.function("def call(self, inputs, training=False):"):
                w.line(
                    w.choose(
                        ("return self.second(self.first(inputs))", "return self.second(tf.tanh(self.first(inputs)))")
                    )
                )
        w.line("")
        w.line(f"{name} = {cls}()")
    scope.layers.append(name)
    return name


def sourced(scope: Scope) -> list[Value]:
    """What a gradient can be asked for."""
    return [v for v in scope.values if v.framework and v.text.replace(".", "").replace("_", "").isalnum()]


def tape_block(w: Writer, scope: Scope, inside: Callable[[str, Scope], None] | None = None) -> None:
    """``with tf.GradientTape() as tape:`` and what is asked of it."""
    before = sourced(scope)
    name = w.name("tape", "t", "gradient_tape", "tape")
    persistent, watching = w.chance(0.25), w.chance(0.94)
    options = ", ".join(
        text
        for text, given in (("persistent=True", persistent), ("watch_accessed_variables=False", not watching))
        if given
    )
    inner = scope.inner()
    with w.block(f"with tf.GradientTape({options}) as {name}:"):
        late = _watch(w, name, before, watching)
        if inside is not None:
            inside(name, inner)
        statements(w, inner, name, w.random.randint(1, 5))
        target = (
            scalar(w, expression(w, Scope(inner.values[-2:] if w.chance(0.7) else inner.values)))
            if w.chance(0.85)
            else expression(w, inner)
        )
        target = w.bind(inner, target, "loss", "objective", "target_value")
        for value in late:
            w.line(f"{name}.watch({value.text})")
    if w.chance(0.07):
        target = w.bind(inner, expression(w, Scope([target])), "final", "scaled_loss")
    for _ in range(w.random.choice((1, 2, 3)) if persistent else 2 if w.chance(0.06) else 1):
        _query(w, inner, name, target, before)
    scope.values[:] = inner.values


def _watch(w: Writer, tape: str, before: list[Value], watching: bool) -> list[Value]:
    """Watch what has to be watched, or not; what is watched late is given back."""
    plain = [v for v in before if v.sort == "tensor" or not watching]
    chosen = [v for v in plain if w.chance(0.75)]
    late = [v for v in chosen if w.chance(0.08)]
    early = [v for v in chosen if v not in late]
    if len(early) > 1 and w.chance(0.4):
        w.line(f"{tape}.watch([{', '.join(v.text for v in early)}])")
    elif len(early) > 1 and w.chance(0.2):
        with w.block(f"for value in ({', '.join(v.text for v in early)}):"):
            w.line(f"{tape}.watch(value)")
    else:
        for value in early:
            w.line(f"{tape}.watch({value.text})")
    return late


def _query(w: Writer, scope: Scope, tape: str, target: Value, before: list[Value]) -> None:
    models = [
        f"{name}.{w.choose(('trainable_variables', 'trainable_variables', 'trainable_weights'))}"
        for name in scope.layers
    ]
    result = w.name("gradient", "grads", "dx", "slopes")
    connected = w.needed(target.text)
    near = [value for value in before if value.text in connected]
    before = near if near and w.chance(0.9) else before
    asked = w.random.sample(before, min(len(before), w.random.choice((1, 1, 1, 2, 3))))
    if models and (w.chance(0.5) or not asked):
        form = w.choose((models[0], " + ".join(models), f"[{models[0]}]" if not asked else f"[{asked[0].text}]"))
        w.line(f"{result} = {tape}.gradient({target.text}, {form})")
        return
    if not asked:
        return
    if len(asked) == 1 and w.chance(0.7):
        value = asked[0]
        w.line(f"{result} = {tape}.gradient({target.text}, {value.text})")
        if target.shape == "s":
            _used(w, scope, value, result)
        return
    names = ", ".join(v.text for v in asked)
    form = w.choose(
        (f"[{names}]", f"[{names}]", f"({names},)", "{" + ", ".join(f"'{v.text}': {v.text}" for v in asked) + "}")
    )
    targets = target.text
    if w.chance(0.1):
        other = pick(w, scope, "svm", framework=True)
        if other is not None and other not in asked:  # a source that is a target as well goes by rules of its own
            targets = f"[{target.text}, {other.text}]"
    if w.chance(0.15):
        w.line(f"variables = {form}")
        form = "variables"
    w.line(f"{result} = {tape}.gradient({targets}, {form})")


def _used(w: Writer, scope: Scope, value: Value, gradient: str) -> None:
    if value.sort == "variable" and w.chance(0.4):
        w.line(
            w.choose(
                (
                    f"{value.text}.assign_sub(0.1 * {gradient})",
                    f"{value.text}.assign({value.text} - 0.1 * {gradient})",
                    f"print(tf.norm({gradient}).numpy())",
                )
            )
        )


# -- scenes ------------------------------------------------------------------------------------------


def plain(w: Writer) -> None:
    """Everything at module level."""
    scope = Scope()
    sources(w, scope, w.random.randint(1, 3))
    if w.chance(0.2):
        model(w, scope)
        _ensure_matrix(w, scope)
    w.line("")
    for _ in range(w.random.randint(0, 2)):
        helper(w, scope)
    if w.chance(0.15):
        w.bind(scope, expression(w, scope), "outside", "precomputed")
    elif w.chance(0.15) and not w.zeros:
        construct(w, scope)
    tape_block(w, scope)


def _ensure_matrix(w: Writer, scope: Scope) -> None:
    if not any(v.shape == "m" and v.framework for v in scope.values):
        w.bind(scope, Value(f"tf.constant({NUMBERS['m'][0]})", "m"), "batch", "data_in")


def step_function(w: Writer) -> None:
    """A training step with arguments, called once, in a loop, or over a dataset."""
    scope = Scope()
    sources(w, scope, w.random.randint(1, 2))
    if w.chance(0.3):
        model(w, scope)
    for _ in range(w.random.randint(0, 2)):
        helper(w, scope)
    step = w.name("train_step", "compute_gradients", "update")
    w.line("")
    with w.function(f"def {step}(batch, labels):"):
        inner = scope.inner()
        inner.values += [Value("batch", "m", "tensor", w.home), Value("labels", "v", "tensor", w.home)]
        tape_block(w, inner)
        w.line("return None")
    w.line("")
    batch, labels = NUMBERS["m"][1], NUMBERS["v"][1]
    if w.chance(0.4):
        w.line(f"{step}(tf.constant({batch}), tf.constant({labels}))")
    elif w.chance(0.5):
        with w.block("for epoch in range(2):"):
            w.line(f"{step}(tf.constant({batch}), labels=tf.constant({labels}))")
    else:
        w.line(f"dataset = tf.data.Dataset.from_tensor_slices((tf.constant([{batch}]), tf.constant([{labels}])))")
        with w.block(
            w.choose(("for features, answers in dataset:", "for number, (features, answers) in enumerate(dataset):"))
        ):
            w.line(f"{step}(features, answers)")


def trainer(w: Writer) -> None:
    """A class that holds variables, with the loss in methods."""
    scope = Scope()
    cls = w.name("Trainer", "Regression", "Solver")
    with w.block(f"class {cls}{w.choose(('', '(tf.Module)'))}:"):
        with w.function("def __init__(self):"):
            w.line("super().__init__()")
            attributes = []
            for _ in range(w.random.randint(1, 3)):
                shape = w.choose(("s", "v", "m"))
                name = "self." + w.name("w", "b", "scale", "centre")
                made = w.choose(("Variable", "Variable", "constant"))
                w.line(f"{name} = tf.{made}({w.choose(NUMBERS[shape])})")
                attributes.append(Value(name, shape, "variable" if made == "Variable" else "tensor"))
            w.line("self.history = []")
        w.line("")
        for _ in range(w.random.randint(1, 2)):
            helper(w, scope, "self")
        with w.function("def step(self, x):"):
            inner = scope.inner()
            inner.values += [*attributes, Value("x", "m", "tensor", w.home)]
            tape_block(w, inner)
    w.line("")
    instance = w.name("trainer", "solver")
    w.line(f"{instance} = {cls}()")
    call = f"{instance}.step(tf.{w.choose(('constant', 'Variable'))}({NUMBERS['m'][0]}))"
    if w.chance(0.3):
        with w.block("for _ in range(2):"):
            w.line(call)
    else:
        w.line(call)


def training_loop(w: Writer) -> None:
    """A tape in each turn of a loop, and the update of a parameter."""
    scope = Scope()
    value = w.bind(scope, Value(f"tf.Variable({w.choose(NUMBERS['v'])})", "v", "variable"), "w", "weights", "theta")
    sources(w, scope, w.random.randint(0, 2))
    if w.chance(0.5):
        helper(w, scope)
    tape, loss, gradient = w.name("tape"), w.name("loss"), w.name("gradient", "g")
    with w.block(w.choose(("for epoch in range(3):", "for _ in range(2):", "while len(HISTORY) < 3:"))):
        inner = scope.inner()
        with w.block(f"with tf.GradientTape() as {tape}:"):
            if w.chance(0.15):
                w.line(f"{tape}.watch({value.text})")
            statements(w, inner, tape, w.random.randint(0, 2))
            inner.values.append(value)
            last = expression(w, Scope([inner.values[-2] if len(inner.values) > 1 else value, value]))
            w.line(
                f"{loss} = {scalar(w, last).text} + tf.reduce_sum({value.text} ** 2)"
                if w.chance(0.7)
                else f"{loss} = {scalar(w, last).text}"
            )
        w.line(f"{gradient} = {tape}.gradient({loss}, {value.text})")
        w.line("HISTORY.append(0.0)")
        w.line(
            w.choose(
                (
                    f"{value.text}.assign_sub(0.1 * {gradient})",
                    f"{value.text}.assign({value.text} - 0.1 * {gradient})",
                    f"{value.text} = {value.text} - 0.1 * {gradient}",
                    f"{value.text} = tf.Variable({value.text} - 0.1 * {gradient})",
                    f"keras.optimizers.SGD(0.1).apply_gradients([({gradient}, {value.text})])",
                )
            )
        )


def keras_training(w: Writer) -> None:
    """A model, a loss of Keras and an optimizer."""
    scope = Scope()
    name = model(w, scope)
    inputs = w.bind(scope, Value(f"tf.constant({w.choose(NUMBERS['m'])})", "m"), "inputs", "x", "images")
    labels = w.bind(scope, Value(f"tf.constant({w.choose(NUMBERS['m'])})", "m"), "labels", "y")
    if w.chance(0.5):
        w.line(f"{name}({inputs.text})")
    loss_fn = w.choose(
        (
            "keras.losses.MeanSquaredError()",
            "tf.keras.losses.Huber()",
            "tf.keras.losses.mse",
            "keras.losses.mean_absolute_error",
        )
    )
    w.line(f"loss_fn = {loss_fn}")
    w.line("optimizer = keras.optimizers.SGD(0.1)")
    if w.chance(0.4):
        helper(w, scope)
    with w.block("for epoch in range(2):"):
        inner = scope.inner()
        with w.block("with tf.GradientTape() as tape:"):
            if w.chance(0.3):
                w.line(f"tape.watch({inputs.text})")
            form = w.choose(
                ("{0}({1})", "{0}({1})", "{0}({1})", "{0}.predict_on_batch({1})") if w.chance(0.1) else ("{0}({1})",)
            )
            out = w.bind(
                inner,
                Value(form.format(name, inputs.text), "m", "array" if "predict" in form else "tensor"),
                "outputs",
                "predictions",
            )
            statements(w, inner, "tape", w.random.randint(0, 2))
            prediction = pick(w, inner, "m") if w.chance(0.3) else out
            prediction = prediction or out
            w.line(f"loss = tf.reduce_mean(loss_fn({labels.text}, {prediction.text}))")
            if w.chance(0.4):
                w.line(f"loss = loss + 0.1 * {scalar(w, expression(w, inner)).text}")
        asked = w.choose(
            (f"{name}.trainable_variables", f"{name}.trainable_variables", f"{name}.trainable_weights", inputs.text)
        )
        w.line(f"gradients = tape.gradient(loss, {asked})")
        if "trainable" in asked and w.chance(0.7):
            w.line(f"optimizer.apply_gradients(zip(gradients, {asked}))")


def second_order(w: Writer) -> None:
    """A gradient of a gradient: the inner query inside the outer tape, or after it."""
    scope = Scope()
    sources(w, scope, w.random.randint(1, 2))
    if w.chance(0.5):
        helper(w, scope)
    value = pick(w, scope, "svm", framework=True)
    assert value is not None
    source = value.text
    inside = w.chance(0.75)
    one_statement = w.chance(0.12)
    slope, norm, curvature = w.name("slope", "first"), w.name("norm", "penalty_value"), w.name("curvature", "second")

    def inner_body() -> None:
        if value.sort == "tensor" and w.chance(0.85):
            w.line(f"inner.watch({source})")
        here = scope.inner()
        statements(w, here, "inner", w.random.randint(0, 2))
        last = expression(w, Scope([*here.values, value]))
        w.line(f"loss = {scalar(w, last).text} + tf.reduce_sum(tf.exp({source}) * {source})")

    def penalty() -> None:
        w.line(f"{slope} = inner.gradient(loss, {source})")
        w.line(
            f"{norm} = {w.choose(('tf.reduce_sum(' + slope + ' ** 2)', 'tf.norm(' + slope + ')'))}"
            + (f" + tf.reduce_mean({source})" if w.chance(0.15) else "")
        )

    if one_statement:
        with w.block("with tf.GradientTape() as outer, tf.GradientTape() as inner:"):
            if value.sort == "tensor":
                w.line(f"outer.watch({source})")
            inner_body()
            if inside:
                penalty()
        if not inside:
            penalty()
    else:
        with w.block("with tf.GradientTape() as outer:"):
            if value.sort == "tensor" and w.chance(0.85):
                w.line(f"outer.watch({source})")
            with w.block("with tf.GradientTape() as inner:"):
                inner_body()
            if inside:
                penalty()
        if not inside:
            penalty()
    asked = f"outer.{w.choose(('gradient', 'gradient', 'jacobian'))}({norm}, {source})"
    w.line(f"{curvature} = {asked}")


def handed_over(w: Writer) -> None:
    """The tape goes to a helper that watches, or that asks."""
    scope = Scope()
    sources(w, scope, w.random.randint(1, 2))
    helper(w, scope)
    value = pick(w, scope, "svm", framework=True)
    assert value is not None
    watch, ask = w.name("watch_all", "register"), w.name("ask", "gradients_of")
    with w.function(f"def {watch}(tape, values):"), w.block("for value in values:"):
        w.line("tape.watch(value)")
    w.line("")
    with w.function(f"def {ask}(tape, target, source):"):
        w.line("return tape.gradient(target, source)")
    w.line("")
    with w.block("with tf.GradientTape() as tape:"):
        if w.chance(0.7):
            w.line(f"{watch}(tape, [{value.text}])")
        inner = scope.inner()
        statements(w, inner, "tape", w.random.randint(1, 3))
        last = w.random.choice((value, value, inner.values[-1]))
        total = f"{scalar(w, last).text} * {scalar(w, inner.values[-1]).text}"
        target = w.bind(inner, Value(total, "s"), "loss")
    w.line(
        f"result = {ask}(tape, {target.text}, {value.text})"
        if w.chance(0.6)
        else f"result = tape.gradient({target.text}, {value.text})"
    )


def closure(w: Writer) -> None:
    """A loss without arguments, over variables outside of it."""
    scope = Scope()
    sources(w, scope, w.random.randint(1, 3))
    helper(w, scope)
    value = pick(w, scope, "svm", framework=True)
    assert value is not None
    loss = w.name("loss_fn", "objective_of")
    with w.function(f"def {loss}():"):
        inner = scope.inner()
        statements(w, inner, None, w.random.randint(1, 3))
        last = w.random.choice((value, inner.values[-1]))
        w.line(f"return {scalar(w, expression(w, Scope([last, inner.values[-1]]))).text}")
    w.line("")
    compute = w.name("value_and_gradient", "differentiate")
    with w.function(f"def {compute}(function, variables):"):
        with w.block("with tf.GradientTape() as tape:"):
            if w.chance(0.6):
                w.line("tape.watch(variables)")
            w.line("value = function()")
        w.line("return value, tape.gradient(value, variables)")
    w.line("")
    sources_asked = w.choose((value.text, f"[{value.text}]"))
    w.line(f"value, gradients = {compute}({loss}, {sources_asked})")


def non_float(w: Writer) -> None:
    """A source of integers."""
    scope = Scope()
    name = w.name("count", "steps", "x")
    w.line(
        f"{name} = {w.choose(('tf.Variable(3)', 'tf.constant(2)', 'tf.Variable([1, 2, 3])', 'tf.constant([1, 2, 3])'))}"
    )
    with w.block("with tf.GradientTape() as tape:"):
        if w.chance(0.6):
            w.line(f"tape.watch({name})")
        scope.values.append(Value(f"tf.cast({name}, tf.float32)", "s"))
        w.line(f"loss = tf.reduce_sum({expression(w, scope).text})")
    w.line(f"gradient = tape.gradient(loss, {name})")


SCENES = (
    [plain] * 5
    + [step_function] * 4
    + [trainer] * 4
    + [training_loop] * 3
    + [keras_training] * 3
    + [second_order] * 3
    + [handed_over] * 2
    + [closure] * 2
    + [non_float]
)
