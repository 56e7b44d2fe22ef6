"""Tries one public function with many argument patterns and writes down what it does to gradients."""

from __future__ import annotations

import inspect
import itertools
import re
import time
from collections import defaultdict
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
import tensorflow as tf

from tfgraphlint.libraries.derive.arguments import NEVER_TENSORS, OPTIONAL, Pattern, all_patterns
from tfgraphlint.libraries.derive.recipes import recipes_for
from tfgraphlint.libraries.derive.returned import PublicName, describe, dtype_word, elements
from tfgraphlint.libraries.derive.trial import Call, best, call, depends, draw, gradient_outcomes, leaves
from tfgraphlint.libraries.derive.values import FloatList, Floats, is_differentiable, is_plain, is_real

Record = dict[str, Any]

_ATTEMPTS = 260  # argument combinations tried before giving up
_PATTERNS = 8  # combinations that worked and are looked at closely
_SECONDS = 6.0  # for one function
_DRAWS = 8
OPTIONAL_STAGE = -1  # announced before optional parameters are tried


class Probe:
    """One function and what has been seen of it."""

    def __init__(
        self,
        name: str,
        function: Callable[..., Any],
        public: PublicName,
        skip: frozenset[int] = frozenset(),
        announce: Callable[[int], None] = lambda number: None,
    ) -> None:
        self.name = name
        self.skip = skip  # patterns that ended the process
        self.announce = announce  # told each pattern before it is tried
        self.function = function
        self.public = public
        self.deadline = time.process_time() + _SECONDS
        self.gradient: dict[str, list[list[str]]] = defaultdict(list)  # parameter -> per call, per leaf
        # the same for complex, sparse and ragged arguments: tf.sign has a gradient for complex numbers only
        self.other: dict[str, list[list[str]]] = defaultdict(list)
        self.lists: set[str] = set()
        self.results: list[tuple[Pattern, Any]] = []
        self.nonfloat: set[str] = set()
        self.errors: list[str] = []
        self.parameters = _parameters(function)
        positional = (inspect.Parameter.POSITIONAL_ONLY, inspect.Parameter.POSITIONAL_OR_KEYWORD)
        self.star = next((p.name for p in self.parameters if p.kind is p.VAR_POSITIONAL), "")
        names = [p.name for p in self.parameters if p.kind in positional]
        self.only = {p.name for p in self.parameters if p.kind is p.POSITIONAL_ONLY}
        self.required = [
            p.name for p in self.parameters if p.default is p.empty and p.kind not in (p.VAR_KEYWORD, p.VAR_POSITIONAL)
        ]
        before_star = tuple(names) if self.star else tuple(n for n in names if n in self.required or n in self.only)
        self.call = Call(before_star, self.star)

    def record(self) -> Record:
        record = self._signature()
        for pattern in self._working_patterns():
            self._look_closely(pattern)
        if not self.results:
            record["untried"] = _commonest(self.errors)
            if any("eager" in error and "not" in error for error in self.errors):
                record["eager"] = False
            return record
        self.announce(OPTIONAL_STAGE)
        if OPTIONAL_STAGE not in self.skip:
            self._optional_parameters()
        record.update(self._summary())
        return record

    # Finding arguments that the function takes

    def _working_patterns(self) -> Iterator[Pattern]:
        names = {parameter.name for parameter in self.parameters}
        known = [pattern for pattern in recipes_for(self.name) if names >= set(pattern)]
        found = 0
        for number, pattern in enumerate(itertools.chain(known, self._guesses())):
            if time.process_time() > self.deadline or found >= _PATTERNS:
                return
            if number >= len(known) and found and known:
                return  # the recipe was enough
            if number in self.skip:
                continue
            self.announce(number)
            if self._works(pattern):
                found += 1
                yield pattern

    def _guesses(self) -> Iterator[Pattern]:
        required = self.required or [p.name for p in self.parameters if p.kind is p.VAR_POSITIONAL][:1]
        yield from all_patterns(required, _ATTEMPTS)
        if not self.required and self.parameters and self.parameters[0].name not in NEVER_TENSORS:
            yield from all_patterns([self.parameters[0].name], 12)

    def _works(self, pattern: Pattern) -> bool:
        for number in (0, 1, 2):
            try:
                result = call(self.function, self.call, draw(pattern, number))
            except Exception as error:
                self.errors.append(f"{type(error).__name__}: {str(error)[:160]}")
                if not any(is_differentiable(spec) for spec in pattern.values()):
                    return False
                continue
            self.results.append((pattern, result))
            return True
        return False

    # What becomes of gradients

    def _look_closely(self, pattern: Pattern) -> None:
        for name, spec in pattern.items():
            if isinstance(spec, FloatList):
                self.lists.add(name)
            elif not is_differentiable(spec) and _takes_tensor(spec):
                self.nonfloat.add(name)
        self._gradients(pattern, [name for name, spec in pattern.items() if is_differentiable(spec)])

    def _gradients(self, pattern: Pattern, names: list[str], optional: bool = False) -> None:
        found: dict[str, list[list[str]]] = defaultdict(list)
        for number in range(_DRAWS):
            try:
                seen = gradient_outcomes(self.function, self.call, pattern, number)
            except Exception:
                continue
            for name in names:
                found[name].append(seen.gradient[name])
            if all(any("flows" in leaf for call_ in found[name] for leaf in call_) for name in names):
                break
            if time.process_time() > self.deadline + _SECONDS:
                break
        for name, calls in found.items():
            merged = [best(outcomes) if any(outcomes) else "" for outcomes in zip(*calls, strict=False)]
            if not any(outcome.startswith(("flows", "zero", "nan")) for outcome in merged):
                moved = depends(self.function, self.call, pattern, name)
                if moved is False:
                    merged = ["shape" for _ in merged] or ["shape"]
                elif not any(merged):
                    merged = ["none"]  # no tensor came back, and what did depends on the values
            if optional and best(merged) == "zero":
                continue  # an epsilon or a fallback value that these inputs never needed
            if not _is_error_of_the_machine(best(merged)):
                (self.gradient if is_real(pattern[name]) else self.other)[name].append(merged)

    def _optional_parameters(self) -> None:
        """Optional parameters that take a float tensor and on which the result depends."""
        base = self.results[0][0]
        for parameter in self.parameters:
            name = parameter.name
            if name in base or name in NEVER_TENSORS or parameter.kind is parameter.VAR_KEYWORD:
                continue
            if parameter.kind is parameter.VAR_POSITIONAL or isinstance(parameter.default, (bool, str)):
                continue
            for pattern, spec in ((p, s) for p, _ in self.results[:3] for s in OPTIONAL):
                if time.process_time() > self.deadline + _SECONDS:
                    return
                trial = {**pattern, name: spec}
                if self._accepts(trial, name):
                    self._gradients(trial, [name], optional=True)
                    if isinstance(parameter.default, int) and self.gradient.get(name) == [["none"]]:
                        del self.gradient[name]  # a count or a position that a float was turned into
                    break

    def _accepts(self, pattern: Pattern, name: str) -> bool:
        try:
            call(self.function, self.call, draw(pattern, 0))
            return depends(self.function, self.call, pattern, name) is True
        except Exception:
            return False

    # Writing it down

    def _signature(self) -> Record:
        record: Record = {"params": [p.name for p in self.parameters if p.kind in _ORDINARY]}
        keywords = [p.name for p in self.parameters if p.kind is p.KEYWORD_ONLY]
        if keywords:
            record["keywords"] = keywords
        if self.star:
            record["star"] = self.star
        required = [name for name in self.required if name in record["params"]]
        record["required"] = len(required)
        return record

    def _summary(self) -> Record:
        record: Record = {}
        gradient = {name: best(o for c in calls for o in c) for name, calls in self.gradient.items()}
        other = {name: best(o for c in calls for o in c) for name, calls in self.other.items()}
        differing = {name: outcome for name, outcome in other.items() if gradient.get(name, outcome) != outcome}
        gradient = {**other, **gradient}
        if differing:
            record["other"] = differing
        if gradient:
            record["gradient"] = gradient
        for name in sorted(self.nonfloat - set(gradient)):
            record.setdefault("gradient", {})[name] = "nonfloat"
        varies = sorted(name for name, calls in self.gradient.items() if len({best(c) for c in calls} - {"shape"}) > 1)
        if varies:
            record["varies"] = varies
        if self.lists & set(gradient):
            record["lists"] = sorted(self.lists & set(gradient))
        kinds = [describe(result, self.public) for _, result in self._primary()]
        record["returns"] = max(set(kinds), key=kinds.count)
        others = sorted(set(kinds) - {record["returns"]})
        if others:
            record["or"] = others
        record.update(self._host_result(record["returns"]))
        record.update(self._parts(record["returns"]))
        record.update(self._dtype())
        return record

    def _primary(self) -> list[tuple[Pattern, Any]]:
        """The calls that were given a tensor, or all calls where none was."""
        with_tensor = [
            (p, r) for p, r in self.results if any(is_differentiable(s) or _takes_tensor(s) for s in p.values())
        ]
        return with_tensor or self.results

    def _host_result(self, returns: str) -> Record:
        """What comes back when every tensor is replaced by the NumPy array of the same values."""
        for pattern, _ in self.results:
            if not any(isinstance(spec, Floats) for spec in pattern.values()):
                continue
            values = {name: _hosted(value) for name, value in draw(pattern, 0).items()}
            try:
                found = describe(call(self.function, self.call, values), self.public)
            except Exception:
                continue
            return {"host": found} if found != returns else {}
        return {}

    def _parts(self, returns: str) -> Record:
        """The elements of a tuple or list, with outcomes per element where they differ."""
        if returns not in ("tuple", "list"):
            return {}
        pattern, result = next((p, r) for p, r in self.results if describe(r, self.public) == returns)
        kinds = elements(result, self.public)
        record: Record = {"elements": kinds if returns == "tuple" else kinds[:1]}
        fields = getattr(result, "_fields", None)
        if fields:
            record["fields"] = list(fields)
        parts: dict[str, list[str]] = {}
        for name, calls in self.gradient.items():
            fitting = [c for c in calls if len(c) == len(kinds)]
            if returns == "tuple" and fitting and all(kind == "tensor" for kind in kinds):
                per_element = [best(c[i] for c in fitting) for i in range(len(kinds))]
                if len(set(per_element)) > 1:
                    parts[name] = per_element
        if parts:
            record["parts"] = parts
        return record

    def _dtype(self) -> Record:
        """How the dtype of the (first) result follows from that of the arguments."""
        found: list[str] = []
        for pattern, result in self.results:
            if not any(is_plain(spec) for spec in pattern.values()):
                continue
            tensors = [leaf for leaf in leaves(result) if isinstance(leaf, (tf.Tensor, tf.Variable))]
            if tensors:
                found.append(self._dtype_relation(pattern, tensors[0].dtype))
        if not found:
            words = [
                dtype_word(leaf.dtype) for _, r in self.results for leaf in leaves(r)[:1] if isinstance(leaf, tf.Tensor)
            ]
            if not words:
                return {}
            found = words
        record: Record = {"dtype": max(set(found), key=found.count)}
        chosen = self._dtype_argument()
        if chosen:
            record["dtype_argument"] = chosen
        return record

    def _dtype_relation(self, pattern: Pattern, dtype: tf.DType) -> str:
        word = dtype_word(dtype)
        if word != "float":
            return word
        for target, accept in ((tf.float64, "same"), (tf.int32, "same")):
            values = {
                name: tf.nest.map_structure(lambda t, d=target: _cast(t, d), value)
                if is_plain(pattern[name])
                else value
                for name, value in draw(pattern, 2).items()
            }
            try:
                got = [leaf for leaf in leaves(call(self.function, self.call, values)) if isinstance(leaf, tf.Tensor)]
            except Exception:
                continue
            if got and got[0].dtype != target:
                return "float"
            if target == tf.int32 and got:
                return accept
        return "same"

    def _dtype_argument(self) -> str:
        names = [
            p.name
            for p in self.parameters
            if p.name in ("dtype", "type", "output_type", "out_type", "output_dtype", "DstT")
        ]
        for name in names:
            for pattern, _ in self.results[:3]:
                values = {**draw(pattern, 0), name: tf.int32}
                wide = {**draw(pattern, 0), name: tf.int64}
                half = {**draw(pattern, 0), name: tf.float16}
                for attempt, dtype in ((values, tf.int32), (wide, tf.int64), (half, tf.float16)):
                    try:
                        got = leaves(call(self.function, self.call, attempt))
                    except Exception:
                        continue
                    if got and isinstance(got[0], tf.Tensor) and got[0].dtype == dtype:
                        return name
        return ""


