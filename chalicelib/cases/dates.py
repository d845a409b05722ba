"""到期核查 · Days that a date alone changes: looked at before they come, and on the day itself (rule 15).

A row of the work table bears the day on which somebody is to be looked at: the policy's term before the date,
and then the date itself. So the daily run touches whom a date concerns, twice, and nobody else. Rows are
hints: the record decides. They are filed with whatever tells of a date (a new recipient, a card, a sentence);
once a month the pass over everybody files what no row tells of yet.
"""

from __future__ import annotations

from datetime import date, timedelta
from typing import Final

from chalicelib import clock
from chalicelib.cases import evidence_effects
from chalicelib.engine.suspicion.upcoming import dates_ahead
from chalicelib.errors import ConflictError
from chalicelib.jurisdiction import current
from chalicelib.model import Change, PersonRecord
from chalicelib.observability import logger
from chalicelib.runs import Each, Stop, Walk, never
from chalicelib.storage.dynamodb import date_rows, people, shards

ACTOR: Final = "platform"
A_PASS: Final = timedelta(days=31)  # the pass over everybody comes again before what lies beyond is due


def file_soon(record: PersonRecord, on: date) -> None:
    """File what comes before the pass over everybody comes again, for records of before there were rows."""
    last = on + timedelta(days=current().rules.policy.suspicions.dates_ahead) + A_PASS
    evidence_effects.file_dates(
        record.person.id, (d for d in dates_ahead(record, current().rules, on) if d <= last), on
    )


def look_ahead(on: date, each: Each, shard: str = shards.EVERYBODY, stop: Stop = never) -> tuple[int, bool]:
    """Look at everybody of a shard, or of all, whom a date will concern, or concerns today.

    How many were looked at, and whether those were all: their rows are gone, the next part finds the rest.
    """
    looked = 0
    walk = Walk(list(date_rows.dates_until(on, shard)), stop)
    for filed, person, day in walk:
        with each(person=person):
            try:
                record = people.change(person, _look)
            except ConflictError:
                logger.warning("busy record left for tomorrow", extra={"person": person})
                continue
            evidence_effects.wake_and_start(record)
            if day > on:
                date_rows.file_date(person, day, day)
            else:
                evidence_effects.file_dates(person, dates_ahead(record, current().rules, on), on)
            date_rows.remove_date(person, filed, day)
            looked += 1
    return looked, walk.is_over


def is_anybody_looked_at(on: date) -> bool:
    """Whether a date concerns anybody who would be looked at on a day."""
    return any(date_rows.dates_until(on))


def _look(record: PersonRecord) -> Change | None:
    settlement = evidence_effects.apply_rules(record, clock.today())
    return settlement.change("looked ahead", ACTOR) if settlement else None
