import tensorflow as tf

origin = tf.constant([0.3, 0.6, 0.9])


@tf.function
def large_parts(point):
    parts = []
    for factor in [1.0, 2.0]:
        parts.append(tf.reduce_mean(point) * factor)
    kept = [part for part in parts if part > 0.5]  # expect: TFG412
    return tf.add_n(kept)


large_parts(origin)
