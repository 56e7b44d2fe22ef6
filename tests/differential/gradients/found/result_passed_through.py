"""``tf.grad_pass_through`` gives a function the gradient of the identity."""

import tensorflow as tf

w = tf.Variable([0.1, 0.9, 0.4])
with tf.GradientTape() as tape:
    loss = tf.grad_pass_through(tf.round)(w)
gradient = tape.gradient(loss, w)  # TensorFlow: flows
