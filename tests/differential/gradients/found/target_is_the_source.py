"""The gradient of a tensor by itself is one, though nothing watches it; not so where another target reads it."""

import tensorflow as tf

features = tf.linspace(0.2, 0.9, 3)
weight = tf.Variable(0.5)
with tf.GradientTape(persistent=True) as tape:
    loss = features
    other = weight * features
slope = tape.gradient(loss, features)  # TensorFlow: flows
both = tape.gradient([other, features], features)  # TensorFlow: none, a gap: the linter is silent
