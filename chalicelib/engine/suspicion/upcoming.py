"""到期变化 · What a date alone will change: asked some 60 days before, and never done by the date (rule 15).

A birthday (18, 80), the end of a card, of schooling or of a sentence: people look before it comes, so that
nobody draws wrongly or waits, and nothing ends or starts again because a day has come.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import date, timedelta
from typing import Final

from chalicelib.engine.calendar.periods import ONE_DAY, add_months, first_day, month_of, next_month, zh_day
from chalicelib.engine.certification.decide import decide
from chalicelib.engine.certification.facts import states_on
from chalicelib.engine.certification.reasons import yuan
from chalicelib.engine.money.amount_due import amount_due
from chalicelib.engine.rules.benefits import BenefitRules
from chalicelib.engine.rules.conditions import ConditionKind, Term, grown, stated_end
from chalicelib.engine.rules.rulebook import RuleBook
from chalicelib.engine.suspicion.lifecycle import TOWNSHIP, verify_by
from chalicelib.model import (
    BenefitCode,
    Entitlement,
    EntitlementStatus,
    Evidence,
    Month,
    PersonRecord,
    Reason,
    Suspicion,
    SuspicionKind,
    SuspicionState,
)

_STANDS: Final = (SuspicionState.OPEN, SuspicionState.CONFIRMED)


def dates_ahead(record: PersonRecord, rules: RuleBook, on: date) -> frozenset[date]:
    """The days after a day on which a date alone may change something of what the person draws."""
    if record.person.deceased_on is not None:
        return frozenset()
    found = {day for e in _drawn(record) for day in _dates_of(e, record, rules, on)}
    found |= {until + ONE_DAY for _, until in _sentences(record, on)}
    return frozenset(day for day in found if day > on)


def upcoming(record: PersonRecord, rules: RuleBook, on: date) -> Iterator[Suspicion]:
    """What people are to look into because a day within the policy's term will change it; each once."""
    last = on + timedelta(days=rules.policy.suspicions.dates_ahead)
    days = sorted(day for day in dates_ahead(record, rules, on) if day <= last)
    if not days:
        return
    rules = rules.for_area(record.person.area)
    taken = [s for s in record.suspicions if s.kind is SuspicionKind.UPCOMING]
    changes = [*_conditions(record, rules, on, days), *_amounts(record, rules, on, last)]
    changes += _releases(record, on, last)
    for day, benefit, zh, en in sorted(changes, key=lambda each: (each[0], each[1] or "")):
        if any(s.since == day and s.benefit == benefit for s in taken):
            continue
        question = _asked(day, benefit, zh, en, taken, rules, on)
        taken.append(question)
        yield question


Change = tuple[date, BenefitCode | None, str, str]
"""The day, the benefit that it concerns (None: whatever it had ended), and what will be so then."""


def _drawn(record: PersonRecord) -> Iterable[Entitlement]:
    return (e for e in record.entitlements if e.status is not EntitlementStatus.TERMINATED)


def _dates_of(entitlement: Entitlement, record: PersonRecord, rules: RuleBook, on: date) -> Iterator[date]:
    version = rules.benefit_on(entitlement.benefit, on)
    for term in _terms(version):
        yield from _age(term, record.person.born)
        yield from _ends(term, (*record.evidence, *(item.evidence for item in record.related)))


def _terms(version: BenefitRules) -> Iterator[Term]:
    for clause in version.conditions:
        yield from clause.terms
    if not isinstance(version.amount, str):
        yield from (term for band in version.amount for term in band.where)


def _age(term: Term, born: date | None) -> Iterator[date]:
    if born is None:
        return
    if term.when is ConditionKind.AGED_UNDER:
        yield grown(born, int(term.value))
    elif term.when is ConditionKind.AGED_AT_LEAST:
        yield add_months(born, 12 * int(term.value))


def _ends(term: Term, evidence: Iterable[Evidence]) -> Iterator[date]:
    """The days after which records stop saying what a term asks."""
    names = {name.key for name in term.by}
    for item in evidence if names else ():
        if (item.key.feed, item.key.event) not in names:
            continue
        until = stated_end(item)
        if until is not None:
            yield until + ONE_DAY
        if term.within_months is not None:
            yield add_months(item.key.day, term.within_months)


