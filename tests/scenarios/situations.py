"""Numbered situations in officers' words (*.yaml here), decided by the rules of a pack.

A file holds `about` and `scenarios`. A scenario names the day, the person, what they draw, what
departments sent, and what is expected of it; everything not named is as in `tests/people.py`.

  *.yaml                 situations of bozhou, whatever the benefit
  every_benefit.yaml     situations that are tried on every benefit of every pack, in the words of
                         words.yaml (which event is a pack's "strong"), on the person of usual.yaml
  <pack>/<benefit>.yaml  a benefit's own: each condition, exclusion, amount and period of its file
  <pack>/policy.yaml     a policy's own: each period, each weak event
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from typing import Final, Literal, TypeAlias

from pydantic import Field

from chalicelib.declarations import Declaration, read_declaration
from chalicelib.engine.benefits import Benefit
from chalicelib.engine.decide import decide
from chalicelib.engine.periods import add_months
from chalicelib.model import (
    BenefitCode,
    Decision,
    Entitlement,
    EntitlementStatus,
    Evidence,
    EvidenceKey,
    FileId,
    InstructionKind,
    KeyGroup,
    Outcome,
    Payment,
    Person,
    Relation,
    Route,
    SuspicionKind,
)
from tests.events import ALL_RULES
from tests.people import a_key, a_person, an_entitlement

HERE: Final = Path(__file__).parent


class Who(Declaration):
    """The person of a scenario."""

    born: date = date(1958, 3, 1)
    key_groups: tuple[KeyGroup, ...] = ()
    deceased_on: date | None = None


class Drawn(Declaration):
    """One benefit that the person draws; without a name, the benefit of the file."""

    benefit: str | None = None
    certified_until: date = date(2024, 12, 31)
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

    Instead of `valid_until`: the day from which it runs, and by which period of usual.yaml.
    """

    benefit: str | None = None
    outcome: Outcome
    valid_until: date | None = None
    runs_from: date | None = None
    by: Literal["months", "again", "weak"] = "months"
    route: Route | None = None
    because: str


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
    only: Literal["custody", "no_custody"] | None = None
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
    """words.yaml: pack -> word -> feed/event."""

    about: str
    packs: dict[str, dict[str, str]]


WORDS: Final = read_declaration(HERE / "words.yaml", Words).packs
USUAL: Final = read_declaration(HERE / "usual.yaml", Usuals).packs
WEAK_MONTHS: Final = 3


@dataclass(frozen=True)
class Tried:
    """A scenario, tried on one benefit of one pack."""

    pack: str
    benefit: str
    scenario: Scenario

    def __str__(self) -> str:
        return f"{self.pack}-{self.benefit}-{self.scenario.scenario}-{self.scenario.title}"

    @property
    def usual(self) -> Usual:
        return USUAL.get(self.pack, {}).get(self.benefit, Usual())

    @property
    def declared(self) -> Benefit:
        return ALL_RULES[self.pack].benefit(BenefitCode(self.benefit))

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
        return a_person(who.born, key_groups=who.key_groups, deceased_on=who.deceased_on)

    @property
    def drawn(self) -> list[Entitlement]:
        draws = (Drawn(),) if self.scenario.draws is None else self.scenario.draws
        return [
            an_entitlement(d.benefit or self.benefit, d.certified_until, d.since, status=d.status, fen=d.fen)
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

    def key(self, sent: Sent) -> EvidenceKey:
        return a_key(WORDS[self.pack].get(sent.what, sent.what), sent.happened)

    def item(self, sent: Sent) -> Evidence:
        facts = {**sent.facts, **({"until": sent.until.isoformat()} if sent.until else {})}
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


def _read(path: Path) -> tuple[Scenario, ...]:
    return read_declaration(path, Scenarios).scenarios


def _everything() -> Iterator[Tried]:
    for path in sorted(HERE.glob("*.yaml")):
        if path.stem not in ("words", "usual", "every_benefit"):
            yield from (Tried("bozhou", "resident_pension", scenario) for scenario in _read(path))
    common = _read(HERE / "every_benefit.yaml")
    for pack, rules in ALL_RULES.items():
        for code, benefit in rules.benefits.items():
            has = "custody" if benefit.versions[-1].custody else "no_custody"
            yield from (Tried(pack, code, s) for s in common if s.only in (None, has))
        for path in sorted((HERE / pack).glob("*.yaml")):
            benefit_code = path.stem if path.stem != "policy" else FIRST[pack]
            yield from (Tried(pack, benefit_code, scenario) for scenario in _read(path))


FIRST: Final = {"bozhou": "resident_pension", "jining": "social_insurance", "anhui": "resident_pension"}
ALL: Final = list(_everything())
