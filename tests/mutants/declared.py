"""Break a single value of a pack's declarations, one at a time, and see whether a scenario notices.

python -m tests.mutants.declared --pack bozhou

What officers declare is held to the same as the code: a figure one up and one down, a word turned into
its neighbours, an event or a benefit named in place of another, a line or a word of a list left out. Of a
benefit everything that holds is broken, what most share too; and what it says by itself is left unsaid. What
no scenario notices must stand in unnoticed.yaml with the reason why it changes nothing; a reason that
nothing needs any more is shown as well.
"""

from __future__ import annotations

import argparse
import os
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from enum import StrEnum
from fnmatch import fnmatchcase
from functools import cache
from pathlib import Path
from random import Random
from typing import Any, Final, TypeAlias, TypeVar

import yaml
from pydantic import Field, ValidationError

from chalicelib.declarations import Declaration, read_declaration, read_yaml
from chalicelib.engine.calendar.periods import Counting
from chalicelib.engine.rules.benefit_files import SHARED, VERSIONS, Origins, complete, read_policy
from chalicelib.engine.rules.benefits import Benefit, Consequence, LastMonth, Start
from chalicelib.engine.rules.checks import check_policy, check_tables, check_version
from chalicelib.engine.rules.conditions import ConditionKind
from chalicelib.engine.rules.policy import Policy
from chalicelib.engine.rules.rulebook import RuleBook, with_counties
from chalicelib.errors import DeclarationError
from chalicelib.model import BenefitCode, BenefitKind, FeedId
from tests.events import ALL_RULES, PACKS
from tests.scenarios.checking import check
from tests.scenarios.situations import ALL, Tried

Place: TypeAlias = tuple[str | int, ...]

# What is said about a rule, and decides nothing.
SAID: Final = (
    *("code", "area", "jurisdiction", "title", "run_by", "for_whom", "assumed"),
    *("authority", "reviewed", "because", "why"),
)
OF_THE_POLICY: Final = ("periods", "weak")  # the rest concerns cases and messages, not certificates
WORDS: Final[dict[str, type[StrEnum]]] = {
    "kind": BenefitKind,
    "starts": Start,
    "last_month_due": LastMonth,
    "then": Consequence,
    "counted_in": Counting,
    "when": ConditionKind,
}


NAMED: Final = "named "  # in place of another
T = TypeVar("T")


class How(StrEnum):
    """What a slip of the pen does to a value."""

    LEFT_OUT = "left out"
    ONE_UP = "one up"
    ONE_DOWN = "one down"
    TURNED = "turned"  # true for false
    UNSAID = "unsaid"  # left out of the file, so that it is as before, or as most benefits have it


@dataclass(frozen=True)
class Break:
    """One value of one file, and what is done to it; a word: the one that stands there instead."""

    pack: str
    file: str
    place: Place
    how: str

    def __str__(self) -> str:
        place = ".".join(str(part + 1 if isinstance(part, int) else part) for part in self.place)
        return f"{self.pack}/{self.file}: {place} {self.how}"


class Unnoticed(Declaration):
    """Breaks (shell patterns of their names) that change nothing, and why."""

    breaks: tuple[str, ...] = Field(min_length=1)
    because: str = Field(min_length=10)


class AllUnnoticed(Declaration):
    """unnoticed.yaml."""

    about: str
    unnoticed: tuple[Unnoticed, ...]


KNOWN: Final = [
    pattern
    for row in read_declaration(Path(__file__).with_name("unnoticed.yaml"), AllUnnoticed).unnoticed
    for pattern in row.breaks
]


# --- what can be broken ------------------------------------------------------------------------------


@cache
def _spelled(pack: str, file: str) -> Mapping[str, Any]:
    return read_yaml(PACKS / pack / f"{file}.yaml")


@cache
def _document(pack: str, file: str) -> Mapping[str, Any]:
    """A file's words, those of a benefit with complete versions."""
    spelled = _spelled(pack, file)
    if file == "policy":
        return {key: value for key, value in spelled.items() if key != SHARED}
    return _complete(pack, file, spelled) if file.startswith("benefits/") else spelled


def _complete(pack: str, file: str, spelled: Mapping[str, Any]) -> Mapping[str, Any]:
    folder = PACKS / pack
    _, shared = read_policy(folder / "policy.yaml")
    return complete(spelled, Origins(folder, folder / f"{file}.yaml", shared))[0]


