"""更正文件 · A corrected file stands in the place of an earlier one: what only the earlier one said is taken
back.

A department corrects a file by dropping it again under its own name, in the same day's folder. What
another file of the feed says as well stays: only what nobody says any more is withdrawn. The earlier
file keeps standing until the corrected one is loaded, so a correction that is held changes nothing.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date

from chalicelib import clock
from chalicelib.cases import related_persons
from chalicelib.instruction_delivery import hand_over
from chalicelib.intake import payments, receipts
from chalicelib.jurisdiction import current
from chalicelib.model import DroppedFile, Evidence, EvidenceKey, FileState, FileStep, PersonId
from chalicelib.sources.feeds.feed import Feed
from chalicelib.storage.dynamodb import files, people
from chalicelib.storage.dynamodb.busy import Left, one_by_one
from chalicelib.storage.s3 import file_contents

BY_INTAKE = "intake"
_REPLACED = (FileState.LOADED, FileState.HELD, FileState.RELEASED, FileState.RECEIVED, FileState.DEAD)


def counts(earlier: DroppedFile) -> bool:
    """Whether what an earlier file said may count: it is loaded, or whoever loaded it died half-way."""
    return earlier.state is FileState.LOADED or file_contents.is_kept(earlier.feed, earlier.day, earlier.id)


def corrected_by(dropped: DroppedFile) -> DroppedFile | None:
    """The file in whose place another stands once it is loaded; the newest, if there are several."""
    earlier = [
        found
        for found in files.of_feed(dropped.feed, dropped.day)
        if found.key == dropped.key and found.id != dropped.id and found.state in _REPLACED
    ]
    return max(earlier, key=lambda found: found.received, default=None)


def withdraw_what_is_gone(
    earlier: DroppedFile, corrected: DroppedFile, evidence: Mapping[PersonId, Sequence[Evidence]]
) -> int:
    """Withdraw what only the earlier file said, restore what the corrected one says again; how many.

    The corrected file's evidence is loaded already. May be repeated: what the earlier file
    said is forgotten only when all of this is done.
    """
    if not counts(earlier):
        return 0
    actor = f"feed:{corrected.feed}"
    before = file_contents.by_file(earlier.feed, earlier.day, earlier.id)
    if not before and earlier.counts.accepted:  # forgotten: all of this is done
        return 0
    now = {person: frozenset(item.key for item in items) for person, items in evidence.items()}
    lost = {person: keys - now.get(person, frozenset()) for person, keys in before.items()}
    others = file_contents.elsewhere(
        earlier.feed, {p: k for p, k in lost.items() if k}, but=(earlier.id, corrected.id)
    )
    gone = {person: keys - others.get(person, frozenset()) for person, keys in lost.items()}
    gone = {person: keys for person, keys in gone.items() if keys}
    left = Left()
    with left:
        one_by_one(
            gone,
            lambda person: related_persons.withdrawn_from_all_concerned(
                person, gone[person], actor=actor, day=corrected.day
            ),
        )
    with left:
        _restore(before, evidence, actor)
    hand_over()
    left.nobody()
    return sum(map(len, gone.values()))


def take_back_payments(earlier: DroppedFile, corrected: DroppedFile) -> int:
    """Take away the payments that the earlier file told of and this one does not; how many. May be repeated.

    What another file tells of stands as that one's own.
    """
    lost = file_contents.only_by(earlier.feed, earlier.day, earlier.id, corrected.id)
    others = file_contents.elsewhere(earlier.feed, lost, but=(earlier.id, corrected.id))
    return payments.withdraw_payments(lost, source=people.source_of(earlier.key), told_by_others=others)


def _restore(
    before: Mapping[PersonId, frozenset[EvidenceKey]],
    evidence: Mapping[PersonId, Sequence[Evidence]],
    actor: str,
) -> None:
    new = {
        person: [item for item in items if item.key not in before.get(person, frozenset())]
        for person, items in evidence.items()
    }
    again = [person for person, items in new.items() if items]
    one_by_one(
        again, lambda person: related_persons.restored_to_all_concerned(person, new[person], actor=actor)
    )


def day_of_content(dropped: DroppedFile, feed: Feed | None) -> date | None:
    """The day for which a file's content counts once; None where it counts once for all days.

    A whole list that has not changed since last month says that everybody still stands on it.
    """
    return dropped.day if feed is not None and feed.is_of_its_day else None


def supersede(earlier: DroppedFile, corrected: DroppedFile) -> None:
    """Close the earlier file, once the corrected one is loaded."""
    feed = current().feeds.get(earlier.feed)
    file_contents.forget(earlier.feed, earlier.day, earlier.id)
    files.forget_loaded(earlier.feed, earlier.digest, earlier.id, day_of_content(earlier, feed))
    step = FileStep(FileState.SUPERSEDED, clock.now(), BY_INTAKE, f"corrected by {corrected.id}")
    closed = replace(earlier.at_stage(step), by_shards=False, judged=False)
    receipts.write_again(closed, feed)
    files.move(earlier, closed)  # last: whoever dies before finds it once more
