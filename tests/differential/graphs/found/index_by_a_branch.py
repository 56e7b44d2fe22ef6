import tensorflow as tf

origin = tf.constant([0.3, 0.6, 0.9])


@tf.function
def scaled(point):
    level = 0
    if tf.reduce_sum(point) > 0.5:
        level = 1
    return point * [1.0, 0.5][level]  # expect: TFG403


scaled(origin)
