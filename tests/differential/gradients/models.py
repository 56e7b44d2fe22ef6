"""Whole models: functional, Sequential and subclassed, of layers that programs define, called in a tape or fitted."""

from __future__ import annotations

from dataclasses import dataclass, field

from ..writer import Scope, Value, Writer
from .cuts import cut, traced_cut
from .expressions import expression, scalar
from .scenes import NUMBERS
from .statements import statements, traced_statements

ACTIVATIONS = ("", "", ", activation='tanh'", ", activation='sigmoid'", ", use_bias=False")
# Bodies of Lambda layers: of ``t``, of the same shape.
LAMBDAS = (
    "t * 0.5",
    "tf.tanh(t)",
    "t + tf.reduce_mean(t, axis=-1, keepdims=True)",
    "keras.ops.tanh(t)",
    "tf.nn.softplus(t)",
    "tf.math.l2_normalize(t, axis=-1)",
    "tf.concat([t[:, 1:], t[:, :1]], axis=1)",
)
CUTTING_LAMBDAS = (
    "tf.round(t)",
    "tf.stop_gradient(t)",
    "tf.cast(t > 0.3, tf.float32)",
    "tf.cast(tf.cast(t, tf.int32), tf.float32)",
    "keras.ops.floor(t)",
    "tf.one_hot(tf.argmax(t, axis=-1), 3)",
    "tf.cast(tf.argsort(t, axis=-1), tf.float32)",
    "t * tf.round(t)",
    "tf.round(t) + t",
)
LIBRARY_LAYERS = (
    "keras.layers.Activation('tanh')",
    "keras.layers.Dropout(0.1)",
    "keras.layers.LayerNormalization()",
    "keras.layers.BatchNormalization()",
    "tf.keras.layers.Rescaling(0.5)",
    "keras.layers.LeakyReLU()",
    "keras.layers.UnitNormalization()",
    "keras.layers.GaussianNoise(0.1)",
)


@dataclass
class Network:
    """A model of the program, from rows of three numbers to the same: ``parts`` are expressions for layers in it."""

    name: str
    parts: list[str] = field(default_factory=list)
    outputs: list[str] = field(default_factory=list)  # of several: an index or a key each, as they are subscripted
    symbolic: bool = True  # Keras runs its layers before a tape does


# -- layers ----------------------------------------------------------------------------------------


def own_layer(w: Writer) -> str:
    """A class of layers with weights of its own."""
    name = w.name("Gate", "Scale", "Residual", "Mixing", "Attention")
    scope = Scope([Value("inputs", "m")])
    with w.block(f"class {name}({w.choose(('keras.layers.Layer', 'tf.keras.layers.Layer'))}):"):
        with w.function("def __init__(self, **kwargs):"):
            w.line("super().__init__(**kwargs)")
            if w.chance(0.6):
                w.line(f"self.dense = keras.layers.Dense(3{w.choose(ACTIVATIONS)})")
                scope.layers.append("self.dense")
            w.line("self.rate = 0.5")
        w.line("")
        if w.chance(0.7):
            _build(w, scope)
        with w.function(f"def call(self, inputs{w.choose(('', ', training=False', ', training=None'))}):"):
            if _counts(w):
                scope.values.append(Value("tf.cast(self.count + 1, tf.float32)", "s"))
            traced_statements(w, scope, w.random.randint(0, 3))
            _give_back(w, scope)
    w.line("")
    return name


def _build(w: Writer, scope: Scope) -> None:
    with w.function("def build(self, input_shape):"):
        options = w.choose(("", "", "", ", trainable=False"))
        w.line(f"self.scale = self.add_weight(shape=(3,), initializer='ones'{options}, name='scale')")
        scope.values.append(Value("self.scale", "v"))
        if w.chance(0.3):
            options = w.choose(("", ", trainable=False"))
            w.line(f"self.count = self.add_weight(shape=(), initializer='zeros', dtype='int32'{options}, name='count')")
        if w.chance(0.3):
            w.line("super().build(input_shape)")
    w.line("")


def _counts(w: Writer) -> bool:
    """Whether the layer that is being written has a weight of integers."""
    start = max(index for index, line in enumerate(w.lines) if line.startswith("class "))
    return any("self.count" in line for line in w.lines[start:])


def _give_back(w: Writer, scope: Scope) -> None:
    """``return`` a matrix: with what was computed last, perhaps after a cut."""
    last = expression(w, Scope(scope.values[-2:], scope.helpers, [], scope.layers), 2)
    if w.chance(0.15) and last.framework:
        last = traced_cut(w, last)
    if last.shape != "m" or not last.framework:
        last = Value(f"inputs {w.choose('+*')} {last.text}", "m")
    if w.chance(0.3) and scope.layers:
        last = Value(f"{w.choose(scope.layers)}({last.text})", "m")
    w.line(f"return {last.text}")


