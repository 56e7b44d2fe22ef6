"""Traced code that Keras runs: layers, training steps, compiled losses and metrics; and their eager doubles."""

from __future__ import annotations

from ..writer import Writer
from .bodies import calls, faulty, statements
from .scope import Body, Where, bind, expression, filled, pick


def layer_class(w: Writer, wrong: bool) -> str:
    """A class of layers with a body that Keras traces; its name."""
    name = w.name("Gate", "Scale", "Attention")
    with w.block(f"class {name}(tf.keras.layers.Layer):"):
        with w.function("def __init__(self, limit=0.5):"):
            for line in (
                "super().__init__()",
                "self.limit = limit",
                "self.steps = 0",
                "self.history = []",
                "self.made = None",
                "self.dense = tf.keras.layers.Dense(3)",
            ):
                w.line(line)
        w.line("")
        with w.function("def build(self, input_shape):"):
            w.line("self.scale = self.add_weight(shape=(3,), initializer='ones')")
            if w.chance(0.2):
                w.line(w.choose(("self.offset = np.random.rand()", "print('building', input_shape)", "self.steps = 0")))
        w.line("")
        if w.chance(0.12):
            w.line("@tf.function")
        converted = w.lines[-1].strip() == "@tf.function"
        with w.function(f"def call(self, inputs{w.choose(('', ', training=False'))}):"):
            body = Body(Where(autograph=converted, keras=True, method=True, signature=True))
            body.add("m", "inputs")
            body.add("v", "self.scale")
            body.add("n", "self.limit")
            if "training" in w.lines[-1]:
                with w.block("if training:"):
                    w.line("inputs = inputs * 0.5")
            statements(w, body, wrong, 4)
            w.line(
                f"return {w.choose((pick(w, body, 'm'), expression(w, body, 'm'), filled(w, body, 'self.dense({m})')))}"
            )
    w.line("")
    return name


def layer(w: Writer) -> None:
    name = layer_class(w, faulty(w))
    draw = w.random.random()
    if draw < 0.3:
        w.line(f"holder = {name}()")
        w.line("outcome = tf.reduce_sum(holder(rows))")
        w.line("outcome = tf.reduce_sum(holder(rows))")
    elif draw < 0.6:
        w.line(f"holder = {name}()")
        w.line("@tf.function")
        with w.function("def forward(batch):"):
            w.line("return tf.reduce_sum(holder(batch))")
        calls(w, "forward(rows)", False)
    else:
        form = w.choose(
            (
                f"tf.keras.Sequential([tf.keras.Input((3,)), {name}(), tf.keras.layers.Dense(1)])",
                f"tf.keras.Sequential([{name}(), tf.keras.layers.Dense(1)])",
            )
        )
        w.line(f"model = {form}")
        fit(w, w.choose(("'mse'", "tf.keras.losses.MeanSquaredError()")))


def fit(w: Writer, loss: str, more: str = "") -> None:
    """``model`` compiled and fitted."""
    eager = w.chance(0.12)
    w.line(f"model.compile(optimizer='sgd', loss={loss}{more}, {'run_eagerly=True' if eager else 'jit_compile=False'})")
    w.line(
        w.choose(
            (
                "model.fit(data, targets, epochs=2, batch_size=2, verbose=0)",
                "model.fit(data, targets, epochs=1, batch_size=3, verbose=0)",
                "model.train_on_batch(data, targets)\nmodel.train_on_batch(data, targets)",
                "model.fit(tf.data.Dataset.from_tensor_slices((data, targets)).batch(2), epochs=2, verbose=0)",
            )
        )
    )


def loss(w: Writer) -> None:
    name = w.name("weighted_loss", "focal", "penalised")
    if converted := w.chance(0.15):
        w.line("@tf.function")
    with w.function(f"def {name}(y_true, y_pred):"):
        body = Body(Where(autograph=converted, keras=True, signature=True))
        bind(w, body, "m", "tf.concat([y_pred, y_true, y_pred - y_true], axis=1)")
        bind(w, body, "s", "tf.reduce_mean(tf.square(y_true - y_pred))")
        statements(w, body, faulty(w), 4)
        w.line(f"return {pick(w, body, 's')}")
    w.line("")
    w.line("model = tf.keras.Sequential([tf.keras.Input((3,)), tf.keras.layers.Dense(1)])")
    if w.chance(0.25):
        fit(w, "'mse'", f", metrics=[{name}]")
    else:
        fit(w, name)


def train_step(w: Writer) -> None:
    name = w.name("Regressor", "Classifier")
    with w.block(f"class {name}(tf.keras.Model):"):
        with w.function("def __init__(self):"):
            for line in (
                "super().__init__()",
                "self.dense = tf.keras.layers.Dense(1)",
                "self.limit = 0.5",
                "self.steps = 0",
                "self.history_ = []",
                "self.made = None",
                "self.last = None",
            ):
                w.line(line)
        w.line("")
        with w.function("def call(self, inputs):"):
            w.line("return self.dense(inputs)")
        w.line("")
        with w.function("def train_step(self, data):"):
            w.line("x, y = data")
            with w.block("with tf.GradientTape() as tape:"):
                w.line("loss = tf.reduce_mean(tf.square(self(x, training=True) - y))")
            w.line("gradients = tape.gradient(loss, self.trainable_variables)")
            body = Body(Where(autograph=False, keras=True, signature=True))
            body.add("m", "x")
            body.add("s", "loss")
            w.names.update(("x", "y", "loss"))
            statements(w, body, faulty(w), 4)
            w.line("self.optimizer.apply_gradients(zip(gradients, self.trainable_variables))")
            w.line("return {'loss': loss}")
    w.line("")
    w.line(f"model = {name}()")
    fit(w, "'mse'")
