"""What tests of the town share: chance, and reading a drop as intake would."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from random import Random

from chalicelib.clock import civil_date
from chalicelib.model import FeedId, FileId, PersonId
from chalicelib.sources.feeds.feed import Feed
from chalicelib.sources.people.roster_index import RosterIndex
from chalicelib.sources.reading import FileReading, read_file
from chalicelib.sources.reading_context import ReadingContext
from sandbox.town.departments import Drop, Written
from sandbox.town.people import Town
from sandbox.town.seeded_random import chance


def chance_of(*words: object) -> Random:
    return chance("tests", *words)


def everybody(town: Town) -> RosterIndex:
    """A roster that knows each person under a name made of the first number; every number leads there."""
    relatives = [person.relative for person in town.people if person.relative is not None]
    known = {number: PersonId(person.number) for person in town.people for number in person.numbers}
    return RosterIndex.of({**known, **{each.number: PersonId(each.number) for each in relatives}})


def read(
    drop: Drop, feeds: Mapping[FeedId, Feed], roster: RosterIndex | None, usual_rows: int | None = None
) -> tuple[FileReading, Written]:
    data, written = drop.make()
    day: date = civil_date(drop.at)
    feed = feeds[FeedId(drop.feed)]
    reading = read_file(data, ReadingContext(feed, roster, FileId("F"), day, day, usual_rows=usual_rows))
    return reading, written
