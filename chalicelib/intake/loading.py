"""入库 · What a readable file changes, by its kind: the roster, the payments, or evidence about people."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Final

import polars as pl

from chalicelib import cases, clock
from chalicelib.cases import related_persons
from chalicelib.engine.certification import lazy_renewal
from chalicelib.errors import MiscountError, UnreadableError
from chalicelib.instruction_delivery import hand_over
from chalicelib.intake import outcome_sheets, roster_comparison, rosters, without_effect
from chalicelib.intake.applied import Applied
from chalicelib.intake.in_progress import InProgress
from chalicelib.intake.payments import FOUND, Runs, apply_payments, runs_of
from chalicelib.intake.payments import put_together as payments_together
from chalicelib.intake.without_effect import Item
from chalicelib.jurisdiction import current
from chalicelib.model import DroppedFile, Evidence, EvidenceKey, FileNotice, NoEffect, PersonId
from chalicelib.model.named import SHEETS
from chalicelib.observability import logger
from chalicelib.sources.feeds.feed import Feed
from chalicelib.sources.people.matching import PERSON
from chalicelib.sources.people.roster_index import RosterIndex
from chalicelib.sources.reading import FileReading
from chalicelib.storage.dynamodb import people
from chalicelib.storage.dynamodb.busy import Left, one_by_one
from chalicelib.storage.s3 import file_contents, lake

_PAID: Final = {PERSON: pl.String, "benefit": pl.String, "month": pl.String}


@dataclass(frozen=True, slots=True)
class Loaded:
    """What a file changed: people by what became of their evidence.

    `certified`: their certificate moved at once. `kept`: it is far from its end, and what the file says
    waits in the lake; most of them will be certified by it, or by something newer, when the end is near.
    """

    certified: int = 0
    kept: int = 0
    withdrawn: int = 0  # items of evidence that it takes back
    notices: tuple[FileNotice, ...] = ()  # what was not done by itself (rule 12)
    changed_nothing: Mapping[str, int] = field(default_factory=dict)  # accepted rows, by reason
    unmatched: int = 0  # withdrawals that name nothing
    deceased: Mapping[PersonId, date] = field(default_factory=dict)  # of whom something was reported
    # What withdrawals name and do not take back, by reason.
    idle: Mapping[NoEffect, AbstractSet[Item]] = field(default_factory=dict)
    void: AbstractSet[Item] = frozenset()  # what had been taken back before, and stays so
    written: AbstractSet[Item] = frozenset()  # what stands on records from this very file


@dataclass(frozen=True, slots=True)
class Prepared:
    """What is known of a whole file before any of it is applied.

    `before`: of each row, what only the files before it can tell: of payments whether they say the same, of
    evidence why the row changes nothing, of a roster nothing. `runs`: of payments. `is_whole`: not merely
    rejected rows that came back.
    """

    before: pl.Series | None = None
    runs: Runs = field(default_factory=dict)
    is_whole: bool = True


def load(dropped: DroppedFile, feed: Feed, whole: FileReading, only: FileReading | None = None) -> Loaded:
    """Keep what a file says; of a file that stands loaded, what it says of some (`only`)."""
    reading, left, progress = whole if only is None else only, Left(), InProgress()
    prepared = prepare(dropped, feed, whole, only)
    part = apply(dropped, feed, reading, prepared, progress, left)
    loaded = put_together(dropped, feed, reading, part, prepared, progress, left)
    left.nobody()
    return loaded


def prepare(
    dropped: DroppedFile, feed: Feed, whole: FileReading, only: FileReading | None = None
) -> Prepared:
    """Keep the list of what a file says, before any of it is applied; evidence goes to the lake.

    MiscountError if it says something of another number of rows than were accepted.
    """
    is_whole = not whole.sent_again
    if feed.kind == "roster":
        return Prepared(is_whole=is_whole)
    said = whole.said
    if said is None or said.height != whole.counts.accepted:
        raise MiscountError(f"feed {dropped.feed}, file {dropped.id}: rows that say nothing")
    rows = said if only is None else _of(only)
    known = without_effect.known_before(dropped, rows)
    if feed.kind == "payments":
        file_contents.put_rows(dropped.feed, dropped.day, dropped.id, said)
        paid = (whole if only is None else only).rows
        runs = runs_of(pl.DataFrame(schema=_PAID) if paid is None else paid.select(list(_PAID)))
        return Prepared(without_effect.repeated(rows, known), runs, is_whole)
    told = without_effect.of_evidence(rows, known, feed, current().rules, clock.today())
    # The lake first, then who needs it: the daily run asks the other way round (decision 0006).
    lake.put_evidence(dropped.feed, dropped.id, (whole if only is None else only).evidence)
    file_contents.put_rows(dropped.feed, dropped.day, dropped.id, said)
    return Prepared(told["why"])


def apply(
    dropped: DroppedFile,
    feed: Feed,
    some: FileReading,
    prepared: Prepared,
    progress: InProgress,
    left: Left,
) -> Applied:
    """Apply a file to some of its people, of each all rows; may be repeated.

    `prepared`: of these rows. Whose record is busy is taken up by `left`.
    """
    actor = f"feed:{feed.id}"
    match feed.kind:
        case "roster":
            return Applied(found=rosters.arrive(some.entries, dropped.day, left, actor=actor).frame)
        case "payments":
            listed = people.entitlements_of({(person, p.benefit) for person, p in some.payments})
            source = people.source_of(dropped.key)
            paid = [(person, replace(payment, source=source)) for person, payment in some.payments]
            found = apply_payments(paid, listed, prepared.runs, progress, left, is_whole=prepared.is_whole)
            told = without_effect.of_payments(_of(some), prepared.before, listed)
            return Applied(found=found, changed_nothing=without_effect.counted(told))
        case _:
            return _apply_evidence(dropped, feed, some, prepared.before, progress, left, actor=actor)


def _apply_evidence(
    dropped: DroppedFile,
    feed: Feed,
    some: FileReading,
    before: pl.Series | None,
    progress: InProgress,
    left: Left,
    *,
    actor: str,
) -> Applied:
    rules = current().rules
    asks = dropped.feed in rules.feeds_of_related  # for all others nobody is related to anybody
    concerned = {o: r for o, r in progress.related.items() if o in some.evidence} if asks else {}
    apart = frozenset(other for other in concerned if not people.is_known(other))  # they draw nothing
    taken, loaded = Loaded(), Loaded()
    with left:
        if some.withdrawals:  # first: the void accuses nobody
            taken = withdraw(dropped, some.withdrawals, actor=actor)
    with left:
        if concerned:
            related_persons.tell_those_concerned(concerned, some.evidence, actor=actor)
    with left:
        loaded = load_evidence(some.evidence, progress, actor=actor, apart=apart | left.people)
    with left:
        if dropped.feed in SHEETS:
            outcome_sheets.visits_reported(some.evidence)
    told = without_effect.after_loading(
        _of(some).with_columns(pl.lit(before, dtype=pl.String).alias("why")),
        deceased=loaded.deceased,
        void=loaded.void,
        written=loaded.written,
        idle=taken.idle,
        apart=apart,
        feed=feed,
        rules=rules,
    )
    return Applied(
        certified=loaded.certified,
        kept=loaded.kept,
        withdrawn=taken.withdrawn,
        unmatched=taken.unmatched,
        changed_nothing=without_effect.counted(told),
    )


def put_together(
    dropped: DroppedFile,
    feed: Feed,
    reading: FileReading,
    part: Applied,
    prepared: Prepared,
    progress: InProgress,
    left: Left,
) -> Loaded:
    """What only the whole file can be asked about, once it is applied to all its people; may be repeated."""
    notices: tuple[FileNotice, ...] = ()
    nothing, rows = part.changed_nothing, reading.rows
    if feed.kind == "roster" and rows is not None:
        known = without_effect.known_of_rosters(dropped, rosters.SAID_BY_A_ROSTER)
        index, is_whole = RosterIndex(part.found), prepared.is_whole
        notices = roster_comparison.put_together(rows, index, dropped.day, left, is_whole=is_whole)
        said = rosters.said_by_roster(rows)
        file_contents.put_rows(dropped.feed, dropped.day, dropped.id, said)
        told = without_effect.of_roster(said, known, rosters.SAID_BY_A_ROSTER)
        nothing = without_effect.counted(told)
    elif feed.kind == "payments" and rows is not None:
        is_whole, found = prepared.is_whole, part.found if part.found.width else pl.DataFrame(schema=FOUND)
        notices = payments_together(found, rows[PERSON], prepared.runs, progress, left, is_whole=is_whole)
    if part.unmatched:
        notices = (*notices, _names_nothing(part.unmatched))
    return Loaded(part.certified, part.kept, part.withdrawn, notices=notices, changed_nothing=nothing)


def _of(reading: FileReading) -> pl.DataFrame:
    return pl.DataFrame() if reading.said is None else reading.said


# --- evidence --------------------------------------------------------------------------------------


def load_evidence(
    evidence: Mapping[PersonId, Sequence[Evidence]],
    progress: InProgress,
    *,
    actor: str,
    apart: AbstractSet[PersonId] = frozenset(),
) -> Loaded:
    """Write what cannot wait in the lake, and settle what follows (design, decision 4).

    `apart` are those who draw nothing: what concerns others of them is told already.
    """
    rules = current().rules
    needed = not rules.policy.lazy_renewal.writes_everything
    awaited = progress.awaited if evidence and needed else evidence.keys()
    held = _held_about(evidence, awaited)

    def one(person: PersonId) -> Loaded:
        items = evidence[person]
        now = items if person in awaited else [i for i in items if not lazy_renewal.may_wait(i, rules)]
        if not now:
            return Loaded(kept=1)
        if person in held:  # weak: written only if it certifies, with what came before or with the next
            in_lake = [*items, *held[person]]
            arrival = cases.evidence_arrived(person, (), in_lake=in_lake, actor=actor, awaited=True)
        else:
            arrival = cases.evidence_arrived(
                person, lazy_renewal.newest(now, rules), actor=actor, awaited=person in awaited
            )
        if arrival.record.person.id != person:
            cases.met_under(person, [item.key for item in items], by=actor)
        moved = bool(arrival.moved) or _moved_before(items, arrival)
        record = arrival.record
        died = record.person.deceased_on
        return Loaded(
            certified=moved,
            kept=_all_wait(items, arrival),
            deceased={} if died is None else {person: died},
            void=frozenset((person, item.key) for item in items if item.key in record.withdrawn),
            written=frozenset((person, item.key) for item in record.evidence if item.file == items[0].file),
        )

    each = one_by_one((person for person in evidence if person not in apart), one)
    return Loaded(
        sum(found.certified for found in each),
        sum(found.kept for found in each),
        deceased={person: day for found in each for person, day in found.deceased.items()},
        void=frozenset(item for found in each for item in found.void),
        written=frozenset(item for found in each for item in found.written),
    )


def _moved_before(items: Sequence[Evidence], arrival: cases.Arrival) -> bool:
    """Whether these very rows moved a certificate when they were loaded by somebody who died on the way.

    Else the receipt would not count whom the first try certified. Asked only where a record holds rows of
    this file that nobody has written now.
    """
    if arrival.wrote:
        return False
    keys, files = {item.key for item in items}, {item.file for item in items}
    mine = any(item.key in keys and item.file in files for item in arrival.record.evidence)
    return mine and any(
        files.intersection(_texts(entry.details.get("files")))
        and any(item.startswith("ENT#") for item in entry.items)
        for entry in people.audit_trail(arrival.record.person.id)
    )


def _texts(value: object) -> Sequence[str]:
    return [str(each) for each in value] if isinstance(value, list) else []


def _all_wait(items: Sequence[Evidence], arrival: cases.Arrival) -> bool:
    """Whether the record took nothing of what a file says about a person, and none of it was taken back."""
    taken = {item.key for item in arrival.record.evidence} | arrival.record.withdrawn
    return not any(item.key in taken for item in items)


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
        if person in awaited and any(lazy_renewal.may_join(item, rules) for item in items)
    }
    try:
        return lake.evidence_of_many(joined)
    except UnreadableError:
        logger.warning("evidence weighed without the lake", extra={"people": len(joined)})
        return {}


def withdraw(
    dropped: DroppedFile, withdrawals: Mapping[PersonId, Sequence[EvidenceKey]], *, actor: str
) -> Loaded:
    """Take back what the department takes back by a code of its own (rule 14), and say what names nothing.

    What a file of a later day says again stands: files may arrive in any order.
    """
    wanted = {person: frozenset(keys) for person, keys in withdrawals.items()}
    again = file_contents.later(dropped.feed, wanted, dropped.day) if wanted else {}
    gone = {person: keys - again.get(person, frozenset()) for person, keys in wanted.items()}
    gone = {person: keys for person, keys in gone.items() if keys}
    unknown = one_by_one(
        gone,
        lambda person: related_persons.withdrawn_from_all_concerned(
            person, gone[person], actor=actor, day=dropped.day
        ),
    )
    hand_over()
    unmatched = sum(map(len, unknown))
    taken = sum(map(len, gone.values())) - unmatched
    return Loaded(
        withdrawn=taken,
        unmatched=unmatched,
        idle={
            NoEffect.NAMES_NOTHING: _items(dict(zip(gone, unknown, strict=True))),
            NoEffect.SAID_AGAIN: _items(again),
        },
    )


def _items(keys: Mapping[PersonId, AbstractSet[EvidenceKey]]) -> frozenset[Item]:
    return frozenset((person, key) for person, mine in keys.items() for key in mine)


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
