"""Who draws what: the benefits of a pack as the town deals them out, each to somebody who may draw it.

What a benefit asks of a person (an age, a key group, a state that a list shows) is read from its
declaration; how common it is, and what it pays where the authority sets the amount, is the town's own.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from random import Random
from typing import Any, Final

from chalicelib.engine.rulebook import RuleBook
from chalicelib.model import BenefitCode, BenefitKind, FeedId, KeyGroup
from sandbox.town.chance import chance

MAIN: Final = BenefitCode("resident_pension")  # what most of a town draw, where a pack has it
MAIN_SHARE: Final = 0.80
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
    certified_until: date
    payee: str


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
    fen: int | None = None  # None: the authority sets it

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

    wanted: tuple[Wanted, ...]
    apart: frozenset[frozenset[BenefitCode]]  # may not be drawn together
    kinds: Mapping[BenefitCode, BenefitKind]
    _dealt: int = 0

    @classmethod
    def of(cls, rules: RuleBook, on: date) -> Benefits:
        """Read who may draw what from the rule book of a pack."""
        versions = {code: benefit.on(on) for code, benefit in sorted(rules.benefits.items())}
        apart = {
            frozenset((code, BenefitCode(row.benefit)))
            for code, version in versions.items()
            for row in version.excludes
        }
        wanted = tuple(w for code, version in versions.items() for w in _wanted(code, version))
        kinds = {code: benefit.kind for code, benefit in rules.benefits.items()}
        return cls(wanted, frozenset(apart), kinds)

    def first(self, rng: Random) -> Wanted:
        """What somebody draws first: mostly the main benefit, else the next in turn."""
        main = [w for w in self.wanted if w.benefit == MAIN]
        others = [w for w in self.wanted if w.benefit != MAIN]
        if main and (not others or rng.random() < MAIN_SHARE):
            return rng.choice(main)
        self._dealt += 1
        return others[self._dealt % len(others)]

    def more(self, first: Wanted, age: int, rng: Random) -> Iterator[Wanted]:
        """What somebody draws beside it: the allowance of the very old mostly, others now and then."""
        drawn = {first.benefit}
        for wanted in self.wanted:
            asks_age = wanted.youngest > USUAL_AGE
            share = 0.75 if asks_age else SECOND_SHARE / len(self.kinds) if not wanted.states else 0
            if self._may(wanted, drawn, age) and rng.random() < share:
                drawn.add(wanted.benefit)
                yield wanted

    def _may(self, wanted: Wanted, drawn: set[BenefitCode], age: int) -> bool:
        apart = any(frozenset((wanted.benefit, other)) in self.apart for other in drawn)
        return wanted.benefit not in drawn and not wanted.groups and wanted.fits(age) and not apart

    def claim(self, wanted: Wanted, index: int, born: date, start: date, until: date, rng: Random) -> Claim:
        """One line of the roster."""
        code = wanted.benefit
        since = max(date(born.year + max(wanted.youngest, 0), 1, 1), date(2011, 7, 1))
        return Claim(
            benefit=code,
            fen=self._fen(wanted, rng),
            since=min(since, start - timedelta(200)),
            certified_until=until,
            payee=f"{''.join(word[0] for word in code.split('_')).upper()}{start:%y}{index:06d}",
        )

    def _fen(self, wanted: Wanted, rng: Random) -> int:
        if self.kinds[wanted.benefit] is BenefitKind.FEE_RELIEF:
            return 0
        low, high = chance("amount", wanted.benefit).choice(AMOUNTS)
        drawn = rng.randrange(low, high, 50)
        return drawn if wanted.fen is None else wanted.fen


def _wanted(code: BenefitCode, version: Any) -> Iterator[Wanted]:
    """One for each band of a declared amount; else one."""
    amount = getattr(version, "amount", "rostered")
    bands = [(None, ())] if isinstance(amount, str) else [(band.fen, band.where) for band in amount]
    for fen, where in bands:
        terms = (*version.conditions, *where)
        youngest = max((int(t.value) for t in terms if t.when == "aged_at_least"), default=0)
        under = [int(t.value) for t in terms if t.when == "aged_under"]
        oldest = min([OLDEST + STEADY, *under])
        groups = frozenset(KeyGroup(t.value) for t in terms if t.when == "in_key_group")
        yield Wanted(code, youngest, oldest, groups, tuple(_states(terms)), fen)


def _states(terms: Iterable[Any]) -> Iterator[State]:
    """What lists must say of her, where terms ask for it."""
    for term in terms:
        if term.when == "shown" and term.of is None:
            name = term.by[0]
            facts = ((term.fact, term.one_of[0]),) if term.fact else ()
            yield State(FeedId(name.feed), name.event, facts)
