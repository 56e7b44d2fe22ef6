import tensorflow as tf


class Agent(tf.Module):
    @tf.function(autograph=False)
    def step(self, batch):
        return self.measure(tf.reduce_max(batch, axis=0))

    def measure(self, value):
        states = tf.TensorArray(tf.float32, size=2)
        for i in tf.range(2):  # expect: TFG403
            states = states.write(i, tf.reduce_sum(value))
        return tf.reduce_sum(states.stack())


holder = Agent()
holder.step(tf.constant([[0.2, 0.5, 0.8], [0.6, 0.3, 0.9]]))
