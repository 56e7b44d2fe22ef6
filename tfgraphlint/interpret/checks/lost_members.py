"""Members that objects of a library class had in Keras 2 or TensorFlow 1, and that this version lacks or refuses."""

from __future__ import annotations

import libcst as cst

from tfgraphlint.facts.keras import LostMember
from tfgraphlint.interpret.core import class_hierarchy
from tfgraphlint.interpret.core.events import LibraryAttributeRead, LibraryCalled
from tfgraphlint.interpret.core.machine import Machine
from tfgraphlint.interpret.core.objects import Dataset, Model, Optimizer
from tfgraphlint.interpret.core.scopes import Class
from tfgraphlint.interpret.core.value import Value
from tfgraphlint.interpret.core.values import Instance, Library, Object
from tfgraphlint.libraries.tables import Lost
from tfgraphlint.libraries.words import DATASET_ITERATORS, LOSS_FUNCTION_METHODS, LOSS_TENSOR_METHODS
from tfgraphlint.syntax.parents import parent

# Bases that give a class of the project no members of which anybody asks an optimizer, layer or model.
PLAIN_BASES = frozenset({"builtins.object", "abc.ABC", "typing.Generic"})


LOSS_METHODS = LOSS_FUNCTION_METHODS | LOSS_TENSOR_METHODS


class Told(set[cst.CSTNode]):
    """What was reported."""


def read(m: Machine, event: LibraryAttributeRead) -> None:
    """Report an attribute that an object certainly lacks; not yet where it may be the arguments that say why."""
    value, name, node = event
    if name not in m.tables.lost_members() or not isinstance(node, cst.Attribute):
        return
    if not (isinstance(value, Optimizer) and name in LOSS_METHODS and _is_called(m, node)):
        report(m, value, name, node)


def report(m: Machine, value: Value, name: str, node: cst.CSTNode) -> None:
    """Report that ``value`` lacks the attribute that ``node`` reads, where that is certain."""
    if m.guards or m.alternatives:
        return
    cls = class_of(m, value, name)
    lost = m.tables.lost_member(cls, name) if cls is not None else None
    if cls is not None and lost is not None and _is_certain(m, value, name, lost):
        _report(m, node, cls, name, lost)


def _is_called(m: Machine, node: cst.Attribute) -> bool:
    call = parent(m.frame.scope.tree, node)
    return isinstance(call, cst.Call) and call.func is node


def called(m: Machine, event: LibraryCalled) -> None:
    """Report classes of which no object can be made."""
    lost = m.tables.lost_member(event.name, "") if "" in m.tables.lost_members() else None
    if lost is not None and not m.guards and not m.alternatives:
        _report(m, event.node, event.name, "", lost)


def _report(m: Machine, node: cst.CSTNode, cls: str, name: str, lost: Lost) -> None:
    told = m.memory(Told)
    if node not in told and not m.muted:
        told.add(node)
        m.emit(LostMember(m.place(node), cls, name, lost.error, tuple(m.calls), lost.legacy))


def class_of(m: Machine, value: Value, name: str) -> str | None:
    """The library class that an attribute of an object is from; None where that is not certain."""
    if isinstance(value, Instance):
        return _class_of_instance(m, value, name)
    return _class_of_object(m, value, name) if isinstance(value, Object) else None


def _class_of_object(m: Machine, value: Object, name: str) -> str | None:
    """The class of an object; None where it is only known from which one it inherits, and where none can be made."""
    if m.tables.lost_member(value.cls, "") is not None:
        return None
    if isinstance(value, Dataset):
        return None if name in DATASET_ITERATORS or not value.cls.startswith("tensorflow.data.") else value.cls
    if value.made is None and not isinstance(value, Model):
        return None
    return value.cls


def _class_of_instance(m: Machine, value: Instance, name: str) -> str | None:
    """The one library class that a class of the project inherits from; None where more can be behind it."""
    bases = list(class_hierarchy.mro(value.cls))
    libraries = [base.name for base in bases if isinstance(base, Library) and base.name not in PLAIN_BASES]
    if len(libraries) != 1 or not class_hierarchy.bases_known(value.cls):
        return None
    dynamic = (class_hierarchy.class_attribute(value.cls, each) for each in ("__getattr__", "__getattribute__"))
    return libraries[0] if all(found is None for found in dynamic) else None


def _is_certain(m: Machine, value: Value, name: str, lost: Lost) -> bool:
    """Whether nothing else can have given the attribute: to objects of the project, only methods are sure not to be
    given from outside."""
    if isinstance(value, Object) and value.made is not None:
        return True
    if not lost.is_method:
        return False
    return not isinstance(value, Instance) or not may_be_overridden(value, name)


def may_be_overridden(value: Instance, name: str) -> bool:
    """Whether a method may be that of a class of the same file that inherits from the known one."""
    return value.partial and _is_defined_below(value.cls, name)


def _is_defined_below(cls: Class, name: str) -> bool:
    """Whether a class of the same file that inherits from ``cls`` defines the method."""
    others = (each for each in cls.scope.names.values() if isinstance(each, Class) and each is not cls)
    return any(name in other.state and any(base is cls for base in class_hierarchy.mro(other)) for other in others)
