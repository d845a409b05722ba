"""分级暂停 · Graded stop: for one month before a suspension the money is paid in person, identity checked.

Only where a benefit's authority cites its legal basis (`graded_stop`), and never for anybody of a key group.
It takes nothing away: rule 10 holds whole before it and again after it, whoever collects is certified by the
counter that pays, and not collecting is no failed visit. A line that has such a benefit waits as a whole.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import date

from chalicelib.engine.calendar.periods import next_month
from chalicelib.engine.money.paid_in_person import standing
from chalicelib.engine.rules.rulebook import RuleBook
from chalicelib.model import BenefitCode, Month, PersonRecord, Proposal


def graded(
    record: PersonRecord, benefits: Iterable[BenefitCode], rules: RuleBook, on: date
) -> tuple[BenefitCode, ...]:
    """Which of some benefits are paid in person before they are suspended."""
    if record.person.key_groups:
        return ()
    return tuple(code for code in benefits if rules.benefit_on(code, on).graded_stop is not None)


def with_a_month_in_person(
    proposal: Proposal, record: PersonRecord, effective: Month, rules: RuleBook, on: date
) -> Proposal:
    """An approved line with its months: in person first where a benefit says so, then suspended."""
    if not graded(record, proposal.benefits, rules, on):
        return replace(proposal, effective=effective)
    return replace(proposal, in_person=effective, effective=next_month(effective))


def told(record: PersonRecord, proposal: Proposal, benefit: BenefitCode) -> bool:
    """Whether the payer of a benefit was told of the month in person that a line says."""
    return any(
        order.benefit == benefit and order.month == proposal.in_person
        for order in standing(record.instructions)
    )
