"""The documentation site: it is built strictly, so that a link that leads nowhere fails, and needs no other host."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tfgraphlint.project.settings import EXTEND, KEYS
from tfgraphlint.project.settings_meanings import MEANINGS, meanings
from tfgraphlint.rule_api.registry import shipped

CHROMIUM = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
ROOT = Path(__file__).resolve().parents[2]
ELSEWHERE = re.compile(r"<(?:script|img|iframe|link)\b[^>]*(?:src|href)=\"?(?:https?:)?//|(?:url\(|@import ).?https?:")
ROW = re.compile(r"<tr [^>]*><td><code>([^<]*)</code>.*?</td><td>(.*?)</td>")


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The built site."""
    pytest.importorskip("material", reason="the extra `docs` is not installed")
    folder = tmp_path_factory.mktemp("site")
    command = [sys.executable, "-m", "mkdocs", "build", "--strict", "--quiet"]
    command += ["-f", str(ROOT / "docs/site/mkdocs.yml"), "-d", str(folder)]
    environment = {**os.environ, "NO_MKDOCS_2_WARNING": "1"}
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False, env=environment)
    assert done.returncode == 0, done.stdout + done.stderr
    return folder


def page(site: Path, path: str) -> str:
    return (site / path).read_text(encoding="utf-8")


def test_every_rule_has_a_page_that_the_list_links(site: Path) -> None:
    listed = page(site, "rules/index.html")
    for rule in shipped():
        name = f"{rule.code.lower()}.html"
        assert f"{rule.code} {rule.name}" in page(site, f"rules/{name}")
        assert f'href="{name}"' in listed


def test_a_page_of_a_rule_has_its_program_and_its_report(site: Path) -> None:
    text = page(site, "rules/tfg303.html")
    assert "What tfgraphlint prints" in text and "train.py:" in text
    assert "# expect" not in text and "# claim" not in text


def test_a_page_of_a_rule_says_what_tensorflow_said(site: Path) -> None:
    text = page(site, "rules/tfg303.html")
    assert "What TensorFlow 2.21" in text and "RuntimeError: A non-persistent GradientTape" in text
    assert "faulty programs that were run with TensorFlow 2.21" in page(site, "comparison.html")


def test_every_page_of_the_folder_is_in_the_navigation(site: Path) -> None:
    start = page(site, "index.html")
    pages = [file.stem for file in (ROOT / "docs").glob("*.md") if file.name != "README.md"]
    assert [name for name in pages if f'href="{name}.html"' not in start] == []


def test_nothing_is_loaded_from_elsewhere(site: Path) -> None:
    files = [file for kind in ("html", "css") for file in site.rglob(f"*.{kind}")]
    assert files and [file.name for file in files if ELSEWHERE.search(file.read_text(encoding="utf-8"))] == []


def test_the_table_of_operations_says_what_was_seen(site: Path) -> None:
    rows = dict(ROW.findall(page(site, "differentiable.html")))
    assert "tfg-none" in rows["tf.floor"] and "tfg-flows" in rows["tf.exp"]
    assert "tfg-zero" in rows["tf.sign"] and "tfg-none" in rows["x // y"]
    assert "tfg-flows" in rows["keras.layers.Dense"]


@pytest.mark.skipif(CHROMIUM is None, reason="there is no Chromium here")
def test_the_filters_of_the_table_work_without_a_server(site: Path, tmp_path: Path) -> None:
    assert CHROMIUM is not None
    address = f"{(site / 'differentiable.html').as_uri()}?name=sign&outcome=zero&version=2.15"
    command = [CHROMIUM, "--headless", "--no-sandbox", "--disable-gpu", f"--user-data-dir={tmp_path}", "--dump-dom"]
    done = subprocess.run([*command, address], capture_output=True, text=True, timeout=120, check=False)
    shown = re.findall(r'<tr data-names="[^"]*"[^>]*?(hidden="")?><td><code>([^<]*)</code>', done.stdout)
    assert len(shown) > 1000, done.stderr[-2000:]
    assert "tf.sign" in [name for hidden, name in shown if not hidden]
    assert all("sign" in name for hidden, name in shown if not hidden)


def test_the_settings_are_all_there(site: Path) -> None:
    text = page(site, "settings.html")
    assert [key for key in (*KEYS, EXTEND) if f'<h3 id="{key}">' not in text] == []
    assert "<code>--unsafe-fixes</code>" in text


def test_every_key_has_a_meaning() -> None:
    assert list(MEANINGS) == [*KEYS, EXTEND]
    said = {each.key: each for each in meanings()}
    assert said["fail-on"].default == '"warning"' and said["fail-on"].takes == '"error" or "warning"'
