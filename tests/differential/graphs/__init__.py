"""Random traced programs: what TensorFlow says and does while it traces them."""
