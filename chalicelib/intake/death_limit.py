"""死亡限额 · The blast radius of a feed (rule 12): what changes far more people than usual waits for a
person.

Counted by feed and days, not by file: six files of ten deaths are sixty deaths. What a file would cause is
counted before it is loaded and kept with it; what a person has released is not counted against the next.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from collections.abc import Set as AbstractSet
from datetime import timedelta
from typing import Final

import polars as pl

from chalicelib import clock
from chalicelib.engine.rules.limits import Limit, RosterLimits
from chalicelib.intake import applied
from chalicelib.intake.applied import Applied
from chalicelib.jurisdiction import current
from chalicelib.model import (
    BenefitCode,
    DroppedFile,
    EvidenceKey,
    FeedId,
    FileState,
    Identity,
    PersonId,
    SuspicionKind,
    SuspicionState,
)
from chalicelib.sources.feeds.feed import Feed
from chalicelib.sources.people import roster_lines
from chalicelib.sources.people.matching import PACKED, PERSON
from chalicelib.sources.reading import FileReading
from chalicelib.sources.records import RosterEntry, entries_of
from chalicelib.sources.values.file_holds import FileHold, HoldCode, hold
from chalicelib.storage.crypto import hmac_ids
from chalicelib.storage.dynamodb import files, people
from chalicelib.storage.s3 import file_contents, objects

DEATHS: Final = "deaths"  # people whom nobody has reported dead before
WITHDRAWALS: Final = "withdrawals"  # people of whom a loss is taken back
REVIVALS: Final = "revivals"  # of these, whose payment had ended
LINES: Final = "lines"  # of a roster, about what is drawn already
ONE_PHONE: Final = "one_phone"  # people of one roster whose phone becomes the same: a cadre's serves some ten
_OF_A_ROSTER: Final = {  # kept as: its words, and the name of its limit
    "ends": "认证有效期",
    "phones": "手机号码",
    "payees": "待遇编号",
    "amounts": "月标准",
    "areas": "区划代码",
    ONE_PHONE: "改为同一手机号码",
}
_STANDS: Final = (SuspicionState.OPEN, SuspicionState.CONFIRMED)
_AT_A_TIME: Final = 2_000
Caused = Mapping[str, int]


def caused_by(
    dropped: DroppedFile,
    feed: Feed,
    reading: FileReading,
    earlier: DroppedFile | None,
    counted: Applied | None = None,
) -> Caused:
    """What a file that has been read would cause: by word, how many people or lines; nothing that is 0.

    What a file in whose place it stands has caused is its own too, or each correction would begin anew.
    Counted once: read again, most of it is known. `counted`: what all shards of a roster have counted.
    """
    if reading.hold is not None:
        return dropped.caused
    new = _of_a_roster(reading, counted) if feed.kind == "roster" else _of_evidence(feed, reading, earlier)
    before: Caused = {}
    if earlier is not None and earlier.state is FileState.LOADED and not earlier.was_released:
        before = earlier.caused
    words = new.keys() | before.keys() | dropped.caused.keys()
    found = {w: max(new.get(w, 0) + before.get(w, 0), dropped.caused.get(w, 0)) for w in sorted(words)}
    return {word: count for word, count in found.items() if count}


def beyond_a_limit(
    dropped: DroppedFile, feed: Feed, reading: FileReading, earlier: DroppedFile | None
) -> FileHold | None:
    """The hold of a file that, with what its feed has caused in the last days, exceeds a limit of the policy.

    `dropped` with what it would cause. A file that stands loaded and is read again is judged by itself.
    """
    if not dropped.caused:
        return None
    limits = current().rules.policy.limits
    caused = Counter(dropped.caused)
    if not dropped.stands_loaded:
        left_out = {dropped.id} if earlier is None else {dropped.id, earlier.id}
        caused += _recently(dropped.feed, left_out)
    if feed.kind == "roster":
        return _roster_beyond(dropped.caused, caused)
    roster = objects.read_roster()
    of = 0 if roster is None else len(roster.recipients)
    for word, limit, code in (
        (DEATHS, limits.deaths, HoldCode.TOO_MANY_DEATHS),
        (REVIVALS, limits.revivals, HoldCode.TOO_MANY_WITHDRAWALS),
        (WITHDRAWALS, limits.withdrawals, HoldCode.TOO_MANY_WITHDRAWALS),
    ):
        if dropped.caused.get(word) and limit.is_exceeded(caused[word], of):
            return hold(code, f"{caused[word]} / {of}")
    return None


def _recently(feed: FeedId, left_out: AbstractSet[str]) -> Counter[str]:
    """What the loaded files of a feed have caused in the last days that no person let pass."""
    since = clock.now() - timedelta(days=current().rules.policy.limits.days)
    found: Counter[str] = Counter()
    for each in files.of_feed(feed):
        counts = each.caused and each.state is FileState.LOADED and not each.was_released
        if counts and each.id not in left_out and each.loaded_at is not None and each.loaded_at >= since:
            found.update(each.caused)
    return found


# --- evidence ------------------------------------------------------------------------------------


def _of_evidence(feed: Feed, reading: FileReading, earlier: DroppedFile | None) -> Caused:
    taken = _taken_back(feed, reading, earlier)
    gone = revived = 0
    for person, kinds in taken.items():
        found = people.load(person).suspicions if people.is_known(person) else ()
        standing = [s for s in found if s.kind in kinds and s.state in _STANDS]
        gone += bool(standing)
        revived += any(s.state is SuspicionState.CONFIRMED for s in standing)
    return {DEATHS: _not_known(_dead(feed, reading)), WITHDRAWALS: gone, REVIVALS: revived}


def _dead(feed: Feed, reading: FileReading) -> Iterable[PersonId]:
    fatal = [code for code, event in feed.events.items() if event.suspicion is SuspicionKind.DEATH]
    if not fatal or reading.lake is None:
        return ()
    return map(PersonId, reading.lake.filter(pl.col("event").is_in(fatal))["person"].unique())


def _not_known(dead: Iterable[PersonId]) -> int:
    """How many recipients nobody has reported before."""
    records = (people.load(person) for person in dead if people.is_known(person))
    return sum(
        record.person.deceased_on is None
        and not any(s.kind is SuspicionKind.DEATH for s in record.suspicions)
        for record in records
    )


def _taken_back(
    feed: Feed, reading: FileReading, earlier: DroppedFile | None
) -> Mapping[PersonId, AbstractSet[SuspicionKind]]:
    """Of whom a file takes back which kinds of losses: by a code of its own, or by saying them no more."""
    found: dict[PersonId, set[SuspicionKind]] = {}

    def note(person: PersonId, keys: Iterable[EvidenceKey]) -> None:
        for key in keys:
            event = feed.events.get(key.event)
            if event is not None and event.suspicion is not None:
                found.setdefault(person, set()).add(event.suspicion)

    for person, keys in reading.withdrawals.items():
        note(person, keys)
    if earlier is not None and earlier.state is FileState.LOADED and feed.kind == "evidence":
        for person, before in file_contents.by_file(earlier.feed, earlier.day, earlier.id).items():
            now = frozenset(item.key for item in reading.evidence.get(person, ()))
            note(person, before - now)
    return found


# --- rosters -------------------------------------------------------------------------------------


def _of_a_roster(reading: FileReading, counted: Applied | None) -> Caused:
    """How many lines about what is drawn already say something else than before."""
    index, rows = objects.read_roster(), reading.rows
    if index is None or rows is None:
        return {}
    lines = rows.drop(PERSON).join(index.frame.select("number", PERSON), left_on=PACKED, right_on="number")
    if counted is None:
        parts = (compared(entries_of(some), some[PERSON]) for some in lines.iter_slices(_AT_A_TIME))
        counted = applied.together(parts)
    found = Counter({**counted.caused, "areas": _moved(lines)})
    if counted.found.height:
        people_of = counted.found.unique().group_by("phone").len("people")
        found[ONE_PHONE] = max(people_of["people"])
    return found


def _moved(known: pl.DataFrame) -> int:
    """How many lines name another area than those where the person stands for the benefit."""
    data, _ = objects.read_listed()
    lines = roster_lines.standing(roster_lines.kept(data)).select("person", "benefit", "area")
    listed = known.join(lines, on=["person", "benefit"], how="semi")
    return listed.join(lines, on=["person", "benefit", "area"], how="anti").height


def compared(entries: Sequence[RosterEntry], whom: Iterable[str]) -> Applied:
    """Count what some lines say otherwise than the records; `whom`: the person of each.

    `found`: of those who bear another phone than before, its mark.
    """
    known = list(zip(map(PersonId, whom), entries, strict=True))
    drawn = people.entitlements_of({(person, entry.benefit) for person, entry in known})
    marks = people.marks_of({person for person, _ in known})
    found, phones = Counter[str](), dict[PersonId, str | None]()
    for person, entry in known:
        before = drawn.get((person, BenefitCode(entry.benefit)))
        if before is None:
            continue
        told = Identity(entry.number, entry.name, entry.phone)
        found[LINES] += 1
        found["ends"] += entry.certified_until not in (None, before.certified_until)
        found["amounts"] += entry.fen != before.fen
        found["payees"] += entry.payee != before.payee
        if not hmac_ids.is_identity_mark(marks.get(person), told):
            phones[person] = entry.phone
            found["phones"] += 1
    borne = [(person, hmac_ids.phone_mark(phone)) for person, phone in phones.items() if phone]
    schema = {PERSON: pl.String, "phone": pl.String}
    return Applied(caused=found, found=pl.DataFrame(borne, schema, orient="row"))


def _roster_beyond(own: Caused, caused: Counter[str]) -> FileHold | None:
    limits = current().rules.policy.limits.roster
    beyond = [
        f"{title}{caused[word]}"
        for word, title in _OF_A_ROSTER.items()
        if own.get(word)
        and _limit_of(limits, word).is_exceeded((own if word == ONE_PHONE else caused)[word], caused[LINES])
    ]
    if not beyond:
        return None
    return hold(HoldCode.ROSTER_CHANGES_MUCH, f"{'、'.join(beyond)} / {caused[LINES]}")


def _limit_of(limits: RosterLimits, word: str) -> Limit:
    found: Limit = getattr(limits, word)
    return found
