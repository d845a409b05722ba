"""The traces that a life leaves, day by day, in whatever feeds the pack has."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from random import Random
from typing import Final

from chalicelib.model import FeedEvent, FeedId, SuspicionKind
from sandbox.town.claims import State
from sandbox.town.feed_profile import Habits, Place
from sandbox.town.lives import (
    Happening,
    Life,
    Listed,
    Span,
    Stay,
    Style,
    death_of,
    fraud_of,
)
from sandbox.town.quotas import Rota
from sandbox.town.seeded_random import chance

PAYS_BILLS: Final = 0.18  # of people who live in a home of their own
ASKED: Final = 0.25  # of all, who leave something that is told only to whoever asks
ASIDES: Final = 0.20  # of all, who leave something in a file that weighs nothing
ON_A_LIST: Final = 0.10  # of all: a low income, a disability
DIED_IN_BED: Final = 0.25
JAILED: Final = 0.003
AT_LARGE: Final = 0.0015  # sentenced, and goes on drawing
DRAWS_TWICE: Final = 0.003
WRONGLY_ACCUSED: Final = 0.0015
TAKEN_BACK: Final = 0.6  # of wrong records that the department can take back at all
FOUND_OUT: Final = (36, 60)  # days until a department finds out: later than its record was written down


@dataclass
class _Left:
    """What somebody leaves behind."""

    happenings: list[Happening] = field(default_factory=list)
    listed: list[Listed] = field(default_factory=list)
    stays: list[Stay] = field(default_factory=list)


def live(
    age: int,
    span: Span,
    rota: Rota,
    rng: Random,
    states: Sequence[State] = (),
    never: frozenset[tuple[FeedId, str]] = frozenset(),
) -> Life:
    """Draw a life that leaves traces from the first day to the last, and may end within the run.

    `states` are those for which somebody draws a benefit: the lists say so of her all the time;
    `never` happens what would end it.
    """
    habits = rota.habits
    manner = rota.manner()
    style = rota.style(manner)
    dies_on = death_of(age, span, rng)
    fraud = fraud_of(dies_on, rng)
    if fraud and style is Style.CARDS:  # relatives never carry on with her card beside another trace
        style = Style.SEEN
    left = _Left()
    _leave(left, style, span, rota, rng)
    known = {(state.feed, state.event): state for state in states}
    if not known and (habits.lists or habits.conditions) and rng.random() < ON_A_LIST:
        event = rota.next("listed", (*habits.lists, *habits.conditions))
        known = {(event.feed, event.event): State(event.feed, event.event)}
    for state in known.values():
        _list(left, state, habits, span, rng)
    left.happenings = [h for h in left.happenings if (h.feed, h.event) not in never]
    if fraud == "card":
        weak = {(e.feed, e.event) for e in (*habits.accounts, *habits.households)}
        left.happenings = [h for h in left.happenings if (h.feed, h.event) not in weak]
    accused = [] if dies_on is not None else list(_accused(rota, span, rng))
    jailed_from = next((h.day for h in accused if h.accuses is SuspicionKind.CUSTODY and not h.wrong), None)
    if (gone := min((d for d in (dies_on, jailed_from) if d is not None), default=None)) is not None:
        left = _until(left, gone)
    if dies_on is not None:
        accused = [*_end(dies_on, habits, fraud, rng), *_carried_on(dies_on, span.last, habits, fraud, rng)]
    return Life(
        manner=manner,
        happenings=tuple(sorted({*left.happenings, *accused})),
        listed=tuple(left.listed),
        stays=tuple(left.stays),
        dies_on=dies_on,
        jailed_from=jailed_from,
        comes_back_after=rng.randint(15, 75) if rng.random() < 0.85 else None,
        style=style,
    )


# --- of her own ----------------------------------------------------------------------------------


def _leave(left: _Left, style: Style, span: Span, rota: Rota, rng: Random) -> None:
    habits = rota.habits
    match style:
        case Style.SEEN:
            place = rota.next("places", habits.rota)
            for day in _now_and_then(span, 70, 165, rng):
                _seen(left, place, day, span.last, rng)
                place = rng.choice(habits.often)
        case Style.CARDS:
            left.happenings += _cards(rota, span, rng)
        case Style.HOME:
            home = rota.next("homes", habits.homes)
            left.listed.append(Listed(home.feed, home.event, span.first, span.last + timedelta(1)))
        case Style.HANDLED:
            for day in _now_and_then(span, 120, 220, rng):
                _seen(left, rota.next("handled", habits.handled), day, span.last, rng)
    if habits.households and style not in (Style.CARDS, Style.HOME) and rng.random() < PAYS_BILLS:
        left.happenings += _bills(rota.next("households", habits.households), span, rng)
    if habits.asked and rng.random() < ASKED:
        place = rota.next("asked", habits.asked)
        left.happenings += (
            Happening(day, place.feed, rng.choice(place.seen)) for day in _now_and_then(span, 150, 365, rng)
        )
    if habits.asides and rng.random() < ASIDES:
        aside = rota.next("asides", habits.asides)
        left.happenings += (_one(aside, day) for day in _now_and_then(span, 150, 365, rng))


def _one(event: FeedEvent, day: date, *, by_herself: bool = True) -> Happening:
    return Happening(day, event.feed, event.event, by_herself=by_herself, accuses=event.suspicion)


def _now_and_then(span: Span, least: int, most: int, rng: Random) -> Iterator[date]:
    day = span.first + timedelta(rng.randint(0, most))
    while day <= span.last:
        yield day
        day += timedelta(rng.randint(least, most))


def _seen(left: _Left, place: Place, day: date, last: date, rng: Random) -> None:
    """She is seen at a place: for a day, or in a bed from a day on."""
    if not place.begins or (place.seen and rng.random() < 0.4):
        left.happenings.append(Happening(day, place.feed, rng.choice(place.seen)))
        return
    left.happenings.append(Happening(day, place.feed, place.begins))
    leaves = day + timedelta(rng.randint(3, 16))
    ended = leaves if leaves <= last and place.ends else None
    left.stays.append(Stay(day, ended))
    if ended is not None:
        left.happenings.append(Happening(ended, place.feed, place.ends))


def _cards(rota: Rota, span: Span, rng: Random) -> Iterator[Happening]:
    """Her card and something else in some months, so that both fall close together when they do."""
    habits = rota.habits
    card = rota.next("cards", habits.cards)
    rare = habits.households and (not habits.accounts or rng.random() < 0.15)
    also = rota.next("households", habits.households) if rare else rota.next("accounts", habits.accounts)
    month, skip = span.first.replace(day=1), rng.randint(0, 2)
    while month <= span.last:
        if skip == 0:
            for event, most in ((card, 4), (also, 2)):
                days = (month + timedelta(rng.randrange(28)) for _ in range(rng.randint(1, most)))
                yield from (_one(event, day) for day in days if span.first <= day <= span.last)
            skip = rng.choices([0, 1], [3, 1])[0] + 1
        skip -= 1
        month = (month + timedelta(32)).replace(day=1)


def _bills(household: FeedEvent, span: Span, rng: Random) -> Iterator[Happening]:
    day = span.first + timedelta(rng.randrange(60))
    while day <= span.last:
        yield _one(household, day)
        day += timedelta(61)


def _list(left: _Left, state: State, habits: Habits, span: Span, rng: Random) -> None:
    """A list names her all the time; a state that is recorded on a day was recorded early on."""
    if any(event.feed == state.feed for event in habits.lists):
        until = span.last + timedelta(1)
        left.listed.append(Listed(state.feed, state.event, span.first, until, state.facts))
    else:
        day = span.first + timedelta(rng.randrange((span.start - span.first).days))
        left.happenings.append(Happening(day, state.feed, state.event, facts=state.facts))


# --- what ends them ------------------------------------------------------------------------------


def _until(left: _Left, gone: date) -> _Left:
    """Her own traces end before the day on which she dies or is taken away; so does a stay."""
    stays = (s if s.ended is None or s.ended < gone else Stay(s.began) for s in left.stays if s.began < gone)
    lists = (replace(s, until=min(s.until, gone)) for s in left.listed if s.since < gone)
    return _Left([h for h in left.happenings if h.day < gone], list(lists), list(stays))


def _end(dies_on: date, habits: Habits, fraud: str, rng: Random) -> Iterator[Happening]:
    """What a death leaves: a hospital's word, a cremation or another register."""
    beds = [place for place in habits.places if place.died]
    if beds and rng.random() < DIED_IN_BED:
        bed = rng.choice(beds)
        yield Happening(dies_on, bed.feed, bed.died, accuses=SuspicionKind.DEATH)
    registers = habits.accusing[SuspicionKind.DEATH]
    if registers and rng.random() < (0.6 if fraud else 0.92):
        yield from (_one(event, dies_on) for event in _some(registers, 2, rng))


