"""Fits a line by hand, one gradient step after the other."""

import tensorflow as tf

xs = tf.linspace(0.0, 1.0, 20)
ys = 3.0 * xs - 0.5

slope = tf.Variable(0.0)
offset = tf.Variable(0.0)

for step in range(100):
    with tf.GradientTape() as tape:
        error = tf.reduce_mean(tf.square(slope * xs + offset - ys))
    d_slope = tape.gradient(error, slope)
    d_offset = tape.gradient(error, offset)
    slope = slope - 0.1 * d_slope
    offset = offset - 0.1 * d_offset
    if step % 20 == 0:
        print(step, float(error))
