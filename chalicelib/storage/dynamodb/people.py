"""人员档案 · People: one record each, read whole, changed one step at a time, never by two writers at once.

    P#<id> / PROFILE                       area, grid, birth month …; sequence and head
           / ENT# EV# WD# CASE# SUS# VISIT# PROP# MSG# INS# REL# OBJ# REC# HEIR#   one object each (`items`)
           / DELIVERY#<message>            where a message stands now (`deliveries`)
           / SENT#<day>                    a message went out that day (`outbox`)
           / ~I                            the sealed identity, and marks of it and of the name
           / ~C                            sealed address and helper (`contacts`)
           / ~LOOKS                        where the chain of looks ends (`access_log`)
           / ~R                            the sealed number of somebody who is only related to recipients
    PAID#<beginning of ids> / <month>#<file>     payments, as the files of authorities report them (`paid`)
    ID#<key version>#<hmac> / ID           number → person, where its id is another (`person_numbers`)

"~" sorts last: one query below it yields everything that a decision needs, 10 to 30 items.
The entries of both chains stand in a table of their own (`audit`).
"""

from __future__ import annotations

import operator
from collections.abc import Callable, Collection, Iterator, Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass, replace
from datetime import datetime
from functools import reduce
from heapq import merge
from itertools import groupby
from typing import NamedTuple, TypeVar

from pynamodb.expressions.condition import Condition

from chalicelib.clock import civil_date
from chalicelib.engine.calendar.periods import month_before, month_of
from chalicelib.engine.money.amounts_set import set_anew
from chalicelib.errors import ConflictError, NotFoundError
from chalicelib.model import (
    AreaCode,
    BenefitCode,
    Change,
    Contact,
    Entitlement,
    Identity,
    Message,
    Person,
    PersonId,
    PersonRecord,
)
from chalicelib.runs import Each
from chalicelib.storage.crypto import encryption, hmac_ids
from chalicelib.storage.dynamodb import access_log, audit, commits, contacts, deliveries, places, tables
from chalicelib.storage.dynamodb.audit import AuditEntry
from chalicelib.storage.dynamodb.busy import Left, one_by_one
from chalicelib.storage.dynamodb.commits import assembled as assembled
from chalicelib.storage.dynamodb.items import (
    ABOVE,
    IDENTITY,
    KIND_OF,
    PROFILE,
    decode,
    partition,
)
from chalicelib.storage.dynamodb.paid import copy_back_payments as copy_back_payments
from chalicelib.storage.dynamodb.paid import give_back_payments as give_back_payments
from chalicelib.storage.dynamodb.paid import payments_of as payments_of
from chalicelib.storage.dynamodb.paid import payments_without as payments_without
from chalicelib.storage.dynamodb.paid import put_payments as put_payments
from chalicelib.storage.dynamodb.paid import remove_payments as remove_payments
from chalicelib.storage.dynamodb.paid import source_of as source_of
from chalicelib.storage.dynamodb.paid import take_up_payments as take_up_payments
from chalicelib.storage.dynamodb.person_numbers import ids_to_give, rows_for_other_keys
from chalicelib.storage.dynamodb.person_numbers import person_id_of as person_id_of
from chalicelib.storage.dynamodb.person_numbers import persons_of as persons_of
from chalicelib.storage.dynamodb.related_numbers import related_ids as related_ids
from chalicelib.storage.dynamodb.tables import People, Put

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Newcomer:
    """A person as the roster tells of them: identity, what may be known openly, and what they draw."""

    identity: Identity
    person: Person  # its id, sequence and head count for nothing
    entitlements: tuple[Entitlement, ...]
    contact: Contact = Contact()


class Created(NamedTuple):
    """Who it is, and whether the platform saw them for the first time."""

    person: PersonId
    created: bool
    is_awaited: bool = False  # a case is open that a certificate which the roster knows of may end


# --- read ----------------------------------------------------------------------------------------