_ORDINARY = (inspect.Parameter.POSITIONAL_ONLY, inspect.Parameter.POSITIONAL_OR_KEYWORD)


def _parameters(function: Callable[..., Any]) -> list[inspect.Parameter]:
    try:
        found = list(inspect.signature(function).parameters.values())
        if [p.kind for p in found] != [inspect.Parameter.VAR_POSITIONAL, inspect.Parameter.VAR_KEYWORD]:
            return found
    except (TypeError, ValueError):
        pass
    if isinstance(function, np.ufunc):
        names = ["x"] if function.nin == 1 else [f"x{number + 1}" for number in range(function.nin)]
        return [inspect.Parameter(name, inspect.Parameter.POSITIONAL_ONLY) for name in names]
    return _documented_parameters(function)


def _documented_parameters(function: Callable[..., Any]) -> list[inspect.Parameter]:
    """The parameters of a function without signature, from the first line of its documentation.

    Only parameters without brackets or defaults before them are required; the first is taken by position.
    """
    first = (function.__doc__ or "").strip().partition("\n")[0]
    inside = re.match(r"\w+\((.*)\)", first)
    if not inside:
        return [inspect.Parameter("x", inspect.Parameter.POSITIONAL_ONLY)]
    found: list[inspect.Parameter] = []
    optional = keyword = False
    grouped = re.sub(r"\([^()]*\)", "arrays", inside.group(1))  # numpy.concatenate((a1, a2, ...), axis=0)
    for part in grouped.replace("[", ",[,").replace("]", "").split(","):
        word = part.strip()
        if word in ("[", "/"):
            optional = optional or word == "["
            continue
        if word.startswith("*"):
            keyword = True
            if word[1:].isidentifier():
                found.append(inspect.Parameter(word[1:], inspect.Parameter.VAR_POSITIONAL))
            continue
        name, equals, _ = word.partition("=")
        if not name.isidentifier() or name in {p.name for p in found}:
            continue
        optional = optional or bool(equals)
        kind: Any = inspect.Parameter.KEYWORD_ONLY if keyword else inspect.Parameter.POSITIONAL_OR_KEYWORD
        if not found:
            kind = inspect.Parameter.POSITIONAL_ONLY
        default = None if optional else inspect.Parameter.empty
        found.append(inspect.Parameter(name, kind, default=default))
    return found


def _takes_tensor(spec: Any) -> bool:
    made = spec.make()
    return isinstance(made, tf.Tensor)


def _hosted(value: Any) -> Any:
    if isinstance(value, tf.Tensor):
        return value.numpy()
    if isinstance(value, list) and value and isinstance(value[0], tf.Tensor):
        return [item.numpy() for item in value]
    return value


def _cast(tensor: Any, dtype: tf.DType) -> Any:
    if dtype == tf.int32:
        return tf.constant(np.ones(tuple(tensor.shape), np.int32))
    return tf.cast(tensor, dtype)


def _is_error_of_the_machine(outcome: str) -> bool:
    """Errors of a kernel on these inputs; only a missing gradient is a property of the function."""
    return outcome.startswith("raises:") and outcome.split(":")[1] not in (
        "LookupError",
        "NotImplementedError",
        "ValueError",
    )


def _commonest(errors: list[str]) -> str:
    """The error that most attempts ended with."""
    if not errors:
        return "no arguments to try"
    classes = [error.partition(":")[0] for error in errors]
    return max(set(classes), key=classes.count)
