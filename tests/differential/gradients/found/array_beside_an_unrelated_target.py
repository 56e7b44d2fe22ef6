"""A target that left TensorFlow makes the query raise, whatever the sources are: said only where it was computed from
one of them."""

import tensorflow as tf

weight = tf.Variable([0.2, 0.5])
centre = tf.constant(0.4)
with tf.GradientTape() as tape:
    tape.watch(centre)
    error = tf.sqrt(centre).numpy() ** 2
slopes = tape.gradient([error, centre], [weight])  # TensorFlow: raises, a gap: the linter is silent
