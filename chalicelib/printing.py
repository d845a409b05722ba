"""告知书打印 · Printed notices: one bundle per village and day, for whoever brings them (rule 8).

A bundle lies in the outbox in the village's own room, under the key for files that name people. It holds what
has been printed for the village that day and nobody has brought yet, and lists what is left of the month
before. It is written before its notices count as sent: who dies between the two prints them once more.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta
from typing import Final

from chalicelib.engine.texts.channels import printed_on
from chalicelib.engine.texts.notice_bundle import ToBring, page
from chalicelib.errors import ConflictError
from chalicelib.model import AreaCode, Message
from chalicelib.storage import retries
from chalicelib.storage.dynamodb import contacts, people, worklists
from chalicelib.storage.dynamodb.worklists import Row
from chalicelib.storage.s3 import objects

LISTED_FOR: Final = timedelta(
    days=31
)  # [choice] what nobody has brought by then stands in the API's list alone


def print_notices(area: AreaCode, day: date, taken: Sequence[Row[Message]]) -> None:
    """Add notices to the bundle of a village and day; ConflictError while others keep writing it."""
    for tries in range(retries.TRIES):
        version = objects.notices_version(
            area, day
        )  # before the rows are read: who comes later must write again
        listed = worklists.notices_printed(area, day - LISTED_FOR, day)
        rows = {row.item.id: row for row in (*listed, *taken)}
        body = page(area, day, [_to_bring(row) for row in rows.values()])
        try:
            objects.put_notices(area, day, body, version)
        except ConflictError:
            retries.pause(tries)
        else:
            return
    raise ConflictError("others keep writing the notices of a village")


def _to_bring(row: Row[Message]) -> ToBring:
    identity = people.identity_of(row.person)
    address = contacts.contact_of(row.person).address
    return ToBring(
        id=row.item.id,
        name=identity.name,
        last_four=identity.number[-4:],
        grid=row.grid,
        address=address,
        text=row.item.said or "",
        printed=printed_on(row.item),
    )
