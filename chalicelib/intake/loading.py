"""What a readable file changes, by its kind: the roster, the payments, or evidence about people."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, replace
from datetime import date

from chalicelib import clock
from chalicelib.cases import evidence_arrived, settling
from chalicelib.engine import renewal
from chalicelib.model import (
    BenefitCode,
    Change,
    DroppedFile,
    Entitlement,
    EntitlementStatus,
    Evidence,
    Identity,
    Instruction,
    InstructionKind,
    InstructionState,
    Month,
    Payment,
    Person,
    PersonId,
    PersonRecord,
)
from chalicelib.pack import current
from chalicelib.sources.feed import Feed
from chalicelib.sources.reading import FileReading
from chalicelib.sources.records import RosterEntry
from chalicelib.storage import objects, people, work


@dataclass(frozen=True, slots=True)
class Loaded:
    """What a file changed: people by what became of their evidence, and whether anybody is new on the roster.

    `certified`: their certificate moved at once. `kept`: it is far from its end, and what the file says
    waits in the lake; most of them will be certified by it, or by something newer, when the end is near.
    """

    certified: int = 0
    kept: int = 0
    new_people: bool = False


def load(dropped: DroppedFile, feed: Feed, reading: FileReading) -> Loaded:
    """Keep what a file says."""
    match feed.kind:
        case "roster":
            new = load_roster(reading.entries, actor=f"feed:{feed.id}")
            return Loaded(new_people=new)
        case "payments":
            load_payments(reading.payments)
            return Loaded()
        case _:
            # The lake first, then who needs it: the daily run asks the other way round (decision 0006).
            objects.put_evidence(dropped.feed, dropped.id, reading.evidence)
            return load_evidence(reading.evidence, actor=f"feed:{feed.id}")


# --- evidence --------------------------------------------------------------------------------------


def load_evidence(evidence: Mapping[PersonId, Sequence[Evidence]], *, actor: str) -> Loaded:
    """Write what cannot wait in the lake, and settle what follows (design, decision 4)."""
    rules = current().rules
    awaited = _awaited(evidence)
    moved = kept = 0
    for person, items in evidence.items():
        now = items if person in awaited else [i for i in items if not renewal.may_wait(i, rules)]
        if now:
            arrival = evidence_arrived(person, renewal.newest(now, rules), actor=actor)
            moved += bool(arrival.moved)
        else:
            kept += 1
    return Loaded(certified=moved, kept=kept)


def _awaited(evidence: Mapping[PersonId, object]) -> AbstractSet[PersonId]:
    """Whose evidence is needed at once: one look at the work rows, however large the file."""
    if not evidence or current().rules.policy.lazy_renewal.writes_everything:
        return evidence.keys()
    return work.awaited(settling.awaited_until(clock.today()))


# --- the roster ------------------------------------------------------------------------------------


def load_roster(entries: Iterable[RosterEntry], *, actor: str) -> bool:
    """Create or update everybody on a roster; whether somebody is new. Absence closes nothing (rule 20)."""
    by_number: dict[str, list[RosterEntry]] = defaultdict(list)
    for entry in entries:
        by_number[entry.number].append(entry)
    known = people.create_all([_newcomer(mine) for mine in by_number.values()], clock.now(), actor)
    objects.add_to_roster(
        {number: found.person for number, found in zip(by_number, known, strict=True)},
        {number: mine[-1].name for number, mine in by_number.items()},
    )
    return any(found.created for found in known)


def _newcomer(entries: Sequence[RosterEntry]) -> people.Newcomer:
    """One person out of all their rows; where rows disagree about the person, the last one counts."""
    entry = entries[-1]
    return people.Newcomer(
        Identity(entry.number, entry.name, entry.phone),
        _person(entry),
        tuple(_entitlement(row) for row in entries),
    )


def _person(entry: RosterEntry) -> Person:
    return Person(
        id=PersonId(""),
        area=entry.area,
        grid=entry.grid,
        born=entry.born.replace(day=1),
        has_phone=entry.phone is not None,
        key_groups=entry.key_groups,
    )


def _entitlement(entry: RosterEntry) -> Entitlement:
    return Entitlement(
        benefit=entry.benefit,
        status=EntitlementStatus.ACTIVE,
        fen=entry.fen,
        since=entry.since,
        certified_until=entry.certified_until,
        valid_until=entry.certified_until,
        payee=entry.payee,
    )


# --- payments --------------------------------------------------------------------------------------


def load_payments(payments: Sequence[tuple[PersonId, Payment]]) -> None:
    """Keep what was really paid, and hold the open instructions against it (rule 23)."""
    people.put_payments(payments)
    months = {(payment.benefit, payment.month) for _, payment in payments}
    paid = {(person, p.benefit, p.month): p.fen for person, p in payments}
    on = clock.today()
    for person in sorted({person for person, _ in work.open_instructions()}):

        def match(record: PersonRecord, person: PersonId = person) -> Change | None:
            changed = [
                after
                for before in record.instructions
                if (after := _matched(before, person, months, paid, on)) != before
            ]
            if not changed:
                return None
            details = {i.name: i.state.value for i in changed}
            return Change(
                "payments matched", "feed:payments", clock.now(), details, instructions=tuple(changed)
            )

        people.change(person, match)


def _matched(
    instruction: Instruction,
    person: PersonId,
    months: set[tuple[BenefitCode, Month]],
    paid: dict[tuple[PersonId, BenefitCode, Month], int],
    on: date,
) -> Instruction:
    """One instruction against one payments file: seen, or listed after two pay runs without it."""
    if instruction.state not in (InstructionState.ISSUED, InstructionState.ACKNOWLEDGED):
        return instruction
    runs = sorted(month for benefit, month in months if benefit == instruction.benefit)
    later = [month for month in runs if month >= instruction.month]
    if not later:
        return instruction
    got = paid.get((person, instruction.benefit, later[0]), 0)
    stops = instruction.kind in (InstructionKind.SUSPEND, InstructionKind.PAUSE, InstructionKind.TERMINATE)
    resumed = instruction.kind is InstructionKind.RESUME and got >= instruction.fen
    if (stops and got == 0) or resumed:
        return replace(instruction, state=InstructionState.SEEN, changed=on)
    if (on - instruction.issued).days > 62:
        return replace(instruction, state=InstructionState.LISTED, changed=on)
    return instruction
