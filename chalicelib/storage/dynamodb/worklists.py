"""工作清单 · What there is to do, as rows beside the records: written with them, read by day and area.

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
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Final, Generic, TypeAlias, TypeVar

from chalicelib.model import (
    LIVE,
    AreaCode,
    BenefitCode,
    Instruction,
    InstructionKind,
    InstructionState,
    Message,
    Month,
    Objection,
    OwedToHeirs,
    PersonId,
    PersonRecord,
    Proposal,
    Recovery,
    Suspicion,
    SuspicionState,
    Visit,
)
from chalicelib.storage.clients import kept
from chalicelib.storage.dynamodb import confirmed_rows, shards, tables
from chalicelib.storage.dynamodb.items import decode, encode
from chalicelib.storage.dynamodb.message_rows import PRIORITY as PRIORITY
from chalicelib.storage.dynamodb.message_rows import rows_of_messages
from chalicelib.storage.dynamodb.officers_rows import lines, money_back
from chalicelib.storage.dynamodb.shards import shard_of as shard_of
from chalicelib.storage.dynamodb.tables import Delete, Put, Work, Write

T = TypeVar("T", Visit, Suspicion, Proposal, Message, Instruction, Objection, Recovery, OwedToHeirs)
Thing: TypeAlias = Visit | Suspicion | Proposal | Message | Instruction | Objection | Recovery | OwedToHeirs
Place = tuple[str, str]

_DONE: Final = frozenset({InstructionState.SEEN, InstructionState.CANCELLED})
_INSTRUCTIONS: Final = "INS#open"
_TELL: Final = "TELL"
_AREAS: Final = "AREA"


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


# --- written with the record ---------------------------------------------------------------------


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
    things.update(lines(record))
    things.update(money_back(record))
    things |= {
        (f"OBJ#{county}", f"{area}#{objection.decide_by}#{person}#{objection.number:04d}"): objection
        for objection in record.open_objections
    }
    for instruction in record.instructions:
        if instruction.state not in _DONE or instruction.waits_for_a_second:
            things[_INSTRUCTIONS, f"{instruction.name}#{person}"] = instruction
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
            yield Work(_TELL, f"{after.person.id}#{told.name}#{version_of(told)}", body="{}")


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
    tables.put(Work(_AREAS, county))


# --- read ----------------------------------------------------------------------------------------


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
    rows = (_row(found, Instruction) for found in tables.query(Work, _INSTRUCTIONS))
    return ((row.person, row.item) for row in rows)


def paid_back() -> frozenset[PersonId]:
    """Everybody of whom months are, or were, to be paid in arrears or taken back."""
    return frozenset(PersonId(row.sk) for row in shards.rows("BACK", "~"))


def to_hand_over(person: PersonId | None = None) -> Iterator[ToHandOver]:
    """What has been issued, changed or called off and perhaps not told yet; of one person, or of all."""
    within = Work.sk.startswith(f"{person}#") if person else None
    for row in tables.query(Work, _TELL, within):
        who, _, named = row.sk.partition("#")
        yield ToHandOver(PersonId(who), named.rpartition("#")[0], row.sk)


def handed_over(told: ToHandOver) -> None:
    """That is done."""
    tables.delete(Work(_TELL, told.place))


def counties(area: str = "") -> list[str]:
    """The county codes below an area that have anybody."""
    within = Work.sk.startswith(area[:6]) if area else None
    return [row.sk for row in tables.query(Work, _AREAS, within)]


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
