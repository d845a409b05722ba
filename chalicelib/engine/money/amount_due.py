"""应发金额 · Where a benefit paid too little or too much: what was paid against what is due on the facts
(rule 16).

The amount due is what the authority set when it granted the benefit (`rostered`), or the first band
whose terms hold on the first day of the month; nothing, where a condition or every band is known not to
hold. A fact that nobody has reported leaves the amount open, and a month without any payment in the file
proves nothing: payments files are late and short like others.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from datetime import date

from chalicelib.engine.calendar.periods import first_day, month_of
from chalicelib.engine.certification import reasons
from chalicelib.engine.certification.cleared_conditions import states_cleared
from chalicelib.engine.certification.facts import Related, states_on
from chalicelib.engine.certification.findings import apart
from chalicelib.engine.money.arrears import Amounts
from chalicelib.engine.rules.benefits import BenefitRules
from chalicelib.engine.rules.conditions import States
from chalicelib.engine.rules.rulebook import RuleBook
from chalicelib.model import (
    BenefitCode,
    BenefitKind,
    Entitlement,
    Evidence,
    EvidenceKey,
    Finding,
    Month,
    Payment,
    Person,
    PersonRecord,
    Suspicion,
    SuspicionKind,
    SuspicionState,
)
from chalicelib.model.named import PAYMENTS


@dataclass(frozen=True, slots=True)
class Due:
    """What a month should bring, and the line of the rules that says so."""

    fen: int
    rule: str
    may_not_draw: bool = False  # a condition does not hold: whether it may be drawn at all is the question


@dataclass(frozen=True, slots=True)
class Difference:
    """A month that was paid otherwise than it should have been."""

    benefit: BenefitCode
    month: Month
    paid: int
    due: Due

    @property
    def key(self) -> EvidenceKey:
        """By which it is known when people have looked into it."""
        return EvidenceKey(first_day(self.month), PAYMENTS, self.benefit)

    @property
    def is_underpaid(self) -> bool:
        """Too little is worse than too much."""
        return self.paid < self.due.fen


def amount_due(
    entitlement: Entitlement, version: BenefitRules, person: Person, states: States, month: Month
) -> Due | None:
    """What is due for a month on the facts known; None where nothing monthly is due, or a fact is missing."""
    code, day, since = entitlement.benefit, first_day(month), entitlement.since
    if version.amount == "none":
        return None
    for number, clause in enumerate(version.conditions, 1):
        if clause.fails(person, day, states, since):
            return Due(0, f"{code}/conditions/{number}", may_not_draw=True)
    if isinstance(version.amount, str):
        return Due(entitlement.set_at(month), f"{code}/amount")
    for number, band in enumerate(version.amount, 1):
        holds = {term.holds(person, day, states, since) for term in band.where}
        if False in holds:
            continue
        return None if None in holds else Due(band.fen, f"{code}/amount/{number}")
    return Due(0, f"{code}/amount")


def amounts_of(record: PersonRecord, rules: RuleBook) -> Amounts:
    """What each month should bring on the facts of a record; what the roster says, where no fact says more.

    Where nothing seems due, people have not looked yet; where they have looked into a difference, their last
    word counts: found right, it goes before the bands.
    """
    rules = rules.for_area(record.person.area)
    looked_into = {
        s.benefit: s.state
        for s in sorted(record.suspicions, key=lambda s: s.closed or date.min)
        if s.kind is SuspicionKind.WRONG_AMOUNT
        and s.state in (SuspicionState.CLEARED, SuspicionState.CONFIRMED)
    }
    found_right = {benefit for benefit, state in looked_into.items() if state is SuspicionState.CLEARED}
    found_wrong = looked_into.keys() - found_right

    def fen(entitlement: Entitlement, month: Month) -> int:
        if any(each.covers(month) for each in entitlement.interruptions):
            return 0  # served, lapsed, or between two grants
        day = first_day(month)
        version = rules.benefit_on(entitlement.benefit, day)
        if isinstance(version.amount, str) or entitlement.benefit in found_right:
            return entitlement.set_at(month)
        states = states_on(record.evidence, rules, day, record.refuted, record.about_related)
        benefit = rules.benefit(entitlement.benefit)
        states = states_cleared(states, entitlement, benefit, record.clearances, day)
        due = amount_due(entitlement, version, record.person, states, month)
        is_nothing = due is not None and entitlement.benefit in found_wrong and not due.may_not_draw
        return due.fen if due is not None and (due.fen or is_nothing) else entitlement.set_at(month)

    return fen


def differences(
    person: Person,
    entitlements: Iterable[Entitlement],
    payments: Sequence[Payment],
    evidence: Sequence[Evidence],
    rules: RuleBook,
    *,
    refuted: AbstractSet[EvidenceKey] = frozenset(),
    related: Related | None = None,
    clearances: Sequence[Suspicion] = (),
) -> tuple[Difference, ...]:
    """All months paid otherwise than due, the underpaid first.

    Left out: the month of the grant (often a part of one), months from the one in which payment was
    stopped, and months that people have looked into.
    """
    rules = rules.for_area(person.area)
    found = []
    for entitlement in entitlements:
        if rules.benefit(entitlement.benefit).kind is not BenefitKind.MONTHLY:
            continue
        for month, paid in _paid(entitlement, payments):
            version = rules.benefit_on(entitlement.benefit, first_day(month))
            day = first_day(month)
            states = states_on(evidence, rules, day, refuted, related)
            states = states_cleared(states, entitlement, rules.benefit(entitlement.benefit), clearances, day)
            due = amount_due(entitlement, version, person, states, month)
            if due is not None and due.fen != paid and not _is_raised(entitlement, version, due, paid):
                found.append(Difference(entitlement.benefit, month, paid, due))
    open_ones = (difference for difference in found if difference.key not in refuted)
    return tuple(sorted(open_ones, key=lambda d: (not d.is_underpaid, d.month, d.benefit)))


def _is_raised(entitlement: Entitlement, version: BenefitRules, due: Due, paid: int) -> bool:
    """Whether a month was paid at the amount that a later roster says: it held before the roster said so."""
    return isinstance(version.amount, str) and not due.may_not_draw and paid == entitlement.fen


def _paid(entitlement: Entitlement, payments: Iterable[Payment]) -> Iterator[tuple[Month, int]]:
    """The months of an entitlement for which anything was paid, with all that was paid for them."""
    paid: dict[Month, int] = {}
    for payment in payments:
        if payment.benefit == entitlement.benefit:
            paid[payment.month] = paid.get(payment.month, 0) + payment.fen
    for month in sorted(paid):
        is_stopped = entitlement.stopped_from is not None and month >= entitlement.stopped_from
        if month > month_of(entitlement.since) and not is_stopped:
            yield month, paid[month]


def wrong_amounts(found: Iterable[Difference], rules: RuleBook) -> tuple[Finding, ...]:
    """One finding of each benefit for its gravest month, the underpaid benefits first."""
    first: dict[BenefitCode, Difference] = {}
    for difference in found:
        first.setdefault(difference.benefit, difference)
    made = {d.benefit: _finding(d, rules) for d in first.values()}
    placed = {finding.benefit: finding for finding in apart(made.values())}
    return tuple(placed[code] for code in made)


def _finding(difference: Difference, rules: RuleBook) -> Finding:
    title = rules.benefit(difference.benefit).title
    due = difference.due
    why = reasons.wrong_amount(title, difference.month, difference.paid, due.fen, difference.key, due.rule)
    day: date = difference.key.day
    return Finding(SuspicionKind.WRONG_AMOUNT, day, difference.key, why, difference.benefit)
