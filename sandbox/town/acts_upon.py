"""What others do to those who live one of the kinds of life: put on the clock before the year begins."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from datetime import datetime
from random import Random
from typing import Final

from sandbox.town.context import Scene
from sandbox.town.kinds_of_life import DEAD_BY_FILE, TOLD_DEAD
from sandbox.town.reversals import comes_back, is_found_out
from sandbox.town.seeded_random import chance
from sandbox.town.townsperson import Townsperson

Act = Callable[[], object]

ACTS: Final[Mapping[str, Callable[[Scene, Townsperson, Random], Iterator[tuple[datetime, Act]]]]] = {
    TOLD_DEAD: comes_back,
    DEAD_BY_FILE: is_found_out,
}


def acts_upon(scene: Scene) -> Iterator[tuple[datetime, Act]]:
    """Every act upon everybody who lives a kind that has one, each with a random stream of its own."""
    for person in scene.town.people:
        if person.kind in ACTS:
            yield from ACTS[person.kind](scene, person, chance(scene.town.seed, "acts", person.index))
