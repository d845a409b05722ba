"""人工认证复核 · Checks on those who certify by hand: a random sample, refuted authors, and signals.

More may be certified by hand than by data, and whoever does so answers for it (row B11). Each month some of
these certificates are drawn (`sampling`), so many that a stated share of wrong ones would hardly stay unseen.
People certified silently are in `spot_checks`. Nothing here accuses or stops anybody.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from enum import StrEnum
from itertools import pairwise

from chalicelib.engine.calendar.periods import add_months, civil_time, month_of
from chalicelib.engine.rules.recheck_policy import Rechecks
from chalicelib.engine.rules.rulebook import RuleBook
from chalicelib.engine.suspicion.sampling import Sample, draw
from chalicelib.model import (
    FeedId,
    Month,
    PersonId,
    PersonRecord,
    Proves,
    Route,
    SuspicionKind,
    SuspicionState,
    Word,
)
from chalicelib.model.named import HOME_VISITS

BY_HAND = (Route.VISIT, Route.COUNTER, Route.ASSISTED, Route.REMOTE)
_NAMED = "certified_by"  # a name, as somebody wrote it on a sheet
_AUTHORS = ("by", _NAMED)  # the facts that say who answers for a certificate
DEVICE = "device"  # the fact that stands in for the device over which somebody certified themselves


@dataclass(frozen=True, slots=True, order=True)
class ByHand:
    """Somebody's word that a person was there: a certificate by hand, or what somebody close said."""

    day: date
    person: PersonId
    feed: FeedId
    author: str
    area: str
    grid: str
    at: datetime | None = None  # where the minute is known
    is_word: bool = False  # it held a suspension, and certified nobody
    is_named: bool = False  # the author is a name of a sheet, and no account

    @property
    def stratum(self) -> tuple[str, str]:
        """Grid and worker: of each of them at least one is drawn, as far as the sample reaches."""
        return self.grid, self.author


def by_hand(record: PersonRecord, rules: RuleBook) -> Iterator[ByHand]:
    """Everything that people, and not data, have said of somebody's being there.

    What was joined to another number is told of by that one's record.
    """
    person = record.person
    if person.joined_to is not None:
        return
    made = {f"visit:{v.number}": v.made for v in record.visits}
    for item in record.evidence:
        event = rules.events.get((item.key.feed, item.key.event))
        if event is None or event.proves is not Proves.PRESENCE or event.route not in BY_HAND:
            continue
        said = next((fact for fact in _AUTHORS if fact in item.facts), None)
        author = item.facts[said] if said is not None else item.key.feed
        yield ByHand(
            item.key.day,
            person.id,
            item.key.feed,
            author,
            person.area,
            person.grid,
            made.get(item.file),
            is_named=said == _NAMED,
        )
    for visit in record.visits:
        if visit.word is Word.ALIVE and visit.made is not None and visit.by is not None:
            day = civil_time(visit.made).date()
            yield ByHand(
                day, person.id, HOME_VISITS, visit.by, person.area, person.grid, visit.made, is_word=True
            )


# --- the sample ----------------------------------------------------------------------------------


def sample(certificates: Iterable[ByHand], month: Month, seed: str, values: Rechecks) -> Sample[ByHand]:
    """Draw of one month's certificates by hand, by grid and worker."""
    return draw(
        (each for each in certificates if month_of(each.day) == month),
        month,
        seed,
        worst_percent=values.worst_percent,
        confidence_percent=values.confidence_percent,
        most_percent=values.most_percent,
    )


# --- refuted, and strange ------------------------------------------------------------------------


class Signal(StrEnum):
    """Why somebody should look at a certificate once more."""

    DRAWN = "drawn"
    DRAWN_OF_SILENT = "drawn_of_silent"  # a spot check of somebody whom data certified
    REFUTED = "refuted"  # the person had died before that day
    OF_A_REFUTED_AUTHOR = "of_a_refuted_author"
    SECONDS_APART = "seconds_apart"  # two doors at nearly one instant
    ONE_DEVICE = "one_device"  # many people certified themselves over it
    SOMEBODY_CLOSE = "somebody_close"  # who certified bears the name of a helper or a related person


@dataclass(frozen=True, slots=True)
class Listed:
    """One line of the review list."""

    certificate: ByHand
    why: Signal


def refuted(record: PersonRecord, certificates: Iterable[ByHand]) -> list[ByHand]:
    """Of one person's, those of a day on which she was dead, as people have found since."""
    died = record.person.deceased_on
    return [each for each in certificates if died is not None and each.day > died]


def found_in(record: PersonRecord, month: Month) -> bool:
    """Whether people confirmed in a month that the person had died."""
    return any(
        s.kind is SuspicionKind.DEATH
        and s.state is SuspicionState.CONFIRMED
        and s.closed is not None
        and month_of(s.closed) == month
        for s in record.suspicions
    )


def listed_again(
    certificates: Sequence[ByHand], wrong: Iterable[ByHand], on: date, values: Rechecks
) -> Iterator[Listed]:
    """The refuted certificates, and all else that their authors have certified in the months before."""
    found = set(wrong)
    since = add_months(on, -values.months_back)
    authors = {each.author for each in found if each.day > since}
    for each in sorted(certificates):
        if each in found:
            yield Listed(each, Signal.REFUTED)
        elif each.author in authors and each.day > since:
            yield Listed(each, Signal.OF_A_REFUTED_AUTHOR)


def strange(certificates: Iterable[ByHand], values: Rechecks) -> Iterator[Listed]:
    """Visits of one worker that lie closer together than anybody can walk."""
    of_author: dict[str, list[tuple[datetime, ByHand]]] = defaultdict(list)
    for each in certificates:
        if each.at is not None:
            of_author[each.author].append((each.at, each))
    apart = timedelta(seconds=values.seconds_apart)
    for made in of_author.values():
        in_order = sorted(made, key=lambda found: (found[0], found[1].person))
        for (before, _), (after, each) in pairwise(in_order):
            if after - before < apart:
                yield Listed(each, Signal.SECONDS_APART)


def over_devices(record: PersonRecord, month: Month) -> Iterator[tuple[str, ByHand]]:
    """The devices over which a person certified herself in a month, each with what its app says."""
    person = record.person
    for item in record.evidence:
        device = item.facts.get(DEVICE)
        if device is not None and month_of(item.key.day) == month:
            app = item.facts.get("app", item.key.feed)
            yield device, ByHand(item.key.day, person.id, item.key.feed, app, person.area, person.grid)


def many_over_one(uses: Iterable[tuple[str, ByHand]], values: Rechecks) -> Iterator[Listed]:
    """Everybody of a device over which more people certified themselves than one may help."""
    of_device: dict[str, list[ByHand]] = defaultdict(list)
    for device, each in uses:
        of_device[device].append(each)
    for those in of_device.values():
        if len({each.person for each in those}) > values.people_per_device:
            yield from (Listed(each, Signal.ONE_DEVICE) for each in sorted(those))


def by_somebody_close(
    certificates: Iterable[ByHand], close: Callable[[PersonId], Collection[str]]
) -> Iterator[Listed]:
    """Those of a sheet whose author bears the name of whom the roster says to be close to the person."""
    for each in certificates:
        if each.is_named and each.author in close(each.person):
            yield Listed(each, Signal.SOMEBODY_CLOSE)


def once(listed: Iterable[Listed]) -> list[Listed]:
    """Each certificate under its first reason, by author and day."""
    first: dict[ByHand, Listed] = {}
    for each in listed:
        first.setdefault(replace(each.certificate, at=None), each)
    return sorted(first.values(), key=lambda each: (each.certificate.author, each.certificate))
