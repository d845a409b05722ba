"""待遇名册 · The roster: who draws what, as an authority says. Absence from it closes nothing (rule 20)."""

from __future__ import annotations

import io
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import date
from typing import Final

import polars as pl

from chalicelib import clock, results
from chalicelib.cases import (
    double_receipt,
    evidence_effects,
    no_longer_listed,
    related_persons,
    restarts,
    two_numbers,
)
from chalicelib.engine.money.double_receipt import Listed
from chalicelib.engine.suspicion.upcoming import dates_ahead
from chalicelib.errors import ConflictError
from chalicelib.jurisdiction import current
from chalicelib.model import (
    AreaCode,
    BenefitCode,
    Contact,
    Entitlement,
    EntitlementStatus,
    FileNotice,
    Identity,
    KeyGroup,
    Person,
    PersonId,
    PersonRecord,
    Relation,
)
from chalicelib.sources.feeds.feed import Feed
from chalicelib.sources.field_reading import RosterEntry
from chalicelib.sources.people import roster_lines
from chalicelib.sources.people.identity_numbers import pack
from chalicelib.sources.people.roster_duplicates import Standing, under_one_payee
from chalicelib.sources.people.roster_index import RosterIndex
from chalicelib.sources.people.roster_lines import SCHEMA, Listings, after_roster
from chalicelib.sources.reading import FileReading
from chalicelib.sources.values.identity_documents import is_document
from chalicelib.storage import retries
from chalicelib.storage.crypto import hmac_ids
from chalicelib.storage.dynamodb import people
from chalicelib.storage.dynamodb.busy import Left
from chalicelib.storage.s3 import objects


def index_for(feed: Feed) -> RosterIndex | None:
    """Whom a feed's rows may be about; None before the first roster, and for the roster itself.

    Rows about people who are only related to recipients concern us where a condition asks the feed of them.
    """
    index = None if feed.kind == "roster" else objects.read_roster()
    if index is None or feed.id in current().rules.feeds_of_related:
        return index
    return index.recipients


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
    if reading.hold is not None or not reading.entries:
        return False
    index = objects.read_roster()
    if index is None:
        return True
    named = {entry.number for entry in reading.entries}
    related = {entry.related for entry in reading.entries if entry.related}
    return not (index.recipients.has_all(named) and index.has_all(related))


def load_roster(
    entries: Iterable[RosterEntry], day: date, *, actor: str, is_whole: bool = True
) -> tuple[FileNotice, ...]:
    """Create or update everybody on the roster of a day; absence closes nothing (rule 20).

    From one that is not whole (rejected rows that came back) nobody is absent.
    Returns what an officer has to look into. May be repeated.
    """
    by_number: dict[str, list[RosterEntry]] = defaultdict(list)
    for entry in entries:
        by_number[entry.number].append(entry)
    others = people.related_ids(_related(by_number))
    newcomers = [_newcomer(mine, others) for mine in by_number.values()]
    left = Left()
    known = people.create_all(newcomers, clock.now(), actor, left)
    ids = {number: found.person for number, found in zip(by_number, known, strict=True)}
    names = {number: mine[-1].name for number, mine in by_number.items() if mine[-1].name}
    objects.add_to_roster(ids, names, others)
    _file_dates(zip(known, newcomers, strict=True))
    related = [
        found.person for found, newcomer in zip(known, newcomers, strict=True) if newcomer.person.related
    ]
    with left:
        related_persons.related_anew(related, actor=actor)
    lines = [
        Listed(ids[entry.number], entry.benefit, entry.area, entry.payee, entry.since)
        for mine in by_number.values()
        for entry in mine
    ]
    notices = _held_against_others(lines, day, left, is_whole=is_whole)
    left.nobody()
    documents = sum(map(is_document, by_number))
    return (*notices, _documents_named(documents)) if documents else notices


def _file_dates(arrived: Iterable[tuple[people.Created, people.Newcomer]]) -> None:
    """File every new recipient under the days on which an age will change what they draw."""
    on, rules = clock.today(), current().rules
    for found, newcomer in arrived:
        if found.created:
            record = PersonRecord(replace(newcomer.person, id=found.person), newcomer.entitlements)
            evidence_effects.file_dates(found.person, dates_ahead(record, rules, on), on)


SAID_BY_A_ROSTER: Final = ("person", "event")
"""In which places a later roster says the same: the event is benefit and area."""


