"""What TensorFlow does to abstract values."""
