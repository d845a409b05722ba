"""Promises about quiet: whoever goes on being heard of hears nothing of us."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from datetime import date, timedelta
from itertools import pairwise
from typing import TYPE_CHECKING, Final

from chalicelib.clock import civil_date
from chalicelib.jurisdiction import Pack
from chalicelib.model import REMINDERS, Proves, VisitPurpose
from sandbox.checks.expected_certificates import (
    Known,
    alone_through,
    certified_through,
    months_later,
    standing,
)

if TYPE_CHECKING:
    from sandbox.checks.run_result import Run

LONGEST_GAP: Final = timedelta(days=30)  # between two things that were heard of somebody, and until today
LOOKED_BACK: Final = timedelta(days=120)


def left_in_peace(run: Run) -> Iterable[str]:
    """Nobody is reminded or visited for lack of certification whom data certify, and have all along.

    Spot checks, suspicions and what weak evidence may carry no further alone are no noise, nor is whoever
    was met without anybody having been sent.
    """
    for index, record in run.truth.records.items():
        asked = [(m.about, m.day) for m in record.messages if m.template in REMINDERS]
        asked += [
            (v.about, v.not_before) for v in record.visits if v.about and v.purpose is VisitPurpose.CERTIFY
        ]
        # Whoever was asked rightly when the case opened may be asked on, until something certifies beyond it.
        for day in (min(day for of, day in asked if of == about) for about in sorted(dict(asked))):
            known = standing(run.truth.known[index], day)
            if _goes_on_being_heard_of(known, day) and _certified(run, index, known, day):
                yield f"person {index} was asked on {day}, and is heard of all the time"
                break


def not_pestered(run: Run) -> Iterable[str]:
    """Nobody hears of the end of a certificate more often than once a month, over all the months.

    One case reminds three times at most: whoever is told more often is asked again and again of what nothing
    follows from.
    """
    first = min((run.on, *(m.day for r in run.truth.records.values() for m in r.messages)))
    months = 12 * (run.on.year - first.year) + run.on.month - first.month + 1
    for index, record in run.truth.records.items():
        reminded = sum(m.template in REMINDERS for m in record.messages)
        if reminded > max(months, len(REMINDERS)):
            yield f"person {index} was reminded {reminded} times in {months} months"


def one_message_a_day(run: Run) -> Iterable[str]:
    """Nobody receives two messages on a day; one that failed reached nobody."""
    received = (h for h in run.truth.handed if h.status == "delivered")
    days = Counter((h.message.partition(".")[0], civil_date(h.at)) for h in received)
    return (f"{count} messages to one person on {day}" for (_, day), count in days.items() if count > 1)


def _goes_on_being_heard_of(known: Sequence[Known], day: date) -> bool:
    days = sorted({k.day for k in known if k.event.proves is Proves.PRESENCE and k.day >= day - LOOKED_BACK})
    marks = [day - LOOKED_BACK, *days, day]
    return all(later - earlier <= LONGEST_GAP for earlier, later in pairwise(marks))


def _certified(run: Run, index: int, known: Sequence[Known], day: date) -> bool:
    """Whether data certify everything that somebody draws, and may go on doing so past the window."""
    person, pack = run.truth.scene.town.people[index], run.truth.pack
    soon = day + timedelta(days=pack.rules.policy.timeline.window_days)
    for claim in person.claims:
        through, best = certified_through(pack, person, claim.benefit, known, day)
        alone = alone_through(pack, person, claim.benefit, through if best is not None else date.min)
        if through < _at_least(pack, best, day) or (alone is not None and alone <= soon):
            return False
    return True


def _at_least(pack: Pack, best: Known | None, day: date) -> date:
    """Through which day at least whatever certified within the last days carries: a bill alone does not."""
    if best is not None:
        return day if best.day >= day - LONGEST_GAP else date.max
    return months_later(day - LONGEST_GAP, pack.rules.policy.periods.weak_months) - timedelta(days=1)
