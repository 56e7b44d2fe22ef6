"""Runs the fixtures in the installed TensorFlow and compares what happens with what they claim."""
