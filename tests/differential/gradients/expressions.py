"""Random expressions over the values at hand."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from ..writer import Scope, Value, Writer, together

COMMON = (
    "tf.tanh",
    "tf.sigmoid",
    "tf.exp",
    "tf.square",
    "tf.sin",
    "tf.cos",
    "tf.nn.softplus",
    "tf.sqrt",
    "tf.math.log1p",
)
REDUCTIONS = ("tf.reduce_mean", "tf.reduce_sum", "tf.reduce_logsumexp", "tf.norm")
Way = Callable[[Writer, Scope, Value], "Value | None"]
BY_CHANCE_ZERO = ("tf.nn.relu", "tf.abs", "tf.nn.elu", "tf.nn.leaky_relu")


def pick(w: Writer, scope: Scope, shapes: str = "svmp", framework: bool = False) -> Value | None:
    """One of the values of these shapes, rather a recent one."""
    fitting = [v for v in scope.values if v.shape in shapes and (v.framework or not framework)]
    if not fitting:
        return None
    recent = fitting[-3:]
    return w.random.choice(recent if w.chance(0.6) else fitting)


def expression(w: Writer, scope: Scope, depth: int = 2) -> Value:
    """Something computed from values at hand, of any shape."""
    value = pick(w, scope)
    assert value is not None
    for _ in range(w.random.randint(1, depth)):
        value = step(w, scope, value)
    return value


def step(w: Writer, scope: Scope, value: Value) -> Value:
    """One operation more."""
    ways: list[Way] = [_function, _function, _binary, _binary, _binary, _scaled, _method, _rare]
    if value.shape == "m" and value.framework:
        ways += [_product, _layer, _layer] if scope.kernels or scope.layers else []
        ways.append(_matrix)
    if value.shape == "v" and value.framework:
        ways.append(_vector)
    if scope.helpers and value.framework:
        ways += [_helper] * 3
    return w.random.choice(ways)(w, scope, value) or _scaled(w, scope, value)


def scalar(w: Writer, value: Value) -> Value:
    """The value made a scalar tensor."""
    if value.shape == "s" and w.chance(0.8):
        return value
    names = REDUCTIONS if w.chance(0.8) else [*REDUCTIONS, *w.operations.reductions]
    name = w.choose(names)
    if value.shape in "sp":
        name = w.choose(REDUCTIONS[:2])
    return Value(f"{name}({value.text})", "s", "tensor")


def _function(w: Writer, scope: Scope, value: Value) -> Value | None:
    if value.sort == "number":
        return Value(f"np.{w.choose(('tanh', 'exp', 'sin'))}({value.text})", value.shape, "number")
    if not value.framework and w.chance(0.5):
        return Value(f"np.{w.choose(('tanh', 'exp', 'sin', 'square'))}({value.text})", value.shape, value.sort)
    names: Sequence[str] = COMMON if w.zeros or w.chance(0.6) or value.shape in "sp" else w.operations.elementwise
    if not w.zeros and w.chance(0.1):
        names = BY_CHANCE_ZERO
    return Value(f"{w.choose(names)}({value.text})", value.shape)


def _binary(w: Writer, scope: Scope, value: Value) -> Value | None:
    other = pick(w, scope, {"v": "sv", "m": "svm", "p": "sp"}.get(value.shape, "svmp"))
    if other is None:
        return None
    shape, sort = together(value, other)
    left, right = (value, other) if w.chance(0.5) else (other, value)
    if sort == "tensor" and w.chance(0.25):
        name = w.choose(("tf.add", "tf.multiply", "tf.add" if w.zeros else "tf.subtract"))
        return Value(f"{name}({left.text}, {right.text})", shape)
    signs = "+*" if w.zeros else "+*+*-"  # a difference can be zero by chance
    return Value(f"({left.text} {w.choose(signs)} {right.text})", shape, sort)


def _scaled(w: Writer, scope: Scope, value: Value) -> Value:
    sort = "tensor" if value.framework else value.sort
    forms = ["0.5 * {}", "{} + 0.1", "{} / 2.0", "{} ** 2"]
    if not w.zeros:  # what is taken away may be there a second time
        forms += ["-{}", "(1.0 - {})"]
    form = w.choose(forms)
    return Value("(" + form.format(value.text) + ")", value.shape, sort)


def _method(w: Writer, scope: Scope, value: Value) -> Value | None:
    if value.sort != "tensor":
        return None
    if value.shape == "v":
        return Value(f"{value.text}[{w.choose(('0', '1', '-1'))}]", "s")
    if value.shape == "m":
        return Value(f"{value.text}[{w.choose(('0', '1', '-1', '0, :'))}]", "v")
    return Value(f"tf.identity({value.text})", value.shape)


def _rare(w: Writer, scope: Scope, value: Value) -> Value | None:
    """Masks, indices, and other pairs of an input that counts and one that does not."""
    if not value.framework:
        return None
    x = value.text
    forms = [
        f"tf.convert_to_tensor({x})",
        f"tf.cast({x}, tf.float32)",
        f"tf.stop_gradient(tf.ones_like({x})) * {x}",
        f"{x} * tf.cast(tf.size({x}), tf.float32)",
    ]
    if not w.zeros:
        forms += [
            f"tf.where({x} > 0.3, {x}, 0.5 * {x})",
            f"tf.maximum({x}, 0.05 * {x})",
            f"tf.clip_by_value({x}, -9.0, 9.0)",
            f"{x} * tf.cast({x} > -5.0, tf.float32)",
            f"abs({x})",
        ]
    form = w.choose(forms)
    return Value(f"({form})" if " * " in form else form, value.shape)


def _product(w: Writer, scope: Scope, value: Value) -> Value | None:
    if not scope.kernels:
        return None
    kernel = w.random.choice(scope.kernels).text
    if w.chance(0.5):
        return Value(f"tf.matmul({value.text}, {kernel})", "m")
    return Value(f"({value.text} @ {kernel})", "m")


def _layer(w: Writer, scope: Scope, value: Value) -> Value | None:
    if not scope.layers:
        return None
    return Value(f"{w.choose(scope.layers)}({value.text})", "m")


def _matrix(w: Writer, scope: Scope, value: Value) -> Value | None:
    x = value.text
    return w.random.choice(
        [
            Value(f"tf.reduce_sum({x}, axis=0)", "v"),
            Value(f"tf.reduce_mean({x}, axis=0)", "v"),
            Value(f"tf.gather({x}, [1, 0])", "m"),
            Value(f"tf.transpose(tf.transpose({x}))", "m"),
            Value(f"tf.reshape({x}, [2, 3])", "m"),
            Value(f"tf.concat([{x}[:1], {x}[1:]], axis=0)", "m"),
            Value(f"tf.concat([{x}, {x} * 0.5], 0)[:2]", "m"),
            Value(f"tf.linalg.matvec({x}, {x}[0])[0]", "s"),
            Value(f"tf.split({x}, 2, axis=0)[0][0]", "v"),
            Value(f"tf.einsum('ij,ij->j', {x}, {x})", "v"),
        ]
    )


def _vector(w: Writer, scope: Scope, value: Value) -> Value | None:
    x = value.text
    return w.random.choice(
        [
            Value(f"tf.gather({x}, [2, 0, 1])", "v"),
            Value(f"tf.stack([{x}, {x} * 2.0])", "m"),
            Value(f"tf.concat([{x}[:1], {x}[1:]], axis=0)", "v"),
            Value(f"tf.tensordot({x}, {x}, axes=1)", "s"),
            Value(f"tf.expand_dims({x}, 0)[0]", "v"),
            Value(f"tf.reverse({x}, [0])", "v"),
            Value(f"tf.add_n(tf.unstack({x}))", "s"),
            Value(f"sum(tf.unstack({x}))", "s"),
            Value(f"tf.roll({x}, 1, 0)", "v"),
        ]
    )


def _helper(w: Writer, scope: Scope, value: Value) -> Value | None:
    helper = w.random.choice(scope.helpers)
    arguments = [value]
    while len(arguments) < helper.arity:
        other = pick(w, scope, {"v": "sv", "m": "svm", "p": "sp"}.get(value.shape, "s"), framework=True)
        if other is None:
            return None
        arguments.append(other)
    shape, _ = together(*arguments)
    called = f"{helper.text}({', '.join(argument.text for argument in arguments)})"
    return Value(called, "s" if helper.reduces else shape, helper.sort)
