"""The elements of a named tuple are known by their names."""

from collections import namedtuple

import tensorflow as tf

Pair = namedtuple("Pair", "first second")
x = tf.constant([0.1, 0.9, 0.4])
with tf.GradientTape() as tape:  # expect: TFG301
    pair = Pair(x * 0.5, second=2.0)
    loss = pair.first * pair.second
slope = tape.gradient(loss, x)  # TensorFlow: none
