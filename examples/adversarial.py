"""Moves an image a little so that a classifier takes it for something else."""

import numpy as np
import tensorflow as tf

classifier = tf.keras.Sequential([
    tf.keras.Input(shape=(8, 8, 1)),
    tf.keras.layers.Flatten(),
    tf.keras.layers.Dense(4),
])
cross_entropy = tf.keras.losses.SparseCategoricalCrossentropy(from_logits=True)


def brightness(picture):
    return np.mean(picture.numpy() ** 2)


def attack(image, label, size=0.05):
    with tf.GradientTape() as tape:
        loss = cross_entropy(label, classifier(image))
        loss -= 0.1 * brightness(image)
    slope = tape.gradient(loss, image)
    return image + size * tf.sign(slope)


picture = tf.random.uniform([1, 8, 8, 1])
adversarial = attack(picture, tf.constant([2]))
print("moved by", tf.reduce_max(tf.abs(adversarial - picture)).numpy())
