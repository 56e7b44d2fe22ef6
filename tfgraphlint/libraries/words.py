"""Short lists of names of libraries, each once: what is not derived into the tables.

Only data stands here, and nothing is imported: the screen reads it in every run. What the tables say of TensorFlow is
not repeated here.
"""

from __future__ import annotations

import re

# What takes eager tensors where graphs are built, since it only looks at them or copies their numbers.
TAKES_EAGER_TENSORS = frozenset({
    "tensorflow.constant", "tensorflow.cast", "tensorflow.get_static_value", "tensorflow.is_tensor", "tensorflow.rank",
    "tensorflow.executing_eagerly", "tensorflow.random.set_seed", "tensorflow.compat.v1.disable_eager_execution",
    "tensorflow.compat.v1.disable_v2_behavior", "tensorflow.compat.v1.enable_eager_execution",
    "tensorflow.compat.v1.enable_v2_behavior", "tensorflow.Graph", "tensorflow.print",
})  # fmt: skip

# Strategies that make a variable for each replica, of which no gradient is taken outside the replicas.
MIRRORING = frozenset({
    "tensorflow.distribute.MirroredStrategy", "tensorflow.compat.v1.distribute.MirroredStrategy",
    "tensorflow.distribute.MultiWorkerMirroredStrategy",
    "tensorflow.distribute.experimental.MultiWorkerMirroredStrategy",
})  # fmt: skip

# What XLA on the CPU was seen to refuse, used or not: TensorFlow's functions by their full names.
REFUSED_BY_XLA = frozenset({
    "tensorflow.py_function", "tensorflow.numpy_function", "tensorflow.compat.v1.py_func", "tensorflow.print",
    "tensorflow.timestamp", "tensorflow.histogram_fixed_width", "tensorflow.unique_with_counts",
    "tensorflow.strings.as_string", "tensorflow.strings.format", "tensorflow.strings.split",
    "tensorflow.strings.lower", "tensorflow.strings.substr", "tensorflow.strings.regex_replace",
    "tensorflow.sets.intersection", "tensorflow.sets.difference", "tensorflow.sets.size",
    "tensorflow.compat.v1.setdiff1d", "tensorflow.io.decode_raw", "tensorflow.io.decode_png",
    "tensorflow.io.decode_jpeg", "tensorflow.io.decode_image", "tensorflow.io.read_file",
    "tensorflow.io.parse_tensor", "tensorflow.io.write_file", "tensorflow.random.gamma", "tensorflow.random.poisson",
})  # fmt: skip

# Functions that do not take None for a size, a shape or a number, alone or in a list.
NUMBERS_WANTED = frozenset({
    "tensorflow.zeros", "tensorflow.ones", "tensorflow.fill", "tensorflow.reshape", "tensorflow.tile",
    "tensorflow.broadcast_to", "tensorflow.eye", "tensorflow.range", "tensorflow.linspace", "tensorflow.one_hot",
    "tensorflow.cast", "tensorflow.split", "tensorflow.random.normal", "tensorflow.random.uniform",
    "tensorflow.random.truncated_normal", "tensorflow.stack", "tensorflow.multiply",
    "tensorflow.add", "tensorflow.divide", "tensorflow.math.divide", "tensorflow.sqrt", "tensorflow.random.gamma",
    "tensorflow.random.poisson", "tensorflow.random.stateless_normal", "tensorflow.random.stateless_uniform",
    "tensorflow.convert_to_tensor", "tensorflow.reduce_prod", "tensorflow.slice", "tensorflow.scatter_nd",
    "tensorflow.keras.backend.random_normal", "tensorflow.keras.random.normal", "keras.random.normal",
    "tensorflow.keras.random.uniform", "keras.random.uniform",
})  # fmt: skip
# Functions that take no None in a shape and no tensor either; the latter ones where there are two axes at least.
SHAPES_WANTED = frozenset({
    "tensorflow.constant",
    "numpy.zeros", "numpy.ones", "numpy.empty", "numpy.full", "numpy.random.normal", "numpy.random.uniform",
    "numpy.random.random", "numpy.random.standard_normal", "numpy.reshape", "math.prod", "builtins.sum",
})  # fmt: skip

