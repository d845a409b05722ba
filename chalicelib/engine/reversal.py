"""A withdrawal that does not name what a confirmed suspicion rests on: perhaps it was confirmed in error.

It takes nothing back by itself and is never silent: two people who had no part in the confirmation decide
within a working day (rule 14). Upheld, everything that the confirmation caused is undone.
"""

from __future__ import annotations

from collections.abc import Iterator
from collections.abc import Set as AbstractSet
from dataclasses import replace
from datetime import date
from typing import Final

from chalicelib.engine.ending import ended_by
from chalicelib.engine.periods import ONE_DAY, zh_day
from chalicelib.engine.rulebook import RuleBook
from chalicelib.engine.suspicion import verify_by
from chalicelib.model import (
    EvidenceKey,
    PersonRecord,
    Reason,
    Suspicion,
    SuspicionKind,
    SuspicionState,
    Verification,
)

_DECIDED_FIRST: Final = 1  # by the township or above: it ended a payment
_FOUND: Final = {
    SuspicionKind.DEATH: ("去世", "the death"),
    SuspicionKind.CUSTODY: ("服刑、羁押", "the custody"),
    SuspicionKind.DOUBLE_RECEIPT: ("重复领取", "the double receipt"),
}

_ANOTHER_DAY: Final = (
    "数据部门另撤销了同类记录，所指日期不同：请向该部门核实是否系误报。",
    " The department has taken back a record of the kind, of another day: ask whether it was wrong.",
)


def reversals(
    record: PersonRecord,
    gone: AbstractSet[EvidenceKey],
    unmatched: AbstractSet[EvidenceKey],
    rules: RuleBook,
    on: date,
) -> Iterator[Suspicion]:
    """What two people have to decide once a department has taken back `gone`.

    `unmatched`: what of it names no record that was ever received. `record` as it stands after what the
    withdrawal undoes by itself. A death found out at the door rests on no record, so that none takes it
    back; that the department takes its own back is reason enough to ask.
    """
    taken: list[Suspicion] = [s for s in record.suspicions if s.kind is SuspicionKind.REVERSAL]
    unnamed = {kind for key in unmatched if (kind := _kind(key, rules)) is not None}
    for suspicion in record.suspicions:
        at_the_door = suspicion.verification is Verification.VISIT and suspicion.evidence in gone
        if suspicion.state is not SuspicionState.CONFIRMED or not (
            suspicion.kind in unnamed or (at_the_door and suspicion.kind in _FOUND)
        ):
            continue
        if not _ended_something(suspicion, record, rules, on):
            continue
        if any(s.about == suspicion.name and s.state is SuspicionState.OPEN for s in taken):
            continue
        opened = _opened(suspicion, taken, rules, on)
        taken.append(opened)
        yield opened


def noted(record: PersonRecord, unmatched: AbstractSet[EvidenceKey], rules: RuleBook) -> Iterator[Suspicion]:
    """Open suspicions of a kind of which a department has taken back another day, saying so."""
    kinds = {kind for key in unmatched if (kind := _kind(key, rules)) is not None}
    for suspicion in record.open_suspicions:
        why = suspicion.reason
        if suspicion.kind in kinds and not why.zh.endswith(_ANOTHER_DAY[0]):
            told = Reason(
                why.code, why.zh + _ANOTHER_DAY[0], why.en + _ANOTHER_DAY[1], why.evidence, why.rule
            )
            yield replace(suspicion, reason=told)


def _kind(key: EvidenceKey, rules: RuleBook) -> SuspicionKind | None:
    event = rules.events.get((key.feed, key.event))
    return event.suspicion if event is not None else None


def _ended_something(suspicion: Suspicion, record: PersonRecord, rules: RuleBook, on: date) -> bool:
    return suspicion.kind is SuspicionKind.DEATH or any(
        ended_by(suspicion, entitlement, rules, on) for entitlement in record.entitlements
    )


def _opened(about: Suspicion, taken: list[Suspicion], rules: RuleBook, on: date) -> Suspicion:
    day = about.day
    while any(s.day == day and s.about != about.name for s in taken):  # kind and day are its key
        day += ONE_DAY
    generation = max((s.generation for s in taken if s.day == day), default=0) + 1
    zh, en = _FOUND.get(about.kind, ("丧失资格", "the loss"))
    return Suspicion(
        SuspicionKind.REVERSAL,
        day,
        on,
        SuspicionState.OPEN,
        None,
        Reason(
            SuspicionKind.REVERSAL.value,
            f"数据部门撤销了一条记录，所指日期与{zh_day(about.day)}{zh}的认定不符，原认定可能有误，待遇已因此停发。"
            "须由未参与原认定的两名工作人员在一个工作日内核实本人身份或询问数据部门后决定：确属误认的予以确认，"
            "待遇恢复并补发；原认定无误的予以排除。",
            f"The department took back a record that does not name {en} found of {about.day}, for which "
            "payment has ended: it may have been found in error. Two people who had no part in it see the "
            "person or ask the department within one working day: confirm if it was wrong, and payment "
            "resumes with arrears; clear it if it was right.",
        ),
        about.benefit,
        level=_DECIDED_FIRST,
        verify_by=verify_by(on, _DECIDED_FIRST, rules.policy, SuspicionKind.REVERSAL),
        generation=generation,
        about=about.name,
        involved=frozenset(
            by for by in (about.verified_by, about.approved_by, *about.signed.values()) if by is not None
        ),
    )


def reversed_by(record: PersonRecord, reversal: Suspicion) -> Suspicion | None:
    """The confirmed suspicion that an upheld reversal is about; None where that stands no longer."""
    if reversal.kind is not SuspicionKind.REVERSAL or reversal.state is not SuspicionState.CONFIRMED:
        return None
    return next(
        (s for s in record.suspicions if s.name == reversal.about and s.state is SuspicionState.CONFIRMED),
        None,
    )
