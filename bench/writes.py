"""What a year of a town writes to DynamoDB: lazily, eagerly, and with one upsert per person and feed.

    python -m bench.writes [people]

Intake, settling and the daily run are the project's own; only the tables are dictionaries that count.
50 feeds in the proportions of the city (38 strong and 7 weak ones that speak for people, 5 against),
7 records a year and recipient, unevenly: some people use much, some hardly anything. The first year
warms up, the second is counted. What cases write later (reminders, visits) is the same and left out.
"""

from __future__ import annotations

import os
import random
import sys
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from functools import partial
from typing import Any, Final
from unittest.mock import patch

from rich.table import Table

from chalicelib import clock
from chalicelib.cases import daily_run, executions
from chalicelib.engine.rules.policy import LazyRenewal
from chalicelib.engine.rules.quantities import LONGEST_PERIOD
from chalicelib.intake import loading
from chalicelib.intake.in_progress import InProgress
from chalicelib.jurisdiction import activation, load
from chalicelib.model import (
    AreaCode,
    BenefitCode,
    Change,
    Entitlement,
    EntitlementStatus,
    Evidence,
    EvidenceKey,
    FeedEvent,
    FeedId,
    FileId,
    Person,
    PersonId,
    PersonRecord,
    Proves,
    StateName,
    Stay,
    Strength,
    SuspicionKind,
    Trace,
)
from chalicelib.settings import Settings, settings
from chalicelib.steps import certification
from chalicelib.steps.walking import run_step
from chalicelib.storage import clients
from chalicelib.storage.dynamodb import commits, people, tables, worklists
from chalicelib.storage.s3 import lake, rulebooks

PACK: Final = "bozhou"
START: Final = date(2024, 1, 1)
YEAR: Final = timedelta(days=366)
END: Final = START + YEAR + timedelta(days=365)
RECORDS_A_YEAR: Final = 38_370_000 / 4 / 1_360_000  # a quarter of what is gathered is about recipients
ENROLLED: Final = 0.35  # of the people, per feed
SPREAD: Final = 1.5  # of how much people use, as the sigma of a lognormal; 0 would be everybody alike
BORN: Final = (
    ((1954, 1964), 56),
    ((1944, 1954), 31),
    ((1934, 1944), 12),
    ((1926, 1934), 1),
)  # census of 2020
SECOND_BENEFIT: Final = 0.2
DEATHS_A_YEAR: Final = 0.03
EVERY: Final = (7, 30, 30, 7, 30)  # days between two files, feed by feed
WEAK_RANKS: Final = {1: Trace.OWN_CARD, 4: Trace.ACCOUNT, 8: Trace.HOUSEHOLD, 15: Trace.ACCOUNT,
                     22: Trace.OWN_CARD, 30: Trace.HOUSEHOLD, 38: Trace.ACCOUNT}  # fmt: skip
EVIDENCE: Final = ("EV#", "ENT#")
STAY_RANKS: Final = (6, 35)  # admissions to hospital, residents of care homes
FEWER: Final = 5  # times, the budget


