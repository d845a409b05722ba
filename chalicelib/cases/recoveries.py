"""追回办理 · A recovery goes on by officers' words, in the order of the law (rule 17).

What each word does is decided in `engine.money.recovery`; whoever it concerns is told in writing.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date

from chalicelib import clock, messages
from chalicelib.cases import bereavement
from chalicelib.cases.recovery_following import about, follow, refund_of, words_of
from chalicelib.engine.certification.reasons import yuan
from chalicelib.engine.money import recovery as order
from chalicelib.engine.rules.benefits import Offset
from chalicelib.engine.texts import recovery_notices
from chalicelib.errors import NotFoundError, RefusedError
from chalicelib.jurisdiction import current
from chalicelib.model import (
    BenefitCode,
    Change,
    HearingAnswer,
    Message,
    ObjectionAbout,
    PersonId,
    PersonRecord,
    Recovery,
    RecoveryState,
    Template,
)
from chalicelib.storage.dynamodb import people

TOLD = (RecoveryState.DECIDED, RecoveryState.DEMANDED)
ENDED = (RecoveryState.FINISHED, RecoveryState.WRITTEN_OFF)


def recovery_of(record: PersonRecord, number: int) -> Recovery:
    """A recovery by its number; NotFoundError if there is none."""
    found = next((r for r in record.recoveries if r.number == number), None)
    if found is None:
        raise NotFoundError("no such recovery")
    return found


def record_answer(person: PersonId, number: int, answer: HearingAnswer, *, by: str) -> Recovery:
    """What those concerned said when they were heard."""
    return _step(
        person,
        number,
        "recovery heard",
        by,
        lambda _, r: (order.heard(r, answer, by), ()),
        answer=answer.value,
    )


def decide_recovery(
    person: PersonId,
    number: int,
    *,
    because: str,
    available: Mapping[Offset, int],
    reference: str,
    by: str,
) -> Recovery:
    """The decision of the benefit's authority, with its reason: what the law allows is set off.

    What the same authority owes the heirs is set off first.
    """
    on = clock.today()

    def decide(record: PersonRecord) -> Change | None:
        before = recovery_of(record, number)
        if (before.decided_by, before.because) == (by, because):
            return None
        _not_objected(record, before.benefit)
        version = current().rules.benefit_on(before.benefit, on)
        owed = bereavement.owed_by_same_authority(record, before.benefit)
        fen = sum(o.left for o in owed)
        after = order.decided(before, because, available, fen, reference, by, version, on)
        words = {
            **words_of(record, after),
            "reason": because,
            "offset": recovery_notices.set_off(after.bookings, after.left),
        }
        told = messages.anew(record, Template.RECOVERY_DECIDED, about(after), words, on)
        details = {"recovery": number, "reason": because, "fen": after.fen, "left_fen": after.left}
        return Change(
            "recovery decided",
            by,
            clock.now(),
            details,
            recoveries=(after,),
            owed_to_heirs=bereavement.set_off(owed, after),
            messages=(told,),
        )

    people.change(person, decide)
    return recovery_of(follow(person), number)


def demand_recovery(person: PersonId, number: int, *, by: str) -> Recovery:
    """What is left is asked back, with the policy's term."""
    on, policy = clock.today(), current().rules.policy

    def demand(record: PersonRecord, before: Recovery) -> tuple[Recovery, tuple[Message, ...]]:
        if (before.state, before.demanded_by) == (RecoveryState.DEMANDED, by):
            return before, ()
        _not_objected(record, before.benefit)
        after = order.demanded(before, by, on, policy.recovery_working_days)
        return after, (_demand(record, after, on),)

    return _step(person, number, "recovery demanded", by, demand)


def _demand(record: PersonRecord, recovery: Recovery, on: date) -> Message:
    words = {
        **words_of(record, recovery),
        "yuan": yuan(recovery.left),
        "until": f"{recovery.due_by if not recovery.instalments else recovery.instalments[-1].due}",
        "instalments": recovery_notices.in_instalments(recovery.instalments),
    }
    return messages.anew(record, Template.RECOVERY_DEMANDED, about(recovery), words, on)


