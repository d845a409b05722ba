"""工作清单行 · Of a record, the rows of the work lists: what is to be put and removed as it moves on.

    ALL#<shard>    / <person>                            everybody (`shards`)
    DUE#<shard>    / <day>#<person>                      who comes due (a hint: the day may have moved on)
    OPEN#<shard>   / <person>#<due>                      open cases
    OUT#<shard>    / <day>#<priority>#<message>          messages not yet handed over, or of unknown fate
    NOTE#<county>  / <area>#<day>#<person>#<message>     printed notices that somebody has still to bring
    VISIT#<county> / <area>#<due>#<person>#<n>           pending visits
    SUS#<county>   / <area>#<day>#<person>#<kind>        open suspicions
    END#<county>   / <area>#<due>#<person>#<kind>#<day>  what is confirmed and waits for authorities
    PROP#<county>  / <area>#<day>#<person>#<n>           lines to confirm or approve
    STOP#<county>  / <month>#<benefit>#<person>#<n>      lines approved to take effect in a month
    STOPPED#<county> / <month>#<benefit>#<person>        suspensions that authorities have been told of
    KIN#<shard>    / <related>#<person>                  whose conditions ask about somebody else
    OBJ#<county>   / <area>#<decide by>#<person>#<n>     objections to be decided
    REC#<county>   / <area>#<next day>#<person>#<n>      recoveries that are not settled
    HEIR#<county>  / <area>#<opened>#<person>#<benefit>  what waits for proof of who the heirs are
    LOSS#<shard>   / <person>                            a loss or exclusion that people have confirmed
    SAID#<county>  / …                                   the same by village (`confirmed_rows`)
    INS#open       / <month>#<benefit>#<kind>#<person>   instructions not yet seen in the payments
    BACK#<shard>   / <person>                            whom earlier months are paid, or are asked back from
    TELL           / <person>#<instruction>#<version>    instructions that may have to be handed over at once
    AREA           / <county>                            counties that have anybody

A row follows from its record alone (`rows_of`), so the transaction that changes a record knows which rows
to put and which to remove. The area leads the sort key: a grid worker's list reads only their own rows.
DUE carries no month: one query per shard finds everybody up to a day, however long ago they came due.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import date
from typing import Final, TypeAlias

from chalicelib.engine.texts.channels import following_channel, printed_on
from chalicelib.model import (
    LIVE,
    Channel,
    Instruction,
    InstructionKind,
    InstructionState,
    Message,
    MessageState,
    Objection,
    OwedToHeirs,
    PersonId,
    PersonRecord,
    Proposal,
    ProposalState,
    Recovery,
    Suspicion,
    SuspicionState,
    Template,
    Visit,
)
from chalicelib.storage.clients import kept
from chalicelib.storage.dynamodb import confirmed_rows, shards, tables
from chalicelib.storage.dynamodb.items import encode
from chalicelib.storage.dynamodb.shards import shard_of
from chalicelib.storage.dynamodb.tables import Delete, Put, Work, Write

Thing: TypeAlias = Visit | Suspicion | Proposal | Message | Instruction | Objection | Recovery | OwedToHeirs
Place = tuple[str, str]

INSTRUCTIONS: Final = "INS#open"
TELL: Final = "TELL"
AREAS: Final = "AREA"
_DONE: Final = frozenset({InstructionState.SEEN, InstructionState.CANCELLED})
_TO_DECIDE: Final = frozenset({ProposalState.PROPOSED, ProposalState.CONFIRMED})
_TO_SEND: Final = frozenset({MessageState.PENDING, MessageState.CLAIMED})
# By place, but for a word that came later: keys of messages that wait bear the number.
PRIORITY: Final = {template: number for number, template in enumerate(Template)} | {Template.PAUSED: 1}


def due_of(record: PersonRecord) -> date | None:
    """The earliest day on which something of the person ends, suspended ones included; none of the dead."""
    if record.person.deceased_on is not None or record.person.joined_to is not None:
        return None
    return min((e.valid_until for e in record.entitlements if e.status in LIVE), default=None)


def rows_of(record: PersonRecord) -> dict[Place, str]:
    """Every row but DUE that follows from a record: key → body."""
    person, area = record.person.id, record.person.area
    county = area[:6]
    about = {"person": person, "area": area, "grid": record.person.grid}
    things: dict[Place, Thing] = {}
    for visit in record.visits:
        if visit.is_pending:
            things[f"VISIT#{county}", f"{area}#{visit.due}#{person}#{visit.number:04d}"] = visit
    for suspicion in record.open_suspicions:
        things[f"SUS#{county}", f"{area}#{suspicion.day}#{person}#{suspicion.kind}"] = suspicion
    for suspicion in record.unfinished_suspicions:
        place = f"{area}#{suspicion.verify_by}#{person}#{suspicion.name}"
        things[f"END#{county}", place] = suspicion
    things.update(_lines(record))
    things.update(_money_back(record))
    things |= {
        (f"OBJ#{county}", f"{area}#{objection.decide_by}#{person}#{objection.number:04d}"): objection
        for objection in record.open_objections
    }
    for instruction in record.instructions:
        if instruction.state not in _DONE or instruction.waits_for_a_second:
            things[INSTRUCTIONS, f"{instruction.name}#{person}"] = instruction
    rows = {
        key: json.dumps({**about, "item": encode(thing)}, ensure_ascii=False) for key, thing in things.items()
    }
    return rows | rows_of_messages(record) | dict.fromkeys(_marks(record, shard_of(person)), "{}")


def _marks(record: PersonRecord, shard: str) -> Iterator[Place]:
    """Rows that say by their key alone that somebody is concerned."""
    person = record.person.id
    if record.person.joined_to is None:
        yield f"IN#{record.person.area}", person
    for told in record.instructions:
        if told.kind is InstructionKind.SUSPEND and told.state is not InstructionState.CANCELLED:
            yield f"STOPPED#{record.person.area[:6]}", f"{told.month}#{told.benefit}#{person}"
    if any(i.arrears and i.state is not InstructionState.CANCELLED for i in record.instructions):
        yield f"BACK#{shard}", person
    for case in record.cases:
        if case.is_open:
            yield f"OPEN#{shard}", f"{person}#{case.due}"
    if any(s.state is SuspicionState.CONFIRMED for s in record.suspicions):
        yield f"LOSS#{shard}", person
        yield from confirmed_rows.places_of(record)
    for other in record.person.related:
        yield f"KIN#{shard_of(other)}", f"{other}#{person}"


def writes(before: PersonRecord | None, after: PersonRecord) -> list[Write]:
    """The rows to put and to remove when a record moves from `before` (None: new) to `after`."""
    old: Mapping[Place, str] = rows_of(before) if before else {}
    new = rows_of(after)
    result: list[Write] = [Put(Work(*key, body=body)) for key, body in new.items() if old.get(key) != body]
    result += [Delete(Work(*key)) for key in old.keys() - new.keys()]
    result += [Put(row) for row in _news_for_payers(before, after)]
    if before is None:
        result.append(Put(shards.row_of_everybody(after.person.id)))
    due = due_of(after)
    if due is not None and _needs_filing(before, after, due):
        result.append(Put(_due_row(after.person.id, due)))
    return result


def _news_for_payers(before: PersonRecord | None, after: PersonRecord) -> Iterator[Work]:
    """What a step issues, changes or calls off of instructions; that somebody has read one is no news."""
    known = {told.name: told for told in before.instructions} if before else {}
    for told in after.instructions:
        was = known.get(told.name)
        is_issued = told.state is InstructionState.ISSUED
        called_off = told.state is InstructionState.CANCELLED and was is not None
        changed = was is None or version_of(was) != version_of(told)
        if changed and (is_issued or called_off or told.state is InstructionState.ACKNOWLEDGED):
            yield Work(TELL, f"{after.person.id}#{told.name}#{version_of(told)}", body="{}")


def version_of(told: Instruction) -> str:
    """What of an instruction its payer has to know; another text for another version."""
    is_off = told.state is InstructionState.CANCELLED
    said = f"{is_off} {told.fen} {','.join(told.arrears)} {told.issued}"
    return hashlib.sha256(said.encode()).hexdigest()[:16]


def _needs_filing(before: PersonRecord | None, after: PersonRecord, due: date) -> bool:
    """A renewal leaves the DUE row alone; an earlier end, or a case closed, files the person anew."""
    if before is None or (filed := due_of(before)) is None:
        return True
    return due < filed or (before.open_case is not None and after.open_case is None)


def _due_row(person: PersonId, day: date) -> Work:
    return Work(f"DUE#{shard_of(person)}", f"{day}#{person}")


def refile(person: PersonId, filed: date | None, due: date | None) -> None:
    """Move a person's DUE row to another day; None: there was none, or none shall be left."""
    if due == filed:
        return
    if due is not None:
        tables.put(_due_row(person, due))
    if filed is not None:
        tables.delete(_due_row(person, filed))