# Results whose size the graph knows only when it runs: the open axes, and the rank where it is certain.
OPEN_RESULTS: dict[str, tuple[frozenset[int], int | None]] = {
    "tensorflow.boolean_mask": (frozenset({0}), None),
    "tensorflow.io.decode_png": (frozenset({0, 1}), 3),
    "tensorflow.io.decode_jpeg": (frozenset({0, 1}), 3),
    "tensorflow.image.decode_png": (frozenset({0, 1}), 3),
    "tensorflow.image.decode_jpeg": (frozenset({0, 1}), 3),
}  # fmt: skip
# What changes neither a tensor's shape nor the order of its axes.
SHAPE_KEEPING = frozenset({
    "tensorflow.cast", "tensorflow.identity", "tensorflow.stop_gradient", "tensorflow.abs", "tensorflow.square",
    "tensorflow.sqrt", "tensorflow.exp", "tensorflow.nn.relu", "tensorflow.sigmoid", "tensorflow.tanh",
    "tensorflow.image.convert_image_dtype", "tensorflow.zeros_like", "tensorflow.ones_like", "tensorflow.round",
    "tensorflow.clip_by_value", "tensorflow.nn.softmax", "tensorflow.image.per_image_standardization",
})  # fmt: skip
# Comparisons, as operators and as functions, and their signs.
COMPARISON_SIGNS = {
    "GreaterThan": ">", "GreaterThanEqual": ">=", "LessThan": "<", "LessThanEqual": "<=", "Equal": "==",
    "NotEqual": "!=", "tensorflow.greater": ">", "tensorflow.greater_equal": ">=", "tensorflow.less": "<",
    "tensorflow.less_equal": "<=", "tensorflow.equal": "==", "tensorflow.not_equal": "!=",
}  # fmt: skip
# Functions that choose among values by a condition or a mask.
CHOOSERS = frozenset({"where", "cond", "boolean_mask", "switch_case"})
# Functions whose derivative at zero is infinite.
INFINITE_SLOPE_AT_ZERO = (
    "tensorflow.sqrt", "tensorflow.math.sqrt", "tensorflow.norm", "tensorflow.linalg.norm",
    "tensorflow.math.reduce_std", "tensorflow.math.reduce_euclidean_norm",
)  # fmt: skip
# Functions that give zero where they are given zero.
ZERO_KEEPING = (
    "tensorflow.square", "tensorflow.math.square", "tensorflow.abs", "tensorflow.reduce_sum", "Multiply",
    "tensorflow.multiply",
)  # fmt: skip
# Functions that hand an infinite or undefined derivative on.
ERROR_PASSING = (
    "Add", "Subtract", "Divide", "Minus", "tensorflow.reduce_sum", "tensorflow.reduce_mean",
    "tensorflow.negative", "tensorflow.add", "tensorflow.exp",
)  # fmt: skip
# Attributes of tensors, variables and arrays that are Python values.
PYTHON_ATTRIBUTES = ("shape", "dtype", "ndim", "name", "device", "op", "graph", "size", "itemsize", "nbytes", "rank")

