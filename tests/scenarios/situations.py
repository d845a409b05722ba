"""Numbered situations in officers' words (*.yaml here), decided by the rules of a pack.

A file holds `about` and `scenarios`. A scenario names the day, the person, what they draw, what
departments sent, and what is expected of it; everything not named is as in `tests/people.py`.

  *.yaml                 situations of bozhou, whatever the benefit
  every_benefit.yaml     situations that are tried on every benefit of every pack, in the words of
                         words.yaml (which event is a pack's "strong"), on the person of usual.yaml
  every_pack/*.yaml      a benefit's own (or the policy's), in every pack that has the benefit
  <pack>/<benefit>.yaml  a benefit's own: each condition, exclusion, amount and period of its file
  <pack>/policy.yaml     a policy's own: each period, each weak event
"""

from __future__ import annotations

from collections.abc import Iterator, Set
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache
from pathlib import Path
from typing import Final, Literal, TypeAlias

from pydantic import Field

from admin.pages.scenarios import EVERY_PACK, sort_of
from chalicelib.declarations import Declaration, read_declaration
from chalicelib.engine.calendar.periods import add_months
from chalicelib.engine.certification.decide import decide
from chalicelib.engine.rules.benefits import Offset
from chalicelib.model import (
    AreaCode,
    BenefitCode,
    Decision,
    Entitlement,
    EntitlementStatus,
    Evidence,
    EvidenceKey,
    FeedId,
    FileId,
    InstructionKind,
    KeyGroup,
    Outcome,
    Payment,
    Person,
    Relation,
    Route,
    StepOutcome,
    SuspicionKind,
)
from chalicelib.sources.feeds.freshness import Freshness, freshness
from tests.events import ALL_FEEDS, ALL_RULES
from tests.people import a_key, a_person, an_entitlement

HERE: Final = Path(__file__).parent


class Who(Declaration):
    """The person of a scenario."""

    born: date = date(1958, 3, 1)
    area: str = "341602001001"
    key_groups: tuple[KeyGroup, ...] = ()
    deceased_on: date | None = None


class Drawn(Declaration):
    """One benefit that the person draws; without a name, the benefit of the file.

    `certified_by`: the event that gave the certificate, where it was not the authority's own word.
    """

    benefit: str | None = None
    certified_until: date = date(2024, 12, 31)
    certified_by: str | None = None
    since: date = date(2018, 4, 1)
    status: EntitlementStatus = EntitlementStatus.ACTIVE
    fen: int = 15_000


class Sent(Declaration):
    """One record about the person: "feed/event" or a word of words.yaml, the day it happened, its facts."""

    what: str
    happened: date
    until: date | None = None
    facts: dict[str, str] = {}
    recovered: bool = False


class Expected(Declaration):
    """What must come out for one benefit; `because` is the code of a reason that must be among them.

    Instead of `valid_until`: the day from which it runs, and by which period of usual.yaml. `points`: how
    many of how many the weak evidence reaches, as the person is told.
    """

    benefit: str | None = None
    outcome: Outcome
    valid_until: date | None = None
    runs_from: date | None = None
    by: Literal["months", "again", "weak"] = "months"
    route: Route | None = None
    because: str
    points: tuple[int, int] | None = None


class Begins(Declaration):
    """A new recipient: when the benefit was granted and first paid, and from when the first period runs."""

    granted: date
    first_paid: date | None = None
    runs_from: date


class Suspends(Declaration):
    """What rule 10 says of the case of somebody reminded, and twice not met; of an approval, from when."""

    step: StepOutcome
    because: str
    approved: date | None = None
    from_month: str | None = None


class Overpaid(Declaration):
    """An overpayment in fen, what there is to set it off against, what is taken, what is left to ask for."""

    fen: int
    available: dict[Offset, int]
    taken: dict[Offset, int]
    left: int


class Day(Declaration):
    """A day counted from the end of the period that began on another."""

    end_of: date
    days_after: int = 0


OfRelated: TypeAlias = tuple[Sent | tuple[Sent, ...], ...]
"""What was sent about one related person; a list within it is about another (the second parent)."""


