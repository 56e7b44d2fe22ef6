"""What a ``tf.py_function`` recorded is gone after one query, also from a persistent tape."""

import tensorflow as tf

theta = tf.Variable([0.7, 0.3, 0.6])
with tf.GradientTape(persistent=True) as tape:
    objective = tf.py_function(func=lambda a: a * a, inp=[theta], Tout=tf.float32)
first = tape.gradient(objective, theta)  # TensorFlow: flows
second = tape.gradient(objective, theta)  # TensorFlow: raises, a gap: the linter is silent