def _some(events: Sequence[FeedEvent], most: int, rng: Random) -> list[FeedEvent]:
    return rng.sample(events, min(len(events), rng.randint(1, most)))


def _carried_on(dies_on: date, last: date, habits: Habits, fraud: str, rng: Random) -> Iterator[Happening]:
    """What relatives go on with: bills and accounts, or her card alone."""
    uses = (habits.accounts[:1] + habits.households[:1]) if fraud == "household" else habits.cards[:1]
    for index in range(20 if fraud and uses else 0):
        day = dies_on + timedelta(12 + 30 * index + rng.randrange(12))
        if day > last:
            return
        yield _one(uses[index % len(uses)], day, by_herself=False)


def _accused(rota: Rota, span: Span, rng: Random) -> Iterator[Happening]:
    """Custody, double receipt, and the departments' own mistakes about the living; one at most."""
    habits = rota.habits
    day = span.start + timedelta(rng.randrange(90, max(91, (span.last - span.start).days - 60)))
    twice = habits.accusing[SuspicionKind.DOUBLE_RECEIPT]
    draws = (
        (JAILED, habits.accusing[SuspicionKind.CUSTODY]),
        (AT_LARGE, habits.harmless),
        (DRAWS_TWICE, twice),
    )
    for share, events in draws:
        if events and rng.random() < share:
            yield _one(rng.choice(events), day)
            return
    deaths = habits.accusing[SuspicionKind.DEATH]
    mistaken, back = (*deaths, *twice), [e for e in deaths if (e.feed, e.event) in habits.takes_back]
    if back and rota.wronged():
        yield from _mistaken(back[0], span.start + timedelta(rng.randint(60, 150)), habits, found_out=True)
    elif mistaken and rng.random() < WRONGLY_ACCUSED:
        yield from _mistaken(rng.choice(mistaken), day, habits, found_out=rng.random() < TAKEN_BACK)


def _mistaken(event: FeedEvent, day: date, habits: Habits, *, found_out: bool) -> Iterator[Happening]:
    """A record about the wrong person; some departments find out, and take it back."""
    yield Happening(day, event.feed, event.event, wrong=True, accuses=event.suspicion)
    code = habits.takes_back.get((event.feed, event.event))
    if code is not None and found_out:
        found = day + timedelta(chance("found out", event.feed, day).randint(*FOUND_OUT))
        yield Happening(day, event.feed, code, wrong=True, noted=found, takes_back=event.event)
