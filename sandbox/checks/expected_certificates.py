"""What had reached the platform about somebody by a day, and through which day that certifies.

Worked out from files as written and accepted, answers as given and doors as knocked on, with what feeds,
policy and benefits declare. Nothing here asks the engine.
"""

from __future__ import annotations

from calendar import monthrange
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import groupby
from typing import Final

from chalicelib.clock import civil_date
from chalicelib.engine.rules.benefits import BenefitRules
from chalicelib.engine.rules.conditions import ConditionKind
from chalicelib.engine.rules.policy import WeakRules
from chalicelib.engine.rules.rulebook import RuleBook
from chalicelib.jurisdiction import Pack
from chalicelib.model import (
    BenefitCode,
    DroppedFile,
    FeedEvent,
    FeedId,
    FileState,
    Proves,
    Route,
    Stay,
    Strength,
    Trace,
)
from sandbox.town.context import Diary
from sandbox.town.departments import Written
from sandbox.town.townsperson import Townsperson

OWN: Final = (Trace.BODY, Trace.OWN_CARD)
UNWILLING: Final = (FeedId("home_visits"), "refused_in_person")


@dataclass(frozen=True, slots=True)
class Known:
    """A fact about somebody that had reached the platform by a day."""

    event: FeedEvent
    day: date
    reached: date
    until: date = date.max  # the day on which a corrected file left it out


def what_reached(
    diary: Diary, files: Iterable[DroppedFile], pack: Pack, people: Iterable[int]
) -> dict[int, list[Known]]:
    """Everything that accepted rows and answers ever said about each person, and until when."""
    found: dict[int, list[Known]] = {index: [] for index in people}
    for written, reached, until in _said(diary, files):
        kept = () if until == date.max else diary.files[written.key].about
        for index, happening in written.about:
            if happening.of_relative:
                continue
            event = pack.rules.events[happening.feed, happening.event]
            stands = (index, happening) in kept
            found[index].append(Known(event, happening.day, reached, date.max if stands else until))
    for told in diary.told:
        found[told.person].append(Known(pack.rules.events[told.feed, told.event], told.day, told.on))
    for answer in diary.answers:
        found[answer.person].append(Known(in_person(pack, answer.route), answer.day, answer.day))
    for knock in diary.visits:
        if knock.outcome == "seen":
            day = civil_date(knock.at)
            found[knock.person].append(Known(in_person(pack, Route.VISIT), day, day))
        elif knock.met:
            day = civil_date(knock.at)
            found[knock.person].append(Known(pack.rules.events[UNWILLING], day, day))
    return found


def _said(diary: Diary, files: Iterable[DroppedFile]) -> Iterator[tuple[Written, date, date]]:
    """Each file that was loaded, from which day on, and until which day if another took its place."""
    finished = {
        (file.key, file.state): civil_date(file.finished)
        for file in files
        if file.finished is not None and was_loaded(file)
    }
    for key, written in diary.files.items():
        since = finished.get((key, FileState.LOADED))
        if since is not None:
            yield written, since, date.max
        before = diary.replaced.get(key)
        first = finished.get((key, FileState.SUPERSEDED))
        if before is not None and first is not None:
            yield before, first, since or date.max


def was_loaded(file: DroppedFile) -> bool:
    """Whether a file is loaded, or was until a corrected one took its place."""
    loaded = any(step.state is FileState.LOADED for step in file.steps)
    return file.state is FileState.LOADED or (file.state is FileState.SUPERSEDED and loaded)


def relatives_reported(diary: Diary, files: Iterable[DroppedFile]) -> frozenset[int]:
    """Of whose related persons an accepted row has told."""
    loaded = {file.key for file in files if file.state is FileState.LOADED}
    return frozenset(
        index
        for key, written in diary.files.items()
        if key in loaded
        for index, happening in written.about
        if happening.of_relative
    )


def in_person(pack: Pack, route: Route) -> FeedEvent:
    """The event under which the platform itself writes that somebody was certified by a route."""
    own = (feed for _, feed in sorted(pack.feeds.items()) if feed.kind == "api")
    return next(event for feed in own for event in feed.events.values() if event.route is route)


def standing(known: Sequence[Known], on: date) -> list[Known]:
    """What had reached the platform before a day, without what had been taken back by then."""
    before = [k for k in known if k.reached < on <= k.until]
    back = {(k.event.feed, k.event.withdraws, k.day) for k in before if k.event.withdraws is not None}
    return [k for k in before if (k.event.feed, k.event.event, k.day) not in back]


# --- how long it carries -------------------------------------------------------------------------


def rules_for(pack: Pack, person: Townsperson, day: date) -> RuleBook:
    """What a day is worth where somebody lives: her county's own values, of that day."""
    return pack.rules.for_area(person.area).weighing(day)


def carries(
    pack: Pack, person: Townsperson, benefit: BenefitCode, day: date, strong_days: Iterable[date] = ()
) -> date:
    """Through which day strong evidence of a day certifies a benefit: the shortest tier holds.

    `strong_days` are those of all strong evidence: some tiers are for who showed none in the period before.
    """
    rules = rules_for(pack, person, day)
    version = rules.benefit_on(benefit, day)
    tiers = rules.policy.periods.tiers if isinstance(version.tiers, str) else version.tiers
    months = min(
        tier.months
        for tier in tiers
        if (person.key_groups.intersection(tier.in_key_group) or not tier.in_key_group)
        and age_in_months(person, day) >= 12 * tier.aged_at_least
        and not _seen_within(tier.no_strong_within_months, day, strong_days)
    )
    return months_later(day, months) - timedelta(1)


def _seen_within(months: int | None, day: date, strong_days: Iterable[date]) -> bool:
    return months is not None and any(months_later(day, -months) <= other < day for other in strong_days)


