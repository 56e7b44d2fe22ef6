"""Attributes that are set through ``__dict__``, ``vars`` or a ``__setattr__`` of the class."""

import tensorflow as tf

x = tf.Variable([0.2, 0.4])


class Plain:
    pass


class Own:
    def __init__(self):
        self.value = x.numpy()

    def __setattr__(self, name, value):
        object.__setattr__(self, name, x * 2.0)


first, second = Plain(), Plain()
first.value = second.value = x.numpy()
with tf.GradientTape(persistent=True) as tape:
    first.__dict__["value"] = x * 2.0
    vars(second).update(value=x * 2.0)
    losses = [first.value * 1.0, second.value * 1.0, Own().value * 1.0]
a = tape.gradient(losses[0], x)  # TensorFlow: flows
b = tape.gradient(losses[1], x)  # TensorFlow: flows
c = tape.gradient(losses[2], x)  # TensorFlow: flows
