"""暂停限额 · The blast radius of suspensions (rule 12): a month that would stop far more than usual waits for
a person.

Counted are, per benefit and county, those whose line two people have approved for the month, and those
whom it has stopped already; whoever certifies leaves the count. Beyond the limit nobody of them is
suspended until a person of the city, none of those who signed the lines, lifts it up to that number.
Terminations are not counted: each rests on what people have found out about one person.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace

from chalicelib import clock
from chalicelib.engine.calendar.periods import month_before, month_of
from chalicelib.engine.suspension.line_decisions import may_lift
from chalicelib.jurisdiction import current
from chalicelib.model import AreaCode, BenefitCode, Lift, Month
from chalicelib.observability import logger
from chalicelib.storage.dynamodb import limit_overrides, worklists
from chalicelib.storage.s3 import objects


@dataclass(frozen=True, slots=True)
class Reach:
    """How many a month suspends of a benefit in a county, and how many it may."""

    county: str
    month: Month
    benefit: BenefitCode
    lines: int
    most: int
    average: float  # of the months before
    paid: int | None  # as the nightly pass counted them
    signed_by: frozenset[str | None]
    lift: Lift | None

    @property
    def is_exceeded(self) -> bool:
        """Whether a person has to look before anybody is suspended."""
        return self.lines > max(self.most, self.lift.up_to if self.lift is not None else 0)


def suspension_count(county: str, month: Month, benefit: BenefitCode) -> Reach:
    """What stands for a month, counted now."""
    limit = current().rules.policy.limits.suspensions
    lines = list(worklists.to_be_stopped(county, month, benefit))
    concerned = {row.person for row in lines} | worklists.stopped(county, month, benefit)
    before = sum(len(worklists.stopped(county, m, benefit)) for m in _months_before(month, limit.months))
    average, paid = before / limit.months, _paid(county, benefit)
    return Reach(
        county,
        month,
        benefit,
        len(concerned),
        limit.most(average, paid),
        average,
        paid,
        frozenset(who for row in lines for who in (row.item.confirmed_by, row.item.approved_by)),
        limit_overrides.highest(county, month, benefit),
    )


def _months_before(month: Month, count: int) -> Iterator[Month]:
    for _ in range(count):
        month = month_before(month)
        yield month


def _paid(county: str, benefit: BenefitCode) -> int | None:
    """How many the benefit is paid to, by the last nightly pass; None before the first."""
    body = objects.read_statistics()
    found = json.loads(body).get("paid") if body is not None else None
    return None if found is None else int(found.get(county, {}).get(benefit, 0))


def exceeded(area: AreaCode, month: Month, benefits: Iterable[BenefitCode]) -> bool:
    """Whether a line waits because of any of its benefits: it takes effect whole, or not yet."""
    return any(suspension_count(area[:6], month, benefit).is_exceeded for benefit in benefits)


def lifted_by(area: AreaCode, month: Month, benefits: Iterable[BenefitCode]) -> list[str]:
    """Who has lifted a month's limits, if it came to that."""
    found = (limit_overrides.highest(area[:6], month, benefit) for benefit in benefits)
    return sorted({lift.by for lift in found if lift is not None})


def reaches(area: AreaCode) -> Iterator[Reach]:
    """Every month from this one on for which counties below an area have approved lines."""
    since = month_of(clock.today())
    for county in worklists.counties(area):
        for month, benefit in worklists.stops_from(county, since):
            yield suspension_count(county, month, benefit)


def lift(county: str, month: Month, benefit: BenefitCode, *, by: str, reason: str) -> Reach:
    """A person has looked at a month's lines: these many may be suspended.

    The lines are looked at again every day, and take effect from the next on. What is approved later,
    beyond these many, waits again.
    """
    found = suspension_count(county, month, benefit)
    if found.lift is not None and found.lift.by == by and not found.is_exceeded:
        return found
    may_lift(month, found.signed_by, by, clock.today(), exceeded=found.is_exceeded)
    word = Lift(county, month, benefit, found.lines, by, reason, clock.now())
    limit_overrides.put(word)
    logger.info("limit lifted", extra={"county": county, "month": month, "benefit": benefit, "by": by})
    return replace(found, lift=word)
