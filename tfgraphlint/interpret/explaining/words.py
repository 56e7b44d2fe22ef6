"""How values, arguments, sources and what is not known are spoken of."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import libcst as cst

from tfgraphlint.diagnostic import Span
from tfgraphlint.facts.common import Place
from tfgraphlint.interpret.core.objects import Weighted
from tfgraphlint.interpret.core.provenance import Kind, Node
from tfgraphlint.interpret.core.scopes import Class, Function
from tfgraphlint.interpret.core.value import Const, Value
from tfgraphlint.interpret.core.values import (
    ANY,
    Choice,
    Dict,
    Host,
    Instance,
    Items,
    Library,
    LibraryMethod,
    Method,
    Object,
    Partial,
    Tape,
    Tensor,
    TracedCallable,
    Unknown,
    Variable,
    Weights,
)
from tfgraphlint.interpret.explaining.flows import Reach, is_argument
from tfgraphlint.rule_api.shortening import brief
from tfgraphlint.rule_api.wording import short_name
from tfgraphlint.syntax.parents import ancestors, parent
from tfgraphlint.syntax.tree import Tree


def code_of(place: Place) -> str:
    """The code at a place, in one line."""
    node = place.node
    if isinstance(node, cst.Param):
        return node.name.value
    if isinstance(node, (cst.FunctionDef, cst.ClassDef)):
        word = "class" if isinstance(node, cst.ClassDef) else "def"
        return f"{word} {node.name.value}"
    if isinstance(node, cst.Module):
        return "this file"
    return brief(place.code)


def name_of(node: Node) -> str:
    """What a source is called: by what it is assigned to, or by the code that makes it."""
    place = node.place
    if place is None:
        return "a value"
    held_by = parent(place.tree, place.node)
    if isinstance(held_by, cst.Assign) and len(held_by.targets) == 1 and held_by.value is place.node:
        return f"`{brief(place.tree.code(held_by.targets[0].target))}`"
    return f"`{code_of(place)}`"


Values = Mapping[cst.CSTNode, Value]


@dataclass(frozen=True)
class Words:
    """Says what needs to be known besides: the ``values`` that expressions had, and how a place is named."""

    values: Values
    where: Callable[[Span], str]

    def at(self, place: Place) -> str:
        """``train.py:4``, as a person names a place."""
        return self.where(place.span)

    def source_said(self, reach: Reach) -> str:
        """What is said of the source on a way."""
        node = reach.goal
        if node is None:
            return ""
        if reach.watch is not None:
            return f"watched at {self.at(reach.watch)}: `{brief(reach.watch.code)}`"
        if node.kind is Kind.VARIABLE:
            return _variable_said(node)
        if is_argument(node):
            return "an argument that nothing passes: nothing is known of it"
        return _SOURCES.get(node.kind, "a tensor")

    def doubt_said(self, node: Node) -> str:
        """Why nothing is known of what a node stands for."""
        place = node.place
        assert place is not None
        if is_argument(node):
            return f"`{code_of(place)}` is an argument{_of_function(place)}, and nothing that was read passes it"
        if isinstance(place.node, cst.ClassDef):
            return f"an attribute of `{place.node.name.value}` that other code may set"
        if node.queried:
            return f"tfgraphlint does not follow how the gradient `{code_of(place)}` depends on its source"
        if isinstance(place.node, cst.Call):
            return f"the call `{code_of(place)}` could not be followed{self._why_not(place)}"
        if node.kind is not Kind.OPAQUE and node.edges:
            return f"`{code_of(place)}` depends on which way the program takes"
        return f"`{code_of(place)}` is not known"

    def _why_not(self, place: Place) -> str:
        node = place.node
        assert isinstance(node, cst.Call)
        called = self.values.get(node.func)
        name = brief(place.tree.code(node.func))
        match called:
            case Library():
                return f": tfgraphlint does not know what `{short_name(called.name)}` does"
            case LibraryMethod():
                return f": tfgraphlint does not know what the method `{called.name}` does here"
            case Function() | Method():
                return f": `{name}` calls itself, or is called too often to be read again"
            case Unknown() if called.node.place is not None and called.node.place.node is not node:
                return self._of_unknown(name, called.node.place)
            case Unknown():
                return self._of_unknown(name, place)
        return ""

    def _of_unknown(self, name: str, made: Place) -> str:
        if isinstance(made.node, cst.Param):
            return f": `{name}` is an argument, and nothing that was read passes it"
        imported = _import_of(made.tree, name.partition(".")[0])
        if imported is not None:
            where = self.at(Place(made.tree, imported))
            return f": `{brief(made.tree.code(imported))}` ({where}) leads to nothing in the project"
        return f": it is not known what `{name}` is"


def _import_of(tree: Tree, name: str) -> cst.Import | cst.ImportFrom | None:
    """The import at the top level that binds a name."""
    for statement in tree.module.body:
        for small in statement.body if isinstance(statement, cst.SimpleStatementLine) else ():
            if isinstance(small, (cst.Import, cst.ImportFrom)) and not isinstance(small.names, cst.ImportStar):
                for alias in small.names:
                    bound = alias.asname.name if alias.asname is not None else alias.name
                    if tree.code(bound).partition(".")[0] == name:
                        return small
    return None


_SOURCES = {Kind.OPAQUE: "nothing is known of it", Kind.CONSTANT: "a value of Python or NumPy"}


def _variable_said(node: Node) -> str:
    if node.trainable is False:
        return "a variable that is not trainable: no tape watches it by itself"
    if node.place is not None and isinstance(node.place.node, cst.ClassDef):
        return "what an object of this class holds"
    return "trainable: a tape watches it by itself"


def _of_function(place: Place) -> str:
    function = next((each for each in ancestors(place.tree, place.node) if isinstance(each, cst.FunctionDef)), None)
    return f" of `{function.name.value}`" if function is not None else ""


def kind_said(value: Value) -> str:
    """What a value is, with its article; empty for one that no gradient can have to do with."""
    for kind, said in _KINDS.items():
        if isinstance(value, kind):
            return said(value)
    return ""


def _tensor(value: Tensor) -> str:
    if value.keras:
        return "a symbolic Keras tensor"
    numbers = "" if value.dtype == ANY else f" ({value.dtype})"
    return f"a tensor of the graph that is being traced{numbers}" if value.symbolic else f"a tensor{numbers}"


def _host(value: Host) -> str:
    said = {"array": "a NumPy array", "scalar": "a number of Python or NumPy"}
    return said.get(value.kind, "a value of Python or NumPy") + ": no gradient goes through it"


def _choice(value: Choice) -> str:
    kinds = list(dict.fromkeys(filter(None, map(kind_said, value.options))))
    return f"{' or '.join(kinds)}, depending on the way that the program takes" if kinds else ""


def _items(value: Items) -> str:
    held = value.items if isinstance(value.items, tuple) else (value.items.element,)
    kinds = [kind_said(each) for each in held]
    return f"a {value.kind} that holds {' and '.join(dict.fromkeys(filter(None, kinds)))}" if any(kinds) else ""


def _dict(value: Dict) -> str:
    kinds = [kind_said(each) for each in value.state.values() if isinstance(each, Value)]
    return f"a dictionary that holds {' and '.join(dict.fromkeys(filter(None, kinds)))}" if any(kinds) else ""


_KINDS: dict[type[Value], Callable[..., str]] = {
    Tensor: _tensor,
    Variable: lambda value: "a variable" if value.trainable is not False else "a variable that is not trainable",
    Host: _host,
    Weights: lambda value: "variables of a model or layer",
    Weighted: lambda value: "a layer, model or module",
    Unknown: lambda value: "what a query on a tape returned" if value.node.queried else "not known",
    Choice: _choice,
    Items: _items,
    Dict: _dict,
}


def argument_said(value: Value) -> str:
    """What a ``tf.function`` makes of an argument: when it has to be traced anew for it."""
    match value:
        case Tensor() | Variable():
            return "a tensor: a new trace for each shape and dtype"
        case Host(kind="array"):
            return "a NumPy array, which becomes a tensor: a new trace for each shape and dtype"
        case Host(kind="scalar", counts=True):
            return "a Python number that changes: a new trace for each value"
        case Host(kind="scalar"):
            return "a number: one of Python has a new trace for each value"
        case Const():
            return f"the Python value {value.value!r}: a new trace for each value"
        case Items() | Dict():
            return "a list or dictionary: a new trace for each structure, and for each Python value in it"
        case Instance() | Object() | Tape() | Class() | Function() | TracedCallable() | Method() | Partial():
            return "a Python object: a new trace for each object"
        case Unknown():
            return "not known: a tensor is traced for each shape and dtype, a Python value for each value"
    return "a value that is not known"
