"""Ways in which programs lose a gradient, or seem to."""

from __future__ import annotations

from ..writer import Scope, Value, Writer


def cut(w: Writer, value: Value) -> Value | None:
    """The value after it left TensorFlow, or after an operation without a gradient."""
    if not value.framework:
        return None
    ways = [_numpy_method, _numpy_call, _indifferent, _indifferent, _rewrapped, _host_function]
    if value.shape == "s":
        ways.append(_python)
    return w.random.choice(ways)(w, value)


def _numpy_method(w: Writer, value: Value) -> Value:
    x = value.text
    if value.shape == "s" and w.chance(0.3):
        return Value(f"{x}.numpy().item()", "s", "number")
    return Value(f"{x}.numpy()" if w.chance(0.7) else f"np.tanh({x}.numpy())", value.shape, "array")


def _numpy_call(w: Writer, value: Value) -> Value:
    x = value.text
    if w.chance(0.4):
        return Value(f"np.{w.choose(('mean', 'sum', 'max', 'linalg.norm'))}({x})", "s", "array")
    return Value(f"np.{w.choose(('tanh', 'exp', 'square', 'array', 'asarray', 'abs'))}({x})", value.shape, "array")


def _indifferent(w: Writer, value: Value) -> Value:
    """TensorFlow's own operations without a gradient; with one of zeros where zeros are allowed."""
    x = value.text
    forms = [
        "tf.round({})",
        "tf.floor({})",
        "tf.cast({} > 0.3, tf.float32)",
        "tf.cast(tf.cast({}, tf.int32), tf.float32)",
        "({} // 0.3)",
        "tf.cast(tf.greater({}, 0.2), tf.float32)",
        "tf.where({} > 0.4, 1.0, 0.0)",
        *(f"{name}({{}})" for name in w.operations.none),
    ]
    if w.zeros:  # a factor that happens to be zero would look like a gradient of zeros
        forms = [f"{name}({{}})" for name in w.operations.zero] * 3 + [f"({form} + 1.0)" for form in forms]
    if value.shape in "vm" and w.chance(0.25):
        name = w.choose([*w.operations.indices, "tf.argmax", "tf.argsort"])
        return Value(f"(tf.reduce_sum(tf.cast({name}({x}), tf.float32)) + 1.0)", "s")
    return Value(w.choose(forms).format(x), value.shape)


def _rewrapped(w: Writer, value: Value) -> Value:
    x = value.text
    if value.sort == "variable" and w.chance(0.5):
        return Value(f"tf.constant({x})", value.shape)
    form = w.choose(
        (
            "tf.Variable({})",
            "tf.constant({}.numpy())",
            "tf.convert_to_tensor(np.array({}))",
            "tf.constant(np.asarray({}))",
        )
    )
    return Value(form.format(x), value.shape, "variable" if "Variable" in form else "tensor")


def _host_function(w: Writer, value: Value) -> Value:
    x = value.text
    forms = [
        "tf.numpy_function(lambda a: np.float32(a * 2.0), [{}], tf.float32)",
        "tf.numpy_function(np.tanh, [{}], tf.float32)",
        "tf.py_function(lambda a: a * tf.tanh(a), [{}], tf.float32)",
        "tf.py_function(func=lambda a: tf.exp(a), inp=[{}], Tout=tf.float32)",
    ]
    if w.zeros:
        forms.append("tf.py_function(lambda a: np.tanh(a), [{}], tf.float32)")
    return Value(w.choose(forms).format(x), value.shape)


def _python(w: Writer, value: Value) -> Value:
    form = w.choose(("float({})", "math.tanh({})", "math.exp({})", "float({}.numpy())", "float(tf.square({}))"))
    return Value(form.format(value.text), "s", "number")


def stored(w: Writer, scope: Scope, value: Value) -> None:
    """The value assigned to a variable, which is read from then on."""
    initial = {"s": "0.0", "v": "tf.zeros(3)", "m": "tf.zeros((2, 3))"}[value.shape]
    state = w.bind(scope, Value(f"tf.Variable({initial})", value.shape, "variable"), "state", "buffer", "average")
    w.line(f"{state.text}.{w.choose(('assign', 'assign_add'))}({value.text})")


def traced_cut(w: Writer, value: Value) -> Value:
    """The value after an operation of TensorFlow that has no gradient: in a graph as well as eagerly."""
    x = value.text
    forms = [
        "tf.round({})",
        "tf.floor({})",
        "tf.cast({} > 0.3, tf.float32)",
        "tf.cast(tf.cast({}, tf.int32), tf.float32)",
        "tf.where({} > 0.4, 1.0, 0.0)",
        "tf.stop_gradient({})",
        "keras.ops.round({})",
        "tf.reshape(tf.numpy_function(np.tanh, [{0}], tf.float32), tf.shape({0}))",
        *(f"{name}({{}})" for name in w.operations.none[:6]),
    ]
    return Value(w.choose(forms).format(x), value.shape)
