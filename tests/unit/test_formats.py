"""The formats that other programs read: what they demand of a report is there, whatever the report holds."""

from __future__ import annotations

import json
import re
import xml.etree.ElementTree as ElementTree
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft4Validator

from tfgraphlint.cli.destinations import FORMATS
from tfgraphlint.diagnostic import Applicability, Diagnostic, Edit, Fix, Position, Role, Severity, Span, Step
from tfgraphlint.report.findings import Findings, Look
from tfgraphlint.report.formats import RENDERERS, render
from tfgraphlint.report.names import fingerprints
from tfgraphlint.syntax.text import Lines

# The official schema, as SchemaStore and `@microsoft/jest-sarif` have it.
SCHEMA = json.loads((Path(__file__).parent.parent / "data" / "sarif-schema-2.1.0.json").read_text(encoding="utf-8"))
DIRECTORY = Path("/home/somebody/project")
TEXT = "loss = np.sum(image)  # \N{GREEK SMALL LETTER PI} \N{GRINNING FACE}\nloss = np.sum(image)\nother(image)\n"


def span(row: int, start: int, end: int, name: str = "src/a b.py", cell: int = 0) -> Span:
    return Span(name, Position(row, start), Position(row, end), cell)


def report(place: Span | None = None, **changed: Any) -> Diagnostic:
    where = place or span(1, 8, 21)
    path = (Step(Role.SOURCE, "`image` comes from here", where), Step(Role.CUT, "here", where))
    fix = Fix("use `tf.reduce_sum`", Applicability.SAFE, (Edit(where, "tf.reduce_sum(image)"),))
    made = Diagnostic(
        "TFG202", "numpy-call-in-gradient-path", "the gradient is None: 100%", Severity.ERROR, where, path,
        "use `tf.reduce_sum(image)`", fix, (Fix("stop it", Applicability.DISPLAY, (Edit(where, "x"),)),),
    )  # fmt: skip
    return replace(made, **changed)


def findings(*diagnostics: Diagnostic, errors: Sequence[str] = (), root: Path = DIRECTORY) -> Findings:
    return Findings(diagnostics, lambda where: Lines(TEXT), lambda place: 9, DIRECTORY, root, errors, 3)


HARD = (
    report(),
    report(span(2, 8, 21), severity=Severity.WARNING, fix=None, suggestions=(), help=None, path=()),
    report(span(3, 1, 13, "/elsewhere/\N{GREEK SMALL LETTER PI}#1.py"), message="a <b> & \"c\",\x1b[31m: d\ne"),
    report(span(1, 8, 21, "n.ipynb", cell=3)),
)
ERRORS = ("b.py: not linted, internal error: <ZeroDivisionError>",)


@pytest.mark.parametrize(
    "found", [findings(), findings(*HARD), findings(errors=ERRORS), findings(*HARD, errors=ERRORS)]
)
def test_sarif_is_what_the_standard_says(found: Findings) -> None:
    Draft4Validator(SCHEMA).validate(json.loads(render("sarif", found, Look())))


def test_the_schema_is_not_content_with_anything() -> None:
    document = json.loads(render("sarif", findings(*HARD), Look()))
    document["runs"][0]["results"][0]["level"] = "bad"
    assert not Draft4Validator(SCHEMA).is_valid(document)


def sarif(*diagnostics: Diagnostic, errors: Sequence[str] = ()) -> dict[str, Any]:
    (run,) = json.loads(render("sarif", findings(*diagnostics, errors=errors), Look()))["runs"]
    assert isinstance(run, dict)
    return run


def test_sarif_says_where_and_how_it_came_to_it() -> None:
    run = sarif(report())
    (result,) = run["results"]
    region = {"startLine": 1, "startColumn": 8, "endLine": 1, "endColumn": 21}
    place = {"artifactLocation": {"uri": "src/a%20b.py", "uriBaseId": "%SRCROOT%"}, "region": region}
    assert run["columnKind"] == "unicodeCodePoints"
    assert run["originalUriBaseIds"] == {"%SRCROOT%": {"uri": "file:///home/somebody/project/"}}
    assert result["locations"] == [{"physicalLocation": place}]
    assert (result["ruleId"], result["level"]) == ("TFG202", "error")
    (thread,) = result["codeFlows"][0]["threadFlows"]
    assert [step["location"]["message"]["text"] for step in thread["locations"]] == [
        "source: `image` comes from here", "cut: here",
    ]  # fmt: skip
    fix, suggestion = result["fixes"]
    (change,) = fix["artifactChanges"]
    assert change["replacements"] == [{"deletedRegion": region, "insertedContent": {"text": "tf.reduce_sum(image)"}}]
    assert (fix["properties"], suggestion["properties"]) == ({"applicability": "safe"}, {"applicability": "display"})


def test_sarif_brings_the_pages_of_the_rules() -> None:
    run = sarif(report())
    (rule,) = run["tool"]["driver"]["rules"]
    assert (rule["id"], rule["name"], run["results"][0]["ruleIndex"]) == ("TFG202", "numpy-call-in-gradient-path", 0)
    assert "## Why it matters" in rule["help"]["markdown"]


