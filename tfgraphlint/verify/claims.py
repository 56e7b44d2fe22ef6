"""The grammar of claims, and whether what a program left behind confirms one."""

from __future__ import annotations

import re
import traceback
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

import numpy as np

Status = Literal["confirmed", "denied", "skipped"]
_FORM = re.compile(r"(raises|none|zero|nan|flows|true|prints|runs|gradients)\b *(.*)", re.DOTALL)
_WITHOUT_TEXT = ("runs", "gradients")
_BROAD = ("object", "BaseException", "Exception")


@dataclass(frozen=True)
class Verdict:
    """What became of one claim, and in a few words what was seen."""

    claim: str
    status: Status
    seen: str = ""


@dataclass(frozen=True)
class Outcome:
    """What a program left behind: its globals, how it ended, and all that it wrote."""

    namespace: Mapping[str, Any]
    error: BaseException | None
    output: str

    @property
    def ended(self) -> str:
        """How the program ended, in one line."""
        if self.error is None:
            return "ran to its end"
        text = message(self.error)
        return f"{type(self.error).__name__}: {text if len(text) < 400 else f'{text[:100]} ... {text[-300:]}'}"

    def rows_below(self, folder: Path) -> list[tuple[str, int]]:
        """The files below ``folder``, by their paths from there, and the rows through which the error came."""
        frames = traceback.extract_tb(self.error.__traceback__) if self.error is not None else []
        files = ((Path(frame.filename), frame.lineno or 0) for frame in frames)
        return [(file.relative_to(folder).as_posix(), row) for file, row in files if file.is_relative_to(folder)]


def message(error: BaseException) -> str:
    """The text of an error on one line, without the colours that Keras adds."""
    return " ".join(re.sub(r"\x1b\[[\d;]*m", "", str(error)).split())


def unreadable(claim: str) -> bool:
    """Whether ``claim`` is not in the grammar."""
    form = _FORM.fullmatch(claim)
    if form is None:
        return True
    verb, text = form.groups()
    if verb == "prints":
        return re.fullmatch(r"\d+ .+", text) is None
    return (not text) != (verb in _WITHOUT_TEXT)


def judge(claim: str, outcome: Outcome) -> Verdict:
    """Whether ``outcome`` confirms ``claim`` (all kinds but ``gradients``, which needs further runs)."""
    verb, _, text = claim.partition(" ")
    try:
        denial = _JUDGES[verb](text.strip(), outcome)
    except Exception as error:
        denial = f"{type(error).__name__}: {error}"
        if outcome.error is not None:
            denial += f" (the program ended with {outcome.ended})"
    return Verdict(claim, "confirmed" if denial is None else "denied", denial or "")


def _raises(text: str, outcome: Outcome) -> str | None:
    name, _, part = (piece.strip() for piece in text.partition(":"))
    if outcome.error is None:
        return outcome.ended
    kinds = {kind.__name__ for kind in type(outcome.error).__mro__}.difference(_BROAD)
    kinds.add(type(outcome.error).__name__)
    found = name in kinds and " ".join(part.split()) in message(outcome.error)
    return None if found else outcome.ended


def _runs(text: str, outcome: Outcome) -> str | None:
    return None if outcome.error is None else outcome.ended


def _prints(text: str, outcome: Outcome) -> str | None:
    number, _, wanted = text.partition(" ")
    found = outcome.output.count(wanted)
    return None if found == int(number) else f"printed {found} times"


def _true(text: str, outcome: Outcome) -> str | None:
    value = _evaluate(text, outcome)
    if bool(value):
        return None
    left = re.split(r" (?:==|!=|<=|>=|<|>|is|in) ", text)[0]
    return f"{_brief(value)}; {left} is {_brief(_evaluate(left, outcome))}" if left != text else _brief(value)


def _none(text: str, outcome: Outcome) -> str | None:
    value = _evaluate(text, outcome)
    if value is None:
        return None
    items = list(value.values()) if isinstance(value, Mapping) else value
    all_none = isinstance(items, (list, tuple)) and bool(items) and all(item is None for item in items)
    return None if all_none else _brief(value)


def _zero(text: str, outcome: Outcome) -> str | None:
    return _each(text, outcome, lambda array: not np.any(array))


def _nan(text: str, outcome: Outcome) -> str | None:
    value = _evaluate(text, outcome)
    arrays = [array for array in leaves(value) if array is not None]
    return None if any(np.isnan(array).any() for array in arrays) else _brief(value)


def _flows(text: str, outcome: Outcome) -> str | None:
    return _each(text, outcome, lambda array: bool(np.isfinite(array).all() and np.any(array)))


def _each(text: str, outcome: Outcome, holds: Any) -> str | None:
    value = _evaluate(text, outcome)
    arrays = list(leaves(value))
    good = bool(arrays) and all(array is not None and holds(array) for array in arrays)
    return None if good else _brief(value)


def _evaluate(text: str, outcome: Outcome) -> Any:
    import tensorflow as tf

    return eval(text, {"tf": tf, "np": np, **outcome.namespace})


def leaves(value: Any) -> Iterator[Any]:
    """The arrays in a nest of tensors, lists, tuples and dictionaries; None stays None."""
    if isinstance(value, Mapping):
        value = list(value.values())
    if isinstance(value, (list, tuple)) and not hasattr(value, "dense_shape"):
        for item in value:
            yield from leaves(item)
    else:
        yield None if value is None else dense(value)


def dense(value: Any) -> Any:
    """The array of a tensor, of sparse slices or of a number."""
    import tensorflow as tf

    if isinstance(value, tf.IndexedSlices):
        value = tf.convert_to_tensor(value)
    if isinstance(value, tf.SparseTensor):
        value = tf.sparse.to_dense(value)
    return np.asarray(value.numpy() if hasattr(value, "numpy") else value)


def _brief(value: Any) -> str:
    text = " ".join(repr(value).split())
    return text if len(text) <= 200 else text[:197] + "..."


_JUDGES = {
    "raises": _raises,
    "runs": _runs,
    "prints": _prints,
    "true": _true,
    "none": _none,
    "zero": _zero,
    "nan": _nan,
    "flows": _flows,
}
