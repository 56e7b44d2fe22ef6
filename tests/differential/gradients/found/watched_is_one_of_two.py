"""What is watched may be the tensor itself, or another one that the same name stands for."""

import tensorflow as tf

x = tf.constant([0.2, 0.4])
other = tf.constant([0.3, 0.1])
with tf.GradientTape() as tape:
    tape.watch(tf.cast(x, tf.float32))
    loss = x * 2.0
of_cast = tape.gradient(loss, x)  # TensorFlow: flows

chosen = x if tf.reduce_sum(x) > 0.0 else other
with tf.GradientTape() as tape:
    tape.watch(chosen)
    loss = x * 2.0
of_chosen = tape.gradient(loss, x)  # TensorFlow: flows

with tf.GradientTape() as tape:  # expect: TFG301
    tape.watch(chosen)
    fresh = tf.constant([0.1, 0.2])
    loss = fresh * 2.0
of_fresh = tape.gradient(loss, fresh)  # TensorFlow: none
