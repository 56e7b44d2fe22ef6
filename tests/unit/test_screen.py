"""The screen: what passes, and that it loses nothing."""

from __future__ import annotations

import ast
from pathlib import Path

import hypothesis
import pytest
from fragments import FAULTS, PLAIN, PLAINEST, programs, written

import tfgraphlint
from tfgraphlint.interpret.checks.graph_api import REFUSED
from tfgraphlint.project.guard import parse
from tfgraphlint.run.examine import Examiner
from tfgraphlint.screen import imported_suspects
from tfgraphlint.screen.graph_api_triggers import runs_graph_api
from tfgraphlint.screen.imported_suspects import ImportedModules
from tfgraphlint.screen.outline import Names, Outline
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
    "import keras\nmodel.compile('adam', 'mse', run_eagerly=True)\n",
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


@pytest.mark.parametrize("name", REFUSED)
def test_all_api_of_graphs_passes(name: str) -> None:
    text = f"import tensorflow.compat.v1 as tf\ntf.{name}()\n"
    assert runs_graph_api(ast.parse(text), text) or passes(text)


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


@pytest.mark.parametrize(
    ("body", "is_called"),
    [
        ("return given.get_updates(None, [])", True),
        ("return given.lr", True),
        ("return given.gradient(1, 2)", True),
        ("given.lr = 1", False),
        ("lr = given", False),
        ("return given.compile()", False),
    ],
)
def test_helpers_need_not_name_a_framework(tmp_path: Path, body: str, is_called: bool) -> None:
    (tmp_path / "helper.py").write_text(f"def f(given):\n    {body}\n")
    text = "import keras\nfrom helper import f\nf(keras.optimizers.SGD())\n"
    assert is_called_by(text, tmp_path / "main.py") is is_called


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


def test_a_way_through_more_modules_than_are_kept_is_gone_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """In a large package nearly every file imports all others: none reads them all again."""
    monkeypatch.setattr(imported_suspects, "MAX_OUTLINES", 3)
    monkeypatch.setattr(imported_suspects, "MAX_NAMES", 3)
    for number in range(8):
        (tmp_path / f"m{number}.py").write_text(f"from m{number + 1} import f\ndef g():\n    f()\nf = g\n")
    (tmp_path / "m8.py").write_text("def f(tape):\n    return tape.gradient(1, 2)\n")
    text, parsed, modules = "from m0 import f\nf()\n", [], ImportedModules()
    tree = ast.parse(text)

    def counted(given: str, name: str) -> object:
        parsed.append(name)
        return parse(given, name)

    monkeypatch.setattr(imported_suspects, "parse", counted)
    assert modules.runs_root(Outline(tree), tree, tmp_path / "first.py")
    assert len(parsed) == 9
    assert modules.runs_root(Outline(tree), tree, tmp_path / "second.py")
    assert len(parsed) == 9
    assert modules.finder.reached(tmp_path / "second.py") == {tmp_path / f"m{number}.py" for number in range(9)}


def test_names_alone_are_those_of_the_outline() -> None:
    for program in PROGRAMS:
        tree = parse(program.read_text("utf-8", "replace"), program.name)
        if not isinstance(tree, ast.Module):
            continue
        names, outline = Names(tree), Outline(tree)
        assert [(part.name, part.words) for part in names.parts] == [(part.name, part.words) for part in outline.parts]
        assert (names.imports, names.module_words) == (outline.imports, outline.module_words), program
        every = {*outline.words, *outline.names, "x", "y", "model"}
        assert names.bound(every) == outline.bound(every), program


PROGRAMS = sorted(path for folder in ("fixtures", "examples") for path in (CHECKOUT / folder).rglob("*.py"))
Report = tuple[str, int, Path]  # code, row and file


class Both:
    """Examines files with the screen, and with nothing kept from the interpreter."""

    def __init__(self, directory: Path) -> None:
        self.directory = directory
        self._screened, self._everything = (Examiner(directory, [directory], screened=each) for each in (True, False))

    def reports(self, file: Path) -> set[Report]:
        """All that there is to report in a file."""
        return self._of(self._everything, file)

    def lost(self, file: Path) -> set[Report]:
        """What of it the screen keeps from being reported."""
        found = self.reports(file)
        return found - self._of(self._screened, file) if found else found

    def _of(self, examiner: Examiner, file: Path) -> set[Report]:
        examined = examiner.examine(file)
        assert not examined.error
        spans = ((found.code, found.span) for found in examined.diagnostics)
        return {(code, span.start.row, self.directory / span.filename) for code, span in spans}


@pytest.fixture(scope="module")
def both() -> Both:
    return Both(CHECKOUT)


@pytest.mark.parametrize("program", PROGRAMS, ids=lambda path: str(path.relative_to(CHECKOUT)))
def test_the_screen_loses_nothing(both: Both, program: Path) -> None:
    """Every program here gives the same reports when nothing is kept from the interpreter."""
    assert both.lost(program) == set()


@pytest.mark.parametrize("fault", FAULTS)
def test_the_faults_of_the_fragments_are_reported(tmp_path: Path, fault: str) -> None:
    """Else the next test would compare nothing with nothing."""
    file = tmp_path / "program.py"
    file.write_text(written(PLAINEST, fault))
    plain = tmp_path / "plain.py"
    plain.write_text(written(PLAINEST, PLAIN))
    both = Both(tmp_path)
    assert both.reports(file)
    assert not both.reports(plain)


@pytest.fixture(scope="module")
def drawn(tmp_path_factory: pytest.TempPathFactory) -> Both:
    return Both(tmp_path_factory.mktemp("drawn"))


@hypothesis.settings(
    derandomize=True, database=None, deadline=None, max_examples=400, phases=[hypothesis.Phase.generate]
)
@hypothesis.given(text=programs())
def test_the_screen_loses_nothing_of_drawn_programs(drawn: Both, text: str) -> None:
    file = drawn.directory / "program.py"
    file.write_text(text)
    assert drawn.lost(file) == set(), text
