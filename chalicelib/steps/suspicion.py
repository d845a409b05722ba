"""疑点步骤 · The steps of statemachines/suspicion.asl.json: a suspicion ends by a person's word, or goes
on."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace

from chalicelib import clock, messages
from chalicelib.cases import (
    bereavement,
    evidence_effects,
    evidence_withdrawal,
    executions,
    home_visits,
    joined_numbers,
    recovery_following,
    related_persons,
    restarts,
    separated_numbers,
    suspicion_verification,
    withheld_before_end,
)
from chalicelib.engine.money.adjustment import adjustment
from chalicelib.engine.suspension.timeline import seconds_until
from chalicelib.engine.suspicion.approvals import asked, reminded, to_end
from chalicelib.engine.suspicion.lifecycle import chased
from chalicelib.engine.suspicion.reckoning import reckoned
from chalicelib.engine.suspicion.restart import restarts as asked_because_over
from chalicelib.engine.suspicion.termination import Ending, ending
from chalicelib.engine.texts import decision_words
from chalicelib.jurisdiction import current
from chalicelib.model import (
    BenefitKind,
    Change,
    Instruction,
    InstructionKind,
    InstructionState,
    Message,
    PersonRecord,
    StateName,
    StepOutcome,
    Suspicion,
    SuspicionKind,
    SuspicionState,
    Template,
    Visit,
    VisitPurpose,
)
from chalicelib.observability import count
from chalicelib.steps import suspension_steps
from chalicelib.steps.walking import ACTOR, Answer, StepInput, answer
from chalicelib.storage.dynamodb import people

ENDED = (SuspicionState.CONFIRMED, SuspicionState.CLEARED, SuspicionState.WITHDRAWN)


def gather_evidence(call: StepInput) -> Answer:
    """Everything known, record and lake; a person may have spoken already.

    What contradicts the suspicion opens one of its own. If the lake cannot be read, people verify all
    the same: nothing ends without their word. Where a person has spoken, *Verify* says so at once.
    """
    found = suspension_steps.from_lake(call.person) or ()

    def gather(record: PersonRecord) -> Change | None:
        settlement = evidence_effects.apply_rules(record, clock.today(), found)
        return settlement.change(call.state.value, ACTOR) if settlement else None

    record = people.change(call.person, gather, related_persons.brought_up_to_date(call.person))
    evidence_effects.wake_and_start(record)
    suspicion = call.suspicion_of(record)
    if suspicion is None:
        return answer(StepOutcome.CLOSED)
    if suspicion.state in ENDED:
        return answer(suspicion_verification.outcome_of(suspicion))
    return answer(StepOutcome.UNVERIFIED, _seconds_left(suspicion))


def _seconds_left(suspicion: Suspicion) -> int:
    on = clock.today()
    return seconds_until(suspicion.verify_by or on, on)


def verify(call: StepInput) -> Answer:
    """Ask somebody to look: at the door for a death, in the papers for the rest."""

    def ask(record: PersonRecord) -> Change | None:
        suspicion = call.suspicion_of(record)
        if suspicion is None or suspicion.state in ENDED:
            return None
        asked = replace(suspicion, waiting=call.waiting())
        visits: tuple[Visit, ...] = ()
        heard = suspicion.verified_by is not None  # somebody has been there: a second person's word lacks
        if (
            home_visits.verifies(suspicion)
            and not heard
            and home_visits.pending(record, suspicion.name) is None
        ):
            number, on = home_visits.next_number(record), clock.today()
            until = suspicion.verify_by or on
            visits = (Visit(number, VisitPurpose.VERIFY, suspicion.name, on, until),)
        told = bereavement.to_confirm(record, suspicion)
        return replace(_change(call), suspicions=(asked,), visits=visits, messages=told)

    record = people.change(call.person, ask)
    suspicion = call.suspicion_of(record)
    waiting = call.waiting()
    if waiting is None:
        raise ValueError("Verify waits and was given no token")
    if suspicion is None:
        executions.wake(waiting, {"outcome": StepOutcome.CLOSED})
    elif suspicion.state in ENDED:
        executions.wake(waiting, {"outcome": suspicion_verification.outcome_of(suspicion)})
    return answer(StepOutcome.DONE)


def chase_verification(call: StepInput) -> Answer:
    """Overdue: the next level up must verify, by its own day; silence never confirms."""
    policy = current().rules.policy

    def chase(record: PersonRecord) -> Change | None:
        suspicion = call.suspicion_of(record)
        if suspicion is None or suspicion.state in ENDED:
            return None
        higher = chased(suspicion, clock.today(), policy)
        return replace(_change(call), suspicions=(replace(higher, waiting=None),))

    suspicion = call.suspicion_of(people.change(call.person, chase))
    return answer(StepOutcome.DONE, _seconds_left(suspicion) if suspicion else 1)


def terminate(call: StepInput) -> Answer:
    """A fact is confirmed: end or pause what its own authority has approved to; the rest goes on."""

    def end(record: PersonRecord) -> Change | None:
        suspicion = call.suspicion_of(record)
        if suspicion is None or suspicion.state is not SuspicionState.CONFIRMED:
            return None
        ended, after = _ended(record, suspicion)
        died = suspicion.kind is SuspicionKind.DEATH and record.person.deceased_on is None
        owed = bereavement.owed_at_death(record, suspicion, [e.entitlement.benefit for e in ended])
        visit = home_visits.pending(record, suspicion.name)  # what it was to find out is known
        over = _over_already(record, after, ended)
        if not ended and not died and visit is None and after == suspicion and not over:
            return None
        return replace(
            _change(call),
            details={
                "suspicion": suspicion.name,
                "verified_by": suspicion.verified_by,
                "approved_by": suspicion.approved_by,
                "ends": {e.entitlement.benefit: suspicion.signed[e.entitlement.benefit] for e in ended},
                **({"owed_to_heirs_fen": {o.benefit: o.left for o in owed}} if owed else {}),
            },
            person=replace(record.person, deceased_on=suspicion.day) if died else None,
            entitlements=tuple(e.entitlement for e in ended),
            suspicions=(after, *over),
            visits=(replace(visit, cancelled=clock.today()),) if visit is not None else (),
            messages=_ending_messages(record, suspicion, ended),
            owed_to_heirs=owed,
            instructions=tuple(i for e in ended for i in _instructions(e)),
        )

    found = call.suspicion_of(people.load(call.person))
    if found is not None and found.kind is SuspicionKind.TWO_NUMBERS:
        joined_numbers.join(call.person, found, actor=ACTOR)
    record = people.change(call.person, end)
    case = record.open_case
    if case is not None and case.waiting is not None and not evidence_effects.still_due(record, case):
        executions.wake(case.waiting, {"outcome": StepOutcome.CLOSED})
    evidence_effects.wake_and_start(record)  # asleep since a suspension: nothing is left to wait for
    return answer(StepOutcome.DONE)


def _ended(record: PersonRecord, suspicion: Suspicion) -> tuple[tuple[Ending, ...], Suspicion]:
    """What ends now, and the suspicion with what is left for authorities to approve."""
    on, rules = clock.today(), current().rules
    all_ = ending(suspicion, record.entitlements, rules, on)
    if suspicion.ends is None:  # confirmed before there were approvals
        suspicion = replace(suspicion, ends=to_end(suspicion, record.entitlements, rules, on))
    waiting = [e for e in all_ if e.entitlement.benefit in (suspicion.ends or ())]
    left = tuple(e.entitlement.benefit for e in waiting if e.entitlement.benefit not in suspicion.signed)
    after = replace(suspicion, ends=tuple(dict.fromkeys(left)), waiting=None)
    if left and suspicion.verify_by is None:
        after = asked(after, on, rules.policy)
    return tuple(e for e in waiting if e.entitlement.benefit in suspicion.signed), after


def _over_already(
    record: PersonRecord, confirmed: Suspicion, ended: tuple[Ending, ...]
) -> tuple[Suspicion, ...]:
    """What people have to decide because what ends a payment now is over already: released, renewed."""
    now = {e.entitlement.benefit: e.entitlement for e in ended}
    then = replace(
        record,
        entitlements=tuple(now.get(e.benefit, e) for e in record.entitlements),
        suspicions=tuple(confirmed if s.name == confirmed.name else s for s in record.suspicions),
    )
    is_told = bool(ended) or confirmed.kind is SuspicionKind.UPCOMING
    return tuple(asked_because_over(then, current().rules, clock.today())) if is_told else ()


def _ending_messages(
    record: PersonRecord, suspicion: Suspicion, ended: tuple[Ending, ...]
) -> tuple[Message, ...]:
    """Each ending is told, a pause as a pause; about a death a household is written to once, at the end."""
    if suspicion.kind is SuspicionKind.DEATH:
        return ()
    rules = current().rules
    by_template = {
        Template.PAUSED: [e for e in ended if e.instruction is InstructionKind.PAUSE],
        Template.TERMINATED: [e for e in ended if e.instruction is not InstructionKind.PAUSE],
    }
    return tuple(
        messages.anew(
            record, template, suspicion.name, decision_words.of_ending(suspicion, of, rules), clock.today()
        )
        for template, of in by_template.items()
        if of
    )


def _instructions(ended: Ending) -> tuple[Instruction, ...]:
    """Only monthly payments are instructed: the others have nothing to stop (domain, "benefit")."""
    if current().rules.benefit(ended.entitlement.benefit).kind is not BenefitKind.MONTHLY:
        return ()
    return (
        Instruction(
            ended.entitlement.benefit,
            ended.instruction,
            ended.from_month,
            ended.entitlement.fen,
            ended.reason,
            InstructionState.ISSUED,
            clock.today(),
        ),
    )


def compute_overpaid(call: StepInput) -> Answer:
    """What was paid from the first month not due on is to be recovered; a wrong amount is put right."""

    def recover(record: PersonRecord) -> Change | None:
        suspicion = call.suspicion_of(record)
        if suspicion is None or suspicion.state is not SuspicionState.CONFIRMED:
            return None
        rules, on = current().rules, clock.today()
        payments = people.payments_of(record.person.id)
        new = adjustment(record, suspicion, payments, rules, on) or reckoned(record, payments, rules, on)
        new = (*new, *withheld_before_end.orders(record, on))
        if not new:
            return None
        details = {
            "overpaid_fen": {i.benefit: i.fen for i in new if i.kind is InstructionKind.RECOVER},
            "instructions": {i.name: i.fen for i in new},
        }
        letters = withheld_before_end.letters(record, new, on)
        return replace(_change(call), details=details, instructions=new, messages=letters)

    people.change(call.person, recover)
    suspicion = call.suspicion_of(recovery_following.follow(call.person))
    if suspicion is None or not suspicion.is_unfinished:
        return answer(StepOutcome.DONE)
    return answer(StepOutcome.UNAPPROVED, _seconds_left(suspicion))


def await_approval(call: StepInput) -> Answer:
    """What is confirmed goes on for each benefit until its own authority approves that it ends (rule 15)."""
    waiting = call.waiting()
    if waiting is None:
        raise ValueError("Await approval waits and was given no token")

    def wait(record: PersonRecord) -> Change | None:
        suspicion = call.suspicion_of(record)
        if suspicion is None or not suspicion.is_unfinished:
            return None
        return replace(_change(call), suspicions=(replace(suspicion, waiting=waiting),))

    suspicion = call.suspicion_of(people.change(call.person, wait))
    if suspicion is None:
        executions.wake(waiting, {"outcome": StepOutcome.CLOSED})
    elif suspicion.state is not SuspicionState.CONFIRMED:
        executions.wake(waiting, {"outcome": StepOutcome.REFUTED})
    elif len(suspicion.unsigned) < len(suspicion.ends or ()) or not suspicion.ends:
        executions.wake(waiting, {"outcome": StepOutcome.APPROVED})
    return answer(StepOutcome.DONE)


def chase_approval(call: StepInput) -> Answer:
    """Overdue: the authorities are reminded and have another term; silence never ends a payment."""

    def remind(record: PersonRecord) -> Change | None:
        suspicion = call.suspicion_of(record)
        if suspicion is None or not suspicion.is_unfinished:
            return None
        again = reminded(replace(suspicion, waiting=None), clock.today(), current().rules.policy)
        details = {"suspicion": call.subject, "awaits": list(suspicion.unsigned)}
        return replace(_change(call), details=details, suspicions=(again,))

    people.change(call.person, remind)
    suspicion = call.suspicion_of(recovery_following.follow(call.person, overdue=True))
    return answer(StepOutcome.DONE, _seconds_left(suspicion) if suspicion else 1)


def clear(call: StepInput) -> Answer:
    """The record was wrong: what it blocked, record and lake, is certified at once, and the walk is over.

    What it had ended under another number of the person, before the two were joined, is paid.
    """
    found = suspension_steps.from_lake(call.person) or ()

    def settle(record: PersonRecord) -> Change | None:
        settlement = evidence_effects.apply_rules(record, clock.today(), found)
        return settlement.change(call.state.value, ACTOR) if settlement else None

    record = people.change(call.person, settle)
    joined_numbers.pay_what_was_withheld(record.person.id, actor=ACTOR)
    evidence_effects.wake_and_start(record)
    return close_suspicion(call)


def undo(call: StepInput) -> Answer:
    """What ended a payment was wrong, as two people found, or is over: it is undone, or paid again.

    With that the walk is over.
    """
    if call.subject.startswith(SuspicionKind.RESTART):
        restarts.restart_upheld(call.person, call.subject, actor=ACTOR)
    else:
        _reverse(call)
    return close_suspicion(call)


def _reverse(call: StepInput) -> None:
    """Undo what an error caused: two numbers that were joined by it are separated."""
    record = people.load(call.person)
    decided = call.suspicion_of(record)
    joined = next((s for s in record.suspicions if decided is not None and s.name == decided.about), None)
    if decided is not None and joined is not None and joined.kind is SuspicionKind.TWO_NUMBERS:
        separated_numbers.separate(call.person, joined, decided, actor=ACTOR)
    else:
        evidence_withdrawal.reversal_upheld(call.person, call.subject, actor=ACTOR)


def close_suspicion(call: StepInput) -> Answer:
    """The walk of this suspicion is over; visits that it still asked for are called off."""

    def close(record: PersonRecord) -> Change | None:
        suspicion = call.suspicion_of(record)
        visit = home_visits.pending(record, call.subject)
        if suspicion is None or (visit is None and suspicion.waiting is None):
            return None
        visits = (replace(visit, cancelled=clock.today()),) if visit else ()
        return replace(_change(call), suspicions=(replace(suspicion, waiting=None),), visits=visits)

    people.change(call.person, close)
    return answer(StepOutcome.DONE)


def park_for_a_person(call: StepInput) -> Answer:
    """The workflow could not go on: say so, decide nothing; the suspicion stays open for the daily run."""
    people.change(call.person, lambda _record: _change(call))
    count(Parked=1)
    return answer(StepOutcome.DONE)


def _change(call: StepInput) -> Change:
    return Change(call.state.value, ACTOR, clock.now(), {"suspicion": call.subject})


STEPS: Mapping[StateName, Callable[[StepInput], Answer]] = {
    StateName.GATHER_EVIDENCE: gather_evidence,
    StateName.VERIFY: verify,
    StateName.CHASE_VERIFICATION: chase_verification,
    StateName.TERMINATE: terminate,
    StateName.COMPUTE_OVERPAID: compute_overpaid,
    StateName.AWAIT_APPROVAL: await_approval,
    StateName.CHASE_APPROVAL: chase_approval,
    StateName.CLEAR: clear,
    StateName.UNDO: undo,
    StateName.CLOSE_SUSPICION: close_suspicion,
    StateName.PARK_FOR_A_PERSON: park_for_a_person,
}
