"""工作清单 · What there is to do, read by day and area; which rows there are, and why: `worklist_rows`."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from typing import Generic, TypeVar

from chalicelib.model import (
    AreaCode,
    BenefitCode,
    Instruction,
    Message,
    Month,
    Objection,
    OwedToHeirs,
    PersonId,
    Proposal,
    Recovery,
    Suspicion,
    Visit,
)
from chalicelib.storage.dynamodb import shards, tables
from chalicelib.storage.dynamodb.items import decode
from chalicelib.storage.dynamodb.shards import shard_of as shard_of
from chalicelib.storage.dynamodb.tables import Work
from chalicelib.storage.dynamodb.worklist_rows import AREAS, INSTRUCTIONS, TELL

T = TypeVar("T", Visit, Suspicion, Proposal, Message, Instruction, Objection, Recovery, OwedToHeirs)


@dataclass(frozen=True, slots=True)
class Row(Generic[T]):
    """Something to do about one person. `place` continues a listing after this row."""

    person: PersonId
    area: AreaCode
    grid: str
    item: T
    place: str


@dataclass(frozen=True, slots=True)
class ToHandOver:
    """An instruction, by its name within the person, of which its payer may have to hear at once."""

    person: PersonId
    instruction: str
    place: str


def due_in(until: date, shard: str = shards.EVERYBODY, after: str = "") -> Iterator[tuple[date, PersonId]]:
    """Everybody filed as due up to a day (inclusive), by shard and day; of one behind `<day>#<person>`."""
    for row in shards.rows("DUE", f"{until}~", shard, after):
        day, _, person = row.sk.partition("#")
        yield date.fromisoformat(day), PersonId(person)


def related_to() -> dict[PersonId, list[PersonId]]:
    """Everybody whom the roster names as related to recipients, and to which."""
    found: dict[PersonId, list[PersonId]] = {}
    for row in shards.rows("KIN", "~"):
        other, _, person = row.sk.partition("#")
        found.setdefault(PersonId(other), []).append(PersonId(person))
    return found


def recipients_of(other: PersonId) -> list[PersonId]:
    """The recipients to whom one person is related, by the roster."""
    found = shards.rows("KIN", f"{other}#~", shard_of(other), f"{other}#")
    return [PersonId(row.sk.partition("#")[2]) for row in found]


def open_cases(shard: str = shards.EVERYBODY) -> Iterator[tuple[PersonId, date]]:
    """Every open case, of one shard or of all: person and due day."""
    for row in shards.rows("OPEN", "~", shard):
        person, _, due = row.sk.partition("#")
        yield PersonId(person), date.fromisoformat(due)


def awaited(until: date) -> frozenset[PersonId]:
    """Everybody whose evidence is needed now: due by a day, a case or suspicion open, or a loss confirmed.

    Exact, because rows are written with the records. Who comes due is asked first: a case that opens is
    filed as open before the person's DUE row goes.
    """
    due = {person for _, person in due_in(until)}
    walking = {person for person, _ in open_cases()}
    suspected = {person for person, _ in open_suspicions()}
    lost = {PersonId(row.sk) for row in shards.rows("LOSS", "~")}
    return frozenset(due | walking | suspected | lost)


def outgoing(day: date, shard: str = shards.EVERYBODY, after: str = "") -> list[tuple[str, PersonId, str]]:
    """The messages that may go on a day or should have gone before it, most urgent first, then oldest, each
    with its place in that order; of one shard or all, behind a place.

    Claimed ones are among them, for their sender may have died, and those of whose fate nobody has heard.
    """
    found = []
    for row in shards.rows("OUT", f"{day}~", shard):
        since, priority, message = row.sk.split("#", 2)
        if (mine := f"{priority}#{since}#{message}") > after:
            found.append((mine, PersonId(json.loads(row.body)["person"]), message))
    return sorted(found)


def is_anything_outgoing(day: date) -> bool:
    """Whether any message may go on a day, or should have gone before it."""
    return any(shards.rows("OUT", f"{day}~"))


def visits(area: str, after: str = "") -> Iterator[Row[Visit]]:
    """Pending visits below an area (a prefix of the 12-digit code), by area, then due day."""
    return _by_area("VISIT", Visit, area, after)


def suspicions(area: str, after: str = "") -> Iterator[Row[Suspicion]]:
    """Open suspicions below an area, by area, then day."""
    return _by_area("SUS", Suspicion, area, after)


def endings(area: str, after: str = "") -> Iterator[Row[Suspicion]]:
    """What people have confirmed below an area and authorities have still to end, by area, then due day."""
    return _by_area("END", Suspicion, area, after)


def proposals(area: str, after: str = "") -> Iterator[Row[Proposal]]:
    """Lines of suspension lists below an area that wait for a decision, by area, then day."""
    return _by_area("PROP", Proposal, area, after)


def to_be_stopped(county: str, month: Month, benefit: BenefitCode) -> Iterator[Row[Proposal]]:
    """Lines that two people have approved to take effect in a month for a benefit, taken effect or not."""
    rows = tables.query(Work, f"STOP#{county}", Work.sk.startswith(f"{month}#{benefit}#"))
    return (_row(found, Proposal) for found in rows)


def stops_from(county: str, since: Month) -> list[tuple[Month, BenefitCode]]:
    """The months from `since` on, and the benefits, for which a county has approved lines."""
    rows = tables.query(Work, f"STOP#{county}", Work.sk > since)
    return sorted({(Month(month), BenefitCode(benefit)) for month, benefit in _first_two(rows)})


def stopped(county: str, month: Month, benefit: BenefitCode) -> frozenset[PersonId]:
    """Whose payment of a benefit was stopped from a month on, resumed since or not."""
    rows = tables.query(Work, f"STOPPED#{county}", Work.sk.startswith(f"{month}#{benefit}#"))
    return frozenset(PersonId(row.sk.rpartition("#")[2]) for row in rows)


def _first_two(rows: Iterable[Work]) -> Iterator[list[str]]:
    return (row.sk.split("#", 2)[:2] for row in rows)


def open_suspicions() -> Iterator[tuple[PersonId, str]]:
    """Every open suspicion: person and the suspicion's name."""
    return ((row.person, row.item.name) for row in _by_area("SUS", Suspicion, "", ""))