@dataclass
class Counted:
    """Tables that are dictionaries, and what was written to them."""

    items: dict[tuple[type[Any], str], dict[str, Any]] = field(default_factory=lambda: defaultdict(dict))
    changes: int = 0  # transactions: one per change of a record
    written: int = 0  # items, removed ones included
    units: int = 0  # write request units: two per item of a transaction

    def together(self, writes: Sequence[tables.Write], _token: str) -> None:
        """A transaction; a change that evidence caused, unless a case merely opens or closes."""
        self.changes += any(write.item.sk.startswith(EVIDENCE) for write in writes)
        self.units += len(writes)
        for write in writes:
            if isinstance(write, tables.Check):
                continue
            (self.delete if isinstance(write, tables.Delete) else self.put)(write.item)

    def put(self, item: Any, *_: Any) -> None:
        """One item, whatever stood there."""
        self.written += 1
        self.units += 1
        self.items[type(item), item.pk][item.sk] = item

    def delete(self, item: Any) -> None:
        """One item removed."""
        self.written += 1
        self.units += 1
        self.items[type(item), item.pk].pop(item.sk, None)

    def query(self, model: type[Any], pk: str, place: Any = None, **_: Any) -> Iterator[Any]:
        """One partition, as `tables.query` reads it."""
        rows = self.items.get((model, pk), {})
        return iter([rows[sk] for sk in sorted(rows) if place is None or _lies(sk, place)])

    def below(self, model: type[Any], pk: str, end: str) -> Iterator[Any]:
        """One partition below a sort key, as `tables.below` reads it."""
        rows = self.items.get((model, pk), {})
        return (rows[sk].serialize() for sk in sorted(rows) if sk < end)

    def get(self, model: type[Any], pk: str, sk: str) -> Any:
        """One item, or None."""
        return self.items.get((model, pk), {}).get(sk)


def _lies(sk: str, place: Any) -> bool:
    words = [value.value["S"] for value in place.values[1:]]
    match place.operator:
        case "<":
            return bool(sk < words[0])
        case "BETWEEN":
            return bool(words[0] <= sk <= words[1])
        case "begins_with":
            return sk.startswith(words[0])
    raise ValueError(f"no way to ask {place.operator}")


@dataclass
class Lake:
    """The lake as a dictionary; not counted, it is written either way."""

    held: dict[PersonId, list[Evidence]] = field(default_factory=lambda: defaultdict(list))

    def add(self, evidence: Mapping[PersonId, Sequence[Evidence]]) -> None:
        """What a file said."""
        for person, items in evidence.items():
            self.held[person] += items

    def of(self, folk: Iterable[PersonId]) -> dict[PersonId, list[Evidence]]:
        """What is held about some people."""
        return {person: self.held[person] for person in folk}


@dataclass(frozen=True, slots=True)
class Figures:
    """What one way of writing wrote in a year."""

    changes: int
    items: int
    units: int


# --- the town --------------------------------------------------------------------------------------


def events() -> list[FeedEvent]:
    """45 feeds that speak for people, the largest first, then 5 that speak against them."""
    found = []
    for rank in range(45):
        strength, trace = Strength.STRONG, Trace.BODY
        if rank in WEAK_RANKS:
            strength, trace = Strength.WEAK, WEAK_RANKS[rank]
        stay = Stay.BEGINS if rank in STAY_RANKS else None
        name = FeedId({1: "bus_rides", 4: "pharmacy_purchases", 8: "gas_bills", 6: "hospital_inpatient",
                       35: "care_home"}.get(rank, f"feed_{rank}"))  # fmt: skip
        event = {1: "ridden", 4: "bought", 8: "paid"}.get(rank, "seen")
        found.append(
            FeedEvent(name, event, "某", "some", Proves.PRESENCE, strength=strength, trace=trace, stay=stay)
        )
    against = partial(FeedEvent, event="died", zh="某", en="some", proves=Proves.LOSS)
    return found + [against(FeedId(f"against_{n}"), suspicion=SuspicionKind.DEATH) for n in range(5)]


@dataclass(frozen=True, slots=True)
class Town:
    """People, and the files of two years: by day, one per feed that sends then."""

    people: tuple[PersonRecord, ...]
    files: Mapping[date, Sequence[Mapping[PersonId, list[Evidence]]]]