def _lambda(w: Writer) -> str:
    body = w.choose(CUTTING_LAMBDAS if w.chance(0.3) else LAMBDAS)
    if w.chance(0.25):
        name = w.name("squash", "select", "rescale")
        with w.aside(0):
            with w.function(f"def {name}(t):"):
                w.line(f"return {body}")
            w.line("")
        return f"keras.layers.Lambda({name})"
    return f"keras.layers.Lambda(lambda t: {body}{w.choose(('', ', output_shape=(3,)'))})"


def _layer(w: Writer, own: list[str], models: list[Network]) -> str:
    """An expression that makes a layer, or names a model to use as one."""
    draw = w.random.random()
    if draw < 0.3 and own:
        return f"{w.choose(own)}()"
    if draw < 0.42:
        return _lambda(w)
    if draw < 0.55:
        return w.choose(LIBRARY_LAYERS)
    if draw < 0.7 and models and not models[-1].outputs:
        return models[-1].name
    return f"{w.choose(('keras', 'tf.keras'))}.layers.Dense(3{w.choose(ACTIVATIONS)})"


# -- models ----------------------------------------------------------------------------------------


def network(w: Writer) -> Network:
    """A model with what it is made of."""
    own = [own_layer(w) for _ in range(w.choose((0, 1, 1, 2)))]
    inner = [_sequential(w, own, [])] if w.chance(0.3) else []
    return w.choose((_functional, _functional, _sequential, _subclassed, _subclassed))(w, own, inner)


def _name(w: Writer) -> str:
    return w.name("model", "network", "encoder", "base")


def _sequential(w: Writer, own: list[str], models: list[Network]) -> Network:
    layers = [_layer(w, own, models) for _ in range(w.random.randint(1, 3))]
    layers.append(f"keras.layers.Dense(3{w.choose(ACTIVATIONS)})" if w.chance(0.7) else _layer(w, own, models))
    symbolic = w.chance(0.6)
    entry = ["keras.Input((3,))"] if symbolic else []
    made = Network(_name(w), symbolic=symbolic)
    if w.chance(0.3):
        w.line(f"{made.name} = keras.Sequential()")
        for layer in [*entry, *layers]:
            w.line(f"{made.name}.add({layer})")
    else:
        w.line(f"{made.name} = {w.choose(('keras', 'tf.keras'))}.Sequential([{', '.join([*entry, *layers])}])")
    made.parts += [f"{made.name}.layers[0]", f"{made.name}.layers[-1]"]
    return made


def _functional(w: Writer, own: list[str], models: list[Network]) -> Network:
    made = Network(_name(w))
    entry = w.name("entry", "image_input")
    w.line(f"{entry} = keras.Input({w.choose(('(3,)', 'shape=(3,)', '(3,), batch_size=2'))})")
    values = [entry]
    for _ in range(w.random.randint(1, 3)):
        values.append(_applied(w, made, own, models, values))
    heads = [_head(w, made, values) for _ in range(w.choose((1, 1, 2)))]
    if len(heads) == 1:
        outputs = heads[0]
    elif w.chance(0.3):
        outputs, made.outputs = f"{{'main': {heads[0]}, 'other': {heads[1]}}}", ["'main'", "'other'"]
    else:
        outputs, made.outputs = f"[{', '.join(heads)}]", ["0", "1"]
    inputs = w.choose((entry, f"inputs={entry}", f"[{entry}]"))
    w.line(f"{made.name} = keras.Model({inputs}, {'outputs=' if 'inputs=' in inputs else ''}{outputs})")
    made.parts.append(f"{made.name}.layers[1]")
    return made


def _applied(w: Writer, made: Network, own: list[str], models: list[Network], values: list[str]) -> str:
    """A symbolic tensor more."""
    x, name = w.choose(values[-2:]), w.name("hidden", "middle", "features")
    draw = w.random.random()
    if draw < 0.1:
        w.line(f"{name} = {x} * 0.5")
    elif draw < 0.2:
        w.line(f"{name} = {w.choose(('keras.ops.tanh({})', 'keras.ops.round({})', 'keras.ops.square({})')).format(x)}")
    elif draw < 0.3 and len(values) > 1:
        w.line(f"{name} = {w.choose(('keras.layers.Add()([{}, {}])', '{} + {}', '{} * {}')).format(x, values[0])}")
    elif draw < 0.6:
        layer = w.name("dense", "projection", "block")
        w.line(f"{layer} = {_layer(w, own, models)}")
        w.line(f"{name} = {layer}({x})")
        made.parts.append(layer)
    else:
        w.line(f"{name} = {_layer(w, own, models)}({x})")
    return name