# What a tape is asked for.
TAPE_QUERIES = frozenset({"gradient", "jacobian", "batch_jacobian"})
# Methods that mean the same whatever has them: of tensors, variables, lists, tapes, models and optimizers.
KNOWN_METHODS = frozenset({
    "numpy", "assign", "assign_add", "assign_sub", "append", "extend", "gradient", "watch", "jacobian", "predict",
    "predict_on_batch", "item", "tolist", "apply_gradients",
})  # fmt: skip
# Methods that write into a variable.
VARIABLE_ASSIGNMENTS = ("assign", "assign_add", "assign_sub", "scatter_update", "scatter_nd_update")
# Methods of tapes, optimizers, variables and metrics that take tensors.
TENSOR_METHODS = frozenset({*TAPE_QUERIES, *VARIABLE_ASSIGNMENTS, "watch", "apply_gradients", "update_state"})
# Methods that take variables, or lists of them, and keep none.
TAKES_VARIABLES = TAPE_QUERIES | {"watch", "apply_gradients", "minimize", "append_gradients"}
# What makes a variable of the value that it is given, and what makes a tensor of it.
VARIABLE_MAKERS = (
    "tensorflow.Variable", "tensorflow.compat.v1.Variable", "keras.Variable", "tensorflow.keras.Variable",
    "tensorflow.keras.backend.variable", "keras.backend.variable",
)  # fmt: skip
TENSOR_MAKERS = (
    "tensorflow.constant", "tensorflow.convert_to_tensor", "tensorflow.compat.v1.constant",
    "tensorflow.compat.v1.convert_to_tensor",
)  # fmt: skip
# Methods and functions that give the values of a tensor to Python.
HOST_METHODS = frozenset({"numpy", "tolist", "item", "get_value", "eval"})
# Modules of TensorFlow whose functions may keep what they are given, and ``tf.function``, whose results do.
KEEPS_ARGUMENTS = (
    "tensorflow.train", "tensorflow.saved_model", "tensorflow.data", "tensorflow.keras", "tensorflow.function",
)  # fmt: skip
# What works on values, so that code which names it runs eagerly.
NEEDS_EAGER = HOST_METHODS | {
    "py_function", "numpy_function", "to_list", "to_tensor", "get_weights", "set_weights", "predict", "evaluate",
    "executing_eagerly", "imshow", "plot",
}  # fmt: skip
# What writes a value down for people: summaries, metrics, plots.
SHOWS_VALUES = frozenset({"scalar", "update_state", "plot"})
# Methods of loggers that write a line down.
LOG_METHODS = ("debug", "info", "warning", "warn", "error", "critical", "exception", "log", "fatal")
# How losses and metrics call what they compare a prediction with.
LABELS = frozenset({"y_true", "labels", "label", "targets", "target", "mask", "true"})
# Methods of arrays whose namesakes in TensorFlow keep the dtype of integers, where NumPy widens them.
WIDENING_METHODS = frozenset({"mean", "sum", "prod", "cumsum", "cumprod", "trace"})
# How dtypes with a gradient are called.
FLOAT_TYPES = frozenset({"float", "float16", "float32", "float64", "bfloat16", "half", "double"})

# Known libraries. ``tensorflow_core`` and ``tf_keras`` are other names of parts of TensorFlow and Keras.
KNOWN_LIBRARIES = frozenset({
    "tensorflow", "keras", "numpy", "scipy", "sklearn", "math", "cmath", "functools", "itertools",
    "contextlib", "random", "time", "datetime", "uuid", "copy", "collections", "typing", "dataclasses",
    "operator", "abc", "logging", "statistics", "unittest", "pytest", "builtins", "threading", "multiprocessing",
    "concurrent", "atexit", "timeit", "click", "fire", "typer", "hydra", "os", "re", "json", "pathlib", "io",
    "argparse",
})  # fmt: skip
# Modules of libraries of which nothing else is known.
KNOWN_MODULES = frozenset({"absl.app"})

