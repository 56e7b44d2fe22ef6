"""`tf.recompute_grad` has no second derivative, and says so with an error of its own: no rule is about it."""

import tensorflow as tf

gain = tf.Variable([0.7, 0.3, 0.6])
with tf.GradientTape() as outer:
    with tf.GradientTape() as inner:
        halved = tf.recompute_grad(lambda t: t * 0.5)(gain)
        loss = tf.reduce_sum(tf.exp(halved)) + tf.reduce_sum(tf.exp(gain) * gain)
    slope = inner.gradient(loss, gain)  # TensorFlow: flows
    penalty = tf.reduce_sum(slope**2)
second = outer.gradient(penalty, gain)  # TensorFlow: raises