@kept
def remember_county(county: str) -> None:
    """Note that a county has somebody; once per process and county."""
    tables.put(Work(AREAS, county))


# --- what waits for officers -----------------------------------------------------------------------


def _lines(record: PersonRecord) -> Iterator[tuple[Place, Proposal]]:
    """Lines of suspension lists: to be decided, or approved to take effect."""
    person, area = record.person.id, record.person.area
    for line in record.proposals:
        if line.state in _TO_DECIDE:
            yield (f"PROP#{area[:6]}", f"{area}#{line.proposed}#{person}#{line.number:04d}"), line
        elif line.state is ProposalState.APPROVED:
            for benefit in line.benefits:
                yield (f"STOP#{area[:6]}", f"{line.effective}#{benefit}#{person}#{line.number:04d}"), line


def _money_back(record: PersonRecord) -> Iterator[tuple[Place, Recovery | OwedToHeirs]]:
    """What is to come back from somebody, and what waits for the heirs."""
    person, area = record.person.id, record.person.area
    for recovery in record.recoveries:
        if recovery.is_open:
            place = f"{area}#{recovery.next_day}#{person}#{recovery.number:04d}"
            yield (f"REC#{area[:6]}", place), recovery
    for owed in record.owed_to_heirs:
        if owed.left:
            yield (f"HEIR#{area[:6]}", f"{area}#{owed.opened}#{person}#{owed.benefit}"), owed


