import tensorflow as tf

history = []


@tf.function
def step(point):
    error = float(point[0])
    if error > 0.2:
        history.append(1)  # expect: TFG405
    return error * 2.0


for _ in range(3):
    step(tf.constant([0.3, 0.6, 0.9]))
