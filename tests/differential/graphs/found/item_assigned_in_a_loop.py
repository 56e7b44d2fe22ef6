import tensorflow as tf


@tf.function
def step(point, level):
    gap = point * level
    for _ in tf.range(2):
        gap[1] += 2.0  # expect: TFG416
    return gap


step(tf.constant([0.3, 0.6, 0.9]), tf.constant(0.7))
