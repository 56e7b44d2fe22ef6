"""A cached function or property gives the same object each time."""

import functools

import tensorflow as tf


class Solver:
    @functools.cached_property
    def weight(self):
        return tf.Variable([0.2, 0.4])


@functools.lru_cache(maxsize=8)
def scale(size):
    return tf.Variable([0.5] * size)


@functools.cache
def doubled():
    return scale(2) * 2.0


solver = Solver()
doubled()  # expect: TFG304
with tf.GradientTape(persistent=True) as tape:
    loss = solver.weight * scale(2)
    late = doubled() * 1.0
by_property = tape.gradient(loss, solver.weight)  # TensorFlow: flows
by_function = tape.gradient(loss, scale(2))  # TensorFlow: flows
computed_before = tape.gradient(late, scale(2))  # TensorFlow: none
