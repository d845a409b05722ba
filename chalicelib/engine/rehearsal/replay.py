"""规则重放 · Rehearse a rule book: the same people and evidence, decided by the old words and by the new.

`replay` calls the function that decides, so what it says is what would happen; evidence that both rule
books sort alike is sorted once. Nobody is identified:
people are counted by benefit, county and age band, and an example is a day, a benefit and the two
sentences that an officer would read.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date
from functools import cache
from typing import Final, NamedTuple

from chalicelib.engine.calendar.periods import age_on
from chalicelib.engine.certification.decide import decide_on
from chalicelib.engine.certification.facts import Facts, Related, sort_evidence
from chalicelib.engine.rehearsal.effects import (
    Books,
    Effect,
    RuleChangeEffect,
    on_amounts,
    on_certificate,
    on_offers,
    on_suspicions,
)
from chalicelib.engine.rules.rulebook import RuleBook
from chalicelib.model import (
    LIVE,
    BenefitCode,
    Decision,
    Entitlement,
    Evidence,
    EvidenceKey,
    Person,
    PersonRecord,
    Reason,
    Suspicion,
    SuspicionKind,
)

BANDS: Final = ((0, "0-17"), (18, "18-59"), (60, "60-69"), (70, "70-79"), (80, "80-89"), (90, "90+"))
EXAMPLES: Final = 5  # of each effect


@dataclass(frozen=True, slots=True)
class Subject:
    """All that a decision needs of one person; live evidence only."""

    person: Person
    entitlements: tuple[Entitlement, ...]
    evidence: Sequence[Evidence]
    refuted: frozenset[EvidenceKey] = frozenset()
    related: Related | None = None
    clearances: tuple[Suspicion, ...] = ()

    @classmethod
    def of(cls, record: PersonRecord, evidence: Sequence[Evidence]) -> Subject:
        """Somebody by their record, with all the live evidence about them."""
        return cls(
            record.person,
            record.entitlements,
            evidence,
            record.refuted,
            record.about_related,
            record.clearances,
        )

    def decide(self, live: Sequence[Entitlement], rules: RuleBook, on: date) -> Decision:
        """What a rule book makes of the person's live entitlements on a day."""
        return decide_on(self.facts(rules, on), live, rules)

    def facts(self, rules: RuleBook, on: date) -> Facts:
        """The evidence, sorted as a rule book asks."""
        return sort_evidence(
            self.person, self.evidence, rules, on, self.refuted, self.related, self.clearances
        )


class Group(NamedTuple):
    """Of whom a figure speaks: a benefit, a county (six digits), an age band."""

    benefit: BenefitCode
    county: str
    band: str


@dataclass(frozen=True, slots=True)
class Example:
    """One change without the person: what was certified to which day and why, before and after."""

    group: Group
    before: date | None
    after: date | None
    why_before: str
    why_after: str


@dataclass(slots=True)
class Replay:
    """What a change of the rule book does to everybody on one day."""

    on: date
    now: str  # versions of the two rule books
    then: str
    people: int = 0
    entitlements: int = 0
    certified_now: int = 0
    certified_then: int = 0
    effects: Counter[tuple[Effect, Group]] = field(default_factory=Counter)
    suspicions: Counter[tuple[Effect, SuspicionKind]] = field(default_factory=Counter)
    fen: Counter[Effect] = field(default_factory=Counter)  # a month, all together
    on_an_event: dict[BenefitCode, tuple[str, ...]] = field(default_factory=dict)  # see Books
    drawing: Counter[BenefitCode] = field(default_factory=Counter)  # of those: who draws them
    examples: defaultdict[Effect, list[Example]] = field(default_factory=lambda: defaultdict(list))

    def total(self, effect: Effect) -> int:
        """How many entitlements an effect concerns."""
        return sum(count for (which, _), count in self.effects.items() if which is effect)


@cache
def band_of(age: int | None) -> str:
    """The age band in which figures are given; "?" where nobody has said when somebody was born."""
    if age is None:
        return "?"
    return next(name for least, name in reversed(BANDS) if age >= least)