# Packages under whose names TensorFlow and Keras are imported.
FRAMEWORKS = frozenset({"tensorflow", "tensorflow_core", "keras", "tf_keras"})
# Names under which projects pass TensorFlow on from modules of their own: ``from .backend import tf``.
FRAMEWORK_ALIASES = frozenset({"tf", "tensorflow", "tf1", "tf2", "keras", "tfk", "K"})
# Modules of Keras that no version in the tables has any more, by the module where they were (below ``tensorflow`` too).
# Their names are in the module itself, or in ``keras.layers`` and its like.
EARLY_MODULES = {
    "keras": "engine objectives",
    "keras.callbacks": "callbacks",
    "keras.layers": "advanced_activations convolutional convolutional_recurrent core embeddings local merge noise "
                    "normalization pooling recurrent wrappers",
    "keras.mixed_precision": "experimental",
    "keras.optimizers": "adam_v2 gradient_descent_v2 rmsprop_v2",
    "keras.utils": "generic_utils np_utils training_utils vis_utils",
}  # fmt: skip
# Methods of objects that no version in the tables has any more.
EARLY_METHODS = {
    "keras.Sequential": "predict_classes predict_proba",
    "tensorflow.distribute.Strategy": "experimental_run_v2",
}
# Other packages that projects install: found in the environment, never in the project itself.
OTHER_PACKAGES = frozenset({
    "tensorflow_probability", "tensorflow_addons", "absl", "numpy", "scipy", "sklearn", "pandas", "matplotlib", "torch",
    "jax", "pytest",
})  # fmt: skip
# Functions of Python that take a text or a path, and refuse a tensor of a graph.
TEXT_TAKERS = frozenset({
    "builtins.open", "io.open", "pathlib.Path", "pathlib.PurePath", "json.loads", "os.listdir",
    *(f"os.path.{name}" for name in (
        "abspath", "basename", "dirname", "exists", "expanduser", "getsize", "isdir", "isfile", "join", "normpath",
        "split", "splitext",
    )),
    *(f"re.{name}" for name in ("findall", "finditer", "fullmatch", "match", "search", "split", "sub", "subn")),
})  # fmt: skip
# Functions of TensorFlow and NumPy that work with a text. Of one that shows a tensor of a graph, they get its name.
TEXT_USERS = frozenset({"tensorflow.print", "numpy.load", "numpy.loadtxt", "numpy.genfromtxt", "numpy.fromfile"})
TEXT_MODULES = ("tensorflow.io.", "tensorflow.strings.")
# Methods of a text that ask what stands in it.
TEXT_QUESTIONS = frozenset({
    "split", "rsplit", "partition", "rpartition", "startswith", "endswith", "find", "rfind", "index", "count",
})  # fmt: skip
# Tensors whose length nobody knows while tracing, unless what they are made of is constant.
OF_ANY_LENGTH = frozenset({
    "tensorflow.range", "tensorflow.where", "tensorflow.boolean_mask", "tensorflow.strings.split",
})  # fmt: skip
# Libraries that compute with numbers of Python or NumPy, so that a tensor that they are given leaves TensorFlow.
HOST_LIBRARIES = frozenset({"numpy", "scipy", "sklearn", "math", "cmath", "statistics"})
# Libraries whose functions compute or show something, and change nothing of the program that calls them.
COMPUTING_LIBRARIES = FRAMEWORKS | HOST_LIBRARIES | {"matplotlib", "tensorflow_probability"}

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
    *MODEL_STEPS, "call", "__call__", "build", "update_state", "result", "reset_state", "reset_states", "get_updates",
    "get_gradients", "apply_gradients", "apply", "update_step", "minimize", "compute_gradients", "compute_mask",
    "compute_output_shape", "compute_output_spec", "make_train_function", "make_test_function",
})  # fmt: skip
# Methods of tapes and optimizers that are told which variables to train.
TOLD_VARIABLES = frozenset({
    "gradient", "jacobian", "batch_jacobian", "apply_gradients", "minimize", "compute_gradients", "get_gradients",
})  # fmt: skip
# Methods of a Keras model that run it in loops of their own.
TRAINING_METHODS = frozenset({
    "fit", "evaluate", "predict", "predict_on_batch", "train_on_batch", "test_on_batch", "fit_generator",
    "predict_generator",
})  # fmt: skip
# Those that train it.
FITTING_METHODS = frozenset({"fit", "train_on_batch"})
# What is given an optimizer and has it make no variables.
LEAVES_OPTIMIZERS = frozenset({"tensorflow.train.Checkpoint", "tensorflow.train.CheckpointManager"})
# Modules whose names come from Keras.
KERAS_MODULES = (
    "keras", "tensorflow.keras", "tensorflow.compat.v1.keras", "tensorflow.compat.v1.layers",
    "tensorflow.compat.v1.nn.rnn_cell", "tensorflow.losses", "tensorflow.metrics", "tensorflow.optimizers",
    "tensorflow.initializers",
)  # fmt: skip
# What holds the version as a text.
TENSORFLOW_VERSIONS = frozenset({
    "tensorflow.__version__", "tensorflow.version.VERSION", "tensorflow.VERSION",
    "tensorflow.compat.v1.__version__", "tensorflow.compat.v1.VERSION", "tensorflow.compat.v1.version.VERSION",
    "tensorflow.compat.v2.__version__", "tensorflow.compat.v2.version.VERSION",
})  # fmt: skip
KERAS_VERSIONS = frozenset({"keras.__version__", "tensorflow.keras.__version__"})
# Methods of optimizers that take a loss: as a function where code runs eagerly, or as a tensor of a graph.
LOSS_FUNCTION_METHODS = frozenset({"minimize", "compute_gradients"})
LOSS_TENSOR_METHODS = frozenset({"get_gradients", "get_updates"})
# Methods of objects of Keras 2 and TensorFlow 1 that are gone.
LOST_METHODS = frozenset({
    "add_metric", "add_update", "aggregate_gradients", "evaluate_generator", "experimental_make_numpy_dataset",
    "fit_generator", "get_input_at", "get_losses_for", "get_output_at", "get_scaled_loss", "get_slot", "get_slot_names",
    "get_unscaled_gradients", "get_updates", "get_updates_for", "predict_generator", "reset_states", "to_yaml",
    "predict_classes", "experimental_run_v2",
    "vocab_size",
})  # fmt: skip
# Attributes of theirs that are gone and have names of which little code makes use.
LOST_VALUES = frozenset({
    "lr", "loss_scale", "input_shape", "output_shape", "output_shapes", "output_types", "output_classes",
})  # fmt: skip
# What Keras runs when a model that is complete is trained or asked: symbolic tensors have no place there at all.
RUN_BY_KERAS = (
    "keras.Model.compile", "keras.Model.fit", "keras.Model.evaluate", "keras.Model.predict", "keras.callbacks.Callback",
)  # fmt: skip
# Arguments that said how ``fit`` and its like read data.
ARGUMENTS_OF_LOADERS = frozenset({"workers", "use_multiprocessing", "max_queue_size"})
# Arguments by which a call of a method is looked into, since some version of Keras refuses them there.
REFUSED_BY_METHODS = {
    **dict.fromkeys(("fit", "evaluate", "predict"), ARGUMENTS_OF_LOADERS),
    "compile": frozenset({"sample_weight_mode", "experimental_run_tf_function", "distribute", "target_tensors"}),
    "apply_gradients": frozenset({"experimental_aggregate_gradients", "skip_gradients_aggregation", "name"}),
    "add_weight": frozenset({
        "partitioner", "use_resource", "synchronization", "experimental_autocast", "getter", "collections",
        "caching_device",
    }),
    "add_loss": frozenset({"inputs", "losses"}),
    "save_weights": frozenset({"save_format", "options"}),
    "train_on_batch": frozenset({"reset_metrics"}),
    "test_on_batch": frozenset({"reset_metrics"}),
    "adapt": frozenset({"batch_size", "steps"}),
    "get_initial_state": frozenset({"inputs", "dtype"}),
}  # fmt: skip
# Methods that took a name first and refuse it.
NAME_CAME_FIRST = frozenset({"add_weight"})
# What ``Input(...)`` and ``InputLayer(...)`` make.
INPUTS = ("InputLayer", "Input")
# Methods that run once for each object, so that what they change or make stays; layers make their weights in them.
RUN_ONCE = frozenset({"__init__", "build"})