def said_by_roster(entries: Sequence[RosterEntry]) -> pl.DataFrame:
    """What each row of a roster says, once its people are known: person, day, event, says.

    What is sealed of a person stands there as a mark that nobody can read.
    """
    index = objects.read_roster()
    numbers = pl.Series([pack(entry.number) for entry in entries], dtype=pl.Int64)
    people_of = pl.Series([None] * len(entries), dtype=pl.String)
    if index is not None:
        places, found = index.people_of(numbers)
        people_of = people_of.scatter(places, found)
    told = [(e.since, f"{e.benefit}#{e.area}", hmac_ids.row_mark(*_words_of(e))) for e in entries]
    schema = {"day": pl.Date, "event": pl.String, "says": pl.String}
    return pl.DataFrame(told, schema, orient="row").insert_column(0, people_of.alias("person"))


def _words_of(e: RosterEntry) -> Sequence[object]:
    person = (e.number, e.name, e.phone, e.area, e.grid, e.born, *sorted(e.key_groups), e.related, e.relation)
    contact = filter(None, (e.address, e.helper_name, e.helper_phone))  # marks of before these columns stay
    return (*person, e.benefit, e.fen, e.since, e.certified_until, e.payee, *contact)


def _documents_named(count: int) -> FileNotice:
    return FileNotice(
        "other_documents",
        f"名册中有{count}人没有18位身份证号码，以护照、旧版永久居留证、通行证等其他证件登记：一般无法由数据认证，"
        "请安排自助、窗口或上门认证；行号见回执。换发新版永久居留身份证或居住证的，请通知发放部门改报18位号码。",
        f"{count} recipients have no number of 18 characters and stand there by another document (passport, "
        "old residence permit, travel permit): data rarely certify them, people do by hand. "
        "The receipt names the lines. Whoever has got a new permit is sent with its 18 characters.",
        count,
    )


def _held_against_others(
    lines: Sequence[Listed], day: date, left: Left, *, is_whole: bool
) -> tuple[FileNotice, ...]:
    """Who stands on two rosters, who has left one of them, and whether too many seem to have left."""
    mine = pl.DataFrame(
        sorted({(line.person, line.benefit, line.area, line.payee, line.since, day) for line in lines}),
        schema=SCHEMA,
        orient="row",
    )
    after = _listed(mine, is_whole)
    elsewhere = [
        Listed(PersonId(person), BenefitCode(benefit), AreaCode(area), payee, since)
        for person, benefit, area, payee, since, _ in after.together(mine["person"].unique()).iter_rows()
    ]
    index = objects.read_roster()
    with left:
        double_receipt.roster_arrived([*lines, *elsewhere])
    with left:
        if index is not None:
            two_numbers.numbers_shared(
                under_one_payee(after.everything, index.frame, mine["person"].unique()),
                frozenset(map(PersonId, mine["person"].unique())),
            )
    with left:
        double_receipt.moves_settled(
            {(PersonId(p), BenefitCode(b)) for p, b in after.in_several_places.iter_rows()}
        )
    with left:
        restarts.roster_lists_ended(lines, day)
    _ask_about_who_left(after, mine, day, left)
    if not after.missing:
        return ()
    return (
        FileNotice(
            "roster_drops_many",
            f"名册比上次少了{after.missing}行(上次{after.of}行)，超出单个名册的限度，未按迁出处理。"
            "请与发放部门核对名册是否完整。",
            f"the roster drops {after.missing} of {after.of} lines, more than one roster may: nobody is "
            "taken to have left. Check with the authority whether it is whole.",
            after.missing,
            after.of,
        ),
    )


def _ask_about_who_left(after: Listings, mine: pl.DataFrame, day: date, left: Left) -> None:
    """Ask the authorities of everybody whom the roster of this day no longer lists (rule 20).

    Whose payee another number has taken over is asked about as two numbers.
    """
    gone = after.gone.filter(pl.col("left") == day).join(after.lines, on=["benefit", "payee"], how="anti")
    claims = {(PersonId(p), BenefitCode(b)) for p, b in gone.select("person", "benefit").iter_rows()}
    listed = {(PersonId(p), BenefitCode(b)) for p, b in mine.select("person", "benefit").iter_rows()}
    with left:
        no_longer_listed.left_rosters(claims, day)
    with left:
        no_longer_listed.listed_again(listed)
    results.ask_authorities()  # whoever died on the way may have asked, and not told the authority


def _listed(mine: pl.DataFrame, is_whole: bool) -> Listings:
    """The lines of all rosters with those of this one; ConflictError after five conflicts."""
    limit = current().rules.policy.limits.left
    for tries in range(retries.TRIES):
        data, etag = objects.read_listed()
        before = roster_lines.kept(data)
        after = after_roster(before, mine, limit.is_exceeded, is_whole=is_whole)
        buffer = io.BytesIO()
        after.everything.write_parquet(buffer)
        try:
            if not after.everything.equals(before):
                objects.write_listed(buffer.getvalue(), etag)
        except ConflictError:
            retries.pause(tries)
        else:
            return after
    raise ConflictError("others keep writing the lines of the rosters")


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
