# ruff: noqa: E501  (the text of programs)
"""What Python and TensorFlow offer besides plain statements: each takes a value at hand and binds a new one.

In the templates ``{x}`` is the value, ``{y}`` another one of the same shape or a scalar, ``{n}`` the new name,
``{k}`` a fresh name.
"""

from __future__ import annotations

from ..writer import Scope, Value, Writer
from .expressions import pick

# The new value has the shape of {x}.
SAME = (
    "{n}, *_ = [{x}, {y}]",
    "{k} = [{x}]\n{k}.extend([{y}, {x}])\n{n} = {k}[0] + {k}[-2]",
    "{k} = [{x}, {y}]\n{n} = {k}.pop(0)",
    "{k} = [{x}]\n{k}.insert(0, {y} * {x})\n{n} = {k}[0]",
    "{k} = [{y}]\n{k}.append({x})\n{k}.reverse()\n{n} = {k}[0] * 0.5",
    "{k} = ({x}, {y})\n{n} = {k}[0] * {k}[1]",
    "{k} = dict(one={x}, two={y})\n{n} = {k}['one'] + {k}['two']",
    "{k} = {{}}\n{k}['a'] = {x}\n{k}.update(b={y})\n{n} = {k}['a'] * {k}['b']",
    "{k} = {{**{{'a': {x}}}, 'b': {y}}}\n{n} = {k}['a']",
    "{n} = {x} if USE_BONUS else {x} * 0.5",
    "{n} = {x} if {y} is not None else {y}",
    "if ({k} := {x} * 0.5) is not None:\n    {n} = {k} + {x}\nelse:\n    {n} = {x}",
    "def {k}(*args):\n    return args[0] * 0.5\n{n} = {k}({x}, {y})",
    "def {k}(first, **options):\n    return first * options['other']\n{n} = {k}({x}, other={y})",
    "def {k}(values):\n    for value in values:\n        yield value * 0.5\n{n} = sum({k}([{x}, {x}]))",
    "def {k}(value):\n    return value, value * 0.5\n{n}, _ = {k}({x})",
    "def {k}(value):\n    return {{'out': value, 'aux': value * 0.5}}\n{n} = {k}({x})['out']",
    "{k} = {{'square': tf.square, 'tanh': tf.tanh}}\n{n} = {k}['tanh']({x})",
    "{k} = tf.tanh\n{n} = {k}({x})",
    "{n} = (lambda t: t * 0.5)({x})",
    "{k} = [lambda t: t + 0.1, tf.tanh]\n{n} = {x}\nfor function in {k}:\n    {n} = function({n})",
    "{n} = tf.nest.map_structure(lambda t: t * 0.5, {x})",
    "{n} = tf.nest.map_structure(tf.tanh, [{x}, {y}])[0]",
    "{n} = tf.cond(tf.constant(True), lambda: {x} * 0.5, lambda: {x})",
    "{n} = tf.map_fn(tf.tanh, tf.stack([{x}, {x}]))[0]",
    "{n} = tf.vectorized_map(lambda t: t * 0.5, tf.stack([{x}, {x}]))[1]",
    "_, {n} = tf.while_loop(lambda i, v: i < 2, lambda i, v: (i + 1, v * 0.5), (0, {x}))",
    "{n} = tf.scan(lambda a, t: a * t, tf.stack([{x}, {x}]))[-1]",
    "{n} = tf.foldl(lambda a, t: a + t, tf.stack([{x}, {x}]))",
    "{k} = tf.TensorArray(tf.float32, size=2)\n{k} = {k}.write(0, {x})\n{k} = {k}.write(1, {x} * 2.0)\n{n} = {k}.stack()[0]",
    "{n} = tf.function(lambda t: t * 0.5)({x})",
    "with tf.name_scope('part'):\n    {n} = {x} * 0.5",
    "with tf.device('CPU:0'):\n    {n} = {x} * {y}",
    "{n} = {x}\nassert {n} is not None",
    "{n} = {x} * 0.5\ntry:\n    {n} = {n} + {y}\nfinally:\n    HISTORY.append(1.0)",
    "{n} = {x}\ndel {n}\n{n} = {x} * 0.5",
    "{n} = tf.stop_gradient(tf.round({x}) - {x}) + {x}",
    "{n} = {x} + tf.stop_gradient({y})",
    "{n} = {x} * tf.constant(tf.reduce_max({x}).numpy())",
    "{n} = {x} / (np.max(np.abs({x})) + 1.0)",
    "{n} = {x} * np.float32(0.5)",
    "{n} = {x} * float({y_scalar})",
    "{n} = np.float32(2.0) * {x} + np.zeros(3, np.float32).sum()",
    "{n} = tf.Variable(1.5) * {x}",
    "{k} = tf.Variable(tf.zeros_like({x}))\n{k}.assign({x})\n{n} = {k} + {x}",
    "{k} = tf.Variable(tf.zeros_like({x}))\n{k}.assign({x})\n{n} = {k} * 2.0",
    "{k} = tf.Variable(tf.zeros_like({x}))\n{n} = {k}.assign({x}) * 2.0",
    "{n} = tf.unstack(tf.stack([{x}, {x} * 2.0]))[1]",
    "{n} = tf.split(tf.stack([{x}, {x}]), 2)[0][0]",
    "{n} = tf.meshgrid({x})[0] if {x}.shape.rank == 1 else {x} * 0.5",
    "{n} = tf.tensor_scatter_nd_add(tf.stack([{x}, {x}]), [[0]], tf.stack([{x}]))[0]",
    "{n} = tf.math.multiply_no_nan({x}, tf.ones_like({x}))",
    "{n} = tf.math.divide_no_nan({x}, 2.0 + tf.ones_like({x}))",
    "{n} = tf.math.add_n([{x}, {x}])",
    "{n} = functools.partial(tf.multiply, 0.5)({x})",
    "{n} = tf.multiply(x={x}, y=0.5)",
    "{n} = {x}.__mul__(0.5)",
    "{n} = tf.add_n([{x}])",
    "{n} = tf.math.real({x})",
    "{n} = tf.math.conj({x}) + {y}",
    "{n} = keras.activations.linear({x})",
    "{n} = tf.nest.map_structure(lambda t: t, {x})",
    "{n} = keras.layers.Dropout(0.5)({x})",
    "{n} = tf.keras.layers.Activation('linear')({x}) * 0.5",
    "{n} = keras.layers.Identity()({x})",
    "{n} = tf.cast({x}, {x}.dtype)",
    "{n} = tf.cast(tf.cast({x}, tf.float64), tf.float32)",
    "{n} = tf.cast({x}, tf.float16)\n{n} = tf.cast({n}, 'float32')",
    "{n} = tf.complex({x}, {x} * 0.0)\n{n} = tf.math.real({n})",
    "{n} = tf.grad_pass_through(tf.round)({x})",
    "{n} = tf.identity_n([{x}, {x}])[0]",
    "{n} = tf.clip_by_norm({x}, 5.0)",
    "{n} = tf.ensure_shape({x}, {x}.shape)",
    "{n} = tf.broadcast_to({x}, {x}.shape)",
    "{n} = tf.raw_ops.Tanh(x={x})",
    "{n} = tf.experimental.numpy.tanh({x})",
    "{n} = keras.ops.where({x} > -5.0, {x}, {x} * 0.5)",
    "{n} = tf.where(tf.ones_like({x}, dtype=tf.bool), {x}, tf.zeros_like({x}))",
    "{n} = tf.recompute_grad(lambda t: t * 0.5)({x})",
    "@tf.custom_gradient\ndef {k}(value):\n    def grad(upstream):\n        return upstream * 0.5\n    return value * 2.0, grad\n{n} = {k}({x})",
    "def {k}(value, depth):\n    return value if depth == 0 else {k}(value * 0.5, depth - 1)\n{n} = {k}({x}, 3)",
    "class {k}:\n    pass\n{n} = {k}()\n{n}.value = {x}\n{n} = {n}.value * 0.5",
    "class {k}:\n    factor = 0.5\n\n    @staticmethod\n    def apply(value):\n        return value * {k}.factor\n{n} = {k}.apply({x})",
    "class {k}:\n    def __init__(self, value):\n        self._value = value\n\n    @property\n    def halved(self):\n        return self._value * 0.5\n{n} = {k}({x}).halved",
    "class {k}(keras.layers.Layer):\n    def build(self, shape):\n        self.gain = self.add_weight(shape=(), initializer='ones')\n\n    def call(self, inputs):\n        return inputs * self.gain\n{n} = {k}()({x})",
    "import operator\n{n} = operator.mul({x}, 0.5)",
    "import itertools\n{n} = sum(itertools.chain([{x}], [{x}]))",
    "from collections import namedtuple\n{k} = namedtuple('Pair', 'first second')({x}, {y})\n{n} = {k}.first * 0.5",
    "{n} = [t * 0.5 for t in [{x}, {y}] if t is not None][0]",
    "{n} = {{name: t for name, t in zip('ab', [{x}, {y}])}}['a']",
    "{n} = list(map(lambda t: t * 0.5, [{x}]))[0]",
    "{n} = next(iter([{x}]))",
    "{n} = sorted([{x}], key=lambda t: 0)[0]",
    "{n} = list(reversed([{y}, {x}]))[0]",
    "{n} = max([{x}, {x}], key=lambda t: 0)",
    "{n} = {x}[tf.newaxis][0]",
    "{n} = {x}[..., tf.newaxis][..., 0]",
    "{n} = tf.expand_dims({x}, -1)[..., 0]",
    "{n} = tf.keras.layers.Flatten()({x}[tf.newaxis])\n{n} = tf.reshape({n}, tf.shape({x}))",
    "{n} = tf.reshape(tf.reshape({x}, [-1]), {x}.shape)",
    "{n} = tf.keras.layers.Activation('tanh')({x})",
    "{n} = tf.keras.layers.Lambda(lambda t: t * 0.5)({x})",
    "{n} = tf.nn.dropout({x}, 0.0)",
    "global HISTORY_{k}\nHISTORY_{k} = {x}\n{n} = HISTORY_{k} * 0.5",
    "match DEPTH:\n    case 2:\n        {n} = {x} * 0.5\n    case _:\n        {n} = {x} + 0.1",
    "{n} = {x}\nfor index in range(3):\n    if index == 1:\n        continue\n    {n} = {n} * 0.9\nelse:\n    {n} = {n} + 0.1",
    'print(f"{{float(tf.reduce_mean({x})):.3f}}")\n{n} = {x} * 0.5',
    "tf.print(tf.reduce_mean({x}))\n{n} = {x} * 0.5",
    "{n} = {x} * (0.5 if np.mean({x}) > 0.1 else 0.25)",
    "{n} = {x} * 0.5 if tf.reduce_sum({x}) > -100.0 else {x}",
    "while tf.reduce_sum({x}) < -100.0:\n    break\n{n} = {x} * 0.5",
    "{n} = copy.copy({x}) * 0.5",
    "{n} = np.multiply({x}, 0.5)",
    "{n} = np.float32(0.5) * np.asarray({x})",
    "{n} = np.array([0.5], dtype=np.float32)[0] * {x}",
    "{n} = tf.py_function(lambda t: t * 0.5, [{x}], tf.float32) + {x} * 0.1",
    "{n} = tf.reduce_sum([{x}, {x}], axis=0)",
    "{n} = tf.reduce_mean(tf.stack([t for t in ({x}, {x})], axis=0), axis=0)",
    "{n} = tf.math.reduce_max(tf.stack([{x}, {x} * 0.5]), axis=0)",
    "{n} = tf.sparse.to_dense(tf.sparse.from_dense({x}))",
    "{n} = tf.concat([tf.reshape({x}, [-1]), tf.reshape({x}, [-1])], 0)\n{n} = tf.reshape({n}[:tf.size({x})], {x}.shape)",
)

