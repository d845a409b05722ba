"""上门更正 · A wrong tap is corrected: by the worker on the day of the visit or the next, by an office later.

The visit bears the right outcome, the trail both. What rested on the wrong word falls: *seen* by mistake
certifies nobody, and clears nobody of having died.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Final

from chalicelib import clock
from chalicelib.cases import evidence_effects, evidence_withdrawal, suspicion_verification
from chalicelib.engine.suspicion.lifecycle import VILLAGE, verify_by
from chalicelib.errors import RefusedError
from chalicelib.jurisdiction import current
from chalicelib.model import (
    Change,
    EvidenceKey,
    FileId,
    PersonRecord,
    Suspicion,
    SuspicionState,
    Verification,
    Visit,
    VisitOutcome,
)
from chalicelib.model.named import HOME_VISITS, REFUSED_IN_PERSON, SEEN
from chalicelib.storage.dynamodb import people

FOR_THE_WORKER: Final = timedelta(days=1)  # after the visit


def file_of(visit: Visit) -> FileId:
    """Where evidence says that it comes from a visit."""
    return FileId(f"visit:{visit.number}")


def may_correct(visit: Visit, outcome: VisitOutcome, by: str, *, by_an_office: bool) -> bool:
    """Whether somebody may say that a visit was otherwise than reported.

    A death that was found at the door is none of it: people confirm or clear that (rule 15).
    """
    if visit.made is None or VisitOutcome.DECEASED in (visit.outcome, outcome):
        return False
    last = clock.civil_date(visit.made) + FOR_THE_WORKER
    return by_an_office or (by in visit.authors and clock.today() <= last)


def corrected(visit: Visit, done: Visit, by: str) -> Change | None:
    """The visit as it was found after all; the same again changes nothing.

    When it was made, who made it and that a notice was left stay as they were.
    """
    left = visit.notice_left or done.notice_left
    after = replace(done, made=visit.made, by=visit.by, notice_left=left, corrected_by=by)
    if replace(after, corrected_by=visit.corrected_by) == visit:
        return None
    words = {"outcome": str(done.outcome), "before": str(visit.outcome), "reported_by": visit.by}
    return Change("visit corrected", by, clock.now(), {"visit": visit.number, **words}, visits=(after,))


def check_not_taken_back(record: PersonRecord, done: Visit) -> None:
    """Raises RefusedError where *seen* of the same day was corrected: what was taken back stays so."""
    day = clock.civil_date(done.made) if done.made else clock.today()
    if done.outcome is VisitOutcome.SEEN and EvidenceKey(day, HOME_VISITS, SEEN) in record.withdrawn:
        raise RefusedError(
            "taken_back",
            "当日“见到本人”的登记已被更正，不能再次登记：请另日上门，或到窗口认证。",
            "seen has been corrected for that day: go there on another day, or certify at a counter",
        )


def fall(record: PersonRecord, visit: Visit, *, by: str) -> PersonRecord:
    """Take back what rests on a word about a visit that no longer stands; done before, it changes nothing.

    What that word had cleared is open again first: as long as the evidence is there, whoever died in between
    does both once more.
    """
    stands = SEEN if visit.outcome is VisitOutcome.SEEN else None
    if visit.refused_in_person is not None:
        stands = REFUSED_IN_PERSON
    gone = [e.key for e in record.evidence if e.file == file_of(visit) and e.key.event != stands]
    if not gone:
        return record
    people.change(record.person.id, lambda now: _open_again(now, visit, by))
    record = evidence_withdrawal.evidence_withdrawn(record.person.id, gone, actor=by).record
    evidence_effects.wake_and_start(record)
    return record


def _open_again(record: PersonRecord, visit: Visit, by: str) -> Change | None:
    """The deaths and contradictions that were cleared because somebody was said to have been seen."""
    again = tuple(_opened(s) for s in record.suspicions if _was_cleared_by(s, visit))
    if not again:
        return None
    details = {"suspicions": [s.name for s in again], "visit": visit.number}
    return Change("suspicion opened again", by, clock.now(), details, suspicions=again)


def _was_cleared_by(suspicion: Suspicion, visit: Visit) -> bool:
    return (
        suspicion.kind in suspicion_verification.AT_THE_DOOR
        and suspicion.state is SuspicionState.CLEARED
        and suspicion.verification is Verification.VISIT
        and suspicion.verified_by == visit.by
        and suspicion.closed is not None
        and visit.made is not None
        and suspicion.closed >= clock.civil_date(visit.made)
    )


def _opened(suspicion: Suspicion) -> Suspicion:
    on = clock.today()
    return replace(
        suspicion,
        state=SuspicionState.OPEN,
        opened=on,
        closed=None,
        verified_by=None,
        approved_by=None,
        verification=None,
        waiting=None,
        level=VILLAGE,
        verify_by=verify_by(on, VILLAGE, current().rules.policy),
        generation=suspicion.generation + 1,
    )
