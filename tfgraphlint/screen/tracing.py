"""Who may be traced: what is decorated, what is given to what traces, and what Keras traces."""

from __future__ import annotations

import ast
from dataclasses import dataclass, field

from tfgraphlint.libraries.words import MODEL_STEPS, TRACERS
from tfgraphlint.screen.expressions import arguments_of
from tfgraphlint.screen.parts import Part
from tfgraphlint.syntax.ast_names import last_name, words_in, words_of
from tfgraphlint.syntax.ast_walk import walk

# What is made of functions that may be called when it is traced.
CONTENTS = (ast.Call, ast.Dict, ast.List, ast.Tuple, ast.Set, ast.Name, ast.Attribute, ast.IfExp)
BUILTIN_MAPS = ("map", "filter", "reduce")  # as plain names: they trace nothing
# What Keras traces, and what is called in traced code without being named there.
TRACED_METHODS = frozenset({*MODEL_STEPS, "call", "__call__", "update_state", "result"})


@dataclass(eq=False, repr=False)
class Tracing:
    """What a file has traced."""

    passed: set[str] = field(default_factory=set)  # names that are given to what traces
    compiled: set[str] = field(default_factory=set)  # of these, those for XLA
    uses_xla: bool = False
    # Lambdas: "" for those that are given to what traces, for others the name that they are bound to.
    lambda_names: dict[int, str] = field(default_factory=dict)
    own_tracers: set[str] = field(default_factory=set)

    def decorate(self, part: Part, decorator: ast.expr) -> None:
        """Note a decorator of the function ``part``."""
        words = set(words_in(decorator))
        part.traced = part.traced or not words.isdisjoint(TRACERS)
        part.decorators |= words
        if isinstance(decorator, ast.Call) and any(each.arg == "jit_compile" for each in decorator.keywords):
            part.symptom = True

    def pass_on(self, call: ast.Call) -> None:
        """Note what a call is given, if it traces it. The builtin ``map`` and its like trace nothing."""
        function = call.func
        if last_name(function) not in TRACERS or isinstance(function, ast.Name) and function.id in BUILTIN_MAPS:
            return
        names = set()
        for each in (each for value in arguments_of(call) for each in walk(value)):
            if isinstance(each, (ast.Name, ast.Attribute)):
                names.add(last_name(each))
            elif isinstance(each, ast.Lambda):
                self.lambda_names[id(each)] = ""
        self.passed |= names
        if any(keyword.arg == "jit_compile" for keyword in call.keywords):
            self.compiled |= names
            self.uses_xla = True

    def pass_on_contents(self, parts: list[Part]) -> None:
        """Note what the values that are traced are made of: ``task = Task(callback)``, ``tf.function(task)``."""
        self.passed |= {
            last_name(each)
            for part in parts
            for names, value in part.bindings
            if isinstance(value, CONTENTS) and not names.isdisjoint(self.passed)
            for each in walk(value)
            if isinstance(each, (ast.Name, ast.Attribute))
        }

    def find_own_tracers(self, module: Part, parts: list[Part]) -> None:
        """Find the names of a file under which something traces: ``jit = tf.function(jit_compile=True)``."""
        self.own_tracers = {part.name for part in parts if not part.is_class and not part.words.isdisjoint(TRACERS)}
        without: set[ast.AST] = set()  # what stands in a value that has been looked at, and nothing traces in it
        for names, value in module.bindings:
            if value in without:
                continue
            within = walk(value)
            if TRACERS.isdisjoint(words_of(within)):
                without.update(within)
            else:
                self.own_tracers |= names

    def may_trace(self, part: Part) -> bool:
        """Whether ``part`` may be traced."""
        return part.traced or part.name in self.passed or not part.decorators.isdisjoint(self.own_tracers)
