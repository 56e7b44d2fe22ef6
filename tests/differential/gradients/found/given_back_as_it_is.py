"""Functions and layers that give back the very tensor that they are given."""

import keras
import tensorflow as tf

x = tf.constant([0.2, 0.4])
real = tf.math.real(x)
conjugate = keras.ops.conj(x)
total = tf.add_n([x])
kept = tf.nn.dropout(x, 0.0)
layered = keras.layers.Dropout(0.5)(x)
mapped = tf.nest.map_structure(lambda t: t, x)
linear = keras.activations.linear(x)
with tf.GradientTape(persistent=True) as tape:
    tape.watch(x)
    losses = [real * 2.0, conjugate * 2.0, total * 2.0, kept * 2.0, layered * 2.0, mapped * 2.0, linear * 2.0]
a = tape.gradient(losses[0], x)  # TensorFlow: flows
b = tape.gradient(losses[1], x)  # TensorFlow: flows
c = tape.gradient(losses[2], x)  # TensorFlow: flows
d = tape.gradient(losses[3], x)  # TensorFlow: flows
e = tape.gradient(losses[4], x)  # TensorFlow: flows
f = tape.gradient(losses[5], x)  # TensorFlow: flows
g = tape.gradient(losses[6], x)  # TensorFlow: flows
