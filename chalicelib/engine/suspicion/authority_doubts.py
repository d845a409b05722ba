"""主管部门存疑 · An authority that receives a result may doubt it (row A11): a suspicion about its benefit
alone.

It rests on no record, so no file refutes it: people verify it as they verify any other. Until they have,
nothing changes: it certifies nobody, takes no certificate and stops no money. Found right by two people
other than who raised it, it ends that one payment; found wrong, it leaves everything as it was.
"""

from __future__ import annotations

from datetime import date

from chalicelib.engine.calendar.periods import ONE_DAY
from chalicelib.engine.certification.rule_lines import AUTHORITIES
from chalicelib.engine.rules.rulebook import RuleBook
from chalicelib.engine.suspicion.lifecycle import verify_by
from chalicelib.errors import RefusedError
from chalicelib.model import (
    BenefitCode,
    EntitlementStatus,
    PersonRecord,
    Reason,
    Suspicion,
    SuspicionKind,
    SuspicionState,
)


def doubts(suspicion: Suspicion, benefit: BenefitCode) -> bool:
    """Whether an authority's doubt is about a benefit; of each at most one is open."""
    return suspicion.kind is SuspicionKind.DOUBTED and suspicion.benefit == benefit


def doubted(
    record: PersonRecord,
    benefit: BenefitCode,
    since: date,
    *,
    by: str,
    because: str,
    rules: RuleBook,
    on: date,
) -> Suspicion:
    """The suspicion that an authority opens which holds that a person is not entitled since a day.

    Raises RefusedError where nothing is drawn, or where people have answered the same doubt already.
    """
    drawn = next((e for e in record.entitlements if e.benefit == benefit), None)
    if drawn is None or drawn.status is EntitlementStatus.TERMINATED:
        raise RefusedError("not_drawn", "本人未领取该待遇。", "the person does not draw this benefit")
    day = max(since, drawn.since)
    before = [s for s in record.suspicions if s.kind is SuspicionKind.DOUBTED]
    if any(s.benefit == benefit and s.day == day for s in before):
        raise RefusedError("already_ended", "该疑点已经核实完毕。", "people have answered this doubt already")
    while any(s.day == day for s in before):  # kind and day are its key: another benefit's goes first
        day += ONE_DAY
    return Suspicion(
        SuspicionKind.DOUBTED,
        day,
        on,
        SuspicionState.OPEN,
        None,
        _reason(benefit, because, rules),
        benefit,
        verify_by=verify_by(on, 0, rules.policy),
        raised_by=by,
    )


def _reason(benefit: BenefitCode, because: str, rules: RuleBook) -> Reason:
    declared = rules.benefit(benefit)
    zh, en = AUTHORITIES[declared.run_by]
    return Reason(
        SuspicionKind.DOUBTED.value,
        f"{zh}对{declared.title.zh}的认证结果提出疑问，请求核实：{because}。核实期间待遇照常。",
        f"{en} has asked to verify the result for {declared.title.en}: {because}. Nothing changes meanwhile.",
    )
