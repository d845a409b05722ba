"""核实结果表 · The outcome sheet: what was ticked beside a name also answers the visit that was ordered
there.

A box "seen" is evidence like any other, and the visit is made. "Not met" and "refused" are no evidence: they
only tell the case that somebody went. Two boxes say that the printed notice was left, with a visit or without
one: who left it and on which day stands with the notice from then on (rule 10 b). The sheet knows the day,
perhaps the half of it, and of nobody who was asked, so that no suspension can rest on it alone (rule 10 c).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, time
from typing import Final

from chalicelib import cases, clock
from chalicelib.errors import RefusedError
from chalicelib.model import Evidence, HalfDay, PersonId, Visit, VisitOutcome, VisitPurpose
from chalicelib.model.named import NOT_MET, NOT_MET_NOTICE_LEFT, NOTICE_LEFT, REFUSED, SEEN
from chalicelib.observability import logger
from chalicelib.storage.dynamodb import people
from chalicelib.storage.dynamodb.busy import one_by_one

_AT_NOON: Final = time(12)  # of a sheet that says no half-day: neither evening nor a time of its own
_HOURS: Final = {HalfDay.MORNING: time(9), HalfDay.AFTERNOON: time(15), HalfDay.EVENING: time(19)}
_AT_THE_DOOR: Final = {
    SEEN: VisitOutcome.SEEN,
    NOT_MET: VisitOutcome.NOT_FOUND,
    NOT_MET_NOTICE_LEFT: VisitOutcome.NOT_FOUND,
    REFUSED: VisitOutcome.REFUSED,
}
_LEFT: Final = frozenset({NOT_MET_NOTICE_LEFT, NOTICE_LEFT})


def visits_reported(evidence: Mapping[PersonId, Sequence[Evidence]]) -> int:
    """Answer the pending visits of the people on a sheet; how many were answered. The same again: none.

    Before that, the notices are noted that the sheet says were left.
    """
    left = [(person, item) for person, items in evidence.items() for item in items if _says_left(item)]
    list(one_by_one(left, lambda row: _notices_left(*row), lambda row: row[0]))
    told = [(person, item) for person, items in evidence.items() for item in _by_day(items)]
    return sum(one_by_one(told, lambda row: _answered(*row), lambda row: row[0]))


def _says_left(item: Evidence) -> bool:
    return item.key.event in _LEFT and not item.recovered


def _notices_left(person: PersonId, item: Evidence) -> int:
    return cases.notices_left(person, on=item.key.day, by=_by(item))


def _by(item: Evidence) -> str:
    """Who went: the name stands with the evidence, not in the audit chain."""
    return f"sheet:{item.file}:{item.line}"


def _by_day(items: Sequence[Evidence]) -> list[Evidence]:
    """The rows that tell of a door, oldest first; whose number was cut may tell of somebody else's."""
    told = (i for i in items if i.key.event in _AT_THE_DOOR and not i.recovered)
    return sorted(told, key=lambda item: item.key)


def _answered(person: PersonId, item: Evidence) -> bool:
    """Whether a row has answered a visit; a death told at a door opens a suspicion and answers none."""
    visit = _visit_for(person, item)
    if visit is None:
        return False
    outcome = _AT_THE_DOOR[item.key.event]
    said = item.facts.get("half_day")
    half_day = HalfDay(said) if said is not None else None
    at = _HOURS[half_day] if half_day is not None else _AT_NOON
    made = datetime.combine(item.key.day, at, clock.CHINA)
    left = item.key.event in _LEFT
    try:
        cases.visit_made(
            person,
            visit.number,
            outcome=outcome,
            made=made,
            by=_by(item),
            notice_left=left,
            half_day=half_day,
        )
    except RefusedError as error:  # of a day on which this visit could not have been made
        logger.info("row of a sheet answers no visit", extra={"file": item.file, "code": error.code})
        return False
    return True


def _visit_for(person: PersonId, item: Evidence) -> Visit | None:
    """The visit that a row answers: pending when it was made, and about a certificate."""
    pending = (v for v in people.load(person).visits if v.is_pending and v.purpose is VisitPurpose.CERTIFY)
    return next((visit for visit in pending if visit.not_before <= item.key.day), None)
