"""What a readable file changes, by its kind: the roster, the payments, or evidence about people."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from chalicelib import cases
from chalicelib.intake import sheets
from chalicelib.intake.payments import load_payments
from chalicelib.intake.rosters import load_roster
from chalicelib.model import DroppedFile, Evidence, EvidenceKey, FeedEvent, PersonId, Strength
from chalicelib.pack import current
from chalicelib.sources.feed import Feed
from chalicelib.sources.reading import FileReading
from chalicelib.storage import objects, said


@dataclass(frozen=True, slots=True)
class Loaded:
    """What a file changed: people whose certificate moved, and whether anybody is new on the roster."""

    certified: int = 0
    new_people: bool = False
    withdrawn: int = 0  # items of evidence that it takes back


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
            objects.put_evidence(dropped.feed, dropped.day, dropped.id, reading.evidence)
            said.put(dropped.feed, dropped.day, dropped.id, reading.evidence)
            actor = f"feed:{feed.id}"
            withdrawn = withdraw(reading.withdrawals, actor=actor)  # first: what is void accuses nobody
            certified = load_evidence(reading.evidence, actor=actor)
            if dropped.feed in sheets.SHEETS:
                sheets.visits_reported(reading.evidence)
            return Loaded(certified, withdrawn=withdrawn)


# --- evidence --------------------------------------------------------------------------------------


def load_evidence(evidence: dict[PersonId, list[Evidence]], *, actor: str) -> int:
    """Write each person's newest evidence and settle what follows."""
    moved = 0
    for person, items in evidence.items():
        moved += bool(cases.evidence_arrived(person, newest(items), actor=actor).moved)
    return moved


def withdraw(withdrawals: Mapping[PersonId, Sequence[EvidenceKey]], *, actor: str) -> int:
    """Take back what the department takes back by a code of its own (rule 14); how many items."""
    for person, keys in withdrawals.items():
        cases.evidence_withdrawn(person, keys, actor=actor)
    return sum(len(set(keys)) for keys in withdrawals.values())


def newest(items: Sequence[Evidence]) -> list[Evidence]:
    """Of strong presence the newest of each event is enough; everything else is kept whole.

    Weak items certify only in combination, over several days: each of them may be the one that counts.
    """
    kept: dict[tuple[str, str], Evidence] = {}
    rest = []
    for item in items:
        event = _event(item.key)
        if event.strength is not Strength.STRONG or event.stay is not None:
            rest.append(item)
        elif (place := (item.key.feed, item.key.event)) not in kept or item.key > kept[place].key:
            kept[place] = item
    return [*rest, *kept.values()]


def _event(key: EvidenceKey) -> FeedEvent:
    return current().rules.events[(key.feed, key.event)]
