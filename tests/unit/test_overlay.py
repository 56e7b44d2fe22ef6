"""Models of library functions and methods: how they are registered and found."""

from __future__ import annotations

import ast
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

import tfgraphlint
from tfgraphlint.interpret.core.objects import Layer, Model, Network
from tfgraphlint.interpret.core.overlay import Functions, Methods, functions
from tfgraphlint.interpret.core.value import Const, Value
from tfgraphlint.interpret.core.values import Items
from tfgraphlint.libraries import tables

LIBRARIES = Path(tfgraphlint.__file__).parent / "libraries"


def model_of(answer: Value | None) -> Any:
    return lambda m, receiver, name, args, node: answer


def test_a_method_is_found_by_class_and_name() -> None:
    methods = Methods()
    own, of_base, general = model_of(Const(1)), model_of(Const(2)), model_of(Const(3))
    methods.handles(Layer, "call")(own)
    methods.handles(Network, "call", "fit")(of_base)
    methods.handles(Network)(general)
    assert methods.find(Layer, "call") == (own, of_base, general)
    assert methods.find(Model, "fit") == (of_base, general)
    assert methods.find(Layer, "other") == (general,)
    assert methods.find(Items, "call") == ()


def test_the_first_model_that_has_something_to_say_answers() -> None:
    methods, answer = Methods(), Const(2)
    methods.handles(Layer, "call")(model_of(None))
    methods.handles(Network, "call")(model_of(answer))
    nothing: Any = None
    layer = Layer("keras.Layer", nothing)
    assert methods.call(nothing, layer, "call", nothing, nothing) is answer
    assert methods.call(nothing, layer, "fit", nothing, nothing) is None


def test_nothing_is_modelled_twice() -> None:
    methods, found = Methods(), Functions()
    methods.handles(Layer, "call")(model_of(None))
    with pytest.raises(ValueError, match=r"Layer\.call is modelled twice"):
        methods.handles(Layer, "call")(model_of(None))
    found.handles("numpy.sum")(model_of(None))
    with pytest.raises(ValueError, match=r"numpy\.sum is modelled twice"):
        found.handles("numpy.sum")(model_of(None))


@pytest.mark.parametrize("version", tables.versions())
def test_one_name_of_a_function_has_one_model(version: str) -> None:
    """A function has several names: what is modelled under two of them is modelled in one way."""
    known = tables.load(version)
    assert functions.by_name
    for name, model in functions.by_name.items():
        assert functions.find(known, name) is model
        assert functions.find(known, known.canonical(name)) is model


def registering(folder: str) -> list[str]:
    """The modules of a library's folder that register models."""
    found = []
    for file in sorted((LIBRARIES / folder).glob("*.py")):
        decorators = [
            decorator for node in ast.walk(ast.parse(file.read_text(encoding="utf-8")))
            if isinstance(node, ast.FunctionDef) for decorator in node.decorator_list
        ]
        if any(".handles(" in ast.unparse(decorator) for decorator in decorators):
            found.append(f"tfgraphlint.libraries.{folder}.{file.stem}")
    return found


def test_every_model_is_registered_with_the_engine() -> None:
    """``dispatch`` imports, directly or through others, each module that registers something."""
    command = "import sys, tfgraphlint.libraries.dispatch; print(*sys.modules)"
    run = subprocess.run([sys.executable, "-c", command], capture_output=True, text=True, check=True)
    for folder in ("tensorflow", "keras", "numpy", "python"):
        modules = registering(folder)
        assert modules
        assert set(modules) <= set(run.stdout.split())