def load(person_id: PersonId) -> PersonRecord:
    """Everything about one person but payments and audit, strongly consistent; NotFoundError.

    Of a number that was joined to another one, the record of the person that goes on.
    """
    record = under_its_own_number(person_id)
    return record if record.person.joined_to is None else load(record.person.joined_to)


def joined_as(person_id: PersonId) -> PersonId | None:
    """Which number was joined to that of whoever goes on: this one, or one that it was joined to before.

    None of whoever goes on under their own.
    """
    on = under_its_own_number(person_id).person.joined_to
    return None if on is None else joined_as(on) or person_id


def under_its_own_number(person_id: PersonId) -> PersonRecord:
    """The same of this number alone, joined to another or not; NotFoundError."""
    record = assembled(tables.below(People, partition(person_id), ABOVE))
    if record is None:
        raise NotFoundError("no such person")
    return record


def is_known(person_id: PersonId) -> bool:
    """Whether somebody has a record; whom the roster only names as related has none."""
    return tables.get(People, partition(person_id), PROFILE) is not None


def find(number: str) -> PersonRecord:
    """The record of a canonical 18-character number; NotFoundError for a stranger."""
    person_id = person_id_of(number)
    if person_id is None:
        raise NotFoundError("no such person")
    return load(person_id)


def entitlements_of(
    claims: Collection[tuple[PersonId, BenefitCode]],
) -> dict[tuple[PersonId, BenefitCode], Entitlement]:
    """Many entitlements at once, a hundred to a call; those that nobody has are left out."""
    places = {(partition(person), f"ENT#{benefit}"): (person, benefit) for person, benefit in claims}
    found = tables.get_many(People, iter(places))
    return {places[item.pk, item.sk]: decode(Entitlement, item.body) for item in found}


def marks_of(persons: Collection[PersonId]) -> dict[PersonId, str]:
    """What changes with number, name and phone, of many people at once; nothing sealed is opened."""
    places = {partition(person): person for person in persons}
    found = tables.get_many(People, ((pk, IDENTITY) for pk in places))
    return {places[item.pk]: item.mark for item in found if item.mark is not None}


def ids_of_newcomers(numbers: Collection[str]) -> dict[str, PersonId]:
    """The ids of many whom no snapshot of the roster knows; while there is one key nothing is asked."""
    given = ids_to_give(numbers)
    return given | persons_of(numbers) if len(hmac_ids.keys().by_version) > 1 else given


def identity_of(person_id: PersonId) -> Identity:
    """Number, name and phone: for matching, sending and the caller's own screen; NotFoundError."""
    box = tables.get(People, partition(person_id), IDENTITY)
    if box is None:
        raise NotFoundError("no such person")
    return encryption.unseal_identity(person_id, box.sealed)


def _unguarded(**_: str) -> AbstractContextManager[None]:
    return nullcontext()


def everyone(*kinds: type[object], guard: Each = _unguarded) -> Iterator[PersonRecord]:
    """Every record in one pass over the table: for nightly statistics and replays.

    With `kinds` (Entitlement, Instruction, …) the records hold only these, and the pass carries only these.
    A record that changes during the pass may be seen half before and half after: decide anything about
    it in `change`, which reads it again. A record that cannot be read ends the pass, unless a run's `guard`
    leaves it out.
    """
    wanted = People.pk.startswith("P#") & (People.sk < ABOVE)
    if kinds:
        beside = [deliveries.PREFIX] if Message in kinds else []
        named = [f"{kind}#" for kind, type_ in KIND_OF.items() if type_ in kinds]
        wanted &= _one_of([PROFILE, *named, *beside])
    for pk, group in groupby(tables.scan(People, wanted), key=lambda item: item["pk"]["S"]):
        items, record = list(group), None  # read here: a pass that breaks off must not look like a record
        with guard(person=pk.removeprefix("P#")):
            record = assembled(items)
        if record is not None and record.person.joined_to is None:
            yield record


