"""The rule book: policy and benefits of one jurisdiction, checked against the events of its feeds.

Loaded once per process from chalicelib/packs/<name>. Whatever does not hold stops the build with
file and line: an unknown feed or event, an event that proves something else than the rule needs, a
weak event without points, a benefit whose file bears another name.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property
from pathlib import Path
from typing import NamedTuple

from chalicelib.declarations import place_of, read_declaration
from chalicelib.engine.benefits import Benefit, BenefitRules, CustodyCode, Recognised
from chalicelib.engine.periods import age_on, last_day_certified
from chalicelib.engine.policy import EventName, Policy, Tier
from chalicelib.errors import DeclarationError, NotFoundError
from chalicelib.model import (
    AreaCode,
    BenefitCode,
    FeedEvent,
    FeedId,
    KeyGroup,
    Person,
    Proves,
    Stay,
    Strength,
)

EventKey = tuple[FeedId, str]
Place = tuple[int | str, ...]


class Period(NamedTuple):
    """How many months evidence carries, and by which line of the rules."""

    months: int
    rule: str


@dataclass(frozen=True)
class RuleBook:
    """Everything a decision rests on, besides the person and the evidence.

    `version` names jurisdiction, newest `from` day and a digest of all declarations: the same words
    always bear the same version, so a decision can be replayed (rule 26). `counties` holds, by the six
    digits of a county, the rule book with that county's own values in it.
    """

    version: str
    policy: Policy
    benefits: Mapping[BenefitCode, Benefit]
    events: Mapping[EventKey, FeedEvent]
    counties: Mapping[str, RuleBook] = field(default_factory=dict)

    def for_area(self, area: AreaCode) -> RuleBook:
        """The rule book of an area: its county's, if that has set values of its own."""
        return self.counties.get(area[:6], self) if self.counties else self

    def benefit(self, code: BenefitCode) -> Benefit:
        """A benefit by its code; NotFoundError if nobody has declared it."""
        benefit = self.benefits.get(code)
        if benefit is None:
            raise NotFoundError(f"the rule book knows no benefit {code!r}")
        return benefit

    def benefit_on(self, code: BenefitCode, day: date) -> BenefitRules:
        """The rules of a benefit in force on a day (before its first version: the first)."""
        return self.benefit(code).on(day)

    def in_force(self, code: BenefitCode, day: date) -> tuple[Benefit, BenefitRules]:
        """A benefit and its rules in force on a day; NotFoundError if nobody has declared it."""
        found = self._in_force.get((code, day))
        if found is None:
            benefit = self.benefit(code)
            found = self._in_force[code, day] = benefit, benefit.on(day)
        return found

    @cached_property
    def _in_force(self) -> dict[tuple[BenefitCode, date], tuple[Benefit, BenefitRules]]:
        return {}

    @cached_property
    def asks_for_history(self) -> bool:
        """Whether some tier asks for strong evidence in the period before."""
        own = (v.tiers for b in self.benefits.values() for v in b.versions if not isinstance(v.tiers, str))
        return any(
            tier.no_strong_within_months for tiers in (self.policy.periods.tiers, *own) for tier in tiers
        )

    @cached_property
    def asked(self) -> frozenset[EventKey]:
        """The events that conditions, exclusions, amounts and entitlements ask about."""
        return frozenset(
            name.key
            for benefit in self.benefits.values()
            for version in benefit.versions
            for term in version.terms
            for name in term.events
        )

    def period(
        self,
        benefit: Benefit,
        rules: BenefitRules,
        person: Person,
        day: date,
        strong_days: Sequence[date] = (),
    ) -> Period:
        """How long strong evidence of a day carries, and the line that says so: the shortest tier.

        `strong_days` are the days of all strong evidence about the person, for tiers that ask whether
        the period before showed any.
        """
        own = not isinstance(rules.tiers, str)
        tiers = rules.tiers if own else self.policy.periods.tiers
        place = (id(tiers), age_on(person.born, day), person.key_groups)
        period = self._periods.get(place)
        if period is None:
            period = _shortest(tiers, benefit.code if own else "policy", person, day, strong_days)
            if not any(tier.no_strong_within_months for tier in tiers):
                self._periods[place] = period  # it depends on age and key groups alone
        return period

    @cached_property
    def _periods(self) -> dict[tuple[int, int, frozenset[KeyGroup]], Period]:
        return {}

    def last_day(self, day: date, months: int) -> date:
        """The last day through which evidence of a day certifies, counted as the policy says."""
        return last_day_certified(day, months, self.policy.periods.counted_in)


def _shortest(
    tiers: Sequence[Tier], whose: str, person: Person, day: date, strong_days: Sequence[date]
) -> Period:
    months, number = min(
        (tier.months, number) for number, tier in enumerate(tiers, 1) if tier.covers(person, day, strong_days)
    )
    return Period(months, f"{whose}/tiers/{number}")


