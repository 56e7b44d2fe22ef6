"""What the code of one file mentions: where each function is called or passed on, and signs of TensorFlow 1."""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Union

from tfgraphlint.libraries.words import (
    ANSWERED_BY_GRAPHS,
    FRAMEWORK_ALIASES,
    FRAMEWORKS,
    GRAPH_NAMES,
    GRAPH_SIGNS,
    HARMLESS_OF_1,
    HOST_LIBRARIES,
    ONLY_IN_1,
    OTHER_PACKAGES,
)
from tfgraphlint.syntax.ast_names import imported_names, last_name, names_in_chain, words_in
from tfgraphlint.syntax.ast_walk import children, walk

# Decorators that leave it to the caller how a function runs.
PLAIN_DECORATORS = frozenset({
    "staticmethod", "classmethod", "property", "cached_property", "abstractmethod", "override", "final", "wraps",
    "lru_cache", "cache", "contextmanager", "register_keras_serializable", "with_name_scope", "setter",
})  # fmt: skip
# Classes that call no method of those derived from them.
PLAIN_BASES = frozenset({"object", "ABC", "Generic", "Protocol"})
VERSIONS = frozenset({"__version__", "LooseVersion", "StrictVersion", "VERSION", "parse_version"})
WRITERS = ("writer", "summary", "logger")  # their ``as_default`` has nothing to do with graphs
LIBRARIES = FRAMEWORKS | HOST_LIBRARIES | OTHER_PACKAGES  # no module of the project is meant, unless it lies beside
CALLED_BY_CLASS = frozenset({"__init__", "__call__"})  # methods of which the name of the class is what people write
LOSS_PARAMETERS = frozenset({"y_true", "y_pred"})

AnyFunction = Union[ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda]


@dataclass(eq=False)
class Definition:
    """A function of a file, or a lambda.

    ``known_as`` is the name by which it is called: that of its class for ``__init__`` and ``__call__``. ``is_plain``:
    nothing is known of itself by which it would be traced.
    """

    name: str
    known_as: str
    is_method: bool
    own: frozenset[str]  # the names that its body binds
    is_plain: bool
    bases: frozenset[str] = frozenset()  # of its class


@dataclass(frozen=True, eq=False)
class Mention:
    """A name in code. ``root`` is where its chain of attributes begins, "" for a plain name."""

    name: str
    root: str
    called: bool
    returned: bool
    around: tuple[Definition, ...]  # the functions that it stands in, outermost first


@dataclass
class Mentions:
    """What a file defines, by row, what it mentions, by name, what its imports bind, and signs of TensorFlow 1."""

    definitions: dict[int, Definition] = field(default_factory=dict)
    classes: dict[str, frozenset[str]] = field(default_factory=dict)  # their bases
    by_name: dict[str, list[Mention]] = field(default_factory=dict)
    imported: set[str] = field(default_factory=set)
    libraries: set[str] = field(default_factory=set)  # of these, what belongs to libraries
    signs: set[str] = field(default_factory=set)

    def builds_graphs(self, needs_graph: bool) -> bool:
        """Whether the file belongs to TensorFlow 1, or asks how it runs. With ``needs_graph``, what only a graph
        answers is no sign."""
        return bool(self.signs - ANSWERED_BY_GRAPHS if needs_graph else self.signs)

    def of(self, definition: Definition, *, here: bool) -> Iterator[Mention]:
        """Where a function may be meant, other than by itself; ``here``: it is of this file."""
        for mention in self.by_name.get(definition.known_as, ()):
            if definition not in mention.around and self._may_mean(definition, mention, here):
                yield mention

    def _may_mean(self, definition: Definition, mention: Mention, here: bool) -> bool:
        if mention.root in self.libraries:
            return False
        if definition.is_method:
            return mention.root != ""
        if mention.root:
            return mention.root in self.imported
        return here or mention.name in self.imported or "*" in self.imported


def read_mentions(tree: ast.Module) -> Mentions:
    """What a file mentions."""
    reader = _Reader()
    reader.read(tree.body)
    return reader.found


