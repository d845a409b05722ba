"""限度 · The most that a file or a month may cause by itself: beyond it one person looks first (rule 12)."""

from __future__ import annotations

from pydantic import Field

from chalicelib.declarations import Declaration
from chalicelib.engine.rules.quantities import Days


class Limit(Declaration):
    """The most that one file or one day may cause by itself: a number, or a share if that is more."""

    number: int = Field(ge=1)
    percent: float = Field(ge=0, le=100)

    def is_exceeded(self, count: int, of: int) -> bool:
        """Whether `count` out of so many is more than either allows."""
        return count > max(self.number, of * self.percent / 100)


class SuspensionLimit(Declaration):
    """The most that one month may suspend of a benefit in a county.

    That is `times` the average of the last months, or a share of those paid if less; at least `number`.
    """

    number: int = Field(ge=1)
    times: float = Field(ge=1, le=10)
    months: int = Field(ge=1, le=24)  # that the average looks back
    percent: float = Field(gt=0, le=100)  # of those paid

    def most(self, average: float, paid: int | None) -> int:
        """The limit; while nobody has counted those paid, `number`."""
        if paid is None:
            return self.number
        return max(self.number, int(min(self.times * average, paid * self.percent / 100)))


class RosterLimits(Declaration):
    """The most that rosters may change of what is drawn already, in lines; of one phone, in people."""

    ends: Limit = Limit(number=10, percent=20)  # the day certified until
    phones: Limit = Limit(number=10, percent=20)
    payees: Limit = Limit(number=10, percent=5)
    amounts: Limit = Limit(number=10, percent=20)
    areas: Limit = Limit(number=10, percent=10)
    one_phone: Limit = Limit(number=20, percent=5)  # people of one roster whose phone becomes the same


class Limits(Declaration):
    """The blast radius (rule 12): beyond it nothing happens by itself, and one person looks first.

    `deaths`, `withdrawals`, `revivals` and `roster` count what a feed has caused within `days`, however many
    files it took; `wrong_amounts` and `left` what one file shows.
    """

    days: Days = 30

    wrong_amounts: Limit = Limit(number=10, percent=2)  # people of one payments file
    deaths: Limit = Limit(number=10, percent=2)  # people whom a feed accuses, of all recipients
    withdrawals: Limit = Limit(number=10, percent=2)  # people of whom a feed takes a loss back
    revivals: Limit = Limit(number=3, percent=0.05)  # of these, whose payment had ended
    roster: RosterLimits = RosterLimits()
    left: Limit = Limit(number=10, percent=5)  # lines of a county's benefit that one roster drops
    suspensions: SuspensionLimit = SuspensionLimit(number=10, times=1.5, months=3, percent=0.5)