def _head(w: Writer, made: Network, values: list[str]) -> str:
    head, out = w.name("head", "classifier"), w.name("out", "score")
    w.line(f"{head} = keras.layers.Dense(3, name='{head}')")
    w.line(f"{out} = {head}({w.choose(values[-2:])})")
    made.parts += [head, f"MODEL.get_layer('{head}')".replace("MODEL", made.name)]
    return out


def _subclassed(w: Writer, own: list[str], models: list[Network]) -> Network:
    cls = w.name("Network", "Autoencoder", "Policy")
    made = Network(_name(w), symbolic=False)
    scope = Scope([Value("inputs", "m")])
    several = w.chance(0.3)
    with w.block(f"class {cls}({w.choose(('keras.Model', 'tf.keras.Model'))}):"):
        with w.function("def __init__(self):"):
            w.line("super().__init__()")
            for attribute in w.choose((("first", "second"), ("encoder", "decoder", "head"), ("dense",))):
                w.line(f"self.{attribute} = {_layer(w, own, models)}")
                scope.layers.append(f"self.{attribute}")
            if w.chance(0.15):
                w.line("self.factor = self.add_weight(shape=(3,), initializer='ones', name='factor')")
                scope.values.append(Value("self.factor", "v"))
        w.line("")
        with w.function(f"def call(self, inputs{w.choose(('', ', training=False', ', training=None'))}):"):
            _call_body(w, scope, several, made)
    w.line("")
    w.line(f"{made.name} = {cls}()")
    made.parts += [layer.replace("self", made.name) for layer in scope.layers]
    return made


def _call_body(w: Writer, scope: Scope, several: bool, made: Network) -> None:
    first, *rest = scope.layers
    w.bind(scope, Value(f"{first}(inputs)", "m"), "hidden", "code")
    eager = w.chance(0.15)
    traced_statements(w, scope, w.random.randint(0, 2))
    if eager:
        changed = cut(w, scope.values[-1])
        if changed is not None:
            w.bind(scope, changed, "hidden", "code")
    for layer in rest:
        value = next(v for v in reversed(scope.values) if v.shape == "m" and v.framework)
        w.bind(scope, Value(f"{layer}({value.text})", "m"), "decoded", "hidden")
    if not several:
        return _give_back(w, scope)
    one, other = (v.text for v in [v for v in scope.values if v.shape == "m" and v.framework][-2:])
    if w.chance(0.3):
        made.outputs = ["'main'", "'other'"]
        w.line(f"return {{'main': {one}, 'other': {other}}}")
    else:
        made.outputs = ["0", "1"]
        w.line(f"return {w.choose(('{}, {}', '[{}, {}]')).format(one, other)}")
    return None


def _frozen(w: Writer, made: Network) -> None:
    """Some of the model does not train, now and then."""
    if w.chance(0.15) and made.parts:
        w.line(f"{w.choose(made.parts)}.trainable = False")
    elif w.chance(0.03):
        w.line(f"{made.name}.trainable = False")


def _data(w: Writer, form: str = "tf.constant({})") -> tuple[str, str]:
    inputs, labels = w.name("inputs", "x", "images"), w.name("labels", "y", "targets")
    w.line(f"{inputs} = {form.format(w.choose(NUMBERS['m']))}")
    w.line(f"{labels} = {form.format(w.choose(NUMBERS['m']))}")
    return inputs, labels


# -- scenes ----------------------------------------------------------------------------------------


def _outputs(w: Writer, scope: Scope, made: Network, call: str) -> list[Value]:
    """The outputs of a call, bound to names."""
    if not made.outputs:
        return [w.bind(scope, Value(call, "m"), "outputs", "predictions")]
    if made.outputs[0] == "0" and w.chance(0.6):
        names = [w.name("logits", "decoded"), w.name("auxiliary", "value_of")]
        w.line(f"{', '.join(names)} = {call}")
        values = [Value(name, "m", "tensor", w.home) for name in names]
        scope.values += values
        return values
    held = w.name("outputs", "results")
    w.line(f"{held} = {call}")
    values = [Value(f"{held}[{key}]", "m") for key in made.outputs]
    scope.values += values
    return values


