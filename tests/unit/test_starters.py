"""What starts a project's code: scripts, tests, commands, threads; whichever of the files are linted."""

from __future__ import annotations

import textwrap
from pathlib import Path

import pytest

from tfgraphlint.project.commands import Commands
from tfgraphlint.project.files import MAX_TEST_FILES
from tfgraphlint.project.search_path import added_folders
from tfgraphlint.project.settings import Settings
from tfgraphlint.project.starters import Starters
from tfgraphlint.run.lint import Request, lint

# ``learn`` loses a term, ``show`` uses a tensor of a trace afterwards; both only show when they are called as here.
AGENT = """\
import numpy as np
import tensorflow as tf


class Agent:
    def __init__(self, rate):
        self.w = tf.Variable([1.0, 2.0])
        self.rate = rate
        self.last = None

    @tf.function
    def forward(self, x):
        self.last = self.w * x
        return tf.reduce_sum(x)

    def show(self, x):
        self.forward(x)
        return self.last + 1.0

    def learn(self, x):
        with tf.GradientTape() as tape:
            loss = tf.reduce_sum(self.w * x) + self.rate * np.sum(self.w * x)
        return tape.gradient(loss, [self.w])
"""
LOST, LEAKED = ("TFG211", 22), ("TFG406", 13)
Report = tuple[str, int]


