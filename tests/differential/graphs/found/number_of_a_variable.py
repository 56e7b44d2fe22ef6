import tensorflow as tf


class Estimator:
    def __init__(self):
        self.scale = tf.Variable(1.5)

    @tf.function
    def step(self, batch):
        alpha = complex(self.scale).real  # expect: TFG403
        return tf.reduce_mean(batch) * alpha


holder = Estimator()
holder.step(tf.constant([0.2, 0.5, 0.8]))