def _conditions(record: PersonRecord, rules: RuleBook, on: date, days: Iterable[date]) -> Iterator[Change]:
    """What is found of a condition on one of the days, and not before it."""
    known = set(_findings(record, rules, on))
    held = {s.benefit for s in record.clearances if s.holds_until is not None}
    for day in days:
        for benefit, rule in _findings(record, rules, day):
            if (benefit, rule) not in known and benefit not in held:
                title = rules.benefit(benefit).title
                yield (
                    day,
                    benefit,
                    f"自{zh_day(day)}起，本人的{title.zh}将不再符合一项领取条件（年龄、证件或就学到期）",
                    f"From {day} a condition of {title.en} will no longer hold",
                )
            known.add((benefit, rule))


def _findings(record: PersonRecord, rules: RuleBook, on: date) -> Sequence[tuple[BenefitCode, str]]:
    """Which conditions of which benefits do not hold on a day, by the lines of the rules."""
    decision = decide(
        record.person,
        tuple(_drawn(record)),
        record.evidence,
        rules,
        on,
        refuted=record.refuted,
        related=record.about_related,
        clearances=record.clearances,
    )
    found = (f for f in decision.findings if f.kind is SuspicionKind.CONDITION)
    return [(f.benefit, f.reason.rule) for f in found if f.benefit is not None]


def _amounts(record: PersonRecord, rules: RuleBook, on: date, last: date) -> Iterator[Change]:
    """The first month by the last day that will bring another amount than this one, by benefit."""
    for entitlement in _drawn(record):
        now = _due(entitlement, record, rules, month_of(on))
        month = next_month(month_of(on))
        while now is not None and first_day(month) <= last:
            then = _due(entitlement, record, rules, month)
            if then is not None and then != now:
                title = rules.benefit(entitlement.benefit).title
                yield (
                    first_day(month),
                    entitlement.benefit,
                    f"自{zh_day(first_day(month))}起，本人的{title.zh}标准将由每月{yuan(now)}元变为{yuan(then)}元",
                    f"From {first_day(month)} {title.en} will be {yuan(then)} instead of {yuan(now)} yuan",
                )
                break
            month = next_month(month)


def _due(entitlement: Entitlement, record: PersonRecord, rules: RuleBook, month: Month) -> int | None:
    """What a band says of a month; None where none does, or a condition fails: that is asked of itself."""
    day = first_day(month)
    version = rules.benefit_on(entitlement.benefit, day)
    if isinstance(version.amount, str):
        return None
    states = states_on(record.evidence, rules, day, record.refuted, record.about_related)
    due = amount_due(entitlement, version, record.person, states, month)
    return None if due is None or due.may_not_draw else due.fen


def _sentences(record: PersonRecord, on: date) -> Iterator[tuple[Suspicion, date]]:
    """The custodies that are not over, with the last day that their record names."""
    for suspicion in record.suspicions:
        lasts = suspicion.state in _STANDS and suspicion.restarted is None
        if suspicion.kind is SuspicionKind.CUSTODY and lasts:
            facts = record.facts_of(suspicion.evidence) or {}
            until = facts.get("until")
            if until is not None and date.fromisoformat(until) >= on:
                yield suspicion, date.fromisoformat(until)


def _releases(record: PersonRecord, on: date, last: date) -> Iterator[Change]:
    for suspicion, until in _sentences(record, on):
        if until <= last and suspicion.state is SuspicionState.CONFIRMED:
            yield (
                until,
                None,
                f"本人的刑期（羁押期限）将于{zh_day(until)}届满",
                f"The sentence is to end on {until}",
            )


def _asked(
    day: date,
    benefit: BenefitCode | None,
    zh: str,
    en: str,
    taken: Iterable[Suspicion],
    rules: RuleBook,
    on: date,
) -> Suspicion:
    key = day
    while any(s.day == key for s in taken):  # kind and day are its key
        key += ONE_DAY
    return Suspicion(
        SuspicionKind.UPCOMING,
        key,
        on,
        SuspicionState.OPEN,
        None,
        Reason(
            SuspicionKind.UPCOMING.value,
            f"{zh}。请提前向本人或有关部门了解情况（续办证件、是否在读、是否释放、标准调整），"
            "并告知本人如何办理；到期本身不停发、不恢复待遇。",
            f"{en}. Ask the person or the department beforehand (renewal, schooling, release, amount) and "
            "tell the person what to do; the date itself ends and restarts nothing.",
        ),
        benefit,
        level=TOWNSHIP,
        verify_by=verify_by(on, TOWNSHIP, rules.policy, SuspicionKind.UPCOMING),
        since=day,
    )
