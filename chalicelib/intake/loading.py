"""What a readable file changes, by its kind: the roster, the payments, or evidence about people."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, replace

from chalicelib import cases, clock
from chalicelib.cases import relating, settling
from chalicelib.engine import renewal
from chalicelib.errors import UnreadableError
from chalicelib.intake import sheets
from chalicelib.intake.payments import load_payments, said_of
from chalicelib.intake.rosters import load_roster
from chalicelib.model import DroppedFile, Evidence, EvidenceKey, FileNotice, PersonId
from chalicelib.observability import logger
from chalicelib.pack import current
from chalicelib.sources.feed import Feed
from chalicelib.sources.reading import FileReading
from chalicelib.storage import lake, objects, said, work


@dataclass(frozen=True, slots=True)
class Loaded:
    """What a file changed: people by what became of their evidence, and whether anybody is new on the roster.

    `certified`: their certificate moved at once. `kept`: it is far from its end, and what the file says
    waits in the lake; most of them will be certified by it, or by something newer, when the end is near.
    """

    certified: int = 0
    kept: int = 0
    new_people: bool = False
    withdrawn: int = 0  # items of evidence that it takes back
    notices: tuple[FileNotice, ...] = ()  # what was not done by itself (rule 12)


def load(dropped: DroppedFile, feed: Feed, reading: FileReading) -> Loaded:
    """Keep what a file says."""
    match feed.kind:
        case "roster":
            new, notices = load_roster(
                reading.entries, dropped.day, actor=f"feed:{feed.id}", is_whole=not reading.sent_again
            )
            return Loaded(new_people=new, notices=notices)
        case "payments":
            said.put(dropped.feed, dropped.day, dropped.id, said_of(dropped.feed, reading.payments).items())
            return Loaded(notices=load_payments(reading.payments, is_whole=not reading.sent_again))
        case _:
            # The lake first, then who needs it: the daily run asks the other way round (decision 0006).
            objects.put_evidence(dropped.feed, dropped.id, reading.evidence)
            keys = ((person, [item.key for item in items]) for person, items in reading.evidence.items())
            said.put(dropped.feed, dropped.day, dropped.id, keys)
            actor = f"feed:{feed.id}"
            taken = withdraw(dropped, reading.withdrawals, actor=actor)  # first: what is void accuses nobody
            apart = relating.evidence_arrived(dropped.feed, reading.evidence, actor=actor)
            loaded = load_evidence(reading.evidence, actor=actor, apart=apart)
            if dropped.feed in sheets.SHEETS:
                sheets.visits_reported(reading.evidence)
            return replace(loaded, withdrawn=taken.withdrawn, notices=taken.notices)


# --- evidence --------------------------------------------------------------------------------------


def load_evidence(
    evidence: Mapping[PersonId, Sequence[Evidence]],
    *,
    actor: str,
    apart: AbstractSet[PersonId] = frozenset(),
) -> Loaded:
    """Write what cannot wait in the lake, and settle what follows (design, decision 4).

    `apart` are those who draw nothing: what concerns others of them is told already.
    """
    rules = current().rules
    awaited = _awaited(evidence)
    held = _held_about(evidence, awaited)
    moved = kept = 0
    for person, items in evidence.items():
        if person in apart:
            continue
        now = items if person in awaited else [i for i in items if not renewal.may_wait(i, rules)]
        if person in held:
            arrival = cases.evidence_weighed(person, [*items, *held[person]], actor=actor)
        elif now:
            arrival = cases.evidence_arrived(person, renewal.newest(now, rules), actor=actor)
        else:
            kept += 1
            continue
        moved += bool(arrival.moved)
        kept += person in held and _all_wait(items, arrival)
    return Loaded(certified=moved, kept=kept)


def _all_wait(items: Sequence[Evidence], arrival: cases.Arrival) -> bool:
    """Whether the record took nothing of what a file says about a person."""
    written = {item.key for item in arrival.record.evidence}
    return not any(item.key in written for item in items)


def _held_about(
    evidence: Mapping[PersonId, Sequence[Evidence]], awaited: AbstractSet[PersonId]
) -> Mapping[PersonId, Sequence[Evidence]]:
    """What the lake holds about those of whom a file brings weak evidence that is needed now.

    Together they may certify, and then all of it is written. If the lake cannot be read, what the file
    brings is written as it comes.
    """
    rules = current().rules
    if rules.policy.lazy_renewal.writes_everything:
        return {}
    joined = {
        person
        for person, items in evidence.items()
        if person in awaited and any(renewal.may_join(item, rules) for item in items)
    }
    try:
        return lake.evidence_of_many(joined)
    except UnreadableError:
        logger.warning("evidence weighed without the lake", extra={"people": len(joined)})
        return {}


def _awaited(evidence: Mapping[PersonId, object]) -> AbstractSet[PersonId]:
    """Whose evidence is needed at once: one look at the work rows, however large the file."""
    if not evidence or current().rules.policy.lazy_renewal.writes_everything:
        return evidence.keys()
    return work.awaited(settling.awaited_until(clock.today()))


def withdraw(
    dropped: DroppedFile, withdrawals: Mapping[PersonId, Sequence[EvidenceKey]], *, actor: str
) -> Loaded:
    """Take back what the department takes back by a code of its own (rule 14), and say what names nothing.

    What a file of a later day says again stands: files may arrive in any order.
    """
    wanted = {person: frozenset(keys) for person, keys in withdrawals.items()}
    again = said.later(dropped.feed, wanted, dropped.day) if wanted else {}
    taken = unmatched = 0
    for person, keys in wanted.items():
        gone = keys - again.get(person, frozenset())
        if gone:
            unknown = relating.evidence_withdrawn(person, gone, actor=actor, day=dropped.day)
            unmatched += len(unknown)
            taken += len(gone - unknown)
    return Loaded(withdrawn=taken, notices=(_names_nothing(unmatched),) if unmatched else ())


def _names_nothing(count: int) -> FileNotice:
    return FileNotice(
        "withdrawals_unmatched",
        f"有{count}条撤销所指的记录（同一人、同一日期）从未收到，未因此撤回任何记录：收到该记录时按撤销处理；"
        "已据同类记录停发待遇的，由两名未参与的工作人员在一个工作日内复核。请核对撤销所填的日期。",
        f"{count} withdrawals name a record (the same person and day) that was never received, and take "
        "nothing back: should it come, it is void; where a payment has ended on a record of the kind, two "
        "people not involved decide within a working day. Check the days in these rows.",
        count,
    )
