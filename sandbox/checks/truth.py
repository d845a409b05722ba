"""What really became of the town, told from its own diary and lives, held against the records.

Nothing here asks the engine: what certifies, for how long, and whether a visit failed is worked out
again from files as written, answers as given and doors as knocked on. Two independent accounts that
agree are worth more than one that agrees with itself.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import cached_property
from itertools import combinations
from typing import Any, Final

import chinese_calendar

from chalicelib.clock import CHINA, civil_date
from chalicelib.jurisdiction import Pack
from chalicelib.model import BenefitCode, DroppedFile, PersonRecord
from chalicelib.storage.dynamodb.audit import AuditEntry
from sandbox.checks.expected_certificates import (
    Known,
    certified_through,
    lies_in_bed,
    months_later,
    standing,
    what_reached,
)
from sandbox.town.carrier import Handed
from sandbox.town.context import Knocked, Scene
from sandbox.town.lives import Happening
from sandbox.town.recipients import CODE
from sandbox.town.townsperson import Townsperson

FAILED: Final = ("not_found", "refused")
EVENING: Final = 18
SUSPENDED: Final = "Suspend"  # the audit entry of a suspension: its state's name


@dataclass(frozen=True, slots=True)
class Suspended:
    """One suspension as the audit chain tells it."""

    person: Townsperson
    on: date
    judged: Mapping[str, str]
    confirmed_by: str | None
    approved_by: str | None


@dataclass(frozen=True, slots=True)
class CertifiedWrongly:
    """A benefit of somebody dead, certified by what is dated after the death."""

    person: Townsperson
    benefit: BenefitCode
    day: date


@dataclass
class Truth:
    """The town's account and the platform's, side by side."""

    scene: Scene
    pack: Pack
    handed: list[Handed]
    records: Mapping[int, PersonRecord]
    trails: Mapping[int, tuple[AuditEntry, ...]]
    files: list[DroppedFile]  # runs of questions among them

    # --- what had reached the platform -----------------------------------------------------------

    @cached_property
    def known(self) -> dict[int, list[Known]]:
        """Everything that accepted rows and answers said about each person."""
        return what_reached(self.scene.diary, self.files, self.pack, self.records)

    # --- suspensions -----------------------------------------------------------------------------

    @cached_property
    def suspensions(self) -> list[Suspended]:
        """Every suspension that took effect, from the audit chains."""
        return [
            _suspended(self.scene.town.people[index], entry)
            for index, trail in self.trails.items()
            for entry in trail
            if entry.action == SUSPENDED and "judged" in entry.details
        ]

    def wrong(self, suspended: Suspended) -> str:
        """Why a suspension was wrong; "" if every condition of rule 10 held."""
        checks = (
            self._certified_by(suspended),
            self._period(suspended),
            self._not_reached(suspended),
            self._visited(suspended),
            self._held(suspended),
            _signed(suspended),
        )
        return next((why for why in checks if why), "")

    def _certified_by(self, suspended: Suspended) -> str:
        person, on = suspended.person, suspended.on
        known = standing(self.known[person.index], on)
        for benefit in suspended.judged:
            until, by = certified_through(self.pack, person, BenefitCode(benefit), known, on)
            if until >= on:
                what = f"{by.event.feed} of {by.day}" if by is not None else "weak items"
                return f"{what} certified {benefit} until {until}"
        return ""

    def _period(self, suspended: Suspended) -> str:
        late = [b for b, until in suspended.judged.items() if date.fromisoformat(until) >= suspended.on]
        return f"the period of {late[0]} had not ended" if late else ""

    def _not_reached(self, suspended: Suspended) -> str:
        identifier = self.scene.id(suspended.person)
        reached = any(
            handed.status == "delivered"
            and CODE.search(handed.text)
            and handed.message.partition(".")[0] == identifier
            and civil_date(handed.at) < suspended.on
            for handed in self.handed
        )
        noticed = any(knock.notice_left for knock in self._knocks(suspended))
        return "" if reached or noticed else "nobody had told them"

    def _visited(self, suspended: Suspended) -> str:
        visits = self.pack.rules.policy.visits
        ended = min(date.fromisoformat(until) for until in suspended.judged.values())
        held = months_later(ended, visits.words_hold_months)
        failed = [
            knock
            for knock in self._knocks(suspended)
            if knock.outcome in FAILED and not (knock.vouched and civil_date(knock.at) <= held)
        ]
        gap = visits.second_after_notice_days
        for some in combinations(failed, 3):
            days = [civil_date(knock.at) for knock in some]
            if (days[1] - days[0]).days >= gap and days[2] > days[1] and _sought(some):
                return ""
        return "three failed visits were not made as they must be"

    def _knocks(self, suspended: Suspended) -> list[Knocked]:
        return [
            knock
            for knock in self.scene.diary.visits
            if knock.person == suspended.person.index and civil_date(knock.at) < suspended.on
        ]

    def _held(self, suspended: Suspended) -> str:
        record = self.records[suspended.person.index]
        for s in record.suspicions:
            if s.opened < suspended.on and (s.closed is None or s.closed > suspended.on):
                return f"a suspicion of {s.kind} was open"
        known = standing(self.known[suspended.person.index], suspended.on)
        if lies_in_bed(known, self.pack.rules.policy.stay_days, suspended.on):
            return "they were known to lie in hospital, or to live in a home"
        return ""

    def was_taken_back(self, index: int, happening: Happening, by: date) -> bool:
        """Whether the platform has known since a day that a department took a record back."""
        return any(
            (k.event.feed, k.event.event, k.day) == (happening.feed, happening.event, happening.day)
            and k.reached <= by
            for k in self.known[index]
        )

    # --- what became of whom ---------------------------------------------------------------------

    def wrong_certifications(self) -> list[CertifiedWrongly]:
        """The dead who are certified by something dated after their death."""
        return [
            CertifiedWrongly(person, e.benefit, e.evidence.day)
            for person in self.scene.town.people
            if person.life.dies_on is not None and person.index in self.records
            for e in self.records[person.index].entitlements
            if e.evidence is not None and e.evidence.day > person.life.dies_on
        ]


def _suspended(person: Townsperson, entry: AuditEntry) -> Suspended:
    details: Mapping[str, Any] = entry.details
    return Suspended(
        person,
        civil_date(entry.at),
        details["judged"],
        details.get("confirmed_by"),
        details.get("approved_by"),
    )


def _signed(suspended: Suspended) -> str:
    signers = {suspended.confirmed_by, suspended.approved_by} - {None, ""}
    return "" if len(signers) == 2 else "two different people had not signed"


def _sought(some: Sequence[Knocked]) -> bool:
    """Whether one was made in the evening or on a free day, and another asked somebody close."""
    late = [knock for knock in some if _is_late(knock.at.astimezone(CHINA))]
    return any(knock.asked and other is not knock for knock in some for other in late)


def _is_late(at: datetime) -> bool:
    return at.hour >= EVENING or not chinese_calendar.is_workday(at.date())


def read_truth(
    scene: Scene,
    pack: Pack,
    handed: list[Handed],
    records: Iterator[PersonRecord],
    trail: Any,
    files: Iterator[DroppedFile],
) -> Truth:
    """Read everything that the platform holds about the town, once."""
    by_index = {scene.person(record.person.id).index: record for record in records}
    trails = {index: tuple(trail(record.person.id)) for index, record in by_index.items()}
    return Truth(scene, pack, handed, by_index, trails, list(files))
