"""Arguments of Keras: those that Keras 2 took by name, and those of them that the installed Keras refuses.

Each is tried. A function without ``**keywords`` is called with the argument; others are given it with values of several
kinds: it is refused if the call without it works and none with it does, and the errors name the argument.
"""

from __future__ import annotations

import ast
import inspect
import textwrap
from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import partial
from typing import Any

import numpy as np
import tensorflow as tf

from tfgraphlint.libraries.derive.classes import constructions, loss_arguments
from tfgraphlint.libraries.derive.members import KINDS
from tfgraphlint.libraries.derive.naming import Naming
from tfgraphlint.libraries.tables import Tables

ROOTS = ("keras.", "tensorflow.keras.", "tensorflow.compat.v1.keras.")
# Of several kinds, since a refusal has to hold for whatever is given.
TRIED: tuple[Any, ...] = (None, False, True, 1, 0.5, "auto", (4,), (2, 4), [])
MAX_SOURCES = 40
Kinds = Mapping[str, list[str]]
Trial = Callable[..., object]


def derive_taken(naming: Naming, kinds: Kinds) -> dict[str, str]:
    """The arguments by name of each class, function and method: its parameters in order, then what it looks for among
    further keywords. Of a method not where they are those of a base."""
    found = {name: " ".join(_taken(name, callee)) for name, callee in _callees(naming, kinds)}
    return {name: said for name, said in found.items() if said and said != _of_base(name, found, kinds)}


def derive_refused(old: Tables, naming: Naming, kinds: Kinds) -> dict[str, dict[str, str]]:
    """Sections ``refused``, the arguments that ``old`` took and this Keras does not, each with its error; ``unnamed``,
    the methods whose first argument was a name and that refuse one in its place: the error, and what the arguments were
    in their order; ``called``, how else the names of what refuses something end."""
    refused: dict[str, str] = {}
    unnamed: dict[str, str] = {}
    for name, callee in _callees(naming, kinds):
        asked = _asked(name, old, naming, kinds)
        errors = _refused(name, callee, asked)
        refused[name] = " ".join(f"{argument}={error}" for argument, error in sorted(errors.items()))
        error = _refusal_of_name(name, naming) if asked[:1] == ["name"] and "name" not in errors else ""
        unnamed[name] = " ".join((error, *asked)) if error else ""
    sections = {
        section: {name: said for name, said in found.items() if said != _of_base(name, found, kinds)}
        for section, found in (("refused", refused), ("unnamed", unnamed))
    }
    return {**sections, "called": {name: said for name in sections["refused"] if (said := _called(name, naming))}}


def _called(name: str, naming: Naming) -> str:
    """The other last parts of the names of a class or function."""
    if name not in naming.names():
        return ""
    lasts = {each.rpartition(".")[2] for each in naming.all_of(name)}
    return " ".join(sorted(lasts - {name.rpartition(".")[2]}))


def _callees(naming: Naming, kinds: Kinds) -> Iterator[tuple[str, Any]]:
    """Functions, classes and their methods by name."""
    for name, function in naming.functions().items():
        if _is_of_keras(naming.all_of(name)):
            yield name, function
    for name, cls in naming.classes().items():
        if _is_of_keras(naming.all_of(name)):
            yield name, cls
            if kinds.get(name, ["other"])[0] in KINDS:
                bases = [naming.classes()[base] for base in _bases(name, kinds)]
                yield from ((f"{name}.{each}", getattr(cls, each)) for each in dir(cls) if _is_method(cls, each, bases))


def _is_of_keras(names: list[str]) -> bool:
    return any(name.startswith(ROOTS) for name in names)


def _is_method(cls: type, name: str, bases: list[type]) -> bool:
    """Whether a class has a public method that none of its bases has just so."""
    kept = inspect.getattr_static(cls, name)
    inherited = any(inspect.getattr_static(base, name, None) is kept for base in bases)
    return not name.startswith("_") and inspect.isfunction(kept) and not inherited


def _of_base(name: str, found: Mapping[str, str], kinds: Kinds) -> str:
    """What was found of a method of that name of the nearest base."""
    cls, _, method = name.rpartition(".")
    return next((found[each] for base in _bases(cls, kinds) if (each := f"{base}.{method}") in found), "")