def _one_of(prefixes: Sequence[str]) -> Condition:
    return reduce(operator.or_, (People.sk.startswith(prefix) for prefix in prefixes))


# --- change --------------------------------------------------------------------------------------


def change(
    person_id: PersonId,
    decide: Callable[[PersonRecord], Change | None],
    known: PersonRecord | None = None,
) -> PersonRecord:
    """Decide on the record as it stands and commit the answer; returns the record as it then stands.

    `decide` may be called several times (another writer was first) and must not act on the outside;
    None means that there is nothing to do. `known`: the record as this caller has just read it; it is
    not read again unless it has moved on. Raises ConflictError after five conflicts, NotFoundError.
    """
    return change_with_outcome(person_id, lambda record: (decide(record), None), known)[0]


def change_under_its_own_number(
    person_id: PersonId, decide: Callable[[PersonRecord], Change | None]
) -> PersonRecord:
    """`change` of the record that stands under a number, whether it was joined to another one or not."""

    def plan(record: PersonRecord) -> tuple[commits.Plan | None, None]:
        wanted = decide(record)
        return (None if wanted is None else commits.Plan(wanted)), None

    return commits.commit_with_retry(lambda: under_its_own_number(person_id), plan)[0]


def change_with_outcome(
    person_id: PersonId,
    decide: Callable[[PersonRecord], tuple[Change | None, T]],
    known: PersonRecord | None = None,
    also: Sequence[Put] = (),
) -> tuple[PersonRecord, T]:
    """`change`, where `decide` finds out more, which comes back too; `also` goes into the transaction."""
    read = iter(() if known is None else (known,))

    def plan(record: PersonRecord) -> tuple[commits.Plan | None, T]:
        wanted, outcome = decide(record)
        return (None if wanted is None else commits.Plan(wanted, also)), outcome

    return commits.commit_with_retry(lambda: next(read, None) or load(person_id), plan)


# --- create --------------------------------------------------------------------------------------


def create(
    identity: Identity, person: Person, entitlements: Sequence[Entitlement], at: datetime, actor: str
) -> Created:
    """Make a person known, or bring a known one up to date with the roster; the same again does nothing.

    Of a known person the roster may change area, grid, birth month, key groups, relations, phone, name,
    and of an entitlement amount, payee, start and the day certified until; never its status.
    """
    newcomer = Newcomer(identity, person, tuple(entitlements))
    return _arrive(newcomer, person_id_of(identity.number), at, actor)


def create_all(
    newcomers: Sequence[Newcomer], at: datetime, actor: str, left: Left | None = None
) -> list[Created]:
    """`create` for a whole roster, in its order, asking once per hundred who is known already.

    `left` takes up whose record is busy; else that is a BusyError, once everybody else is done.
    """
    numbers = [newcomer.identity.number for newcomer in newcomers]
    known = persons_of(numbers)
    places.remember_all(each.person.area for each in newcomers if each.identity.number not in known)
    result: dict[int, Created] = {}

    def arrive(place: int) -> None:
        result[place] = _arrive(newcomers[place], known.get(numbers[place]), at, actor)
        known[numbers[place]] = result[place].person

    waiting = left or Left()
    with waiting:
        one_by_one(range(len(numbers)), arrive, lambda place: known.get(numbers[place], PersonId("")))
    if left is None or not known.keys() >= set(numbers):  # nobody can be left whom nobody knows
        waiting.nobody()
    return [result.get(place, Created(known[number], False)) for place, number in enumerate(numbers)]


def _arrive(newcomer: Newcomer, known: PersonId | None, at: datetime, actor: str) -> Created:
    if known is None:
        try:
            return Created(_commit_new(newcomer, at, actor), True)
        except ConflictError:  # somebody else has just created this person
            known = person_id_of(newcomer.identity.number)
            if known is None:
                raise
    return Created(known, False, _merge(known, newcomer, at, actor))


