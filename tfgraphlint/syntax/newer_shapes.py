"""Where a text has syntax that came with Python 3.11 to 3.14, found token by token, without a parser."""

from __future__ import annotations

import re
from typing import NamedTuple

MAX_STRINGS_IN_STRINGS = 100  # CPython allows 150

# Nothing of this is in a text that has no newer syntax; much else has it, too.
_MAY_BE_NEWER = re.compile(
    r"^[ \t]*(?:type[ \t]+\w|(?:async[ \t]+)?(?:def|class)[ \t]+\w+[ \t]*\[|except\b[^:\n]*[*,])|;[ \t]*type[ \t]+\w"
    r"|:[ \t]*type[ \t]+\w|\b(?:[rR]?[fFtT]|[fFtT][rR])[\"']",
    re.MULTILINE,
)
_TOKEN = re.compile(
    r"(?P<string>(?:\b(?:[bB][rR]?|[rR][bBfFtT]?|[uU]|[fFtT][rR]?))?(?:'''|\"\"\"|'|\"))|(?P<word>\w+)|(?P<comment>#[^\r\n]*)"
    r"|(?P<open>[(\[{])|(?P<close>[)\]}])|(?P<continued>\\(?:\r\n|\r|\n))|(?P<newline>\r\n|\r|\n)|(?P<other>!=|[^\w\s])"
)
_ALIAS = re.compile(r"type[ \t]+(\w+)[ \t]*(?=\[|=(?!=))")
_DEFINED = re.compile(r"(?:def|class)[ \t]+\w+[ \t]*(?=\[)")
_EXCEPT = re.compile(r"except[ \t]*(\*?)[ \t]*(?=[\w(*])")
# The rest of a string, by what it ends with.
_REST = {
    "'": re.compile(r"(?:[^'\\\r\n]|\\(?:\r\n|[\s\S]))*'"),
    '"': re.compile(r'(?:[^"\\\r\n]|\\(?:\r\n|[\s\S]))*"'),
    "'''": re.compile(r"(?:[^'\\]|\\[\s\S]|'(?!''))*'''"),
    '"""': re.compile(r'(?:[^"\\]|\\[\s\S]|"(?!""))*"""'),
}
# What stands in an f-string besides its fields, up to something that has a meaning.
_PLAIN = {
    "'": re.compile(r"[^{}\\'\r\n]*"),
    '"': re.compile(r'[^{}\\"\r\n]*'),
    "'''": re.compile(r"(?:[^{}\\']|'(?!''))*"),
    '"""': re.compile(r'(?:[^{}\\"]|"(?!""))*'),
}
_IN_SPEC = re.compile(r"[{}\\]")
_CONVERSION = re.compile(r"!\s*([rsa])\s*(?=[:}])")


class NotReadableError(Exception):
    """The text is no Python of any version, or nested too deep to be looked at."""


class TypeParameters(NamedTuple):
    """``[T: int]`` behind the name of a function or class, with the Python that knows it."""

    start: int
    end: int
    since: tuple[int, int]


class Alias(NamedTuple):
    """``type Name[T] = value``."""

    start: int
    end: int
    since: tuple[int, int]
    name: str


class Caught(NamedTuple):
    """``A, B`` of an ``except`` clause, without parentheses."""

    start: int
    end: int


class StarredExcept(NamedTuple):
    """The star of ``except*``."""

    start: int
    end: int


class Field(NamedTuple):
    """What an f-string has in braces: the expression, its conversion (r, s, a or none) and the fields of its format."""

    start: int
    end: int
    conversion: str
    spec: tuple[Field, ...]


class Member(NamedTuple):
    """One string, which has fields where it is an f-string or a template."""

    is_template: bool = False
    fields: tuple[Field, ...] = ()


class Strings(NamedTuple):
    """Strings that stand side by side and are one."""

    start: int
    end: int
    members: tuple[Member, ...]


Shape = TypeParameters | Alias | Caught | StarredExcept | Strings


def may_be_newer(text: str) -> bool:
    """Whether it is worth looking for newer syntax. Quick."""
    return _MAY_BE_NEWER.search(text) is not None


def shapes_in(text: str) -> list[Shape]:
    """What the text has of these, in order; none lies in another.

    Raises:
        NotReadableError: it is no Python.
    """
    return _Reader(text).shapes()


class _Token(NamedTuple):
    kind: str
    start: int
    end: int
    text: str
    member: Member | None = None


