"""疑点流转 · Suspicions: when a finding opens one, who must verify it by when, and what makes it moot (rule
13).

A suspicion ends by a person's word. Overdue, it goes up a level (village, township, county) and never
confirms itself.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import date
from typing import Final

from chalicelib.engine.calendar.periods import ONE_DAY
from chalicelib.engine.calendar.workdays import add_working_days
from chalicelib.engine.rules.policy import Policy
from chalicelib.engine.rules.rulebook import RuleBook
from chalicelib.engine.suspicion.termination import Ending, ending, is_of_two_lines
from chalicelib.errors import RefusedError
from chalicelib.model import (
    Decision,
    Entitlement,
    Finding,
    InstructionKind,
    Suspicion,
    SuspicionKind,
    SuspicionState,
    Verification,
)

__all__ = [
    "LEVELS",
    "Ending",
    "chased",
    "confirmed",
    "ending",
    "is_moot",
    "is_unresolved",
    "may_approve",
    "may_open",
    "needs_two",
    "next_level",
    "not_involved",
    "opened",
    "verify_by",
]

LEVELS: Final = 3  # 0 village, 1 township, 2 county
VILLAGE: Final = 0
TOWNSHIP: Final = 1
COUNTY: Final = 2


def verify_by(opened: date, level: int, policy: Policy, kind: SuspicionKind | None = None) -> date:
    """The last day on which a level (0 village, 1 township, 2 county) may verify what reached it on a day.

    Some kinds have a term of their own, the same for each level.
    """
    terms = policy.suspicions
    match kind:
        case SuspicionKind.TWO_NUMBERS:
            days = terms.two_numbers
        case SuspicionKind.UNLISTED:
            days = terms.unlisted
        case SuspicionKind.REVERSAL:
            days = terms.reversal
        case SuspicionKind.RESTART:
            days = terms.restart
        case SuspicionKind.UPCOMING:
            days = terms.upcoming
        case _:
            days = terms.working_days[level]
    return add_working_days(opened, days)


def next_level(level: int) -> int:
    """Who must verify what is overdue; the highest level keeps it."""
    return min(level + 1, LEVELS - 1)


def chased(suspicion: Suspicion, on: date, policy: Policy) -> Suspicion:
    """An overdue suspicion with the level above, and its new day; one not overdue stays as it is."""
    if suspicion.verify_by is not None and on <= suspicion.verify_by:
        return suspicion
    level = next_level(suspicion.level)
    return replace(suspicion, level=level, verify_by=verify_by(on, level, policy, suspicion.kind))


def may_open(finding: Finding, suspicions: Iterable[Suspicion]) -> bool:
    """Whether a finding opens a suspicion of its own.

    Not if its evidence, or another record of the same kind and day, has been looked into or is being for
    the benefit; not while one of the kind is open for it; and nobody dies a second time. A condition that
    people have cleared is no finding while that holds (`engine.certification.cleared_conditions`).
    """
    return not any(_answers(suspicion, finding) for suspicion in suspicions)


def _answers(suspicion: Suspicion, finding: Finding) -> bool:
    if suspicion.kind is not finding.kind or suspicion.state is SuspicionState.WITHDRAWN:
        return False  # nobody has looked: if the record comes back, it is a question again
    if suspicion.benefit == finding.benefit:
        if suspicion.state is SuspicionState.OPEN:
            return True
        if suspicion.state is SuspicionState.CLEARED and suspicion.kind is SuspicionKind.CONDITION:
            return False
        if suspicion.evidence == finding.evidence or suspicion.day == finding.day:
            return True
    return suspicion.kind is SuspicionKind.DEATH and suspicion.state is SuspicionState.CONFIRMED


def opened(finding: Finding, on: date, policy: Policy, suspicions: Iterable[Suspicion] = ()) -> Suspicion:
    """The suspicion that a finding opens, to be verified in the village first.

    A withdrawn one of the same kind and day is opened again: its next generation walks. A day on which people
    have looked into something else is taken, and the next one is its key.
    """
    mine = [s for s in suspicions if s.kind is finding.kind]
    taken = {s.day for s in mine if s.state is not SuspicionState.WITHDRAWN}
    day = finding.day
    while day in taken:
        day += ONE_DAY
    before = [s.generation for s in mine if s.day == day]
    return Suspicion(
        kind=finding.kind,
        day=day,
        opened=on,
        state=SuspicionState.OPEN,
        evidence=finding.evidence,
        reason=finding.reason,
        benefit=finding.benefit,
        verify_by=verify_by(on, 0, policy),
        generation=max(before, default=0) + 1,
    )


def needs_two(suspicion: Suspicion, entitlements: Iterable[Entitlement], rules: RuleBook, on: date) -> bool:
    """Whether no single person's word confirms it: a death, its reversal, a restart of which nothing is on
    record, and whatever ends a payment."""
    if suspicion.kind is SuspicionKind.RESTART and suspicion.raised_by is not None:
        return True
    return suspicion.kind in (SuspicionKind.DEATH, SuspicionKind.REVERSAL) or any(
        end.instruction is InstructionKind.TERMINATE for end in ending(suspicion, entitlements, rules, on)
    )


def may_approve(suspicion: Suspicion, actor: str) -> None:
    """Raises RefusedError unless one person has confirmed, and another one approves."""
    if suspicion.state is not SuspicionState.OPEN or suspicion.verified_by is None:
        raise RefusedError(
            "not_confirmed",
            "该疑点尚未经首次核实确认或已处理。",
            "nobody has confirmed it, or it has been ended",
        )
    _not_their_own(suspicion, actor)
    if actor == suspicion.verified_by:
        raise RefusedError(
            "same_person",
            "确认人与批准人不能是同一人。",
            "whoever confirmed a suspicion may not approve it",
        )


def confirmed(
    suspicion: Suspicion,
    by: str,
    verification: Verification,
    on: date,
    *,
    two: bool,
    level: int,
) -> Suspicion:
    """After a person's word that it is so; what needs `two` stays open until a second one says the same.

    `level` is that of the office. Raises RefusedError for whoever raised it (they may take it back, and
    no more), and where both of two work for a village (rule 15).
    """
    _not_their_own(suspicion, by)
    first = suspicion.verified_by
    if two and first in (None, by):
        return replace(suspicion, verified_by=by, verification=verification, verified_at_level=level)
    if two and max(level, suspicion.verified_at_level) < TOWNSHIP:
        raise RefusedError(
            "township_needed",
            "须由乡镇（街道）以上工作人员确认或批准其一，村（社区）两人不能终止待遇。",
            "one of the two has to be of the township or above: two of a village end no payment",
        )
    second = by if first not in (None, by) else None
    return replace(
        suspicion,
        state=SuspicionState.CONFIRMED,
        verified_by=first or by,
        verification=suspicion.verification or verification,
        approved_by=second,
        closed=on,
    )


def _not_their_own(suspicion: Suspicion, actor: str) -> None:
    if actor == suspicion.raised_by:
        raise RefusedError(
            "involved",
            "提出疑问的人员不能自行核实确认或批准。",
            "whoever raised a doubt may not be the one to verify it",
        )
    not_involved(suspicion, actor)


def not_involved(suspicion: Suspicion, actor: str) -> None:
    """Raises RefusedError for whoever confirmed what may have been wrong: others decide that (rule 14)."""
    if actor in suspicion.involved:
        raise RefusedError(
            "involved",
            "参与原认定的人员不能参与复核。",
            "whoever confirmed what may be wrong has no part in deciding that",
        )


def is_unresolved(finding: Finding, suspicions: Iterable[Suspicion]) -> bool:
    """Whether people have still to answer a finding: open, or not even opened."""
    return not any(
        _answers(suspicion, finding) and suspicion.state is not SuspicionState.OPEN
        for suspicion in suspicions
    )


def is_moot(suspicion: Suspicion, decision: Decision) -> bool:
    """Whether an open suspicion rests on nothing any more: its record was refuted or withdrawn.

    One that rests on no record (somebody's word) is never moot, nor what files held
    against each other have shown: a wrong amount, two lines of the rosters; a restart, when
    its record is taken back.
    """
    if suspicion.state is not SuspicionState.OPEN or suspicion.evidence is None:
        return False
    if suspicion.kind in (SuspicionKind.WRONG_AMOUNT, SuspicionKind.RESTART) or is_of_two_lines(suspicion):
        return False
    if suspicion.verification is Verification.VISIT:  # found out at the door, and waits for a second person
        return False
    return not any(
        finding.kind is suspicion.kind and finding.benefit == suspicion.benefit
        for finding in decision.findings
    )
