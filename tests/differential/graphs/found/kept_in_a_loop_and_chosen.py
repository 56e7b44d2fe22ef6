import tensorflow as tf


def augment(point):
    kept = []
    for row in tf.stack([point, point]):
        kept.append(row)  # expect: TFG406
    total = tf.add_n(kept)
    return total if tf.reduce_sum(point) > 0.2 else point


dataset = tf.data.Dataset.from_tensor_slices([[0.2, 0.5, 0.8], [0.6, 0.3, 0.9]]).map(augment)