# The new value is a scalar.
SCALAR = (
    "{n} = keras.losses.MeanSquaredError()(tf.zeros_like({x}[tf.newaxis]), {x}[tf.newaxis])",
    "{n} = tf.reduce_mean(keras.losses.mean_squared_error(tf.zeros_like({x}[tf.newaxis]), {x}[tf.newaxis]))",
    "{n} = tf.reduce_mean(tf.math.squared_difference({x}, 0.1))",
    "{n} = tf.reduce_mean(tf.nn.sigmoid_cross_entropy_with_logits(labels=tf.ones_like({x}), logits={x}))",
    "{n} = tf.keras.regularizers.L2(0.1)({x})",
    "{n} = tf.linalg.norm(tf.reshape({x}, [-1]))",
    "{n} = tf.linalg.global_norm([{x}, {x}])",
    "{n} = sum([tf.reduce_sum(t) for t in ({x}, {y})], 0.0)",
    "{n} = 0.0\nfor element in tf.reshape({x}, [-1]):\n    {n} += element",
    "{n} = 0.0\nfor element in tf.unstack(tf.reshape({x}, [-1])):\n    {n} = {n} + element ** 2",
    "{n} = 0\nfor part in [{x}, {y}]:\n    {n} += tf.reduce_sum(part)",
    "{n} = tf.constant(0.0)\nfor index in range(2):\n    {n} = {n} + tf.reduce_sum({x}) * index",
    "{k} = keras.metrics.Mean()\n{k}.update_state({x})\n{n} = {k}.result()",
    "{k} = keras.metrics.Mean()\n{k}.update_state({x})\n{n} = tf.reduce_sum({x})",
    "{n} = tf.reduce_sum({x})\n{n} = {n} if {n} > -1000.0 else -{n}",
    "{n} = np.sum([tf.reduce_sum({x}), tf.reduce_mean({x})])",
    "{n} = tf.reduce_sum(tf.nn.moments(tf.reshape({x}, [-1]), axes=[0])[1])",
    "{k}, {n} = tf.nn.moments(tf.reshape({x}, [-1]), [0])",
    "{n} = tf.nn.top_k(tf.reshape({x}, [-1]), 1).values[0]",
    "{n}, _ = tf.math.top_k(tf.reshape({x}, [-1]), 1)\n{n} = {n}[0]",
    "{n} = tf.reduce_sum(tf.boolean_mask(tf.reshape({x}, [-1]), tf.reshape({x}, [-1]) > -50.0))",
    "{n} = tf.reduce_sum(tf.gather_nd(tf.reshape({x}, [-1]), [[0]]))",
    "{n} = tf.reduce_sum(tf.reshape({x}, [-1])[::-1][:1])",
    "{n} = float(np.mean([{x}.numpy().mean(), 0.5])) + tf.reduce_mean({x})",
    "{n} = tf.reduce_logsumexp(tf.reshape({x}, [1, -1]), axis=-1)[0]",
    "{n} = tf.tensordot(tf.reshape({x}, [-1]), tf.reshape({x}, [-1]), 1)",
    "{n} = math.fsum([float(tf.reduce_sum({x}))])",
    "{n} = tf.reduce_sum(tf.one_hot(tf.argmax(tf.reshape({x}, [-1])), 3) * 2.0)",
    "{n} = tf.reduce_sum(tf.gather(tf.reshape({x}, [-1]), tf.argmax(tf.reshape({x}, [-1]))))",
    "{n} = tf.reduce_max({x}) - tf.reduce_min({x}) * 0.5",
    "{n} = tf.reduce_mean(tf.cast({x} > 0.5, tf.float32) * {x}) + tf.reduce_sum({x})",
    "{n} = tf.cast(tf.reduce_sum(tf.cast({x} > -9.0, tf.int32)), tf.float32)",
    "{n} = tf.math.count_nonzero({x} > 0.4, dtype=tf.float32)",
)


def construct(w: Writer, scope: Scope) -> Value | None:
    """Write one, and have its result at hand."""
    value = pick(w, scope, "svm", framework=True)
    if value is None:
        return None
    if value.shape != "s" and w.chance(0.3):
        template, shape = w.choose(SCALAR), "s"
    else:
        template, shape = w.choose(SAME), value.shape
    if "global" in template and not w.home:
        template = "{n} = {x} * 0.5"
    other = pick(w, scope, {"v": "sv", "m": "svm"}.get(value.shape, "s"), framework=True) or value
    if other.shape != value.shape and ("sorted" in template or ", {y}" in template or "{y} * {x}" in template):
        other = value
    names = {
        "x": value.text,
        "y": other.text,
        "n": w.name("result", "made", "built"),
        "k": w.name("kept", "tool", "held"),
        "y_scalar": f"tf.reduce_mean({other.text})",
    }
    for line in template.format(**names).splitlines():
        w.line(line)
    sort = "array" if "= np.multiply" in template or "np.asarray" in template or "= np.sum" in template else "tensor"
    if "math.fsum" in template:
        sort = "number"
    made = Value(names["n"], shape, sort, w.home)
    scope.values.append(made)
    return made
