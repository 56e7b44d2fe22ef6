"""The mutable state of an interpretation, with branches that can be taken back and joined.

Every name, attribute, list and tape state lives in a plain dictionary and is written through the store.
While a branch runs, the store remembers the old value of each entry that it overwrites; taking the
branch back costs as much as the branch wrote, not as much as there is.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any

State = dict[Any, Any]
Slot = tuple[int, Hashable]


class _Missing:
    def __repr__(self) -> str:
        return "MISSING"


MISSING = _Missing()

# What one path wrote: entry -> (dictionary, key, value)
Changes = dict[Slot, tuple[State, Hashable, Any]]


class Store:
    """Writes to dictionaries, with a stack of logs of what to take back.

    ``lasting`` gets the dictionaries that nobody takes back, by identity.
    """

    def __init__(self, join: Callable[[Sequence[Any]], Any], lasting: dict[int, State]) -> None:
        self._join = join
        self._lasting = lasting
        self._logs: list[Changes] = []

    def __len__(self) -> int:
        return len(self._logs)

    def write(self, state: State, key: Hashable, value: Any) -> None:
        """Set ``state[key]``; ``MISSING`` deletes the entry."""
        if self._logs:
            entry = (id(state), key)
            log = self._logs[-1]
            if entry not in log:
                log[entry] = (state, key, state.get(key, MISSING))
        else:
            self._lasting[id(state)] = state
        _put(state, key, value)

    def set(self, held: Any, field: Hashable, value: Any) -> None:
        """Set a field of an object's state; ``MISSING`` makes it what it is by default."""
        self.write(held.state, field, value)

    @contextmanager
    def apart(self) -> Iterator[None]:
        """Writes in here are not remembered: nobody takes them back."""
        logs, self._logs = self._logs, []
        try:
            yield
        finally:
            self._logs = logs

    def mark(self) -> int:
        """Begin to remember; the depth to give to ``changes`` and ``rewind``."""
        self._logs.append({})
        return len(self._logs) - 1

    def changes(self, mark: int) -> Changes:
        """The entries written since ``mark`` with the values that they have now."""
        found: Changes = {}
        for log in self._logs[mark:]:
            for entry, (state, key, _) in log.items():
                found[entry] = (state, key, state.get(key, MISSING))
        return found

    def before(self, mark: int) -> Changes:
        """The entries written since ``mark`` with the values that they had then."""
        found: Changes = {}
        for log in reversed(self._logs[mark:]):
            found.update(log)
        return found

    def rewind(self, mark: int) -> None:
        """Take back all that was written since ``mark`` and forget the mark."""
        while len(self._logs) > mark:
            for state, key, old in self._logs.pop().values():
                _put(state, key, old)

    def keep(self, mark: int, dropped: State | None = None) -> None:
        """Forget the mark, keep what was written since, but for what was written to ``dropped``."""
        while len(self._logs) > mark:
            log = self._logs.pop()
            if not self._logs:
                self._lasting.update((id(state), state) for state, _, _ in log.values() if state is not dropped)
                continue
            below = self._logs[-1]
            for entry, old in log.items():
                if old[0] is not dropped:
                    below.setdefault(entry, old)

    def merge(self, paths: Sequence[Changes], dropped: State | None = None) -> None:
        """Join the ends of several paths that all began at the present state; not what they wrote to ``dropped``."""
        if not paths:
            return
        entries: Changes = {}
        for path in paths:
            entries.update(path)
        for entry, (state, key, _) in entries.items():
            if state is dropped:
                continue
            now = state.get(key, MISSING)
            ends = [path[entry][2] if entry in path else now for path in paths]
            first = ends[0]
            if all(end is first for end in ends):
                self.write(state, key, first)
            else:
                self.write(state, key, self._join(ends))


def _put(state: State, key: Hashable, value: Any) -> None:
    if value is MISSING:
        state.pop(key, None)
    else:
        state[key] = value
