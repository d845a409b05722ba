"""一人两号 · Two identity numbers that draw under one payee: perhaps one person whose number changed (rule
19).

While nobody has said whether they are one, nothing of either is suspended; found to be one, what certifies
one number holds the suspension of the other. It stops no money and takes no certificate.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Final

from chalicelib.engine.calendar.periods import ONE_DAY, zh_day
from chalicelib.engine.rules.policy import Policy
from chalicelib.engine.suspicion.lifecycle import verify_by
from chalicelib.model import (
    BenefitCode,
    Decision,
    EntitlementStatus,
    PersonId,
    PersonRecord,
    Reason,
    Suspicion,
    SuspicionKind,
    SuspicionState,
)

_ASKED_FIRST: Final = 1  # the township: it has both files before it
_WHY: Final = Reason(
    SuspicionKind.TWO_NUMBERS.value,
    "名册上另有一个身份证号码以同一待遇编号领取同一待遇，姓名或出生日期相同，可能是本人号码变更。请核对证件："
    "确系同一人的予以确认，不是同一人的予以排除；核实期间两个号码的待遇均不暂停。",
    "Another identity number draws the same benefit under the same payee number, with the same name or birth "
    "date: perhaps this person's number has changed. Check the documents and say whether they are one; until "
    "then nothing of either is suspended.",
)


def two_numbers(
    record: PersonRecord, other: PersonId, benefit: BenefitCode, on: date, policy: Policy
) -> Suspicion | None:
    """The question about a person and another number; None where it has been asked."""
    before = [s for s in record.suspicions if s.kind is SuspicionKind.TWO_NUMBERS]
    if any(s.other == other for s in before):
        return None
    day = on
    while any(s.day == day for s in before):  # kind and day are its key
        day += ONE_DAY
    return Suspicion(
        SuspicionKind.TWO_NUMBERS,
        day,
        on,
        SuspicionState.OPEN,
        None,
        _WHY,
        benefit,
        level=_ASKED_FIRST,
        verify_by=verify_by(on, _ASKED_FIRST, policy, SuspicionKind.TWO_NUMBERS),
        other=other,
    )


def found_one(record: PersonRecord) -> Sequence[tuple[PersonId, BenefitCode]]:
    """Other numbers that people have found to be this person's, and for which benefit."""
    return [
        (s.other, s.benefit)
        for s in record.suspicions
        if s.kind is SuspicionKind.TWO_NUMBERS
        and s.state is SuspicionState.CONFIRMED
        and s.other is not None
        and s.benefit is not None
    ]


def certified_until(other: PersonRecord, judged: Decision, benefit: BenefitCode) -> date | None:
    """Through which day another number is certified for a benefit that it draws; None if it draws it not."""
    drawn = any(e.benefit == benefit and e.status is EntitlementStatus.ACTIVE for e in other.entitlements)
    return judged.verdict_for(benefit).valid_until if drawn else None


def certified_elsewhere(until: date) -> Reason:
    """Why a case is held while another number of the person is certified."""
    return Reason(
        "certified_under_another_number",
        f"经核实本人另有一个号码，该号码资格认证有效至{zh_day(until)}，期间不暂停待遇。",
        f"Another number was found to be this person's, and is certified through {until}: "
        "nothing is suspended meanwhile.",
    )
