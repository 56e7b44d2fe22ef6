import tensorflow as tf

history = []


def measure(value):
    for _ in range(2):
        history.append(value)  # expect: TFG406
    return value


@tf.function
def compute(point):
    return measure(tf.square(point))


compute(tf.constant([0.3, 0.6, 0.9]))
total = tf.add_n(history)
