"""Arguments that Keras took once and refuses: what is found, what is guarded, what the screen knows of them."""

from __future__ import annotations

import ast

import pytest

from tfgraphlint.diagnostic import Applicability
from tfgraphlint.facts.names import RefusedKeyword
from tfgraphlint.libraries.tables import load, versions
from tfgraphlint.libraries.words import NAME_CAME_FIRST, REFUSED_BY_METHODS
from tfgraphlint.names.gone_names import mentions_refused
from tfgraphlint.names.keras_arguments import refused_keywords
from tfgraphlint.rule_api.registry import load as load_rules


def found(text: str, version: str | None = None) -> list[RefusedKeyword]:
    return refused_keywords(ast.parse(text), "model.py", text, version)


@pytest.mark.parametrize(("text", "refused", "version"), [
    ("from keras.optimizers import Adam\nAdam(lr=0.1, beta_1=0.8)\n", ["lr"], None),
    ("import tensorflow as tf\ntf.compat.v2.keras.optimizers.SGD(0.1, lr=0.1)\n", ["lr"], "2.16"),
    ("import tensorflow as tf\ntf.optimizers.SGD(0.1, decay=0.1)\n", ["decay"], "2.15"),
    ("from keras.layers import AveragePooling1D as Pool\nPool(2, weights=None, dynamic=True)\n",
     ["weights", "dynamic"], None),
    ("from tensorflow import keras\nkeras.utils.to_categorical(ys, dtype='int32')\n", ["dtype"], None),
    ("from tensorflow import keras\nkeras.Input(batch_input_shape=(2, 3))\n", ["batch_input_shape"], None),
])  # fmt: skip
def test_found(text: str, refused: list[str], version: str | None) -> None:
    assert mentions_refused(text)
    assert [each.argument for each in found(text, version)] == refused


@pytest.mark.parametrize(("text", "version"), [
    ("from keras.optimizers import Adam\nAdam(lr=0.1)\n", "2.15"),  # which only warns
    ("from keras.optimizers import Adam\nAdam(decay=0.1)\n", None),  # so does this
    ("from keras.optimizers import SGD\nSGD(decay=0.1)\n", "2.10"),  # an older one than the tables know
    ("from keras.optimizers import Adam\nAdam(**{'lr': 0.1})\n", None),
    ("from torch.optim import Adam\nAdam(lr=0.1)\n", None),
    ("from keras.optimizers import Adam\nfrom own import Adam\nAdam(lr=0.1)\n", None),
    ("from keras.optimizers import Adam\ntry:\n    Adam(lr=0.1)\nexcept ValueError:\n    Adam(0.1)\n", None),
    ("import inspect\nfrom keras.optimizers import Adam\nif 'lr' in inspect.signature(Adam).parameters:\n"
     "    Adam(lr=0.1)\n", None),
    ("import keras\nif keras.__version__ < '3':\n    keras.optimizers.Adam(lr=0.1)\n", None),
])  # fmt: skip
def test_silent(text: str, version: str | None) -> None:
    assert found(text, version) == []


@pytest.mark.parametrize(("more", "applicability"), [
    ("", Applicability.SAFE),
    ("print(optimizer.lr)\n", Applicability.UNSAFE),
    ("optimizer = Adam(learning_rate=0.1, decay=1e-6)\n", Applicability.UNSAFE),
])  # fmt: skip
def test_the_fix_is_safe_where_nothing_has_to_follow(more: str, applicability: Applicability) -> None:
    (keyword,) = found(f"from keras.optimizers import Adam\noptimizer = Adam(lr=0.1)\n{more}")
    (diagnostic,) = load_rules((), ()).diagnostics(keyword)
    assert diagnostic.fix is not None and diagnostic.fix.applicability is applicability


@pytest.mark.parametrize("given", ["0.1, lr=0.1", "lr=0.1, learning_rate=0.1", "lr=0.1, **more"])
def test_no_fix_where_the_new_name_may_be_given(given: str) -> None:
    (keyword,) = found(f"from keras.optimizers import Adam\nAdam({given})\n")
    assert keyword.edits == ()


def test_the_screen_lets_in_what_methods_refuse() -> None:
    """Its list is short: what it names is refused by some class of that method in some version."""
    rows = [row for version in versions() for row in load(version).content("arguments")["refused"].items()]
    for method, arguments in REFUSED_BY_METHODS.items():
        said = " ".join(row for name, row in rows if name.endswith(f".{method}"))
        assert {argument for argument in arguments if f"{argument}=" not in said} == set(), method
    assert {name.rpartition(".")[2] for name in load().content("arguments")["unnamed"]} == NAME_CAME_FIRST
