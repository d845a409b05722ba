"""What really became of the town, told from its own diary and lives, held against the records.

Nothing here asks the engine: what certifies, for how long, and whether a visit failed is worked out
again from files as written, answers as given and doors as knocked on. Two independent accounts that
agree are worth more than one that agrees with itself.
"""

from __future__ import annotations

from calendar import monthrange
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import cached_property
from itertools import combinations
from typing import Any, Final

from chalicelib.clock import civil_date
from chalicelib.model import BenefitCode, DroppedFile, FileState, PersonRecord
from chalicelib.pack import Pack
from chalicelib.storage.audit import AuditEntry
from sandbox.town.carrier import Handed
from sandbox.town.folk import CODE
from sandbox.town.lives import Trace
from sandbox.town.people import Townsperson
from sandbox.town.scene import Knocked, Scene

STRONG: Final = (Trace.ADMITTED, Trace.TREATED, Trace.TRAVELLED, Trace.FACE, Trace.CARE_HOME)
PARTNERS: Final = {Trace.BOUGHT: "pharmacy_purchases", Trace.PAID_GAS: "gas_bills"}
FAILED: Final = ("not_found", "refused")
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
class Known:
    """A fact about somebody that had reached the platform by a day."""

    trace: Trace
    day: date
    reached: date


@dataclass
class Truth:
    """The town's account and the platform's, side by side."""

    scene: Scene
    pack: Pack
    handed: list[Handed]
    records: Mapping[int, PersonRecord]
    trails: Mapping[int, tuple[AuditEntry, ...]]
    files: list[DroppedFile]

    # --- what had reached the platform -----------------------------------------------------------

    @cached_property
    def known(self) -> dict[int, list[Known]]:
        """Everything that accepted rows and answers said about each person."""
        loaded = {file.key: file for file in self.files if file.state is FileState.LOADED}
        found: dict[int, list[Known]] = {index: [] for index in self.records}
        for key, written in self.scene.diary.files.items():
            file = loaded.get(key)
            if file is None or file.finished is None:
                continue
            for index, happening in written.about:
                is_list = happening.trace is Trace.CARE_HOME
                day = file.day if is_list else happening.day
                found[index].append(Known(happening.trace, day, civil_date(file.finished)))
        for answer in self.scene.diary.answers:
            found[answer.person].append(Known(Trace.FACE, answer.day, answer.day))
        for knock in self.scene.diary.visits:
            if knock.outcome == "seen":
                found[knock.person].append(Known(Trace.FACE, civil_date(knock.at), civil_date(knock.at)))
        return found

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
            self._told(suspended),
            self._visited(suspended),
            self._held(suspended),
            _signed(suspended),
        )
        return next((why for why in checks if why), "")

    def _certified_by(self, suspended: Suspended) -> str:
        known = [k for k in self.known[suspended.person.index] if k.reached < suspended.on]
        if all(
            self._only_in_person(suspended.person, BenefitCode(b), suspended.on) for b in suspended.judged
        ):
            known = [k for k in known if k.trace is Trace.FACE]
        for fact in known:
            if fact.trace in STRONG and self.carries(suspended.person, fact.day) >= suspended.on:
                return f"{fact.trace} of {fact.day} certified"
        until = self.combined(known)
        return f"weak items certified until {until}" if until and until >= suspended.on else ""

    def _only_in_person(self, person: Townsperson, benefit: BenefitCode, on: date) -> bool:
        """Whether a benefit's own rules say that no data certify this person (excluded, rule 7)."""
        age = on.year - person.born.year - ((on.month, on.day) < (person.born.month, 1))
        return any(
            clause.when.value == "aged_at_least" and age >= int(clause.value)
            for clause in self.pack.rules.benefit_on(benefit, on).excluded
        )

    def carries(self, person: Townsperson, day: date) -> date:
        """Through which day strong evidence of a day certifies somebody: the shortest tier holds."""
        age = day.year - person.born.year - ((day.month, 1) < (person.born.month, 1))
        months = min(
            tier.months
            for tier in self.pack.rules.policy.periods.tiers
            if (person.key_groups.intersection(tier.in_key_group) or not tier.in_key_group)
            and age >= tier.aged_at_least
        )
        return _months_later(day, months) - timedelta(1)

    def combined(self, known: list[Known]) -> date | None:
        """Through which day rides with one purchase or bill certify together; None if they do not."""
        weak = self.pack.rules.policy.weak
        worth = {str(feed): points for (feed, _), points in weak.worth.items()}
        rides = sorted({k.day for k in known if k.trace is Trace.RODE})
        partners = [k for k in known if k.trace in PARTNERS]
        best: date | None = None
        for partner in partners:
            for end in {partner.day, *rides}:
                days = [d for d in rides if d != partner.day and 0 <= (end - d).days <= weak.span_days]
                if not days or not 0 <= (end - partner.day).days <= weak.span_days:
                    continue
                points = worth[PARTNERS[partner.trace]] * weak.percent_at((end - partner.day).days)
                points += sum(worth["bus_rides"] * weak.percent_at((end - d).days) for d in days)
                if points >= weak.threshold * 100 and (best is None or max(days) > best):
                    best = max(days)
        if best is None:
            return None
        return _months_later(best, self.pack.rules.policy.periods.weak_months) - timedelta(1)

    def _period(self, suspended: Suspended) -> str:
        late = [b for b, until in suspended.judged.items() if date.fromisoformat(until) >= suspended.on]
        return f"the period of {late[0]} had not ended" if late else ""

    def _told(self, suspended: Suspended) -> str:
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
        failed = [knock for knock in self._knocks(suspended) if knock.outcome in FAILED]
        if any(knock.outcome == "refused" for knock in failed):
            return ""
        gap = self.pack.rules.policy.visits.second_after_notice_days
        for first, second in combinations(failed, 2):
            days = (civil_date(second.at) - civil_date(first.at)).days
            if days >= gap and _other_hour(first.at, second.at):
                return ""
        return "two failed visits were not made as they must be"

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
        stays = [k for k in self.known[suspended.person.index] if k.reached < suspended.on]
        beds = sorted((k.day, k.trace) for k in stays if k.trace in (Trace.ADMITTED, Trace.DISCHARGED))
        if beds and beds[-1][1] is Trace.ADMITTED and (suspended.on - beds[-1][0]).days < 120:
            return "they were known to lie in hospital"
        return ""

    # --- what became of whom ---------------------------------------------------------------------

    def wrong_certifications(self) -> list[tuple[Townsperson, date]]:
        """The dead who are certified by something dated after their death, and its day."""
        return [
            (person, e.evidence.day)
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


def _other_hour(first: datetime, second: datetime) -> bool:
    apart = abs((first.hour * 60 + first.minute) - (second.hour * 60 + second.minute))
    return apart >= 60


def _months_later(day: date, months: int) -> date:
    month = day.month - 1 + months
    year, month = day.year + month // 12, month % 12 + 1
    return date(year, month, min(day.day, monthrange(year, month)[1]))


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
