"""Bodies of functions that libcst parses when they are asked for."""

from __future__ import annotations

import ast
from pathlib import Path

import libcst as cst
import pytest
from libcst.metadata import MetadataWrapper, PositionProvider

from tfgraphlint.syntax.late_bodies import definitions, parse_whole, parse_with_late_bodies
from tfgraphlint.syntax.tree import Tree, nodes_in

ROOT = Path(__file__).parents[2]
SOURCES = sorted([*ROOT.glob("tfgraphlint/*/*.py"), *ROOT.glob("fixtures/tfg2*/*/*.py"), *ROOT.glob("examples/*.py")])

COMMENTS_ABOUT = """\
def f(
    a,
    # why
    b=':',
) -> int:  # so

    # first
    '''one
  two
'''
    return a
    # last

# after
"""
ODD_INDENTATION = """\
class A:
        @property
        async def f(self):

                if await self:
                  return 1
                  # deep
                # here
            # between
        x = 1
"""
FUNCTION_IN_FUNCTION = """\
def f(a):
    x = 1
    def g():
        a = 1
        b = 2
        return a
    return g


    # odd
"""
NO_LAST_NEWLINE = "if 1:\n  def f():\n    a = 1\n    b = 2\n    return (a,\nb)\nelse:\n  def f():\n    pass"
IN_TRY = """\
try:
    def f():
        a = 1
        b = 1
        return 2
except E:
    def g():
        a = 1
        b = 3
        return 2
else:
    def h():
        a = 1
        b = 4
        return 2
finally:
    pass
"""
ODD = [COMMENTS_ABOUT, ODD_INDENTATION, FUNCTION_IN_FUNCTION, NO_LAST_NEWLINE, IN_TRY, "def f(): return 1; x = 2\n"]
METHOD = """\
class A:
    def f(self):
        self.a, (b.c, d) = 1, (2, 3)
        self.e += 1
        return lambda: self.g
"""


@pytest.mark.parametrize("text", [*ODD, *(path.read_text(encoding="utf-8") for path in SOURCES)])
def test_tree_with_late_bodies_is_that_of_the_whole_file(text: str) -> None:
    late = parse_with_late_bodies(text, ast.parse(text))
    list(nodes_in(late))
    assert late.code == text
    assert late.deep_equals(parse_whole(text))


@pytest.mark.parametrize(
    "text", ["def f():\r\n    a = 1\r\n    b = 2\r\n    return a\r\n", "def f():\n\ta = 1\n\tb = 2\n\treturn a\n"]
)
def test_other_white_space_is_kept(text: str) -> None:
    assert parse_with_late_bodies(text, ast.parse(text)).code == text


def test_a_backslash_that_stands_alone_keeps_only_its_own_body_from_being_late(monkeypatch: pytest.MonkeyPatch) -> None:
    text = "def f():\n    a = 1\n    b = 2 + \\\n\\\n 3\n    return a\n" + ODD[0]
    whole, parsed = parse_whole(text), list[str]()
    late = parse_with_late_bodies(text, ast.parse(text))
    monkeypatch.setattr(
        "tfgraphlint.syntax.late_bodies.parse_whole", lambda given: parsed.append(given) or parse_whole(given)
    )
    list(nodes_in(late))
    assert len(parsed) == 1 and "# first" in parsed[0]
    assert late.code == whole.code and late.deep_equals(whole)


def test_places_in_a_late_body_are_those_of_the_file() -> None:
    text = ODD[0]
    late = parse_with_late_bodies(text, ast.parse(text))
    places = MetadataWrapper(late, unsafe_skip_copy=True).resolve(PositionProvider)
    returned = next(node for node in nodes_in(late) if isinstance(node, cst.Return))
    assert (places[returned].start.line, places[returned].start.column) == (11, 4)


def test_what_libcst_cannot_parse_is_said_when_it_is_asked_for(monkeypatch: pytest.MonkeyPatch) -> None:
    text = "def f():\n    a = 1\n    b = 2\n    return a\n"
    late = parse_with_late_bodies(text, ast.parse(text))
    (function,) = definitions(late, outermost=True)

    def refuse(text: str) -> cst.Module:
        raise cst.ParserSyntaxError("no", lines=[""], raw_line=1, raw_column=0)

    monkeypatch.setattr("tfgraphlint.syntax.late_bodies.parse_whole", refuse)
    with pytest.raises(cst.ParserSyntaxError):
        list(nodes_in(function))


def test_attributes_and_rows_need_no_body() -> None:
    tree = Tree("a.py", METHOD, parsed=ast.parse(METHOD))
    cls, function = definitions(tree.module, outermost=True)
    assert tree.assigned_attributes(function) == {"a", "c", "e"}
    assert (tree.row(cls), tree.row(function)) == (1, 2)
    assert Tree("a.py", METHOD).assigned_attributes(function.with_changes()) == {"a", "c", "e"}
