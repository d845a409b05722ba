"""What a scenario says is held against what the rules decide, pay, suspend and recover."""

from __future__ import annotations

import re
from dataclasses import replace

from chalicelib.engine.calendar.periods import first_day, month_before
from chalicelib.engine.certification.facts import states_on
from chalicelib.engine.money.amount_due import Due, amount_due, differences
from chalicelib.engine.money.arrears import demand
from chalicelib.engine.money.double_receipt import unclaimed
from chalicelib.engine.suspension.readiness import effective_month, readiness
from chalicelib.engine.suspicion.lifecycle import opened
from chalicelib.engine.suspicion.termination import ENDED, ending
from chalicelib.engine.texts.receipt import explain
from chalicelib.model import BenefitCode, Decision, Month, PersonRecord, Proposal, Reason
from tests.engine.suspending import FIRST, SECOND, THIRD
from tests.events import ALL_RULES
from tests.people import a_case, a_message, a_proposal, a_record
from tests.scenarios.situations import Suspends, Tried


def check(tried: Tried) -> None:
    """Raises AssertionError where the rules decide otherwise than the officer says."""
    decision = tried.decide()
    for expected in tried.scenario.expect:
        code = expected.benefit or tried.benefit
        verdict = next(v for v in decision.verdicts if v.benefit == code)
        until = expected.valid_until or tried.end(expected.runs_from or tried.day, expected.by)
        found = (verdict.outcome, verdict.valid_until, verdict.route)
        assert found == (expected.outcome, until, expected.route)
        told = {reason.code: reason for reason in verdict.reasons}
        assert expected.because in told
        assert expected.points is None or _points(told["too_few_points"]) == expected.points
    if tried.scenario.ends != "nothing":
        assert sorted(f.kind for f in decision.findings) == sorted(tried.scenario.findings)
    _check_ends(tried, decision)
    _check_money(tried)
    _check_table(tried)
    if tried.scenario.suspends is not None:
        _check_suspension(tried, tried.scenario.suspends)
    assert explain(decision, PersonRecord(tried.person, tuple(tried.drawn)), ALL_RULES[tried.pack]).zh


def _points(reason: Reason) -> tuple[int, ...]:
    """How many points of how many, as the person reads it."""
    return tuple(int(number) for number in re.findall(r"[0-9]+", reason.zh))


def _check_ends(tried: Tried, decision: Decision) -> None:
    if tried.scenario.ends is None:
        return
    rules = ALL_RULES[tried.pack]
    mine = [
        ended
        for finding in decision.findings
        for ended in ending(opened(finding, tried.day, rules.policy), tried.drawn, rules, tried.day)
        if ended.entitlement.benefit == tried.benefit
    ]
    if tried.scenario.ends == "nothing":
        assert mine == []
        return
    assert {ended.instruction for ended in mine} == {tried.scenario.ends}
    for ended in mine:
        assert ended.entitlement.status is ENDED[ended.instruction]
        assert month_before(ended.from_month) == tried.scenario.last_month


def _check_money(tried: Tried) -> None:
    rules, scenario = ALL_RULES[tried.pack], tried.scenario
    for month, fen in scenario.due.items():
        due = due_in(tried, Month(month))
        assert (due.fen if due else None) == fen, month
    if scenario.paid:
        found = differences(
            tried.person, tried.drawn, tried.payments, tried.evidence, rules, related=tried.related
        )
        assert [difference.month for difference in found] == list(scenario.wrong)
    if scenario.unclaimed is not None:
        listed = unclaimed(tried.person, tried.drawn, tried.evidence, rules, tried.day, related=tried.related)
        assert [item.benefit for item in listed] == list(scenario.unclaimed)


def _check_table(tried: Tried) -> None:
    """What the benefit's file says of other benefits, of its first period and of what was overpaid."""
    scenario = tried.scenario
    version = ALL_RULES[tried.pack].benefit_on(BenefitCode(tried.benefit), tried.day)
    assert {row.benefit for row in version.together} >= set(scenario.together)
    if scenario.begins is not None:
        begins, rules = scenario.begins, ALL_RULES[tried.pack].for_area(tried.person.area)
        code = BenefitCode(tried.benefit)
        until = rules.first_until(tried.person, code, begins.granted, begins.first_paid)
        assert until == tried.end(begins.runs_from, "months")
    if scenario.overpaid is not None:
        over = scenario.overpaid
        demanded = demand(over.fen, over.available, version)
        assert (demanded.offset, demanded.left) == (over.taken, over.left)
        assert list(demanded.offset) == list(over.taken), "in this order"


def _check_suspension(tried: Tried, says: Suspends) -> None:
    """Somebody who has been reminded and twice not met: what rule 10 says on the day."""
    rules, due = ALL_RULES[tried.pack], tried.drawn[0].valid_until
    record = a_record(
        tried.person,
        tried.drawn,
        evidence=tried.evidence,
        messages=[a_message(due=due)],
        visits=[replace(visit, about=due.isoformat()) for visit in (FIRST, SECOND, THIRD, THIRD)],
        proposals=[_approved(tried, says)] if says.approved else [],
    )
    found = readiness(record, a_case(due), tried.decide(), rules, tried.day, tried.missing)
    assert (found.step, [reason.code for reason in found.reasons]) == (says.step, [says.because])


def _approved(tried: Tried, says: Suspends) -> Proposal:
    """A line approved on a day, effective in the first month that the authority's cut-off day leaves."""
    assert says.approved is not None
    until, rules = tried.drawn[0].valid_until, ALL_RULES[tried.pack]
    cutoff = rules.benefit_on(BenefitCode(tried.benefit), says.approved).cutoff_day
    month = effective_month(until, says.approved, cutoff)
    assert month == says.from_month
    return a_proposal(due=until, judged={tried.benefit: until}, decided=says.approved, effective=month)


def due_in(tried: Tried, month: Month) -> Due | None:
    """What the first benefit drawn should bring in a month, and by which line."""
    rules = ALL_RULES[tried.pack]
    version = rules.benefit_on(BenefitCode(tried.benefit), first_day(month))
    states = states_on(tried.evidence, rules, first_day(month), related=tried.related)
    return amount_due(tried.drawn[0], version, tried.person, states, month)