# Optimizers of Keras 3 that make no variables for those that they train, unless they are told to.
WITHOUT_SLOTS = frozenset({"SGD"})

# What a ``LambdaCallback`` is given, in the order of its arguments.
HOOKS = ("on_epoch_begin", "on_epoch_end", "on_train_begin", "on_train_end", "on_train_batch_begin",
         "on_train_batch_end")
# In the names of functions that give a parameter its first value.
STARTING_VALUES = re.compile("zeros|ones|rand|normal|uniform")
# Classes of variables that are no variables of Keras 3.
PLAIN_VARIABLES = ("tensorflow.Variable", "tensorflow.compat.v1.Variable")
# Layers of Keras 3 that draw random numbers and hold the seed in a variable of their own; the first with a rate that
# is not zero. Found by making each.
SEEDED_LAYERS = frozenset({
    "Dropout", "GaussianDropout", "GaussianNoise", "SpatialDropout1D", "SpatialDropout2D", "SpatialDropout3D",
})
ALWAYS_SEEDED_LAYERS = frozenset({
    "AlphaDropout", "AugMix", "CutMix", "MixUp", "RandAugment", "RandomBrightness", "RandomColorDegeneration",
    "RandomColorJitter", "RandomContrast", "RandomCrop", "RandomElasticTransform", "RandomErasing", "RandomFlip",
    "RandomGaussianBlur", "RandomGrayscale", "RandomHue", "RandomInvert", "RandomPerspective", "RandomPosterization",
    "RandomRotation", "RandomSaturation", "RandomSharpness", "RandomShear", "RandomTranslation", "RandomZoom",
})

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
# Functions of ``itertools`` that walk what they are given as soon as they are called; ``chain`` does later.
WALKING_ITERTOOLS = frozenset({
    "accumulate", "combinations", "combinations_with_replacement", "cycle", "groupby", "islice", "pairwise",
    "permutations", "product", "starmap", "tee", "zip_longest",
})  # fmt: skip
# Builtins that AutoGraph converts, so that they take tensors there and nowhere else.
CONVERTED_BUILTINS = frozenset({"len", "range", "sorted"})

