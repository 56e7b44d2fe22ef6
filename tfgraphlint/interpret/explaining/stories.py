"""From what an observer saw to what is told of the rows that somebody asks about."""

from __future__ import annotations

from tfgraphlint.interpret.explaining.functions import Functions, TracedCalls
from tfgraphlint.interpret.explaining.gradients import Gradients
from tfgraphlint.interpret.explaining.story import Story
from tfgraphlint.interpret.explaining.values import Tapes, Values
from tfgraphlint.interpret.explaining.ways import Teller


def stories(teller: Teller) -> list[Story]:
    """All that is known, the most important first, each once."""
    known = vars(teller)
    found = [story for kind in (Gradients, TracedCalls, Functions, Tapes) for story in kind(**known).stories()]
    if not any(story.about in ("gradient", "call") for story in found):
        found += Values(**known).stories()
    return list(dict.fromkeys(found))
