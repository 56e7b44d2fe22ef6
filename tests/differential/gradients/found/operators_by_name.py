"""``operator.mul`` and ``t.__mul__`` are followed like ``*``."""

import operator

import tensorflow as tf

theta = tf.constant([0.1, 0.9, 0.4])
phase = tf.Variable([0.1, 0.9, 0.4])
with tf.GradientTape() as tape:  # expect: TFG301
    built = operator.abs(operator.mul(theta, 0.5))
    result = built.__rmul__(2.0) + tf.round(phase).__mul__(0.5)  # expect: TFG204
slope, shift = tape.gradient(result, [theta, phase])  # TensorFlow: none
