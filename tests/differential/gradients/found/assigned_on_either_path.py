"""Each branch assigns another tensor: what the second one assigned is the cause as well."""

import tensorflow as tf

v = tf.Variable(1.0)
a = tf.Variable(2.0)
b = tf.Variable(3.0)
with tf.GradientTape() as tape:
    if tf.size(tf.range(6)) == 0:
        v.assign(a * 2.0)
    else:
        v.assign(b * 2.0)  # expect: TFG208
    loss = v * v
gradient = tape.gradient(loss, b)  # TensorFlow: none
