"""``python -m tfgraphlint``, and the command ``tfgraphlint``.

Python looks for modules in the working directory, if it is started with ``-m`` or ``PYTHONPATH`` has an empty part. It
is the code that is linted, and none of that may run: so the directory is left out before anything is imported.
"""

import gc
import os
import sys


def main() -> None:
    """Run the command line."""
    gc.disable()  # what modules are made of is no garbage; ``cli`` enables it when they are there
    leave_out_working_directory()
    from tfgraphlint.cli import main as run  # imports click: not before it is clear from where
    from tfgraphlint.syntax.deep_stack import say_process_ends_soon

    say_process_ends_soon()
    try:
        run()
    finally:
        gc.freeze()  # Python ends with a last search for garbage, in all that there is


def leave_out_working_directory() -> None:
    """Look for modules in the working directory no more, or last where it holds what this Python itself runs."""
    try:
        here = os.path.realpath(os.getcwd())
    except OSError:
        return  # it is gone
    left_out = [path for path in sys.path if os.path.realpath(path) == here]
    is_ours = here in map(os.path.realpath, _own_folders())
    sys.path[:] = [path for path in sys.path if path not in left_out] + left_out[:is_ours]


def _own_folders() -> list[str]:
    """Where tfgraphlint (it may be a checkout), the standard library and installed packages lie."""
    folders = [os.path.dirname(os.path.dirname(__file__)), os.path.dirname(os.__file__)]
    site = sys.modules.get("site")  # Python has imported it, unless it was told not to
    for name in ("getsitepackages", "getusersitepackages"):
        found: str | list[str] = getattr(site, name, list)()
        folders += [found] if isinstance(found, str) else found
    return folders


if __name__ == "__main__":
    main()