def _commit_new(newcomer: Newcomer, at: datetime, actor: str) -> PersonId:
    identity = newcomer.identity
    person_id = ids_to_give([identity.number])[identity.number]
    record = PersonRecord(replace(newcomer.person, id=person_id, sequence=0, head=""))
    contact = contacts.update(person_id, record.person.area, newcomer.contact)
    plan = commits.Plan(
        Change("created", actor, at, entitlements=newcomer.entitlements),
        also=[
            identified(person_id, record.person.area, identity),
            *map(Put, rows_for_other_keys(person_id, identity.number)),
            *([contact.put] if contact is not None else []),
        ],
    )
    return commits.commit(record, plan, new=True).person.id


def identified(person: PersonId, area: AreaCode, identity: Identity) -> Put:
    """The sealed identity, with what tells whether it, or the name alone, is another."""
    box, mark = encryption.seal_identity(person, area, identity), hmac_ids.identity_mark(identity)
    named = hmac_ids.name_mark(person, identity.name)
    return Put(People(partition(person), IDENTITY, sealed=box, mark=mark, named=named))


def _merge(person_id: PersonId, newcomer: Newcomer, at: datetime, actor: str) -> bool:
    """Bring somebody known up to date; whether a case is open that this may end."""
    told = newcomer.person

    def plan(record: PersonRecord) -> tuple[commits.Plan, bool]:
        identity = newcomer.identity
        if record.person.has_phone and identity.phone is None:
            identity = replace(identity, phone=identity_of(person_id).phone)
        person = record.person.retold(told, whole=_covers(newcomer, record))
        contact = contacts.update(person_id, person.area, newcomer.contact)
        if contact is not None and contact.is_another_helper:  # who has not refused anything yet
            person = replace(person, helper_opted_out=False)
        known = {entitlement.benefit: entitlement for entitlement in record.entitlements}
        wanted = tuple(_brought_up_to_date(known.get(e.benefit), e, at) for e in newcomer.entitlements)
        change = Change("roster", actor, at, person=person, entitlements=wanted)
        also = {} if contact is None else {"contact": contact.put}
        box = tables.get(People, partition(person_id), IDENTITY)
        if box is None or not hmac_ids.is_identity_mark(box.mark, identity):
            also["identity"] = identified(person_id, person.area, identity)
        if (
            also and commits.needed(record, change) is None
        ):  # only what is sealed differs: an entry all the same
            change = Change("roster", actor, at)
        details = dict.fromkeys(sorted(also), "changed")
        case = record.open_case
        is_awaited = case is not None and any(e.valid_until > case.due for e in wanted)
        return commits.Plan(replace(change, details=details), also=list(also.values())), is_awaited

    _, is_awaited = commits.commit_with_retry(lambda: load(person_id), plan)
    return is_awaited


def _covers(newcomer: Newcomer, record: PersonRecord) -> bool:
    """Whether a roster names everything that a person draws."""
    return {e.benefit for e in record.entitlements} <= {e.benefit for e in newcomer.entitlements}


def _brought_up_to_date(known: Entitlement | None, told: Entitlement, at: datetime) -> Entitlement:
    """What the roster says of an entitlement; its status and what evidence gave it stay.

    Another amount holds from the month of the roster on.
    """
    if known is None:
        return told
    until = told.certified_until
    if not told.is_stated:  # nothing new is said: what was known, and where nobody ever said, the later
        until = known.certified_until if known.is_stated else max(until, known.certified_until)
    before = month_before(month_of(civil_date(at)))
    return replace(
        set_anew(known.stated(until), told.fen, before),
        since=told.since,
        payee=told.payee,
        is_stated=known.is_stated or told.is_stated,
    )


# --- audit ---------------------------------------------------------------------------------------


def audit_trail(person_id: PersonId) -> tuple[AuditEntry, ...]:
    """Every step of a person's record and every look at it, oldest first."""
    found = audit.standing(partition(person_id), audit.PREFIX)
    steps = (audit.from_text(text) for _, text in found)
    return tuple(merge(steps, access_log.looks_at(person_id), key=lambda entry: entry.at))
