"""Functions of Python and NumPy that draw random numbers, and what of TensorFlow draws the same."""

from __future__ import annotations

# What draws floating-point numbers: TensorFlow's function, and the parameters.
FLOATS = {
    "random.random": ("uniform", ()),
    "random.uniform": ("uniform", ("low", "high")),
    "random.gauss": ("normal", ("loc", "scale")),
    "random.normalvariate": ("normal", ("loc", "scale")),
    "numpy.random.random": ("uniform", ("size",)),
    "numpy.random.random_sample": ("uniform", ("size",)),
    "numpy.random.uniform": ("uniform", ("low", "high", "size")),
    "numpy.random.normal": ("normal", ("loc", "scale", "size")),
    "numpy.random.standard_normal": ("normal", ("size",)),
}
BY_DIMENSIONS = {"numpy.random.rand": "uniform", "numpy.random.randn": "normal"}
# What draws whole numbers: the type that TensorFlow gives such a number, and the parameters.
INTEGERS = {
    "random.randint": ("int32", ("low", "high")),
    "random.randrange": ("int32", ("low", "high")),
    "numpy.random.randint": ("int64", ("low", "high", "size")),
}
INCLUSIVE = "random.randint"  # the only one that may draw its upper bound
# What the functions of Python call the parameters.
KEYWORDS = {"a": "low", "b": "high", "mu": "loc", "sigma": "scale", "start": "low", "stop": "high"}
