"""规则册 · The rule book: policy and benefits of one jurisdiction, checked against the events of its feeds.

Loaded once per process from chalicelib/packs/<name>. Whatever does not hold stops the build with
file and line: an unknown feed or event, an event that proves something else than the rule needs, a
weak event without points, a benefit whose file bears another name.
"""

from __future__ import annotations

import hashlib
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from functools import cached_property
from pathlib import Path
from sys import intern
from typing import NamedTuple

from chalicelib.declarations import place_of
from chalicelib.engine.calendar.periods import ONE_DAY, Counting, last_day_certified
from chalicelib.engine.rules.benefit_files import Origins, check_shared, read_benefit, read_policy
from chalicelib.engine.rules.benefits import Benefit, BenefitRules, CustodyCode, Start
from chalicelib.engine.rules.checks import EventKey, check_policy, check_tables, check_version
from chalicelib.engine.rules.counties import County, EarlierValues, county_values, read_county
from chalicelib.engine.rules.policy import Policy, Tier
from chalicelib.engine.rules.words import Repeated, repeated_words
from chalicelib.errors import DeclarationError, NotFoundError
from chalicelib.model import (
    AreaCode,
    BenefitCode,
    EvidenceKey,
    FeedEvent,
    FeedId,
    KeyGroup,
    Person,
    Strength,
)


class Period(NamedTuple):
    """How many months evidence carries, and by which line of the rules."""

    months: int
    rule: str


class Standing(NamedTuple):
    """A person's tier of the policy on a day.

    `is_settled`: the last birthday has not changed it and none asks for history, so that the newest of
    all items carries furthest.
    """

    months: int
    rule: str
    is_settled: bool


class Declared(NamedTuple):
    """What a rule book looks up for each record."""

    event: FeedEvent
    strength: Strength | None
    is_asked: bool  # whether a condition, an exclusion or an amount listens to it


