"""暂停步骤 · The part of the certification steps that touches money: look, propose, suspend, resume.

`suspend` is the only function in Wugan that stops a payment for lack of certification. It does so
for entitlements whose proposal two people have signed, and only while everything that they signed
still stands.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from typing import Final

from chalicelib import clock, messages
from chalicelib.cases import (
    daily_run,
    evidence_effects,
    executions,
    home_visits,
    suspension_limits,
    two_numbers,
)
from chalicelib.cases.freshness import is_anything_unread, missing_feeds
from chalicelib.engine.calendar.periods import month_before, month_of, months_between
from chalicelib.engine.certification.reasons import yuan
from chalicelib.engine.money import paid_in_person
from chalicelib.engine.money.account import still_lacking
from chalicelib.engine.money.arrears import Amounts, Sum, arrears_of
from chalicelib.engine.money.arrears_approval import one_word, ordered
from chalicelib.engine.suspension import line_decisions, readiness, visits
from chalicelib.engine.suspension.blockers import last_certificate
from chalicelib.engine.suspension.outages import STOPS, after_outages
from chalicelib.engine.suspension.timeline import SECONDS_A_DAY
from chalicelib.engine.texts import decision_words
from chalicelib.errors import UnreadableError
from chalicelib.jurisdiction import current
from chalicelib.model import (
    REMINDERS,
    BenefitCode,
    Case,
    Change,
    Entitlement,
    EntitlementStatus,
    Evidence,
    Instruction,
    InstructionKind,
    InstructionState,
    MessageState,
    Month,
    PersonId,
    PersonRecord,
    Proposal,
    ProposalState,
    StateName,
    StepOutcome,
    Template,
    VisitManner,
    Waiting,
)
from chalicelib.observability import logger
from chalicelib.steps.walking import ACTOR, Answer, StepInput, answer
from chalicelib.storage.dynamodb import outages, people, worklist_rows
from chalicelib.storage.s3 import lake

AN_HOUR: Final = 3_600  # seconds: while anything is unread in the inbox, the last look waits so long


def from_lake(person: PersonId) -> list[Evidence] | None:
    """What the lake holds about a person; None if it cannot be read: conclude nothing from that."""
    try:
        return lake.evidence_of(person)
    except UnreadableError:
        logger.warning("the lake cannot be read", extra={"person": person})
        return None


def look(record: PersonRecord, case: Case, on: date) -> readiness.Readiness:
    """Rules 10 and 11 on a fresh match of this day; where it would stop anything, outages and rule 12."""
    last = last_certificate(record)
    feeds = [last.evidence.feed] if last is not None and last.evidence is not None else []
    missing = missing_feeds(feeds, on)
    judged = evidence_effects.judge(record, on)
    elsewhere = two_numbers.certified_elsewhere(record, on)
    ready = readiness.readiness(record, case, judged, current().rules, on, missing, elsewhere)
    ready = after_outages(ready, outages.said(), current().rules.policy, on) if ready.step in STOPS else ready
    waits = ready.step is StepOutcome.SUSPEND and suspension_limits.exceeded(
        record.person.area, month_of(on), ready.benefits
    )
    return readiness.beyond_limit(ready, on) if waits else ready


def next_visit(record: PersonRecord, case: Case, on: date) -> tuple[date, date, VisitManner]:
    """From which day and until which day the next visit of a case is to be made, and how."""
    return visits.next_visit(record, case.due, on, current().rules.policy)


# --- proposals -----------------------------------------------------------------------------------


def standing_proposal(record: PersonRecord, case: Case) -> Proposal | None:
    """The line about this case that is on a list, or approved, now."""
    return next(
        (p for p in reversed(record.proposals) if p.due == case.due and p.state in line_decisions.STANDING),
        None,
    )


def proposal_for(record: PersonRecord, case: Case, on: date) -> Proposal:
    """A new line for the township's list, resting on today's valid_until of each benefit."""
    benefits = look(record, case, on).benefits
    judged = {e.benefit: e.valid_until for e in record.entitlements if e.benefit in benefits}
    number = max((p.number for p in record.proposals), default=0) + 1
    return Proposal(number, case.due, benefits, judged, on, ProposalState.PROPOSED)


def still_asks(standing: Proposal, proposal: Proposal, record: PersonRecord, case: Case) -> bool:
    """Whether a line on the list asks what is to be asked today.

    What two people approved and a hold has since overtaken asks nothing any more: it would wake the last
    look, which would come back here, for ever.
    """
    if standing.state is ProposalState.APPROVED:
        return look(record, case, clock.today()).step in (StepOutcome.APPROVED, StepOutcome.SUSPEND)
    return standing.judged == proposal.judged


def answer_if_decided(record: PersonRecord, case: Case, waiting: Waiting) -> None:
    """The list may have been decided before this wait began."""
    standing = standing_proposal(record, case)
    if standing is not None and standing.state is ProposalState.APPROVED:
        executions.wake(waiting, {"outcome": StepOutcome.HEARD})


def answer_if_visited(record: PersonRecord, case: Case, waiting: Waiting) -> None:
    """The worker may have come back before this wait began."""
    if home_visits.pending(record, case.due.isoformat()) is None:
        executions.wake(waiting, {"outcome": StepOutcome.LOOK})


# --- pay in person -------------------------------------------------------------------------------


def in_person(record: PersonRecord, case: Case, change: Change) -> Change:
    """The change, with what payer and person are told of a month in person, if everything stands for it."""
    on = clock.today()
    ready, standing = look(record, case, on), standing_proposal(record, case)
    if ready.step is not StepOutcome.PAY_IN_PERSON or standing is None or standing.in_person is None:
        return change
    month = standing.in_person
    drawn = [e for e in record.entitlements if e.benefit in ready.benefits]
    words = {
        **decision_words.of_suspension(record, case, standing, current().rules),
        "what": decision_words.titles(ready.benefits, current().rules),
        "month": month,
    }
    message = messages.anew(record, Template.PAY_IN_PERSON, case.due.isoformat(), words, on)
    orders = tuple(paid_in_person.order(e, month, on) for e in drawn)
    return replace(change, details={"proposal": standing.number}, messages=(message,), instructions=orders)


def paid_as_before(record: PersonRecord, change: Change) -> Change:
    """The change, with the orders to pay in person called off where the person is certified."""
    if not any(paid_in_person.standing(record.instructions)):
        return change
    paid = people.payments_of(record.person.id)
    return replace(
        change, instructions=paid_in_person.called_off(record, paid, current().rules, clock.today())
    )


# --- suspend -------------------------------------------------------------------------------------


def suspend(call: StepInput) -> Answer:
    """Stop the payments that two people have approved to stop, if everything still stands."""
    on = clock.today()
    found = from_lake(call.person)

    def stop(record: PersonRecord) -> tuple[Change | None, StepOutcome]:
        case = call.case_of(record)
        outcome, benefits = _may_suspend(record, case, found, on)
        if outcome is not StepOutcome.SUSPEND or case is None:
            return None, outcome
        approved = standing_proposal(record, case)
        if approved is None or approved.effective is None:
            return None, StepOutcome.CHANGED
        signed = replace(approved, benefits=benefits)
        return _suspension(record, case, signed, approved.effective, on), StepOutcome.SUSPENDED

    _, outcome = people.change_with_outcome(call.person, stop)
    return answer(outcome, current().rules.policy.timeline.dormant_after_days * SECONDS_A_DAY)


def _may_suspend(
    record: PersonRecord, case: Case | None, found: Sequence[Evidence] | None, on: date
) -> tuple[StepOutcome, tuple[BenefitCode, ...]]:
    """What stands on this day, for which benefits; anything but SUSPEND leaves the money alone."""
    if case is None:
        return StepOutcome.CLOSED, ()
    if any(e.status is EntitlementStatus.SUSPENDED for e in evidence_effects.still_due(record, case)):
        return StepOutcome.SUSPENDED, ()  # a repeated call: it has been done
    if found is None or evidence_effects.apply_rules(record, on, found):
        # evidence not settled yet, or not to be read: the last look comes first
        return StepOutcome.CHANGED, ()
    ready = look(record, case, on)
    step = ready.step
    if step is StepOutcome.SUSPEND and is_anything_unread():
        return StepOutcome.CHANGED, ()
    known = (StepOutcome.SUSPEND, StepOutcome.CERTIFIED, StepOutcome.CLOSED)
    return (step if step in known else StepOutcome.CHANGED), ready.benefits


def _suspension(record: PersonRecord, case: Case, approved: Proposal, effective: Month, on: date) -> Change:
    """The change that stops `approved.benefits`."""
    stopped = tuple(
        replace(
            e,
            status=EntitlementStatus.SUSPENDED,
            stopped_from=paid_in_person.first_unpaid(record, e.benefit, effective),
        )
        for e in record.entitlements
        if e.benefit in approved.benefits and e.status is EntitlementStatus.ACTIVE
    )
    words = {"month": effective, **decision_words.of_suspension(record, case, approved, current().rules)}
    told = messages.anew(record, Template.SUSPENDED, case.due.isoformat(), words, on)
    return Change(
        StateName.SUSPEND.value,
        ACTOR,
        clock.now(),
        {
            "proposal": approved.number,
            "confirmed_by": approved.confirmed_by,
            "approved_by": approved.approved_by,
            "judged": {benefit: until.isoformat() for benefit, until in approved.judged.items()},
            "limit_lifted_by": suspension_limits.lifted_by(record.person.area, effective, approved.benefits),
        },
        entitlements=stopped,
        cases=(replace(case, state=StateName.SUSPEND, waiting=None),),
        messages=(told,),
        instructions=tuple(_instruct(e, InstructionKind.SUSPEND, effective, e.fen, on) for e in stopped),
    )


def _instruct(
    entitlement: Entitlement, kind: InstructionKind, month: Month, fen: int, on: date
) -> Instruction:
    reasons = {
        InstructionKind.SUSPEND: "not certified, after data, reminders, self-service and three visits",
        InstructionKind.RESUME: "certified again",
    }
    return Instruction(entitlement.benefit, kind, month, fen, reasons[kind], InstructionState.ISSUED, on)


# --- resume --------------------------------------------------------------------------------------


def resume_and_pay_arrears(call: StepInput) -> Answer:
    """Pay again from this month on, and what was withheld with it (rule 18).

    Less what payments show as credited: the bank may have paid on. Nobody waits for files that are not loaded
    yet: they amend the amount when they are (`intake.payments`).
    """
    on = clock.today()

    def resume(record: PersonRecord) -> Change | None:
        case = call.case_of(record)
        resumed = evidence_effects.resumable(record, case)
        if not resumed:
            return None
        policy = current().rules.policy
        wrongly = readiness.wrongly_suspended(record, case, policy, on) if case else frozenset()
        return _resumption(record, resumed, on, is_wrong=wrongly >= {e.benefit for e in resumed})

    people.change(call.person, resume)
    return answer(StepOutcome.DONE)


def _resumption(
    record: PersonRecord, resumed: tuple[Entitlement, ...], on: date, *, is_wrong: bool
) -> Change:
    """`is_wrong`: people found that the suspension was wrong, and nobody had to certify."""
    month = month_of(on)
    amounts = still_lacking(record, people.payments_of(record.person.id), current().rules)
    owed: dict[BenefitCode, Sum] = {e.benefit: _owed(e, record, month, amounts) for e in resumed}
    told = tuple(_resume(e, month, owed[e.benefit], record, on) for e in resumed)
    words = {"yuan": yuan(sum(each.fen for each in told)), "month": month}
    words |= decision_words.of_resumption(resumed, current().rules)
    if is_wrong:
        words["reason"] = "资格认证到期未办理"
    template = Template.RESTORED if is_wrong else Template.RESUMED
    return Change(
        StateName.RESUME_AND_PAY_ARREARS.value,
        ACTOR,
        clock.now(),
        {
            "arrears_fen": {code: each.fen for code, each in owed.items()},
            "arrears_by_month": {code: each.explained for code, each in owed.items()},
            "arrears_held": {each.benefit: list(each.held) for each in told if each.held},
        },
        entitlements=tuple(replace(e, status=EntitlementStatus.ACTIVE, stopped_from=None) for e in resumed),
        messages=(messages.anew(record, template, on.isoformat(), words, on),),
        instructions=told,
    )


def _resume(entitlement: Entitlement, month: Month, owed: Sum, record: PersonRecord, on: date) -> Instruction:
    months = _stopped(entitlement, record, month)
    told = replace(_instruct(entitlement, InstructionKind.RESUME, month, 0, on), arrears=months)
    rules = current().rules
    return ordered(told, owed, one_word(entitlement, record.evidence, rules), rules.policy.money)


def _stopped(entitlement: Entitlement, record: PersonRecord, pay_run: Month) -> tuple[Month, ...]:
    """The months that may not have been paid: those of the suspension, and in person before it."""
    first = entitlement.stopped_from
    months = months_between(first, month_before(pay_run)) if first is not None else ()
    return paid_in_person.with_uncollected(record, entitlement.benefit, months, pay_run)


def _owed(entitlement: Entitlement, record: PersonRecord, pay_run: Month, amounts: Amounts) -> Sum:
    return arrears_of(entitlement, _stopped(entitlement, record, pay_run), amounts)


# --- close ---------------------------------------------------------------------------------------


def cancel_pending(record: PersonRecord, case: Case, change: Change) -> Change:
    """The change, with everything that the closing case had under way called off."""
    about = case.due.isoformat()
    pending = home_visits.pending(record, about)
    standing = standing_proposal(record, case)
    on = clock.today()
    return replace(
        change,
        visits=(replace(pending, cancelled=on),) if pending else (),
        proposals=(replace(standing, state=ProposalState.LAPSED, decided=on),) if standing else (),
        messages=tuple(
            replace(m, state=MessageState.DROPPED)
            for m in record.messages
            if m.about == about
            and m.template in (*REMINDERS, Template.PAY_IN_PERSON)
            and m.state is MessageState.PENDING
        ),
    )


def reschedule(record: PersonRecord) -> None:
    """File a person whose case has closed under the next day on which they come due.

    Paid again without a certificate, as people found (an objection upheld, a visit corrected): the next daily
    run asks anew, and visits follow in their terms. What can never be suspended was asked about in vain, and
    rests.
    """
    if record.open_case is None:
        next_due = daily_run.comes_due(record, clock.today())
        worklist_rows.refile(record.person.id, worklist_rows.due_of(record), next_due)
