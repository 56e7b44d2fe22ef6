import tensorflow as tf


class Agent:
    def __init__(self):
        self.last = None

    @tf.function
    def step(self, point):
        total = tf.reduce_sum(point)
        if total > 0.2:  # expect: TFG413
            self.last = total
        return total


holder = Agent()
holder.step(tf.constant([0.3, 0.6, 0.9]))