class Scenario(Declaration):
    """One situation."""

    scenario: int
    title: str = Field(min_length=4)
    rule: str
    only: str | None = None  # a sort of benefit, by the words of admin.pages.scenarios
    each: str | tuple[str, ...] = ()  # tried with each of these where it says "each"
    day: date | Day
    person: Who | None = None
    draws: tuple[Drawn, ...] | None = None
    usual: bool = True  # what usual.yaml says of the benefit's recipients is reported too
    evidence: tuple[Sent, ...] = ()
    related: dict[Relation, OfRelated] | None = None
    refuted: tuple[Sent, ...] = ()
    expect: tuple[Expected, ...] = ()
    findings: tuple[SuspicionKind, ...] = ()
    ends: InstructionKind | Literal["nothing"] | None = None  # what a confirmed finding does
    last_month: str | None = None  # the last month due then
    due: dict[str, int | None] = {}
    paid: dict[str, int] = {}
    wrong: tuple[str, ...] = ()
    unclaimed: tuple[str, ...] | None = None
    together: tuple[str, ...] = ()  # benefits that the file says may be drawn beside it
    begins: Begins | None = None
    late: tuple[str, ...] = ()  # events whose feed is late by a whole interval to the day
    missing: tuple[str, ...] = ()  # ... by a day more, so that its silence says nothing (rule 11)
    held: tuple[str, ...] = ()  # ... has a file that waits for a person
    suspends: Suspends | None = None
    overpaid: Overpaid | None = None


class Scenarios(Declaration):
    """One file."""

    about: str
    scenarios: tuple[Scenario, ...]


class Usual(Declaration):
    """The usual recipient of a benefit: fits its conditions, and whose periods these are."""

    born: date = date(1958, 3, 1)
    months: int = 12
    again: int | None = None  # where the period before showed strong evidence
    evidence: tuple[Sent, ...] = ()
    related: dict[Relation, OfRelated] = {}


class Usuals(Declaration):
    """usual.yaml: pack -> benefit -> recipient; not named: everything as by default."""

    about: str
    packs: dict[str, dict[str, Usual]]


class Words(Declaration):
    """words.yaml: pack -> word -> feed/event; a word for `each`: several."""

    about: str
    packs: dict[str, dict[str, str | tuple[str, ...]]]


WORDS: Final = read_declaration(HERE / "words.yaml", Words).packs
USUAL: Final = read_declaration(HERE / "usual.yaml", Usuals).packs
WEAK_MONTHS: Final = 3


