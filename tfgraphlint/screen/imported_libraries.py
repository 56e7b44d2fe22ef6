"""What a file imports, sorted by what its calls can do to tensors."""

from __future__ import annotations

import ast
from dataclasses import dataclass, field

from tfgraphlint.libraries.words import FRAMEWORKS, HOST_LIBRARIES, LAYER_MODULES
from tfgraphlint.syntax.ast_names import ImportedName, imported_names

# Modules whose functions take numbers of Python or NumPy, or show what they are given.
HOST_MODULES = HOST_LIBRARIES | {
    "logging", "warnings", "os", "sys", "json", "copy", "pandas", "matplotlib", "re", "io", "itertools",
    "pathlib",
}  # fmt: skip
# Modules whose functions give something new each time.
CHANGING_MODULES = frozenset({"random", "time", "datetime", "uuid", "secrets"})
# Modules that are known and not of the project.
PUBLIC_MODULES = FRAMEWORKS | {
    "absl", "typing", "collections", "functools", "itertools", "abc", "dataclasses", "pytest", "contextlib", "enum",
    "tensorflow_probability", "tensorflow_addons", "__future__", "operator",
}  # fmt: skip


@dataclass(eq=False, repr=False)
class ImportedLibraries:
    """The names that a file imports; ``*`` stands for all that nobody can name."""

    # Dots and name of a module that may be meant, the name that is bound, and what that is there ("": the module).
    modules: list[tuple[int, str, str, str]] = field(default_factory=list)
    all: set[str] = field(default_factory=set)
    host: set[str] = field(default_factory=set)  # of ``HOST_MODULES``
    changing: set[str] = field(default_factory=set)  # of ``CHANGING_MODULES``
    tensorflow: set[str] = field(default_factory=set)
    layer_modules: set[str] = field(default_factory=set)
    classes_of_keras: set[str] = field(default_factory=set)
    unknown: set[str] = field(default_factory=set)  # of modules that are not known here

    def read(self, node: ast.Import | ast.ImportFrom) -> None:
        """Note what an import binds."""
        for imported in imported_names(node):
            self._sort(imported)
            self.modules.append((imported.dots, imported.module, imported.bound, imported.name))
            if imported.name:  # which may be a module as well
                self.modules.append((imported.dots, imported.full, imported.bound, ""))

    def is_host(self, name: str) -> bool:
        """Whether a plain ``name`` may be a function of ``HOST_MODULES``."""
        return name in self.host or "*" in self.host

    def is_changing(self, name: str) -> bool:
        """Whether a plain ``name`` may be a function of ``CHANGING_MODULES``."""
        return name in self.changing or "*" in self.changing

    def is_class_of_keras(self, name: str) -> bool:
        """Whether a plain ``name`` may be a class of Keras."""
        return name in self.classes_of_keras or "*" in self.classes_of_keras and name[:1].isupper()

    def _sort(self, imported: ImportedName) -> None:
        library, bound = imported.library, imported.bound
        parts = (imported.meaning or "").split(".")
        self.all.add(bound)
        if library in CHANGING_MODULES or library in HOST_LIBRARIES and "random" in parts[1:]:
            self.changing.add(bound)
        elif library in HOST_MODULES:
            self.host.add(bound)
        elif library not in PUBLIC_MODULES:
            self.unknown.add(bound)
        if _is_tensorflow(imported):
            self.tensorflow.add(bound)
        if "keras" in imported.module and imported.name and not imported.dots and (bound == "*" or bound[:1].isupper()):
            self.classes_of_keras.add(bound)
        if library in FRAMEWORKS and parts[-1] in LAYER_MODULES:
            self.layer_modules.add(bound)


def _is_tensorflow(imported: ImportedName) -> bool:
    if not imported.name:
        return imported.library == "tensorflow" and "keras" not in imported.module
    in_tensorflow = not imported.dots and imported.module == "tensorflow"
    return in_tensorflow and imported.name != "keras" or imported.bound == "tf"
