"""生存迹象 · Signs of life: traces too weak to certify, and fresh enough to come once more before a stop.

Of a person's own card or body alone: a bill is paid without anybody living (rule 4). They certify nobody, and
ask for one visit more than rule 10 (c) does; whoever decides about the line sees them.
"""

from __future__ import annotations

from datetime import date, timedelta

from chalicelib.engine.certification.weighing import OWN
from chalicelib.engine.rules.rulebook import RuleBook
from chalicelib.model import EvidenceKey, PersonRecord, Proves


def signs_of_life(record: PersonRecord, rules: RuleBook, since: date, on: date) -> tuple[EvidenceKey, ...]:
    """What a person's own card or body left within so many days before `since`, or after it; oldest first."""
    first = since - timedelta(days=rules.policy.visits.signs_of_life_days)
    return tuple(
        sorted(
            item.key
            for item in record.evidence
            if first <= item.key.day <= on
            and not item.is_under_another_name
            and (event := rules.events.get((item.key.feed, item.key.event))) is not None
            and event.proves is Proves.PRESENCE
            and event.trace in OWN
        )
    )
