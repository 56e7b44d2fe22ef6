"""What was an integer on the way is on no tape."""

import keras
import tensorflow as tf

x = tf.Variable([0.1, 0.9, 0.4])
y = tf.Variable([0.1, 0.9, 0.4])
z = tf.constant([0.7, 0.3])
with tf.GradientTape() as tape:
    x = tf.cast(tf.argsort(x), tf.float32)  # expect: TFG209
    loss = tf.nn.softplus(x)
order = tape.gradient(loss, x)  # TensorFlow: none
with tf.GradientTape() as tape:
    y = tf.cast(keras.ops.nanargmax(y), tf.float32)  # expect: TFG209
    loss = y + y
place = tape.gradient(loss, y)  # TensorFlow: none
with tf.GradientTape() as tape:  # expect: TFG301
    tape.watch(z)
    z = tf.cast(tf.cast(z, tf.int32), tf.float32)
    loss = z + z
count = tape.gradient(loss, z)  # TensorFlow: none
