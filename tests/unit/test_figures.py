"""benchmarks/figures.py: what counts as what."""

from __future__ import annotations

import ast
import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

import tfgraphlint

BENCHMARKS = Path(tfgraphlint.__file__).parent.parent / "benchmarks"
sys.path.insert(0, str(BENCHMARKS))

import code_figures as code  # noqa: E402
import figures  # noqa: E402

FILES = {
    "tfgraphlint/__init__.py": "",
    "tfgraphlint/alone.py": "import tfgraphlint.a\n",
    "tfgraphlint/a.py": "from tfgraphlint.inner import b\n",
    "tfgraphlint/inner/__init__.py": "",
    "tfgraphlint/inner/b.py": "def f():\n    from ..interpret.c import d\n    return d\n",
    "tfgraphlint/interpret/__init__.py": "",
    "tfgraphlint/interpret/c.py": "if TYPE_CHECKING:\n    from tfgraphlint import a\nd = 1\n",
    "tfgraphlint/rules/tfg999_rule.py": "def f():\n    import tfgraphlint.a\n",
    "other.py": "import tfgraphlint.a\n",
}


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    for name, text in FILES.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(text)
    return tmp_path


def test_the_modules_of_the_package(checkout: Path) -> None:
    found = code.modules(checkout)
    assert {module.name for module in code.flat(found)} == {"tfgraphlint.a", "tfgraphlint.alone"}
    assert "tfgraphlint.rules.tfg999_rule" not in {module.name for module in found}


def test_a_circle_counts_imports_in_functions_and_for_type_checkers(checkout: Path) -> None:
    graph = code.import_graph(code.modules(checkout))
    assert code.largest_circle(graph) == {"tfgraphlint.a", "tfgraphlint.inner.b", "tfgraphlint.interpret.c"}
    assert code.largest_circle({"a": frozenset("b"), "b": frozenset()}) == frozenset()


def test_imports_in_functions(checkout: Path) -> None:
    assert code.imports_in_functions(code.modules(checkout)) == {"tfgraphlint.inner.b": 1}


@pytest.mark.parametrize(
    ("text", "of", "count"),
    [
        ("x.kind == 'zip'", code.is_kind, 1),
        ("'zip' != x.y.which", code.is_kind, 1),
        ("x.kind in ('zip', 'map') or x.kind == 'list'", code.is_kind, 2),
        ("x.kind == ZIP or x.sort == 'zip'", code.is_kind, 0),
        ("match x.kind:\n    case 'a' | 'b':\n        pass\n    case _:\n        pass", code.is_kind, 1),
        ("if name == 'watch' or name not in {'gradient'}: pass", code.is_name, 2),
        ("'.' in name or name in NAMES or x.name == 'a'", code.is_name, 0),
    ],
)
def test_comparisons_with_strings(text: str, of: Callable[[ast.expr], bool], count: int) -> None:
    assert code.comparisons(ast.parse(text), of) == count


@pytest.mark.parametrize(
    ("text", "count"),
    [
        ("x.state['a'], x.state.get('b', 1), 'c' in x.state, 'd' not in x.state", 4),
        ("m.store.write(x.state, 'a', x.state['b'])", 2),
        ("x.state[key], x.state.get(key), x.state.items(), state['a'], m.write(x.other, 'a')", 0),
    ],
)
def test_keys_of_state(text: str, count: int) -> None:
    assert code.state_keys(ast.parse(text)) == count


def test_words() -> None:
    text = """
FEW = {"a", "b", "c", "d"}
MANY = frozenset({"a", "b", "c", "d", "e", OTHER})
SPLIT = "a b c d e f".split()
TABLE = {"a": 1, "b": 2, "c": 3, "d": 4, "e": 5, **OTHERS}
@handles("a", "b", "c", "d", *["e"])
@cache
def f(): ...
"""
    assert code.words([ast.parse(text)]) == code.Words((5, 6), (5,), (5,))


def test_lengths() -> None:
    text = "@cache\ndef f():\n    def inner(): ...\n    return inner\nclass C:\n    async def g(self): ...\n"
    assert code.lengths([ast.parse(text)]) == code.Lengths(3, 1, 3)
    assert code.lengths([]) == code.Lengths(0, 0, 0)


@pytest.mark.parametrize(
    ("path", "room"),
    [
        ("README.md", "."),
        ("rules/tfg301_x.py", "rules/"),
        ("tests/differential/found/a.py", "tests/"),
        ("tfgraphlint/facts.py", "tfgraphlint/"),
        ("tfgraphlint/interpret/core/store.py", "tfgraphlint/interpret/"),
    ],
)
def test_where_a_file_counts(path: str, room: str) -> None:
    assert figures.room(path) == room


def test_all_of_it(checkout: Path) -> None:
    """The figures of a checkout, and what the commit touched that brought its rule."""

    def git(*arguments: str) -> None:
        identity = ("-c", "user.name=Somebody", "-c", "user.email=somebody@example.org", "-c", "commit.gpgsign=false")
        subprocess.run(["git", *identity, *arguments], cwd=checkout, check=True, capture_output=True)

    git("init", "--quiet")
    git("commit", "--quiet", "--allow-empty", "--message", "Start")
    git("add", ".")
    git("commit", "--quiet", "--message", "A rule")
    command = [sys.executable, str(BENCHMARKS / "figures.py"), str(checkout), "--json", "--rule", "TFG999"]
    done = subprocess.run(command, capture_output=True, text=True, timeout=120, check=True)
    printed = json.loads(done.stdout)["figures"]
    assert printed["largest circle, modules"] == 3
    assert printed["largest circle, lines"] == 7
    assert printed["TFG999 touches, tfgraphlint/rules/"] == 1
    assert printed["TFG999 touches, modules of interpret and libraries"] == 2
    failed = subprocess.run([*command[:-1], "TFG998"], capture_output=True, text=True, timeout=120)
    assert (failed.returncode, failed.stdout) == (2, "")
