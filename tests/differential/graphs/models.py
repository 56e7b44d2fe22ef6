"""Traced code in whole models: in layers of functional, Sequential and subclassed models, Lambda layers, callbacks."""

from __future__ import annotations

from ..writer import Writer
from .bodies import faulty, statements
from .keras_code import fit, layer_class
from .scope import Body, Where, bind, expression, filled, pick

LIBRARY_LAYERS = (
    "tf.keras.layers.Dense(3)",
    "tf.keras.layers.Dense(3, activation='tanh')",
    "tf.keras.layers.Dropout(0.1)",
    "tf.keras.layers.LayerNormalization()",
)
LAMBDAS = ("x * 0.5", "x.numpy() * 2.0", "np.tanh(x)", "tf.tanh(x)", "x + float(x[0, 0])")
SYMBOLIC = ("tf.keras.ops.tanh(hidden)", "hidden * 0.5", "tf.keras.layers.Add()([hidden, inputs])", "tf.tanh(hidden)")


def _function_of_lambda(w: Writer, wrong: bool) -> str:
    """A function for a Lambda layer, defined before everything else."""
    name = w.name("squash", "select", "rescale")
    with w.aside(0):
        with w.function(f"def {name}(x):"):
            body = Body(Where(autograph=False, keras=True, signature=True))
            body.add("m", "x")
            statements(w, body, wrong, 3)
            w.line(f"return {pick(w, body, 'm')}")
        w.line("")
    return name


def _layer(w: Writer, own: list[str], inner: list[str]) -> str:
    """An expression that makes a layer, or names a model to use as one."""
    options = [*LIBRARY_LAYERS, *[f"{name}()" for name in own] * 3, *inner]
    if w.chance(0.2):
        return f"tf.keras.layers.Lambda({_function_of_lambda(w, faulty(w))})"
    if w.chance(0.1):
        return f"tf.keras.layers.Lambda(lambda x: {w.choose(LAMBDAS)})"
    return w.choose(options)


def _inner_model(w: Writer, own: list[str]) -> list[str]:
    if w.chance(0.7):
        return []
    name = w.name("encoder", "trunk")
    entry = "tf.keras.Input((3,)), " if w.chance(0.5) else ""
    w.line(f"{name} = tf.keras.Sequential([{entry}{_layer(w, own, [])}, tf.keras.layers.Dense(3)])")
    return [name]


def _parts(w: Writer) -> tuple[list[str], list[str]]:
    own = [layer_class(w, faulty(w)) for _ in range(w.choose((1, 1, 1, 2)))]
    return own, _inner_model(w, own)


def _functional(w: Writer) -> None:
    own, inner = _parts(w)
    w.line(f"inputs = tf.keras.Input({w.choose(('(3,)', 'shape=(3,)', 'shape=[3]'))})")
    w.line("hidden = inputs")
    for _ in range(w.random.randint(1, 2)):
        w.line(f"hidden = {_layer(w, own, inner)}(hidden)")
    if w.chance(0.2):
        w.line(f"hidden = {w.choose(SYMBOLIC)}")
    w.line(f"hidden = {_layer(w, own, inner)}(hidden)")
    w.line("model = tf.keras.Model(inputs, tf.keras.layers.Dense(1)(hidden))")


def _sequential(w: Writer) -> None:
    own, inner = _parts(w)
    layers = [_layer(w, own, inner) for _ in range(w.random.randint(1, 2))]
    entry = ["tf.keras.Input((3,))"] if w.chance(0.6) else []
    if w.chance(0.7):
        w.line(f"model = tf.keras.Sequential([{', '.join([*entry, *layers, 'tf.keras.layers.Dense(1)'])}])")
        return
    w.line("model = tf.keras.Sequential()")
    for layer in [*entry, *layers, "tf.keras.layers.Dense(1)"]:
        w.line(f"model.add({layer})")


