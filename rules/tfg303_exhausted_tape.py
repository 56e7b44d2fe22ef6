"""TFG303 exhausted-tape."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import libcst as cst

from tfgraphlint.diagnostic import Applicability, Diagnostic, Edit, Fix, Role, Span, Step
from tfgraphlint.facts.common import Place
from tfgraphlint.facts.gradients import TapeExhausted
from tfgraphlint.fixes.add_watch import names_in, path_to
from tfgraphlint.fixes.edits import add_keyword
from tfgraphlint.rule_api.rule import Rule
from tfgraphlint.syntax.parents import parent, statement_of


class ExhaustedTape(Rule):
    """`gradient` is called twice on a tape that is not persistent.

    ## What it does

    Reports a second `gradient`, `jacobian` or `batch_jacobian` on a tape that is not persistent, when both
    certainly happen in one run: one after the other, in a Python loop that outlives the tape, in both branches
    of a tensor `if` that is traced. It also reports a query on a tape that was never entered. The report stands
    at the query that fails.

    ## Why it matters

    The first query releases what the tape recorded. The second raises, and the text is the same for a tape that
    was never entered, where it misleads:

        RuntimeError: A non-persistent GradientTape can only be used to compute one set of gradients (or jacobians)

    Under `tape.stop_recording()` it can be worse. A query there does not raise, and neither does one after the
    block, but the second sees only what was recorded since: for `y = v * v` queried inside, then `z = y * v`,
    it gives 9 at `v = 3` where 27 is right.

    ## Known limits

    One call in each branch of a Python condition is fine, and in eager code any condition is one. Fine as well: one
    tape a turn, one tape entered again in each turn, one query in the body of a traced `for i in tf.range(n)` (the body
    is traced once), a query inside the block, two tapes with one query each, `persistent=True`. Where it is not certain
    that both calls are reached, or that both mean the same tape, nothing is reported.

    ## Fix safety

    Safe. Two adjacent queries of the same target become one call with a list of sources, unpacked; otherwise
    `persistent=True` is added to the tape. A persistent tape keeps its memory until it is deleted: after the
    last query `del tape` frees it. A tape that was never entered is left to you; it needs its block.

    ## When to suppress

    Inside `with pytest.raises(RuntimeError)` nothing is reported. There is hardly another reason.
    """

    code = "TFG303"
    name = "exhausted-tape"

    def check(self, fact: TapeExhausted) -> Iterable[Diagnostic]:
        name = fact.tape.name or "tape"
        if fact.first is None:
            message = f"`{name}` was never entered with `with`, so it recorded nothing: RuntimeError"
            made = Step(Role.SOURCE, "created here, not entered with `with`", fact.tape.made.span)
            yield self.report(fact.place.span, message, path=(made,), help=f"use `with tf.GradientTape() as {name}:`")
            return
        path = (
            Step(Role.SOURCE, "this tape is not persistent", fact.tape.made.span),
            Step(Role.CUT, "first call", fact.first.span),
            Step(Role.CONSEQUENCE, "second call raises RuntimeError", fact.place.span),
        )
        yield self.report(
            fact.place.span,
            f"{_describe_calls(fact.first, fact.place)} on a non-persistent tape: RuntimeError",
            path=path,
            help="call it once with a list of sources, or create the tape with `persistent=True`",
            fix=_query_once(fact.first, fact.place) or _make_persistent(fact),
        )


def _describe_calls(first: Place, second: Place) -> str:
    """What is called on the tape: the same method twice, or two methods."""
    before, after = (
        call.tree.code(call.node.func) if isinstance(call.node, cst.Call) else call.code for call in (first, second)
    )
    return f"`{after}` is called twice" if before == after else f"`{after}` is called after `{before}`"


@dataclass(frozen=True)
class Query:
    """``name = tape.gradient(target, source)``: ``name`` may be several, then ``source`` is a list of as many."""

    call: cst.Call
    names: tuple[str, ...]
    sources: tuple[str, ...]
    start: str  # the tape's method and the target


def _query_once(first: Place, second: Place) -> Fix | None:
    """Two queries of one target in statements one after the other become one with a list of sources."""
    tree = second.tree
    if first.tree is not tree or first.node is second.node:
        return None
    one, other = _read_query(first), _read_query(second)
    if one is None or other is None or one.start != other.start or len(other.names) > 1:
        return None
    if set(one.names) & {word for name in names_in(other.call) for word in path_to(name)}:
        return None
    start, end = statement_of(tree, first.node), statement_of(tree, second.node)
    if not _are_adjacent(first, second):
        return None
    names, sources = ", ".join((*one.names, *other.names)), ", ".join((*one.sources, *other.sources))
    span = Span(tree.filename, tree.span(start).start, tree.span(end).end)
    edit = Edit(span, f"{names} = {one.start}, [{sources}])")
    return Fix(f"call it once for `[{sources}]`", Applicability.SAFE, (edit,))


def _read_query(query: Place) -> Query | None:
    match statement_of(query.tree, query.node):
        case cst.Assign(
            targets=[cst.AssignTarget(target=target)],
            value=cst.Call(
                func=cst.Attribute(attr=cst.Name(value="gradient" | "jacobian")),
                args=[cst.Arg(keyword=None, star="", value=wanted), cst.Arg(keyword=None, star="", value=source)],
            ) as call,
        ) if call is query.node:
            pass
        case _:
            return None
    code = query.tree.code
    names, sources = _split(target), _split(source)
    if not path_to(wanted) or not all(path_to(each) for each in (*names, *sources)) or len(names) != len(sources):
        return None
    if isinstance(source, cst.List) != isinstance(target, cst.Tuple):
        return None
    return Query(
        call, tuple(map(code, names)), tuple(map(code, sources)), f"{code(call.func)}({code(wanted)}"
    )  # fmt: skip


def _split(node: cst.BaseExpression) -> list[cst.BaseExpression]:
    return [each.value for each in node.elements] if isinstance(node, (cst.List, cst.Tuple)) else [node]


def _are_adjacent(first: Place, second: Place) -> bool:
    """Whether the two statements follow each other on rows of their own, with no comment between them."""
    tree = first.tree
    lines = [parent(tree, statement_of(tree, place.node)) for place in (first, second)]
    block = parent(tree, lines[0]) if lines[0] is not None else None
    if not isinstance(block, (cst.IndentedBlock, cst.Module)):
        return False
    if not all(isinstance(line, cst.SimpleStatementLine) and len(line.body) == 1 for line in lines):
        return False
    indices = [index for index, each in enumerate(block.body) if each is lines[0] or each is lines[1]]
    rows = [tree.lines.row(row) for row in range(tree.span(first.node).end.row, tree.span(second.node).start.row)]
    return len(indices) == 2 and indices[1] == indices[0] + 1 and not any("#" in row for row in rows)


def _make_persistent(fact: TapeExhausted) -> Fix | None:
    made = fact.tape.made
    if made.tree is not fact.place.tree or not isinstance(made.node, cst.Call):
        return None
    if made.node.args and made.node.args[0].keyword is None:
        edits: tuple[Edit, ...] = (made.tree.replace(made.node.args[0].value, "True"),)
    else:
        edits = add_keyword(made.tree, made.node, "persistent", "True")
    return Fix("create the tape with `persistent=True`", Applicability.SAFE, edits)
