"""Somebody ready to be suspended, for tests that take one condition away."""

from datetime import date
from typing import Any

from chalicelib.engine.certification.decide import decide
from chalicelib.engine.suspension.readiness import Readiness, readiness
from chalicelib.model import Close, FeedId, PersonRecord, Word
from tests.events import RULES
from tests.people import (
    a_case,
    a_message,
    a_proposal,
    a_record,
    a_visit,
    an_entitlement,
    day,
)

DUE = "2025-06-30"
LIST_DAY, EFFECTIVE_DAY = day("2025-07-20"), day("2025-08-01")
FIRST, SECOND = a_visit("2025-06-16 10:00"), a_visit("2025-06-26 19:00", number=2)
THIRD = a_visit("2025-06-27 10:00", number=3, through=Close.NEIGHBOUR, word=Word.DOES_NOT_KNOW)


def the_record(**named: Any) -> PersonRecord:
    """Somebody whom nothing and nobody could certify: every condition but people's approval holds."""
    given = {
        "entitlements": [an_entitlement(certified_until=DUE)],
        "messages": [a_message()],
        "visits": [FIRST, SECOND, THIRD],
        **named,
    }
    return a_record(given.pop("person", None), given.pop("entitlements"), **given)


def ready(
    record: PersonRecord, on: date = LIST_DAY, due: str = DUE, missing: frozenset[FeedId] = frozenset()
) -> Readiness:
    decision = decide(record.person, record.entitlements, record.evidence, RULES, on, refuted=record.refuted)
    return readiness(record, a_case(due), decision, RULES, on, missing)


def approved(**named: Any) -> PersonRecord:
    """The same, with a line that two people have approved."""
    return the_record(**{"proposals": [a_proposal()], **named})