def replay(subjects: Iterable[Subject], now: RuleBook, then: RuleBook, on: date) -> Replay:
    """Decide everybody by both rule books as of a day and count what differs.

    What draws a benefit that only one of them declares is counted, and decided by neither.
    """
    books = Books(now, then, on)
    result = Replay(on, now.version, then.version, on_an_event=books.on_an_event)
    both, either = books.both, books.either
    for subject in subjects:
        live = [e for e in subject.entitlements if e.status in LIVE and e.benefit in either]
        if not live:
            continue
        result.people += 1
        result.entitlements += len(live)
        if both is not either:
            for felt in _of_one_book(live, books):
                _count(result, subject.person, felt)
            live = [e for e in live if e.benefit in both]
        _decide(subject, live, books, result)
    return result


def _of_one_book(live: Iterable[Entitlement], books: Books) -> Iterator[RuleChangeEffect]:
    for entitlement in live:
        if (code := entitlement.benefit) in books.both:
            continue
        if code in books.now.benefits:
            yield RuleChangeEffect(Effect.BENEFIT_DROPPED, code, entitlement.valid_until, None)
        else:
            yield RuleChangeEffect(Effect.BENEFIT_ADDED, code, None, entitlement.valid_until)


def _decide(subject: Subject, live: Sequence[Entitlement], books: Books, result: Replay) -> None:
    """Count what differs for one person where both books decide."""
    on, person = books.on, subject.person
    facts = subject.facts(books.now, on)
    before = decide_on(facts, live, books.now)
    others = facts if books.sort_alike else subject.facts(books.then, on)
    after = decide_on(others, live, books.then)
    for entitlement, was, becomes in zip(live, before.verdicts, after.verdicts, strict=True):
        held, holds = was.valid_until, becomes.valid_until
        result.certified_now += held >= on
        result.certified_then += holds >= on
        if held == holds and not books.timelines_differ:
            continue
        effect = on_certificate(entitlement, held, holds, books)
        if effect is not None:
            felt = RuleChangeEffect(effect, entitlement.benefit, held, holds, was.reasons, becomes.reasons)
            _count(result, person, felt)
    if before.findings or after.findings:
        for felt in _suspected(before, after, live, result):
            _count(result, person, felt)
    if books.is_more:
        _decide_more(subject, live, (facts, others), books, result)


def _decide_more(
    subject: Subject, live: Sequence[Entitlement], facts: tuple[Facts, Facts], books: Books, result: Replay
) -> None:
    """What differs where more than certificates is declared differently."""
    for felt in (*on_amounts(facts, live, books), *on_offers(facts, subject.entitlements, books)):
        _count(result, subject.person, felt)
    result.drawing.update(e.benefit for e in live if e.benefit in books.on_an_event)


def _suspected(
    before: Decision, after: Decision, shared: Sequence[Entitlement], result: Replay
) -> Iterator[RuleChangeEffect]:
    """A suspicion about the person concerns all that is drawn, and is one suspicion."""
    for effect, found in on_suspicions(before, after):
        result.suspicions[effect, found.kind] += 1
        why = (found.reason,)
        said = ((), why) if effect is Effect.SUSPICION_OPENS else (why, ())
        for entitlement in shared:
            code = entitlement.benefit
            if found.benefit in (None, code):
                was, becomes = before.verdict_for(code), after.verdict_for(code)
                yield RuleChangeEffect(effect, code, was.valid_until, becomes.valid_until, *said)


def _count(result: Replay, person: Person, felt: RuleChangeEffect) -> None:
    effect = felt.effect
    group = Group(
        felt.benefit, person.area[:6], band_of(age_on(person.born, result.on) if person.born else None)
    )
    result.effects[effect, group] += 1
    if felt.fen:
        result.fen[effect] += felt.fen
    if len(examples := result.examples[effect]) < EXAMPLES:
        said = (_said(felt.why_before), _said(felt.why_after))
        examples.append(Example(group, felt.before, felt.after, *said))


def _said(why: Sequence[Reason]) -> str:
    return " ".join(reason.zh for reason in why)
