"""待遇账户 · Everybody's record together with what they were really paid, in one pass over the table."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import groupby

from chalicelib.model import Payment, PersonRecord
from chalicelib.runs import Each
from chalicelib.storage.dynamodb import paid, people, tables
from chalicelib.storage.dynamodb.items import ABOVE
from chalicelib.storage.dynamodb.tables import People


def everyone(guard: Each) -> Iterator[tuple[PersonRecord, list[Payment]]]:
    """Every record with all payments that are known of the person, by month: for nightly passes only.

    As `people.everyone`: what changes during the pass may be seen half before and half after.
    """
    wanted = People.pk.startswith("P#") & ((People.sk < ABOVE) | People.sk.startswith(paid.PAYMENT))
    for pk, group in groupby(tables.scan(People, wanted), key=lambda item: item["pk"]["S"]):
        items, record = list(group), None
        payments: list[Payment] = []
        with guard(person=pk.removeprefix("P#")):
            record = people.assembled(items)
            payments = paid.among(items)
        if record is not None:
            yield record, payments
