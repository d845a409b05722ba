"""拟暂停名单 · Suspension lists: the township confirms a line, the authority approves it (rule 10 f)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import date

from chalicelib import clock
from chalicelib.cases import executions
from chalicelib.engine.calendar.periods import first_day
from chalicelib.engine.suspension import graded_stop, line_decisions, readiness
from chalicelib.engine.suspension.timeline import seconds_until
from chalicelib.engine.suspicion.approvals import Runs
from chalicelib.errors import NotFoundError, RefusedError
from chalicelib.jurisdiction import current
from chalicelib.model import (
    Change,
    Month,
    PersonId,
    PersonRecord,
    Proposal,
    ProposalState,
    StepOutcome,
)
from chalicelib.storage.dynamodb import people


def proposal_of(record: PersonRecord, number: int) -> Proposal:
    """A proposal by its number; NotFoundError if there is none."""
    found = next((p for p in record.proposals if p.number == number), None)
    if found is None:
        raise NotFoundError("no such proposal")
    return found


def confirm_proposal(person: PersonId, number: int, *, by: str) -> Proposal:
    """The township says line by line: yes, nobody could certify this person."""

    def confirmed(record: PersonRecord, proposal: Proposal) -> Proposal:
        if (proposal.state, proposal.confirmed_by) == (ProposalState.CONFIRMED, by):
            return proposal
        line_decisions.may_confirm(proposal, by, line_decisions.visitors(record, proposal))
        return replace(proposal, state=ProposalState.CONFIRMED, confirmed_by=by)

    return _decide(person, number, "suspension confirmed", by, confirmed)


def approve_proposal(person: PersonId, number: int, *, by: str, runs: Runs) -> Proposal:
    """An authority approves, by another person than the one who confirmed, for the benefits that it `runs`.

    Once every authority that is concerned has, the line is approved as a whole; until then it stops nothing.
    """
    on = clock.today()

    def approved(record: PersonRecord, proposal: Proposal) -> Proposal:
        if (proposal.state, proposal.approved_by) == (ProposalState.APPROVED, by):
            return proposal
        mine = {benefit: by for benefit in proposal.unsigned if runs(benefit)}
        if not mine and by in proposal.signed.values():
            return proposal
        line_decisions.may_approve(proposal, by, line_decisions.visitors(record, proposal))
        if not mine:
            raise RefusedError(
                "already_approved", "本单位已批准该名单行。", "this authority has approved the line already"
            )
        proposal = replace(proposal, signed={**proposal.signed, **mine})
        if proposal.unsigned:
            return proposal
        signed = replace(proposal, state=ProposalState.APPROVED, approved_by=by, decided=on)
        first = _effective(proposal, on)
        return graded_stop.with_a_month_in_person(signed, record, first, current().rules, on)

    proposal = _decide(person, number, "suspension approved", by, approved)
    if proposal.effective is not None:
        wait = seconds_until(first_day(proposal.in_person or proposal.effective), on)
        _answer(person, proposal, {"outcome": StepOutcome.APPROVED, "wait": wait})
    return proposal


def _effective(proposal: Proposal, on: date) -> Month:
    """The first month not paid: for a line about several benefits, that of the latest."""
    rules = current().rules
    return max(
        readiness.effective_month(until, on, rules.benefit_on(benefit, on).cutoff_day)
        for benefit, until in proposal.judged.items()
    )


def refuse_proposal(person: PersonId, number: int, *, by: str, reason: str) -> Proposal:
    """Township or authority strikes the line; the case is looked at again."""
    on = clock.today()

    def refused(_record: PersonRecord, proposal: Proposal) -> Proposal:
        if proposal.state is ProposalState.REFUSED:
            return proposal
        line_decisions.may_refuse(proposal, by)
        return replace(proposal, state=ProposalState.REFUSED, decided=on)

    proposal = _decide(person, number, "suspension refused", by, refused, reason=reason)
    _answer(person, proposal, {"outcome": StepOutcome.REFUSED})
    return proposal


def _decide(
    person: PersonId,
    number: int,
    action: str,
    by: str,
    decide: Callable[[PersonRecord, Proposal], Proposal],
    **details: object,
) -> Proposal:
    def step(record: PersonRecord) -> Change | None:
        before = proposal_of(record, number)
        after = decide(record, before)
        if after == before:
            return None
        return Change(action, by, clock.now(), {"proposal": number, **details}, proposals=(after,))

    return proposal_of(people.change(person, step), number)


def _answer(person: PersonId, proposal: Proposal, answer: dict[str, object]) -> None:
    case = people.load(person).open_case
    if case is not None and case.waiting is not None and case.due == proposal.due:
        executions.wake(case.waiting, answer)