def breaks_of(pack: str) -> Iterator[Break]:
    """Every single value of a pack that decides something, and every slip that it admits."""
    folder = PACKS / pack
    for word in OF_THE_POLICY:
        for place, how in _slips(pack, _document(pack, "policy")[word], (word,)):
            yield Break(pack, "policy", place, how)
    for path in (
        *sorted((folder / "benefits").glob("*.yaml")),
        *sorted((folder / "counties").glob("*.yaml")),
    ):
        file = f"{path.parent.name}/{path.stem}"
        for place, how in _slips(pack, _document(pack, file), ()):
            yield Break(pack, file, place, how)
        for number, version in enumerate(_spelled(pack, file).get(VERSIONS, ())):
            own = [key for key in version if key != "from" and key not in SAID]
            yield from (Break(pack, file, (VERSIONS, number, key), How.UNSAID) for key in own)


def _slips(pack: str, value: Any, place: Place) -> Iterator[tuple[Place, str]]:
    match value:
        case dict():
            yield from _slips_of_keys(pack, value, place)
        case list():
            for number, below in enumerate(value):
                yield (*place, number), How.LEFT_OUT
                yield from _slips(pack, below, (*place, number))
        case bool():
            yield place, How.TURNED
        case int() | date():
            yield place, How.ONE_UP
            yield place, How.ONE_DOWN
        case str() if place[-1] in WORDS:
            yield from ((place, word.value) for word in WORDS[str(place[-1])] if word != value)
        case str() if place[-1] == "benefit":
            yield place, f"{NAMED}{_next(sorted(ALL_RULES[pack].benefits), value)}"
        case _:
            return  # the parts of a name, and words whose neighbours nobody declares


def _slips_of_keys(pack: str, value: Mapping[str, Any], place: Place) -> Iterator[tuple[Place, str]]:
    if {"feed", "event"} <= value.keys():
        yield place, f"{NAMED}{'/'.join(_next_event(pack, value['feed'], value['event']))}"
    for key, below in value.items():
        if key not in SAID and (*place, key) != ("versions", 0, "from"):
            yield (*place, key), How.LEFT_OUT
            yield from _slips(pack, below, (*place, key))


def _next_event(pack: str, feed: str, name: str) -> tuple[str, str]:
    """The next event of the pack that proves the same, and as strongly."""
    events = ALL_RULES[pack].events
    mine = events[FeedId(feed), name]
    alike = [
        key for key, event in events.items() if (event.proves, event.strength) == (mine.proves, mine.strength)
    ]
    return _next(sorted(alike), (FeedId(feed), name))


def _next(names: Sequence[T], name: T) -> T:
    """The one after a name, and after the last the first; of a name that is not among them, the first."""
    return names[(names.index(name) + 1) % len(names)] if name in names else names[0]


def broken(slip: Break) -> RuleBook | None:
    """The rule book with one value broken; None where that is refused, or says the same as before."""
    unsaid = slip.how == How.UNSAID
    document: Any = _plain((_spelled if unsaid else _document)(slip.pack, slip.file))
    *above, last = slip.place
    held: Any = document
    for part in above:
        held = held[part]
    if slip.how in (How.LEFT_OUT, How.UNSAID):
        del held[last]
    elif slip.how == How.TURNED:
        held[last] = not held[last]
    elif slip.how in (How.ONE_UP, How.ONE_DOWN):
        sign = 1 if slip.how == How.ONE_UP else -1
        held[last] += timedelta(days=sign) if isinstance(held[last], date) else sign
    elif slip.how.startswith(NAMED):
        name = slip.how.removeprefix(NAMED)
        feed, _, event = name.partition("/")
        held[last] = {**held[last], "feed": feed, "event": event} if event else name
    else:
        held[last] = slip.how
    try:
        return _rule_book(slip, _complete(slip.pack, slip.file, document) if unsaid else document)
    except (DeclarationError, ValidationError):
        return None


