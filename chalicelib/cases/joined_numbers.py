"""并号 · Two numbers that people have found to be one person's are joined, with a trail on both (rule 19).

The one that goes on takes up what the other held. Each step may be repeated after a crash: what has been
taken up is not taken up twice, and once the other is marked, whoever loads it finds the person that goes on
(`people.load`): look-ups, later files and the API alike.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from typing import Final

from chalicelib import clock, messages
from chalicelib.cases import evidence_effects, executions, joining_trails, recovery_following
from chalicelib.cases.evidence_withdrawal import wait_of_suspended
from chalicelib.engine.certification.reasons import yuan
from chalicelib.engine.suspicion.reversal import withheld_under_another_number
from chalicelib.engine.suspicion.two_numbers import dead_by_word, goes_on, paid_again, taken_up
from chalicelib.engine.texts import decision_words
from chalicelib.jurisdiction import current
from chalicelib.model import (
    Case,
    Change,
    EntitlementStatus,
    Evidence,
    Instruction,
    InstructionKind,
    InstructionState,
    Message,
    MessageState,
    ObjectionState,
    Payment,
    PersonId,
    PersonRecord,
    ProposalState,
    StateName,
    StepOutcome,
    Suspicion,
    SuspicionState,
    Template,
)
from chalicelib.storage.dynamodb import commits, people
from chalicelib.storage.s3 import lake

_OPEN_LINES: Final = (ProposalState.PROPOSED, ProposalState.CONFIRMED, ProposalState.APPROVED)
_OPEN_ORDERS: Final = (InstructionState.ISSUED, InstructionState.ACKNOWLEDGED, InstructionState.LISTED)


def join(person: PersonId, found: Suspicion, *, actor: str) -> None:
    """Join what people have found to be one person; done before, it changes nothing."""
    if found.other is None or found.state is not SuspicionState.CONFIRMED:
        return
    staying = goes_on(person, found)
    leaving = found.other if staying == person else person
    stays, gone = people.load(staying), people.load(leaving)
    if stays.person.id == leaving:
        return
    if stays.person.deceased_on is not None and gone.person.deceased_on is None:
        staying, leaving, gone = leaving, staying, stays  # whoever draws is asked about, and not found dead
    if gone.person.id != leaving:
        return
    by = found.verified_by or actor
    in_lake = lake.evidence_of(leaving)
    people.take_up_payments(staying, leaving)
    payments = people.payments_of(staying)
    if joining_trails.entry_of(people.audit_trail(staying), leaving) is None:
        people.change(staying, lambda mine: _taken_up(mine, gone, in_lake, payments, by))
    record = recovery_following.follow(staying)
    people.change(leaving, lambda theirs: _left(theirs, leaving, staying, by))
    for waiting in (gone.open_case, *gone.open_suspicions):
        if waiting is not None and waiting.waiting is not None:
            executions.wake(waiting.waiting, {"outcome": StepOutcome.CLOSED})
    evidence_effects.wake_and_start(record)
    evidence_effects.nothing_to_wait_for(record)


def _taken_up(
    mine: PersonRecord,
    gone: PersonRecord,
    in_lake: Sequence[Evidence],
    payments: Sequence[Payment],
    by: str,
) -> Change | None:
    on, rules = clock.today(), current().rules
    moved = taken_up(mine, gone)
    new = evidence_effects.unknown_to(mine, gone.evidence)
    drawn = {e.benefit: e for e in (*mine.entitlements, *moved.entitlements)}
    told = [day for day in (mine.person.told_on, gone.person.told_on) if day is not None]
    full = replace(
        mine,
        person=replace(mine.person, told_on=max(told, default=None)),  # once a year, under whichever number
        entitlements=tuple(drawn.values()),
        evidence=(*mine.evidence, *new),
    )
    settlement = evidence_effects.apply_rules(full, on, in_lake)
    settlement = replace(settlement, evidence=(*new, *settlement.evidence))
    change = settlement.change(joining_trails.JOINED, by)
    entitlements = {e.benefit: e for e in (*moved.entitlements, *change.entitlements)}
    person = replace(change.person or full.person, **moved.of_person)
    resumed = paid_again(mine, gone, by, payments, rules, on)
    details = {
        **change.details,
        "joined": gone.person.id,
        "drew": joining_trails.drew(mine),
        "related": sorted(mine.person.related),
    }
    change = replace(
        change,
        details=details,
        person=person if person != mine.person else None,
        entitlements=tuple(entitlements.values()),
        cases=wait_of_suspended(mine, entitlements.values(), on),
        suspicions=(*moved.suspicions, *dead_by_word(mine, gone, rules.policy, on), *change.suspicions),
        objections=moved.objections,
        instructions=(*moved.money.instructions, *resumed),
        recoveries=moved.money.recoveries,
        owed_to_heirs=moved.money.owed_to_heirs,
        messages=(*change.messages, *_told(full, resumed, on)),
    )
    if commits.needed(mine, change) is None:  # nothing was to be taken up: the trail says so all the same
        return Change(joining_trails.JOINED, by, clock.now(), details)
    return change


def pay_what_was_withheld(person: PersonId, *, actor: str) -> None:
    """What had ended a payment under another number was found wrong: pay on, and once what was withheld."""

    def pay(record: PersonRecord) -> Change | None:
        rules, on = current().rules, clock.today()
        owed = withheld_under_another_number(record, people.payments_of(person), rules, on)
        if owed is None:
            return None
        resumed = [order for order in owed.instructions if order.kind is InstructionKind.RESUME]
        details = {"suspicions": [s.name for s in owed.suspicions], "arrears_fen": owed.fen}
        return Change(
            "withheld under another number",
            actor,
            clock.now(),
            details,
            entitlements=owed.entitlements,
            cases=wait_of_suspended(record, owed.entitlements, on),
            instructions=owed.instructions,
            messages=_told(record, resumed, on, owed.suspicions),
        )

    people.change(person, pay)
    recovery_following.follow(person)


def _told(
    record: PersonRecord, resumed: Sequence[Instruction], on: date, wrong: Sequence[Suspicion] = ()
) -> tuple[Message, ...]:
    """Whoever was not paid under one of the numbers is told that it goes on, with what is owed.

    `wrong`: what had been found under that number, and is not so.
    """
    if not resumed:
        return ()
    words = {
        "yuan": yuan(sum(order.fen for order in resumed)),
        "month": min(order.month for order in resumed),
        **decision_words.of_paying_again([order.benefit for order in resumed], wrong, current().rules),
    }
    return (messages.anew(record, Template.RESTORED, on.isoformat(), words, on),)


def _over(found: Suspicion, on: date) -> Suspicion:
    return replace(found, state=SuspicionState.WITHDRAWN, closed=on, waiting=None)


def _left(theirs: PersonRecord, leaving: PersonId, staying: PersonId, by: str) -> Change | None:
    """The record of the other number, with nothing left to do on it; what was is still read in its trail."""
    if theirs.person.id != leaving:
        return None
    on = clock.today()
    return Change(
        joining_trails.JOINED,
        by,
        clock.now(),
        {"joined_to": staying, "drew": joining_trails.drew(theirs)},
        person=replace(theirs.person, joined_to=staying),
        entitlements=tuple(replace(e, status=EntitlementStatus.TERMINATED) for e in theirs.entitlements),
        cases=tuple(_closed(case, on) for case in theirs.cases if case.is_open),
        suspicions=tuple(_over(s, on) for s in theirs.open_suspicions),
        visits=tuple(replace(v, cancelled=on) for v in theirs.visits if v.is_pending),
        proposals=tuple(
            replace(p, state=ProposalState.LAPSED, decided=on)
            for p in theirs.proposals
            if p.state in _OPEN_LINES
        ),
        messages=tuple(
            replace(m, state=MessageState.DROPPED) for m in theirs.messages if m.state is MessageState.PENDING
        ),
        instructions=tuple(
            replace(i, state=InstructionState.CANCELLED, changed=on)
            for i in theirs.instructions
            if i.state in _OPEN_ORDERS
        ),
        objections=tuple(
            replace(o, state=ObjectionState.REJECTED, decided=on, decided_by=by)
            for o in theirs.open_objections
        ),
    )


def _closed(case: Case, on: date) -> Case:
    state, outcome = StateName.CLOSE_CASE, StepOutcome.CLOSED
    return replace(case, state=state, outcome=outcome, closed=on, waiting=None)
