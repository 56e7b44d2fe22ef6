"""What does run before the tape records is lost: an identity, a reshape."""

import tensorflow as tf

x = tf.constant([0.2, 0.4])
copied = tf.identity(x)  # expect: TFG304
with tf.GradientTape() as tape:
    tape.watch(x)  # expect: TFG302
    loss = copied * 2.0
slope = tape.gradient(loss, x)  # TensorFlow: none