def _subclassed(w: Writer) -> None:
    own, inner = _parts(w)
    name = w.name("Classifier", "Network")
    with w.block(f"class {name}(tf.keras.Model):"):
        with w.function("def __init__(self, limit=0.5):"):
            for line in (
                "super().__init__()",
                "self.limit = limit",
                "self.steps = 0",
                "self.history_ = []",
                "self.made = None",
                "self.last = None",
                f"self.first = {_layer(w, own, inner)}",
                "self.dense = tf.keras.layers.Dense(3)",
                "self.head = tf.keras.layers.Dense(1)",
            ):
                w.line(line)
        w.line("")
        with w.function(f"def call(self, inputs{w.choose(('', ', training=False'))}):"):
            body = Body(Where(autograph=False, keras=True, method=True, signature=True))
            body.add("m", "inputs")
            body.add("n", "self.limit")
            bind(w, body, "m", "self.first(inputs)")
            statements(w, body, faulty(w), 3)
            w.line(f"return self.head({w.choose((pick(w, body, 'm'), filled(w, body, 'self.dense({m})')))})")
    w.line("")
    w.line(f"model = {name}()")


def _model(w: Writer) -> None:
    w.choose((_functional, _sequential, _subclassed))(w)


def fitted(w: Writer) -> None:
    """A model that Keras trains, or evaluates."""
    _model(w)
    fit(w, w.choose(("'mse'", "tf.keras.losses.MeanSquaredError()")))
    if w.chance(0.3):
        w.line(
            w.choose(
                (
                    "print(model.evaluate(data, targets, verbose=0))",
                    "results.append(model.predict(data, verbose=0).mean())",
                    "model.fit(data, targets, epochs=1, batch_size=2, verbose=0)",
                )
            )
        )


def called(w: Writer) -> None:
    """A model called eagerly, in a tape, or in a ``tf.function``."""
    _model(w)
    if w.chance(0.3):
        w.line("outcome = tf.reduce_sum(model(rows))")
        w.line("print(float(outcome))")
        return
    traced = w.chance(0.6)
    if w.chance(0.6):
        w.line("model(rows)")
    if traced:
        w.line(w.choose(("@tf.function", "@tf.function", "@tf.function(autograph=False)")))
    with w.function("def step(batch):"):
        with w.block("with tf.GradientTape() as tape:"):
            w.line(f"loss = tf.reduce_mean(tf.square(model(batch{w.choose(('', ', training=True'))})))")
        w.line("gradients = tape.gradient(loss, model.trainable_variables)")
        body = Body(Where(graph=traced))
        body.add("m", "batch")
        body.add("s", "loss")
        w.names.update(("loss", "gradients"))
        statements(w, body, w.chance(0.3), 2)
        w.line("return loss")
    w.line("")
    with w.block("for turn in range(2):"):
        w.line("outcome = step(rows)")


def with_callback(w: Writer) -> None:
    """A callback, which Keras runs eagerly between the traced steps."""
    with w.block("class Watcher(tf.keras.callbacks.Callback):"):
        with w.function("def __init__(self):"):
            w.line("super().__init__()")
            w.line("self.history = []")
            w.line("self.limit = 0.5")
            w.line("self.steps = 0")
        w.line("")
        hook = w.choose(("on_epoch_end(self, epoch", "on_train_batch_end(self, batch", "on_epoch_begin(self, epoch"))
        with w.function(f"def {hook}, logs=None):"):
            body = Body(Where(graph=False, method=True))
            bind(w, body, "m", w.choose(("self.model(rows)", "self.model.layers[0](rows)", "tf.tanh(rows)")))
            bind(w, body, "s", expression(w, body, "s"))
            statements(w, body, faulty(w), 3)
    w.line("")
    w.line("model = tf.keras.Sequential([tf.keras.Input((3,)), tf.keras.layers.Dense(1)])")
    w.line("model.compile(optimizer='sgd', loss='mse', jit_compile=False)")
    w.line("model.fit(data, targets, epochs=2, verbose=0, callbacks=[Watcher()])")


MODELS = [fitted] * 4 + [called] * 3 + [with_callback]
