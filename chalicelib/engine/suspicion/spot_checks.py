"""静默认证抽查 · Spot checks of people whom data certified: some each month, by feed and area (rule 21).

Only whoever is certified by data now and concerns nobody else: whoever has a case, a suspicion or a visit of
their own is looked at anyway.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from chalicelib.engine.rules.recheck_policy import Rechecks
from chalicelib.engine.suspicion.sampling import Sample, draw
from chalicelib.model import EntitlementStatus, FeedId, Month, PersonId, PersonRecord, Route

_COUNTY = 6  # digits of an area code


@dataclass(frozen=True, slots=True, order=True)
class Silent:
    """Somebody whom data certify: the newest piece on which a certificate stands."""

    day: date
    person: PersonId
    feed: FeedId
    area: str
    grid: str

    @property
    def stratum(self) -> tuple[FeedId, str]:
        """Feed and county: of each of them at least one is drawn, as far as the sample reaches."""
        return self.feed, self.area[:_COUNTY]


def silently(record: PersonRecord, on: date) -> Silent | None:
    """On what a person's silent certificate stands on a day; None if there is none, or she is looked at."""
    person = record.person
    if person.joined_to is not None or record.died is not None or record.open_case is not None:
        return None
    if record.open_suspicions or any(visit.is_pending for visit in record.visits):
        return None
    keys = [
        e.evidence
        for e in record.entitlements
        if e.status is EntitlementStatus.ACTIVE
        and e.route is Route.SILENT
        and e.evidence is not None
        and e.valid_until >= on
    ]
    if not keys:
        return None
    newest = max(keys)
    return Silent(newest.day, person.id, newest.feed, person.area, person.grid)


def spot_check(certified: Iterable[Silent], month: Month, seed: str, values: Rechecks) -> Sample[Silent]:
    """Draw of everybody who is certified silently, by feed and county."""
    return draw(
        certified,
        month,
        seed,
        worst_percent=values.silent_worst_percent,
        confidence_percent=values.silent_confidence_percent,
        most_percent=values.silent_most_percent,
    )