def load_rule_book(pack: Path, events: Mapping[EventKey, FeedEvent]) -> RuleBook:
    """The rule book of a pack folder; DeclarationError with file and line if it does not hold."""
    policy_file = pack / "policy.yaml"
    policy = read_declaration(policy_file, Policy)
    _check_policy(policy_file, policy, events)
    benefits = {}
    for path in sorted((pack / "benefits").glob("*.yaml")):
        benefit = read_declaration(path, Benefit)
        if benefit.code != path.stem:
            raise DeclarationError(place_of(path, ("code",)), f"the file must be named {benefit.code}.yaml")
        for number, version in enumerate(benefit.versions):
            _check_version(path, number, version, policy, events)
        benefits[BenefitCode(benefit.code)] = benefit
    if not benefits:
        raise DeclarationError(f"{pack / 'benefits'}:1", "no benefit is declared")
    return RuleBook(_version(policy, benefits, events), policy, benefits, dict(events))


def _version(
    policy: Policy, benefits: Mapping[BenefitCode, Benefit], events: Mapping[EventKey, FeedEvent]
) -> str:
    words = [
        policy.model_dump_json(),
        *(benefits[code].model_dump_json() for code in sorted(benefits)),
        *(repr(events[key]) for key in sorted(events)),
    ]
    digest = hashlib.sha256("\n".join(words).encode()).hexdigest()[:8]
    days = [policy.from_, *(version.from_ for b in benefits.values() for version in b.versions)]
    return f"{policy.jurisdiction}-{max(days).isoformat()}-{digest}"


def _check_policy(path: Path, policy: Policy, events: Mapping[EventKey, FeedEvent]) -> None:
    for number, row in enumerate(policy.weak.points):
        _check_event(path, ("weak", "points", number), row, events, strength=Strength.WEAK)
    unweighed = sorted(
        key
        for key, event in events.items()
        if event.strength is Strength.WEAK and key not in policy.weak.worth
    )
    if unweighed:
        feed, event = unweighed[0]
        raise DeclarationError(
            place_of(path, ("weak", "points")), f"say how many points {feed}/{event} is worth (0: none)"
        )
    feeds = {event.feed for event in events.values() if event.stay is Stay.BEGINS}
    for number, stay in enumerate(policy.stays):
        if stay.feed not in feeds:
            raise DeclarationError(
                place_of(path, ("stays", number, "feed")), f"no event of {stay.feed!r} begins a stay"
            )
    if missing := sorted(feeds - policy.stay_days.keys()):
        raise DeclarationError(
            place_of(path, ("stays",)), f"say how long a stay reported by {missing[0]} is believed to last"
        )


def _check_version(
    path: Path,
    number: int,
    version: BenefitRules,
    policy: Policy,
    events: Mapping[EventKey, FeedEvent],
) -> None:
    here: Place = ("versions", number)
    if isinstance(version.recognises, Recognised):
        for strength in Strength:
            rows: tuple[EventName, ...] = getattr(version.recognises, strength.value)
            for row_number, row in enumerate(rows):
                place = (*here, "recognises", strength.value, row_number)
                _check_event(path, place, row, events, strength=strength)
    for place, row in _against(here, version):
        _check_event(path, place, row, events, proves=_proves(version, row))
    if not isinstance(version.tiers, str):
        _check_tiers(path, (*here, "tiers"), version.tiers, policy)


def _against(here: Place, version: BenefitRules) -> Iterator[tuple[Place, EventName]]:
    for number, excludes in enumerate(version.excludes):
        if excludes.shown_by is not None:
            yield (*here, "excludes", number, "shown_by"), excludes.shown_by
    for number, custody in enumerate(version.custody):
        yield (*here, "custody", number, "shown_by"), custody.shown_by


def _proves(version: BenefitRules, row: EventName) -> Proves:
    shows_custody = any(code.shown_by is row for code in version.custody)
    return Proves.LOSS if shows_custody else Proves.EXCLUSION


def _check_tiers(path: Path, place: Place, tiers: tuple[Tier, ...], policy: Policy) -> None:
    if not any(tier.is_for_everybody for tier in tiers):
        raise DeclarationError(place_of(path, place), "one tier must hold for everybody")
    if min(tier.months for tier in tiers) < policy.periods.weak_months:
        raise DeclarationError(
            place_of(path, place), "no tier may be shorter than what weak evidence carries (policy.yaml)"
        )


def _check_event(
    path: Path,
    place: Place,
    row: EventName,
    events: Mapping[EventKey, FeedEvent],
    *,
    strength: Strength | None = None,
    proves: Proves = Proves.PRESENCE,
) -> None:
    event = events.get(row.key)
    if event is None:
        known = any(feed == row.feed for feed, _ in events)
        missing = "event" if known else "feed"
        what = f"{row.feed} declares no event {row.event!r}" if known else f"unknown feed {row.feed!r}"
        raise DeclarationError(place_of(path, (*place, missing)), what)
    if event.proves is not proves or event.strength is not strength:
        wanted = f"{strength} evidence of presence" if strength else f"proof of {proves}"
        raise DeclarationError(
            place_of(path, (*place, "event")), f"{row.feed}/{row.event} is declared as no {wanted}"
        )


def custody_code(rules: BenefitRules, key: EventKey) -> CustodyCode | None:
    """What a custody event means for a benefit; None if its file does not name the event."""
    return next((code for code in rules.custody if code.shown_by.key == key), None)