# --- messages --------------------------------------------------------------------------------------


def rows_of_messages(record: PersonRecord) -> dict[Place, str]:
    """Every row that follows from a record's messages: key → body."""
    return {
        place: body for message in record.messages for place, body in rows_of_message(record, message).items()
    }


def rows_of_message(record: PersonRecord, message: Message) -> dict[Place, str]:
    """A message to be sent, or to be sent by another channel once a day has passed; a notice to be brought.

    A row to be sent names its person alone: it stays as it is while the message is claimed.
    """
    person, area = record.person.id, record.person.area
    if message.is_to_be_brought:
        place = f"NOTE#{area[:6]}", f"{area}#{printed_on(message)}#{person}#{message.id}"
        about = {"person": person, "area": area, "grid": record.person.grid, "item": encode(message)}
        return {place: json.dumps(about, ensure_ascii=False)}
    if message.may_have_failed and not following_channel(record, message):
        return {}
    return {place: json.dumps({"person": person}) for place in places_of(record, message)}


def places_of(record: PersonRecord, message: Message) -> Iterator[Place]:
    """Where a row to be sent can lie for a message as it stands, whatever else the record says.

    It stays while nobody has heard what became of the message: whoever finds it asks the record. Before, it
    was laid anew for the day after (`outbox.remove_row`).
    """
    if message.state in _TO_SEND or message.may_have_failed:
        rank = f"{PRIORITY[message.template]:02d}#{message.id}"
        yield f"OUT#{shard_of(record.person.id)}", f"{message.day}#{rank}"


def lies_by_the_record(message: Message) -> bool:
    """Whether the rest of the record decides if there is a row of a message, or where it lies."""
    return message.is_to_be_brought or message.may_have_failed


def record_places(record: PersonRecord, message: Message) -> tuple[str, str, bool] | None:
    """What the rest of the record decides of a message's rows, now or once it has gone on; None: nothing.

    By whichever channel it will have gone: all but a notice can be followed by another message.
    """
    if message.state not in _TO_SEND and not lies_by_the_record(message):
        return None
    by_phone = replace(message, channel=Channel.SMS)
    return record.person.area, record.person.grid, following_channel(record, by_phone) is None
