"""``python -m tfgraphlint``, and the command ``tfgraphlint``.

Python looks for modules in the working directory, if it is started with ``-m`` or ``PYTHONPATH`` has an empty part. It
is the code that is linted, and none of that may run: so the directory is left out before anything is imported.
"""

import os
import sys


def main() -> None:
    """Run the command line."""
    leave_out_working_directory()
    from tfgraphlint.cli import main as run  # imports click: not before it is clear from where

    run()


def leave_out_working_directory() -> None:
    """Look for modules in the working directory no more, or last where it is a checkout of tfgraphlint itself."""
    try:
        here = os.path.realpath(os.getcwd())
    except OSError:
        return  # it is gone
    left_out = [path for path in sys.path if os.path.realpath(path) == here]
    own = os.path.dirname(os.path.dirname(os.path.realpath(__file__)))
    sys.path[:] = [path for path in sys.path if path not in left_out] + left_out[: own == here]


if __name__ == "__main__":
    main()
