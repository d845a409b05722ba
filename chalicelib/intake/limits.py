"""The blast radius of a file (rule 12): what accuses far more people than usual waits for a person."""

from __future__ import annotations

from collections.abc import Iterable

import polars as pl

from chalicelib.model import FeedId, PersonId, SuspicionKind
from chalicelib.pack import current
from chalicelib.sources.holds import Hold, HoldCode, hold
from chalicelib.sources.reading import FileReading
from chalicelib.storage import objects, people


def too_many_deaths(feed: FeedId, reading: FileReading) -> Hold | None:
    """The hold of a file that newly reports more deaths of recipients than the policy's limit, if it does."""
    rules = current().rules
    fatal = [
        event.event
        for event in rules.events.values()
        if event.feed == feed and event.suspicion is SuspicionKind.DEATH
    ]
    roster = objects.read_roster()
    if not fatal or reading.lake is None or roster is None:
        return None
    dead = reading.lake.filter(pl.col("event").is_in(fatal))["person"].unique()
    limit, of = rules.policy.limits.deaths, len(roster.recipients)
    if not limit.is_exceeded(dead.len(), of):  # a list of all the dead is long, and most of it is known
        return None
    new = _not_known(map(PersonId, dead))
    return hold(HoldCode.TOO_MANY_DEATHS, f"{new} / {of}") if limit.is_exceeded(new, of) else None


def _not_known(dead: Iterable[PersonId]) -> int:
    """How many recipients nobody has reported before."""
    records = (people.load(person) for person in dead if people.is_known(person))
    return sum(
        record.person.deceased_on is None
        and not any(s.kind is SuspicionKind.DEATH for s in record.suspicions)
        for record in records
    )
