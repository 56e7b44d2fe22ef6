"""``list.insert(0, …)`` puts in front: the variable is the second element now."""

import tensorflow as tf

b = tf.Variable([0.1, 0.9, 0.4])
with tf.GradientTape() as tape:
    tool = [b]
    tool.insert(0, b * b)
    built = tool[0]
    built += 1.0
slope = tape.gradient(built, b)  # TensorFlow: flows
