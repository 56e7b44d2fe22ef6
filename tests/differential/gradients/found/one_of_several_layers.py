"""One of a model's layers, or of its weights, and it is not known which: another one gets no gradient."""

import tensorflow as tf

inputs = tf.keras.Input(shape=(3,))
hidden = tf.keras.layers.Dense(3)(inputs)
rounded = tf.keras.layers.Dense(3)(hidden)
smooth = tf.keras.layers.Dense(3)(inputs)
model = tf.keras.Model(inputs=inputs, outputs=[rounded, smooth])
batch = tf.constant([[0.2, 0.5, 0.8], [0.6, 0.3, 0.9]])

with tf.GradientTape() as tape:
    results = model(batch)
    loss = tf.reduce_mean(tf.round(results[0])) + tf.reduce_mean(results[1])
of_layer = tape.gradient(loss, model.layers[-1].weights)  # TensorFlow: flows

with tf.GradientTape() as tape:
    results = model(batch)
    loss = tf.reduce_mean(tf.round(results[0])) + tf.reduce_mean(results[1])
of_weight = tape.gradient(loss, model.trainable_variables[-1])  # TensorFlow: flows

with tf.GradientTape() as tape:
    results = model(batch)
    loss = tf.reduce_mean(tf.round(results[0])) + tf.reduce_mean(results[1])  # expect: TFG204
of_all = tape.gradient(loss, model.trainable_variables)  # TensorFlow: partly
