"""Static analysis of TensorFlow training code: lost gradients and what tracing changes."""

__version__ = "0.1.0"
