"""From what an observer saw to what is told of the rows that somebody asks about."""

from __future__ import annotations

from tfgraphlint.diagnostic import Position
from tfgraphlint.interpret.explaining.functions import Functions, TracedCalls
from tfgraphlint.interpret.explaining.gradients import Gradients
from tfgraphlint.interpret.explaining.story import Story
from tfgraphlint.interpret.explaining.values import Tapes, Values
from tfgraphlint.interpret.explaining.ways import Teller, extent, holds


def stories(teller: Teller) -> list[Story]:
    """All that is known, the most important first, each once."""
    known = vars(teller)
    found = [story for kind in (Gradients, TracedCalls, Functions, Tapes) for story in kind(**known).stories()]
    if not any(story.about in ("gradient", "call") for story in found):
        found += Values(**known).stories()
    return list(dict.fromkeys(found))


def stories_at(teller: Teller, place: Position) -> list[Story]:
    """What is known of the innermost expression around ``place`` of which something is.

    Where there is none, as on the name that is assigned to, what is known of the statement.
    """
    told = stories(teller)
    around = [story for story in told if holds(story.span, place) and story.about != "function"]
    known = {story.span for story in around}
    around += [story for story in Values(**vars(teller)).around(place) if story.span not in known]
    if not around:
        return told
    inner = min(extent(story.span) for story in around)
    return list(dict.fromkeys(story for story in around if extent(story.span) == inner))
