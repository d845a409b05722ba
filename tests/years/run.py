"""One village: its months lived to the end, and what does not hold then."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from datetime import timedelta

from chalicelib.model import InstructionKind
from tests.faults.run import silent
from tests.lives.cast import HOMES
from tests.lives.scene import a_place
from tests.workflow.village import NEW_YEAR
from tests.years.invariants import AT_THE_END, MONTHLY, broken
from tests.years.story import begun, days_of


@dataclass(frozen=True, slots=True)
class Lived:
    """What became of one village."""

    village: int
    broken: tuple[str, ...]
    done: Counter[str]


def live(village: int, months: int, seed: int) -> Lived:
    """Live one village to its end; the first month in which a promise does not hold is its last."""
    with a_place(NEW_YEAR, HOMES["bozhou"]) as place:
        years = begun(place, village, months, seed)
        firsts = [*days_of(months + 1)][1:]
        found: list[str] = []
        for first in firsts:
            while years.today < first - timedelta(days=1):
                years.live_a_day()
            found = broken(years, MONTHLY)
            if found:
                break
        while not found and any(day > years.today for day in years.planned):
            years.live_a_day()
        found = found or broken(years, AT_THE_END)
        for each in years.folk:
            kinds = Counter(order.kind for order in years.record(each).instructions)
            years.done["suspended"] += kinds[InstructionKind.SUSPEND]
            years.done["resumed"] += kinds[InstructionKind.RESUME]
        years.done["messages"] = years.accepted.total()
        years.done.update({f"answered {status}": times for status, times in years.answers.items()})
        return Lived(village, tuple(found), years.done)


def quietly(village: int, months: int, seed: int) -> Lived:
    """A village, without what handlers and state machines log."""
    with silent():
        return live(village, months, seed)