@dataclass(frozen=True)
class RuleBook:
    """Everything a decision rests on, besides the person and the evidence.

    `version` names jurisdiction, newest `from` day and a digest of all declarations, computed when the rule
    book is first stored and kept from then on (`named`), so that a decision can be replayed (rule 26).
    `counties` holds, by the six digits of a county, the rule book with that county's own values in it. What
    happened earlier than the day `since` is worth what the rule book `before` says, which may again have one
    before it: a period only rolls forward, so a change of policy or county takes nothing back.
    """

    version: str
    policy: Policy
    benefits: Mapping[BenefitCode, Benefit]
    events: Mapping[EventKey, FeedEvent]
    counties: Mapping[str, RuleBook] = field(default_factory=dict)
    before: RuleBook | None = None
    since: date = date.min
    county: County | None = None  # whose values these are
    origins: Mapping[BenefitCode, Origins] = field(default_factory=dict, compare=False, repr=False)

    def for_area(self, area: AreaCode) -> RuleBook:
        """The rule book of an area: its county's, if that has set values of its own."""
        return self.counties.get(area[:6], self) if self.counties else self

    def named(self, version: str, counties: Mapping[str, str]) -> RuleBook:
        """The same rule book under the versions with which it was stored; `counties`: those by area.

        What is computed of the declarations (`_version`) names a rule book once, when it is first stored:
        computed anew by a later program, whose declarations have more fields, it would be another, and no
        stored decision would find its rules. A county of which no version is known keeps its own digest.
        """
        policy = version.rpartition("-")[0] if self.counties else version
        named = {
            area: replace(book, version=counties.get(area) or f"{policy}+{book.version.partition('+')[2]}")
            for area, book in self.counties.items()
        }
        return replace(self, version=version, counties=named)

    def weighing(self, day: date) -> RuleBook:
        """The rule book that says what evidence of a day is worth."""
        book = self
        while book.before is not None and day < book.since:
            book = book.before
        return book

    def as_if_always(self) -> RuleBook:
        """The newest words of policy, counties and benefits, as if nothing else had ever been said.

        For a rehearsal alone: what has happened keeps its period, so a change shows only as time goes by.
        """
        benefits = {c: b.model_copy(update={"versions": b.versions[-1:]}) for c, b in self.benefits.items()}
        counties = {area: book.as_if_always() for area, book in self.counties.items()}
        return replace(self, benefits=benefits, counties=counties, before=None, since=date.min)

    @cached_property
    def known(self) -> Mapping[FeedId, Mapping[str, Declared]]:
        """feed -> event -> what is declared of it; an unknown feed has no events."""
        feeds: dict[FeedId, dict[str, Declared]] = defaultdict(dict)
        for (feed, name), event in self.events.items():
            feeds[FeedId(intern(feed))][intern(name)] = Declared(
                event, event.strength, (feed, name) in self.asked
            )
        return feeds

    def sorts_like(self, other: RuleBook) -> bool:
        """Whether both ask the same of evidence before they weigh it."""
        mine, theirs = self.policy.suspicions.oldest_years, other.policy.suspicions.oldest_years
        return self.events == other.events and self.asked == other.asked and mine == theirs

    def event(self, key: EvidenceKey) -> FeedEvent:
        """What the feed of a record declares about it."""
        return self.events[key.feed, key.event]

    def benefit(self, code: BenefitCode) -> Benefit:
        """A benefit by its code; NotFoundError if nobody has declared it."""
        benefit = self.benefits.get(code)
        if benefit is None:
            raise NotFoundError(f"the rule book knows no benefit {code!r}")
        return benefit

    def origins_of(self, code: BenefitCode) -> Origins:
        """Where what a benefit says is declared."""
        return self.origins.get(code) or Origins(Path(), Path("benefits", f"{code}.yaml"))

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

    @property
    def asks_for_history(self) -> bool:
        """Whether some tier asks for strong evidence in the period before."""
        return bool(self.with_history)

    @cached_property
    def with_history(self) -> frozenset[BenefitCode]:
        """The benefits of which some tier asks for strong evidence in the period before."""
        shared = self.policy.periods.tiers
        return frozenset(
            code
            for code, benefit in self.benefits.items()
            for version in benefit.versions
            for tier in (shared if isinstance(version.tiers, str) else version.tiers)
            if tier.no_strong_within_months
        )

    @cached_property
    def asked(self) -> frozenset[EventKey]:
        """The events that conditions, exclusions, amounts and entitlements listen to."""
        return frozenset(self.speaks_of)

    @cached_property
    def speaks_of(self) -> Mapping[EventKey, Sequence[EventKey]]:
        """event -> the states that something asks about and of which it is a word: its own, and what it
        releases from (whoever is out on parole is in prison no more, whoever asks)."""
        terms = (t for benefit in self.benefits.values() for v in benefit.versions for t in v.terms)
        states = {name.key for term in terms for name in term.events}
        found: dict[EventKey, list[EventKey]] = {state: [state] for state in states}
        for (feed, code), event in self.events.items():
            for loss in event.releases:
                if (feed, loss) in states:
                    found.setdefault((feed, code), []).append((feed, loss))
        return found

    @cached_property
    def repeated(self) -> Repeated:
        """Which words say nothing new when a list says them again."""
        return repeated_words(self.benefits, self.events, self.speaks_of)

    @cached_property
    def feeds_of_related(self) -> frozenset[FeedId]:
        """The feeds whose word about a related person some condition asks for."""
        terms = (t for benefit in self.benefits.values() for v in benefit.versions for t in v.terms)
        return frozenset(name.key[0] for term in terms if term.of is not None for name in term.events)

    def period(
        self,
        benefit: Benefit,
        rules: BenefitRules | None,
        person: Person,
        day: date,
        strong_days: Sequence[date] = (),
    ) -> Period:
        """How long strong evidence of a day carries, and the line that says so: the shortest tier.

        Without `rules` the policy's tiers hold, as for every plain benefit. `strong_days` are the days of
        all strong evidence about the person, for tiers that ask whether the period before showed any.
        """
        if rules is not None and not isinstance(rules.tiers, str):
            return _shortest(rules.tiers, benefit.code, person, day, strong_days)
        if any(tier.no_strong_within_months for tier in self._tiers):
            return _shortest(self._tiers, "policy", person, day, strong_days)
        months, rule, _ = self.standing(person, day)
        return Period(months, rule)

    def standing(self, person: Person, day: date) -> Standing:
        """The policy's tier for a person on a day, and whether it was the same for a period before."""
        born = person.born
        age: int | None = None
        if born is not None:
            age = day.year - born.year - ((day.month, day.day) < (born.month, born.day))  # as in age_on
        found = self._standings.get((age, person.key_groups))
        if found is None:
            found = self._standings[age, person.key_groups] = self._standing(person, day, age)
        return found

    def _standing(self, person: Person, day: date, age: int | None) -> Standing:
        """What was seen before the birthday before the last one ends before `day`, whatever it carried."""
        months, rule = _shortest(self._tiers, "policy", person, day, ())
        is_settled = not any(
            tier.no_strong_within_months or (age and tier.aged_at_least == age) for tier in self._tiers
        )
        return Standing(months, rule, is_settled)

    @cached_property
    def _standings(self) -> dict[tuple[int | None, frozenset[KeyGroup]], Standing]:
        return {}

    @cached_property
    def weak_months(self) -> int:
        """How long a weak combination carries."""
        return self.policy.periods.weak_months

    @cached_property
    def _tiers(self) -> tuple[Tier, ...]:
        return self.policy.periods.tiers

    @cached_property
    def _counting(self) -> Counting:
        return self.policy.periods.counted_in

    def first_until(
        self, person: Person, code: BenefitCode, granted: date, first_paid: date | None = None
    ) -> date:
        """Through which day a new recipient is certified: a period from the day that the benefit names.

        Until the first payment has been seen, the day of the grant stands in for it.
        """
        benefit, rules = self.in_force(code, granted)
        begins = first_paid if rules.starts is Start.FIRST_PAYMENT and first_paid is not None else granted
        book = self.weighing(begins)
        return book.last_day(begins, book.period(benefit, rules, person, begins, [begins]).months)

    def last_day(self, day: date, months: int) -> date:
        """The last day through which evidence of a day certifies, counted as the policy says."""
        until = self._last_days[months].get(day)
        if until is None:
            until = self._last_days[months][day] = last_day_certified(day, months, self._counting)
        return until

    @cached_property
    def _last_days(self) -> Mapping[int, dict[date, date]]:
        return defaultdict(dict)


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
    policy, shared = read_policy(policy_file)
    check_policy(policy_file, policy, events)
    benefits: dict[BenefitCode, Benefit] = {}
    origins: dict[BenefitCode, Origins] = {}
    for path in sorted((pack / "benefits").glob("*.yaml")):
        benefit, where = read_benefit(pack, path, shared)
        for number, version in enumerate(benefit.versions):
            check_version(where.where, number, version, policy, events)
        code = BenefitCode(benefit.code)
        benefits[code], origins[code] = benefit, where
    if not benefits:
        raise DeclarationError(f"{pack / 'benefits'}:1", "no benefit is declared")
    check_shared(policy_file, shared, origins.values())
    check_tables(benefits, lambda code: origins[code].where)
    city = RuleBook(_version(policy, benefits, events), policy, benefits, dict(events), origins=origins)
    return with_counties(in_turn(city), pack / "counties")