# Functions of TensorFlow and Keras that give the value of a tensor as an array or a number.
VALUE_READERS = frozenset({
    "tensorflow.get_static_value", "tensorflow.keras.backend.eval", "tensorflow.keras.backend.get_value",
    "keras.backend.eval", "keras.backend.get_value", "keras.ops.convert_to_numpy",
    "tensorflow.keras.ops.convert_to_numpy", "tensorflow.make_ndarray",
})  # fmt: skip

# Methods of tests that compare with None.
ASSERTS_NONE = ("assertIsNone", "assertIsNotNone")
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
# Attributes of layers that are a weight which trains, in all of those that have them.
KERNELS = frozenset({"kernel", "recurrent_kernel", "depthwise_kernel", "pointwise_kernel", "embeddings"})
PRIVATE_LISTS = frozenset({"_trainable_variables", "_trainable_weights"})  # of versions of Keras, and of projects
# ``tf.to_float(x)`` was a cast and nothing else.
TF1_CASTS = {
    "to_float": "float32", "to_double": "float64", "to_int32": "int32", "to_int64": "int64",
    "to_bfloat16": "bfloat16", "to_complex64": "complex64", "to_complex128": "complex128",
}  # fmt: skip

# How messages call what traces a function.
TRACER_WORDS = {
    "tensorflow.function": "`tf.function`",
    "keras.Model.compile": "the compiled model",
    "keras.Model.fit": "Keras' `fit`",
    "keras.Model.evaluate": "Keras' `evaluate`",
    "keras.Model.predict": "Keras' `predict`",
    "keras.Layer.call": "Keras",
    "tensorflow.data.Dataset.map": "`Dataset.map`",
}  # fmt: skip
# In the text of a file: models, or all of ``tf.function``, run eagerly.
RUN_EAGERLY = re.compile(r"\brun_eagerly\s*=\s*True\b|\brun_functions_eagerly\(\s*True\b")
# In the text of a file: something that traces the layers and models which it is given or holds.
TRACES = re.compile(
    r"\btf\.function\b|@function\b|\.(fit|fit_generator|train_on_batch|predict|evaluate|export|add)\("
    r"|\b(Input|InputLayer|Sequential|strategy\.run|map)\(|\binput_(shape|dim)\b|\bcompile\("
)
# In the text of a module: its top level decorates what it defines by a call, or gives an item a value.
FILLS_REGISTRIES = re.compile(r"^@(?!tf\.|tensorflow\.|keras\.)[\w.]+\(|^[\w.]+\[.+\] *= ", re.MULTILINE)
# What a file calls the modules, and Python the functions, that only compute with what they are given, or show it.
READING_MODULES = frozenset({"tf", "np", "K", "ops"})
READING_FUNCTIONS = frozenset({"float", "print", "str", "repr"})
# What takes a shape that is open in part.
SHAPE_TAKERS = frozenset({
    "len", "print", "isinstance", "str", "format", "TensorShape", "TensorSpec", "set_shape", "ensure_shape", "info",
    "debug", "warning", "list", "tuple", "build", "compute_output_shape", "add_weight", "assertEqual", "type",
    "assertAllEqual", "assertSequenceEqual", "is_fully_defined", "assert_is_compatible_with", "as_list", "shape",
})  # fmt: skip
# Parts of TensorFlow's names whose functions compute nothing with tensors.
PASSIVE_PARTS = frozenset({
    "test", "io", "random", "summary", "debugging", "compat", "estimator", "initializers", "saved_model",
})  # fmt: skip
# Functions of TensorFlow that take a type as second argument.
DTYPE_TAKERS = frozenset({
    "cast", "constant", "zeros", "ones", "convert_to_tensor", "decode_raw", "placeholder", "saturate_cast", "view_as",
    "TensorSpec", "FixedLenFeature", "VarLenFeature", "bitcast", "fill", "TensorArray", "string_to_number", "eye",
    "zeros_like", "ones_like", "Variable", "as_dtype", "FixedLenSequenceFeature", "to_number", "decode_png",
})  # fmt: skip
# Functions of TensorFlow on one and on two tensors: what is passed beyond lands on ``name``.
ON_ONE_TENSOR = frozenset({
    "relu", "relu6", "elu", "selu", "softplus", "softsign", "round", "sqrt", "square", "exp", "log", "abs", "sign",
    "floor", "ceil", "tanh", "sigmoid", "sin", "cos", "negative", "rsqrt", "reciprocal", "log1p", "identity",
})  # fmt: skip
ON_TWO_TENSORS = frozenset({
    "logical_and", "logical_or", "add", "subtract", "multiply", "divide", "maximum", "minimum", "pow", "greater",
    "less", "equal", "not_equal", "greater_equal", "less_equal", "squared_difference", "atan2", "floormod",
})  # fmt: skip
# Functions that compute each element by itself: a condition has the shape of their arguments, or is broadcast to it.
BY_ELEMENT = ON_ONE_TENSOR | ON_TWO_TENSORS | {"cos", "cosh", "sinh", "tan"}
# Parts of TensorFlow's names whose functions give no tensors.
STATIC_PARTS = frozenset({
    "gfile", "config", "distribute", "dtypes", "executing_eagerly", "is_tensor", "TensorShape", "TensorSpec",
    "get_static_value", "logging", "feature_column", "as_dtype",
})  # fmt: skip