def _bases(cls: str, kinds: Kinds) -> Iterator[str]:
    pending = list(kinds.get(cls, ())[1:])
    while pending:
        base = pending.pop(0)
        yield base
        pending += kinds.get(base, ())[1:]


# -- what is taken ---------------------------------------------------------------------------------


def _taken(name: str, callee: Any) -> list[str]:
    parameters = [parameter.name for parameter in _parameters(callee) if _by_name(parameter) and parameter.name != "_"]
    others = [each for each in dict.fromkeys(_looked_for(callee)) if each not in parameters]
    refused = _refused(name, callee, others)
    return [*parameters, *(each for each in others if each not in refused)]


def _parameters(callee: Any) -> list[inspect.Parameter]:
    """The parameters but for ``self``; empty where nobody knows them."""
    try:
        found = list(inspect.signature(callee.__init__ if inspect.isclass(callee) else callee).parameters.values())
    except (TypeError, ValueError):
        return []
    return found[1:] if found and found[0].name in ("self", "instance") else found


def _by_name(parameter: inspect.Parameter) -> bool:
    return parameter.kind in (parameter.POSITIONAL_OR_KEYWORD, parameter.KEYWORD_ONLY)


def _is_open(parameters: list[inspect.Parameter]) -> bool:
    return not parameters or any(p.kind == p.VAR_KEYWORD for p in parameters)


def _looked_for(callee: Any) -> Iterator[str]:
    """The names that functions with further keywords look for among them, as their sources say."""
    for source in _sources(callee):
        for node in ast.walk(source):
            yield from (name for name in _names_in(node) if name.isidentifier() and not name.startswith("_"))


def _names_in(node: ast.AST) -> Iterable[str]:
    match node:
        case ast.arg(arg=name) if name not in ("self", "instance", "args", "kwargs"):
            return (name,)
        case ast.Call(func=ast.Attribute(value=ast.Name(id="kwargs")), args=[ast.Constant(value=str(name)), *_]):
            return (name,)
        case ast.Compare(left=ast.Constant(value=str(name)), comparators=[ast.Name(id="kwargs")]):
            return (name,)
        case ast.Assign() | ast.Expr() if "kwargs" in ast.unparse(node):
            return _listed(node)
    return ()


def _listed(statement: ast.stmt) -> Iterator[str]:
    """The texts in sets and lists of a statement."""
    for node in ast.walk(statement):
        if isinstance(node, (ast.Set, ast.List, ast.Tuple)):
            texts = (each.value for each in node.elts if isinstance(each, ast.Constant))
            yield from (text for text in texts if isinstance(text, str))


def _sources(callee: Any) -> Iterator[ast.AST]:
    """The source of a function with ``**kwargs`` and of what it gives them to: methods, and the bases' constructor."""
    if inspect.isclass(callee):
        pending = [vars(base)["__init__"] for base in callee.__mro__ if "__init__" in vars(base)]
        owner: Any = callee
    else:
        pending, owner = [callee], None
    seen: list[Any] = []
    while pending and len(seen) < MAX_SOURCES:
        function = pending.pop(0)
        if function in seen or not _is_open(_parameters(function)) and "kwargs" not in _names(function):
            continue
        seen.append(function)
        try:
            tree = ast.parse(textwrap.dedent(inspect.getsource(function)))
        except (OSError, TypeError, SyntaxError):
            continue
        yield tree
        pending += _given_them(tree, owner or _owner(function))


def _names(function: Any) -> list[str]:
    return [parameter.name for parameter in _parameters(function)]


def _owner(function: Any) -> Any:
    """The class that a function was written in."""
    found: Any = inspect.getmodule(function)
    for part in getattr(function, "__qualname__", "").split(".")[:-1]:
        found = getattr(found, part, None)
    return found


def _given_them(tree: ast.AST, owner: Any) -> Iterator[Any]:
    """The methods of ``self`` that are given the further keywords."""
    for node in ast.walk(tree):
        match node:
            case ast.Call(func=ast.Attribute(value=ast.Name(id="self"), attr=name), args=args, keywords=keywords):
                given = [*args, *(keyword.value for keyword in keywords)]
                if any(isinstance(each, ast.Name) and each.id == "kwargs" for each in given):
                    if inspect.isfunction(method := getattr(owner, name, None)):
                        yield method


