"""A cast to the dtype that a tensor or a variable has already gives it back: nothing runs that a tape could miss."""

import tensorflow as tf

theta = tf.Variable([0.1, 0.9, 0.4])
x = tf.constant([0.2, 0.4])
of_variable = tf.cast(theta, tf.float32)
of_tensor = tf.cast(x, tf.float32)
with tf.GradientTape(persistent=True) as tape:
    tape.watch(x)
    loss = of_variable * 2.0
    score = of_tensor * 2.0
by_variable = tape.gradient(loss, theta)  # TensorFlow: flows
by_tensor = tape.gradient(score, x)  # TensorFlow: flows
