"""生存迹象 · Signs of life: traces too weak to certify, and fresh enough to come once more before a stop.

Of a person's own card or body alone: a bill is paid without anybody living (rule 4). They certify nobody, and
ask for one visit more than rule 10 (c) does; whoever decides about the line sees them.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, timedelta

from chalicelib.engine.certification.weighing import OWN
from chalicelib.engine.rules.rulebook import RuleBook
from chalicelib.engine.suspension.visits import FAILED
from chalicelib.model import Evidence, EvidenceKey, PersonRecord, Proves


def signs_of_life(record: PersonRecord, rules: RuleBook, since: date, on: date) -> tuple[EvidenceKey, ...]:
    """What a person's own card or body left within so many days before `since`, or after it; oldest first."""
    first = since - timedelta(days=rules.policy.visits.signs_of_life_days)
    signs = (item.key for item in record.evidence if _is_sign(item, rules))
    return tuple(sorted(key for key in signs if first <= key.day <= on))


def last_heard_of(record: PersonRecord, rules: RuleBook, on: date) -> date | None:
    """The last day up to `on` on which a person's own card or body left a trace; None: none is known."""
    days = (item.key.day for item in record.evidence if item.key.day <= on and _is_sign(item, rules))
    return max(days, default=None)


def sign_to_keep(
    record: PersonRecord, waiting: Iterable[Evidence], rules: RuleBook, on: date
) -> tuple[Evidence, ...]:
    """The newest sign of life among what waits in the lake, where somebody has been sought in vain and the
    record has none as fresh: one is enough, and more would be written with every ride."""
    case, since = record.open_case, on - timedelta(days=rules.policy.visits.signs_of_life_days)
    if case is None or signs_of_life(record, rules, on, on):
        return ()
    if not any(v.about == case.due.isoformat() and v.outcome in FAILED for v in record.visits):
        return ()
    signs = [item for item in waiting if since <= item.key.day <= on and _is_sign(item, rules)]
    return (max(signs, key=lambda item: item.key),) if signs else ()


def _is_sign(item: Evidence, rules: RuleBook) -> bool:
    event = rules.events.get((item.key.feed, item.key.event))
    return (
        event is not None
        and not item.is_under_another_name
        and event.proves is Proves.PRESENCE
        and event.trace in OWN
    )
