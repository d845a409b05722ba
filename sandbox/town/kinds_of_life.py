"""Kinds of life that went wrong somewhere: who of the town lives one, and what she leaves behind then.

Each kind takes a fixed share of the people whom it suits, drawn from a random stream of its own: everybody
else lives, answers and opens the door as if it did not exist (`tests/sandbox_town/test_kinds_of_life.py`
holds their manners). A new kind is one more entry of `KINDS`; what others do to whoever lives it stands in
`acts_upon.py`, what the platform promises them in `sandbox/checks`; the report counts them.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from random import Random
from typing import Final

from chalicelib.model import FeedEvent, FeedId, SuspicionKind
from sandbox.town.feed_profile import Habits
from sandbox.town.lives import Happening, Listed, Manner, Span, Style
from sandbox.town.seeded_random import chance
from sandbox.town.townsperson import Townsperson


@dataclass(frozen=True, slots=True)
class KindOfLife:
    """One kind: whom it suits, and what becomes of a life that is of it.

    `share` is of all people of the town, one at least wherever it suits anybody. `known`: whether the
    feeds of a pack know such a life at all; where they do not, nobody lives it.
    """

    name: str
    zh: str
    share: float
    suits: Callable[[Townsperson], bool]
    becomes: Callable[[Townsperson, Span, Random, Habits], Townsperson]
    known: Callable[[Habits], bool] = lambda _: True


def lived(people: Sequence[Townsperson], seed: int, span: Span, habits: Habits) -> tuple[Townsperson, ...]:
    """The people of a town, of whom some now live one of the kinds; each at most one."""
    after = list(people)
    for kind in (kind for kind in KINDS if kind.known(habits)):
        suited = [person for person in after if not person.kind and kind.suits(person)]
        suited.sort(key=lambda person: chance(seed, "kind of life", kind.name, person.index).random())
        for person in suited[: max(1, round(kind.share * len(people)))]:
            rng = chance(seed, "lives", kind.name, person.index)
            after[person.index] = replace(kind.becomes(person, span, rng, habits), kind=kind.name)
    return tuple(after)


# --- the kinds -----------------------------------------------------------------------------------


def _is_ordinary(person: Townsperson) -> bool:
    """Whether data speak for somebody who lives the whole year, with nothing else in her life."""
    life = person.life
    plain = life.dies_on is None and not life.in_custody and not any(h.accuses for h in life.happenings)
    old = {claim.certified_until is not None for claim in person.claims} == {True}
    return plain and old and life.manner is Manner.VISIBLE and not life.listed and person.relative is None


def _every(event: tuple[FeedId, str], days: tuple[int, int], span: Span, rng: Random) -> Iterator[Happening]:
    """The same again and again, so many days apart."""
    day = span.first + timedelta(rng.randrange(days[0] + 1))
    while day <= span.last:
        yield Happening(day, *event)
        day += timedelta(rng.randint(*days))


def _has_cards(habits: Habits) -> bool:
    return bool(habits.cards and habits.accounts)


def _cards_alone(habits: Habits) -> tuple[tuple[FeedId, str], tuple[FeedId, str]]:
    """Her own card and an account: together they certify."""
    card, account = habits.cards[0], habits.accounts[-1]
    return (card.feed, card.event), (account.feed, account.event)


def _rides_every_week(person: Townsperson, span: Span, rng: Random, habits: Habits) -> Townsperson:
    """Nothing but her own cards: the bus each week and the chemist each month, all year."""
    card, account = _cards_alone(habits)
    happenings = [*_every(card, (6, 8), span, rng), *_every(account, (26, 31), span, rng)]
    life = replace(person.life, happenings=tuple(sorted(happenings)), stays=(), style=Style.CARDS)
    return replace(person, life=life)


def _dies(person: Townsperson) -> bool:
    """Whether somebody dies of whom data say so, and no department takes it back."""
    told = any(h.accuses is SuspicionKind.DEATH and not h.wrong for h in person.life.happenings)
    return person.life.dies_on is not None and told


def _is_as_before(person: Townsperson, span: Span, rng: Random, habits: Habits) -> Townsperson:
    """What is different comes from others: the household, the bank."""
    return person


BANK_PAYS_ON: Final = "bank_pays_on"
ALONE_FOR: Final = (120, 150)  # days from the end of her certificate: suspended, and not yet back


def _is_never_in(person: Townsperson) -> bool:
    """Whether nobody finds somebody whose certificate ends early enough in the year to see what follows."""
    life, until = person.life, person.claims[0].certified_until
    accused = life.dies_on is not None or life.in_custody or any(h.accuses for h in life.happenings)
    if accused or life.manner is not Manner.UNSEEN or until is None or person.relative is not None:
        return False
    return timedelta(20) < until - person.joins < timedelta(110)


def _dies_alone(person: Townsperson, span: Span, rng: Random, habits: Habits) -> Townsperson:
    """She does not come back when the money stops, and dies; her heirs learn of what she was owed."""
    until = person.claims[0].certified_until or span.start
    day = min(until + timedelta(rng.randint(*ALONE_FOR)), span.last - timedelta(60))
    death = Happening(day, FeedId("cremations"), "cremated", accuses=SuspicionKind.DEATH)
    life = replace(person.life, happenings=(death,), stays=(), listed=(), dies_on=day, comes_back_after=None)
    return replace(person, life=life)


TOLD_DEAD: Final = "told_dead_at_the_door"


def _opens_in_time(person: Townsperson) -> bool:
    """Whether somebody answers no message, and is to be visited early enough in the year."""
    life = person.life
    plain = life.dies_on is None and not life.in_custody and not any(h.accuses for h in life.happenings)
    if not plain or life.manner is not Manner.HOME or person.relative is not None or person.is_new:
        return False
    due = min(claim.certified_until for claim in person.claims if claim.certified_until is not None)
    return timedelta(45) < due - person.joins < timedelta(230)


DEAD_BY_FILE: Final = "dead_by_a_file"
FILE_WRONG_FROM: Final = (55, 85)  # days after the start
FOUND_WRONG_AFTER: Final = (105, 125)  # days: two officers have believed the file by then


def _takes_deaths_back(habits: Habits) -> bool:
    return any((e.feed, e.event) in habits.takes_back for e in habits.accusing[SuspicionKind.DEATH])


def _is_written_dead(person: Townsperson, span: Span, rng: Random, habits: Habits) -> Townsperson:
    """A department writes her down as dead while she is away; much later it finds out, and takes it back."""
    deaths = [e for e in habits.accusing[SuspicionKind.DEATH] if (e.feed, e.event) in habits.takes_back]
    event = rng.choice(deaths)
    day = span.start + timedelta(rng.randint(*FILE_WRONG_FROM))
    found = day + timedelta(rng.randint(*FOUND_WRONG_AFTER))
    back = habits.takes_back[event.feed, event.event]
    said = Happening(day, event.feed, event.event, wrong=True, accuses=SuspicionKind.DEATH)
    taken = Happening(day, event.feed, back, wrong=True, noted=found, takes_back=event.event)
    return _away(person, day, found + timedelta(1), (said, taken))


def _away(person: Townsperson, since: date, until: date, other: tuple[Happening, ...]) -> Townsperson:
    """Without any trace of her own from a day until another, but for what else happened."""
    life = person.life
    left = [h for h in life.happenings if not since <= h.day < until]
    stays = tuple(stay for stay in life.stays if (stay.ended or since) < since or stay.began >= until)
    return replace(person, life=replace(life, happenings=tuple(sorted((*left, *other))), stays=stays))


RELEASED: Final = "released"
JAILED_AFTER: Final = (55, 85)  # days from the start
TERM: Final = (95, 125)  # days


def _sentences(habits: Habits) -> list[FeedEvent]:
    """What ends a payment, and of which a department reports the end too."""
    return [e for e in habits.accusing[SuspicionKind.CUSTODY] if (e.feed, e.event) in habits.releases]


def _serves_a_sentence(person: Townsperson, span: Span, rng: Random, habits: Habits) -> Townsperson:
    """She serves a sentence of some months, and is released well before the year is over."""
    sentence = _sentences(habits)[0]
    day = span.start + timedelta(rng.randint(*JAILED_AFTER))
    out = day + timedelta(rng.randint(*TERM))
    ends = (("until", f"{out - timedelta(1)}"),)
    began = Happening(day, sentence.feed, sentence.event, accuses=SuspicionKind.CUSTODY, facts=ends)
    event = habits.releases[sentence.feed, sentence.event]
    ended = Happening(out, sentence.feed, event, noted=out + timedelta(rng.randint(2, 9)))
    there = _away(person, day, out, (began, ended))
    return replace(there, life=replace(there.life, jailed_from=day, released_on=out))


QUIET_FOR: Final = timedelta(200)  # from the first roster: nobody is reminded before
BORROWED_CARD: Final = "borrowed_card"
ENDS_WITHIN: Final = timedelta(36)  # early enough for what a card may carry alone to end within the run
DIES_WITHIN: Final = (12, 32)  # days from the start


def _soon_due(person: Townsperson) -> bool:
    """Whether somebody ordinary is certified for a few weeks more, for all that she draws."""
    until = [claim.certified_until for claim in person.claims]
    return _is_ordinary(person) and all(day is not None and day - person.joins < ENDS_WITHIN for day in until)


def _dies_unreported(person: Townsperson, span: Span, rng: Random, habits: Habits) -> Townsperson:
    """She dies, no register hears of it, and a relative goes on using her cards as she did."""
    card, account = _cards_alone(habits)
    died = span.start + timedelta(rng.randint(*DIES_WITHIN))
    used = sorted((*_every(card, (6, 8), span, rng), *_every(account, (26, 31), span, rng)))
    happenings = tuple(replace(h, by_herself=h.day < died) for h in used)
    life = replace(person.life, happenings=happenings, stays=(), style=Style.CARDS, dies_on=died)
    return replace(person, life=life)


NUMBER_CORRECTED: Final = "number_corrected"


def _is_quiet_for_long(person: Townsperson) -> bool:
    """Whether somebody ordinary hears of nothing before her number is corrected, and is asked about it."""
    until = [claim.certified_until for claim in person.claims]
    return _is_ordinary(person) and all(day is not None and day - person.joins > QUIET_FOR for day in until)


PHONE_FAILS: Final = "phone_fails"
HAS_A_HELPER: Final = 0.5


def _is_reminded(person: Townsperson) -> bool:
    """Whether somebody answers reminders, and has a phone of her own."""
    life = person.life
    plain = life.dies_on is None and not life.in_custody and not any(h.accuses for h in life.happenings)
    own = person.phone is not None and not person.shares_phone
    return plain and own and not person.is_new and life.manner in (Manner.SELF, Manner.COUNTER)


def _may_have_a_helper(person: Townsperson, span: Span, rng: Random, habits: Habits) -> Townsperson:
    """Her phone never works; half of those have somebody registered whose phone does."""
    if rng.random() >= HAS_A_HELPER:
        return person
    return replace(person, helper=f"154{rng.randrange(10**8):08d}")


MISTAPPED: Final = "mistapped"


LATE_LIST: Final = "list_months_late"
STOPPED_THEN: Final = (140, 235)  # days after the first roster: suspended about the month of the late list


def _is_stopped_about_then(person: Townsperson) -> bool:
    """Whether nobody finds somebody, so that she is suspended in the months about that of the late list."""
    life, until = person.life, person.claims[0].certified_until
    accused = life.dies_on is not None or life.in_custody or any(h.accuses for h in life.happenings)
    if accused or life.manner is not Manner.UNSEEN or until is None or person.relative is not None:
        return False
    return timedelta(STOPPED_THEN[0]) < until - person.joins < timedelta(STOPPED_THEN[1])


CARD_RENEWED: Final = "card_renewed"
CARDS_IN_FORCE: Final = FeedId("disability_certificates")
RUNS_OUT: Final = (125, 145)  # days after the start
RENEWED_AFTER: Final = (40, 55)  # days without a card


def _draws_by_a_card(person: Townsperson) -> bool:
    """Whether somebody draws a subsidy for which a card must be in force."""
    life = person.life
    plain = life.dies_on is None and not life.in_custody and not any(h.accuses for h in life.happenings)
    draws = any(claim.benefit.startswith("disability") for claim in person.claims)
    return plain and draws and any(listed.feed == CARDS_IN_FORCE for listed in life.listed)


def _knows_cards(habits: Habits) -> bool:
    return any(event.feed == CARDS_IN_FORCE for event in habits.lists)


def _renews_late(person: Townsperson, span: Span, rng: Random, habits: Habits) -> Townsperson:
    """Her card runs out, the lists name her no more, and some weeks later she has the next one."""
    ends = span.start + timedelta(rng.randint(*RUNS_OUT))
    again = ends + timedelta(rng.randint(*RENEWED_AFTER))
    listed: list[Listed] = []
    for each in person.life.listed:
        if each.feed == CARDS_IN_FORCE:
            last = (("until", f"{ends - timedelta(1)}"),)
            listed.append(replace(each, until=ends, facts=(*each.facts, *last)))
            listed.append(replace(each, since=again))
        else:
            listed.append(each)
    return replace(person, life=replace(person.life, listed=tuple(listed)))


KINDS: Final[tuple[KindOfLife, ...]] = (
    KindOfLife("weekly_rider", "每周乘车、按月购药", 0.005, _is_ordinary, _rides_every_week, _has_cards),
    KindOfLife("repays_in_parts", "家属分期退还多发", 0.002, _dies, _is_as_before),
    KindOfLife("dies_suspended", "暂停期间去世，继承人来领", 0.001, _is_never_in, _dies_alone),
    KindOfLife("cannot_repay", "家庭困难，核销多发", 0.002, _dies, _is_as_before),
    KindOfLife(BANK_PAYS_ON, "去世停发后银行照发", 0.002, _dies, _is_as_before),
    KindOfLife(TOLD_DEAD, "上门误报去世，后见到本人", 0.002, _opens_in_time, _is_as_before),
    KindOfLife(
        DEAD_BY_FILE, "部门误报去世，后撤销", 0.001, _is_ordinary, _is_written_dead, _takes_deaths_back
    ),
    KindOfLife(
        RELEASED, "刑满释放", 0.0015, _is_ordinary, _serves_a_sentence, lambda known: bool(_sentences(known))
    ),
    KindOfLife(NUMBER_CORRECTED, "身份证号码更正", 0.0015, _is_quiet_for_long, _is_as_before),
    KindOfLife(PHONE_FAILS, "电话打不通", 0.0015, _is_reminded, _may_have_a_helper),
    KindOfLife(MISTAPPED, "上门误点“未见到”，后更正", 0.002, _opens_in_time, _is_as_before),
    KindOfLife(LATE_LIST, "发放数据迟报数月", 0.002, _is_stopped_about_then, _is_as_before),
    KindOfLife(CARD_RENEWED, "残疾人证到期后换证", 0.0015, _draws_by_a_card, _renews_late, _knows_cards),
    KindOfLife(BORROWED_CARD, "去世未报，亲属用其卡", 0.001, _soon_due, _dies_unreported, _has_cards),
)