# What has functions traced that it decorates or is given.
TRACERS = DATASET_TRACERS | {
    "function", "map_fn", "vectorized_map", "foldl", "foldr", "while_loop", "cond", "compile", "custom_gradient",
    "recompute_grad", "get_concrete_function", "Lambda", "switch_case", "case", "wrap_function", "defun",
}  # fmt: skip

# What a file has to name, as a name, an attribute or an import, before a gradient can be lost in it: tapes and the
# queries on them, graph-mode gradients, optimizers that take a loss, and what makes a whole program build graphs.
# ``compile`` is not here: see ``_hands_over_code`` in screen/triggers.
GRADIENT_TRIGGERS = frozenset({
    "GradientTape", "gradient", "gradients", "jacobian", "batch_jacobian", "hessians",
    "add_loss", "minimize", "compute_gradients", "get_gradients", "apply_gradients",
    *EAGER_SWITCHES,
    "run_functions_eagerly", "experimental_run_functions_eagerly", "enable_debug_mode", "run_eagerly",
})  # fmt: skip

# What a program of TensorFlow 1 is built from: with one of these the rest cannot be mended name by name.
TF1_PROGRAM = frozenset({
    *PLACEHOLDERS, *SESSIONS, "placeholder_with_default", "get_variable", "variable_scope",
    "global_variables_initializer", "initialize_all_variables", "train.MonitoredTrainingSession",
    "train.Supervisor",
})  # fmt: skip

# What raises where code runs eagerly. ``eval`` does of tensors, and only a session makes people write it.
GRAPH_API = frozenset({
    *PLACEHOLDERS, *SESSIONS, *DATASET_ITERATORS, "merge_all", "FileWriter", "start_queue_runners",
    "string_input_producer", "shuffle_batch", "import_meta_graph",
})  # fmt: skip
# The same, and what goes with it.
ANSWERED_BY_GRAPHS = frozenset({
    *GRAPH_API, "global_variables_initializer", "local_variables_initializer", "initialize_all_variables",
    "ConfigProto", "GPUOptions", "session", "feed_dict", "data", "summary", "Saver",
})  # fmt: skip
# What TensorFlow 1 had below its own name, and TensorFlow 2 has no more.
ONLY_IN_1 = frozenset({"layers", "trainable_variables", "global_variables", "app", "flags"})
# What stands below ``tensorflow.compat.v1`` and says nothing of graphs.
HARMLESS_OF_1 = frozenset({"gradients", "hessians", "logging", "set_random_seed", "random"})
# Classes of Keras and TensorFlow that call those of ``CALLED_BY_KERAS`` of the methods of classes derived from them.
KERAS_BASES = frozenset({"Module", "Model", "Layer", "Callback", "Sequential"})
# Parts of Keras whose classes make variables.
LAYER_MODULES = frozenset({"layers", "optimizers", "metrics", "models", "keras"})

# Functions without a gradient that layers are written with.
CUTTING = frozenset({
    "round", "floor", "ceil", "rint", "argmax", "argmin", "argsort", "sign", "one_hot", "bitcast", "py_function",
    "numpy_function", "searchsorted", "bucketize",
})  # fmt: skip
