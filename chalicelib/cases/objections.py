"""申诉处理 · Objections (rule 22): while one is open nothing is suspended; somebody not involved decides it.

Upheld, a line on the suspension list that has not taken effect lapses, the failed visits made until then
count no more (`engine.suspension.visits`), and recoveries are called off, of the benefit named or of all.
Raised again after a rejection, it goes to the level above and holds nothing. Rejected, a line whose month the
answer has overtaken is put to two people anew. Upheld against an ending, two others decide whether what ended
it was wrong (`engine.suspicion.mistaken_confirmation`); upheld against a suspension in effect, it resumes,
arrears included.
"""

from __future__ import annotations

from dataclasses import replace

from chalicelib import clock, messages
from chalicelib.cases import evidence_effects, recovery_following
from chalicelib.engine.money import paid_in_person
from chalicelib.engine.suspension.line_decisions import STANDING
from chalicelib.engine.suspension.objections import decide_by, is_again, may_decide
from chalicelib.engine.suspicion import joining_doubts
from chalicelib.engine.suspicion.mistaken_confirmation import objection_upheld
from chalicelib.engine.texts.decision_words import MEASURES
from chalicelib.errors import NotFoundError, RefusedError
from chalicelib.jurisdiction import current
from chalicelib.model import (
    BenefitCode,
    Change,
    EntitlementStatus,
    Instruction,
    InstructionKind,
    InstructionState,
    Message,
    Objection,
    ObjectionAbout,
    ObjectionState,
    PersonId,
    PersonRecord,
    Proposal,
    ProposalState,
    Suspicion,
    Template,
)
from chalicelib.storage.dynamodb import people

NOT_PAID_BACK = (InstructionState.ISSUED, InstructionState.ACKNOWLEDGED, InstructionState.LISTED)
ANSWERS = {ObjectionState.UPHELD: "异议成立", ObjectionState.REJECTED: "维持原处理"}


def objection_of(record: PersonRecord, number: int) -> Objection:
    """An objection by its number; NotFoundError if there is none."""
    found = next((o for o in record.objections if o.number == number), None)
    if found is None:
        raise NotFoundError("no such objection")
    return found


def object_to(
    person: PersonId, about: ObjectionAbout, *, by: str, benefit: BenefitCode | None = None
) -> Objection:
    """Take an objection down; the same again while it is open changes nothing.

    `benefit` says whose recovery, if not all. After a rejection the person is told who looks at it now.
    """
    on = clock.today()

    def same(objection: Objection) -> bool:
        return (objection.about, objection.benefit) == (about, benefit)

    def take_down(record: PersonRecord) -> Change | None:
        if any(map(same, record.open_objections)):
            return None
        if benefit is not None and all(e.benefit != benefit for e in record.entitlements):
            raise RefusedError(
                "not_drawn", "本人未领取该待遇。", "the person does not draw and has not drawn this benefit"
            )
        number = max((o.number for o in record.objections), default=0) + 1
        until, case = decide_by(on, current().rules.policy), record.open_case
        raised = Objection(
            number,
            about,
            on,
            by,
            until,
            ObjectionState.OPEN,
            case=case.due if case is not None else None,
            benefit=benefit,
        )
        again = is_again(raised, record)
        under = people.joined_as(person) if record.person.id != person else None
        raised = replace(raised, holds=not again, under=under)
        details = {"objection": number, "about": about.value, "benefit": benefit, "holds": raised.holds}
        told = (_passed_on(record, raised),) if again else ()
        return Change("objection raised", by, clock.now(), details, objections=(raised,), messages=told)

    record = people.change(person, take_down)
    return next(filter(same, record.open_objections))


def _passed_on(record: PersonRecord, raised: Objection) -> Message:
    words = {"until": raised.decide_by.isoformat()}
    about = f"objection#{raised.number}"
    return messages.compose(record.person, Template.OBJECTED_AGAIN, about, words, clock.today())


def decide_objection(person: PersonId, number: int, *, upheld: bool, by: str, reason: str) -> Objection:
    """Somebody not involved decides with a reason, and the person is told."""
    state = ObjectionState.UPHELD if upheld else ObjectionState.REJECTED

    def decide(record: PersonRecord) -> Change | None:
        objection = objection_of(record, number)
        if (objection.state, objection.decided_by) == (state, by):
            return None
        may_decide(objection, record, by)
        decided = replace(objection, state=state, decided_by=by, decided=clock.today())
        return Change(
            f"objection {state}",
            by,
            clock.now(),
            {"objection": number, "about": objection.about.value, "reason": reason},
            objections=(decided,),
            suspicions=_asked_again(record, decided),
            proposals=_struck(record, decided),
            instructions=(*_called_off(record, decided), *_paid_as_before(record, decided)),
            messages=(_decision_message(record, decided, reason),),
        )

    people.change(person, decide)
    record = recovery_following.follow(person)
    evidence_effects.wake_and_start(record)
    return objection_of(record, number)


def _asked_again(record: PersonRecord, decided: Objection) -> tuple[Suspicion, ...]:
    """What an objection upheld against an ending asks two others to decide (rules 14 and 22)."""
    if not decided.spares(ObjectionAbout.TERMINATION):
        return ()
    rules, on = current().rules, clock.today()
    two = None if decided.under is None else joining_doubts.objected(record, decided.under, rules, on)
    return (*objection_upheld(record, decided.benefit, rules, on), *(() if two is None else (two,)))


def _struck(record: PersonRecord, decided: Objection) -> tuple[Proposal, ...]:
    """The lines of the open case that an upheld objection overtakes: those that have not taken effect."""
    case = record.open_case
    if case is None or not decided.spares(ObjectionAbout.SUSPENSION):
        return ()
    stopped = {e.benefit for e in record.entitlements if e.status is EntitlementStatus.SUSPENDED}
    return tuple(
        replace(proposal, state=ProposalState.LAPSED, decided=decided.decided)
        for proposal in record.proposals
        if proposal.due == case.due and proposal.state in STANDING and stopped.isdisjoint(proposal.benefits)
    )


def _called_off(record: PersonRecord, decided: Objection) -> tuple[Instruction, ...]:
    if not decided.spares(ObjectionAbout.RECOVERY):
        return ()
    return tuple(
        replace(instruction, state=InstructionState.CANCELLED, changed=decided.decided)
        for instruction in record.instructions
        if instruction.kind is InstructionKind.RECOVER
        and instruction.state in NOT_PAID_BACK
        and decided.benefit in (None, instruction.benefit)
    )


def _paid_as_before(record: PersonRecord, decided: Objection) -> tuple[Instruction, ...]:
    """What a month in person has not brought comes all the same to whom a suspension would have wronged."""
    if not decided.spares(ObjectionAbout.SUSPENSION) or not any(paid_in_person.standing(record.instructions)):
        return ()
    paid = people.payments_of(record.person.id)
    return paid_in_person.called_off(record, paid, current().rules, clock.today())


def _decision_message(record: PersonRecord, decided: Objection, reason: str) -> Message:
    words = {
        "measure": MEASURES[decided.about],
        "answer": ANSWERS[decided.state],
        "reason": reason,
    }
    about = f"objection#{decided.number}"
    return messages.compose(record.person, Template.ANSWERED, about, words, clock.today())