@pytest.fixture(autouse=True)
def working_directory(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def write(folder: Path, **files: str) -> None:
    for name, text in files.items():
        file = folder / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(textwrap.dedent(text))


def reports(folder: Path, *names: str) -> set[Report]:
    """What is reported in agent.py when these files are linted; all of them without names."""
    files = [folder / name for name in names] or sorted(folder.rglob("*.py"))
    run = lint(Request(folder, dict.fromkeys(files, Settings(folder)), roots=[folder], processes=1))
    assert not run.errors
    return {(each.code, each.span.start.row) for each in run.diagnostics if each.span.filename.endswith("agent.py")}


def files(name: str, text: str, **more: str) -> dict[str, str]:
    return {"agent.py": AGENT, name: text, **more}


X = 'np.ones(2, "float32")'
STARTED = {
    "a script": (files("main.py", f"import numpy as np\nfrom agent import Agent\nAgent(0.1).learn({X})\n"), LOST),
    "a leak": (files("main.py", f"import numpy as np\nimport agent\na = agent.Agent(0.1)\na.show({X})\n"), LEAKED),
    "an alias": (
        files("main.py", f"import numpy as np\nimport agent\nMade = agent.Agent\nMade(0.1).learn({X})\n"), LOST),
    "two modules away": (
        files("main.py", f"import numpy as np\nfrom makes import make\nmake(1).learn({X})\n",
              **{"makes.py": "from agent import Agent\n\ndef make(rate):\n    return Agent(rate)\n"}), LOST),
    "python -m": (
        {"pkg/agent.py": AGENT, "pkg/__init__.py": "from .agent import Agent\n",
         "pkg/__main__.py": f"import numpy as np\nfrom pkg import Agent\nAgent(0.1).learn({X})\n"}, LOST),
    "a command": (
        files("cli.py", f"import numpy as np\nfrom agent import Agent\n\ndef main():\n    Agent(0.1).learn({X})\n",
              **{"pyproject.toml": "[project.scripts]\nrun = 'cli:main'\n"}), LOST),
    "a command of click": (
        files("cli.py", f"""\
            import click
            import numpy as np
            from agent import Agent

            @click.command()
            @click.option("--rate", default=0.1)
            def main(rate):
                Agent(rate).learn({X})

            if __name__ == "__main__":
                main()
            """), LOST),
    "absl": (
        files("main.py", f"""\
            import numpy as np
            from absl import app
            from agent import Agent

            def main(argv):
                Agent(0.1).learn({X})

            app.run(main)
            """), LOST),
    "a test": (
        files("test_agent.py", f"import numpy as np\nfrom agent import Agent\n\ndef test_it():\n"
              f"    assert Agent(0.1).learn({X})\n"), LOST),
    "a test of unittest": (
        files("test_agent.py", f"""\
            import unittest
            import numpy as np
            from agent import Agent

            class TestAgent(unittest.TestCase):
                def setUp(self):
                    self.agent = Agent(0.1)

                def test_it(self):
                    self.agent.learn({X})
            """), LOST),
    "a thread": (
        files("main.py", f"""\
            import threading
            import numpy as np
            from agent import Agent

            class Worker(threading.Thread):
                def __init__(self, agent):
                    super().__init__()
                    self.agent = agent

                def run(self):
                    self.agent.learn({X})

            workers = [Worker(Agent(0.1)) for _ in range(3)]
            for worker in workers:
                worker.start()
            """), LOST),
    "the target of a thread": (
        files("main.py", f"""\
            from threading import Thread
            import numpy as np
            from agent import Agent

            def work(agent, x):
                agent.learn(x)

            Thread(target=work, args=(Agent(0.1),), kwargs={{"x": {X}}}).start()
            """), LOST),
    "a process": (
        files("main.py", f"""\
            import multiprocessing as mp
            import numpy as np
            from agent import Agent

            if __name__ == "__main__":
                mp.Process(target=Agent(0.1).learn, args=[{X}]).start()
            """), LOST),
    "a pool": (
        files("main.py", f"""\
            from concurrent.futures import ThreadPoolExecutor
            import numpy as np
            from agent import Agent

            with ThreadPoolExecutor() as pool:
                list(pool.map(Agent(0.1).learn, [{X}]))
            """), LOST),
    "submit": (
        files("main.py", f"""\
            import concurrent.futures
            import numpy as np
            from agent import Agent

            agent = Agent(0.1)
            pool = concurrent.futures.ThreadPoolExecutor()
            pool.submit(agent.show, {X}).result()
            """), LEAKED),
    "the end of the program": (
        files("main.py", f"import atexit\nimport numpy as np\nfrom agent import Agent\n"
              f"atexit.register(Agent(0.1).show, {X})\n"), LEAKED),
}  # fmt: skip


@pytest.mark.parametrize(("project", "expected"), STARTED.values(), ids=STARTED)
def test_what_starts_code(tmp_path: Path, project: dict[str, str], expected: Report) -> None:
    write(tmp_path, **project)
    agent = next(name for name in project if name.endswith("agent.py"))
    assert expected in reports(tmp_path)
    assert expected in reports(tmp_path, agent), "found where the fault is, though only that file is linted"


def test_nothing_is_reported_of_code_that_nobody_starts(tmp_path: Path) -> None:
    write(tmp_path, **{"agent.py": AGENT})
    alone = reports(tmp_path)
    write(tmp_path, **{"other.py": "import numpy as np\nfrom agent import Agent\n\nKind = Agent\n"})
    assert reports(tmp_path) == alone


def test_a_thread_may_be_late(tmp_path: Path) -> None:
    """What a thread writes may be there or not: nothing is certain of it."""
    write(tmp_path, **files("main.py", """\
        import threading
        import numpy as np
        import tensorflow as tf
        from agent import Agent

        kept = {}
        w = tf.Variable(1.0)
        with tf.GradientTape() as tape:
            kept["loss"] = w * 2.0
            threading.Thread(target=kept.update, args=({"loss": tf.constant(1.0)},)).start()
        tape.gradient(kept["loss"], w)
        """))  # fmt: skip
    run = lint(Request(tmp_path, {tmp_path / "main.py": Settings(tmp_path)}, roots=[tmp_path], processes=1))
    assert not run.diagnostics


def test_tapes_do_not_record_in_other_threads(tmp_path: Path) -> None:
    write(tmp_path, **{"main.py": """\
        import threading
        import tensorflow as tf

        w = tf.Variable(1.0)

        def work():
            with tf.GradientTape() as tape:
                loss = w * w
            print(tape.gradient(loss, w) + 1.0)

        with tf.GradientTape() as outer:
            thread = threading.Thread(target=work)
            thread.start()
            loss = w * 3.0
        thread.join()
        print(outer.gradient(loss, w))
        """})  # fmt: skip
    run = lint(Request(tmp_path, {tmp_path / "main.py": Settings(tmp_path)}, roots=[tmp_path], processes=1))
    assert not run.diagnostics


def test_tests_that_may_be_skipped_or_expect_none_say_nothing(tmp_path: Path) -> None:
    write(tmp_path, **{"test_it.py": """\
        import unittest
        import tensorflow as tf

        class TestIt(unittest.TestCase):
            def test_in_graphs(self):
                if tf.executing_eagerly():
                    self.skipTest("not here")
                tf.compat.v1.placeholder(tf.float32)

            def test_not_connected(self):
                w, v = tf.Variable(1.0), tf.Variable(2.0)
                with tf.GradientTape() as tape:
                    loss = w * 2.0
                self.assertIsNone(tape.gradient(loss, v))
        """})  # fmt: skip
    run = lint(Request(tmp_path, {tmp_path / "test_it.py": Settings(tmp_path)}, roots=[tmp_path], processes=1))
    assert not run.diagnostics


SKIPPING = {
    "decorator": ("@unittest.skipIf(True, 'not here')\n", "", ""),
    "decorator of the class": ("", "@pytest.mark.skip\n", ""),
    "method": ("", "", "self.skipTest('not here')\n"),
    "function": ("", "", "return pytest.skip('not here')\n"),
    "error": ("", "", "if np.__version__ < '2':\n    raise unittest.SkipTest('not here')\n"),
    "helper": ("", "", "skip_without_gpu()\n"),
}
RUNNING = {
    "skip connection": ("", "", "skip = np.ones(3)\nconnected = [skip, skip]\n"),
    "dataset": ("", "", "rest = pytest.data.skip(3)\n"),
    "comment": ("@override\n", "", "pass  # do not skip this\n"),
}


@pytest.mark.parametrize("how", [*SKIPPING, *RUNNING])
def test_what_skips_a_test(tmp_path: Path, how: str) -> None:
    decorator, of_class, before = (SKIPPING | RUNNING)[how]
    method = f"{decorator}def test_it(self):\n{textwrap.indent(before, '    ')}    Agent(0.1).learn({X})\n"
    head = "import unittest\nimport numpy as np\nimport pytest\nfrom typing import override\nfrom agent import Agent\n"
    text = f"{head}{of_class}class TestIt(unittest.TestCase):\n{textwrap.indent(method, '    ')}"
    write(tmp_path, **files("test_it.py", text))
    assert reports(tmp_path) == (set() if how in SKIPPING else {LOST})


def test_many_tests_are_not_run(tmp_path: Path) -> None:
    text = f"import numpy as np\nfrom agent import Agent\n\ndef test_it():\n    assert Agent(0.1).learn({X})\n"
    write(tmp_path, **files("test_0.py", text))
    assert LOST in reports(tmp_path)
    write(tmp_path, **{f"test_{number}.py": text for number in range(MAX_TEST_FILES + 1)})
    assert LOST not in reports(tmp_path)
    assert LOST not in reports(tmp_path, "agent.py")


def test_the_nearest_files_are_asked_first(tmp_path: Path) -> None:
    script = "from lib.agent import Agent\nAgent(1)\n"
    write(tmp_path, **{"setup.py": "", "lib/__init__.py": "", "lib/agent.py": AGENT, "lib/makes.py": script,
                       "far/one.py": "import lib.makes\nlib.makes.make()\n", "far/two.py": script,
                       "far/defines.py": "from lib.agent import Agent\n\ndef f():\n    Agent(1)\n"})  # fmt: skip
    found = Starters([tmp_path]).of(tmp_path / "lib" / "agent.py")
    assert [each.relative_to(tmp_path).as_posix() for each in found] == ["lib/makes.py", "far/two.py", "far/one.py"]


@pytest.mark.parametrize(
    ("name", "text", "expected"),
    [
        ("pyproject.toml", "[project.scripts]\nrun = 'app.cli:main'\n[tool.x]\nother = 'app.cli:no'\n", {"main"}),
        ("pyproject.toml", '[tool.poetry.scripts]\nrun = "app.cli:main"\n', {"main"}),
        ("pyproject.toml", "[project.entry-points.plugins]\nrun = 'app.cli:main'\n", set()),
        ("setup.cfg", "[options.entry_points]\nconsole_scripts =\n    run = app.cli:main\n    b = app.cli:two\n",
         {"main", "two"}),
        ("setup.py", "setup(entry_points={'console_scripts': ['run=app.cli:main'], 'x': ['y=app.cli:no']})", {"main"}),
    ],
)  # fmt: skip
def test_commands(tmp_path: Path, name: str, text: str, expected: set[str]) -> None:
    write(tmp_path, **{name: text, "app/__init__.py": "", "app/cli.py": ""})
    assert Commands().of(tmp_path / "app" / "cli.py") == expected


@pytest.mark.parametrize(
    ("statement", "folder"),
    [
        ("sys.path.append('utils')", "scripts/utils"),
        ("sys.path.insert(0, os.path.join(os.path.dirname(__file__), '..', 'src'))", "src"),
        ("sys.path.append(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))", "."),
        ("ROOT = Path(__file__).resolve().parents[1]\nsys.path.extend([str(ROOT / 'lib')])", "lib"),
        ("sys.path.append(os.environ['HERE'])", None),
        ("path.append('utils')", None),
    ],
)
def test_folders_added_to_the_path(tmp_path: Path, statement: str, folder: str | None) -> None:
    text = f"import os\nimport sys\nfrom pathlib import Path\n{statement}\n"
    expected = () if folder is None else ((tmp_path / folder).resolve(),)
    assert added_folders((tmp_path / "scripts" / "main.py").resolve(), text) == expected
