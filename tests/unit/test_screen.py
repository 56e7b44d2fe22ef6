"""The screen: what passes, and that it loses nothing."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

import tfgraphlint
from tfgraphlint.run.examine import Examiner
from tfgraphlint.screen.imported_suspects import ImportedModules
from tfgraphlint.screen.outline import Outline
from tfgraphlint.screen.triggers import holds_root, mentions_root

CHECKOUT = Path(tfgraphlint.__file__).parent.parent

PASSES = [
    "import tensorflow as tf\nwith tf.GradientTape() as t: pass\n",
    "import tensorflow as tensorflow_v2\ntensorflow_v2.gradients(y, x)\n",
    "from tensorflow import GradientTape as T\n",
    "from tensorflow import *\nwith GradientTape() as t: pass\n",
    "from helpers import *\nwith GradientTape() as t: pass\n",
    "from .backend import tf\ntf.GradientTape\n",
    "from .backend import tensorflow as t\nt.GradientTape\n",
    "def f():\n    import tensorflow.compat.v1 as tf\n    tf.hessians(y, x)\n",
    "from keras import backend as K\nK.gradients(y, x)\n",
    "import tf_keras\nopt.minimize(loss, [])\n",
    "import keras\nmodel.compile(loss=my_loss)\n",
    "import keras\nmodel.compile('adam', my_loss)\n",
    "import keras\nmodel.compile(loss=lambda a, b: a)\n",
    "import keras\nmodel.compile(loss=[None, my_loss])\n",
    "import keras\nmodel.compile(loss=self.loss)\n",
    "import keras\nmodel.compile(loss=make_loss(3))\n",
    "import keras\nmodel.compile(loss={'a': my_loss}, metrics=['mae'])\n",
    "import keras\nmodel.compile(**options)\n",
    "import tensorflow.compat.v1 as tf\ntf.disable_v2_behavior()\nprint(x.numpy())\n",
]
STAYS_OUT = [
    "",
    "x = 1\n",
    "import tensorflow as tf\nx = tf.constant(1.0)\n",
    "import torch\ntorch.autograd.gradcheck(f, x).gradient()\n",
    "import numpy as np\nnp.gradient(x)\n",
    "# import tensorflow\n'GradientTape'\n",
    "import tensorflow as tf\n'''GradientTape'''\n",
    "import keras\nmodel.compile('adam', 'mse', metrics=['mae'])\n",
    "import keras\nmodel.compile(optimizer=opt, loss=keras.losses.Huber(), metrics=[keras.metrics.AUC()])\n",
    "import keras\nimport re\nre.compile(pattern)\n",
]


def passes(text: str) -> bool:
    return mentions_root(text) and holds_root(ast.parse(text))


@pytest.mark.parametrize("text", PASSES)
def test_what_passes(text: str) -> None:
    assert passes(text)


@pytest.mark.parametrize("text", STAYS_OUT)
def test_what_stays_out(text: str) -> None:
    assert not passes(text)


HOT = "import tensorflow as tf\ndef f(x):\n    with tf.GradientTape() as t: pass\n"


@pytest.mark.parametrize(
    ("text", "helper"),
    [
        ("import helper\nhelper.f(tf.constant(1.0))\n", "helper.py"),
        ("from helper import f\nif __name__ == '__main__':\n    f(tf.constant(1.0))\n", "helper.py"),
        ("from pkg import helper\nprint(helper.f(1))\n", "pkg/helper.py"),
        ("import pkg.helper as h\nprint(h.f(1))\n", "pkg/helper.py"),
        ("from pkg import f\nprint(f(1))\n", "pkg/__init__.py"),
        ("from lib import f\nprint(f(1))\n", "src/lib.py"),
        ("from helper import f\nx = f(1)\n", "helper.py"),
        ("import pkg.helper\nx = pkg.helper.f(1)\n", "pkg/helper.py"),
    ],
)
def test_a_script_passes_for_what_it_imports(tmp_path: Path, text: str, helper: str) -> None:
    (tmp_path / "pyproject.toml").touch()
    place = tmp_path / helper
    place.parent.mkdir(exist_ok=True)
    place.write_text(HOT)
    text = f"import tensorflow as tf\n{text}"
    assert not passes(text)
    assert is_called_by(text, tmp_path / "main.py")
    place.write_text("x = 1\n")
    assert not is_called_by(text, tmp_path / "main.py")


def is_called_by(text: str, file: Path) -> bool:
    tree = ast.parse(text)
    return ImportedModules().runs_root(Outline(tree), tree, file)


def test_relative_imports_and_modules_that_only_define(tmp_path: Path) -> None:
    (tmp_path / "pkg" / "sub").mkdir(parents=True)
    (tmp_path / "pkg" / "helper.py").write_text(HOT)
    text = "import keras\nfrom ..helper import f\nf(1)\n"
    file = tmp_path / "pkg" / "sub" / "main.py"
    assert is_called_by(text, file)
    quiet = text.replace("f(1)", "def g():\n    f(1)")
    assert not is_called_by(quiet, file)


PROGRAMS = sorted(path for folder in ("fixtures", "examples") for path in (CHECKOUT / folder).rglob("*.py"))


@pytest.fixture(scope="module")
def examiners() -> tuple[Examiner, Examiner]:
    """One that screens, and one that interprets every file and function."""
    return Examiner(CHECKOUT, [CHECKOUT]), Examiner(CHECKOUT, [CHECKOUT], screened=False)


def reported(examiner: Examiner, program: Path) -> set[tuple[str, int, int, str]]:
    found = examiner.examine(program).diagnostics
    return {(each.code, each.span.start.row, each.span.start.column, each.message) for each in found}


@pytest.mark.parametrize("program", PROGRAMS, ids=lambda program: program.relative_to(CHECKOUT).as_posix())
def test_the_screen_loses_nothing(program: Path, examiners: tuple[Examiner, Examiner]) -> None:
    """A program gives the same reports when nothing is kept from the interpreter."""
    screened, everything = examiners
    assert reported(screened, program) == reported(everything, program)