def invented(count: int, seed: int = 1) -> Town:
    """A town whose people use what departments record, some much and some hardly."""
    chance = random.Random(seed)
    folk = tuple(_person(number, chance) for number in range(count))
    ids = [record.person.id for record in folk]
    uses = {person: chance.lognormvariate(0, SPREAD) for person in ids}
    gone = {p: START + chance.random() * 2 * YEAR for p in ids if chance.random() < 2 * DEATHS_A_YEAR}
    positive = events()[:45]
    shares = [1 / (rank + 3) for rank in range(45)]
    files: dict[date, list[dict[PersonId, list[Evidence]]]] = defaultdict(list)
    for rank, event in enumerate(positive):
        enrolled = chance.sample(ids, max(1, int(count * ENROLLED)))
        records = round(2 * count * RECORDS_A_YEAR * shares[rank] / sum(shares))
        who = chance.choices(enrolled, [uses[p] for p in enrolled], k=records)
        happened = [(p, START + timedelta(days=chance.randrange((END - START).days))) for p in who]
        _send(files, event, EVERY[rank % 5], [(p, d) for p, d in happened if d < gone.get(p, END)])
    for number, event in enumerate(events()[45:]):
        _send(files, event, 30, [(p, d) for p, d in gone.items() if int(p[-6:]) % 5 == number])
    return Town(folk, files)


