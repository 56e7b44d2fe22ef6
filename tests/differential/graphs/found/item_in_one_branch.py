import tensorflow as tf

counts = {"steps": 0}


@tf.function
def step(level):
    if level > 1e-3:  # expect: TFG413
        with tf.init_scope():
            counts["value"] = 1.0
    return level * 2.0


step(tf.constant(0.7))
