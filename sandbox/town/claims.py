"""Who draws what: the benefits of a pack as the town deals them out, each to somebody who may draw it.

What a benefit asks of a person (an age, a key group, a state that a list shows) is read from its
declaration; how common it is, and what it pays where the authority sets the amount, is the town's own.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from random import Random
from typing import Final

from chalicelib.engine.rules.benefits import BenefitRules
from chalicelib.engine.rules.conditions import ConditionKind, Term
from chalicelib.engine.rules.rulebook import RuleBook
from chalicelib.model import BenefitCode, BenefitKind, FeedId, KeyGroup, Relation
from sandbox.town.seeded_random import chance

MAIN: Final = (BenefitCode("resident_pension"), BenefitCode("social_insurance"))  # what most of a town draw
OTHERS_DEALT: Final = (9, (0, 4))  # of so many people in turn, who draw something else first
SECOND_SHARE: Final = 0.22  # of people, who draw something beside the first
OLDEST: Final = 101
USUAL_AGE: Final = 60  # below which nobody of the town is, unless a benefit is for the young
STEADY: Final = 3  # years during which nobody passes an age that a rule names
AMOUNTS: Final = (
    (11_800, 26_000),
    (3_000, 20_000),
    (30_000, 62_000),
)  # fen a month, lowest and highest, where no declaration says it


@dataclass(frozen=True, slots=True)
class Claim:
    """What somebody draws: one line of the roster."""

    benefit: BenefitCode
    fen: int
    since: date
    certified_until: date | None  # None: a new recipient, whom nobody has certified yet
    payee: str
    relative: Asked | None = None  # whom its condition asks about, and what


@dataclass(frozen=True, slots=True)
class Asked:
    """What a condition asks of a related person: the father serves a sentence."""

    of: Relation
    feed: FeedId
    event: str


@dataclass(frozen=True, slots=True)
class State:
    """A state that a benefit asks for, and the facts with which its feed says it."""

    feed: FeedId
    event: str
    facts: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class Wanted:
    """For whom one benefit, or one band of its amounts, is meant."""

    benefit: BenefitCode
    youngest: int = 0
    oldest: int = OLDEST
    groups: frozenset[KeyGroup] = frozenset()
    states: tuple[State, ...] = ()
    losing: frozenset[tuple[FeedId, str]] = frozenset()  # events that would end it
    fen: int | None = None  # None: the authority sets it
    asked: Asked | None = None  # of a related person

    def fits(self, age: int) -> bool:
        """Whether an age will do, for the whole of a run."""
        return self.youngest <= age <= self.oldest - STEADY

    def age(self, rng: Random) -> int:
        """The age of somebody who draws it: old, unless it is for the young."""
        if self.oldest < USUAL_AGE:
            return rng.randint(self.youngest + 1, max(self.youngest + 1, self.oldest - STEADY))
        least = max(self.youngest, USUAL_AGE)
        return min(self.oldest - STEADY, least + int(rng.expovariate(1 / 8)))


@dataclass
class Benefits:
    """The benefits of a pack, dealt out in turn so that somebody draws each."""

    wanted: Mapping[BenefitCode, tuple[Wanted, ...]]
    apart: frozenset[frozenset[str]]  # may not be drawn together
    kinds: Mapping[BenefitCode, BenefitKind]
    _turn: int = 0
    _dealt: int = 0

    @classmethod
    def of(cls, rules: RuleBook, named: Iterable[str], on: date) -> Benefits:
        """Read who may draw what from a pack's rule book; `named` are the benefits a roster can name."""
        codes = sorted(set(named) & set(rules.benefits))
        versions = {code: rules.benefit_on(BenefitCode(code), on) for code in codes}
        rows = [(code, row.benefit) for code, version in versions.items() for row in version.excludes]
        apart = {frozenset((code, other)) for code, other in rows if other}
        wanted = {code: tuple(_wanted(BenefitCode(code), version)) for code, version in versions.items()}
        kinds = {BenefitCode(code): rules.benefits[BenefitCode(code)].kind for code in codes}
        return cls({BenefitCode(code): found for code, found in wanted.items()}, frozenset(apart), kinds)

    def first(self, rng: Random) -> Wanted:
        """What somebody draws first: mostly the main benefit, else the next in turn."""
        main = next((code for code in MAIN if code in self.wanted), None)
        others = [code for code in self.wanted if code != main]
        among, those = OTHERS_DEALT
        turn, self._turn = self._turn % among, self._turn + 1
        if main is not None and (not others or turn not in those):
            return _one_of(self.wanted[main], rng)
        self._dealt += 1
        return _one_of(self.wanted[others[self._dealt % len(others)]], rng)

    def more(self, first: Wanted, age: int, rng: Random) -> Iterator[Wanted]:
        """What somebody draws beside it: the allowance of the very old mostly, others now and then."""
        drawn: set[str] = {first.benefit}
        for code, bands in self.wanted.items():
            fitting = [wanted for wanted in bands if wanted.fits(age)]
            if not fitting or code in drawn or any(frozenset((code, d)) in self.apart for d in drawn):
                continue
            likely = 0.75 if fitting[0].youngest > USUAL_AGE else SECOND_SHARE / len(self.wanted)
            if not fitting[0].groups and not fitting[0].states and rng.random() < likely:
                drawn.add(code)
                yield fitting[0]

    def claim(self, wanted: Wanted, index: int, born: date, start: date, until: date, rng: Random) -> Claim:
        """One line of the roster."""
        code = wanted.benefit
        since = max(date(born.year + max(wanted.youngest, 0), 1, 1), date(2011, 7, 1))
        return Claim(
            benefit=code,
            fen=self._fen(wanted, rng),
            since=min(since, start - timedelta(200)),
            certified_until=until,
            relative=wanted.asked,
            payee=f"{''.join(word[0] for word in code.split('_')).upper()}{start:%y}{index:06d}",
        )

    def _fen(self, wanted: Wanted, rng: Random) -> int:
        if self.kinds[wanted.benefit] is BenefitKind.FEE_RELIEF:
            return 0
        low, high = chance("amount", wanted.benefit).choice(AMOUNTS)
        drawn = rng.randrange(low, high, 50)
        return drawn if wanted.fen is None else wanted.fen


