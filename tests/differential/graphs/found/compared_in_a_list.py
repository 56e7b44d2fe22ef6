import tensorflow as tf


@tf.function
def step(point):
    loss, norm = tf.reduce_sum(point), tf.norm(point)
    return abs(min([loss, norm]))  # expect: TFG403


step(tf.constant([0.3, 0.6, 0.9]))
