"""``%load_ext tfgraphlint``: lints cells in IPython and Jupyter before they run."""

from __future__ import annotations

from tfgraphlint.jupyter.extension import load_ipython_extension, unload_ipython_extension

__all__ = ["load_ipython_extension", "unload_ipython_extension"]
