"""新增人员 · A loaded file is read once more for people whom a roster has made known since: they alone are
new.

Everybody else of the file was known when it was loaded, and what it says of them is loaded. Whoever died
while loading it has left no word that it was done (`DroppedFile.roster`): then all of it is loaded again.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from datetime import date

import polars as pl

from chalicelib import clock
from chalicelib.cases.retention import oldest_days
from chalicelib.intake.loading import Loaded
from chalicelib.jurisdiction import current
from chalicelib.model import DroppedFile, FeedId, FileState
from chalicelib.sources.feeds.feed import Feed
from chalicelib.sources.people.matching import PERSON
from chalicelib.sources.reading import FileReading, records_of
from chalicelib.storage import inbox_queue
from chalicelib.storage.dynamodb import files
from chalicelib.storage.s3 import file_contents


def only(dropped: DroppedFile, feed: Feed, reading: FileReading) -> FileReading | None:
    """What a file that stands loaded says of people who were strangers then; None: all is to be loaded.

    So it is where more than these people may have changed: the list of what it said is gone, it takes
    records back, or its feed is asked about related persons, who may draw something by now.
    """
    if reading.rows is None or not dropped.roster or dropped.changed_nothing is None:
        return None
    if reading.withdrawals or feed.id in current().rules.feeds_of_related:
        return None
    known = file_contents.people_of(dropped.feed, dropped.day, dropped.id)
    if known is None:
        return None
    mine = reading.rows.filter(~pl.col(PERSON).is_in(known.implode()))
    some = records_of(mine, feed, dropped.id, dropped.day)
    return replace(reading, rows=mine, said=some.said, lake=some.lake, evidence=some.evidence)


def with_what_was_loaded(dropped: DroppedFile, new: Loaded) -> Loaded:
    """What came of a file, by what it had changed before and what it changes for these people."""
    nothing = Counter(dropped.changed_nothing or {})
    nothing.update(new.changed_nothing)
    return replace(
        new,
        certified=dropped.certified + new.certified,
        kept=dropped.kept + new.kept,
        notices=tuple(dict.fromkeys((*dropped.notices, *new.notices))),
        changed_nothing=dict(sorted(nothing.items())),
    )


def ask_for_files() -> int:
    """For a roster: have other files read again, for the people who are new on it; how many.

    The roster is kept already. Also files that are being read now: who began before it knows nobody of them.
    Not those in which everybody was known, nor any so old that nothing of it may be kept.
    """
    oldest = oldest_days(clock.today())
    again = [each for each in files.everything() if _may_name_somebody_new(each, oldest)]
    for dropped in again:
        inbox_queue.read_again(dropped.key)
    return len(again)


def _may_name_somebody_new(dropped: DroppedFile, oldest: dict[FeedId, date]) -> bool:
    feed = current().feeds.get(dropped.feed)
    if (
        feed is None
        or feed.kind in ("roster", "query")
        or max(dropped.day, clock.civil_date(dropped.received)) < oldest[dropped.feed]
    ):
        return False
    if dropped.state is FileState.LOADED:
        return bool(dropped.counts.strangers or dropped.counts.rejected) or not dropped.roster
    return dropped.state is FileState.RECEIVED or dropped.code == "no_roster_yet"
