import tensorflow as tf


class Attention(tf.keras.layers.Layer):
    def build(self, input_shape):
        self.scale = self.add_weight(shape=(3,), initializer="ones")
        print("made", self.scale)

    def call(self, inputs):
        print(self.scale)  # expect: TFG404
        return inputs * self.scale


layer = Attention()


@tf.function
def forward(batch):
    return layer(batch)


for _ in range(3):
    forward(tf.constant([[0.2, 0.5, 0.8]]))