def _one_of(bands: tuple[Wanted, ...], rng: Random) -> Wanted:
    """One band of a benefit: the fewer the older it asks one to be."""
    return rng.choices(bands, [0.5 ** (max(0, wanted.youngest - 80) / 5) for wanted in bands])[0]


def _wanted(code: BenefitCode, version: BenefitRules) -> Iterator[Wanted]:
    """One for each band of a declared amount; else one."""
    bands = [(None, ())] if isinstance(version.amount, str) else [(b.fen, b.where) for b in version.amount]
    taken = OLDEST + STEADY  # an earlier band holds first: those who are as old belong to it
    lost = tuple(_losing((*version.conditions, *version.excluded)))
    for fen, where in bands:
        terms: tuple[Term, ...] = (*version.conditions, *where)
        youngest = max((int(t.value or 0) for t in terms if t.when is ConditionKind.AGED_AT_LEAST), default=0)
        under = [int(t.value or 0) for t in terms if t.when is ConditionKind.AGED_UNDER]
        groups = frozenset(KeyGroup(str(t.value)) for t in terms if t.when is ConditionKind.IN_KEY_GROUP)
        states = tuple(_states(terms))
        asked = next(
            (Asked(t.of, *t.by[0].key) for t in terms if t.when is ConditionKind.SHOWN and t.of), None
        )
        yield Wanted(code, youngest, min([taken, *under]), groups, states, frozenset(lost), fen, asked)
        if any(t.when is ConditionKind.AGED_AT_LEAST for t in where) and len(where) == 1:
            taken = min(taken, youngest)


def _states(terms: Iterable[Term]) -> Iterator[State]:
    """What lists must say of her, where terms ask for it: the word that satisfies all of them."""
    said: dict[tuple[FeedId, str], dict[str, list[str]]] = {}
    for term in terms:
        if term.when is not ConditionKind.SHOWN or term.of is not None:
            continue
        facts = said.setdefault(term.by[0].key, {})
        if term.fact is not None:
            known = facts.get(term.fact, list(term.one_of))
            facts[term.fact] = [word for word in known if word in term.one_of]
    for (feed, event), facts in said.items():
        yield State(feed, event, tuple((fact, words[0]) for fact, words in facts.items()))


def _losing(terms: Iterable[Term]) -> Iterator[tuple[FeedId, str]]:
    """What would end a benefit if it happened to her: another marriage, a company of her own."""
    for term in terms:
        if term.of is None:
            events = term.by if term.when is ConditionKind.NOT_SHOWN else term.ended_by
            yield from (name.key for name in events)
