"""The gradient of softsign has no gradient itself."""

import tensorflow as tf

x = tf.Variable([0.7, 0.3, 0.6])
with tf.GradientTape() as outer:
    with tf.GradientTape() as inner:
        y = tf.nn.softsign(x)
    slope = inner.gradient(y, x)  # TensorFlow: flows
curvature = outer.gradient(slope, x)  # TensorFlow: raises, a gap: the linter is silent