def _loss(w: Writer, scope: Scope, outputs: list[Value], labels: str, only_traced: bool = False) -> str:
    """The loss of one output or of all, with statements before it; the name that it is bound to."""
    used = outputs if w.chance(0.6) else [w.choose(outputs)]
    terms = [_term(w, each.text, labels) for each in used]
    inner = Scope([v for v in scope.values if v in outputs])
    if only_traced:
        traced_statements(w, inner, w.random.randint(0, 1))
    else:
        statements(w, inner, None, w.random.randint(0, 1))
    if w.chance(0.2):
        terms.append(f"0.1 * {scalar(w, inner.values[-1]).text}")
    if w.chance(0.12):
        terms[0] = _term(w, traced_cut(w, used[0]).text, labels)
    return w.bind(inner, Value(" + ".join(terms), "s"), "loss", "objective").text


def _term(w: Writer, output: str, labels: str) -> str:
    form = w.choose(
        (
            "tf.reduce_mean((OUT - LABELS) ** 2)",
            "tf.reduce_mean(keras.losses.mean_squared_error(LABELS, OUT))",
            "keras.losses.MeanSquaredError()(LABELS, OUT)",
            "tf.reduce_mean(tf.abs(OUT - LABELS))",
            "tf.reduce_mean(OUT)",
        )
    )
    return form.replace("OUT", output).replace("LABELS", labels)


def _asked(w: Writer, made: Network, inputs: str) -> str:
    whole = f"{made.name}.{w.choose(('trainable_variables', 'trainable_variables', 'trainable_weights'))}"
    forms = [whole] * 4
    forms += [f"{part}.trainable_variables" for part in made.parts]
    forms += [f"{part}.trainable_weights + [{inputs}]" for part in made.parts[:1]]
    forms += [f"[{part}.kernel, {part}.bias]" for part in made.parts if part.startswith(("head", "classifier"))]
    forms += [inputs, f"{made.name}.layers[-1].weights"]
    return w.choose(forms)


def _query(w: Writer, made: Network, tape: str, loss: str, inputs: str) -> None:
    result = w.name("gradients", "grads")
    asked = _asked(w, made, inputs)
    w.line(f"{result} = {tape}.gradient({loss}, {asked})")
    if "trainable" in asked and "+" not in asked and w.chance(0.4):
        w.line(f"keras.optimizers.SGD(0.1).apply_gradients(zip({result}, {asked}))")


def called_in_tape(w: Writer) -> None:
    """A model called in a tape at module level or in a loop of epochs."""
    made = network(w)
    inputs, labels = _data(w)
    if not made.symbolic and w.chance(0.3):
        w.line(f"{made.name}({inputs})")
    _frozen(w, made)
    call = f"{made.name}({inputs}{w.choose(('', '', ', training=True'))})"
    persistent = w.chance(0.4)
    header = w.choose(("for epoch in range(2):", "if True:", "if True:"))
    with w.block(header) if header != "if True:" else w.nothing():
        with w.block(f"with tf.GradientTape({'persistent=True' if persistent else ''}) as tape:"):
            if w.chance(0.3):
                w.line(f"tape.watch({inputs})")
            scope = Scope()
            loss = _loss(w, scope, _outputs(w, scope, made, call), labels)
        for _ in range(2 if persistent else 1):
            _query(w, made, "tape", loss, inputs)


def compiled_step(w: Writer) -> None:
    """A model called in a step, which is perhaps a ``tf.function``."""
    made = network(w)
    inputs, labels = _data(w)
    if w.chance(0.7):
        w.line(f"{made.name}({inputs})")
    _frozen(w, made)
    w.line("")
    step, traced = w.name("train_step", "update"), w.chance(0.6)
    if traced:
        w.line("@tf.function")
    with w.function(f"def {step}(x_batch, y_batch):"):
        with w.block("with tf.GradientTape() as tape:"):
            if w.chance(0.2):
                w.line("tape.watch(x_batch)")
            scope = Scope()
            outputs = _outputs(w, scope, made, f"{made.name}(x_batch, training=True)")
            loss = _loss(w, scope, outputs, "y_batch", only_traced=traced)
        _query(w, made, "tape", loss, "x_batch")
        w.line(f"return {loss}")
    w.line("")
    with w.block("for _ in range(2):"):
        w.line(f"{step}({inputs}, {labels})")


def _own_loss(w: Writer) -> str:
    name = w.name("weighted_loss", "custom_loss", "distance_loss")
    with w.aside(0):
        with w.function(f"def {name}(y_true, y_pred):"):
            scope = Scope([Value("y_pred", "m")])
            prediction = traced_cut(w, scope.values[0]).text if w.chance(0.3) else "y_pred"
            w.line(
                w.choose(
                    (
                        f"return tf.reduce_mean(tf.square(y_true - {prediction}))",
                        f"error = y_true - {prediction}\n    return tf.reduce_mean(tf.abs(error), axis=-1)",
                        f"return keras.losses.mean_squared_error(y_true, {prediction})",
                    )
                )
            )
        w.line("")
    return name


