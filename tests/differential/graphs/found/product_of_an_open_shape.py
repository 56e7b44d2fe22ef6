import numpy as np
import tensorflow as tf


@tf.function(input_signature=[tf.TensorSpec([None, 3], tf.float32), tf.TensorSpec([], tf.float32)])
def compute(batch, level):
    depth = np.prod(batch.shape)  # expect: TFG415
    return level * depth


compute([[0.2, 0.5, 0.8]], 0.7)