@dataclass(frozen=True)
class Tried:
    """A scenario, tried on one benefit of one pack."""

    pack: str
    benefit: str
    scenario: Scenario
    each: str = ""

    def __str__(self) -> str:
        name = f"{self.pack}-{self.benefit}-{self.scenario.scenario}-{self.scenario.title}"
        return f"{name}-{self.each}" if self.each else name

    @property
    def usual(self) -> Usual:
        return USUAL.get(self.pack, {}).get(self.benefit, Usual())

    @property
    def day(self) -> date:
        day = self.scenario.day
        if isinstance(day, date):
            return day
        return self.end(day.end_of, "months") + timedelta(days=day.days_after)

    def end(self, start: date, by: str) -> date:
        """The day before so many months later: the rule in plain words, not the engine's."""
        months = {"months": self.usual.months, "again": self.usual.again or self.usual.months}
        return add_months(start, months.get(by, WEAK_MONTHS)) - timedelta(days=1)

    @property
    def person(self) -> Person:
        who = self.scenario.person or Who(born=self.usual.born)
        named = {"key_groups": who.key_groups, "deceased_on": who.deceased_on, "area": AreaCode(who.area)}
        return a_person(who.born, **named)

    @property
    def drawn(self) -> list[Entitlement]:
        draws = (Drawn(),) if self.scenario.draws is None else self.scenario.draws
        return [
            an_entitlement(
                d.benefit or self.benefit,
                d.certified_until,
                d.since,
                status=d.status,
                fen=d.fen,
                evidence=self.event(d.certified_by, d.certified_until) if d.certified_by else None,
            )
            for d in draws
        ]

    @property
    def evidence(self) -> list[Evidence]:
        usual = self.usual.evidence if self.scenario.usual else ()
        return [self.item(sent) for sent in (*usual, *self.scenario.evidence)]

    @property
    def related(self) -> dict[Relation, list[list[Evidence]]]:
        given = self.usual.related if self.scenario.related is None else self.scenario.related
        return {
            relation: [[self.item(sent) for sent in person] for person in _each(items)]
            for relation, items in given.items()
        }

    @property
    def refuted(self) -> frozenset[EvidenceKey]:
        return frozenset(self.key(sent) for sent in self.scenario.refuted)

    @property
    def payments(self) -> list[Payment]:
        code = BenefitCode(self.benefit)
        return [
            Payment(code, month, fen, date(2025, 1, 1))  # type: ignore[arg-type]
            for month, fen in self.scenario.paid.items()
        ]

    @property
    def missing(self) -> frozenset[FeedId]:
        """The feeds whose silence says nothing, by how they stand on the day."""
        stand = (
            (self.scenario.late, 0, False),
            (self.scenario.missing, 1, False),
            (self.scenario.held, 0, True),
        )
        return frozenset(
            feed
            for words, days_more, held in stand
            for feed in (self.event(word, self.day).feed for word in words)
            if self._freshness(feed, days_more, held=held).is_missing
        )

    def _freshness(self, feed: FeedId, days_more: int, *, held: bool) -> Freshness:
        """Of a feed that last delivered twice its interval ago, and so many days more."""
        arrives = ALL_FEEDS[self.pack][feed].arrives
        assert arrives is not None, f"{feed} sends no files"
        last = self.day - timedelta(days=2 * arrives.every.longest_days + days_more)
        return freshness(arrives, last, self.day, held=held)

    def event(self, what: str, happened: date) -> EvidenceKey:
        what = self.each if what == "each" else what
        name = WORDS[self.pack].get(what, what)
        assert isinstance(name, str), f"{what} stands for several events: it belongs to `each`"
        return a_key(name, happened)

    def key(self, sent: Sent) -> EvidenceKey:
        return self.event(sent.what, sent.happened)

    def item(self, sent: Sent) -> Evidence:
        said = {name: self.each if value == "each" else value for name, value in sent.facts.items()}
        facts = {**said, **({"until": sent.until.isoformat()} if sent.until else {})}
        return Evidence(self.key(sent), FileId("file-1"), 2, facts, sent.recovered)

    def decide(self) -> Decision:
        rules, person = ALL_RULES[self.pack], self.person
        return decide(
            person,
            self.drawn,
            self.evidence,
            rules,
            self.day,
            refuted=self.refuted,
            related=self.related,
        )


def _each(items: OfRelated) -> list[tuple[Sent, ...]]:
    first = tuple(item for item in items if isinstance(item, Sent))
    return [first, *(item for item in items if not isinstance(item, Sent))]


@cache
def scenarios_in(path: Path) -> tuple[Scenario, ...]:
    """The scenarios of a file, read once: every benefit of every pack asks for the same ones."""
    return read_declaration(path, Scenarios).scenarios


def _everything() -> Iterator[Tried]:
    for path in sorted(HERE.glob("*.yaml")):
        if path.stem not in ("words", "usual", "every_benefit"):
            yield from _tried("bozhou", "resident_pension", path)
    for pack, rules in ALL_RULES.items():
        for code, benefit in rules.benefits.items():
            yield from _tried(pack, code, HERE / "every_benefit.yaml", sort_of(benefit, pack))
        for folder in (EVERY_PACK, pack):
            for path in sorted((HERE / folder).glob("*.yaml")):
                about = path.stem if path.stem != "policy" else FIRST[pack]
                if about in rules.benefits:
                    yield from _tried(pack, about, path)


def _tried(pack: str, benefit: str, path: Path, sort: Set[str] = frozenset()) -> Iterator[Tried]:
    for scenario in scenarios_in(path):
        if scenario.only in (None, *sort):
            yield from _each_of(pack, benefit, scenario)


def _each_of(pack: str, benefit: str, scenario: Scenario) -> Iterator[Tried]:
    each = WORDS[pack][scenario.each] if isinstance(scenario.each, str) else scenario.each
    assert not isinstance(each, str), f"{scenario.each} stands for one event: it belongs to `what`"
    yield from (Tried(pack, benefit, scenario, name) for name in each or ("",))


FIRST: Final = {"bozhou": "resident_pension", "jining": "social_insurance", "anhui": "resident_pension"}
ALL: Final = list(_everything())
