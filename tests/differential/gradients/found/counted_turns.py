"""What a counter decides in a later turn of a loop is not known from the first turns."""

import tensorflow as tf

x = tf.Variable([0.2, 0.4])
with tf.GradientTape() as tape:
    count = 0
    loss = x.numpy()
    while True:
        count += 1
        if count > 2:
            loss = x * 2.0
            break
endless = tape.gradient(loss, x)  # TensorFlow: flows
with tf.GradientTape() as tape:
    count = 0
    loss = x.numpy()
    while count < 12:
        count += 1
        if count == 10:
            loss = x * 2.0
counted = tape.gradient(loss, x)  # TensorFlow: flows