def objections(area: str, after: str = "") -> Iterator[Row[Objection]]:
    """Objections below an area that nobody has decided, by area, then the day by which somebody must."""
    return _by_area("OBJ", Objection, area, after)


def notices(area: str, after: str = "") -> Iterator[Row[Message]]:
    """Printed notices to be brought below an area, by village, then the day of printing."""
    return _by_area("NOTE", Message, area, after)


def notices_printed(area: AreaCode, since: date, until: date) -> list[Row[Message]]:
    """The notices of one village that were printed on these days and that nobody has brought yet."""
    within = Work.sk.between(f"{area}#{since}#", f"{area}#{until}#~")
    rows = tables.query(Work, f"NOTE#{area[:6]}", within)
    return [_row(found, Message) for found in rows]


def recoveries(area: str, after: str = "") -> Iterator[Row[Recovery]]:
    """Recoveries below an area that are not settled, by area, then the day by which something should come."""
    return _by_area("REC", Recovery, area, after)


def owed_to_heirs(area: str, after: str = "") -> Iterator[Row[OwedToHeirs]]:
    """What waits below an area for proof of who the heirs are, by area, then since when."""
    return _by_area("HEIR", OwedToHeirs, area, after)


def open_instructions() -> Iterator[tuple[PersonId, Instruction]]:
    """Every instruction that the payments feed has not yet shown, by month."""
    rows = (_row(found, Instruction) for found in tables.query(Work, INSTRUCTIONS))
    return ((row.person, row.item) for row in rows)


def paid_back() -> frozenset[PersonId]:
    """Everybody of whom months are, or were, to be paid in arrears or taken back."""
    return frozenset(PersonId(row.sk) for row in shards.rows("BACK", "~"))


def to_hand_over(person: PersonId | None = None) -> Iterator[ToHandOver]:
    """What has been issued, changed or called off and perhaps not told yet; of one person, or of all."""
    within = Work.sk.startswith(f"{person}#") if person else None
    for row in tables.query(Work, TELL, within):
        who, _, named = row.sk.partition("#")
        yield ToHandOver(PersonId(who), named.rpartition("#")[0], row.sk)


def handed_over(told: ToHandOver) -> None:
    """That is done."""
    tables.delete(Work(TELL, told.place))


def counties(area: str = "") -> list[str]:
    """The county codes below an area that have anybody."""
    within = Work.sk.startswith(area[:6]) if area else None
    return [row.sk for row in tables.query(Work, AREAS, within)]


def _by_area(kind: str, item: type[T], area: str, after: str) -> Iterator[Row[T]]:
    """`after` is the place of the last row seen: the listing goes on behind it."""
    for county in counties(area):
        first, last = max(area or county, after), f"{area or county}~"
        if after[:6] > county or first > last:
            continue
        for found in tables.query(Work, f"{kind}#{county}", Work.sk.between(first, last)):
            if found.sk > after:
                yield _row(found, item)


def _row(found: Work, item: type[T]) -> Row[T]:
    body = json.loads(found.body)
    person, area = PersonId(body["person"]), AreaCode(body["area"])
    return Row(person, area, body["grid"], decode(item, body["item"]), found.sk)