class _Reader:
    """One walk over a file."""

    def __init__(self) -> None:
        self.found = Mentions()
        self.of_tensorflow = set(FRAMEWORK_ALIASES | FRAMEWORKS)
        self.tensorflow = {"tf", "tensorflow"}
        self.around: tuple[Definition, ...] = ()
        self.cls: ast.ClassDef | None = None

    def read(self, nodes: Iterable[ast.AST | None]) -> None:
        """Note what these nodes mention."""
        for node in nodes:
            if node is not None:
                self._read(node)

    def _read(self, node: ast.AST) -> None:
        match node:
            case ast.FunctionDef() | ast.AsyncFunctionDef() | ast.Lambda():
                self._function(node)
            case ast.ClassDef():
                self._class(node)
            case ast.Import() | ast.ImportFrom():
                self._import(node)
            case ast.Call():
                self._call(node)
            case ast.Return(value=ast.Name() | ast.Tuple() as value):
                for each in value.elts if isinstance(value, ast.Tuple) else [value]:
                    self._chain(each, returned=True)
            case ast.Name() | ast.Attribute():
                self._chain(node)
            case ast.AnnAssign():
                self.read([node.target, node.value])
            case ast.If() | ast.IfExp() if self._asks_version(set(words_in(node.test))):
                self.found.signs.add("version")
                self.read(children(node))
            case _:
                self.read(children(node))

    def _asks_version(self, words: set[str]) -> bool:
        return not words.isdisjoint(VERSIONS) and not words.isdisjoint(self.tensorflow)

    def _function(self, node: AnyFunction) -> None:
        definition = _definition(node, self.cls)
        if not isinstance(node, ast.Lambda):
            self.found.definitions[node.lineno] = definition
            self.read(node.decorator_list)
        self.read([*node.args.defaults, *node.args.kw_defaults])
        before = self.around, self.cls
        self.around, self.cls = (*self.around, definition), None
        self.read([node.body] if isinstance(node, ast.Lambda) else node.body)
        self.around, self.cls = before

    def _class(self, node: ast.ClassDef) -> None:
        self.read(node.decorator_list)
        self.found.classes[node.name] = _bases(node)
        before, self.cls = self.cls, node
        self.read(node.body)
        self.cls = before

    def _import(self, node: ast.Import | ast.ImportFrom) -> None:
        for imported in imported_names(node):
            self.found.imported.add(imported.bound)
            if imported.library in LIBRARIES:
                self.found.libraries.add(imported.bound)
            if imported.library not in FRAMEWORKS:
                continue
            self.of_tensorflow.add(imported.bound)
            if imported.meaning == "tensorflow":
                self.tensorflow.add(imported.bound)
            parts = imported.full.split(".")
            if parts[:3] == ["tensorflow", "compat", "v1"]:
                self._sign_of_1(parts[3:])
            elif imported.name in GRAPH_NAMES or "contrib" in parts:
                self.found.signs.add(imported.name)

    def _call(self, node: ast.Call) -> None:
        self._chain(node.func, called=True)
        if last_name(node.func) not in ("isinstance", "issubclass"):
            self.read([*node.args, *node.keywords])
        if any(keyword.arg == "feed_dict" for keyword in node.keywords):
            self.found.signs.add("feed_dict")

    def _chain(self, node: ast.expr, *, called: bool = False, returned: bool = False) -> None:
        """A name or a chain of attributes; anything else is read as usual."""
        if not isinstance(node, (ast.Name, ast.Attribute)):
            self._read(node)
            return
        names = [*names_in_chain(node)][::-1]
        self._sign(names, node)
        while isinstance(node, ast.Attribute):
            self._mention(Mention(node.attr, names[0] or "?", called, returned, self.around))
            node, called, returned = node.value, False, False
        if not isinstance(node, ast.Name):
            self._read(node)
        elif isinstance(node.ctx, ast.Load) and (returned or not any(node.id in each.own for each in self.around)):
            self._mention(Mention(node.id, "", called, returned, self.around))

    def _mention(self, mention: Mention) -> None:
        self.found.by_name.setdefault(mention.name, []).append(mention)

    def _sign(self, names: Sequence[str], node: ast.expr) -> None:
        """Note what a chain of names says of TensorFlow 1."""
        signs = self.found.signs
        signs |= GRAPH_SIGNS.intersection(names)
        if names[-1] == "run" and not {"sess", "session"}.isdisjoint(names):
            signs.add("session")
        if names[-1] == "as_default" and not any(word in ast.unparse(node).lower() for word in WRITERS):
            signs.add("as_default")
        if "v1" in names[:-1]:
            self._sign_of_1(names[names.index("v1") + 1 :])
        elif names[0] in self.of_tensorflow:
            signs |= (GRAPH_NAMES | ANSWERED_BY_GRAPHS - {"data", "summary"}).intersection(names)
        if names[0] in self.tensorflow and len(names) > 1:
            if names[1] in ONLY_IN_1 or names[1] == "train" and names[-1].endswith("Optimizer"):
                signs.add(names[1])

    def _sign_of_1(self, names: Sequence[str]) -> None:
        """Note what is named below ``tensorflow.compat.v1``; the module itself stands for all of it."""
        first = names[0] if names else ""
        if first in HARMLESS_OF_1 or first == "train" and names[-1].endswith("Optimizer"):
            return
        self.found.signs.add(first if first != "train" else names[-1])


def _definition(node: AnyFunction, cls: ast.ClassDef | None) -> Definition:
    own = frozenset(_bound(node))
    if isinstance(node, ast.Lambda):
        return Definition("", "", False, own, False)
    by_class = cls is not None and node.name in CALLED_BY_CLASS
    known_as = cls.name if cls is not None and by_class else node.name
    bases = _bases(cls) if cls is not None else frozenset()
    return Definition(node.name, known_as, cls is not None and not by_class, own, _is_plain(node, cls), bases)


def _bases(cls: ast.ClassDef) -> frozenset[str]:
    named = (base.value if isinstance(base, ast.Subscript) else base for base in cls.bases)
    return frozenset(map(last_name, named))


def _bound(node: AnyFunction) -> Iterator[str]:
    """The parameters of a function, and what it assigns."""
    for each in walk(node):
        if isinstance(each, ast.arg):
            yield each.arg
        elif isinstance(each, ast.Name) and isinstance(each.ctx, ast.Store):
            yield each.id


def _is_plain(node: ast.FunctionDef | ast.AsyncFunctionDef, cls: ast.ClassDef | None) -> bool:
    """Whether neither a decorator nor its parameters say that it is traced."""
    if any(last_name(decorator) not in PLAIN_DECORATORS for decorator in node.decorator_list):
        return False
    if {each.arg for each in node.args.args} >= LOSS_PARAMETERS:
        return False
    if cls is None or not node.name.startswith("__"):
        return True
    return node.name in CALLED_BY_CLASS and not cls.decorator_list