def _compiled(w: Writer, made: Network) -> None:
    losses = ["'mse'", "'mean_absolute_error'", "keras.losses.MeanSquaredError()", "keras.losses.huber"]
    loss = _own_loss(w) if w.chance(0.3) else w.choose(losses)
    if made.outputs and w.chance(0.6):
        second = w.choose((loss, "None", "'mse'"))
        pairs = list(zip(made.outputs, (loss, second)))
        loss = f"[{loss}, {second}]" if made.outputs[0] == "0" else f"{{{', '.join(f'{k}: {v}' for k, v in pairs)}}}"
    optimizer = w.choose(("'sgd'", "'adam'", "keras.optimizers.SGD(0.1)", "tf.keras.optimizers.Adam(1e-3)"))
    form = w.choose(("optimizer={}, loss={}", "{}, {}", "loss={1}, optimizer={0}"))
    w.line(f"{made.name}.compile({form.format(optimizer, loss)}, jit_compile=False)")


def _trained(w: Writer, made: Network, inputs: str, labels: str) -> None:
    if made.outputs:
        labels = f"[{labels}, {labels}]" if made.outputs[0] == "0" else f"{{'main': {labels}, 'other': {labels}}}"
    forms = [
        f"{made.name}.fit({inputs}, {labels}, epochs=1, verbose=0)",
        f"history = {made.name}.fit({inputs}, {labels}, epochs=2, batch_size=2, verbose=0)",
        f"{made.name}.fit(x={inputs}, y={labels}, verbose=0)",
        f"{made.name}.train_on_batch({inputs}, {labels})",
    ]
    if not made.outputs:
        rows = f"tf.data.Dataset.from_tensor_slices(({inputs}, {labels}))"
        forms.append(f"{made.name}.fit({rows}.batch(2), epochs=2, verbose=0)")
    w.line(w.choose(forms))


def fitted(w: Writer) -> None:
    """A model that Keras trains: ``compile`` and ``fit`` or ``train_on_batch``."""
    made = network(w)
    inputs, labels = _data(w, w.choose(("np.array({}, dtype=np.float32)", "tf.constant({})")))
    if not made.symbolic and w.chance(0.3):
        w.line(f"{made.name}({inputs})")
    _frozen(w, made)
    _compiled(w, made)
    _trained(w, made, inputs, labels)


def own_step(w: Writer) -> None:
    """A subclass with a ``train_step`` of its own, which ``fit`` runs."""
    own = [own_layer(w) for _ in range(w.choose((0, 1)))]
    cls = w.name("Regressor", "Generator")
    made = Network("self", ["self.first", "self.head"])
    with w.block(f"class {cls}(keras.Model):"):
        with w.function("def __init__(self):"):
            w.line("super().__init__()")
            w.line(f"self.first = {_layer(w, own, [])}")
            w.line(f"self.head = keras.layers.Dense(3{w.choose(ACTIVATIONS)})")
        w.line("")
        with w.function("def call(self, inputs):"):
            scope = Scope([Value("inputs", "m")], layers=["self.first", "self.head"])
            w.bind(scope, Value("self.first(inputs)", "m"), "hidden")
            traced_statements(w, scope, w.random.randint(0, 1))
            _give_back(w, scope)
        w.line("")
        with w.function("def train_step(self, data):"):
            w.line("x_batch, y_batch = data")
            with w.block("with tf.GradientTape() as tape:"):
                scope = Scope()
                outputs = _outputs(w, scope, made, "self(x_batch, training=True)")
                loss = _loss(w, scope, outputs, "y_batch", only_traced=True)
            asked = w.choose(("self.trainable_variables", "self.trainable_weights", "self.head.trainable_variables"))
            w.line(f"gradients = tape.gradient({loss}, {asked})")
            w.line(f"self.optimizer.apply_gradients(zip(gradients, {asked}))")
            w.line(f"return {{'loss': {loss}}}")
    w.line("")
    inputs, labels = _data(w)
    w.line(f"model = {cls}()")
    w.line("model.compile(optimizer='sgd', jit_compile=False)")
    w.line(f"model.fit({inputs}, {labels}, epochs=2, verbose=0)")


MODELS = [called_in_tape] * 4 + [fitted] * 4 + [compiled_step] * 2 + [own_step]
