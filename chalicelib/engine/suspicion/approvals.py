"""终止核准 · Each benefit ends on the approval of its own authority, whoever confirmed the fact (rule 15).

A fact is confirmed once, for all benefits. What it ends goes on as before until an officer of the authority
that runs it has approved that; what is paid meanwhile is overpaid, and recovered. Silence approves nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import replace
from datetime import date
from typing import TypeAlias

from chalicelib.engine.rules.policy import Policy
from chalicelib.engine.rules.rulebook import RuleBook
from chalicelib.engine.suspicion.lifecycle import COUNTY, verify_by
from chalicelib.engine.suspicion.termination import ending
from chalicelib.errors import RefusedError
from chalicelib.model import (
    BenefitCode,
    Entitlement,
    ObjectionAbout,
    PersonRecord,
    Suspicion,
    SuspicionKind,
    SuspicionState,
)

Runs: TypeAlias = Callable[[BenefitCode], bool]
"""For which benefits somebody decides: an officer of the authority that runs them, of a county or above."""


def to_end(
    suspicion: Suspicion, entitlements: Iterable[Entitlement], rules: RuleBook, on: date
) -> tuple[BenefitCode, ...]:
    """The benefits that a confirmed suspicion ends or pauses, each once."""
    return tuple(dict.fromkeys(e.entitlement.benefit for e in ending(suspicion, entitlements, rules, on)))


def awaiting(
    record: PersonRecord, confirmed: Suspicion, by: str, runs: Runs, rules: RuleBook, on: date
) -> Suspicion:
    """A suspicion that `by` has just confirmed, with what it is to end: their word approves what they run.

    What they do not run waits for its own authority, by the days that a county has to look.
    """
    ends = to_end(confirmed, record.entitlements, rules, on)
    held = _is_doubted_again(record, confirmed)
    signed = {benefit: by for benefit in ends if runs(benefit) and not held}
    after = replace(confirmed, ends=ends, signed=signed)
    return asked(after, on, rules.policy) if after.unsigned else after


def asked(suspicion: Suspicion, on: date, policy: Policy) -> Suspicion:
    """A confirmed suspicion with the day by which its authorities are to answer, or are reminded."""
    return replace(suspicion, level=COUNTY, verify_by=verify_by(on, COUNTY, policy))


def reminded(suspicion: Suspicion, on: date, policy: Policy) -> Suspicion:
    """One whose authorities have had their term, reminded once more, with another; else it stays as it is."""
    if suspicion.verify_by is not None and on < suspicion.verify_by:
        return suspicion
    return asked(replace(suspicion, reminders=suspicion.reminders + 1), on, policy)


def approved(record: PersonRecord, suspicion: Suspicion, by: str, runs: Runs) -> Suspicion:
    """After an authority has approved that what it runs ends; the same person again changes nothing.

    Raises RefusedError where nothing of theirs waits, for whoever raised the doubt, and while somebody looks
    into whether the fact is so after all.
    """
    if suspicion.state is not SuspicionState.CONFIRMED:
        raise RefusedError(
            "not_confirmed",
            "该疑点尚未核实确认，或认定已经撤销，不能批准停发。",
            "nothing ends that nobody has confirmed, or that has been taken back",
        )
    mine = tuple(benefit for benefit in suspicion.unsigned if runs(benefit))
    if not mine and by in suspicion.signed.values():
        return suspicion
    if not mine:
        raise RefusedError(
            "already_approved",
            "没有待本单位批准停发的待遇。",
            "no benefit of this authority waits for an approval",
        )
    if by == suspicion.raised_by:
        raise RefusedError(
            "involved",
            "提出疑问的人员不能自行批准停发。",
            "whoever raised a doubt may not approve what ends by it",
        )
    if _is_doubted_again(record, suspicion):
        raise RefusedError(
            "being_verified",
            "原认定是否有误正在核实，答复之前不能停发。",
            "whether the fact is so after all is being verified: until that is answered nothing ends",
        )
    return replace(suspicion, signed={**suspicion.signed, **dict.fromkeys(mine, by)})


def _is_doubted_again(record: PersonRecord, confirmed: Suspicion) -> bool:
    """Whether people look into what was confirmed: a reversal, signs of life after a death, an objection."""
    objected = any(o.about is ObjectionAbout.TERMINATION for o in record.holding_objections)
    died = confirmed.kind is SuspicionKind.DEATH
    return objected or any(
        s.about == confirmed.name or (died and s.kind is SuspicionKind.CONTRADICTION)
        for s in record.open_suspicions
    )
