"""Whose turn it is: shares that hold in the smallest town, and feeds of which none is left out."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Final, TypeVar

from sandbox.town.feed_profile import Habits
from sandbox.town.lives import Manner, Style

T = TypeVar("T")

MANNERS: Final = {
    Manner.VISIBLE: 0.900,
    Manner.SELF: 0.032,
    Manner.COUNTER: 0.014,
    Manner.HOME: 0.018,
    Manner.AWAY: 0.006,
    Manner.MOVED: 0.003,
    Manner.REFUSES: 0.003,
    Manner.UNSEEN: 0.024,
}
GOLDEN: Final = 0.6180339887  # its multiples spread evenly, however few people there are

# Of so many visible people in turn, which leave another trace than being seen now and then.
STYLES_DEALT: Final = 50
STYLES: Final = {
    Style.CARDS: frozenset({2, 15, 27, 44}),
    Style.HOME: frozenset({5, 21, 38}),
    Style.HANDLED: frozenset({9, 33}),
}
WRONGED: Final = (8, 400)  # after so many people one is wronged for sure, and then one of so many


@dataclass
class Rota:
    """Whose turn it is to be what: the town has one, so that no feed of the pack is left out."""

    habits: Habits
    _turns: Counter[str] = field(default_factory=Counter)

    def turn(self, what: str) -> int:
        """How often something has been dealt out before."""
        self._turns[what] += 1
        return self._turns[what] - 1

    def next(self, what: str, of: Sequence[T]) -> T:
        """The next of some, in turn."""
        return of[self.turn(what) % len(of)]

    def manner(self) -> Manner:
        """How the next person can be reached; the shares hold in the smallest town as well."""
        share = (self.turn("manner") + 1) * GOLDEN % 1
        for manner, of_all in MANNERS.items():
            if share < of_all:
                return manner
            share -= of_all
        return Manner.VISIBLE

    def style(self, manner: Manner) -> Style:
        """Which traces the next person leaves, of those that the pack can notice at all."""
        if manner is not Manner.VISIBLE:
            return Style.NONE
        turn = self.turn("style") % STYLES_DEALT
        dealt = next((style for style, turns in STYLES.items() if turn in turns), Style.SEEN)
        possible = {
            Style.CARDS: self.habits.cards and (self.habits.accounts or self.habits.households),
            Style.HOME: self.habits.homes,
            Style.HANDLED: self.habits.handled,
        }
        return dealt if possible.get(dealt) else Style.SEEN

    def wronged(self) -> bool:
        """Whether it is somebody's turn to be reported by mistake, who lives, is free and draws once."""
        first, then = WRONGED
        return self.turn("free") % then == first
