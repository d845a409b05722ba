"""规则校验 · What only several declarations together can show wrong: refused with file and line.

An unknown feed or event, an event that proves something else than the rule needs, a weak event without
points, a stay without an end, tables of benefits that contradict each other.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from functools import partial
from pathlib import Path
from typing import TypeAlias

from chalicelib.declarations import Place, place_of
from chalicelib.engine.calendar.periods import days_of
from chalicelib.engine.rules.benefits import Benefit, BenefitRules, Recognised
from chalicelib.engine.rules.conditions import Term
from chalicelib.engine.rules.policy import EventName, Policy, Tier
from chalicelib.errors import DeclarationError
from chalicelib.model import BenefitCode, FeedEvent, FeedId, Proves, Stay, Strength

EventKey: TypeAlias = tuple[FeedId, str]
Where: TypeAlias = Callable[[Place], str]
"""The "file:line" at which a place of a declaration stands."""


def check_policy(path: Path, policy: Policy, events: Mapping[EventKey, FeedEvent]) -> None:
    """Refuse a policy that leaves a weak event unweighed or a stay without an end."""
    where = partial(place_of, path)
    for number, weighed in enumerate(policy.weak.points):
        _check_event(where, ("weak", "points", number), weighed, events, strength=Strength.WEAK)
    for number, row in enumerate(policy.county_may_set.recognises):
        known = events.get(row.key)
        strength = known.strength if known is not None else None
        _check_event(where, ("county_may_set", "recognises", number), row, events, strength=strength)
    unweighed = sorted(
        key
        for key, event in events.items()
        if event.strength is Strength.WEAK and key not in policy.weak.worth
    )
    if unweighed:
        feed, event = unweighed[0]
        raise DeclarationError(
            where(("weak", "points")), f"say how many points {feed}/{event} is worth (0: none)"
        )
    feeds = {event.feed for event in events.values() if event.stay is Stay.BEGINS}
    for number, stay in enumerate(policy.stays):
        if stay.feed not in feeds:
            raise DeclarationError(
                where(("stays", number, "feed")), f"no event of {stay.feed!r} begins a stay"
            )
    if missing := sorted(feeds - policy.stay_days.keys()):
        raise DeclarationError(
            where(("stays",)), f"say how long a stay reported by {missing[0]} is believed to last"
        )
    _check_times(where, policy)


def _check_times(where: Where, policy: Policy) -> None:
    """Refuse periods that end before anybody could have been asked: messages, notice and three visits.

    Of bundles stored before steps scaled with the period nothing is asked: they have been in force.
    """
    if "window_part" not in policy.timeline.model_fields_set:
        return
    asked = len(policy.timeline.reminders) * policy.timeline.least_days_per_step
    needed = asked + policy.visits.days_of_three
    may, periods = policy.county_may_set, policy.periods
    shortest: dict[Place, int] = {
        ("periods", "weak_months"): periods.weak_months,
        **{("periods", "tiers", n, "months"): tier.months for n, tier in enumerate(periods.tiers)},
    }
    for name, bounds in (("months", may.months), ("weak_months", may.weak_months)):
        if bounds is not None:
            shortest["county_may_set", name, "least"] = bounds.least
    for place, months in shortest.items():
        if days_of(months) < needed:
            raise DeclarationError(
                where(place),
                f"messages and three visits take {needed} days: they do not fit into {months} months",
            )


def check_version(
    where: Where,
    number: int,
    version: BenefitRules,
    policy: Policy,
    events: Mapping[EventKey, FeedEvent],
) -> None:
    """Refuse a version that names events which are not declared, or prove something else."""
    here: Place = ("versions", number)
    if isinstance(version.recognises, Recognised):
        for strength in Strength:
            rows: tuple[EventName, ...] = getattr(version.recognises, strength.value)
            for row_number, row in enumerate(rows):
                place = (*here, "recognises", strength.value, row_number)
                _check_event(where, place, row, events, strength=strength)
    for place, row, proves in _against(here, version):
        _check_event(where, place, row, events, proves=proves)
    for place, term in _terms(here, version):
        for row in term.events:
            if row.key not in events:
                raise DeclarationError(where(place), f"no feed declares {row.feed}/{row.event}")
    if not isinstance(version.tiers, str):
        _check_tiers(where, (*here, "tiers"), version.tiers, policy)


def _against(here: Place, version: BenefitRules) -> Iterator[tuple[Place, EventName, Proves]]:
    for number, excludes in enumerate(version.excludes):
        for word in ("shown_by", "beside"):
            row: EventName | None = getattr(excludes, word)
            if row is not None:
                yield (*here, "excludes", number, word), row, Proves.EXCLUSION
    for number, custody in enumerate(version.custody):
        yield (*here, "custody", number, "shown_by"), custody.shown_by, Proves.LOSS
    if not isinstance(version.contradicted_by, str):
        for number, row in enumerate(version.contradicted_by):
            yield (*here, "contradicted_by", number), row, Proves.LOSS


def _terms(here: Place, version: BenefitRules) -> Iterator[tuple[Place, Term]]:
    for word in ("conditions", "excluded"):
        for number, clause in enumerate(getattr(version, word)):
            for term in clause.terms:
                yield (*here, word, number), term
    for number, band in enumerate(() if isinstance(version.amount, str) else version.amount):
        for term in band.where:
            yield (*here, "amount", number), term
    for number, term in enumerate(version.entitles.where if version.entitles else ()):
        yield (*here, "entitles", "where", number), term


def check_tables(benefits: Mapping[BenefitCode, Benefit], where_of: Callable[[BenefitCode], Where]) -> None:
    """Refuse tables of benefits that contradict each other or name a benefit nobody declared (rule 19).

    Of two benefits that exclude each other, the one that gives way says so, and it alone: a suspicion
    must be about the benefit that would end.
    """
    for code, benefit in benefits.items():
        for number, version in enumerate(benefit.versions):
            place: Place = ("versions", number)
            for row, what in _faults(code, version, benefits):
                raise DeclarationError(where_of(code)((*place, *row)), what)


def _faults(
    code: BenefitCode, version: BenefitRules, benefits: Mapping[BenefitCode, Benefit]
) -> Iterator[tuple[Place, str]]:
    together = {row.benefit for row in version.together}
    for number, row in enumerate(version.excludes):
        if row.benefit is None:
            continue  # two that the benefit itself covers
        other = benefits.get(BenefitCode(row.benefit))
        place: Place = ("excludes", number, "benefit")
        if other is None and row.shown_by is None:
            yield place, f"no benefit {row.benefit!r} is declared: say by which event it is shown"
        if row.benefit in together:
            yield place, f"{row.benefit} stands under excludes and under together"
        if other is not None and any(back.benefit == code for v in other.versions for back in v.excludes):
            yield place, f"{row.benefit} excludes {code} too: only the one that gives way may say so"
    for number, allowed in enumerate(version.together):
        if BenefitCode(allowed.benefit) not in benefits:
            yield ("together", number, "benefit"), f"no benefit {allowed.benefit!r} is declared"


def _check_tiers(where: Where, place: Place, tiers: tuple[Tier, ...], policy: Policy) -> None:
    if not any(tier.is_for_everybody for tier in tiers):
        raise DeclarationError(where(place), "one tier must hold for everybody")
    if min(tier.months for tier in tiers) < policy.periods.weak_months:
        raise DeclarationError(
            where(place), "no tier may be shorter than what weak evidence carries (policy.yaml)"
        )


def _check_event(
    where: Where,
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
        raise DeclarationError(where((*place, missing)), what)
    if event.proves is not proves or event.strength is not strength:
        wanted = f"{strength} evidence of presence" if strength else f"proof of {proves}"
        raise DeclarationError(where((*place, "event")), f"{row.feed}/{row.event} is declared as no {wanted}")
