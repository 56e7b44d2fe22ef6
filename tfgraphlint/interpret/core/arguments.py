"""The arguments of a call."""

from __future__ import annotations

from dataclasses import dataclass, field

import libcst as cst

from tfgraphlint.interpret.core.value import Value


@dataclass
class Arguments:
    """The values of a call, with the nodes they were written as where there are any."""

    positional: list[Value]
    keywords: dict[str, Value] = field(default_factory=dict)
    starred: Value | None = None  # ``*args`` of unknown length
    double_starred: Value | None = None  # ``**kwargs`` with unknown keys
    nodes: list[cst.BaseExpression | None] = field(default_factory=list)
    keyword_nodes: dict[str, cst.BaseExpression] = field(default_factory=dict)

    def all(self) -> list[Value]:
        """Every value that is passed."""
        more = [value for value in (self.starred, self.double_starred) if value is not None]
        return [*self.positional, *self.keywords.values(), *more]

    def get(self, index: int, name: str) -> Value | None:
        """The argument at this position or of this name."""
        if name in self.keywords:
            return self.keywords[name]
        if 0 <= index < len(self.positional):
            return self.positional[index]
        return None

    def node(self, index: int, name: str) -> cst.BaseExpression | None:
        """The expression written for the argument at this position or of this name."""
        if name in self.keyword_nodes:
            return self.keyword_nodes[name]
        if 0 <= index < len(self.nodes):
            return self.nodes[index]
        return None

    @property
    def certain(self) -> bool:
        """Whether it is known which arguments there are."""
        return self.starred is None and self.double_starred is None

    def after(self, first: Value) -> Arguments:
        """The same arguments behind a first one: the receiver of a method."""
        return Arguments([first, *self.positional], self.keywords, self.starred, self.double_starred,
                         [None, *self.nodes], self.keyword_nodes)