def agree_instalments(person: PersonId, number: int, *, parts: int, first: date, by: str) -> Recovery:
    """A plan that those concerned have agreed to; they get it in writing."""
    on = clock.today()

    def agree(record: PersonRecord, before: Recovery) -> tuple[Recovery, tuple[Message, ...]]:
        after = order.in_instalments(before, parts, first, current().rules.policy.money)
        return (after, (_demand(record, after, on),)) if after != before else (before, ())

    return _step(person, number, "instalments agreed", by, agree, parts=parts, first=first)


def record_repayment(
    person: PersonId, number: int, *, fen: int, on: date, reference: str, by: str
) -> Recovery:
    """Money came back; the same reference again changes nothing."""
    return _step(
        person,
        number,
        "repayment recorded",
        by,
        lambda _, r: (order.repaid(r, fen, on, reference, by), ()),
        fen=fen,
    )


def record_refund(person: PersonId, number: int, *, fen: int, on: date, reference: str, by: str) -> Recovery:
    """What came too much has gone back."""
    return _step(
        person,
        number,
        "refund recorded",
        by,
        lambda _, r: (order.refunded(r, fen, on, reference, by), ()),
        fen=fen,
    )


def propose_closing(person: PersonId, number: int, *, how: RecoveryState, reason: str, by: str) -> Recovery:
    """Somebody with no part in it proposes to write off what is left, or to pass it on for fraud."""

    def propose(record: PersonRecord, before: Recovery) -> tuple[Recovery, tuple[Message, ...]]:
        involved = _involved(record)
        return order.closing_proposed(before, how, reason, by, involved, clock.today()), ()

    return _step(person, number, "closing proposed", by, propose, how=how.value, reason=reason)


def approve_closing(person: PersonId, number: int, *, by: str) -> Recovery:
    """Another one with no part in it approves that: those concerned are told what is written off."""
    on = clock.today()

    def approve(record: PersonRecord, before: Recovery) -> tuple[Recovery, tuple[Message, ...]]:
        return order.closing_approved(before, by, _involved(record), on), ()

    return _step(person, number, "closing approved", by, approve)


def _involved(record: PersonRecord) -> frozenset[str]:
    """Whose word the ending rests on from which too much was paid."""
    said = (
        word
        for s in record.suspicions
        for word in (s.raised_by, s.verified_by, s.approved_by, *s.signed.values())
    )
    return frozenset(filter(None, said))


def _not_objected(record: PersonRecord, benefit: BenefitCode) -> None:
    about = (ObjectionAbout.RECOVERY, ObjectionAbout.TERMINATION)
    for objection in record.holding_objections:
        if objection.about in about and objection.benefit in (None, benefit):
            raise RefusedError(
                "objection_open",
                "异议尚未答复，不能作出决定或要求退还。",
                "an objection is open: nothing is decided or asked back until it is answered",
            )


Step = Callable[[PersonRecord, Recovery], tuple[Recovery, tuple[Message, ...]]]


def _step(person: PersonId, number: int, action: str, by: str, step: Step, **details: object) -> Recovery:
    def put(record: PersonRecord) -> Change | None:
        before = recovery_of(record, number)
        after, told = step(record, before)
        if after == before:
            return None
        said = {"recovery": number, **details}
        if before.state in TOLD and after.state in ENDED:
            told = (*told, _settled(record, after, clock.today()))
        return Change(action, by, clock.now(), said, recoveries=(after,), messages=told)

    people.change(person, put)
    return recovery_of(follow(person), number)


def _settled(record: PersonRecord, recovery: Recovery, on: date) -> Message:
    """Those concerned hear that nothing is asked of them any more."""
    words = {**words_of(record, recovery), "refund": refund_of(recovery)}
    return messages.anew(record, Template.RECOVERY_SETTLED, about(recovery), words, on)
