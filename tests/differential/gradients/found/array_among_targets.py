"""A NumPy value among several targets: the query raises, whatever the others are."""

import numpy as np
import tensorflow as tf

x = tf.Variable([0.1, 0.9, 0.4])
y = tf.Variable([0.2, 0.3, 0.4])
with tf.GradientTape() as tape:
    objective = np.linalg.norm(x) * 2.0  # expect: TFG202
    result = x * y
slopes = tape.gradient([objective, result], [x, y])  # TensorFlow: raises
