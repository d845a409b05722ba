"""名册除名 · Whom no roster lists any more: absence closes nothing, the authority is asked (rule 20).

Until it has answered, for a term of working days, nobody is visited and nothing is suspended; unanswered,
the question goes up a level and visits go on, but what is asked about is still not suspended.
"""

from __future__ import annotations

from collections.abc import Set as AbstractSet
from datetime import date
from typing import Final

from chalicelib.engine.calendar.periods import ONE_DAY, zh_day
from chalicelib.engine.rules.policy import Policy
from chalicelib.engine.suspicion.lifecycle import verify_by
from chalicelib.model import (
    BenefitCode,
    EntitlementStatus,
    PersonRecord,
    Reason,
    Suspicion,
    SuspicionKind,
    SuspicionState,
)

_ASKED_FIRST: Final = 1  # the township's office of the authority


def unlisted(
    record: PersonRecord, benefit: BenefitCode, title: str, left: date, on: date, policy: Policy
) -> Suspicion | None:
    """The question to an authority whose roster of a day no longer lists a benefit; None where there is none.

    None as well where the benefit has ended, or where this absence has been asked about.
    """
    drawn = next((e for e in record.entitlements if e.benefit == benefit), None)
    over = drawn is None or drawn.status is EntitlementStatus.TERMINATED
    if over or record.person.deceased_on is not None:
        return None
    before = [s for s in record.suspicions if s.kind is SuspicionKind.UNLISTED]
    if any(
        s.benefit == benefit and (s.state is SuspicionState.OPEN or s.opened >= left) and s.day >= left
        for s in before
    ):
        return None
    day = left
    while any(s.day == day for s in before):  # kind and day are its key
        day += ONE_DAY
    return Suspicion(
        SuspicionKind.UNLISTED,
        day,
        on,
        SuspicionState.OPEN,
        None,
        Reason(
            SuspicionKind.UNLISTED.value,
            f"{zh_day(left)}的领取名册不再列有本人的{title}，已请发放部门说明原因；说明之前待遇照常，不暂停。",
            f"The roster of {left} no longer lists the benefit, and its authority has been asked why; until "
            "it says so, payment continues and nothing is suspended.",
        ),
        benefit,
        level=_ASKED_FIRST,
        verify_by=verify_by(on, _ASKED_FIRST, policy, SuspicionKind.UNLISTED),
    )


def open_questions(record: PersonRecord) -> tuple[Suspicion, ...]:
    """What authorities have been asked about a person and have not answered."""
    return tuple(s for s in record.open_suspicions if s.kind is SuspicionKind.UNLISTED)


def benefits_unlisted(record: PersonRecord) -> AbstractSet[BenefitCode]:
    """The benefits that no roster lists, unanswered: these are not suspended."""
    return {s.benefit for s in open_questions(record) if s.benefit is not None}


def asked_until(record: PersonRecord, policy: Policy) -> date | None:
    """The last day of the first term of whoever was asked last; None where nobody is asked."""
    terms = (verify_by(s.opened, s.level, policy, s.kind) for s in open_questions(record))
    return max(terms, default=None)
