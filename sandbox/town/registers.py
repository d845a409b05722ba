"""What the authorities send: the roster on the first day, and each month what they really paid."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date
from typing import Final

from chalicelib.model import BenefitCode, Month
from chalicelib.sources.feeds.feed import Feed
from sandbox.town.claims import Claim
from sandbox.town.departments import Drop, Written, account, instant, key_of
from sandbox.town.people import Town
from sandbox.town.rows import Cell, Line, spoil, write
from sandbox.town.seeded_random import chance
from sandbox.town.shapes import DateShape, Kind, Style
from sandbox.town.townsperson import Townsperson

ROSTER: Final = Style(Kind.GB18030, DateShape.ISO)
PAYMENTS: Final = Style(Kind.UTF8_BOM, DateShape.ISO)
GARBLED: Final = 0.01  # roster rows so damaged that they name nobody


@dataclass(frozen=True, slots=True)
class Paid:
    """One line of a payments file."""

    person: int
    benefit: BenefitCode
    month: Month
    fen: int


def roster_drop(town: Town, feed: Feed, day: date) -> Drop:
    """The whole roster of a day, on its morning."""
    key = key_of(feed, day, f"领取人员名册_{day:%Y%m%d}.csv")

    def make() -> tuple[bytes, Written]:
        rng = chance(town.seed, "file", key)
        there = [person for person in town.people if person.joins <= day]
        lines = [_roster_line(person, claim, day) for person in there for claim in person.claims]
        garbled = [
            Line(s.number, s.name, lines[0].fields, recipient=False, fault="number")
            for s in town.strangers[: int(len(lines) * GARBLED)]
        ]
        lines += garbled
        rng.shuffle(lines)
        return write(feed, lines, ROSTER, rng), account(key, feed, lines)

    return Drop(instant(day, 8), key, feed.id, make)


def _roster_line(person: Townsperson, claim: Claim, day: date) -> Line:
    relative = person.relative if claim.relative is not None else None
    fields: Mapping[str, Cell] = {
        "phone": person.phone,
        "helper_phone": person.helper,
        "area": person.area,
        "grid": person.grid,
        "benefit": claim.benefit,
        "fen": claim.fen,
        "since": claim.since,
        "certified_until": claim.certified_until,
        "payee": claim.payee,
        "key_groups": frozenset(group.value for group in person.key_groups),
        "related": relative.number if relative is not None else None,
        "relation": relative.of.value if relative is not None else None,
    }
    return Line(person.number_on(day), person.name, fields, recipient=True)


def payments_drop(town: Town, feed: Feed, day: date, paid: Iterable[Paid]) -> Drop:
    """What all authorities paid in a pay run: the bureau passes it on in one file."""
    key = key_of(feed, day, f"payments_{day:%Y%m}.csv")
    rows = tuple(paid)

    def make() -> tuple[bytes, Written]:
        rng = chance(town.seed, "file", key)
        lines = [_payment_line(town.people[row.person], row, day) for row in rows]
        lines = spoil(feed, lines, 0.002, rng)
        ruined = (row for row, line in zip(rows, lines, strict=True) if line.fault)
        unreadable = frozenset((row.person, row.benefit, row.month) for row in ruined)
        written = replace(account(key, feed, lines), unreadable=unreadable)
        return write(feed, lines, PAYMENTS, rng), written

    return Drop(instant(day, 17), key, feed.id, make)


def _payment_line(person: Townsperson, row: Paid, day: date) -> Line:
    fields: Mapping[str, Cell] = {
        "benefit": row.benefit,
        "month": row.month,
        "fen": row.fen,
        "paid": day,
    }
    return Line(person.number_on(day), person.name, fields, recipient=True)
