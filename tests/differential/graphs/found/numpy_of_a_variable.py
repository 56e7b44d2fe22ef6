import numpy as np
import tensorflow as tf

weights = tf.Variable([0.5, 0.2, 0.1])


@tf.function
def step(point):
    return tf.reduce_sum(point * np.tanh(weights))  # expect: TFG402


step(tf.constant([0.3, 0.6, 0.9]))
