"""停发前应补 · Months that a suspension withheld before something else ended the payment (rules 15 and 18).

Whoever asked that a payment stop, drew another pension, or lost a condition while it was suspended was still
entitled until then: what was withheld for lack of a certificate is owed once the person is seen again, and to
the heirs of whoever died before that. The payment stays ended: an adjustment brings these months alone.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import date

from chalicelib.engine.calendar.periods import first_day, month_before, months_between, next_month
from chalicelib.engine.certification import weighing
from chalicelib.engine.money.account import WITHHELD, is_of_months_withheld
from chalicelib.engine.money.adjustment import next_run
from chalicelib.engine.money.arrears_approval import one_word, ordered
from chalicelib.engine.money.overpayment import free_month
from chalicelib.engine.rules.benefits import Benefit
from chalicelib.engine.rules.rulebook import RuleBook
from chalicelib.engine.suspicion.reckoning import account, first_not_due
from chalicelib.engine.suspicion.reversal import status_before
from chalicelib.model import (
    BenefitKind,
    Entitlement,
    EntitlementStatus,
    Evidence,
    EvidenceKey,
    Instruction,
    InstructionKind,
    InstructionState,
    Month,
    Payment,
    Person,
    PersonRecord,
    Proves,
    Route,
    Strength,
    SuspicionKind,
)


def withheld(record: PersonRecord, entitlement: Entitlement, rules: RuleBook, on: date) -> tuple[Month, ...]:
    """The months of a suspension that came before the end of a payment, oldest first; mostly none."""
    if entitlement.status is not EntitlementStatus.TERMINATED:
        return ()
    if rules.benefit(entitlement.benefit).kind is not BenefitKind.MONTHLY:
        return ()
    before, end = status_before(entitlement, record), first_not_due(record, entitlement, rules, on)
    if before.status is not EntitlementStatus.SUSPENDED or before.stopped_from is None or end is None:
        return ()
    months = months_between(before.stopped_from, month_before(end))
    return tuple(m for m in months if not any(gap.covers(m) for gap in entitlement.interruptions))


def paid_once_seen(
    record: PersonRecord, payments: Sequence[Payment], rules: RuleBook, on: date
) -> Iterator[Instruction]:
    """What is to be ordered since the person was seen after a suspension that something else has ended.

    Once for each benefit, for the next pay run: more than some months on one person's word wait for a second
    one (rule 18). Nothing while a death is asked about. `payments`: all that are known of the person.
    """
    in_question = any(s.kind is SuspicionKind.DEATH for s in record.open_suspicions)
    if record.died is not None or in_question:
        return
    for entitlement in record.entitlements:
        before = _ordered(record, entitlement)
        months = [m for m in withheld(record, entitlement, rules, on) if m not in before]
        benefit = rules.benefit(entitlement.benefit)
        seen = _seen_since(record, benefit, months[0], rules, on) if months else None
        if seen is None:
            continue
        owed = account(record, entitlement, payments, rules, on).lacking(months)
        if not owed.fen:
            continue
        # Behind the month from which something may be recovered: orders are known by their months.
        run = max(next_run(entitlement.benefit, rules, on), next_month(next_month(months[-1])))
        told = Instruction(
            entitlement.benefit,
            InstructionKind.ADJUST,
            free_month(record.instructions, entitlement.benefit, run),
            0,
            WITHHELD,
            InstructionState.ISSUED,
            on,
            arrears=owed.months,
        )
        word = one_word(replace(entitlement, evidence=seen.key), record.evidence, rules)
        yield ordered(told, owed, word, rules.policy.money)


def _ordered(record: PersonRecord, entitlement: Entitlement) -> set[Month]:
    """The months that have been ordered before, or whose order people have called off."""
    told = (i for i in record.instructions if i.benefit == entitlement.benefit and is_of_months_withheld(i))
    return {month for i in told for month in (*i.arrears, *i.held)}


def _seen_since(
    record: PersonRecord, benefit: Benefit, first: Month, rules: RuleBook, on: date
) -> Evidence | None:
    """The last thing that shows that the person was there in the first month withheld, or later.

    Or before that, and told of late: what would have certified them in that month.
    """
    day = first_day(first)
    shown = (
        item
        for item in record.evidence
        if item.key.day <= on
        and item.key not in record.refuted
        and not item.is_under_another_name
        and (event := rules.events.get((item.key.feed, item.key.event))) is not None
        and event.proves is Proves.PRESENCE
        and (event.route is not Route.SILENT or event.strength is Strength.STRONG)
        and (
            day <= item.key.day
            or (event.strength is Strength.STRONG and _until(item.key, record.person, benefit, rules) >= day)
        )
    )
    return max(shown, key=lambda item: item.key.day, default=None)


def _until(key: EvidenceKey, person: Person, benefit: Benefit, rules: RuleBook) -> date:
    """Through which day strong presence certifies."""
    if rules.event(key).carries_months is None:
        weight = weighing.strongest(person, [key], benefit, rules)
    else:
        weight = weighing.briefest([key], benefit, rules)
    return weight.until if weight is not None else date.min
