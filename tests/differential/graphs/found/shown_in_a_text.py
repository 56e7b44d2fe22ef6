import logging

import tensorflow as tf


@tf.function
def step(point):
    loss = tf.reduce_sum(point)
    print(f"loss {loss}")  # expect: TFG404
    print("loss: " + str(loss))  # expect: TFG404
    print(f"{point.shape[0]} numbers")
    logging.warning(f"loss {loss}")  # expect: TFG404
    return loss


for _ in range(3):
    step(tf.constant([0.3, 0.6, 0.9]))
