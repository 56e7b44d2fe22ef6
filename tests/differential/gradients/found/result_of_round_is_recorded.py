"""Nothing flows through a floor, and yet what it gives is on the tape: its own gradient flows."""

import tensorflow as tf


class Regression:
    def step(self, x):
        with tf.GradientTape() as tape:
            x = x // 0.3
            loss = tf.exp(x)
        return tape.gradient(loss, x)  # TensorFlow: flows


Regression().step(tf.Variable([[0.2, 0.5, 0.8], [0.6, 0.3, 0.9]]))
