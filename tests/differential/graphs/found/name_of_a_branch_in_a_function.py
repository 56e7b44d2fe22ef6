"""AutoGraph reckons that a function defined in a branch may be called later, whatever it reads."""

import tensorflow as tf


@tf.function
def step(point):
    total = point
    if tf.reduce_sum(point) > 0.2:  # expect: TFG413
        doubled = point * 2.0

        def shifted(value):
            return value + doubled

        total = shifted(point)
    return total


step(tf.constant([0.3, 0.6, 0.9]))
