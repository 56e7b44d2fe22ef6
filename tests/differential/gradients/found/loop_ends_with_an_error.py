"""The second turn, in which the variable would have become a tensor, does not come: an error ends the loop."""

import tensorflow as tf

w = tf.Variable([0.2, 0.5, 0.8])
x = tf.constant([0.2, 0.5, 0.8])
for _ in range(3):
    with tf.GradientTape() as tape:
        x = x.numpy()
        loss = w**2
    gradient = tape.gradient(loss, w)  # TensorFlow: flows
    w = gradient  # expect: TFG209
