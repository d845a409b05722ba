"""待遇名册 · The roster: who draws what, as an authority says. Absence from it closes nothing (rule 20)."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import date
from typing import Final

import polars as pl

from chalicelib import clock
from chalicelib.cases import (
    double_receipt,
    evidence_effects,
    related_persons,
    restarts,
)
from chalicelib.engine.money.double_receipt import Listed
from chalicelib.engine.suspicion.upcoming import dates_ahead
from chalicelib.jurisdiction import current
from chalicelib.model import (
    AreaCode,
    Contact,
    Entitlement,
    EntitlementStatus,
    Identity,
    KeyGroup,
    Person,
    PersonId,
    PersonRecord,
    Relation,
)
from chalicelib.sources.people import roster_lines
from chalicelib.sources.people.identity_numbers import pack
from chalicelib.sources.people.matching import PACKED
from chalicelib.sources.people.roster_duplicates import Standing
from chalicelib.sources.people.roster_index import RosterIndex
from chalicelib.sources.reading import FileReading
from chalicelib.sources.records import RosterEntry, entries_of
from chalicelib.storage.crypto import hmac_ids
from chalicelib.storage.dynamodb import people
from chalicelib.storage.dynamodb.busy import Left
from chalicelib.storage.s3 import objects


def standing_before() -> Standing | None:
    """Who stands on the rosters that have come; None before the first."""
    index = objects.read_roster()
    if index is None:
        return None
    data, _ = objects.read_listed()
    return Standing(index, roster_lines.kept(data).select("person", "area").unique())


def brings_new_people(reading: FileReading) -> bool:
    """Whether a roster names anybody whom no roster has named before, or not as what it names them.

    Asked of the snapshot, not of the records: whoever dies between the two finds them new once more.
    """
    if reading.hold is not None or reading.rows is None or reading.rows.is_empty():
        return False
    index = objects.read_roster()
    return index is None or not (
        index.recipients.has_all(reading.rows[PACKED]) and index.has_all(_related_in(reading.rows))
    )


def _related_in(rows: pl.DataFrame) -> pl.Series:
    """The packed numbers of those whom a roster names as related."""
    if "related" not in rows.columns:
        return pl.Series(dtype=pl.Int64)
    named = rows.filter(pl.col("related").is_not_null() & pl.col("relation").is_not_null())
    pairs = named.select("related", PACKED).iter_rows()  # nobody is their own parent
    return pl.Series([other for text, mine in pairs if (other := pack(text)) != mine], dtype=pl.Int64)


def arrive(entries: Sequence[RosterEntry], day: date, left: Left, *, actor: str) -> RosterIndex:
    """Create or update people of the roster of a day, and ask about what stands in it of each alone.

    All rows about a person come together. Returns whose numbers they are, related persons too; whose record
    is busy is taken up by `left`. May be repeated.
    """
    by_number: dict[str, list[RosterEntry]] = defaultdict(list)
    for entry in entries:
        by_number[entry.number].append(entry)
    others = people.related_ids(_related(by_number))
    newcomers = [_newcomer(mine, others) for mine in by_number.values()]
    known = people.create_all(newcomers, clock.now(), actor, left)
    ids = {number: found.person for number, found in zip(by_number, known, strict=True)}
    _file_dates(zip(known, newcomers, strict=True))
    related = [
        found.person for found, newcomer in zip(known, newcomers, strict=True) if newcomer.person.related
    ]
    with left:
        related_persons.related_anew(related, actor=actor)
    for found in known:
        if found.is_awaited:  # the authority has certified them itself
            evidence_effects.wake_if_certified(people.load(found.person))
    lines = [
        Listed(ids[entry.number], entry.benefit, entry.area, entry.payee, entry.since)
        for mine in by_number.values()
        for entry in mine
    ]
    with left:
        double_receipt.drawn_beside(lines)
    with left:
        restarts.roster_lists_ended(lines, day)
    names = {number: mine[-1].name for number, mine in by_number.items() if mine[-1].name}
    return RosterIndex.of(ids, names).extended(RosterIndex.of(others, related=True))


def _file_dates(arrived: Iterable[tuple[people.Created, people.Newcomer]]) -> None:
    """File every new recipient under the days on which an age will change what they draw."""
    on, rules = clock.today(), current().rules
    for found, newcomer in arrived:
        if found.created:
            record = PersonRecord(replace(newcomer.person, id=found.person), newcomer.entitlements)
            evidence_effects.file_dates(found.person, dates_ahead(record, rules, on), on, is_new=True)


_AT_A_TIME: Final = 20_000  # rows made into entries
_SAYS: Final = pl.DataFrame(schema={"day": pl.Date, "event": pl.String, "says": pl.String})
SAID_BY_A_ROSTER: Final = ("person", "event")
"""In which places a later roster says the same: the event is benefit and area."""


def said_by_roster(rows: pl.DataFrame) -> pl.DataFrame:
    """What each row of a roster says, once its people are known: person, day, event, says.

    What is sealed of a person stands there as a mark that nobody can read.
    """
    index = objects.read_roster()
    people_of = pl.Series([None] * rows.height, dtype=pl.String)
    if index is not None:
        places, found = index.people_of(rows[PACKED])
        people_of = people_of.scatter(places, found)
    told = pl.concat([_SAYS.clear(), *map(_says, rows.iter_slices(_AT_A_TIME))])
    return told.insert_column(0, people_of.alias("person"))


def _says(rows: pl.DataFrame) -> pl.DataFrame:
    """What some rows say; no more of them are ever entries at once: of a city's that would be a gigabyte."""
    told = ((e.since, f"{e.benefit}#{e.area}", hmac_ids.row_mark(*_words_of(e))) for e in entries_of(rows))
    return pl.DataFrame(list(told), _SAYS.schema, orient="row")


