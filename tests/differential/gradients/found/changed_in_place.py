"""Lists and dictionaries that change in ways that need not be followed: what they hold is then any of it."""

import collections

import tensorflow as tf

x = tf.Variable([0.2, 0.4])
position, key = int(tf.constant(0)), "ab"[int(tf.constant(0))]
with tf.GradientTape(persistent=True) as tape:
    sliced = [x.numpy(), 1.0]
    sliced[0:1] = [x * 2.0]
    first = sliced[0] * 2.0
    shorter = [x.numpy(), x * 2.0]
    del shorter[0]
    second = shorter[0] * 2.0
    popped = [x.numpy(), x * 2.0]
    popped.pop(position)
    third = popped[0] * 2.0
    latest = collections.deque([x.numpy()], maxlen=1)
    latest.append(x * 2.0)
    fourth = latest[0] * 2.0
    turned = collections.deque([x.numpy(), x * 2.0])
    turned.rotate(1)
    fifth = turned[0] * 2.0
    table = {"a": x.numpy()}
    table |= {"a": x * 2.0}
    sixth = table["a"] * 2.0
    named = {"a": x.numpy()}
    named[key] = x * 2.0
    seventh = named["a"] * 2.0
    pairs = {"a": x.numpy()}
    pairs.update([("a", x * 2.0)])
    eighth = pairs["a"] * 2.0
a = tape.gradient(first, x)  # TensorFlow: flows
b = tape.gradient(second, x)  # TensorFlow: flows
c = tape.gradient(third, x)  # TensorFlow: flows
d = tape.gradient(fourth, x)  # TensorFlow: flows
e = tape.gradient(fifth, x)  # TensorFlow: flows
f = tape.gradient(sixth, x)  # TensorFlow: flows
g = tape.gradient(seventh, x)  # TensorFlow: flows
h = tape.gradient(eighth, x)  # TensorFlow: flows
