"""What the screen notes of a file while it reads it."""

from __future__ import annotations

import ast
from dataclasses import dataclass, field

from tfgraphlint.screen.imported_libraries import ImportedLibraries
from tfgraphlint.screen.parts import Part
from tfgraphlint.screen.tracing import Tracing

# What makes variables: in traced code, anew for each call.
VARIABLE_MAKERS = frozenset({"Variable", "get_variable", "add_weight"})


@dataclass(eq=False, repr=False)
class Notes:
    """A file: its functions in the order of their places, and what is known of names wherever they stand."""

    module: Part = field(default_factory=lambda: Part(""))
    parts: list[Part] = field(default_factory=list)
    imports: ImportedLibraries = field(default_factory=ImportedLibraries)
    tracing: Tracing = field(default_factory=Tracing)
    variables: set[str] = field(default_factory=set)  # attributes that hold variables
    changed: set[str] = field(default_factory=set)  # names that are assigned when objects are made already
    # Other names of what takes values or does something only once: ``mean = np.mean``, ``Layer = keras.layers.Dense``.
    renamed: set[str] = field(default_factory=set)
    loops: set[ast.AST] = field(default_factory=set)  # those that have been looked at with the loops around them
