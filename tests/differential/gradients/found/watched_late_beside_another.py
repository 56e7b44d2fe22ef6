"""An operation that another source put on the tape passes a gradient to all its tensors, watched late or not; a
variable was read before it, and that was not recorded."""

import tensorflow as tf

scale = tf.Variable([0.7, 0.3, 0.6])
x = tf.constant([1.0, 2.0, 3.0])
y = tf.constant([1.0, 2.0, 3.0])
with tf.GradientTape(persistent=True, watch_accessed_variables=False) as tape:
    tape.watch(x)
    of_variable = tf.add(x, scale)
    of_tensor = tf.add(x, y)
    tape.watch([scale, y])  # expect: TFG302
by_tensor = tape.gradient(of_tensor, [x, y])  # TensorFlow: flows
by_variable = tape.gradient(of_variable, scale)  # TensorFlow: none