def _words_of(e: RosterEntry) -> Sequence[object]:
    person = (e.number, e.name, e.phone, e.area, e.grid, e.born, *sorted(e.key_groups), e.related, e.relation)
    contact = filter(None, (e.address, e.helper_name, e.helper_phone))  # marks of before these columns stay
    return (*person, e.benefit, e.fen, e.since, e.certified_until, e.payee, *contact)


def _related(by_number: Mapping[str, Sequence[RosterEntry]]) -> dict[str, AreaCode]:
    """The numbers of related persons, each with the area of the recipient whom it is about."""
    return {entry.related: entry.area for mine in by_number.values() for entry in mine if entry.related}


def _newcomer(entries: Sequence[RosterEntry], others: Mapping[str, PersonId]) -> people.Newcomer:
    """One person out of all their rows; where rows disagree about person or benefit, the last one counts."""
    entry = entries[-1]
    related = {
        others[row.related]: row.relation for row in entries if row.related is not None and row.relation
    }
    contact = _contact(entries)
    person = _person(entries, related, has_helper=contact.helper_phone is not None)
    phone = next((row.phone for row in reversed(entries) if row.phone is not None), None)
    return people.Newcomer(
        Identity(entry.number, entry.name, phone),
        person,
        tuple(_entitlement(row, person) for row in {row.benefit: row for row in entries}.values()),
        contact,
    )


def _contact(entries: Sequence[RosterEntry]) -> Contact:
    """Where somebody lives and who helps them, by all their rows; of two that differ the last counts."""
    contact = Contact()
    for row in entries:
        contact = Contact(row.address, row.helper_name, row.helper_phone).completed_by(contact)
    return contact


def _person(
    entries: Sequence[RosterEntry], related: Mapping[PersonId, Relation], *, has_helper: bool
) -> Person:
    entry = entries[-1]
    return Person(
        id=PersonId(""),
        area=entry.area,
        grid=entry.grid,
        born=entry.born,
        has_phone=any(row.phone is not None for row in entries),
        key_groups=frozenset[KeyGroup]().union(*(row.key_groups for row in entries)),
        groups_by={str(row.benefit): row.key_groups for row in entries},
        related=related,
        has_helper=has_helper,
    )


def _entitlement(entry: RosterEntry, person: Person) -> Entitlement:
    """What a row says; whom nobody has certified yet, the first period begins for by the benefit's rule."""
    until = entry.certified_until
    if until is None:
        rules = current().rules.for_area(entry.area)
        until = rules.first_until(person, entry.benefit, entry.since)
    return Entitlement(
        benefit=entry.benefit,
        status=EntitlementStatus.ACTIVE,
        fen=entry.fen,
        since=entry.since,
        certified_until=until,
        valid_until=until,
        payee=entry.payee,
        is_stated=entry.certified_until is not None,
    )