def test_sarif_of_a_notebook_names_the_cell() -> None:
    (result,) = sarif(HARD[3])["results"]
    (location,) = result["locations"]
    assert location["physicalLocation"]["region"] == {"startLine": 1}
    assert result["message"]["text"].startswith("cell 3, line 1: the gradient")
    assert location["logicalLocations"][0]["name"] == "cell 3, line 1"
    assert "fixes" not in result


def test_sarif_of_another_directory_is_absolute() -> None:
    (result,) = sarif(HARD[2])["results"]
    uri = "file:///elsewhere/%CF%80%231.py"
    assert result["locations"][0]["physicalLocation"]["artifactLocation"] == {"uri": uri}


def test_sarif_says_what_was_not_linted() -> None:
    (invocation,) = sarif(errors=ERRORS)["invocations"]
    assert invocation["executionSuccessful"] is False
    assert [note["message"]["text"] for note in invocation["toolExecutionNotifications"]] == list(ERRORS)


def test_fingerprints_stay_where_lines_move_and_tell_reports_apart() -> None:
    def moved(where: str) -> Lines:
        return Lines("\n\n" + TEXT.replace("loss", "  loss"))

    before = fingerprints([report(), report(span(2, 8, 21))], lambda where: Lines(TEXT.partition("\n")[2] * 2))
    assert len(set(before)) == 2
    here = fingerprints([report(span(2, 8, 21)), report(span(3, 1, 13))], lambda where: Lines(TEXT))
    assert here == fingerprints([report(span(4, 8, 21)), report(span(5, 1, 13))], moved)


def test_gitlab_has_what_it_demands() -> None:
    objects = json.loads(render("gitlab", findings(*HARD), Look()))
    assert len({each["fingerprint"] for each in objects}) == len(HARD)
    assert objects[0] == {
        "description": "TFG202 the gradient is None: 100%",
        "check_name": "numpy-call-in-gradient-path",
        "fingerprint": objects[0]["fingerprint"],
        "severity": "major",
        "location": {"path": "src/a b.py", "lines": {"begin": 1, "end": 1}},
    }
    assert [each["severity"] for each in objects] == ["major", "minor", "major", "major"]
    assert objects[3]["description"].startswith("cell 3:1: TFG202 ")
    assert json.loads(render("gitlab", findings(), Look())) == []


def test_names_start_at_the_root_of_the_repository() -> None:
    (found,) = json.loads(render("gitlab", findings(report(), root=DIRECTORY.parent), Look()))
    assert found["location"]["path"] == "project/src/a b.py"
    assert "file=project/src/a b.py," in render("github", findings(report(), root=DIRECTORY.parent), Look())


def test_github_escapes_what_would_end_a_command() -> None:
    lines = render("github", findings(*HARD, errors=ERRORS), Look()).splitlines()
    assert lines[0] == (
        "::error title=TFG202 numpy-call-in-gradient-path,file=src/a b.py,line=1,endLine=1,col=8,endColumn=21"
        "::the gradient is None: 100%25%0Ahelp: use `tf.reduce_sum(image)`"
    )
    assert lines[1].startswith("::warning ")
    assert lines[2].endswith(': d%0Ae%0Ahelp: use `tf.reduce_sum(image)`')
    assert "line=" not in lines[3]
    assert "::cell 3:1:8: " in lines[3]
    assert lines[4] == f"::error title=tfgraphlint::{ERRORS[0]}"
    assert len(lines) == 5


def test_junit_is_xml_with_a_test_for_each_report() -> None:
    root = ElementTree.fromstring(render("junit", findings(*HARD, errors=ERRORS), Look()))
    assert root.tag == "testsuites"
    assert root.attrib == {"name": "tfgraphlint", "tests": "5", "failures": "4", "errors": "1"}
    assert [suite.get("name") for suite in root] == ["src/a b.py", "/elsewhere/π#1.py", "n.ipynb", "tfgraphlint"]
    case = root[0][0]
    assert (case.get("name"), case.get("line")) == ("TFG202 numpy-call-in-gradient-path at 1:8", "1")
    assert "source: `image` comes from here" in (case[0].text or "")
    assert root[1][0][0].get("message", "").startswith('a <b> & "c",\N{REPLACEMENT CHARACTER}[31m: d')
    assert root[3][0][0].tag == "error"


def test_junit_of_nothing_is_a_test_that_passes() -> None:
    root = ElementTree.fromstring(render("junit", findings(), Look()))
    assert (root.get("tests"), root.get("failures"), [len(case) for case in root[0]]) == ("1", "0", [0])


def test_pylint() -> None:
    lines = render("pylint", findings(*HARD[:2]), Look()).splitlines()
    assert lines[0] == "src/a b.py:1: [TFG202(numpy-call-in-gradient-path)] the gradient is None: 100%"
    assert all(re.fullmatch(r"[^:]+:\d+: \[TFG\d+\([\w-]+\)\] .+", line) for line in lines)


def test_json_lines_are_the_objects_of_json() -> None:
    found = findings(*HARD)
    lines = render("json-lines", found, Look()).splitlines()
    assert [json.loads(line) for line in lines] == json.loads(render("json", found, Look()))
    assert render("json-lines", findings(), Look()) == ""


def test_the_command_line_offers_all_there_are() -> None:
    assert set(FORMATS) == set(RENDERERS)
