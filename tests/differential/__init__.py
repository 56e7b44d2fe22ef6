"""Random programs, run in TensorFlow and linted: the two must tell the same."""
