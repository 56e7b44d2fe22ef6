"""Short names of libraries that the screen and the interpreter both go by, each list once.

Only data stands here, and nothing is imported: the screen reads it in every run. What the tables say of TensorFlow is
not repeated here.
"""

from __future__ import annotations

# Packages under whose names TensorFlow and Keras are imported.
FRAMEWORKS = frozenset({"tensorflow", "tensorflow_core", "keras", "tf_keras"})
# Names under which projects pass TensorFlow on from modules of their own: ``from .backend import tf``.
FRAMEWORK_ALIASES = frozenset({"tf", "tensorflow", "tf1", "tf2", "keras", "tfk", "K"})
# Other packages that projects install: found in the environment, never in the project itself.
OTHER_PACKAGES = frozenset({
    "tensorflow_probability", "tensorflow_addons", "absl", "numpy", "scipy", "sklearn", "pandas", "matplotlib", "torch",
    "jax", "pytest",
})  # fmt: skip
# Libraries that compute with numbers of Python or NumPy, so that a tensor that they are given leaves TensorFlow.
HOST_LIBRARIES = frozenset({"numpy", "scipy", "sklearn", "math", "cmath", "statistics"})

# What switches a program of TensorFlow 2 to graphs.
EAGER_SWITCHES = ("disable_eager_execution", "disable_v2_behavior")
# What builds graphs as TensorFlow 1 did, or asks how code runs, whatever it belongs to.
GRAPH_SIGNS = frozenset({
    *EAGER_SWITCHES, "EstimatorSpec", "TPUEstimatorSpec", "executing_eagerly", "executing_eagerly_outside_functions",
    "inside_function", "run_in_graph_and_eager_modes", "run_deprecated_v1", "run_v1_only", "test_session",
    "deprecated_graph_mode_only", "graph_mode", "eager_mode", "is_built_with_v1", "cached_session",
})  # fmt: skip
# The same, where they stand below TensorFlow's or Keras' name.
GRAPH_NAMES = frozenset({
    "Graph", "get_default_graph", "reset_default_graph", "get_session", "set_session", "get_collection",
    "add_to_collection", "wrap_function", "estimator", "contrib", "variable_scope", "get_variable",
})  # fmt: skip
# What starts or feeds a session.
SESSIONS = ("Session", "InteractiveSession")
PLACEHOLDERS = ("placeholder", "sparse_placeholder")
# Methods of datasets of TensorFlow 1.
DATASET_ITERATORS = ("make_one_shot_iterator", "make_initializable_iterator")

# Methods of datasets that trace the functions that they are given.
DATASET_TRACERS = frozenset({
    "map", "filter", "flat_map", "interleave", "scan", "reduce", "group_by_window", "apply",
})  # fmt: skip
# Methods of datasets that return a new one and were seen to leave their receiver, and the disk, as they are.
DATASET_TRANSFORMATIONS = frozenset({
    "apply", "batch", "bucket_by_sequence_length", "cache", "concatenate", "enumerate", "filter",
    "filter_with_legacy_function", "flat_map", "group_by_window", "ignore_errors", "interleave", "map",
    "map_with_legacy_function", "padded_batch", "prefetch", "ragged_batch", "rebatch", "rejection_resample", "repeat",
    "scan", "shard", "shuffle", "skip", "snapshot", "sparse_batch", "take", "take_while", "unbatch", "unique",
    "window", "with_options",
})  # fmt: skip
# Methods of a Keras model that it traces when it is trained or run.
MODEL_STEPS = ("train_step", "test_step", "predict_step", "compute_loss")
# Methods that Keras calls by itself, most of them in traced code, or that optimizers and layers call in it.
CALLED_BY_KERAS = frozenset({
    *MODEL_STEPS, "call", "build", "update_state", "result", "reset_state", "reset_states", "get_updates",
    "get_gradients", "apply_gradients", "apply", "update_step", "minimize", "compute_gradients", "compute_mask",
    "compute_output_shape", "compute_output_spec", "make_train_function", "make_test_function",
})  # fmt: skip
# Methods of a Keras model that run it in loops of their own.
TRAINING_METHODS = frozenset({
    "fit", "evaluate", "predict", "predict_on_batch", "train_on_batch", "test_on_batch", "fit_generator",
    "predict_generator",
})  # fmt: skip
# Methods that run once for each object, so that what they change or make stays.
RUN_ONCE = frozenset({"__init__", "build"})

# Methods that change the list, set, dictionary or deque that they belong to.
CHANGING_METHODS = frozenset({
    "append", "extend", "insert", "add", "appendleft", "pop", "popleft", "remove", "discard", "update",
})  # fmt: skip
# Methods of a TensorArray whose result has to be used: in a graph it is the array that was written.
ARRAY_WRITES = ("write", "unstack", "scatter")
# Attributes of tensors that are known while a graph is traced.
STATIC_ATTRIBUTES = frozenset({"shape", "dtype", "ndim", "rank", "name", "device"})
# Attributes of an array that are arrays of the same numbers.
ARRAY_VIEWS = ("T", "flat", "imag", "real")
# Builtins that walk a tensor, ask whether it is true or want its number, under AutoGraph as well.
WALKING_BUILTINS = frozenset({
    "sum", "max", "min", "any", "all", "enumerate", "zip", "list", "tuple", "set", "frozenset", "round", "divmod",
    "hash", "reversed",
})  # fmt: skip
# Builtins that AutoGraph converts, so that they take tensors there and nowhere else.
CONVERTED_BUILTINS = frozenset({"len", "range", "sorted"})

# Functions of TensorFlow and Keras that give the value of a tensor as an array or a number.
VALUE_READERS = frozenset({
    "tensorflow.get_static_value", "tensorflow.keras.backend.eval", "tensorflow.keras.backend.get_value",
    "keras.backend.eval", "keras.backend.get_value", "keras.ops.convert_to_numpy",
    "tensorflow.keras.ops.convert_to_numpy", "tensorflow.make_ndarray",
})  # fmt: skip

# Context managers of tests in whose body failing is the point.
EXPECTS_FAILURE = frozenset({
    "raises", "suppress", "assertRaises", "assertRaisesRegex", "assertRaisesWithPredicateMatch", "assertRaisesOpError",
    "assertRaisesIncompatibleShapesError", "assertWarns", "expectRaises",
})  # fmt: skip

# Attributes of layers, models and modules that list variables.
TRAINABLE_LISTS = frozenset({"trainable_variables", "trainable_weights"})
NON_TRAINABLE_LISTS = frozenset({"non_trainable_variables", "non_trainable_weights"})
ALL_WEIGHTS = frozenset({"variables", "weights"})
WEIGHT_LISTS = TRAINABLE_LISTS | NON_TRAINABLE_LISTS | ALL_WEIGHTS
PRIVATE_LISTS = frozenset({"_trainable_variables", "_trainable_weights"})  # of versions of Keras, and of projects
