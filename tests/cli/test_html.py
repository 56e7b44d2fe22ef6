"""The page: it stands alone, all its parts are there, and in a browser its filters and keys work."""

from __future__ import annotations

import html
import re
import shutil
import subprocess
from collections.abc import Sequence
from html.parser import HTMLParser
from pathlib import Path

import pytest

from tfgraphlint.diagnostic import Applicability, Diagnostic, Edit, Fix, Position, Role, Severity, Span, Step
from tfgraphlint.report.findings import Findings
from tfgraphlint.report.html import render
from tfgraphlint.report.html_text import as_html, inline
from tfgraphlint.rule_api.pages import read_page
from tfgraphlint.rule_api.registry import load
from tfgraphlint.syntax.text import Lines

TEXT = 'image = source()\nloss = np.sum(image) if a < b else "</script>"\nslope = tape.gradient(loss, image)\n'
DIRECTORY = Path("/home/somebody/pro<b>ject")


def span(row: int, start: int, end: int, name: str, cell: int = 0) -> Span:
    return Span(name, Position(row, start), Position(row, end), cell)


def report(name: str = "a.py", code: str = "TFG202", severity: Severity = Severity.ERROR, cell: int = 0) -> Diagnostic:
    where = span(2, 8, 21, name, cell)
    path = (
        Step(Role.SOURCE, "`image` comes from here", span(1, 9, 17, name, cell)),
        Step(Role.CUT, "`np.sum` leaves TensorFlow", where),
        Step(Role.CONSEQUENCE, "the gradient is None <script>", span(3, 9, 35, name, cell)),
    )
    fix = Fix("use `tf.reduce_sum`", Applicability.SAFE, (Edit(span(2, 8, 14, name, cell), "tf.reduce_sum"),))
    names = {"TFG202": "numpy-call-in-gradient-path", "TFG404": "print-at-trace-time"}
    return Diagnostic(code, names[code], "the gradient is `None` & lost", severity, where, path, "keep it", fix)


REPORTS = (
    report(),
    report("b.py", "TFG404", Severity.WARNING),
    report("b.py"),
    report("nb.ipynb", cell=3),
)


def page(diagnostics: Sequence[Diagnostic] = REPORTS, errors: Sequence[str] = ()) -> str:
    found = Findings(diagnostics, lambda where: Lines(TEXT), lambda place: 1, DIRECTORY, DIRECTORY, errors, 3)
    return render(found)


