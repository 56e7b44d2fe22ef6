"""Which inputs a small network looks at: code from TensorFlow 1 that was carried over."""

import tensorflow as tf

weights = tf.Variable(tf.random.normal([5, 1]))


def score(features):
    return tf.reduce_sum(tf.matmul(tf.tanh(features), weights))


def saliency(features):
    target = score(features)
    return tf.gradients(target, features)[0]


print(saliency(tf.ones([3, 5])))
