import numpy as np
import tensorflow as tf


class Scale(tf.keras.layers.Layer):
    def build(self, input_shape):
        self.scale = self.add_weight(shape=(3,), initializer="ones")

    def call(self, inputs):
        table = np.exp(self.scale)
        score = tf.reduce_sum(self.scale)
        for _ in tf.range(2):
            score = score * 0.5
        return inputs * table * score


model = tf.keras.Sequential([tf.keras.Input((3,)), Scale(), tf.keras.layers.Dense(1)])
model.compile(optimizer="sgd", loss="mse", run_eagerly=True)
model.train_on_batch(np.ones((2, 3), dtype=np.float32), np.zeros((2, 1), dtype=np.float32))