class _Reader:
    """Goes through a text from token to token; ``depth`` counts the brackets that are open."""

    def __init__(self, text: str) -> None:
        self._text = text
        self._at = self._depth = self._level = 0
        self._found: list[Shape] = []
        self._strings: list[_Token] = []  # that stand side by side

    def shapes(self) -> list[Shape]:
        begins = True  # a statement may begin here
        while (token := self._next()) is not None:
            if self._depth < 0:
                raise NotReadableError
            if token.kind in ("comment", "continued") or token.kind == "newline" and self._depth:
                continue
            if begins and token.text == "async" or begins and token.kind == "word" and self._takes_statement(token):
                continue
            if token.kind == "string":
                self._strings.append(token)
            else:
                self._close_strings()
            begins = not self._depth and (token.kind == "newline" or token.text in (";", ":"))
        self._close_strings()
        return self._found

    def _next(self) -> _Token | None:
        match = _TOKEN.search(self._text, self._at)
        if match is None:
            return None
        self._at, kind = match.end(), match.lastgroup or ""
        self._depth += (kind == "open") - (kind == "close")
        member = self._string(match[0]) if kind == "string" else None
        return _Token(kind, match.start(), self._at, match[0], member)

    def _close_strings(self) -> None:
        if any(each.member and each.member.fields for each in self._strings):
            members = tuple(each.member for each in self._strings if each.member)
            self._found.append(Strings(self._strings[0].start, self._strings[-1].end, members))
        self._strings = []

    def _takes_statement(self, token: _Token) -> bool:
        """Whether a statement begins with ``token`` that has something of its own; then that is read."""
        self._close_strings()
        if match := _DEFINED.match(self._text, token.start):
            self._at = match.end()
            since = self._past_parameters()
            self._found.append(TypeParameters(match.end(), self._at, since))
        elif match := _ALIAS.match(self._text, token.start):
            self._at = match.end()
            since = self._past_parameters() if self._text[self._at] == "[" else (3, 12)
            self._found.append(Alias(token.start, self._past_statement(), since, match[1]))
        elif match := _EXCEPT.match(self._text, token.start):
            if match[1]:
                self._found.append(StarredExcept(match.start(1), match.end(1)))
            self._at = match.end()
            self._take_caught()
        return match is not None

    def _past_parameters(self) -> tuple[int, int]:
        """Go behind the bracket that opens here; the Python that knows what stands in it."""
        since, depth = (3, 12), self._depth
        while (token := self._next()) is not None:
            if self._depth == depth:
                return since
            if token.text == "=" and self._depth == depth + 1:
                since = (3, 13)  # PEP 696
        raise NotReadableError

    def _past_statement(self) -> int:
        """Go to the end of a simple statement; where its last token ends."""
        end = self._at
        while (token := self._next()) is not None:
            if not self._depth and (token.kind in ("newline", "comment") or token.text == ";"):
                self._at = token.start
                break
            if token.kind not in ("newline", "comment", "continued"):
                end = token.end
        return end

    def _take_caught(self) -> None:
        """Go to the colon of an ``except`` clause, and note what it names if that is several without parentheses."""
        start = end = self._at
        several = False
        while (token := self._next()) is not None:
            if not self._depth and (token.text in (":", "as") or token.kind == "newline"):
                break
            several |= token.text == "," and not self._depth
            end = token.end
        if several and token is not None and token.text == ":":
            self._found.append(Caught(start, end))
        if token is not None:
            self._at = token.start  # the colon, after which a statement may begin
            self._depth -= (token.kind == "open") - (token.kind == "close")

    def _string(self, opening: str) -> Member:
        """Go behind a string, of which ``opening`` has been read."""
        quote = opening.lstrip("bBfFrRtTuU")
        prefix = opening.removesuffix(quote).lower()
        if "f" not in prefix and "t" not in prefix:
            rest = _REST[quote].match(self._text, self._at)
            if rest is None:
                raise NotReadableError
            self._at = rest.end()
            return Member()
        self._level += 1
        if self._level > MAX_STRINGS_IN_STRINGS:
            raise NotReadableError
        fields = self._fields(quote, "r" in prefix)
        self._level -= 1
        return Member("t" in prefix, fields)

    def _fields(self, quote: str, raw: bool) -> tuple[Field, ...]:
        """The fields up to the end of an f-string."""
        found: list[Field] = []
        while True:
            self._at = _PLAIN[quote].match(self._text, self._at).end()  # type: ignore[union-attr]
            if self._text.startswith(quote, self._at):
                self._at += len(quote)
                return tuple(found)
            if self._text.startswith(("{{", "}}"), self._at):
                self._at += 2
            elif self._text.startswith("{", self._at):
                found.append(self._field())
            elif self._text.startswith("\\", self._at):
                self._pass_backslash(raw)
            else:
                raise NotReadableError

    def _pass_backslash(self, raw: bool) -> None:
        if not raw and self._text.startswith("\\N{", self._at):
            self._at = self._text.find("}", self._at) + 1 or len(self._text)
        elif self._text.startswith(("\\{", "\\}"), self._at):
            self._at += 1  # it stands for itself
        else:
            self._at += 3 if self._text.startswith("\\\r\n", self._at) else 2

    def _field(self) -> Field:
        """A field that opens here, up to and with the brace that closes it."""
        depth, self._depth = self._depth, 0
        self._at += 1
        start = self._at
        tokens: list[_Token] = []
        conversion = ""
        while (token := self._next()) is not None:
            if self._depth < 0 or not self._depth and token.text in ("!", ":"):
                break
            tokens += [token] if token.kind not in ("comment", "newline") else []
        if tokens and tokens[-1].text == "=":
            tokens.pop()
        if token is None or not tokens or token.text not in ("}", "!", ":"):
            raise NotReadableError
        end, closing = tokens[-1].end, token.text
        if closing == "!":
            match = _CONVERSION.match(self._text, token.start)
            if match is None:
                raise NotReadableError
            conversion, self._at = match[1], match.end() + 1
            closing = self._text[match.end()]
        spec = self._spec() if closing == ":" else ()
        self._depth = depth
        return Field(start, end, conversion, spec)

    def _spec(self) -> tuple[Field, ...]:
        """The fields of a format, up to and with the brace behind it."""
        found: list[Field] = []
        while (match := _IN_SPEC.search(self._text, self._at)) is not None:
            self._at = match.start()
            if match[0] == "}":
                self._at += 1
                return tuple(found)
            if match[0] == "{":
                self._level += 1
                if self._level > MAX_STRINGS_IN_STRINGS:
                    raise NotReadableError
                found.append(self._field())
                self._level -= 1
            else:
                self._at += 2
        raise NotReadableError
