"""What Keras does to abstract values."""