# -- what is refused -------------------------------------------------------------------------------


def _asked(name: str, old: Tables, naming: Naming, kinds: Kinds) -> list[str]:
    """The arguments that a thing took under any of its names, or what it replaced: of TensorFlow 1, or ``legacy``."""
    owner, _, method = name.rpartition(".")
    if owner not in kinds:
        found = [old.arguments_taken(each, "") for each in _spellings(naming.all_of(name))]
    else:
        owners = [owner, *_bases(owner, kinds)]
        found = [old.arguments_taken(each, method) for one in owners for each in _spellings(naming.all_of(one))]
    return list(dict.fromkeys(argument for arguments in found for argument in arguments))


def _spellings(names: list[str]) -> Iterator[str]:
    for name in names:
        module, _, last = name.rpartition(".")
        yield name
        yield f"{module}.legacy.{last}"
        yield "tensorflow.compat.v1." + name.removeprefix("tensorflow.")


def _refused(name: str, callee: Any, asked: list[str]) -> dict[str, str]:
    parameters = _parameters(callee)
    names = {parameter.name for parameter in parameters}
    absent = [argument for argument in asked if argument not in names]
    if not absent:
        return {}
    trials = _trials(name, callee) if _is_open(parameters) else (callee,)
    found = {argument: _error(trials, argument, _is_open(parameters)) for argument in absent}
    return {argument: error for argument, error in found.items() if error}


def _error(trials: tuple[Trial, ...], argument: str, is_open: bool) -> str:
    """The one error that the argument gives, whatever it is; empty where it is taken, or nobody knows."""
    errors = set()
    for trial in trials:
        for value in TRIED if is_open else (None,):
            try:
                trial(**{argument: value})
            except (TypeError, ValueError) as error:
                text = str(error)
                if argument not in text or not is_open and "unexpected keyword argument" not in text:
                    return ""
                errors.add(type(error).__name__)
            except Exception:
                return ""
            else:
                return ""
    return errors.pop() if len(errors) == 1 else ""


def _trials(name: str, callee: Any) -> tuple[Trial, ...]:
    """Calls that work, to be given one argument more."""
    if not inspect.isclass(callee):
        return _trials_of_model(name)
    for given in _constructions(callee):
        if _works(construct := partial(_construct, callee, given)):
            return (construct,)
    return ()


def _construct(cls: type, given: Callable[[], dict[str, Any]], **more: object) -> object:
    return cls(**given(), **more)


def _constructions(cls: type) -> Iterator[Callable[[], dict[str, Any]]]:
    yield dict
    yield from constructions(cls)
    if (given := loss_arguments(cls)) is not None:
        yield partial(dict, given)


def _works(trial: Trial, *given: Any, **more: Any) -> bool:
    try:
        trial(*given, **more)
    except Exception:
        return False
    return True


def _trials_of_model(name: str) -> tuple[Trial, ...]:
    """Methods of a small model that ends quickly: the others are not known."""
    if name != "keras.Model.evaluate":
        return ()
    model = tf.keras.Sequential([tf.keras.Input((2,)), tf.keras.layers.Dense(1)])
    model.compile(loss="mse")
    trial = partial(model.evaluate, np.zeros((2, 2)), np.zeros((2, 1)), verbose=0)
    return (trial,) if _works(trial) else ()


# -- names that come first -------------------------------------------------------------------------


def _refusal_of_name(name: str, naming: Naming) -> str:
    """The error of a method that is given a name first, whatever follows; empty where it takes one."""
    owner, _, method = name.rpartition(".")
    cls = naming.classes().get(owner)
    made = next((given for given in _constructions(cls) if _works(partial(cls, **given()))), None) if cls else None
    if cls is None or made is None:
        return ""
    errors = set()
    for positional, keywords in ((("kernel",), {}), (("kernel", (2, 2)), {}), (("kernel",), {"shape": (2, 2)})):
        try:
            getattr(cls(**made()), method)(*positional, **keywords)
        except (TypeError, ValueError) as error:
            errors.add(type(error).__name__)
        except Exception:
            return ""
        else:
            return ""
    well = _works(getattr(cls(**made()), method), name="kernel", shape=(2, 2), initializer="zeros")
    return errors.pop() if len(errors) == 1 and well else ""