def certified_through(
    pack: Pack, person: Townsperson, benefit: BenefitCode, known: Sequence[Known], on: date
) -> tuple[date, Known | None]:
    """Through which day facts certify a benefit, and the strong one that does; the first day of all if none.

    Whom the benefit's own rules never certify silently (rule 7), only what was done in person certifies.
    """
    by_hand = only_in_person(rules_for(pack, person, on).benefit_on(benefit, on), person, on)
    counting = [
        k
        for k in known
        if k.event.proves is Proves.PRESENCE
        and rules_for(pack, person, k.day)
        .benefit_on(benefit, k.day)
        .recognises_event((k.event.feed, k.event.event))
        and (k.event.route is not Route.SILENT or not by_hand)
    ]
    strong = [k for k in counting if k.event.strength is Strength.STRONG]
    days = {k.day for k in known if k.event.strength is Strength.STRONG}
    until, best = max(
        ((_carries(pack, person, benefit, k, days), k) for k in strong),
        key=lambda found: found[0],
        default=(date.min, None),
    )
    together = _combined_where(pack, person, counting)
    alone = alone_through(pack, person, benefit, until)
    if together is not None and alone is not None:
        together = min(together, alone)
    return (together, None) if together is not None and together > until else (until, best)


def _carries(
    pack: Pack, person: Townsperson, benefit: BenefitCode, known: Known, strong_days: Iterable[date]
) -> date:
    months = known.event.carries_months
    if months is not None:
        return months_later(known.day, months) - timedelta(1)
    return carries(pack, person, benefit, known.day, strong_days)


def alone_through(pack: Pack, person: Townsperson, benefit: BenefitCode, strong: date) -> date | None:
    """Through which day weak items may carry, after a strong certificate or the authority's has run out."""
    stated = next((claim.certified_until for claim in person.claims if claim.benefit == benefit), None)
    months = pack.rules.policy.periods.weak_alone_months
    if stated is None or months is None:
        return None
    return months_later(max(stated, strong) + timedelta(1), months) - timedelta(1)


def only_in_person(version: BenefitRules, person: Townsperson, on: date) -> bool:
    """Whether a benefit's own rules say that no data certify this person (excluded, rule 7)."""
    months = age_in_months(person, on)
    return any(
        (clause.when is ConditionKind.AGED_AT_LEAST and months >= 12 * int(clause.value or 0))
        or (clause.when is ConditionKind.IN_KEY_GROUP and clause.value in person.key_groups)
        for clause in version.excluded
    )


def _combined_where(pack: Pack, person: Townsperson, known: Sequence[Known]) -> date | None:
    """By the rules of the newest of them: what is older may only help."""
    rules: RuleBook | None = pack.rules.for_area(person.area)
    found = []
    while rules is not None:
        found.append(combined(rules, known))
        known, rules = [k for k in known if k.day < rules.since], rules.before
    return max((until for until in found if until is not None), default=None)


def combined(rules: RuleBook, known: Iterable[Known]) -> date | None:
    """Through which day weak items certify together (rule 4); None if they do not.

    On each day one item; at least two traces, one of them her own card or body; one item at most of
    an account or a household.
    """
    weak = rules.policy.weak
    items = [k for k in known if weak.worth.get((k.event.feed, k.event.event), 0) > 0]
    ends = {k.day for k in items if k.day >= rules.since}
    days = [best for end in ends if (best := _best_until(items, end, weak)) is not None]
    if not days:
        return None
    return months_later(max(days), rules.policy.periods.weak_months) - timedelta(1)


def _best_until(items: Sequence[Known], end: date, weak: WeakRules) -> date | None:
    """The newest day of her own in a combination that ends on a day and suffices."""
    near = [k for k in items if 0 <= (end - k.day).days <= weak.span_days]
    worth = {k: _points(k, end, weak) for k in near}
    own = sorted((k for k in near if k.event.trace in OWN), key=lambda k: (k.day, worth[k]))
    best_of_day = {day: list(of_day)[-1] for day, of_day in groupby(own, key=lambda k: k.day)}
    found: list[date] = []
    for second in near:
        others = [k for day, k in best_of_day.items() if day != second.day]
        if not any(
            k.event.trace is not second.event.trace
            and not (weak.two_departments and k.event.department == second.event.department)
            for k in others
        ):
            continue
        if worth[second] + sum(worth[k] for k in others) >= weak.threshold * 100:
            found += [k.day for k in (second, *others) if k.event.trace in OWN]
    return max(found, default=None)


def _points(known: Known, end: date, weak: WeakRules) -> int:
    return weak.worth[known.event.feed, known.event.event] * weak.percent_at((end - known.day).days)


def lies_in_bed(known: Iterable[Known], stay_days: Mapping[FeedId, int], on: date) -> bool:
    """Whether a stay was known to last on a day, or not known to have ended (rule 10 d)."""
    begun: dict[FeedId, date] = {}
    ended: dict[FeedId, date] = {}
    for k in known:
        if k.event.stay is not None and k.day <= on:
            book = begun if k.event.stay is Stay.BEGINS else ended
            book[k.event.feed] = max(k.day, book.get(k.event.feed, k.day))
    return any(
        ended.get(feed, date.min) < day and (on - day).days <= stay_days[feed] for feed, day in begun.items()
    )


def age_in_months(person: Townsperson, day: date) -> int:
    """Whole months from the first of the month of birth: more is not known of anybody."""
    return (day.year - person.born.year) * 12 + day.month - person.born.month


def months_later(day: date, months: int) -> date:
    """The same day so many months later, clamped to the month's last."""
    month = day.month - 1 + months
    year, month = day.year + month // 12, month % 12 + 1
    return date(year, month, min(day.day, monthrange(year, month)[1]))
