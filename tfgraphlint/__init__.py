"""Static analysis of TensorFlow training code: lost gradients and what tracing changes.

``lint_source``, ``lint_paths`` and ``fix_source`` are for other programs: see docs/python-api.md. What they need is
imported when they are asked for.
"""

__version__ = "0.1.0"

TYPE_CHECKING = False  # which says to type checkers what it says in ``typing``, without importing that
if TYPE_CHECKING:
    from tfgraphlint.api import Fixed, Linted, LintError, fix_source, lint_paths, lint_source

__all__ = ["Fixed", "LintError", "Linted", "__version__", "fix_source", "lint_paths", "lint_source"]

_FOR_IPYTHON = ("load_ipython_extension", "unload_ipython_extension")  # which looks for them here


def __getattr__(name: str) -> object:
    """What is imported when somebody asks for it."""
    if name not in __all__ and name not in _FOR_IPYTHON:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    import importlib

    module = importlib.import_module("tfgraphlint.jupyter" if name in _FOR_IPYTHON else "tfgraphlint.api")
    value: object = getattr(module, name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
