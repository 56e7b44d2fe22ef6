import tensorflow as tf

history = []


def prepare(point):
    if 3 > 2:
        history.append("step")  # expect: TFG405
    return point


dataset = tf.data.Dataset.from_tensor_slices([0.1, 0.2]).map(prepare)
for _ in dataset:
    pass