def _send(
    files: dict[date, list[dict[PersonId, list[Evidence]]]],
    event: FeedEvent,
    every: int,
    happened: Sequence[tuple[PersonId, date]],
) -> None:
    by_day: dict[date, dict[PersonId, list[Evidence]]] = defaultdict(lambda: defaultdict(list))
    for line, (person, day) in enumerate(happened, start=2):
        sent = START + timedelta(days=((day - START).days // every + 1) * every)
        key = EvidenceKey(day, event.feed, event.event)
        by_day[sent][person].append(Evidence(key, FileId(f"{event.feed}-{sent}"), line))
    for day, evidence in by_day.items():
        files[day].append(evidence)


def _person(number: int, chance: random.Random) -> PersonRecord:
    ((first, last),) = chance.choices([years for years, _ in BORN], [share for _, share in BORN])
    born = date(chance.randrange(first, last), chance.randrange(1, 13), 1)
    letters = "abcdefghijklmnopqrstuvwxyz234567"
    name = PersonId("".join(chance.choice(letters) for _ in range(20)) + f"{number:06d}")
    until = START + timedelta(days=chance.randrange(365))
    benefits = ["resident_pension", "land_loss_pension"][: 2 if chance.random() < SECOND_BENEFIT else 1]
    drawn = tuple(
        Entitlement(
            BenefitCode(benefit), EntitlementStatus.ACTIVE, 20_000, date(2015, 1, 1), until, until, "R"
        )
        for benefit in benefits
    )
    return PersonRecord(Person(name, AreaCode("341602001001"), "g", born, True), drawn)


# --- two years -------------------------------------------------------------------------------------


def lived(town: Town, lazy: LazyRenewal) -> Figures:
    """What the second year writes if plain presence waits as the policy says."""
    counted, held = Counted(), Lake()
    with _town_hall(counted, held, lazy) as tell:
        for record in town.people:
            born = Change("created", "bench", clock.now(), entitlements=record.entitlements)
            bare = PersonRecord(record.person)
            commits.commit(bare, commits.Plan(born), new=True)
        day = START
        while day < END:
            if day == START + YEAR:
                counted.changes = counted.written = counted.units = 0
            tell(day)
            daily_run.daily_run()
            for evidence in town.files.get(day, ()):
                held.add(evidence)
                loading.load_evidence(evidence, InProgress(), actor="bench")
                _close_cases(evidence)
            day += timedelta(days=1)
    return Figures(counted.changes, counted.written, counted.units)


def _close_cases(evidence: Mapping[PersonId, object]) -> None:
    """The last step of the walks that this evidence ended."""
    for person, due in list(worklists.open_cases()):
        if person in evidence:
            record = people.load(person)
            case = record.open_case
            if case is not None and all(e.valid_until > case.due for e in record.entitlements):
                run_step(
                    certification.STEPS,
                    {
                        "state": StateName.CLOSE_CASE,
                        "contract": 1,
                        "person": person,
                        "due": due.isoformat(),
                        "generation": case.generation,
                    },
                )


@contextmanager
def _town_hall(counted: Counted, held: Lake, lazy: LazyRenewal) -> Iterator[Any]:
    """The project's own code over dictionaries; yields what tells it the day."""
    given = {f"WUGAN_{name.upper()}": "0" for name in Settings.__slots__} | {"WUGAN_PACK": PACK}
    shipped = load(PACK)
    policy = shipped.rules.policy.model_copy(update={"lazy_renewal": lazy})
    known = {(event.feed, event.event): event for event in events()}
    pack = replace(
        shipped, rules=replace(shipped.rules, policy=policy, events={**shipped.rules.events, **known})
    )
    now = [datetime.combine(START, datetime.min.time(), clock.CHINA)]
    with ExitStack() as stack:
        stack.enter_context(patch.dict(os.environ, given))
        for module, name, instead in (
            (tables, "write_together", counted.together),
            (tables, "put", counted.put),
            (tables, "put_if", counted.put),
            (tables, "delete", counted.delete),
            (tables, "query", counted.query),
            (tables, "below", counted.below),
            (tables, "get", counted.get),
            (lake, "evidence_of_many", held.of),
            (rulebooks, "activations", tuple),
            (activation, "load", lambda _name: pack),
            (executions, "start_certification", lambda *_: None),
            (executions, "start_suspicion", lambda *_: None),
            (daily_run, "restart_cases", lambda _: 0),
            (daily_run, "restart_suspicions", lambda _: 0),
        ):
            stack.enter_context(patch.object(module, name, instead))
        stack.callback(clock.set_source, None)
        stack.callback(clients.forget)
        stack.callback(settings.cache_clear)
        settings.cache_clear()
        clients.forget()
        clock.set_source(lambda: now[0])

        def tell(day: date) -> None:
            now[0] = datetime.combine(day, datetime.min.time(), clock.CHINA) + timedelta(hours=6)

        yield tell


def upserts(town: Town) -> int:
    """One item per person, feed and newer day, as a plain store would: no audit, certificate or lock."""
    newest: dict[tuple[PersonId, FeedId], date] = {}
    count = 0
    for day in sorted(town.files):
        for evidence in town.files[day]:
            for person, items in evidence.items():
                for item in sorted(items, key=lambda item: item.key):
                    place = person, item.key.feed
                    if item.key.day > newest.get(place, date.min):
                        newest[place] = item.key.day
                        count += START + YEAR <= day < END
    return count


# --- the table -------------------------------------------------------------------------------------


def measured(count: int = 2_000) -> dict[str, Figures]:
    """Every way of writing the same year."""
    town = invented(count)
    bare = upserts(town)
    lazy = load(PACK).rules.policy.lazy_renewal
    days = lazy.days_before_end
    return {
        "one upsert per person and feed, bare": Figures(bare, bare, bare),
        "every newer piece, with audit and lock": lived(town, LazyRenewal(days_before_end=LONGEST_PERIOD)),
        f"lazily, {days} days before the end": lived(town, lazy),
        "the same, stays wait as well": lived(town, lazy.model_copy(update={"stays_wait": True})),
    }


def table(count: int = 2_000) -> Table:
    """The table of `make bench`."""
    figures = measured(count)
    bare, _, lazily, laziest = figures.values()
    result = Table(title=f"DynamoDB writes of a year, {count} people, per person (x lazily)")
    for heading in ("way of writing", "changes by evidence", "items", "write units"):
        result.add_column(heading, justify="left" if heading == "way of writing" else "right")
    for name, one in figures.items():
        cells = [
            f"{getattr(one, what) / count:.2f} ({getattr(one, what) / getattr(lazily, what):.1f} x)"
            for what in ("changes", "items", "units")
        ]
        result.add_row(name, *cells)
    fewer = " and ".join(f"{bare.changes / each.changes:.1f} x" for each in (lazily, laziest))
    result.caption = f"{fewer} fewer than upserts, counted in writes that evidence causes; budget {FEWER} x"
    return result


if __name__ == "__main__":
    from rich.console import Console

    Console(width=110).print(table(int(sys.argv[1]) if len(sys.argv) > 1 else 2_000))