def in_turn(city: RuleBook) -> RuleBook:
    """The rule book with those that held before it, where the policy has earlier versions."""
    book = replace(city, policy=city.policy.on(date.min))
    for day in city.policy.turns:
        book = replace(city, policy=city.policy.on(day), before=book, since=day)
    return book


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


def with_counties(city: RuleBook, folder: Path) -> RuleBook:
    """The rule book of a city with those of its counties, one for each file of the folder."""
    counties, words = {}, []
    for path in sorted(folder.glob("*.yaml")):
        county = read_county(path)
        if not county.area.startswith(city.policy.area):
            raise DeclarationError(
                place_of(path, ("area",)),
                f"no county of this jurisdiction: its codes begin {city.policy.area}",
            )
        digest = hashlib.sha256(county.in_order().model_dump_json().encode()).hexdigest()[:8]
        version = f"{city.version}+{county.area}-{digest}"
        words.append(version)
        blank = replace(city, version=version, county=county)
        counties[county.area] = _of_county(path, county, blank, city)
    if not counties:
        return city
    digest = hashlib.sha256("\n".join(words).encode()).hexdigest()[:8]
    return replace(city, version=f"{city.version}-{digest}", counties=counties)


def _of_county(path: Path, county: County, blank: RuleBook, city: RuleBook) -> RuleBook:
    """The rule book of a county: a version of its values in the city's policy, from each day to the next."""
    first = county.versions[0].from_
    book, last = city.weighing(first - ONE_DAY), county.versions[0]
    days = {*(version.from_ for version in county.versions), *(d for d in city.policy.turns if d > first)}
    for day in sorted(days):
        version = next(v for v in reversed(county.versions) if v.from_ <= day)
        policy = city.policy.on(day)
        if version is last and book.county is not None:
            _check_whom(path, version, city.policy.on(day - ONE_DAY), policy, day)
        policy, benefits = county_values(path, county, version, policy, city.benefits, city.events)
        book, last = replace(blank, policy=policy, benefits=benefits, before=book, since=day), version
    return book


def _check_whom(path: Path, version: EarlierValues, old: Policy, new: Policy, day: date) -> None:
    """A county names a tier by its number: where the city puts another in its place, the county says anew."""
    for number in (value.tier - 1 for value in version.values if value.tier):
        was, becomes = (policy.periods.tiers[number : number + 1] for policy in (old, new))
        if [tier.whom for tier in was] != [tier.whom for tier in becomes]:
            raise DeclarationError(
                place_of(path, ("from",)),
                f"tier {number + 1} of the policy concerns others from {day} on: add a version from that day",
            )


def custody_code(rules: BenefitRules, key: EventKey) -> CustodyCode | None:
    """What a custody event means for a benefit; None if its file does not name the event."""
    return next((code for code in rules.custody if code.shown_by.key == key), None)