class Reader(HTMLParser):
    """Sees that tags are closed in order, and keeps what attributes say."""

    EMPTY = frozenset({"meta", "input", "br"})

    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []
        self.seen: list[tuple[str, dict[str, str | None]]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.seen.append((tag, dict(attrs)))
        if tag not in self.EMPTY:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def values(self, name: str) -> list[str]:
        return [value for _, attributes in self.seen if (value := attributes.get(name)) is not None]


def read(text: str) -> Reader:
    reader = Reader()
    reader.feed(text)
    assert reader.open == []
    return reader


@pytest.mark.parametrize("given", [REPORTS, ()])
def test_the_page_is_whole_and_needs_nothing(given: Sequence[Diagnostic]) -> None:
    text = page(given, ["c.py: not linted: <b>"])
    reader = read(text)
    ids = reader.values("id")
    assert len(ids) == len(set(ids))
    links = reader.values("href")
    assert {link for link in links if not link.startswith("#")} == set()
    assert {link[1:] for link in links} <= set(ids)
    assert reader.values("src") == []
    assert "url(" not in text
    assert "c.py: not linted: &lt;b&gt;" in text


def test_nothing_that_is_reported_becomes_markup() -> None:
    text = page()
    assert "the gradient is None &lt;script&gt;" in text
    assert "<h1>pro&lt;b&gt;ject</h1>" in text
    assert text.count("</script>") == 1


def test_a_report_shows_its_path_its_source_and_its_fix() -> None:
    text = page(REPORTS[:1])
    boxes = re.findall(r'<li class="(\w+)"><span class="role">(\w+)</span><code>([^<]*)</code>', text)
    assert [(kind, html.unescape(code)) for kind, _, code in boxes] == [
        ("source", "source()"), ("cut", "np.sum(image)"), ("consequence", "tape.gradient(loss, image)"),
    ]  # fmt: skip
    assert '<mark class="cut main">np.sum(image)</mark> if a &lt; b' in text
    assert '<div class="label cut" style="--column:7"><span><b>cut</b> <code>np.sum</code> leaves TensorFlow' in text
    assert '<ins><span class="nr">2</span> <code>+ loss = tf.reduce_sum(image) if' in text
    assert "<h3>Why it matters</h3>" in text


def test_only_a_lost_gradient_is_drawn_as_cut() -> None:
    assert 'class="path lost"' in page(REPORTS[:1])
    other = page(REPORTS[1:2])
    assert 'class="path"' in other
    assert '<span class="role">here</span>' in other


def test_every_page_of_a_rule_can_be_shown() -> None:
    for rule in load().rules:
        written = as_html(read_page(rule))
        read(written)
        assert "<h3>What it does</h3>" in written
        assert "##" not in re.sub(r"<pre>.*?</pre>", "", written, flags=re.DOTALL)


def test_text_of_pages() -> None:
    assert inline("`a < b` and ``c`` are *not* 2 * 3 * 4") == (
        "<code>a &lt; b</code> and <code>c</code> are <em>not</em> 2 * 3 * 4"
    )
    assert as_html("One.\n\n## Two\n\nSays\n\n    a\n    b\n\nand\n\n- x\n- y") == (
        "<p>One.</p><h3>Two</h3><p>Says</p><pre>a\nb</pre><p>and</p><ul><li>x</li><li>y</li></ul>"
    )


CHROMIUM = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
# What is ticked, searched and pressed, and which reports (r1 to r4) are shown or have the focus afterwards.
STEPS = """
const said = [];
const note = () => said.push([...document.querySelectorAll("article:not([hidden])")].map((each) => each.id).join("+"));
const tick = (value) => { document.querySelector(`fieldset input[value="${value}"]`).click(); note(); };
const type = (text) => { const box = document.getElementById("search"); box.value = text;
  box.dispatchEvent(new Event("input")); note(); };
const press = (key) => { document.dispatchEvent(new KeyboardEvent("keydown", {key, bubbles: true}));
  said.push(document.activeElement.id); };
note(); tick("warning"); tick("warning"); tick("b.py"); tick("TFG202 numpy-call-in-gradient-path");
document.getElementById("reset").click(); note();
type("tfg404"); type("no such thing"); said.push(document.getElementById("shown").textContent);
document.getElementById("reset").click();
press("j"); press("j"); press("k"); press("/");
document.title = said.join(" | ");
"""


@pytest.mark.skipif(CHROMIUM is None, reason="there is no Chromium here")
def test_filters_and_keys_work_in_a_browser(tmp_path: Path) -> None:
    file = tmp_path / "page.html"
    file.write_text(page().replace("</body>", f"<script>{STEPS}</script></body>"), encoding="utf-8")
    assert CHROMIUM is not None
    command = [
        CHROMIUM, "--headless", "--no-sandbox", "--disable-gpu", f"--user-data-dir={tmp_path / 'profile'}",
        "--dump-dom", file.as_uri(),
    ]  # fmt: skip
    done = subprocess.run(command, capture_output=True, text=True, timeout=120)
    title = re.search(r"<title>(.*?)</title>", done.stdout)
    assert title is not None, done.stderr[-2000:]
    assert html.unescape(title[1]).split(" | ") == [
        "r1+r2+r3+r4", "r2", "r1+r2+r3+r4", "r2+r3", "r3", "r1+r2+r3+r4",
        "r2", "", "0 of 4 shown",
        "r1", "r2", "r1", "search",
    ]  # fmt: skip
