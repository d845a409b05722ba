"""规则变更影响 · What another rule book would change for one person: certificates, cases, suspicions, and
what is due.

Only what the two books declare differently is compared; the rest comes out the same.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from functools import cached_property
from typing import Final, NamedTuple

from chalicelib.engine.calendar.periods import month_of
from chalicelib.engine.certification import reasons
from chalicelib.engine.certification.facts import Facts
from chalicelib.engine.money.amount_due import Due, amount_due
from chalicelib.engine.money.double_receipt import entitled
from chalicelib.engine.rules.benefits import BenefitRules
from chalicelib.engine.rules.rulebook import RuleBook
from chalicelib.engine.suspension.timeline import opens_on
from chalicelib.model import (
    BenefitCode,
    BenefitKind,
    Decision,
    Entitlement,
    EntitlementStatus,
    Finding,
    Reason,
    SuspicionKind,
)

ON_AN_EVENT: Final = ("last_month_due", "cutoff_day", "recovery", "custody")  # compared word by word


class Effect(StrEnum):
    """What another rule book would change for one entitlement; the worst for the person comes first."""

    CERTIFICATE_LOST = "certificate_lost"  # paid monthly: proposed for suspension if nobody answers
    BENEFIT_DROPPED = "benefit_dropped"  # drawn, and unknown to the other book
    SUSPICION_OPENS = "suspicion_opens"
    DUE_LESS = "due_less"  # this month; a wrong amount as long as payment goes on as before
    DUE_MORE = "due_more"
    STAYS_SUSPENDED = "stays_suspended"  # suspended already, and what would revive it certifies no more
    COMES_DUE = "comes_due"  # no longer certified, and never suspended for it (a relief)
    ENTERS_WINDOW = "enters_window"  # certified still, and a case opens at once
    SHORTER = "shorter"  # certified still, to an earlier day
    LONGER = "longer"
    SUSPICION_CLOSES = "suspicion_closes"
    REVIVED = "revived"  # suspended now, and certified by the new words
    NEWLY_CERTIFIED = "newly_certified"
    NEWLY_ENTITLED = "newly_entitled"  # not drawn, and its authority is asked (rule 20)
    BENEFIT_ADDED = "benefit_added"  # drawn, and known to the other book alone


class RuleChangeEffect(NamedTuple):
    """One effect on one benefit of a person, and what an officer would read."""

    effect: Effect
    benefit: BenefitCode
    before: date | None
    after: date | None
    why_before: Sequence[Reason] = ()
    why_after: Sequence[Reason] = ()
    fen: int = 0  # a month, by the new words less by those in force


@dataclass(frozen=True)
class Books:
    """Two rule books as of a day, and where their declarations differ: found once for everybody."""

    now: RuleBook
    then: RuleBook
    on: date

    @cached_property
    def both(self) -> frozenset[BenefitCode]:
        """The benefits that both declare."""
        return frozenset(self.now.benefits.keys() & self.then.benefits.keys())

    @cached_property
    def either(self) -> frozenset[BenefitCode]:
        """The benefits that at least one of them declares; the same set, if both declare the same."""
        either = frozenset(self.now.benefits.keys() | self.then.benefits.keys())
        return self.both if either == self.both else either

    @cached_property
    def sort_alike(self) -> bool:
        """Whether the evidence need be sorted only once."""
        return self.now.sorts_like(self.then)

    def has_case(self, until: date, months: int) -> tuple[bool, bool]:
        """Whether a case may be open about a period of so many months, by the one and by the other."""
        now, then = (opens_on(until, months, book.policy) <= self.on for book in (self.now, self.then))
        return now, then

    @cached_property
    def timelines_differ(self) -> bool:
        """Whether a case may open though the certificate stays as it is."""
        return self.now.policy.timeline != self.then.policy.timeline

    @cached_property
    def priced(self) -> frozenset[BenefitCode]:
        """The benefits of which another amount may be due."""
        return frozenset(c for c in self.both if self._may_be_priced_otherwise(*self.versions(c)))

    def _may_be_priced_otherwise(self, now: BenefitRules, then: BenefitRules) -> bool:
        banded = not isinstance(then.amount, str)
        return now.amount != then.amount or (banded and not self.sort_alike)

    @cached_property
    def offered(self) -> frozenset[BenefitCode]:
        """The benefits that the new words alone, or otherwise, call somebody entitled to."""
        asks = {code: benefit.on(self.on).entitles for code, benefit in self.now.benefits.items()}
        return frozenset(
            code
            for code, benefit in self.then.benefits.items()
            if (wanted := benefit.on(self.on).entitles) is not None and wanted != asks.get(code)
        )

    @cached_property
    def on_an_event(self) -> dict[BenefitCode, tuple[str, ...]]:
        """What a death, custody or an overpayment would do otherwise, by benefit."""
        found = {}
        for code in sorted(self.both):
            now, then = self.versions(code)
            differing = tuple(word for word in ON_AN_EVENT if getattr(now, word) != getattr(then, word))
            if differing:
                found[code] = differing
        return found

    @cached_property
    def is_more(self) -> bool:
        """Whether more than certificates and suspicions may differ."""
        return bool(self.priced or self.offered or self.on_an_event)

    def versions(self, code: BenefitCode) -> tuple[BenefitRules, BenefitRules]:
        """A benefit as both declare it for the day."""
        return self.now.benefit_on(code, self.on), self.then.benefit_on(code, self.on)


def takes_hold(now: RuleBook, then: RuleBook, today: date) -> date:
    """The day by which all versions hold that the other book brings: before it, nobody feels them."""
    known = {code: benefit.versions for code, benefit in now.benefits.items()}
    brought = (
        version.from_
        for code, benefit in then.benefits.items()
        for version in benefit.versions
        if version not in known.get(code, ())
    )
    return max([today, *brought])


def on_certificate(entitlement: Entitlement, held: date, holds: date, books: Books) -> Effect | None:
    """What becomes of a certificate through one day that would be through another."""
    on, suspended = books.on, entitlement.status is EntitlementStatus.SUSPENDED
    if held >= on > holds:
        if suspended:
            return Effect.STAYS_SUSPENDED
        monthly = books.then.benefit(entitlement.benefit).kind is BenefitKind.MONTHLY
        return Effect.CERTIFICATE_LOST if monthly else Effect.COMES_DUE
    if held < on <= holds:
        return Effect.REVIVED if suspended else Effect.NEWLY_CERTIFIED
    had, _ = books.has_case(held, entitlement.months)
    _, has = books.has_case(holds, entitlement.months)
    if has and not had and not suspended:
        return Effect.ENTERS_WINDOW
    if held == holds:
        return None
    return Effect.LONGER if holds > held else Effect.SHORTER


class Question(NamedTuple):
    """What people would have to verify: of which kind, and of which benefit; None: of the person."""

    kind: SuspicionKind
    benefit: BenefitCode | None


def on_suspicions(before: Decision, after: Decision) -> Iterator[tuple[Effect, Finding]]:
    """The suspicions that would open, and those that would not be there."""
    had, has = _asked(before), _asked(after)
    yield from ((Effect.SUSPICION_OPENS, found) for asked, found in has.items() if asked not in had)
    yield from ((Effect.SUSPICION_CLOSES, found) for asked, found in had.items() if asked not in has)


def _asked(decision: Decision) -> dict[Question, Finding]:
    return {Question(found.kind, found.benefit): found for found in decision.findings}


def on_amounts(
    facts: tuple[Facts, Facts], drawn: Sequence[Entitlement], books: Books
) -> Iterator[RuleChangeEffect]:
    """What this month should bring otherwise. Whether anything may be drawn at all is a suspicion's question.

    The facts are those of the day, as far as each book asks for them.
    """
    for entitlement in drawn:
        if entitlement.benefit not in books.priced:
            continue
        was, becomes = (
            _due(entitlement, version, known)
            for version, known in zip(books.versions(entitlement.benefit), facts, strict=True)
        )
        if was is None or becomes is None or was.fen == becomes.fen:
            continue
        effect = Effect.DUE_MORE if becomes.fen > was.fen else Effect.DUE_LESS
        until = entitlement.valid_until
        said = ((reasons.due(was.fen, was.rule),), (reasons.due(becomes.fen, becomes.rule),))
        yield RuleChangeEffect(effect, entitlement.benefit, until, until, *said, fen=becomes.fen - was.fen)


def _due(entitlement: Entitlement, version: BenefitRules, facts: Facts) -> Due | None:
    due = amount_due(entitlement, version, facts.person, facts.states, month_of(facts.on))
    return None if due is None or due.may_not_draw else due


def on_offers(
    facts: tuple[Facts, Facts], drawn: Sequence[Entitlement], books: Books
) -> Iterator[RuleChangeEffect]:
    """What somebody would be called entitled to who draws nothing of it."""
    now, then = facts
    known = books.offered & books.now.benefits.keys()
    before = {found.benefit for found in entitled(now, drawn, known, books.now)}
    for found in entitled(then, drawn, books.offered, books.then):
        if found.benefit not in before:
            yield RuleChangeEffect(Effect.NEWLY_ENTITLED, found.benefit, None, None, (), (found.reason,))
