"""恢复发放的后果 · What follows once a person has seen the document by which a payment starts again
(rule 15).

The payment goes on at the amount before, from the month that the document names; the months between are never
due, but those of somebody acquitted, and a first period begins as of a new recipient.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import date
from typing import Final

from chalicelib.engine.calendar.periods import month_before, month_of, months_between, next_month
from chalicelib.engine.money.account import still_lacking
from chalicelib.engine.money.arrears import arrears_of
from chalicelib.engine.money.arrears_approval import ordered
from chalicelib.engine.money.paid_in_person import with_uncollected
from chalicelib.engine.money.paid_to_heirs import is_of_heirs
from chalicelib.engine.rules.rulebook import RuleBook
from chalicelib.engine.suspicion.reckoning import reckoned
from chalicelib.engine.suspicion.restart import confirmed_endings
from chalicelib.engine.suspicion.reversal import Undoing, status_before
from chalicelib.engine.suspicion.termination import ended_by, ending
from chalicelib.errors import RefusedError
from chalicelib.model import (
    BenefitKind,
    Entitlement,
    EntitlementStatus,
    Instruction,
    InstructionKind,
    InstructionState,
    Interruption,
    Month,
    Paper,
    Payment,
    PersonRecord,
    Suspicion,
    SuspicionKind,
    SuspicionState,
    Verification,
)
from chalicelib.model.named import ROSTER

_UNREAD: Final = (InstructionState.ISSUED, InstructionState.ACKNOWLEDGED)


def by_document(restart: Suspicion, verification: Verification, since: date | None, on: date) -> Suspicion:
    """A restart as somebody confirms it, from the day that the document names if that is another.

    Raises RefusedError where no document was seen, or for a day to come.
    """
    if restart.kind is not SuspicionKind.RESTART:
        return restart
    if verification is not Verification.DOCUMENT:
        raise RefusedError(
            "document_needed",
            "恢复发放须核对释放证明、新证件或批准文件原件，请选择以凭证核实。",
            "what starts a payment again is a document: say that you have verified it by document",
        )
    if since is not None and since > on:
        raise RefusedError(
            "in_the_future",
            "凭证载明的日期不能晚于今天。",
            "the day that the document names is still to come",
        )
    return replace(restart, since=since or restart.since or restart.day)


def restarted(
    record: PersonRecord, restart: Suspicion, payments: Sequence[Payment], rules: RuleBook, on: date
) -> Undoing | None:
    """What follows once a person has found that what ended a payment is over; None where it is no more so."""
    found = next(
        (each for each in confirmed_endings(record, rules, on) if each[0].name == restart.about), None
    )
    is_so = restart.kind is SuspicionKind.RESTART and restart.state is SuspicionState.CONFIRMED
    if found is None or not is_so:
        return None
    ended, concerned = found
    others = [s for s, _ in confirmed_endings(record, rules, on) if s is not ended]
    again: list[Entitlement] = []
    told: list[Instruction] = []
    months: list[Month] = []
    for before in concerned:
        is_other = restart.benefit not in (None, before.benefit)
        if is_other or before.stopped_from is None or any(ended_by(s, before, rules, on) for s in others):
            continue
        first = _first_month(restart, ended, before.stopped_from, rules)
        after = _again(record, before, ended, first, restart.since or restart.day, rules, on)
        months.append(first)
        again.append(after)
        word = restart.verified_by if restart.approved_by is None else None
        told += _instructions(record, before, after, first, word, payments, rules, on)
    over = (replace(ended, restarted=min(months)), *_moot(record, restart, on)) if months else ()
    undoing = Undoing(record.person, over, tuple(again), tuple(told))
    return replace(undoing, instructions=(*told, *_recovered(record, undoing, payments, rules, on)))


def _moot(record: PersonRecord, restart: Suspicion, on: date) -> Iterator[Suspicion]:
    """What was asked because the end of it was to come: it has come."""
    for suspicion in record.open_suspicions:
        if suspicion.kind is SuspicionKind.UPCOMING and suspicion.benefit in (None, restart.benefit):
            yield replace(suspicion, state=SuspicionState.WITHDRAWN, closed=on)


def _recovered(
    record: PersonRecord, undoing: Undoing, payments: Sequence[Payment], rules: RuleBook, on: date
) -> Iterator[Instruction]:
    """What is to be recovered of the months that stay not due, and of no others."""
    drawn = {e.benefit: e for e in undoing.entitlements}
    told = {i.name: i for i in (*record.instructions, *undoing.instructions)}
    then = replace(
        record,
        entitlements=tuple(drawn.get(e.benefit, e) for e in record.entitlements),
        suspicions=tuple({s.name: s for s in (*record.suspicions, *undoing.suspicions)}.values()),
        instructions=tuple(told.values()),
    )
    orders = reckoned(then, payments, rules, on)
    yield from (i for i in orders if i.kind is InstructionKind.RECOVER and i.benefit in drawn)


def _first_month(restart: Suspicion, ended: Suspicion, stopped_from: Month, rules: RuleBook) -> Month:
    """From which month on it is due again: of somebody acquitted from the first one withheld, of a new grant
    from its own."""
    event = rules.events.get((restart.evidence.feed, restart.evidence.event)) if restart.evidence else None
    if event is not None and event.repays:
        return stopped_from
    month = month_of(restart.since or restart.day)
    shown = restart.said == {"paper": Paper.GRANT.value}
    is_granted = shown or (restart.evidence is not None and restart.evidence.feed == ROSTER)
    is_after = ended.kind is SuspicionKind.CUSTODY and not is_granted
    if is_after and rules.policy.suspicions.paid_after_release == "month_after":
        month = next_month(month)
    return max(month, stopped_from)


def _again(
    record: PersonRecord,
    before: Entitlement,
    ended: Suspicion,
    first: Month,
    since: date,
    rules: RuleBook,
    on: date,
) -> Entitlement:
    """Drawn again as it was, for a first period as of a new recipient, with the months that were not due.

    The months of a suspension before the ending are not among them: certifying pays them.
    """
    after = status_before(before, record)
    stopped = before.stopped_from or first
    if after.status is EntitlementStatus.SUSPENDED:
        paid = replace(before, status=EntitlementStatus.ACTIVE, stopped_from=None)
        stopped = max((each.from_month for each in ending(ended, (paid,), rules, on)), default=stopped)
    gap = (Interruption(stopped, month_before(first), ended.name),) if stopped < first else ()
    until = rules.for_area(record.person.area).first_until(record.person, before.benefit, since)
    again = replace(after, interruptions=(*before.interruptions, *gap))
    return again.stated(max(before.certified_until, until))


def _instructions(
    record: PersonRecord,
    before: Entitlement,
    after: Entitlement,
    first: Month,
    word: str | None,
    payments: Sequence[Payment],
    rules: RuleBook,
    on: date,
) -> Iterator[Instruction]:
    """What has not been stopped yet is stopped no more; what is due again is paid, with its arrears: more
    than some months on one person's `word` wait for a second one (rule 18)."""
    if rules.benefit(before.benefit).kind is not BenefitKind.MONTHLY:
        return
    stops = (InstructionKind.TERMINATE, InstructionKind.PAUSE)
    for told in record.instructions:
        if told.benefit != before.benefit or told.state not in _UNREAD or is_of_heirs(told):
            continue
        is_due_again = not any(gap.covers(told.month) for gap in after.interruptions)
        if (told.kind in stops and told.month >= first) or (
            told.kind is InstructionKind.RECOVER and is_due_again
        ):
            yield replace(told, state=InstructionState.CANCELLED, changed=on)
    if after.status is not EntitlementStatus.ACTIVE:
        return
    amounts = still_lacking(record, payments, rules)
    pay_run = max(month_of(on), first)
    months = with_uncollected(record, before.benefit, months_between(first, month_before(pay_run)), pay_run)
    told = Instruction(
        before.benefit,
        InstructionKind.RESUME,
        pay_run,
        0,
        f"started again from {first}: what had ended it is over",
        InstructionState.ISSUED,
        on,
        arrears=months,
    )
    yield ordered(told, arrears_of(after, months, amounts), word, rules.policy.money)