def _rule_book(slip: Break, document: Mapping[str, Any]) -> RuleBook | None:
    rules, folder = ALL_RULES[slip.pack], PACKS / slip.pack
    policy, benefits = rules.policy, dict(rules.benefits)
    if slip.file == "policy":
        policy = Policy.model_validate(document)
    elif slip.file.startswith("benefits/"):
        code = BenefitCode(slip.file.removeprefix("benefits/"))
        benefits[code] = Benefit.model_validate(document)
    else:
        return _with_county(slip, document)
    if policy == rules.policy and benefits == rules.benefits:
        return None
    check_policy(folder / "policy.yaml", policy, rules.events)
    for benefit in benefits.values():
        for number, version in enumerate(benefit.versions):
            check_version(str, number, version, policy, rules.events)
    check_tables(benefits, lambda _: str)
    return with_counties(replace(rules, policy=policy, benefits=benefits, counties={}), folder / "counties")


def _with_county(slip: Break, document: Mapping[str, Any]) -> RuleBook:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, Path(slip.file).name + ".yaml")
        path.write_text(yaml.safe_dump(_plain(document), allow_unicode=True), encoding="utf-8")
        return with_counties(replace(ALL_RULES[slip.pack], counties={}), Path(folder))


def _plain(value: Any) -> Any:
    """A copy in which nothing stands twice: a version has what it does not say from the one before it."""
    if isinstance(value, dict):
        return {key: _plain(below) for key, below in value.items()}
    return [_plain(below) for below in value] if isinstance(value, list) else value


# --- whether anybody notices ---------------------------------------------------------------------------


def is_noticed(slip: Break, rules: RuleBook) -> bool:
    """Whether a scenario of the pack comes out otherwise than its officer says."""
    whole = ALL_RULES[slip.pack]
    ALL_RULES[slip.pack] = rules
    try:
        return any(_comes_out_otherwise(tried) for tried in _nearest_first(slip.pack, Path(slip.file).name))
    finally:
        ALL_RULES[slip.pack] = whole


@cache
def _nearest_first(pack: str, benefit: str) -> Sequence[Tried]:
    """What concerns a benefit's own lines, then the rest of it, then the others."""
    return sorted(
        (t for t in ALL if t.pack == pack), key=lambda t: (t.benefit != benefit, -t.scenario.scenario)
    )


def _comes_out_otherwise(tried: Tried) -> bool:
    try:
        check(tried)
    except AssertionError:
        return True
    return False


def is_known(slip: Break) -> bool:
    """Whether unnoticed.yaml says why it changes nothing."""
    return any(fnmatchcase(str(slip), pattern) for pattern in KNOWN)


def unnoticed(slips: Sequence[Break], most: int | None = None) -> tuple[list[Break], int]:
    """Those that no scenario notices, and how many were tried; what is refused counts as neither."""
    survived, tried = [], 0
    for slip in slips:
        if tried == most:
            break
        rules = broken(slip)
        if rules is None:
            continue
        tried += 1
        if not is_noticed(slip, rules):
            survived.append(slip)
    return survived, tried


def in_any_order(pack: str, seed: int) -> list[Break]:
    """A pack's breaks, shuffled the same way for the same seed."""
    slips = list(breaks_of(pack))
    Random(seed).shuffle(slips)
    return slips


def main(arguments: Sequence[str]) -> int:
    """Try every break; 1 if one is unnoticed without a reason, or a reason is needed no more."""
    parser = argparse.ArgumentParser(prog="tests.mutants.declared")
    parser.add_argument("--pack", choices=ALL_RULES, action="append")
    chosen = parser.parse_args(arguments)
    began, bad, needed = time.monotonic(), 0, set[str]()
    packs = chosen.pack or list(ALL_RULES)
    for pack in packs:
        survived, tried = unnoticed(list(breaks_of(pack)))
        needed |= {pattern for slip in survived for pattern in KNOWN if fnmatchcase(str(slip), pattern)}
        lacking = [slip for slip in survived if not is_known(slip)]
        bad += len(lacking)
        print(
            f"{pack}: {tried} values broken, {tried - len(survived)} noticed,"
            f" {len(survived) - len(lacking)} change nothing, {len(lacking)} unnoticed"
        )
        for slip in lacking:
            print(f"  unnoticed: {slip}")
    stale = sorted(set(KNOWN) - needed) if len(packs) == len(ALL_RULES) else []
    for pattern in stale:
        print(f"noticed by now, or no more there: {pattern}")
    print(f"{(time.monotonic() - began) / 60:.1f} min")
    return 1 if bad or stale else 0


if __name__ == "__main__":
    os.nice(10)
    sys.exit(main(sys.argv[1:]))
