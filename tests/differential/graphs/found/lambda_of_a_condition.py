import tensorflow as tf


@tf.function
def step(point):
    norm = tf.norm(point)
    loss = (lambda t: t if t > 0.0 else -t)(norm)
    if loss > 0.2 and 3 > 0:
        loss = 0.5 * loss
    return loss


for _ in range(3):
    step(tf.constant([0.3, 0.6, 0.9]))
