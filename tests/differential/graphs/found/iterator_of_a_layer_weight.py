"""A variable of Keras 3 gives an iterator; only what asks that for elements raises."""

import tensorflow as tf


class Gate(tf.keras.layers.Layer):
    def build(self, input_shape):
        self.scale = self.add_weight(shape=(3,), initializer="ones")

    def call(self, inputs):
        parts = iter(self.scale)
        return inputs if parts is not None else self.scale * inputs


gate = Gate()


@tf.function
def forward(batch):
    return gate(batch)


forward(tf.constant([[0.2, 0.5, 0.8]]))
