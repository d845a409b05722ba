"""延迟续期 · Lazy renewal: which evidence may wait in the lake, and what of it is worth a person's record.

Plain presence far from the end of a certificate changes nothing that anybody needs today: the next
piece will carry further. It waits until the certificate nears its end. Whatever may speak against
somebody or changes a condition never waits; stays only where the policy lets them.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from collections.abc import Set as AbstractSet
from datetime import date, timedelta
from typing import Final

from chalicelib.engine.rules.checks import EventKey
from chalicelib.engine.rules.quantities import LONGEST_PERIOD
from chalicelib.engine.rules.rulebook import RuleBook
from chalicelib.model import BenefitCode, Decision, Evidence, EvidenceKey, FeedEvent, Proves, Strength

STANDS: Final = timedelta(days=180)  # [choice] far less than any feed is kept
OUTLIVED: Final = timedelta(days=LONGEST_PERIOD)  # older presence certifies nothing any more


def may_wait(item: Evidence, rules: RuleBook) -> bool:
    """Whether an item is plain presence, or of no weight at all; what nobody has declared never waits.

    What a condition asks about never waits either: a wedding is presence, and may end a pension; nor does
    a release. Stays wait where the policy says so: they hold suspensions, and whoever suspends reads the
    lake.
    """
    event = rules.events.get((item.key.feed, item.key.event))
    if event is None or not _speaks_for(event) or (event.feed, event.event) in rules.asked:
        return False
    if event.releases:
        return False
    return event.stay is None or rules.policy.lazy_renewal.stays_wait


def _speaks_for(event: FeedEvent) -> bool:
    return event.proves in (Proves.PRESENCE, Proves.NOTHING)


def newest(items: Iterable[Evidence], rules: RuleBook) -> list[Evidence]:
    """Of strong presence the newest of each event is enough; everything else is kept whole.

    Weak items certify only in combination, over several days: each of them may be the one that counts.
    An identity that was recovered, or stands under another name, does not stand in for one that was read.
    """
    kept: dict[tuple[EventKey, bool], Evidence] = {}
    rest = []
    for item in items:
        event = rules.events.get((item.key.feed, item.key.event))
        if event is None or event.strength is not Strength.STRONG or event.stay is not None:
            rest.append(item)
            continue
        place = ((item.key.feed, item.key.event), item.recovered or item.is_under_another_name)
        if place not in kept or item.key > kept[place].key:
            kept[place] = item
    return [*rest, *kept.values()]


def said_anew(
    items: Iterable[Evidence],
    known: Iterable[Evidence],
    rules: RuleBook,
    drawn: AbstractSet[BenefitCode],
    *,
    stays: bool,
) -> tuple[Evidence, ...]:
    """Of items, by day, those that do not repeat what stands before them, among themselves or `known`.

    A list says each month what it said before: of a state that one event alone speaks of the first word is
    enough for half a year, but for who draws (`drawn`) what asks how old it is. `stays`: so is a list of
    residents, for half of the days for which it is believed; for whoever is looked at before a suspension
    it is not, they need the last word.
    """
    last: dict[EventKey, Evidence] = {}
    anew = []
    timeline = [*((item, False) for item in known), *((item, True) for item in items)]
    for item, is_new in sorted(timeline, key=lambda each: (each[0].key, each[1])):
        name = item.key.feed, item.key.event
        before = last.get(name)
        if is_new:
            if before is not None and _repeats(item, before, _stands(name, rules, drawn, stays=stays)):
                continue
            anew.append(item)
        last[name] = item
    return tuple(anew)


def _repeats(item: Evidence, before: Evidence, stands: timedelta) -> bool:
    is_same = (item.facts, item.recovered) == (before.facts, before.recovered)
    return is_same and item.key.day - before.key.day <= stands


def _stands(name: EventKey, rules: RuleBook, drawn: AbstractSet[BenefitCode], *, stays: bool) -> timedelta:
    """For how long a word said again says nothing new; below nothing where it always does."""
    asking = rules.repeated.states.get(name)
    if asking is not None:
        return timedelta(-1) if asking & drawn else STANDS
    if stays and name in rules.repeated.residents:
        return timedelta(days=rules.policy.stay_days[name[0]] // 2)
    return timedelta(-1)


def changes_a_word(items: Iterable[Evidence], known: Iterable[Evidence], rules: RuleBook) -> bool:
    """Whether items say otherwise what is known of a state before: what repeats that may wait in the lake."""
    states = rules.repeated.states
    held = sorted((i for i in known if (i.key.feed, i.key.event) in states), key=lambda item: item.key)
    for item in items:
        said = [i for i in held if (i.key.feed, i.key.event) == (item.key.feed, item.key.event)]
        before = [i for i in said if i.key < item.key]
        if before and (before[-1].facts, before[-1].recovered) != (item.facts, item.recovered):
            return True
    return False


def worth_weighing(found: Iterable[Evidence], rules: RuleBook, on: date) -> list[Evidence]:
    """Of what the lake holds, what can still bear on a decision of a day."""
    return [item for item in found if _bears(item, rules, on)]


def _bears(item: Evidence, rules: RuleBook, on: date) -> bool:
    event = rules.events.get((item.key.feed, item.key.event))
    if event is None:
        return False
    if event.stay is not None or not _speaks_for(event) or (event.feed, event.event) in rules.asked:
        return True
    return event.proves is Proves.PRESENCE and on - item.key.day <= OUTLIVED


def worth_writing(
    weighed: Sequence[Evidence],
    known: Sequence[Evidence],
    decision: Decision,
    rules: RuleBook,
    drawn: AbstractSet[BenefitCode],
    *,
    awaited: bool,
) -> tuple[Evidence, ...]:
    """Of evidence from the lake, what a person's record needs beside what it holds (`known`).

    Everybody's record gets what the decision rests on; whoever weighs again reads the lake again.
    Somebody whose evidence is still `awaited` gets stays as well. Presence that moved nothing waits:
    strong it never will, unless a benefit counts it as history; weak it may when another joins it,
    and is then read with it (`may_join`). So does what a list only repeats (`said_anew`).
    """
    wanted = set(_cited(decision))
    if awaited:
        history = any(verdict.benefit in rules.with_history for verdict in decision.verdicts)
        wanted |= {
            item.key
            for item in newest([*known, *weighed], rules)
            if _is_stay(item, rules) or (history and not may_join(item, rules))
        }
    lasting = (item for item in weighed if not may_wait(item, rules))
    wanted |= {item.key for item in said_anew(lasting, known, rules, drawn, stays=False)}
    return tuple(item for item in weighed if item.key in wanted)


def _is_stay(item: Evidence, rules: RuleBook) -> bool:
    event = rules.events.get((item.key.feed, item.key.event))
    return event is not None and event.stay is not None


def may_join(item: Evidence, rules: RuleBook) -> bool:
    """Whether an item is weak presence: what it is worth, only everything known of the person can say."""
    event = rules.events.get((item.key.feed, item.key.event))
    return event is not None and event.strength is Strength.WEAK and may_wait(item, rules)


def _cited(decision: Decision) -> AbstractSet[EvidenceKey]:
    return {key for verdict in decision.verdicts for key in verdict.evidence} | {
        finding.evidence for finding in decision.findings
    }
