"""What TensorFlow, Keras, NumPy and Python calls do to abstract values, over tables derived by running them."""
