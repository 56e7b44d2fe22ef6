"""What NumPy and other libraries of the host do to abstract values."""
