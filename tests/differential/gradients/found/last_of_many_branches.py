"""One of seven values of a name is a list with the source in it: more values than are told apart."""

import tensorflow as tf

a = tf.Variable(2.0)
b = tf.Variable(3.0)
chosen = int(tf.size(tf.range(6)))
with tf.GradientTape() as tape:
    if chosen == 0:
        x = 1.0
    elif chosen == 1:
        x = 2.0
    elif chosen == 2:
        x = 3.0
    elif chosen == 3:
        x = 4.0
    elif chosen == 4:
        x = 5.0
    elif chosen == 5:
        x = a * 2.0
    else:
        x = [b * 2.0]
    loss = tf.reduce_sum(x)
gradient = tape.gradient(loss, b)  # TensorFlow: flows
