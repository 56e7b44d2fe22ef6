"""Files changed at random: bytes, rows, tokens, and pieces of other files."""

from __future__ import annotations

import io
import random
import tokenize
from collections.abc import Callable, Sequence

Mutation = Callable[[random.Random, str, Sequence[str]], str]

SYMBOLS = list("()[]{}:,.=+-*/%@#'\"\\\n\t ;|&^~<>!") + ["\r", "\f", "\0", "é", "\u2028", "\ufeff", "𝛼", "\t \t"]
WORDS = (
    "tf", "np", "tape", "self", "x", "None", "True", "lambda", "yield", "await", "async", "def", "class", "return",
    "if", "else", "for", "in", "while", "with", "as", "try", "except", "finally", "del", "global", "nonlocal",
    "import", "from", "match", "case", "not", "and", "is", "...", "*", "**", "->", ":=", "@", "0", "1e999", "10**9",
    "b''", "f'{x}'",
)  # fmt: skip


def rows_of(text: str) -> list[str]:
    return text.splitlines(keepends=True) or [""]


def drop_rows(rng: random.Random, text: str, others: Sequence[str]) -> str:
    rows = rows_of(text)
    start = rng.randrange(len(rows))
    del rows[start : start + rng.randint(1, 4)]
    return "".join(rows)


def repeat_rows(rng: random.Random, text: str, others: Sequence[str]) -> str:
    rows = rows_of(text)
    start = rng.randrange(len(rows))
    piece = rows[start : start + rng.randint(1, 8)]
    return "".join(rows[:start] + piece * rng.choice([2, 3, 20]) + rows[start:])


def swap_rows(rng: random.Random, text: str, others: Sequence[str]) -> str:
    rows = rows_of(text)
    one, other = rng.randrange(len(rows)), rng.randrange(len(rows))
    rows[one], rows[other] = rows[other], rows[one]
    return "".join(rows)


def indent_rows(rng: random.Random, text: str, others: Sequence[str]) -> str:
    rows = rows_of(text)
    start = rng.randrange(len(rows))
    for index in range(start, min(start + rng.randint(1, 5), len(rows))):
        rows[index] = rows[index][4:] if rng.random() < 0.3 else "    " + rows[index]
    return "".join(rows)


def put_symbols(rng: random.Random, text: str, others: Sequence[str]) -> str:
    for _ in range(rng.randint(1, 3)):
        at = rng.randint(0, len(text))
        text = text[:at] + rng.choice(SYMBOLS) + text[at + rng.randint(0, 2) :]
    return text


def cut_off(rng: random.Random, text: str, others: Sequence[str]) -> str:
    return text[: rng.randint(0, len(text))]


def splice(rng: random.Random, text: str, others: Sequence[str]) -> str:
    """Rows of another file within this one."""
    rows, more = rows_of(text), rows_of(rng.choice(others))
    at, start = rng.randrange(len(rows)), rng.randrange(len(more))
    return "".join(rows[:at] + more[start : start + rng.randint(1, 30)] + rows[at:])


def change_tokens(rng: random.Random, text: str, others: Sequence[str]) -> str:
    """Names, numbers and operators exchanged for others: what comes out often parses."""
    try:
        tokens = [each for each in tokenize.generate_tokens(io.StringIO(text).readline) if each.string.strip()]
    except (tokenize.TokenError, SyntaxError):
        return put_symbols(rng, text, others)
    rows = rows_of(text)
    for token in sorted(rng.sample(tokens, min(len(tokens), rng.randint(1, 4))), key=lambda each: each.start)[::-1]:
        (row, start), (last, end) = token.start, token.end
        if row == last and row <= len(rows):
            same = [each.string for each in tokens if each.type == token.type]
            new = rng.choice(same) if rng.random() < 0.7 else rng.choice(WORDS)
            rows[row - 1] = rows[row - 1][:start] + new + rows[row - 1][end:]
    return "".join(rows)


def wrap_all(rng: random.Random, text: str, others: Sequence[str]) -> str:
    """The whole file in a block, or in several."""
    heads = ["if True:", "def f(x):", "class C:", "while u:", "with u as v:", "try:", "for _ in [1, 2]:"]
    for _ in range(rng.randint(1, 3)):
        head = rng.choice(heads)
        body = "".join("    " + row for row in rows_of(text))
        text = f"{head}\n{body}\n" + ("finally:\n    pass\n" if head == "try:" else "")
    return text


def change_line_ends(rng: random.Random, text: str, others: Sequence[str]) -> str:
    return text.replace("\n", rng.choice(["\r\n", "\r"])) if rng.random() < 0.7 else text.replace("    ", "\t")


MUTATIONS: tuple[Mutation, ...] = (
    drop_rows, repeat_rows, swap_rows, indent_rows, put_symbols, cut_off, splice, splice, change_tokens, change_tokens,
    change_tokens, wrap_all, change_line_ends,
)  # fmt: skip


def mutated(rng: random.Random, text: str, others: Sequence[str]) -> bytes:
    """``text`` after one to three changes; seldom with bytes that are no text."""
    for _ in range(rng.randint(1, 3)):
        text = rng.choice(MUTATIONS)(rng, text, others)
    content = text.encode("utf-8", "replace")
    if rng.random() < 0.05:
        at = rng.randint(0, len(content))
        content = content[:at] + bytes(rng.randrange(256) for _ in range(rng.randint(1, 4))) + content[at:]
    return content
