"""Lazy renewal: which evidence may wait in the lake, and what of it is worth a person's record.

Plain presence far from the end of a certificate changes nothing that anybody needs today: the next
piece will carry further. It waits until the certificate nears its end. Whatever may speak against
somebody or changes a condition never waits; stays only where the policy lets them.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from collections.abc import Set as AbstractSet
from datetime import date, timedelta
from typing import Final

from chalicelib.engine.checks import EventKey
from chalicelib.engine.policy import LONGEST_PERIOD
from chalicelib.engine.rulebook import RuleBook
from chalicelib.model import Decision, Evidence, EvidenceKey, FeedEvent, Proves, Strength

OUTLIVED: Final = timedelta(days=LONGEST_PERIOD)  # older presence certifies nothing any more


def may_wait(item: Evidence, rules: RuleBook) -> bool:
    """Whether an item is plain presence, or of no weight at all; what nobody has declared never waits.

    Stays wait where the policy says so: they hold suspensions, and whoever suspends reads the lake.
    """
    event = rules.events.get((item.key.feed, item.key.event))
    if event is None or not _speaks_for(event):
        return False
    return event.stay is None or rules.policy.lazy_renewal.stays_wait


def _speaks_for(event: FeedEvent) -> bool:
    return event.proves in (Proves.PRESENCE, Proves.NOTHING)


def newest(items: Iterable[Evidence], rules: RuleBook) -> list[Evidence]:
    """Of strong presence the newest of each event is enough; everything else is kept whole.

    Weak items certify only in combination, over several days: each of them may be the one that counts.
    An identity that was recovered does not stand in for one that was read.
    """
    kept: dict[tuple[EventKey, bool], Evidence] = {}
    rest = []
    for item in items:
        event = rules.events.get((item.key.feed, item.key.event))
        if event is None or event.strength is not Strength.STRONG or event.stay is not None:
            rest.append(item)
            continue
        place = ((item.key.feed, item.key.event), item.recovered)
        if place not in kept or item.key > kept[place].key:
            kept[place] = item
    return [*rest, *kept.values()]


def worth_weighing(found: Iterable[Evidence], rules: RuleBook, on: date) -> list[Evidence]:
    """Of what the lake holds, what can still bear on a decision of a day."""
    return [item for item in found if _bears(item, rules, on)]


def _bears(item: Evidence, rules: RuleBook, on: date) -> bool:
    event = rules.events.get((item.key.feed, item.key.event))
    if event is None:
        return False
    if event.stay is not None or not _speaks_for(event):
        return True
    return event.proves is Proves.PRESENCE and on - item.key.day <= OUTLIVED


def worth_writing(
    weighed: Sequence[Evidence],
    known: Sequence[Evidence],
    decision: Decision,
    rules: RuleBook,
    *,
    awaited: bool,
) -> tuple[Evidence, ...]:
    """Of evidence from the lake, what a person's record needs beside what it holds (`known`).

    Somebody certified far beyond the window needs only what the decision rests on: the rest is in
    the lake and weighed again next time. Somebody whose evidence is still `awaited` gets the newest
    of each event, and weak items as long as another may join them.
    """
    wanted = set(_cited(decision))
    if awaited:
        oldest = decision.on - timedelta(days=rules.policy.weak.span_days)
        wanted |= {
            item.key
            for item in newest([*known, *weighed], rules)
            if not _is_weak(item, rules) or item.key.day >= oldest
        }
    return tuple(item for item in weighed if item.key in wanted or not may_wait(item, rules))


def _is_weak(item: Evidence, rules: RuleBook) -> bool:
    return rules.events[item.key.feed, item.key.event].strength is Strength.WEAK


def _cited(decision: Decision) -> AbstractSet[EvidenceKey]:
    return {key for verdict in decision.verdicts for key in verdict.evidence} | {
        finding.evidence for finding in decision.findings
    }
